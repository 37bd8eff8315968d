// The known apps as the sandbox plays them.

import { describe, expect, it } from 'vitest';
import type { Seed } from '../../src/sandbox/scim/index.ts';
import { type Answer, at, ENTERPRISE, filter, GROUP, listed, newUser, patchOp, start } from './scim-driver.ts';

const MINUTE = 60_000;
const ROLES: Seed = {
  users: [
    { userName: 'ada@example.com', givenName: 'Ada', familyName: 'Byron' },
    { userName: 'grace@example.com', givenName: 'Grace', familyName: 'Hopper', manager: 'ada@example.com' },
    { userName: 'away@example.com', otherOrg: true },
    { userName: 'apart@example.com', otherOrg: 'conflict' },
  ],
  groups: [
    { displayName: 'PPLX_Admin', members: ['ada@example.com'] },
    { displayName: 'PPLX_Members', members: ['ada@example.com', 'grace@example.com'] },
  ],
};

const refusal = (answer: Answer): unknown[] => [answer.status, at(answer.body, 'scimType')];

describe('perplexity', () => {
  const perplexity = () => start({ dialect: 'perplexity', seed: ROLES });

  it('has its two role groups and lists their members', async () => {
    const { send, user } = await perplexity();
    const groups = await send('GET', '/Groups');
    expect(listed(groups, 'displayName')).toEqual(['PPLX_Admin', 'PPLX_Members']);
    expect(at(groups.body, 'Resources.0.members.0.value')).toBe(user('ada@example.com'));
  });

  it('grants and revokes by group, one person at a time, in both forms that identity providers send', async () => {
    const { patch, group, user, members } = await perplexity();
    const path = `/Groups/${group('PPLX_Admin')}`;
    const grace = user('grace@example.com');
    expect((await patch(path, { op: 'add', path: 'members', value: [{ value: grace }] })).status).toBe(204);
    expect(members('PPLX_Admin')).toEqual([user('ada@example.com'), grace]);
    expect((await patch(path, { op: 'remove', path: `members[value eq "${grace}"]` })).status).toBe(204);
    expect(members('PPLX_Admin')).toEqual([user('ada@example.com')]);
    await patch(path, { op: 'Add', path: 'members', value: [{ value: grace }] });
    await patch(path, { op: 'Remove', path: 'members', value: [{ value: grace }] });
    expect(members('PPLX_Admin')).toEqual([user('ada@example.com')]);
  });

  it('drops members that it does not know without a word', async () => {
    const { patch, group, user, members } = await perplexity();
    const add = { op: 'add', path: 'members', value: [{ value: 'nobody' }] };
    expect((await patch(`/Groups/${group('PPLX_Admin')}`, add)).status).toBe(204);
    expect(members('PPLX_Admin')).toEqual([user('ada@example.com')]);
  });

  it('deactivates and reactivates, and deletes nobody', async () => {
    const { patch, send, user } = await perplexity();
    const path = `/Users/${user('grace@example.com')}`;
    for (const active of [false, true]) {
      expect((await patch(path, { op: 'replace', path: 'active', value: active })).status).toBe(200);
      expect(at((await send('GET', path)).body, 'active')).toBe(active);
    }
    const deleted = await send('DELETE', path);
    expect(deleted.status).toBe(405);
    expect(deleted.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '405' });
    expect((await send('GET', path)).status).toBe(200);
  });

  it('refuses to make, rename, replace or delete groups and to change profiles', async () => {
    const { patch, send, user, group, service } = await perplexity();
    const before = service.state();
    const person = `/Users/${user('grace@example.com')}`;
    const role = `/Groups/${group('PPLX_Admin')}`;
    expect((await send('POST', '/Groups', { schemas: [GROUP], displayName: 'New' })).status).toBe(403);
    expect((await send('DELETE', role)).status).toBe(403);
    expect((await send('PUT', role, { schemas: [GROUP], displayName: 'PPLX_Admin' })).status).toBe(403);
    expect((await send('PUT', person, newUser('grace@example.com'))).status).toBe(405);
    expect(refusal(await patch(role, { op: 'replace', path: 'displayName', value: 'x' }))).toEqual([400, 'mutability']);
    expect(refusal(await patch(person, { op: 'replace', path: 'displayName', value: 'x' }))).toEqual([
      400,
      'mutability',
    ]);
    const both = await patch(person, { op: 'replace', value: { active: false, userName: 'other@example.com' } });
    expect(refusal(both)).toEqual([400, 'mutability']);
    expect(service.state()).toEqual(before);
  });

  it('keeps names in lower case, wants an address, and keeps the address of the active unique', async () => {
    const { send, patch, service, user } = await perplexity();
    const made = await send(
      'POST',
      '/Users',
      newUser('New@Example.com', { emails: [{ value: 'New@Example.com', primary: true }] }),
    );
    expect(at(made.body, 'userName')).toBe('new@example.com');
    expect(refusal(await send('POST', '/Users', newUser('no-address')))).toEqual([400, 'invalidValue']);
    expect(refusal(await send('POST', '/Users', newUser('NEW@example.com')))).toEqual([409, undefined]);
    const second = newUser('second', { emails: [{ value: 'new@example.com' }] });
    expect((await send('POST', '/Users', second)).status).toBe(409);
    await patch(`/Users/${user('new@example.com')}`, { op: 'replace', path: 'active', value: false });
    expect((await send('POST', '/Users', second)).status).toBe(201);
    const back = await patch(`/Users/${user('new@example.com')}`, { op: 'replace', path: 'active', value: true });
    expect(back.status).toBe(409);
    expect(refusal(await send('POST', '/Users', newUser('x@example.com', { externalId: null })))).toEqual([
      400,
      'invalidSyntax',
    ]);
    expect(service.userId('x@example.com')).toBeUndefined();
  });

  it('holds a create that lacks something, so that the corrected one completes it', async () => {
    const first = await perplexity();
    await first.send('POST', '/Users', newUser('half'));
    expect(listed(await first.send('GET', '/Users'), 'userName')).not.toContain('half');
    const second = await first.send('POST', '/Users', newUser('half', { emails: [{ value: 'half@example.com' }] }));
    expect(second.status).toBe(201);
    const other = await perplexity();
    const straight = await other.send('POST', '/Users', newUser('half', { emails: [{ value: 'half@example.com' }] }));
    expect(at(second.body, 'id')).toBe(at(straight.body, 'id'));
  });

  it('answers 201 for a person of another organisation, who then appears nowhere', async () => {
    const { send, patch, service, group, members } = await perplexity();
    const made = await send('POST', '/Users', newUser('Away@example.com'));
    expect(made.status).toBe(201);
    const id = String(at(made.body, 'id'));
    expect((await send('GET', `/Users/${id}`)).status).toBe(404);
    expect((await send('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: false }))).status).toBe(
      404,
    );
    expect(at((await send('GET', `/Users?${filter('userName eq "away@example.com"')}`)).body, 'totalResults')).toBe(0);
    expect(service.state().users).toHaveLength(2);
    // Writes seem to know the account; nothing comes of them.
    const add = { op: 'add', path: 'members', value: [{ value: id }] };
    expect((await patch(`/Groups/${group('PPLX_Admin')}`, add)).status).toBe(204);
    expect(members('PPLX_Admin')).not.toContain(id);
    expect((await send('POST', '/Users', newUser('away@example.com'))).status).toBe(409);
  });

  it('takes a left-out account into groups without a word also where unknown ones are refused', async () => {
    const { send, patch, group, members } = await start({
      dialect: 'perplexity',
      seed: ROLES,
      quirks: { unknownMember: 'refuse' },
    });
    const id = String(at((await send('POST', '/Users', newUser('away@example.com'))).body, 'id'));
    const add = (value: string) =>
      patch(`/Groups/${group('PPLX_Admin')}`, { op: 'add', path: 'members', value: [{ value }] });
    expect((await add('nobody')).status).toBe(400);
    expect((await add(id)).status).toBe(204);
    expect(members('PPLX_Admin')).toHaveLength(1);
  });

  it('answers 409 for a person whom another organisation holds on to, and finds nobody', async () => {
    const { send } = await perplexity();
    expect((await send('POST', '/Users', newUser('apart@example.com'))).status).toBe(409);
    expect(listed(await send('GET', `/Users?${filter('userName eq "apart@example.com"')}`), 'id')).toEqual([]);
  });

  it('shows the manager where one was seeded', async () => {
    const { send, user } = await perplexity();
    const grace = await send('GET', `/Users/${user('grace@example.com')}`);
    expect(at(grace.body, 'schemas')).toContain(ENTERPRISE);
    const manager = Object.entries(grace.body ?? {}).find(([key]) => key === ENTERPRISE)?.[1];
    expect(manager).toEqual({ manager: { value: user('ada@example.com') } });
  });
});

describe('perdoo', () => {
  it('takes profile updates, archives, reactivates, and makes teams of groups', async () => {
    const { send, patch, user, service, members } = await start({ dialect: 'perdoo' });
    const mary = user('mary@example.com');
    const changed = await patch(`/Users/${mary}`, { op: 'replace', path: 'title', value: 'Engineer' });
    expect(changed.body).toMatchObject({ title: 'Engineer' });
    expect((await send('DELETE', `/Users/${mary}`)).status).toBe(204);
    expect(at((await send('GET', `/Users/${mary}`)).body, 'active')).toBe(false);
    await patch(`/Users/${mary}`, { op: 'replace', path: 'active', value: true });
    expect(service.state().users.find((each) => each.id === mary)?.active).toBe(true);
    const team = await send('POST', '/Groups', { schemas: [GROUP], displayName: 'Team Blue' });
    expect(team.status).toBe(201);
    const add = { op: 'add', path: 'members', value: [{ value: mary }] };
    expect((await patch(`/Groups/${String(at(team.body, 'id'))}`, add)).status).toBe(204);
    expect(members('Team Blue')).toEqual([mary]);
    expect((await send('DELETE', `/Groups/${String(at(team.body, 'id'))}`)).status).toBe(405);
    expect(refusal(await send('POST', '/Users', newUser('eve@example.com')))).toEqual([400, 'invalidValue']);
  });
});

describe('pearset', () => {
  it('accepts at once and shows it 20 to 40 minutes later by the clock it is given', async () => {
    const { send, patch, group, user, clock, service } = await start({ dialect: 'pearset' });
    const path = `/Groups/${group('Admins')}`;
    const count = async (): Promise<unknown> => {
      const members = at((await send('GET', path)).body, 'members');
      return Array.isArray(members) ? members.length : undefined;
    };
    expect(
      (await patch(path, { op: 'add', path: 'members', value: [{ value: user('mary@example.com') }] })).status,
    ).toBe(204);
    expect(await count()).toBe(1);
    clock.now += 20 * MINUTE - 1;
    expect(await count()).toBe(1);
    expect(service.state().pending).toHaveLength(1);
    clock.now += 20 * MINUTE + 1;
    expect(await count()).toBe(2);
    expect(service.state().pending).toEqual([]);
  });

  it('hides a new account until then, but will not make it twice', async () => {
    const { send, clock, service } = await start({ dialect: 'pearset' });
    const made = await send('POST', '/Users', newUser('eve@example.com'));
    const path = `/Users/${String(at(made.body, 'id'))}`;
    const lookUp = `/Users?${filter('userName eq "eve@example.com"')}`;
    expect(made.status).toBe(201);
    expect((await send('GET', path)).status).toBe(404);
    expect(at((await send('GET', lookUp)).body, 'totalResults')).toBe(0);
    expect((await send('POST', '/Users', newUser('eve@example.com'))).status).toBe(409);
    expect(service.state().users).toHaveLength(4);
    clock.now += 40 * MINUTE;
    expect((await send('GET', path)).status).toBe(200);
    expect(at((await send('GET', lookUp)).body, 'totalResults')).toBe(1);
  });

  it('shows changes in the order in which they were made, and tells listeners when they show', async () => {
    const { send, patch, user, clock, service } = await start({ dialect: 'pearset' });
    const path = `/Users/${user('ada@example.com')}`;
    for (let turn = 0; turn < 20; turn += 1) {
      await patch(path, { op: 'replace', path: 'title', value: String(turn) });
      clock.now += 1_000;
    }
    const pending = service.state().pending.map((each) => each.visibleAt);
    expect(pending).toEqual(pending.toSorted((a, b) => a - b));
    expect(new Set(pending).size).toBeGreaterThan(3);
    const seen: number[] = [];
    let changes = 0;
    service.on('change', () => {
      changes += 1;
    });
    for (let minute = 0; minute < 41; minute += 1) {
      clock.now += MINUTE;
      const title = at((await send('GET', path)).body, 'title');
      if (title !== undefined) seen.push(Number(title));
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(19);
    expect(changes).toBeGreaterThan(3);
  });

  it('takes the same times again after a reset', async () => {
    const { patch, user, service } = await start({ dialect: 'pearset' });
    const times = async (): Promise<number[]> => {
      for (const active of [false, true]) {
        await patch(`/Users/${user('ada@example.com')}`, { op: 'replace', path: 'active', value: active });
      }
      return service.state().pending.map((each) => each.visibleAt);
    };
    const first = await times();
    service.reset();
    expect(await times()).toEqual(first);
  });

  it('shows at once what is done in its console, and everything when it becomes another app', async () => {
    const { send, patch, user, group, service, members } = await start({ dialect: 'pearset' });
    await patch(`/Groups/${group('Admins')}`, {
      op: 'add',
      path: 'members',
      value: [{ value: user('mary@example.com') }],
    });
    service.setMember(group('Admins'), user('grace@example.com'), true);
    expect(members('Admins')).toEqual(['ada@example.com', 'grace@example.com'].map(user));
    service.setDialect('generic');
    expect(members('Admins')).toHaveLength(3);
    expect(service.state()).toMatchObject({ dialect: 'generic', pending: [] });
    expect((await send('GET', '/ServiceProviderConfig')).status).toBe(200);
  });
});

describe('cursor-only', () => {
  const people = Array.from({ length: 25 }, (_, index) => ({ userName: `person-${index}` }));
  const cursorOnly = () =>
    start({ dialect: 'cursor-only', seed: { users: people, groups: [{ displayName: 'All', members: ['person-1'] }] } });

  it('leads through everybody by cursors that must be encoded, whatever startIndex says', async () => {
    const { send, service, user } = await cursorOnly();
    const seen: unknown[] = [];
    let next: unknown = '';
    let pages = 0;
    while (typeof next === 'string') {
      const page: Answer = await send('GET', `/Users?cursor=${encodeURIComponent(next)}&count=10&startIndex=7`);
      seen.push(...listed(page, 'userName'));
      next = at(page.body, 'nextCursor');
      if (typeof next === 'string') expect(next).toMatch(/[+/=:].*[+/=:]/);
      pages += 1;
      if (pages === 1) service.removeUser(user('person-3'));
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(people.map((each) => each.userName));
    expect(at((await send('GET', '/ServiceProviderConfig')).body, 'pagination')).toMatchObject({
      cursor: true,
      index: false,
      defaultPaginationMethod: 'cursor',
    });
  });

  it('refuses cursors that are old, foreign, unencoded, or come with another count or filter', async () => {
    const { send, clock } = await cursorOnly();
    const first = await send('GET', '/Users?cursor&count=10');
    const cursor = String(at(first.body, 'nextCursor'));
    const encoded = encodeURIComponent(cursor);
    expect((await send('GET', `/Users?cursor=${encoded}&count=10`)).status).toBe(200);
    expect(refusal(await send('GET', `/Users?cursor=${cursor}&count=10`))).toEqual([400, 'invalidCursor']);
    expect(refusal(await send('GET', '/Users?cursor=made-up&count=10'))).toEqual([400, 'invalidCursor']);
    expect(refusal(await send('GET', `/Users?cursor=${encoded}&count=9`))).toEqual([400, 'invalidCount']);
    expect(refusal(await send('GET', `/Users?cursor=${encoded}&count=10&${filter('active eq true')}`))).toEqual([
      400,
      'invalidCursor',
    ]);
    clock.now += 601_000;
    expect(refusal(await send('GET', `/Users?cursor=${encoded}&count=10`))).toEqual([400, 'expiredCursor']);
  });

  it('never lists members, yet answers whether somebody is one', async () => {
    const { send, group, user } = await cursorOnly();
    expect(at((await send('GET', `/Groups/${group('All')}`)).body, 'members')).toEqual([]);
    const asked = (name: string) => filter(`id eq "${group('All')}" and members eq "${user(name)}"`);
    expect(listed(await send('GET', `/Groups?${asked('person-1')}`), 'displayName')).toEqual(['All']);
    expect(listed(await send('GET', `/Groups?${asked('person-2')}`), 'displayName')).toEqual([]);
    expect(refusal(await send('GET', `/Users?${filter('userName sw "p"')}`))).toEqual([400, 'invalidFilter']);
  });
});
