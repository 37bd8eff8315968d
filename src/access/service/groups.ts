/**
 * The identity of groups: each role's group is known by its id, and an app whose groups are not what they were gives
 * nothing until somebody has looked. Reads the directory and the app's record; writes to no directory and adopts nothing
 * by its name that was linked before.
 */
import type { Actor } from '../audit.ts';
import { refuse } from '../errors.ts';
import { carries, linkedTo, rolesIn, troubleOf, unknownApp, withTroubles } from '../groups.ts';
import { type Party, personKey, type SlackId } from '../people.ts';
import { type AppPolicy, HOUR, type Role } from '../policy.ts';
import type { AppRecord, Directory, Group, GroupTrouble, Job, NewJob, Notice, Store } from '../ports.ts';
import { personParty } from './binding.ts';
import { type Draft, draftOn, system } from './draft.ts';
import { wakeJob } from './halt.ts';
import { notifyOwners } from './notices.ts';
import { ownerOf } from './pause.ts';
import { appOf, directoryOf, type JobResult, laneOf, RANK, type World } from './world.ts';

const CHECK_EVERY = HOUR;

/** In the lane of the app, so that no change is half way through; after everything that changes something. */
export const checkJob = (app: string, due: number): NewJob => ({
  key: `groups:${app}`,
  kind: 'groups',
  target: app,
  due,
  lane: laneOf(app),
  rank: RANK.give,
});

/** Job `groups`. @throws DirectoryError to be run again later */
export async function groups(world: World, job: Job): Promise<JobResult> {
  if (world.policy.apps[job.target] === undefined) return { kind: 'done' };
  await checkGroups(world, job.target);
  return { kind: 'again', due: world.clock.now() + CHECK_EVERY };
}

/** What the directory says of one role's group just now. */
type Seen =
  | { readonly role: Role; readonly linked: Group; readonly is: 'there'; readonly name: string }
  /** `found`: the only group of its name now. */
  | { readonly role: Role; readonly linked: Group; readonly is: 'gone'; readonly found?: Group }
  | { readonly role: Role; readonly linked: undefined; readonly named: readonly string[] };

/** Links what can be linked, notes what is wrong, and says so once. @throws DirectoryError: nothing is concluded then */
export async function checkGroups(world: World, key: string): Promise<void> {
  const app = appOf(world, key);
  const directory = directoryOf(world, key);
  const before = await world.store.read('app', key);
  const seen: Seen[] = [];
  for (const role of Object.values(app.roles)) seen.push(await look(directory, role, before?.groups[role.key]));
  // Of one role there are at most two things to say: what it is called now, and that it is clear again.
  const ids = seen.flatMap(() => [world.newId(), world.newId()]);
  await world.store.commit([`app:${key}`, ...ids.map((id) => `notice:${id}` as const)], (view) => {
    const draft = draftOn(view);
    const left = [...ids];
    judge(draft, app, seen, (notice) => {
      const id = left.pop();
      if (id !== undefined) notifyOwners(draft, id, key, notice);
    });
    return draft.change(undefined);
  });
}

async function look(directory: Directory, role: Role, linked: Group | undefined): Promise<Seen> {
  if (linked === undefined) return { role, linked, named: await directory.groupsNamed(role.group) };
  const now = await directory.group(linked.id);
  if (now !== undefined) return { role, linked, is: 'there', name: now.name };
  // "Not there" is also what a wrong address answers: a look by name has to get through, and not to find it.
  const named = await directory.groupsNamed(linked.name);
  if (named.includes(linked.id)) return { role, linked, is: 'there', name: linked.name };
  const [only] = named;
  const found = only === undefined || named.length > 1 ? undefined : await directory.group(only);
  return { role, linked, is: 'gone', ...(found === undefined ? {} : { found }) };
}

