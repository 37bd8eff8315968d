/**
 * Live state in memory: the records, the indexes the queries need, the jobs. Changes only by what a line says.
 * Refuses to know files, and anything that is closed.
 */
import type { Holding } from '../../access/grant.ts';
import { personKey, type SlackId } from '../../access/people.ts';
import type { Job, Key, Kind, Put, Records } from '../../access/ports.ts';
import { type AccessRequest, isClosed } from '../../access/request.ts';
import type { Body, SnapshotBody } from '../chain.ts';
import { createDueJobs } from './due.ts';
import { createHeap } from './heap.ts';

type Tables = { readonly [K in Kind]: Map<string, Records[K]> };

export interface RequestFilter {
  readonly requester?: SlackId;
  /** Asked in any step. */
  readonly approver?: SlackId;
  readonly app?: string;
  readonly account?: string;
}

export interface HoldingFilter {
  readonly app?: string;
  readonly account?: string;
  readonly role?: string;
}

/** What the open part of live state offers to one that reads: durable state, or an overlay on it. */
export interface Reading {
  record(key: Key): unknown;
  job(key: string): Job | undefined;
}

export interface State extends Reading {
  get<K extends Kind>(kind: K, id: string): Records[K] | undefined;
  /** Applies the private part of line `seq`. */
  apply(seq: number, body: Body): void;
  openRequests(filter: RequestFilter): AccessRequest[];
  holdings(filter: HoldingFilter): Holding[];
  all<K extends Kind>(kind: K): Records[K][];
  expiredOnce(now: number, limit: number): string[];
  dueJobs(now: number, limit: number): Job[];
  nextDue(): number | undefined;
  /** A consistent copy: the records themselves are never changed in place. */
  copy(): Omit<SnapshotBody, 'salt'>;
}

/** Takes `request:<id>` apart; the id may itself contain colons. */
export function splitKey(key: Key): readonly [Kind, string] {
  const colon = key.indexOf(':');
  return [key.slice(0, colon) as Kind, key.slice(colon + 1)];
}

export const keyOf = (kind: Kind, id: string): Key => `${kind}:${id}` as Key;

/** What records of a kind are found by. */
interface Findable<V> {
  /** The values the terms are made of: cheap to take and to compare, and most changes leave them as they are. */
  readonly facts: (value: V) => readonly string[];
  readonly terms: (facts: readonly string[]) => string[];
}

const REQUESTS: Findable<AccessRequest> = {
  facts({ requester: { slack }, app = '', subject, steps }) {
    const facts = [app, subject?.account ?? '', slack.team, slack.user];
    for (const { approvers } of steps)
      for (const { slack: approver } of approvers) facts.push(approver.team, approver.user);
    return facts;
  },
  terms([app = '', account = '', ...people]) {
    const terms: string[] = [];
    if (app !== '') terms.push(`app:${app}`);
    if (account !== '') terms.push(`account:${account}`);
    for (let at = 0; at + 1 < people.length; at += 2) {
      const who = personKey({ team: people[at] ?? '', user: people[at + 1] ?? '' });
      terms.push(at === 0 ? `requester:${who}` : `approver:${who}`);
    }
    return terms;
  },
};

const HOLDINGS: Findable<Holding> = {
  facts: ({ app, account, role }) => [app, account, role],
  terms: ([app, account, role]) => [`app:${app}`, `account:${account}`, `role:${app}/${role}`],
};

/** Ids by term, for one kind of record. */
function createIndex<V>({ facts, terms }: Findable<V>) {
  const ids = new Map<string, Set<string>>();
  const known = new Map<string, readonly string[]>();
  return {
    change(id: string, value: V | undefined): void {
      const old = known.get(id);
      const now = value === undefined ? undefined : facts(value);
      if (old?.length === now?.length && old?.every((fact, at) => fact === now?.[at])) return;
      for (const term of old === undefined ? [] : terms(old)) {
        const set = ids.get(term);
        set?.delete(id);
        if (set?.size === 0) ids.delete(term);
      }
      if (now === undefined) {
        known.delete(id);
        return;
      }
      known.set(id, now);
      for (const term of terms(now)) {
        const set = ids.get(term) ?? new Set<string>();
        ids.set(term, set.add(id));
      }
    },
    /** Values that have all the terms. */
    select(table: ReadonlyMap<string, V>, wanted: readonly string[]): V[] {
      if (wanted.length === 0) return [...table.values()];
      const [smallest, ...others] = wanted.map((term) => ids.get(term)).sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
      const values: V[] = [];
      for (const id of smallest ?? []) {
        const value = table.get(id);
        if (value !== undefined && others.every((set) => set?.has(id))) values.push(value);
      }
      return values;
    },
  };
}

