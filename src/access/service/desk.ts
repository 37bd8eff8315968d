/**
 * The front desk: everything an edge (Slack, the command line) can ask of the heart, and the shapes of the answers.
 * Interfaces only; the verbs live in the files beside.
 */
import type { Refusal } from '../errors.ts';
import type { Person, SlackId, SubjectRef } from '../people.ts';
import type { Principal } from '../policy.ts';
import type { HistoryEntry, Hit } from '../ports.ts';
import type { AccessRequest, Ask } from '../request.ts';

/** A refusal that belongs to one field of an ask. */
export interface FieldRefusal {
  readonly field: 'app' | 'role' | 'person' | 'duration' | 'reason' | 'email' | 'name';
  readonly refusal: Refusal;
}

/** A role somebody holds, as the ledger and the directory say together. */
export interface HeldRole {
  readonly app: string;
  readonly role: string;
  readonly base: boolean;
  readonly sensitive: boolean;
  readonly standing: boolean;
  /** False: a grant was accepted, but the membership cannot be read back yet. */
  readonly seen?: false;
  /** End of the grant that ends last; `null`: none; absent: standing. */
  readonly until?: number | null;
  /** The request behind it: *I'm done* acts on it. */
  readonly request?: string;
}

export interface AccountView {
  readonly app: string;
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly active: boolean | 'unknown';
  };
  readonly slack?: SlackId;
  /** Absent: the viewer may not see roles (docs/rules.md, Privacy). */
  readonly roles?: readonly HeldRole[];
  readonly open?: readonly AccessRequest[];
  readonly manager?: string;
  readonly disabled?: { readonly at: number; readonly by: string; readonly reason?: string };
  /** Read from the server just now; otherwise as of `syncedAt`. */
  readonly live: boolean;
  readonly syncedAt?: number;
  readonly can: readonly ('request' | 'grant' | 'revoke' | 'disable' | 'enable')[];
}

export type LookupView =
  | { readonly kind: 'found'; readonly accounts: readonly AccountView[] }
  | {
      readonly kind: 'pick';
      readonly text: string;
      readonly hits: readonly (Hit & { readonly app: string })[];
      readonly syncedAt?: number;
    }
  | { readonly kind: 'none'; readonly text: string; readonly syncedAt?: number; readonly slack?: SlackId };

export type ListWhich = 'admins' | 'members' | 'inactive' | 'pending' | 'expiring';

export interface ListRow {
  readonly account?: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean | 'unknown';
  readonly roles: readonly HeldRole[];
  readonly request?: AccessRequest;
}

export interface ListView {
  readonly app: string;
  readonly which: ListWhich;
  readonly rows: readonly ListRow[];
  readonly total: number;
  readonly syncedAt?: number;
  readonly complete: boolean;
}

export interface AppOffer {
  readonly key: string;
  readonly name: string;
  readonly observe: boolean;
  readonly loginUrl?: string;
  readonly owners: readonly Principal[];
  readonly ownerOf: boolean;
  readonly roles: readonly {
    readonly key: string;
    readonly base: boolean;
    readonly sensitive: boolean;
    readonly defaultMs: number;
    readonly minMs: number;
    readonly maxMs: number;
    readonly reasonRequired: boolean;
  }[];
}

/** What one person sees of Rolecall: hub, App Home, `mine`, `pending`. */
export interface HomeView {
  readonly viewer: Person;
  readonly waiting: readonly AccessRequest[];
  readonly access: readonly HeldRole[];
  readonly requests: readonly AccessRequest[];
  readonly apps: readonly AppOffer[];
}

export interface HistoryView {
  readonly whose: { readonly name: string; readonly slack?: SlackId };
  readonly entries: readonly HistoryEntry[];
}

/** A choice in a person field: answered from memory. */
export interface PersonChoice {
  /** ≤ 75 characters, understood by `chosen`. */
  readonly value: string;
  readonly name: string;
  readonly email: string;
  /** Absent: whoever has that address, in the app that is still to be chosen. */
  readonly app?: string;
}

export interface Click {
  readonly request: string;
  readonly by: SlackId;
  /** The copy that was clicked: one not on record is adopted after authorisation. */
  readonly copy?: { readonly channel: string; readonly ts: string };
}

/**
 * Every method that acts checks the actor live (active internal member) and takes its decision inside a commit.
 * @throws AccessError with the refusal; DirectoryError when a look-up failed.
 */
export interface Desk {
  /**
   * Stores the ask as `received` and its job, under the replay guard `once`. Touches nothing outside the store: to be
   * awaited before `ack`. @throws AccessError `repeated`, `looks_like_secret`, `reason_too_long`.
   */
  submit(
    from: Person['slack'],
    name: string,
    ask: Ask,
    once: { readonly id: string; readonly channel?: string },
  ): Promise<AccessRequest>;
  /**
   * Stores other work an edge has accepted (bounded JSON, no secrets), with a job `answer` due after `delayMs`.
   * @throws AccessError `repeated`.
   */
  receive(once: string, work: unknown, delayMs?: number): Promise<void>;
  /** The work was carried out: its job is dropped, the replay guard stays. */
  answered(once: string): Promise<void>;

  /** What can be said about an ask from memory (policy, mirror, store), per field. Never slow. */
  check(from: SlackId, ask: Ask): Promise<readonly FieldRefusal[]>;
  /** The person, if an active internal member. @throws AccessError `outsider`; DirectoryError. */
  actor(slack: SlackId): Promise<Person>;

  decide(click: Click & { readonly verdict: 'approve' | 'deny'; readonly reason?: string }): Promise<AccessRequest>;
  cancel(click: Click): Promise<AccessRequest>;
  /** *I'm done*: ends the grant now; standing membership stays. */
  finish(click: Click): Promise<AccessRequest>;
  /** An owner keeps a grant without an end for another period, when its review is due. */
  keep(click: Click): Promise<AccessRequest>;
  /** The same ask once more, as a new request. */
  askAgain(click: Click, once: { readonly id: string; readonly channel?: string }): Promise<AccessRequest>;
  /** *I can't get in* on a welcome: tells the owners. */
  cannotGetIn(by: SlackId, app: string): Promise<void>;

  home(viewer: SlackId): Promise<HomeView>;
  lookup(viewer: SlackId, what: SubjectRef | { readonly kind: 'text'; readonly text: string }): Promise<LookupView>;
  list(viewer: SlackId, app: string, which: ListWhich): Promise<ListView>;
  history(viewer: SlackId, whose: SubjectRef): Promise<HistoryView>;
  /** Owners bind a Slack person to an account. @returns the account's name and the apps it was bound in. */
  link(
    owner: SlackId,
    person: SlackId,
    email: string,
  ): Promise<{ readonly name: string; readonly apps: readonly string[] }>;
  /** One open or closed request, if the viewer may see it. */
  request(viewer: SlackId, id: string): Promise<AccessRequest>;

  /** Apps and rules as the viewer may use them: from memory, no look-up. */
  offers(): readonly AppOffer[];
  /** Person field choices by part of a name or e-mail: from memory. */
  choices(text: string, app: string | undefined, limit: number): readonly PersonChoice[];
  /** What a choice's value stands for. */
  chosen(value: string): SubjectRef | undefined;
}
