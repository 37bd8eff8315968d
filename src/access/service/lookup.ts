/**
 * Look-ups: who holds what, as far as the viewer may know (docs/rules.md, Privacy). Changes nothing but the audit log.
 */
import { DirectoryError, refuse } from '../errors.ts';
import { holdingKey, lastEnd } from '../grant.ts';
import { foldEmail, type Person, personKey, type SlackId, type SubjectRef, sameSlack } from '../people.ts';
import { type AppPolicy, baseRole } from '../policy.ts';
import type { Account, Directory, HistoryEntry } from '../ports.ts';
import { type AccessRequest, currentStep, isClosed } from '../request.ts';
import { actorOf } from './actor.ts';
import { isAuditor, isOwner, managerOf } from './approvers.ts';
import { accountOfViewer, identify } from './binding.ts';
import type { AccountView, HeldRole, HistoryView, LookupView } from './desk.ts';
import { heldBy } from './held.ts';
import { directoryOf, type World } from './world.ts';

const HITS = 10;
/** Lines of a history at a time, and how often more are read until so many may be shown. */
const HISTORY = 40;
const ROUNDS = 10;

/** What the viewer is to an account: decides how much is shown. */
interface Sight {
  readonly self: boolean;
  readonly manager: boolean;
  readonly owner: boolean;
  readonly auditor: boolean;
}

const seesRoles = (sight: Sight): boolean => sight.self || sight.manager || sight.owner || sight.auditor;
const seesInactive = (sight: Sight): boolean => sight.manager || sight.owner || sight.auditor || sight.self;

async function sightOf(
  world: World,
  app: AppPolicy,
  viewer: Person,
  account: Account,
  slack?: SlackId,
): Promise<Sight> {
  const bound = await accountOfViewer(world, app.key, viewer);
  const subject = {
    account: account.id,
    email: account.email,
    name: account.name,
    ...(slack === undefined ? {} : { slack }),
  };
  const [owner, manager] = await Promise.all([
    isOwner(world, app, viewer, 'recent'),
    managerOf(world, app, subject, account),
  ]);
  return {
    self: bound === account.id,
    manager: manager !== undefined && sameSlack(manager.slack, viewer.slack),
    owner,
    auditor: isAuditor(world, viewer),
  };
}

/** @throws AccessError; DirectoryError when the directory or Slack did not answer */
export async function lookup(
  world: World,
  viewerId: SlackId,
  what: SubjectRef | { readonly kind: 'text'; readonly text: string },
): Promise<LookupView> {
  const viewer = await actorOf(world, viewerId);
  if (what.kind === 'text') return searchText(world, viewer, what.text);
  const accounts: AccountView[] = [];
  let syncedAt: number | undefined;
  let slack: SlackId | undefined;
  let name = viewer.name;
  const silent: { readonly app: string; readonly error: DirectoryError }[] = [];
  for (const app of Object.values(world.policy.apps)) {
    if (what.kind === 'account' && what.app !== app.key) continue;
    try {
      const known = await identify(world, app.key, what, viewer);
      slack = known.party.slack ?? slack;
      ({ name } = known.party);
      syncedAt = directoryOf(world, app.key).freshness().syncedAt ?? syncedAt;
      const view =
        known.account === undefined
          ? undefined
          : await accountView(world, app, viewer, known.account, known.party.slack);
      if (view !== undefined) accounts.push(view);
    } catch (error) {
      // One app that does not answer keeps nobody from seeing the others.
      if (!(error instanceof DirectoryError)) throw error;
      silent.push({ app: app.key, error });
    }
  }
  if (accounts.length > 0)
    return { kind: 'found', accounts, ...(silent.length === 0 ? {} : { silent: silent.map(({ app }) => app) }) };
  // Who was not found may be there.
  const [first] = silent;
  if (first !== undefined) throw first.error;
  return {
    kind: 'none',
    text: what.kind === 'email' ? what.email : name,
    ...(syncedAt === undefined ? {} : { syncedAt }),
    ...(slack === undefined ? {} : { slack }),
  };
}

