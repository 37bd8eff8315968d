/**
 * Lists of an app's people and requests, from mirror and store; and what one person sees at home.
 * Reads memory only (besides who the viewer is); listing others is audited.
 */
import { refuse } from '../errors.ts';
import { type Holding, holdingKey, lastEnd } from '../grant.ts';
import { haltOf } from '../groups.ts';
import { foldEmail, type Person, personKey, type SlackId, type SubjectRef } from '../people.ts';
import { type AppPolicy, baseRole, DAY, ruleFor } from '../policy.ts';
import type { Account } from '../ports.ts';
import { actorOf } from './actor.ts';
import { isAuditor, isOwner } from './approvers.ts';
import { accountOfViewer } from './binding.ts';
import type { AppOffer, HeldRole, HomeView, ListRow, ListView, ListWhich, PersonChoice } from './desk.ts';
import { isOpen, isUnseen, maySee, ownAccess, waitingFor } from './lookup.ts';
import { appOf, directoryOf, type World } from './world.ts';

const ROWS = 50;
/** `list expiring`: ends within this time. */
const SOON = DAY;

/** @throws AccessError `not_entitled` for people who are neither owner, auditor nor anybody's manager */
export async function list(world: World, viewerId: SlackId, appKey: string, which: ListWhich): Promise<ListView> {
  const viewer = await actorOf(world, viewerId);
  const app = appOf(world, appKey);
  const all = isAuditor(world, viewer) || (await isOwner(world, app, viewer, 'recent'));
  const own = await accountOfViewer(world, appKey, viewer);
  const seen = (account: Account): boolean => all || account.id === own || reportsTo(world, viewer, own, account);
  const rows =
    which === 'pending' ? await pendingRows(world, viewer, app, all) : await accountRows(world, app, which, seen);
  if (!all && rows.length === 0) refuse({ code: 'not_entitled', need: 'owner' });
  await world.store.commit([], () => ({
    events: [
      {
        type: 'lookup.listed',
        actor: { kind: 'person', slack: viewer.slack },
        about: [`person:${personKey(viewer.slack)}`],
        app: appKey,
        what: which,
      },
    ],
    result: undefined,
  }));
  const { syncedAt, complete } = directoryOf(world, appKey).freshness();
  return {
    app: appKey,
    which,
    rows: rows.slice(0, ROWS),
    total: rows.length,
    partial: !all,
    complete,
    ...(syncedAt === undefined ? {} : { syncedAt }),
  };
}

/** From memory: the `people` entry, else the account's manager as mirrored. */
function reportsTo(world: World, viewer: Person, own: string | undefined, account: Account): boolean {
  const entry = world.policy.people.find((each) => foldEmail(each.email) === foldEmail(account.email));
  if (entry?.manager !== undefined) {
    return viewer.email !== undefined && viewer.emailConfirmed && foldEmail(entry.manager) === foldEmail(viewer.email);
  }
  return own !== undefined && account.manager === own && account.id !== own;
}

async function pendingRows(world: World, viewer: Person, app: AppPolicy, all: boolean): Promise<ListRow[]> {
  const open = await world.store.openRequests({ app: app.key });
  return open
    .filter((request) => request.state === 'pending' && maySee(request, viewer, all))
    .map((request) => ({
      name: request.subject?.name ?? request.requester.name,
      email: request.subject?.email ?? '',
      active: 'unknown',
      roles: [],
      request,
    }));
}

async function accountRows(
  world: World,
  app: AppPolicy,
  which: Exclude<ListWhich, 'pending'>,
  seen: (account: Account) => boolean,
): Promise<ListRow[]> {
  const ledger = new Map<string, Holding>();
  for (const holding of await world.store.holdings({ app: app.key })) {
    ledger.set(holdingKey(app.key, holding.account, holding.role), holding);
  }
  const groups = (await world.store.read('app', app.key))?.groups ?? {};
  const directory = directoryOf(world, app.key);
  const members = Object.values(app.roles).map((role) => {
    const group = groups[role.key]?.id;
    return { role, ids: group === undefined ? ('unknown' as const) : directory.knownMembers(group) };
  });
  const soon = world.clock.now() + SOON;
  const rows: ListRow[] = [];
  for (const account of directory.all()) {
    if (!seen(account)) continue;
    const roles: HeldRole[] = [];
    for (const { role, ids } of members) {
      const holding = ledger.get(holdingKey(app.key, account.id, role.key));
      const granted = holding !== undefined && holding.grants.length > 0;
      if (!granted && (ids === 'unknown' || !ids.has(account.id))) continue;
      const end = holding === undefined ? undefined : lastEnd(holding);
      const standing = !granted || holding.standing === true;
      roles.push({
        app: app.key,
        role: role.key,
        base: role.base,
        sensitive: role.sensitive,
        standing,
        ...(isUnseen(app, granted, ids, account.id) ? { seen: false as const } : {}),
        ...(standing || end === undefined ? {} : { until: end }),
      });
    }
    const base = baseRole(app)?.key;
    const wanted = {
      inactive: account.active === false,
      admins: account.active !== false && roles.some((role) => role.role !== base),
      // Where everybody has no role in common, an account alone makes a member.
      members: account.active !== false && (base === undefined || roles.some((role) => role.role === base)),
      expiring: roles.some((role) => typeof role.until === 'number' && role.until <= soon),
    }[which];
    if (wanted)
      rows.push({ account: account.id, name: account.name, email: account.email, active: account.active, roles });
  }
  return rows.sort((a, b) => a.name.localeCompare(b.name));
}

