/**
 * What the heart asks of the world: Clock, Store, Directory, People, Notifier. Interfaces only; consumers decide their shape.
 */
import type { AuditEvent } from './audit.ts';
import type { DriftRecord } from './drift-record.ts';
import type { Holding } from './grant.ts';
import type { Party, Person, SlackId } from './people.ts';
import type { AccountAttribute, Principal } from './policy.ts';
import type { AccessRequest, CardRef, Reader } from './request.ts';

/** Business time, ms since 1970. */
export interface Clock {
  now(): number;
}

// ---------------------------------------------------------------------------------------------------- store

/** Record `account:<app>/<id>`: what Rolecall knows of an account beyond the directory. */
export interface AccountRecord {
  readonly app: string;
  readonly account: string;
  readonly email: string;
  readonly name: string;
  /** Binding: the Slack person this account belongs to. */
  readonly slack?: SlackId;
  /** E-mail the binding was made with; a later change must be linked by an owner. */
  readonly boundEmail?: string;
  /** Folded addresses that updates of our own gave the account since: the person's e-mail in Slack may follow. */
  readonly renamedTo?: readonly string[];
  /** The provision that made it. */
  readonly madeBy?: string;
  readonly disabled?: { readonly at: number; readonly by: string; readonly reason?: string };
  readonly open: { readonly disable?: string; readonly enable?: string; readonly update?: string };
  /** Open requests whose subject this account is. */
  readonly requests: readonly string[];
}

/** Record `person:<team>/<user>`. */
export interface PersonRecord {
  readonly slack: SlackId;
  /** app key → account id */
  readonly accounts: Readonly<Record<string, string>>;
  /** Open requests this person asked for. */
  readonly open: readonly string[];
  /** How many requests were made on `date` (UTC, yyyy-mm-dd). */
  readonly day?: { readonly date: string; readonly count: number };
  /** Has opened the App Home, so it is kept fresh. */
  readonly home?: boolean;
}

/** Record `email:<app>/<folded e-mail>`: an open provision, and linked grants waiting for the account. */
export interface EmailRecord {
  readonly app: string;
  readonly email: string;
  readonly open?: string;
}

/** Record `app:<key>`. */
export interface AppRecord {
  readonly app: string;
  /** role key → SCIM group, by id from the day it was linked */
  readonly groups: Readonly<Record<string, Group>>;
  /** Approved provisions whose account is not there yet: they count as seats. */
  readonly claims: readonly string[];
  /** Since when the SCIM token has been refused. */
  readonly unauthorizedSince?: number;
  /** An owner has stopped what gives access here. */
  readonly paused?: { readonly at: number; readonly by: Party };
  /** A role's group is not what it was: nothing is given here until an owner has looked. */
  readonly troubles?: readonly GroupTrouble[];
  /** role key → when its group was first compared with the ledger: from then on each new difference is told by itself */
  readonly compared?: Readonly<Record<string, number>>;
  /** When it last went on after a pause or a trouble, ms: what waited has `applyWithin` from here. */
  readonly resumedAt?: number;
  /** What the client learned of its service, and when last: its own shape, bounded, no secret. True of this `service` only. */
  readonly learned?: { readonly service: string; readonly facts: unknown; readonly since: number };
}

/** A SCIM group, by its id. */
export interface Group {
  readonly id: string;
  /** Display name as last read. */
  readonly name: string;
}

/** Why the group of a role cannot be written (docs/rules.md, Groups). */
export type GroupTrouble =
  /** The linked group is not there any more. `found`: the only group of its name now, never taken without an owner's click. */
  | {
      readonly kind: 'gone';
      readonly role: string;
      readonly group: Group;
      readonly found?: Group;
      readonly since: number;
    }
  /** Not linked yet, and no group has the name. */
  | { readonly kind: 'missing'; readonly role: string; readonly name: string; readonly since: number }
  /** Not linked yet, and two groups or more have the name. */
  | {
      readonly kind: 'doubled';
      readonly role: string;
      readonly name: string;
      readonly ids: readonly string[];
      readonly since: number;
    }
  /** One group would carry two roles. */
  | { readonly kind: 'shared'; readonly roles: readonly string[]; readonly group: Group; readonly since: number };

/** Record `once:<id>`: the replay guard, kept ten minutes. `work` belongs to whoever wrote it (bounded JSON). */
export interface OnceRecord {
  readonly id: string;
  readonly expires: number;
  readonly work?: unknown;
}

/** Record `notice:<id>`: a message to people that is not the card of a request. */
export interface NoticeRecord {
  readonly id: string;
  readonly to: readonly SlackId[];
  /** App whose owners are told, too, whoever they are by then: not looked up before, for Slack may be down. */
  readonly owners?: string;
  readonly notice: Notice;
  /** Who has got it already. */
  readonly told: readonly string[];
}

