/** What the mirror holds after a listing that went well, and after one that did not. */
import { describe, expect, it } from 'vitest';
import type { Quirks, Seed } from '../../src/sandbox/scim/index.ts';
import { ADMIN, MEMBER, world } from './world.ts';

const crowd = (count: number): Seed => ({
  users: Array.from({ length: count }, (_, at) => ({
    id: `u${at}`,
    userName: `person${at}@example.com`,
    givenName: `Given${at}`,
    familyName: `Family${at}`,
  })),
  groups: [{ id: ADMIN, displayName: 'PPLX_Admin', members: ['u0', 'u1'] }],
});

describe('a complete sync', () => {
  it('fills the mirror with everybody and the role groups, and says when', async () => {
    const { directory, clock, events } = await world({ groups: () => [ADMIN, MEMBER] });
    expect(directory.freshness()).toEqual({ complete: false, accounts: 0 });
    const result = await directory.sync();
    expect(result).toEqual({ at: clock.now(), complete: true, accounts: 3, gone: 0 });
    expect([...directory.all()].map((account) => account.id).toSorted()).toEqual(['ada', 'grace', 'linus']);
    expect(directory.knownMembers(ADMIN)).toEqual(new Set(['grace']));
    expect(directory.freshness()).toEqual({ syncedAt: clock.now(), complete: true, accounts: 3 });
    expect(directory.search('oberg', 5).map((hit) => hit.account.id)).toEqual(['linus']);
    expect(events).toEqual([{ kind: 'synced', app: 'perplexity', extent: 'everybody', result }]);
  });

  it('reads many pages', async () => {
    const { directory } = await world({ seed: crowd(1234) });
    expect(await directory.sync()).toMatchObject({ complete: true, accounts: 1234 });
    // Among many whose addresses are nearly that one.
    expect(directory.knownBy('PERSON1@example.com').map(({ id }) => id)).toEqual(['u1']);
    expect(directory.knownBy('person')).toEqual([]);
    expect(directory.search('given77 family77', 1)[0]?.account.id).toBe('u77');
  });

  it('takes out who is not there any more', async () => {
    const { directory, service } = await world();
    await directory.sync();
    service.removeUser('ada');
    expect(await directory.sync()).toMatchObject({ complete: true, accounts: 2, gone: 1 });
    expect(directory.known('ada')).toBeUndefined();
    expect(directory.search('lovelace', 5)).toEqual([]);
    expect([...directory.all()]).toHaveLength(2);
  });

  it('takes over what changed', async () => {
    const { directory, service } = await world();
    await directory.sync();
    service.setUser('ada', { displayName: 'Ada King', active: false });
    await directory.sync();
    expect(directory.known('ada')).toMatchObject({ name: 'Ada King', active: false });
    expect(directory.search('ada king', 5)[0]).toMatchObject({ score: 1, account: { id: 'ada' } });
  });

  it('is one without a group that carries no role any more and is gone; whom it held last is still known', async () => {
    let carrying = [ADMIN, MEMBER];
    const { directory, service } = await world({ groups: () => carrying });
    await directory.sync();
    service.removeGroup(ADMIN);
    expect(await directory.sync()).toMatchObject({ complete: false, why: 'groups' });
    carrying = [MEMBER];
    expect(await directory.sync()).toMatchObject({ complete: true });
    expect(directory.knownMembers(ADMIN)).toEqual(new Set(['grace']));
  });

  it('says that members are not listed', async () => {
    const { directory } = await world({
      dialect: 'generic',
      quirks: { membersInReads: 'empty' },
      groups: () => [ADMIN],
    });
    expect(await directory.sync()).toMatchObject({ complete: true });
    expect(directory.knownMembers(ADMIN)).toBe('unknown');
  });

  it('puts the active first among equals', async () => {
    const { directory, service } = await world();
    service.addUser({ id: 'old', userName: 'grace.old@example.com', displayName: 'Grace Hopper', active: false });
    await directory.sync();
    expect(directory.search('grace hopper', 5).map((hit) => hit.account.id)).toEqual(['grace', 'old']);
  });
});

