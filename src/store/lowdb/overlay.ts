/**
 * What commits see that are being written down: durable state, upon it the batch that is on its way to the disk, upon
 * that the lines before them. Thrown away when a write fails. Refuses to know when that is.
 */
import type { Job, Key, Put } from '../../access/ports.ts';
import type { Body } from '../chain.ts';
import { keyOf, type Reading } from './state.ts';

export interface Overlay extends Reading {
  apply(seq: number, body: Body): void;
  /** The lines so far go to the disk together; those before them are part of durable state by now. */
  send(): void;
  /** What was not durable is not to be. */
  drop(): void;
}

interface Layer {
  readonly records: Map<Key, Put['value'] | undefined>;
  readonly jobs: Map<string, Job | undefined>;
}

const layer = (): Layer => ({ records: new Map(), jobs: new Map() });

export function createOverlay(base: Reading): Overlay {
  let sent = layer();
  let fresh = layer();
  return {
    record(key) {
      if (fresh.records.has(key)) return fresh.records.get(key);
      return sent.records.has(key) ? sent.records.get(key) : base.record(key);
    },
    job(key) {
      if (fresh.jobs.has(key)) return fresh.jobs.get(key);
      return sent.jobs.has(key) ? sent.jobs.get(key) : base.job(key);
    },
    apply(seq, body) {
      const { records, jobs } = fresh;
      for (const { kind, id, value } of body.put ?? []) records.set(keyOf(kind, id), value);
      for (const key of body.remove ?? []) records.set(key, undefined);
      for (const effect of body.jobs ?? []) {
        if ('set' in effect) jobs.set(effect.set.key, { ...effect.set, seq });
        else jobs.set(effect.drop, undefined);
      }
    },
    send() {
      sent = fresh;
      fresh = layer();
    },
    drop() {
      sent = layer();
      fresh = layer();
    },
  };
}
