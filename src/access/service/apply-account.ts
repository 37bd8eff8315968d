/**
 * `apply` of disable and enable: the account's `active`, and the roles that go with it.
 */
import { baseRole } from '../policy.ts';
import type { Job, Key } from '../ports.ts';
import { type AccessRequest, move } from '../request.ts';
import { calm, faultOf, isLoud, raiseAlarm } from './alarm.ts';
import { failed } from './apply-grant.ts';
import { endGrants, heldForLast, keysOfGrants, markRemoving } from './apply-revoke.ts';
import { newAccountRecord } from './binding.ts';
import { changeRequest, close, type Draft, keysOf, record, rolesOf, showCards, system } from './draft.ts';
import { mustNotHalt } from './halt.ts';
import { isTooLate } from './late.ts';
import { accepted, LOOK_UNTIL, lookAgain, unseen } from './look.ts';
import { clearFirst, takeRole } from './take.ts';
import {
  appOf,
  DONE,
  directoryOf,
  groupOf,
  type JobResult,
  KeysGrew,
  membershipOf,
  roleOf,
  type World,
} from './world.ts';

/** Guard, `active: false` read back, then every role above base, standing too. Never gives up. @throws DirectoryError */
export async function applyDisable(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  const { app: appKey, subject, id } = request;
  const accountId = subject?.account;
  if (appKey === undefined || accountId === undefined) throw new Error(`disable ${id} is not complete`);
  const app = appOf(world, appKey);
  const directory = directoryOf(world, appKey);
  const roles = await clearFirst(
    world,
    app,
    rolesOf(request).map((key) => roleOf(app, key)),
  );
  try {
    if (await heldForLast(world, request, app, roles, accountId)) return lookAgain(world, job);
    if (!(await markRemoving(world, id, accountId))) return DONE;
    const disabled = await directory.setActive(accountId, false);
    if (disabled.kind === 'accepted') return await unseen(world, job, id);
    let observed = disabled.kind === 'observed';
    for (const role of roles) {
      if ((await membershipOf(world, app, role, accountId)) === 'out') continue;
      const taken = await takeRole(world, app, role, accountId, { keepBase: false });
      if (taken === 'accepted') return await unseen(world, job, id);
      observed ||= taken === 'observed';
    }
    await disabledNow(world, id, accountId, observed ? 'observed' : 'confirmed');
    return DONE;
  } catch (error) {
    if (await isLoud(world, id, error)) await raiseAlarm(world, id, { kind: 'write_failing', detail: faultOf(error) });
    throw error;
  }
}

/** One commit: the account is out, its grants have ended, its open requests are closed. */
async function disabledNow(
  world: World,
  id: string,
  account: string,
  outcome: 'confirmed' | 'observed',
): Promise<void> {
  const plan = async (): Promise<Key[]> => {
    const keys = await keysOfGrants(world, id);
    const request = await world.store.read('request', id);
    const known =
      request?.app === undefined ? undefined : await world.store.read('account', `${request.app}/${account}`);
    for (const open of known?.requests ?? []) {
      const other = await world.store.read('request', open);
      if (other !== undefined) keys.push(...keysOf(other));
    }
    return keys;
  };
  await changeRequest(
    world.store,
    id,
    (draft, request, named) => {
      if (request?.state !== 'applying' || request.app === undefined) return undefined;
      endGrants(draft, named, request, account, 'account_change', outcome);
      const accountId = `${request.app}/${account}`;
      for (const open of draft.get('account', accountId)?.requests ?? []) {
        if (open === id) continue;
        if (!named.has(`request:${open}`)) throw new KeysGrew();
        const other = draft.get('request', open);
        if (other !== undefined) closeOther(draft, other);
      }
      const done = close(draft, calm(request), 'done', {
        outcome: { kind: outcome, at: draft.now },
        appliedAt: draft.now,
      });
      const known = draft.get('account', accountId);
      const by = done.requester.name;
      const { reason } = done.ask;
      draft.put('account', accountId, {
        ...(known ??
          newAccountRecord(request.app, {
            id: account,
            email: done.subject?.email ?? '',
            name: done.subject?.name ?? '',
          })),
        disabled: { at: draft.now, by, ...(reason === undefined ? {} : { reason }) },
      });
      record(draft, done, 'account.disabled', system('apply'), { outcome });
    },
    plan,
  );
}

