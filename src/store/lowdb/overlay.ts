/**
 * What commits of one batch see: durable state with the changes of those before them on top. Thrown away when the
 * batch fails, applied to the state when it is durable.
 */
import type { Job, Key, Put } from '../../access/ports.ts';
import type { Body } from '../chain.ts';
import { keyOf, type Reading } from './state.ts';

export interface Overlay extends Reading {
  apply(seq: number, body: Body): void;
}

export function createOverlay(base: Reading): Overlay {
  const records = new Map<Key, Put['value'] | undefined>();
  const jobs = new Map<string, Job | undefined>();
  return {
    record: (key) => (records.has(key) ? records.get(key) : base.record(key)),
    job: (key) => (jobs.has(key) ? jobs.get(key) : base.job(key)),
    apply(seq, body) {
      for (const { kind, id, value } of body.put ?? []) records.set(keyOf(kind, id), value);
      for (const key of body.remove ?? []) records.set(key, undefined);
      for (const effect of body.jobs ?? []) {
        if ('set' in effect) jobs.set(effect.set.key, { ...effect.set, seq });
        else jobs.set(effect.drop, undefined);
      }
    },
  };
}
