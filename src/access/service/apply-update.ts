/**
 * `apply` of an update: each attribute written and read back, each with its own outcome; what was taken and does not show
 * is looked for by `verify`, which only reads. Running it again writes nothing that is so already.
 */
import { foldEmail } from '../people.ts';
import type { AccountAttribute } from '../policy.ts';
import type { AccountChanges, AttributeOutcome, Job } from '../ports.ts';
import { type AccessRequest, amend, type ResolvedRequest } from '../request.ts';
import { calm } from './alarm.ts';
import { begin, tooLate } from './apply-account.ts';
import { failed } from './apply-grant.ts';
import { changed, isSo } from './changes.ts';
import { changeRequest, close, type Draft, noteOf, record, showCards, system } from './draft.ts';
import { isTooLate } from './late.ts';
import { LOOK_UNTIL, lookAgain } from './look.ts';
import { identityRefusal } from './plan-update.ts';
import { appOf, DONE, directoryOf, type JobResult, laneOf, RANK, type World } from './world.ts';

type Outcomes = Readonly<Partial<Record<AccountAttribute, AttributeOutcome>>>;

/** What an update is to write. */
function wantedOf({ attributes = {} }: AccessRequest): AccountChanges {
  return Object.fromEntries(changed(attributes).map((each) => [each, attributes[each]?.to ?? '']));
}

/** @throws DirectoryError to be run again later */
export async function applyUpdate(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  const { app: appKey, subject, id } = request;
  const accountId = subject?.account;
  if (appKey === undefined || accountId === undefined) throw new Error(`update ${id} is not complete`);
  // Everything that could be sent was: `verify` looks for it.
  if (request.outcome?.kind === 'accepted') return DONE;
  if (await isTooLate(world, request)) return tooLate(world, request);
  const directory = directoryOf(world, appKey);
  const wanted = wantedOf(request);
  const account = await directory.account(accountId);
  const stop =
    account === undefined
      ? { code: 'no_account' as const, app: appKey }
      : await identityRefusal(world, appOf(world, appKey), account, request.attributes ?? {});
  if (stop !== undefined && request.state === 'approved') return failed(world, id, stop.code, stop);
  if (!(await begin(world, id))) return DONE;
  // Something may have been written before the world changed: that is said, and nothing is added to it.
  if (stop !== undefined) return settle(world, job, id, await seen(world, request, 'something changed meanwhile'));
  const outcome = await directory.update(accountId, wanted);
  if (outcome.kind === 'observed') return observed(world, id);
  return settle(world, job, id, outcome.attributes);
}

/** Job `verify` of an update. Reads only. @throws DirectoryError to be run again later */
export async function verifyUpdate(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  if (request.state !== 'applying' || request.outcome?.kind !== 'accepted') return DONE;
  const late = world.clock.now() - job.since >= LOOK_UNTIL;
  return settle(world, job, request.id, await seen(world, request, undefined), late);
}

/** What the account shows by now of what has not been settled. @param missing why the rest is given up; absent: it is not */
async function seen(world: World, request: AccessRequest, missing: string | undefined): Promise<Outcomes> {
  const { app, subject } = request as ResolvedRequest;
  const now = subject.account === undefined ? undefined : await directoryOf(world, app).profile(subject.account);
  const wanted = wantedOf(request);
  const open = changed(wanted).filter((each) => !isSettled(request.attributes?.[each]?.outcome));
  return Object.fromEntries(
    open.flatMap((each): [AccountAttribute, AttributeOutcome][] => {
      if (now !== undefined && isSo(each, now[each], wanted[each] ?? '')) return [[each, { kind: 'confirmed' }]];
      if (now === undefined) return [[each, { kind: 'refused', detail: 'the account is not there any more' }]];
      return missing === undefined ? [] : [[each, { kind: 'refused', detail: missing }]];
    }),
  );
}

const isSettled = (outcome: AttributeOutcome | undefined): boolean =>
  outcome !== undefined && outcome.kind !== 'accepted' && outcome.kind !== 'unknown';

/**
 * One commit: what became of each attribute, the addresses the account goes by from now on, and where that leaves the
 * request: done as soon as something was confirmed and nothing is open, failed when nothing was taken at all.
 * @param late nothing is looked for any longer
 */
async function settle(world: World, job: Job, id: string, outcomes: Outcomes, late = false): Promise<JobResult> {
  return changeRequest<JobResult>(world.store, id, (draft, current) => {
    if (current?.state !== 'applying' || current.app === undefined) return DONE;
    const before = current.attributes ?? {};
    const attributes = Object.fromEntries(
      changed(before).map((each) => [each, { from: '', to: '', ...before[each], ...outcomeOf(outcomes[each]) }]),
    );
    const now = { ...current, attributes };
    const news = changed(outcomes).filter((each) => outcomes[each]?.kind !== before[each]?.outcome?.kind);
    for (const kind of ['confirmed', 'accepted', 'refused'] as const) {
      const these = news.filter((each) => toldAs(outcomes[each]) === kind);
      if (these.length > 0) updated(draft, now, kind, these);
    }
    carryAddresses(
      draft,
      now,
      news.filter((each) => outcomes[each]?.kind === 'confirmed'),
    );
    return conclude(draft, world, job, now, { isNews: news.length > 0, late });
  });
}

