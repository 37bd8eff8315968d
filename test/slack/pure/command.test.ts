import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASON_MAX } from '../../../src/access/policy.ts';
import type { Ask, DurationAsk } from '../../../src/access/request.ts';
import { LATER, VERBS } from '../../../src/slack/command/verbs.ts';
import { type Command, type CommandContext, parseCommand, TEXT_MAX } from '../../../src/slack/command.ts';
import { HOSTILE, hostileText, TEAM } from './sample.ts';

const ONE: CommandContext = {
  team: TEAM,
  apps: [{ key: 'perplexity', name: 'Perplexity Enterprise', roles: ['admin', 'member'] }],
};
const TWO: CommandContext = {
  team: TEAM,
  apps: [...ONE.apps, { key: 'perdoo', name: 'Perdoo', roles: ['lead', 'admin'] }],
};

const HOUR = 3_600_000;
const one = (text: string): Command => parseCommand(text, ONE);
const two = (text: string): Command => parseCommand(text, TWO);
const me = { kind: 'me' } as const;
const bob = { kind: 'slack', slack: { team: TEAM, user: 'U0BOB' } } as const;

describe('the grammar', () => {
  it('opens the hub for nothing', () => {
    for (const text of ['', '   ', '\u00a0\n\t']) expect(one(text)).toEqual({ kind: 'hub' });
  });

  it('parses the example and the usage’s verb of everything in the help', () => {
    for (const [verb, { example, usage }] of Object.entries(VERBS)) {
      const parsed = one(example);
      expect(['unknown', 'refused', 'later'], verb).not.toContain(parsed.kind);
      if (parsed.kind === 'incomplete') {
        expect(['provision', 'update']).toContain(verb);
        expect(parsed.problem, verb).toBeUndefined();
      }
      expect(usage.split(' ')[0]).toBe(verb);
    }
  });

  it('opens the form of an update, whatever was named', () => {
    const form = { kind: 'incomplete', action: 'update' };
    expect(one('update')).toEqual({ ...form, draft: { app: 'perplexity' } });
    expect(one('update <@U0BOB> because she married')).toEqual({
      ...form,
      draft: { app: 'perplexity', subject: bob, reason: 'she married' },
    });
    expect(two('update <@U0BOB>')).toEqual({ ...form, draft: { subject: bob } });
    expect(one('update everybody')).toMatchObject({ ...form, problem: { code: 'unknown_person' } });
    expect(one('update @bob')).toMatchObject({ kind: 'refused', problem: { code: 'bare_mention' } });
  });

  it('says honestly of later words that they are not there yet, and keeps them out of the help', () => {
    for (const word of LATER) {
      const text = word === 'everywhere' || word === 'urgent' ? `disable <@U0BOB> ${word}` : `${word} admin`;
      expect(one(text)).toEqual({ kind: 'later', what: word });
      expect(Object.keys(VERBS)).not.toContain(word);
      expect(JSON.stringify(VERBS)).not.toContain(word);
    }
  });

  it('reads a request with its length and its reason', () => {
    expect(one('request admin for 4h because INC-7 &amp; <https://x.example/1|x>')).toEqual({
      kind: 'request',
      ask: {
        action: 'grant',
        app: 'perplexity',
        role: 'admin',
        subject: me,
        duration: { kind: 'for', ms: 4 * HOUR },
        reason: 'INC-7 & https://x.example/1',
      },
    });
  });

  it('reads every way to say how long', () => {
    const ways: [string, DurationAsk][] = [
      ['for 4h', { kind: 'for', ms: 4 * HOUR }],
      ['for 30m', { kind: 'for', ms: HOUR / 2 }],
      ['for 1d', { kind: 'for', ms: 24 * HOUR }],
      ['for 90 minutes', { kind: 'for', ms: 1.5 * HOUR }],
      ['for 2 Hours', { kind: 'for', ms: 2 * HOUR }],
      ['for 1h30m', { kind: 'for', ms: 1.5 * HOUR }],
      ['until 17:00', { kind: 'clock', hour: 17, minute: 0 }],
      ['until 5pm', { kind: 'clock', hour: 17, minute: 0 }],
      ['until 12:30 am', { kind: 'clock', hour: 0, minute: 30 }],
      ['until friday', { kind: 'weekday', weekday: 5 }],
      ['UNTIL Sun', { kind: 'weekday', weekday: 7 }],
      ['until 2026-12-24', { kind: 'date', year: 2026, month: 12, day: 24 }],
    ];
    for (const [text, duration] of ways) {
      expect(one(`request admin ${text}`), text).toMatchObject({ kind: 'request', ask: { duration } });
      expect(one(`request admin ${text} because x`), text).toMatchObject({ ask: { duration, reason: 'x' } });
    }
  });

  it('asks again for a time it cannot read, with the rest filled in', () => {
    for (const text of ['for ever', 'for 0h', 'for 4', 'for 4 parsecs', 'for', 'for 99999d']) {
      expect(one(`request admin ${text}`), text).toMatchObject({
        kind: 'incomplete',
        action: 'grant',
        draft: { role: 'admin' },
        problem: { code: 'bad_duration' },
      });
    }
    for (const text of ['until 25:00', 'until 2026-02-30', 'until someday', 'until', 'until 13pm']) {
      expect(one(`request admin ${text}`), text).toMatchObject({ kind: 'incomplete', problem: { code: 'bad_until' } });
    }
  });

  it('takes app, role and person in any case and with odd blanks and quotes', () => {
    const ask = { action: 'grant', app: 'perplexity', role: 'admin', subject: bob };
    for (const text of [
      'GRANT <@U0BOB|bob> Admin',
      'grant\u00a0<@U0BOB>   perplexity  ADMIN',
      'grant Perplexity Enterprise <@U0BOB|a b> admin',
      'grant “Perplexity Enterprise” <@U0BOB> admin',
      'grant <@U0BOB> admin perplexity',
      'request admin for <@U0BOB>',
    ]) {
      expect(one(text), text).toEqual({ kind: 'grant', ask });
    }
  });

  it('knows a person by Slack’s own mention, by e-mail and by me', () => {
    const people: [string, Ask['subject']][] = [
      ['<@W0GRID|x>', { kind: 'slack', slack: { team: TEAM, user: 'W0GRID' } }],
      ['bob@example.com', { kind: 'email', email: 'bob@example.com' }],
      ['<mailto:bob@example.com|bob@example.com>', { kind: 'email', email: 'bob@example.com' }],
      ['ME', me],
    ];
    for (const [text, subject] of people) {
      expect(one(`disable ${text}`), text).toEqual({
        kind: 'disable',
        ask: { action: 'disable', app: 'perplexity', subject },
      });
      expect(one(`lookup ${text}`), text).toEqual({ kind: 'lookup', what: subject });
      expect(one(`history ${text}`), text).toEqual({ kind: 'history', whose: subject });
    }
  });

  it('refuses a name that Slack did not escape, wherever it stands', () => {
    for (const text of ['grant @bob admin', 'disable @bob', 'lookup @bob', 'history @bob', 'link @bob b@example.com']) {
      expect(one(text), text).toEqual({ kind: 'refused', problem: { code: 'bare_mention', given: '@bob' } });
    }
    expect(one('grant &lt;@U0BOB&gt; admin').kind).not.toBe('grant');
  });

  it('reads the rest after because as the reason and nothing else', () => {
    expect(one('revoke <@U0BOB> admin because he asked to grant <@U0EVE|eve> admin for 9h')).toEqual({
      kind: 'revoke',
      ask: {
        action: 'revoke',
        app: 'perplexity',
        role: 'admin',
        subject: bob,
        reason: 'he asked to grant @eve admin for 9h',
      },
    });
  });

  it('reads in a reason what was typed, not what Slack made of it', () => {
    const parsed = one(
      'revoke because <mailto:a@b.co|a@b.co> <#C01|general> <!here> <!subteam^S1|@admins> <tel:+491|+49 1> <https://x.y|x>',
    );
    expect(parsed).toMatchObject({ ask: { reason: 'a@b.co #general @here @admins +49 1 https://x.y' } });
  });

  it('takes one’s own without a person, and every role without a role', () => {
    expect(one('revoke')).toEqual({ kind: 'revoke', ask: { action: 'revoke', app: 'perplexity', subject: me } });
  });

  it('opens the form for what is missing, filled in as far as understood', () => {
    expect(one('request')).toEqual({ kind: 'incomplete', action: 'grant', draft: { app: 'perplexity' } });
    expect(one('grant admin for 4h because x')).toEqual({
      kind: 'incomplete',
      action: 'grant',
      draft: { app: 'perplexity', role: 'admin', duration: { kind: 'for', ms: 4 * HOUR }, reason: 'x' },
    });
    expect(one('disable')).toMatchObject({ kind: 'incomplete', action: 'disable' });
    expect(two('request admin')).toEqual({ kind: 'incomplete', action: 'grant', draft: { role: 'admin' } });
    expect(one('provision carol@example.com')).toEqual({
      kind: 'incomplete',
      action: 'provision',
      draft: { app: 'perplexity', subject: { kind: 'email', email: 'carol@example.com' } },
    });
  });

  it('says what it did not understand instead of guessing', () => {
    expect(one('request owner')).toMatchObject({
      kind: 'incomplete',
      problem: { code: 'unknown_role', given: 'owner', known: ['admin', 'member'] },
    });
    expect(two('request perdoo member')).toMatchObject({ problem: { code: 'unknown_role', given: 'member' } });
    expect(one('grant bob admin')).toMatchObject({
      kind: 'incomplete',
      problem: { code: 'unknown_person', given: 'bob' },
    });
    expect(one('request admin please')).toMatchObject({
      kind: 'incomplete',
      problem: { code: 'not_understood', given: 'please' },
    });
    expect(two('request salesfarce lead')).toMatchObject({ problem: { code: 'unknown_app', given: 'salesfarce' } });
    expect(two('request superuser for 4h')).toEqual({
      kind: 'incomplete',
      action: 'grant',
      draft: { duration: { kind: 'for', ms: 4 * HOUR } },
      problem: {
        code: 'unknown_name',
        given: 'superuser',
        apps: ['Perplexity Enterprise', 'Perdoo'],
        roles: ['admin', 'member', 'lead'],
      },
    });
  });

  it('says which role or app was probably meant', () => {
    const meant: [Command, 'app' | 'role' | 'either', string, string][] = [
      [two('request admn for 4h because INC-7'), 'either', 'admn', 'admin'],
      [two('request PERDO'), 'either', 'perdo', 'perdoo'],
      [two('revoke <@U0BOB> membr'), 'either', 'membr', 'member'],
      [two('request perdo lead'), 'app', 'perdo', 'perdoo'],
      [two('disable <@U0BOB> perplexty'), 'app', 'perplexty', 'perplexity'],
      [two('status perdo'), 'app', 'perdo', 'perdoo'],
      [two('request perplexity adminn'), 'role', 'adminn', 'admin'],
      [one('request adminn'), 'role', 'adminn', 'admin'],
    ];
    for (const [parsed, as, given, nearest] of meant)
      expect(parsed, given).toMatchObject({ problem: { code: 'mistyped', as, given, nearest } });
    const named: CommandContext = { team: TEAM, apps: [...ONE.apps, { key: 'crm', name: 'Salesforce', roles: [] }] };
    expect(parseCommand('disable <@U0BOB> salesfroce', named)).toMatchObject({ problem: { nearest: 'crm' } });
  });

  it('takes a time without its word, and says how it is written', () => {
    for (const context of [ONE, TWO]) {
      expect(parseCommand('request admin 4h INC-7', context)).toMatchObject({
        kind: 'incomplete',
        draft: { role: 'admin', duration: { kind: 'for', ms: 4 * HOUR } },
        problem: { code: 'bare_time', given: '4h', say: 'for' },
      });
    }
    expect(one('request 2 hours admin because INC-7')).toMatchObject({
      kind: 'incomplete',
      draft: { role: 'admin', duration: { kind: 'for', ms: 2 * HOUR }, reason: 'INC-7' },
      problem: { code: 'bare_time', given: '2 hours', say: 'for' },
    });
    expect(one('request admin 17:00')).toMatchObject({ problem: { code: 'bare_time', given: '17:00', say: 'until' } });
    expect(one('request adminn 4h')).toMatchObject({
      draft: { duration: { kind: 'for', ms: 4 * HOUR } },
      problem: { code: 'mistyped' },
    });
    // A second time contradicts the first; where no time is taken it is a word like any other.
    expect(one('request for 4h admin 2h')).toMatchObject({ problem: { code: 'not_understood', given: '2h' } });
    expect(one('revoke admin 4h')).toMatchObject({ problem: { code: 'not_understood', given: '4h' } });
  });

  it('never acts on a word left over', () => {
    for (const text of ['revoke bob', 'disable <@U0BOB> <@U0EVE>', 'enable <@U0BOB> now', 'revoke admin member']) {
      expect(one(text).kind, text).toBe('incomplete');
    }
    for (const text of [
      'mine too',
      'pending x',
      'list admins x',
      'link <@U0BOB>',
      'link',
      'lookup',
      'history <@U0BOB> x',
    ]) {
      expect(one(text), text).toMatchObject({ kind: 'refused', problem: { code: 'usage' } });
    }
  });

  it('lists an app, the only one if there is one', () => {
    expect(one('list')).toEqual({ kind: 'list', app: 'perplexity', which: 'members' });
    expect(two('list Perdoo expiring')).toEqual({ kind: 'list', app: 'perdoo', which: 'expiring' });
    expect(two('list admins')).toMatchObject({ kind: 'refused', problem: { code: 'app_needed' } });
  });

  it('knows the app by a role that no other app has, and asks for it where two have one', () => {
    expect(two('request lead')).toMatchObject({ kind: 'request', ask: { app: 'perdoo', role: 'lead' } });
    expect(two('revoke <@U0BOB> Member')).toMatchObject({ kind: 'revoke', ask: { app: 'perplexity', role: 'member' } });
    expect(two('request admin')).toMatchObject({ kind: 'incomplete', draft: { role: 'admin' } });
    for (const text of ['disable <@U0BOB> because he left', 'enable <@U0BOB>', 'revoke', 'provision <@U0BOB>']) {
      const parsed = two(text);
      expect(parsed, text).toMatchObject({ kind: 'incomplete' });
      expect(parsed.kind === 'incomplete' && parsed.problem === undefined && parsed.draft.app, text).toBeUndefined();
    }
  });

  it('looks up part of a name', () => {
    expect(one('lookup “jörg mü”')).toEqual({ kind: 'lookup', what: { kind: 'text', text: 'jörg mü' } });
  });

  it('suggests the closest verb', () => {
    const close: [string, string | undefined][] = [
      ['reqest admin', 'request'],
      ['prov', 'provision'],
      ['gratn', 'grant'],
      ['admin', 'request admin'],
      ['help reqeust', 'request'],
      ['xyzzy', undefined],
      ['<@U0BOB>', undefined],
    ];
    for (const [text, suggestion] of close) {
      const parsed = one(text);
      expect(parsed.kind, text).toBe('unknown');
      expect(parsed.kind === 'unknown' ? parsed.suggestion : 'none', text).toBe(suggestion);
    }
    expect(one('help grant')).toEqual({ kind: 'help', topic: 'grant' });
  });
});

