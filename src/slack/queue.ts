/**
 * What leaves for Slack in the background: in order of urgency, within Slack's rate limits, only the newest state of a thing.
 * Knows neither methods nor messages: it runs what it is given.
 */
import { SlackFailure } from './api.ts';

/** 0 goes first: failures, then the cards somebody waits for, then the rest. */
export type Rank = 0 | 1 | 2;

export interface Task<T> {
  readonly rank: Rank;
  /** One message or view: never sent twice at the same time, and a newer task replaces a waiting one. */
  readonly key: string;
  /** Of two waiting tasks with one key the greater is sent. */
  readonly rev: number;
  /** Sending it twice does no harm: it may be repeated after an answer that never came. */
  readonly repeatable: boolean;
  readonly send: () => Promise<T>;
}

export interface Queue {
  /** `chat.postMessage`: per channel at most 1 a second sustained, 3 at once; all channels together 240 a minute. */
  post<T>(channel: string, task: Task<T>): Promise<T>;
  /** `chat.update` (tier 3, 50 a minute). */
  update<T>(task: Task<T>): Promise<T>;
  /** `views.publish` (tier 4, 100 a minute). */
  publish<T>(task: Task<T>): Promise<T>;
  /** Tasks waiting or being sent. */
  size(): number;
  /** Refuses what waits and what comes. */
  stop(): void;
}

interface Bucket {
  readonly perMs: number;
  readonly burst: number;
  tokens: number;
  at: number;
  /** Slack said 429: nothing before this, wire time. */
  pausedUntil: number;
}

interface Waiting {
  readonly key: string;
  readonly order: number;
  readonly buckets: readonly Bucket[];
  rank: Rank;
  rev: number;
  repeatable: boolean;
  send: () => Promise<unknown>;
  attempts: number;
  notBefore: number;
  readonly waiters: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[];
}

const ATTEMPTS = 4;
const KEEP_BUCKETS = 1000;

/**
 * @param random in [0, 1): spreads repeated attempts
 * @param wireNow machine time, ms
 */
export function createQueue({
  wireNow,
  sleep,
  random,
}: {
  wireNow: () => number;
  sleep: (ms: number) => Promise<unknown>;
  random: () => number;
}): Queue {
  const bucket = (perMinute: number, burst: number): Bucket => ({
    perMs: perMinute / 60_000,
    burst,
    tokens: burst,
    at: wireNow(),
    pausedUntil: 0,
  });
  // Burst + one minute of the sustained rate stays below what the tier grants in any minute.
  const updates = bucket(38, 12);
  const publishes = bucket(75, 20);
  const posts = bucket(240, 30);
  const channels = new Map<string, Bucket>();
  const waiting = new Map<string, Waiting>();
  const sending = new Set<string>();
  let order = 0;
  let armed: number | undefined;
  let stopped = false;

  function channelBucket(channel: string): Bucket {
    let found = channels.get(channel);
    if (found === undefined) {
      if (channels.size >= KEEP_BUCKETS) forgetFull();
      found = bucket(60, 3);
      channels.set(channel, found);
    }
    return found;
  }

  function forgetFull(): void {
    const now = wireNow();
    const used = new Set([...waiting.values()].flatMap((task) => task.buckets));
    for (const [channel, found] of channels) {
      if (!used.has(found) && readyAt(found, now, found.burst) <= now) channels.delete(channel);
    }
  }

  function refill(found: Bucket, now: number): void {
    found.tokens = Math.min(found.burst, found.tokens + Math.max(0, now - found.at) * found.perMs);
    found.at = now;
  }

  function readyAt(found: Bucket, now: number, tokens = 1): number {
    refill(found, now);
    const missing = tokens - found.tokens;
    return Math.max(found.pausedUntil, missing <= 0 ? now : now + Math.ceil(missing / found.perMs));
  }

  const taskReadyAt = (task: Waiting, now: number): number =>
    Math.max(task.notBefore, ...task.buckets.map((found) => readyAt(found, now)));

  function pump(): void {
    const now = wireNow();
    for (;;) {
      let next: Waiting | undefined;
      let wake: number | undefined;
      for (const task of waiting.values()) {
        if (sending.has(task.key)) continue;
        const at = taskReadyAt(task, now);
        if (at > now) wake = wake === undefined ? at : Math.min(wake, at);
        else if (next === undefined || task.rank < next.rank || (task.rank === next.rank && task.order < next.order)) {
          next = task;
        }
      }
      if (next !== undefined) {
        void start(next);
        continue;
      }
      if (wake !== undefined && (armed === undefined || wake < armed)) arm(wake, now);
      return;
    }
  }

  function arm(wake: number, now: number): void {
    armed = wake;
    void sleep(wake - now).then(() => {
      if (armed === wake) armed = undefined;
      pump();
    });
  }

  async function start(task: Waiting): Promise<void> {
    waiting.delete(task.key);
    sending.add(task.key);
    for (const found of task.buckets) found.tokens -= 1;
    try {
      const value = await task.send();
      for (const waiter of task.waiters) waiter.resolve(value);
    } catch (error) {
      if (!again(task, error)) for (const waiter of task.waiters) waiter.reject(error);
    }
    sending.delete(task.key);
    pump();
  }

  /** Puts a task back if repeating it is safe and not yet hopeless. */
  function again(task: Waiting, error: unknown): boolean {
    task.attempts += 1;
    if (stopped || task.attempts >= ATTEMPTS || !(error instanceof SlackFailure)) return false;
    if (error.fault.kind === 'rate_limited') {
      const until = wireNow() + error.fault.retryAfterMs;
      for (const found of task.buckets) found.pausedUntil = Math.max(found.pausedUntil, until);
    } else if (error.fault.kind === 'unavailable' && task.repeatable) {
      task.notBefore = wireNow() + 500 * 2 ** task.attempts * (0.5 + random());
    } else return false;
    // A newer state of the same thing came meanwhile: it carries these waiters, too.
    const newer = waiting.get(task.key);
    if (newer === undefined) waiting.set(task.key, task);
    else newer.waiters.push(...task.waiters);
    return true;
  }

  function enqueue<T>(buckets: readonly Bucket[], task: Task<T>): Promise<T> {
    if (stopped) return Promise.reject(new Error('the Slack queue has stopped'));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // The waiter of a replaced task gets the newer task's answer: both are of one message, so of one type.
    const waiter = { resolve: resolve as (value: unknown) => void, reject };
    const older = waiting.get(task.key);
    if (older === undefined) {
      order += 1;
      waiting.set(task.key, { ...task, order, buckets, attempts: 0, notBefore: 0, waiters: [waiter] });
    } else {
      older.waiters.push(waiter);
      if (task.rev >= older.rev) Object.assign(older, { rev: task.rev, send: task.send, repeatable: task.repeatable });
      older.rank = task.rank < older.rank ? task.rank : older.rank;
    }
    pump();
    return promise;
  }

  return {
    post: (channel, task) => enqueue([channelBucket(channel), posts], task),
    update: (task) => enqueue([updates], task),
    publish: (task) => enqueue([publishes], task),
    size: () => waiting.size + sending.size,
    stop() {
      stopped = true;
      for (const task of waiting.values())
        for (const waiter of task.waiters) waiter.reject(new Error('the Slack queue has stopped'));
      waiting.clear();
    },
  };
}