describe('a sync that is not complete', () => {
  it('keeps who was not seen, and says why', async () => {
    const { directory, service, events } = await world({ seed: crowd(450), patienceMs: 0 });
    await directory.sync();
    const before = directory.freshness();
    service.removeUser('u449');
    service.addUser({ id: 'new', userName: 'new@example.com' });
    service.fault({
      match: { path: /startIndex=(201|301)/ },
      times: Number.POSITIVE_INFINITY,
      kind: { type: 'error', status: 500 },
    });
    expect(await directory.sync()).toMatchObject({ complete: false, why: 'unavailable', gone: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'synced', error: { fault: 'unavailable', detail: /500/ } });
    expect(directory.known('u449')).toBeDefined();
    expect(directory.known('u300')).toBeDefined();
    expect(directory.freshness()).toMatchObject({ syncedAt: before.syncedAt, complete: false });
  });

  it('keeps who was not seen when the service shows the same page for ever', async () => {
    const { directory, service, events } = await world({ seed: crowd(250) });
    await directory.sync();
    service.setDialect('perplexity', { startIndex: 'ignored' });
    expect(await directory.sync()).toMatchObject({ complete: false, accounts: 100, gone: 0 });
    expect(events.at(-1)).not.toHaveProperty('error');
    expect([...directory.all()]).toHaveLength(250);
  });

  it('keeps everybody when the service suddenly shows nobody', async () => {
    const { directory, service } = await world();
    await directory.sync();
    for (const id of ['ada', 'grace', 'linus']) service.removeUser(id);
    expect(await directory.sync()).toMatchObject({ complete: false, why: 'empty', gone: 0 });
    expect([...directory.all()]).toHaveLength(3);
  });

  it('is not complete when a role group could not be read, and keeps what it knew of it', async () => {
    const { directory, service, events } = await world({ groups: () => [ADMIN, MEMBER] });
    await directory.sync();
    service.fault({ match: { path: /Groups/ }, times: Number.POSITIVE_INFINITY, kind: { type: 'error', status: 403 } });
    expect(await directory.sync()).toMatchObject({ complete: false, why: 'groups', accounts: 3 });
    expect(events.at(-1)).toMatchObject({ error: { fault: 'forbidden' } });
    expect(directory.knownMembers(ADMIN)).toEqual(new Set(['grace']));
  });

  it('tells of a bad token and throws nothing', async () => {
    const { directory, service } = await world();
    service.setToken('another');
    expect(await directory.sync()).toMatchObject({ complete: false, why: 'unauthorized' });
  });
});

describe('the schedule', () => {
  /** A directory whose waits end when the test says so. */
  async function scheduled(quirks: Partial<Quirks> = {}) {
    const waits: { ms: number; over: () => void }[] = [];
    let wake = Promise.withResolvers<void>();
    let broken = false;
    const made = await world({
      quirks,
      sleep: (ms) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        waits.push({ ms, over: resolve });
        wake.resolve();
        return promise;
      },
      groups: () => {
        if (broken) throw new Error('the store does not answer');
        return [];
      },
    });
    return {
      ...made,
      break: (now: boolean) => {
        broken = now;
      },
      /** The wait that begins next, in minutes. */
      nextWait: async () => {
        await wake.promise;
        wake = Promise.withResolvers();
        return (waits.at(-1)?.ms ?? 0) / 60_000;
      },
      over: () => waits.at(-1)?.over(),
      syncs: () => made.events.filter((event) => event.kind === 'synced').length,
    };
  }

  it('syncs at start and then every quarter of an hour where the service cannot say who changed', async () => {
    const { directory, nextWait, over, syncs } = await scheduled({ lastModified: 'absent' });
    directory.start();
    directory.start();
    expect(await nextWait()).toBe(15);
    expect(syncs()).toBe(1);
    over();
    expect(await nextWait()).toBe(15);
    expect(syncs()).toBe(2);
  });

  it('tries sooner after one that failed, later each time, and never later than usual', async () => {
    const { directory, service, nextWait, over } = await scheduled();
    service.setToken('another');
    directory.start();
    const waits: number[] = [];
    for (let at = 0; at < 8; at++) {
      waits.push(await nextWait());
      over();
    }
    expect(waits).toEqual([0.25, 0.5, 1, 2, 4, 8, 15, 15]);
  });

  it('goes on after a fault that is not the service’s, and tells of it', async () => {
    const made = await scheduled();
    made.break(true);
    made.directory.start();
    expect(await made.nextWait()).toBe(0.25);
    expect(made.events).toMatchObject([{ kind: 'sync_broken', app: 'perplexity', error: { message: /store/ } }]);
    made.break(false);
    made.over();
    expect(await made.nextWait()).toBe(5);
  });

  it('stops in the middle of a wait and in the middle of a listing', async () => {
    const waiting = await scheduled();
    waiting.directory.start();
    await waiting.nextWait();
    await waiting.directory.stop();
    expect(waiting.syncs()).toBe(1);

    const { directory, service, events } = await world({ seed: crowd(450) });
    const asked = new Promise<void>((resolve) => service.on('call', () => resolve()));
    directory.start();
    await asked;
    await directory.stop();
    expect(events).toMatchObject([{ kind: 'synced', result: { complete: false, why: 'stopped' } }]);
  });

  it('runs one sync at a time', async () => {
    const { directory, events } = await world();
    const [one, two] = await Promise.all([directory.sync(), directory.sync()]);
    expect(one).toBe(two);
    expect(events).toHaveLength(1);
  });
});
