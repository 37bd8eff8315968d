/**
 * The policy: which apps and roles there are, who may ask, who must approve, for how long. Owns the Policy type.
 * Pure; reads no file and no environment (`config/` makes a Policy from both).
 */
import type { Action } from './request.ts';

/** An owner or approver as the policy names them. */
export type Principal =
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'usergroup'; readonly id: string }
  | { readonly kind: 'slack'; readonly user: string };

export interface PersonEntry {
  readonly slack?: string;
  readonly email: string;
  readonly manager?: string;
}

export interface Role {
  readonly key: string;
  /** Display name of the SCIM group that carries the role. */
  readonly group: string;
  readonly sensitive: boolean;
  readonly base: boolean;
  readonly managedBy: 'rolecall' | 'idp';
}

export type Who = 'anyone' | readonly (Principal | 'manager' | 'owners' | 'self')[];

/** Who must agree in one step. */
export type ApproveBy = 'manager' | 'owners' | readonly (Principal | 'manager' | 'owners')[];

export interface WorkingHours {
  /** ISO weekdays, 1 = Monday. */
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** A rule for one action (and role). Times in ms; `escalateAfter` and `lapse` count working time. */
export interface Rule {
  readonly do: Action;
  readonly role?: string;
  readonly who: Who;
  readonly duration: { readonly default: number; readonly min: number; readonly max: number };
  readonly reason: { readonly required: boolean; readonly matches?: string; readonly link?: string };
  readonly approve: readonly { readonly by: ApproveBy }[];
  readonly escalateAfter: number;
  readonly escalateTo: ApproveBy;
  readonly lapse: number;
}

/** Attributes of an account that an *update* may change. */
export const ACCOUNT_ATTRIBUTES = [
  'givenName',
  'familyName',
  'displayName',
  'title',
  'department',
  'email',
  'userName',
  'manager',
] as const;
export type AccountAttribute = (typeof ACCOUNT_ATTRIBUTES)[number];

/** What says who somebody is, or who decides for them: changed by two owners only, and by nobody while a sensitive role is held. */
export const IDENTITY: readonly AccountAttribute[] = ['email', 'userName', 'manager'];
/** What an account cannot be without. */
export const NEVER_EMPTY: readonly AccountAttribute[] = ['givenName', 'displayName', 'email', 'userName'];
/** Longest value, characters. */
export const VALUE_MAX = 256;

/** What an app is like, as far as the rules of access depend on it. */
export interface AppTraits {
  /** Attributes the app takes updates of; empty: none, and *update* is refused. */
  readonly updates: readonly AccountAttribute[];
  /** The app mails new people itself: no second welcome. */
  readonly invites: boolean;
  /** How long a change may take to be seen in the app, ms. */
  readonly settlesWithin: number;
  readonly createsGroups: boolean;
  /** Only accounts in a linked group, or made here, are touched. */
  readonly assignedOnly: boolean;
  /** What is made here can be changed or removed here only, not in the app's own console. */
  readonly lockedInConsole: boolean;
}

export interface AppPolicy {
  readonly key: string;
  readonly name: string;
  /** Name of the SCIM profile. */
  readonly profile: string;
  readonly traits: AppTraits;
  readonly mode: 'live' | 'observe';
  readonly owners: readonly Principal[];
  /** E-mails of accounts that are never removed or disabled; they declare Admins. */
  readonly keep: readonly string[];
  /** Folded domains that may be provisioned; empty: nobody may. */
  readonly domains: readonly string[];
  readonly seats?: number;
  readonly loginUrl?: string;
  readonly welcome?: string;
  /** `self`, or the key of the app whose accounts carry the manager. */
  readonly managerSource: string;
  readonly roles: Readonly<Record<string, Role>>;
  /** Removes the base group while a higher role is held. */
  readonly exclusive: boolean;
  readonly priority: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Limits {
  readonly open: number;
  readonly perDay: number;
}

export interface Policy {
  /** IANA zone in which escalation and lapse count working hours. */
  readonly timezone: string;
  readonly auditors: readonly string[];
  readonly people: readonly PersonEntry[];
  readonly apps: Readonly<Record<string, AppPolicy>>;
  readonly hours: WorkingHours;
  readonly limits: Limits;
  /** How long after it could start an approved change may still be written, ms. */
  readonly applyWithin: number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const DEFAULT_HOURS: WorkingHours = { days: [1, 2, 3, 4, 5], from: 9, to: 18 };
export const DEFAULT_LIMITS: Limits = { open: 5, perDay: 10 };
/** A grant without end is looked at again after this long. */
export const REVIEW_AFTER = 90 * DAY;
export const REASON_MAX = 500;

/** The defaults of docs/rules.md for one action; a rule of the policy file overrides them key by key. */
export function defaultRule(action: Action): Rule {
  return {
    do: action,
    who: action === 'disable' || action === 'enable' || action === 'update' ? ['manager', 'owners'] : 'anyone',
    duration: { default: 4 * HOUR, min: 15 * MINUTE, max: 24 * HOUR },
    reason: { required: action === 'grant' || action === 'disable' },
    // A disable is approved by whoever did not ask: the manager, or an owner. Empty says so.
    approve: action === 'disable' ? [] : [{ by: action === 'grant' ? 'manager' : 'owners' }],
    escalateAfter: 8 * HOUR,
    escalateTo: 'owners',
    lapse: 24 * HOUR,
  };
}

/** The rule for an action on a role: the most specific of the app's rules, else the default. */
export function ruleFor(app: AppPolicy, action: Action, role?: string): Rule {
  return (
    app.rules.find((rule) => rule.do === action && rule.role !== undefined && rule.role === role) ??
    app.rules.find((rule) => rule.do === action && rule.role === undefined) ??
    defaultRule(action)
  );
}

/** The role everyone falls back to, if the app has one. */
export function baseRole(app: AppPolicy): Role | undefined {
  return Object.values(app.roles).find((role) => role.base);
}

/** Roles that are not the base role, highest priority first. */
export function higherRoles(app: AppPolicy): Role[] {
  const rank = (role: Role) => {
    const at = app.priority.indexOf(role.key);
    return at < 0 ? app.priority.length : at;
  };
  return Object.values(app.roles)
    .filter((role) => !role.base)
    .sort((a, b) => rank(a) - rank(b));
}
