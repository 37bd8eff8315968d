/**
 * The front desk: everything an edge (Slack, the command line) can ask of the heart, and the shapes of the answers.
 * Interfaces only; the verbs live in the files beside.
 */
import type { DriftRecord, Finding } from '../drift-record.ts';
import type { Refusal } from '../errors.ts';
import type { Party, Person, SlackId, SubjectRef } from '../people.ts';
import type { AccountAttribute, Principal } from '../policy.ts';
import type { AccountChanges, Group, GroupTrouble, HistoryEntry, Hit, SyncResult } from '../ports.ts';
import type { AccessRequest, Ask, Waiting } from '../request.ts';
import type { DriftClick } from './drift/decide.ts';

/** A refusal that belongs to one field of an ask. */
export interface FieldRefusal {
  readonly field: 'app' | 'role' | 'person' | 'duration' | 'reason' | 'email' | 'name' | AccountAttribute;
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
  readonly can: readonly ('request' | 'grant' | 'revoke' | 'disable' | 'enable' | 'update')[];
}

/** What an update could change of one account, for whoever may ask for one. */
export interface ProfileView {
  readonly app: string;
  readonly account: { readonly id: string; readonly name: string; readonly email: string };
  /** Every attribute the app takes, as it is now; `''`: none. */
  readonly values: AccountChanges;
  /** How the present manager is called, if there is one. */
  readonly manager?: string;
  readonly reasonRequired: boolean;
}

export type LookupView =
  /** `silent`: apps that did not answer; what is there is not shown. */
  | { readonly kind: 'found'; readonly accounts: readonly AccountView[]; readonly silent?: readonly string[] }
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
  /** The viewer may see themselves and their reports only: there may be others. */
  readonly partial: boolean;
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
  /** Nothing is given there now; absent: it is, or nobody has looked. */
  readonly halted?: Waiting['kind'];
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

/** What came of *pause* or *resume*. `before`: it was so already. */
export type PauseView = { readonly app: string; readonly waiting: number; readonly before: boolean } & (
  | { readonly state: 'paused'; readonly at: number; readonly by: Party }
  /** `stopped`: it still gives nothing, because the group of a role needs a look. */
  | { readonly state: 'running'; readonly stopped: boolean }
);

/** How a sync went that an owner asked for, and how many groups that carry roles it read. */
export type SyncView = SyncResult & { readonly app: string; readonly groups: number };

/** How an app is doing, for those who answer for it. */
export interface AppStatus {
  readonly app: string;
  /** Whether the viewer may do something about it; auditors only look. */
  readonly owner: boolean;
  /** The mirror: when it last saw everybody, and whether its last look was complete. */
  readonly mirror: {
    readonly syncedAt?: number;
    readonly complete: boolean;
    readonly active: number;
    readonly inactive: number;
  };
  readonly seats?: { readonly used: number; readonly seats: number };
  readonly roles: readonly {
    readonly role: string;
    /** Absent: not linked yet. */
    readonly group?: Group;
    /** Absent: not listed. */
    readonly members?: number;
    readonly trouble?: GroupTrouble;
  }[];
  readonly paused?: { readonly at: number; readonly by: Party };
  readonly unauthorizedSince?: number;
  /** What the SCIM client learned of the server, in its own shape. */
  readonly learned?: unknown;
  /** Grants whose end has passed and that are not gone yet. */
  readonly overdue: number;
  /** Requests with something wrong that owners keep hearing about. */
  readonly alarms: number;
  /** Requests that somebody has to decide, or that are being carried out. */
  readonly open: number;
  /** Of these, how many wait for the app to go on. */
  readonly waiting: number;
  /** Where directory and ledger differ and nobody has accepted it; absent: not compared yet. */
  readonly drift?: number;
}

export interface HistoryView {
  readonly whose: { readonly name: string; readonly slack?: SlackId };
  readonly entries: readonly HistoryEntry[];
  /** Where to go on, if there is more: what was asked, and the line before which the older ones are. */
  readonly older?: { readonly whose: SubjectRef; readonly before: number };
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
  /** @param before a line of the journal: only older ones; default: the newest */
  history(viewer: SlackId, whose: SubjectRef, before?: number): Promise<HistoryView>;
  /** Owners bind a Slack person to an account. @returns the account's name and the apps it was bound in. */
  link(
    owner: SlackId,
    person: SlackId,
    email: string,
  ): Promise<{ readonly name: string; readonly apps: readonly string[] }>;
  /**
   * Live: the details an update could change. @throws AccessError `no_updates`, `no_account`, `not_entitled`,
   * `not_allowed_to_ask`, `not_assigned`; DirectoryError
   */
  profile(viewer: SlackId, app: string, whose: SubjectRef): Promise<ProfileView>;
  /** Owners stop what gives access in an app; everything is kept and decided meanwhile. */
  pause(owner: SlackId, app: string): Promise<PauseView>;
  resume(owner: SlackId, app: string): Promise<PauseView>;
  /** Owners have the app read now; joins a reading under way. */
  sync(owner: SlackId, app: string): Promise<SyncView>;
  /** Owners and auditors: one app, or without one all the viewer may see. @throws AccessError `not_entitled` when there is none */
  status(viewer: SlackId, app?: string): Promise<readonly AppStatus[]>;
  /** An owner takes the group that was offered in place of one that is gone. */
  useGroup(owner: SlackId, app: string, role: string, group: string): Promise<Group>;
  /** An owner decides about a finding of drift, or about the first look. Adopting is an ask (`Ask.drift`). */
  settleDrift(click: DriftClick): Promise<DriftRecord>;
  /** A finding that waits for an owner, if the viewer may decide about it. */
  finding(viewer: SlackId, id: string): Promise<Finding>;
  /** One open or closed request, if the viewer may see it. */
  request(viewer: SlackId, id: string): Promise<AccessRequest>;

  /** Apps and rules as the viewer may use them: from memory, no look-up. */
  offers(): readonly AppOffer[];
  /** Person field choices by part of a name or e-mail: from memory. */
  choices(text: string, app: string | undefined, limit: number): readonly PersonChoice[];
  /** What a choice's value stands for. */
  chosen(value: string): SubjectRef | undefined;
}
