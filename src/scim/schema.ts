/**
 * The wire in zod: lenient per field and per resource, so that one bad row never loses a page (RFC 7643; names are
 * case-insensitive). Keeps named fields only and refuses to know what a caller wants with them.
 */
import { z } from 'zod';
import { fold, id, isRecord, listOf, present, tag, text, truth } from './fields.ts';
import { type Rest, restOf } from './rest.ts';

export interface ScimEmail {
  readonly value: string;
  readonly type?: string;
  readonly primary?: boolean;
}

export interface ScimUser {
  readonly id: string;
  /** As the server returned it; absent only where a server breaks RFC 7643 §4.1.1. */
  readonly userName?: string;
  readonly externalId?: string;
  /** Absent: the server does not say. */
  readonly active?: boolean;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  /** `name.formatted`. */
  readonly formatted?: string;
  /** Primary, else `work`, else first, else `userName` if that is an address. */
  readonly email?: string;
  readonly emails: readonly ScimEmail[];
  readonly title?: string;
  readonly department?: string;
  /** `manager.value` of the enterprise extension, or the bare string some servers send. */
  readonly managerId?: string;
  /** Group ids of `User.groups`; absent: not told (RFC 7643 §4.1.2, read-only). */
  readonly groups?: readonly string[];
  readonly created?: string;
  readonly lastModified?: string;
  /** Entity tag, opaque. */
  readonly version?: string;
  /** What else the server sent, where it was asked for. */
  readonly rest?: Rest;
}

export interface Member {
  readonly id: string;
  readonly kind: 'user' | 'group';
}

export interface ScimGroup {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
  /** Absent: not asked for or not told. Without repeats. */
  readonly members?: readonly Member[];
  /** Rows of `members` that could not be read. */
  readonly unreadableMembers: number;
  readonly version?: string;
}

const MAX_EMAILS = 100;

const emailRow = z.preprocess(
  (row) => (typeof row === 'string' ? { value: row } : fold(row)),
  z.object({ value: text, type: text, primary: truth }),
);

function readEmails(value: unknown): ScimEmail[] {
  const emails: ScimEmail[] = [];
  for (const row of listOf(value).slice(0, MAX_EMAILS)) {
    const parsed = emailRow.safeParse(row);
    const address = parsed.data?.value?.trim();
    if (address) emails.push(present({ value: address, type: parsed.data?.type, primary: parsed.data?.primary }));
  }
  return emails;
}

/** RFC 7643 §2.4 and §8.2: which of several addresses is the person's. */
function mainEmail(emails: readonly ScimEmail[], userName: string | undefined): string | undefined {
  const chosen =
    emails.find((email) => email.primary === true) ??
    emails.find((email) => email.type?.toLowerCase() === 'work') ??
    emails[0];
  if (chosen) return chosen.value;
  return userName !== undefined && /^[^\s@]+@[^\s@]+$/.test(userName) ? userName : undefined;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user';

const userRow = z.preprocess(
  fold,
  z.object({
    id,
    username: text,
    externalid: text,
    external_id: text,
    active: truth,
    displayname: text,
    name: z
      .preprocess(fold, z.object({ givenname: text, familyname: text, formatted: text }))
      .optional()
      .catch(undefined),
    emails: z.unknown().optional(),
    title: text,
    department: text,
    manager: z.unknown().optional(),
    groups: z.unknown().optional(),
    meta: z
      .preprocess(fold, z.object({ created: text, lastmodified: text, version: tag }))
      .optional()
      .catch(undefined),
    [ENTERPRISE]: z
      .preprocess(fold, z.object({ department: text, manager: z.unknown().optional() }))
      .optional()
      .catch(undefined),
    [`${ENTERPRISE}:department`]: text,
    [`${ENTERPRISE}:manager`]: z.unknown().optional(),
  }),
);

const reference = z
  .preprocess(
    (value) => (isRecord(value) ? fold(value) : { value }),
    z.object({ value: id.optional().catch(undefined), managervalue: id.optional().catch(undefined) }),
  )
  .transform((row) => row.value ?? row.managervalue);

/** Ids of a multi-valued reference; rows that cannot be read are left out and counted. */
function readReferences(value: unknown): { ids: string[]; unreadable: number } {
  const rows = listOf(value);
  const ids = new Set<string>();
  let unreadable = 0;
  for (const row of rows) {
    const parsed = reference.safeParse(row).data;
    if (parsed === undefined) unreadable += 1;
    else ids.add(parsed);
  }
  return { ids: [...ids], unreadable };
}

/**
 * Reads one User (RFC 7643 §4.1, §4.3). `undefined`: no usable id, so nothing that could be acted on.
 *
 * @param etag header of the answer, preferred to `meta.version`
 */
export function parseUser(raw: unknown, etag?: string): ScimUser | undefined {
  const { data } = userRow.safeParse(raw);
  if (data === undefined) return undefined;
  const emails = readEmails(data.emails);
  const extension = data[ENTERPRISE];
  const manager = extension?.manager ?? data[`${ENTERPRISE}:manager`] ?? data.manager;
  const groups = data.groups === undefined || data.groups === null ? undefined : readReferences(data.groups);
  return present({
    id: data.id,
    userName: data.username,
    externalId: data.externalid ?? data.external_id,
    active: data.active,
    displayName: data.displayname,
    givenName: data.name?.givenname,
    familyName: data.name?.familyname,
    formatted: data.name?.formatted,
    email: mainEmail(emails, data.username),
    emails,
    title: data.title,
    department: extension?.department ?? data[`${ENTERPRISE}:department`] ?? data.department,
    managerId: reference.safeParse(manager).data,
    groups: groups?.unreadable === 0 ? groups.ids : undefined,
    created: data.meta?.created,
    lastModified: data.meta?.lastmodified,
    version: tag.parse(etag) ?? data.meta?.version,
  });
}

/** As {@link parseUser}, with what has no field here. */
export function parseUserWithRest(raw: unknown): ScimUser | undefined {
  const user = parseUser(raw);
  return user === undefined ? undefined : { ...user, rest: restOf(raw) };
}

const groupRow = z.preprocess(
  fold,
  z.object({
    id,
    displayname: text,
    externalid: text,
    external_id: text,
    members: z.unknown().optional(),
    meta: z
      .preprocess(fold, z.object({ version: tag }))
      .optional()
      .catch(undefined),
  }),
);
const memberRow = z.preprocess(
  (row) => (isRecord(row) ? fold(row) : { value: row }),
  z.object({ value: id, type: text, $ref: text }),
);

/** Reads one Group (RFC 7643 §4.2). `undefined`: no usable id. */
export function parseGroup(raw: unknown, etag?: string): ScimGroup | undefined {
  const { data } = groupRow.safeParse(raw);
  if (data === undefined) return undefined;
  let unreadableMembers = 0;
  let members: Map<string, Member> | undefined;
  if (data.members !== undefined && data.members !== null) {
    members = new Map();
    for (const row of listOf(data.members)) {
      const member = memberRow.safeParse(row).data;
      if (member === undefined) {
        unreadableMembers += 1;
        continue;
      }
      const nested = member.type?.toLowerCase() === 'group' || member.$ref?.includes('/Groups/') === true;
      if (!members.has(member.value)) {
        members.set(member.value, { id: member.value, kind: nested ? 'group' : 'user' });
      }
    }
  }
  return present({
    id: data.id,
    displayName: data.displayname,
    externalId: data.externalid ?? data.external_id,
    members: members === undefined ? undefined : [...members.values()],
    unreadableMembers,
    version: tag.parse(etag) ?? data.meta?.version,
  });
}
