/**
 * What the client promises its callers: the verbs, their outcomes and what each outcome means. Knows no wire and does no I/O.
 * All times are milliseconds of the `now` that was passed in.
 */
import type { ScimError } from './error.ts';
import type { Learned } from './learned.ts';
import type { Profile, UserAttribute } from './profiles.ts';
import type { ScimGroup, ScimUser } from './schema.ts';

/** One finished exchange, for logs and metrics. Holds no id, no query, no token, no name. */
export interface ScimLogEvent {
  readonly method: string;
  /** Path with ids replaced, e.g. `/Groups/:id`. */
  readonly path: string;
  readonly attempt: number;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Why no usable answer came, when none did. */
  readonly fault?: string;
  readonly ms: number;
  readonly bytes: number;
}

export interface ScimClientOptions {
  /** Base address as the vendor shows it, path and query string kept; https, or plain http on loopback only. */
  readonly url: string;
  /** Bearer token; a pasted `Bearer ` prefix is dropped. */
  readonly token: string;
  readonly profile: Profile;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1), as `Math.random`. */
  readonly random: () => number;
  readonly log?: (event: ScimLogEvent) => void;
  /** Longest one exchange may take from start to last byte, ms. Default 15 000. */
  readonly deadlineMs?: number;
  /** Largest answer read, bytes. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Longest one call waits in all between tries (Retry-After, back-off), ms; beyond it the error says when to come back. Default 30 000. */
  readonly patienceMs?: number;
  /** What an earlier client learned about this server, as it was stored; checked field by field. */
  readonly learned?: unknown;
  /** Called with the whole record each time something new was learned. */
  readonly onLearn?: (learned: Learned) => void;
}

// ------------------------------------------------------------------------------------------------------- reads

export type FindBy =
  | { readonly userName: string }
  | { readonly externalId: string }
  /** `thorough: false` spares the full listing where the server's e-mail filter cannot be trusted to be empty. */
  | { readonly email: string; readonly thorough?: boolean };

export interface Page<T> {
  /** Resources not seen before in this listing. */
  readonly items: readonly T[];
  /** Rows of this page that could not be read (no id, not an object). */
  readonly unreadable: number;
}

export type IncompleteWhy =
  /** Not read to its end yet. */
  | 'unfinished'
  /** An exchange failed; the iteration threw it. */
  | 'failed'
  /** The server ended before the total it had promised, or showed the same rows again. */
  | 'short'
  /** The server repeated a page or a cursor, and nothing says how many there are. */
  | 'repeated'
  /** The total kept changing while the pages were read. */
  | 'changed'
  /** Cursors expired twice. */
  | 'cursor'
  /** Rows without an id. */
  | 'unreadable'
  /** The client's own bound on pages or items. */
  | 'limit';

export type Verdict =
  | { readonly complete: true; readonly count: number }
  | { readonly complete: false; readonly count: number; readonly why: IncompleteWhy };

/** Pages as they come, then `verdict()`: only a complete listing allows "not seen" to mean anything. */
export interface Listing<T> extends AsyncIterable<Page<T>> {
  verdict(): Verdict;
  /** The server's clock (`Date`) when it answered the first page, ms; `undefined`: it did not say. */
  servedAt(): number | undefined;
}

export interface ChangesWish {
  /** ms, by the server's own `meta.lastModified`; seconds are rounded down. */
  readonly after: number;
  /** Ids of users whose `meta.lastModified` is known to be later. Without any, nothing could be believed. */
  readonly expected: ReadonlySet<string>;
  /** How many users are known in all. */
  readonly known: number;
}

export type Changes =
  /** `gone`: expected, and not there any more. `servedAt`: the server's clock (`Date`) when it began to answer, ms. */
  | {
      readonly kind: 'read';
      readonly users: readonly ScimUser[];
      readonly gone: readonly string[];
      readonly servedAt: number | undefined;
    }
  /** The server refuses the filter, or answers it wrongly: nothing was learned about anybody. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'incomplete'; readonly why: IncompleteWhy };

export type Membership = 'in' | 'out' | 'unknown';

export interface Members {
  /** User ids as the group lists them; ids of nobody can be among them (quirk 8). */
  readonly ids: readonly string[];
  /** Groups nested in this one; never counted as users. */
  readonly nested: readonly string[];
}

