/**
 * The composition root: configuration → store → directories → Slack → heart → jobs; stops in reverse.
 * The only file, with the command line, that knows everyone and that reads the real clock. Started by `main.ts`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pino, { type Logger } from 'pino';
import type { DirectoryError } from './access/errors.ts';
import type { Clock, Store, SyncResult } from './access/ports.ts';
import {
  createDesk,
  createVerbs,
  type Desk,
  everyOwner,
  keepLearned,
  keepWatch,
  membersLost,
  ownersOf,
  recallLearned,
  send,
  synced,
  tokenState,
  type World,
} from './access/service/index.ts';
import { linkedGroups } from './access/service/world.ts';
import { type Config, ConfigError, loadConfig, showFaults, showWarnings } from './config/index.ts';
import { createDirectory, type MirroredDirectory } from './directory/index.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { EXIT } from './operations/exit.ts';
import { startHealth } from './operations/health.ts';
import { createScimClient, type Learned, type ScimClient } from './scim/index.ts';
import { saysSlack } from './slack/api.ts';
import { createSlack, type Slack } from './slack/app.ts';
import { type Findings, openStore, StoreOpenError } from './store/lowdb/open.ts';

const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

/** How often the offset file of a test clock is read again, ms. */
const CLOCK_EVERY = 100;
/** Between two attempts to reach Slack at start, at most, ms. */
const SLACK_WAIT = 15_000;
/** How long an answer is owed to somebody whom Slack does not let us reach, ms. */
const OWED_FOR = 86_400_000;
/** How long work under way has to come to its end when the bot is stopped, and then to notice that it was cut off, ms. */
const GRACE = 4_000;
const LAST_GRACE = 1_000;
/** Answers of Slack that no waiting mends. */
const HOPELESS = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'user_removed_from_team',
  'team_disabled',
];

/** A running Rolecall. */
export interface Running {
  /** Takes nothing new, finishes what was taken, closes everything. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves with an exit status when it cannot go on by itself. */
  readonly failed: Promise<number>;
}

