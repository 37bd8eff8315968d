/**
 * Drift: in what the directory and the ledger of one app differ. Pure; knows no clock, no store, and who is told of it.
 * What cannot be seen, and what is under way, is no difference.
 */
import type { Holding } from './grant.ts';
import { type AppPolicy, baseRole, higherRoles, type Role } from './policy.ts';

/** One thing that is not as the ledger says. */
export type Difference =
  /** A sensitive role that nobody active holds. */
  | { readonly kind: 'no_admin'; readonly role: string }
  /** In the group of a role above base without a grant. */
  | { readonly kind: 'stray'; readonly account: string; readonly role: string }
  /** A grant is active, and the account is not in the group. */
  | { readonly kind: 'lost'; readonly account: string; readonly role: string }
  /** Switched off, while grants go on. */
  | { readonly kind: 'disabled_with_grants'; readonly account: string }
  /** One role at a time, but the account is in the base group and in that of a higher role. */
  | { readonly kind: 'both'; readonly account: string }
  /** Switched on, and in no role group. */
  | { readonly kind: 'none'; readonly account: string };

export type DifferenceKind = Difference['kind'];

/** Two differences are the same one when this is the same. */
export function differenceKey(difference: Difference): string {
  return `${difference.kind}/${roleIn(difference) ?? ''}/${accountIn(difference) ?? ''}`;
}

export const accountIn = (difference: Difference): string | undefined =>
  'account' in difference ? difference.account : undefined;
export const roleIn = (difference: Difference): string | undefined =>
  'role' in difference ? difference.role : undefined;

type Active = boolean | 'unknown';

/** What is seen of the directory: of everybody, or of one account. */
export interface Sight {
  /** Whether an account is switched on; `undefined`: there is none of this id. A `Map` will do. */
  readonly accounts: { get(account: string): Active | undefined; keys(): Iterable<string> };
  /** Account ids by role key. A role left out is not known. */
  readonly members: Readonly<Record<string, ReadonlySet<string> | 'unknown'>>;
}

/** What the ledger says, by account and role. */
export interface Books {
  readonly holdings: readonly Holding[];
  readonly holding: (account: string, role: string) => Holding | undefined;
  readonly ofAccount: (account: string) => readonly Holding[];
  /** Something is being given, taken or looked for: not the time to compare. */
  readonly isBusy: (account: string, role?: string) => boolean;
  /** Accounts the policy keeps: theirs is as it is on purpose. */
  readonly kept: ReadonlySet<string>;
}

/** @param busy `<account>/<role>`, or `<account>/` for all of an account */
export function booksOf(holdings: readonly Holding[], busy: ReadonlySet<string>, kept: ReadonlySet<string>): Books {
  const byAccount = new Map<string, Holding[]>();
  for (const each of holdings) {
    const known = byAccount.get(each.account);
    if (known === undefined) byAccount.set(each.account, [each]);
    else known.push(each);
  }
  const ofAccount = (account: string): readonly Holding[] => byAccount.get(account) ?? [];
  return {
    holdings,
    holding: (account, role) => ofAccount(account).find((each) => each.role === role),
    ofAccount,
    isBusy: (account, role = '') => busy.has(`${account}/`) || busy.has(`${account}/${role}`),
    kept,
  };
}

/**
 * Whether a difference is there: `so`; `explained` by a grant, the policy, or another difference; `not_so`, as the
 * directory shows; `unknown`, because it cannot be seen or something is under way.
 */
export type Verdict = 'so' | 'explained' | 'not_so' | 'unknown';

/** Judges one difference by what is seen and what is written. */
export function verdictOn(difference: Difference, app: AppPolicy, sight: Sight, books: Books): Verdict {
  switch (difference.kind) {
    case 'no_admin':
      return noAdmin(difference.role, app, sight);
    case 'stray':
      return stray(difference, app, sight, books);
    case 'lost':
      return lost(difference, app, sight, books);
    case 'disabled_with_grants':
      return disabledWithGrants(difference.account, sight, books);
    case 'both':
      return both(difference.account, app, sight, books);
    case 'none':
      return none(difference.account, app, sight, books);
  }
}

const roleOfKey = (app: AppPolicy, key: string): Role | undefined =>
  Object.hasOwn(app.roles, key) ? app.roles[key] : undefined;

const isIn = (sight: Sight, role: string, account: string): boolean | 'unknown' => {
  const members = sight.members[role] ?? 'unknown';
  return members === 'unknown' ? 'unknown' : members.has(account);
};

const hasActiveGrant = (holding: Holding): boolean => holding.grants.some((grant) => grant.state === 'active');
const isMoving = (holding: Holding | undefined): boolean =>
  holding?.removing === true || holding?.grants.some((grant) => grant.state !== 'active') === true;

function noAdmin(role: string, app: AppPolicy, sight: Sight): Verdict {
  if (roleOfKey(app, role)?.sensitive !== true) return 'not_so';
  const members = sight.members[role] ?? 'unknown';
  if (members === 'unknown') return 'unknown';
  let unsure = false;
  for (const account of members) {
    const active = sight.accounts.get(account);
    if (active === true) return 'not_so';
    unsure ||= active === 'unknown';
  }
  return unsure ? 'unknown' : 'so';
}

function stray(
  { account, role }: { readonly account: string; readonly role: string },
  app: AppPolicy,
  sight: Sight,
  books: Books,
): Verdict {
  if (roleOfKey(app, role)?.base !== false) return 'not_so';
  const held = isIn(sight, role, account);
  if (held === 'unknown') return 'unknown';
  if (!held || sight.accounts.get(account) === undefined) return 'not_so';
  if (books.kept.has(account)) return 'explained';
  const holding = books.holding(account, role);
  if (books.isBusy(account, role) || isMoving(holding)) return 'unknown';
  return holding !== undefined && holding.grants.length > 0 ? 'explained' : 'so';
}

