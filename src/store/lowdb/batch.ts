/**
 * Turns waiting commits into lines: runs each on what the ones before it left, in order. Pure but for the salt.
 * Refuses to know the disk.
 */
import type { Change, Head, Job, JobChange, Key, Kind, Records, View } from '../../access/ports.ts';
import type { AccessRequest } from '../../access/request.ts';
import { type Body, encodeFront, type JobEffect, MAX_LINE_BYTES, sha256, splitNotes, termsOf } from '../chain.ts';
import type { Overlay } from './overlay.ts';
import { keyOf, type Reading, splitKey } from './state.ts';

/** A batch may not outgrow what recovery takes for the torn end of one. */
export const MAX_BATCH_BYTES = MAX_LINE_BYTES;
/** Bounds how long the event loop is held. */
const MAX_BATCH_COMMITS = 256;

/** One caller. Exactly one of `done` and `fail` is called, once it is known what became of the batch. */
export interface Waiting {
  readonly keys: readonly Key[];
  readonly run: (view: View) => Change<unknown>;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

export interface Line {
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  readonly text: string;
  readonly bytes: number;
  readonly body: Body;
  readonly terms: readonly string[];
}

export interface Batch {
  readonly lines: readonly Line[];
  /** To be called when all lines are durable, in order. */
  readonly settle: readonly (() => void)[];
  /** Who took part: all of them fail when the batch does, for what they saw is gone. */
  readonly members: readonly Waiting[];
}

export interface Start {
  readonly head: Head;
  /** Time of the last line. */
  readonly at: number;
  /** Last durable line. */
  readonly synced: number;
}

/** Takes commits off the front of `queue` until the batch is full. */
export function planBatch(queue: Waiting[], overlay: Overlay, start: Start, now: number, salt: () => string): Batch {
  const lines: Line[] = [];
  const settle: (() => void)[] = [];
  const members: Waiting[] = [];
  const at = Math.max(now, start.at);
  let { head } = start;
  let bytes = 0;
  while (members.length < MAX_BATCH_COMMITS) {
    const waiting = queue[0];
    if (waiting === undefined) break;
    try {
      const line = writeLine(waiting, overlay, { head, at, synced: start.synced }, salt);
      if (line !== undefined) {
        if (bytes + line.bytes > MAX_BATCH_BYTES && lines.length > 0) break;
        bytes += line.bytes;
        overlay.apply(line.seq, line.body);
        head = line;
        lines.push(line);
      }
      settle.push(() => waiting.done());
    } catch (error) {
      settle.push(() => waiting.fail(error));
    }
    queue.shift();
    members.push(waiting);
  }
  return { lines, settle, members };
}

function writeLine({ keys, run }: Waiting, reading: Reading, start: Start, salt: () => string): Line | undefined {
  const demand = (key: Key): void => {
    if (!keys.includes(key)) throw new Error(`the commit touches ${splitKey(key)[0]}:… but did not name it`);
  };
  const { at, synced } = start;
  const seq = start.head.seq + 1;
  const change = run({
    now: at,
    get<K extends Kind>(kind: K, id: string) {
      const key = keyOf(kind, id);
      demand(key);
      return reading.record(key) as Records[K] | undefined;
    },
  });
  for (const { kind, id } of change.put ?? []) demand(keyOf(kind, id));
  for (const key of change.remove ?? []) demand(key);

  const jobs = jobEffects(change.jobs ?? [], reading);
  const { events, notes } = splitNotes(change.events ?? []);
  const put = change.put ?? [];
  const remove = change.remove ?? [];
  if (put.length + remove.length + events.length + jobs.length === 0) return undefined;

  const left: NonNullable<Body['left']>[number][] = remove.flatMap((key) => {
    const [kind, id] = splitKey(key);
    if (kind !== 'request') return [];
    const last = put.findLast((one) => one.kind === kind && one.id === id)?.value ?? reading.record(key);
    // Under `request:…` there are requests only.
    return last === undefined ? [] : [{ kind, id, value: last as AccessRequest }];
  });
  // What is applied is what a replay of the line would apply: the caller's objects are not kept.
  const body: Body = {
    salt: salt(),
    ...(put.length > 0 ? { put: detached(put) } : {}),
    ...(remove.length > 0 ? { remove } : {}),
    ...(left.length > 0 ? { left: detached(left) } : {}),
    ...(jobs.length > 0 ? { jobs: detached(jobs) } : {}),
    ...(notes === undefined ? {} : { notes }),
  };
  check(body);
  const text = JSON.stringify(body);
  const { hash, front } = encodeFront(start.head.hash, { seq, at, synced, events }, sha256(text));
  const line = `${front}${text}\n`;
  const bytes = Buffer.byteLength(line);
  if (bytes > MAX_LINE_BYTES) throw new Error(`a commit of ${bytes} bytes is more than a line may hold`);
  return { seq, hash, at, text: line, bytes, body, terms: termsOf(events, body) };
}

/**
 * A copy that is what reading it back from JSON would give, without the way there and back: a third of the time.
 * Anything but plain objects, arrays, strings, finite numbers and booleans takes the long way.
 */
function detached<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return isPlain(value) ? value : asJson(value);
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length);
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at];
      copy[at] = item === undefined ? null : copyOf(item);
    }
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (
    (prototype !== Object.prototype && prototype !== null) ||
    'toJSON' in value ||
    Object.hasOwn(value, '__proto__')
  ) {
    return asJson(value);
  }
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) copy[key] = copyOf(item);
  }
  return copy;
}

const isPlain = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

const asJson = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
};

/** What would break the order of jobs or lose a record when read back. */
function check(body: Body): void {
  for (const { kind, id, value } of body.put ?? []) {
    if (typeof value !== 'object' || value === null) throw new Error(`${kind}:… has no value`);
    if (kind === 'once' && typeof value.expires !== 'number')
      throw new Error(`once:${id} does not say when it expires`);
  }
  for (const effect of body.jobs ?? []) {
    if ('set' in effect && typeof effect.set.due !== 'number') throw new Error(`job ${effect.set.key} has no due time`);
  }
}

function jobEffects(changes: readonly JobChange[], reading: Reading): JobEffect[] {
  if (changes.length === 0) return [];
  const effects: JobEffect[] = [];
  /** Jobs this very commit has touched; one it scheduled has no number yet. */
  const staged = new Map<string, Omit<Job, 'seq'> | undefined>();
  const set = (job: Omit<Job, 'seq'>): void => {
    effects.push({ set: job });
    staged.set(job.key, job);
  };
  const drop = (key: string): void => {
    effects.push({ drop: key });
    staged.set(key, undefined);
  };
  const unreplaced = (key: string, seq: number): boolean => !staged.has(key) && reading.job(key)?.seq === seq;
  for (const change of changes) {
    if ('schedule' in change) {
      const { schedule } = change;
      set({ ...schedule, since: schedule.since ?? schedule.due, attempts: schedule.attempts ?? 0 });
    } else if ('putOff' in change) {
      const { seq, ...job } = change.putOff;
      if (unreplaced(job.key, seq)) set({ ...job, due: change.due });
    } else if ('finish' in change) {
      if (unreplaced(change.finish.key, change.finish.seq)) drop(change.finish.key);
    } else if (staged.has(change.cancel) ? staged.get(change.cancel) !== undefined : reading.job(change.cancel)) {
      drop(change.cancel);
    }
  }
  return effects;
}
