/**
 * Brings the mirror up to date: everybody, and the members of the role groups, at start and every quarter of an hour.
 * A listing that was not complete takes nobody out. Refuses to tell the time and to stop the process.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { DirectoryError, type DirectoryFault } from '../access/errors.ts';
import type { Clock, SyncResult } from '../access/ports.ts';
import type { IncompleteWhy, ScimClient } from '../scim/index.ts';
import { toAccount } from './account.ts';
import { toDirectoryError } from './faults.ts';
import type { Mirror } from './mirror.ts';
import type { Reads } from './reads.ts';

/** Between two syncs, ms. */
export const SYNC_EVERY = 15 * 60_000;
const FIRST_RETRY = 15_000;
/** Rows taken into the mirror before others get a turn. */
const ROWS_AT_ONCE = 250;

/** What one part of a sync came to. `why`: what kept it from being complete; `error`: what failed, where something did. */
interface Part {
  readonly why?: IncompleteWhy | DirectoryFault | 'stopped' | 'empty' | 'groups';
  readonly error?: DirectoryError;
}

export interface Sync {
  /** Joins the one under way. Never throws for what a server does, only what `groups` threw. */
  sync(): Promise<SyncResult>;
  start(): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** When everybody was last seen, and how the last sync went. */
  readonly last: { readonly everybodyAt?: number; readonly syncedAt?: number; readonly complete: boolean };
}

export function createSync(parts: {
  readonly client: ScimClient;
  readonly mirror: Mirror;
  readonly reads: Reads;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly onSync: (result: SyncResult, error: DirectoryError | undefined) => void;
  /** A scheduled sync failed for another reason than the server: a fault of ours, or of `groups`. */
  readonly onBroken: (error: unknown) => void;
  /** Ids of the groups that carry roles, as far as known. */
  readonly groups: () => Iterable<string> | Promise<Iterable<string>>;
}): Sync {
  const { client, mirror, reads, clock, sleep, random } = parts;
  let last: Sync['last'] = { complete: false };
  let underWay: Promise<SyncResult> | undefined;
  let loop: Promise<void> | undefined;
  let stop = Promise.withResolvers<void>();
  let stopping = false;

  async function readAccounts(since: number): Promise<Pick<SyncResult, 'accounts' | 'gone'> & Part> {
    const listing = client.listUsers();
    const had = mirror.size;
    let accounts = 0;
    try {
      for await (const { items } of listing) {
        for (let at = 0; at < items.length; at += ROWS_AT_ONCE) {
          for (const user of items.slice(at, at + ROWS_AT_ONCE)) mirror.saw(toAccount(user), since);
          await breathe();
        }
        accounts += items.length;
        if (stopping) return { accounts, gone: 0, why: 'stopped' };
      }
    } catch (thrown) {
      const error = toDirectoryError(thrown);
      if (!(error instanceof DirectoryError)) throw error;
      return { accounts, gone: 0, why: error.fault, error };
    }
    const verdict = listing.verdict();
    if (!verdict.complete) return { accounts, gone: 0, why: verdict.why };
    // An app has at least the account of whoever set it up.
    if (accounts === 0 && had > 0) return { accounts, gone: 0, why: 'empty' };
    return { accounts, gone: mirror.sweep(since) };
  }

  /** The members of every role group; those of a group that cannot be read stay as they were known. */
  async function readGroups(): Promise<Part> {
    let failed: DirectoryError | undefined;
    for (const group of new Set([...(await parts.groups()), ...mirror.groups()])) {
      if (stopping) return { why: 'stopped' };
      try {
        await reads.members(group);
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error;
        failed ??= error;
      }
    }
    return failed === undefined ? {} : { why: 'groups', error: failed };
  }

  async function run(): Promise<SyncResult> {
    const since = mirror.mark();
    const people = await readAccounts(since);
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
    parts.onSync(result, error);
    return result;
  }

  function sync(): Promise<SyncResult> {
    underWay ??= run().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  /** Not to the second: replicas and apps started together shall not all ask at once. */
  async function keepSyncing(): Promise<void> {
    for (let failures = 0; !stopping; ) {
      try {
        failures = (await sync()).complete ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
        parts.onBroken(error);
      }
      const wait = failures === 0 ? SYNC_EVERY : Math.min(SYNC_EVERY, FIRST_RETRY * 2 ** (failures - 1));
      await Promise.race([sleep(wait * (0.9 + 0.2 * random())), stop.promise]);
    }
  }

  return {
    sync,
    start() {
      if (loop !== undefined) return;
      stopping = false;
      stop = Promise.withResolvers();
      loop = keepSyncing();
    },
    async stop() {
      stopping = true;
      stop.resolve();
      await Promise.allSettled([loop, underWay]);
      loop = undefined;
    },
    get last() {
      return last;
    },
  };
}