/** Things owners are told outside any request. */
export type Notice =
  | { readonly kind: 'head'; readonly seq: number; readonly hash: string }
  | { readonly kind: 'safe_mode'; readonly detail: string }
  | { readonly kind: 'chain_broken'; readonly seq: number; readonly detail: string }
  | { readonly kind: 'unauthorized'; readonly app: string }
  /** A change made people leave a group whom nobody had named. `people`: the first of them; `count`: all. */
  | {
      readonly kind: 'members_lost';
      readonly app: string;
      /** Key of the role, else id of the group. */
      readonly role: string;
      readonly people: readonly string[];
      readonly count: number;
    }
  | { readonly kind: 'seats_low'; readonly app: string; readonly used: number; readonly seats: number }
  | {
      readonly kind: 'welcome';
      readonly app: string;
      /** Somebody else who asked for the account. */
      readonly requester?: SlackId;
      readonly forward: boolean;
      readonly name: string;
      readonly email: string;
    }
  | { readonly kind: 'cannot_get_in'; readonly app: string; readonly by: SlackId }
  | { readonly kind: 'app_paused' | 'app_resumed'; readonly app: string; readonly by: Party; readonly at: number }
  | {
      readonly kind: 'group_renamed';
      readonly app: string;
      readonly role: string;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'group_trouble'; readonly app: string; readonly trouble: GroupTrouble }
  /** The group of a role is clear again: by itself, or because somebody linked it. */
  | {
      readonly kind: 'group_settled';
      readonly app: string;
      readonly role: string;
      readonly group: Group;
      readonly by?: Party;
    };

export interface Records {
  request: AccessRequest;
  holding: Holding;
  account: AccountRecord;
  person: PersonRecord;
  email: EmailRecord;
  app: AppRecord;
  once: OnceRecord;
  notice: NoticeRecord;
  drift: DriftRecord;
}
export type Kind = keyof Records;
export type Key = { [K in Kind]: `${K}:${string}` }[Kind];

export const KINDS: readonly Kind[] = [
  'request',
  'holding',
  'account',
  'person',
  'email',
  'app',
  'once',
  'notice',
  'drift',
];

export type JobKind =
  | 'resolve'
  | 'apply'
  | 'verify'
  | 'end'
  | 'cards'
  | 'escalate'
  | 'lapse'
  | 'review'
  | 'notice'
  | 'answer'
  | 'sweep'
  | 'mirror'
  | 'drift'
  | 'settle'
  | 'drift_cards'
  | 'groups'
  | 'wake'
  | 'head'
  | 'chain';

/** Work due at a time. */
export interface NewJob {
  /** `<kind>:<target>`; scheduling the same key again replaces the job. */
  readonly key: string;
  readonly kind: JobKind;
  /** Id of the record it works on. */
  readonly target: string;
  readonly due: number;
  /** Jobs of one lane never run at the same time. */
  readonly lane?: string;
  /** Within a lane, due jobs of lower rank go first (ends before applies). */
  readonly rank?: number;
  /** Carried over when a job is put off; set to `due` when absent. */
  readonly since?: number;
  readonly attempts?: number;
  /** When a failing job last told people. */
  readonly toldAt?: number;
}

export interface Job extends NewJob {
  readonly since: number;
  readonly attempts: number;
  /** Sequence number of the commit that scheduled it: tells a job from its replacement. */
  readonly seq: number;
}

export type JobChange =
  | { readonly schedule: NewJob }
  /** Removes the job unless it was replaced since (`seq` differs). */
  | { readonly finish: Pick<Job, 'key' | 'seq'> }
  /** Replaces the job unless it was replaced since. */
  | { readonly putOff: Job; readonly due: number }
  | { readonly cancel: string };

export type Put = { readonly [K in Kind]: { readonly kind: K; readonly id: string; readonly value: Records[K] } }[Kind];

/** The records named by a commit's keys, as they stand under its lock. */
export interface View {
  /** Time of the line this commit will become, ms; never goes back. */
  readonly now: number;
  /** @throws Error when the key was not named: a programming error. */
  get<K extends Kind>(kind: K, id: string): Records[K] | undefined;
}

/** What a commit does. It belongs to the store from then on, as do the records a store gives: nobody changes either. */
export interface Change<R> {
  readonly put?: readonly Put[];
  readonly remove?: readonly Key[];
  readonly events?: readonly AuditEvent[];
  readonly jobs?: readonly JobChange[];
  readonly result: R;
}

