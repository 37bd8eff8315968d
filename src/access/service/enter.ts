/**
 * Enters a resolved ask into the books: one commit makes it pending or, by stored right, approved, with its claims, its
 * audit event and its jobs. Looks nobody up.
 */
import { afterWorking } from '../calendar.ts';
import { refuse } from '../errors.ts';
import { holdingKey } from '../grant.ts';
import { haltOf } from '../groups.ts';
import { type Person, personKey, sameSlack } from '../people.ts';
import { HOUR } from '../policy.ts';
import { type AccessRequest, gives, move } from '../request.ts';
import { newAccountRecord, personParty } from './binding.ts';
import {
  close,
  type Draft,
  draftOn,
  getHolding,
  keysOf,
  noteOf,
  putHolding,
  record,
  rolesOf,
  showCards,
  system,
} from './draft.ts';
import { claimFinding } from './drift/ask.ts';
import type { Plan } from './planning.ts';
import { commitPlanned, KeysGrew, laneOf, RANK, type World } from './world.ts';

/** How often it is checked that somebody who may decide is still there. */
export const CHECK_APPROVERS = HOUR;

/** One commit: the request as pending or approved, what it claims, its audit event and its jobs. `overtaken`: plan again. */
export async function enter(
  world: World,
  request: AccessRequest,
  actor: Person,
  plan: Plan,
): Promise<'entered' | 'overtaken'> {
  const { app } = plan;
  const linkedId = request.ask.newAccount?.role === undefined ? undefined : world.newId();
  const fixed: Partial<AccessRequest> = {
    requester: { ...personParty(actor, plan.requesterAccount), slack: actor.slack },
    app: app.key,
    subject: plan.subject,
    steps: plan.steps,
    held: plan.held,
    ...(plan.role === undefined ? {} : { role: plan.role }),
    ...(plan.roles === undefined ? {} : { roles: plan.roles }),
    ...(plan.length === undefined ? {} : { length: plan.length }),
    ...(plan.entitlement === undefined ? {} : { entitlement: plan.entitlement }),
    ...(plan.deniedBefore === undefined ? {} : { deniedBefore: plan.deniedBefore }),
    ...(plan.disabledBefore === undefined ? {} : { disabledBefore: plan.disabledBefore }),
    ...(plan.seatsLeft === undefined ? {} : { seatsLeft: plan.seatsLeft }),
    ...(plan.otherName === undefined ? {} : { otherName: plan.otherName }),
    ...(plan.standing === undefined ? {} : { standing: plan.standing }),
    ...(plan.attributes === undefined ? {} : { attributes: plan.attributes }),
    ...(linkedId === undefined ? {} : { followedBy: linkedId }),
  };
  const opposed = async (): Promise<AccessRequest[]> =>
    plan.entitlement === undefined ? [] : opposedGrants(world, { ...request, ...fixed });
  return commitPlanned(
    world.store,
    async () => [...keysOf({ ...request, ...fixed }), ...(await opposed()).flatMap(keysOf)],
    (view, named) => {
      const draft = draftOn(view, named);
      const current = view.get('request', request.id);
      if (current?.state !== 'received') return draft.change('entered');
      if (isOvertaken(draft, current, plan)) return draft.change('overtaken');
      claim(draft, world, { ...current, ...fixed }, plan);
      const next =
        plan.entitlement === undefined
          ? pend(draft, world, current, fixed, plan)
          : approveAtOnce(draft, current, fixed, plan.entitlement);
      if (plan.entitlement !== undefined) cancelOpposed(draft, next, named);
      if (linkedId !== undefined) linkGrant(draft, next, linkedId);
      return draft.change('entered');
    },
  );
}

/** A linked grant was planned without an account, and meanwhile there is one: nobody would start it any more. */
function isOvertaken(draft: Draft, request: AccessRequest, plan: Plan): boolean {
  if (request.after === undefined || plan.account !== undefined) return false;
  const before = draft.get('request', request.after);
  return before === undefined || before.state === 'done';
}

