/**
 * Job `end`: takes away what a grant gave, on time, however often it takes; and *I'm done*, which is an end now.
 * Never gives up; never takes standing membership or what another grant still holds.
 */
import { refuse } from '../errors.ts';
import { drop, givesUpLasting, type Holding, holdingKey, keepsMembership, setGrant } from '../grant.ts';
import { sameSlack } from '../people.ts';
import { HOUR, MINUTE } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type AccessRequest, amend, move } from '../request.ts';
import { actorOf } from './actor.ts';
import { calm, faultOf, raiseAlarm } from './alarm.ts';
import { ownAccount } from './binding.ts';
import { openRequest } from './decide.ts';
import type { Click } from './desk.ts';
import { changeRequest, close, draftOn, getHolding, putHolding, record, showCards, system } from './draft.ts';
import { lastHolder } from './guard.ts';
import { takeBack } from './take.ts';
import { appOf, DONE, type JobResult, laneOf, RANK, roleOf, type World } from './world.ts';

/** How often a held or not yet visible end is looked at again. */
const LOOK_AGAIN = 15 * MINUTE;
const FIRST_LOOK = 10_000;

interface Ending {
  readonly id: string;
  readonly app: string;
  readonly account: string;
  readonly role: string;
}

function endingOf(request: AccessRequest): Ending | undefined {
  const { app, subject, role, id } = request;
  return app === undefined || subject?.account === undefined || role === undefined
    ? undefined
    : { id, app, account: subject.account, role };
}

/** @throws DirectoryError to be run again later, after the owners have been told */
export async function end(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  const ending = request === undefined ? undefined : endingOf(request);
  if (request === undefined || ending === undefined) return DONE;
  const held = (await world.store.read('holding', holdingKey(ending.app, ending.account, ending.role)))?.grants.find(
    (each) => each.request === ending.id,
  );
  if (held === undefined) return DONE;
  // The end was moved after this job was taken up.
  if (held.until !== null && held.until > world.clock.now()) return { kind: 'again', due: held.until };
  try {
    return await carryOut(world, job, request, ending);
  } catch (error) {
    await raiseAlarm(world, ending.id, { kind: 'end_failing', detail: faultOf(error) });
    throw error;
  }
}

const takesMembership = (holding: Holding, id: string): boolean => !keepsMembership(holding, id);

async function carryOut(world: World, job: Job, request: AccessRequest, ending: Ending): Promise<JobResult> {
  const app = appOf(world, ending.app);
  const role = roleOf(app, ending.role);
  const holding = await world.store.read('holding', holdingKey(ending.app, ending.account, ending.role));
  const observed = request.outcome?.kind === 'observed' || app.mode === 'observe';
  const why = request.closing?.why;
  const taker = why === 'done_early' || why === 'drift' ? 'person' : 'expiry';
  const ends = taker === 'person' ? givesUpLasting : takesMembership;
  if (holding !== undefined && ends(holding, ending.id) && !observed) {
    const last = await lastHolder(world, app, role, ending.account, taker);
    if (last !== undefined) {
      await raiseAlarm(world, ending.id, { kind: 'last_admin_held', role: ending.role });
      return { kind: 'again', due: world.clock.now() + LOOK_AGAIN };
    }
  }
  const begun = await begin(world, ending);
  if (begun !== 'take') return DONE;
  // What was only observed was never given: there is nothing to take, and nothing to claim.
  const nothingGiven = request.outcome?.kind === 'observed';
  const outcome = nothingGiven ? 'observed' : await takeBack(world, app, role, ending.account);
  if (outcome === 'accepted') {
    const now = world.clock.now();
    if (now - job.since >= HOUR) {
      await raiseAlarm(world, ending.id, {
        kind: 'end_failing',
        detail: 'the removal was accepted but is not visible',
      });
    }
    await unseen(world, ending.id);
    return { kind: 'again', due: now + Math.min(LOOK_AGAIN, FIRST_LOOK * 2 ** Math.min(job.attempts, 10)) };
  }
  await finished(world, ending, outcome);
  return DONE;
}

