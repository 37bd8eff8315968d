import type { ModalView } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubjectRef } from '../../../src/access/people.ts';
import { ACCOUNT_ATTRIBUTES, HOUR, REASON_MAX } from '../../../src/access/policy.ts';
import type { AccessRequest, Action } from '../../../src/access/request.ts';
import type { AppOffer, FieldRefusal, ProfileView } from '../../../src/access/service/desk.ts';
import { addressOf } from '../../../src/slack/cards/index.ts';
import type { Draft } from '../../../src/slack/command.ts';
import {
  askModal,
  denyModal,
  detailsView,
  doneView,
  fieldErrors,
  handOverAsk,
  handOverModal,
  loadingView,
  MODALS,
  nextStep,
  type OpenArgs,
  PERSON_ACTION,
  personOptions,
  readAsk,
  readDeny,
  readHandOver,
  readRevokeAll,
  readWhose,
  refusedView,
  revokeAllAsk,
  revokeAllModal,
  type SubmittedView,
} from '../../../src/slack/modals/index.ts';
import { textsFor } from '../../../src/slack/text/index.ts';
import { viewFaults } from '../limits.ts';
import {
  ACTIONS_ASKED,
  allowed,
  BOB,
  context,
  HOSTILE,
  hostileText,
  NOW,
  offer,
  request,
  slack,
  textOf,
  UPDATING,
} from './sample.ts';

const ctx = context({ traits: UPDATING });
const PERDOO: AppOffer = offer({
  key: 'perdoo',
  name: 'Perdoo',
  roles: [
    {
      key: 'lead',
      base: false,
      sensitive: false,
      defaultMs: HOUR,
      minMs: HOUR,
      maxMs: 48 * HOUR,
      reasonRequired: false,
    },
  ],
});
const chosen = (value: string): SubjectRef | undefined => {
  const [kind, first = '', second = ''] = value.split('|');
  if (kind === 'me') return { kind: 'me' };
  if (kind === 'email') return { kind: 'email', email: first };
  return kind === 'account' ? { kind: 'account', app: first, account: second } : undefined;
};

interface Filled {
  readonly [field: string]: unknown;
}

