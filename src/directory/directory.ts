/**
 * The Directory port over SCIM: live reads, careful writes, a mirror for look-ups. Puts the parts together; refuses to
 * know who may do what.
 */
import type { DirectoryError } from '../access/errors.ts';
import { foldEmail } from '../access/people.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { Clock, Directory, SyncResult } from '../access/ports.ts';
import type { ScimClient } from '../scim/index.ts';
import { byUserName } from './account.ts';
import { createAttempt } from './attempt.ts';
import { createGroups } from './groups.ts';
import { createMirror } from './mirror.ts';
import { createReads } from './reads.ts';
import { createSync, type Extent, SYNC_EVERY } from './sync.ts';
import { createUpdates } from './update.ts';
import { createWrites } from './writes.ts';

/** What the operator should hear of. Holds ids of groups and accounts, no names and no addresses. */
export type DirectoryEvent =
  | {
      readonly kind: 'synced';
      readonly app: string;
      /** Whom the sync asked about. */
      readonly extent: Extent;
      readonly result: SyncResult;
      readonly error?: DirectoryError;
    }
  /** A scheduled sync failed for a reason that is not the server's. */
  | { readonly kind: 'sync_broken'; readonly app: string; readonly error: unknown }
  /** INCIDENT: people left a group whom nobody had named. */
  | { readonly kind: 'members_lost'; readonly app: string; readonly group: string; readonly lost: readonly string[] };

export interface DirectoryOptions {
  readonly app: Pick<AppPolicy, 'key' | 'mode'>;
  /** One client for this directory alone; its profile says how the app differs. Closed by whoever made it. */
  readonly client: ScimClient;
  /** Business time. */
  readonly clock: Clock;
  /** Wire time, ms. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log?: (event: DirectoryEvent) => void;
  /** The same incident for whoever must act on it: the write does not go on before it is on record. Account ids. */
  readonly onLost?: (group: string, lost: readonly string[]) => Promise<void>;
  /** Ids of the groups that carry roles: their members are kept in the mirror, with those of any group ever asked about. */
  readonly groups?: () => Iterable<string> | Promise<Iterable<string>>;
}

export type MirroredDirectory = Directory & {
  /**
   * Syncs everybody now and every hour, and in between whoever changed every five minutes; everybody every quarter of an
   * hour where the server cannot say who changed; sooner after a sync that was not complete.
   */
  start(): void;
  /** Resolves when no sync is under way any more. Live reads and writes still work. */
  stop(): Promise<void>;
};

/** So old may the last sight of everybody be for an address nobody has to be taken for free without reading everybody. */
const FRESH = 2 * SYNC_EVERY;

/** Opens the directory of one app. Nothing is sent before the first call. */
export function createDirectory(options: DirectoryOptions): MirroredDirectory {
  const { app, client, clock, sleep, random } = options;
  const log = options.log ?? (() => undefined);
  const mirror = createMirror();
  const fresh = () => {
    const { everybodyAt } = syncing.last;
    return everybodyAt !== undefined && clock.now() - everybodyAt < FRESH;
  };
  const reads = createReads(client, mirror, fresh);
  const onLost = async (group: string, lost: readonly string[]) => {
    log({ kind: 'members_lost', app: app.key, group, lost });
    await options.onLost?.(group, lost);
  };
  const attempt = createAttempt(clock, sleep);
  const { mode } = app;
  const writes = createWrites({ client, mode, clock, attempt, reads, mirror, onLost });
  const syncing = createSync({
    client,
    mirror,
    reads,
    clock,
    sleep,
    random,
    onSync: (extent, result, error) =>
      log({ kind: 'synced', app: app.key, extent, result, ...(error === undefined ? {} : { error }) }),
    onBroken: (error) => log({ kind: 'sync_broken', app: app.key, error }),
    groups: options.groups ?? (() => []),
  });

  return {
    app: app.key,
    account: (id) => reads.account(id),
    find: (email) => reads.find(email),
    ...createGroups({ client, mode, attempt }),
    membership: async (group, account) => (await reads.standing(group, account)).membership,
    members: (group) => reads.members(group),
    ...writes,
    ...createUpdates({ client, mode, clock, attempt, reads }),
    search: (text, limit) => mirror.search(text, limit),
    known: (account) => mirror.known(account),
    knownBy: (email) =>
      mirror
        .withAddress(email)
        .flatMap((id) => mirror.known(id) ?? [])
        .sort(byUserName(foldEmail(email))),
    all: () => mirror.all(),
    knownMembers: (group) => mirror.members(group),
    freshness: () => {
      const { syncedAt, complete } = syncing.last;
      return { complete, accounts: mirror.size, ...(syncedAt === undefined ? {} : { syncedAt }) };
    },
    sync: () => syncing.sync(),
    start: () => syncing.start(),
    stop: () => syncing.stop(),
  };
}
