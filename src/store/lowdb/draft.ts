/**
 * What a commit changes, as the line will say it: checked, and what JSON cannot hold left out. Pure but for the salt.
 * Refuses to know which lines are around it.
 */
import type { Change, Job, JobChange, Key, Kind, Put, Records, View } from '../../access/ports.ts';
import type { AccessRequest } from '../../access/request.ts';
import { type Body, type JobEffect, type PublicEvent, splitNotes } from '../chain.ts';
import { keyOf, type Reading, splitKey } from './state.ts';

export interface Draft {
  readonly body: Body;
  readonly events: readonly PublicEvent[];
}

function demand(keys: readonly Key[], key: Key): void {
  if (!keys.includes(key)) throw new Error(`the commit touches ${splitKey(key)[0]}:… but did not name it`);
}

/** What a commit that named `keys` may see. */
export const viewOf = (keys: readonly Key[], reading: Reading, now: number): View => ({
  now,
  get<K extends Kind>(kind: K, id: string) {
    const key = keyOf(kind, id);
    demand(keys, key);
    return reading.record(key) as Records[K] | undefined;
  },
});

/** `undefined` when nothing is changed. @throws Error when it is not a change that can be kept */
export function draftOf(
  { put = [], remove = [], events = [], jobs = [] }: Change<unknown>,
  keys: readonly Key[],
  reading: Reading,
  salt: () => string,
): Draft | undefined {
  for (const { kind, id } of put) demand(keys, keyOf(kind, id));
  for (const key of remove) demand(keys, key);
  const effects = jobEffects(jobs, reading);
  if (put.length + remove.length + events.length + effects.length === 0) return undefined;

  const left: NonNullable<Body['left']>[number][] = remove.flatMap((key) => {
    const [kind, id] = splitKey(key);
    if (kind !== 'request') return [];
    const last = put.findLast((one) => one.kind === kind && one.id === id)?.value ?? reading.record(key);
    // Under `request:…` there are requests only.
    return last === undefined ? [] : [{ kind, id, value: last as AccessRequest }];
  });
  const parts = splitNotes(events);
  // What is applied is what a replay of the line would apply.
  const body: Body = {
    salt: salt(),
    put: put.length > 0 ? put.map(({ kind, id, value }) => ({ kind, id, value: asReplayed(value) }) as Put) : undefined,
    remove: remove.length > 0 ? remove : undefined,
    left: left.length > 0 ? left : undefined, // only the line keeps it
    jobs: effects.length > 0 ? effects : undefined,
    notes: parts.notes,
  };
  check(body);
  return { body, events: parts.events };
}

/** The value as a replay of the line would read it: itself, unless JSON would make something else of it. */
const asReplayed = <T>(value: T): T => (isJson(value) ? value : asJson(value)) as T;

/** Whether there and back through JSON a value stays what it is. */
function isJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  }
  if (Array.isArray(value)) {
    for (const item of value) if (!isJson(item)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isJson((value as Record<string, unknown>)[key])) return false;
  return true;
}

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

/** What an effect list has done to a job so far; a job that was scheduled in it has no number yet. */
const staged = (effects: readonly JobEffect[], key: string): JobEffect | undefined =>
  effects.findLast((effect) => ('set' in effect ? effect.set.key : effect.drop) === key);

function jobEffects(changes: readonly JobChange[], reading: Reading): JobEffect[] {
  const effects: JobEffect[] = [];
  const unreplaced = ({ key, seq }: Pick<Job, 'key' | 'seq'>): boolean =>
    staged(effects, key) === undefined && reading.job(key)?.seq === seq;
  for (const change of changes) {
    if ('schedule' in change) {
      const { schedule } = change;
      const { since = schedule.due, attempts = 0 } = schedule;
      effects.push({ set: asReplayed({ ...schedule, since, attempts }) });
    } else if ('putOff' in change) {
      const { seq: _, ...job } = change.putOff;
      if (unreplaced(change.putOff)) effects.push({ set: asReplayed({ ...job, due: change.due }) });
    } else if ('finish' in change) {
      if (unreplaced(change.finish)) effects.push({ drop: change.finish.key });
    } else {
      const before = staged(effects, change.cancel);
      const isThere = before === undefined ? reading.job(change.cancel) !== undefined : 'set' in before;
      if (isThere) effects.push({ drop: change.cancel });
    }
  }
  return effects;
}
