/** Times, reasons, rules and people, as pure functions: what is asked for is given or refused, never bent. */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { afterWorking, instantOf } from '../../src/access/calendar.ts';
import { AccessError } from '../../src/access/errors.ts';
import { mailbox, samePerson } from '../../src/access/people.ts';
import {
  DAY,
  DEFAULT_HOURS,
  defaultRule,
  HOUR,
  higherRoles,
  MINUTE,
  REASON_MAX,
  ruleFor,
} from '../../src/access/policy.ts';
import { looksLikeSecret } from '../../src/access/secrets.ts';
import { lengthFor, reasonRefusal, textRefusal } from '../../src/access/service/terms.ts';
import { CRM } from './office.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];
/** Around both changes of the clocks of 2026, in Europe and America. */
const moment = fc.integer({ min: Date.UTC(2026, 1, 25), max: Date.UTC(2026, 3, 10) });

describe('working time', () => {
  it('is counted minute by minute in the zone, over weekends and changes of the clock, and at most seven days', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 30 * 60 }), fc.constantFrom(...ZONES), (start, minutes, zone) => {
        const from = start - (start % MINUTE);
        const at = afterWorking(from, minutes * MINUTE, DEFAULT_HOURS, zone);
        let left = minutes;
        let now = from;
        while (left > 0 && now < from + 7 * DAY) {
          const local = DateTime.fromMillis(now, { zone });
          if (local.weekday <= 5 && local.hour >= 9 && local.hour < 18) left -= 1;
          now += MINUTE;
        }
        expect(at).toBe(now);
      }),
      { numRuns: 15 },
    );
  });

  it('ends where there are no working hours at all after seven days', () => {
    expect(afterWorking(0, HOUR, { days: [], from: 9, to: 18 }, 'UTC')).toBe(7 * DAY);
    expect(afterWorking(0, HOUR, { days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 24 }, 'Europe/Berlin')).toBe(HOUR);
  });
});

