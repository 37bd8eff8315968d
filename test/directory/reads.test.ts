/** The live questions and what they refuse to believe. */
import { describe, expect, it } from 'vitest';
import type { Seed } from '../../src/sandbox/scim/index.ts';
import { ADMIN, failure, MEMBER, world } from './world.ts';

describe('one account', () => {
  it('comes with what people and rules need', async () => {
    const { directory } = await world();
    expect(await directory.account('ada')).toEqual({
      id: 'ada',
      userName: 'ada@example.com',
      email: 'ada@example.com',
      emails: ['ada@example.com'],
      name: 'Ada Lovelace',
      active: true,
      manager: 'grace',
      changed: '2026-03-02T09:00:00.000Z',
    });
    expect((await directory.account('linus'))?.active).toBe(false);
  });

  it('is nobody when it is not there, and leaves the mirror at once', async () => {
    const { directory, service } = await world();
    await directory.sync();
    service.removeUser('ada');
    expect(directory.known('ada')?.name).toBe('Ada Lovelace');
    expect(await directory.account('ada')).toBeUndefined();
    expect(directory.known('ada')).toBeUndefined();
    expect(directory.search('lovelace', 5)).toEqual([]);
  });

  it('is not called active or inactive where the service does not say', async () => {
    const { directory, service } = await world();
    service.setUser('ada', { active: undefined });
    expect((await directory.account('ada'))?.active).toBe('unknown');
  });

  it('takes the primary e-mail, then the work one, then the first, then a userName that is one', async () => {
    const { directory, service } = await world({ dialect: 'generic' });
    const emailOf = async (emails: { value: string; type?: string; primary?: boolean }[] | undefined) => {
      service.setUser('ada', { emails });
      return (await directory.account('ada'))?.email;
    };
    const home = { value: 'home@example.com', type: 'home' };
    const work = { value: 'work@example.com', type: 'work' };
    expect(await emailOf([home, work, { value: 'main@example.com', primary: true }])).toBe('main@example.com');
    expect(await emailOf([home, work])).toBe('work@example.com');
    expect(await emailOf([home, { value: 'other@example.com', type: 'other' }])).toBe('home@example.com');
    expect(await emailOf(undefined)).toBe('ada@example.com');
    service.setUser('ada', { userName: 'ada' });
    expect((await directory.account('ada'))?.email).toBe('');
  });
});

describe('finding an address', () => {
  const seed: Seed = {
    users: [
      { id: 'by-name', userName: 'Sofia@Example.com', email: 'sofia.other@example.com' },
      { id: 'by-mail', userName: 'u-4711', email: 'tove@example.com' },
      {
        id: 'alias',
        userName: 'mallory',
        attributes: {
          emails: [
            { value: 'mallory@example.com', primary: true },
            { value: 'victim@example.com', type: 'home' },
          ],
        },
      },
    ],
    groups: [],
  };

  it('finds by userName and by primary e-mail, whatever the case', async () => {
    const { directory } = await world({ dialect: 'generic', seed });
    expect((await directory.find('sofia@example.com')).map((each) => each.id)).toEqual(['by-name']);
    expect((await directory.find('TOVE@example.com')).map((each) => each.id)).toEqual(['by-mail']);
  });

  it('does not take somebody for the owner of an address they added themselves', async () => {
    const { directory } = await world({ dialect: 'generic', seed });
    expect(await directory.find('victim@example.com')).toEqual([]);
  });

  it('returns all who answer to it, the userName first', async () => {
    const { directory, service } = await world({ dialect: 'generic', seed });
    service.addUser({ id: 'double', userName: 'zoe', email: 'sofia@example.com' });
    expect((await directory.find('sofia@example.com')).map((each) => each.id)).toEqual(['by-name', 'double']);
  });

  it('checks every hit itself where the service ignores filters', async () => {
    const { directory } = await world({ dialect: 'generic', seed, quirks: { filterMeaning: 'ignored' } });
    expect((await directory.find('sofia@example.com')).map((each) => each.id)).toEqual(['by-name']);
    expect(await directory.find('nobody@example.com')).toEqual([]);
  });

  it('finds by e-mail where only userName can be filtered, with and without a mirror', async () => {
    const quirks = { filters: 'eq-only', filterable: ['userName'] } as const;
    const { directory, requests } = await world({ dialect: 'generic', seed, quirks });
    expect((await directory.find('tove@example.com')).map((each) => each.id)).toEqual(['by-mail']);
    await directory.sync();
    const before = requests().length;
    expect((await directory.find('tove@example.com')).map((each) => each.id)).toEqual(['by-mail']);
    expect(requests().slice(before)).toContain('GET /Users/by-mail');
  });

  it('reads everybody for an address nobody has only while the mirror is not fresh', async () => {
    const { directory, service, clock } = await world({ dialect: 'generic', seed });
    const listings = () =>
      service.calls.filter((call) => call.path.includes('startIndex') && !call.path.includes('filter'));
    await directory.find('nobody@example.com');
    expect(listings()).toHaveLength(1);
    await directory.sync();
    expect(listings()).toHaveLength(2);
    await directory.find('nobody@example.com');
    expect(listings()).toHaveLength(2);
    clock.advance(31 * 60_000);
    await directory.find('nobody@example.com');
    expect(listings()).toHaveLength(3);
  });

  it('does not act on a mirror that is out of date', async () => {
    const { directory, service } = await world({ dialect: 'generic', seed });
    await directory.sync();
    service.setUser('by-mail', { emails: [{ value: 'moved@example.com', primary: true }] });
    expect(await directory.find('tove@example.com')).toEqual([]);
    service.removeUser('by-mail');
    expect(await directory.find('moved@example.com')).toEqual([]);
  });

  it('fails rather than finding nobody when the look-up failed', async () => {
    const { directory, service } = await world({ dialect: 'generic', seed });
    service.fault({
      match: { path: /userName/ },
      times: Number.POSITIVE_INFINITY,
      kind: { type: 'error', status: 401 },
    });
    expect(await failure(directory.find('sofia@example.com'))).toMatchObject({ fault: 'unauthorized' });
  });
});

