// The state of one app: what it has accepted, and what reads may see of it yet.
// Refuses to know the protocol: it is told effects and the time.

import { createHash } from 'node:crypto';
import { createTables, type Effect, type Tables } from './tables.ts';

/** Effects that the app has accepted and does not show yet. */
export type Pending = { readonly visibleAt: number; readonly effects: readonly Effect[] };

/** How the app answers a create for somebody it keeps in another organisation. */
export type Elsewhere = 'silent' | 'conflict';

export type World = {
  /** Everything accepted: uniqueness and writes are judged against it. */
  readonly accepted: Tables;
  /** What reads see now. */
  visible(): Tables;
  pending(): readonly Pending[];
  /** Accepts effects; reads see them `delay` ms from now, and never before earlier ones. */
  commit(effects: readonly Effect[], delay: number): void;
  /** Effects that are accepted and visible at once, as if made in the app's own console. */
  commitNow(effects: readonly Effect[]): void;
  /** Makes everything visible. */
  flush(): void;
  newId(): string;
  newSequence(): number;
  /** People of other organisations, by folded userName. */
  readonly elsewhere: Map<string, Elsewhere>;
  /** Ids answered for creates that were silently left out: known to writes, never shown. */
  readonly leftOut: Set<string>;
  /** Ids given to creates that were refused and held, by folded userName. */
  readonly held: Map<string, string>;
};

/** Creates an empty app. Ids are the same for the same sequence of creations. */
export function createWorld(now: () => number, onVisible: () => void): World {
  const accepted = createTables();
  let shown: Tables | undefined; // only while something waits; otherwise reads see what was accepted
  const queue: Pending[] = [];
  let made = 0;

  const settle = (until: number): void => {
    if (shown === undefined) return;
    let settled = false;
    for (let next = queue[0]; next !== undefined && next.visibleAt <= until; next = queue[0]) {
      for (const effect of next.effects) shown.apply(effect);
      queue.shift();
      settled = true;
    }
    if (queue.length === 0) shown = undefined;
    if (settled) onVisible();
  };

  return {
    accepted,
    visible() {
      settle(now());
      return shown ?? accepted;
    },
    pending() {
      settle(now());
      return [...queue];
    },
    commit(effects, delay) {
      if (effects.length === 0) return;
      settle(now());
      if (delay > 0 || queue.length > 0) {
        shown ??= accepted.copy();
        const last = queue.at(-1)?.visibleAt ?? 0;
        queue.push({ visibleAt: Math.max(last, now() + delay), effects });
      }
      for (const effect of effects) accepted.apply(effect);
    },
    commitNow(effects) {
      settle(now());
      for (const effect of effects) {
        accepted.apply(effect);
        shown?.apply(effect);
      }
    },
    flush: () => settle(Number.POSITIVE_INFINITY),
    newId() {
      made += 1;
      const hex = createHash('sha1').update(`resource ${made}`).digest('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
    newSequence() {
      made += 1;
      return made;
    },
    elsewhere: new Map(),
    leftOut: new Set(),
    held: new Map(),
  };
}