export function createState(start: Omit<SnapshotBody, 'salt'> = { records: [], jobs: [] }): State {
  const tables: Tables = {
    request: new Map(),
    holding: new Map(),
    account: new Map(),
    person: new Map(),
    email: new Map(),
    app: new Map(),
    once: new Map(),
    notice: new Map(),
    drift: new Map(),
  };
  const requests = createIndex(REQUESTS);
  const holdings = createIndex(HOLDINGS);
  const expiries = createHeap<{ readonly id: string; readonly expires: number }>(
    (once) => once.id,
    (a, b) => (a.expires !== b.expires ? a.expires < b.expires : a.id < b.id),
  );
  const jobs = createDueJobs();

  const put = (change: Put): void => {
    if (change.kind === 'request') requests.change(change.id, change.value);
    if (change.kind === 'holding') holdings.change(change.id, change.value);
    if (change.kind === 'once') expiries.add({ id: change.id, expires: change.value.expires });
    const table: Map<string, unknown> = tables[change.kind];
    table.set(change.id, change.value);
  };

  const remove = (kind: Kind, id: string): void => {
    if (kind === 'request') requests.change(id, undefined);
    if (kind === 'holding') holdings.change(id, undefined);
    if (kind === 'once') expiries.remove(id);
    tables[kind].delete(id);
  };

  for (const [kind, id, value] of start.records) put({ kind, id, value } as Put);
  for (const job of start.jobs) jobs.set(job);

  return {
    get: (kind, id) => tables[kind].get(id),
    record(key) {
      const [kind, id] = splitKey(key);
      return tables[kind].get(id);
    },
    job: (key) => jobs.get(key),
    apply(seq, body) {
      for (const change of body.put ?? []) put(change);
      for (const key of body.remove ?? []) remove(...splitKey(key));
      for (const effect of body.jobs ?? []) {
        if ('set' in effect) jobs.set({ ...effect.set, seq });
        else jobs.drop(effect.drop);
      }
    },
    openRequests({ requester, approver, app, account }) {
      const terms: string[] = [];
      if (requester !== undefined) terms.push(`requester:${personKey(requester)}`);
      if (approver !== undefined) terms.push(`approver:${personKey(approver)}`);
      if (app !== undefined) terms.push(`app:${app}`);
      if (account !== undefined) terms.push(`account:${account}`);
      return requests.select(tables.request, terms).filter((request) => !isClosed(request.state));
    },
    holdings({ app, account, role }) {
      const terms: string[] = [];
      if (account !== undefined) terms.push(`account:${account}`);
      if (app !== undefined) terms.push(role === undefined ? `app:${app}` : `role:${app}/${role}`);
      const found = holdings.select(tables.holding, terms);
      return role !== undefined && app === undefined ? found.filter((holding) => holding.role === role) : found;
    },
    all: (kind) => [...tables[kind].values()],
    expiredOnce(now, limit) {
      const ids: string[] = [];
      for (const { id, expires } of expiries.ordered()) {
        if (expires > now || ids.length >= limit) break;
        ids.push(id);
      }
      return ids;
    },
    dueJobs: (now, limit) => jobs.due(now, limit),
    nextDue: () => jobs.next(),
    copy() {
      const records: [Kind, string, unknown][] = [];
      for (const [kind, table] of Object.entries(tables)) {
        for (const [id, value] of table) records.push([kind as Kind, id, value]);
      }
      return { records, jobs: [...jobs.all()] };
    },
  };
}
