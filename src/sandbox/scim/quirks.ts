// Every way in which real SCIM servers differ, one switch each, and the values that follow the RFCs.
// Refuses to know which app shows which behaviour: that is dialects.ts.

/** What a server does with a resource or method it does not offer. */
export type Closed = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly on: 'Users' | 'Groups' | 'User' | 'Group' | '.search';
  readonly status: number;
  readonly detail: string;
};

/** The switches. The defaults in {@link STRICT} are what RFC 7643, 7644 and 9865 ask for. */
export type Quirks = {
  /** Ids are opaque UUIDs, or the userName and displayName themselves (spaces, slashes, @). */
  ids: 'opaque' | 'readable';
  /** Which spellings of `op` work: any; lower case only, others answered 2xx and ignored; capitalised only, others 400. */
  opCase: 'any' | 'lower-else-ignored' | 'capitalised-else-refused';
  /** `"False"` for a boolean: refused 400, read as a boolean, or stored and returned as a string. */
  booleanStrings: 'refuse' | 'coerce' | 'store';
  /** `remove` of `members` with a `value`: RFC 7644 §3.5.2.2 ignores the value and empties the group. */
  removeMembersWithValue: 'wipe' | 'remove-listed' | 'refuse';
  /** `remove` of `members[value eq "…"]`. */
  removeMembersByFilter: 'remove-matching' | 'refuse' | 'wipe' | 'ignore';
  /** A removal whose filter matches no member. */
  removeAbsentMember: 'accept' | 'noTarget';
  /** `replace` of `members`. */
  replaceMembers: 'replace' | 'add' | 'refuse';
  /** `members` when a group is read. */
  membersInReads: 'full' | 'empty' | 'absent';
  /** Operations that make no sense (unknown op, unknown path): refused, or 2xx without effect. */
  badOperations: 'refuse' | 'ignore';
  /** A member id that belongs to no user. */
  unknownMember: 'refuse' | 'store' | 'drop' | 'fail';
  /** Status of a successful PATCH. */
  patchedUser: 200 | 204;
  patchedGroup: 200 | 204;
  /** How a duplicate is refused. */
  conflict: { readonly status: 400 | 409; readonly scimType: boolean };
  /** How `userName` is compared and kept. */
  userNameCase: 'insensitive' | 'sensitive' | 'lowered';
  /** Active users' e-mail addresses must be unique, too. */
  uniqueEmails: boolean;
  /** A deactivated user: readable, answered 404, or gone for good. */
  deactivated: 'shown' | 'hidden' | 'deleted';
  /** Attributes without which a create is refused, beside `userName`. Paths like `name.givenName`, `emails`. */
  requiredOnCreate: readonly string[];
  /** Attributes that no schema knows. */
  unknownAttributes: 'ignore' | 'keep' | 'refuse';
  /** JSON null: unassigns (RFC 7643 §2.5) or is refused. */
  nulls: 'unassign' | 'refuse';
  /** What is not offered at all. */
  closed: readonly Closed[];
  /** The only user attributes a write may change after the create; undefined means all. */
  changeableUserAttributes: readonly string[] | undefined;
  /** Whether a group's own attributes may change; if not, only its members may. */
  groupAttributes: 'open' | 'fixed';
  /** A group PATCH without `path`. */
  pathlessGroupPatch: 'accept' | 'refuse';
  /** Dotted names (`name.givenName`): followed, stored literally as a key, or, without a path only, refused. */
  dottedPaths: 'follow' | 'literal';
  /** A path-less complex value merges into what is there, or replaces it. */
  pathlessComplex: 'merge' | 'replace';
  /** Most members in one operation, and most member changes in one request. */
  membersPerOperation: number;
  changesPerRequest: number;
  /** Which filters work: all; `eq` and `and` only; only exactly `attribute eq "value"` in that spelling. Others get `filterRefusal`. */
  filters: 'all' | 'eq-only' | 'exact-only' | 'none';
  /** The attributes that may be filtered on; undefined means all. */
  filterable: readonly string[] | undefined;
  filterRefusal: 400 | 403 | 500 | 501;
  /** A filter is applied as asked, ignored (everything comes back), or applied to e-mail whatever it names. */
  filterMeaning: 'honoured' | 'ignored' | 'email';
  /** Page size when none is asked for, and the largest one. */
  defaultPage: number;
  largestPage: number;
  paging: 'index' | 'cursor' | 'both' | 'none';
  /** Seconds a cursor lives. */
  cursorSeconds: number;
  /** `totalResults`: right, the size of this page, capped at 100, a string, or missing. */
  totals: 'right' | 'page' | 'capped' | 'string' | 'absent';
  /** `startIndex`: from 1, from 0, or ignored (page one for ever). */
  startIndex: 'one' | 'zero' | 'ignored';
  /** What comes past the end: nothing, or the first page again. */
  pastTheEnd: 'empty' | 'first-page';
  itemsPerPage: 'page' | 'asked';
  /** `Resources` on no results: an empty array or missing. */
  noResources: 'empty' | 'absent';
  /** Listing order: by creation, by id (inserts land anywhere), or turned round at each request. */
  order: 'stable' | 'by-id' | 'shuffled';
  /** /ServiceProviderConfig: right, 404, with most members missing, or claiming no PATCH and no filter. */
  serviceProviderConfig: 'right' | 'missing' | 'partial' | 'wrong';
  contentType: string;
  /** Which request bodies are read; others get 415. */
  accepts: 'both' | 'json-only' | 'scim-only';
  /** Which Accept headers are answered: any; none that names application/scim+json; only those. Others get 406. */
  answers: 'any' | 'json-only' | 'scim-only';
  /** What a create answers: the resource, the resource without its id, or nothing. */
  created: 'resource' | 'no-id' | 'empty';
  /** `members` in the create of a group. */
  membersOnCreate: 'keep' | 'drop';
  /** `meta.location` and `Location`. */
  location: 'absolute' | 'relative' | 'wrong-host';
  /** Whether users carry `groups`. */
  groupsOnUsers: boolean;
  /** Members must say `"type": "User"`. */
  memberTypeRequired: boolean;
  /** Versions: none; sent and If-Match honoured; If-Match demanded (428). */
  versions: 'none' | 'honoured' | 'demanded';
  /** Only these e-mail domains may be created; undefined means all. */
  verifiedDomains: readonly string[] | undefined;
  /** How long a write stays invisible to reads, in ms of the service's clock. */
  visibleAfter: { readonly min: number; readonly max: number };
  /** DELETE: gone, or only deactivated. */
  deletes: 'hard' | 'soft';
  /** A create refused for missing attributes is held: the corrected create gets the id given then. */
  holdsRejected: boolean;
  /** A PUT of a group without `members`. */
  putWithoutMembers: 'clear' | 'keep';
  /** How error bodies write `status`. */
  errorStatus: 'string' | 'number' | 'absent';
  /** `meta.lastModified`: right, never moved from the day of creation, or missing. */
  lastModified: 'right' | 'frozen' | 'absent';
};

