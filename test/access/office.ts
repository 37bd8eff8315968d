/** A small office for the heart: the real store in a folder of its own, and people, a directory and cards held in the hand. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DriftRecord } from '../../src/access/drift-record.ts';
import { AccessError, DirectoryError } from '../../src/access/errors.ts';
import { foldEmail, type Person, type SlackId } from '../../src/access/people.ts';
import {
  ACCOUNT_ATTRIBUTES,
  type AccountAttribute,
  type AppPolicy,
  DEFAULT_HOURS,
  DEFAULT_LIMITS,
  HOUR,
  type Policy,
} from '../../src/access/policy.ts';
import type {
  Account,
  AccountChanges,
  AttributeOutcome,
  Directory,
  JobKind,
  Membership,
  Notice,
  Store,
  WriteOutcome,
} from '../../src/access/ports.ts';
import type { AccessRequest, Ask, Reader } from '../../src/access/request.ts';
import { createDesk, createVerbs, type Desk, type World } from '../../src/access/service/index.ts';
import { openStore } from '../../src/store/lowdb/open.ts';

export const TEAM = 'T1';
export const APP = 'crm';
export const ADMINS = 'g-admins';
export const MEMBERS = 'g-members';
/** A Wednesday, 10:00 in Berlin. */
export const MORNING = Date.UTC(2026, 2, 4, 9);

export const slack = (user: string): SlackId => ({ team: TEAM, user });

export const person = (user: string, more: Partial<Person> = {}): Person => ({
  slack: slack(user),
  name: user,
  email: `${user}@example.com`,
  emailConfirmed: true,
  zone: 'Europe/Berlin',
  standing: 'member',
  ...more,
});

export const account = (name: string, more: Partial<Account> = {}): Account => ({
  id: `a-${name}`,
  userName: `${name}@example.com`,
  email: `${name}@example.com`,
  emails: [`${name}@example.com`],
  name,
  active: true,
  ...more,
});

/** What is put belongs to the store: whoever scribbles in it afterwards throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

export const CRM: AppPolicy = {
  key: APP,
  name: 'CRM',
  profile: 'generic',
  traits: {
    updates: ['givenName', 'familyName', 'displayName', 'title', 'department', 'email', 'userName', 'manager'],
    invites: false,
    settlesWithin: 5 * 60_000,
    createsGroups: true,
    assignedOnly: false,
    lockedInConsole: false,
  },
  mode: 'live',
  owners: [
    { kind: 'email', email: 'carla@example.com' },
    { kind: 'email', email: 'dmitri@example.com' },
  ],
  keep: [],
  domains: ['example.com'],
  managerSource: 'self',
  roles: {
    admin: { key: 'admin', group: 'Admins', sensitive: true, base: false, managedBy: 'rolecall' },
    member: { key: 'member', group: 'Members', sensitive: false, base: true, managedBy: 'rolecall' },
  },
  exclusive: false,
  priority: ['admin', 'member'],
  rules: [],
};

/** What became of it: `done`, or the code of the refusal. */
export const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof AccessError) return error.refusal.code;
      throw error;
    },
  );

/** What a step of the directory may do instead of what it should. */
type Mischief = 'unavailable' | 'lost_request' | 'lost_answer' | 'invisible' | 'rejected' | 'observed';

