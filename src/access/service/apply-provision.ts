/**
 * `apply` of a provision: create once, base group, read back, welcome; then the grant that waited for the account.
 * A lost answer is looked up, never posted again.
 */
import { holdingKey } from '../grant.ts';
import { foldEmail, type SlackId, sameSlack } from '../people.ts';
import { type AppPolicy, baseRole } from '../policy.ts';
import type { Account, CreateOutcome, Job } from '../ports.ts';
import type { AccessRequest, NewAccount } from '../request.ts';
import { calm } from './alarm.ts';
import { begin, tooLate } from './apply-account.ts';
import { failed } from './apply-grant.ts';
import { ownersOf } from './approvers.ts';
import { newAccountRecord } from './binding.ts';
import {
  changeRequest,
  close,
  type Draft,
  getHolding,
  keysNow,
  putHolding,
  record,
  showCards,
  system,
} from './draft.ts';
import { scheduleApply } from './enter.ts';
import { isTooLate } from './late.ts';
import { accepted, LOOK_UNTIL } from './look.ts';
import { notify } from './notices.ts';
import { seatsOf } from './seats.ts';
import { appOf, DONE, directoryOf, groupOf, type JobResult, type World } from './world.ts';

/** From this share of the seats on, the owners are warned. */
const SEATS_LOW = 0.9;

/** @throws DirectoryError to be run again later */
export async function applyProvision(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  const { app: appKey, id } = request;
  const asked = request.ask.newAccount;
  if (appKey === undefined || asked === undefined) throw new Error(`provision ${id} is not complete`);
  const app = appOf(world, appKey);
  const waited = request.outcome?.kind === 'accepted';
  if (waited && world.clock.now() - job.since >= LOOK_UNTIL) {
    return failed(world, id, 'accepted, but never visible: perhaps the person belongs to another organisation');
  }
  if (!waited && (await isTooLate(world, request))) return tooLate(world, request);
  const seats = await seatsOf(world, app, id);
  if (request.state === 'approved' && seats !== undefined && seats.used >= seats.seats) {
    return failed(world, id, 'no seat is left', { code: 'seats', app: appKey, ...seats });
  }
  const rerun = request.state === 'applying';
  if (!(await begin(world, id))) return DONE;
  const outcome = await create(world, app, request, asked, rerun);
  switch (outcome.kind) {
    case 'exists_elsewhere':
      return failed(world, id, 'the address exists outside SCIM or in another organisation', {
        code: 'exists_elsewhere',
        app: appKey,
        email: asked.email,
      });
    case 'exists': {
      const { account } = outcome;
      return failed(world, id, 'the account exists already', {
        code: 'account_exists',
        app: appKey,
        active: account.active !== false,
        name: account.name,
        id: account.id,
        ...(account.changed === undefined ? {} : { since: account.changed }),
      });
    }
    case 'accepted':
      return accepted(world, job, id);
    case 'observed':
      await done(world, app, request, asked, undefined, 'observed');
      return DONE;
    case 'created': {
      const base = baseRole(app);
      const added =
        base === undefined
          ? undefined
          : await directoryOf(world, appKey).add(await groupOf(world, app, base), outcome.account.id);
      if (added?.kind === 'accepted') return accepted(world, job, id);
      await done(world, app, request, asked, outcome.account, 'confirmed');
      return DONE;
    }
  }
}

/** Looks first: what an earlier run (or its lost answer) created is recognised and not created again. */
async function create(
  world: World,
  app: AppPolicy,
  request: AccessRequest,
  asked: NewAccount,
  rerun: boolean,
): Promise<CreateOutcome> {
  const directory = directoryOf(world, app.key);
  const found = await directory.find(asked.email);
  const [account] = found;
  if (account !== undefined) {
    return rerun && isOurs(app, request, asked, account)
      ? { kind: 'created', account, sentAt: world.clock.now() }
      : { kind: 'exists', account };
  }
  if (request.outcome?.kind === 'accepted') return { kind: 'accepted', sentAt: request.outcome.since };
  const outcome = await directory.create({
    email: asked.email,
    givenName: asked.givenName,
    ...(asked.familyName === undefined ? {} : { familyName: asked.familyName }),
    ...externalId(app, request),
  });
  return outcome.kind === 'exists' && isOurs(app, request, asked, outcome.account)
    ? { kind: 'created', account: outcome.account, sentAt: world.clock.now() }
    : outcome;
}

/** The Slack user id, else the request id; nothing where an identity provider owns the accounts. */
function externalId(app: AppPolicy, request: AccessRequest): { readonly externalId?: string } {
  if (Object.values(app.roles).some((role) => role.managedBy === 'idp')) return {};
  return { externalId: request.subject?.slack?.user ?? request.id };
}

