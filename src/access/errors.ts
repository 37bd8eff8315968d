/**
 * Everything that can be refused or can go wrong, as closed lists of codes with the data for a sentence.
 * Knows no words: `slack/text` turns a code into what a person reads.
 */
import type { AccountAttribute } from './policy.ts';

/** Why Rolecall said no. Each member carries just what its sentence needs. Nothing was changed. */
export type Refusal =
  // who
  | { code: 'outsider'; standing: 'guest' | 'bot' | 'deactivated' | 'outside' }
  | { code: 'people_unavailable' }
  | { code: 'not_entitled'; need: 'approver' | 'owner' | 'manager_or_owner' | 'requester' | 'holder' | 'auditor' }
  | { code: 'self_approval' }
  | { code: 'already_approved_by_you' }
  | { code: 'email_unconfirmed' }
  | { code: 'binding_conflict'; reason: 'email_changed' | 'two_people' | 'two_accounts' }
  // what
  | { code: 'unknown_app'; given: string; known: string[] }
  | { code: 'app_needed'; known: string[] }
  | { code: 'unknown_role'; given: string; known: string[] }
  | { code: 'role_needed'; known: string[] }
  | { code: 'nobody_to_ask_for' }
  /** `slack`: the user id that was mentioned. */
  | { code: 'unknown_person'; given: string; slack?: string }
  | { code: 'no_account'; app: string; email?: string }
  | { code: 'account_inactive'; app: string }
  | { code: 'account_active'; app: string }
  | { code: 'already_disabled'; app: string }
  | { code: 'exists_elsewhere'; app: string; email: string }
  | { code: 'account_exists'; app: string; active: boolean; name: string; id: string; since?: string }
  | { code: 'ambiguous_account'; app: string; emails: string[] }
  | { code: 'base_role_asked'; app: string }
  | { code: 'only_base_held'; app: string }
  | { code: 'already_standing'; app: string; role: string }
  | { code: 'not_held'; app: string; role?: string }
  | { code: 'several_roles'; app: string; roles: string[] }
  | { code: 'kept_account'; email: string }
  | { code: 'last_admin'; app: string; role: string; unreadable: boolean; handOver: boolean }
  | { code: 'group_missing'; app: string; group: string }
  | { code: 'app_stopped'; app: string; role: string; why: 'gone' | 'missing' | 'doubled' | 'shared' }
  | { code: 'offer_gone'; app: string; role: string }
  | { code: 'seats'; app: string; used: number; seats: number }
  | { code: 'domain'; email: string; domains: string[] }
  | { code: 'not_assigned'; app: string }
  // an update
  | { code: 'no_updates'; app: string }
  | { code: 'attribute_not_taken'; app: string; attributes: AccountAttribute[] }
  | { code: 'nothing_to_change'; app: string }
  | { code: 'value_needed'; attribute: AccountAttribute }
  | { code: 'value_too_long'; attribute: AccountAttribute; max: number }
  | { code: 'value_malformed'; attribute: AccountAttribute }
  | { code: 'address_taken'; app: string; email: string }
  | { code: 'manager_unfit'; app: string }
  | { code: 'sensitive_held'; app: string; role: string; unreadable: boolean }
  /** `identity`: only because of the attributes that say who somebody is. */
  | { code: 'two_owners_needed'; app: string; reachable: number; identity?: true }
  // rule
  | { code: 'not_allowed_to_ask' }
  | { code: 'reason_required' }
  | { code: 'reason_mismatch'; pattern: string }
  | { code: 'reason_too_long'; max: number }
  | { code: 'looks_like_secret' }
  | { code: 'too_short'; min: number }
  | { code: 'too_long'; max: number }
  | { code: 'in_the_past' }
  | { code: 'no_approver' }
  | { code: 'email_needed' }
  | { code: 'name_needed' }
  | { code: 'limit_open'; max: number }
  | { code: 'limit_day'; max: number }
  // where it stands
  /** `request`: it is theirs, or about them. */
  | { code: 'open_already'; request?: string }
  | { code: 'opposite_open'; request: string }
  | { code: 'closed'; request: string; state: string }
  | { code: 'no_such_request'; request: string }
  | { code: 'drift_settled'; by?: string }
  | { code: 'drift_own' }
  | { code: 'repeated' }
  | { code: 'safe_mode' }
  | { code: 'gave_up_looking' }
  | { code: 'store_unavailable' };

/** A refusal on its way to the person. `message` is the code: sentences live elsewhere. */
export class AccessError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = 'AccessError';
    this.refusal = refusal;
  }
}

/** Shorthand for the throw in the middle of an expression. */
export function refuse(refusal: Refusal): never {
  throw new AccessError(refusal);
}

/** What kept a directory from answering. */
export type DirectoryFault =
  | 'unavailable' // network, 5xx, 429 after retries, malformed answers
  | 'unauthorized' // 401: the token is bad; pause the lane but for a probe
  | 'forbidden' // 403: not permitted; this attempt fails
  | 'rejected'; // a definite 4xx: what was sent will never be taken

/**
 * A directory (or Slack's people look-up) that could not do what was asked.
 * `mayHaveApplied` says that a write may have taken effect although no answer came; `sentAt` is when the first such
 * attempt left (ms, business clock). `detail` is safe to show: no token, no query string, bounded.
 */
export class DirectoryError extends Error {
  readonly fault: DirectoryFault;
  readonly mayHaveApplied: boolean;
  readonly sentAt: number | undefined;
  readonly retryAfter: number | undefined;
  readonly detail: string;
  constructor(
    fault: DirectoryFault,
    detail: string,
    more: { mayHaveApplied?: boolean; sentAt?: number; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(`directory ${fault}: ${detail}`, { cause: more.cause });
    this.name = 'DirectoryError';
    this.fault = fault;
    this.detail = detail;
    this.mayHaveApplied = more.mayHaveApplied ?? false;
    this.sentAt = more.sentAt;
    this.retryAfter = more.retryAfter;
  }
}
