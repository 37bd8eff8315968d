/**
 * Job `apply` of a grant, in the app's lane: intent with its end, write, read back, confirmation.
 * The end is stored before the first write; a run after a crash keeps what the intent said.
 */
import { DirectoryError, type Refusal } from '../errors.ts';
import { drop, intend, setGrant } from '../grant.ts';
import { baseRole, ruleFor } from '../policy.ts';
import type { Account, WriteOutcome } from '../ports.ts';
import { type AccessRequest, amend, type Length, move } from '../request.ts';
import {
  changeRequest,
  close,
  type Draft,
  getHolding,
  keysNow,
  putHolding,
  record,
  settle,
  showCards,
  system,
} from './draft.ts';
import { mustNotHalt } from './halt.ts';
import { isTooLate } from './late.ts';
import { scheduleReview } from './review.ts';
import { weakest } from './take.ts';
import { appOf, DONE, directoryOf, groupOf, type JobResult, laneOf, RANK, roleOf, type World } from './world.ts';

/** A request that is known to be a grant with everything it needs. */
interface Grant {
  readonly id: string;
  readonly app: string;
  readonly account: string;
  readonly role: string;
  readonly length: Length;
}

/** @throws DirectoryError to be run again later */
export async function applyGrant(world: World, request: AccessRequest): Promise<JobResult> {
  const { app, subject, role, length } = request;
  if (app === undefined || subject?.account === undefined || role === undefined || length === undefined) {
    throw new Error(`grant ${request.id} is not complete`);
  }
  const grant: Grant = { id: request.id, app, account: subject.account, role, length };
  if (await isTooLate(world, request)) return giveUp(world, grant);
  const rerun = request.state === 'applying';
  const policy = appOf(world, app);
  const rolePolicy = roleOf(policy, role);
  const directory = directoryOf(world, app);

  const account = await directory.account(grant.account);
  const refusal = changedSince(world, request, account);
  if (refusal !== undefined)
    return rerun ? giveUp(world, grant) : giveBack(world, grant.id, { why: 'refused_at_apply', refusal });
  const group = await groupOf(world, policy, rolePolicy);
  const before = await directory.membership(group, grant.account);

  // Adopted: what is there ends with this grant.
  const began = await intent(world, grant, before === 'in' && request.ask.drift === undefined);
  if (began === 'gone') return DONE;
  let given: WriteOutcome;
  try {
    given = await directory.add(group, grant.account);
  } catch (error) {
    if (!(error instanceof DirectoryError) || error.mayHaveApplied || began === 'again') throw error;
    // Nothing can have taken effect in this run, and none came before it: the intent is taken back.
    await withdraw(world, grant);
    if (error.fault === 'rejected') return failed(world, grant.id, error.detail);
    throw error;
  }
  const outcomes = [given, ...(await settleBase(world, grant, given))];
  const sentAt = began === 'first' && 'sentAt' in given ? given.sentAt : undefined;
  await confirm(world, grant, weakest(outcomes), sentAt);
  return DONE;
}

/** The base group: added when the account would hold the role alone; removed where the app wants one role at a time. */
export async function settleBase(
  world: World,
  grant: Pick<Grant, 'app' | 'account'>,
  given: WriteOutcome,
): Promise<WriteOutcome[]> {
  const policy = appOf(world, grant.app);
  const base = baseRole(policy);
  if (base === undefined) return [];
  const directory = directoryOf(world, grant.app);
  const group = await groupOf(world, policy, base);
  const membership = await directory.membership(group, grant.account);
  if (!policy.exclusive) return membership === 'in' ? [] : [await directory.add(group, grant.account)];
  // Never in no group: Member goes only when the role is seen to be there.
  return given.kind === 'confirmed' && membership !== 'out' ? [await directory.remove(group, grant.account)] : [];
}

