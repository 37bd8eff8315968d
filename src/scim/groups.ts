/**
 * Reading groups and memberships (RFC 7644 §3.4; RFC 7643 §4.2). An empty list of members means nothing until the server
 * is known to list them. Writes no membership; creates groups only where the profile allows.
 */
import type { CreateGroupResult, Listing, Members, Membership } from './contract.ts';
import { ScimError } from './error.ts';
import { and, eq, needsEscaping } from './filter.ts';
import type { ScimAnswer } from './http.ts';
import { parseGroup, type ScimGroup } from './schema.ts';
import { list, read, type Session } from './session.ts';
import { FILTER_STATUSES, getUser, listUsers } from './users.ts';

const WITHOUT_MEMBERS = [['excludedAttributes', 'members']] as const;

export async function getGroup(session: Session, id: string, members: boolean): Promise<ScimGroup | undefined> {
  const answer = await read(session, '/Groups', id, members ? [] : WITHOUT_MEMBERS);
  if (answer === undefined) return undefined;
  const group = parseGroup(answer.body, answer.etag);
  if (group?.id === id) return group;
  const message = 'SCIM GET /Groups/:id answered something that is not this group';
  throw new ScimError({ fault: 'unreadable', outcome: 'not-sent', status: answer.status, message });
}

export function listGroups(session: Session, members: boolean): Listing<ScimGroup> {
  return list(session, '/Groups', (row) => parseGroup(row), members ? {} : { query: WITHOUT_MEMBERS });
}

async function collect(groups: Listing<ScimGroup>, matches: (group: ScimGroup) => boolean): Promise<ScimGroup[]> {
  const hits: ScimGroup[] = [];
  for await (const page of groups) hits.push(...page.items.filter(matches));
  const verdict = groups.verdict();
  // Several groups of one name must be told apart from one, so a partial answer is none.
  if (verdict.complete || verdict.why === 'unreadable') return hits;
  const message = `SCIM /Groups could not be read to its end (${verdict.why})`;
  throw new ScimError({ fault: 'incomplete', outcome: 'not-sent', retryable: true, message });
}

const isFilterRefusal = (error: unknown): error is ScimError =>
  error instanceof ScimError && error.status !== undefined && FILTER_STATUSES.includes(error.status);

/** Groups of exactly this name: by filter, else by reading all. `displayName` is not unique (RFC 7643 §4.2). */
export async function findGroups(session: Session, displayName: string): Promise<readonly ScimGroup[]> {
  const { memory } = session;
  const wanted = displayName.normalize('NFC');
  const filter = eq('displayName', wanted);
  const matches = (group: ScimGroup) => group.displayName?.normalize('NFC') === wanted;
  const refused = memory.get().refusedFilters ?? [];
  if (!refused.includes('displayName')) {
    try {
      const query = [['filter', filter], ...WITHOUT_MEMBERS] as const;
      const groups = list(session, '/Groups', (row) => parseGroup(row), { query, settle: FILTER_STATUSES });
      return await collect(groups, matches);
    } catch (error) {
      if (!isFilterRefusal(error)) throw error;
      const isFilter = error.scimType === 'invalidFilter' || error.status === 501;
      if (isFilter && !needsEscaping(wanted)) memory.learn({ refusedFilters: [...refused, 'displayName'] });
    }
  }
  return collect(listGroups(session, false), matches);
}

const gone = () =>
  new ScimError({ fault: 'http', status: 404, outcome: 'refused', message: 'SCIM GET /Groups/:id answered 404' });

/** Whether an empty list of members means an empty group here. */
function listsMembers({ profile, memory }: Session): boolean {
  return (
    profile.membersReadable === 'yes' || (profile.membersReadable === 'unknown' && memory.get().membersListed === 'yes')
  );
}

/** Whether a group's own list is worth reading at all. */
export function readsGroupMembers({ profile }: Session): boolean {
  return profile.membershipSource === 'group' && profile.membersReadable !== 'no';
}

/** Reads the list on the group; `undefined`: it says nothing. @throws ScimError 404 when the group is gone */
async function listOnGroup(session: Session, groupId: string): Promise<Members | undefined> {
  const group = await getGroup(session, groupId, true);
  if (group === undefined) throw gone();
  const rows = group.members ?? [];
  if (rows.length > 0 && session.profile.membersReadable === 'unknown') session.memory.learn({ membersListed: 'yes' });
  if (group.unreadableMembers > 0 || (rows.length === 0 && !listsMembers(session))) return undefined;
  const ids = (kind: 'user' | 'group') => rows.filter((row) => row.kind === kind).map((row) => row.id);
  return { ids: ids('user'), nested: ids('group') };
}

/** Where memberships are on the users: everybody must be read, and somebody must show that they are told. */
async function listOnUsers(session: Session, groupId: string): Promise<Members | undefined> {
  const ids: string[] = [];
  let told = session.profile.membersReadable === 'yes';
  const users = listUsers(session);
  for await (const page of users) {
    for (const user of page.items) {
      if (user.groups !== undefined) told = true;
      if (user.groups?.includes(groupId) === true) ids.push(user.id);
    }
  }
  return told && users.verdict().complete ? { ids, nested: [] } : undefined;
}

