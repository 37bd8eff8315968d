/**
 * `apply` of a revoke: guard, mark, take each role, then end its grants and forget it was standing. Never gives up.
 */
import { refuse } from '../errors.ts';
import { clear, holdingKey } from '../grant.ts';
import type { AppPolicy, Role } from '../policy.ts';
import type { Job, Key, WriteOutcome } from '../ports.ts';
import { type AccessRequest, isClosed, move } from '../request.ts';
import { calm, faultOf, isLoud, raiseAlarm } from './alarm.ts';
import {
  changeRequest,
  close,
  type Draft,
  getHolding,
  keysNow,
  keysOf,
  putHolding,
  record,
  rolesOf,
  showCards,
  system,
} from './draft.ts';
import { lastHolder } from './guard.ts';
import { lookAgain, unseen } from './look.ts';
import { clearFirst, takeBack } from './take.ts';
import { appOf, DONE, type JobResult, KeysGrew, roleOf, type World } from './world.ts';

/** @throws DirectoryError to be run again later, after the owners have been told */
export async function applyRevoke(world: World, job: Job, request: AccessRequest): Promise<JobResult> {
  const { app: appKey, subject, id } = request;
  const account = subject?.account;
  if (appKey === undefined || account === undefined) throw new Error(`revoke ${id} is not complete`);
  const app = appOf(world, appKey);
  const roles = await clearFirst(
    world,
    app,
    rolesOf(request).map((key) => roleOf(app, key)),
  );
  try {
    if (await heldForLast(world, request, app, roles, account)) return lookAgain(world, job);
    if (!(await markRemoving(world, id, account))) return DONE;
    const outcomes: WriteOutcome['kind'][] = [];
    for (const role of roles) outcomes.push(await takeBack(world, app, role, account));
    if (outcomes.includes('accepted')) return await unseen(world, job, id);
    await revoked(world, id, account, outcomes.includes('observed') ? 'observed' : 'confirmed');
    return DONE;
  } catch (error) {
    if (await isLoud(world, id, error)) await raiseAlarm(world, id, { kind: 'write_failing', detail: faultOf(error) });
    throw error;
  }
}

/**
 * The last-Admin guard right before the write. @returns true when a removal already begun must wait for a successor; the
 * owners are told. @throws AccessError `last_admin` when nothing has begun yet; DirectoryError
 */
export async function heldForLast(
  world: World,
  request: AccessRequest,
  app: AppPolicy,
  roles: readonly Role[],
  account: string,
): Promise<boolean> {
  if (app.mode === 'observe') return false;
  for (const role of roles) {
    const last = await lastHolder(world, app, role, account, 'person');
    if (last === undefined) continue;
    if (request.state === 'approved') refuse(last);
    await raiseAlarm(world, request.id, { kind: 'last_admin_held', role: role.key });
    return true;
  }
  return false;
}

/**
 * From here on the account no longer counts as holding these roles: what is being taken cannot hold up the guard.
 * @returns false when the request is no longer to be carried out
 */
export async function markRemoving(world: World, id: string, account: string): Promise<boolean> {
  return changeRequest(world.store, id, (draft, request) => {
    if (request?.state === 'applying') return true;
    if (request?.state !== 'approved' || request.app === undefined) return false;
    for (const role of rolesOf(request)) {
      putHolding(draft, { ...getHolding(draft, request.app, account, role), removing: true });
    }
    const next = move(request, 'applying');
    draft.put('request', id, next);
    record(draft, next, 'access.intended', system('apply'), {});
    showCards(draft, id);
    return true;
  });
}

/** Keys of everything that ends when these roles are taken: the request's own, and the requests of the grants. */
export async function keysOfGrants(world: World, id: string): Promise<Key[]> {
  const keys = await keysNow(world.store, id);
  const request = await world.store.read('request', id);
  const account = request?.subject?.account;
  if (request?.app === undefined || account === undefined) return keys;
  for (const role of rolesOf(request)) {
    const holding = await world.store.read('holding', holdingKey(request.app, account, role));
    const grants = [...(holding?.grants ?? []).map((held) => held.request), holding?.open.grant];
    for (const each of grants) {
      const grant = each === undefined ? undefined : await world.store.read('request', each);
      if (grant !== undefined) keys.push(...keysOf(grant));
      else if (each !== undefined) keys.push(`request:${each}`);
    }
  }
  return keys;
}

/** Ends every grant of a role in the ledger and forgets that it was standing: the membership is gone. */
export function endGrants(
  draft: Draft,
  named: ReadonlySet<Key>,
  by: AccessRequest,
  account: string,
  why: 'revoked' | 'account_change',
  outcome: 'confirmed' | 'observed',
): void {
  if (by.app === undefined) return;
  for (const role of rolesOf(by)) {
    const holding = getHolding(draft, by.app, account, role);
    for (const held of holding.grants) {
      if (!named.has(`request:${held.request}`)) throw new KeysGrew();
      draft.cancel(`end:${held.request}`);
      const grant = draft.get('request', held.request);
      if (grant === undefined || isClosed(grant.state)) continue;
      const ending = grant.state === 'applying' ? move(grant, 'ending') : grant;
      if (ending.state !== 'active' && ending.state !== 'ending') continue;
      close(draft, calm(ending), 'ended', { closing: { why }, outcome: { kind: outcome, at: draft.now } });
      record(draft, grant, 'access.taken', system('apply'), { outcome, why });
    }
    const retrying = getHolding(draft, by.app, account, role).open.grant;
    if (retrying !== undefined) {
      if (!named.has(`request:${retrying}`)) throw new KeysGrew();
      const grant = draft.get('request', retrying);
      // Approved, and between two attempts to be written: it must not come back after the removal.
      if (grant?.state === 'applying') close(draft, grant, 'not_applied', { closing: { why: 'taken_away_first' } });
    }
    putHolding(draft, clear(getHolding(draft, by.app, account, role)));
  }
}

async function revoked(world: World, id: string, account: string, outcome: 'confirmed' | 'observed'): Promise<void> {
  await changeRequest(
    world.store,
    id,
    (draft, request, named) => {
      if (request?.state !== 'applying') return undefined;
      endGrants(draft, named, request, account, 'revoked', outcome);
      const done = close(draft, calm(request), 'done', {
        outcome: { kind: outcome, at: draft.now },
        appliedAt: draft.now,
      });
      record(draft, done, 'access.taken', system('apply'), { outcome, why: 'revoked' });
    },
    () => keysOfGrants(world, id),
  );
}
