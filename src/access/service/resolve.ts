/**
 * Job `resolve`: turns what was typed into a request somebody can decide, or into a refusal with its reason.
 * Looks people and accounts up live; the decision is one commit, in `enter.ts`.
 */
import { AccessError, DirectoryError, refuse } from '../errors.ts';
import { HOUR } from '../policy.ts';
import type { Job } from '../ports.ts';
import { isClosed } from '../request.ts';
import { actorOf } from './actor.ts';
import type { Known } from './binding.ts';
import { changeRequest, close, draftOn, record, showCards, system } from './draft.ts';
import { enter } from './enter.ts';
import { matterOf, planFor } from './plan.ts';
import type { Matter } from './planning.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** Look-ups of a request are tried again this long before the person is told to try again themselves. */
const LOOK_FOR = HOUR;

/** @throws DirectoryError to be run again later */
export async function resolve(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request === undefined || request.state !== 'received') return DONE;
  let matter: Matter | undefined;
  try {
    const actor = await actorOf(world, request.requester.slack);
    if (world.store.health().safeMode && request.ask.action !== 'revoke' && request.ask.action !== 'disable') {
      refuse({ code: 'safe_mode' });
    }
    matter = await matterOf(world, request, actor);
    const plan = await planFor(world, matter);
    if ((await enter(world, request, actor, plan)) === 'overtaken') return { kind: 'again', due: world.clock.now() };
  } catch (error) {
    if (error instanceof AccessError && error.refusal.code !== 'store_unavailable') {
      await refuseRequest(world, request.id, error, matter?.known);
      return DONE;
    }
    if (!(error instanceof DirectoryError)) throw error;
    if (world.clock.now() - job.since >= LOOK_FOR) {
      await refuseRequest(world, request.id, new AccessError({ code: 'gave_up_looking' }), matter?.known);
      return DONE;
    }
    if (job.attempts === 0) await stillLooking(world, request.id);
    throw error;
  }
  return DONE;
}

/**
 * Closes a request that cannot be: the requester's card says why. Whose active account it was about is kept, for the
 * next step starts from there; of others nobody learns more.
 */
async function refuseRequest(world: World, id: string, error: AccessError, known: Known | undefined): Promise<void> {
  const subject = known?.account?.active === true ? { subject: known.party } : {};
  await changeRequest(world.store, id, (draft, request) => {
    if (request?.state === 'received') {
      const app = request.ask.app;
      close(draft, request, 'refused', { refusal: error.refusal, ...(app === undefined ? {} : { app }), ...subject });
      record(draft, request, 'request.refused', system('resolve'), { code: error.refusal.code });
      const before = request.after === undefined ? undefined : draft.get('request', request.after);
      // The provision goes on alone; its card no longer promises the role.
      if (before !== undefined && !isClosed(before.state)) {
        draft.put('request', before.id, { ...before, rev: before.rev + 1 });
        showCards(draft, before.id);
      }
    }
  });
}

/** The requester's card says that the look-up goes on. */
async function stillLooking(world: World, id: string): Promise<void> {
  await world.store.commit([`request:${id}`], (view) => {
    const draft = draftOn(view);
    const request = view.get('request', id);
    if (request?.state === 'received') {
      draft.put('request', id, { ...request, rev: request.rev + 1 });
      showCards(draft, id);
    }
    return draft.change(undefined);
  });
}
