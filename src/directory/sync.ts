/**
 * Brings the mirror up to date: everybody at start and every hour, whoever changed every five minutes, the members of the
 * role groups each time. A listing that was not complete, and one of changes, takes nobody out. Refuses to tell the time
 * and to stop the process.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { DirectoryError, type DirectoryFault } from '../access/errors.ts';
import type { Account, Clock, SyncResult } from '../access/ports.ts';
import { type IncompleteWhy, momentOf, type ScimClient, type ScimUser } from '../scim/index.ts';
import { toAccount } from './account.ts';
import { toDirectoryError } from './faults.ts';
import type { Mark, Mirror } from './mirror.ts';
import type { Reads } from './reads.ts';

/** Between two readings of everybody where the server cannot say who changed, ms. */
export const SYNC_EVERY = 15 * 60_000;
/** Between two questions who changed, and the longest time without reading everybody, ms. */
const CHANGES_EVERY = 5 * 60_000;
const EVERYBODY_EVERY = 60 * 60_000;
const FIRST_RETRY = 15_000;
/** So long before the newest change known the next question begins, ms: a change may be listed later than a younger one. */
const OVERLAP = 10 * 60_000;
/** More answers than this, or than a quarter of everybody, and it is cheaper to read everybody less often. */
const MOST_CHANGES = 500;
/** News taken into the mirror before others get a turn: each is indexed. What is known already costs next to nothing. */
const NEWS_AT_ONCE = 250;

/** What was read: everybody, or whoever changed since the last time. */
export type Extent = 'everybody' | 'changes';

/** What one part of a sync came to. `why`: what kept it from being complete; `error`: what failed, where something did. */
interface Part {
  readonly why?: IncompleteWhy | DirectoryFault | 'stopped' | 'empty' | 'groups';
  readonly error?: DirectoryError;
}
/** What a listing says of somebody, as far as it is kept. */
interface Row {
  readonly id: string;
  readonly account: Account;
  /** As the server spelled it. */
  readonly lastModified: string | undefined;
}

type People = Pick<SyncResult, 'accounts' | 'gone'> & Part;

export interface Sync {
  /** Reads everybody; joins the one under way. Never throws for what a server does, only what `groups` threw. */
  sync(): Promise<SyncResult>;
  start(): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** When nothing about anybody was last missing, and how the last sync went. */
  readonly last: { readonly everybodyAt?: number; readonly syncedAt?: number; readonly complete: boolean };
}