/** Makes the request the open one of its kind, within the requester's limits. @throws AccessError */
function claim(draft: Draft, world: World, request: AccessRequest, plan: Plan): void {
  const personId = personKey(request.requester.slack);
  const person = draft.get('person', personId) ?? { slack: request.requester.slack, accounts: {}, open: [] };
  const date = new Date(draft.now).toISOString().slice(0, 10);
  const today = person.day?.date === date ? person.day.count : 0;
  const limited = plan.entitlement === undefined && request.after === undefined;
  if (limited && person.open.length >= world.policy.limits.open)
    refuse({ code: 'limit_open', max: world.policy.limits.open });
  if (limited && today >= world.policy.limits.perDay) refuse({ code: 'limit_day', max: world.policy.limits.perDay });
  draft.put('person', personId, {
    ...person,
    open: [...person.open, request.id],
    ...(limited ? { day: { date, count: today + 1 } } : {}),
  });
  claimFinding(draft, request);
  const { app, account } = plan;
  const action = request.ask.action;
  const aboutSelf = action !== 'disable' && sameSlack(plan.subject.slack, request.requester.slack);
  const taken = (open: string): never =>
    refuse({ code: 'open_already', ...(aboutSelf || person.open.includes(open) ? { request: open } : {}) });
  if (plan.email !== undefined) {
    const claimed = draft.get('email', `${app.key}/${plan.email}`)?.open;
    if (claimed !== undefined) taken(claimed);
    draft.put('email', `${app.key}/${plan.email}`, { app: app.key, email: plan.email, open: request.id });
  }
  if (account === undefined) return;
  const known = draft.get('account', `${app.key}/${account.id}`);
  const single = action === 'disable' || action === 'enable' || action === 'update' ? action : undefined;
  const same = single === undefined ? undefined : known?.open[single];
  if (same !== undefined) taken(same);
  draft.put('account', `${app.key}/${account.id}`, {
    ...(known ?? newAccountRecord(app.key, account)),
    email: account.email,
    name: account.name,
    requests: [...(known?.requests ?? []), request.id],
    open: { ...known?.open, ...(single === undefined ? {} : { [single]: request.id }) },
  });
  if (action !== 'grant' && action !== 'revoke') return;
  for (const role of rolesOf(request)) {
    const holding = getHolding(draft, app.key, account.id, role);
    const same = holding.open[action];
    if (same !== undefined) taken(same);
    if (action === 'grant' && holding.open.revoke !== undefined) {
      refuse({ code: 'opposite_open', request: holding.open.revoke });
    }
    putHolding(draft, { ...holding, open: { ...holding.open, [action]: request.id } });
  }
}

function pend(
  draft: Draft,
  world: World,
  current: AccessRequest,
  fixed: Partial<AccessRequest>,
  plan: Plan,
): AccessRequest {
  const { hours, timezone } = world.policy;
  const working = afterWorking(draft.now, plan.rule.lapse, hours, timezone);
  const lapseAt = plan.length?.kind === 'until' ? Math.min(working, plan.length.at - plan.rule.duration.min) : working;
  const escalateAt = afterWorking(draft.now, plan.rule.escalateAfter, hours, timezone);
  // A pause takes requests all the same: whoever asks and decides sees that it will wait.
  const halt = gives(current.ask.action) ? haltOf(draft.get('app', plan.app.key)) : undefined;
  const waits = halt === undefined ? {} : { waits: halt };
  const next = move(current, 'pending', { ...fixed, ...waits, submittedAt: draft.now, lapseAt, escalateAt });
  draft.put('request', next.id, next);
  record(
    draft,
    next,
    'request.pending',
    { kind: 'person', slack: next.requester.slack },
    {
      approvers: next.steps.flatMap((step) => step.approvers.map((each) => personKey(each.slack))),
      note: noteOf(next),
    },
  );
  scheduleWaiting(draft, next, escalateAt, lapseAt);
  showCards(draft, next.id);
  return next;
}