/** Whether the world still is as it was approved. */
function changedSince(world: World, request: AccessRequest, account: Account | undefined): Refusal | undefined {
  const app = request.app ?? '';
  if (account === undefined) return { code: 'no_account', app };
  if (account.active === false) return { code: 'account_inactive', app };
  const policy = appOf(world, app);
  const rule = ruleFor(policy, 'grant', request.role);
  const { length } = request;
  if (length?.kind === 'for' && length.ms > rule.duration.max) return { code: 'too_long', max: rule.duration.max };
  if (length?.kind === 'until' && request.state === 'approved' && length.at - world.clock.now() < rule.duration.min) {
    return { code: 'in_the_past' };
  }
  return undefined;
}

/** The intent commit: standing as first read, the provisional end, and the job that will carry it out. */
async function intent(world: World, grant: Grant, standing: boolean): Promise<'first' | 'again' | 'gone'> {
  return changeRequest(world.store, grant.id, (draft, request) => {
    if (request === undefined || (request.state !== 'approved' && request.state !== 'applying')) return 'gone';
    const holding = getHolding(draft, grant.app, grant.account, grant.role);
    if (holding.grants.some((held) => held.request === grant.id)) return 'again';
    mustNotHalt(draft, grant.app);
    const ends = endOf(grant.length, draft.now);
    const next = intend(
      holding,
      {
        request: grant.id,
        from: draft.now,
        state: 'applying',
        until: ends.until,
        ...(ends.review === undefined ? {} : { review: ends.review }),
      },
      standing,
    );
    putHolding(draft, next);
    const moved =
      request.state === 'approved' ? move(request, 'applying', untilOf(ends)) : amend(request, untilOf(ends));
    draft.put('request', grant.id, moved);
    if (ends.until !== null) scheduleEnd(draft, grant, ends.until);
    record(draft, moved, 'access.intended', system('apply'), { until: ends.until, standing: next.standing === true });
    showCards(draft, grant.id);
    return 'first';
  });
}

const untilOf = (ends: { until: number | null }): Partial<AccessRequest> =>
  ends.until === null ? {} : { until: ends.until };

function endOf(length: Length, from: number): { readonly until: number | null; readonly review?: number } {
  switch (length.kind) {
    case 'for':
      return { until: from + length.ms };
    case 'until':
      return { until: length.at };
    case 'review':
      return { until: null, review: from + length.ms };
  }
}

function scheduleEnd(draft: Draft, grant: Grant, due: number): void {
  draft.schedule({
    key: `end:${grant.id}`,
    kind: 'end',
    target: grant.id,
    due,
    lane: laneOf(grant.app),
    rank: RANK.end,
  });
}

/** Takes the intent back: nothing was written. The request stays approved-in-progress and may intend again. */
async function withdraw(world: World, grant: Grant): Promise<void> {
  await changeRequest(world.store, grant.id, (draft, request) => {
    const holding = getHolding(draft, grant.app, grant.account, grant.role);
    if (request === undefined || !holding.grants.some((held) => held.request === grant.id)) return undefined;
    putHolding(draft, drop(holding, grant.id));
    draft.cancel(`end:${grant.id}`);
  });
}

async function confirm(
  world: World,
  grant: Grant,
  kind: WriteOutcome['kind'],
  sentAt: number | undefined,
): Promise<void> {
  const handOver = world.newId();
  await changeRequest(
    world.store,
    grant.id,
    (draft, request) => {
      if (request?.state !== 'applying') return undefined;
      const holding = getHolding(draft, grant.app, grant.account, grant.role);
      const held = holding.grants.find((each) => each.request === grant.id);
      if (held === undefined) return undefined;
      const from = sentAt ?? held.from;
      const until = sentAt === undefined ? held.until : endOf(grant.length, sentAt).until;
      putHolding(draft, setGrant(holding, grant.id, { from, until, state: 'active' }));
      if (until !== null && until !== held.until) scheduleEnd(draft, grant, until);
      if (held.review !== undefined) scheduleReview(draft, grant.id, held.review);
      settle(draft, request);
      const next = move(request, 'active', {
        appliedAt: from,
        ...(until === null ? {} : { until }),
        ...(held.review === undefined ? {} : { reviewAt: held.review }),
        outcome: kind === 'accepted' ? { kind, since: draft.now } : { kind, at: draft.now },
      });
      draft.put('request', grant.id, next);
      record(draft, next, 'access.given', system('apply'), { outcome: kind, until });
      if (kind === 'accepted') {
        draft.schedule({
          key: `verify:${grant.id}`,
          kind: 'verify',
          target: grant.id,
          due: draft.now + 10_000,
          lane: laneOf(grant.app),
          rank: RANK.give,
        });
      } else startRemoval(draft, next, handOver);
      showCards(draft, grant.id);
    },
    async () => [...(await keysNow(world.store, grant.id)), `request:${handOver}` as const],
  );
}