export interface HistoryEntry {
  readonly seq: number;
  readonly at: number;
  readonly events: readonly AuditEvent[];
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export interface StoreHealth {
  readonly writable: boolean;
  readonly safeMode: boolean;
  readonly detail?: string;
  readonly head: Head;
}

/**
 * The store. `commit` is the only write: it loads and locks exactly `keys`, runs the pure, synchronous `fn` (which may
 * run again), and makes its change durable, with its audit events, before it resolves. A change that is empty (no put,
 * remove, event or job) writes nothing. Blind job changes need no key.
 * @throws AccessError whatever `fn` threw (nothing is written), or `store_unavailable`.
 */
export interface Store {
  commit<R>(keys: readonly Key[], fn: (view: View) => Change<R>): Promise<R>;
  read<K extends Kind>(kind: K, id: string): Promise<Records[K] | undefined>;
  /** Requests in live state that are not closed. */
  openRequests(filter?: {
    requester?: SlackId;
    approver?: SlackId;
    app?: string;
    account?: string;
  }): Promise<AccessRequest[]>;
  holdings(filter?: { app?: string; account?: string; role?: string }): Promise<Holding[]>;
  notices(): Promise<NoticeRecord[]>;
  /** What is stored of drift in one app. */
  drifts(app: string): Promise<DriftRecord[]>;
  /** `once` records whose `expires` has passed. */
  expiredOnce(now: number, limit: number): Promise<string[]>;
  /** Due jobs, by lane rank and due time. */
  dueJobs(now: number, limit: number): Promise<Job[]>;
  job(key: string): Promise<Job | undefined>;
  nextDue(): Promise<number | undefined>;
  /** Newest first. `about`: an index term as in `AuditEvent.about`. */
  history(about: string, page: { limit: number; before?: number }): Promise<HistoryEntry[]>;
  /** A closed request as it was when it left live state. */
  closedRequest(id: string): Promise<AccessRequest | undefined>;
  head(): Promise<Head>;
  health(): StoreHealth;
  /** Verifies the whole chain; `undefined` when it holds. */
  verify(): Promise<{ readonly seq: number; readonly detail: string } | undefined>;
  /** Makes a head durable beside the journal before it is published. */
  keepHead(head: Head): Promise<void>;
  /** Called after each commit that scheduled a job. Returns the unsubscribe. */
  onJobs(listener: () => void): () => void;
  close(): Promise<void>;
}

// ------------------------------------------------------------------------------------------------ directory

/** A SCIM User as far as Rolecall cares. */
export interface Account {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly emails: readonly string[];
  readonly name: string;
  readonly active: boolean | 'unknown';
  /** Account id of the manager (enterprise `manager.value`). */
  readonly manager?: string;
  readonly externalId?: string;
  /** `meta.created`/`lastModified`, for people to recognise an old account. */
  readonly changed?: string;
}

/** What a write did, as far as it could be read back. `sentAt`: when the first attempt that was not definitely refused left, ms. */
export type WriteOutcome =
  | { readonly kind: 'confirmed'; readonly at: number; readonly sentAt?: number }
  | { readonly kind: 'accepted'; readonly sentAt: number }
  | { readonly kind: 'observed'; readonly at: number };

export type CreateOutcome =
  | { readonly kind: 'created'; readonly account: Account; readonly sentAt: number }
  /** 2xx, but it cannot be read back yet; `id` if the answer had one. */
  | { readonly kind: 'accepted'; readonly id?: string; readonly sentAt: number }
  | { readonly kind: 'exists'; readonly account: Account }
  /** 409 and nothing is found: outside SCIM, or in another organisation. */
  | { readonly kind: 'exists_elsewhere' }
  | { readonly kind: 'observed'; readonly at: number };

export type Membership = 'in' | 'out' | 'unknown';

/** What became of one attribute; `refused` says why in a bounded, safe text. */
export type AttributeOutcome =
  | { readonly kind: 'confirmed' | 'accepted' | 'unsupported' | 'unknown' }
  | { readonly kind: 'refused'; readonly detail: string };

/** `''` takes the attribute away. `manager` is an account id. */
export type AccountChanges = Readonly<Partial<Record<AccountAttribute, string>>>;

export type UpdateOutcome =
  | { readonly kind: 'observed'; readonly at: number }
  | {
      readonly kind: 'written';
      readonly at: number;
      /** When the first attempt that was not definitely refused left, ms; absent: there was none. */
      readonly sentAt?: number;
      readonly attributes: Readonly<Partial<Record<AccountAttribute, AttributeOutcome>>>;
    };

export type CreateGroupOutcome =
  | { readonly kind: 'created'; readonly group: Group }
  /** Groups of exactly this name that were there already. */
  | { readonly kind: 'exists'; readonly groups: readonly Group[] }
  | { readonly kind: 'managed_elsewhere' }
  | { readonly kind: 'observed' };

/** How a sync went. `why`: what kept it from being complete, as a word for the log and the status. */
export interface SyncResult {
  readonly at: number;
  readonly complete: boolean;
  readonly why?: string;
  readonly accounts: number;
  /** Accounts that are not there any more. */
  readonly gone: number;
}

/** A mirror hit: never acted upon without a live read. */
export interface Hit {
  readonly account: Account;
  readonly score: number;
}

/**
 * One app's directory. Reads marked *live* go to the server. Every write reads first, does nothing when it is already
 * so, and reads back (0, 1, 3 s). Role groups are addressed by group id.
 * @throws DirectoryError on every method that talks to the server.
 */
export interface Directory {
  readonly app: string;
  /** Live. `undefined`: not there (404). */
  account(id: string): Promise<Account | undefined>;
  /** Live, exact, re-checked: accounts whose userName or primary e-mail is this address. Aliases prove nothing. */
  find(email: string): Promise<Account[]>;
  /** Live: ids of groups with exactly this display name. */
  groupsNamed(displayName: string): Promise<string[]>;
  /** Live: one group by its id; `undefined`: not there (404). */
  group(id: string): Promise<Group | undefined>;
  /** Live: every group, without members. `complete`: the listing was read to its end. */
  groups(): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }>;
  createGroup(displayName: string): Promise<CreateGroupOutcome>;
  /** Live. */
  membership(group: string, account: string): Promise<Membership>;
  /** Live: account ids, or `unknown` where the server does not list them believably. */
  members(group: string): Promise<readonly string[] | 'unknown'>;
  create(account: {
    email: string;
    givenName: string;
    familyName?: string;
    externalId?: string;
  }): Promise<CreateOutcome>;
  setActive(account: string, active: boolean): Promise<WriteOutcome>;
  /** Live: what an *update* could change, as the account has it now; `undefined`: not there. */
  profile(account: string): Promise<AccountChanges | undefined>;
  /** Attribute by attribute, each read back; what is so already is not sent. */
  update(account: string, changes: AccountChanges): Promise<UpdateOutcome>;
  add(group: string, account: string): Promise<WriteOutcome>;
  remove(group: string, account: string): Promise<WriteOutcome>;
  /** Mirror: fuzzy search by name or part of an e-mail; answers from memory. */
  search(text: string, limit: number): Hit[];
  /** Mirror: by id; answers from memory. */
  known(account: string): Account | undefined;
  /** Mirror: as `find`; answers from memory. A hint: whatever is done to an account rests on a live read. */
  knownBy(email: string): readonly Account[];
  /** Mirror: all accounts, and members by group as far as known; answers from memory. */
  all(): Iterable<Account>;
  knownMembers(group: string): ReadonlySet<string> | 'unknown';
  /** Reads everybody and the role groups into the mirror now; joins a sync under way. Never throws for what a server does. */
  sync(): Promise<SyncResult>;
  /** When the last complete sync ended, ms; `undefined` before the first. */
  freshness(): { readonly syncedAt?: number; readonly complete: boolean; readonly accounts: number };
}

