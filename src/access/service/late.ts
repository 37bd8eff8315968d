/** Whether an approved change waited too long to be written (`applyWithin`, docs/rules.md, Time). */
import type { AccessRequest } from '../request.ts';
import type { World } from './world.ts';

/** Counted from when the work could start: the approval, or for a linked grant the account being visible. */
export function isTooLate(world: World, request: AccessRequest): boolean {
  const from = request.applyFrom ?? request.approvedAt ?? request.receivedAt;
  return world.clock.now() - from >= world.policy.applyWithin;
}
