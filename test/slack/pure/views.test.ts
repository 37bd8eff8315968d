import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/access/audit.ts';
import { ACCOUNT_ATTRIBUTES, type AppPolicy, HOUR } from '../../../src/access/policy.ts';
import type { GroupTrouble, Notice } from '../../../src/access/ports.ts';
import type {
  AccountView,
  AppStatus,
  HeldRole,
  HistoryView,
  HomeView,
  ListView,
  LookupView,
} from '../../../src/access/service/desk.ts';
import { checkMessageBlocks, checkView } from '../../../src/sandbox/slack/blocks/check.ts';
import {
  ACTIONS,
  addressOf,
  gotItMessage,
  helpMessage,
  historyCard,
  hubCard,
  linkedMessage,
  listCard,
  lookupCard,
  mineCard,
  noticeCard,
  pausedMessage,
  pendingCard,
  replyMessage,
  statusCard,
  syncedMessage,
  usedMessage,
} from '../../../src/slack/cards/index.ts';
import { LATER, VERBS, type Verb } from '../../../src/slack/command/verbs.ts';
import { homeView } from '../../../src/slack/home.ts';
import { messageFaults, viewFaults } from '../limits.ts';
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
  hostileText,
  MANAGER,
  NOW,
  OWNER,
  offer,
  request,
  STATES,
  slack,
  textOf,
  UPDATING,
} from './sample.ts';

const ctx = context();
const wire = (value: unknown) => JSON.parse(JSON.stringify(value));
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const role = (change: Partial<HeldRole> = {}): HeldRole => ({
  app: 'perplexity',
  role: 'admin',
  base: false,
  sensitive: true,
  standing: false,
  until: NOW + HOUR,
  request: 'req-1',
  ...change,
});

const account = (text: string, index = 0): AccountView => ({
  app: 'perplexity',
  account: {
    id: `acc-${index}`,
    name: text,
    email: text,
    active: index % 3 === 0 ? true : index % 3 === 1 ? false : 'unknown',
  },
  slack: slack(BOB),
  roles: [role(), role({ role: 'member', standing: true }), role({ until: null })],
  open: [fullRequest('grant', 'pending', { name: text, email: text, reason: text, detail: text })],
  manager: text,
  disabled: { at: NOW, by: text, reason: text },
  live: false,
  syncedAt: NOW - HOUR,
  can: ['request', 'grant', 'revoke', 'disable', 'enable', 'update'],
});

const lookups = (text: string): LookupView[] => [
  { kind: 'found', accounts: [] },
  { kind: 'found', accounts: many(40, (index) => account(text, index)), silent: [text, 'perdoo'] },
  {
    kind: 'pick',
    text,
    hits: many(60, (index) => ({
      app: 'perplexity',
      score: 1,
      account: { id: `a${index}`, userName: text, email: text, emails: [], name: text, active: true },
    })),
  },
  { kind: 'none', text, syncedAt: NOW, slack: slack(BOB) },
  { kind: 'none', text },
];

const lists = (text: string): ListView[] =>
  (['admins', 'members', 'inactive', 'pending', 'expiring'] as const).map((which) => ({
    app: 'perplexity',
    which,
    rows: many(120, (index) => ({
      name: text,
      email: text,
      active: index % 2 === 0,
      roles: many(index % 6, () => role()),
      ...(which === 'pending'
        ? { request: request('grant', 'pending', { name: text, email: text, reason: text, detail: text }) }
        : {}),
    })),
    total: 5000,
    partial: which === 'expiring',
    syncedAt: NOW,
    complete: false,
  }));

const texts = (text: string) => ({ name: text, email: text, reason: text, detail: text });
const homes = (text: string, count: number): HomeView => ({
  viewer: { slack: slack(MANAGER), name: text, emailConfirmed: true, zone: 'UTC', standing: 'member' },
  waiting: many(count, () => request('grant', 'pending', texts(text))),
  access: many(count, () => role()),
  requests: many(count, (index) =>
    fullRequest(ACTIONS_ASKED[index % 6] ?? 'grant', STATES[index % 14] ?? 'pending', texts(text)),
  ),
  apps: many(count, (index) =>
    offer({
      key: `app-${index}`,
      name: text,
      owners: many(9, () => ({ kind: 'email' as const, email: text })),
      observe: index % 2 === 0,
    }),
  ),
});

