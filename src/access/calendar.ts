/**
 * Local times and working hours: what "until 17:00" and "8 working hours later" are as instants.
 * Pure: the zone and the moment are given. Zones and summer time come from luxon.
 */
import { DateTime } from 'luxon';
import { DAY, type WorkingHours } from './policy.ts';
import type { DurationAsk } from './request.ts';

/** Nothing counted in working time waits longer than this (docs/rules.md, Time). */
const LONGEST_WAIT = 7 * DAY;
/** The hour a day named without a time ends for people. */
const END_OF_DAY = 18;

/**
 * The instant a local time means: the next 17:00, the coming Friday 18:00, that day 18:00.
 * @param from ms, the moment of asking  @param zone IANA zone of the person who asked
 */
export function instantOf(ask: Exclude<DurationAsk, { kind: 'for' }>, from: number, zone: string): number {
  if (ask.kind === 'at') return ask.at;
  const local = DateTime.fromMillis(from, { zone });
  switch (ask.kind) {
    case 'clock': {
      const today = local.set({ hour: ask.hour, minute: ask.minute, second: 0, millisecond: 0 });
      return (today.toMillis() > from ? today : today.plus({ days: 1 })).toMillis();
    }
    case 'weekday': {
      const ahead = (ask.weekday - local.weekday + 7) % 7;
      const that = local.plus({ days: ahead }).set({ hour: END_OF_DAY, minute: 0, second: 0, millisecond: 0 });
      return (that.toMillis() > from ? that : that.plus({ days: 7 })).toMillis();
    }
    case 'date':
      return DateTime.fromObject(
        { year: ask.year, month: ask.month, day: ask.day, hour: END_OF_DAY },
        { zone },
      ).toMillis();
  }
}

/**
 * The instant `ms` of working time after `from`, at most seven days later.
 * @param zone IANA zone in which `hours` are meant
 */
export function afterWorking(from: number, ms: number, hours: WorkingHours, zone: string): number {
  const latest = from + LONGEST_WAIT;
  let left = ms;
  let day = DateTime.fromMillis(from, { zone }).startOf('day');
  while (day.toMillis() < latest) {
    if (hours.days.includes(day.weekday)) {
      const opens = Math.max(day.set({ hour: hours.from }).toMillis(), from);
      // `hour: 24` is the next midnight: a day that closes at the end of the day.
      const closes = day.set({ hour: hours.to }).toMillis();
      if (closes > opens) {
        if (closes - opens >= left) return Math.min(opens + left, latest);
        left -= closes - opens;
      }
    }
    day = day.plus({ days: 1 });
  }
  return latest;
}
