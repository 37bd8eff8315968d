/**
 * An access request: what it holds, and the one table of how it may move.
 * Pure; knows no store, no Slack, no directory.
 */
import type { Refusal } from './errors.ts';
import type { Party, SlackId, SubjectRef } from './people.ts';
import type { AccountAttribute } from './policy.ts';
import type { AccountChanges, AttributeOutcome } from './ports.ts';

export type Action = 'grant' | 'revoke' | 'provision' | 'disable' | 'enable' | 'update';

/** Whether an action gives something: only that waits while an app is halted, and may come too late. */
export const gives = (action: Action): boolean => action !== 'revoke' && action !== 'disable';

export type State =
  | 'received'
  | 'refused'
  | 'pending'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'lapsed'
  | 'applying'
  | 'active'
  | 'ending'
  | 'ended'
  | 'done'
  | 'not_applied'
  | 'failed';

/** The only truth about what may follow what. The diagram in `docs/states.md` is generated from it. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  received: ['refused', 'approved', 'pending', 'cancelled'],
  refused: [],
  pending: ['denied', 'cancelled', 'lapsed', 'approved'],
  approved: ['applying', 'cancelled', 'not_applied', 'failed'],
  denied: [],
  cancelled: [],
  lapsed: [],
  applying: ['active', 'done', 'not_applied', 'failed', 'ending'],
  active: ['ending', 'ended'],
  ending: ['ended'],
  ended: [],
  done: [],
  not_applied: [],
  failed: [],
};

export const isClosed = (state: State): boolean => TRANSITIONS[state].length === 0;

/** How long is asked for. Local times are of the requester's zone and become an instant when the request is resolved. */
export type DurationAsk =
  | { readonly kind: 'for'; readonly ms: number }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'clock'; readonly hour: number; readonly minute: number }
  | { readonly kind: 'weekday'; readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7 }
  | { readonly kind: 'date'; readonly year: number; readonly month: number; readonly day: number };

/** How long a grant lasts once the rule has been applied. `review`: no end, but looked at again after `ms`. */
export type Length =
  | { readonly kind: 'for'; readonly ms: number }
  | { readonly kind: 'until'; readonly at: number }
  | { readonly kind: 'review'; readonly ms: number };

/** The ask as it arrived, before anything is known about it. Bounded and secret-free by the time it is stored. */
export interface Ask {
  readonly action: Action;
  readonly app?: string;
  readonly role?: string;
  readonly subject: SubjectRef;
  readonly duration?: DurationAsk;
  readonly reason?: string;
  /** Provision only: the fields of the modal, as typed. `role` above base makes a linked grant. */
  readonly newAccount?: NewAccount;
  /** Update only: what is to be changed, as typed. `manager` is an account id or an address. */
  readonly changes?: AccountChanges;
  /** Enable only: the refused provision that met this account. The name typed there is judged against the account's. */
  readonly instead?: string;
  /** Revoke only: several roles were confirmed. */
  readonly everyRole?: boolean;
  /** The finding of drift this settles: a grant puts an end on the membership there is, a revoke takes it away. */
  readonly drift?: string;
  /** Grant only: a hand-over of the last sensitive role; afterwards `role` is taken from this account. */
  readonly handOverFrom?: { readonly account: string; readonly action: 'revoke' | 'disable'; readonly reason?: string };
}

export interface NewAccount {
  readonly email: string;
  readonly givenName: string;
  readonly familyName?: string;
  readonly welcome: boolean;
  /** A role above base, asked for together with the account. */
  readonly role?: string;
  readonly roleDuration?: DurationAsk;
}

/** Why somebody is asked. */
export type ApproverWhy =
  | 'manager'
  | 'owner'
  | 'named'
  | 'owner_manager_unknown'
  | 'owner_escalated'
  | 'owner_nobody_else';

export interface Approver {
  readonly slack: SlackId;
  readonly name: string;
  readonly email?: string;
  readonly why: ApproverWhy;
}

/** One round of approval. All steps must be passed in order; one denial ends the request. */
export interface Step {
  readonly by: 'manager' | 'owners' | 'named';
  readonly approvers: readonly Approver[];
  readonly escalated: boolean;
}

export interface Decision {
  readonly step: number;
  readonly by: Party;
  readonly verdict: 'approve' | 'deny';
  readonly at: number;
  readonly reason?: string;
}

/** One attribute of an update, as it was and is to become; `''`: none. */
export interface Attribute {
  readonly from: string;
  readonly to: string;
  /** How those are called whom `from` and `to` name by account id. */
  readonly called?: { readonly from: string; readonly to: string };
  readonly outcome?: AttributeOutcome;
}

/** What the directory said about the change. Never more than was read back. */
export type Outcome =
  | { readonly kind: 'confirmed'; readonly at: number }
  | { readonly kind: 'accepted'; readonly since: number }
  | { readonly kind: 'refused'; readonly at: number; readonly detail: string }
  | { readonly kind: 'observed'; readonly at: number };

/** Why a request ended without a person deciding, or what a person should know about its end. */
export type Closing =
  | { readonly why: 'by_person'; readonly by: Party }
  | { readonly why: 'expired' }
  | { readonly why: 'done_early' }
  | { readonly why: 'revoked' }
  /** The directory had ended it already; an owner ended it in the ledger. */
  | { readonly why: 'drift'; readonly by: Party }
  | { readonly why: 'account_change' }
  | { readonly why: 'taken_away_first' }
  | { readonly why: 'nobody_decided' }
  | { readonly why: 'nobody_left' }
  | { readonly why: 'too_late_to_apply' }
  | { readonly why: 'unknown_outcome' }
  | { readonly why: 'linked_failed'; readonly request: string }
  | { readonly why: 'refused_at_apply'; readonly refusal: Refusal };