/** What Slack sends when somebody submits the view as it was drawn, with some fields changed. */
function submitted(view: ModalView, changed: Filled = {}): SubmittedView {
  const values: Record<string, Record<string, unknown>> = {};
  for (const block of view.blocks) {
    if (block.type !== 'input' || !('element' in block)) continue;
    const { element } = block;
    const id = block.block_id ?? '';
    const own = id.replace(/^app#/, '').replace(/(-?known)?(:.*)?$/, '');
    const drawn: Record<string, unknown> = {};
    if ('initial_value' in element) drawn.value = element.initial_value;
    if ('initial_option' in element) drawn.selected_option = element.initial_option;
    if ('initial_options' in element) drawn.selected_options = element.initial_options;
    if ('initial_date_time' in element) drawn.selected_date_time = element.initial_date_time;
    const { action_id: action = '' } = element;
    values[id] = { [action]: own in changed ? changed[own] : drawn };
  }
  return {
    state: { values },
    blocks: view.blocks,
    ...(view.private_metadata === undefined ? {} : { private_metadata: view.private_metadata }),
  };
}
const text = (value: string): object => ({ type: 'plain_text_input', value });
const pick = (value: string): object => ({ type: 'static_select', selected_option: { value } });
const read = (view: ModalView, changed: Filled = {}) =>
  readAsk(view.callback_id ?? '', submitted(view, changed), chosen, ctx);

const CALLBACK: Record<Action, string> = {
  grant: MODALS.request,
  revoke: MODALS.revoke,
  provision: MODALS.provision,
  disable: MODALS.disable,
  enable: MODALS.enable,
  update: MODALS.updateWhose,
};

const opened: [string, OpenArgs][] = [
  ['one app', { offers: [offer()] }],
  ['two apps', { offers: [offer(), PERDOO] }],
  [
    'a full draft',
    {
      offers: [offer(), PERDOO],
      draft: {
        app: 'perplexity',
        role: 'admin',
        subject: { kind: 'slack', slack: slack(BOB) },
        duration: { kind: 'for', ms: 1.5 * HOUR },
        reason: 'INC-7',
      },
      subjectName: 'Bob Example',
      problem: { code: 'not_understood', given: 'please' },
    },
  ],
  ['a known person', { offers: [offer()], person: { name: 'Carol van Dam', email: 'carol@example.com' } }],
];

describe('the modals', () => {
  it('stay within the limits, for every action and opening', () => {
    for (const action of ACTIONS_ASKED) {
      for (const [what, args] of opened) {
        const view = askModal(action, args, ctx);
        expect(viewFaults(view, allowed()), `${action} ${what}`).toEqual([]);
        expect(view.callback_id).toBe(CALLBACK[action]);
      }
    }
    const ask = { action: 'grant', app: 'perplexity', role: 'admin', subject: { kind: 'me' } } as const;
    for (const view of [
      loadingView(ctx),
      refusedView({ code: 'seats', app: 'perplexity', used: 1, seats: 1 }, ctx),
      doneView({ ask }, ctx),
    ]) {
      expect(viewFaults(view, allowed())).toEqual([]);
    }
  });

  it('stay within the limits whatever was typed', () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(...ACTIONS_ASKED), (hostile, action) => {
        const draft: Draft = {
          app: hostile,
          role: hostile,
          subject: { kind: 'email', email: hostile.slice(0, 254) },
          reason: hostile,
          duration: { kind: 'clock', hour: 17, minute: 5 },
        };
        const person = { name: hostile, email: hostile };
        const args: OpenArgs = {
          offers: [offer({ name: hostile, owners: [{ kind: 'email', email: hostile }] }), PERDOO],
          draft,
          subjectName: hostile,
          person,
          problem: { code: 'unknown_person', given: hostile },
        };
        expect(viewFaults(askModal(action, args, ctx), allowed())).toEqual([]);
        expect(viewFaults(askModal(action, { ...args, offers: [offer()] }, ctx), allowed())).toEqual([]);
      }),
      { numRuns: 300 },
    );
    for (const hostile of HOSTILE) {
      const made = request('grant', 'pending', { name: hostile, email: hostile, reason: hostile, detail: hostile });
      expect(viewFaults(denyModal(made, ctx), allowed())).toEqual([]);
    }
  });

  it('have as many apps as a company has', () => {
    const offers = Array.from({ length: 130 }, (_, index) =>
      offer({
        key: `app${index}`,
        roles: Array.from({ length: 120 }, (_r, role) => ({
          key: `role${role}`,
          base: false,
          sensitive: false,
          defaultMs: HOUR,
          minMs: HOUR,
          maxMs: HOUR,
          reasonRequired: false,
        })),
      }),
    );
    expect(viewFaults({ ...askModal('disable', { offers }, ctx) }, allowed())).toEqual([]);
    expect(viewFaults({ ...askModal('grant', { offers: offers.slice(0, 5) }, ctx) }, allowed())).toEqual([]);
  });

  it('say so when there is nothing to ask for', () => {
    const view = askModal('grant', { offers: [offer({ roles: [] })] }, ctx);
    expect(view.submit).toBeUndefined();
    expect(viewFaults(view, allowed())).toEqual([]);
  });
});

