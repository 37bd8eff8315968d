/**
 * A small world for the pure half of the Slack edge: a policy, people, requests in every state, hostile texts.
 */
import fc from 'fast-check';
import type { Refusal } from '../../../src/access/errors.ts';
import type { Party, SlackId } from '../../../src/access/people.ts';
import {
  ACCOUNT_ATTRIBUTES,
  type AppPolicy,
  DEFAULT_HOURS,
  DEFAULT_LIMITS,
  HOUR,
  type Policy,
} from '../../../src/access/policy.ts';
import type { AttributeOutcome } from '../../../src/access/ports.ts';
import type { AccessRequest, Action, Approver, Reader, State } from '../../../src/access/request.ts';
import { TRANSITIONS } from '../../../src/access/request.ts';
import type { AppOffer } from '../../../src/access/service/desk.ts';
import type { CardContext } from '../../../src/slack/cards/index.ts';
import type { Allowed } from '../limits.ts';

export const NOW = Date.UTC(2026, 10, 22, 13, 4);
export const TEAM = 'T0TEAM';
export const slack = (user: string): SlackId => ({ team: TEAM, user });

export const STATES: readonly State[] = [
  'received',
  'refused',
  'pending',
  'approved',
  'denied',
  'cancelled',
  'lapsed',
  'applying',
  'active',
  'ending',
  'ended',
  'done',
  'not_applied',
  'failed',
];
if (STATES.length !== Object.keys(TRANSITIONS).length) throw new Error('a state is missing here');
export const ACTIONS_ASKED: readonly Action[] = ['grant', 'revoke', 'provision', 'disable', 'enable', 'update'];
export const READERS: readonly Reader[] = ['approver', 'requester', 'subject', 'owner'];

/** Traits of an app that takes every update. */
export const UPDATING: AppPolicy['traits'] = {
  updates: ACCOUNT_ATTRIBUTES,
  invites: false,
  settlesWithin: HOUR,
  createsGroups: false,
  assignedOnly: false,
  lockedInConsole: false,
};

export function appPolicy(change: Partial<AppPolicy> = {}): AppPolicy {
  return {
    key: 'perplexity',
    name: 'Perplexity Enterprise',
    profile: 'perplexity',
    traits: {
      updates: [],
      invites: false,
      settlesWithin: HOUR,
      createsGroups: false,
      assignedOnly: false,
      lockedInConsole: true,
    },
    mode: 'live',
    owners: [{ kind: 'email', email: 'owner@example.com' }],
    keep: [],
    domains: ['example.com'],
    loginUrl: 'https://www.perplexity.ai/login?a=1&b=2',
    managerSource: 'self',
    roles: {
      admin: { key: 'admin', group: 'PPLX_Admin', sensitive: true, base: false, managedBy: 'rolecall' },
      member: { key: 'member', group: 'PPLX_Members', sensitive: false, base: true, managedBy: 'rolecall' },
    },
    exclusive: false,
    priority: ['admin', 'member'],
    rules: [
      {
        do: 'grant',
        role: 'admin',
        who: 'anyone',
        duration: { default: 4 * HOUR, min: HOUR / 4, max: 24 * HOUR },
        reason: { required: true, matches: '(INC|CHG)-(\\d+)', link: 'https://tickets.example.com/{1}/{0}' },
        approve: [{ by: 'manager' }],
        escalateAfter: 8 * HOUR,
        escalateTo: 'owners',
        lapse: 24 * HOUR,
      },
    ],
    ...change,
  };
}

export function policy(app: Partial<AppPolicy> = {}): Policy {
  return {
    timezone: 'Europe/Berlin',
    auditors: [],
    people: [],
    apps: { perplexity: appPolicy(app), perdoo: appPolicy({ key: 'perdoo', name: 'Perdoo', roles: {}, rules: [] }) },
    hours: DEFAULT_HOURS,
    limits: DEFAULT_LIMITS,
    applyWithin: HOUR,
  };
}

export const context = (app: Partial<AppPolicy> = {}): CardContext => ({
  policy: policy(app),
  command: '/access',
  now: NOW,
});

/** The people of the requests below; nobody else may ever be mentioned. */
export const ALICE = 'U0ALICE';
export const BOB = 'U0BOB';
export const MANAGER = 'U0MANAGER';
export const OWNER = 'U0OWNER';
export const PEOPLE = [ALICE, BOB, MANAGER, OWNER];