describe('groups', () => {
  it('are found by their exact name, all of them', async () => {
    const { directory, service } = await world();
    service.addGroup({ id: 'second', displayName: 'PPLX_Admin' });
    service.addGroup({ id: 'other', displayName: 'pplx_admin' });
    expect((await directory.groupsNamed('PPLX_Admin')).toSorted()).toEqual([ADMIN, 'second']);
    expect(await directory.groupsNamed('PPLX')).toEqual([]);
  });

  it('list their members', async () => {
    const { directory } = await world();
    expect(await directory.members(MEMBER)).toEqual(['ada', 'grace']);
    expect(await directory.membership(MEMBER, 'ada')).toBe('in');
    expect(await directory.membership(ADMIN, 'ada')).toBe('out');
    expect(directory.knownMembers(MEMBER)).toEqual(new Set(['ada', 'grace']));
  });

  it('are unknown where the profile says that members are not listed', async () => {
    const { directory } = await world({ profile: { membersReadable: 'no' }, quirks: { membersInReads: 'empty' } });
    expect(await directory.members(MEMBER)).toBe('unknown');
    expect(directory.knownMembers(MEMBER)).toBe('unknown');
  });

  it('are unknown where an empty list may mean anything', async () => {
    const { directory } = await world({ dialect: 'generic', quirks: { membersInReads: 'empty' } });
    expect(await directory.members(MEMBER)).toBe('unknown');
  });

  it('are not believed to be empty when somebody seen in them still says so', async () => {
    const { directory, service, writes, members } = await world();
    expect(await directory.members(ADMIN)).toEqual(['grace']);
    service.setDialect('perplexity', { membersInReads: 'empty' });
    expect(await directory.members(ADMIN)).toBe('unknown');
    expect(await directory.membership(ADMIN, 'grace')).toBe('unknown');
    expect(directory.knownMembers(ADMIN)).toEqual(new Set(['grace']));
    // A removal is sent all the same: "not listed" is not "not there".
    await directory.remove(ADMIN, 'grace');
    expect(writes()).toEqual([`PATCH /Groups/${ADMIN}`]);
    expect(members(ADMIN)).toEqual([]);
  });

  it('are believed to be empty when those seen in them say that they left', async () => {
    const { directory, service } = await world();
    expect(await directory.members(ADMIN)).toEqual(['grace']);
    service.setMember(ADMIN, 'grace', false);
    expect(await directory.members(ADMIN)).toEqual([]);
    expect(await directory.membership(ADMIN, 'grace')).toBe('out');
  });

  it('that are gone are a definite no', async () => {
    const { directory } = await world();
    expect(await failure(directory.members('no-such-group'))).toMatchObject({ fault: 'rejected' });
  });
});
