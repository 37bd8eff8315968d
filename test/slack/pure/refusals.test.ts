import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/access/errors.ts';
import { ACCOUNT_ATTRIBUTES } from '../../../src/access/policy.ts';
import { ACTIONS, refusalMessage } from '../../../src/slack/cards/index.ts';
import type { Problem } from '../../../src/slack/command.ts';
import { refusedView } from '../../../src/slack/modals/index.ts';
import { namesOf, textsFor } from '../../../src/slack/text/index.ts';
import { toPlain } from '../../../src/slack/text/words.ts';
import { messageFaults, viewFaults } from '../limits.ts';
import { actionsOf, allowed, buttonsOf, context, HOSTILE, hostileText, policy } from './sample.ts';

/** One of every code, with texts of people where a code carries some. The type makes the list complete. */
const samples = (
  text: string,
  many: string[],
): { readonly [C in Problem['code']]: Extract<Problem, { code: C }>[] } => ({
  outsider: (['guest', 'bot', 'deactivated', 'outside'] as const).map((standing) => ({ code: 'outsider', standing })),
  people_unavailable: [{ code: 'people_unavailable' }],
  not_entitled: (['approver', 'owner', 'manager_or_owner', 'requester', 'holder', 'auditor'] as const).map((need) => ({
    code: 'not_entitled',
    need,
  })),
  self_approval: [{ code: 'self_approval' }],
  already_approved_by_you: [{ code: 'already_approved_by_you' }],
  email_unconfirmed: [{ code: 'email_unconfirmed' }],
  binding_conflict: (['email_changed', 'two_people', 'two_accounts'] as const).map((reason) => ({
    code: 'binding_conflict',
    reason,
  })),
  unknown_app: [
    { code: 'unknown_app', given: text, known: many },
    { code: 'unknown_app', given: text, known: [] },
  ],
  app_needed: [
    { code: 'app_needed', known: many },
    { code: 'app_needed', known: [] },
  ],
  unknown_role: [
    { code: 'unknown_role', given: text, known: many },
    { code: 'unknown_role', given: text, known: [] },
  ],
  role_needed: [
    { code: 'role_needed', known: many },
    { code: 'role_needed', known: [] },
  ],
  nobody_to_ask_for: [{ code: 'nobody_to_ask_for' }],
  unknown_person: [
    { code: 'unknown_person', given: text },
    { code: 'unknown_person', given: text, slack: 'U0BOB' },
  ],
  no_account: [
    { code: 'no_account', app: 'perplexity' },
    { code: 'no_account', app: 'perplexity', email: text },
  ],
  account_inactive: [{ code: 'account_inactive', app: 'perplexity' }],
  account_active: [{ code: 'account_active', app: 'perplexity' }],
  account_exists: [
    { code: 'account_exists', app: 'perplexity', active: true, name: text, id: text },
    { code: 'account_exists', app: 'perplexity', active: false, name: text, id: text, since: text },
  ],
  drift_settled: [{ code: 'drift_settled' }, { code: 'drift_settled', by: text }],
  drift_own: [{ code: 'drift_own' }],
  not_assigned: [{ code: 'not_assigned', app: 'perplexity' }],
  no_updates: [{ code: 'no_updates', app: 'perplexity' }],
  attribute_not_taken: [
    { code: 'attribute_not_taken', app: 'perplexity', attributes: [...ACCOUNT_ATTRIBUTES] },
    { code: 'attribute_not_taken', app: 'perplexity', attributes: ['manager'] },
  ],
  nothing_to_change: [{ code: 'nothing_to_change', app: 'perplexity' }],
  value_needed: ACCOUNT_ATTRIBUTES.map((attribute) => ({ code: 'value_needed', attribute })),
  value_too_long: ACCOUNT_ATTRIBUTES.map((attribute) => ({ code: 'value_too_long', attribute, max: 256 })),
  value_malformed: ACCOUNT_ATTRIBUTES.map((attribute) => ({ code: 'value_malformed', attribute })),
  address_taken: [{ code: 'address_taken', app: 'perplexity', email: text }],
  manager_unfit: [{ code: 'manager_unfit', app: 'perplexity' }],
  sensitive_held: [true, false].map((unreadable) => ({
    code: 'sensitive_held',
    app: 'perplexity',
    role: 'admin',
    unreadable,
  })),
  two_owners_needed: [
    ...[0, 1].map((reachable) => ({ code: 'two_owners_needed' as const, app: 'perplexity', reachable })),
    { code: 'two_owners_needed', app: 'perplexity', reachable: 1, identity: true },
  ],
  ambiguous_account: [{ code: 'ambiguous_account', app: 'perplexity', emails: many }],
  already_disabled: [{ code: 'already_disabled', app: 'perplexity' }],
  exists_elsewhere: [{ code: 'exists_elsewhere', app: 'perplexity', email: text }],
  email_needed: [{ code: 'email_needed' }],
  name_needed: [{ code: 'name_needed' }],
  base_role_asked: [{ code: 'base_role_asked', app: 'perplexity' }],
  only_base_held: [{ code: 'only_base_held', app: 'perplexity' }],
  already_standing: [{ code: 'already_standing', app: 'perplexity', role: 'admin' }],
  not_held: [
    { code: 'not_held', app: 'perplexity' },
    { code: 'not_held', app: 'perplexity', role: 'admin' },
  ],
  several_roles: [{ code: 'several_roles', app: 'perplexity', roles: many }],
  kept_account: [{ code: 'kept_account', email: text }],
  last_admin: [true, false].flatMap((unreadable) =>
    [true, false].map((handOver) => ({
      code: 'last_admin' as const,
      app: 'perplexity',
      role: 'admin',
      unreadable,
      handOver,
    })),
  ),
  group_missing: [{ code: 'group_missing', app: 'perplexity', group: text }],
  app_stopped: (['gone', 'missing', 'doubled', 'shared'] as const).map((why) => ({
    code: 'app_stopped',
    app: 'perplexity',
    role: 'admin',
    why,
  })),
  offer_gone: [{ code: 'offer_gone', app: 'perplexity', role: 'admin' }],
  seats: [{ code: 'seats', app: 'perplexity', used: 120, seats: 120 }],
  domain: [
    { code: 'domain', email: text, domains: many },
    { code: 'domain', email: text, domains: [] },
  ],
  not_allowed_to_ask: [{ code: 'not_allowed_to_ask' }],
  reason_required: [{ code: 'reason_required' }],
  reason_mismatch: [{ code: 'reason_mismatch', pattern: text }],
  reason_too_long: [{ code: 'reason_too_long', max: 500 }],
  looks_like_secret: [{ code: 'looks_like_secret' }],
  too_short: [{ code: 'too_short', min: 900_000 }],
  too_long: [{ code: 'too_long', max: 86_400_000 }],
  in_the_past: [{ code: 'in_the_past' }],
  no_approver: [{ code: 'no_approver' }],
  limit_open: [{ code: 'limit_open', max: 5 }],
  limit_day: [{ code: 'limit_day', max: 10 }],
  open_already: [{ code: 'open_already', request: 'req-2' }, { code: 'open_already' }],
  opposite_open: [{ code: 'opposite_open', request: 'req-2' }],
  closed: [
    { code: 'closed', request: 'req-2', state: 'denied' },
    { code: 'closed', request: 'req-2', state: text },
  ],
  no_such_request: [{ code: 'no_such_request', request: 'req-2' }],
  repeated: [{ code: 'repeated' }],
  safe_mode: [{ code: 'safe_mode' }],
  gave_up_looking: [{ code: 'gave_up_looking' }],
  store_unavailable: [{ code: 'store_unavailable' }],
  bare_mention: [{ code: 'bare_mention', given: text }],
  text_too_long: [{ code: 'text_too_long', max: 4000 }],
  bare_time: (['for', 'until'] as const).map((say) => ({ code: 'bare_time', given: text, say })),
  mistyped: (['app', 'role', 'either'] as const).map((as) => ({ code: 'mistyped', given: text, as, nearest: text })),
  unknown_name: [{ code: 'unknown_name', given: text, apps: many, roles: many }],
  bad_duration: [{ code: 'bad_duration', given: text }],
  bad_until: [{ code: 'bad_until', given: text }],
  not_understood: [{ code: 'not_understood', given: text }],
  usage: (['link', 'list', 'lookup', 'request'] as const).map((verb) => ({ code: 'usage', verb })),
});

