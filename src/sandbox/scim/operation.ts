// What every SCIM operation is given and gives back. Refuses to know sockets: a reply is data.

import type { Json, JsonObject } from './json.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import type { ResourceRecord, Tables } from './tables.ts';
import type { World } from './world.ts';

/** A request, already authenticated and below the service's base path. */
export type ScimRequest = {
  readonly method: string;
  /** Decoded path segments below the base: `['Users', '9f2c']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly body: Json | undefined;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | undefined;
};

/** What a request will do, and what it will answer afterwards. Without `commit` nothing has happened. */
export type Exchange = { readonly commit: () => void; readonly reply: () => Reply };

/** What operations work with. */
export type Context = {
  readonly world: World;
  readonly quirks: Quirks;
  /** The service's base URL, without a slash at its end. */
  readonly base: string;
  /** ms since 1970. */
  readonly now: () => number;
  /** How long the next write stays invisible, ms. */
  readonly delay: () => number;
  /** A number that differs from call to call, for orders that are not stable. */
  readonly turn: () => number;
};

/** An exchange that changes nothing. */
export function answer(status: number, body: JsonObject | undefined, headers: Record<string, string> = {}): Exchange {
  return { commit: () => undefined, reply: () => ({ status, headers, body }) };
}

/** The version of a record as an entity tag (RFC 7644 §3.14): weak, opaque. */
export function versionOf(record: ResourceRecord): string {
  return `W/"${record.version}"`;
}

/** The headers that go with one resource. */
export function resourceHeaders(context: Context, record: ResourceRecord): Record<string, string> {
  return context.quirks.versions === 'none' ? {} : { ETag: versionOf(record) };
}

/** The answer to a create, as complete as this app gives it (RFC 7644 §3.3). */
export function createdReply(context: Context, record: ResourceRecord, location: string, resource: JsonObject): Reply {
  const headers = { ...resourceHeaders(context, record), Location: location };
  const { id: _id, ...withoutId } = resource;
  const bodies = { resource, 'no-id': withoutId, empty: undefined };
  return { status: 201, headers, body: bodies[context.quirks.created] };
}

/**
 * Checks the precondition of a write.
 * @throws Refusal 428 where a version is demanded and none given, 412 where it is not the current one.
 */
export function checkVersion(context: Context, request: ScimRequest, record: ResourceRecord): void {
  const { versions } = context.quirks;
  if (versions === 'none') return;
  if (request.ifMatch === undefined) {
    if (versions === 'demanded') throw new Refusal(428, undefined, 'If-Match is required');
    return;
  }
  const wanted = request.ifMatch.split(',').map((each) => each.trim());
  if (!wanted.includes('*') && !wanted.includes(versionOf(record))) {
    throw new Refusal(412, undefined, 'The resource has changed');
  }
}

/** `active` as people mean it, also where a server keeps strings. */
export function isActive(record: ResourceRecord): boolean {
  const active = record.attributes.active;
  return typeof active === 'string' ? active.toLowerCase() !== 'false' : active !== false;
}

/** Whether reads show this user: some apps hide the deactivated. */
export function isShown(context: Context, user: ResourceRecord): boolean {
  return context.quirks.deactivated === 'shown' || isActive(user);
}

/** The user with this id in `tables`, if reads may see it. */
export function shownUser(context: Context, tables: Tables, id: string): ResourceRecord | undefined {
  const user = tables.users.get(id);
  return user !== undefined && isShown(context, user) ? user : undefined;
}
