/**
 * The last-Admin guard (docs/rules.md, Last Admin): nobody takes away the last account that holds a sensitive role.
 * Reads live, inside the app's lane immediately before a write; decides nothing else.
 */
import { type Refusal, refuse } from '../errors.ts';
import { type Holding, holdingKey, holdsWithoutEnd } from '../grant.ts';
import { troubleOf } from '../groups.ts';
import { foldEmail } from '../people.ts';
import type { AppPolicy, Role } from '../policy.ts';
import type { Account } from '../ports.ts';
import { directoryOf, groupOf, type World } from './world.ts';

/** `person`: somebody without an end must remain. `expiry`: somebody must remain. */
export type Taker = 'person' | 'expiry';

/**
 * @returns the refusal, or `undefined` when taking `role` from `account` leaves somebody who counts.
 * @throws DirectoryError when the members or an account could not be read: then nothing is taken, either.
 */
export async function lastHolder(
  world: World,
  app: AppPolicy,
  role: Role,
  account: string,
  taker: Taker,
): Promise<Refusal | undefined> {
  if (!role.sensitive) return undefined;
  const directory = directoryOf(world, app.key);
  const { group, members } = await holdersOf(world, app, role);
  const refusal = (unreadable: boolean): Refusal => ({
    code: 'last_admin',
    app: app.key,
    role: role.key,
    unreadable,
    handOver: true,
  });
  if (members === 'unknown') return (await keeperHolds(world, app, group, account)) ? undefined : refusal(true);
  const self = await directory.account(account);
  // An account that does not count takes nothing away with it. One the list leaves out is asked about by itself.
  if (self?.active === false) return undefined;
  if (!members.includes(account) && (group === undefined || (await directory.membership(group, account)) === 'out'))
    return undefined;
  const ledger = await ledgerOf(world, app, role, members);
  for (const member of members) {
    if (member === account) continue;
    const holding = ledger.get(member);
    if (holding?.removing === true) continue;
    if (taker === 'person' && !holdsWithoutEnd(holding)) continue;
    const other = await directory.account(member);
    if (other?.active === true) return undefined;
  }
  return refusal(false);
}

/**
 * Who is in the group of the role, live. A group that is gone carries nobody; whom it carried when it was last seen still
 * counts. Of two groups of one name nobody knows which it is.
 */
async function holdersOf(
  world: World,
  app: AppPolicy,
  role: Role,
): Promise<{ readonly group?: string; readonly members: readonly string[] | 'unknown' }> {
  const directory = directoryOf(world, app.key);
  const trouble = troubleOf(await world.store.read('app', app.key), role.key);
  switch (trouble?.kind) {
    case 'gone': {
      const seen = directory.knownMembers(trouble.group.id);
      return { members: seen === 'unknown' ? [] : [...seen] };
    }
    case 'missing':
      return { members: [] };
    case 'doubled':
      return { members: 'unknown' };
    case 'shared':
      return { group: trouble.group.id, members: await directory.members(trouble.group.id) };
    case undefined: {
      const group = await groupOf(world, app, role);
      return { group, members: await directory.members(group) };
    }
  }
}

async function ledgerOf(
  world: World,
  app: AppPolicy,
  role: Role,
  members: readonly string[],
): Promise<Map<string, Holding>> {
  const found = new Map<string, Holding>();
  for (const member of members) {
    const holding = await world.store.read('holding', holdingKey(app.key, member, role.key));
    if (holding !== undefined) found.set(member, holding);
  }
  return found;
}

/** Members unreadable: a `keep:` account that is active and not known to be outside the group stands in for them. */
async function keeperHolds(world: World, app: AppPolicy, group: string | undefined, account: string): Promise<boolean> {
  const directory = directoryOf(world, app.key);
  for (const email of app.keep) {
    const found = await directory.find(email);
    const [keeper] = found;
    if (found.length !== 1 || keeper === undefined || keeper.id === account || keeper.active !== true) continue;
    if (group === undefined || (await directory.membership(group, keeper.id)) !== 'out') return true;
  }
  return false;
}

/** Whether the policy keeps this account from being removed or disabled. Its further e-mails prove nothing. */
export function isKept(app: AppPolicy, account: Pick<Account, 'userName' | 'email'>): boolean {
  const names = [account.userName, account.email].map(foldEmail);
  return app.keep.some((each) => names.includes(foldEmail(each)));
}

/** The last-Admin guard for each role. @throws AccessError `last_admin` */
export async function guard(world: World, app: AppPolicy, roles: readonly Role[], account: Account): Promise<void> {
  for (const role of roles) {
    const refusal = await lastHolder(world, app, role, account.id, 'person');
    if (refusal !== undefined) refuse(refusal);
  }
}
