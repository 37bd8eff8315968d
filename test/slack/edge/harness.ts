// The real edge between a sandbox workspace and a desk written by hand that records what it is asked.

import { setTimeout as wait } from 'node:timers/promises';
import type { Finding } from '../../../src/access/drift-record.ts';
import { refuse } from '../../../src/access/errors.ts';
import type { Person, SlackId } from '../../../src/access/people.ts';
import {
  type AppPolicy,
  DEFAULT_HOURS,
  DEFAULT_LIMITS,
  HOUR,
  MINUTE,
  type Policy,
} from '../../../src/access/policy.ts';
import type { AccessRequest, Ask } from '../../../src/access/request.ts';
import type { AppOffer, Desk, HomeView } from '../../../src/access/service/desk.ts';
import {
  type Call,
  createSlackWorkspace,
  type JsonObject,
  type MessageSeen,
  type SlackWorkspace,
  type ViewSeen,
  type WorkspaceOptions,
} from '../../../src/sandbox/slack/index.ts';
import { createSlack, type Slack } from '../../../src/slack/app.ts';
import { APP_TOKEN, BOT_TOKEN, keepingLog, type Line, SECRET, TEAM, USERS, workspaceOptions } from './workspace.ts';

export const NOW = Date.UTC(2026, 10, 23, 10, 0);

const PERPLEXITY: AppPolicy = {
  key: 'perplexity',
  name: 'Perplexity Enterprise',
  profile: 'perplexity',
  traits: {
    updates: ['givenName', 'title', 'manager'],
    invites: false,
    settlesWithin: 3_600_000,
    createsGroups: false,
    assignedOnly: false,
    lockedInConsole: false,
  },
  mode: 'live',
  owners: [{ kind: 'email', email: 'olivia@example.com' }],
  keep: [],
  domains: ['example.com'],
  managerSource: 'self',
  roles: {
    admin: { key: 'admin', group: 'PPLX_Admin', sensitive: true, base: false, managedBy: 'rolecall' },
    member: { key: 'member', group: 'PPLX_Members', sensitive: false, base: true, managedBy: 'rolecall' },
  },
  exclusive: false,
  priority: ['admin', 'member'],
  rules: [],
};

export const POLICY: Policy = {
  timezone: 'Europe/Berlin',
  auditors: [],
  people: [],
  apps: { perplexity: PERPLEXITY },
  hours: DEFAULT_HOURS,
  limits: DEFAULT_LIMITS,
  applyWithin: HOUR,
};

const role = { defaultMs: 4 * HOUR, minMs: 15 * MINUTE, maxMs: 24 * HOUR, reasonRequired: true };
const OFFER: AppOffer = {
  key: 'perplexity',
  name: 'Perplexity Enterprise',
  observe: false,
  owners: [{ kind: 'email', email: 'olivia@example.com' }],
  ownerOf: false,
  roles: [
    { ...role, key: 'admin', base: false, sensitive: true },
    { ...role, key: 'member', base: true, sensitive: false },
  ],
};

export const slackId = (user: string, team = TEAM): SlackId => ({ team, user });

export const someone = (user: string, name: string): Person => ({
  slack: slackId(user),
  name,
  email: `${name.toLowerCase()}@example.com`,
  emailConfirmed: true,
  zone: 'Europe/Berlin',
  standing: 'member',
});

/** Alice's open request for Admin that Bob may decide. */
export function pendingRequest(change: Partial<AccessRequest> = {}): AccessRequest {
  const ask: Ask = {
    action: 'grant',
    app: 'perplexity',
    role: 'admin',
    subject: { kind: 'me' },
    duration: { kind: 'for', ms: 4 * HOUR },
    reason: 'INC-7',
  };
  const alice = { slack: slackId(USERS.alice), account: 'a1', email: 'alice@example.com', name: 'Alice Example' };
  const bob = { slack: slackId(USERS.bob), name: 'Bob Example', email: 'bob@example.com', why: 'manager' as const };
  return {
    id: 'req-1',
    rev: 2,
    state: 'pending',
    ask,
    requester: alice,
    receivedAt: NOW,
    app: 'perplexity',
    role: 'admin',
    subject: alice,
    length: { kind: 'for', ms: 4 * HOUR },
    steps: [{ by: 'manager', approvers: [bob], escalated: false }],
    decisions: [],
    held: { account: 'active', roles: [{ role: 'member', standing: true }] },
    submittedAt: NOW,
    lapseAt: NOW + 24 * HOUR,
    cards: [],
    ...change,
  };
}

/** Bob holds Admin and nobody asked for it. */
export const finding = (change: Partial<Finding> = {}): Finding => ({
  what: 'finding',
  id: 'find-1',
  app: 'perplexity',
  rev: 1,
  foundAt: NOW,
  cards: [],
  difference: { kind: 'stray', account: 'a2', role: 'admin' },
  state: 'open',
  subject: { account: 'a2', email: 'bob@example.com', name: 'Bob Example' },
  ...change,
});

export const homeOf = (viewer: Person): HomeView => ({ viewer, waiting: [], access: [], requests: [], apps: [OFFER] });

