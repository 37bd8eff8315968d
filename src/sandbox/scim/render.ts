// Turns records into the resources that clients see, and cuts them down to the attributes asked for (RFC 7644 §3.9).
// Refuses to know how records were found.

import { parseAttributePath } from './filter.ts';
import { isList, isObject, type Json, type JsonObject, type MutableObject } from './json.ts';
import { resolve } from './match.ts';
import { type Context, versionOf } from './operation.ts';
import { Refusal } from './refusal.ts';
import { GROUPS, type ResourceKind, USERS } from './schema.ts';
import type { Member, ResourceRecord, Tables } from './tables.ts';

/** Which attributes a reply carries. */
export type Projection =
  | { readonly kind: 'all' }
  | { readonly kind: 'only' | 'without'; readonly keys: readonly (readonly string[])[] };

/**
 * Reads `attributes` and `excludedAttributes`; names that nothing has are ignored.
 * @throws Refusal 400 `invalidValue` where both are given: they exclude each other.
 */
export function readProjection(kind: ResourceKind, only: string | null, without: string | null): Projection {
  if (only !== null && without !== null) {
    throw new Refusal(400, 'invalidValue', 'attributes and excludedAttributes exclude each other');
  }
  const text = only ?? without;
  if (text === null) return { kind: 'all' };
  const paths = text
    .split(',')
    .map((each) => parseAttributePath(each.trim()))
    .filter((each) => each !== undefined);
  const keys = paths.map((path) => resolve(kind, path).keys);
  return { kind: only === null ? 'without' : 'only', keys };
}

/** Whether a top-level attribute is worth building for this projection. */
function wants(projection: Projection, key: string): boolean {
  if (projection.kind === 'all') return true;
  if (projection.kind === 'only') return projection.keys.some(([first]) => first === key);
  return !projection.keys.some((path) => path.length === 1 && path[0] === key);
}

export function renderUser(
  context: Context,
  tables: Tables,
  user: ResourceRecord,
  projection: Projection = { kind: 'all' },
): JsonObject {
  const resource: MutableObject = { schemas: schemasOf(USERS, user), id: user.id, ...user.attributes };
  if (context.quirks.groupsOnUsers && wants(projection, 'groups')) {
    const groups = renderGroupsOf(context, tables, user.id);
    if (groups.length > 0) resource.groups = groups;
  }
  resource.meta = renderMeta(context, USERS, user);
  return project(resource, projection);
}

export function renderGroup(
  context: Context,
  tables: Tables,
  group: ResourceRecord,
  projection: Projection = { kind: 'all' },
): JsonObject {
  const resource: MutableObject = { schemas: schemasOf(GROUPS, group), id: group.id, ...group.attributes };
  if (context.quirks.membersInReads === 'empty') resource.members = [];
  if (context.quirks.membersInReads === 'full' && wants(projection, 'members')) {
    const members: Json[] = [];
    for (const member of tables.members(group.id).values()) members.push(renderMember(context, tables, member));
    resource.members = members;
  }
  resource.meta = renderMeta(context, GROUPS, group);
  return project(resource, projection);
}

/** The `groups` of a user, also where the app does not show them: filters still see them. */
export function renderGroupsOf(context: Context, tables: Tables, userId: string): JsonObject[] {
  return [...tables.groupsOf(userId)].flatMap((groupId) => {
    const group = tables.groups.get(groupId);
    if (group === undefined) return [];
    const display = group.attributes.displayName ?? null;
    return [{ value: groupId, $ref: locationOf(context, GROUPS, groupId), display, type: 'direct' }];
  });
}

function renderMember(context: Context, tables: Tables, member: Member): JsonObject {
  const user = tables.users.get(member.value);
  const kind = user === undefined && tables.groups.get(member.value) !== undefined ? GROUPS : USERS;
  const display = member.display ?? user?.attributes.displayName;
  return {
    value: member.value,
    $ref: locationOf(context, kind, member.value),
    ...(display === undefined ? {} : { display }),
    type: member.type ?? kind.name,
  };
}

/** Where a resource says it lives; by quirk not where it can be reached. */
export function locationOf(context: Context, kind: ResourceKind, id: string): string {
  const path = `/${kind.endpoint}/${encodeURIComponent(id)}`;
  switch (context.quirks.location) {
    case 'absolute':
      return `${context.base}${path}`;
    case 'relative':
      return `${new URL(context.base).pathname}${path}`;
    case 'wrong-host':
      return `https://scim.internal.invalid/v2${path}`;
  }
}

function renderMeta(context: Context, kind: ResourceKind, record: ResourceRecord): JsonObject {
  const { lastModified } = context.quirks;
  const modified = lastModified === 'frozen' ? record.created : record.modified;
  return {
    resourceType: kind.name,
    created: new Date(record.created).toISOString(),
    ...(lastModified === 'absent' ? {} : { lastModified: new Date(modified).toISOString() }),
    location: locationOf(context, kind, record.id),
    ...(context.quirks.versions === 'none' ? {} : { version: versionOf(record) }),
  };
}

function schemasOf(kind: ResourceKind, record: ResourceRecord): string[] {
  return [kind.schema.id, ...kind.extensions.flatMap((each) => (each.id in record.attributes ? [each.id] : []))];
}

function project(resource: MutableObject, projection: Projection): JsonObject {
  if (projection.kind === 'all') return resource;
  if (projection.kind === 'without') {
    let rest: JsonObject = resource;
    for (const keys of projection.keys) {
      // `returned: always` (RFC 7643 §2.2) cannot be excluded.
      if (keys[0] !== 'id' && keys[0] !== 'schemas') rest = without(rest, keys);
    }
    return rest;
  }
  const kept: MutableObject = { schemas: resource.schemas ?? [], id: resource.id ?? '' };
  for (const keys of projection.keys) merge(kept, only(resource, keys));
  return kept;
}

function without(value: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  const found = value[key];
  if (found === undefined) return value;
  if (rest.length === 0) {
    const { [key]: _left, ...others } = value;
    return others;
  }
  const cut = (each: Json): Json => (isObject(each) ? without(each, rest) : each);
  return { ...value, [key]: isList(found) ? found.map(cut) : cut(found) };
}

function only(value: JsonObject, [key = '', ...rest]: readonly string[]): MutableObject {
  const found = value[key];
  if (found === undefined) return {};
  if (rest.length === 0) return { [key]: found };
  const cut = (each: Json): Json => (isObject(each) ? only(each, rest) : each);
  return { [key]: isList(found) ? found.map(cut) : cut(found) };
}

function merge(target: MutableObject, part: JsonObject): void {
  for (const [key, value] of Object.entries(part)) {
    const before = target[key];
    if (isObject(before) && isObject(value)) {
      const joined: MutableObject = { ...before };
      merge(joined, value);
      target[key] = joined;
    } else if (isList(before) && isList(value)) {
      target[key] = value.map((each, index) => {
        const old = before[index];
        return isObject(old) && isObject(each) ? { ...old, ...each } : each;
      });
    } else {
      target[key] = value;
    }
  }
}
