/**
 * Brings the mirror up to date: everybody, and the members of the role groups, at start and every quarter of an hour.
 * A listing that was not complete takes nobody out. Refuses to tell the time and to stop the process.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { DirectoryError } from '../access/errors.ts';
import type { Clock } from '../access/ports.ts';
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

export interface SyncReport {
  readonly app: string;
  /** When it ended, ms. */
  readonly at: number;
  readonly complete: boolean;
  /** Why not: as the listing said, `empty` where there were people before, `groups` where a group could not be read. */
  readonly why?: IncompleteWhy | 'stopped' | 'empty' | 'groups';
  /** What failed, where something did. */
  readonly error?: DirectoryError;
  /** Accounts this sync saw. */
  readonly accounts: number;
  /** Accounts that are not there any more. */
  readonly gone: number;
  /** Groups whose members were read, and those that the server does not list believably. */
  readonly groups: number;
  readonly unlisted: number;
}

export interface Sync {
  /** Joins the one under way. Never throws for what a server does, only what `groups` threw. */
  sync(): Promise<SyncReport>;
  start(): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** When everybody was last seen, and how the last sync went. */
  readonly last: { readonly everybodyAt?: number; readonly syncedAt?: number; readonly complete: boolean };
}

export function createSync(parts: {
  readonly app: string;
  readonly client: ScimClient;
  readonly mirror: Mirror;
  readonly reads: Reads;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly onSync: (report: SyncReport) => void;
  /** A scheduled sync failed for another reason than the server: a fault of ours, or of `groups`. */
  readonly onBroken: (error: unknown) => void;
  /** Ids of the groups that carry roles, as far as known. */
  readonly groups: () => Iterable<string> | Promise<Iterable<string>>;
}): Sync {
  const { app, client, mirror, reads, clock, sleep, random } = parts;
  let last: Sync['last'] = { complete: false };
  let underWay: Promise<SyncReport> | undefined;
  let loop: Promise<void> | undefined;
  let stop = Promise.withResolvers<void>();
  let stopping = false;

  async function readAccounts(since: number): Promise<Pick<SyncReport, 'accounts' | 'gone' | 'why' | 'error'>> {
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
      return { accounts, gone: 0, why: 'failed', error };
    }
    const verdict = listing.verdict();
    if (!verdict.complete) return { accounts, gone: 0, why: verdict.why };
    // An app has at least the account of whoever set it up.
    if (accounts === 0 && had > 0) return { accounts, gone: 0, why: 'empty' };
    return { accounts, gone: mirror.sweep(since) };
  }

  async function readGroups(): Promise<Pick<SyncReport, 'groups' | 'unlisted' | 'error'>> {
    let groups = 0;
    let unlisted = 0;
    let failed: DirectoryError | undefined;
    for (const group of new Set([...(await parts.groups()), ...mirror.groups()])) {
      if (stopping) break;
      try {
        if ((await reads.members(group)) === 'unknown') unlisted += 1;
        else groups += 1;
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error;
        failed ??= error;
      }
    }
    return { groups, unlisted, ...(failed === undefined ? {} : { error: failed }) };
  }

  async function run(): Promise<SyncReport> {
    const since = mirror.mark();
    const people = await readAccounts(since);
    const everybodyAt = people.why === undefined ? clock.now() : last.everybodyAt;
    const roles = await readGroups();
    mirror.settle(since);
    const at = clock.now();
    const why = people.why ?? (stopping ? 'stopped' : roles.error === undefined ? undefined : 'groups');
    const report: SyncReport = { app, at, ...roles, ...people, complete: why === undefined, ...(why ? { why } : {}) };
    const syncedAt = report.complete ? at : last.syncedAt;
    last = {
      complete: report.complete,
      ...(everybodyAt === undefined ? {} : { everybodyAt }),
      ...(syncedAt === undefined ? {} : { syncedAt }),
    };
    parts.onSync(report);
    return report;
  }

  function sync(): Promise<SyncReport> {
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
