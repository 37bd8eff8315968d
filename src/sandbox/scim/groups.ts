// What can be done to one group and its members: create, read, replace, patch, delete.
// Refuses to know users beyond whether they exist.

import { readResource } from './body.ts';
import { type PatchPath, parsePatchPath } from './filter.ts';
import { isObject, type Json, type JsonObject, type MutableObject, sameJson } from './json.ts';
import { createMemberEdit, type MemberEdit, type Standing } from './members.ts';
import {
  answer,
  type Context,
  checkVersion,
  createdReply,
  type Exchange,
  type Reply,
  resourceHeaders,
  type ScimRequest,
  versionOf,
} from './operation.ts';
import { applyOperation, type Operation, readOperations } from './patch.ts';
import { Refusal } from './refusal.ts';
import { locationOf, readProjection, renderGroup } from './render.ts';
import { GROUPS } from './schema.ts';
import type { Effect, ResourceRecord } from './tables.ts';
import { conflict, revised } from './users.ts';

/** GET /Groups/{id} */
export function readGroup(context: Context, id: string, request: ScimRequest): Exchange {
  const tables = context.world.visible();
  const group = tables.groups.get(id);
  if (group === undefined) throw noSuchGroup(id);
  if (context.quirks.versions !== 'none' && request.ifNoneMatch === versionOf(group)) {
    return answer(304, undefined, resourceHeaders(context, group));
  }
  const projection = readProjection(GROUPS, request.query.get('attributes'), request.query.get('excludedAttributes'));
  return answer(200, renderGroup(context, tables, group, projection), resourceHeaders(context, group));
}

/** POST /Groups (RFC 7644 §3.3) */
export function createGroup(context: Context, request: ScimRequest): Exchange {
  const { world, quirks } = context;
  const attributes = readResource(GROUPS, request.body, quirks);
  const displayName = requireName(attributes);
  const edit = startEdit(context, undefined);
  edit.set(quirks.membersOnCreate === 'drop' ? undefined : membersOf(request.body));
  const id = quirks.ids === 'readable' ? displayName : world.newId();
  if (world.accepted.groups.get(id) !== undefined) throw conflict(context, 'displayName is already in use');
  const now = context.now();
  const group: ResourceRecord = {
    id,
    sequence: world.newSequence(),
    created: now,
    modified: now,
    version: 1,
    attributes,
  };
  const effects: Effect[] = [{ type: 'put-group', group }, ...edit.effects(id)];
  return {
    commit: () => world.commit(effects, context.delay()),
    reply: () =>
      createdReply(context, group, locationOf(context, GROUPS, id), renderGroup(context, world.accepted, group)),
  };
}

/** PUT /Groups/{id} (RFC 7644 §3.5.1) */
export function replaceGroup(context: Context, id: string, request: ScimRequest): Exchange {
  const before = acceptedGroup(context, id);
  checkVersion(context, request, before);
  const attributes = readResource(GROUPS, request.body, context.quirks);
  const members = membersOf(request.body);
  const edit = startEdit(context, id);
  if (members !== undefined || context.quirks.putWithoutMembers === 'clear') edit.set(members);
  return change(context, before, attributes, edit, 200);
}

/** PATCH /Groups/{id} (RFC 7644 §3.5.2) */
export function patchGroup(context: Context, id: string, request: ScimRequest): Exchange {
  const { quirks } = context;
  const before = acceptedGroup(context, id);
  checkVersion(context, request, before);
  const edit = startEdit(context, id);
  const draft: MutableObject = { ...before.attributes };
  for (const operation of readOperations(request.body, quirks)) applyToGroup(context, draft, edit, operation);
  return change(context, before, draft, edit, quirks.patchedGroup);
}

/** DELETE /Groups/{id} */
export function deleteGroup(context: Context, id: string, request: ScimRequest): Exchange {
  const before = acceptedGroup(context, id);
  checkVersion(context, request, before);
  const effect: Effect = { type: 'drop-group', id };
  return { ...answer(204, undefined), commit: () => context.world.commit([effect], context.delay()) };
}

