// What can be done to one user: create, read, replace, patch, delete. Refuses to know groups beyond their names.

import { readResource } from './body.ts';
import { isList, isObject, type JsonObject, type MutableObject, sameJson } from './json.ts';
import { foldCase } from './match.ts';
import {
  answer,
  type Context,
  checkVersion,
  createdReply,
  type Exchange,
  isActive,
  type Reply,
  resourceHeaders,
  type ScimRequest,
  shownUser,
  versionOf,
} from './operation.ts';
import { applyOperation, readOperations } from './patch.ts';
import { Refusal } from './refusal.ts';
import { locationOf, readProjection, renderUser } from './render.ts';
import { USERS } from './schema.ts';
import { type Effect, emailsOf, type ResourceRecord } from './tables.ts';

/** GET /Users/{id} */
export function readUser(context: Context, id: string, request: ScimRequest): Exchange {
  const tables = context.world.visible();
  const user = shownUser(context, tables, id);
  if (user === undefined) throw noSuchUser(id);
  if (context.quirks.versions !== 'none' && request.ifNoneMatch === versionOf(user)) {
    return answer(304, undefined, resourceHeaders(context, user));
  }
  const projection = readProjection(USERS, request.query.get('attributes'), request.query.get('excludedAttributes'));
  return answer(200, renderUser(context, tables, user, projection), resourceHeaders(context, user));
}

/** POST /Users (RFC 7644 §3.3) */
export function createUser(context: Context, request: ScimRequest): Exchange {
  const { world, quirks } = context;
  const attributes = readResource(USERS, request.body, quirks);
  const userName = settleUserName(context, attributes);
  attributes.active ??= true;
  refuseIncomplete(context, attributes, userName);
  const folded = foldCase(userName);
  const elsewhere = world.elsewhere.get(folded);
  if (elsewhere === 'conflict') throw conflict(context, 'The account belongs to another organisation');
  const id = quirks.ids === 'readable' ? userName : (world.held.get(folded) ?? world.newId());
  const now = context.now();
  const user: ResourceRecord = {
    id,
    sequence: world.newSequence(),
    created: now,
    modified: now,
    version: 1,
    attributes,
  };
  refuseDuplicate(context, user, userName);
  return {
    commit: () => {
      world.held.delete(folded);
      if (elsewhere === 'silent') {
        world.leftOut.add(id);
        world.elsewhere.set(folded, 'conflict');
      } else world.commit([{ type: 'put-user', user }], context.delay());
    },
    reply: () => createdReply(context, user, locationOf(context, USERS, id), renderUser(context, world.accepted, user)),
  };
}

/** PUT /Users/{id} (RFC 7644 §3.5.1): what is left out is cleared, and `active` falls back to true. */
export function replaceUser(context: Context, id: string, request: ScimRequest): Exchange {
  const before = acceptedUser(context, id);
  checkVersion(context, request, before);
  const attributes = readResource(USERS, request.body, context.quirks);
  attributes.active ??= true;
  return change(context, before, attributes, 200);
}

/** PATCH /Users/{id} (RFC 7644 §3.5.2) */
export function patchUser(context: Context, id: string, request: ScimRequest): Exchange {
  const before = acceptedUser(context, id);
  checkVersion(context, request, before);
  const draft: MutableObject = { ...before.attributes };
  for (const operation of readOperations(request.body, context.quirks)) {
    applyOperation(USERS, draft, operation, context.quirks);
  }
  return change(context, before, draft, context.quirks.patchedUser);
}

/** DELETE /Users/{id}: gone, or only deactivated. */
export function deleteUser(context: Context, id: string, request: ScimRequest): Exchange {
  const { world, quirks } = context;
  const before = acceptedUser(context, id);
  checkVersion(context, request, before);
  const archived: Effect = {
    type: 'put-user',
    user: revised(context, before, { ...before.attributes, active: false }),
  };
  const effect: Effect = quirks.deletes === 'soft' ? archived : { type: 'drop-user', id };
  return { ...answer(204, undefined), commit: () => world.commit([effect], context.delay()) };
}

