/**
 * One commit in the making: reads see what was put before, events and jobs gather up, `change` hands all to the store.
 * And the bookkeeping every verb shares: which keys a request touches, and what is released when it settles.
 */
import type { Actor, AuditEvent } from '../audit.ts';
import { emptyHolding, type Holding, holdingKey, isVacant } from '../grant.ts';
import { foldEmail, personKey } from '../people.ts';
import type { Change, Job, JobChange, Key, Kind, NewJob, Put, Records, Store, View } from '../ports.ts';
import { type AccessRequest, isClosed, move } from '../request.ts';
import { commitPlanned, KeysGrew } from './world.ts';

export interface Draft {
  readonly now: number;
  get<K extends Kind>(kind: K, id: string): Records[K] | undefined;
  put<K extends Kind>(kind: K, id: string, value: Records[K]): void;
  remove<K extends Kind>(kind: K, id: string): void;
  event(event: AuditEvent): void;
  schedule(job: NewJob): void;
  finish(job: Pick<Job, 'key' | 'seq'>): void;
  cancel(key: string): void;
  change<R>(result: R): Change<R>;
}

/** @param named when given, touching anything else throws `KeysGrew`: plan again with what is stored now. */
export function draftOn(view: View, named?: ReadonlySet<Key>): Draft {
  const changed = new Map<string, { put?: Put; key: Key }>();
  const events: AuditEvent[] = [];
  const jobs: JobChange[] = [];
  const name = (kind: Kind, id: string): Key => `${kind}:${id}`;
  return {
    now: view.now,
    get<K extends Kind>(kind: K, id: string) {
      const entry = changed.get(name(kind, id));
      if (entry === undefined && named?.has(name(kind, id)) === false) throw new KeysGrew();
      // The map is keyed by kind, so the value under it is of that kind.
      return entry === undefined ? view.get(kind, id) : (entry.put?.value as Records[K] | undefined);
    },
    put(kind, id, value) {
      changed.set(name(kind, id), { key: name(kind, id), put: { kind, id, value } as Put });
    },
    remove(kind, id) {
      changed.set(name(kind, id), { key: name(kind, id) });
    },
    event: (event) => void events.push(event),
    schedule: (job) => void jobs.push({ schedule: job }),
    finish: (job) => void jobs.push({ finish: { key: job.key, seq: job.seq } }),
    cancel: (key) => void jobs.push({ cancel: key }),
    change(result) {
      const entries = [...changed.values()];
      return {
        put: entries.flatMap((entry) => (entry.put === undefined ? [] : [entry.put])),
        remove: entries.flatMap((entry) => (entry.put === undefined ? [entry.key] : [])),
        events,
        jobs,
        result,
      };
    },
  };
}

/** The roles a request is about: one for a grant, one or more for a revoke. */
export const rolesOf = (request: AccessRequest): readonly string[] =>
  request.roles ?? (request.role === undefined ? [] : [request.role]);

/** The address a provision claims until the account is there. */
export function claimedEmail(request: AccessRequest): string | undefined {
  return request.ask.newAccount === undefined ? undefined : foldEmail(request.ask.newAccount.email);
}

/** Every aggregate a change of this request may touch. */
export function keysOf(request: AccessRequest): Key[] {
  const keys: Key[] = [`request:${request.id}`, `person:${personKey(request.requester.slack)}`];
  const { app, subject } = request;
  if (app !== undefined) {
    keys.push(`app:${app}`);
    const email = claimedEmail(request);
    if (email !== undefined) keys.push(`email:${app}/${email}`);
    const account = subject?.account;
    if (account !== undefined) {
      keys.push(`account:${app}/${account}`);
      for (const role of rolesOf(request)) keys.push(`holding:${holdingKey(app, account, role)}`);
    }
  }
  if (request.ask.drift !== undefined) keys.push(`drift:${request.ask.drift}`);
  if (request.after !== undefined) keys.push(`request:${request.after}`);
  if (request.followedBy !== undefined) keys.push(`request:${request.followedBy}`);
  return keys;
}

/** Every aggregate a change of this request, and of the one linked to it, may touch, as stored now. */
export async function keysNow(store: Store, id: string): Promise<Key[]> {
  const request = await store.read('request', id);
  if (request === undefined) return [`request:${id}`];
  const keys = keysOf(request);
  for (const linked of [request.after, request.followedBy]) {
    const other = linked === undefined ? undefined : await store.read('request', linked);
    if (other !== undefined) keys.push(...keysOf(other));
  }
  return keys;
}

/**
 * One commit about one request: `fn` sees it under its lock and drafts the change; its value is the commit's result.
 * @param plan names the keys, where the change reaches further than the request and the one linked to it
 */
export function changeRequest<R>(
  store: Store,
  id: string,
  fn: (draft: Draft, request: AccessRequest | undefined, named: ReadonlySet<Key>) => R,
  plan: () => Promise<readonly Key[]> = () => keysNow(store, id),
): Promise<R> {
  return commitPlanned(store, plan, (view, named) => {
    const draft = draftOn(view, named);
    return draft.change(fn(draft, locked(view, id, named), named));
  });
}

/** The request under its lock. @throws KeysGrew when it has come to touch more than was named. */
export function locked(view: View, id: string, named: ReadonlySet<Key>): AccessRequest | undefined {
  const request = view.get('request', id);
  if (request !== undefined && keysOf(request).some((key) => !named.has(key))) throw new KeysGrew();
  return request;
}

export function putHolding(draft: Draft, holding: Holding): void {
  const id = holdingKey(holding.app, holding.account, holding.role);
  if (isVacant(holding)) draft.remove('holding', id);
  else draft.put('holding', id, holding);
}

