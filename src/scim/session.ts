/**
 * What the verbs of one client share: the connection, the profile, the memory, and how a write that may be repeated is
 * carried through. Knows no User and no Group.
 */
import type { Capabilities, Listing } from './contract.ts';
import { ScimError, withSent } from './error.ts';
import { fold, tagOf } from './fields.ts';
import type { Http, ScimAnswer } from './http.ts';
import { LEAST_PAGE, type Memory } from './learned.ts';
import { type ListPage, parseList } from './messages.ts';
import { listing, type Query } from './paging.ts';
import { type Operation, patchOf } from './patch.ts';
import type { Profile } from './profiles.ts';
import { backOff } from './retry.ts';

export interface Session {
  readonly http: Http;
  readonly profile: Profile;
  readonly memory: Memory;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly patienceMs: number;
  /** What discovery found within the last hour, if it was asked. */
  readonly capabilities: () => Capabilities | undefined;
}

export type Collection = '/Users' | '/Groups';

/** 400s that speak of the value, not of the form it came in: another form would fare no better. */
const ABOUT_THE_VALUE: ReadonlySet<string> = new Set(['mutability', 'uniqueness', 'sensitive', 'invalidVers']);
const MAX_WRITES = 3;
const PAGE_LIMIT = 1000;

/** Whether another spelling of the same PATCH may be understood. */
export function wantsAnotherForm(error: ScimError): boolean {
  return error.status === 400 && !ABOUT_THE_VALUE.has(error.scimType ?? '');
}

/** The page that a request for one was answered with. */
function pageOf<R>({ body, date }: ScimAnswer<ListPage<R> | undefined>, route: string): ListPage<R> {
  if (body !== undefined) return date === undefined ? body : { ...body, servedAt: date };
  throw new ScimError({
    fault: 'unreadable',
    outcome: 'not-sent',
    message: `SCIM GET ${route} answered JSON that is not a list`,
  });
}

/** All pages of a collection, filtered or not. `settle` as in ScimRequest. */
export function list<T extends { readonly id: string }>(
  session: Session,
  route: Collection,
  parse: (row: unknown) => T | undefined,
  options: { readonly query?: Query; readonly settle?: readonly number[]; readonly search?: boolean } = {},
): Listing<T> {
  const { http, profile, memory } = session;
  const found = session.capabilities();
  const granted = found?.maxPageSize ?? found?.filterMaxResults;
  const wished = granted === undefined || granted < 1 ? profile.pageSize : Math.min(granted, PAGE_LIMIT);
  const constant = options.query ?? [];
  const as = (body: unknown): ListPage<T | undefined> | undefined => {
    const page = parseList(body);
    return page === undefined ? undefined : { ...page, rows: page.rows.map(parse) };
  };
  return listing<T>({
    pageSize: Math.min(wished, memory.get().pageSize ?? wished),
    onCap: (pageSize) => {
      if (route === '/Users' && pageSize >= LEAST_PAGE) memory.learn({ pageSize });
    },
    paging: profile.paging === 'index' && found?.cursor === true && found.index !== true ? 'cursor' : profile.paging,
    fetch: async (place) => {
      const settle = options.settle ?? [];
      if (options.search !== true) {
        const query = [...place, ...constant];
        return pageOf(await http.send({ method: 'GET', route, query, as, intent: 'read', settle }), route);
      }
      const fields = [...place, ...constant].map(([name, value]) => [
        name,
        name === 'startIndex' || name === 'count' ? Number(value) : (value ?? ''),
      ]);
      const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], ...Object.fromEntries(fields) };
      const answer = await http.send({ method: 'POST', route: `${route}/.search`, body, as, intent: 'read', settle });
      return pageOf(answer, `${route}/.search`);
    },
  });
}

/** One resource as it came, or `undefined` for a 404 that speaks for the resource and not for a web page in its place. */
export async function read(
  session: Session,
  route: Collection,
  id: string,
  query: Query = [],
): Promise<ScimAnswer | undefined> {
  try {
    return await session.http.send({ method: 'GET', route: `${route}/:id`, id, query, intent: 'read' });
  } catch (error) {
    if (error instanceof ScimError && error.status === 404 && error.fault === 'http') return undefined;
    throw error;
  }
}

