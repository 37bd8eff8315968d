/**
 * Who changed since a moment (RFC 7644 §3.4.2.2 on `meta.lastModified`), where the server can be shown to answer that
 * rightly. Whoever disappeared cannot be seen here. Refuses to know what a caller keeps, and to look at any clock.
 */
import type { Changes, ChangesWish } from './contract.ts';
import { ScimError } from './error.ts';
import { gt } from './filter.ts';
import { parseUser, type ScimUser } from './schema.ts';
import { list, type Session } from './session.ts';
import { FILTER_STATUSES, getUser } from './users.ts';

/** Accounts that should have been named and were not, looked at one by one; more are not worth it. */
const WITNESSES = 3;
const ZONED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/i;

/** A `meta.lastModified` as ms; a time without a zone is no time. */
export function momentOf(lastModified: string | undefined): number | undefined {
  if (lastModified === undefined || !ZONED.test(lastModified)) return undefined;
  const at = Date.parse(lastModified);
  return Number.isNaN(at) ? undefined : at;
}

/** Whole seconds, as in the RFC's examples: some servers compare the texts. */
const spelled = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

/**
 * Everybody who changed after a moment. The server is believed only if it names nobody who changed earlier and everybody
 * who is known to have changed later, or else they are gone.
 *
 * @throws ScimError for trouble that is not the filter's
 */
export async function changedUsers(session: Session, { after, expected, known }: ChangesWish): Promise<Changes> {
  const { memory } = session;
  const from = Math.floor(after / 1000) * 1000;
  const unsupported = (): Changes => {
    memory.learn({ modifiedFilter: 'no' });
    return { kind: 'unsupported' };
  };
  if (memory.get().modifiedFilter === 'no') return { kind: 'unsupported' };
  const query = [['filter', gt('meta.lastModified', spelled(from))]] as const;
  const listing = list(session, '/Users', (row) => parseUser(row), { query, settle: FILTER_STATUSES });
  const users: ScimUser[] = [];
  try {
    for await (const page of listing) {
      for (const user of page.items) {
        const at = momentOf(user.lastModified);
        // Ignored: everybody comes back.
        if (at === undefined || at < from) return unsupported();
        users.push(user);
      }
    }
  } catch (error) {
    if (!(error instanceof ScimError) || !FILTER_STATUSES.includes(error.status ?? 0)) throw error;
    // 500 may be a bad day; what is left of these speaks of the filter.
    return error.status === 500 ? { kind: 'unsupported' } : unsupported();
  }
  const verdict = listing.verdict();
  if (!verdict.complete) return { kind: 'incomplete', why: verdict.why };
  const named = new Set(users.map(({ id }) => id));
  const missing = [...expected].filter((id) => !named.has(id));
  if (missing.length > WITNESSES) return { kind: 'incomplete', why: 'short' };
  for (const id of missing) if ((await getUser(session, id)) !== undefined) return unsupported();
  // It told some from others: that is the filter at work, and not everybody there is.
  if (users.length > 0 && users.length < known) memory.learn({ modifiedFilter: 'yes' });
  return { kind: 'read', users, gone: missing, servedAt: listing.servedAt() };
}