export interface Office {
  readonly now: number;
  readonly world: World;
  readonly desk: Desk;
  readonly store: Store;
  readonly people: Map<string, Person>;
  readonly accounts: Map<string, Account>;
  readonly groups: Map<string, Set<string>>;
  /** Group id → display name. */
  readonly names: Map<string, string>;
  /** Account id → what an update could change. */
  readonly profiles: Map<string, AccountChanges>;
  /** What becomes of an attribute instead of being written. */
  readonly whims: Map<AccountAttribute, AttributeOutcome>;
  readonly usergroups: Map<string, readonly string[]>;
  /** Every write that reached the directory, oldest first. */
  readonly writes: string[];
  /** Every copy of a card that was drawn, and every notice. */
  readonly shown: { readonly request: AccessRequest; readonly reader: Reader; readonly user: string }[];
  readonly told: { readonly to: string; readonly notice: Notice }[];
  /** Every copy of a card about drift that was drawn. */
  readonly drift: { readonly record: DriftRecord; readonly reader: 'owner' | 'subject'; readonly user: string }[];
  /** Slack does not say who anybody is. */
  slackDown: boolean;
  /** The app does not answer. */
  appDown: boolean;
  /** Members of a group cannot be read, one by one neither. */
  unlisted: boolean;
  /** The last reading of everybody broke off. */
  unread: boolean;
  /** Called right before each write that is sent. */
  beforeWrite: () => Promise<void>;
  /** The next writes do this instead, in turn; `undefined`: as it should. */
  readonly mischief: (Mischief | undefined)[];
  /** Asks, and runs what is due. @returns the request as it stands then */
  ask(from: string, ask: Ask): Promise<AccessRequest>;
  decide(from: string, id: string, verdict?: 'approve' | 'deny'): Promise<AccessRequest>;
  /** Runs due jobs until none is due, as the job runner would: what throws runs again later. */
  run(): Promise<void>;
  later(ms: number): Promise<void>;
  /** Runs one verb now, whatever is due. */
  once(kind: Exclude<JobKind, 'answer'>, target: string): Promise<void>;
  request(id: string): Promise<AccessRequest>;
  /** The process dies at its nth commit from now on (0: not at all), before or after it is stored. @returns whether it has died. */
  dieAt(nth: number, when: 'before' | 'after'): boolean;
  /** Does it, and again when the process died of it: as somebody would who got no answer, or a job that is still due. */
  surviving<T>(act: () => Promise<T>): Promise<T | undefined>;
}

/** The process is gone in the middle of something. */
class Death extends Error {}

export const grant = (more: Partial<Ask> = {}): Ask => ({
  action: 'grant',
  app: APP,
  role: 'admin',
  subject: { kind: 'me' },
  reason: 'INC-7',
  ...more,
});