/** The resource's entity tag, opaque and sent back to the letter (RFC 7644 §3.14). */
async function versionOf(session: Session, route: Collection, id: string): Promise<string | undefined> {
  const query: Query = route === '/Groups' ? [['excludedAttributes', 'members']] : [];
  const answer = await read(session, route, id, query);
  return tagOf(answer?.etag) ?? tagOf(fold(fold(answer?.body).meta).version);
}

/**
 * One PATCH. 428 is answered with the entity tag and remembered; 409 and 412 are tried once more, since what is sent
 * states a wish and not a difference.
 */
export async function patch(
  session: Session,
  route: Collection,
  id: string,
  operations: readonly Operation[],
): Promise<ScimAnswer> {
  const { http, memory, profile } = session;
  const body = patchOf(operations, profile.opCase);
  let ifMatch = memory.get().ifMatch === 'yes' ? await versionOf(session, route, id) : undefined;
  for (let tried = 1; ; tried += 1) {
    try {
      return await http.send({ method: 'PATCH', route: `${route}/:id`, id, body, intent: 'set', ifMatch });
    } catch (error) {
      if (!(error instanceof ScimError) || tried > 1) throw error;
      const conflict = (error.status === 409 && error.scimType !== 'uniqueness') || error.status === 412;
      if (error.status === 428 || (conflict && ifMatch !== undefined)) {
        ifMatch = await versionOf(session, route, id);
        if (ifMatch === undefined) throw error;
        if (error.status === 428) memory.learn({ ifMatch: 'yes' });
      } else if (!conflict) throw error;
    }
  }
}

export interface Settled<S> {
  /** What the read-back showed; absent: it could not be read. */
  readonly seen?: S;
  readonly sentAt?: number;
  /** Refused or outcome unknown, and the read-back does not show the effect. */
  readonly error?: ScimError;
}

/**
 * Carries one idempotent write through: send, read back, and only then, where the outcome was unknown and the effect is
 * not to be seen, send again. Refusals whose effect is there all the same ("already so") are no errors.
 *
 * @throws ScimError as it came when nothing can have happened and nothing is to be learned from looking: not sent, 401,
 * 403, 429
 */
export async function settle<S>(
  session: Session,
  steps: {
    readonly write: () => Promise<ScimAnswer>;
    readonly look: () => Promise<S>;
    readonly reached: (seen: S) => boolean;
  },
): Promise<Settled<S>> {
  let sentAt: number | undefined;
  let waited = 0;
  for (let tried = 1; ; tried += 1) {
    let error: ScimError | undefined;
    try {
      const answer = await steps.write();
      sentAt ??= answer.sentAt;
    } catch (thrown) {
      if (!(thrown instanceof ScimError)) throw thrown;
      if (thrown.outcome === 'unknown') sentAt ??= thrown.sentAt;
      const nothing =
        thrown.outcome === 'not-sent' || thrown.retryable || thrown.status === 401 || thrown.status === 403;
      if (nothing && sentAt === undefined) throw thrown;
      error = withSent(thrown, sentAt);
    }
    let seen: S | undefined;
    try {
      seen = await steps.look();
    } catch (thrown) {
      if (!(thrown instanceof ScimError)) throw thrown;
    }
    const so = {
      ...(seen === undefined ? {} : { seen }),
      ...(sentAt === undefined ? {} : { sentAt }),
    };
    if (error === undefined || (seen !== undefined && steps.reached(seen))) return so;
    const wait = error.retryAfter ?? backOff(tried, session.random);
    const again = error.retryable && seen !== undefined && tried < MAX_WRITES && waited + wait <= session.patienceMs;
    if (!again) return { ...so, error };
    await session.sleep(wait);
    waited += wait;
  }
}

/** A queue of one: what is given to it runs one after another, each to its end. */
export function createLane(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
