/**
 * Putting users into groups and taking them out (RFC 7644 §3.5.2). One removal removes one: the form is the profile's,
 * the group is read before and after where it can be, and a group is never replaced. Refuses to know roles.
 */
import type { MemberOutcome, Members, Membership, MembersWrite, MemberWrite } from './contract.ts';
import { ScimError } from './error.ts';
import { quote } from './filter.ts';
import { isMember, members, membershipIn, readsGroupMembers } from './groups.ts';
import { addMembersOperations, removeMembersOperations } from './patch.ts';
import { patch, type Session, settle } from './session.ts';

type Op = 'add' | 'remove';

const SECOND_LOOK_MS = 1_000;

interface Look {
  readonly states: ReadonlyMap<string, Membership>;
  /** The whole list, where it can be read. */
  readonly ids?: readonly string[];
}

/** How these users stand: from one reading of the group, else one by one. */
async function look(session: Session, groupId: string, ids: readonly string[]): Promise<Look> {
  const listed: Members | 'unknown' = readsGroupMembers(session) ? await members(session, groupId) : 'unknown';
  if (listed !== 'unknown') {
    const states = new Map(ids.map((id) => [id, membershipIn(listed, id) ?? 'unknown'] as const));
    return { states, ids: listed.ids };
  }
  const states = new Map<string, Membership>();
  for (const id of ids) states.set(id, await isMember(session, groupId, id));
  return { states };
}

function refusal(message: string): ScimError {
  return new ScimError({ fault: 'input', outcome: 'not-sent', message });
}

/** The list a removal is measured against. Where the form could empty a group, it must be read, here and now. */
async function readBefore(
  session: Session,
  groupId: string,
  given: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  const risky = session.profile.removeForm === 'entraValue';
  if (given !== undefined && !risky) return given;
  const listed = readsGroupMembers(session) ? await members(session, groupId) : 'unknown';
  if (listed !== 'unknown') return listed.ids;
  if (!risky) return undefined;
  throw refusal('Nobody was removed: this form of removal can empty a group, and its members cannot be read.');
}

/**
 * Adds or removes users, in as few requests as the server takes. What one request did is read back before the next is
 * sent; when anybody left whom nobody named, no further request is sent.
 */
async function change(
  session: Session,
  op: Op,
  groupId: string,
  userIds: readonly string[],
  given?: readonly string[],
): Promise<MembersWrite> {
  const { profile, memory } = session;
  const ids = [...new Set(userIds)];
  for (const id of ids) quote(id);
  const goal: Membership = op === 'add' ? 'in' : 'out';
  const outcomes = new Map<string, MemberOutcome>();
  const lost = new Set<string>();
  let before = op === 'remove' && ids.length > 0 ? await readBefore(session, groupId, given) : given;
  const started = before;

  /** Whom nobody named, who was there before and is not now. */
  const missing = (then: readonly string[] | undefined, now: readonly string[]): readonly string[] => {
    const left = new Set(now);
    return (then ?? []).filter((id) => !left.has(id) && !(op === 'remove' && ids.includes(id)));
  };

  async function lookAgain(vanished: readonly string[]): Promise<readonly string[]> {
    await session.sleep(SECOND_LOOK_MS);
    try {
      const listed = await members(session, groupId);
      return listed === 'unknown' ? vanished : missing(vanished, listed.ids);
    } catch (error) {
      if (error instanceof ScimError) return vanished;
      throw error;
    }
  }

  /** One request for some of them. @returns the error that asks for smaller requests */
  async function once(some: readonly string[]): Promise<ScimError | undefined> {
    const operations =
      op === 'add' ? addMembersOperations(some, profile.memberType) : removeMembersOperations(some, profile.removeForm);
    const { seen, sentAt, error } = await settle(session, {
      write: () => patch(session, '/Groups', groupId, operations),
      look: () => look(session, groupId, some),
      reached: ({ states }) => some.every((id) => states.get(id) === goal),
    });
    if (seen?.ids !== undefined) {
      const vanished = missing(before, seen.ids);
      // A list that lags behind can hide somebody for a moment: an incident is what a second look shows, too.
      for (const id of vanished.length > 0 ? await lookAgain(vanished) : []) lost.add(id);
      before = seen.ids;
    }
    const smaller = some.length > 1 && (error?.status === 400 || error?.status === 413) && lost.size === 0;
    if (smaller) return error;
    for (const id of some) {
      const state = seen?.states.get(id) ?? 'unknown';
      outcomes.set(id, {
        id,
        seen: state,
        ...(sentAt === undefined ? {} : { sentAt }),
        ...(error === undefined || state === goal ? {} : { error }),
      });
    }
    return undefined;
  }

  let size = Math.max(1, Math.min(profile.batchSize, memory.get().batchSize ?? profile.batchSize));
  let refused = false;
  for (let at = 0; at < ids.length; ) {
    if (lost.size > 0) break;
    const some = ids.slice(at, at + size);
    try {
      const tooMany = await once(some);
      if (tooMany !== undefined) {
        // 413 names the size; a 400 may mean "one at a time".
        refused = true;
        size = tooMany.status === 413 ? Math.ceil(some.length / 2) : 1;
        continue;
      }
    } catch (error) {
      // Nothing happened to these; what happened to the ones before must be told all the same.
      if (!(error instanceof ScimError) || at === 0) throw error;
      for (const id of some) outcomes.set(id, { id, seen: 'unknown', error });
    }
    const taken = some.length === size && some.every((id) => outcomes.get(id)?.error === undefined);
    if (refused && taken) memory.learn({ batchSize: size });
    at += some.length;
  }
  for (const id of ids) {
    if (outcomes.has(id)) continue;
    const seen = before === undefined || started === undefined ? 'unknown' : before.includes(id) ? 'in' : 'out';
    const error = refusal('Not sent: people nobody named had just left the group.');
    outcomes.set(id, { id, seen, error });
  }
  return { outcomes: ids.map((id) => outcomes.get(id)).filter((one) => one !== undefined), lost: [...lost] };
}

async function changeOne(
  session: Session,
  op: Op,
  groupId: string,
  userId: string,
  before: readonly string[] | undefined,
): Promise<MemberWrite> {
  const { outcomes, lost } = await change(session, op, groupId, [userId], before);
  const outcome = outcomes[0];
  // An incident outweighs a refusal: what was lost is told in any case.
  if (outcome?.error !== undefined && lost.length === 0) throw outcome.error;
  return {
    seen: outcome?.seen ?? 'unknown',
    lost,
    ...(outcome?.sentAt === undefined ? {} : { sentAt: outcome.sentAt }),
  };
}

export const addMember = (session: Session, groupId: string, userId: string, before?: readonly string[]) =>
  changeOne(session, 'add', groupId, userId, before);

export const removeMember = (session: Session, groupId: string, userId: string, before?: readonly string[]) =>
  changeOne(session, 'remove', groupId, userId, before);

export const addMembers = (session: Session, groupId: string, userIds: readonly string[]) =>
  change(session, 'add', groupId, userIds);

export const removeMembers = (session: Session, groupId: string, userIds: readonly string[]) =>
  change(session, 'remove', groupId, userIds);
