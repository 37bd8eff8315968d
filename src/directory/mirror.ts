/**
 * What was last seen of one app's accounts and role groups, in memory: for look-ups, never for decisions. Refuses to ask
 * the server; what is seen live counts more than what a listing that began earlier says.
 */
import { foldEmail } from '../access/people.ts';
import type { Account, Hit } from '../access/ports.ts';
import { momentOf } from '../scim/index.ts';
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
  /** Whether a listing has named it, and when it was last changed by the server's word then: its text, and ms. */
  listed: boolean;
  lastModified: string | undefined;
  changed: number | undefined;
}

/** What seeing an account came to; `older`: it has been seen live since the listing began. */
export type Sight = 'new' | 'other' | 'same' | 'older';

export interface Mirror {
  mark(): Mark;
  /** An account as read live. */
  saw(account: Account): void;
  /** An account as listed. `since`: when the listing began; `lastModified`: as the server spelled it. */
  listed(account: Account, since: Mark, lastModified: string | undefined): Sight;
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

function sameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

function sameAccount(a: Account, b: Account): boolean {
  if (a === b) return true;
  return (
    a.userName === b.userName &&
    a.email === b.email &&
    a.name === b.name &&
    a.active === b.active &&
    a.manager === b.manager &&
    a.externalId === b.externalId &&
    sameList(a.emails, b.emails)
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

  function link(account: Account): void {
    for (const address of addressesOf(account)) {
      byAddress.set(address, [...(byAddress.get(address) ?? []), account.id]);
    }
  }

  /** Takes over what is not so already: most of what a listing says is. */
  function put(account: Account, entry: Entry | undefined): Sight {
    if (departed.size > 0) departed.delete(account.id);
    if (entry === undefined) {
      const nothing = { listed: false, lastModified: undefined, changed: undefined };
      entries.set(account.id, { account, seen: tick(), ...nothing });
    } else {
      const before = entry.account;
      const same = sameAccount(before, account);
      entry.seen = tick();
      if (!same || before.changed !== account.changed) entry.account = account;
      if (same) return 'same';
      unlink(before);
      link(account);
      if (!sameTexts(before, account)) index.put(account.id, textsOf(account));
      return 'other';
    }
    link(account);
    index.put(account.id, textsOf(account));
    return 'new';
  }

  function remove(account: Account): void {
    unlink(account);
    index.drop(account.id);
    entries.delete(account.id);
  }

  return {
    mark: tick,

    saw(account) {
      put(account, entries.get(account.id));
    },

    listed(account, since, lastModified) {
      const before = entries.get(account.id);
      const newer = before?.seen ?? departed.get(account.id) ?? 0;
      if (newer > since) return 'older';
      const sight = put(account, before);
      const entry = before ?? entries.get(account.id);
      if (entry !== undefined && !(entry.listed && entry.lastModified === lastModified)) {
        entry.listed = true;
        entry.lastModified = lastModified;
        entry.changed = momentOf(lastModified);
      }
      return sight;
    },

    gone(id) {
      const entry = entries.get(id);
      if (entry !== undefined) remove(entry.account);
      departed.set(id, tick());
    },

    sweep(since) {
      const before = entries.size;
      for (const { account, seen } of entries.values()) if (seen <= since) remove(account);
      return before - entries.size;
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
      for (const { listed, changed } of entries.values()) {
        if (listed && changed === undefined) return undefined;
        if (changed !== undefined && changed > (last ?? Number.NEGATIVE_INFINITY)) last = changed;
      }
      return last;
    },

    changedAfter(at) {
      const ids = new Set<string>();
      for (const [id, { changed }] of entries) if (changed !== undefined && changed > at) ids.add(id);
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