describe('the request modal', () => {
  it('gives the ask that was drafted, when it is sent as it came', () => {
    const subjects: SubjectRef[] = [
      { kind: 'me' },
      { kind: 'slack', slack: slack(BOB) },
      { kind: 'email', email: `${'a'.repeat(60)}@${'b'.repeat(100)}.example.com` },
      { kind: 'account', app: 'perplexity', account: 'x'.repeat(200) },
    ];
    const durations: NonNullable<Draft['duration']>[] = [
      { kind: 'for', ms: 1.5 * HOUR },
      { kind: 'clock', hour: 17, minute: 0 },
      { kind: 'weekday', weekday: 5 },
      { kind: 'date', year: 2026, month: 12, day: 24 },
      { kind: 'at', at: NOW },
    ];
    for (const subject of subjects) {
      for (const duration of durations) {
        for (const offers of [[offer()], [offer(), PERDOO]]) {
          const draft = { app: 'perplexity', role: 'admin', subject, duration, reason: 'INC-7 needs it' };
          expect(read(askModal('grant', { offers, draft }, ctx))).toEqual({ ok: { action: 'grant', ...draft } });
        }
      }
    }
  });

  it('starts with oneself, the only role and its usual length', () => {
    expect(read(askModal('grant', { offers: [offer()] }, ctx), { reason: text('INC-7') })).toEqual({
      ok: {
        action: 'grant',
        app: 'perplexity',
        role: 'admin',
        subject: { kind: 'me' },
        duration: { kind: 'for', ms: 4 * HOUR },
        reason: 'INC-7',
      },
    });
  });

  it('never offers the base role, and never chooses between two apps', () => {
    const view = askModal('grant', { offers: [offer(), PERDOO] }, ctx);
    expect(JSON.stringify(view)).not.toContain('perplexity/member');
    expect(read(view).errors).toEqual({ what: expect.stringContaining('role') });
  });

  it('takes a picked end over the length', () => {
    const view = askModal('grant', { offers: [offer()] }, ctx);
    const made = read(view, { until: { selected_date_time: 1_800_000_000 }, reason: text('x') });
    expect(made.ok?.duration).toEqual({ kind: 'at', at: 1_800_000_000_000 });
  });

  it('cleans the reason, keeps its lines and bounds it', () => {
    const view = askModal('grant', { offers: [offer()] }, ctx);
    expect(read(view, { reason: text('  one \u0000\u202E\r\n\n two ') }).ok?.reason).toBe('one\ntwo');
    expect(read(view, { reason: text('x'.repeat(REASON_MAX + 1)) }).errors).toEqual({
      reason: expect.stringContaining('too long'),
    });
  });

  it('asks for a reason only where the policy does', () => {
    const optional = (offers: AppOffer[]) => {
      const block = askModal('grant', { offers }, ctx).blocks.find((each) => each.block_id === 'reason');
      return block !== undefined && 'optional' in block && block.optional;
    };
    expect([optional([offer()]), optional([offer(), PERDOO])]).toEqual([false, true]);
  });

  it('puts a person nobody knows under the person field', () => {
    const view = askModal('grant', { offers: [offer()] }, ctx);
    const made = read(view, { person: { selected_option: { value: 'nonsense|x' } }, reason: text('x') });
    expect(made.errors).toEqual({ 'app#person:perplexity': expect.stringContaining('cannot find') });
  });
});

