/**
 * Who holds what in one app, judged from what was just read: sensitive roles, kept accounts, seats, people in two groups
 * or in none. Pure; asks nobody.
 */
import { counted, type Finding, fault, ok, some, unchecked, warning } from '../access/finding.ts';
import { foldEmail } from '../access/people.ts';
import { type AppPolicy, baseRole, type Role } from '../access/policy.ts';
import type { Account } from '../access/ports.ts';
import { addressesOf } from './account.ts';

/** Everybody the service lists, and whether that is everybody. */
export interface Census {
  readonly accounts: readonly Account[];
  readonly complete: boolean;
}

/** Members of a role's group: account ids, or why they are not known. */
export type Holders = readonly string[] | 'unlisted' | 'no group';

/** From this share of the seats on there is something to say. */
const SEATS_LOW = 0.9;

const nameOf = (account: Account): string => account.email || account.userName || account.id;
const namesOf = (accounts: readonly Account[]): string => some(accounts.map(nameOf).sort());
const isList = (holders: Holders | undefined): holders is readonly string[] =>
  holders !== undefined && typeof holders !== 'string';

/** @param claims approved provisions whose account is not there yet */
export function examinePeople(
  app: AppPolicy,
  census: Census,
  holders: ReadonlyMap<string, Holders>,
  claims: number | 'unknown',
): Finding[] {
  const known = new Map(census.accounts.map((account) => [account.id, account]));
  return [
    ...Object.values(app.roles).flatMap((role) => holdersOf(app, role, holders.get(role.key), known, census)),
    ...app.keep.flatMap((email) => kept(app, email, census, holders)),
    ...seats(app, census, claims),
    ...inGroups(app, census, holders),
  ];
}

function holdersOf(
  app: AppPolicy,
  role: Role,
  ids: Holders | undefined,
  known: ReadonlyMap<string, Account>,
  census: Census,
): Finding[] {
  const subject = `${role.key} now`;
  if (!isList(ids)) {
    if (!role.sensitive) return [];
    return [unchecked(subject, ids === 'unlisted' ? 'its members are not listed' : 'its group is not certain')];
  }
  const accounts = ids.flatMap((id) => known.get(id) ?? []);
  const active = accounts.filter((account) => account.active === true);
  const inactive = accounts.filter((account) => account.active === false);
  const found: Finding[] = [];
  if (role.sensitive) {
    if (active.length > 0) found.push(ok(subject, `${active.length} active: ${namesOf(active)}`));
    else if (!census.complete) found.push(unchecked(subject, 'not all accounts could be read'));
    else {
      const fix = `make somebody ${role.key} in the console of ${app.name} now: whoever is locked out there cannot be helped from here`;
      found.push(fault(subject, `nobody active is in ${role.group}`, fix));
    }
    if (inactive.length > 0) {
      const fix = `take them out of ${role.group}: enabling such an account gives ${role.key} back unasked`;
      found.push(
        warning(subject, `${counted(inactive.length, 'inactive account')} in ${role.group}: ${namesOf(inactive)}`, fix),
      );
    }
  }
  const nobody = ids.filter((id) => !known.has(id));
  if (census.complete && nobody.length > 0) {
    const what = `${counted(nobody.length, 'member')} of ${role.group} ${nobody.length === 1 ? 'is no account' : 'are no accounts'} that this token sees`;
    found.push(warning(`members of ${role.key}`, what, `look at ${role.group} in the console of ${app.name}`));
  }
  return found;
}