describe('hostile text', () => {
  const strings = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
  };
  const verbs = [...Object.keys(VERBS), ...LATER, ''];

  it('never throws and never yields anything unbounded or invisible', () => {
    fc.assert(
      fc.property(fc.constantFrom(...verbs), fc.array(hostileText, { maxLength: 4 }), (verb, rest) => {
        for (const context of [ONE, TWO, { team: TEAM, apps: [] }]) {
          const parsed = parseCommand(`${verb} ${rest.join(' ')}`, context);
          for (const text of strings(parsed)) {
            expect(text.length).toBeLessThanOrEqual(REASON_MAX);
            expect(text).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/u);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never takes a mention out of text that Slack has escaped', () => {
    for (const text of HOSTILE) {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      expect(JSON.stringify(one(`grant ${escaped.slice(0, 500)} admin`))).not.toContain('"slack"');
    }
  });

  it('reads the largest text in an instant and refuses a larger one', () => {
    for (const unit of ['<', '&lt;', '<@U0BOB> ', '"', '\u202e', 'for 1h ', '1h', ' ']) {
      const text = `request ${unit.repeat(TEXT_MAX)}`;
      expect(one(text)).toEqual({ kind: 'refused', problem: { code: 'text_too_long', max: TEXT_MAX } });
      expect(one(text.slice(0, TEXT_MAX)).kind).not.toBe('request');
    }
  });

  it('cuts a long reason, says so and opens the form', () => {
    const parsed = one(`request admin because ${'x'.repeat(REASON_MAX + 1)}`);
    expect(parsed).toMatchObject({ kind: 'incomplete', problem: { code: 'reason_too_long', max: REASON_MAX } });
    expect(parsed.kind === 'incomplete' ? parsed.draft.reason?.length : 0).toBe(REASON_MAX);
    expect(one(`request admin because ${'x'.repeat(REASON_MAX)}`).kind).toBe('request');
  });
});

describe('a complete ask, typed', () => {
  const person = fc.oneof(
    fc.constant(me),
    fc.constantFrom('U0BOB', 'W0GRID').map((user) => ({ kind: 'slack' as const, slack: { team: TEAM, user } })),
    fc
      .constantFrom('b@example.com', 'first.last+tag@sub.example.co')
      .map((email) => ({ kind: 'email' as const, email })),
  );
  const duration: fc.Arbitrary<DurationAsk> = fc.oneof(
    fc.integer({ min: 1, max: 40_000 }).map((minutes) => ({ kind: 'for' as const, ms: minutes * 60_000 })),
    fc.record({
      kind: fc.constant('clock' as const),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
    }),
    fc.constantFrom(...([1, 2, 3, 4, 5, 6, 7] as const)).map((weekday) => ({ kind: 'weekday' as const, weekday })),
    fc.record({
      kind: fc.constant('date' as const),
      year: fc.integer({ min: 2026, max: 2099 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
    }),
  );
  const reason = fc
    .string({
      unit: fc.constantFrom('a', 'B', '7', ' ', '-', '<', '>', '&', '@', '"', "'", 'ü', '😀', ';', '`'),
      maxLength: 80,
    })
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  const ask: fc.Arbitrary<Ask> = fc
    .record({
      verb: fc.constantFrom('grant' as const, 'revoke' as const, 'disable' as const, 'enable' as const),
      role: fc.constantFrom('admin', 'member'),
      subject: person,
      duration: fc.option(duration, { nil: undefined }),
      reason: fc.option(reason, { nil: undefined }),
    })
    .map(({ verb, role, subject, duration: time, reason: why }) => ({
      action: verb,
      app: 'perplexity',
      subject,
      ...(verb === 'grant' || verb === 'revoke' ? { role } : {}),
      ...(verb === 'grant' && time !== undefined ? { duration: time } : {}),
      ...(why === undefined ? {} : { reason: why }),
    }));

  const two0 = (part: number): string => String(part).padStart(2, '0');
  const timeText = (time: DurationAsk): string => {
    switch (time.kind) {
      case 'for':
        return `for ${Math.floor(time.ms / HOUR)}h${(time.ms % HOUR) / 60_000}m`;
      case 'clock':
        return `until ${time.hour}:${two0(time.minute)}`;
      case 'weekday':
        return `until ${['mon', 'tuesday', 'Wed', 'thursday', 'FRIDAY', 'saturday', 'sun'][time.weekday - 1]}`;
      case 'date':
        return `until ${time.year}-${two0(time.month)}-${two0(time.day)}`;
      case 'at':
        return '';
    }
  };
  /** As Slack would send what somebody typed. */
  const typed = (made: Ask): string => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const { subject } = made;
    const who =
      subject.kind === 'slack'
        ? `<@${subject.slack.user}|name>`
        : subject.kind === 'email'
          ? `<mailto:${subject.email}|${subject.email}>`
          : 'me';
    const words = [
      made.action,
      who,
      made.app ?? '',
      made.role ?? '',
      made.duration === undefined ? '' : timeText(made.duration),
      made.reason === undefined ? '' : `because ${escaped(made.reason)}`,
    ];
    return words.filter((word) => word !== '').join(' ');
  };

  it('is read back as it was meant, alone and beside other apps', () => {
    fc.assert(
      fc.property(ask, (made) => {
        for (const context of [ONE, TWO]) {
          const parsed = parseCommand(typed(made), context);
          expect(parsed).toEqual({ kind: made.action, ask: made });
        }
      }),
      { numRuns: 500 },
    );
  });
});
