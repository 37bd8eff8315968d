/** Syncs that ask only for what changed: what they see, what they cannot, and every way of a service to mislead them. */
import { describe, expect, it } from 'vitest';
import type { Quirks, Seed } from '../../src/sandbox/scim/index.ts';
import { ADMIN, world } from './world.ts';

const MINUTE = 60_000;

/** A running directory whose waits pass when the test says so, together with the clock. */
async function running(
  options: Parameters<typeof world>[0] = {},
  before?: (made: Awaited<ReturnType<typeof world>>) => void,
) {
  let asleep = Promise.withResolvers<number>();
  let wake = Promise.withResolvers<void>();
  const made = await world({
    dialect: 'generic',
    groups: () => [ADMIN],
    sleep: (ms) => {
      asleep.resolve(ms);
      return wake.promise;
    },
    ...options,
  });
  before?.(made);
  made.directory.start();
  let wait = await asleep.promise;
  const last = () => made.events.findLast((event) => event.kind === 'synced');
  return {
    ...made,
    last,
    /** Minutes until the next sync. */
    wait: () => wait / MINUTE,
    /** Lets the wait pass and the next sync end. Returns the requests it made for people. */
    next: async (): Promise<string[]> => {
      made.clock.advance(wait);
      const before = made.service.calls.length;
      const over = wake;
      [asleep, wake] = [Promise.withResolvers(), Promise.withResolvers()];
      over.resolve();
      wait = await asleep.promise;
      const asked = made.service.calls.slice(before).map((call) => decodeURIComponent(call.path));
      return asked.filter((path) => path.startsWith('/Users'));
    },
  };
}

/** Ada changed half an hour after all others. */
const adaLater = ({ clock, service }: Awaited<ReturnType<typeof world>>) => {
  clock.advance(30 * MINUTE);
  service.setUser('ada', { displayName: 'Ada King' });
};