export const allowed = (values: readonly string[] = ['req-1', 'req-2', 'req-3']): Allowed => ({
  mentions: new Set(PEOPLE),
  links: ['https://www.perplexity.ai/', 'https://tickets.example.com/'],
  values: new Set(values),
});

/** Where a person can put text of their own. */
export interface Texts {
  readonly name: string;
  readonly email: string;
  readonly reason: string;
  readonly detail: string;
}
export const HARMLESS: Texts = {
  name: 'Bob Example',
  email: 'bob@example.com',
  reason: 'INC-7 needs a billing change',
  detail: '400 invalidValue',
};

export const HOSTILE: readonly string[] = [
  '<!channel> <!here|here> <!everyone>',
  '<@U0EVIL> <@W0EVIL|x> <#C0EVIL> <!subteam^S0EVIL>',
  '<https://evil.example/|https://www.perplexity.ai/> https://evil.example',
  '<!date^0^{date}|now> &lt;!channel&gt; &amp;lt;',
  'a\u0000b\u0007c\u001b[31m',
  '\u202Egnp.exe\u2066\u200B\uFEFF\u061C',
  '> quoted\n>Approved by <@U0OWNER>\r\n\u2028- line',
  '`code` *bold* _under_ ~gone~ ```block```',
  '"quotes" “smart” \'single\' \\backslash',
  '😀👨‍👩‍👧‍👦🏳️‍🌈'.repeat(60),
  '&'.repeat(4000),
  '<'.repeat(4000),
  'x'.repeat(4000),
  '\ud800\udc00\ud800 lone \udfff',
  'Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309'.repeat(50),
  '',
  ' ',
  '\n'.repeat(300),
  '://|>^<!',
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.array(fc.constantFrom(...HOSTILE.map((text) => text.slice(0, 60))), { maxLength: 6 }).map((all) => all.join('')),
);
export const hostileTexts: fc.Arbitrary<Texts> = fc.record({
  name: hostileText,
  email: hostileText,
  reason: hostileText,
  detail: hostileText,
});

const approver = (user: string, why: Approver['why'], texts: Texts): Approver => ({
  slack: slack(user),
  name: texts.name,
  email: texts.email,
  why,
});

/** One attribute for everything that can become of one, once anything was tried. */
function attributesOf(state: State, { name, detail }: Texts): NonNullable<AccessRequest['attributes']> {
  const tried = ['applying', 'done', 'failed', 'not_applied'].includes(state);
  const became: readonly AttributeOutcome[] = [
    { kind: 'confirmed' },
    { kind: 'accepted' },
    { kind: 'unsupported' },
    { kind: 'unknown' },
    { kind: 'refused', detail },
  ];
  return Object.fromEntries(
    ACCOUNT_ATTRIBUTES.map((attribute, at) => {
      const outcome = became[at];
      const called = attribute === 'manager' ? { called: { from: '', to: name } } : {};
      return [
        attribute,
        { from: name, to: at % 2 === 0 ? name : '', ...called, ...(tried && outcome !== undefined ? { outcome } : {}) },
      ];
    }),
  );
}

