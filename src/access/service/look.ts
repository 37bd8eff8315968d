/**
 * What was accepted and is not visible yet: said on the card, and looked for again. Writes nothing to any directory.
 */
import { DAY, HOUR, MINUTE } from '../policy.ts';
import type { Job } from '../ports.ts';
import { amend } from '../request.ts';
import { raiseAlarm } from './alarm.ts';
import { draftOn, showCards } from './draft.ts';
import type { JobResult, World } from './world.ts';

/** How long something given is looked for before it is called failed. What was taken is looked for without end. */
export const LOOK_UNTIL = 2 * DAY;
const LOOK_AGAIN = 15 * MINUTE;

/** When it is looked at again: soon first, then every quarter of an hour. */
export function lookAgain(world: World, job: Job): JobResult {
  return { kind: 'again', due: world.clock.now() + Math.min(LOOK_AGAIN, 10_000 * 2 ** Math.min(job.attempts, 10)) };
}

/** Accepted, not visible yet: said on the card once, looked for again. */
export async function accepted(world: World, job: Job, id: string): Promise<JobResult> {
  await world.store.commit([`request:${id}`], (view) => {
    const draft = draftOn(view);
    const request = view.get('request', id);
    if (request?.state === 'applying' && request.outcome?.kind !== 'accepted') {
      draft.put('request', id, amend(request, { outcome: { kind: 'accepted', since: draft.now } }));
      showCards(draft, id);
    }
    return draft.change(undefined);
  });
  return lookAgain(world, job);
}

/** A removal: the owners hear of it, too, when it is not visible for an hour. */
export async function unseen(world: World, job: Job, id: string): Promise<JobResult> {
  if (world.clock.now() - job.since >= HOUR) {
    await raiseAlarm(world, id, { kind: 'write_failing', detail: 'accepted, but not visible yet' });
  }
  return accepted(world, job, id);
}
