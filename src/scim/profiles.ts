/**
 * How each app differs, as data. A profile is chosen by the operator and may be overridden field by field; refuses to
 * know how any of it is put on the wire. Each value says what it rests on.
 */

export const USER_ATTRIBUTES = [
  'userName',
  'externalId',
  'givenName',
  'familyName',
  'displayName',
  'email',
  'title',
  'department',
  'managerId',
] as const;
export type UserAttribute = (typeof USER_ATTRIBUTES)[number];

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Profile {
  readonly name: string;
  /** First form of the `active` PATCH: RFC 7644 §3.5.2.3 with `path`, or the path-less object (Okta's form). The other one is the fallback. */
  readonly activeForm: 'path' | 'object';
  /**
   * How one member is removed. `valuePath` is RFC 7644 §3.5.2.2. `entraValue` (`remove members` with a value) EMPTIES THE
   * GROUP on a server that follows the RFC: only for a server known to want it.
   */
  readonly removeForm: 'valuePath' | 'entraValue';
  /** `capital` sends `Add`, `Replace`, `Remove`: some servers answer 200 to those and do nothing. */
  readonly opCase: 'lower' | 'capital';
  /** Adds `"type": "User"` to members. */
  readonly memberType: boolean;
  /** Whether a group's `members` can be believed when empty. */
  readonly membersReadable: 'yes' | 'no' | 'unknown';
  /** The filter that asks whether one user is in one group; `unknown` tries `members.value` and believes only hits. */
  readonly memberFilter: 'members.value' | 'members' | 'none' | 'unknown';
  /** Where memberships are read: on the group, or in the user's `groups`. */
  readonly membershipSource: 'group' | 'user';
  /** Most members in one PATCH. */
  readonly batchSize: number;
  /** Rows asked for in one page, before discovery says more. */
  readonly pageSize: number;
  readonly paging: 'index' | 'cursor' | 'none';
  readonly contentType: 'application/scim+json' | 'application/json';
  /** `none` sends the bare token (Postman). */
  readonly authPrefix: 'Bearer' | 'none';
  /** Update users by PUT from the start. Never used for groups. */
  readonly usePut: boolean;
  /** `POST /Users/.search` (RFC 7644 §3.4.3). */
  readonly search: 'yes' | 'no' | 'unknown';
  /** Whether an empty answer to an e-mail filter means "nobody". */
  readonly emailFilter: 'trusted' | 'untrusted' | 'none';
  /** Sent as family name when a person has one name only; by default it is left out. */
  readonly familyNameFiller?: string;
  readonly groupCreate: boolean;
  /** Attributes this app takes updates of, and the SCIM path each is written to. */
  readonly attributes: Readonly<Partial<Record<UserAttribute, string>>>;
  /** What `active: false` does there: `deletes` cannot be undone (quirk 14). */
  readonly deactivation: 'reversible' | 'deletes';
  /** The vendor mails new people itself. */
  readonly sendsInvitation: boolean;
  /** Whom the app lets us touch: `assigned` are members of a linked group, and whom we made. */
  readonly scope: 'everyone' | 'assigned';
  /** Accounts made over SCIM cannot be edited or removed in the vendor's own console. */
  readonly lockedInConsole: boolean;
  /** How long a change may take to be seen in the app, ms. */
  readonly settlesWithin: number;
  /** Writes a minute the client allows itself. */
  readonly writesPerMinute?: number;
}

/** RFC 7643 §4.1, §4.3: where each attribute lives. */
const RFC_PATHS: Readonly<Record<UserAttribute, string>> = {
  userName: 'userName',
  externalId: 'externalId',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  displayName: 'displayName',
  email: 'emails[type eq "work"].value',
  title: 'title',
  department: `${ENTERPRISE}:department`,
  managerId: `${ENTERPRISE}:manager`,
};

const generic: Profile = {
  name: 'generic',
  activeForm: 'path', // RFC 7644 §3.5.2.3; every server tried took it
  removeForm: 'valuePath', // RFC 7644 §3.5.2.2; the only form that cannot be read as "remove all"
  opCase: 'lower', // RFC 7644 §3.5.2
  memberType: false, // RFC 7643 §4.2: optional
  membersReadable: 'unknown', // several servers always answer an empty list
  memberFilter: 'unknown', // optional in practice
  membershipSource: 'group', // RFC 7643 §4.2: User.groups is read-only and derived
  batchSize: 100, // the smallest published bound
  pageSize: 100, // the smallest published maximum
  paging: 'index', // RFC 7644 §3.4.2.4; cursors are followed when offered
  contentType: 'application/scim+json', // RFC 7644 §3.1
  authPrefix: 'Bearer', // RFC 6750
  usePut: false, // PUT may clear what it does not name (RFC 7644 §3.5.1)
  search: 'unknown', // RFC 7644 §3.4.3: optional
  emailFilter: 'untrusted', // one of five servers tried answered it rightly
  groupCreate: true, // RFC 7644 §3.3; a refusal is told
  attributes: RFC_PATHS,
  deactivation: 'reversible', // RFC 7643 §4.1.1 leaves it to the server; reversible is what nearly all mean
  sendsInvitation: false, // not part of SCIM
  scope: 'everyone', // RFC 7644 §3.4: whatever it lists
  lockedInConsole: false, // not part of SCIM
  settlesWithin: 5 * 60_000, // our own choice: what is visible later is worth telling
};

/** Perplexity Enterprise. Its endpoint's dialect is not published; what is not stated here keeps the RFC's form. */
const perplexity: Profile = {
  ...generic,
  name: 'perplexity',
  membersReadable: 'yes', // its help centre: lists users, groups and members
  groupCreate: false, // its help centre: groups are not created or deleted through SCIM
  attributes: {}, // its help centre names create, deactivate, reactivate and memberships only
  lockedInConsole: true, // its help centre: rows that come over SCIM cannot be edited in its console
  settlesWithin: 60 * 60_000, // roles follow directory events: minutes as a rule, hours at worst
};

/** Perdoo. Publishes push of users, profiles, deactivation, groups (teams) and memberships, and import of both. */
const perdoo: Profile = {
  ...generic,
  name: 'perdoo',
  groupCreate: true, // its guide: push groups creates a team or links one
};

/** Pearset. Publishes a set-up page only: tenant URL, secret token, attribute mappings. */
const pearset: Profile = {
  ...generic,
  name: 'pearset',
  attributes: RFC_PATHS, // its page has attribute mappings; their defaults are not published
  groupCreate: false, // its page: scope is the assigned groups only
  sendsInvitation: true, // its page: it mails new people itself
  scope: 'assigned', // its page: scope is "assigned only"
  settlesWithin: 40 * 60_000, // its page: changes take 20 to 40 minutes
};

export const PROFILES = { perplexity, perdoo, pearset, generic } as const satisfies Record<string, Profile>;
export type ProfileName = keyof typeof PROFILES;

/** A published profile with some fields of one's own. */
export function profileOf(name: ProfileName, overrides: Partial<Profile> = {}): Profile {
  return { ...PROFILES[name], ...overrides };
}