export async function members(session: Session, groupId: string): Promise<Members | 'unknown'> {
  if (session.profile.membershipSource === 'user') return (await listOnUsers(session, groupId)) ?? 'unknown';
  if (!readsGroupMembers(session)) return 'unknown';
  return (await listOnGroup(session, groupId)) ?? 'unknown';
}

const isAddress = (id: string) => id.includes('@');

/** Whether one user is in a group, from its members as read; `undefined`: they do not say. */
export function membershipIn({ ids }: Members, userId: string): Membership | undefined {
  if (ids.includes(userId)) return 'in';
  // Some servers name members by e-mail: then the absence of an id says nothing.
  return !isAddress(userId) && ids.some(isAddress) ? undefined : 'out';
}

type MemberPath = 'members.value' | 'members';

async function hits(session: Session, groupId: string, userId: string, path: MemberPath): Promise<boolean | undefined> {
  try {
    const query = [['filter', and(eq('id', groupId), eq(path, userId))]] as const;
    const groups = list(session, '/Groups', (row) => parseGroup(row), { query, settle: FILTER_STATUSES });
    const found = await collect(groups, () => true);
    // Other groups among the hits: the filter was not applied.
    return found.every((group) => group.id === groupId) ? found.length > 0 : undefined;
  } catch (error) {
    if (isFilterRefusal(error) || (error instanceof ScimError && error.fault === 'incomplete')) return undefined;
    throw error;
  }
}

/**
 * Asks by filter. Where the profile does not vouch for one, a hit is believed only after the same question about nobody
 * came back empty, and an empty answer only after such a hit.
 */
async function askMembership(session: Session, groupId: string, userId: string): Promise<Membership> {
  const { profile, memory } = session;
  if (profile.memberFilter === 'none') return 'unknown';
  const vouched = profile.memberFilter === 'unknown' ? memory.get().memberFilter : profile.memberFilter;
  if (vouched !== undefined) {
    const hit = await hits(session, groupId, userId, vouched);
    return hit === undefined ? 'unknown' : hit ? 'in' : 'out';
  }
  for (const path of ['members.value', 'members'] as const) {
    const hit = await hits(session, groupId, userId, path);
    if (hit === true && (await hits(session, groupId, `nobody-${userId}`, path)) === false) {
      memory.learn({ memberFilter: path });
      return 'in';
    }
    // Understood and empty: the other spelling would only be a second guess.
    if (hit === false) return 'unknown';
  }
  return 'unknown';
}

export async function isMember(session: Session, groupId: string, userId: string): Promise<Membership> {
  if (session.profile.membershipSource === 'user') {
    const user = await getUser(session, userId);
    if (user === undefined) return 'out';
    if (user.groups === undefined) return session.profile.membersReadable === 'yes' ? 'out' : 'unknown';
    return user.groups.includes(groupId) ? 'in' : 'out';
  }
  if (readsGroupMembers(session)) {
    const listed = await listOnGroup(session, groupId);
    const known = listed === undefined ? undefined : membershipIn(listed, userId);
    if (known !== undefined) return known;
  }
  return askMembership(session, groupId, userId);
}

const ELSEWHERE: readonly number[] = [403, 405, 501];

/** Creates an empty group: some servers drop members given in the POST. Looks first, and again when the answer is lost. */
export async function createGroup(
  session: Session,
  displayName: string,
  externalId: string | undefined,
): Promise<CreateGroupResult> {
  if (!session.profile.groupCreate) return { kind: 'managed-elsewhere' };
  const name = displayName.normalize('NFC');
  const before = await findGroups(session, name);
  if (before.length > 0) return { kind: 'exists', groups: before };
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: name, externalId };
  let answer: ScimAnswer;
  try {
    answer = await session.http.send({ method: 'POST', route: '/Groups', body, intent: 'create' });
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    if (error.status !== undefined && ELSEWHERE.includes(error.status) && error.outcome === 'refused') {
      return { kind: 'managed-elsewhere', error };
    }
    if (error.outcome === 'unknown' && error.sentAt !== undefined) return afterLoss(session, name, error, error.sentAt);
    if (error.outcome === 'not-sent' || error.retryable || error.status === 401) throw error;
    const groups = error.status === 409 ? await findGroups(session, name) : [];
    return groups.length > 0 ? { kind: 'exists', groups } : { kind: 'refused', error };
  }
  const group = parseGroup(answer.body);
  if (group !== undefined) return { kind: 'created', id: group.id, sentAt: answer.sentAt };
  const message = 'SCIM POST /Groups was taken, but its answer names no group';
  const error = new ScimError({ fault: 'unreadable', outcome: 'unknown', sentAt: answer.sentAt, message });
  return afterLoss(session, name, error, answer.sentAt);
}

async function afterLoss(session: Session, name: string, error: ScimError, sentAt: number): Promise<CreateGroupResult> {
  let found: readonly ScimGroup[] = [];
  try {
    found = await findGroups(session, name);
  } catch (thrown) {
    if (!(thrown instanceof ScimError)) throw thrown;
  }
  const [group, ...others] = found;
  if (group === undefined) return { kind: 'unknown', sentAt, error };
  return others.length === 0 ? { kind: 'created', id: group.id, sentAt } : { kind: 'exists', groups: found };
}