/** Ada reports to Ben, Ben to Carla; Carla and Dmitri own the app; Carla and Zoe are Admins, everybody is a Member. */
export async function openOffice(
  change: (crm: AppPolicy) => AppPolicy = (crm) => crm,
  /** Further apps, in which the same people have the same accounts. */
  others: readonly AppPolicy[] = [],
): Promise<Office> {
  const dir = await mkdtemp(join(tmpdir(), 'rolecall-office-'));
  const people = new Map(['ada', 'ben', 'carla', 'dmitri', 'eve'].map((user) => [user, person(user)]));
  const accounts = new Map(
    [
      account('ada', { manager: 'a-ben' }),
      account('ben', { manager: 'a-carla' }),
      account('carla'),
      account('dmitri', { manager: 'a-carla' }),
      account('eve', { manager: 'a-carla' }),
      account('zoe', { manager: 'a-dmitri' }),
    ].map((each) => [each.id, each]),
  );
  const groups = new Map([
    [ADMINS, new Set(['a-carla', 'a-zoe'])],
    [MEMBERS, new Set(accounts.keys())],
  ]);
  const names = new Map([
    [ADMINS, 'Admins'],
    [MEMBERS, 'Members'],
  ]);
  const profiles = new Map<string, AccountChanges>();
  const usergroups = new Map<string, readonly string[]>();
  const crm = change(CRM);
  const time = { now: MORNING };
  const opened = await openStore({
    dir,
    clock: { now: () => time.now },
    random: randomBytes,
    timer: () => () => {},
    stopwatch: () => 0,
    log: { info() {}, warn() {}, error() {} },
    onFatal: (error) => {
      throw error;
    },
  });
  const life = { commits: 0, diesAt: 0, when: 'after' as 'before' | 'after', died: false };
  const mortal = (when: 'before' | 'after'): void => {
    if (life.when !== when || life.commits !== life.diesAt || life.diesAt === 0 || life.died) return;
    life.died = true;
    throw new Death('the process died');
  };
  const store: Store = {
    ...opened.store,
    async commit(keys, fn) {
      life.commits += 1;
      mortal('before');
      const result = await opened.store.commit(keys, (view) => frozen(fn(view)));
      mortal('after');
      return result;
    },
  };
  onTestFinished(async () => {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });

  const policy: Policy = {
    timezone: 'Europe/Berlin',
    auditors: ['eve@example.com'],
    people: [],
    apps: Object.fromEntries([crm, ...others].map((app) => [app.key, app])),
    hours: DEFAULT_HOURS,
    limits: DEFAULT_LIMITS,
    applyWithin: HOUR,
  };
  let ids = 0;
  let posts = 0;
  const world: World = {
    store,
    policy,
    directories: Object.fromEntries([crm, ...others].map((app) => [app.key, literalDirectory(() => office)])),
    clock: { now: () => time.now },
    newId: () => `R-${String(++ids).padStart(8, '0')}`,
    log: { info() {}, warn() {}, error() {} },
    people: {
      team: TEAM,
      async person(id) {
        if (office.slackDown) throw new DirectoryError('unavailable', 'Slack is silent');
        return people.get(id.user);
      },
      async byEmail(email) {
        if (office.slackDown) throw new DirectoryError('unavailable', 'Slack is silent');
        return [...people.values()].find(
          (each) => each.standing !== 'deactivated' && each.email !== undefined && foldEmail(each.email) === email,
        );
      },
      usergroup: async (id) => usergroups.get(id) ?? [],
    },
    notifier: {
      async show(request, reader, ref) {
        office.shown.push({ request, reader: reader.reader, user: reader.slack.user });
        const { channel, ts } = ref ?? { channel: `D-${reader.slack.user}`, ts: `${++posts}` };
        return { ...reader, channel, ts, rev: request.rev };
      },
      async showDrift(record, reader, ref) {
        office.drift.push({ record, reader: reader.reader, user: reader.slack.user });
        const { channel, ts } = ref ?? { channel: `D-${reader.slack.user}`, ts: `${++posts}` };
        return { ...reader, channel, ts, rev: record.rev };
      },
      async tell(to, notice) {
        office.told.push({ to: to.user, notice });
      },
      home: async () => {},
    },
  };
  const verbs = createVerbs(world);
  const desk = createDesk(world);

  const office: Office = {
    get now() {
      return time.now;
    },
    world,
    desk,
    store,
    people,
    accounts,
    groups,
    names,
    profiles,
    whims: new Map(),
    usergroups,
    writes: [],
    shown: [],
    told: [],
    drift: [],
    slackDown: false,
    appDown: false,
    unlisted: false,
    unread: false,
    beforeWrite: async () => {},
    mischief: [],
    async ask(from, ask) {
      const { id } = await desk.submit(slack(from), from, ask, { id: `once-${++posts}` });
      await office.run();
      return office.request(id);
    },
    async decide(from, id, verdict = 'approve') {
      const reason = verdict === 'deny' ? { reason: 'no' } : {};
      await desk.decide({ request: id, by: slack(from), verdict, ...reason });
      await office.run();
      return office.request(id);
    },
    async run() {
      for (let round = 0; round < 500; round += 1) {
        const [job] = await store.dueJobs(office.now, 1);
        if (job === undefined || job.kind === 'answer') return;
        const kind = job.kind;
        try {
          const outcome = await verbs[kind](job).catch((error: unknown) => {
            if (!(error instanceof DirectoryError)) throw error;
            return { kind: 'again' as const, due: office.now + 1000 };
          });
          await store.commit([], () => ({
            jobs: [
              outcome.kind === 'done'
                ? { finish: job }
                : { putOff: { ...job, attempts: job.attempts + 1 }, due: outcome.due },
            ],
            result: undefined,
          }));
        } catch (error) {
          // A new process finds the job as it was.
          if (!(error instanceof Death)) throw error;
        }
      }
      throw new Error('there is always something due');
    },
    async later(ms) {
      time.now += ms;
      await office.run();
    },
    async once(kind, target) {
      const job = { key: `${kind}:${target}`, kind, target, due: office.now, since: office.now, attempts: 0, seq: 0 };
      await verbs[kind](job);
    },
    dieAt(nth, when) {
      const { died } = life;
      Object.assign(life, { commits: 0, diesAt: nth, when, died: false });
      return died;
    },
    async surviving(act) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        // What was decided before the death cannot be decided again.
        return act().catch((again: unknown) => {
          if (again instanceof AccessError) return undefined;
          throw again;
        });
      }
    },
    async request(id) {
      const found = (await store.read('request', id)) ?? (await store.closedRequest(id));
      if (found === undefined) throw new Error(`no request ${id}`);
      return found;
    },
  };
  return office;
}