const on = {
  actor: { kind: 'person', slack: slack(ALICE) },
  about: [],
  request: 'req-1',
  action: 'grant',
  app: 'perplexity',
  role: 'admin',
} as const;
const base = { actor: { kind: 'system', part: 'store' }, about: [] } as const;
/** One of every kind of event. The type makes the list complete. */
const events = (text: string): { readonly [T in AuditEvent['type']]: Extract<AuditEvent, { type: T }> } => {
  const noted = { ...on, note: { reason: text, requester: text, subject: text, by: text, email: text, detail: text } };
  const drifted = {
    ...base,
    finding: text,
    app: 'perplexity',
    kind: 'stray',
    account: text,
    role: text,
    note: { subject: text },
  } as const;
  return {
    'request.received': { ...noted, type: 'request.received' },
    'request.refused': { ...noted, type: 'request.refused', code: text },
    'request.pending': { ...noted, type: 'request.pending', approvers: [text] },
    'request.entitled': { ...noted, type: 'request.entitled', entitlement: 'self' },
    'request.escalated': { ...noted, type: 'request.escalated', approvers: [] },
    'request.approved': { ...noted, type: 'request.approved', step: 0, final: false, as: 'manager' },
    'request.denied': { ...noted, type: 'request.denied', step: 0 },
    'request.cancelled': { ...noted, type: 'request.cancelled', why: text },
    'request.lapsed': { ...noted, type: 'request.lapsed' },
    'request.not_applied': { ...noted, type: 'request.not_applied', why: text },
    'request.failed': { ...noted, type: 'request.failed', why: text },
    'access.intended': { ...noted, type: 'access.intended', until: null },
    'access.given': { ...noted, type: 'access.given', outcome: 'confirmed', until: NOW },
    'access.ending': { ...noted, type: 'access.ending', why: text },
    'access.taken': { ...noted, type: 'access.taken', outcome: 'kept', why: text },
    'access.alarm': { ...noted, type: 'access.alarm', why: text },
    'access.reviewed': { ...noted, type: 'access.reviewed' },
    'account.created': { ...noted, type: 'account.created', outcome: 'accepted' },
    'account.disabled': { ...noted, type: 'account.disabled', outcome: 'confirmed' },
    'account.enabled': { ...noted, type: 'account.enabled', outcome: 'observed' },
    'account.updated': { ...noted, type: 'account.updated', outcome: 'refused', attributes: ACCOUNT_ATTRIBUTES },
    'access.visible': { ...noted, type: 'access.visible' },
    'person.bound': { ...base, type: 'person.bound', app: text, account: text, how: 'email' },
    'group.linked': { ...base, type: 'group.linked', app: 'perplexity', role: text, group: text },
    'group.renamed': { ...base, type: 'group.renamed', app: 'perplexity', role: text, group: text },
    'group.cleared': { ...base, type: 'group.cleared', app: text, role: text, group: text },
    'group.trouble': { ...base, type: 'group.trouble', app: 'perplexity', role: text, why: 'gone' },
    'app.paused': { ...base, type: 'app.paused', app: text },
    'app.resumed': { ...base, type: 'app.resumed', app: 'perplexity' },
    'app.synced': { ...base, type: 'app.synced', app: 'perplexity', complete: false },
    'group.members_lost': { ...base, type: 'group.members_lost', app: 'perplexity', group: text, accounts: [text] },
    'scim.learned': { ...base, type: 'scim.learned', app: 'perplexity', fields: [text] },
    'scim.forgotten': { ...base, type: 'scim.forgotten', app: text, fields: many(30, () => text) },
    'drift.found': { ...drifted, type: 'drift.found', cameBack: true },
    'drift.decided': { ...drifted, type: 'drift.decided', how: 'put_right' },
    'drift.undone': { ...drifted, type: 'drift.undone', why: text },
    'drift.settled': { ...drifted, type: 'drift.settled', how: 'gone' },
    'drift.compared': { ...base, type: 'drift.compared', app: text, count: 12, how: 'first' },
    'lookup.listed': { ...base, actor: { kind: 'operator', name: text }, type: 'lookup.listed', what: text },
    'history.read': { ...base, type: 'history.read' },
    'click.refused': { ...base, type: 'click.refused', request: text, code: text },
    'policy.changed': { ...base, type: 'policy.changed', digest: text },
    started: { ...base, type: 'started', version: text },
    stopped: { ...base, type: 'stopped' },
    'head.published': { ...base, type: 'head.published', seq: 7, hash: text },
    'journal.torn': { ...base, type: 'journal.torn', bytes: 7 },
    'journal.damaged': { ...base, type: 'journal.damaged', segment: text, from: 0, to: 1 },
  };
};
const history = (text: string): HistoryView => ({
  whose: { name: text, slack: slack(BOB) },
  entries: many(20, (seq) => ({ seq, at: NOW, events: Object.values(events(text)) })),
});