async function searchText(world: World, viewer: Person, text: string): Promise<LookupView> {
  const auditor = isAuditor(world, viewer);
  const hits: (ReturnType<Directory['search']>[number] & { readonly app: string })[] = [];
  let syncedAt: number | undefined;
  for (const app of Object.values(world.policy.apps)) {
    const directory = directoryOf(world, app.key);
    syncedAt = directory.freshness().syncedAt ?? syncedAt;
    const all = auditor || (await isOwner(world, app, viewer, 'recent'));
    for (const hit of directory.search(text, HITS * 2)) {
      const visible = all || hit.account.active !== false || (await managesInactive(world, app, viewer, hit.account));
      if (visible) hits.push({ ...hit, app: app.key });
    }
  }
  hits.sort((a, b) => b.score - a.score);
  const fresh = syncedAt === undefined ? {} : { syncedAt };
  const [only] = hits;
  if (only === undefined) return { kind: 'none', text, ...fresh };
  if (hits.length === 1)
    return lookup(world, viewer.slack, { kind: 'account', app: only.app, account: only.account.id });
  // One person with an account in each of several apps is nothing to pick from.
  const apps = new Set(hits.map((hit) => hit.app));
  const emails = new Set(hits.map((hit) => foldEmail(hit.account.email)));
  if (apps.size === hits.length && emails.size === 1 && !emails.has(''))
    return lookup(world, viewer.slack, { kind: 'email', email: only.account.email });
  return { kind: 'pick', text, hits: hits.slice(0, HITS), ...fresh };
}

async function managesInactive(world: World, app: AppPolicy, viewer: Person, account: Account): Promise<boolean> {
  const manager = await managerOf(
    world,
    app,
    { account: account.id, email: account.email, name: account.name },
    account,
  );
  return manager !== undefined && sameSlack(manager.slack, viewer.slack);
}

async function accountView(
  world: World,
  app: AppPolicy,
  viewer: Person,
  account: Account,
  slack: SlackId | undefined,
): Promise<AccountView | undefined> {
  const sight = await sightOf(world, app, viewer, account, slack);
  if (account.active === false && !seesInactive(sight)) return undefined;
  const { syncedAt } = directoryOf(world, app.key).freshness();
  const view: AccountView = {
    app: app.key,
    account: { id: account.id, name: account.name, email: account.email, active: account.active },
    ...(slack === undefined ? {} : { slack }),
    live: true,
    ...(syncedAt === undefined ? {} : { syncedAt }),
    can: [],
  };
  if (!seesRoles(sight)) return view;
  const record = await world.store.read('account', `${app.key}/${account.id}`);
  const held = await heldBy(world, app, account);
  const roles = await Promise.all(held.roles.map((each) => heldRole(world, app, account.id, each.role, each.standing)));
  const open = (await world.store.openRequests({ app: app.key, account: account.id })).filter((request) =>
    maySee(request, viewer, sight.owner || sight.auditor),
  );
  const manager = await managerOf(
    world,
    app,
    { account: account.id, email: account.email, name: account.name },
    account,
  );
  return {
    ...view,
    roles,
    open,
    ...(manager === undefined ? {} : { manager: manager.name }),
    ...(record?.disabled === undefined || !(sight.owner || sight.auditor || sight.manager)
      ? {}
      : { disabled: record.disabled }),
    can: possible(app, account, roles, sight),
  };
}

async function heldRole(
  world: World,
  app: AppPolicy,
  account: string,
  role: string,
  standing: boolean,
): Promise<HeldRole> {
  const holding = await world.store.read('holding', holdingKey(app.key, account, role));
  const end = holding === undefined ? undefined : lastEnd(holding);
  const last = holding?.grants.find((grant) => grant.until === end);
  return {
    app: app.key,
    role,
    base: app.roles[role]?.base === true,
    sensitive: app.roles[role]?.sensitive === true,
    standing,
    ...(standing || end === undefined ? {} : { until: end }),
    ...(last === undefined ? {} : { request: last.request }),
  };
}