function applyToGroup(context: Context, draft: MutableObject, edit: MemberEdit, operation: Operation): void {
  const { quirks } = context;
  const { path, value } = operation;
  const target = path === undefined ? undefined : membersPath(path);
  if (target !== undefined) {
    edit.apply(operation, target);
  } else if (path !== undefined || operation.op === 'remove' || !isObject(value)) {
    applyOperation(GROUPS, draft, operation, quirks);
  } else {
    if (quirks.pathlessGroupPatch === 'refuse') throw new Refusal(400, 'invalidPath', 'path is required');
    const [members, others] = splitMembers(value);
    if (members !== undefined) edit.apply({ ...operation, value: members }, WHOLE_MEMBERS);
    applyOperation(GROUPS, draft, { ...operation, value: others }, quirks);
  }
}

function splitMembers(value: JsonObject): [Json | undefined, JsonObject] {
  const entries = Object.entries(value);
  const isMembers = (key: string): boolean => key.toLowerCase() === 'members';
  return [entries.find(([key]) => isMembers(key))?.[1], Object.fromEntries(entries.filter(([key]) => !isMembers(key)))];
}

/** The path where it leads to members; undefined where it leads elsewhere or nowhere. */
function membersPath(text: string): PatchPath | undefined {
  try {
    const path = parsePatchPath(text);
    const core = path.path.urn === undefined || path.path.urn.toLowerCase() === GROUPS.schema.id.toLowerCase();
    return core && path.path.name.toLowerCase() === 'members' ? path : undefined;
  } catch (refusal) {
    if (refusal instanceof Refusal) return undefined; // refused in the usual way by applyOperation
    throw refusal;
  }
}

const WHOLE_MEMBERS: PatchPath = {
  path: { urn: undefined, name: 'members', sub: undefined },
  filter: undefined,
  sub: undefined,
};

function startEdit(context: Context, id: string | undefined): MemberEdit {
  const { accepted, leftOut } = context.world;
  const standing = (memberId: string): Standing => {
    if (leftOut.has(memberId)) return 'left-out';
    return (accepted.users.get(memberId) ?? accepted.groups.get(memberId)) ? 'known' : 'unknown';
  };
  return createMemberEdit(id === undefined ? new Map() : accepted.members(id), standing, context.quirks);
}

function change(
  context: Context,
  before: ResourceRecord,
  attributes: JsonObject,
  edit: MemberEdit,
  status: 200 | 204,
): Exchange {
  const { world, quirks } = context;
  requireName(attributes);
  const renamed = !sameJson(before.attributes, attributes);
  if (renamed && quirks.groupAttributes === 'fixed') {
    throw new Refusal(400, 'mutability', 'Only the members of a group can be changed here');
  }
  const memberEffects = edit.effects(before.id);
  const changed = renamed || memberEffects.length > 0;
  const after = changed ? revised(context, before, attributes) : before;
  const effects: Effect[] = changed ? [{ type: 'put-group', group: after }, ...memberEffects] : [];
  return {
    commit: () => world.commit(effects, context.delay()),
    reply: (): Reply => {
      const current = world.accepted.groups.get(before.id) ?? after;
      const headers = resourceHeaders(context, current);
      if (status === 204) return { status, headers, body: undefined };
      return { status, headers, body: renderGroup(context, world.accepted, current) };
    },
  };
}

function acceptedGroup(context: Context, id: string): ResourceRecord {
  const group = context.world.accepted.groups.get(id);
  if (group === undefined) throw noSuchGroup(id);
  return group;
}

function noSuchGroup(id: string): Refusal {
  return new Refusal(404, undefined, `No group ${id}`);
}

function requireName(attributes: JsonObject): string {
  const name = attributes.displayName;
  if (typeof name !== 'string' || name.trim() === '') throw new Refusal(400, 'invalidValue', 'displayName is required');
  return name;
}

function membersOf(body: Json | undefined): Json | undefined {
  return isObject(body) ? splitMembers(body)[0] : undefined;
}
