/**
 * What an operator may write of a profile, field by field: which values there are, what each means and what some of them
 * risk. Data beside `profiles.ts`, complete by its type; refuses to know in which file it is written and who reads it.
 */
import { type Profile, USER_ATTRIBUTES } from './profiles.ts';

export type ProfileField = Exclude<keyof Profile, 'name'>;

/** How the values of a field are written. */
export type FieldForm =
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'count'; readonly min: number; readonly max: number }
  /** ms */
  | { readonly kind: 'duration'; readonly max: number }
  | { readonly kind: 'text'; readonly max: number }
  /** Attribute → SCIM path, see {@link isAttributePath}. */
  | { readonly kind: 'paths'; readonly of: typeof USER_ATTRIBUTES };

/** A value that can do harm on a server it was not made for; said only where it is not what the published profile has. */
export interface FieldRisk {
  readonly value: string | boolean;
  /** The rest of a sentence that begins with the field and the value. */
  readonly what: string;
  readonly fix: string;
}

export type FieldDoc = FieldForm & { readonly about: string; readonly risks?: readonly FieldRisk[] };

type FormOf<T> = [T] extends [boolean]
  ? Extract<FieldForm, { kind: 'flag' }>
  : [T] extends [number]
    ? Extract<FieldForm, { kind: 'count' | 'duration' }>
    : [T] extends [string]
      ? string extends T
        ? Extract<FieldForm, { kind: 'text' }>
        : { readonly kind: 'word'; readonly words: readonly T[] }
      : Extract<FieldForm, { kind: 'paths' }>;

type Fields = {
  readonly [K in ProfileField]-?: FormOf<NonNullable<Profile[K]>> & Pick<FieldDoc, 'about' | 'risks'>;
};

const UNTIL_SEEN = 'leave it at unknown: what the service really does is found out and kept';

export const PROFILE_FIELDS: Fields = {
  activeForm: {
    kind: 'word',
    words: ['path', 'object'],
    about: 'how `active` is written first: with a path, or as an object without one; the other form is tried next',
  },
  removeForm: {
    kind: 'word',
    words: ['valuePath', 'entraValue'],
    about: "how one member is removed: the RFC's value path, or `remove members` with a value",
    risks: [
      {
        value: 'entraValue',
        what: 'removes everybody from the group on a service that follows RFC 7644',
        fix: 'write it only for a service whose vendor asks for it, and try it on a group that nobody needs',
      },
    ],
  },
  opCase: { kind: 'word', words: ['lower', 'capital'], about: '`replace`, or `Replace`, in a PATCH' },
  memberType: { kind: 'flag', about: 'members are sent with `"type": "User"`' },
  membersReadable: {
    kind: 'word',
    words: ['yes', 'no', 'unknown'],
    about: "whether a group's empty list of members is believed; `unknown`: once some group has listed somebody",
    risks: [
      {
        value: 'yes',
        what: 'makes an empty list mean an empty group: a service that lists nobody looks as if every removal had worked',
        fix: UNTIL_SEEN,
      },
    ],
  },
  memberFilter: {
    kind: 'word',
    words: ['members.value', 'members', 'none', 'unknown'],
    about: 'the filter that asks whether one account is in a group, where members are not listed',
    risks: (['members.value', 'members'] as const).map((value) => ({
      value,
      what: 'makes an empty answer mean "not a member": where the filter is not understood a removal looks done that was not',
      fix: UNTIL_SEEN,
    })),
  },
  membershipSource: {
    kind: 'word',
    words: ['group', 'user'],
    about: "where memberships are read: on the group, or in the accounts' `groups` (reads everybody)",
  },
  batchSize: { kind: 'count', min: 1, max: 1000, about: 'most members in one PATCH' },
  pageSize: { kind: 'count', min: 1, max: 1000, about: 'rows asked for in one page, before the service says more' },
  paging: {
    kind: 'word',
    words: ['index', 'cursor', 'none'],
    about: 'how pages are asked for; `none`: one answer holds all',
  },
  contentType: {
    kind: 'word',
    words: ['application/scim+json', 'application/json'],
    about: 'media type that is sent and asked for',
  },
  authPrefix: { kind: 'word', words: ['Bearer', 'none'], about: '`none` sends the bare token' },
  usePut: {
    kind: 'flag',
    about: 'accounts are updated by PUT from the start; groups never are',
    risks: [
      {
        value: true,
        what: 'replaces whole accounts: what the service does not show when it is read is lost',
        fix: 'leave it out: a service without PATCH is recognised by its refusal',
      },
    ],
  },
  search: { kind: 'word', words: ['yes', 'no', 'unknown'], about: 'whether there is `POST /Users/.search`' },
  emailFilter: {
    kind: 'word',
    words: ['trusted', 'untrusted', 'none'],
    about: 'whether an empty answer to an e-mail filter means nobody; `none`: the filter is never used',
    risks: [
      {
        value: 'trusted',
        what: 'makes an empty answer mean that nobody has the address: where the filter is wrong people get a second account',
        fix: 'leave it at untrusted: everybody is read then, before it is said that somebody is not there',
      },
    ],
  },
  familyNameFiller: {
    kind: 'text',
    max: 40,
    about: 'family name of a person who has one name only; left out otherwise',
  },
  groupCreate: { kind: 'flag', about: 'groups can be created over SCIM' },
  attributes: {
    kind: 'paths',
    of: USER_ATTRIBUTES,
    about: 'SCIM path at which this attribute is updated',
  },
  deactivation: {
    kind: 'word',
    words: ['reversible', 'deletes'],
    about: 'what `active: false` does to an account there',
    risks: [
      {
        value: 'deletes',
        what: 'says that a disabled account is gone there: `disable` cannot be taken back, and `enable` finds nobody',
        fix: 'tell the owners, who approve it',
      },
    ],
  },
  sendsInvitation: { kind: 'flag', about: 'the vendor mails new people itself: no welcome is sent' },
  scope: {
    kind: 'word',
    words: ['everyone', 'assigned'],
    about: 'whom the app lets us touch; `assigned`: members of a linked group, and whom we made',
  },
  lockedInConsole: {
    kind: 'flag',
    about: "accounts made over SCIM cannot be edited or removed in the vendor's console: whoever approves one is told",
  },
  settlesWithin: { kind: 'duration', max: 7 * 86_400_000, about: 'how long a change may take to be seen in the app' },
  writesPerMinute: { kind: 'count', min: 1, max: 6000, about: 'most writes a minute that are sent' },
};

/** RFC 7644 §3.5.2, figure 7: an attribute with or without its schema, a filter and a sub-attribute. */
const PATH = /^(?:urn:[\w.:-]{1,200}:)?[A-Za-z][\w$-]*(?:\[[^[\]\p{Cc}]{1,100}\])?(?:\.[A-Za-z][\w$-]*)?$/u;

/** Whether a text can be the path of an attribute (RFC 7644 §3.5.2). */
export const isAttributePath = (text: string): boolean => text.length <= 256 && PATH.test(text);