const outcomeOf = (outcome: AttributeOutcome | undefined) => (outcome === undefined ? {} : { outcome });

/** Where nothing is known, nothing is told. */
function toldAs(outcome: AttributeOutcome | undefined): 'confirmed' | 'accepted' | 'refused' | undefined {
  if (outcome === undefined || outcome.kind === 'unknown') return undefined;
  return outcome.kind === 'unsupported' ? 'refused' : outcome.kind;
}

function conclude(
  draft: Draft,
  world: World,
  job: Job,
  request: AccessRequest,
  { isNews, late }: { readonly isNews: boolean; readonly late: boolean },
): JobResult {
  const { id, app } = request;
  const kinds = changed(request.attributes ?? {}).map((each) => request.attributes?.[each]?.outcome?.kind);
  if (kinds.some((kind) => kind === 'unknown' || kind === undefined)) {
    // No answer came for some of them: sent once more, which does nothing where it has taken effect.
    if (isNews) show(draft, request);
    return lookAgain(world, job);
  }
  if (kinds.includes('accepted') && late) return fail(draft, request, 'accepted, but never visible');
  if (kinds.includes('accepted')) {
    const waits = request.outcome?.kind === 'accepted';
    if (isNews || !waits)
      show(draft, { ...request, outcome: request.outcome ?? { kind: 'accepted', since: draft.now } });
    if (waits) return lookAgain(world, job);
    const lane = app === undefined ? {} : { lane: laneOf(app) };
    draft.schedule({
      key: `verify:${id}`,
      kind: 'verify',
      target: id,
      due: draft.now + 10_000,
      rank: RANK.give,
      ...lane,
    });
    return DONE;
  }
  if (kinds.includes('confirmed')) {
    close(draft, calm(request), 'done', { outcome: { kind: 'confirmed', at: draft.now }, appliedAt: draft.now });
    return DONE;
  }
  const why = Object.values(request.attributes ?? {}).find((each) => each.outcome?.kind === 'refused')?.outcome;
  return fail(draft, request, why?.kind === 'refused' ? why.detail : 'the app does not take it');
}

function fail(draft: Draft, request: AccessRequest, detail: string): JobResult {
  close(draft, calm(request), 'failed', { outcome: { kind: 'refused', at: draft.now, detail } });
  record(draft, request, 'request.failed', system('apply'), { why: 'refused', note: { detail } });
  return DONE;
}

function show(draft: Draft, request: AccessRequest): void {
  draft.put('request', request.id, amend(request, {}));
  showCards(draft, request.id);
}

function updated(
  draft: Draft,
  request: AccessRequest,
  outcome: 'confirmed' | 'accepted' | 'refused' | 'observed',
  attributes: readonly AccountAttribute[],
): void {
  const detail = attributes
    .map((each) => `${each}: ${request.attributes?.[each]?.from ?? ''} → ${request.attributes?.[each]?.to ?? ''}`)
    .join('; ');
  record(draft, request, 'account.updated', system('apply'), {
    outcome,
    attributes,
    note: { ...noteOf(request), detail },
  });
}

/**
 * An address two owners agreed to is as good as the one the binding was made with: the binding names the account by id,
 * and checks that the person's e-mail in Slack is still one it knows. Slack follows a new address before or after the
 * app does, so both the old and the new one count; replacing it would lock the person out until Slack has followed.
 */
function carryAddresses(draft: Draft, request: AccessRequest, confirmed: readonly AccountAttribute[]): void {
  const accountId = `${request.app}/${request.subject?.account}`;
  const record = draft.get('account', accountId);
  if (record === undefined) return;
  const { email, userName } = wantedOf(request);
  const given = [
    ...(confirmed.includes('email') && email !== undefined ? [email] : []),
    ...(confirmed.includes('userName') && userName?.includes('@') === true ? [userName] : []),
  ].map(foldEmail);
  if (given.length === 0) return;
  draft.put('account', accountId, {
    ...record,
    ...(confirmed.includes('email') && email !== undefined ? { email } : {}),
    ...(record.boundEmail === undefined
      ? {}
      : { renamedTo: [...new Set([...(record.renamedTo ?? []), ...given])].slice(-4) }),
  });
}

/** Observe mode: said what would have been done. */
async function observed(world: World, id: string): Promise<JobResult> {
  return changeRequest<JobResult>(world.store, id, (draft, current) => {
    if (current?.state !== 'applying') return DONE;
    updated(draft, current, 'observed', changed(current.attributes ?? {}));
    close(draft, calm(current), 'done', { outcome: { kind: 'observed', at: draft.now }, appliedAt: draft.now });
    return DONE;
  });
}