const all = (text: string): Problem[] => Object.values(samples(text, [text, text, text, text, text, text])).flat();
const names = namesOf(policy(), '/access');
const { refusal } = textsFor('en');
/** How a next step begins: with what to do. */
const STEP =
  /^(Add|Ask|Change|Check|Choose|Confirm|Enter|Give|Hand|If it is|Keep|Leave|Mention|Name|See|Shorten|Take|Try|Type|Use|Wait|Write) ?.*\.$/s;

describe('every refusal', () => {
  it('says in at most 300 characters what is the matter and ends with a next step', () => {
    for (const text of ['Bob', ...HOSTILE]) {
      for (const problem of all(text)) {
        const { what, next } = refusal(problem, names);
        const said = `${toPlain(what)} ${toPlain(next)}`;
        expect(said.length, said).toBeLessThanOrEqual(300);
        expect(toPlain(what).length, problem.code).toBeGreaterThan(10);
        if (text === 'Bob') expect(toPlain(next), problem.code).toMatch(STEP);
      }
    }
  });

  it('reads as sentences: no gap, no doubled blank, no stray sign', () => {
    for (const problem of all('Bob')) {
      const { what, next } = refusal(problem, names);
      const said = `${toPlain(what)} ${toPlain(next)}`;
      expect(said, problem.code).toMatch(/^[A-Z“@].*[.)]$/s);
      expect(said, problem.code).not.toMatch(/undefined|NaN| {2}| \.| ,|\.\.|: \./);
    }
  });

  it('has a sentence of its own', () => {
    const said = all('Bob').map((problem) => {
      const { what, next } = refusal(problem, names);
      return `${toPlain(what)} ${toPlain(next)}`;
    });
    expect(new Set(said).size).toBe(said.length);
  });

  it('stands in a message and in a modal within the limits, whatever it quotes', () => {
    for (const text of ['Bob', ...HOSTILE]) {
      for (const problem of all(text)) {
        expect(messageFaults(refusalMessage(problem, context()), allowed()), problem.code).toEqual([]);
        expect(messageFaults(refusalMessage(problem, context(), 'req-1'), allowed()), problem.code).toEqual([]);
        expect(viewFaults(refusedView(problem, context()), allowed()), problem.code).toEqual([]);
      }
    }
    fc.assert(
      fc.property(hostileText, fc.nat(), (text, pick) => {
        const problems = all(text);
        const problem = problems[pick % problems.length];
        if (problem === undefined) return;
        expect(messageFaults(refusalMessage(problem, context(), 'req-1'), allowed())).toEqual([]);
      }),
    );
  });
});

