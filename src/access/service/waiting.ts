/**
 * The timers of a request that waits for people: `escalate` (also: is anybody left to decide?) and `lapse`.
 */

import { personKey } from '../people.ts';
import { ruleFor } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type AccessRequest, type Approver, amend, currentStep, isResolved, type Step } from '../request.ts';
import { type Asking, escalationFor, samePersonAs, stillThere } from './approvers.ts';
import { changeRequest, close, draftOn, record, showCards, system } from './draft.ts';
import { CHECK_APPROVERS } from './enter.ts';
import { appOf, DONE, type JobResult, type World } from './world.ts';

/**
 * Adds the people of `escalate` when the time has come, or as soon as nobody who was asked is left; closes the request
 * when nobody is left at all. @throws DirectoryError to be run again later
 */
export async function escalate(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  const waiting = request === undefined ? undefined : currentStep(request);
  if (request === undefined || waiting === undefined || !isResolved(request)) return DONE;
  const app = appOf(world, request.app);
  const rule = ruleFor(app, request.ask.action, request.role);
  const asking: Asking = { app, requester: request.requester, subject: request.subject };
  // Who has agreed in an earlier step has had their say: one person counts once.
  const asked = waiting.step.approvers.filter((each) => !hasDecided(world, request, each));
  const there = await stillThere(world, app, rule, asked);
  const timeUp = !waiting.step.escalated && world.clock.now() >= (request.escalateAt ?? Number.POSITIVE_INFINITY);
  const escalated = there.length === 0 || timeUp ? await escalationFor(world, asking, rule.escalateTo) : [];
  const more = escalated.filter((each) => !hasDecided(world, request, each));
  const approvers = merge(there, more);
  if (approvers.length === 0) {
    await nobodyLeft(world, request.id);
    return DONE;
  }
  const changed = there.length < asked.length || approvers.length > there.length;
  if (changed || timeUp) await replaceStep(world, request.id, waiting.index, approvers, timeUp || there.length === 0);
  return { kind: 'again', due: nextCheck(world, request, waiting.step.escalated || timeUp) };
}

const hasDecided = (world: World, { decisions }: AccessRequest, approver: Approver): boolean =>
  decisions.some((each) => samePersonAs(world, each.by, approver));

function nextCheck(world: World, request: AccessRequest, escalated: boolean): number {
  const check = world.clock.now() + CHECK_APPROVERS;
  return escalated || request.escalateAt === undefined
    ? check
    : Math.min(check, Math.max(request.escalateAt, world.clock.now()));
}

function merge(there: readonly Approver[], more: readonly Approver[]): Approver[] {
  const known = new Set(there.map((each) => personKey(each.slack)));
  return [...there, ...more.filter((each) => !known.has(personKey(each.slack)))];
}

async function replaceStep(
  world: World,
  id: string,
  index: number,
  approvers: readonly Approver[],
  escalated: boolean,
): Promise<void> {
  await world.store.commit([`request:${id}`], (view) => {
    const draft = draftOn(view);
    const request = view.get('request', id);
    const waiting = request === undefined ? undefined : currentStep(request);
    if (request === undefined || waiting?.index !== index) return draft.change(undefined);
    const step: Step = { ...waiting.step, approvers, escalated: waiting.step.escalated || escalated };
    const next = amend(request, { steps: request.steps.map((each, at) => (at === index ? step : each)) });
    draft.put('request', id, next);
    record(draft, next, 'request.escalated', system('escalation'), {
      approvers: approvers.map((each) => personKey(each.slack)),
    });
    showCards(draft, id);
    return draft.change(undefined);
  });
}

async function nobodyLeft(world: World, id: string): Promise<void> {
  await changeRequest(world.store, id, (draft, request) => {
    if (request?.state !== 'pending') return undefined;
    close(draft, request, 'cancelled', { closing: { why: 'nobody_left' } });
    record(draft, request, 'request.cancelled', system('escalation'), { why: 'nobody_left' });
  });
}

/** Nobody decided in time. */
export async function lapse(world: World, job: Job): Promise<JobResult> {
  const id = job.target;
  return changeRequest(world.store, id, (draft, request) => {
    if (request?.state !== 'pending') return DONE;
    if (request.lapseAt !== undefined && request.lapseAt > draft.now) {
      return { kind: 'again', due: request.lapseAt };
    }
    const lapsed = close(draft, request, 'lapsed', { closing: { why: 'nobody_decided' } });
    record(draft, lapsed, 'request.lapsed', system('lapse'), {});
    return DONE;
  });
}