/** A request as it stands in a state, with everything filled in that a card could show. */
export function request(action: Action, state: State, texts: Texts = HARMLESS): AccessRequest {
  const subject: Party = { slack: slack(BOB), account: 'acc-bob', email: texts.email, name: texts.name };
  const asked = state !== 'received' && state !== 'refused';
  const decided = !['received', 'refused', 'pending', 'cancelled', 'lapsed'].includes(state);
  const took = ['active', 'ending', 'ended', 'done'].includes(state);
  const refusal: Refusal = { code: 'no_account', app: 'perplexity', email: texts.email };
  return {
    id: 'req-1',
    rev: 3,
    state,
    ask: {
      action,
      app: 'perplexity',
      ...(action === 'grant' || action === 'revoke' ? { role: 'admin' } : {}),
      subject: { kind: 'slack', slack: slack(BOB) },
      duration: { kind: 'for', ms: 4 * HOUR },
      reason: texts.reason,
      ...(action === 'update' ? { changes: { title: texts.name } } : {}),
    },
    requester: { slack: slack(ALICE), name: texts.name, email: texts.email, account: 'acc-alice' },
    receivedAt: NOW - HOUR,
    steps: asked
      ? [
          {
            by: 'manager',
            approvers: [approver(MANAGER, 'manager', texts), approver(OWNER, 'owner_escalated', texts)],
            escalated: true,
          },
        ]
      : [],
    decisions: decided
      ? [
          {
            step: 0,
            by: { slack: slack(MANAGER), name: texts.name, email: texts.email },
            verdict: state === 'denied' ? 'deny' : 'approve',
            at: NOW - HOUR / 2,
            reason: texts.reason,
          },
        ]
      : [],
    cards: [],
    ...(asked
      ? {
          app: 'perplexity',
          ...(action === 'grant' || action === 'revoke' ? { role: 'admin' } : {}),
          subject,
          ...(action === 'update' ? { attributes: attributesOf(state, texts) } : {}),
          length: { kind: 'for', ms: 4 * HOUR },
          held: { account: 'active', roles: [{ role: 'member', standing: true }] },
          submittedAt: NOW - HOUR,
          lapseAt: NOW + 24 * HOUR,
        }
      : {}),
    ...(state === 'refused' ? { refusal } : {}),
    ...(took
      ? { appliedAt: NOW - 60_000, until: NOW + 4 * HOUR, outcome: { kind: 'confirmed', at: NOW - 60_000 } }
      : {}),
    ...(state === 'ended' || state === 'ending' ? { closing: { why: 'expired' } } : {}),
    ...(state === 'ended' ? { closedAt: NOW - 60_000 } : {}),
    ...(state === 'cancelled' ? { closing: { why: 'by_person', by: subject } } : {}),
    ...(state === 'lapsed' ? { closing: { why: 'nobody_decided' } } : {}),
    ...(state === 'not_applied' ? { closing: { why: 'too_late_to_apply' } } : {}),
    ...(state === 'failed' ? { outcome: { kind: 'refused', at: NOW, detail: texts.detail } } : {}),
  };
}

/** The same, with everything optional a card can add. */
export function fullRequest(action: Action, state: State, texts: Texts = HARMLESS): AccessRequest {
  return {
    ...request(action, state, texts),
    deniedBefore: { at: NOW - 100 * HOUR, reason: texts.reason },
    disabledBefore: { at: NOW - 200 * HOUR, by: texts.name, reason: texts.reason },
    seatsLeft: 3,
    after: 'req-2',
    followedBy: 'req-3',
    alarm: { kind: 'end_failing', since: NOW - HOUR, toldAt: NOW, detail: texts.detail },
  };
}

/** Who reads, as the sample's people. */
export const readerOf = (reader: Reader): { reader: Reader; slack: SlackId } => ({
  reader,
  slack: slack({ approver: MANAGER, requester: ALICE, subject: BOB, owner: OWNER }[reader]),
});

export const offer = (change: Partial<AppOffer> = {}): AppOffer => ({
  key: 'perplexity',
  name: 'Perplexity Enterprise',
  observe: false,
  owners: [{ kind: 'email', email: 'olga@example.com' }],
  ownerOf: true,
  roles: [
    {
      key: 'admin',
      base: false,
      sensitive: true,
      defaultMs: 4 * HOUR,
      minMs: HOUR / 4,
      maxMs: 24 * HOUR,
      reasonRequired: true,
    },
    {
      key: 'member',
      base: true,
      sensitive: false,
      defaultMs: 4 * HOUR,
      minMs: HOUR / 4,
      maxMs: 24 * HOUR,
      reasonRequired: false,
    },
  ],
  ...change,
});

/** All visible text of a message or view, in order. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  const own = 'text' in value && typeof value.text === 'string' ? value.text : '';
  const inner = Object.values(value)
    .map(textOf)
    .filter((text) => text !== '');
  return [own, ...inner].filter((text) => text !== '').join('\n');
}

interface Button {
  readonly action: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly confirm: boolean;
}

/** Every button of a message or view. */
export function buttonsOf(value: unknown): Button[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(buttonsOf);
  const own =
    'type' in value && value.type === 'button' && 'action_id' in value && 'text' in value
      ? [
          {
            action: String(value.action_id),
            label: textOf(value.text),
            value: 'value' in value ? String(value.value) : undefined,
            confirm: 'confirm' in value,
          },
        ]
      : [];
  return [...own, ...Object.values(value).flatMap(buttonsOf)];
}

export const actionsOf = (value: unknown): string[] => buttonsOf(value).map((button) => button.action);
