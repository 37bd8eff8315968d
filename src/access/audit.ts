/**
 * The audit event: one member per thing that can happen. Ids only; what names people goes into `note`, which the
 * store keeps in the erasable part of the line. Knows no store.
 */
import type { DifferenceKind } from './drift.ts';
import type { Remedy, Settled } from './drift-record.ts';
import type { SlackId } from './people.ts';
import type { AccountAttribute } from './policy.ts';
import type { Action, ApproverWhy } from './request.ts';

export type Actor =
  | { readonly kind: 'person'; readonly slack: SlackId }
  | {
      readonly kind: 'system';
      readonly part: 'expiry' | 'apply' | 'resolve' | 'lapse' | 'escalation' | 'policy' | 'store' | 'directory';
    }
  | { readonly kind: 'operator'; readonly name: string };

/** What names or quotes people: private, erasable. */
export interface Note {
  readonly reason?: string;
  readonly requester?: string;
  readonly subject?: string;
  readonly by?: string;
  readonly email?: string;
  readonly detail?: string;
}

interface Base {
  readonly actor: Actor;
  /** Index terms: `request:<id>`, `person:<team>/<user>`, `account:<app>/<id>`. Whose history this belongs to. */
  readonly about: readonly string[];
  readonly note?: Note;
}

interface OnRequest extends Base {
  readonly request: string;
  readonly action: Action;
  readonly app?: string;
  readonly account?: string;
  readonly role?: string;
}

/** About a finding of drift. Owners and auditors only. */
interface OnDrift extends Base {
  readonly finding: string;
  readonly app: string;
  readonly kind: DifferenceKind;
  readonly account?: string;
  readonly role?: string;
}

/** About the group that carries a role. */
interface OnGroup extends Base {
  readonly app: string;
  readonly role: string;
  readonly group: string;
}

export type AuditEvent =
  | (OnRequest & { readonly type: 'request.received' })
  | (OnRequest & { readonly type: 'request.refused'; readonly code: string })
  | (OnRequest & { readonly type: 'request.pending'; readonly approvers: readonly string[] })
  | (OnRequest & { readonly type: 'request.entitled'; readonly entitlement: 'self' | 'owner' | 'manager' | 'expiry' })
  | (OnRequest & { readonly type: 'request.escalated'; readonly approvers: readonly string[] })
  | (OnRequest & {
      readonly type: 'request.approved';
      readonly step: number;
      readonly final: boolean;
      readonly as: ApproverWhy;
    })
  | (OnRequest & { readonly type: 'request.denied'; readonly step: number })
  | (OnRequest & { readonly type: 'request.cancelled'; readonly why: string })
  | (OnRequest & { readonly type: 'request.lapsed' })
  | (OnRequest & { readonly type: 'request.not_applied'; readonly why: string })
  | (OnRequest & { readonly type: 'request.failed'; readonly why: string })
  | (OnRequest & { readonly type: 'access.intended'; readonly until?: number | null; readonly standing?: boolean })
  | (OnRequest & {
      readonly type: 'access.given';
      readonly outcome: 'confirmed' | 'accepted' | 'observed';
      readonly until?: number | null;
    })
  | (OnRequest & { readonly type: 'access.ending'; readonly why: string })
  | (OnRequest & {
      readonly type: 'access.taken';
      readonly outcome: 'confirmed' | 'accepted' | 'observed' | 'kept';
      readonly why: string;
    })
  | (OnRequest & { readonly type: 'access.alarm'; readonly why: string })
  | (OnRequest & { readonly type: 'access.reviewed' })
  | (OnRequest & { readonly type: 'account.created'; readonly outcome: 'confirmed' | 'accepted' | 'observed' })
  | (OnRequest & { readonly type: 'account.disabled'; readonly outcome: 'confirmed' | 'accepted' | 'observed' })
  | (OnRequest & { readonly type: 'account.enabled'; readonly outcome: 'confirmed' | 'accepted' | 'observed' })
  /** Names of attributes only: what they were and are is in the note. */
  | (OnRequest & {
      readonly type: 'account.updated';
      readonly outcome: 'confirmed' | 'accepted' | 'refused' | 'observed';
      readonly attributes: readonly AccountAttribute[];
    })
  | (OnRequest & { readonly type: 'access.visible' })
  | (Base & {
      readonly type: 'person.bound';
      readonly app: string;
      readonly account: string;
      readonly how: 'people' | 'username' | 'email' | 'owner';
    })
  | (OnGroup & { readonly type: 'group.linked' })
  | (OnGroup & { readonly type: 'group.renamed' })
  | (OnGroup & { readonly type: 'group.cleared' })
  | (Base & {
      readonly type: 'group.trouble';
      readonly app: string;
      readonly role: string;
      readonly why: 'gone' | 'missing' | 'doubled' | 'shared';
    })
  | (Base & { readonly type: 'app.paused'; readonly app: string })
  | (Base & { readonly type: 'app.resumed'; readonly app: string })
  | (Base & { readonly type: 'app.synced'; readonly app: string; readonly complete: boolean })
  | (Base & {
      readonly type: 'group.members_lost';
      readonly app: string;
      readonly group: string;
      readonly accounts: readonly string[];
    })
  /** Names only, of what is known differently now. */
  | (Base & { readonly type: 'scim.learned'; readonly app: string; readonly fields: readonly string[] })
  | (Base & { readonly type: 'scim.forgotten'; readonly app: string; readonly fields: readonly string[] })
  | (OnDrift & { readonly type: 'drift.found'; readonly cameBack?: true })
  /** Stored before any effect. `accept`: what was there before the first look. */
  | (OnDrift & { readonly type: 'drift.decided'; readonly how: Remedy | 'accept' })
  | (OnDrift & { readonly type: 'drift.undone'; readonly why: string })
  | (OnDrift & { readonly type: 'drift.settled'; readonly how: Settled })
  | (Base & {
      readonly type: 'drift.compared';
      readonly app: string;
      readonly count: number;
      readonly how: 'first' | 'accept' | 'review';
    })
  | (Base & { readonly type: 'lookup.listed'; readonly app?: string; readonly what: string })
  | (Base & { readonly type: 'history.read' })
  | (Base & { readonly type: 'click.refused'; readonly request: string; readonly code: string })
  | (Base & { readonly type: 'policy.changed'; readonly digest: string })
  | (Base & { readonly type: 'started'; readonly version: string })
  | (Base & { readonly type: 'stopped' })
  | (Base & { readonly type: 'head.published'; readonly seq: number; readonly hash: string })
  | (Base & { readonly type: 'journal.torn'; readonly bytes: number })
  | (Base & { readonly type: 'journal.damaged'; readonly segment: string; readonly from: number; readonly to: number });
