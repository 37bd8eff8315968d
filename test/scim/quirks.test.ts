/** The quirk matrix, row by row: how real servers differ, and that the client is safe against each. */
import { describe, expect, it } from 'vitest';
import { ScimError } from '../../src/scim/index.ts';
import { bench } from './bench.ts';
import { ENTERPRISE, type Json } from './server.ts';

const operations = (body: unknown) => (body as { Operations: Json[] }).Operations;

describe('quirks 1-9: PATCH', () => {
  it('1: sends lower-case operations, capitals only where the profile asks for them', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['x']);
    const user = server.addUser('ada@example.com');
    expect((await client.addMember(group, user)).seen).toBe('in');
    expect(operations(server.requests[0]?.body)[0]?.op).toBe('add');

    const capital = await bench({}, { profile: { opCase: 'capital' } });
    const other = capital.server.addGroup('Admins', ['x']);
    // This server takes capitals and does nothing: said to be accepted, never to be done.
    expect(await capital.client.addMember(other, 'u9')).toMatchObject({ seen: 'out', lost: [] });
    expect(operations(capital.server.requests[0]?.body)[0]?.op).toBe('Add');
  });

  it('2: sends booleans and reads the strings some servers keep', async () => {
    const { server, client } = await bench({ storesActiveAsString: true });
    const user = server.addUser('ada@example.com');
    expect((await client.getUser(user))?.active).toBe(true);
    expect((await client.setActive(user, false)).seen).toBe('inactive');
    expect(operations(server.requests[1]?.body)).toEqual([{ op: 'replace', path: 'active', value: false }]);
    expect(server.users.get(user)?.active).toBe(false);
  });

  it('3: never falls back to the removal form that empties a group', async () => {
    const { server, client } = await bench({ valuePath: 'refused', valueRemove: 'wipes' });
    const group = server.addGroup('Admins', ['u1', 'u2', 'u3']);
    await expect(client.removeMember(group, 'u1')).rejects.toMatchObject({ outcome: 'refused', status: 400 });
    expect(server.membersOf(group)).toEqual(['u1', 'u2', 'u3']);
    expect(server.count('PATCH')).toBe(1);
  });

  it('3: uses that form where the profile says so, and tells an incident when the group was emptied', async () => {
    const good = await bench({ valueRemove: 'removes' }, { profile: { removeForm: 'entraValue' } });
    const group = good.server.addGroup('Admins', ['u1', 'u2', 'u3']);
    expect(await good.client.removeMember(group, 'u1')).toMatchObject({ seen: 'out', lost: [] });
    expect(good.server.membersOf(group)).toEqual(['u2', 'u3']);

    const bad = await bench({ valueRemove: 'wipes' }, { profile: { removeForm: 'entraValue' } });
    const wiped = bad.server.addGroup('Admins', ['u1', 'u2', 'u3']);
    expect(await bad.client.removeMember(wiped, 'u1')).toMatchObject({ seen: 'out', lost: ['u2', 'u3'] });
  });

  it('3: does not use that form where the members cannot be read first', async () => {
    const { server, client } = await bench({ members: 'empty' }, { profile: { removeForm: 'entraValue' } });
    const group = server.addGroup('Admins', ['u1', 'u2']);
    await expect(client.removeMember(group, 'u1')).rejects.toMatchObject({ outcome: 'not-sent' });
    expect(server.count('PATCH')).toBe(0);
  });

  it('4: tells who was lost when a server empties the group on the right form', async () => {
    const { server, client } = await bench({ valuePath: 'wipes' });
    const group = server.addGroup('Admins', ['u1', 'u2', 'u3']);
    expect(await client.removeMember(group, 'u2')).toMatchObject({ seen: 'out', lost: ['u1', 'u3'] });
  });

  it('4: stops a batch at the request that lost somebody', async () => {
    const { server, client } = await bench({ valuePath: 'wipes' }, { profile: { batchSize: 1 } });
    const group = server.addGroup('Admins', ['u1', 'u2', 'u3']);
    const { lost, outcomes } = await client.removeMembers(group, ['u1', 'u2']);
    expect(lost).toEqual(['u3']);
    expect(server.count('PATCH')).toBe(1);
    expect(outcomes.map(({ id, seen }) => [id, seen])).toEqual([
      ['u1', 'out'],
      ['u2', 'out'],
    ]);
    expect(outcomes[1]?.error?.outcome).toBe('not-sent');
  });

  it('5: never replaces members', async () => {
    const { server, client } = await bench({ valuePath: 'nothing' });
    const group = server.addGroup('Admins', ['u1', 'u2']);
    await client.removeMembers(group, ['u1']);
    await client.addMembers(group, ['u3', 'u4']);
    const sent = server.requests.filter(({ method }) => method !== 'GET').flatMap(({ body }) => operations(body));
    expect(sent.map(({ op }) => op)).toEqual(['remove', 'add']);
  });

  it('6: takes an empty or absent list of members for unknown, not for empty', async () => {
    for (const members of ['empty', 'absent'] as const) {
      const { server, client } = await bench({ members });
      const group = server.addGroup('Admins', ['u1']);
      expect(await client.members(group)).toBe('unknown');
      expect(await client.isMember(group, 'u1')).toBe('unknown');
    }
  });

  it('6: asks by membership filter where members are not listed', async () => {
    const { server, client } = await bench(
      { members: 'empty', memberFilter: 'members' },
      { profile: { membersReadable: 'no', memberFilter: 'members' } },
    );
    const group = server.addGroup('Admins', ['u1']);
    expect(await client.isMember(group, 'u1')).toBe('in');
    expect(await client.isMember(group, 'u2')).toBe('out');
    expect(await client.removeMember(group, 'u1')).toMatchObject({ seen: 'out' });
    expect(server.membersOf(group)).toEqual([]);
  });

  it('6: believes a filter nobody vouched for only after it has told somebody from nobody', async () => {
    const honest = await bench({ members: 'empty', memberFilter: 'members.value' });
    const group = honest.server.addGroup('Admins', ['u1']);
    expect(await honest.client.isMember(group, 'u2')).toBe('unknown');
    expect(await honest.client.isMember(group, 'u1')).toBe('in');
    expect(honest.client.learned().memberFilter).toBe('members.value');
    expect(await honest.client.isMember(group, 'u2')).toBe('out');

    const deaf = await bench({ members: 'empty', memberFilter: 'ignored' });
    const only = deaf.server.addGroup('Admins', ['u1']);
    expect(await deaf.client.isMember(only, 'u2')).toBe('unknown');
  });

  it('6: an empty list is empty once the server has been seen listing members', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1']);
    expect(await client.removeMember(group, 'u1')).toMatchObject({ seen: 'out', lost: [] });
    expect(await client.members(group)).toEqual({ ids: [], nested: [] });
  });

  it('7: does not take a 200 without effect for done', async () => {
    const { server, client } = await bench({ valuePath: 'nothing', activeForms: [], unknownForm: 'ignored' });
    const group = server.addGroup('Admins', ['u1', 'u2']);
    expect(await client.removeMember(group, 'u1')).toMatchObject({ seen: 'in', lost: [] });
    const user = server.addUser('ada@example.com');
    const write = await client.setActive(user, false);
    expect(write.seen).toBe('active');
    expect(write.sentAt).toBeDefined();
  });

  it('8: shows by id that a member would be nobody, and does not fall for a 500 about one', async () => {
    const { server, client } = await bench({ ghostMembers: 500 });
    const group = server.addGroup('Admins', ['x']);
    expect(await client.getUser('ghost')).toBeUndefined();
    await expect(client.addMember(group, 'ghost')).rejects.toMatchObject({ outcome: 'unknown', status: 500 });

    const silent = await bench({ ghostMembers: 'dropped' });
    const other = silent.server.addGroup('Admins', ['x']);
    expect(await silent.client.addMember(other, 'ghost')).toMatchObject({ seen: 'out' });
  });

  it('9: takes 204 and 200 alike', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    const group = server.addGroup('Admins', ['x']);
    expect((await client.addMember(group, user)).seen).toBe('in'); // answers 204
    expect((await client.setActive(user, false)).seen).toBe('inactive'); // answers 200
    server.script('PATCH /Groups', ({ apply, send }) => {
      apply();
      send({ status: 200 });
    });
    expect((await client.removeMember(group, user)).seen).toBe('out');
  });
});