describe('a local time', () => {
  const when = (ask: Parameters<typeof instantOf>[0], from: string, zone = 'Europe/Berlin') =>
    DateTime.fromMillis(instantOf(ask, DateTime.fromISO(from, { zone }).toMillis(), zone), { zone }).toFormat(
      'yyyy-MM-dd HH:mm',
    );

  it('is the next such time of whoever asks, also on the days the clocks change', () => {
    expect(when({ kind: 'clock', hour: 17, minute: 0 }, '2026-03-04T10:00')).toBe('2026-03-04 17:00');
    expect(when({ kind: 'clock', hour: 17, minute: 0 }, '2026-03-04T17:00')).toBe('2026-03-05 17:00');
    expect(when({ kind: 'clock', hour: 7, minute: 30 }, '2026-03-28T23:00')).toBe('2026-03-29 07:30');
    // 02:30 does not exist that night; the hour after it does.
    expect(when({ kind: 'clock', hour: 2, minute: 30 }, '2026-03-28T23:00')).toBe('2026-03-29 03:30');
    expect(when({ kind: 'weekday', weekday: 5 }, '2026-03-06T10:00')).toBe('2026-03-06 18:00');
    expect(when({ kind: 'weekday', weekday: 5 }, '2026-03-06T18:00')).toBe('2026-03-13 18:00');
    expect(when({ kind: 'weekday', weekday: 1 }, '2026-03-28T10:00')).toBe('2026-03-30 18:00');
    expect(when({ kind: 'date', year: 2026, month: 12, day: 24 }, '2026-03-06T10:00')).toBe('2026-12-24 18:00');
    expect(instantOf({ kind: 'at', at: 7 }, 99, 'UTC')).toBe(7);
    expect(instantOf({ kind: 'date', year: 2026, month: 2, day: 30 }, 0, 'UTC')).toBeNaN();
  });

  it('lies ahead and within the day or week it names', () => {
    fc.assert(
      fc.property(moment, fc.nat(23), fc.nat(59), fc.constantFrom(...ZONES), (from, hour, minute, zone) => {
        const at = instantOf({ kind: 'clock', hour, minute }, from, zone);
        expect(at).toBeGreaterThan(from);
        expect(at - from).toBeLessThanOrEqual(DAY + HOUR);
        const weekday = ((hour % 7) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7;
        const week = DateTime.fromMillis(instantOf({ kind: 'weekday', weekday }, from, zone), { zone });
        expect([week.weekday, week.hour, week.minute]).toEqual([weekday, 18, 0]);
        expect(week.toMillis() - from).toBeLessThanOrEqual(7 * DAY + HOUR);
        expect(week.toMillis()).toBeGreaterThan(from);
      }),
    );
  });
});

describe('how long', () => {
  const rule = { ...defaultRule('grant'), duration: { default: 4 * HOUR, min: 15 * MINUTE, max: 24 * HOUR } };
  const from = Date.UTC(2026, 2, 4, 9);
  const length = (asked: Parameters<typeof lengthFor>[1]) => {
    try {
      return lengthFor(rule, asked, from, 'Europe/Berlin');
    } catch (error) {
      if (error instanceof AccessError) return error.refusal;
      throw error;
    }
  };

  it('is the default, or what was asked for, and never clipped', () => {
    expect(length(undefined)).toEqual({ kind: 'for', ms: 4 * HOUR });
    expect(length({ kind: 'for', ms: 24 * HOUR })).toEqual({ kind: 'for', ms: 24 * HOUR });
    expect(length({ kind: 'for', ms: 24 * HOUR + 1 })).toEqual({ code: 'too_long', max: 24 * HOUR });
    expect(length({ kind: 'for', ms: 15 * MINUTE - 1 })).toEqual({ code: 'too_short', min: 15 * MINUTE });
    expect(length({ kind: 'clock', hour: 17, minute: 0 })).toEqual({ kind: 'until', at: Date.UTC(2026, 2, 4, 16) });
    expect(length({ kind: 'at', at: from })).toEqual({ code: 'in_the_past' });
    expect(length({ kind: 'date', year: 2026, month: 2, day: 30 })).toEqual({ code: 'in_the_past' });
    expect(length({ kind: 'weekday', weekday: 5 })).toEqual({ code: 'too_long', max: 24 * HOUR });
  });
});

describe('why', () => {
  it('is needed where the rule says so, in its form, short enough and without secrets', () => {
    const rule = { ...defaultRule('grant'), reason: { required: true, matches: '(INC|CHG)-\\d+' } };
    expect(reasonRefusal(rule, undefined)).toEqual({ code: 'reason_required' });
    expect(reasonRefusal(rule, '  ')).toEqual({ code: 'reason_required' });
    expect(reasonRefusal(rule, 'because')).toMatchObject({ code: 'reason_mismatch' });
    expect(reasonRefusal(rule, 'INC-7 because')).toBeUndefined();
    expect(reasonRefusal(defaultRule('revoke'), undefined)).toBeUndefined();
    expect(textRefusal('😀'.repeat(REASON_MAX))).toBeUndefined();
    expect(textRefusal('😀'.repeat(REASON_MAX + 1))).toEqual({ code: 'reason_too_long', max: REASON_MAX });
    expect(textRefusal('token xoxb-1234567890-abcdef')).toEqual({ code: 'looks_like_secret' });
  });

  it.each([
    ['a Slack token', 'xoxp-1234567890-abcdefgh'],
    ['an app-level token', 'xapp-1-A0000-1234567'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc'],
    ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a vendor key', 'pplx-0123456789abcdef0123'],
    ['an access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a bearer header', 'Authorization: Bearer abcdef.123456-ghij'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['a long run of letters and digits', 'key 8f14e45fceea167a5a36dedd4bea2543b0a1'],
  ])('takes %s for a secret', (_what, text) => {
    expect(looksLikeSecret(`use ${text} please`)).toBe(true);
  });

  it('takes tickets, addresses, ids and long words for what they are', () => {
    for (const text of [
      'INC-1234567890',
      'https://tickets.example.com/browse/INC-7?focus=comment',
      'see R-7K3F9QXZ and U0123456789',
      'Donaudampfschifffahrtsgesellschaftskapitän',
      'a'.repeat(200),
      'billing/admin/console/settings/permissions',
    ]) {
      expect(looksLikeSecret(text), text).toBe(false);
    }
  });
});

describe('rules and people', () => {
  it('take the rule of the role before that of the action, and that before the default', () => {
    const own = { ...defaultRule('grant'), lapse: 1 };
    const forAdmin = { ...defaultRule('grant'), role: 'admin', lapse: 2 };
    const app = { ...CRM, rules: [own, forAdmin] };
    expect(ruleFor(app, 'grant', 'admin').lapse).toBe(2);
    expect(ruleFor(app, 'grant', 'other').lapse).toBe(1);
    expect(ruleFor(app, 'grant').lapse).toBe(1);
    expect(ruleFor(app, 'revoke', 'admin')).toEqual(defaultRule('revoke'));
    expect(higherRoles({ ...CRM, priority: [] }).map((role) => role.key)).toEqual(['admin']);
  });

  it('give the defaults the product promises', () => {
    const table = (['grant', 'revoke', 'provision', 'disable', 'enable'] as const).map((action) => {
      const { who, approve, reason } = defaultRule(action);
      return [action, who, approve.map((each) => each.by), reason.required];
    });
    expect(table).toEqual([
      ['grant', 'anyone', ['manager'], true],
      ['revoke', 'anyone', ['owners'], false],
      ['provision', 'anyone', ['owners'], false],
      ['disable', ['manager', 'owners'], [], true],
      ['enable', ['manager', 'owners'], ['owners'], false],
    ]);
  });

  it('know one person by Slack id, account, policy entry or mailbox, and nobody by a name', () => {
    const ada = { name: 'Ada', slack: { team: 'T1', user: 'U1' }, account: 'a1', email: 'ada@example.com' };
    expect(samePerson(ada, { name: 'x', slack: { team: 'T1', user: 'U1' } })).toBe(true);
    expect(samePerson(ada, { name: 'x', slack: { team: 'T2', user: 'U1' } })).toBe(false);
    expect(samePerson(ada, { name: 'x', account: 'a1' })).toBe(true);
    expect(samePerson(ada, { name: 'x', email: ' ADA+admin@Example.com ' })).toBe(true);
    expect(samePerson(ada, { name: 'Ada' })).toBe(false);
    const entry = {};
    expect(samePerson({ name: 'Ada' }, { name: 'x' }, () => entry)).toBe(true);
    expect(samePerson({ name: 'Ada' }, { name: 'x' })).toBe(false);
    expect([mailbox('A.b+c+d@X.de'), mailbox('+a@x.de'), mailbox('a')]).toEqual(['a.b@x.de', '+a@x.de', 'a']);
  });
});
