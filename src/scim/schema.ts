/**
 * The wire in zod: lenient per field and per resource, so that one bad row never loses a page (RFC 7643; names are
 * case-insensitive). Keeps named fields only and refuses to know what a caller wants with them.
 */

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