/** Whether this account is the one this request made: by `externalId`, or where none is sent by all names. */
function isOurs(app: AppPolicy, request: AccessRequest, asked: NewAccount, account: Account): boolean {
  if (account.active === false) return false;
  const ours = externalId(app, request).externalId;
  if (ours !== undefined && account.externalId !== undefined) return account.externalId === ours;
  const name = [asked.givenName, asked.familyName].filter((part) => part !== undefined && part !== '').join(' ');
  return foldEmail(account.userName) === foldEmail(asked.email) && account.name.trim() === name.trim();
}

async function done(
  world: World,
  app: AppPolicy,
  request: AccessRequest,
  asked: NewAccount,
  account: Account | undefined,
  outcome: 'confirmed' | 'observed',
): Promise<void> {
  const { id } = request;
  const owners = (await ownersOf(world, app).catch(() => [])).map((owner) => owner.slack);
  const seats = await seatsOf(world, app, id);
  // Counted already, as soon as the mirror has seen it.
  const more = account === undefined || directoryOf(world, app.key).known(account.id) !== undefined ? 0 : 1;
  const notice = { welcome: world.newId(), seats: world.newId() };
  await changeRequest(
    world.store,
    id,
    (draft, current) => {
      if (current?.state !== 'applying') return undefined;
      if (account !== undefined && draft.get('account', `${app.key}/${account.id}`) === undefined) {
        draft.put('account', `${app.key}/${account.id}`, { ...newAccountRecord(app.key, account), madeBy: id });
      }
      const subject = {
        ...(current.subject ?? { name: asked.email }),
        ...(account === undefined ? {} : { account: account.id }),
      };
      startLinked(draft, current, account?.id);
      const closed = close(draft, calm(current), 'done', {
        outcome: { kind: outcome, at: draft.now },
        appliedAt: draft.now,
      });
      // The account is known from here on; it was not a key of the request while that was open.
      const settled = { ...closed, subject };
      draft.put('request', id, settled);
      record(draft, settled, 'account.created', system('apply'), { outcome });
      // An app that mails new people itself gets no second welcome beside it.
      if (asked.welcome && outcome === 'confirmed' && !app.traits.invites) welcome(draft, settled, notice.welcome);
      if (seats !== undefined && seats.used + more >= seats.seats * SEATS_LOW) {
        notify(draft, notice.seats, owners, {
          kind: 'seats_low',
          app: app.key,
          used: seats.used + more,
          seats: seats.seats,
        });
      }
    },
    async () => [
      ...(await keysNow(world.store, id)),
      `notice:${notice.welcome}` as const,
      `notice:${notice.seats}` as const,
      ...(account === undefined ? [] : [`account:${app.key}/${account.id}` as const]),
      ...(account === undefined || asked.role === undefined
        ? []
        : [`holding:${holdingKey(app.key, account.id, asked.role)}` as const]),
    ],
  );
}

/** The grant that waited for the account: it may start now, or as soon as it is approved. */
function startLinked(draft: Draft, provision: AccessRequest, account: string | undefined): void {
  const grant = provision.followedBy === undefined ? undefined : draft.get('request', provision.followedBy);
  if (grant?.subject === undefined) return;
  if (grant.state !== 'pending' && grant.state !== 'approved') return;
  if (account === undefined) {
    // Only observed: the account it waits for will never be there.
    close(draft, grant, 'cancelled', { closing: { why: 'linked_failed', request: provision.id } });
    record(draft, grant, 'request.cancelled', system('apply'), { why: 'linked_failed' });
    return;
  }
  const next = { ...grant, rev: grant.rev + 1, subject: { ...grant.subject, account }, applyFrom: draft.now };
  draft.put('request', grant.id, next);
  claimRole(draft, next, account);
  if (grant.state === 'approved') scheduleApply(draft, next);
  showCards(draft, grant.id);
}

/** From here on it is the open grant of this role, as if it had been asked for with the account at hand. */
function claimRole(draft: Draft, grant: AccessRequest, account: string): void {
  const { app, role } = grant;
  if (app === undefined || role === undefined) return;
  const known = draft.get('account', `${app}/${account}`);
  if (known !== undefined)
    draft.put('account', `${app}/${account}`, { ...known, requests: [...known.requests, grant.id] });
  const holding = getHolding(draft, app, account, role);
  if (holding.open.grant === undefined) putHolding(draft, { ...holding, open: { ...holding.open, grant: grant.id } });
}

function welcome(draft: Draft, request: AccessRequest, id: string): void {
  const { app, subject } = request;
  if (app === undefined || subject === undefined) return;
  const to: SlackId = subject.slack ?? request.requester.slack;
  notify(draft, id, [to], {
    kind: 'welcome',
    app,
    ...(sameSlack(subject.slack, request.requester.slack) ? {} : { requester: request.requester.slack }),
    forward: subject.slack === undefined,
    name: subject.name,
    email: subject.email ?? '',
  });
}