/** Marks the removal as under way, or ends the grant at once where the membership must stay. */
async function begin(world: World, ending: Ending): Promise<'take' | 'kept' | 'gone'> {
  return changeRequest(world.store, ending.id, (draft, request) => {
    const holding = getHolding(draft, ending.app, ending.account, ending.role);
    if (request === undefined || !holding.grants.some((each) => each.request === ending.id)) return 'gone';
    const closing = request.closing ?? { why: 'expired' };
    const started = request.state === 'ending' ? request : move(request, 'ending', { closing });
    if (keepsMembership(holding, ending.id)) {
      putHolding(draft, drop(holding, ending.id));
      close(draft, calm(started), 'ended', { closing });
      record(draft, request, 'access.taken', system('expiry'), { outcome: 'kept', why: closing.why });
      return 'kept';
    }
    if (holding.removing === true && request.state === 'ending') return 'take';
    putHolding(draft, setGrant({ ...holding, removing: true }, ending.id, { state: 'ending' }));
    draft.put('request', ending.id, started);
    record(draft, request, 'access.ending', system('expiry'), { why: closing.why });
    showCards(draft, ending.id);
    return 'take';
  });
}

/** Accepted, not visible yet: said on the card once. */
async function unseen(world: World, id: string): Promise<void> {
  await world.store.commit([`request:${id}`], (view) => {
    const draft = draftOn(view);
    const request = view.get('request', id);
    if (request?.state === 'ending' && request.unseenSince === undefined) {
      draft.put('request', id, amend(request, { unseenSince: draft.now }));
      showCards(draft, id);
    }
    return draft.change(undefined);
  });
}

async function finished(world: World, ending: Ending, outcome: 'confirmed' | 'observed'): Promise<void> {
  await changeRequest(world.store, ending.id, (draft, request) => {
    if (request?.state !== 'ending') return undefined;
    putHolding(draft, drop(getHolding(draft, ending.app, ending.account, ending.role), ending.id));
    const closed = close(draft, calm(request), 'ended', { outcome: { kind: outcome, at: draft.now } });
    record(draft, closed, 'access.taken', system('expiry'), { outcome, why: closed.closing?.why ?? 'expired' });
  });
}

/**
 * *I'm done*: whoever holds the role ends the grant now; having asked for it for somebody else gives no right to take it.
 * @throws AccessError `not_entitled`, `binding_conflict`, `closed`, `last_admin`
 */
export async function finish(world: World, click: Click): Promise<AccessRequest> {
  const actor = await actorOf(world, click.by);
  const request = await openRequest(world, click.request);
  const ending = endingOf(request);
  const own = request.app === undefined ? undefined : await ownAccount(world, request.app, actor);
  const holds = sameSlack(request.subject?.slack, actor.slack) || (own !== undefined && own === ending?.account);
  if (!holds) refuse({ code: 'not_entitled', need: 'holder' });
  if (request.state !== 'active' || ending === undefined)
    return refuse({ code: 'closed', request: request.id, state: request.state });
  const holding = await world.store.read('holding', holdingKey(ending.app, ending.account, ending.role));
  if (holding !== undefined && givesUpLasting(holding, ending.id) && request.outcome?.kind !== 'observed') {
    const app = appOf(world, ending.app);
    const last = await lastHolder(world, app, roleOf(app, ending.role), ending.account, 'person');
    if (last !== undefined) refuse(last);
  }
  return changeRequest(world.store, request.id, (draft, current) => {
    if (current?.state !== 'active')
      return refuse({ code: 'closed', request: request.id, state: current?.state ?? 'ended' });
    const grants = getHolding(draft, ending.app, ending.account, ending.role);
    putHolding(draft, setGrant(grants, request.id, { state: 'ending', until: draft.now }));
    const next = move(current, 'ending', { until: draft.now, closing: { why: 'done_early' } });
    draft.put('request', request.id, next);
    draft.schedule({
      key: `end:${request.id}`,
      kind: 'end',
      target: request.id,
      due: draft.now,
      lane: laneOf(ending.app),
      rank: RANK.end,
    });
    record(
      draft,
      next,
      'access.ending',
      { kind: 'person', slack: actor.slack },
      { why: 'done_early', note: { by: actor.name } },
    );
    showCards(draft, request.id);
    return next;
  });
}
