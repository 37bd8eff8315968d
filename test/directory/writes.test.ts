/** What a write says of itself, against a service that behaves. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDirectory } from '../../src/directory/index.ts';
import { createScimClient, profileOf } from '../../src/scim/index.ts';
import { ADMIN, failure, MEMBER, world } from './world.ts';

describe('adding to a group', () => {
  it('is confirmed by reading back', async () => {
    const { directory, members, clock, writes, waits } = await world();
    const before = clock.now();
    const outcome = await directory.add(ADMIN, 'ada');
    expect(outcome).toEqual({ kind: 'confirmed', at: before, sentAt: before });
    expect(members(ADMIN)).toEqual(['grace', 'ada']);
    expect(writes()).toEqual([`PATCH /Groups/${ADMIN}`]);
    expect(waits).toEqual([]);
    expect(await directory.membership(ADMIN, 'ada')).toBe('in');
  });

  it('sends nothing when the account is in the group already', async () => {
    const { directory, writes, clock } = await world();
    expect(await directory.add(ADMIN, 'grace')).toEqual({ kind: 'confirmed', at: clock.now() });
    expect(writes()).toEqual([]);
  });

  it('looks again after one and three seconds, and says accepted when nothing is to be seen', async () => {
    const { directory, service, waits, clock } = await world();
    service.fault({ match: { method: 'PATCH' }, times: 1, kind: { type: 'no-effect' } });
    const before = clock.now();
    expect(await directory.add(ADMIN, 'ada')).toEqual({ kind: 'accepted', sentAt: before });
    expect(waits).toEqual([1000, 2000]);
  });

  it('is confirmed with the later time when the effect appears late', async () => {
    const { directory, clock, members } = await world({ quirks: { visibleAfter: { min: 2500, max: 2500 } } });
    const before = clock.now();
    expect(await directory.add(ADMIN, 'ada')).toEqual({ kind: 'confirmed', at: before + 3000, sentAt: before });
    expect(members(ADMIN)).toContain('ada');
  });

  it('refuses an account that is not there, even where the service would take any id', async () => {
    const { directory, writes } = await world({ quirks: { unknownMember: 'store' } });
    const error = await failure(directory.add(ADMIN, 'nobody'));
    expect(error).toMatchObject({ fault: 'rejected', mayHaveApplied: false, sentAt: undefined });
    expect(writes()).toEqual([]);
  });

  it('is rejected when the group is not there', async () => {
    const { directory, writes } = await world();
    expect(await failure(directory.add('no-such-group', 'ada'))).toMatchObject({ fault: 'rejected' });
    expect(writes()).toEqual([]);
  });
});

describe('removing from a group', () => {
  it('takes exactly one and is confirmed by reading back', async () => {
    const { directory, members, clock, writes } = await world();
    expect(await directory.remove(MEMBER, 'ada')).toMatchObject({ kind: 'confirmed', sentAt: clock.now() });
    expect(members(MEMBER)).toEqual(['grace']);
    expect(writes()).toEqual([`PATCH /Groups/${MEMBER}`]);
  });

  it('sends nothing when the account is not in the group', async () => {
    const { directory, writes } = await world();
    expect((await directory.remove(ADMIN, 'ada')).kind).toBe('confirmed');
    expect(writes()).toEqual([]);
  });

  it('says accepted when the service said yes and did nothing', async () => {
    const { directory, service, members } = await world();
    service.fault({ match: { method: 'PATCH' }, times: 1, kind: { type: 'no-effect' } });
    expect((await directory.remove(ADMIN, 'grace')).kind).toBe('accepted');
    expect(members(ADMIN)).toEqual(['grace']);
  });

  it('still removes where members are never listed, and claims no more than it saw', async () => {
    const { directory, members, writes } = await world({ dialect: 'generic', quirks: { membersInReads: 'empty' } });
    const outcome = await directory.remove(ADMIN, 'grace');
    expect(members(ADMIN)).toEqual([]);
    expect(writes()).toEqual([`PATCH /Groups/${ADMIN}`]);
    expect(outcome.kind).toBe('confirmed');
  });
});

describe('disabling and enabling', () => {
  it('disables and reads it back', async () => {
    const { directory, service, clock } = await world();
    expect(await directory.setActive('ada', false)).toMatchObject({ kind: 'confirmed', sentAt: clock.now() });
    expect(service.state().users.find((user) => user.id === 'ada')?.active).toBe(false);
    expect(directory.known('ada')?.active).toBe(false);
  });

  it('enables and reads it back', async () => {
    const { directory, service } = await world();
    expect((await directory.setActive('linus', true)).kind).toBe('confirmed');
    expect(service.state().users.find((user) => user.id === 'linus')?.active).toBe(true);
  });

  it('sends nothing when it is so already', async () => {
    const { directory, writes } = await world();
    expect((await directory.setActive('linus', false)).kind).toBe('confirmed');
    expect((await directory.setActive('ada', true)).kind).toBe('confirmed');
    expect(writes()).toEqual([]);
  });

  it('takes a service that hides whom it disabled for done', async () => {
    const { directory } = await world({ quirks: { deactivated: 'hidden' } });
    expect((await directory.setActive('ada', false)).kind).toBe('confirmed');
    expect((await directory.setActive('ada', false)).kind).toBe('confirmed');
    expect(directory.known('ada')).toBeUndefined();
  });

  it('does not take a 404 for disabled when nothing else answers either', async () => {
    const { directory, service } = await world();
    service.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind: { type: 'error', status: 404 } });
    expect(await failure(directory.setActive('ada', false))).toMatchObject({ fault: 'unavailable' });
  });

  it('cannot enable somebody who is not there', async () => {
    const { directory } = await world();
    expect(await failure(directory.setActive('nobody', true))).toMatchObject({ fault: 'rejected' });
  });

  it('says accepted when the service said yes and did nothing', async () => {
    const { directory, service, waits } = await world();
    service.fault({ match: { method: 'PATCH' }, times: 9, kind: { type: 'no-effect' } });
    expect((await directory.setActive('ada', false)).kind).toBe('accepted');
    expect(waits).toEqual([1000, 2000]);
  });
});

describe('creating an account', () => {
  const katherine = { email: 'katherine@example.com', givenName: 'Katherine', familyName: 'Johnson' };

  it('creates it and reads it back', async () => {
    const { directory, service, clock } = await world();
    const outcome = await directory.create({ ...katherine, externalId: 'U0KATHERINE' });
    expect(outcome).toMatchObject({
      kind: 'created',
      sentAt: clock.now(),
      account: { userName: katherine.email, email: katherine.email, name: 'Katherine Johnson', active: true },
    });
    const stored = service.state().users.find((user) => user.userName === katherine.email);
    expect(stored).toMatchObject({ externalId: 'U0KATHERINE', active: true });
    expect(directory.search('katherine', 5).map((hit) => hit.account.id)).toEqual([stored?.id]);
  });

  it('creates somebody who has one name only', async () => {
    const { directory } = await world();
    const outcome = await directory.create({ email: 'cher@example.com', givenName: 'Cher' });
    expect(outcome).toMatchObject({ kind: 'created', account: { name: 'Cher' } });
  });

  it('finds who is there already, active or not, and sends nothing', async () => {
    const { directory, writes } = await world();
    const ada = await directory.create({ email: 'Ada@Example.com', givenName: 'Ada' });
    expect(ada).toMatchObject({ kind: 'exists', account: { id: 'ada', active: true } });
    const linus = await directory.create({ email: 'linus@example.com', givenName: 'Linus' });
    expect(linus).toMatchObject({ kind: 'exists', account: { id: 'linus', active: false } });
    expect(writes()).toEqual([]);
  });

  it('tells of one who exists outside', async () => {
    const seed = { users: [{ userName: katherine.email, otherOrg: 'conflict' as const }], groups: [] };
    const { directory } = await world({ seed });
    expect(await directory.create(katherine)).toEqual({ kind: 'exists_elsewhere' });
  });

  it('says accepted when the account never appears', async () => {
    const seed = { users: [{ userName: katherine.email, otherOrg: true as const }], groups: [] };
    const { directory, clock, waits } = await world({ seed });
    const before = clock.now();
    expect(await directory.create(katherine)).toMatchObject({ kind: 'accepted', sentAt: before });
    expect(waits).toEqual([1000, 2000]);
  });

  it('posts once only when the answer is lost, and finds the account', async () => {
    const { directory, service, writes } = await world();
    service.fault({ match: { method: 'POST' }, times: 1, kind: { type: 'reset', when: 'after' } });
    expect(await directory.create({ ...katherine, externalId: 'U0K' })).toMatchObject({ kind: 'created' });
    expect(writes()).toEqual(['POST /Users']);
  });

  it('says that it may have been created when the answer is lost and nobody is found', async () => {
    const { directory, service, clock, writes } = await world();
    service.fault({ match: { method: 'POST' }, times: 1, kind: { type: 'reset', when: 'before' } });
    const before = clock.now();
    const error = await failure(directory.create(katherine));
    expect(error).toMatchObject({ fault: 'unavailable', mayHaveApplied: true, sentAt: before });
    expect(writes()).toEqual(['POST /Users']);
  });

  it('refuses where two accounts have the address', async () => {
    const seed = {
      users: [
        { id: 'one', userName: 'double@example.com' },
        { id: 'two', userName: 'other', email: 'double@example.com' },
      ],
      groups: [],
    };
    const { directory, writes } = await world({ dialect: 'generic', seed });
    expect(await failure(directory.create({ email: 'double@example.com', givenName: 'D' }))).toMatchObject({
      fault: 'rejected',
    });
    expect(writes()).toEqual([]);
  });
});

describe('a service that answers a create with an account it had', () => {
  /** Finds nobody by filter, answers a create with 200 and this account, and reads it back. */
  async function merging(active: boolean) {
    const user = { id: 'old', userName: 'old@example.com', displayName: 'Old Name', active };
    const server = createServer((request, response) => {
      const body = request.url?.startsWith('/Users?') === true ? { totalResults: 0, Resources: [] } : user;
      request
        .resume()
        .on('end', () => response.setHeader('content-type', 'application/scim+json').end(JSON.stringify(body)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const clock = { now: () => 0 };
    const parts = { sleep: async () => undefined, random: () => 0.5 };
    const profile = profileOf('perplexity', { emailFilter: 'trusted' });
    const url = `http://127.0.0.1:${address.port}`;
    const client = createScimClient({ url, token: 'token', profile, now: clock.now, ...parts });
    onTestFinished(async () => {
      await client.close();
      server.close();
    });
    const directory = createDirectory({ app: { key: 'app', mode: 'live' }, client, clock, ...parts });
    return directory.create({ email: 'old@example.com', givenName: 'New' });
  }

  it('has not created anybody when that account is disabled', async () => {
    expect(await merging(false)).toMatchObject({ kind: 'exists', account: { id: 'old', active: false } });
  });

  it('may well have created it when it is active', async () => {
    expect(await merging(true)).toMatchObject({ kind: 'created', account: { id: 'old' } });
  });
});

describe('observe mode', () => {
  it('reads and says what it would have done, and never writes', async () => {
    const { directory, writes, requests, clock } = await world({ mode: 'observe' });
    const observed = { kind: 'observed', at: clock.now() };
    expect(await directory.add(ADMIN, 'ada')).toEqual(observed);
    expect(await directory.remove(ADMIN, 'grace')).toEqual(observed);
    expect(await directory.setActive('ada', false)).toEqual(observed);
    expect(await directory.setActive('linus', true)).toEqual(observed);
    expect(await directory.create({ email: 'new@example.com', givenName: 'New' })).toEqual(observed);
    expect(await directory.add(ADMIN, 'grace')).toMatchObject({ kind: 'confirmed' });
    expect(writes()).toEqual([]);
    expect(requests()).toContain(`GET /Groups/${ADMIN}`);
  });
});
