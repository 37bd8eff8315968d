/**
 * Users and groups as servers send them, read by hand because a company has a hundred thousand: lenient per field and per
 * resource, so that one bad row never loses a page (RFC 7643; names are case-insensitive, of two spellings the first
 * counts). Keeps named fields only and refuses to know what a caller wants with them.
 */
import { idOf, isRecord, listOf, present, tagOf, textOf, truthOf } from './fields.ts';
import { type Rest, restOf } from './rest.ts';

export interface ScimEmail {
  readonly value: string;
  readonly type?: string | undefined;
  readonly primary?: boolean | undefined;
}

/** What a server does not say is `undefined` here. */
export interface ScimUser {
  readonly id: string;
  /** As the server returned it; absent only where a server breaks RFC 7643 §4.1.1. */
  readonly userName?: string | undefined;
  readonly externalId?: string | undefined;
  /** Absent: the server does not say. */
  readonly active?: boolean | undefined;
  readonly displayName?: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  /** `name.formatted`. */
  readonly formatted?: string | undefined;
  /** Primary, else `work`, else first, else `userName` if that is an address. */
  readonly email?: string | undefined;
  readonly emails: readonly ScimEmail[];
  readonly title?: string | undefined;
  readonly department?: string | undefined;
  /** `manager.value` of the enterprise extension, or the bare string some servers send. */
  readonly managerId?: string | undefined;
  /** Group ids of `User.groups`; absent: not told (RFC 7643 §4.1.2, read-only). */
  readonly groups?: readonly string[] | undefined;
  readonly created?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Entity tag, opaque. */
  readonly version?: string | undefined;
  /** What else the server sent, where it was asked for. */
  readonly rest?: Rest | undefined;
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

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const DEPARTMENT = `${ENTERPRISE}:department`;
const MANAGER = `${ENTERPRISE}:manager`;
const USUAL: ReadonlySet<string> = new Set([
  ...['id', 'externalId', 'external_id', 'userName', 'active', 'displayName', 'name', 'emails', 'title', 'department'],
  ...['manager', 'groups', 'members', 'meta', ENTERPRISE, DEPARTMENT, MANAGER, 'givenName', 'familyName', 'formatted'],
  ...['value', 'managerValue', 'type', 'primary', '$ref', 'created', 'lastModified', 'version'],
  // Read by nobody here, and so common that they need not be looked at twice.
  ...['schemas', 'display', 'resourceType', 'location', 'locale', 'timezone', 'preferredLanguage', 'nickName'],
  ...['userType', 'employeeNumber', 'organization', 'division', 'costCenter', 'phoneNumbers', 'addresses', 'roles'],
]);
const BY_LOWER: ReadonlyMap<string, string> = new Map([...USUAL].map((name) => [name.toLowerCase(), name]));

type Row = Readonly<Record<string, unknown>>;
const NOTHING: Row = Object.freeze({});

/** Names remembered of one kind of object. */
const MOST_NAMES = 64;

/**
 * A reader for one kind of object: gives the same object with every name we know in its usual spelling, the first of two;
 * the object itself where they are so already, as they nearly always are. Objects of one kind mostly have the same names
 * in the same order, so a name that was fine in its place before is not looked up again.
 */
function spelling(): (value: unknown) => Row {
  const fine: string[] = [];
  return (value) => {
    if (!isRecord(value)) return NOTHING;
    let at = 0;
    for (const key in value) {
      if (key !== fine[at]) {
        if (!USUAL.has(key) && BY_LOWER.has(key.toLowerCase())) return respelled(value);
        if (at < MOST_NAMES) fine[at] = key;
      }
      at += 1;
    }
    return value;
  };
}

const usual = spelling();
const usualName = spelling();
const usualMeta = spelling();
const usualEmail = spelling();
const usualReference = spelling();
const usualExtension = spelling();

function respelled(row: Row): Row {
  const spelled: Record<string, unknown> = Object.create(null);
  for (const key in row) {
    const name = BY_LOWER.get(key.toLowerCase()) ?? key;
    if (!(name in spelled)) spelled[name] = row[key];
  }
  return spelled;
}

function readEmail(row: unknown): ScimEmail | undefined {
  const { value, type, primary } = typeof row === 'string' ? { value: row } : usualEmail(row);
  const address = textOf(value)?.trim();
  if (!address) return undefined;
  return { value: address, type: textOf(type), primary: truthOf(primary) };
}

function readEmails(value: unknown): readonly ScimEmail[] {
  const rows = listOf(value);
  // Most have one, and a list that grows is made for many.
  if (rows.length === 1) {
    const only = readEmail(rows[0]);
    return only === undefined ? [] : [only];
  }
  const emails: ScimEmail[] = [];
  for (const row of rows) {
    if (emails.length === MAX_EMAILS) break;
    const email = readEmail(row);
    if (email !== undefined) emails.push(email);
  }
  return emails;
}

/** RFC 7643 §2.4 and §8.2: which of several addresses is the person's. */
function mainEmail(emails: readonly ScimEmail[], userName: string | undefined): string | undefined {
  const [only] = emails;
  if (only !== undefined && emails.length === 1) return only.value;
  const chosen =
    emails.find((email) => email.primary === true) ??
    emails.find((email) => email.type?.toLowerCase() === 'work') ??
    emails[0];
  if (chosen) return chosen.value;
  return userName !== undefined && /^[^\s@]+@[^\s@]+$/.test(userName) ? userName : undefined;
}

/** The id in `{ value }`, in Figma's `{ managerValue }`, or bare. */
function readReference(row: unknown): string | undefined {
  if (!isRecord(row)) return idOf(row);
  const { value, managerValue } = usualReference(row);
  return idOf(value) ?? idOf(managerValue);
}

/** Ids of a multi-valued reference; rows that cannot be read are left out and counted. */
function readReferences(value: unknown): { ids: string[]; unreadable: number } {
  const rows = listOf(value);
  const ids = new Set<string>();
  let unreadable = 0;
  for (const row of rows) {
    const id = readReference(row);
    if (id === undefined) unreadable += 1;
    else ids.add(id);
  }
  return { ids: [...ids], unreadable };
}

/**
 * Reads one User (RFC 7643 §4.1, §4.3). `undefined`: no usable id, so nothing that could be acted on.
 *
 * @param etag header of the answer, preferred to `meta.version`
 */
export function parseUser(raw: unknown, etag?: string): ScimUser | undefined {
  const row = usual(raw);
  const id = idOf(row.id);
  if (id === undefined) return undefined;
  const name = usualName(row.name);
  const meta = usualMeta(row.meta);
  const extension = usualExtension(row[ENTERPRISE]);
  const userName = textOf(row.userName);
  const emails = readEmails(row.emails);
  const groups = row.groups === undefined || row.groups === null ? undefined : readReferences(row.groups);
  return {
    id,
    userName,
    externalId: textOf(row.externalId) ?? textOf(row.external_id),
    active: truthOf(row.active),
    displayName: textOf(row.displayName),
    givenName: textOf(name.givenName),
    familyName: textOf(name.familyName),
    formatted: textOf(name.formatted),
    email: mainEmail(emails, userName),
    emails,
    title: textOf(row.title),
    department: textOf(extension.department) ?? textOf(row[DEPARTMENT]) ?? textOf(row.department),
    managerId: readReference(extension.manager ?? row[MANAGER] ?? row.manager),
    groups: groups?.unreadable === 0 ? groups.ids : undefined,
    created: textOf(meta.created),
    lastModified: textOf(meta.lastModified),
    version: tagOf(etag) ?? tagOf(meta.version),
  };
}

/** As {@link parseUser}, with what has no field here. */
export function parseUserWithRest(raw: unknown): ScimUser | undefined {
  const user = parseUser(raw);
  return user === undefined ? undefined : { ...user, rest: restOf(raw) };
}

function readMembers(value: unknown): { readonly members: Member[]; readonly unreadable: number } {
  const members = new Map<string, Member>();
  let unreadable = 0;
  for (const each of listOf(value)) {
    const row = isRecord(each) ? usualReference(each) : { value: each };
    const id = idOf(row.value);
    if (id === undefined) {
      unreadable += 1;
      continue;
    }
    if (members.has(id)) continue;
    const nested = textOf(row.type)?.toLowerCase() === 'group' || textOf(row.$ref)?.includes('/Groups/') === true;
    members.set(id, { id, kind: nested ? 'group' : 'user' });
  }
  return { members: [...members.values()], unreadable };
}

/** Reads one Group (RFC 7643 §4.2). `undefined`: no usable id. */
export function parseGroup(raw: unknown, etag?: string): ScimGroup | undefined {
  const row = usual(raw);
  const id = idOf(row.id);
  if (id === undefined) return undefined;
  const listed = row.members === undefined || row.members === null ? undefined : readMembers(row.members);
  return present({
    id,
    displayName: textOf(row.displayName),
    externalId: textOf(row.externalId) ?? textOf(row.external_id),
    members: listed?.members,
    unreadableMembers: listed?.unreadable ?? 0,
    version: tagOf(etag) ?? tagOf(usualMeta(row.meta).version),
  });
}