describe('quirks 10-16: accounts that are there already', () => {
  it('10: knows a duplicate by who is found, not by scimType or by 409', async () => {
    for (const status of [409, 400, 500]) {
      const { server, client } = await bench();
      const user = server.addUser('Ada@example.com');
      server.answer('POST /Users', { status, body: { detail: ['odd', 'words'] } });
      const got = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' }, { looked: true });
      expect(got).toMatchObject({ kind: 'exists-active', user: { id: user } });
      expect(server.count('POST')).toBe(1);
    }
  });

  it('11: finds a userName whatever its case, on servers that mind and on servers that do not', async () => {
    for (const caseSensitiveUserName of [true, false]) {
      const { server, client } = await bench({ caseSensitiveUserName });
      server.addUser('ada@example.com');
      expect(await client.findUsers({ userName: 'Ada@Example.com' })).toHaveLength(1);
    }
  });

  it('12: says which attribute is taken when it is the e-mail of somebody else', async () => {
    const { server, client } = await bench();
    server.addUser('lovelace', { emails: [{ value: 'ada@example.com' }] });
    server.answer('POST /Users', { status: 409, body: { detail: 'email taken' } });
    const got = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' });
    expect(got).toMatchObject({ kind: 'exists-active', by: 'email', user: { userName: 'lovelace' } });
  });

  it('13: offers the inactive account that is in the way, and it can be reactivated', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', { active: false });
    const got = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' });
    expect(got).toMatchObject({ kind: 'exists-inactive', by: 'userName', user: { id: user, active: false } });
    expect(server.count('POST')).toBe(0);
    expect((await client.setActive(user, true)).seen).toBe('active');
  });

  it('13, 14: a deactivated account that answers 404 is gone, not an error', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ send }) => {
      server.users.delete(user);
      send({ status: 204 });
    });
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'gone', sentAt: expect.any(Number) });
    expect(await client.setActive(user, true)).toEqual({ seen: 'gone' });
  });

  it('15: always sends every name, one primary address and a real boolean', async () => {
    const { server, client } = await bench();
    await client.createUser({
      userName: 'ada@example.com',
      givenName: ' Ada ',
      familyName: 'Lovelace',
      externalId: 'U02',
    });
    expect(server.requests.find(({ method }) => method === 'POST')?.body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'ada@example.com',
      externalId: 'U02',
      name: { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada Lovelace' },
      displayName: 'Ada Lovelace',
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
      active: true,
    });
  });

  it('16: sends no attribute nobody asked for', async () => {
    const { server, client } = await bench();
    await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' }, { looked: true });
    const sent = server.requests[0]?.body as Json;
    expect(Object.keys(sent).sort()).toEqual(['active', 'displayName', 'emails', 'name', 'schemas', 'userName']);
    expect(sent.name).toEqual({ givenName: 'Ada', formatted: 'Ada' });
  });
});