/** Accounts and groups in memory; every write takes effect at once unless mischief is due. */
function literalDirectory(office: () => Office): Directory {
  const isIn = (group: string, id: string): boolean => office().groups.get(group)?.has(id) === true;
  async function write(what: string, apply: () => void, isSo: boolean): Promise<WriteOutcome> {
    answering();
    if (isSo) return { kind: 'confirmed', at: office().now };
    await office().beforeWrite();
    const trick = office().mischief.shift();
    if (trick === 'observed') return { kind: 'observed', at: office().now };
    if (trick === 'unavailable') throw new DirectoryError('unavailable', 'no connection');
    if (trick === 'rejected') throw new DirectoryError('rejected', 'it says no');
    if (trick === 'lost_request') {
      throw new DirectoryError('unavailable', 'no answer', { mayHaveApplied: true, sentAt: office().now });
    }
    office().writes.push(what);
    if (trick === 'invisible') return { kind: 'accepted', sentAt: office().now };
    apply();
    if (office().unlisted) return { kind: 'accepted', sentAt: office().now };
    if (trick === 'lost_answer') {
      throw new DirectoryError('unavailable', 'no answer', { mayHaveApplied: true, sentAt: office().now });
    }
    return { kind: 'confirmed', at: office().now, sentAt: office().now };
  }
  function answering(): void {
    if (office().appDown) throw new DirectoryError('unavailable', 'the app does not answer');
  }
  /** As services answer for a group that is not there. */
  function there(group: string): void {
    answering();
    if (!office().groups.has(group)) throw new DirectoryError('rejected', '404');
  }
  function membership(group: string, id: string): Membership {
    there(group);
    return office().unlisted ? 'unknown' : isIn(group, id) ? 'in' : 'out';
  }
  /** By userName and primary e-mail: what else an account has proves nothing. */
  function withAddress(email: string): Account[] {
    const wanted = foldEmail(email);
    return [...office().accounts.values()].filter((each) =>
      [each.userName, each.email].map(foldEmail).includes(wanted),
    );
  }
  async function profileOf(id: string): Promise<AccountChanges | undefined> {
    answering();
    const known = office().accounts.get(id);
    if (known === undefined) return undefined;
    const { name: displayName, email, userName, manager } = known;
    return {
      displayName,
      email,
      userName,
      ...(manager === undefined ? {} : { manager }),
      ...office().profiles.get(id),
    };
  }
  function put(id: string, attribute: AccountAttribute, value: string): void {
    const { manager, ...known } = office().accounts.get(id) ?? account(id);
    const { [attribute]: _was, ...others } = office().profiles.get(id) ?? {};
    const boss = attribute === 'manager' ? value : (manager ?? '');
    office().accounts.set(id, {
      ...known,
      ...(attribute === 'email' ? { email: value, emails: [value] } : {}),
      ...(attribute === 'userName' ? { userName: value } : {}),
      ...(attribute === 'displayName' ? { name: value } : {}),
      ...(boss === '' ? {} : { manager: boss }),
    });
    const kept = ['email', 'userName', 'displayName', 'manager'].includes(attribute) || value === '';
    office().profiles.set(id, kept ? others : { ...others, [attribute]: value });
  }
  return {
    app: APP,
    async account(id) {
      answering();
      return office().accounts.get(id);
    },
    async find(email) {
      answering();
      return withAddress(email);
    },
    async groupsNamed(name) {
      answering();
      return [...office().names].filter(([, each]) => each === name).map(([id]) => id);
    },
    async group(id) {
      answering();
      const name = office().names.get(id);
      return name === undefined ? undefined : { id, name };
    },
    groups: async () => ({ groups: [...office().names].map(([id, name]) => ({ id, name })), complete: true }),
    async createGroup(name) {
      const there = [...office().names].filter(([, each]) => each === name).map(([id]) => ({ id, name }));
      if (there.length > 0) return { kind: 'exists', groups: there };
      const group = { id: `g-${name}`, name };
      office().names.set(group.id, name);
      office().groups.set(group.id, new Set());
      return { kind: 'created', group };
    },
    membership: async (group, id) => membership(group, id),
    async members(group) {
      there(group);
      return office().unlisted ? 'unknown' : [...(office().groups.get(group) ?? [])];
    },
    async create({ email, givenName, familyName, externalId }) {
      const id = `a-${email.split('@')[0]}`;
      const made: Account = {
        id,
        userName: email,
        email,
        emails: [email],
        name: [givenName, familyName].filter((part) => part !== undefined).join(' '),
        active: true,
        ...(externalId === undefined ? {} : { externalId }),
      };
      const outcome = await write(`create ${id}`, () => office().accounts.set(id, made), false);
      return outcome.kind === 'accepted' ? outcome : { kind: 'created', account: made, sentAt: office().now };
    },
    async setActive(id, active) {
      const now = office().accounts.get(id);
      if (now === undefined) throw new DirectoryError('rejected', 'not there');
      return write(
        `${active ? 'enable' : 'disable'} ${id}`,
        () => office().accounts.set(id, { ...now, active }),
        now.active === active,
      );
    },
    profile: async (id) => profileOf(id),
    async update(id, changes) {
      const now = await profileOf(id);
      if (now === undefined) throw new DirectoryError('rejected', 'not there');
      const attributes: Partial<Record<AccountAttribute, AttributeOutcome>> = {};
      const sent: Partial<Record<AccountAttribute, string>> = {};
      for (const each of ACCOUNT_ATTRIBUTES) {
        const value = changes[each];
        if (value === undefined) continue;
        const whim = office().whims.get(each);
        attributes[each] = (now[each] ?? '') === value ? { kind: 'confirmed' } : (whim ?? { kind: 'confirmed' });
        if ((now[each] ?? '') !== value) sent[each] = value;
      }
      const names = ACCOUNT_ATTRIBUTES.filter((each) => sent[each] !== undefined);
      const took = names.filter((each) => office().whims.get(each) === undefined);
      const isSo = names.length === 0;
      const outcome = await write(
        `update ${id}: ${names.join(', ')}`,
        () => {
          for (const each of took) put(id, each, sent[each] ?? '');
        },
        isSo,
      );
      if (outcome.kind === 'observed') return outcome;
      if (outcome.kind === 'accepted') for (const each of took) attributes[each] = { kind: 'accepted' };
      return { kind: 'written', at: office().now, attributes };
    },
    add: async (group, id) =>
      write(`add ${id} to ${group}`, () => office().groups.get(group)?.add(id), membership(group, id) === 'in'),
    remove: async (group, id) =>
      write(
        `remove ${id} from ${group}`,
        () => office().groups.get(group)?.delete(id),
        membership(group, id) === 'out',
      ),
    search: (text, limit) =>
      [...office().accounts.values()]
        .filter((each) => `${each.name} ${each.email}`.includes(text))
        .slice(0, limit)
        .map((found) => ({ account: found, score: 1 })),
    known: (id) => office().accounts.get(id),
    knownBy: withAddress,
    all: () => office().accounts.values(),
    knownMembers: (group) => office().groups.get(group) ?? 'unknown',
    sync: async () => ({ at: office().now, complete: true, accounts: office().accounts.size, gone: 0 }),
    freshness: () => ({ complete: !office().unread, accounts: office().accounts.size, syncedAt: office().now }),
  };
}
