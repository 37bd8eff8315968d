/**
 * Apps that let only some accounts be touched: those in a group that carries a role, and those made here.
 */
import { refuse } from '../errors.ts';
import type { AppPolicy } from '../policy.ts';
import { membershipOf, type World } from './world.ts';

/**
 * @param unreadable what a membership nobody can read counts as: enough to take access away, not to give or change
 * @throws AccessError `not_assigned`; DirectoryError
 */
export async function needAssigned(
  world: World,
  app: AppPolicy,
  account: string,
  unreadable: 'enough' | 'not_enough',
): Promise<void> {
  if (!app.traits.assignedOnly) return;
  if ((await world.store.read('account', `${app.key}/${account}`))?.madeBy !== undefined) return;
  for (const role of Object.values(app.roles)) {
    const membership = await membershipOf(world, app, role, account);
    if (membership === 'in' || (membership === 'unknown' && unreadable === 'enough')) return;
  }
  refuse({ code: 'not_assigned', app: app.key });
}
