/**
 * "for 4h", "until friday": words → how long is asked for. Pure: knows no clock and no zone.
 */
import type { DurationAsk } from '../../access/request.ts';
import type { Token } from './tokens.ts';

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:m|min|mins|minutes?)$/u, 60_000],
  [/^(?:h|hr|hrs|hours?)$/u, 3_600_000],
  [/^(?:d|days?)$/u, 86_400_000],
  [/^(?:w|weeks?)$/u, 604_800_000],
];

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** What was read, and how many words it took. `undefined`: nothing that is a time. */
export type TimeRead = { readonly ask: DurationAsk; readonly used: number } | undefined;

const word = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toLowerCase() : '');

const unitMs = (name: string): number | undefined => UNITS.find(([pattern]) => pattern.test(name))?.[1];

/** Longest length that is still a length, ms: the policy says how much of it is allowed. */
const LONGEST = 3660 * 86_400_000;

/** `4h`, `90 minutes`, `1h30m`, `1 day 2 hours`. */
export function readLength(all: readonly Token[], from: number): TimeRead {
  let ms = 0;
  let at = from;
  for (let pieces = 0; pieces < 3; pieces += 1) {
    const here = word(all[at]);
    const glued = [...here.matchAll(/(\d{1,5})([a-z]+)/gu)];
    if (glued.length > 0 && glued.length <= 3 && glued.map(([whole]) => whole).join('') === here) {
      const units = glued.map(([, count, unit]) => Number(count) * (unitMs(unit ?? '') ?? Number.NaN));
      const sum = units.reduce((total, each) => total + each, 0);
      if (Number.isNaN(sum)) break;
      ms += sum;
      at += 1;
      continue;
    }
    const unit = unitMs(word(all[at + 1]));
    if (!/^\d{1,5}$/u.test(here) || unit === undefined) break;
    ms += Number(here) * unit;
    at += 2;
  }
  return at === from || ms <= 0 || ms > LONGEST ? undefined : { ask: { kind: 'for', ms }, used: at - from };
}

/** `17:00`, `5pm`, `friday` (also `fri`), `2026-12-24`. */
export function readUntil(all: readonly Token[], from: number): TimeRead {
  const here = word(all[from]);
  const next = word(all[from + 1]);
  const clock = /^(\d{1,2}):(\d{2})(am|pm)?$/u.exec(here) ?? /^(\d{1,2})()(am|pm)$/u.exec(here);
  if (clock !== null) {
    const spaced = clock[3] === undefined && (next === 'am' || next === 'pm') ? next : undefined;
    const ask = clockAsk(Number(clock[1]), Number(clock[2] === '' ? 0 : clock[2]), clock[3] ?? spaced);
    return ask === undefined ? undefined : { ask, used: spaced === undefined ? 1 : 2 };
  }
  const date = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(here);
  if (date !== null) {
    const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
    const that = new Date(Date.UTC(year, month - 1, day));
    const real = year >= 2000 && that.getUTCMonth() === month - 1 && that.getUTCDate() === day;
    return real ? { ask: { kind: 'date', year, month, day }, used: 1 } : undefined;
  }
  const index = here.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name === here || name.slice(0, 3) === here);
  const weekday = ([1, 2, 3, 4, 5, 6, 7] as const)[index];
  return weekday === undefined ? undefined : { ask: { kind: 'weekday', weekday }, used: 1 };
}

function clockAsk(hour: number, minute: number, half: string | undefined): DurationAsk | undefined {
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  const real = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);
  return real <= 23 && minute <= 59 ? { kind: 'clock', hour: real, minute } : undefined;
}
