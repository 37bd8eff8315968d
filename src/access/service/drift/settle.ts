/**
 * Job `settle`: sees what was decided about a finding to its end: by the request that does it, by the grants that end, or
 * by one write in the app's lane. Safe to run twice. What does not come about waits for an owner again.
 */
import { accountIn } from '../../drift.ts';
import { changed, type Finding, type Settled, type Undone } from '../../drift-record.ts';
import { DirectoryError } from '../../errors.ts';
import { haltOf } from '../../groups.ts';
import { baseRole, MINUTE } from '../../policy.ts';
import type { Job, WriteOutcome } from '../../ports.ts';
import { isClosed } from '../../request.ts';
import { settleBase } from '../apply-grant.ts';
import { draftOn, system } from '../draft.ts';
import { lookAgain } from '../look.ts';
import { appOf, DONE, directoryOf, groupOf, type JobResult, roleOf, type World } from '../world.ts';
import { settleBaseline } from './baseline.ts';
import { isFinding, putDrift, recordDrift } from './book.ts';
import { endOf, lookAt, seeAll } from './seen.ts';

/** @throws DirectoryError to be run again later */
export async function settle(world: World, job: Job): Promise<JobResult> {
  const record = await world.store.read('drift', job.target);
  if (record?.what === 'baseline') return record.state === 'settling' ? settleBaseline(world, record) : DONE;
  if (!isFinding(record) || record.state !== 'settling' || record.decision === undefined) return DONE;
  if (world.policy.apps[record.app] === undefined) return DONE;
  const { how, request } = record.decision;
  if (request !== undefined) return byRequest(world, record, request);
  if (how === 'end_grants' || record.difference.kind === 'disabled_with_grants') return byEnds(world, job, record);
  return byWrite(world, job, record);
}

type Undo = Undone extends infer U ? (U extends Undone ? Omit<U, 'at'> : never) : never;

/** It waits for an owner again, and its card says why. */
async function undo(world: World, id: string, why: Undo): Promise<JobResult> {
  await world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', id);
    if (!isFinding(now) || now.state !== 'settling') return draft.change(undefined);
    const { decision: _decision, ...rest } = now;
    putDrift(draft, changed<Finding>(rest, { state: 'open', undone: { ...why, at: draft.now } }));
    recordDrift(draft, now, 'drift.undone', system('apply'), { why: why.why });
    return draft.change(undefined);
  });
  return DONE;
}

async function done(world: World, id: string, how: Settled): Promise<JobResult> {
  await world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', id);
    if (!isFinding(now) || now.state !== 'settling') return draft.change(undefined);
    putDrift(draft, changed<Finding>(now, { state: 'closed', settled: { how, at: draft.now } }));
    recordDrift(draft, now, 'drift.settled', system('apply'), { how });
    return draft.change(undefined);
  });
  return DONE;
}

/** An adoption is done when the grant is active, a removal when it is done. Until then the request's end asks again. */
async function byRequest(world: World, finding: Finding, id: string): Promise<JobResult> {
  const request = (await world.store.read('request', id)) ?? (await world.store.closedRequest(id));
  if (request === undefined) return undo(world, finding.id, { why: 'too_late' });
  const observed = request.outcome?.kind === 'observed';
  const given = request.state === 'active' || request.state === 'ending' || request.state === 'ended';
  if (request.state === 'done' || (request.ask.action === 'grant' && given)) {
    if (observed) return undo(world, finding.id, { why: 'observed' });
    return done(world, finding.id, request.ask.action === 'grant' ? 'adopted' : 'put_right');
  }
  if (!isClosed(request.state)) return DONE;
  const { state, refusal, closing } = request;
  const no = refusal ?? (closing?.why === 'refused_at_apply' ? closing.refusal : undefined);
  return undo(world, finding.id, { why: 'request', request: id, state, ...(no === undefined ? {} : { refusal: no }) });
}

/** Done when the ledger holds no grant any more: the ends go on for as long as it takes. */
async function byEnds(world: World, job: Job, { id, app, difference }: Finding): Promise<JobResult> {
  const account = accountIn(difference) ?? '';
  const role = 'role' in difference ? { role: difference.role } : {};
  const held = await world.store.holdings({ app, account, ...role });
  if (held.some((holding) => holding.grants.length > 0)) return lookAgain(world, job);
  return done(world, id, difference.kind === 'lost' ? 'ended' : 'put_right');
}

/** One write, read back, if it still is as it was found. */
async function byWrite(world: World, job: Job, finding: Finding): Promise<JobResult> {
  const { id, difference, decision } = finding;
  const app = appOf(world, finding.app);
  const gives = difference.kind !== 'both';
  const halted = haltOf(await world.store.read('app', app.key)) !== undefined || world.store.health().safeMode;
  if (gives && halted) return { kind: 'again', due: world.clock.now() + MINUTE, idle: true };
  const at = await lookAt(world, await seeAll(world, app), difference);
  if (at.verdict === 'not_so' || at.verdict === 'explained') return done(world, id, endOf(app, finding, at));
  if (world.clock.now() - (decision?.at ?? 0) >= world.policy.applyWithin) return undo(world, id, { why: 'too_late' });
  if (at.verdict === 'unknown') return lookAgain(world, job);
  let outcome: WriteOutcome;
  try {
    outcome = await write(world, finding);
  } catch (error) {
    if (!(error instanceof DirectoryError) || error.fault !== 'rejected' || error.mayHaveApplied) throw error;
    return undo(world, id, { why: 'rejected', detail: error.detail });
  }
  if (outcome.kind === 'observed') return undo(world, id, { why: 'observed' });
  return outcome.kind === 'accepted' ? lookAgain(world, job) : done(world, id, 'put_right');
}

/** Given back under the grant that still holds; or the base group, as the app wants it. */
async function write(world: World, { difference, app: key }: Finding): Promise<WriteOutcome> {
  const app = appOf(world, key);
  const directory = directoryOf(world, key);
  const account = accountIn(difference) ?? '';
  if (difference.kind === 'lost') {
    const given = await directory.add(await groupOf(world, app, roleOf(app, difference.role)), account);
    const [base] = await settleBase(world, { app: key, account }, given);
    return given.kind === 'confirmed' && base?.kind === 'accepted' ? base : given;
  }
  const base = baseRole(app);
  if (base === undefined) throw new Error(`${key} has no base role`);
  const group = await groupOf(world, app, base);
  return difference.kind === 'both' ? directory.remove(group, account) : directory.add(group, account);
}