function possible(app: AppPolicy, account: Account, roles: readonly HeldRole[], sight: Sight): AccountView['can'] {
  const can: AccountView['can'][number][] = [];
  const higher = roles.some((role) => role.role !== baseRole(app)?.key);
  const update: typeof can = (sight.owner || sight.manager) && app.traits.updates.length > 0 ? ['update'] : [];
  if (account.active === false) return sight.owner || sight.manager ? ['enable', ...update] : [];
  if (sight.self) can.push('request');
  else can.push('grant');
  if (higher && (sight.self || sight.owner || sight.manager)) can.push('revoke');
  if (!sight.self && (sight.owner || sight.manager)) can.push('disable');
  return [...can, ...update];
}

/** Whether a request may be shown: a disable that is under way is nobody's business but of those who handle it. */
export function maySee(request: AccessRequest, viewer: Person, privileged: boolean): boolean {
  if (privileged || sameSlack(request.requester.slack, viewer.slack)) return true;
  const asked = request.steps.some((step) => step.approvers.some((each) => sameSlack(each.slack, viewer.slack)));
  if (asked) return true;
  return sameSlack(request.subject?.slack, viewer.slack) && request.ask.action !== 'disable';
}

/** A grant the ledger knows and the directory does not show: a 2xx is not proof. */
export function isUnseen(
  app: AppPolicy,
  granted: boolean,
  members: ReadonlySet<string> | 'unknown',
  account: string,
): boolean {
  return granted && app.mode === 'live' && members !== 'unknown' && !members.has(account);
}

/** The person's own roles from memory: ledger and mirror; no look-up once they are bound. */
export async function ownAccess(world: World, viewer: Person): Promise<HeldRole[]> {
  const roles: HeldRole[] = [];
  for (const app of Object.values(world.policy.apps)) {
    const account = await accountOfViewer(world, app.key, viewer);
    if (account === undefined) continue;
    const groups = (await world.store.read('app', app.key))?.groups ?? {};
    for (const role of Object.values(app.roles)) {
      const holding = await world.store.read('holding', holdingKey(app.key, account, role.key));
      const group = groups[role.key]?.id;
      const members = group === undefined ? 'unknown' : directoryOf(world, app.key).knownMembers(group);
      const granted = holding?.grants.some((grant) => grant.state === 'active' || grant.state === 'ending') === true;
      if (!granted && (members === 'unknown' || !members.has(account))) continue;
      const held = await heldRole(world, app, account, role.key, !granted || holding?.standing === true);
      roles.push(isUnseen(app, granted, members, account) ? { ...held, seen: false } : held);
    }
  }
  return roles;
}

/** Requests that wait for this person's decision. */
export async function waitingFor(world: World, viewer: Person): Promise<AccessRequest[]> {
  const open = await world.store.openRequests({ approver: viewer.slack });
  return open.filter((request) =>
    currentStep(request)?.step.approvers.some((approver) => sameSlack(approver.slack, viewer.slack)),
  );
}