export type Asked = { readonly verb: keyof Desk; readonly args: readonly unknown[] };

export interface FakeDesk extends Desk {
  /** Everything asked, in order. */
  readonly asked: Asked[];
  /** What the store would hold: work by its replay guard, until it was answered. */
  readonly owed: Map<string, unknown>;
  /** Replaces what a verb does from now on. */
  teach(verbs: Partial<Desk>): void;
}

/** A desk that knows one open request and refuses nothing but replays. */
function fakeDesk(notify: () => void): FakeDesk {
  const asked: Asked[] = [];
  const owed = new Map<string, unknown>();
  const seen = new Set<string>();
  const once = (id: string) => {
    if (seen.has(id)) refuse({ code: 'repeated' });
    seen.add(id);
  };
  const alice = someone(USERS.alice, 'Alice');
  const desk: Desk = {
    async submit(_from, _name, ask, guard) {
      once(guard.id);
      return pendingRequest({ state: 'received', ask, steps: [] });
    },
    async receive(id, work) {
      once(id);
      owed.set(id, structuredClone(work));
    },
    async answered(id) {
      owed.delete(id);
    },
    check: async () => [],
    actor: async (slack) => someone(slack.user, 'Somebody'),
    decide: async () => pendingRequest({ state: 'approved', rev: 3 }),
    cancel: async () => pendingRequest({ state: 'cancelled', rev: 3 }),
    finish: async () => pendingRequest({ state: 'ending', rev: 3 }),
    keep: async () => pendingRequest({ state: 'active', rev: 3 }),
    async askAgain(_click, guard) {
      once(guard.id);
      return pendingRequest({ id: 'req-2', state: 'received' });
    },
    cannotGetIn: async () => undefined,
    home: async (viewer) => homeOf(someone(viewer.user, 'Somebody')),
    lookup: async () => ({
      kind: 'found',
      accounts: [
        {
          app: 'perplexity',
          account: { id: 'a1', name: alice.name, email: 'alice@example.com', active: true },
          slack: alice.slack,
          live: true,
          can: [],
        },
      ],
    }),
    list: async (_viewer, app, which) => ({ app, which, rows: [], total: 0, partial: false, complete: true }),
    history: async () => ({ whose: { name: 'Alice' }, entries: [] }),
    link: async () => ({ name: 'Bob Example', apps: ['perplexity'] }),
    pause: async (owner, app) => ({
      app,
      state: 'paused',
      before: false,
      waiting: 2,
      at: NOW,
      by: { slack: owner, name: 'Olivia' },
    }),
    resume: async (_owner, app) => ({ app, state: 'running', before: false, waiting: 2, stopped: false }),
    sync: async (_owner, app) => ({ app, at: NOW, complete: true, accounts: 412, gone: 3, groups: 2 }),
    status: async (_viewer, app = 'perplexity') => [
      {
        app,
        owner: true,
        mirror: { syncedAt: NOW, complete: true, active: 400, inactive: 12 },
        roles: [],
        overdue: 0,
        alarms: 0,
        open: 0,
        waiting: 0,
      },
    ],
    useGroup: async (_owner, _app, _role, id) => ({ id, name: 'PPLX_Admin' }),
    profile: async (_viewer, app) => ({
      app,
      account: { id: 'a2', name: 'Bob Example', email: 'bob@example.com' },
      values: { givenName: 'Bob', title: 'Analyst', manager: '' },
      reasonRequired: false,
    }),
    settleDrift: async () => finding({ state: 'silent', rev: 2 }),
    finding: async (_viewer, id) => (id === 'find-1' ? finding() : refuse({ code: 'drift_settled' })),
    request: async (_viewer, id) =>
      id === 'req-1' ? pendingRequest() : refuse({ code: 'no_such_request', request: id }),
    offers: () => [OFFER],
    choices: (text) => [
      { value: 'account|perplexity|a2', name: `Bob (${text})`, email: 'bob@example.com', app: 'perplexity' },
    ],
    chosen: (value) => {
      if (value === 'me') return { kind: 'me' };
      return value === 'account|perplexity|a2' ? { kind: 'account', app: 'perplexity', account: 'a2' } : undefined;
    },
  };
  const recording: Desk = { ...desk };
  const record = <K extends keyof Desk>(verb: K): void => {
    // Late binding: a verb taught later is the one that runs.
    const run = (...args: unknown[]) => {
      asked.push({ verb, args });
      notify();
      const act: unknown = desk[verb];
      if (typeof act !== 'function') throw new Error(`the desk has no ${verb}`);
      const result: unknown = act(...args);
      return result instanceof Promise ? result.finally(notify) : result;
    };
    Object.assign(recording, { [verb]: run });
  };
  for (const verb of Object.keys(desk)) if (isVerb(desk, verb)) record(verb);
  return Object.assign(recording, { asked, owed, teach: (verbs: Partial<Desk>) => Object.assign(desk, verbs) });
}

const isVerb = (desk: Desk, verb: string): verb is keyof Desk => verb in desk;

