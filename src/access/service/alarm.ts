/**
 * Alarms: something that is wrong and that owners keep hearing about, at once and then daily, until it is right.
 */
import { AccessError, DirectoryError } from '../errors.ts';
import { DAY } from '../policy.ts';
import { type AccessRequest, type Alarm, amend } from '../request.ts';
import { type Draft, draftOn, record, showCards, system } from './draft.ts';
import type { World } from './world.ts';

type Raise = Alarm extends infer A ? (A extends Alarm ? Omit<A, 'since' | 'toldAt'> : never) : never;

/** Raises or renews the alarm of a request; told anew when it is new, of another kind, or a day old. */
export async function raiseAlarm(world: World, id: string, alarm: Raise): Promise<void> {
  await world.store.commit([`request:${id}`], (view) => {
    const draft = draftOn(view);
    const request = view.get('request', id);
    if (request !== undefined) putAlarm(draft, request, alarm);
    return draft.change(undefined);
  });
}

export function putAlarm(draft: Draft, request: AccessRequest, alarm: Raise): AccessRequest {
  const before = request.alarm;
  const same = before?.kind === alarm.kind;
  if (same && draft.now - before.toldAt < DAY) return request;
  const next = amend(request, {
    alarm: { ...alarm, since: same ? before.since : draft.now, toldAt: draft.now },
  });
  draft.put('request', next.id, next);
  if (!same) record(draft, next, 'access.alarm', system('apply'), { why: alarm.kind });
  showCards(draft, next.id);
  return next;
}

/** What kept a change from being made, safe to show. */
export function faultOf(error: unknown): string {
  if (error instanceof DirectoryError) return error.detail;
  return error instanceof AccessError ? error.refusal.code : 'an error of Rolecall itself';
}

/** Whether a failed removal is news: whatever the directory did, and anything once it has begun. Before that a refusal closes it. */
export async function isLoud(world: World, id: string, error: unknown): Promise<boolean> {
  if (error instanceof DirectoryError) return true;
  return (await world.store.read('request', id))?.state === 'applying';
}

/** The request without its alarm. */
export function calm(request: AccessRequest): AccessRequest {
  const { alarm: _alarm, ...rest } = request;
  return rest;
}
