/**
 * The job runner: due work → verb → done, again later, or back off. One job of a lane at a time.
 * Knows no request and no vendor; what a job means and when it gives up is the verb's business.
 */
import { DirectoryError } from './access/errors.ts';
import type { Clock, Job, JobKind, Store } from './access/ports.ts';
import type { JobResult, Log } from './access/service/index.ts';

/** At most this long between two looks at what is due: clock jumps and far dues need no special case. */
const LOOK_EVERY = 1_000;
const AT_ONCE = 32;
const LOOK_AT = 500;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long a failed job waits at most, by kind. The first wait is a second, each further one twice as long. */
const LONGEST_WAIT: Readonly<Record<JobKind, number>> = {
  resolve: MINUTE,
  apply: 15 * MINUTE,
  verify: 15 * MINUTE,
  end: 15 * MINUTE,
  cards: 5 * MINUTE,
  escalate: 5 * MINUTE,
  lapse: MINUTE,
  review: 15 * MINUTE,
  notice: 15 * MINUTE,
  answer: MINUTE,
  sweep: MINUTE,
  mirror: 15 * MINUTE,
  drift: 15 * MINUTE,
  settle: 15 * MINUTE,
  drift_cards: 5 * MINUTE,
  groups: 15 * MINUTE,
  wake: MINUTE,
  head: 15 * MINUTE,
  chain: 15 * MINUTE,
};
/** A lane whose token is refused is tried with one job at a time, this far apart at most. */
const PROBE_WAIT = 15 * MINUTE;

export interface JobsOptions {
  readonly store: Store;
  readonly verbs: Readonly<Record<JobKind, (job: Job) => Promise<JobResult>>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Wire time: runs `fn` after `ms`; the return value cancels. */
  readonly after: (ms: number, fn: () => void) => () => void;
  /** A lane's token was refused (401), or works again. */
  readonly onToken: (lane: string, works: boolean) => Promise<void>;
}

export interface Jobs {
  /** Stops taking work and waits for what is running. */
  stop(): Promise<void>;
  readonly running: () => number;
}

/** Starts carrying out due jobs. */
export function startJobs(options: JobsOptions): Jobs {
  const { store, verbs, clock, log, after, onToken } = options;
  const running = new Map<string, Promise<void>>();
  const busyLanes = new Set<string>();
  /** Lanes with a refused token: no job before `until`, business time. */
  const paused = new Map<string, { until: number; wait: number }>();
  /** Lanes whose token is known to work: an outage may be older than this process, so each is proved once. */
  const proved = new Set<string>();
  /** Jobs whose outcome could not be stored: not before this time. */
  const held = new Map<string, number>();
  let stopped = false;
  let looking = false;
  let lookAgain = false;
  let cancelTimer = (): void => {};

  const wake = (): void => {
    if (stopped) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    void look().finally(() => {
      looking = false;
      if (lookAgain) {
        lookAgain = false;
        wake();
      }
    });
  };

  async function look(): Promise<void> {
    cancelTimer();
    let wait = LOOK_EVERY;
    try {
      const now = clock.now();
      for (const job of await store.dueJobs(now, LOOK_AT)) {
        if (stopped || running.size >= AT_ONCE) break;
        if (mayRun(job, now)) take(job);
      }
      const next = await store.nextDue();
      if (next !== undefined && next > now) wait = Math.min(wait, next - now);
    } catch (error) {
      log.error({ error: String(error) }, 'due jobs could not be read');
    }
    if (!stopped) cancelTimer = after(wait, wake);
  }

  function mayRun(job: Job, now: number): boolean {
    if (running.has(job.key)) return false;
    if ((held.get(job.key) ?? 0) > now) return false;
    if (job.lane === undefined) return true;
    return !busyLanes.has(job.lane) && (paused.get(job.lane)?.until ?? 0) <= now;
  }

  function take(job: Job): void {
    if (job.lane !== undefined) busyLanes.add(job.lane);
    const done = run(job).finally(() => {
      running.delete(job.key);
      if (job.lane !== undefined) busyLanes.delete(job.lane);
      wake();
    });
    running.set(job.key, done);
  }

  async function run(job: Job): Promise<void> {
    let outcome: JobResult;
    try {
      outcome = await verbs[job.kind](job);
      if (job.lane !== undefined && outcome.idle !== true) await works(job.lane);
    } catch (error) {
      outcome = { kind: 'again', due: clock.now() + (await backOff(job, error)) };
    }
    try {
      held.delete(job.key);
      await store.commit([], () => ({
        jobs: [
          outcome.kind === 'done'
            ? { finish: job }
            : { putOff: { ...job, attempts: job.attempts + 1 }, due: outcome.due },
        ],
        result: undefined,
      }));
    } catch (error) {
      held.set(job.key, clock.now() + 5 * SECOND);
      log.error({ job: job.key, error: String(error) }, 'the outcome of a job could not be stored; it will run again');
    }
  }

  /** A job got through: whoever was told of an outage may be told of the next one. */
  async function works(lane: string): Promise<void> {
    paused.delete(lane);
    if (proved.has(lane)) return;
    await onToken(lane, true);
    proved.add(lane);
  }

  /** How long to wait before the next attempt, ms. */
  async function backOff(job: Job, error: unknown): Promise<number> {
    const wait = Math.min(LONGEST_WAIT[job.kind], SECOND * 2 ** Math.min(job.attempts, 20));
    if (!(error instanceof DirectoryError)) {
      // Cut off by the stop, it is simply left for the next start.
      if (stopped) log.info({ job: job.key }, 'a job was cut off by the stop and will run again');
      else log.error({ job: job.key, error: describe(error) }, 'a job failed and will run again');
      return wait;
    }
    log.warn({ job: job.key, fault: error.fault, detail: error.detail }, 'a job will run again');
    if (error.fault === 'unauthorized' && job.lane !== undefined) {
      const before = paused.get(job.lane);
      const next = Math.min(PROBE_WAIT, (before?.wait ?? 5 * SECOND) * 2);
      paused.set(job.lane, { until: clock.now() + next, wait: next });
      proved.delete(job.lane);
      if (before === undefined) {
        await onToken(job.lane, false).catch((failure: unknown) =>
          log.error({ error: String(failure) }, 'owners could not be told'),
        );
      }
      return next;
    }
    return Math.max(wait, Math.min(error.retryAfter ?? 0, 15 * MINUTE));
  }

  const unsubscribe = store.onJobs(wake);
  wake();
  return {
    running: () => running.size,
    async stop() {
      stopped = true;
      unsubscribe();
      cancelTimer();
      await Promise.allSettled(running.values());
    },
  };
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
