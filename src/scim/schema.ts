/**
 * The wire in zod: lenient per field and per resource, so that one bad row never loses a page (RFC 7643; names are
 * case-insensitive). Keeps named fields only and refuses to know what a caller wants with them.
 */
import { z } from 'zod';

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

/** One answer of a list endpoint (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface ListPage {
  readonly rows: readonly unknown[];
  /** Believed by nobody yet. */
  readonly total?: number;
  readonly nextCursor?: string;
}

const MAX_ID = 1024;
const MAX_TEXT = 4096;
const MAX_EMAILS = 100;

/** Drops the keys whose value is undefined, so that absent means absent. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
export function present<T extends object>(fields: T): Present<T> {
  const kept: { [key: string]: unknown } = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Present<T>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same object with lower-case keys; the first of two spellings wins. */
export function fold(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const folded: Record<string, unknown> = Object.create(null);
  for (const key in value) {
    const lower = key.toLowerCase();
    if (!(lower in folded)) folded[lower] = value[key];
  }
  return folded;
}

/** An id fit to be put into a path and a filter; servers hand out numbers, addresses and words with slashes. */
export function isUsableId(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && id.length <= MAX_ID && id.isWellFormed() && !/\p{Cc}/u.test(id);
}

const id = z.union([z.string(), z.number().finite()]).transform(String).refine(isUsableId);
export const text = z
  .union([z.string(), z.number().finite()])
  .transform(String)
  .refine((value) => value !== '' && value.length <= MAX_TEXT)
  .optional()
  .catch(undefined);
/** Entity tags go back into a header. */
export const tag = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/)
  .optional()
  .catch(undefined);
export const truth = z
  .preprocess((value) => {
    if (value === 1 || value === 0) return value === 1;
    if (typeof value !== 'string') return value;
    const word = value.trim().toLowerCase();
    return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined;
  }, z.boolean().optional())
  .catch(undefined);
/** Some servers send their numbers as strings. */
export const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .refine((value) => Number.isSafeInteger(value) && value >= 0);

export const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

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

const listShape = z.preprocess(
  fold,
  z.object({
    resources: z.unknown().optional(),
    totalresults: count.optional().catch(undefined),
    nextcursor: z
      .union([z.string(), z.number()])
      .transform(String)
      .refine((cursor) => cursor !== '' && cursor.length <= 8192)
      .optional()
      .catch(undefined),
  }),
);

/** Reads a ListResponse. `undefined`: this is not one. `Resources` may be absent when there are none. */
export function parseList(raw: unknown): ListPage | undefined {
  if (!isRecord(raw)) return undefined;
  const { data } = listShape.safeParse(raw);
  if (data === undefined) return undefined;
  if (data.totalresults === undefined && data.resources === undefined) return undefined;
  return present({ rows: listOf(data.resources), total: data.totalresults, nextCursor: data.nextcursor });
}

const errorShape = z.preprocess(
  fold,
  z.object({
    scimtype: z
      .string()
      .regex(/^[A-Za-z]{1,40}$/)
      .optional()
      .catch(undefined),
    detail: z.unknown().optional(),
    message: z.unknown().optional(),
  }),
);

/** Reads an error answer (RFC 7644 §3.12). Its `status` is not looked at: only the HTTP status is trusted. */
export function parseErrorBody(raw: unknown): { readonly scimType?: string; readonly detail?: string } {
  const { data } = errorShape.safeParse(raw);
  if (data === undefined) return {};
  const words = listOf(data.detail ?? data.message).filter((part) => typeof part === 'string');
  return present({ scimType: data.scimtype, detail: words.length > 0 ? words.join(' ') : undefined });
}