function lost(
  { account, role }: { readonly account: string; readonly role: string },
  app: AppPolicy,
  sight: Sight,
  books: Books,
): Verdict {
  const holding = books.holding(account, role);
  if (roleOfKey(app, role) === undefined || holding === undefined || !hasActiveGrant(holding)) return 'not_so';
  const held = isIn(sight, role, account);
  if (held === 'unknown') return 'unknown';
  if (held) return 'not_so';
  // Whoever is switched off has one card for all their grants.
  if (books.kept.has(account) || sight.accounts.get(account) === false) return 'explained';
  return books.isBusy(account, role) || isMoving(holding) ? 'unknown' : 'so';
}

function disabledWithGrants(account: string, sight: Sight, books: Books): Verdict {
  const granted = books.ofAccount(account).filter(hasActiveGrant);
  const active = sight.accounts.get(account);
  if (granted.length === 0 || active === true || active === undefined) return 'not_so';
  if (active === 'unknown') return 'unknown';
  if (books.kept.has(account)) return 'explained';
  return granted.every((each) => books.isBusy(account, each.role) || isMoving(each)) ? 'unknown' : 'so';
}

function both(account: string, app: AppPolicy, sight: Sight, books: Books): Verdict {
  const base = baseRole(app);
  if (!app.exclusive || base === undefined) return 'not_so';
  const inBase = isIn(sight, base.key, account);
  if (inBase !== true) return inBase === false ? 'not_so' : 'unknown';
  const higher = higherRoles(app).map((role) => isIn(sight, role.key, account));
  if (!higher.includes(true)) return higher.includes('unknown') ? 'unknown' : 'not_so';
  if (sight.accounts.get(account) === undefined) return 'not_so';
  if (books.kept.has(account)) return 'explained';
  return isAccountBusy(account, app, books) ? 'unknown' : 'so';
}

function none(account: string, app: AppPolicy, sight: Sight, books: Books): Verdict {
  const active = sight.accounts.get(account);
  if (baseRole(app) === undefined || app.traits.assignedOnly || active === false || active === undefined)
    return 'not_so';
  const held = Object.keys(app.roles).map((role) => isIn(sight, role, account));
  if (held.includes(true)) return 'not_so';
  if (held.includes('unknown') || active === 'unknown') return 'unknown';
  if (books.kept.has(account)) return 'explained';
  return isAccountBusy(account, app, books) ? 'unknown' : 'so';
}

const isAccountBusy = (account: string, app: AppPolicy, books: Books): boolean =>
  Object.keys(app.roles).some((role) => books.isBusy(account, role) || isMoving(books.holding(account, role)));

/** Everything that differs, the gravest first; the same for the same directory and ledger, however they are listed. */
export function differences(app: AppPolicy, sight: Sight, books: Books): Difference[] {
  const found: Difference[] = [];
  for (const candidate of candidates(app, sight, books)) {
    if (verdictOn(candidate, app, sight, books) === 'so') found.push(candidate);
  }
  return inOrder(app, found);
}

/** Each thing that could differ, once. */
function* candidates(app: AppPolicy, sight: Sight, books: Books): Generator<Difference> {
  const higher = new Set<string>();
  for (const role of Object.values(app.roles)) {
    if (role.sensitive) yield { kind: 'no_admin', role: role.key };
    const members = sight.members[role.key] ?? 'unknown';
    if (members === 'unknown') continue;
    if (role.base) continue;
    for (const account of members) {
      yield { kind: 'stray', account, role: role.key };
      if (app.exclusive) higher.add(account);
    }
  }
  for (const account of higher) yield { kind: 'both', account };
  const off = new Set<string>();
  for (const { account, role } of books.holdings) {
    yield { kind: 'lost', account, role };
    if (!off.has(account)) yield { kind: 'disabled_with_grants', account };
    off.add(account);
  }
  if (baseRole(app) === undefined || app.traits.assignedOnly) return;
  const listed = Object.keys(app.roles).map((role) => sight.members[role] ?? 'unknown');
  if (listed.includes('unknown')) return;
  // Everybody is asked about, and nearly everybody is in a group: that must not cost much.
  const groups = listed.filter((members) => members !== 'unknown').sort((a, b) => b.size - a.size);
  for (const account of sight.accounts.keys()) {
    if (!groups.some((members) => members.has(account))) yield { kind: 'none', account };
  }
}

const GRAVITY: Readonly<Record<DifferenceKind, number>> = {
  no_admin: 0,
  disabled_with_grants: 2,
  stray: 3,
  lost: 4,
  both: 5,
  none: 6,
};

/** Whether it concerns a role that is guarded. */
export function isGrave(app: AppPolicy, difference: Difference): boolean {
  const role = roleIn(difference);
  return role !== undefined && roleOfKey(app, role)?.sensitive === true;
}

/** Sensitive roles first, then by kind; the rest decides only that the order is always the same. */
export function inOrder(app: AppPolicy, all: readonly Difference[]): Difference[] {
  const weight = (difference: Difference): string =>
    `${isGrave(app, difference) ? 0 : 1}${GRAVITY[difference.kind]} ${differenceKey(difference)}`;
  return all
    .map((difference) => ({ difference, weight: weight(difference) }))
    .sort((a, b) => (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : 0))
    .map(({ difference }) => difference);
}
