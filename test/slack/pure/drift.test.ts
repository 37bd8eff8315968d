/** The cards and forms of drift: what they say, which buttons they have, and that nothing people wrote breaks them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Difference } from '../../../src/access/drift.ts';
import type { Baseline, DriftRecord, Finding } from '../../../src/access/drift-record.ts';
import { HOUR } from '../../../src/access/policy.ts';
import { ACTIONS, driftCard } from '../../../src/slack/cards/index.ts';
import { adoptModal, ignoreModal, MODALS, readAsk, readIgnore } from '../../../src/slack/modals/index.ts';
import { messageFaults, viewFaults } from '../limits.ts';
import {
  actionsOf,
  allowed,
  appPolicy,
  BOB,
  buttonsOf,
  context,
  HARMLESS,
  hostileTexts,
  NOW,
  OWNER,
  offer,
  slack,
  type Texts,
  textOf,
} from './sample.ts';

const DIFFERENCES: readonly Difference[] = [
  { kind: 'stray', account: 'acc-bob', role: 'admin' },
  { kind: 'lost', account: 'acc-bob', role: 'admin' },
  { kind: 'disabled_with_grants', account: 'acc-bob' },
  { kind: 'both', account: 'acc-bob' },
  { kind: 'none', account: 'acc-bob' },
  { kind: 'no_admin', role: 'admin' },
];

const bob = (texts: Texts) => ({ slack: slack(BOB), account: 'acc-bob', name: texts.name, email: texts.email });
const owner = (texts: Texts) => ({ slack: slack(OWNER), name: texts.name, email: 'olga@example.com' });

const finding = (difference: Difference, change: Partial<Finding> = {}, texts: Texts = HARMLESS): Finding => ({
  what: 'finding',
  id: 'req-1',
  app: 'perplexity',
  rev: 1,
  foundAt: NOW,
  cards: [],
  difference,
  state: 'open',
  ...('account' in difference ? { subject: bob(texts) } : {}),
  ...change,
});

/** A finding as it can stand, with everything on it that a card could show. */
const everyState = (difference: Difference, texts: Texts): Finding[] => {
  const decision = { by: owner(texts), at: NOW, reason: texts.reason, request: 'req-2' };
  return [
    finding(difference, {}, texts),
    finding(difference, { cameBack: NOW - HOUR }, texts),
    finding(difference, { state: 'settling', decision: { ...decision, how: 'adopt' } }, texts),
    finding(difference, { state: 'settling', decision: { ...decision, how: 'put_right' } }, texts),
    finding(difference, { state: 'settling', decision: { ...decision, how: 'end_grants' } }, texts),
    finding(difference, { state: 'silent', decision: { ...decision, how: 'ignore' } }, texts),
    finding(difference, { state: 'closed', settled: { how: 'gone', at: NOW } }, texts),
    finding(
      difference,
      { state: 'closed', decision: { ...decision, how: 'adopt' }, settled: { how: 'adopted', at: NOW } },
      texts,
    ),
    finding(difference, { undone: { at: NOW, why: 'observed' } }, texts),
    finding(difference, { undone: { at: NOW, why: 'too_late' } }, texts),
    finding(difference, { undone: { at: NOW, why: 'rejected', detail: texts.detail } }, texts),
    finding(
      difference,
      {
        undone: {
          at: NOW,
          why: 'request',
          request: 'req-2',
          state: 'refused',
          refusal: { code: 'last_admin', app: 'perplexity', role: 'admin', unreadable: false, handOver: true },
        },
      },
      texts,
    ),
  ];
};

const baseline = (change: Partial<Baseline> = {}, texts: Texts = HARMLESS): Baseline => ({
  what: 'baseline',
  id: 'req-1',
  app: 'perplexity',
  rev: 1,
  foundAt: NOW,
  cards: [],
  state: 'open',
  counts: { stray: 12, none: 3, both: 1 },
  named: Array.from({ length: 10 }, () => ({
    difference: { kind: 'stray' as const, account: 'acc-bob', role: 'admin' },
    subject: bob(texts),
  })),
  ...change,
});