const owner = (text: string) => ({ slack: slack(OWNER), name: text, email: text });
const troubles = (text: string): GroupTrouble[] => [
  { kind: 'gone', role: 'admin', group: { id: text, name: text }, found: { id: text, name: text }, since: NOW },
  { kind: 'gone', role: text, group: { id: text, name: text }, since: NOW },
  { kind: 'missing', role: 'admin', name: text, since: NOW },
  { kind: 'doubled', role: 'admin', name: text, ids: [text, text, text, text, text, text], since: NOW },
  { kind: 'shared', roles: ['admin', text], group: { id: text, name: text }, since: NOW },
];

const notices = (text: string): Notice[] => [
  { kind: 'head', seq: 7, hash: text },
  { kind: 'safe_mode', detail: text },
  { kind: 'chain_broken', seq: 7, detail: text },
  { kind: 'unauthorized', app: 'perplexity' },
  { kind: 'members_lost', app: 'perplexity', role: 'admin', people: [text, 'carla@example.com'], count: 12 },
  { kind: 'seats_low', app: 'perplexity', used: 110, seats: 120 },
  { kind: 'welcome', app: 'perplexity', requester: slack(ALICE), forward: false, name: text, email: text },
  { kind: 'welcome', app: 'perplexity', requester: slack(ALICE), forward: true, name: text, email: text },
  { kind: 'welcome', app: 'perplexity', forward: false, name: text, email: text },
  { kind: 'cannot_get_in', app: 'perplexity', by: slack(BOB) },
  { kind: 'app_paused', app: 'perplexity', by: owner(text), at: NOW },
  { kind: 'app_resumed', app: 'perplexity', by: owner(text), at: NOW },
  { kind: 'group_renamed', app: 'perplexity', role: 'admin', from: text, to: text },
  ...troubles(text).map((trouble) => ({ kind: 'group_trouble' as const, app: 'perplexity', trouble })),
  { kind: 'group_settled', app: 'perplexity', role: 'admin', group: { id: text, name: text }, by: owner(text) },
  { kind: 'group_settled', app: 'perplexity', role: 'admin', group: { id: text, name: text } },
];

const statusOf = (text: string, change: Partial<AppStatus> = {}): AppStatus => ({
  app: 'perplexity',
  owner: true,
  mirror: { syncedAt: NOW, complete: false, active: 400, inactive: 12 },
  seats: { used: 110, seats: 120 },
  roles: troubles(text).map((trouble, index) => ({
    role: index === 0 ? 'admin' : text,
    group: { id: text, name: text },
    members: index,
    trouble,
  })),
  paused: { at: NOW, by: owner(text) },
  unauthorizedSince: NOW,
  learned: { refusedFilters: [text], membersListed: 'yes', batchSize: 7, other: text },
  overdue: 1,
  alarms: 2,
  open: 3,
  waiting: 2,
  drift: 4,
  ...change,
});

const OLDER = { whose: { kind: 'email', email: `${'x'.repeat(300)}@example.com` }, before: 1e15 } as const;
const VALUES = ['req-1', 'req-2', 'req-3', JSON.stringify(OLDER)];