/** Everything in the log that is or may hold a secret; `pino` blanks it. */
const logger = (config: Config): Logger =>
  pino({
    level: config.log.level,
    redact: [
      'token',
      'authorization',
      'headers',
      'botToken',
      'appToken',
      'signingSecret',
      '*.token',
      '*.authorization',
    ],
    ...(config.log.pretty ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });

/** The machine's clock, or with `ROLECALL_CLOCK` the machine's clock plus the offset in that file. */
export function openClock(file: string | undefined): Clock & { close(): void } {
  if (file === undefined) return { now: () => Date.now(), close: () => {} };
  let offset = 0;
  const look = (): void => {
    try {
      const read = Number(readFileSync(file, 'utf8').trim());
      if (Number.isFinite(read)) offset = read;
    } catch {
      // Not written yet, or being replaced: the last offset stands.
    }
  };
  look();
  const timer = setInterval(look, CLOCK_EVERY);
  timer.unref();
  return { now: () => Date.now() + offset, close: () => clearInterval(timer) };
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A request id: 40 random bits that can be read out on the telephone. */
export function newRequestId(): string {
  return `R-${Array.from(randomBytes(8), (byte) => ALPHABET[byte & 31]).join('')}`;
}

const after = (ms: number, fn: () => void): (() => void) => {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
};
const sleep = (ms: number): Promise<void> => delay(ms, undefined, { ref: false });
const random = (): number => Math.random();

interface Reached {
  readonly client: ScimClient;
  readonly directory: MirroredDirectory;
}

/** Starts the bot. @throws StoreOpenError, or what kept a port shut */
export async function start(config: Config, log: Logger): Promise<Running> {
  const failing = Promise.withResolvers<number>();
  const clock = openClock(config.clockFile);
  const { store, findings } = await openStore({
    dir: config.dataDir,
    clock,
    random: (bytes) => randomBytes(bytes),
    timer: after,
    stopwatch: () => performance.now(),
    log,
    onFatal: (error) => {
      log.fatal(
        { error: String(error) },
        'the disk cannot be trusted; stopping so that nothing is promised that is not kept',
      );
      failing.resolve(EXIT.unavailable);
    },
  });
  const apps = await openDirectories(
    { config, clock, log },
    {
      recall: (app, service) => recallLearned({ store, log }, app, service),
      onLearn: (app, service, learned) => void keepLearned({ store, log }, app, service, learned),
      onLost: (app, group, lost) => membersLost(world, app, group, lost),
      groups: (app) => linkedGroups(world, app),
      onSynced: (app, result, error) =>
        void synced(world, app, result, error).catch((failure: unknown) =>
          log.warn({ app, error: String(failure) }, 'what a sync found could not be put on record'),
        ),
    },
  );
  let desk: Desk | undefined;
  const slack = createSlack({
    config: config.slack,
    desk: () => {
      if (desk === undefined) throw new Error('the desk is not open yet');
      return desk;
    },
    policy: config.policy,
    clock,
    wireNow: () => Date.now(),
    log,
    sleep,
    random,
  });
  const world: World = {
    store,
    directories: Object.fromEntries(Object.entries(apps).map(([key, { directory }]) => [key, directory])),
    people: slack.people,
    notifier: slack.notifier,
    policy: config.policy,
    clock,
    newId: newRequestId,
    log,
  };
  desk = createDesk(world);
  let reachable = false;
  const health = await startHealth({
    host: config.ops.host,
    port: config.ops.port,
    checks: {
      store: () => (store.health().writable ? undefined : (store.health().detail ?? 'the store cannot be written')),
      slack: () => (reachable && slack.health().reachable ? undefined : 'Slack is not connected'),
    },
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  await keepWatch(world);
  await recordStart(store, config.digest);
  const stopping = new AbortController();
  for (const { directory } of Object.values(apps)) directory.start();
  const jobs = startJobs({
    store,
    verbs: {
      ...createVerbs(world),
      answer: async (job) => {
        const work = (await store.read('once', job.target))?.work;
        try {
          if (work !== undefined) await slack.answer(job.target, work);
        } catch (error) {
          if (clock.now() - job.since < OWED_FOR) throw error;
          log.warn({ once: job.target, error: String(error) }, 'gave up answering somebody who cannot be reached');
        }
        return { kind: 'done' };
      },
    },
    clock,
    log,
    after,
    onToken: (lane, works) => tokenState(world, lane.replace(/^app:/, ''), works),
  });
  const connected = connect(slack, log, stopping.signal).then(async (outcome) => {
    if (outcome !== 'open') {
      if (outcome === 'hopeless') failing.resolve(EXIT.configuration);
      return;
    }
    reachable = true;
    log.info({ port: slack.port(), ops: health.port, mode: slack.health().mode, version }, 'ready');
    await announce(world, config, findings, log);
  });
  let stopped: Promise<void> | undefined;
  return {
    failed: failing.promise,
    stop: () => {
      stopped ??= shutDown({ slack, jobs, apps, health, store, clock, stopping, connected, log });
      return stopped;
    },
  };
}

async function openDirectories(
  { config, clock, log }: { config: Config; clock: Clock; log: Logger },
  heart: {
    /** What earlier starts learned of this service. */
    readonly recall: (app: string, service: string) => Promise<unknown>;
    readonly onLearn: (app: string, service: string, learned: Learned) => void;
    readonly onLost: (app: string, group: string, lost: readonly string[]) => Promise<void>;
    readonly groups: (app: string) => Promise<readonly string[]>;
    readonly onSynced: (app: string, result: SyncResult, error: DirectoryError | undefined) => void;
  },
): Promise<Record<string, Reached>> {
  const opened: Record<string, Reached> = {};
  for (const app of Object.values(config.policy.apps)) {
    const access = config.scim[app.key];
    if (access === undefined) continue;
    const client = createScimClient({
      url: access.url,
      token: access.token,
      profile: access.profile,
      learned: await heart.recall(app.key, access.service),
      onLearn: (learned) => heart.onLearn(app.key, access.service, learned),
      now: () => Date.now(),
      sleep,
      random,
      log: (event) => log.debug({ app: app.key, ...event }, 'scim'),
    });
    const directory = createDirectory({
      app,
      client,
      clock,
      sleep,
      random,
      log: (event) => {
        if (event.kind === 'members_lost') log.error(event, 'people left a group whom nobody had named');
        else if (event.kind === 'sync_broken')
          log.error({ app: event.app, err: event.error }, 'the sync itself is broken');
        else {
          log.debug(event, 'synced');
          heart.onSynced(app.key, event.result, event.error);
        }
      },
      onLost: (group, lost) => heart.onLost(app.key, group, lost),
      groups: () => heart.groups(app.key),
    });
    opened[app.key] = { client, directory };
  }
  return opened;
}

/** Opens Slack's door, waiting out what passes. Ends and revokes run meanwhile. */
async function connect(slack: Slack, log: Logger, signal: AbortSignal): Promise<'open' | 'hopeless' | 'stopped'> {
  for (let wait = 500; ; wait = Math.min(wait * 2, SLACK_WAIT)) {
    try {
      await slack.start();
      return 'open';
    } catch (error) {
      if (signal.aborted) return 'stopped';
      const text = error instanceof Error ? error.message : 'unknown';
      if (saysSlack(error, ...HOPELESS)) {
        log.fatal(
          { error: text },
          'Slack refuses the token: reinstall the app and set SLACK_BOT_TOKEN (and SLACK_APP_TOKEN) anew',
        );
        return 'hopeless';
      }
      if (isPortTaken(error)) {
        log.fatal({ error: text }, 'the port is taken: set PORT to a free one');
        return 'hopeless';
      }
      log.warn({ error: text, againInMs: wait }, 'Slack cannot be reached yet');
    }
    try {
      await delay(wait, undefined, { signal });
    } catch {
      return 'stopped';
    }
  }
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error &&
  ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The start, and a policy that is not the one of the last start, are events, too. */
async function recordStart(store: Store, digest: string): Promise<void> {
  const [last] = await store.history('policy', { limit: 1 });
  const known = last?.events.find((event) => event.type === 'policy.changed');
  const changed = known?.type !== 'policy.changed' || known.digest !== digest;
  await store.commit([], () => ({
    events: [
      { type: 'started', actor: { kind: 'system', part: 'store' }, about: [], version },
      ...(changed
        ? [
            {
              type: 'policy.changed' as const,
              actor: { kind: 'system' as const, part: 'policy' as const },
              about: ['policy'],
              digest,
            },
          ]
        : []),
    ],
    result: undefined,
  }));
}

/** A stop that was asked for is an event; a crash leaves none. */
async function recordStop(store: Store): Promise<void> {
  await store
    .commit([], () => ({
      events: [{ type: 'stopped', actor: { kind: 'system', part: 'store' }, about: [] }],
      result: undefined,
    }))
    .catch(() => undefined); // a full disk must not keep the process from ending
}

/** What owners and operators must know of this start. */
async function announce(world: World, config: Config, findings: Findings, log: Logger): Promise<void> {
  if (findings.torn !== undefined)
    log.warn(findings.torn, 'a write that a crash cut short was put aside; nobody had been told it was done');
  if (findings.rebuilt !== undefined) log.warn(findings.rebuilt, 'the checkpoint was rebuilt from the journal');
  try {
    if (findings.safeMode !== undefined) {
      log.error({ why: findings.safeMode }, 'safe mode: access is taken away on time, nothing is granted');
      await send(world, await everyOwner(world), { kind: 'safe_mode', detail: findings.safeMode });
    }
    for (const app of Object.values(config.policy.apps)) {
      const reachable = (await ownersOf(world, app)).length;
      if (reachable < 2) {
        log.warn(
          { app: app.key, reachable },
          'fewer than two owners can be reached in Slack: what needs an owner who is not a party will be refused',
        );
      }
    }
  } catch (error) {
    log.warn({ error: String(error) }, 'the owners could not be looked up at start');
  }
}

async function shutDown(parts: {
  slack: Slack;
  jobs: Jobs;
  apps: Record<string, Reached>;
  health: { close(): Promise<void> };
  store: Store;
  clock: { close(): void };
  stopping: AbortController;
  connected: Promise<void>;
  log: Logger;
}): Promise<void> {
  const { slack, jobs, apps, health, store, clock, stopping, connected, log } = parts;
  stopping.abort();
  await connected;
  const quiet = Promise.allSettled([slack.stop(), jobs.stop()]);
  await Promise.race([quiet, sleep(GRACE)]);
  // An app that hangs is hung up on: what it was asked for is a job, and is done again at the next start.
  for (const { client } of Object.values(apps)) await client.close();
  await Promise.race([quiet, sleep(LAST_GRACE)]);
  for (const { directory } of Object.values(apps)) await directory.stop();
  await recordStop(store);
  await store.close();
  await health.close();
  clock.close();
  log.info('stopped');
}

/** Runs until a signal or a failure; resolves with the exit status. */
export async function run(): Promise<number> {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${showFaults(error.faults)}\n`);
    return EXIT.configuration;
  }
  const log = logger(config);
  if (config.warnings.length > 0) process.stderr.write(`${showWarnings(config.warnings)}\n`);
  let running: Running;
  try {
    running = await start(config, log);
  } catch (error) {
    if (error instanceof StoreOpenError) {
      process.stderr.write(`${error.message}\n`);
      return error.code === 'path_too_long' || error.code === 'not_writable' ? EXIT.configuration : EXIT.refused;
    }
    if (isPortTaken(error)) {
      process.stderr.write(`OPS_HOST/OPS_PORT: ${(error as Error).message}\n  → set OPS_PORT to a free port\n`);
      return EXIT.configuration;
    }
    throw error;
  }
  const signal = new Promise<number>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(EXIT.done));
  });
  const status = await Promise.race([signal, running.failed]);
  await running.stop();
  return status;
}