export function getHolding(draft: Draft, app: string, account: string, role: string): Holding {
  return draft.get('holding', holdingKey(app, account, role)) ?? emptyHolding(app, account, role);
}

type OnRequest = Extract<AuditEvent, { request: string; action: string }>;
type Told<T extends OnRequest['type']> = Omit<
  Extract<OnRequest, { type: T }>,
  'type' | 'actor' | 'about' | 'request' | 'action' | 'app' | 'account' | 'role'
> & { readonly role?: string };

/** Adds an audit event about a request: ids outside, names and words inside `note`. */
export function record<T extends OnRequest['type']>(
  draft: Draft,
  request: AccessRequest,
  type: T,
  actor: Actor,
  more: Told<T>,
): void {
  const about = new Set([`request:${request.id}`, `person:${personKey(request.requester.slack)}`]);
  const { app, subject } = request;
  if (subject?.slack !== undefined) about.add(`person:${personKey(subject.slack)}`);
  if (app !== undefined && subject?.account !== undefined) about.add(`account:${app}/${subject.account}`);
  if (actor.kind === 'person') about.add(`person:${personKey(actor.slack)}`);
  const event = {
    type,
    actor,
    about: [...about],
    request: request.id,
    action: request.ask.action,
    ...(app === undefined ? {} : { app }),
    ...(subject?.account === undefined ? {} : { account: subject.account }),
    ...(request.role === undefined ? {} : { role: request.role }),
    ...more,
    note: { ...(subject === undefined ? {} : { subject: subject.name }), ...more.note },
  };
  // `Told<T>` is exactly what the member of the union named by `type` needs besides the common part.
  draft.event(event as unknown as AuditEvent);
}

/** What the erasable part of an event says of a request. */
export function noteOf(request: AccessRequest): {
  requester: string;
  subject?: string;
  email?: string;
  reason?: string;
} {
  return {
    requester: request.requester.name,
    ...(request.subject === undefined ? {} : { subject: request.subject.name }),
    ...(request.subject?.email === undefined ? {} : { email: request.subject.email }),
    ...(request.ask.reason === undefined ? {} : { reason: request.ask.reason }),
  };
}

export const system = (part: Extract<Actor, { kind: 'system' }>['part']): Actor => ({ kind: 'system', part });

/** Every card of the request is due to be brought up to date. */
export function showCards(draft: Draft, id: string): void {
  draft.schedule({ key: `cards:${id}`, kind: 'cards', target: id, due: draft.now });
}

/** The request no longer waits for anything: frees what it kept others from asking. Does not move it. */
export function settle(draft: Draft, request: AccessRequest): void {
  const id = request.id;
  const person = draft.get('person', personKey(request.requester.slack));
  if (person?.open.includes(id) === true) {
    draft.put('person', personKey(request.requester.slack), {
      ...person,
      open: person.open.filter((each) => each !== id),
    });
  }
  const { app, subject } = request;
  if (app !== undefined) {
    const email = claimedEmail(request);
    if (email !== undefined && draft.get('email', `${app}/${email}`)?.open === id)
      draft.remove('email', `${app}/${email}`);
    const appRecord = draft.get('app', app);
    if (appRecord?.claims.includes(id) === true) {
      draft.put('app', app, { ...appRecord, claims: appRecord.claims.filter((each) => each !== id) });
    }
    if (subject?.account !== undefined) releaseAccount(draft, request, app, subject.account);
  }
  for (const kind of ['resolve', 'escalate', 'lapse', 'apply', 'verify']) draft.cancel(`${kind}:${id}`);
  const finding = request.ask.drift;
  if (finding !== undefined) {
    draft.schedule({ key: `settle:${finding}`, kind: 'settle', target: finding, due: draft.now });
  }
}

function releaseAccount(draft: Draft, request: AccessRequest, app: string, account: string): void {
  const id = request.id;
  const known = draft.get('account', `${app}/${account}`);
  if (known !== undefined) {
    const open = Object.entries(known.open).filter(([, each]) => each !== undefined && each !== id);
    draft.put('account', `${app}/${account}`, {
      ...known,
      requests: known.requests.filter((each) => each !== id),
      open: Object.fromEntries(open),
    });
  }
  for (const role of rolesOf(request)) {
    const holding = getHolding(draft, app, account, role);
    const { grant, revoke } = holding.open;
    putHolding(draft, {
      ...holding,
      open: {
        ...(grant === undefined || grant === id ? {} : { grant }),
        ...(revoke === undefined || revoke === id ? {} : { revoke }),
      },
    });
  }
}

/**
 * Moves a request to a closed state, releases what it held, shows its cards, and closes the grant that waited for it.
 */
export function close(
  draft: Draft,
  request: AccessRequest,
  to: Extract<
    AccessRequest['state'],
    'refused' | 'denied' | 'cancelled' | 'lapsed' | 'done' | 'not_applied' | 'failed' | 'ended'
  >,
  change: Partial<AccessRequest> = {},
): AccessRequest {
  settle(draft, request);
  const closed = move(request, to, { ...change, closedAt: draft.now });
  draft.put('request', request.id, closed);
  showCards(draft, request.id);
  if (to !== 'done' && request.followedBy !== undefined) {
    const waiting = draft.get('request', request.followedBy);
    if (waiting !== undefined && !isClosed(waiting.state) && waiting.state !== 'applying') {
      close(draft, waiting, 'cancelled', { closing: { why: 'linked_failed', request: request.id } });
      record(draft, waiting, 'request.cancelled', system('resolve'), { why: 'linked_failed' });
    }
  }
  return closed;
}
