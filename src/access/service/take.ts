/**
 * Taking a role from an account in the directory, never leaving it in no role group on the way.
 * One small plan for expiry, revoke and disable; knows no request.
 */
import { troubleOf } from '../groups.ts';
import { type AppPolicy, baseRole, type Role } from '../policy.ts';
import type { WriteOutcome } from '../ports.ts';
import { directoryOf, groupOf, type World } from './world.ts';

/** Of several writes, the weakest thing that can be said. */
export function weakest(outcomes: readonly WriteOutcome[]): WriteOutcome['kind'] {
  if (outcomes.some((each) => each.kind === 'accepted')) return 'accepted';
  return outcomes.some((each) => each.kind === 'observed') ? 'observed' : 'confirmed';
}

/**
 * Base group first, read back; then the removal, read back. `accepted`: something is not visible yet, so it is not
 * done; running it again is safe. `keepBase: false` for an account that is being disabled. @throws DirectoryError
 */
export async function takeRole(
  world: World,
  app: AppPolicy,
  role: Role,
  account: string,
  options: { readonly keepBase: boolean },
): Promise<WriteOutcome['kind']> {
  const directory = directoryOf(world, app.key);
  const base = options.keepBase ? await clearBase(world, app) : undefined;
  if (base !== undefined && base.key !== role.key && !(await holdsAnother(world, app, role, account))) {
    const group = await groupOf(world, app, base);
    const added = await directory.add(group, account);
    // Not there yet is waited for; where nobody can ever say, the access must go all the same.
    if (added.kind === 'accepted' && (await directory.membership(group, account)) === 'out') return 'accepted';
  }
  return (await directory.remove(await groupOf(world, app, role), account)).kind;
}

/**
 * `takeRole` as the account stands now: switched off it needs no base role, and one that is gone is taken from its group
 * only if that still names it. @throws DirectoryError
 */
export async function takeBack(
  world: World,
  app: AppPolicy,
  role: Role,
  account: string,
): Promise<WriteOutcome['kind']> {
  const directory = directoryOf(world, app.key);
  const live = await directory.account(account);
  // "Not there" is also what a wrong address answers: the group has to say so, too.
  if (live === undefined && (await directory.membership(await groupOf(world, app, role), account)) !== 'in')
    return 'confirmed';
  return takeRole(world, app, role, account, { keepBase: live !== undefined && live.active !== false });
}

/** The base role, unless its own group is in trouble: then the access must go all the same. */
async function clearBase(world: World, app: AppPolicy): Promise<Role | undefined> {
  const base = baseRole(app);
  const record = await world.store.read('app', app.key);
  return base === undefined || troubleOf(record, base.key) !== undefined ? undefined : base;
}

/** Roles whose group is in trouble come last: what fails for them must not keep the others from being taken. */
export async function clearFirst(world: World, app: AppPolicy, roles: readonly Role[]): Promise<Role[]> {
  const record = await world.store.read('app', app.key);
  const troubled = (role: Role): boolean => troubleOf(record, role.key) !== undefined;
  return [...roles.filter((role) => !troubled(role)), ...roles.filter(troubled)];
}

/** Whether the account is known to be in the group of some other role. */
async function holdsAnother(world: World, app: AppPolicy, role: Role, account: string): Promise<boolean> {
  const record = await world.store.read('app', app.key);
  for (const other of Object.values(app.roles)) {
    if (other.key === role.key || troubleOf(record, other.key) !== undefined) continue;
    const membership = await directoryOf(world, app.key).membership(await groupOf(world, app, other), account);
    if (membership === 'in') return true;
  }
  return false;
}