describe('a sync of changes', () => {
  it('asks for who changed since a while before the newest change, by the service’s own clock', async () => {
    const { next, wait, last, client, clock } = await running({}, adaLater);
    const start = clock.now();
    expect(wait()).toBe(5);
    expect(await next()).toEqual([
      `/Users?startIndex=1&count=1000&filter=meta.lastModified gt "${new Date(start - 10 * MINUTE).toISOString().replace('.000', '')}"`,
    ]);
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true, accounts: 1, gone: 0 } });
    expect(client.learned().modifiedFilter).toBe('yes');
  });

  it('takes over who changed and who is new, reads the groups again, and is as fresh as a full one', async () => {
    const { next, service, directory, clock, last } = await running({}, adaLater);
    clock.advance(MINUTE);
    service.setUser('grace', { displayName: 'Admiral Hopper', active: false });
    service.addUser({ id: 'mary', userName: 'mary@example.com', givenName: 'Mary', manager: 'ada' });
    service.setMember(ADMIN, 'ada', true);
    service.setMember(ADMIN, 'grace', false);
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true, accounts: 3 } });
    expect(directory.known('grace')).toMatchObject({ name: 'Admiral Hopper', active: false });
    expect(directory.known('mary')).toMatchObject({ manager: 'ada' });
    expect(directory.search('admiral', 5).map((hit) => hit.account.id)).toEqual(['grace']);
    expect(directory.knownMembers(ADMIN)).toEqual(new Set(['ada']));
    expect(directory.freshness()).toEqual({ syncedAt: clock.now(), complete: true, accounts: 4 });
  });

  it('takes nobody out; who disappeared is found missing by the full one, every hour', async () => {
    const { next, service, directory, last } = await running({}, adaLater);
    service.removeUser('linus');
    const extents: unknown[] = [];
    for (let at = 0; at < 12; at += 1) {
      expect(directory.known('linus')).toBeDefined();
      await next();
      extents.push(last()?.extent);
    }
    expect(extents).toEqual([...Array.from({ length: 11 }, () => 'changes'), 'everybody']);
    expect(last()).toMatchObject({ result: { complete: true, accounts: 2, gone: 1 } });
    expect(directory.known('linus')).toBeUndefined();
    await next();
    expect(last()?.extent).toBe('changes');
  });

  it('knows that whoever it expected and did not get is gone, and goes on believing', async () => {
    const { next, service, directory, last, wait } = await running({}, adaLater);
    service.removeUser('ada');
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true, accounts: 0, gone: 1 } });
    expect(directory.known('ada')).toBeUndefined();
    expect(wait()).toBe(5);
    service.setUser('linus', { active: true });
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true } });
    expect(directory.known('linus')?.active).toBe(true);
  });

  it('is not enough for whoever asks for everybody meanwhile', async () => {
    const { next, service, directory, events } = await running({}, adaLater);
    const { promise, resolve } = Promise.withResolvers<void>();
    service.fault({ match: { path: /gt/ }, times: 1, kind: { type: 'hold', until: promise, when: 'before' } });
    const arrived = new Promise<void>((come) => service.on('arrive', () => come()));
    const changes = next();
    await arrived;
    const asked = Promise.all([directory.sync(), directory.sync()]);
    resolve();
    const [one, two] = await asked;
    expect(one).toBe(two);
    expect(one).toMatchObject({ complete: true, accounts: 3 });
    await changes;
    expect(events.map((event) => event.kind === 'synced' && event.extent)).toEqual([
      'everybody',
      'changes',
      'everybody',
    ]);
  });

  it('is not asked for when it would be half of everybody', async () => {
    const users = Array.from({ length: 600 }, (_, at) => ({ id: `u${at}`, userName: `person${at}@example.com` }));
    const crowd: Seed = { users, groups: [{ id: ADMIN, displayName: 'PPLX_Admin', members: [] }] };
    const { wait, next, last } = await running({ seed: crowd });
    expect(wait()).toBe(15);
    await next();
    expect(last()?.extent).toBe('everybody');
  });

  it('is held to the service’s clock, so that one date far ahead hides no changes', async () => {
    // A service's Date header is the machine's.
    const { next, service, directory, last, clock } = await running({ start: Date.now() }, (made) => {
      const century = 100 * 365 * 24 * 60 * MINUTE;
      made.clock.advance(century);
      made.service.setUser('linus', { displayName: 'From The Future' });
      made.clock.advance(-century);
    });
    clock.advance(MINUTE);
    service.setUser('grace', { displayName: 'Admiral Hopper' });
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true } });
    expect(directory.known('grace')?.name).toBe('Admiral Hopper');
  });
});

