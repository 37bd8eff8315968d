/**
 * English for small things: durations, lists, states. Knows no card.
 */
import type { State } from '../../../access/request.ts';
import { listed, piece, type Words } from '../words.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [7 * 86_400_000, 'week'],
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** "4 hours", "1 hour 30 minutes". @param ms rounded to seconds */
export function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000) * 1000);
  if (left === 0) return 'no time';
  const said: string[] = [];
  for (const [unit, name] of UNITS) {
    // weeks only where they say it exactly: "10 days" reads better than "1 week 3 days"
    if (name === 'week' && left % unit !== 0) continue;
    const count = Math.floor(left / unit);
    if (count === 0) continue;
    said.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    left -= count * unit;
    if (said.length === 2) break;
  }
  return said.join(' ');
}

export const more = (count: number): string => `and ${count} more`;
export const countOf = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** "Admin, Member and 3 more": foreign names, each bounded. */
export const names = (all: readonly string[], max = 4): Words =>
  listed(
    all.map((name) => piece(name, 60)),
    max,
    more,
  );

/** One foreign name, short enough that the rest of the sentence is still read. */
export const short = (text: string): Words => piece(text, 48);

/** A few names of others, short enough that the next step is still read. */
export const few = (all: readonly string[], max = 4, each = 40): Words =>
  listed(
    all.map((name) => piece(name, each)),
    max,
    more,
  );

export const WEEKDAYS: readonly string[] = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
];

/** Where a request stands, in a word or two. */
export const STATES: Readonly<Record<State, string>> = {
  received: 'being looked at',
  refused: 'refused',
  pending: 'waiting for approval',
  approved: 'approved',
  denied: 'denied',
  cancelled: 'cancelled',
  lapsed: 'lapsed',
  applying: 'being applied',
  active: 'active',
  ending: 'being taken away',
  ended: 'ended',
  done: 'done',
  not_applied: 'not applied',
  failed: 'failed',
};
