// A snapshot of one app for people to look at. Refuses to be a live view: it is a copy.

import type { Dialect } from './dialects.ts';
import { isObject } from './json.ts';
import { isActive } from './operation.ts';
import { ENTERPRISE_SCHEMA } from './schema.ts';
import { emailsOf, type ResourceRecord, type Tables } from './tables.ts';
import type { Pending, World } from './world.ts';

export type StateUser = {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string | undefined;
  readonly displayName: string | undefined;
  readonly email: string | undefined;
  readonly title: string | undefined;
  readonly active: boolean;
  /** The id of the manager. */
  readonly manager: string | undefined;
  /** Ids of the groups that list this user. */
  readonly groups: readonly string[];
};

export type StateGroup = {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | undefined;
  /** Ids in the order they came; some may belong to no user. */
  readonly members: readonly string[];
};

export type ScimState = {
  /** The name of the dialect in force. */
  readonly dialect: string;
  readonly users: readonly StateUser[];
  readonly groups: readonly StateGroup[];
  /** Accepted and not visible yet, in the order in which it will be. */
  readonly pending: readonly Pending[];
};

/** Takes the snapshot of what reads see now. */
export function snapshot(world: World, dialect: Dialect): ScimState {
  const tables = world.visible();
  return {
    dialect: dialect.name,
    users: tables.users.ids().flatMap((id) => describeUser(tables, tables.users.get(id))),
    groups: tables.groups.ids().flatMap((id) => describeGroup(tables, tables.groups.get(id))),
    pending: world.pending(),
  };
}

function describeUser(tables: Tables, user: ResourceRecord | undefined): StateUser[] {
  if (user === undefined) return [];
  const enterprise = user.attributes[ENTERPRISE_SCHEMA];
  const manager = isObject(enterprise) ? enterprise.manager : undefined;
  return [
    {
      id: user.id,
      userName: text(user, 'userName') ?? '',
      externalId: text(user, 'externalId'),
      displayName: text(user, 'displayName'),
      email: emailsOf(user)[0],
      title: text(user, 'title'),
      active: isActive(user),
      manager: isObject(manager) && typeof manager.value === 'string' ? manager.value : undefined,
      groups: [...tables.groupsOf(user.id)],
    },
  ];
}

function describeGroup(tables: Tables, group: ResourceRecord | undefined): StateGroup[] {
  if (group === undefined) return [];
  return [
    {
      id: group.id,
      displayName: text(group, 'displayName') ?? '',
      externalId: text(group, 'externalId'),
      members: [...tables.members(group.id).keys()],
    },
  ];
}

function text(record: ResourceRecord, name: string): string | undefined {
  const value = record.attributes[name];
  return typeof value === 'string' ? value : undefined;
}
