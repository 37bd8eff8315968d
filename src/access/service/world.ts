/**
 * What every verb is handed: the ports, the policy, and two small conveniences around them.
 */
import { AccessError, DirectoryError, refuse } from '../errors.ts';
import { carries, linkedTo, troubleOf, unknownApp } from '../groups.ts';
import type { AppPolicy, Policy, Role } from '../policy.ts';
import type { AppRecord, Change, Clock, Directory, Key, Membership, Notifier, People, Store, View } from '../ports.ts';
import type { Ask } from '../request.ts';

export interface Log {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

export interface World {
  readonly store: Store;
  readonly directories: Readonly<Record<string, Directory>>;
  readonly people: People;
  readonly notifier: Notifier;
  readonly policy: Policy;
  readonly clock: Clock;
  /** A new request id, e.g. `R-7K3F9QXZ`. */
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * How a job ended. A `DirectoryError` thrown instead means: again, later. `idle`: nothing was asked of the app, so it
 * says nothing about its token.
 */
export type JobResult =
  | { readonly kind: 'done'; readonly idle?: true }
  | { readonly kind: 'again'; readonly due: number; readonly idle?: true };
export const DONE: JobResult = { kind: 'done' };

/** @throws AccessError `unknown_app` */
export function appOf(world: World, key: string): AppPolicy {
  return world.policy.apps[key] ?? refuse({ code: 'unknown_app', given: key, known: Object.keys(world.policy.apps) });
}

/** The app an ask means: the one it names, the only one, or the only one that has a role of that name. */
export function appMeant({ policy }: World, { app, role }: Pick<Ask, 'app' | 'role'>): AppPolicy | undefined {
  if (app !== undefined) return policy.apps[app];
  const all = Object.values(policy.apps);
  const fitting = role === undefined || all.length === 1 ? all : all.filter((each) => each.roles[role] !== undefined);
  return fitting.length === 1 ? fitting[0] : undefined;
}

export function directoryOf(world: World, app: string): Directory {
  return world.directories[app] ?? refuse({ code: 'unknown_app', given: app, known: Object.keys(world.policy.apps) });
}

/** @throws AccessError `unknown_role` */
export function roleOf(app: AppPolicy, key: string): Role {
  return app.roles[key] ?? refuse({ code: 'unknown_role', given: key, known: Object.keys(app.roles) });
}

/** The lane in which everything that writes to one app runs, one at a time. */
export const laneOf = (app: string): string => `app:${app}`;
/** Ends go before removals, removals before what gives. */
export const RANK = { end: 0, take: 1, give: 2 } as const;

/** The group of a role that is in trouble is neither written nor believed until somebody has looked. */
function refuseTroubled(record: AppRecord | undefined, role: Role): void {
  const trouble = troubleOf(record, role.key);
  if (trouble !== undefined)
    throw new DirectoryError('unavailable', `the group of the role ${role.key} is ${trouble.kind}`);
}

/**
 * The SCIM group id that carries a role: linked by name once, by id from then on.
 * @throws AccessError `group_missing` when no group, or more than one, has the name; DirectoryError, also while the group
 * is in trouble.
 */
export async function groupOf(world: World, app: AppPolicy, role: Role): Promise<string> {
  const known = await world.store.read('app', app.key);
  refuseTroubled(known, role);
  const linked = known?.groups[role.key];
  if (linked !== undefined) return linked.id;
  const found = await directoryOf(world, app.key).groupsNamed(role.group);
  const [id] = found;
  if (id === undefined || found.length > 1) return refuse({ code: 'group_missing', app: app.key, group: role.group });
  return world.store.commit([`app:${app.key}`], (view) => {
    const record = view.get('app', app.key) ?? unknownApp(app.key);
    refuseTroubled(record, role);
    const already = record.groups[role.key];
    if (already !== undefined) return { result: already.id };
    if (carries(record, app, id, role.key) !== undefined)
      refuse({ code: 'group_missing', app: app.key, group: role.group });
    return {
      put: [{ kind: 'app', id: app.key, value: linkedTo(record, role.key, { id, name: role.group }) }],
      events: [
        {
          type: 'group.linked',
          actor: { kind: 'system', part: 'directory' },
          about: [],
          app: app.key,
          role: role.key,
          group: id,
        },
      ],
      result: id,
    };
  });
}

/**
 * How an account stands to a role: live, or where its group is in trouble as it was last seen there.
 * @throws AccessError `group_missing`; DirectoryError
 */
export async function membershipOf(world: World, app: AppPolicy, role: Role, account: string): Promise<Membership> {
  const directory = directoryOf(world, app.key);
  const record = await world.store.read('app', app.key);
  const trouble = troubleOf(record, role.key);
  if (trouble === undefined) return directory.membership(await groupOf(world, app, role), account);
  if (trouble.kind === 'missing') return 'out';
  const linked = record?.groups[role.key];
  const seen = linked === undefined ? 'unknown' : directory.knownMembers(linked.id);
  return seen === 'unknown' ? 'unknown' : seen.has(account) ? 'in' : 'out';
}

/** The groups that carry an app's roles, linked as far as they can be found now. */
export async function linkedGroups(world: World, key: string): Promise<string[]> {
  const app = appOf(world, key);
  const ids: string[] = [];
  for (const role of Object.values(app.roles)) {
    try {
      ids.push(await groupOf(world, app, role));
    } catch (error) {
      if (!(error instanceof AccessError) && !(error instanceof DirectoryError)) throw error;
      world.log.warn({ app: key, role: role.key, error: error.message }, 'the group of a role could not be linked');
    }
  }
  return ids;
}

/** Thrown inside a commit when the state has grown a reference whose key was not named: read again, name it, retry. */
export class KeysGrew extends Error {}

/**
 * A commit whose keys depend on what is stored: `plan` reads and names them, `fn` runs under their lock and throws
 * `KeysGrew` when the world moved in between.
 */
export async function commitPlanned<R>(
  store: Store,
  plan: () => Promise<readonly Key[]>,
  fn: (view: View, named: ReadonlySet<Key>) => Change<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    const keys = [...new Set(await plan())];
    const named = new Set(keys);
    try {
      return await store.commit(keys, (view) => fn(view, named));
    } catch (error) {
      if (!(error instanceof KeysGrew) || attempt >= 8) throw error;
    }
  }
}
