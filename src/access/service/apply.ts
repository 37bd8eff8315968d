/**
 * Job `apply`: carries an approved request out, in its app's lane. Dispatches by action; each is safe to run twice.
 */
import { AccessError, DirectoryError } from '../errors.ts';
import { haltOf } from '../groups.ts';
import { MINUTE } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type Action, gives } from '../request.ts';
import { applyDisable, applyEnable } from './apply-account.ts';
import { applyGrant, failed } from './apply-grant.ts';
import { applyProvision } from './apply-provision.ts';
import { applyRevoke } from './apply-revoke.ts';
import { applyUpdate } from './apply-update.ts';
import { Halted, wait } from './halt.ts';
import { isTooLate } from './late.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** What ends with the directory's definite no. */
const SETTLES: ReadonlySet<Action> = new Set(['provision', 'enable', 'update']);

/** @throws DirectoryError to be run again later */
export async function apply(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request === undefined || (request.state !== 'approved' && request.state !== 'applying')) return DONE;
  const takes = !gives(request.ask.action);
  if (world.store.health().safeMode && !takes && !(await isTooLate(world, request))) {
    // The history has a hole: nothing is given until somebody has looked. What was begun waits to be given up.
    if (request.state === 'approved') return failed(world, request.id, 'safe mode', { code: 'safe_mode' });
    return { kind: 'again', due: world.clock.now() + MINUTE };
  }
  const app = request.app ?? '';
  // What has begun may have been written: it is brought to its end.
  if (!takes && request.state === 'approved' && haltOf(await world.store.read('app', app)) !== undefined)
    return wait(world, request.id, app);
  try {
    switch (request.ask.action) {
      case 'grant':
        return await applyGrant(world, request);
      case 'revoke':
        return await applyRevoke(world, job, request);
      case 'provision':
        return await applyProvision(world, job, request);
      case 'disable':
        return await applyDisable(world, job, request);
      case 'enable':
        return await applyEnable(world, job, request);
      case 'update':
        return await applyUpdate(world, job, request);
    }
  } catch (error) {
    if (error instanceof Halted) return wait(world, request.id, app);
    // A refusal found before anything was written. One found later (a group gone) must not end a removal: again, later.
    if (error instanceof AccessError && error.refusal.code !== 'store_unavailable' && request.state === 'approved') {
      return failed(world, request.id, error.refusal.code, error.refusal);
    }
    // The directory's definite no. What takes access away keeps trying: the owners have been told.
    if (
      error instanceof DirectoryError &&
      error.fault === 'rejected' &&
      !error.mayHaveApplied &&
      SETTLES.has(request.ask.action)
    ) {
      return failed(world, request.id, error.detail);
    }
    throw error;
  }
}