const messages = (text: string) => [
  ...lookups(text).map((view) => lookupCard(view, ctx)),
  ...lists(text).map((view) => listCard(view, ctx)),
  ...[0, 1, 40].flatMap((count) => [hubCard, mineCard, pendingCard].map((card) => card(homes(text, count), ctx))),
  historyCard(history(text), ctx),
  historyCard({ whose: { name: text }, entries: [] }, ctx),
  historyCard({ ...history(text), older: OLDER }, ctx),
  ...notices(text).map((notice) => noticeCard(notice, context({ welcome: text }))),
  statusCard(
    many(12, (index) => statusOf(text, { app: index === 0 ? 'perplexity' : `app-${index}` })),
    ctx,
  ),
  pausedMessage({ app: text, state: 'paused', before: true, at: NOW, by: owner(text), waiting: 1 }, ctx),
  pausedMessage({ app: 'perplexity', state: 'running', before: false, waiting: 2, stopped: true }, ctx),
  syncedMessage({ app: text, at: NOW, complete: false, why: text, accounts: 1, gone: 1, groups: 1 }, ctx),
  usedMessage(text, text, { id: text, name: text }, ctx),
  linkedMessage({ name: text, apps: [text, 'perplexity'] }, slack(BOB), ctx),
  linkedMessage({ name: text, apps: [] }, slack(BOB), ctx),
  replyMessage({ kind: 'failed', reference: text }, ctx),
  helpMessage({ kind: 'unknown', given: text, suggestion: 'grant' }, ctx),
  helpMessage({ kind: 'unknown', given: text }, ctx),
  gotItMessage({ ask: { action: 'grant', app: text, role: text, subject: { kind: 'email', email: text } } }, ctx),
];

