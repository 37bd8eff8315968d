/** Whether an approved change waited too long to be written (`applyWithin`, docs/rules.md, Time and Pause). */
import { haltOf } from '../groups.ts';
import type { AccessRequest } from '../request.ts';
import type { World } from './world.ts';

/**
 * Counted from when the work could start: the approval, for a linked grant the account being visible, and for both the app
 * going on after a pause. While the app gives nothing no time counts.
 */
export async function isTooLate(world: World, request: AccessRequest): Promise<boolean> {
  const app = request.app === undefined ? undefined : await world.store.read('app', request.app);
  if (haltOf(app) !== undefined) return false;
  const from = Math.max(request.applyFrom ?? request.approvedAt ?? request.receivedAt, app?.resumedAt ?? 0);
  return world.clock.now() - from >= world.policy.applyWithin;
}
