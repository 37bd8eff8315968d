// How each known app speaks SCIM, as data over the switches of quirks.ts. Refuses to know how a switch is carried out.

import { type Closed, type Quirks, STRICT } from './quirks.ts';

export type DialectName = 'perplexity' | 'perdoo' | 'pearset' | 'generic' | 'cursor-only';

/** One app's way of speaking. */
export type Dialect = {
  readonly name: string;
  readonly title: string;
  readonly quirks: Quirks;
};

const MINUTE = 60_000;

function closed(status: number, detail: string, ...where: [Closed['method'], Closed['on']][]): Closed[] {
  return where.map(([method, on]) => ({ method, on, status, detail }));
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  generic: { name: 'generic', title: 'Any SCIM 2.0 app', quirks: STRICT },

  // Published: create, deactivate, reactivate, member changes; two role groups that exist already; no hard delete.
  // The rest follows what is known of the directory product that it most likely uses: userName lower-cased,
  // active users' e-mail unique, unknown members dropped, null refused, a rejected create held for correction.
  perplexity: {
    name: 'perplexity',
    title: 'Perplexity Enterprise',
    quirks: {
      ...STRICT,
      removeMembersWithValue: 'remove-listed',
      unknownMember: 'drop',
      conflict: { status: 409, scimType: false },
      userNameCase: 'lowered',
      uniqueEmails: true,
      requiredOnCreate: ['emails'],
      nulls: 'refuse',
      patchedGroup: 204,
      holdsRejected: true,
      largestPage: 100,
      changeableUserAttributes: ['active'],
      groupAttributes: 'fixed',
      closed: [
        ...closed(405, 'Accounts cannot be deleted; deactivate them instead', ['DELETE', 'User']),
        ...closed(
          403,
          'Groups are managed elsewhere; only their members can be changed here',
          ['POST', 'Groups'],
          ['PUT', 'Group'],
          ['DELETE', 'Group'],
        ),
        ...closed(405, 'Accounts cannot be replaced here', ['PUT', 'User']),
      ],
    },
  },

  // Published: push users and profile updates, deactivation archives, reactivation; groups become teams.
  perdoo: {
    name: 'perdoo',
    title: 'Perdoo',
    quirks: {
      ...STRICT,
      removeMembersWithValue: 'remove-listed',
      patchedGroup: 204,
      requiredOnCreate: ['name.givenName', 'name.familyName'],
      largestPage: 200,
      deletes: 'soft',
      closed: closed(405, 'Archived teams are removed in the app', ['DELETE', 'Group']),
    },
  },

  // Published: tenant URL and token, attribute mappings, its own invitation mail, effects after 20 to 40 minutes.
  pearset: {
    name: 'pearset',
    title: 'Pearset',
    quirks: {
      ...STRICT,
      removeMembersWithValue: 'remove-listed',
      patchedGroup: 204,
      largestPage: 100,
      visibleAfter: { min: 20 * MINUTE, max: 40 * MINUTE },
      deletes: 'soft',
    },
  },

  // One server family pages by cursor only, refuses all filters but `eq`, and never lists members.
  'cursor-only': {
    name: 'cursor-only',
    title: 'Cursor paging, eq filters, members never listed',
    quirks: {
      ...STRICT,
      paging: 'cursor',
      filters: 'eq-only',
      membersInReads: 'empty',
      replaceMembers: 'refuse',
      pathlessGroupPatch: 'refuse',
      changesPerRequest: 100,
      largestPage: 100,
      defaultPage: 100,
      patchedGroup: 204,
      requiredOnCreate: ['name.givenName', 'name.familyName', 'displayName'],
    },
  },
};

/** The dialect of that name, or the one given; `quirks` override single switches. */
export function chooseDialect(dialect: DialectName | Dialect, quirks: Partial<Quirks> = {}): Dialect {
  const base = typeof dialect === 'string' ? DIALECTS[dialect] : dialect;
  return { ...base, quirks: { ...base.quirks, ...quirks } };
}