/** Under the lock: what was seen against what is on record by now. */
function judge(draft: Draft, app: AppPolicy, seen: readonly Seen[], tell: (notice: Notice) => void): void {
  const stored = draft.get('app', app.key) ?? unknownApp(app.key);
  let record = stored;
  const troubles: GroupTrouble[] = [];
  for (const each of seen) {
    const { role } = each;
    // Linked anew while we looked: that link is judged at the next look.
    if (record.groups[role.key]?.id !== each.linked?.id) continue;
    const known = troubleOf(stored, role.key);
    const since = known?.since ?? draft.now;
    if (each.linked === undefined) {
      record = linkByName(draft, app, record, role, each.named, troubles, since);
    } else if (each.is === 'gone') {
      const { linked: group, found } = each;
      const free = found === undefined || carries(record, app, found.id, role.key) !== undefined ? {} : { found };
      troubles.push({ kind: 'gone', role: role.key, group, ...free, since });
    } else if (each.name !== each.linked.name) {
      record = linkedTo(record, role.key, { id: each.linked.id, name: each.name });
      note(draft, app.key, 'group.renamed', role.key, each.linked.id, system('directory'));
      tell({ kind: 'group_renamed', app: app.key, role: role.key, from: each.linked.name, to: each.name });
    }
  }
  addShared(app, record, troubles, stored, draft.now);
  for (const trouble of troubles) {
    const [role] = rolesIn(trouble);
    if (role === undefined || !isNews(stored, trouble)) continue;
    draft.event({
      type: 'group.trouble',
      actor: system('directory'),
      about: [],
      app: app.key,
      role,
      why: trouble.kind,
    });
    tell({ kind: 'group_trouble', app: app.key, trouble });
  }
  for (const past of stored.troubles ?? []) {
    for (const role of rolesIn(past)) {
      const group = record.groups[role];
      if (group === undefined || troubles.some((trouble) => rolesIn(trouble).includes(role))) continue;
      if (stored.groups[role] !== undefined) note(draft, app.key, 'group.cleared', role, group.id, system('directory'));
      tell({ kind: 'group_settled', app: app.key, role, group });
    }
  }
  putTroubles(draft, stored, record, troubles);
}

/** A role that was never linked is linked by its name: to the only group that has it, and that no other role has. */
function linkByName(
  draft: Draft,
  app: AppPolicy,
  record: AppRecord,
  role: Role,
  named: readonly string[],
  troubles: GroupTrouble[],
  since: number,
): AppRecord {
  const [id, ...others] = named;
  if (id === undefined) troubles.push({ kind: 'missing', role: role.key, name: role.group, since });
  else if (others.length > 0) troubles.push({ kind: 'doubled', role: role.key, name: role.group, ids: named, since });
  else {
    const group = { id, name: role.group };
    const other = carries(record, app, id, role.key);
    if (other !== undefined) {
      troubles.push({ kind: 'shared', roles: [other, role.key], group, since });
      return record;
    }
    note(draft, app.key, 'group.linked', role.key, id, system('directory'));
    return linkedTo(record, role.key, group);
  }
  return record;
}

/** Two roles linked to one group, however that came about. */
function addShared(app: AppPolicy, record: AppRecord, troubles: GroupTrouble[], stored: AppRecord, now: number): void {
  const byGroup = Map.groupBy(
    Object.keys(app.roles).filter((role) => record.groups[role] !== undefined),
    (role) => record.groups[role]?.id,
  );
  for (const roles of byGroup.values()) {
    const [first] = roles;
    const group = first === undefined ? undefined : record.groups[first];
    if (roles.length < 2 || first === undefined || group === undefined) continue;
    troubles.push({ kind: 'shared', roles, group, since: troubleOf(stored, first)?.since ?? now });
  }
}

/** Told once: when it is there, when it has become another, and when a group of the old name has turned up. */
function isNews(stored: AppRecord, trouble: GroupTrouble): boolean {
  const [role] = rolesIn(trouble);
  const known = role === undefined ? undefined : troubleOf(stored, role);
  if (known?.kind !== trouble.kind) return true;
  return trouble.kind === 'gone' && known.kind === 'gone' && trouble.found !== undefined
    ? known.found?.id !== trouble.found.id
    : false;
}

function note(
  draft: Draft,
  app: string,
  type: 'group.linked' | 'group.renamed' | 'group.cleared',
  role: string,
  group: string,
  actor: Actor,
): void {
  const about = actor.kind === 'person' ? [`person:${personKey(actor.slack)}`] : [];
  draft.event({ type, actor, about, app, role, group });
}