describe('quirks 17-23: what servers refuse', () => {
  it('17: never sends null', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', { title: 'Dr', [ENTERPRISE]: { department: 'R&D' } });
    const group = server.addGroup('Admins', ['x']);
    await client.addMember(group, user);
    await client.updateUser(user, { title: null, department: null, displayName: 'Ada' });
    await client.createUser({ userName: 'new@example.com', givenName: 'New', managerId: user });
    expect(server.requests.map(({ text }) => text).join(' ')).not.toMatch(/null/);
    expect(await client.getUser(user)).toHaveProperty('title', undefined);
  });

  it('18: puts a user where there is no PATCH, remembers it, and keeps all that was there', async () => {
    for (const patch of [405, 501, 404] as const) {
      const { server, client } = await bench({ patch });
      const extra = { 'urn:custom': { badge: 7 }, [ENTERPRISE]: { department: 'R&D' }, nickName: 'Ada' };
      const user = server.addUser('ada@example.com', { ...extra, password: 'never', groups: [{ value: 'g1' }] });
      expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive' });
      const put = server.requests.find(({ method }) => method === 'PUT');
      expect(put?.body).toMatchObject({ id: user, userName: 'ada@example.com', active: false, ...extra });
      expect(put?.body).not.toHaveProperty('password');
      expect(put?.body).not.toHaveProperty('groups');
      expect(put?.body).not.toHaveProperty('meta');
      expect(put?.headers['if-match']).toBe('W/"1"');
      expect(client.learned().patchUsers).toBe('no');
      await client.updateUser(user, { title: 'Countess', familyName: 'Lovelace' });
      expect(server.count('PATCH')).toBe(1);
      expect(server.users.get(user)).toMatchObject({
        active: false,
        title: 'Countess',
        name: { familyName: 'Lovelace' },
      });
    }
  });

  it('18: never puts a group', async () => {
    const { server, client } = await bench({ patch: 405 });
    const group = server.addGroup('Admins', ['u1', 'u2']);
    await expect(client.removeMember(group, 'u1')).rejects.toMatchObject({ status: 405, outcome: 'refused' });
    expect(server.count('PUT')).toBe(0);
    expect(server.membersOf(group)).toEqual(['u1', 'u2']);
  });

  it('19: every group operation has a path', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1', 'u2']);
    await client.addMembers(group, ['u3']);
    await client.removeMembers(group, ['u1', 'u2']);
    const sent = server.requests.filter(({ method }) => method === 'PATCH').flatMap(({ body }) => operations(body));
    expect(sent).toHaveLength(3);
    for (const { path } of sent) expect(path).toMatch(/^members/);
  });

  it('20: never sends dotted keys without a path, and mends a name that a path did not reach', async () => {
    const { server, client } = await bench({ dottedPaths: 'ignored', nameReplaced: true });
    const user = server.addUser('ada@example.com', { name: { givenName: 'Ada', familyName: 'Byron' } });
    const { attributes } = await client.updateUser(user, { familyName: 'Lovelace' });
    expect(attributes.familyName).toEqual({ kind: 'applied' });
    expect(server.users.get(user)?.name).toEqual({ givenName: 'Ada', familyName: 'Lovelace' });
    for (const { body } of server.requests) {
      for (const { value } of body === undefined ? [] : operations(body)) {
        if (typeof value === 'object') expect(Object.keys(value as Json).join()).not.toContain('.');
      }
    }
  });

  it('21: at most batchSize members in a request, halves after 413, singles after 400, and remembers', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => `u${n}`);
    const chunks = (requests: readonly { method: string; body: unknown }[]) =>
      requests
        .filter(({ method }) => method === 'PATCH')
        .map(({ body }) => (operations(body)[0]?.value as Json[] | undefined)?.length);

    const bounded = await bench({}, { profile: { batchSize: 3 } });
    const first = bounded.server.addGroup('A', ['x']);
    await bounded.client.addMembers(first, ids);
    expect(chunks(bounded.server.requests)).toEqual([3, 3, 2]);

    const small = await bench({ maxMembersPerPatch: 2 });
    const second = small.server.addGroup('A', ['x']);
    const written = await small.client.addMembers(second, ids);
    expect(chunks(small.server.requests)).toEqual([8, 4, 2, 2, 2, 2]);
    expect(written.outcomes.every(({ seen, error }) => seen === 'in' && error === undefined)).toBe(true);

    const single = await bench({ oneMemberPerPatch: true });
    const third = single.server.addGroup('A', ['x', ...ids]);
    const gone = await single.client.removeMembers(third, ids);
    expect(gone.outcomes.map(({ seen }) => seen)).toEqual(ids.map(() => 'out'));
    expect(gone.lost).toEqual([]);
    expect(single.server.membersOf(third)).toEqual(['x']);
    expect(single.client.learned().batchSize).toBe(1);
  });

  it('22: reads everybody where a filter is refused, and asks no second time where it never will do', async () => {
    for (const filterStatus of [
      { status: 400, scimType: 'invalidFilter' },
      { status: 501 },
      { status: 500 },
      { status: 403 },
    ]) {
      const { server, client, sleeps } = await bench({ refusesFilter: 'userName', filterStatus });
      for (let n = 0; n < 130; n += 1) server.addUser(`user${n}@example.com`);
      expect(await client.findUsers({ userName: 'user129@example.com' })).toHaveLength(1);
      expect(sleeps).toEqual([]);
      const before = server.requests.length;
      expect(await client.findUsers({ userName: 'nobody@example.com' })).toEqual([]);
      const asked = server.requests.slice(before).filter(({ query }) => query.has('filter')).length;
      expect(asked).toBe(filterStatus.scimType === undefined && filterStatus.status !== 501 ? 1 : 0);
    }
  });

  it('22: uses .search for what must not stand in an address', async () => {
    const { server, client } = await bench({
      refusesFilter: 'userName',
      filterStatus: { status: 403, scimType: 'sensitive' },
      search: true,
    });
    server.addUser('ada@example.com');
    expect(await client.findUsers({ userName: 'ada@example.com' })).toHaveLength(1);
    expect(server.lines()).toEqual(['GET /Users', 'POST /Users/.search']);
    expect(client.learned().search).toBe('yes');
  });

  it('23: checks every hit again, on all pages of a filter that was ignored', async () => {
    const { server, client } = await bench({ ignoresFilters: true });
    for (let n = 0; n < 250; n += 1) server.addUser(`user${n}@example.com`, { externalId: `x${n}` });
    expect(await client.findUsers({ userName: 'user249@example.com' })).toMatchObject([{ externalId: 'x249' }]);
    expect(await client.findUsers({ externalId: 'X249' })).toEqual([]);
    expect(await client.findUsers({ email: 'nobody@example.com' })).toEqual([]);
  });
});