/** The timers of a request that waits for people. */
export function scheduleWaiting(draft: Draft, request: AccessRequest, escalateAt: number, lapseAt: number): void {
  draft.schedule({
    key: `escalate:${request.id}`,
    kind: 'escalate',
    target: request.id,
    due: Math.min(escalateAt, draft.now + CHECK_APPROVERS),
  });
  draft.schedule({ key: `lapse:${request.id}`, kind: 'lapse', target: request.id, due: lapseAt });
}

function approveAtOnce(
  draft: Draft,
  current: AccessRequest,
  fixed: Partial<AccessRequest>,
  entitlement: NonNullable<AccessRequest['entitlement']>,
): AccessRequest {
  const next = move(current, 'approved', {
    ...fixed,
    submittedAt: draft.now,
    approvedAt: draft.now,
    applyFrom: draft.now,
  });
  draft.put('request', next.id, next);
  record(
    draft,
    next,
    'request.entitled',
    { kind: 'person', slack: next.requester.slack },
    { entitlement, note: noteOf(next) },
  );
  scheduleApply(draft, next);
  showCards(draft, next.id);
  return next;
}

/** The job that carries an approved request out. */
export function scheduleApply(draft: Draft, request: AccessRequest): void {
  const takes = request.ask.action === 'revoke' || request.ask.action === 'disable';
  draft.schedule({
    key: `apply:${request.id}`,
    kind: 'apply',
    target: request.id,
    due: draft.now,
    ...(request.app === undefined ? {} : { lane: laneOf(request.app) }),
    rank: takes ? RANK.take : RANK.give,
  });
}

/** The grant that starts when the account is there: resolved under its own rule. */
function linkGrant(draft: Draft, provision: AccessRequest, id: string): void {
  const asked = provision.ask.newAccount;
  if (asked?.role === undefined || provision.app === undefined) return;
  const { reason } = provision.ask;
  const grant: AccessRequest = {
    id,
    rev: 1,
    state: 'received',
    ask: {
      action: 'grant',
      app: provision.app,
      role: asked.role,
      subject: { kind: 'email', email: asked.email },
      ...(asked.roleDuration === undefined ? {} : { duration: asked.roleDuration }),
      ...(reason === undefined ? {} : { reason }),
    },
    requester: provision.requester,
    receivedAt: draft.now,
    app: provision.app,
    after: provision.id,
    steps: [],
    decisions: [],
    cards: [],
  };
  draft.put('request', id, grant);
  record(draft, grant, 'request.received', { kind: 'person', slack: grant.requester.slack }, { note: noteOf(grant) });
  draft.schedule({ key: `resolve:${id}`, kind: 'resolve', target: id, due: draft.now });
}

/** Open grants of the roles that this request takes away. */
export async function opposedGrants(world: World, request: AccessRequest): Promise<AccessRequest[]> {
  const account = request.subject?.account;
  if (request.ask.action !== 'revoke' || request.app === undefined || account === undefined) return [];
  const open = await world.store.openRequests({ app: request.app, account });
  return open.filter((each) => isOpposed(each, request));
}

const WAITING: readonly AccessRequest['state'][] = ['pending', 'approved'];
const isOpposed = (grant: AccessRequest, revoke: AccessRequest): boolean =>
  grant.ask.action === 'grant' && WAITING.includes(grant.state) && rolesOf(revoke).some((role) => role === grant.role);

/** Of two opposite open requests the one that takes access away wins. */
export function cancelOpposed(draft: Draft, revoke: AccessRequest, named: ReadonlySet<string>): void {
  const account = revoke.subject?.account;
  if (revoke.ask.action !== 'revoke' || revoke.app === undefined || account === undefined) return;
  for (const role of rolesOf(revoke)) {
    const id = draft.get('holding', holdingKey(revoke.app, account, role))?.open.grant;
    if (id === undefined) continue;
    if (!named.has(`request:${id}`)) throw new KeysGrew();
    const grant = draft.get('request', id);
    if (grant === undefined || !isOpposed(grant, revoke)) continue;
    close(draft, grant, 'cancelled', { closing: { why: 'taken_away_first' } });
    record(draft, grant, 'request.cancelled', system('resolve'), { why: 'taken_away_first' });
  }
}