describe('a service that cannot be asked for changes is found out, and everybody is read at once instead', () => {
  const MISLEADING: Record<string, Partial<Quirks>> = {
    'refuses the filter with 400': { filters: 'eq-only' },
    'refuses the filter with 501': { filters: 'eq-only', filterRefusal: 501 },
    'refuses the filter as sensitive': { filters: 'eq-only', filterRefusal: 403 },
    'has no filters at all': { filters: 'none' },
    'ignores the filter and returns everybody': { filterMeaning: 'ignored' },
    'understands something else and returns nobody': { filterMeaning: 'email' },
  };
  it.each(Object.entries(MISLEADING))('where it %s', async (_, quirks) => {
    const { next, service, directory, last, client, wait } = await running({ quirks }, (made) => {
      made.service.addUser({ id: 'mary', userName: 'mary@example.com' });
      adaLater(made);
    });
    service.setUser('grace', { displayName: 'Admiral Hopper' });
    service.removeUser('linus');
    await next();
    expect(last()).toMatchObject({ extent: 'everybody', result: { complete: true, accounts: 3, gone: 1 } });
    expect(directory.known('grace')?.name).toBe('Admiral Hopper');
    expect(client.learned().modifiedFilter).toBe('no');
    expect(wait()).toBe(15);
    expect((await next()).join()).not.toContain('filter');
  });

  it('where the filter breaks, for an hour: that may be a bad day', async () => {
    const { next, service, last, client, wait } = await running({}, adaLater);
    service.fault({ match: { path: /gt/ }, times: 1, kind: { type: 'error', status: 500 } });
    await next();
    expect(last()).toMatchObject({ extent: 'everybody', result: { complete: true } });
    expect(client.learned()).not.toHaveProperty('modifiedFilter');
    const waits: number[] = [];
    const extents: unknown[] = [];
    for (let at = 0; at < 5; at += 1) {
      waits.push(wait());
      await next();
      extents.push(last()?.extent);
    }
    expect(waits).toEqual([15, 15, 15, 15, 5]);
    expect(extents).toEqual(['everybody', 'everybody', 'everybody', 'everybody', 'changes']);
  });

  it('where changes keep an old date: the next full sync tells', async () => {
    const { next, service, directory, last, client, wait, clock } = await running(
      { quirks: { lastModified: 'frozen' } },
      (made) => {
        made.clock.advance(30 * MINUTE);
        made.service.addUser({ id: 'mary', userName: 'mary@example.com' });
      },
    );
    clock.advance(MINUTE);
    service.setUser('ada', { displayName: 'Ada King' });
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: true } });
    expect(directory.known('ada')?.name).toBe('Ada Lovelace');
    while (last()?.extent === 'changes') await next();
    expect(directory.known('ada')?.name).toBe('Ada King');
    expect(client.learned().modifiedFilter).toBe('no');
    expect(wait()).toBe(15);
  });

  it('where people come to be seen under an old date', async () => {
    const { next, service, last, client, clock } = await running({}, (made) => {
      made.clock.advance(30 * MINUTE);
      made.service.setUser('ada', { title: 'Countess' });
    });
    clock.advance(-20 * MINUTE);
    service.addUser({ id: 'mary', userName: 'mary@example.com' });
    clock.advance(20 * MINUTE);
    do await next();
    while (last()?.extent === 'changes');
    expect(client.learned().modifiedFilter).toBe('no');
  });

  it('and is not asked again by the next client that was told', async () => {
    const { next, wait } = await running({ learned: { modifiedFilter: 'no' } }, adaLater);
    expect(wait()).toBe(15);
    expect((await next()).join()).not.toContain('filter');
  });
});

describe('a sync of changes that does not get through', () => {
  it('is not complete, takes nobody out, and everybody is read soon', async () => {
    const { next, service, directory, last, wait, client } = await running({ patienceMs: 0 }, adaLater);
    const before = directory.freshness();
    service.fault({ match: { path: /gt/ }, times: 1, kind: { type: 'busy', status: 503, retryAfter: 'none' } });
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: false, why: 'unavailable', gone: 0 } });
    expect(directory.freshness()).toEqual({ ...before, complete: false });
    expect([...directory.all()]).toHaveLength(3);
    expect(client.learned()).not.toHaveProperty('modifiedFilter');
    expect(wait()).toBe(0.25);
    await next();
    expect(last()).toMatchObject({ extent: 'everybody', result: { complete: true } });
  });

  it('is not complete when a role group could not be read', async () => {
    const { next, service, last } = await running({}, adaLater);
    service.fault({ match: { path: /Groups/ }, times: Number.POSITIVE_INFINITY, kind: { type: 'error', status: 403 } });
    await next();
    expect(last()).toMatchObject({ extent: 'changes', result: { complete: false, why: 'groups' } });
  });
});

describe('how large a page is', () => {
  it('is asked of the service before everybody is read, once an hour', async () => {
    const { directory, service, clock } = await world({ dialect: 'generic' });
    const asked = () => service.calls.filter((call) => call.path.startsWith('/ServiceProviderConfig')).length;
    await directory.sync();
    expect(asked()).toBe(1);
    expect(service.calls.some((call) => call.path.includes('count=1000'))).toBe(true);
    await directory.sync();
    expect(asked()).toBe(1);
    clock.advance(61 * MINUTE);
    await directory.sync();
    expect(asked()).toBe(2);
  });
});
