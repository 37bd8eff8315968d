import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_ATTRIBUTES, HOUR } from '../../../src/access/policy.ts';
import type { AttributeOutcome } from '../../../src/access/ports.ts';
import type { AccessRequest, Alarm, Closing, Outcome } from '../../../src/access/request.ts';
import { ACTIONS, type CardContext, requestCard } from '../../../src/slack/cards/index.ts';
import { messageFaults } from '../limits.ts';
import {
  ACTIONS_ASKED,
  ALICE,
  actionsOf,
  allowed,
  appPolicy,
  BOB,
  buttonsOf,
  context,
  fullRequest,
  HARMLESS,
  HOSTILE,
  hostileTexts,
  MANAGER,
  NOW,
  OWNER,
  READERS,
  readerOf,
  request,
  STATES,
  slack,
  textOf,
} from './sample.ts';

const every = STATES.flatMap((state) =>
  ACTIONS_ASKED.flatMap((action) => READERS.map((reader) => ({ state, action, reader }))),
);

describe('a card in every state, for every action and every reader', () => {
  it('stays within the limits of Block Kit', () => {
    for (const { state, action, reader } of every) {
      for (const make of [request, fullRequest]) {
        const card = requestCard(make(action, state), readerOf(reader), context());
        expect(messageFaults(card, allowed()), `${action} ${state} ${reader}`).toEqual([]);
      }
    }
  });

  it('shows hostile texts as text, within the limits', () => {
    for (const { state, action, reader } of every) {
      for (const text of HOSTILE) {
        const texts = { name: text, email: text, reason: text, detail: text };
        const card = requestCard(fullRequest(action, state, texts), readerOf(reader), context());
        expect(messageFaults(card, allowed()), `${action} ${state} ${reader} ${text.slice(0, 30)}`).toEqual([]);
      }
    }
  });

  it('shows whatever anybody writes as text', () => {
    fc.assert(
      fc.property(hostileTexts, fc.constantFrom(...every), (texts, { state, action, reader }) => {
        const card = requestCard(fullRequest(action, state, texts), readerOf(reader), context());
        expect(messageFaults(card, allowed())).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('offers no decision to anybody but an approver whose decision is waited for', () => {
    const decisions: string[] = [ACTIONS.approve, ACTIONS.deny];
    for (const { state, action, reader } of every) {
      const offered = actionsOf(requestCard(request(action, state), readerOf(reader), context()));
      const both = decisions.every((one) => offered.includes(one));
      const any = decisions.some((one) => offered.includes(one));
      const waited = state === 'pending' && reader === 'approver';
      expect({ both, any }, `${action} ${state} ${reader}`).toEqual({ both: waited, any: waited });
    }
  });

  it('says in observe mode that nothing is written', () => {
    for (const { state, action, reader } of every) {
      if (action === 'disable' && reader === 'subject') continue; // sees a neutral sentence only
      const card = requestCard(request(action, state), readerOf(reader), context({ mode: 'observe' }));
      expect(textOf(card.blocks)).toContain('Observe mode');
      expect(textOf(requestCard(request(action, state), readerOf(reader), context()).blocks)).not.toContain(
        'Observe mode',
      );
    }
  });

  it('carries nothing in its buttons but the id of the request', () => {
    for (const { state, action, reader } of every) {
      for (const { value } of buttonsOf(requestCard(fullRequest(action, state), readerOf(reader), context()))) {
        expect(value).toBe('req-1');
      }
    }
  });
});

describe('the approver', () => {
  const card = requestCard(request('grant', 'pending'), readerOf('approver'), context());
  const text = textOf(card.blocks);

  it('reads who asks what for whom, by mention and by address', () => {
    expect(text).toContain(`<@${ALICE}> (bob@example.com) asks for *Admin in Perplexity Enterprise* for <@${BOB}>`);
    expect(card.text).toContain('asks for');
  });

  it('reads that Slack knows the person as deactivated, or as a guest', () => {
    for (const [standing, words] of [
      ['deactivated', 'Deactivated in Slack.'],
      ['guest', 'A guest in Slack.'],
    ] as const) {
      const told = requestCard({ ...request('grant', 'pending'), standing }, readerOf('approver'), context());
      expect(textOf(told.blocks)).toContain(words);
      expect(text).not.toContain(words);
    }
  });

  it('is told, whoever asked, how long it will be', () => {
    const own = textOf(requestCard(request('grant', 'pending'), readerOf('requester'), context()).blocks);
    expect(own).toContain('How long: 4 hours, counted from when it is given.');
    const taking = textOf(requestCard(request('revoke', 'pending'), readerOf('requester'), context()).blocks);
    expect(taking).not.toContain('How long');
  });

  it('reads what a linked request waits for, as long as it does', () => {
    const linked = { ...request('grant', 'pending'), after: 'req-2' };
    const { account: _account, ...subject } = { account: '', ...linked.subject, name: 'Bob' };
    const drawn = (one: AccessRequest) => textOf(requestCard(one, readerOf('approver'), context()).blocks);
    expect(drawn({ ...linked, subject })).toContain('Linked: starts when the account of request req-2 is visible.');
    expect(drawn({ ...linked, subject: { ...subject, account: 'a1' } })).not.toContain('Linked');
  });

  it('reads that one role takes the place of the other where the app wants one at a time', () => {
    const one = requestCard(request('grant', 'pending'), readerOf('approver'), context({ exclusive: true }));
    expect(textOf(one.blocks)).toContain('Member → Admin');
    const held = { account: 'active' as const, roles: [{ role: 'admin', standing: false, until: NOW }] };
    const again = requestCard({ ...request('grant', 'pending'), held }, readerOf('approver'), context());
    expect(textOf(again.blocks)).toContain('Admin stays');
  });

  it('reads the change, how long, what is held, the reason with its ticket, and why they are asked', () => {
    expect(text).toContain('Member → Member, Admin');
    expect(text).toContain('4 hours');
    expect(text).toContain('Member (standing)');
    expect(text).toContain('>INC-7 needs a billing change');
    expect(text).toContain('<https://tickets.example.com/INC/INC-7|INC-7>');
    expect(text).toContain('You are the manager of');
    expect(text).toContain('Sensitive role');
    expect(text).toMatch(/Lapses <!date\^/);
    expect(text).toContain('Request req-1');
  });

  it('is told of an earlier denial, of who disabled the account, of seats and of what follows', () => {
    const full = textOf(requestCard(fullRequest('enable', 'pending'), readerOf('approver'), context()).blocks);
    expect(full).toContain('denied before');
    expect(full).toMatch(/Disabled <!date[^>]*> by Bob Example/);
    expect(full).toContain('Seats left after this: 3');
    expect(full).toContain('req-3');
  });

  it('is told of the other name an account was asked for under', () => {
    const otherName = { was: 'Gus Berg', asked: 'Gustava Berg' };
    const read = textOf(
      requestCard({ ...request('enable', 'pending'), otherName }, readerOf('approver'), context()).blocks,
    );
    expect(read).toContain('The old name of this account is Gus Berg; it was asked for under Gustava Berg.');
    expect(read).toContain('Two owners must agree');
  });

  it('is told that a new account can only be switched off here, where the app has it so', () => {
    const read = (ctx: CardContext) =>
      textOf(requestCard(request('provision', 'pending'), readerOf('approver'), ctx).blocks);
    const warning = 'cannot be changed or removed in the console of Perplexity Enterprise';
    expect(read(context())).toContain(warning);
    const { traits } = appPolicy();
    expect(read(context({ traits: { ...traits, lockedInConsole: false } }))).not.toContain(warning);
    expect(text).not.toContain(warning);
  });

  it('finds verb and object on the button', () => {
    expect(buttonsOf(card).map((button) => button.label.split('\n')[0])).toEqual([
      'Approve Admin for Bob Example',
      'Deny…',
    ]);
  });

  it('is asked again before a sensitive grant and a disable, and not before anything else', () => {
    for (const action of ACTIONS_ASKED) {
      const buttons = buttonsOf(requestCard(request(action, 'pending'), readerOf('approver'), context()));
      const approve = buttons.find((button) => button.action === ACTIONS.approve);
      expect(approve?.confirm, action).toBe(action === 'grant' || action === 'disable');
    }
    const { admin } = context().policy.apps.perplexity?.roles ?? {};
    if (admin === undefined) throw new Error('the sample has an admin');
    const plain = context({ roles: { admin: { ...admin, sensitive: false } } });
    expect(buttonsOf(requestCard(request('grant', 'pending'), readerOf('approver'), plain))[0]?.confirm).toBe(false);
  });

  it('sees after the decision who decided, when and why, and no buttons', () => {
    const after = requestCard(request('grant', 'denied'), readerOf('approver'), context());
    expect(actionsOf(after)).toEqual([]);
    expect(textOf(after.blocks)).toMatch(/Denied by you, <!date[^>]*>:\n>INC-7/);
    const owner = requestCard(request('grant', 'denied'), { reader: 'approver', slack: slack(OWNER) }, context());
    expect(textOf(owner.blocks)).toContain('Denied by <@U0MANAGER>');
  });

  it('has no buttons any more once they agreed and another step waits', () => {
    const first = request('grant', 'pending');
    const [step] = first.steps;
    if (step === undefined) throw new Error('the sample has a step');
    const owner = step.approvers.filter((approver) => approver.slack.user === OWNER);
    const manager = step.approvers.filter((approver) => approver.slack.user !== OWNER);
    const both: AccessRequest = {
      ...first,
      steps: [
        { ...step, approvers: manager },
        { ...step, approvers: owner },
      ],
      decisions: [{ step: 0, by: { slack: slack('U0MANAGER'), name: 'M' }, verdict: 'approve', at: NOW }],
    };
    const seen = requestCard(both, readerOf('approver'), context());
    expect(actionsOf(seen)).toEqual([]);
    expect(textOf(seen.blocks)).toContain('Waiting for <@U0OWNER>');
    const waited = requestCard(both, { reader: 'approver', slack: slack(OWNER) }, context());
    expect(actionsOf(waited)).toEqual([ACTIONS.approve, ACTIONS.deny]);
    // One person counts once, also where the next step names them again.
    const again: AccessRequest = { ...both, steps: [step, step] };
    expect(actionsOf(requestCard(again, readerOf('approver'), context()))).toEqual([]);
  });
});

describe('the requester', () => {
  const own = (state: AccessRequest['state']): AccessRequest => {
    const made = request('grant', state);
    return {
      ...made,
      ask: { ...made.ask, subject: { kind: 'me' } },
      ...(made.subject === undefined ? {} : { subject: { slack: slack(ALICE), name: 'Alice' } }),
    };
  };
  const see = (made: AccessRequest) => requestCard(made, readerOf('requester'), context());

  it('sees whom it waits for and can cancel', () => {
    const card = see(own('pending'));
    expect(textOf(card.blocks)).toContain('Waiting for <@U0MANAGER> (bob@example.com), <@U0OWNER>');
    expect(actionsOf(card)).toEqual([ACTIONS.cancel]);
  });

  it('sees the group, the end and the confirmation, and can hand it back', () => {
    const card = see(own('active'));
    expect(textOf(card.blocks)).toMatch(
      /You are in the Admin group of Perplexity Enterprise until <!date\^\d+\^\{time\}\|[^>]*>, confirmed <!date/,
    );
    expect(textOf(card.blocks)).toContain('may need up to 1 hour to show it');
    expect(actionsOf(card)).toEqual([ACTIONS.finish]);
  });

  it('cannot hand back what a colleague holds', () => {
    expect(actionsOf(see(request('grant', 'active')))).toEqual([]);
    expect(actionsOf(requestCard(request('grant', 'active'), readerOf('subject'), context()))).toEqual([
      ACTIONS.finish,
    ]);
  });

  it('reads of no success that was not read back', () => {
    const outcomes: Outcome[] = [
      { kind: 'accepted', since: NOW },
      { kind: 'refused', at: NOW, detail: 'no' },
      { kind: 'observed', at: NOW },
    ];
    for (const state of ['applying', 'active', 'done', 'ended', 'failed', 'not_applied'] as const) {
      for (const action of ACTIONS_ASKED) {
        for (const outcome of outcomes) {
          const attributes = { title: { from: 'Analyst', to: '', outcome: { kind: 'accepted' as const } } };
          const text = textOf(see({ ...request(action, state), outcome, attributes }).blocks);
          expect(text, `${action} ${state} ${outcome.kind}`).not.toMatch(
            /, confirmed|is in the|no longer in|is active\.|switched off\.|has an account in [^.]*\.$/m,
          );
        }
      }
    }
    expect(textOf(see({ ...own('active'), outcome: { kind: 'accepted', since: NOW } }).blocks)).toContain(
      'not visible yet',
    );
  });

  it('reads that a removal was accepted and cannot be seen yet', () => {
    const text = textOf(see({ ...own('ending'), unseenSince: NOW }).blocks);
    expect(text).toMatch(/accepted the removal from the Admin group .* but it is not visible yet/);
    expect(text).not.toContain('taking you out');
    expect(textOf(see(own('ending')).blocks)).toContain('taking you out');
  });

  it('can ask again after the end, and reads why it ended', () => {
    const ended = see(own('ended'));
    expect(actionsOf(ended)).toEqual([ACTIONS.again]);
    expect(textOf(ended.blocks)).toContain('The time was up.');
    expect(textOf(ended.blocks)).toMatch(/You are no longer in the Admin group of Perplexity Enterprise, confirmed/);
  });

  it('is not told that the membership is gone when it was kept', () => {
    const kept = textOf(see({ ...own('ended'), closedAt: NOW }).blocks);
    expect(kept).toContain('stays');
    expect(kept).not.toContain('no longer');
  });

  it('reads the reason of a denial', () => {
    expect(textOf(see(own('denied')).blocks)).toMatch(/Denied by <@U0MANAGER>.*:\n>INC-7/);
  });

  it('reads after a failure what happens next', () => {
    const text = textOf(see(own('failed')).blocks);
    expect(text).toContain('Perplexity Enterprise refused: 400 invalidValue.');
    expect(text).toContain('The owners are told');
    const owner = requestCard(own('failed'), readerOf('owner'), context());
    expect(textOf(owner.blocks)).toContain("look in the app's own console");
  });

  it('reads every closing as a sentence', () => {
    const closings: Closing[] = [
      { why: 'by_person', by: { name: 'Bob' } },
      { why: 'expired' },
      { why: 'done_early' },
      { why: 'revoked' },
      { why: 'account_change' },
      { why: 'taken_away_first' },
      { why: 'nobody_decided' },
      { why: 'nobody_left' },
      { why: 'too_late_to_apply' },
      { why: 'unknown_outcome' },
      { why: 'linked_failed', request: 'req-2' },
      { why: 'refused_at_apply', refusal: { code: 'account_inactive', app: 'perplexity' } },
    ];
    const said = closings.map((closing) => {
      const { reason: _reason, ...ask } = own('cancelled').ask;
      return textOf(see({ ...own('cancelled'), ask, closing }).blocks[1]);
    });
    for (const sentence of said) expect(sentence).toMatch(/^[A-Z].*\.$/su);
    expect(new Set(said).size).toBe(closings.length);
  });

  it('gets the next step of a refusal as a button, also of one at the last moment', () => {
    expect(actionsOf(see(request('grant', 'refused')))).toEqual([ACTIONS.askAccount]);
    const late: AccessRequest = {
      ...request('grant', 'not_applied'),
      closing: { why: 'refused_at_apply', refusal: { code: 'account_inactive', app: 'perplexity' } },
    };
    expect(actionsOf(see(late))).toEqual([ACTIONS.again, ACTIONS.askEnable]);
    expect(textOf(see(late).blocks)).toContain('switched off');
  });

  it('reads that the look-up goes on once it has failed', () => {
    expect(textOf(see({ ...own('received'), rev: 1 }).blocks)).toContain('I am looking up');
    expect(textOf(see({ ...own('received'), rev: 2 }).blocks)).toContain('I am still looking up');
  });
});

describe('alarms', () => {
  const alarms: Alarm[] = [
    { kind: 'end_failing', since: NOW, toldAt: NOW, detail: '503 from the server' },
    { kind: 'last_admin_held', since: NOW, toldAt: NOW, role: 'admin' },
    { kind: 'not_visible', since: NOW, toldAt: NOW },
    { kind: 'write_failing', since: NOW, toldAt: NOW, detail: '503 from the server' },
  ];

  it('stay on the card of every reader until the request is closed', () => {
    for (const alarm of alarms) {
      for (const reader of READERS) {
        const open = requestCard({ ...request('grant', 'ending'), alarm }, readerOf(reader), context());
        expect(textOf(open.blocks)).toMatch(/Not taken away yet|Overdue|not visible|Not applied yet/);
      }
    }
  });

  it('tell the details to owners only', () => {
    const [alarm] = alarms;
    if (alarm === undefined) throw new Error('there is one');
    for (const reader of READERS) {
      const text = textOf(requestCard({ ...request('grant', 'ending'), alarm }, readerOf(reader), context()).blocks);
      expect(text.includes('503 from the server'), reader).toBe(reader === 'owner');
    }
  });

  it('never let an end that fails look done', () => {
    for (const alarm of alarms) {
      const text = textOf(
        requestCard({ ...request('grant', 'ending'), alarm }, readerOf('requester'), context()).blocks,
      );
      expect(text).not.toMatch(/no longer in/);
    }
  });
});

describe('the subject', () => {
  it('is told of a grant, who asked and who agreed, but not the reason', () => {
    const text = textOf(requestCard(request('grant', 'active'), readerOf('subject'), context()).blocks);
    expect(text).toContain(`<@${ALICE}> (bob@example.com) asked for *Admin in Perplexity Enterprise* for you.`);
    expect(text).toContain('Approved by <@U0MANAGER>');
    expect(text).not.toContain('INC-7');
  });

  it('learns nothing of a disable before it is done, and then only the bare fact', () => {
    for (const state of STATES) {
      const card = requestCard(fullRequest('disable', state), readerOf('subject'), context());
      const text = textOf(card.blocks);
      expect(card.blocks).toHaveLength(1);
      expect(actionsOf(card)).toEqual([]);
      expect(`${card.text} ${text}`).not.toMatch(/disabl|INC-7|U0ALICE|U0MANAGER|req-1/i);
      expect(text.includes('Perplexity'), state).toBe(state === 'done');
    }
  });

  it('reads a neutral sentence when a disable closes a request', () => {
    const closed: AccessRequest = { ...request('grant', 'cancelled'), closing: { why: 'account_change' } };
    const text = textOf(requestCard(closed, readerOf('subject'), context()).blocks);
    expect(text).toContain('Closed because the account has changed.');
    expect(text).not.toMatch(/disabl|switched off/i);
  });
});

describe('the owner', () => {
  it('who approved as owner can take the grant back on the card they have', () => {
    const active = request('grant', 'active');
    const asOwner = requestCard(active, { reader: 'approver', slack: slack(OWNER) }, context());
    expect(actionsOf(asOwner)).toEqual([ACTIONS.revokeGrant]);
    expect(actionsOf(requestCard(active, readerOf('approver'), context()))).toEqual([]);
  });

  it('can take a sensitive grant back while it is active, and only then', () => {
    for (const state of STATES) {
      for (const action of ACTIONS_ASKED) {
        const offered = actionsOf(requestCard(request(action, state), readerOf('owner'), context()));
        const expected = action === 'grant' && state === 'active' ? [ACTIONS.revokeGrant] : [];
        expect(offered, `${action} ${state}`).toEqual(expected);
      }
    }
  });
});

describe('times', () => {
  it('are shown in the reader’s own zone, with a day once a time alone would mislead', () => {
    const long: AccessRequest = { ...request('grant', 'active'), until: NOW + 20 * HOUR };
    const text = textOf(requestCard(long, readerOf('subject'), context()).blocks);
    expect(text).toMatch(/until <!date\^\d+\^\{date_short_pretty\} at \{time\}\|2026-11-23 10:04 \(Europe\/Berlin\)>/);
  });

  it('name the review where there is no end', () => {
    const { until: _until, ...rest } = request('grant', 'active');
    const review: AccessRequest = { ...rest, length: { kind: 'review', ms: 90 * 24 * HOUR } };
    expect(textOf(requestCard(review, readerOf('subject'), context()).blocks)).toContain(
      'with no end; looked at again',
    );
  });
});

describe('a grant to a person with harmless texts', () => {
  it('never mentions anybody outside the request', () => {
    const card = JSON.stringify(requestCard(request('grant', 'active', HARMLESS), readerOf('subject'), context()));
    const mentioned = [...card.matchAll(/<@([A-Z0-9]+)>/g)].map(([, user]) => user);
    expect(new Set(mentioned)).toEqual(new Set([ALICE, 'U0MANAGER']));
  });
});

describe('the card of an update', () => {
  const made: AccessRequest = {
    ...request('update', 'pending'),
    attributes: {
      title: { from: 'Analyst', to: 'Senior <analyst>' },
      department: { from: '', to: 'Sales' },
    },
  };
  const owner = (of: AccessRequest) => textOf(requestCard(of, readerOf('approver'), context()).blocks);

  it('shows whoever decides each change whole, what it was and what it becomes', () => {
    const text = owner(made);
    expect(text).toContain('*Title*: Analyst → Senior &lt;analyst&gt;');
    expect(text).toContain('*Department*: (none) → Sales');
    expect(text).toContain('*Why you*');
    expect(text).not.toContain('Two owners must agree');
    const long = (name: string) => ({ from: `${name}${'<'.repeat(230)}`, to: `${'&'.repeat(230)}${name}` });
    const all = Object.fromEntries(ACCOUNT_ATTRIBUTES.map((each) => [each, long(`new ${each}`)]));
    const whole = owner({ ...made, attributes: all });
    for (const each of ACCOUNT_ATTRIBUTES) expect(whole.split(`new ${each}`), each).toHaveLength(3);
  });

  it('warns where it says who somebody is, and names the manager and not the id', () => {
    const manager = { from: 'acc-1', to: 'acc-2', called: { from: 'Zoe (z@example.com)', to: 'Eve (e@example.com)' } };
    const text = owner({ ...made, attributes: { manager } });
    expect(text).toContain('*Manager*: Zoe (z@example.com) → Eve (e@example.com)');
    expect(text).toContain('Two owners must agree');
    expect(text).not.toContain('acc-1');
  });

  it('says of every attribute what became of it', () => {
    const became: [AttributeOutcome, string][] = [
      [{ kind: 'confirmed' }, '*Title*: Analyst → Chief, confirmed.'],
      [{ kind: 'accepted' }, '*Title*: Analyst → Chief: accepted, not visible yet.'],
      [{ kind: 'unknown' }, '*Title*: Analyst → Chief: no answer yet.'],
      [{ kind: 'unsupported' }, '*Title*: Analyst → Chief: not taken, Perplexity Enterprise has no such detail.'],
      [{ kind: 'refused', detail: '400 mutability' }, '*Title*: Analyst → Chief: refused, 400 mutability.'],
    ];
    for (const [outcome, said] of became) {
      const done = { ...request('update', 'done'), attributes: { title: { from: 'Analyst', to: 'Chief', outcome } } };
      const text = textOf(requestCard(done, readerOf('requester'), context()).blocks);
      expect(text).toContain(said);
      expect(text.includes('is changed, confirmed'), outcome.kind).toBe(outcome.kind === 'confirmed');
    }
  });

  it('waits for those who have not agreed yet', () => {
    const owners = [MANAGER, OWNER].map((user) => ({ slack: slack(user), name: user, why: 'owner' as const }));
    const step = { by: 'owners' as const, approvers: owners, escalated: false };
    const agreed = { step: 0, by: { slack: slack(MANAGER), name: 'M' }, verdict: 'approve' as const, at: NOW };
    const text = textOf(
      requestCard({ ...made, steps: [step, step], decisions: [agreed] }, readerOf('requester'), context()).blocks,
    );
    expect(text).toContain(`Waiting for <@${OWNER}>.`);
  });
});

describe('what is asked about oneself', () => {
  it.each(['disable', 'enable', 'update'] as const)('says “your account” (%s)', (action) => {
    const made = request(action, 'pending');
    const own: AccessRequest = { ...made, ask: { ...made.ask, subject: { kind: 'me' } }, subject: made.requester };
    const card = requestCard(own, { reader: 'requester', slack: made.requester.slack }, context());
    expect(textOf(card)).toMatch(/You ask to \*\w+\* your Perplexity Enterprise account\./);
    expect(card.text).toMatch(/^(Disabling|Enabling|Updating) your Perplexity Enterprise account: /);
    const other = requestCard(made, readerOf('approver'), context());
    expect(textOf(other)).toMatch(/the Perplexity Enterprise account of /);
  });
});

describe('a request that finds no account', () => {
  const none = { code: 'no_account', app: 'perplexity' } as const;
  const { subject: _nobody, ...unresolved } = request('grant', 'refused');
  const about = (subject: AccessRequest['ask']['subject']): AccessRequest => ({
    ...unresolved,
    ask: { ...unresolved.ask, subject },
    refusal: none,
  });

  it('says for whom, although it knows no address', () => {
    const card = (made: AccessRequest) => textOf(requestCard(made, readerOf('requester'), context()));
    expect(card(about({ kind: 'slack', slack: slack('U0HUGO') }))).toContain(
      'Perplexity Enterprise shows no account for <@U0HUGO>.',
    );
    expect(card(about({ kind: 'me' }))).toContain('Perplexity Enterprise shows no account for you.');
    const late: AccessRequest = { ...request('grant', 'failed'), closing: { why: 'refused_at_apply', refusal: none } };
    expect(card(late)).toMatch(/shows no account for <@U0BOB>/);
  });
});
