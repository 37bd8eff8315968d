/**
 * Reading users: by id, by an exact attribute, all of them (RFC 7644 §3.4). Every hit is checked here again; refuses to
 * believe a filter. Writes nothing.
 */
import type { FindBy, Listing } from './contract.ts';
import { ScimError } from './error.ts';
import { eq, foldCase, needsEscaping } from './filter.ts';
import type { FilterName } from './learned.ts';
import { parseUser, parseUserWithRest, type ScimUser } from './schema.ts';
import { list, read, type Session } from './session.ts';

export async function getUser(session: Session, id: string): Promise<ScimUser | undefined> {
  const answer = await read(session, '/Users', id);
  if (answer === undefined) return undefined;
  const user = parseUser(answer.body, answer.etag);
  if (user?.id === id) return user;
  const message = 'SCIM GET /Users/:id answered something that is not this user';
  throw new ScimError({ fault: 'unreadable', outcome: 'not-sent', status: answer.status, message });
}

/** @param rest also what has no field of ours, bounded */
export function listUsers(session: Session, rest = false): Listing<ScimUser> {
  return list(session, '/Users', (row) => (rest ? parseUserWithRest(row) : parseUser(row)));
}

export function listUsersAs<T extends { readonly id: string }>(
  session: Session,
  as: (user: ScimUser) => T,
): Listing<T> {
  return list(session, '/Users', (row) => {
    const user = parseUser(row);
    return user === undefined ? undefined : as(user);
  });
}

interface Wanted {
  readonly name: FilterName;
  readonly path: string;
  readonly value: string;
  readonly matches: (user: ScimUser) => boolean;
  /** The spellings to ask for, in order: some servers compare userName case-sensitively. */
  readonly spellings: readonly string[];
}

function wantedBy(by: FindBy): Wanted {
  if ('externalId' in by) {
    const value = by.externalId;
    const matches = (user: ScimUser) => user.externalId === value;
    return { name: 'externalId', path: 'externalId', value, matches, spellings: [value] };
  }
  const value = ('userName' in by ? by.userName : by.email).normalize('NFC');
  const folded = foldCase(value);
  const is = (other: string | undefined) => other !== undefined && foldCase(other) === folded;
  const spellings = value === value.toLowerCase() ? [value] : [value, value.toLowerCase()];
  if ('userName' in by) {
    return { name: 'userName', path: 'userName', value, matches: (user) => is(user.userName), spellings };
  }
  const matches = (user: ScimUser) => is(user.email) || user.emails.some((email) => is(email.value));
  return { name: 'email', path: 'emails.value', value, matches, spellings };
}

/** Reads a listing to its end and keeps what matches. */
async function collect(users: Listing<ScimUser>, matches: Wanted['matches']): Promise<ScimUser[]> {
  const hits: ScimUser[] = [];
  for await (const page of users) hits.push(...page.items.filter(matches));
  const verdict = users.verdict();
  // Rows without an id can be nobody; all other gaps may hide the one looked for.
  if (hits.length > 0 || verdict.complete || verdict.why === 'unreadable') return hits;
  const message = `SCIM /Users could not be read to its end (${verdict.why}), so nobody can be said to be absent`;
  throw new ScimError({ fault: 'incomplete', outcome: 'not-sent', retryable: true, message });
}

/** Statuses that speak of the filter: 400 invalidFilter or tooMany, 403 sensitive, 414, 501, and 500 where a parser broke. */
export const FILTER_STATUSES: readonly number[] = [400, 403, 414, 500, 501];

/** One filtered query; the error when the server would not have it. */
async function ask(
  session: Session,
  wanted: Wanted,
  spelling: string,
  search: boolean,
): Promise<readonly ScimUser[] | ScimError> {
  try {
    const query = [['filter', eq(wanted.path, spelling)]] as const;
    const users = list(session, '/Users', (row) => parseUser(row), { query, settle: FILTER_STATUSES, search });
    return await collect(users, wanted.matches);
  } catch (error) {
    if (error instanceof ScimError && error.status !== undefined) {
      if (FILTER_STATUSES.includes(error.status) || (search && (error.status === 404 || error.status === 405)))
        return error;
    }
    throw error;
  }
}

/** The filter, by GET and where that is refused by `.search` (RFC 7644 §3.4.3); `undefined`: neither is to be had. */
async function byFilter(session: Session, wanted: Wanted): Promise<readonly ScimUser[] | undefined> {
  const { memory, profile } = session;
  const knownBad = memory.get().refusedFilters ?? [];
  if (knownBad.includes(wanted.name)) return undefined;
  for (const spelling of wanted.spellings) {
    const got = await ask(session, wanted, spelling, false);
    if (!(got instanceof ScimError)) {
      if (got.length > 0) return got;
      continue;
    }
    const isFilter = got.scimType === 'invalidFilter' || got.status === 501;
    if (isFilter && !needsEscaping(spelling)) memory.learn({ refusedFilters: [...knownBad, wanted.name] });
    const offered = profile.search === 'unknown' ? (memory.get().search ?? 'unknown') : profile.search;
    const hidden = got.status === 403 || got.status === 414;
    if (offered === 'no' || (offered === 'unknown' && !hidden)) return undefined;
    const searched = await ask(session, wanted, spelling, true);
    const missing = searched instanceof ScimError && [404, 405, 501].includes(searched.status ?? 0);
    if (profile.search === 'unknown') {
      if (missing) memory.learn({ search: 'no' });
      else if (!(searched instanceof ScimError)) memory.learn({ search: 'yes' });
    }
    if (searched instanceof ScimError) return undefined;
    if (searched.length > 0) return searched;
  }
  return [];
}

/** Exact matches, by filter where the server has one that can be believed, else by reading everybody. */
export async function findUsers(session: Session, by: FindBy): Promise<readonly ScimUser[]> {
  const wanted = wantedBy(by);
  eq(wanted.path, wanted.value); // refuses what no filter and no account can hold, on every path
  const { emailFilter } = session.profile;
  const byEmail = 'email' in by;
  const hits = byEmail && emailFilter === 'none' ? undefined : await byFilter(session, wanted);
  if (hits !== undefined && (hits.length > 0 || !byEmail || emailFilter === 'trusted')) return hits;
  if (byEmail && by.thorough === false) return [];
  return collect(listUsers(session), wanted.matches);
}