/** Puts the record if it is another one by now; when the last trouble is over, what waited goes on. */
function putTroubles(draft: Draft, stored: AppRecord, record: AppRecord, troubles: readonly GroupTrouble[]): void {
  const { record: next, over } = withTroubles(record, troubles, draft.now);
  if (JSON.stringify(next) === JSON.stringify(stored)) return;
  draft.put('app', next.app, next);
  if (over) draft.schedule(wakeJob(next.app, draft.now));
}

/** What came of linking a role. `taken`: the group carries that other role, and nothing was changed. */
export type Linked = { readonly kind: 'linked' | 'already' } | { readonly kind: 'taken'; readonly role: string };

/**
 * Somebody says which group carries a role; whatever was the matter with that role is over. Whether the group is there
 * is the caller's to have looked up.
 */
export function linkGroup(
  store: Store,
  app: Pick<AppPolicy, 'key' | 'roles'>,
  role: string,
  group: Group,
  actor: Actor,
): Promise<Linked> {
  return store.commit([`app:${app.key}`], (view) => {
    const draft = draftOn(view);
    return draft.change(link(draft, app, role, group, actor));
  });
}

function link(draft: Draft, app: Pick<AppPolicy, 'key' | 'roles'>, role: string, group: Group, actor: Actor): Linked {
  const stored = draft.get('app', app.key) ?? unknownApp(app.key);
  const other = carries(stored, app, group.id, role);
  if (other !== undefined) return { kind: 'taken', role: other };
  const troubles = (stored.troubles ?? []).filter((trouble) => !rolesIn(trouble).includes(role));
  const settled = troubles.length < (stored.troubles ?? []).length;
  if (stored.groups[role]?.id === group.id && stored.groups[role]?.name === group.name && !settled)
    return { kind: 'already' };
  note(draft, app.key, 'group.linked', role, group.id, actor);
  putTroubles(draft, stored, linkedTo(stored, role, group), troubles);
  return { kind: 'linked' };
}

/**
 * *Use this group*: an owner takes the group that now has the old name. It must be the one that was offered, still be
 * there by that name, and carry no other role; and the old one must still be gone.
 * @throws AccessError `not_entitled`, `offer_gone`; DirectoryError
 */
export async function useGroup(world: World, by: SlackId, key: string, role: string, id: string): Promise<Group> {
  const { app, owner } = await ownerOf(world, by, key);
  const directory = directoryOf(world, key);
  const offered = offerOf(await world.store.read('app', key), role, id);
  const isSo = offered !== undefined && (await stillSo(directory, offered));
  if (!isSo) {
    await checkGroups(world, key);
    return refuse({ code: 'offer_gone', app: key, role });
  }
  const notice = world.newId();
  const who: Party = personParty(owner);
  return world.store.commit([`app:${key}`, `notice:${notice}`], (view) => {
    const draft = draftOn(view);
    const now = offerOf(draft.get('app', key), role, id);
    if (now === undefined) return refuse({ code: 'offer_gone', app: key, role });
    const made = link(draft, app, role, now.found, { kind: 'person', slack: owner.slack });
    if (made.kind === 'taken') refuse({ code: 'offer_gone', app: key, role });
    notifyOwners(draft, notice, key, { kind: 'group_settled', app: key, role, group: now.found, by: who }, owner.slack);
    return draft.change(now.found);
  });
}

interface Offer {
  readonly gone: Group;
  readonly found: Group;
}

/** The group that was offered for the role, if it is this one. */
function offerOf(record: AppRecord | undefined, role: string, id: string): Offer | undefined {
  const trouble = troubleOf(record, role);
  if (trouble?.kind !== 'gone' || trouble.found?.id !== id) return undefined;
  return { gone: trouble.group, found: trouble.found };
}

async function stillSo(directory: Directory, { gone, found }: Offer): Promise<boolean> {
  const [now, old] = [await directory.group(found.id), await directory.group(gone.id)];
  return old === undefined && now?.name === found.name;
}