export type PingResult =
  | { readonly kind: 'ok'; readonly users?: number; readonly groups: 'yes' | 'none' | 'forbidden' | 'unknown' }
  | { readonly kind: 'bad-token' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'wrong-url'; readonly status: number }
  | { readonly kind: 'not-scim'; readonly status: number }
  | { readonly kind: 'redirected'; readonly status: number }
  | { readonly kind: 'tls'; readonly code: string }
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'busy'; readonly retryAfter?: number }
  | { readonly kind: 'server-error'; readonly status: number };

/** What the server says of itself. Advisory: `undefined` means unknown, never "no" (quirk 26). */
export interface Capabilities {
  readonly patch?: boolean;
  readonly filter?: boolean;
  readonly filterMaxResults?: number;
  readonly etag?: boolean;
  readonly cursor?: boolean;
  readonly index?: boolean;
  readonly maxPageSize?: number;
  readonly groups?: boolean;
  /** Schema URNs of the User resource's extensions. */
  readonly userExtensions?: readonly string[];
}

// ------------------------------------------------------------------------------------------------------ writes

export interface NewUser {
  readonly userName: string;
  /** Defaults to `userName` when that is an address. */
  readonly email?: string;
  readonly givenName: string;
  /** May be left out; never sent empty. */
  readonly familyName?: string;
  readonly displayName?: string;
  readonly externalId?: string;
  readonly department?: string;
  readonly title?: string;
  /** SCIM id of the manager. */
  readonly managerId?: string;
}

/**
 * What became of a create (RFC 7644 §3.3). POST is not idempotent: a lost answer is looked up, never posted again.
 * Trouble that says nothing about the account (no connection, 401, 429 beyond patience) is thrown as `ScimError`.
 */
export type CreateResult =
  /**
   * `user` is what a GET showed right after; absent: accepted, not visible yet. `id` absent: the server named none.
   * `how`: `answered` 201 · `merged` 200 (the server may have had it already) · `found` after the answer was lost.
   */
  | {
      readonly kind: 'created';
      readonly id?: string;
      readonly user?: ScimUser;
      readonly sentAt: number;
      readonly how: 'answered' | 'merged' | 'found';
    }
  | { readonly kind: 'exists-active'; readonly user: ScimUser; readonly by: 'userName' | 'externalId' | 'email' }
  /** Also when the server does not say whether it is active. */
  | { readonly kind: 'exists-inactive'; readonly user: ScimUser; readonly by: 'userName' | 'externalId' | 'email' }
  /** Several accounts match exactly: a person must choose. */
  | { readonly kind: 'ambiguous'; readonly users: readonly ScimUser[] }
  /** 409 and nothing is found: outside SCIM, in another organisation, or the e-mail belongs to somebody else. */
  | { readonly kind: 'exists-elsewhere'; readonly error: ScimError }
  | { readonly kind: 'refused'; readonly error: ScimError }
  /** The answer was lost and the account is not to be seen (yet). Look again later; do not create again blindly. */
  | { readonly kind: 'unknown'; readonly sentAt: number; readonly error: ScimError };

/** How an account's `active` read back right after a write; `gone` is 404 (some servers hide the disabled). */
export type ActiveState = 'active' | 'inactive' | 'gone' | 'unknown';

export interface ActiveWrite {
  /** When the first attempt that was not definitely refused was sent; absent: nothing was sent that could have an effect. */
  readonly sentAt?: number;
  readonly seen: ActiveState;
  /** The account as read back, when it could be. */
  readonly user?: ScimUser;
}

/** What became of one id in a membership write. */
export interface MemberOutcome {
  readonly id: string;
  /** Read back right after the write. `accepted, not visible yet` is: no error, and `seen` is not what was asked. */
  readonly seen: Membership;
  /** When the first attempt that was not definitely refused was sent; absent: no such attempt. */
  readonly sentAt?: number;
  /** Refused, or outcome unknown, and the read-back does not show the effect. */
  readonly error?: ScimError;
}

export interface MembersWrite {
  readonly outcomes: readonly MemberOutcome[];
  /** INCIDENT when not empty: users who left the group during this write though nobody asked (quirks 3 and 4). Offer to add them again. */
  readonly lost: readonly string[];
}

/** A write for one member; refusals and unknown outcomes are thrown. `lost` as in {@link MembersWrite}. */
export interface MemberWrite {
  readonly seen: Membership;
  readonly sentAt?: number;
  readonly lost: readonly string[];
}