export function createSync(parts: {
  readonly client: ScimClient;
  readonly mirror: Mirror;
  readonly reads: Reads;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly onSync: (extent: Extent, result: SyncResult, error: DirectoryError | undefined) => void;
  /** A scheduled sync failed for another reason than the server: a fault of ours, or of `groups`. */
  readonly onBroken: (error: unknown) => void;
  /** Ids of the groups that carry roles, as far as known. */
  readonly groups: () => Iterable<string> | Promise<Iterable<string>>;
}): Sync {
  const { client, mirror, reads, clock, sleep, random } = parts;
  let last: Sync['last'] = { complete: false };
  /** When everybody was last read to the end. */
  let readAt: number | undefined;
  /** The server's clock at the last listing, where it told it. */
  let servedAt: number | undefined;
  /** Until when not to ask about changes: the last answer was of no use. */
  let unaskedUntil = 0;
  let underWay: { readonly extent: Extent; readonly result: Promise<SyncResult> } | undefined;
  let loop: Promise<void> | undefined;
  /** Taken in since the start. */
  let news = 0;
  let stop = Promise.withResolvers<void>();
  let stopping = false;

  const rowOf = (user: ScimUser): Row => {
    const account = toAccount(user, mirror.known(user.id));
    return { id: account.id, account, lastModified: user.lastModified };
  };

  /**
   * The moment after which changes may be unknown, by the server's own clock; `undefined` where it cannot be told. One
   * date far ahead of that clock must not hide all changes until then.
   */
  function horizon(): number | undefined {
    const newest = mirror.lastChange();
    return newest === undefined ? undefined : Math.min(newest, servedAt ?? newest) - OVERLAP;
  }

  /** What to ask the server about changes; `undefined`: not worth it, or not to be believed. */
  function askable(): { readonly after: number; readonly expected: ReadonlySet<string> } | undefined {
    const now = clock.now();
    if (now < unaskedUntil || readAt === undefined || now - readAt >= EVERYBODY_EVERY) return undefined;
    if (!last.complete || client.learned().modifiedFilter === 'no') return undefined;
    const after = horizon();
    if (after === undefined) return undefined;
    const expected = mirror.changedAfter(after);
    return expected.size > Math.max(MOST_CHANGES, mirror.size / 4) ? undefined : { after, expected };
  }

  /** Takes rows of a listing in; how many of them no question about changes after `horizon` would have shown. */
  async function take(rows: readonly Row[], since: Mark, after: number | undefined): Promise<number> {
    let overlooked = 0;
    for (const { account, lastModified } of rows) {
      const sight = mirror.listed(account, since, lastModified);
      if (sight === 'same' || sight === 'older') continue;
      const changed = after === undefined ? undefined : momentOf(lastModified);
      if (after !== undefined && changed !== undefined && changed <= after) overlooked += 1;
      news += 1;
      if (news % NEWS_AT_ONCE === 0) await breathe();
    }
    return overlooked;
  }

  function failed(thrown: unknown, accounts: number): People {
    const error = toDirectoryError(thrown);
    if (!(error instanceof DirectoryError)) throw error;
    return { accounts, gone: 0, why: error.fault, error };
  }

  async function readEverybody(since: Mark): Promise<People> {
    const had = mirror.size;
    const after = readAt === undefined ? undefined : horizon();
    let accounts = 0;
    let overlooked = 0;
    try {
      // How large a page may be: what the server says of itself is asked for once an hour.
      await client.discover();
    } catch (error) {
      return failed(error, 0);
    }
    const listing = client.listUsersAs(rowOf);
    try {
      for await (const { items } of listing) {
        overlooked += await take(items, since, after);
        accounts += items.length;
        if (stopping) return { accounts, gone: 0, why: 'stopped' };
      }
    } catch (error) {
      return failed(error, accounts);
    }
    const verdict = listing.verdict();
    if (!verdict.complete) return { accounts, gone: 0, why: verdict.why };
    // An app has at least the account of whoever set it up.
    if (accounts === 0 && had > 0) return { accounts, gone: 0, why: 'empty' };
    servedAt = listing.servedAt();
    readAt = clock.now();
    // Somebody changed, or came to be seen, under an old date.
    if (overlooked > 0) client.distrustChanges();
    return { accounts, gone: mirror.sweep(since) };
  }

  /** `undefined`: the server cannot say who changed, so everybody must be read. */
  async function readChanges(since: Mark): Promise<People | undefined> {
    const asked = askable();
    if (asked === undefined) return undefined;
    try {
      const changes = await client.changedUsers({ ...asked, known: mirror.size });
      if (changes.kind !== 'read') {
        unaskedUntil = clock.now() + EVERYBODY_EVERY;
        return undefined;
      }
      await take(changes.users.map(rowOf), since, undefined);
      for (const id of changes.gone) mirror.gone(id);
      servedAt = changes.servedAt;
      return { accounts: changes.users.length, gone: changes.gone.length };
    } catch (error) {
      return failed(error, 0);
    }
  }

  /** The members of every role group; those of a group that cannot be read stay as they were known. */
  async function readGroups(): Promise<Part> {
    let failed: DirectoryError | undefined;
    const linked = new Set(await parts.groups());
    for (const group of new Set([...linked, ...mirror.groups()])) {
      if (stopping) return { why: 'stopped' };
      try {
        await reads.members(group);
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error;
        // Once asked about, and gone by now: nothing is missing without it. Whom it held last is still known.
        if (error.fault === 'rejected' && !linked.has(group)) continue;
        failed ??= error;
      }
    }
    return failed === undefined ? {} : { why: 'groups', error: failed };
  }

  async function run(wish: Extent): Promise<SyncResult> {
    const since = mirror.mark();
    const changes = wish === 'changes' ? await readChanges(since) : undefined;
    const people = changes ?? (await readEverybody(since));
    const everybodyAt = people.why === undefined ? clock.now() : last.everybodyAt;
    const roles = await readGroups();
    mirror.settle(since);
    const at = clock.now();
    const { accounts, gone } = people;
    const { why, error } = people.why === undefined ? roles : people;
    const result: SyncResult = {
      at,
      complete: why === undefined,
      accounts,
      gone,
      ...(why === undefined ? {} : { why }),
    };
    const syncedAt = result.complete ? at : last.syncedAt;
    last = {
      complete: result.complete,
      ...(everybodyAt === undefined ? {} : { everybodyAt }),
      ...(syncedAt === undefined ? {} : { syncedAt }),
    };
    parts.onSync(changes === undefined ? 'everybody' : 'changes', result, error);
    return result;
  }

  /** One at a time. Who wants everybody does not get away with changes. */
  async function sync(wish: Extent): Promise<SyncResult> {
    if (underWay !== undefined && (wish === 'changes' || underWay.extent === 'everybody')) return underWay.result;
    const before = underWay?.result;
    const result = (
      before === undefined
        ? run(wish)
        : before.then(
            () => run(wish),
            () => run(wish),
          )
    ).finally(() => {
      if (underWay?.result === result) underWay = undefined;
    });
    underWay = { extent: wish, result };
    return result;
  }

  /** Not to the second: replicas and apps started together shall not all ask at once. */
  async function keepSyncing(): Promise<void> {
    let wish: Extent = 'everybody';
    for (let failures = 0; !stopping; ) {
      try {
        failures = (await sync(wish)).complete ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
        parts.onBroken(error);
      }
      wish = failures === 0 && askable() !== undefined ? 'changes' : 'everybody';
      const usual = wish === 'changes' ? CHANGES_EVERY : SYNC_EVERY;
      const wait = failures === 0 ? usual : Math.min(SYNC_EVERY, FIRST_RETRY * 2 ** (failures - 1));
      await Promise.race([sleep(wait * (0.9 + 0.2 * random())), stop.promise]);
    }
  }

  return {
    sync: () => sync('everybody'),
    start() {
      if (loop !== undefined) return;
      stopping = false;
      stop = Promise.withResolvers();
      loop = keepSyncing();
    },
    async stop() {
      stopping = true;
      stop.resolve();
      await Promise.allSettled([loop, underWay?.result]);
      loop = undefined;
    },
    get last() {
      return last;
    },
  };
}
