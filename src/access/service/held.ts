/**
 * What an account holds now, and what was last said when its role was asked for. Reads; judges nothing.
 */
import { holdingKey, lastEnd } from '../grant.ts';
import { type AppPolicy, DAY } from '../policy.ts';
import type { Account } from '../ports.ts';
import type { AccessRequest, Held } from '../request.ts';
import { membershipOf, type World } from './world.ts';

/**
 * What the account holds: memberships live, ends from the ledger.
 * @param unreadable a role whose membership cannot be read: counted as held in a removal, which guards and proves itself
 */
export async function heldBy(
  world: World,
  app: AppPolicy,
  account: Account | undefined,
  unreadable: 'held' | 'not_held' = 'not_held',
): Promise<Held> {
  if (account === undefined) return { account: 'none', roles: [] };
  const roles: { role: string; standing: boolean; until?: number }[] = [];
  for (const role of Object.values(app.roles)) {
    const holding = await world.store.read('holding', holdingKey(app.key, account.id, role.key));
    const membership = await membershipOf(world, app, role, account.id);
    const granted = holding !== undefined && holding.grants.length > 0;
    if (membership === 'out' || (membership === 'unknown' && !granted && unreadable === 'not_held')) continue;
    const end = holding === undefined ? undefined : lastEnd(holding);
    const standing = !granted || holding.standing === true;
    roles.push({ role: role.key, standing, ...(standing || end === undefined || end === null ? {} : { until: end }) });
  }
  return { account: account.active === true ? 'active' : account.active === false ? 'inactive' : 'unknown', roles };
}

/** A denial of the same within the last week is shown to whoever decides now. */
export async function lastDenial(
  world: World,
  app: string,
  account: string,
  role: string,
): Promise<AccessRequest['deniedBefore']> {
  const since = world.clock.now() - 7 * DAY;
  for (const entry of await world.store.history(`account:${app}/${account}`, { limit: 30 })) {
    if (entry.at < since) return undefined;
    for (const event of entry.events) {
      if (event.type === 'request.denied' && event.action === 'grant' && event.role === role) {
        return { at: entry.at, ...(event.note?.reason === undefined ? {} : { reason: event.note.reason }) };
      }
    }
  }
  return undefined;
}