/** `null` removes the attribute. */
export type UserChanges = Readonly<Partial<Record<UserAttribute, string | null>>>;

export type AttributeOutcome =
  /** Read back as asked. */
  | { readonly kind: 'applied' }
  /** 2xx, but not (yet) to be seen. */
  | { readonly kind: 'accepted' }
  /** The app does not publish this attribute; nothing was sent. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'refused'; readonly error: ScimError }
  | { readonly kind: 'unknown'; readonly error: ScimError };

export interface UpdateResult {
  readonly attributes: Readonly<Partial<Record<UserAttribute, AttributeOutcome>>>;
  readonly sentAt?: number;
  readonly user?: ScimUser;
}

export type CreateGroupResult =
  | { readonly kind: 'created'; readonly id: string; readonly sentAt: number }
  /** Groups of exactly this name that were there already. */
  | { readonly kind: 'exists'; readonly groups: readonly ScimGroup[] }
  /** The app's groups come from elsewhere: the profile says so, or the server answered 403, 405 or 501. */
  | { readonly kind: 'managed-elsewhere'; readonly error?: ScimError }
  | { readonly kind: 'refused'; readonly error: ScimError }
  | { readonly kind: 'unknown'; readonly sentAt: number; readonly error: ScimError };

export interface ScimClient {
  readonly profile: Profile;
  learned(): Learned;

  /** Asks the server what it is (ServiceProviderConfig, ResourceTypes); kept for an hour. Never throws for a server that does not say. */
  discover(): Promise<Capabilities>;
  /** Test connection: one try each, distinct results, never throws for anything the server does. */
  ping(): Promise<PingResult>;

  /** `undefined`: 404. */
  getUser(id: string): Promise<ScimUser | undefined>;
  /**
   * Exact matches only: every hit is re-checked here (`userName`, e-mail folded; `externalId` to the letter).
   * @throws ScimError also when the listing it had to fall back to was incomplete and nothing was found: that is not "absent".
   */
  findUsers(by: FindBy): Promise<readonly ScimUser[]>;
  /** `rest`: also what the server sends beside the fields that are named here, bounded. */
  listUsers(options?: { readonly rest?: boolean }): Listing<ScimUser>;
  /** The same, each user turned into something of the caller's own as it comes: what is not kept is gone at once. */
  listUsersAs<T extends { readonly id: string }>(as: (user: ScimUser) => T): Listing<T>;
  /** Who changed since a moment, where the server can be believed to say so. */
  changedUsers(wish: ChangesWish): Promise<Changes>;
  /** Somebody changed and kept an old `meta.lastModified`: {@link ScimClient.changedUsers} is of no use here from now on. */
  distrustChanges(): void;

  getGroup(id: string, options?: { readonly members?: boolean }): Promise<ScimGroup | undefined>;
  /** Groups of exactly this display name, without members. */
  findGroups(displayName: string): Promise<readonly ScimGroup[]>;
  listGroups(options?: { readonly members?: boolean }): Listing<ScimGroup>;
  /** @throws ScimError status 404 when the group is gone. */
  members(groupId: string): Promise<Members | 'unknown'>;
  isMember(groupId: string, userId: string): Promise<Membership>;

  createUser(user: NewUser, options?: { readonly looked?: boolean }): Promise<CreateResult>;
  setActive(id: string, active: boolean): Promise<ActiveWrite>;
  updateUser(id: string, changes: UserChanges): Promise<UpdateResult>;

  /** Adds and reads back. `before`: user ids just read, so that `lost` can be told. */
  addMember(groupId: string, userId: string, options?: { readonly before?: readonly string[] }): Promise<MemberWrite>;
  /** Removes one and reads back. `before`: user ids just read; without it the group is read first where it can be. */
  removeMember(
    groupId: string,
    userId: string,
    options?: { readonly before?: readonly string[] },
  ): Promise<MemberWrite>;
  addMembers(groupId: string, userIds: readonly string[]): Promise<MembersWrite>;
  removeMembers(groupId: string, userIds: readonly string[]): Promise<MembersWrite>;
  createGroup(displayName: string, options?: { readonly externalId?: string }): Promise<CreateGroupResult>;

  /** Ends the connections; calls under way fail. */
  close(): Promise<void>;
}
