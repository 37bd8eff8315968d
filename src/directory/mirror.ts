/**
 * What was last seen of one app's accounts and role groups, in memory: for look-ups, never for decisions. Refuses to ask
 * the server; what is seen live counts more than what a listing that began earlier says.
 */
import { foldEmail } from '../access/people.ts';
import type { Account, Hit } from '../access/ports.ts';
import { addressesOf, textsOf } from './account.ts';
import { createIndex } from './search.ts';

/** A moment in the life of a mirror; later ones are greater. */
export type Mark = number;

const MOST_HITS = 100;
/** So many of the best are put in order before the rest is left out. */
const POOL = 100;

interface Entry {
  account: Account;
  /** When it was last seen, live or in a listing. */
  seen: Mark;
  /** When it was last changed by the server's word, ms, as of the last listing; `undefined`: not listed yet. */
  changed: number | 'untold' | undefined;
}

/** What a listing says of an account. */
export interface Row {
  /** When the listing began. */
  readonly since: Mark;
  /** When the account was last changed by the server's word, ms. */
  readonly changed: number | undefined;
}

/** What seeing an account came to; `older`: it has been seen live since the listing began. */
export type Sight = 'new' | 'other' | 'same' | 'older';

export interface Mirror {
  mark(): Mark;
  /** An account as read; `row` is left out for a live read. */
  saw(account: Account, row?: Row): Sight;
  /** A live read found nobody of this id. */
  gone(id: string): void;
  /** A complete listing began at `since`: whom it did not name is not there. Returns how many those were. */
  sweep(since: Mark): number;
  /** The members of a group as read from `since` on. */
  sawMembers(group: string, members: Iterable<string> | 'unknown', since: Mark): void;
  /** One membership, seen live. */
  sawMember(group: string, account: string, isIn: boolean): void;
  /** Forgets what is only needed to correct listings that began before `since`. */
  settle(since: Mark): void;

  /** The newest change of anybody, ms by the server's word; `undefined` where it does not tell that of everybody. */
  lastChange(): number | undefined;
  /** Ids of those who changed after a moment, as listed. */
  changedAfter(at: number): Set<string>;
  known(id: string): Account | undefined;
  /** Ids of accounts that answer to this address. */
  withAddress(email: string): readonly string[];
  all(): Iterable<Account>;
  members(group: string): ReadonlySet<string> | 'unknown';
  groups(): Iterable<string>;
  search(text: string, limit: number): Hit[];
  readonly size: number;
}

function sameAccount(a: Account, b: Account): boolean {
  return (
    a.userName === b.userName &&
    a.email === b.email &&
    a.name === b.name &&
    a.active === b.active &&
    a.manager === b.manager &&
    a.externalId === b.externalId &&
    a.emails.length === b.emails.length &&
    a.emails.every((email, at) => email === b.emails[at])
  );
}

const sameTexts = (a: Account, b: Account): boolean => textsOf(a).join('\n') === textsOf(b).join('\n');

function byHit(a: Hit, b: Hit): number {
  const inactive = (hit: Hit) => (hit.account.active === false ? 1 : 0);
  return b.score - a.score || inactive(a) - inactive(b) || (a.account.name < b.account.name ? -1 : 1);
}

export function createMirror(): Mirror {
  const entries = new Map<string, Entry>();
  const byAddress = new Map<string, string[]>();
  const index = createIndex();
  /** Ids that were gone when read live, and when. */
  const departed = new Map<string, Mark>();
  const groups = new Map<string, Set<string> | 'unknown'>();
  /** Memberships seen live, and when: what a listing that began before does not know. */
  const changes = new Map<string, Map<string, { readonly isIn: boolean; readonly at: Mark }>>();
  let clock: Mark = 0;

  const tick = (): Mark => {
    clock += 1;
    return clock;
  };

  function unlink(account: Account): void {
    for (const address of addressesOf(account)) {
      const left = byAddress.get(address)?.filter((id) => id !== account.id) ?? [];
      if (left.length === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    }
  }

  function put(account: Account, changed: Entry['changed']): Sight {
    const entry = entries.get(account.id);
    departed.delete(account.id);
    if (entry === undefined) entries.set(account.id, { account, seen: tick(), changed });
    else {
      const before = entry.account;
      const same = sameAccount(before, account);
      entry.seen = tick();
      entry.changed = changed ?? entry.changed;
      if (!same || before.changed !== account.changed) entry.account = account;
      if (same) return 'same';
      if (sameTexts(before, account)) return 'other';
      unlink(before);
    }
    for (const address of addressesOf(account)) {
      byAddress.set(address, [...(byAddress.get(address) ?? []), account.id]);
    }
    index.put(account.id, textsOf(account));
    return entry === undefined ? 'new' : 'other';
  }

  function remove(account: Account): void {
    unlink(account);
    index.drop(account.id);
    entries.delete(account.id);
  }

  return {
    mark: tick,

    saw(account, row) {
      if (row === undefined) return put(account, undefined);
      const newer = entries.get(account.id)?.seen ?? departed.get(account.id) ?? 0;
      return newer > row.since ? 'older' : put(account, row.changed ?? 'untold');
    },

    gone(id) {
      const entry = entries.get(id);
      if (entry !== undefined) remove(entry.account);
      departed.set(id, tick());
    },

    sweep(since) {
      const missing = [...entries.values()].filter((entry) => entry.seen <= since);
      for (const { account } of missing) remove(account);
      return missing.length;
    },

    sawMembers(group, members, since) {
      if (members === 'unknown') {
        groups.set(group, 'unknown');
        return;
      }
      const now = new Set(members);
      for (const [account, { isIn, at }] of changes.get(group) ?? []) {
        if (at <= since) continue;
        if (isIn) now.add(account);
        else now.delete(account);
      }
      groups.set(group, now);
    },

    sawMember(group, account, isIn) {
      const known = groups.get(group);
      if (known === undefined) groups.set(group, 'unknown');
      else if (known !== 'unknown' && isIn) known.add(account);
      else if (known !== 'unknown') known.delete(account);
      const changed = changes.get(group) ?? new Map();
      changed.set(account, { isIn, at: tick() });
      changes.set(group, changed);
    },

    settle(since) {
      for (const [id, at] of departed) if (at <= since) departed.delete(id);
      for (const changed of changes.values()) {
        for (const [account, { at }] of changed) if (at <= since) changed.delete(account);
      }
    },

    lastChange() {
      let last: number | undefined;
      for (const { changed } of entries.values()) {
        if (changed === 'untold') return undefined;
        if (changed !== undefined && changed > (last ?? Number.NEGATIVE_INFINITY)) last = changed;
      }
      return last;
    },

    changedAfter(at) {
      const ids = new Set<string>();
      for (const [id, { changed }] of entries) if (typeof changed === 'number' && changed > at) ids.add(id);
      return ids;
    },

    known: (id) => entries.get(id)?.account,
    withAddress: (email) => byAddress.get(foldEmail(email)) ?? [],
    *all() {
      for (const { account } of entries.values()) yield account;
    },
    members: (group) => groups.get(group) ?? 'unknown',
    groups: () => groups.keys(),

    search(text, limit) {
      const wanted = Math.max(0, Math.min(limit, MOST_HITS));
      const hits: Hit[] = [];
      for (const { id, score } of index.search(text, wanted === 0 ? 0 : POOL)) {
        const entry = entries.get(id);
        if (entry !== undefined) hits.push({ account: entry.account, score });
      }
      return hits.sort(byHit).slice(0, wanted);
    },

    get size() {
      return entries.size;
    },
  };
}