describe('the other modals', () => {
  it('take away one role or every role', () => {
    const view = askModal(
      'revoke',
      { offers: [offer()], draft: { subject: { kind: 'slack', slack: slack(BOB) } } },
      ctx,
    );
    expect(read(view).errors).toEqual({ what: expect.any(String) });
    expect(read(view, { what: pick('perplexity/') }).ok).toEqual({
      action: 'revoke',
      app: 'perplexity',
      everyRole: true,
      subject: { kind: 'slack', slack: slack(BOB) },
    });
    expect(read(view, { what: pick('perplexity/admin') }).ok).toMatchObject({ role: 'admin' });
  });

  it('prefill a new account from Slack and send what is typed', () => {
    const draft: Draft = { subject: { kind: 'slack', slack: slack(BOB) } };
    const person = { name: 'Carol van Dam', email: 'carol@example.com' };
    const view = askModal('provision', { offers: [offer()], draft, person }, ctx);
    expect(read(view).ok).toEqual({
      action: 'provision',
      app: 'perplexity',
      subject: draft.subject,
      newAccount: { email: 'carol@example.com', givenName: 'Carol', familyName: 'van Dam', welcome: true },
    });
    const other = read(view, {
      email: text('dave@example.com'),
      given: text('Dave'),
      family: text(''),
      welcome: { selected_options: [] },
    });
    expect(other.ok).toEqual({
      action: 'provision',
      app: 'perplexity',
      subject: { kind: 'email', email: 'dave@example.com' },
      newAccount: { email: 'dave@example.com', givenName: 'Dave', welcome: false },
    });
  });

  it('show what a look-up filled in, because its fields are new ones', () => {
    const ids = (args: OpenArgs) => askModal('provision', args, ctx).blocks.map((block) => block.block_id);
    const before = ids({ offers: [offer()] });
    const after = ids({ offers: [offer()], person: { name: 'Carol', email: 'c@example.com' } });
    expect(before).toContain('email');
    expect(after).toContain('email-known');
    expect(after).toContain('reason');
  });

  it('ask for a role together with an account, of the same app', () => {
    const draft: Draft = {
      app: 'perplexity',
      role: 'admin',
      duration: { kind: 'for', ms: HOUR },
      subject: { kind: 'email', email: 'carol@example.com' },
    };
    const view = askModal('provision', { offers: [offer(), PERDOO], draft }, ctx);
    const made = read(view, { given: text('Carol') });
    expect(made.ok?.newAccount).toMatchObject({ role: 'admin', roleDuration: { kind: 'for', ms: HOUR } });
    expect(read(view, { given: text('Carol'), extra: pick('perdoo/lead') }).errors).toHaveProperty('extra');
  });

  it('put a missing address or name on its field', () => {
    const view = askModal('provision', { offers: [offer()] }, ctx);
    for (const email of [
      '',
      'carol',
      'carol@',
      '<!channel>@example.com',
      'a b@example.com',
      `${'a'.repeat(300)}@example.com`,
    ]) {
      expect(read(view, { email: text(email), given: text('C') }).errors, email).toHaveProperty('email');
    }
    expect(read(view, { email: text('carol@example.com'), given: text(' \u200b ') }).errors).toHaveProperty('given');
  });

  it('say what a disable will do, and need somebody', () => {
    const view = askModal('disable', { offers: [offer()] }, ctx);
    expect(textOf(view.blocks)).toContain('the account is switched off');
    expect(read(view).errors).toEqual({ 'app#whose:perplexity': expect.any(String) });
    expect(read(view, { whose: pick('account|perplexity|acc-1'), reason: text('left') }).ok).toEqual({
      action: 'disable',
      app: 'perplexity',
      subject: { kind: 'account', app: 'perplexity', account: 'acc-1' },
      reason: 'left',
    });
    const two = askModal('enable', { offers: [offer(), PERDOO] }, ctx);
    expect(read(two, { whose: pick('me') }).errors).toEqual({ app: expect.any(String) });
  });

  it('ask whose account is to be updated, where that is not known yet, among the apps that take updates', () => {
    const view = askModal('update', { offers: [offer(), PERDOO], draft: { reason: 'she married' } }, ctx);
    expect(JSON.stringify(view.blocks)).not.toContain('Perdoo');
    const whose = (changed: Filled) => readWhose(submitted(view, changed), chosen, ctx);
    expect(whose({}).errors).toEqual({ 'app#whose:perplexity': expect.any(String) });
    expect(whose({ whose: pick('account|perplexity|acc-1') }).ok).toEqual({
      app: 'perplexity',
      subject: { kind: 'account', app: 'perplexity', account: 'acc-1' },
      reason: 'she married',
    });
    for (const draft of [{}, { app: 'perdoo' }]) {
      const no = askModal('update', { offers: [PERDOO], draft }, ctx);
      expect(no.submit).toBeUndefined();
      expect(textOf(no.blocks)).toContain('Perdoo does not take profile changes over SCIM. Change it at the source');
    }
    expect(textOf(askModal('update', { offers: [offer(), PERDOO], draft: { app: 'perdoo' } }, ctx).blocks)).toContain(
      'Perdoo does not take profile changes',
    );
  });

  const PROFILE: ProfileView = {
    app: 'perplexity',
    account: { id: 'acc-bob', name: 'Bob Example', email: 'bob@example.com' },
    values: {
      givenName: 'Bob',
      familyName: '',
      displayName: '',
      title: ' Analyst  II ',
      email: 'bob@example.com',
      manager: 'acc-zoe',
    },
    manager: 'Zoe (zoe@example.com)',
    reasonRequired: false,
  };

  it('show the details an update may change, and send what was changed only', () => {
    const view = detailsView(PROFILE, 'she married', ctx);
    expect(viewFaults(view, allowed())).toEqual([]);
    expect(view.callback_id).toBe(MODALS.update);
    const fields = view.blocks.flatMap((block) => (block.type === 'input' && 'label' in block ? [block] : []));
    expect(fields.map((field) => [field.label.text, field.optional])).toEqual([
      ['First name', false],
      ['Family name', true],
      ['Display name', true],
      ['Title', true],
      ['E-mail', false],
      ['Manager', true],
      ['Why', true],
    ]);
    expect(read(view).errors).toEqual({ 'given-known': expect.stringContaining('nothing to change') });
    const change = (changed: Filled) => read(view, changed).ok;
    expect(change({ title: text('Senior analyst') })).toEqual({
      action: 'update',
      app: 'perplexity',
      subject: { kind: 'account', app: 'perplexity', account: 'acc-bob' },
      changes: { title: 'Senior analyst' },
      reason: 'she married',
    });
    expect(change({ title: text('  '), family: text(' Ex\u202Eample ') })?.changes).toEqual({
      title: '',
      familyName: 'Example',
    });
    expect(change({ manager: pick('account|perplexity|acc-1') })?.changes).toEqual({ manager: 'acc-1' });
    expect(change({ manager: pick('email|eve@example.com') })?.changes).toEqual({ manager: 'eve@example.com' });
    expect(change({ manager: { selected_option: null } })?.changes).toEqual({ manager: '' });
    expect(read(view, { manager: pick('account|perdoo|acc-1') }).errors).toEqual({
      'app#managerknown:perplexity': expect.stringContaining('active account of their own'),
    });
  });

  it('take nobody’s manager away who has none, and nothing that the form did not show', () => {
    const { manager: _manager, ...nobody } = PROFILE;
    const view = detailsView({ ...nobody, values: { title: '', manager: '' } }, undefined, ctx);
    expect(read(view).errors).toEqual({ 'title-known': expect.any(String) });
    const { blocks: _blocks, ...blind } = submitted(view, { title: text('Analyst') });
    expect(readAsk(MODALS.update, blind, chosen, ctx)).toEqual({ errors: {} });
    const forged = { ...submitted(view, { title: text('Analyst') }), private_metadata: '{}' };
    expect(readAsk(MODALS.update, forged, chosen, ctx)).toEqual({ errors: {} });
  });

  it('stay within the limits whatever the details of an account are', () => {
    fc.assert(
      fc.property(hostileText, (hostile) => {
        const values = Object.fromEntries(ACCOUNT_ATTRIBUTES.map((each) => [each, hostile]));
        const account = { id: hostile.slice(0, 200), name: hostile, email: hostile };
        const view = detailsView(
          { ...PROFILE, account, values, ...(hostile === '' ? {} : { manager: hostile }), reasonRequired: true },
          hostile,
          ctx,
        );
        expect(viewFaults(view, allowed())).toEqual([]);
        // What nobody touched was not changed, however it looks in a field.
        const { errors, ok } = read(view, { reason: text('INC-7') });
        expect(ok).toBeUndefined();
        expect(Object.keys(errors ?? {}).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it('put what is wrong with a detail on its field', () => {
    const view = submitted(
      detailsView({ ...PROFILE, values: Object.fromEntries(ACCOUNT_ATTRIBUTES.map((each) => [each, ''])) }, '', ctx),
    );
    for (const field of ACCOUNT_ATTRIBUTES) {
      const errors = fieldErrors(view, [{ field, refusal: { code: 'value_needed', attribute: field } }], ctx);
      const [id = ''] = Object.keys(errors);
      const label = view.blocks?.find((block) => Object(block).block_id === id);
      expect(textOf(Object(label).label), field).toContain(textsFor('en').labels.attributes[field]);
    }
  });

  it('need a reason to deny, and stand on the request alone', () => {
    expect(textOf(denyModal(request('disable', 'pending'), ctx).blocks)).toContain('You deny: disabling the ');
    const view = denyModal(request('grant', 'pending'), ctx);
    expect(view.private_metadata).toBe('{"request":"req-1"}');
    expect(readDeny(submitted(view), ctx).errors).toHaveProperty('reason');
    expect(readDeny(submitted(view, { reason: text('not now') }), ctx)).toEqual({
      ok: { request: 'req-1', reason: 'not now' },
    });
    expect(readDeny({ ...submitted(view), private_metadata: 'junk' }, ctx).errors).toHaveProperty('reason');
  });

  it('hand the last role over as one plan', () => {
    const refused = {
      ...request('revoke', 'refused'),
      subject: { account: 'acc-bob', name: 'Bob' },
      refusal: { code: 'last_admin', app: 'perplexity', role: 'admin', unreadable: false, handOver: true },
    } as const;
    const view = handOverModal(refused, ctx);
    expect(viewFaults(view, allowed())).toEqual([]);
    const made = readHandOver(submitted(view, { successor: pick('account|perplexity|acc-2') }), chosen, ctx);
    expect(made.ok).toEqual({
      request: 'req-1',
      successor: { kind: 'account', app: 'perplexity', account: 'acc-2' },
      reason: 'INC-7 needs a billing change',
    });
    if (made.ok === undefined) throw new Error('it was read');
    expect(handOverAsk(refused, made.ok.successor, 'because')).toEqual({
      action: 'grant',
      app: 'perplexity',
      role: 'admin',
      subject: made.ok.successor,
      reason: 'because',
      handOverFrom: { account: 'acc-bob', action: 'revoke', reason: 'INC-7 needs a billing change' },
    });
    const final = { ...refused, refusal: { ...refused.refusal, handOver: false } };
    expect(handOverAsk(final, made.ok.successor, 'x')).toBeUndefined();
    const { subject: _subject, ...nobody } = refused;
    expect(handOverAsk(nobody, made.ok.successor, 'x')).toBeUndefined();
    const other = request('revoke', 'pending');
    expect(handOverAsk(other, made.ok.successor, 'x')).toBeUndefined();
    expect(handOverModal(other, ctx).submit).toBeUndefined();
  });

  it('confirm the removal of every role from the stored request', () => {
    const refused = {
      ...request('revoke', 'refused'),
      refusal: { code: 'several_roles', app: 'perplexity', roles: ['admin', 'billing'] },
    } satisfies AccessRequest;
    const view = revokeAllModal(refused, ctx);
    expect(textOf(view.blocks)).toContain('Admin, Billing');
    expect(viewFaults(view, allowed())).toEqual([]);
    expect(readRevokeAll(submitted(view), ctx)).toEqual({ ok: { request: 'req-1' } });
    const ask = revokeAllAsk(refused);
    expect(ask).toMatchObject({ action: 'revoke', app: 'perplexity', everyRole: true });
    expect(ask).not.toHaveProperty('role');
    expect(revokeAllAsk(request('revoke', 'pending'))).toBeUndefined();
  });
});

describe('next steps', () => {
  it('start from the stored request and only where it gives the reason', () => {
    const refused = request('grant', 'refused');
    expect(nextStep('askAccount', refused)).toMatchObject({
      action: 'provision',
      draft: { app: 'perplexity', role: 'admin', reason: 'INC-7 needs a billing change' },
    });
    expect(nextStep('askEnable', refused)).toBeUndefined();
    const inactive = { ...refused, refusal: { code: 'account_inactive', app: 'perplexity' } } as const;
    expect(nextStep('askEnable', inactive)).toMatchObject({
      action: 'enable',
      draft: { subject: { kind: 'slack', slack: slack(BOB) } },
    });
    const met = { code: 'account_exists', app: 'perplexity', active: false, name: 'Gus Berg', id: 'acc-gus' } as const;
    const provision = { ...request('provision', 'refused'), refusal: met };
    const back = nextStep('askEnable', provision);
    const view = askModal('enable', { offers: [offer()], draft: back?.draft ?? {} }, ctx);
    expect(JSON.stringify(view.blocks), 'what was typed stays in the stored form').not.toContain('req-1');
    expect(read(view).ok).toMatchObject({
      action: 'enable',
      subject: { kind: 'account', app: 'perplexity', account: 'acc-gus' },
      instead: 'req-1',
    });
    expect(nextStep('revokeGrant', request('grant', 'active'))).toEqual({
      action: 'revoke',
      draft: { app: 'perplexity', role: 'admin', subject: { kind: 'account', app: 'perplexity', account: 'acc-bob' } },
    });
    expect(nextStep('revokeGrant', request('disable', 'done'))).toBeUndefined();
  });
});

describe('a submitted view', () => {
  it('is read without a throw, whatever it holds', () => {
    const junk = fc.oneof(
      fc.anything(),
      fc.dictionary(
        fc.constantFrom(
          'what',
          'reason',
          'person',
          'app#person:x',
          'duration',
          'until',
          'email',
          'given',
          'extra',
          'welcome',
          '__proto__',
        ),
        fc.dictionary(fc.constantFrom('what', PERSON_ACTION, 'reason'), fc.anything()),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(MODALS), 'else'),
        junk,
        fc.oneof(fc.string(), fc.json()),
        (id, values, metadata) => {
          const view = { state: { values }, private_metadata: metadata };
          for (const made of [
            readAsk(id, view, chosen, ctx),
            readDeny(view, ctx),
            readHandOver(view, chosen, ctx),
            readRevokeAll(view, ctx),
          ]) {
            expect((made.ok === undefined) !== (made.errors === undefined)).toBe(true);
          }
          fieldErrors(view, [{ field: 'reason', refusal: { code: 'reason_required' } }], ctx);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('shows every refusal of the desk on a field the view has', () => {
    const fields: FieldRefusal['field'][] = ['app', 'role', 'person', 'duration', 'reason', 'email', 'name'];
    for (const action of ACTIONS_ASKED) {
      for (const [what, args] of opened) {
        const view = submitted(askModal(action, args, ctx));
        const ids = Object.keys(Object(view.state.values));
        for (const field of fields) {
          const errors = fieldErrors(view, [{ field, refusal: { code: 'too_long', max: HOUR } }], ctx);
          expect(Object.keys(errors), `${action} ${what} ${field}`).toHaveLength(1);
          expect(ids).toContain(Object.keys(errors)[0]);
        }
      }
    }
    const view = askModal('grant', { offers: [offer()] }, ctx);
    const refused: FieldRefusal[] = [{ field: 'duration', refusal: { code: 'too_long', max: HOUR } }];
    expect(fieldErrors(submitted(view), refused, ctx)).toEqual({
      duration: 'That is longer than the policy allows. Choose at most 1 hour.',
    });
    expect(
      Object.keys(fieldErrors(submitted(view, { until: { selected_date_time: 1_800_000_000 } }), refused, ctx)),
    ).toEqual(['until']);
  });
});

describe('the choices of a person field', () => {
  const choice = (name: string, app = 'perplexity') => ({
    value: `account|${app}|${name}`.slice(0, 75),
    name,
    email: `${name}@example.com`,
    app,
  });

  it('offer oneself only where it may be oneself', () => {
    const blockIds = (action: Action) =>
      askModal(action, { offers: [offer()] }, ctx).blocks.map((block) => block.block_id ?? '');
    const person = blockIds('grant').find((id) => id.includes('person')) ?? '';
    const whose = blockIds('disable').find((id) => id.includes('whose')) ?? '';
    expect(addressOf(person)).toEqual({ kind: 'app', app: 'perplexity' });
    expect(addressOf(whose)).toEqual({ kind: 'app', app: 'perplexity' });
    const first = (blockId: string, typed: string) => personOptions([choice('bob')], { typed, blockId }, ctx)[0]?.value;
    expect(first(person, '')).toBe('me');
    expect(first(person, 'bob')).toBe('account|perplexity|bob');
    expect(first(whose, '')).toBe('account|perplexity|bob');
  });

  it('say of which app they are, unless that is still to be chosen', () => {
    const options = personOptions([choice('bob'), choice('zoe', 'perdoo')], { typed: '' }, ctx);
    expect(options.map((option) => option.description?.text)).toEqual(['Perplexity Enterprise', 'Perdoo']);
    const { app: _app, ...anywhere } = choice('bob');
    const open = personOptions([{ ...anywhere, value: 'email|bob@example.com' }], { typed: '' }, ctx);
    expect(open).toMatchObject([{ value: 'email|bob@example.com' }]);
    expect(open[0]?.description).toBeUndefined();
  });

  it('offer an address that nobody has yet', () => {
    const values = personOptions([choice('bob')], { typed: 'carol@example.com' }, ctx).map((option) => option.value);
    expect(values).toEqual(['account|perplexity|bob', 'email|carol@example.com']);
  });

  it('stay within the limits, whatever people are called', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 120 }), hostileText, (people, typed) => {
        const options = personOptions(
          people.map((name) => choice(name)),
          { typed, blockId: 'person' },
          ctx,
        );
        expect(options.length).toBeLessThanOrEqual(100);
        expect(new Set(options.map((option) => option.value)).size).toBe(options.length);
        if (options.length === 0) return;
        const view: ModalView = {
          type: 'modal',
          title: { type: 'plain_text', text: 'x', emoji: false },
          submit: { type: 'plain_text', text: 'x', emoji: false },
          blocks: [
            {
              type: 'input',
              label: { type: 'plain_text', text: 'x', emoji: false },
              element: { type: 'static_select', action_id: 'x', options },
            },
          ],
        };
        expect(viewFaults(view, allowed())).toEqual([]);
      }),
    );
  });
});