describe('every view', () => {
  it('stays within the limits and shows texts of people as text', () => {
    for (const text of [HARMLESS.name, ...HOSTILE]) {
      for (const [index, card] of messages(text).entries()) {
        expect(messageFaults(card, allowed(VALUES)), `${index} ${text.slice(0, 30)}`).toEqual([]);
        expect(checkMessageBlocks(wire(card.blocks)), `${index} ${text.slice(0, 30)}`).toEqual([]);
      }
      for (const count of [0, 1, 40]) {
        const home = homeView(homes(text, count), ctx);
        expect(viewFaults(home, allowed()), text.slice(0, 30)).toEqual([]);
        expect(checkView(wire(home), 'home'), text.slice(0, 30)).toEqual([]);
      }
    }
  });

  it('shows whatever anybody writes as text', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(), (text, pick) => {
        const all = messages(text);
        const card = all[pick % all.length];
        if (card !== undefined) expect(messageFaults(card, allowed(VALUES))).toEqual([]);
        expect(viewFaults(homeView(homes(text, 12), ctx), allowed())).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('says of an app that is only observed that nothing is written', () => {
    const observed = context({ mode: 'observe' });
    const [, found] = lookups('Bob');
    const [list] = lists('Bob');
    const [, , , unauthorized] = notices('Bob');
    if (found === undefined || list === undefined || unauthorized === undefined) throw new Error('samples');
    for (const card of [lookupCard(found, observed), listCard(list, observed), noticeCard(unauthorized, observed)]) {
      expect(textOf(card.blocks)).toContain('Observe mode');
    }
    expect(textOf(hubCard(homes('Bob', 1), ctx).blocks)).toContain('Observe mode');
  });
});

describe('a look-up', () => {
  it('shows account, roles and until when, how fresh it is, and what the viewer may do', () => {
    const card = lookupCard({ kind: 'found', accounts: [account('Bob Example')] }, ctx);
    const text = textOf(card.blocks);
    expect(text).toContain(`<@${BOB}>`);
    expect(text).toMatch(
      /Holds: \*Admin\* until <!date[^>]*>, \*Member\* \(standing\), \*Admin\*, by a grant with no end/,
    );
    expect(text).toMatch(/As of the last sync/);
    expect(actionsOf(card)).toEqual([
      ACTIONS.show,
      ACTIONS.accountRequest,
      ACTIONS.accountGrant,
      ACTIONS.accountRevoke,
      ACTIONS.accountDisable,
      ACTIONS.accountEnable,
      ACTIONS.accountUpdate,
    ]);
    const block = card.blocks.find((each) => each.type === 'actions');
    expect(addressOf(block?.block_id)).toEqual({ kind: 'account', app: 'perplexity', account: 'acc-0' });
    expect(buttonsOf(block).every((button) => button.value === undefined)).toBe(true);
  });

  it('says of which apps nothing is known just now', () => {
    const card = lookupCard({ kind: 'found', accounts: [account('Bob')], silent: ['perdoo'] }, ctx);
    expect(textOf(card.blocks)).toContain('Perdoo did not answer just now');
  });

  it('shows no roles where the viewer may not see them, and no button that does not work', () => {
    const { roles: _roles, open: _open, disabled: _disabled, manager: _manager, ...rest } = account('Bob');
    const card = lookupCard({ kind: 'found', accounts: [{ ...rest, can: [] }] }, ctx);
    expect(textOf(card.blocks)).not.toMatch(/Holds|Manager|Switched off|Admin/);
    expect(actionsOf(card)).toEqual([]);
  });

  it('never acts on a fuzzy hit without a pick', () => {
    const view: LookupView = {
      kind: 'pick',
      text: 'bop',
      hits: [
        {
          app: 'perplexity',
          score: 1,
          account: { id: 'acc-bob', userName: 'bob', email: 'bob@example.com', emails: [], name: 'Bob', active: true },
        },
      ],
    };
    const card = lookupCard(view, ctx);
    expect(actionsOf(card)).toEqual([ACTIONS.accountShow]);
    const row = card.blocks.find((block) => block.block_id !== undefined);
    expect(addressOf(row?.block_id)).toEqual({ kind: 'account', app: 'perplexity', account: 'acc-bob' });
  });

  it('says of nobody found that they may exist in the console', () => {
    expect(textOf(lookupCard({ kind: 'none', text: 'zed' }, ctx).blocks)).toContain(
      "may still exist in the app's own console",
    );
  });
});

describe('addresses', () => {
  it('read back what was written and nothing else', () => {
    expect(addressOf('app#owner:perplexity')).toEqual({ kind: 'app', app: 'perplexity' });
    expect(addressOf('account:perplexity/a/b:c')).toEqual({ kind: 'account', app: 'perplexity', account: 'a/b:c' });
    for (const id of [
      undefined,
      '',
      'reason',
      'app:',
      'account:x',
      'account:/x',
      'account:x/',
      `app:${'x'.repeat(300)}`,
    ]) {
      expect(addressOf(id)).toBeUndefined();
    }
  });
});

describe('a list', () => {
  it('says how many there are and how many are not shown', () => {
    const [list] = lists('Bob');
    if (list === undefined) throw new Error('samples');
    const text = textOf(listCard(list, ctx).blocks);
    expect(text).toContain('5000 active accounts with a role above Member');
    expect(text).toContain('…and 4900 more.');
    expect(text).toContain('some accounts may be missing');
    expect(textOf(listCard({ ...list, rows: [], total: 0 }, ctx).blocks)).toContain('Nobody here.');
  });

  it('counts nobody whom the reader may not see, and says so', () => {
    const said = lists('Bob').map((list) => textOf(listCard({ ...list, total: 1, partial: true }, ctx).blocks));
    for (const text of said)
      expect(text).toMatch(/, of those you may see\n[\s\S]*owners and auditors see (everybody|all of them)/);
    for (const list of lists('Bob')) {
      const all = textOf(listCard({ ...list, partial: false }, ctx).blocks);
      expect(all).not.toMatch(/you may see|auditors see/);
    }
  });

  it('names the base role only where there is one', () => {
    const { admin } = appPolicy().roles;
    if (admin === undefined) throw new Error('no admin');
    const without = context({ roles: { admin } });
    const titles = lists('Bob').map((list) => listCard(list, without).text);
    expect(titles.slice(0, 2)).toEqual([
      '*Perplexity Enterprise*: 5000 active accounts with a role',
      '*Perplexity Enterprise*: 5000 active accounts',
    ]);
  });
});

describe('a history', () => {
  it('has a sentence of its own for every kind of event', () => {
    const said = Object.values(events('x')).map((event) => {
      const { note: _note, ...rest } = event;
      return textOf(
        historyCard({ whose: { name: 'Bob' }, entries: [{ seq: 1, at: NOW, events: [rest] }] }, ctx).blocks[1],
      );
    });
    expect(new Set(said).size).toBe(said.length);
    for (const line of said) expect(line).toMatch(/^<!date[^>]*> · .+ · .+$/);
  });
});

describe('the App Home', () => {
  it('keeps its order and its 100 blocks, and counts what does not fit', () => {
    const view = homeView(homes('Bob', 60), ctx);
    const headers = view.blocks.filter((block) => block.type === 'header').map((block) => textOf(block));
    expect(headers).toEqual(['Waiting for you', 'Your access', 'Your requests', 'Apps you may ask for', 'For owners']);
    expect(view.blocks.length).toBeLessThanOrEqual(100);
    expect(textOf(view.blocks)).toMatch(/…and \d+ more\./);
  });

  it('lets an approver decide, and shows owner tools to owners only', () => {
    const view = homes('Bob', 1);
    expect(actionsOf(homeView(view, ctx))).toEqual(
      expect.arrayContaining([ACTIONS.approve, ACTIONS.deny, ACTIONS.finish, ACTIONS.listApp]),
    );
    const plain = homeView({ ...view, apps: [offer({ ownerOf: false })] }, ctx);
    for (const action of [ACTIONS.listApp, ACTIONS.openDisable, ACTIONS.openEnable]) {
      expect(actionsOf(plain)).not.toContain(action);
    }
    const elsewhere = { ...view, viewer: { ...view.viewer, slack: slack(ALICE) } };
    expect(actionsOf(homeView(elsewhere, ctx))).not.toContain(ACTIONS.approve);
  });

  it('offers to give back a grant and not a standing role', () => {
    const { request: _request, until: _until, ...standing } = role({ standing: true });
    const view = homeView({ ...homes('Bob', 0), access: [standing] }, ctx);
    expect(actionsOf(view)).not.toContain(ACTIONS.finish);
    expect(textOf(view.blocks)).toContain('*Admin* (standing)');
  });

  it('does not show the subject a disable that is not done', () => {
    const view = homeView(
      {
        ...homes('Bob', 0),
        viewer: { ...homes('Bob', 0).viewer, slack: slack(BOB) },
        requests: [request('disable', 'pending')],
      },
      ctx,
    );
    expect(textOf(view.blocks)).not.toMatch(/Disabling/);
  });
});

describe('how an app is doing', () => {
  const read = (change: Partial<AppPolicy> = {}) =>
    textOf(statusCard([statusOf('x', { app: 'perplexity' })], context(change)).blocks);

  it('names the role that counts where somebody has two, and what the app keeps to itself', () => {
    expect(read()).toContain('Of several roles the first counts: Admin, Member.');
    expect(read()).toContain('cannot be changed or removed in its own console');
    expect(read({ exclusive: true })).not.toContain('first counts');
    const { roles } = appPolicy();
    const teams = Object.fromEntries(Object.entries(roles).map(([key, role]) => [key, { ...role, base: false }]));
    expect(read({ roles: teams })).not.toContain('first counts');
  });
});

describe('a history', () => {
  it('counts what a message cannot hold, and offers the older lines all the same', () => {
    const [entry] = history('Bob').entries;
    if (entry === undefined) throw new Error('samples');
    const entries = Array.from({ length: 120 }, () => ({ ...entry, events: entry.events.slice(0, 1) }));
    const older = { whose: { kind: 'me' as const }, before: 7 };
    const card = historyCard({ whose: { name: 'Bob' }, entries, older }, ctx);
    expect(textOf(card.blocks)).toContain('…and 20 more.');
    expect(actionsOf(card)).toEqual([ACTIONS.older]);
    expect(actionsOf(historyCard({ whose: { name: 'Bob' }, entries }, ctx))).toEqual([]);
  });
});

describe('notices', () => {
  const [welcome, forward] = notices('Carol').filter((notice) => notice.kind === 'welcome');

  it('welcome a new person: where to log in, that it is single sign-on, whom to ask, and a way out', () => {
    if (welcome === undefined) throw new Error('samples');
    const card = noticeCard(welcome, ctx);
    const text = textOf(card.blocks);
    expect(text).toContain('<https://www.perplexity.ai/login?a=1&amp;b=2|');
    expect(text).toContain('single sign-on');
    expect(text).toContain(`Ask <@${ALICE}>`);
    const block = card.blocks.find((each) => each.type === 'actions');
    expect(actionsOf(block)).toEqual([ACTIONS.visit, ACTIONS.cannotGetIn]);
    expect(addressOf(block?.block_id)).toEqual({ kind: 'app', app: 'perplexity' });
  });

  it('give the text to pass on when the new person is not in Slack', () => {
    if (forward === undefined) throw new Error('samples');
    const card = noticeCard(forward, ctx);
    expect(textOf(card.blocks)).toContain('is not in Slack. Please pass this on:');
    expect(actionsOf(card)).toEqual([]);
  });

  it('tell the owners how to check a head', () => {
    const card = noticeCard({ kind: 'head', seq: 41, hash: 'ab'.repeat(32) }, ctx);
    expect(textOf(card.blocks)).toContain(`rolecall audit verify --head 41:${'ab'.repeat(32)}`);
  });
});

describe('the help', () => {
  const verbs = Object.keys(VERBS).filter((verb): verb is Verb => verb in VERBS);

  it('shows every verb that works and no verb that does not', () => {
    const text = textOf(helpMessage({ kind: 'help' }, ctx).blocks);
    for (const verb of verbs) {
      expect(text).toContain(`/access ${verb}`);
      const topic = textOf(helpMessage({ kind: 'help', topic: verb }, ctx).blocks);
      expect(topic).toMatch(/Example: `\/access .+`\nEverybody|Example: `\/access /);
    }
    for (const word of LATER) expect(text).not.toMatch(new RegExp(`\\b${word}\\b`));
  });

  it('shows an example as one types it', () => {
    expect(textOf(helpMessage({ kind: 'help', topic: 'link' }, ctx).blocks)).toContain(
      '`/access link @Bob bob@example.com`',
    );
  });

  it('uses the name the command was given', () => {
    expect(textOf(helpMessage({ kind: 'help' }, { ...ctx, command: '/zugang' }).blocks)).not.toContain('/access');
  });

  it('is honest about what is not there yet', () => {
    for (const what of LATER) {
      expect(helpMessage({ kind: 'later', what }, ctx).text).toContain(`\`${what}\` is not available yet.`);
    }
  });

  it('says what is meant in the short answers', () => {
    expect(replyMessage({ kind: 'stale_button' }, ctx).text).toContain('no longer valid, and nothing was changed');
    expect(replyMessage({ kind: 'unavailable' }, ctx).text).toContain('Try again in a minute');
    expect(replyMessage({ kind: 'restarted' }, ctx).text).toContain('press or type it again');
    expect(replyMessage({ kind: 'failed', reference: 'k7m2' }, ctx).text).toContain('`k7m2`');
    expect(replyMessage({ kind: 'telling_owners' }, ctx).text).toContain('told the owners');
    const ask = { action: 'grant', app: 'perplexity', role: 'admin', subject: { kind: 'me' } } as const;
    expect(gotItMessage({ ask }, ctx).text).toContain('Got it: Admin in Perplexity Enterprise for you.');
    const own = (action: 'disable' | 'revoke' | 'provision') =>
      gotItMessage({ ask: { action, app: 'perplexity', subject: { kind: 'me' } } }, ctx).text;
    expect(own('disable')).toContain('Got it: disabling your Perplexity Enterprise account.');
    expect(own('revoke')).toContain('Got it: taking every role above the base role in Perplexity Enterprise from you.');
    expect(own('provision')).toContain('Got it: an account in Perplexity Enterprise for you.');
    const whose = { kind: 'account', app: 'perplexity', account: 'a-7' } as const;
    const off = { action: 'enable', app: 'perplexity', subject: whose } as const;
    const picked = { account: 'a-7', name: 'Gus Berg', email: 'gus@example.com' };
    expect(gotItMessage({ ask: off, picked }, ctx).text).toContain(
      'Got it: enabling the Perplexity Enterprise account of Gus Berg (gus@example.com).',
    );
  });
});

describe('the owner', () => {
  it('starts an update from the App Home where the app takes any', () => {
    const view = { ...homes('Bob', 1), apps: [offer()] };
    expect(actionsOf(homeView(view, context({ traits: UPDATING })))).toContain(ACTIONS.openUpdate);
    expect(actionsOf(homeView(view, ctx))).not.toContain(ACTIONS.openUpdate);
  });

  it('is never offered a decision on somebody else’s card in a list of what waits', () => {
    const view = { ...homes('Bob', 1), viewer: { ...homes('Bob', 1).viewer, slack: slack(OWNER) } };
    expect(actionsOf(pendingCard(view, ctx))).toContain(ACTIONS.approve);
    const denied = { ...view, waiting: [request('grant', 'denied')] };
    expect(actionsOf(pendingCard(denied, ctx))).not.toContain(ACTIONS.approve);
  });
});