/** `keep:` declares holders of every sensitive role that are never removed or disabled. */
function kept(app: AppPolicy, email: string, census: Census, holders: ReadonlyMap<string, Holders>): Finding[] {
  const subject = 'keep';
  const matches = census.accounts.filter((account) => addressesOf(account).includes(foldEmail(email)));
  const [account] = matches;
  if (account === undefined) {
    if (!census.complete) return [unchecked(subject, `${email}: not all accounts could be read`)];
    const fix = 'correct the address under keep:, or make the account; as it is it protects nobody';
    return [fault(subject, `${email} has no account`, fix)];
  }
  if (matches.length > 1) {
    return [fault(subject, `${email} has ${matches.length} accounts`, 'leave one of them with this address')];
  }
  if (account.active !== true) {
    const what = `${email} is ${account.active === false ? 'inactive' : 'perhaps inactive: the service does not say'}`;
    return [fault(subject, what, 'enable it in the app: it must be able to log in when nobody else can')];
  }
  const guarded = Object.values(app.roles).filter((role) => role.sensitive);
  const outside = guarded.filter((role) => {
    const ids = holders.get(role.key);
    return isList(ids) && !ids.includes(account.id);
  });
  if (outside.length > 0) {
    const roles = outside.map((role) => role.key).join(', ');
    const fix = `make it ${roles} in the app, or take it out of keep:, which says that it always is`;
    return [fault(subject, `${email} is not ${roles}`, fix)];
  }
  const unsure = guarded.filter((role) => !isList(holders.get(role.key))).map((role) => role.key);
  if (unsure.length > 0)
    return [unchecked(subject, `${email} is active; whether it is ${unsure.join(', ')} is not known`)];
  const roles = guarded.map((role) => role.key).join(', ');
  return [ok(subject, `${email} is active${roles === '' ? '' : ` and ${roles}`}`)];
}

function seats(app: AppPolicy, census: Census, claims: number | 'unknown'): Finding[] {
  if (app.seats === undefined) return [];
  const active = census.accounts.filter((account) => account.active !== false).length;
  if (!census.complete)
    return [unchecked('seats', `at least ${active} of ${app.seats} used: not all accounts could be read`)];
  const used = active + (claims === 'unknown' ? 0 : claims);
  const waiting =
    claims === 'unknown' ? '; approved ones not counted' : claims > 0 ? `, ${claims} of them approved` : '';
  const what = `${used} of ${app.seats} used${waiting}`;
  const fix = 'disable accounts that nobody uses, or buy seats and raise seats: in the policy';
  if (used >= app.seats) return [warning('seats', `${what}: the next provision is refused`, fix)];
  return [used >= app.seats * SEATS_LOW ? warning('seats', what, fix) : ok('seats', what)];
}

function inGroups(app: AppPolicy, census: Census, holders: ReadonlyMap<string, Holders>): Finding[] {
  const roles = Object.values(app.roles);
  if (roles.length === 0) return [];
  const sets = new Map<string, ReadonlySet<string>>();
  for (const role of roles) {
    const ids = holders.get(role.key);
    if (isList(ids)) sets.set(role.key, new Set(ids));
  }
  const base = baseRole(app);
  const active = census.accounts.filter((account) => account.active !== false);
  const found: Finding[] = [];
  const baseIds = base === undefined ? undefined : sets.get(base.key);
  const upper = roles.filter((role) => !role.base && sets.has(role.key));
  if (base !== undefined && baseIds !== undefined && upper.length > 0) {
    const both = active.filter(({ id }) => baseIds.has(id) && upper.some((role) => sets.get(role.key)?.has(id)));
    const what = `${counted(both.length, 'account')} in ${base.group} and in the group of a higher role`;
    if (app.exclusive && both.length > 0) {
      const fix = `the policy says exclusive: take them out of ${base.group}, or take exclusive out of the policy`;
      found.push(warning('in both', `${what}: ${namesOf(both)}`, fix));
    } else found.push(ok('in both', `${what}${both.length > 0 ? '; the higher role counts, by priority' : ''}`));
  }
  const blind = roles.filter((role) => !sets.has(role.key));
  if (blind.length > 0) {
    const names = blind.map((role) => role.group).join(', ');
    found.push(unchecked('in none', `the members of ${names} are not known`));
    return found;
  }
  const none = active.filter(({ id }) => ![...sets.values()].some((ids) => ids.has(id)));
  if (none.length > 0 && app.traits.assignedOnly) {
    const what = `${counted(none.length, 'active account')} in no role group: left alone, because nobody assigned them`;
    found.push(ok('in none', what));
  } else if (none.length > 0 && base !== undefined) {
    const what = `${counted(none.length, 'active account')} in no role group: ${namesOf(none)}`;
    const fix = `add them to ${base.group}, or disable them if nobody uses them`;
    found.push(warning('in none', what, fix));
  } else if (census.complete) found.push(ok('in none', `${counted(none.length, 'active account')} in no role group`));
  else found.push(unchecked('in none', 'not all accounts could be read'));
  return found;
}