describe('the next step as a button', () => {
  const offered = (problem: Problem, request?: string) => actionsOf(refusalMessage(problem, context(), request));
  const steps: [Refusal, string][] = [
    [{ code: 'no_account', app: 'perplexity' }, ACTIONS.askAccount],
    [{ code: 'account_inactive', app: 'perplexity' }, ACTIONS.askEnable],
    [{ code: 'account_exists', app: 'perplexity', active: false, name: 'B', id: '1' }, ACTIONS.askEnable],
    [{ code: 'last_admin', app: 'perplexity', role: 'admin', unreadable: false, handOver: true }, ACTIONS.handOver],
    [{ code: 'several_roles', app: 'perplexity', roles: ['a', 'b'] }, ACTIONS.revokeAll],
    [{ code: 'gave_up_looking' }, ACTIONS.again],
  ];

  it('starts from the refused request', () => {
    for (const [problem, action] of steps) {
      const buttons = buttonsOf(refusalMessage(problem, context(), 'req-1'));
      expect(buttons.map(({ action: a, value }) => [a, value])).toEqual([[action, 'req-1']]);
    }
  });

  it('never carries a request that there is not', () => {
    for (const [problem, action] of steps) expect(offered(problem)).not.toContain(action);
  });

  it('shows the request that is open already', () => {
    expect(buttonsOf(refusalMessage({ code: 'open_already' }, context()))).toEqual([]);
    const [button] = buttonsOf(refusalMessage({ code: 'open_already', request: 'req-2' }, context()));
    expect([button?.action, button?.value]).toEqual([ACTIONS.show, 'req-2']);
  });

  it('does not lead to the opposite request, which may be nobody else’s business', () => {
    expect(offered({ code: 'opposite_open', request: 'req-2' }, 'req-1')).toEqual([]);
  });

  it('offers no hand-over where there can be none', () => {
    const refused: Refusal = {
      code: 'last_admin',
      app: 'perplexity',
      role: 'admin',
      unreadable: true,
      handOver: false,
    };
    expect(offered(refused, 'req-1')).toEqual([]);
  });
});