export interface Edge {
  readonly workspace: SlackWorkspace;
  readonly slack: Slack;
  readonly desk: FakeDesk;
  readonly lines: readonly Line[];
  /** Resolves with the first truthy answer of `look`, asked again after everything that happens anywhere. */
  until<T>(look: () => T | undefined | false | null): Promise<T>;
  /** The desk was asked this verb (`times` times): its newest arguments. */
  asked(verb: keyof Desk, times?: number): Promise<readonly unknown[]>;
  /** Nothing is being handled any more. */
  quiet(): Promise<unknown>;
  /** Verbs asked so far. */
  verbs(): (keyof Desk)[];
  /** Web API methods the bot called, oldest first. */
  methods(): string[];
  /** Hangs until the test ends. */
  hang(): Promise<never>;
  stop(): Promise<void>;
}

export async function startEdge(
  mode: 'http' | 'socket',
  more: {
    workspace?: Partial<WorkspaceOptions>;
    command?: string;
    sleep?: (ms: number) => Promise<unknown>;
    wireNow?: () => number;
    random?: () => number;
  } = {},
): Promise<Edge> {
  const watchers = new Set<() => void>();
  const hung: (() => void)[] = [];
  const notify = () => {
    for (const watch of watchers) watch();
  };
  const workspace = await createSlackWorkspace(workspaceOptions({ rateLimits: false, ...more.workspace }));
  workspace.on('change', notify);
  workspace.on('call', notify);
  const desk = fakeDesk(notify);
  const log = keepingLog();
  const noting = (level: Line['level']) => (fields: object, message: string) => {
    log[level](fields, message);
    notify();
  };
  const slack = createSlack({
    config: {
      botToken: BOT_TOKEN,
      ...(mode === 'socket' ? { appToken: APP_TOKEN } : { signingSecret: SECRET }),
      host: '127.0.0.1',
      port: 0,
      apiUrl: workspace.apiUrl,
      command: more.command ?? '/access',
    },
    desk: () => desk,
    policy: POLICY,
    clock: { now: () => NOW },
    wireNow: more.wireNow ?? Date.now,
    log: { info: noting('info'), warn: noting('warn'), error: noting('error') },
    sleep: more.sleep ?? ((ms) => wait(ms, undefined, { ref: false })),
    random: more.random ?? Math.random,
  });
  await slack.start();
  if (mode === 'http') workspace.setRequestUrl(`http://127.0.0.1:${slack.port()}/slack/events`);

  const until: Edge['until'] = (look) =>
    new Promise((resolve, reject) => {
      const watch = () => {
        try {
          const found = look();
          if (found === undefined || found === false || found === null) return;
          watchers.delete(watch);
          resolve(found);
        } catch (error) {
          watchers.delete(watch);
          reject(error);
        }
      };
      watchers.add(watch);
      // Sockets open and close without an event of the workspace: states are looked at, too.
      const timer = setInterval(() => (watchers.has(watch) ? watch() : clearInterval(timer)), 5);
      watch();
    });

  return {
    workspace,
    slack,
    desk,
    lines: log.lines,
    until,
    asked: (verb, times = 1) =>
      until(() => {
        const found = desk.asked.filter((entry) => entry.verb === verb);
        return found.length >= times && found.at(-1)?.args;
      }),
    quiet: () => until(() => slack.health().handling === 0 && slack.health().queued === 0),
    verbs: () => desk.asked.map((entry) => entry.verb),
    methods: () =>
      workspace
        .calls()
        .filter((call: Call) => call.direction === 'in')
        .map((call) => call.name),
    hang() {
      const { promise, reject } = Promise.withResolvers<never>();
      hung.push(() => reject(new Error('the test is over')));
      return promise;
    },
    async stop() {
      for (const release of hung) release();
      await slack.stop();
      await workspace.close();
    },
  };
}

// ------------------------------------------------------------------------------------- what a person sees

export const messages = (edge: Edge, user: string): MessageSeen[] =>
  edge.workspace.state(user).conversations.flatMap((conversation) => conversation.messages);

export const ephemerals = (edge: Edge, user: string): MessageSeen[] => edge.workspace.state(user).ephemerals;

export const topView = (edge: Edge, user: string): ViewSeen | undefined => edge.workspace.state(user).views.at(-1);

/** Every button of some blocks. */
export function buttons(blocks: readonly JsonObject[]): { actionId: string; blockId: string; value?: string }[] {
  return blocks.flatMap((block) => {
    const elements = Array.isArray(block.elements) ? block.elements : [block.accessory];
    return elements.flatMap((element) => {
      if (typeof element !== 'object' || element === null || Array.isArray(element)) return [];
      if (element.type !== 'button' || typeof element.action_id !== 'string') return [];
      const value = typeof element.value === 'string' ? { value: element.value } : {};
      return [
        { actionId: element.action_id, blockId: typeof block.block_id === 'string' ? block.block_id : '', ...value },
      ];
    });
  });
}

export const hasButton = (message: { blocks: readonly JsonObject[] }, actionId: string): boolean =>
  buttons(message.blocks).some((button) => button.actionId === actionId);

/** Everything a view or message says. */
export const said = (shown: { blocks: readonly JsonObject[] }): string => JSON.stringify(shown.blocks);