/** The second half of a hand-over, once the successor is seen to hold the role: the removal, judged by its own rule. */
export function startRemoval(draft: Draft, grant: AccessRequest, id: string): void {
  const from = grant.ask.handOverFrom;
  if (from === undefined || grant.app === undefined) return;
  const removal: AccessRequest = {
    id,
    rev: 1,
    state: 'received',
    ask: {
      action: from.action,
      app: grant.app,
      ...(from.action === 'revoke' && grant.role !== undefined ? { role: grant.role } : {}),
      subject: { kind: 'account', app: grant.app, account: from.account },
      ...(from.reason === undefined ? {} : { reason: from.reason }),
    },
    requester: grant.requester,
    receivedAt: draft.now,
    app: grant.app,
    steps: [],
    decisions: [],
    cards: [],
  };
  draft.put('request', id, removal);
  record(draft, removal, 'request.received', { kind: 'person', slack: removal.requester.slack }, {});
  draft.schedule({ key: `resolve:${id}`, kind: 'resolve', target: id, due: draft.now });
}

/** Time is up. With no intent standing nothing was written; otherwise the grant is ended now, whatever happened. */
async function giveUp(world: World, grant: Grant): Promise<JobResult> {
  await changeRequest(world.store, grant.id, (draft, request) => {
    if (request === undefined || (request.state !== 'approved' && request.state !== 'applying')) return undefined;
    const holding = getHolding(draft, grant.app, grant.account, grant.role);
    if (!holding.grants.some((held) => held.request === grant.id)) {
      close(draft, request, 'not_applied', { closing: { why: 'too_late_to_apply' } });
      record(draft, request, 'request.not_applied', system('apply'), { why: 'too_late_to_apply' });
      return undefined;
    }
    putHolding(draft, setGrant(holding, grant.id, { state: 'ending', until: draft.now }));
    settle(draft, request);
    const next = move(request, 'ending', { until: draft.now, closing: { why: 'unknown_outcome' } });
    draft.put('request', grant.id, next);
    record(draft, next, 'access.ending', system('apply'), { why: 'unknown_outcome' });
    scheduleEnd(draft, grant, draft.now);
    showCards(draft, grant.id);
  });
  return DONE;
}

/** Closes a request of which nothing was written. */
async function giveBack(world: World, id: string, closing: NonNullable<AccessRequest['closing']>): Promise<JobResult> {
  await changeRequest(world.store, id, (draft, request) => {
    if (request?.state !== 'approved' && request?.state !== 'applying') return undefined;
    close(draft, request, 'not_applied', { closing });
    record(draft, request, 'request.not_applied', system('apply'), { why: closing.why });
  });
  return DONE;
}

/** The directory said no for good. */
export async function failed(world: World, id: string, detail: string, refusal?: Refusal): Promise<JobResult> {
  await changeRequest(world.store, id, (draft, request) => {
    if (request?.state !== 'approved' && request?.state !== 'applying') return undefined;
    close(draft, request, 'failed', {
      outcome: { kind: 'refused', at: draft.now, detail },
      ...(refusal === undefined ? {} : { closing: { why: 'refused_at_apply', refusal } }),
    });
    record(draft, request, 'request.failed', system('apply'), { why: refusal?.code ?? 'refused', note: { detail } });
  });
  return DONE;
}
