/**
 * What is compared: the directory as mirrored, or live for one difference, and the ledger with all that is under way.
 * Reads; judges by `access/drift.ts` and decides nothing.
 */
import {
  accountIn,
  type Books,
  booksOf,
  type Difference,
  roleIn,
  type Sight,
  type Verdict,
  verdictOn,
} from '../../drift.ts';
import type { Finding, Settled } from '../../drift-record.ts';
import { DirectoryError } from '../../errors.ts';
import { troubleOf } from '../../groups.ts';
import { foldEmail, type Party } from '../../people.ts';
import { type AppPolicy, baseRole, DAY } from '../../policy.ts';
import type { Account, Directory } from '../../ports.ts';
import type { AccessRequest } from '../../request.ts';
import { rolesOf } from '../draft.ts';
import { isKept } from '../guard.ts';
import { directoryOf, type World } from '../world.ts';

/** Both sides as they are compared. */
export interface Seen {
  readonly app: AppPolicy;
  /** Group ids by role key: of roles whose group is linked and in no trouble. */
  readonly groups: Readonly<Record<string, string>>;
  readonly sight: Sight;
  readonly books: Books;
  readonly busy: ReadonlySet<string>;
}

/** From memory: mirror and store. */
export async function seeAll(world: World, app: AppPolicy): Promise<Seen> {
  const directory = directoryOf(world, app.key);
  const record = await world.store.read('app', app.key);
  const groups: Record<string, string> = {};
  for (const role of Object.keys(app.roles)) {
    const id = record?.groups[role]?.id;
    if (id !== undefined && troubleOf(record, role) === undefined) groups[role] = id;
  }
  const members = Object.entries(groups).map(([role, id]) => [role, directory.knownMembers(id)] as const);
  const sight: Sight = {
    accounts: {
      get: (account) => directory.known(account)?.active,
      *keys() {
        for (const { id } of directory.all()) yield id;
      },
    },
    members: Object.fromEntries(members),
  };
  const kept = new Set(app.keep.flatMap((email) => directory.knownBy(email).map(({ id }) => id)));
  const busy = busyIn(directory, await world.store.openRequests({ app: app.key }));
  return { app, groups, sight, books: booksOf(await world.store.holdings({ app: app.key }), busy, kept), busy };
}

/** What requests are giving, taking, or still looking for. */
function busyIn(directory: Directory, open: readonly AccessRequest[]): Set<string> {
  const busy = new Set<string>();
  for (const request of open) {
    if (!isUnderWay(request)) continue;
    const { newAccount, action } = request.ask;
    const made = newAccount === undefined ? [] : directory.knownBy(newAccount.email).map(({ id }) => id);
    const accounts = request.subject?.account === undefined ? made : [request.subject.account];
    const roles = action === 'grant' || action === 'revoke' ? rolesOf(request) : [''];
    for (const account of accounts) for (const role of roles) busy.add(`${account}/${role}`);
  }
  return busy;
}

function isUnderWay({ state, outcome }: AccessRequest): boolean {
  if (state === 'active') return outcome?.kind !== 'confirmed';
  return state === 'approved' || state === 'applying' || state === 'ending';
}

/** How many members of a role are looked at for one who is active. */
const MOST_MEMBERS = 50;

/** One difference, looked at live. */
export interface LookedAt {
  readonly verdict: Verdict;
  readonly account?: Account;
  readonly sight: Sight;
  readonly books: Books;
}

/** @throws DirectoryError */
export async function lookAt(world: World, seen: Seen, difference: Difference): Promise<LookedAt> {
  const { app, groups, busy } = seen;
  const directory = directoryOf(world, app.key);
  const id = accountIn(difference);
  const role = roleIn(difference);
  if (id === undefined) {
    const group = groups[role ?? ''];
    const listed = group === undefined ? 'unknown' : await directory.members(group);
    const sight = await sightOfMembers(world, app, role ?? '', listed);
    return { verdict: verdictOn(difference, app, sight, seen.books), sight, books: seen.books };
  }
  const account = await directory.account(id);
  const members: Record<string, ReadonlySet<string>> = {};
  for (const each of rolesToSee(app, difference)) {
    const group = groups[each];
    const membership = group === undefined ? 'unknown' : await directory.membership(group, id);
    if (membership !== 'unknown') members[each] = new Set(membership === 'in' ? [id] : []);
  }
  const sight: Sight = { accounts: new Map(account === undefined ? [] : [[id, account.active]]), members };
  const kept = new Set(account !== undefined && isKept(app, account) ? [id] : []);
  const books = booksOf(await world.store.holdings({ app: app.key, account: id }), busy, kept);
  const verdict = verdictOn(difference, app, sight, books);
  return { verdict, sight, books, ...(account === undefined ? {} : { account }) };
}

