/**
 * Decide: one person's yes or no on the step that waits, by right of who they are at the moment of the click.
 * The decision is stored before any effect. Also *Cancel*, by the requester.
 */

import { afterWorking } from '../calendar.ts';
import { AccessError, refuse } from '../errors.ts';
import { type Party, type Person, personKey, sameSlack } from '../people.ts';
import { ruleFor } from '../policy.ts';
import {
  type AccessRequest,
  type ApproverWhy,
  amend,
  type CardRef,
  currentStep,
  isResolved,
  move,
} from '../request.ts';
import { actorOf } from './actor.ts';
import { entitledAs, samePersonAs } from './approvers.ts';
import { personParty } from './binding.ts';
import type { Click } from './desk.ts';
import { changeRequest, close, type Draft, keysNow, keysOf, record, rolesOf, showCards } from './draft.ts';
import { cancelOpposed, opposedGrants, scheduleApply, scheduleWaiting } from './enter.ts';
import { guard } from './guard.ts';
import { changesIdentity, identityRefusal } from './plan-update.ts';
import { textRefusal } from './terms.ts';
import { appOf, directoryOf, roleOf, type World } from './world.ts';

/** A request by id; closed ones are refused with their state. @throws AccessError `closed`, `no_such_request` */
export async function openRequest(world: World, id: string): Promise<AccessRequest> {
  const request = await world.store.read('request', id);
  if (request !== undefined) return request;
  const past = await world.store.closedRequest(id);
  return past === undefined
    ? refuse({ code: 'no_such_request', request: id })
    : refuse({ code: 'closed', request: id, state: past.state });
}

/**
 * @throws AccessError `not_entitled`, `self_approval`, `closed` …: nothing is changed; DirectoryError: a look-up failed,
 * so nobody's right could be established, and nothing is changed either.
 */
export async function decide(
  world: World,
  click: Click & { readonly verdict: 'approve' | 'deny'; readonly reason?: string },
): Promise<AccessRequest> {
  try {
    return await decideAs(world, click);
  } catch (error) {
    // Somebody else was first, and the request still waits: each is heard in the step that waits now.
    if (error instanceof Passed) return decide(world, click);
    if (error instanceof AccessError && UNENTITLED.includes(error.refusal.code)) await noteRefusal(world, click, error);
    throw error;
  }
}

/** Thrown inside the commit of a decision when the step it was meant for has been passed meanwhile: nothing is written. */
class Passed extends Error {}

/** Who tries to decide without the right to it is on record. */
const UNENTITLED: readonly string[] = ['outsider', 'not_entitled', 'self_approval'];

async function noteRefusal(world: World, click: Click, error: AccessError): Promise<void> {
  await world.store.commit([], () => ({
    events: [
      {
        type: 'click.refused',
        actor: { kind: 'person', slack: click.by },
        about: [`request:${click.request}`, `person:${personKey(click.by)}`],
        request: click.request,
        code: error.refusal.code,
      },
    ],
    result: undefined,
  }));
}

async function decideAs(
  world: World,
  click: Click & { readonly verdict: 'approve' | 'deny'; readonly reason?: string },
): Promise<AccessRequest> {
  const actor = await actorOf(world, click.by);
  const request = await openRequest(world, click.request);
  const waiting = currentStep(request);
  if (waiting === undefined || !isResolved(request))
    return refuse({ code: 'closed', request: request.id, state: request.state });
  const app = appOf(world, request.app);
  const clicker = await clickerParty(world, app.key, actor);
  if (samePersonAs(world, clicker, request.requester) || samePersonAs(world, clicker, request.subject)) {
    refuse({ code: 'self_approval' });
  }
  const rule = ruleFor(app, request.ask.action, request.role);
  const as = await entitledAs(world, app, rule, waiting.step, actor);
  if (as === undefined) return refuse({ code: 'not_entitled', need: 'approver' });
  const bad = textRefusal(click.reason);
  if (bad !== undefined) refuse(bad);
  if (click.verdict === 'deny' && (click.reason ?? '').trim() === '') refuse({ code: 'reason_required' });
  if (click.verdict === 'approve') await guardAgain(world, request);
  return changeRequest(
    world.store,
    request.id,
    (draft, current, named) => {
      const step = current === undefined ? undefined : currentStep(current);
      if (current === undefined || step === undefined) {
        return refuse({ code: 'closed', request: request.id, state: current?.state ?? 'ended' });
      }
      if (step.index !== waiting.index) throw new Passed();
      if (current.decisions.some((each) => samePersonAs(world, each.by, clicker)))
        refuse({ code: 'already_approved_by_you' });
      const decision = {
        step: step.index,
        by: clicker,
        verdict: click.verdict,
        at: draft.now,
        ...(click.reason === undefined ? {} : { reason: click.reason.trim() }),
      };
      const adopted = adopt(current, click);
      const decided = { decisions: [...current.decisions, decision], cards: adopted };
      const next =
        click.verdict === 'deny'
          ? deny(draft, current, decided, actor, click.reason)
          : approve(draft, world, current, decided, actor, as, named);
      return next;
    },
    async () => {
      const now = (await world.store.read('request', request.id)) ?? request;
      return [...(await keysNow(world.store, now.id)), ...(await opposedGrants(world, now)).flatMap(keysOf)];
    },
  );
}