/** @throws AccessError `not_entitled` when the viewer is neither the person, their manager, an owner nor an auditor */
export async function history(
  world: World,
  viewerId: SlackId,
  whose: SubjectRef,
  before?: number,
): Promise<HistoryView> {
  const viewer = await actorOf(world, viewerId);
  const own = whose.kind === 'me' || (whose.kind === 'slack' && sameSlack(whose.slack, viewer.slack));
  const terms = new Set<string>();
  const apps = new Set<string>();
  const owned = new Set<string>();
  let name = viewer.name;
  let slack: SlackId | undefined = own ? viewer.slack : undefined;
  for (const app of Object.values(world.policy.apps)) {
    if (whose.kind === 'account' && whose.app !== app.key) continue;
    const known = await identify(world, app.key, whose, viewer);
    name = known.party.name;
    slack = known.party.slack ?? slack;
    const owner = await isOwner(world, app, viewer, 'recent');
    const manager = known.account === undefined ? undefined : await managerOf(world, app, known.party, known.account);
    const manages = manager !== undefined && sameSlack(manager.slack, viewer.slack);
    if (owner || manages) apps.add(app.key);
    if (owner) owned.add(app.key);
    if (known.account !== undefined && (own || owner || manages || isAuditor(world, viewer))) {
      terms.add(`account:${app.key}/${known.account.id}`);
    }
  }
  const auditor = isAuditor(world, viewer);
  if (slack !== undefined) terms.add(`person:${personKey(slack)}`);
  if (!own && !auditor && apps.size === 0) refuse({ code: 'not_entitled', need: 'auditor' });
  const shown: HistoryEntry[] = [];
  let next = before;
  for (let round = 0; round < ROUNDS && shown.length < HISTORY; round++) {
    const page = await pageOf(world, terms, next, HISTORY - shown.length);
    for (const { seq, at, events } of page.entries) {
      const seen = events.filter((event) => visible(event, viewer, own, auditor, { apps, owned }));
      if (seen.length > 0) shown.push({ seq, at, events: seen });
    }
    next = page.older;
    if (next === undefined) break;
  }
  if (!own) await noteReading(world, viewer, [...terms]);
  return {
    whose: { name, ...(slack === undefined ? {} : { slack }) },
    entries: shown,
    ...(next === undefined ? {} : { older: { whose, before: next } }),
  };
}

/** The newest lines before `before` that speak of any of the terms; `older`: there are more, before this one. */
async function pageOf(
  world: World,
  terms: ReadonlySet<string>,
  before: number | undefined,
  limit: number,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly older?: number }> {
  const found = new Map<number, HistoryEntry>();
  for (const term of terms) {
    const page = await world.store.history(term, { limit: limit + 1, ...(before === undefined ? {} : { before }) });
    for (const entry of page) found.set(entry.seq, entry);
  }
  const entries = [...found.values()].sort((a, b) => b.seq - a.seq).slice(0, limit);
  const last = entries.at(-1);
  return { entries, ...(last === undefined || found.size <= limit ? {} : { older: last.seq }) };
}

function visible(
  event: HistoryEntry['events'][number],
  viewer: Person,
  own: boolean,
  auditor: boolean,
  { apps, owned }: { readonly apps: ReadonlySet<string>; readonly owned: ReadonlySet<string> },
): boolean {
  if (auditor) return true;
  const mine = event.actor.kind === 'person' && sameSlack(event.actor.slack, viewer.slack);
  // Where directory and ledger differ is for owners: not for a manager, and not for whom it is about.
  if ('finding' in event || event.type === 'drift.compared') return mine || owned.has(event.app);
  const inMyApp = 'app' in event && event.app !== undefined && apps.has(event.app);
  if (!own) return inMyApp || mine;
  // One's own history says nothing of a disable until it is done.
  return !('action' in event) || event.action !== 'disable' || mine || inMyApp || event.type === 'account.disabled';
}

async function noteReading(world: World, viewer: Person, about: readonly string[]): Promise<void> {
  await world.store.commit([], () => ({
    events: [{ type: 'history.read', actor: { kind: 'person', slack: viewer.slack }, about: [...about] }],
    result: undefined,
  }));
}

/** One request, open or closed, if the viewer has a part in it. @throws AccessError `no_such_request` */
export async function oneRequest(world: World, viewerId: SlackId, id: string): Promise<AccessRequest> {
  const viewer = await actorOf(world, viewerId);
  const request = (await world.store.read('request', id)) ?? (await world.store.closedRequest(id));
  const app = request?.app === undefined ? undefined : world.policy.apps[request.app];
  const privileged = isAuditor(world, viewer) || (app !== undefined && (await isOwner(world, app, viewer, 'recent')));
  if (request === undefined || !maySee(request, viewer, privileged))
    return refuse({ code: 'no_such_request', request: id });
  return request;
}

export const isOpen = (request: AccessRequest): boolean => !isClosed(request.state);