/** Roles whose membership tells about a difference of one account. */
function rolesToSee(app: AppPolicy, difference: Difference): readonly string[] {
  switch (difference.kind) {
    case 'stray':
    case 'lost':
      return [difference.role];
    case 'both':
    case 'none':
      return Object.keys(app.roles);
    case 'disabled_with_grants':
    case 'no_admin':
      return [];
  }
}

/** Members of a role until one who is active is found; too many who are not: not known. */
async function sightOfMembers(
  world: World,
  app: AppPolicy,
  role: string,
  listed: readonly string[] | 'unknown',
): Promise<Sight> {
  const accounts = new Map<string, boolean | 'unknown'>();
  if (listed === 'unknown') return { accounts, members: {} };
  for (const member of listed.slice(0, MOST_MEMBERS)) {
    const account = await directoryOf(world, app.key).account(member);
    if (account !== undefined) accounts.set(member, account.active);
    if (account?.active === true) return { accounts, members: { [role]: new Set(listed) } };
  }
  return { accounts, members: listed.length > MOST_MEMBERS ? {} : { [role]: new Set(listed) } };
}

/** How a finding ended that is no longer so: as was decided, if that is what is seen; otherwise it went by itself. */
export function endOf(app: AppPolicy, { state, decision, difference }: Finding, at: LookedAt): Settled {
  if (state !== 'settling' || decision === undefined) return 'gone';
  if (decision.how === 'adopt') return at.verdict === 'explained' ? 'adopted' : 'gone';
  if (!isRight(app, difference, at)) return 'gone';
  return decision.how === 'end_grants' ? 'ended' : 'put_right';
}

/** Whether it is as putting it right leaves it. */
function isRight(app: AppPolicy, difference: Difference, { sight, books }: LookedAt): boolean {
  const isIn = (role: string | undefined, account: string): boolean => {
    const members = sight.members[role ?? ''] ?? 'unknown';
    return members !== 'unknown' && members.has(account);
  };
  switch (difference.kind) {
    case 'stray':
      return !isIn(difference.role, difference.account);
    case 'lost':
      return isIn(difference.role, difference.account);
    case 'disabled_with_grants':
      return books.ofAccount(difference.account).every((holding) => holding.grants.length === 0);
    case 'both':
      return !isIn(baseRole(app)?.key, difference.account);
    case 'none':
      return isIn(baseRole(app)?.key, difference.account);
    case 'no_admin':
      return true;
  }
}

/** How an account is named to owners: with the Slack person it is bound to, or whose confirmed address it has. */
export async function partyOf(
  world: World,
  app: AppPolicy,
  account: Pick<Account, 'id' | 'email' | 'name'>,
): Promise<Party> {
  const record = await world.store.read('account', `${app.key}/${account.id}`);
  const slack = record?.slack ?? (await confirmed(world, account.email))?.slack;
  return {
    account: account.id,
    email: account.email,
    name: account.name === '' ? account.email : account.name,
    ...(slack === undefined ? {} : { slack }),
  };
}

/** A convenience of the card: while Slack is silent the address has to do. */
async function confirmed(world: World, email: string) {
  if (email === '') return undefined;
  try {
    const person = await world.people.byEmail(foldEmail(email));
    return person?.emailConfirmed === true && person.standing === 'member' ? person : undefined;
  } catch (error) {
    if (error instanceof DirectoryError) return undefined;
    throw error;
  }
}

/** So long ago still counts as "it has come back". */
const MEMORY = 30 * DAY;
const EVENTS = 30;

/** When the same was last put right, or the role last taken away. */
export async function cameBackAfter(world: World, app: AppPolicy, difference: Difference): Promise<number | undefined> {
  const account = accountIn(difference);
  if (account === undefined) return undefined;
  const since = world.clock.now() - MEMORY;
  for (const entry of await world.store.history(`account:${app.key}/${account}`, { limit: EVENTS })) {
    if (entry.at < since) return undefined;
    for (const event of entry.events) {
      const role = 'role' in event ? event.role : undefined;
      if (role !== roleIn(difference) || !('app' in event) || event.app !== app.key) continue;
      if (event.type === 'drift.settled' && event.kind === difference.kind && event.how === 'put_right')
        return entry.at;
      if (difference.kind === 'stray' && event.type === 'access.taken' && event.outcome === 'confirmed')
        return entry.at;
    }
  }
  return undefined;
}
