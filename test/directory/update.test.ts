/** What an update of an account says of each attribute. */
import { describe, expect, it } from 'vitest';
import type { ScimService, Seed } from '../../src/sandbox/scim/index.ts';
import { ADMIN, failure, SEED, world } from './world.ts';

/** What was sent to change somebody. */
const bodies = (service: ScimService): string[] =>
  service.calls.filter((call) => call.method === 'PATCH').map((call) => call.request);

const everything: Seed = {
  ...SEED,
  users: [
    ...SEED.users,
    {
      id: 'mary',
      userName: 'mary@example.com',
      givenName: 'Mary',
      familyName: 'Jackson',
      displayName: 'Mary Jackson',
      title: 'Engineer',
      department: 'Wind tunnels',
      manager: 'grace@example.com',
    },
  ],
};

describe('the profile of an account', () => {
  it('has what an update could change, and no key for what is not there', async () => {
    const { directory } = await world({ dialect: 'generic', seed: everything });
    expect(await directory.profile('mary')).toEqual({
      givenName: 'Mary',
      familyName: 'Jackson',
      displayName: 'Mary Jackson',
      title: 'Engineer',
      department: 'Wind tunnels',
      email: 'mary@example.com',
      userName: 'mary@example.com',
      manager: 'grace',
    });
    const grace = await directory.profile('grace');
    expect(grace).toMatchObject({ givenName: 'Grace' });
    expect(grace).not.toHaveProperty('title');
    expect(grace).not.toHaveProperty('manager');
    expect(await directory.profile('nobody')).toBeUndefined();
  });

  it('is read live, and the mirror learns it', async () => {
    const { directory, service } = await world({ dialect: 'generic' });
    await directory.sync();
    service.setUser('ada', { displayName: 'Ada King' });
    expect(await directory.profile('ada')).toMatchObject({ displayName: 'Ada King' });
    expect(directory.known('ada')?.name).toBe('Ada King');
  });
});

describe('updating an account', () => {
  it('changes what is to be changed, sends nothing else, and confirms each by reading back', async () => {
    const { directory, service, clock, waits } = await world({ dialect: 'generic', seed: everything });
    const before = clock.now();
    const outcome = await directory.update('mary', {
      givenName: 'Mary',
      familyName: 'Winston Jackson',
      department: 'Supersonic',
      manager: 'ada',
      email: 'MARY@example.com',
    });
    expect(outcome).toEqual({
      kind: 'written',
      at: before,
      sentAt: before,
      attributes: {
        givenName: { kind: 'confirmed' },
        familyName: { kind: 'confirmed' },
        department: { kind: 'confirmed' },
        manager: { kind: 'confirmed' },
        email: { kind: 'confirmed' },
      },
    });
    expect(bodies(service)).toHaveLength(1);
    expect(bodies(service).join()).not.toMatch(/givenName|emails/);
    expect(await directory.profile('mary')).toMatchObject({ familyName: 'Winston Jackson', manager: 'ada' });
    expect(waits).toEqual([]);
  });

  it('takes an attribute away for an empty text, and the manager too', async () => {
    const { directory } = await world({ dialect: 'generic', seed: everything });
    expect(await directory.update('mary', { title: '', manager: '' })).toMatchObject({
      attributes: { title: { kind: 'confirmed' }, manager: { kind: 'confirmed' } },
    });
    const after = await directory.profile('mary');
    expect(after).not.toHaveProperty('title');
    expect(after).not.toHaveProperty('manager');
  });

  it('sends nothing at all when everything is so already', async () => {
    const { directory, writes, clock } = await world({ dialect: 'generic', seed: everything });
    expect(await directory.update('mary', { title: 'Engineer', manager: 'grace' })).toEqual({
      kind: 'written',
      at: clock.now(),
      attributes: { title: { kind: 'confirmed' }, manager: { kind: 'confirmed' } },
    });
    expect(writes()).toEqual([]);
  });

  it('says of each attribute by itself what cannot be done, and does the rest', async () => {
    const { directory, service } = await world({
      dialect: 'generic',
      seed: everything,
      profile: { attributes: { title: 'title', userName: 'userName', displayName: 'displayName' } },
    });
    const outcome = await directory.update('mary', {
      title: 'Head of Engineering',
      department: 'Supersonic',
      userName: '',
      displayName: ' ',
    });
    expect(outcome).toMatchObject({
      attributes: {
        title: { kind: 'confirmed' },
        department: { kind: 'unsupported' },
        userName: { kind: 'refused', detail: /taken away/ },
        displayName: { kind: 'refused' },
      },
    });
    expect(bodies(service).join()).toMatch(/Head of Engineering/);
    expect(bodies(service).join()).not.toMatch(/department|userName|displayName/);
  });

  it('refuses a manager who is not there, where the service would store any id', async () => {
    const { directory, writes } = await world({ dialect: 'generic', seed: everything });
    expect(await directory.update('mary', { manager: 'nobody' })).toMatchObject({
      attributes: { manager: { kind: 'refused', detail: /not there/ } },
    });
    expect(writes()).toEqual([]);
  });

  it('tells what the service refused, in words that hold no address and no token', async () => {
    const { directory } = await world({ dialect: 'generic', seed: everything });
    const outcome = await directory.update('mary', { userName: 'ada@example.com', title: 'Chief' });
    expect(outcome).toMatchObject({
      attributes: { userName: { kind: 'refused', detail: /409 uniqueness/ }, title: { kind: 'confirmed' } },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/ada@example/);
  });

  it('looks again after one and three seconds for what was only accepted', async () => {
    const slow = await world({
      dialect: 'generic',
      seed: everything,
      quirks: { visibleAfter: { min: 2500, max: 2500 } },
    });
    const before = slow.clock.now();
    expect(await slow.directory.update('mary', { title: 'Chief' })).toMatchObject({
      sentAt: before,
      attributes: { title: { kind: 'confirmed' } },
    });
    expect(slow.waits).toEqual([1000, 2000]);

    const never = await world({ dialect: 'generic', seed: everything });
    never.service.fault({ match: { method: 'PATCH' }, times: 9, kind: { type: 'no-effect' } });
    expect(await never.directory.update('mary', { title: 'Chief' })).toMatchObject({
      attributes: { title: { kind: 'accepted' } },
    });
    expect(never.waits).toEqual([1000, 2000]);
  });

  it('says unknown when the answer was lost and the account cannot be read', async () => {
    const { directory, service, client } = await world({ dialect: 'generic', seed: everything, patienceMs: 0 });
    service.fault({ match: { method: 'PATCH' }, times: 1, kind: { type: 'reset', when: 'before' } });
    const updating = directory.update('mary', { title: 'Chief' });
    service.on('call', (call) => {
      if (call.method === 'PATCH')
        service.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind: { type: 'error', status: 500 } });
    });
    expect(await updating).toMatchObject({ kind: 'written', attributes: { title: { kind: 'unknown' } } });
    expect(client.profile.name).toBe('generic');
  });

  it('cannot update somebody who is not there', async () => {
    const { directory } = await world({ dialect: 'generic' });
    expect(await failure(directory.update('nobody', { title: 'X' }))).toMatchObject({ fault: 'rejected' });
  });

  it('sends nothing in observe mode, and still says what is so already', async () => {
    const { directory, writes, clock } = await world({ dialect: 'generic', seed: everything, mode: 'observe' });
    expect(await directory.update('mary', { title: 'Chief' })).toEqual({ kind: 'observed', at: clock.now() });
    expect(await directory.update('mary', { title: 'Engineer' })).toMatchObject({ kind: 'written' });
    expect(writes()).toEqual([]);
  });

  it('sends nothing to an app that publishes no updates', async () => {
    const { directory, writes } = await world({ seed: everything });
    expect(await directory.update('mary', { title: 'Chief' })).toMatchObject({
      attributes: { title: { kind: 'unsupported' } },
    });
    expect(writes()).toEqual([]);
  });
});