/** The clicker as a party: with the account bound in this app, so that nobody approves for themselves by another door. */
async function clickerParty(
  world: World,
  app: string,
  person: Person,
): Promise<Party & { readonly slack: Person['slack'] }> {
  const account = (await world.store.read('person', personKey(person.slack)))?.accounts[app];
  return { ...personParty(person, account), slack: person.slack };
}

/** What guards roles and who somebody is holds at the decision, too. @throws AccessError `last_admin`, `sensitive_held` … */
async function guardAgain(world: World, request: AccessRequest): Promise<void> {
  const { app, subject } = request;
  if (app === undefined || subject?.account === undefined) return;
  const { action } = request.ask;
  if (action !== 'revoke' && action !== 'disable' && action !== 'update') return;
  if (action === 'update' && !changesIdentity(request.attributes ?? {})) return;
  const account = await directoryOf(world, app).account(subject.account);
  if (account === undefined) return;
  const policy = appOf(world, app);
  if (action === 'update') {
    const stop = await identityRefusal(world, policy, account, request.attributes ?? {});
    return stop === undefined ? undefined : refuse(stop);
  }
  await guard(
    world,
    policy,
    rolesOf(request).map((role) => roleOf(policy, role)),
    account,
  );
}

/** A copy whose reference was lost in a crash is taken on record, now that its clicker has proved the right to it. */
function adopt(request: AccessRequest, click: Click): readonly CardRef[] {
  const { copy } = click;
  if (copy === undefined || request.cards.some((each) => each.channel === copy.channel && each.ts === copy.ts))
    return request.cards;
  return [...request.cards, { reader: 'approver', slack: click.by, channel: copy.channel, ts: copy.ts, rev: 0 }];
}

function deny(
  draft: Draft,
  current: AccessRequest,
  decided: Partial<AccessRequest>,
  actor: Person,
  reason: string | undefined,
): AccessRequest {
  const next = close(draft, current, 'denied', decided);
  record(
    draft,
    next,
    'request.denied',
    { kind: 'person', slack: actor.slack },
    {
      step: (decided.decisions?.length ?? 1) - 1,
      note: { by: actor.name, ...(reason === undefined ? {} : { reason: reason.trim() }) },
    },
  );
  return next;
}

function approve(
  draft: Draft,
  world: World,
  current: AccessRequest,
  decided: Partial<AccessRequest>,
  actor: Person,
  as: ApproverWhy,
  named: ReadonlySet<string>,
): AccessRequest {
  const passed = (decided.decisions ?? []).filter((each) => each.verdict === 'approve').length;
  const final = passed >= current.steps.length;
  const slack = actor.slack;
  if (!final) {
    const rule = ruleFor(appOf(world, current.app ?? ''), current.ask.action, current.role);
    const { hours, timezone } = world.policy;
    const escalateAt = afterWorking(draft.now, rule.escalateAfter, hours, timezone);
    const lapseAt = afterWorking(draft.now, rule.lapse, hours, timezone);
    const next = amend(current, { ...decided, escalateAt, lapseAt });
    draft.put('request', next.id, next);
    record(
      draft,
      next,
      'request.approved',
      { kind: 'person', slack },
      { step: passed - 1, final, as, note: { by: actor.name } },
    );
    scheduleWaiting(draft, next, escalateAt, lapseAt);
    showCards(draft, next.id);
    return next;
  }
  const waitsFor = current.after === undefined ? undefined : draft.get('request', current.after);
  const waits = current.after !== undefined && waitsFor !== undefined && waitsFor.state !== 'done';
  const next = move(current, 'approved', {
    ...decided,
    approvedAt: draft.now,
    ...(waits ? {} : { applyFrom: draft.now }),
  });
  draft.put('request', next.id, next);
  record(
    draft,
    next,
    'request.approved',
    { kind: 'person', slack },
    { step: passed - 1, final, as, note: { by: actor.name } },
  );
  draft.cancel(`escalate:${next.id}`);
  draft.cancel(`lapse:${next.id}`);
  if (next.ask.action === 'provision' && next.app !== undefined) {
    const app = draft.get('app', next.app) ?? { app: next.app, groups: {}, claims: [] };
    draft.put('app', next.app, { ...app, claims: [...app.claims.filter((each) => each !== next.id), next.id] });
  }
  cancelOpposed(draft, next, named);
  if (!waits) scheduleApply(draft, next);
  showCards(draft, next.id);
  return next;
}

/** The requester takes the ask back while it waits. @throws AccessError `not_entitled`, `closed` */
export async function cancel(world: World, click: Click): Promise<AccessRequest> {
  const actor = await actorOf(world, click.by);
  const request = await openRequest(world, click.request);
  if (!sameSlack(request.requester.slack, actor.slack)) refuse({ code: 'not_entitled', need: 'requester' });
  return changeRequest(world.store, request.id, (draft, current) => {
    if (current === undefined || !['received', 'pending', 'approved'].includes(current.state)) {
      return refuse({ code: 'closed', request: request.id, state: current?.state ?? 'ended' });
    }
    const by = current.requester;
    const next = close(draft, current, 'cancelled', { closing: { why: 'by_person', by } });
    record(draft, next, 'request.cancelled', { kind: 'person', slack: by.slack }, { why: 'by_person' });
    return next;
  });
}
