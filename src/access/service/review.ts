/**
 * Review of grants without an end: when the date has come the owners are asked daily, until one keeps it for another
 * period or takes it away.
 */
import { refuse } from '../errors.ts';
import { setGrant } from '../grant.ts';
import { DAY, REVIEW_AFTER } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type AccessRequest, amend } from '../request.ts';
import { actorOf } from './actor.ts';
import { calm, raiseAlarm } from './alarm.ts';
import { isOwner, samePersonAs } from './approvers.ts';
import { personParty } from './binding.ts';
import { openRequest } from './decide.ts';
import type { Click } from './desk.ts';
import { changeRequest, type Draft, getHolding, putHolding, record, showCards } from './draft.ts';
import { appOf, DONE, type JobResult, type World } from './world.ts';

/** The review of a grant is due at `at`. */
export function scheduleReview(draft: Draft, id: string, at: number): void {
  draft.schedule({ key: `review:${id}`, kind: 'review', target: id, due: at });
}

/** Job `review`: asks the owners, today and every day that nobody answers. */
export async function review(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request?.state !== 'active' || request.until !== undefined) return DONE;
  await raiseAlarm(world, request.id, { kind: 'review_due' });
  return { kind: 'again', due: world.clock.now() + DAY };
}

/**
 * An owner keeps a grant without an end for another period. Never the holder. @throws AccessError `not_entitled`,
 * `self_approval`, `closed`; DirectoryError
 */
export async function keep(world: World, click: Click): Promise<AccessRequest> {
  const actor = await actorOf(world, click.by);
  const request = await openRequest(world, click.request);
  const { app, subject, role } = request;
  if (
    request.alarm?.kind !== 'review_due' ||
    app === undefined ||
    subject?.account === undefined ||
    role === undefined
  ) {
    return refuse({ code: 'closed', request: request.id, state: request.state });
  }
  const { account } = subject;
  if (!(await isOwner(world, appOf(world, app), actor))) refuse({ code: 'not_entitled', need: 'owner' });
  if (samePersonAs(world, personParty(actor), subject)) refuse({ code: 'self_approval' });
  return changeRequest(world.store, request.id, (draft, current) => {
    if (current?.state !== 'active' || current.alarm?.kind !== 'review_due') {
      return refuse({ code: 'closed', request: request.id, state: current?.state ?? 'ended' });
    }
    const at = draft.now + REVIEW_AFTER;
    putHolding(draft, setGrant(getHolding(draft, app, account, role), current.id, { review: at }));
    const next = amend(calm(current), { reviewAt: at });
    draft.put('request', next.id, next);
    record(draft, next, 'access.reviewed', { kind: 'person', slack: actor.slack }, { note: { by: actor.name } });
    scheduleReview(draft, next.id, at);
    showCards(draft, next.id);
    return next;
  });
}