/** Apps and terms from the policy alone. */
export function offers(world: World): AppOffer[] {
  return Object.values(world.policy.apps).map((app) => ({
    key: app.key,
    name: app.name,
    observe: app.mode === 'observe',
    ...(app.loginUrl === undefined ? {} : { loginUrl: app.loginUrl }),
    owners: app.owners,
    ownerOf: false,
    roles: Object.values(app.roles).map((role) => {
      const { duration, reason } = ruleFor(app, 'grant', role.key);
      return {
        key: role.key,
        base: role.base,
        sensitive: role.sensitive,
        defaultMs: duration.default,
        minMs: duration.min,
        maxMs: duration.max,
        reasonRequired: reason.required,
      };
    }),
  }));
}

/** @throws AccessError `outsider`; DirectoryError */
export async function home(world: World, viewerId: SlackId): Promise<HomeView> {
  const viewer = await actorOf(world, viewerId);
  const [waiting, access, requests] = await Promise.all([
    waitingFor(world, viewer),
    ownAccess(world, viewer),
    world.store.openRequests({ requester: viewer.slack }),
  ]);
  const apps = await Promise.all(
    offers(world).map(async (offer) => {
      const halt = haltOf(await world.store.read('app', offer.key));
      return {
        ...offer,
        ownerOf: await isOwner(world, appOf(world, offer.key), viewer, 'recent'),
        ...(halt === undefined ? {} : { halted: halt.kind }),
      };
    }),
  );
  return { viewer, waiting, access, requests: requests.filter(isOpen), apps };
}

/** Remembers that this person keeps the App Home, so that it is published when something of theirs changes. */
export async function keepsHome(world: World, slack: SlackId): Promise<void> {
  const key = personKey(slack);
  if ((await world.store.read('person', key))?.home === true) return;
  await world.store.commit([`person:${key}`], (view) => {
    const person = view.get('person', key) ?? { slack, accounts: {}, open: [] };
    return { put: [{ kind: 'person', id: key, value: { ...person, home: true } }], result: undefined };
  });
}

const VALUE_MAX = 75;

/**
 * Active accounts by part of a name or e-mail, and the address itself when it is one nobody has. From memory. Where the
 * app is still to be chosen everybody is offered once, by the address all apps know them by.
 */
export function choices(world: World, text: string, app: string | undefined, limit: number): PersonChoice[] {
  const apps = Object.values(world.policy.apps).filter((each) => app === undefined || each.key === app);
  const found = new Map<string, PersonChoice>();
  for (const each of apps) {
    for (const { account } of directoryOf(world, each.key).search(text, limit)) {
      const shared = apps.length > 1 && account.email !== '';
      const value = choiceValue(shared ? undefined : each.key, account);
      const who = shared ? foldEmail(account.email) : `${each.key}/${account.id}`;
      if (account.active === false || value === undefined || found.has(who)) continue;
      found.set(who, { value, name: account.name, email: account.email, ...(shared ? {} : { app: each.key }) });
    }
  }
  return [...found.values()].slice(0, limit);
}

/** By id, where the app is known and it fits Slack's 75 characters; else by address. */
function choiceValue(app: string | undefined, account: Account): string | undefined {
  const byId = app === undefined ? [] : [`account|${app}|${account.id}`];
  return [...byId, `email|${account.email}`].find((value) => value.length <= VALUE_MAX);
}

/** What a value made by `choices`, or one of the fixed forms `me`, `slack|team|user`, `email|…`, stands for. */
export function chosen(value: string): SubjectRef | undefined {
  const [kind, first, ...rest] = value.split('|');
  const last = rest.join('|');
  if (kind === 'me') return { kind: 'me' };
  if (first === undefined || first === '') return undefined;
  if (kind === 'account' && last !== '') return { kind: 'account', app: first, account: last };
  if (kind === 'email') return { kind: 'email', email: rest.length === 0 ? first : `${first}|${last}` };
  if (kind === 'slack' && last !== '') return { kind: 'slack', slack: { team: first, user: last } };
  return undefined;
}