/** The RFCs to the letter; where they leave a choice, the one that is hardest on clients. */
export const STRICT: Quirks = {
  ids: 'opaque',
  opCase: 'any',
  booleanStrings: 'refuse',
  removeMembersWithValue: 'wipe',
  removeMembersByFilter: 'remove-matching',
  removeAbsentMember: 'accept',
  replaceMembers: 'replace',
  membersInReads: 'full',
  badOperations: 'refuse',
  unknownMember: 'refuse',
  patchedUser: 200,
  patchedGroup: 200,
  conflict: { status: 409, scimType: true },
  userNameCase: 'insensitive',
  uniqueEmails: false,
  deactivated: 'shown',
  requiredOnCreate: [],
  unknownAttributes: 'ignore',
  nulls: 'unassign',
  closed: [],
  changeableUserAttributes: undefined,
  groupAttributes: 'open',
  pathlessGroupPatch: 'accept',
  dottedPaths: 'follow',
  pathlessComplex: 'merge',
  membersPerOperation: Number.POSITIVE_INFINITY,
  changesPerRequest: Number.POSITIVE_INFINITY,
  filters: 'all',
  filterable: undefined,
  filterRefusal: 400,
  filterMeaning: 'honoured',
  defaultPage: 100,
  largestPage: 1000,
  paging: 'index',
  cursorSeconds: 600,
  totals: 'right',
  startIndex: 'one',
  pastTheEnd: 'empty',
  itemsPerPage: 'page',
  noResources: 'empty',
  order: 'stable',
  serviceProviderConfig: 'right',
  contentType: 'application/scim+json',
  accepts: 'both',
  answers: 'any',
  created: 'resource',
  membersOnCreate: 'keep',
  location: 'absolute',
  groupsOnUsers: true,
  memberTypeRequired: false,
  versions: 'none',
  verifiedDomains: undefined,
  visibleAfter: { min: 0, max: 0 },
  deletes: 'hard',
  holdsRejected: false,
  putWithoutMembers: 'clear',
  errorStatus: 'string',
  lastModified: 'right',
};
