// Users, groups and memberships in Maps with the indexes that look-ups need; changed by effects only.
// Refuses to know HTTP, dialects and time.

import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { foldCase } from './match.ts';

/** A user or a group without its members. Never changed in place: every change makes a new record. */
export type ResourceRecord = {
  readonly id: string;
  /** Place in listings; grows, and never changes for one resource. */
  readonly sequence: number;
  /** ms since 1970 by the service's clock. */
  readonly created: number;
  readonly modified: number;
  readonly version: number;
  /** Canonical attribute names; without id, meta, schemas, groups and members. */
  readonly attributes: JsonObject;
};

/** One value of a group's `members`, as the writer gave it. */
export type Member = {
  readonly value: string;
  readonly display: string | undefined;
  readonly type: string | undefined;
};

/** A change to the tables: small enough to be kept back until it becomes visible. */
export type Effect =
  | { readonly type: 'put-user'; readonly user: ResourceRecord }
  | { readonly type: 'drop-user'; readonly id: string }
  | { readonly type: 'put-group'; readonly group: ResourceRecord }
  | { readonly type: 'drop-group'; readonly id: string }
  | { readonly type: 'add-member'; readonly groupId: string; readonly member: Member }
  | { readonly type: 'remove-member'; readonly groupId: string; readonly userId: string };

/** One kind of resource, in listing order, with an index per unique or often asked attribute. */
export type Table = {
  get(id: string): ResourceRecord | undefined;
  readonly size: number;
  /** Ids in listing order (growing `sequence`). */
  ids(): readonly string[];
  /** Records whose attribute equals `value`: `case-exact` for externalId, folded otherwise. */
  find(by: IndexName, value: string): readonly ResourceRecord[];
};
export type IndexName = 'userName' | 'externalId' | 'displayName' | 'email';

export type Tables = {
  readonly users: Table;
  readonly groups: Table;
  /** The members of a group by user id, in the order they came; empty for an unknown group. */
  members(groupId: string): ReadonlyMap<string, Member>;
  /** The ids of the groups that list this id. */
  groupsOf(userId: string): ReadonlySet<string>;
  apply(effect: Effect): void;
  /** An independent copy; records are shared because they never change. */
  copy(): Tables;
};

const NO_MEMBERS: ReadonlyMap<string, Member> = new Map();
const NO_GROUPS: ReadonlySet<string> = new Set();

/** Creates tables, empty or with what the iterables hold. */
export function createTables(
  seedUsers: Iterable<ResourceRecord> = [],
  seedGroups: Iterable<ResourceRecord> = [],
  seedMembers: Iterable<readonly [string, Iterable<Member>]> = [],
): Tables {
  const users = createTable(['userName', 'externalId', 'email']);
  const groups = createTable(['displayName', 'externalId']);
  const members = new Map<string, Map<string, Member>>();
  const groupsOf = new Map<string, Set<string>>();

  const addMember = (groupId: string, member: Member): void => {
    mapAt(members, groupId, () => new Map()).set(member.value, member);
    mapAt(groupsOf, member.value, () => new Set()).add(groupId);
  };
  const removeMember = (groupId: string, userId: string): void => {
    members.get(groupId)?.delete(userId);
    groupsOf.get(userId)?.delete(groupId);
  };
  const clear = (groupId: string): void => {
    for (const userId of members.get(groupId)?.keys() ?? []) groupsOf.get(userId)?.delete(groupId);
    members.delete(groupId);
  };

  for (const user of seedUsers) users.put(user);
  for (const group of seedGroups) groups.put(group);
  for (const [groupId, list] of seedMembers) for (const member of list) addMember(groupId, member);

  return {
    users,
    groups,
    members: (groupId) => members.get(groupId) ?? NO_MEMBERS,
    groupsOf: (userId) => groupsOf.get(userId) ?? NO_GROUPS,
    apply(effect) {
      switch (effect.type) {
        case 'put-user':
          return users.put(effect.user);
        case 'drop-user':
          for (const groupId of [...(groupsOf.get(effect.id) ?? [])]) removeMember(groupId, effect.id);
          return users.drop(effect.id);
        case 'put-group':
          return groups.put(effect.group);
        case 'drop-group':
          clear(effect.id);
          return groups.drop(effect.id);
        case 'add-member':
          return addMember(effect.groupId, effect.member);
        case 'remove-member':
          return removeMember(effect.groupId, effect.userId);
      }
    },
    copy: () =>
      createTables(
        users.records(),
        groups.records(),
        [...members].map(([groupId, list]) => [groupId, list.values()] as const),
      ),
  };
}

type WritableTable = Table & {
  put(record: ResourceRecord): void;
  drop(id: string): void;
  records(): Iterable<ResourceRecord>;
};

function createTable(indexed: readonly IndexName[]): WritableTable {
  const records = new Map<string, ResourceRecord>();
  const indexes = indexed.map((name) => ({ name, ids: new Map<string, Set<string>>() }));
  let order: string[] | undefined = [];

  const unindex = (record: ResourceRecord): void => {
    for (const { name, ids } of indexes) {
      for (const key of indexKeys(record, name)) {
        const set = ids.get(key);
        set?.delete(record.id);
        if (set?.size === 0) ids.delete(key);
      }
    }
  };
  return {
    get: (id) => records.get(id),
    get size() {
      return records.size;
    },
    ids() {
      order ??= [...records.values()].sort((a, b) => a.sequence - b.sequence).map((record) => record.id);
      return order;
    },
    find(by, value) {
      const ids = indexes.find((index) => index.name === by)?.ids.get(by === 'externalId' ? value : foldCase(value));
      return [...(ids ?? [])].flatMap((id) => records.get(id) ?? []);
    },
    put(record) {
      const before = records.get(record.id);
      if (before !== undefined) unindex(before);
      else if (order !== undefined) {
        const last = records.get(order.at(-1) ?? '');
        if (last === undefined || last.sequence < record.sequence) order.push(record.id);
        else order = undefined;
      }
      records.set(record.id, record);
      for (const { name, ids } of indexes) {
        for (const key of indexKeys(record, name)) mapAt(ids, key, () => new Set()).add(record.id);
      }
    },
    drop(id) {
      const before = records.get(id);
      if (before === undefined) return;
      unindex(before);
      records.delete(id);
      order = undefined;
    },
    records: () => records.values(),
  };
}

function indexKeys(record: ResourceRecord, name: IndexName): readonly string[] {
  if (name === 'email') return emailsOf(record).map(foldCase);
  const value = record.attributes[name];
  if (typeof value !== 'string') return [];
  return [name === 'externalId' ? value : foldCase(value)];
}

/** The e-mail addresses of a user, as written. */
export function emailsOf(record: ResourceRecord): string[] {
  const emails: Json | undefined = record.attributes.emails;
  if (!isList(emails)) return [];
  return emails.flatMap((each) => (isObject(each) && typeof each.value === 'string' ? [each.value] : []));
}

function mapAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