describe('quirks 24-35: the rest', () => {
  it('24: reads to the end in spite of a page cap and totals that are only the page’s', async () => {
    const { server, client } = await bench({
      page: (rows, query) => {
        const start = Number(query.get('startIndex')) - 1;
        const page = rows.slice(start, start + 50);
        return { totalResults: page.length, itemsPerPage: 100, Resources: page };
      },
    });
    for (let n = 0; n < 175; n += 1) server.addUser(`user${n}@example.com`);
    expect(await client.findUsers({ userName: 'user174@example.com' })).toHaveLength(1);
  });

  it('25: follows cursors where there is no other way past the first page', async () => {
    const { server, client } = await bench(
      {
        page: (rows, query) => {
          const start = Number(Buffer.from(query.get('cursor') ?? '', 'base64').toString() || 0);
          const next = start + 100 < rows.length ? Buffer.from(`${start + 100}`).toString('base64') : undefined;
          return { itemsPerPage: 100, Resources: rows.slice(start, start + 100), nextCursor: next };
        },
      },
      { profile: { paging: 'cursor' } },
    );
    for (let n = 0; n < 250; n += 1) server.addUser(`user${n}@example.com`);
    const listing = client.listUsers();
    for await (const page of listing) expect(page.unreadable).toBe(0);
    expect(listing.verdict()).toEqual({ complete: true, count: 250 });
    expect(server.requests[0]?.search).toBe('?cursor&count=100');
    expect(server.requests[1]?.search).toBe('?cursor=MTAw&count=100');
  });

  it('26: goes on without ServiceProviderConfig, and takes "patch: false" for a word, not for the truth', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    expect(await client.discover()).toEqual({});
    expect((await client.setActive(user, false)).seen).toBe('inactive');

    const denying = await bench();
    denying.server.answer('GET /ServiceProviderConfig', {
      status: 200,
      body: { patch: { supported: false }, bulk: { supported: 'no' } },
    });
    expect(await denying.client.discover()).toEqual({ patch: false });
    const other = denying.server.addUser('ada@example.com');
    await denying.client.setActive(other, false);
    expect(denying.server.count('PUT')).toBe(0);
  });

  it('27: reads JSON under any content type, and learns the media type a server insists on', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('GET /Users', ({ apply, send }) => send({ ...apply(), headers: { 'content-type': 'text/html' } }));
    expect((await client.getUser(user))?.userName).toBe('ada@example.com');
    server.answer('PATCH /Users', { status: 415 });
    server.answer('GET /Users', { status: 406 });
    expect((await client.setActive(user, false)).seen).toBe('inactive');
    expect(client.learned()).toMatchObject({ contentType: 'application/json', accept: 'application/json' });
    expect(
      server.requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['content-type']),
    ).toEqual(['application/scim+json', 'application/json']);
  });

  it('28: never follows Location or meta.location, and takes no more than an id from them', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ apply, send }) => send({ ...apply(), body: '' }));
    const got = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' });
    const [id] = server.users.keys();
    expect(got).toMatchObject({ kind: 'created', id, user: { userName: 'ada@example.com' } });
    expect(server.lines().at(-1)).toBe(`GET /Users/${id}`);
  });

  it('29: reads memberships from the users where the profile says they are there', async () => {
    const { server, client } = await bench(
      { groupsOnUsers: true, members: 'empty' },
      { profile: { membershipSource: 'user' } },
    );
    const ada = server.addUser('ada@example.com');
    const bob = server.addUser('bob@example.com');
    const group = server.addGroup('Admins', [ada]);
    expect(await client.isMember(group, ada)).toBe('in');
    expect(await client.isMember(group, bob)).toBe('out');
    expect(await client.members(group)).toEqual({ ids: [ada], nested: [] });
    expect(await client.addMember(group, bob)).toMatchObject({ seen: 'in' });
  });

  it('30: adds the member type only where the profile asks for it', async () => {
    const { server, client } = await bench({ memberTypeRequired: true }, { profile: { memberType: true } });
    const group = server.addGroup('Admins', ['x']);
    const user = server.addUser('ada@example.com');
    expect((await client.addMember(group, user)).seen).toBe('in');
    expect(operations(server.requests[0]?.body)[0]?.value).toEqual([{ value: user, type: 'User' }]);
  });

  it('31: answers 428 with the entity tag, to the letter, and remembers', async () => {
    const { server, client } = await bench({ needsIfMatch: true });
    const group = server.addGroup('Admins', ['x']);
    const user = server.addUser('ada@example.com');
    expect((await client.addMember(group, user)).seen).toBe('in');
    expect(client.learned().ifMatch).toBe('yes');
    expect((await client.setActive(user, false)).seen).toBe('inactive');
    const tags = server.requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['if-match']);
    expect(tags).toEqual([undefined, 'W/"1"', 'W/"1"']);
  });

  it('32: tells a domain that is not verified as a refusal, tried once', async () => {
    const { server, client } = await bench();
    server.answer('POST /Users', {
      status: 400,
      body: { scimType: 'invalidValue', detail: 'domain of ada@other.example not verified' },
    });
    const got = await client.createUser({ userName: 'ada@other.example', givenName: 'Ada' });
    expect(got).toMatchObject({
      kind: 'refused',
      error: { status: 400, scimType: 'invalidValue', outcome: 'refused' },
    });
    if (got.kind === 'refused') expect(got.error.detail).toBe('domain of [address] not verified');
    expect(server.count('POST')).toBe(1);
  });

  it('33: tells "accepted, not visible yet" from "refused", and sees it when it comes', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['x']);
    const user = server.addUser('ada@example.com');
    let arrive = () => {};
    server.script('PATCH /Groups', ({ apply, send }) => {
      arrive = apply;
      send({ status: 204 });
    });
    const write = await client.addMember(group, user);
    expect(write).toMatchObject({ seen: 'out', lost: [], sentAt: expect.any(Number) });
    arrive();
    expect(await client.isMember(group, user)).toBe('in');
  });

  it('34: sends no DELETE, whatever the call', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    const group = server.addGroup('Admins', [user, 'x']);
    await client.setActive(user, false);
    await client.removeMember(group, user);
    await client.updateUser(user, { title: null });
    expect(server.count('DELETE')).toBe(0);
  });

  it('35: a corrected body may be posted again where the first was held back', async () => {
    const { server, client } = await bench();
    server.answer('POST /Users', { status: 400, body: { scimType: 'invalidValue' } });
    const refused = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' });
    expect(refused).toMatchObject({ kind: 'refused' });
    server.script('POST /Users', ({ apply, send }) => send({ ...apply(), status: 200 }));
    const merged = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada', familyName: 'Lovelace' });
    expect(merged).toMatchObject({ kind: 'created', how: 'merged', user: { familyName: 'Lovelace' } });
  });
});

it('throws nothing but ScimError for what a server does', async () => {
  const { server, client } = await bench();
  for (const body of ['[]', '{}', 'null', '"text"', '{"Resources":3}', '<html>', '{"id":{}}']) {
    server.answer('GET /Users', { status: 200, body }, 1);
    await expect(client.getUser('u1')).rejects.toBeInstanceOf(ScimError);
  }
});