/** An open request for an account that is now disabled: nobody carries it out any more. */
function closeOther(draft: Draft, other: AccessRequest): void {
  const closing = { closing: { why: 'account_change' as const } };
  if (other.state === 'pending' || other.state === 'approved') {
    close(draft, other, 'cancelled', closing);
    record(draft, other, 'request.cancelled', system('apply'), { why: 'account_change' });
  } else if (other.state === 'applying' && !isWritten(other)) {
    close(draft, other, 'not_applied', closing);
    record(draft, other, 'request.not_applied', system('apply'), { why: 'account_change' });
  }
}

/** Of an update something was taken already: it goes on reading, and says in the end what became of it. */
const isWritten = ({ attributes = {} }: AccessRequest): boolean =>
  Object.values(attributes).some((each) => each.outcome !== undefined);

/** Every role above base taken, then `active: true` read back, then the base role. @throws DirectoryError to be run again later */
export async function applyEnable(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  const { app: appKey, subject, id } = request;
  const accountId = subject?.account;
  if (appKey === undefined || accountId === undefined) throw new Error(`enable ${id} is not complete`);
  const app = appOf(world, appKey);
  const directory = directoryOf(world, appKey);
  const waited = request.outcome?.kind === 'accepted';
  if (!waited && (await isTooLate(world, request))) return tooLate(world, request);
  if (waited && world.clock.now() - job.since >= LOOK_UNTIL) return failed(world, id, 'accepted, but never visible');
  if (!(await begin(world, id))) return DONE;
  for (const role of rolesOf(request).map((key) => roleOf(app, key))) {
    if ((await membershipOf(world, app, role, accountId)) === 'out') continue;
    const taken = await takeRole(world, app, role, accountId, { keepBase: false });
    if (taken === 'accepted') return accepted(world, job, id);
  }
  const enabled = await directory.setActive(accountId, true);
  if (enabled.kind === 'accepted') return accepted(world, job, id);
  const base = baseRole(app);
  const added = base === undefined ? undefined : await directory.add(await groupOf(world, app, base), accountId);
  if (added?.kind === 'accepted') return accepted(world, job, id);
  await changeRequest(
    world.store,
    id,
    (draft, current, named) => {
      if (current?.state !== 'applying') return undefined;
      const outcome = enabled.kind === 'observed' ? 'observed' : 'confirmed';
      endGrants(draft, named, current, accountId, 'account_change', outcome);
      const known = draft.get('account', `${appKey}/${accountId}`);
      if (known !== undefined) {
        const { disabled: _disabled, ...rest } = known;
        draft.put('account', `${appKey}/${accountId}`, rest);
      }
      const done = close(draft, calm(current), 'done', {
        outcome: { kind: outcome, at: draft.now },
        appliedAt: draft.now,
      });
      record(draft, done, 'account.enabled', system('apply'), { outcome });
    },
    () => keysOfGrants(world, id),
  );
  return DONE;
}

/** Nothing written yet → *not applied*; otherwise the owners hear that it is unclear. */
export async function tooLate(world: World, request: AccessRequest): Promise<JobResult> {
  const { id } = request;
  await changeRequest(world.store, id, (draft, current) => {
    if (current?.state === 'approved') {
      close(draft, current, 'not_applied', { closing: { why: 'too_late_to_apply' } });
      record(draft, current, 'request.not_applied', system('apply'), { why: 'too_late_to_apply' });
    } else if (current?.state === 'applying') {
      const alarm = {
        kind: 'write_failing' as const,
        detail: 'gave up; it is unclear whether it took effect',
        since: draft.now,
        toldAt: draft.now,
      };
      close(draft, { ...current, alarm }, 'failed', { closing: { why: 'unknown_outcome' } });
      record(draft, current, 'request.failed', system('apply'), { why: 'unknown_outcome' });
    }
  });
  return DONE;
}

/** `approved → applying`, before the first write. @returns false when the request is no longer to be carried out. @throws Halted */
export async function begin(world: World, id: string): Promise<boolean> {
  return changeRequest(world.store, id, (draft, request) => {
    if (request?.state === 'applying') return true;
    if (request?.state !== 'approved') return false;
    mustNotHalt(draft, request.app);
    const next = move(request, 'applying');
    draft.put('request', id, next);
    record(draft, next, 'access.intended', system('apply'), {});
    showCards(draft, id);
    return true;
  });
}