// --------------------------------------------------------------------------------------------------- people

/** The people of the Slack workspace. @throws DirectoryError (`unavailable`) when Slack does not answer. */
export interface People {
  /** Live `users.info`; `undefined`: no such user. */
  person(slack: SlackId): Promise<Person | undefined>;
  /** `users.lookupByEmail`; `undefined`: nobody. */
  byEmail(email: string): Promise<Person | undefined>;
  /** User ids of a user group: as of now, or where `recent` will do, of the last minute. */
  usergroup(id: string, freshness?: 'now' | 'recent'): Promise<readonly string[]>;
  /** Id of the workspace the bot lives in. */
  readonly team: string;
}

/** What a principal of the policy is in Slack at this moment. */
export interface Reached {
  readonly principal: Principal;
  readonly people: readonly Person[];
}

// ------------------------------------------------------------------------------------------------- notifier

/** Brings copies of a card to the newest state; sends notices. Throws what Slack threw; the job tries again. */
export interface Notifier {
  /** Posts a card, or updates the copy `ref`. Returns where it is. */
  show(request: AccessRequest, reader: { reader: Reader; slack: SlackId }, ref?: CardRef): Promise<CardRef>;
  tell(to: SlackId, notice: Notice): Promise<void>;
  /** The same as `show` for a finding, or the card that speaks of many. `subject`: it is about the reader. */
  showDrift(
    record: DriftRecord,
    reader: { readonly reader: 'owner' | 'subject'; readonly slack: SlackId },
    ref?: CardRef,
  ): Promise<CardRef>;
  /** Publishes the App Home of somebody anew. */
  home(to: SlackId): Promise<void>;
}