const said = (record: DriftRecord, reader: 'owner' | 'subject' = 'owner', app: Parameters<typeof context>[0] = {}) =>
  textOf(driftCard(record, reader, context(app)));

describe('the card of a finding', () => {
  it('keeps to every limit of Slack and shows people’s text as text, in every state', () => {
    fc.assert(
      fc.property(hostileTexts, fc.constantFrom(...DIFFERENCES), (texts, difference) => {
        for (const reader of ['owner', 'subject'] as const) {
          for (const each of everyState(difference, texts)) {
            expect(messageFaults(driftCard(each, reader, context()), allowed())).toEqual([]);
          }
        }
        for (const state of ['open', 'settling', 'closed'] as const) {
          const decision = { how: 'accept' as const, by: owner(texts), at: NOW };
          const made = driftCard(baseline({ state, decision }, texts), 'owner', context());
          expect(messageFaults(made, allowed())).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each<[Difference['kind'], RegExp, string[]]>([
    [
      'stray',
      /<@U0BOB> \(bob@example\.com\) holds Admin in Perplexity Enterprise, and nobody asked me for it/,
      ['driftAdopt', 'driftPutRight', 'driftIgnore'],
    ],
    [
      'lost',
      /should hold Admin in Perplexity Enterprise by a grant, but is not in its group/,
      ['driftPutRight', 'driftEnd', 'driftIgnore'],
    ],
    ['disabled_with_grants', /is switched off, but its grants go on/, ['driftPutRight', 'driftIgnore']],
    [
      'both',
      /is in the Member group of Perplexity Enterprise and in that of a higher role/,
      ['driftPutRight', 'driftIgnore'],
    ],
    [
      'none',
      /has an active account in Perplexity Enterprise, but is in no role group/,
      ['driftPutRight', 'driftIgnore'],
    ],
    ['no_admin', /Nobody active holds Admin[\s\S]*\/access grant @person perplexity admin because …/, []],
  ])('%s says what differs and offers what an owner can do', (kind, words, buttons) => {
    const difference = DIFFERENCES.find((each) => each.kind === kind) ?? DIFFERENCES[0];
    if (difference === undefined) throw new Error('no such kind');
    const card = driftCard(finding(difference), 'owner', context());
    expect(textOf(card)).toMatch(words);
    expect(card.text).toMatch(words.source.includes('Nobody') ? /Nobody active holds Admin/ : words);
    const wanted = buttons.map((each) => Object.entries(ACTIONS).find(([name]) => name === each)?.[1]);
    expect(actionsOf(card)).toEqual(wanted);
    for (const button of buttonsOf(card)) expect(button.value).toBe('req-1');
  });

  it('asks back before anything is changed', () => {
    for (const difference of DIFFERENCES) {
      const made = buttonsOf(driftCard(finding(difference), 'owner', context()));
      for (const { action, confirm } of made) {
        expect([action, confirm]).toEqual([action, action === ACTIONS.driftPutRight || action === ACTIONS.driftEnd]);
      }
    }
    const accept = buttonsOf(driftCard(baseline(), 'owner', context()));
    expect(accept.map(({ label, confirm }) => [label, confirm])).toEqual([
      ['Accept as standing', true],
      ['Review one by one', false],
    ]);
  });

  it('has no button for whom it is about, and none once it is decided', () => {
    for (const difference of DIFFERENCES) {
      expect(actionsOf(driftCard(finding(difference), 'subject', context()))).toEqual([]);
      for (const each of everyState(difference, HARMLESS)) {
        if (each.state !== 'open') expect(actionsOf(driftCard(each, 'owner', context()))).toEqual([]);
      }
    }
    const [stray] = DIFFERENCES;
    if (stray === undefined) throw new Error('none');
    expect(said(finding(stray), 'subject')).toContain('This is about you, so another owner decides.');
    expect(actionsOf(driftCard(baseline({ state: 'settling' }), 'owner', context()))).toEqual([]);
  });

  it('warns of the other writer where there is one, of observe mode, and of what has come back', () => {
    const [stray] = DIFFERENCES;
    if (stray === undefined) throw new Error('none');
    const roles = appPolicy().roles;
    const { admin } = roles;
    if (admin === undefined) throw new Error('no admin');
    const idp = { roles: { ...roles, admin: { ...admin, managedBy: 'idp' as const } } };
    const warning = /also change it there, or its next push restores it/;
    expect(said(finding(stray))).not.toMatch(warning);
    expect(said(finding(stray), 'owner', idp)).toMatch(warning);
    expect(said(finding({ kind: 'none', account: 'acc-bob' }), 'owner', idp)).toMatch(warning);
    expect(said(finding(stray), 'owner', { mode: 'observe' })).toMatch(/Observe mode/);
    expect(said(finding(stray, { cameBack: NOW }))).toMatch(/It has come back\./);
    expect(said(finding(stray))).not.toMatch(/come back/);
  });

  it('says who decided, what became of it, and why not', () => {
    const [stray, lost] = DIFFERENCES;
    if (stray === undefined || lost === undefined) throw new Error('none');
    const by = owner({ ...HARMLESS, name: 'Olga' });
    const decision = { how: 'ignore', by, at: NOW, reason: 'until Friday' } as const;
    expect(said(finding(stray, { state: 'silent', decision }))).toMatch(/Ignored by <@U0OWNER>[\s\S]*>until Friday/);
    expect(
      said(finding(stray, { state: 'settling', decision: { how: 'put_right', by, at: NOW, request: 'req-2' } })),
    ).toMatch(/<@U0OWNER> .*decided to put it right.*\(request req-2\)/);
    expect(said(finding(stray, { state: 'closed', settled: { how: 'gone', at: NOW } }))).toMatch(/No longer so since/);
    expect(
      said(
        finding(lost, {
          state: 'closed',
          decision: { how: 'put_right', by, at: NOW },
          settled: { how: 'put_right', at: NOW },
        }),
      ),
    ).toMatch(/Put right by <@U0OWNER>.*confirmed/);
    const refused = everyState(stray, HARMLESS).at(-1);
    if (refused === undefined) throw new Error('none');
    expect(said(refused)).toMatch(/Request req-2 was refused\.[\s\S]*without a lasting Admin/);
    expect(actionsOf(driftCard(refused, 'owner', context()))).toContain(ACTIONS.driftPutRight);
  });
});

describe('the card of the first look', () => {
  it('names the first, counts the rest, and says what a click does', () => {
    const words = said(baseline());
    expect(words).toMatch(
      /12 roles are held that nobody asked me for; 3 active accounts are in no role group; 1 account is in the Member group/,
    );
    expect(words).toMatch(/<@U0BOB> \(bob@example\.com\) as Admin/);
    expect(words).toContain('and 6 more.');
    expect(words).toMatch(/stays open for the other owners/);
    expect(said(baseline({ counts: { stray: 1 }, named: baseline().named.slice(0, 1) }))).toMatch(
      /1 role is held that nobody asked me for\. <@U0BOB> \(bob@example\.com\) as Admin\./,
    );
    expect(said(baseline({ state: 'closed', counts: {}, named: [] }))).toMatch(/None of it is so any more/);
    const decision = { how: 'review', by: owner(HARMLESS), at: NOW } as const;
    expect(said(baseline({ state: 'closed', decision }))).toMatch(/To be reviewed one by one: <@U0OWNER>/);
  });

  it('promises no more than a click does: what is about whoever accepts stays with the others', () => {
    const dialog = (reader: 'owner' | 'subject') => {
      const { blocks } = driftCard(baseline(), reader, context());
      return JSON.stringify(blocks?.filter((block) => block.type === 'actions'));
    };
    expect(dialog('subject')).toMatch(/Everything on this card but what is about you stays as it is/);
    expect(dialog('owner')).toMatch(/Everything on this card stays as it is/);
    expect(said(baseline(), 'subject')).toMatch(/Accepting leaves all but what is about you/);
    const decision = { how: 'accept', by: owner(HARMLESS), at: NOW } as const;
    expect(said(baseline({ state: 'closed', decision }))).toMatch(/\nAccepted as standing by <@U0OWNER>/);
    expect(said(baseline({ state: 'closed', decision: { ...decision, butOwn: true } }))).toMatch(
      /\nAll but what is about <@U0OWNER> .*accepted as standing[\s\S]*The other owners have a card/,
    );
  });

  it('and that of what has no card of its own says how many, and what to do', () => {
    const more = {
      what: 'overflow',
      id: 'req-1',
      app: 'perplexity',
      rev: 1,
      foundAt: NOW,
      cards: [],
      count: 11,
    } as const;
    expect(said({ ...more, state: 'open' })).toMatch(/11 more differences without a card[\s\S]*\/access status/);
    expect(said({ ...more, state: 'closed' })).toMatch(/Nothing more differs/);
    expect(messageFaults(driftCard({ ...more, state: 'open' }, 'owner', context()), allowed())).toEqual([]);
  });
});

describe('the forms of drift', () => {
  const [stray] = DIFFERENCES;
  if (stray === undefined) throw new Error('none');

  it('keep to every limit of Slack', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const view = adoptModal(finding(stray, {}, texts), [offer()], context());
        expect(view === undefined ? ['no form'] : viewFaults(view, allowed())).toEqual([]);
        for (const each of DIFFERENCES) {
          expect(viewFaults(ignoreModal(finding(each, {}, texts), context()), allowed())).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('adopting asks for a grant of just what is there, for as long as was chosen, and why', () => {
    const view = adoptModal(finding(stray), [offer(), offer({ key: 'perdoo' })], context());
    expect(textOf(view?.blocks)).toMatch(/holds Admin in Perplexity Enterprise/);
    const values = {
      duration: { duration: { selected_option: { value: String(2 * HOUR) } } },
      until: { until: {} },
      reason: { reason: { value: 'INC-9' } },
    };
    const submitted = { state: { values }, private_metadata: view?.private_metadata ?? '' };
    expect(readAsk(MODALS.adopt, submitted, () => undefined, context())).toEqual({
      ok: {
        action: 'grant',
        app: 'perplexity',
        role: 'admin',
        subject: { kind: 'account', app: 'perplexity', account: 'acc-bob' },
        drift: 'req-1',
        duration: { kind: 'for', ms: 2 * HOUR },
        reason: 'INC-9',
      },
    });
    expect(readAsk(MODALS.adopt, { state: { values } }, () => undefined, context()).errors).toHaveProperty('reason');
    for (const difference of DIFFERENCES.slice(1))
      expect(adoptModal(finding(difference), [offer()], context())).toBeUndefined();
    expect(adoptModal(finding(stray), [], context())).toBeUndefined();
  });

  it('ignoring wants a reason', () => {
    const { private_metadata = '' } = ignoreModal(finding(stray), context());
    const read = (value: string | undefined, metadata = private_metadata) =>
      readIgnore({ state: { values: { reason: { reason: { value } } } }, private_metadata: metadata }, context());
    expect(read('the vendor, until Friday')).toEqual({ ok: { finding: 'req-1', reason: 'the vendor, until Friday' } });
    expect(read(' ').errors).toHaveProperty('reason');
    expect(read('why', '{"drift":7}').errors).toHaveProperty('reason');
  });
});
