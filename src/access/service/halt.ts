/**
 * What is approved while its app gives nothing: it waits, its cards say so, and it goes on when the app does. Decides
 * nothing about why an app is halted; takes no access away and holds nothing up that does.
 */
import { haltOf } from '../groups.ts';
import { HOUR } from '../policy.ts';
import type { Job, NewJob } from '../ports.ts';
import { type AccessRequest, amend, type Waiting } from '../request.ts';
import { type Draft, draftOn, showCards } from './draft.ts';
import { scheduleApply } from './enter.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** How often what waits looks for itself; `wake` is what it counts on. */
const LOOK_AGAIN = HOUR;

/** Thrown inside the commit that would begin to give something while the app gives nothing: nothing is written. */
export class Halted extends Error {}

/** Called under the app's lock before the first write of a change that gives something. @throws Halted */
export function mustNotHalt(draft: Draft, app: string | undefined): void {
  if (app !== undefined && haltOf(draft.get('app', app)) !== undefined) throw new Halted();
}

const isSame = (a: Waiting | undefined, b: Waiting | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The request with what it waits for; the same object when that is known already. */
function waitingFor(request: AccessRequest, halt: Waiting | undefined): AccessRequest {
  if (isSame(request.waits, halt)) return request;
  const { waits: _waits, ...rest } = request;
  return amend(rest, halt === undefined ? {} : { waits: halt });
}

/** The job of a halted request: its cards say once that it waits; `wake` runs it again, a look every hour is the net below. */
export async function wait(world: World, id: string, app: string): Promise<JobResult> {
  const halted = await world.store.commit([`request:${id}`, `app:${app}`], (view) => {
    const draft = draftOn(view);
    const request = draft.get('request', id);
    const halt = haltOf(draft.get('app', app));
    if (halt === undefined || request === undefined) return draft.change(false);
    const next = waitingFor(request, halt);
    if (next !== request) {
      draft.put('request', id, next);
      showCards(draft, id);
    }
    return draft.change(true);
  });
  return { kind: 'again', due: world.clock.now() + (halted ? LOOK_AGAIN : 0), idle: true };
}

/** To be scheduled in the commit that lets an app go on, or that halts it for another reason. */
export const wakeJob = (app: string, due: number): NewJob => ({ key: `wake:${app}`, kind: 'wake', target: app, due });

/**
 * Job `wake`: brings what the open requests of an app wait for in line with whether it is halted, and lets go on what may.
 * Runs after the commit that resumed the app, so it sees everything that was put to wait before.
 */
export async function wake(world: World, job: Job): Promise<JobResult> {
  const app = job.target;
  for (const open of await world.store.openRequests({ app })) {
    if (open.waits === undefined) continue;
    await world.store.commit([`request:${open.id}`, `app:${app}`], (view) => {
      const draft = draftOn(view);
      const request = draft.get('request', open.id);
      if (request === undefined) return draft.change(undefined);
      const halt = haltOf(draft.get('app', app));
      const next = waitingFor(request, halt);
      if (next === request) return draft.change(undefined);
      draft.put('request', next.id, next);
      showCards(draft, next.id);
      const canStart = next.state === 'applying' || (next.state === 'approved' && next.applyFrom !== undefined);
      if (halt === undefined && canStart) scheduleApply(draft, next);
      return draft.change(undefined);
    });
  }
  return DONE;
}

/** How many open requests of the app wait for it to go on. */
export async function waitingIn(world: World, app: string): Promise<number> {
  return (await world.store.openRequests({ app })).filter((request) => request.waits !== undefined).length;
}