describe('groups by their id', () => {
  it('reads one, none, and all of them without their members', async () => {
    const { directory, service } = await world();
    expect(await directory.group(ADMIN)).toEqual({ id: ADMIN, name: 'PPLX_Admin' });
    expect(await directory.group('no-such-group')).toBeUndefined();
    const { groups, complete } = await directory.groups();
    expect(complete).toBe(true);
    expect(groups.map(({ name }) => name).toSorted()).toEqual(['PPLX_Admin', 'PPLX_Members']);
    expect(service.calls.every((call) => call.path.includes('excludedAttributes=members'))).toBe(true);
  });

  it('says when not all of them could be read', async () => {
    const groups = Array.from({ length: 120 }, (_, at) => ({ id: `g${at}`, displayName: `Group ${at}`, members: [] }));
    const { directory } = await world({ seed: { users: [], groups }, quirks: { startIndex: 'ignored' } });
    expect(await directory.groups()).toMatchObject({ complete: false });
  });

  it('makes one, reads it back, and finds it instead of making a second', async () => {
    const { directory, service } = await world({ dialect: 'generic' });
    const made = await directory.createGroup('Team Sales');
    const there = service.state().groups.find((group) => group.displayName === 'Team Sales');
    expect(made).toEqual({ kind: 'created', group: { id: there?.id, name: 'Team Sales' } });
    expect(await directory.createGroup('Team Sales')).toEqual({
      kind: 'exists',
      groups: [{ id: there?.id, name: 'Team Sales' }],
    });
    expect(service.calls.filter((call) => call.method === 'POST')).toHaveLength(1);
  });

  it('does not claim a group that is not to be seen', async () => {
    const { directory, service, clock } = await world({ dialect: 'generic' });
    const before = clock.now();
    service.on('call', (call) => {
      if (call.method === 'POST')
        service.fault({
          match: { method: 'GET' },
          times: Number.POSITIVE_INFINITY,
          kind: { type: 'error', status: 404 },
        });
    });
    expect(await failure(directory.createGroup('Team Sales'))).toMatchObject({ mayHaveApplied: true, sentAt: before });
  });

  it('makes none where groups come from elsewhere, and none in observe mode', async () => {
    const elsewhere = await world();
    expect(await elsewhere.directory.createGroup('Team Sales')).toEqual({ kind: 'managed_elsewhere' });
    const observing = await world({ dialect: 'generic', mode: 'observe' });
    expect(await observing.directory.createGroup('Team Sales')).toEqual({ kind: 'observed' });
    expect(await observing.directory.createGroup('PPLX_Admin')).toMatchObject({
      kind: 'exists',
      groups: [{ id: ADMIN }],
    });
    expect([...elsewhere.writes(), ...observing.writes()]).toEqual([]);
  });
});