/** Something wrong that people must keep hearing about until it is right. */
export type Alarm = { readonly since: number; readonly toldAt: number } & (
  | { readonly kind: 'end_failing'; readonly detail: string }
  | { readonly kind: 'last_admin_held'; readonly role: string }
  | { readonly kind: 'not_visible' }
  | { readonly kind: 'review_due' }
  | { readonly kind: 'write_failing'; readonly detail: string }
);

/** Why nothing is given in an app for now. */
export type Waiting =
  /** An owner paused it. */
  | { readonly kind: 'paused'; readonly at: number; readonly by: Party }
  /** The group of a role is not what it was (docs/rules.md, Groups). */
  | { readonly kind: 'trouble' };

/** What the subject holds when the request is shown to an approver. */
export interface Held {
  readonly account: 'none' | 'active' | 'inactive' | 'unknown';
  readonly roles: readonly { readonly role: string; readonly standing: boolean; readonly until?: number }[];
}

export type Reader = 'approver' | 'requester' | 'subject' | 'owner';

/** One posted copy of a card. `rev`: the revision of the request it shows. */
export interface CardRef {
  readonly reader: Reader;
  readonly slack: SlackId;
  readonly channel: string;
  readonly ts: string;
  readonly rev: number;
  /** Owners' copies: the telling of the alarm this one was posted for. */
  readonly told?: number;
}

export interface AccessRequest {
  readonly id: string;
  /** Grows with every change a reader can see. */
  readonly rev: number;
  readonly state: State;
  readonly ask: Ask;
  readonly requester: Party & { readonly slack: SlackId };
  readonly receivedAt: number;
  /** Where to answer privately until there is a card. */
  readonly channel?: string;
  // known once resolved
  readonly app?: string;
  /** How the account is called that was picked, as it was last seen: for cards, until it is resolved. */
  readonly picked?: Party;
  readonly role?: string;
  /** Revoke of several roles; a disable lists what it takes away. */
  readonly roles?: readonly string[];
  readonly subject?: Party;
  readonly length?: Length;
  readonly steps: readonly Step[];
  readonly decisions: readonly Decision[];
  /** A stored right that needs no decision (taking away only). */
  readonly entitlement?: 'self' | 'owner' | 'manager' | 'expiry';
  readonly held?: Held;
  readonly submittedAt?: number;
  readonly lapseAt?: number;
  readonly escalateAt?: number;
  readonly approvedAt?: number;
  /** Before this nothing may be written; a linked grant waits for `after`. */
  readonly applyFrom?: number;
  readonly appliedAt?: number;
  /** End of the grant: provisional while applying. */
  readonly until?: number;
  /** Grant without an end: when it is looked at again. */
  readonly reviewAt?: number;
  readonly outcome?: Outcome;
  /** Update: each attribute as it was, and what became of it. */
  readonly attributes?: Readonly<Partial<Record<AccountAttribute, Attribute>>>;
  /** Approved, but nothing is given in this app for now: an owner paused it, or a role's group needs a look. */
  readonly waits?: Waiting;
  readonly refusal?: Refusal;
  readonly closing?: Closing;
  readonly closedAt?: number;
  readonly alarm?: Alarm;
  /** Linked requests: this one starts when `after` is done; `followedBy` starts when this one is done. */
  readonly after?: string;
  readonly followedBy?: string;
  /** An earlier denial of the same ask, shown to the approvers. */
  readonly deniedBefore?: { readonly at: number; readonly reason?: string };
  /** Who last disabled the account, shown when it is to be enabled. */
  readonly disabledBefore?: { readonly at: number; readonly by: string; readonly reason?: string };
  readonly seatsLeft?: number;
  /** Given something although Slack says this of them. */
  readonly standing?: 'deactivated' | 'guest';
  /** Enable: an account was asked for under another name than this one has. */
  readonly otherName?: { readonly was: string; readonly asked: string };
  /** Ending: since when the removal has been accepted and is not visible. */
  readonly unseenSince?: number;
  readonly cards: readonly CardRef[];
}

/** A request that has been resolved far enough to act upon. */
export type ResolvedRequest = AccessRequest & { readonly app: string; readonly subject: Party };

export function isResolved(request: AccessRequest): request is ResolvedRequest {
  return request.app !== undefined && request.subject !== undefined;
}

/** The step that waits for a decision, if any. */
export function currentStep(request: AccessRequest): { index: number; step: Step } | undefined {
  const index = request.decisions.filter((decision) => decision.verdict === 'approve').length;
  const step = request.steps[index];
  return request.state === 'pending' && step !== undefined ? { index, step } : undefined;
}

/**
 * Moves a request, or throws when the table has no such arrow (a programming error, never a person's).
 * Every visible change raises `rev`.
 */
export function move(request: AccessRequest, to: State, change: Partial<AccessRequest> = {}): AccessRequest {
  if (!TRANSITIONS[request.state].includes(to)) {
    throw new Error(`request ${request.id} cannot go from ${request.state} to ${to}`);
  }
  return { ...request, ...change, state: to, rev: request.rev + 1 };
}

/** Changes what a reader sees without moving the request. */
export function amend(request: AccessRequest, change: Partial<AccessRequest>): AccessRequest {
  return { ...request, ...change, rev: request.rev + 1 };
}