function change(context: Context, before: ResourceRecord, attributes: MutableObject, status: 200 | 204): Exchange {
  const { world, quirks } = context;
  const userName = settleUserName(context, attributes);
  const changed = !sameJson(before.attributes, attributes);
  if (changed) refuseFixed(context, before.attributes, attributes);
  const after = changed ? revised(context, before, attributes) : before;
  if (changed) refuseDuplicate(context, after, userName);
  const leaves = quirks.deactivated === 'deleted' && !isActive(after);
  const effect: Effect = leaves ? { type: 'drop-user', id: before.id } : { type: 'put-user', user: after };
  return {
    commit: () => world.commit(changed ? [effect] : [], context.delay()),
    reply: (): Reply => {
      const current = world.accepted.users.get(before.id) ?? after;
      const headers = resourceHeaders(context, current);
      if (status === 204) return { status, headers, body: undefined };
      return { status, headers, body: renderUser(context, world.accepted, current) };
    },
  };
}

/** The record after a change. */
export function revised(context: Context, before: ResourceRecord, attributes: JsonObject): ResourceRecord {
  return { ...before, attributes, modified: context.now(), version: before.version + 1 };
}

function acceptedUser(context: Context, id: string): ResourceRecord {
  const user = shownUser(context, context.world.accepted, id);
  if (user === undefined) throw noSuchUser(id);
  return user;
}

function noSuchUser(id: string): Refusal {
  return new Refusal(404, undefined, `No user ${id}`);
}

/** Reads the userName that every user needs, in the case that this app keeps. */
function settleUserName(context: Context, attributes: MutableObject): string {
  const given = attributes.userName;
  if (typeof given !== 'string' || given.trim() === '') throw new Refusal(400, 'invalidValue', 'userName is required');
  const userName = context.quirks.userNameCase === 'lowered' ? given.toLowerCase() : given;
  attributes.userName = userName;
  return userName;
}

function refuseIncomplete(context: Context, attributes: JsonObject, userName: string): void {
  const { quirks, world } = context;
  const missing = quirks.requiredOnCreate.filter((path) => !has(attributes, path, userName));
  if (missing.length > 0) {
    // Held: the app remembers the half-made account, and the corrected create completes it.
    if (quirks.holdsRejected && quirks.ids === 'opaque' && !world.held.has(foldCase(userName))) {
      world.held.set(foldCase(userName), world.newId());
    }
    throw new Refusal(400, 'invalidValue', `Required attributes missing: ${missing.join(', ')}`);
  }
  const domains = quirks.verifiedDomains;
  if (domains === undefined) return;
  const emails = emailsOf({ id: '', sequence: 0, created: 0, modified: 0, version: 0, attributes });
  for (const address of [...emails, ...(userName.includes('@') ? [userName] : [])]) {
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    if (!domains.includes(domain)) throw new Refusal(400, 'invalidValue', `The domain ${domain} is not verified`);
  }
}

function has(attributes: JsonObject, path: string, userName: string): boolean {
  const [key = '', sub] = path.split('.');
  const value = attributes[key];
  // An address as userName stands in for the e-mail.
  if (key === 'emails') return (isList(value) && value.length > 0) || userName.includes('@');
  if (sub !== undefined) return isObject(value) && typeof value[sub] === 'string' && value[sub] !== '';
  return value !== undefined && value !== '';
}

function refuseFixed(context: Context, before: JsonObject, after: JsonObject): void {
  const open = context.quirks.changeableUserAttributes;
  if (open === undefined) return;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const fixed = [...keys].filter((key) => !open.includes(key) && !sameJson(before[key], after[key]));
  if (fixed.length > 0) throw new Refusal(400, 'mutability', `Cannot be changed here: ${fixed.join(', ')}`);
}

function refuseDuplicate(context: Context, user: ResourceRecord, userName: string): void {
  const { users } = context.world.accepted;
  const exact = context.quirks.userNameCase === 'sensitive';
  const sameName = users
    .find('userName', userName)
    .some((other) => other.id !== user.id && (!exact || other.attributes.userName === userName));
  if (sameName) throw conflict(context, 'userName is already in use');
  if (!context.quirks.uniqueEmails || !isActive(user)) return;
  for (const email of emailsOf(user)) {
    const taken = users.find('email', email).some((other) => other.id !== user.id && isActive(other));
    if (taken) throw conflict(context, 'The e-mail address is already in use');
  }
}

/** A duplicate, refused in this app's way. */
export function conflict(context: Context, detail: string): Refusal {
  const { status, scimType } = context.quirks.conflict;
  return new Refusal(status, scimType ? 'uniqueness' : undefined, detail);
}
