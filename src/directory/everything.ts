/**
 * Reads a whole app over SCIM: its groups, then its accounts page by page, each with the groups it is in, and at the end
 * whether that was everything. Keeps nothing but who is in which group; refuses to know what becomes of it.
 */
import { some } from '../access/finding.ts';
import type { IncompleteWhy, Listing, Rest, ScimClient, ScimGroup, ScimUser } from '../scim/index.ts';
import { ScimError } from '../scim/index.ts';

/** A group as it is written down. */
export interface GroupRead {
  readonly id: string;
  readonly name: string;
  readonly externalId?: string;
  /** How many accounts it lists; `null`: that is not read from the group, or cannot be. */
  readonly members: number | null;
  /** Groups inside this one; who is in those counts there only. */
  readonly nested: readonly string[];
}

/** An account as it is written down; what the service does not say has no key. */
export type AccountRead = Omit<ScimUser, 'groups' | 'version' | 'rest'> & {
  /** Ids of the groups it is in, as far as their members can be read. */
  readonly groups: readonly string[];
  /** What else the service said, within bounds. */
  readonly other?: Rest['attributes'];
  /** Some of that was more than is kept. */
  readonly otherCut?: true;
};

export type Part =
  | { readonly kind: 'groups'; readonly groups: readonly GroupRead[] }
  /** A page. */
  | { readonly kind: 'accounts'; readonly accounts: readonly AccountRead[] };

export interface Whole {
  readonly accounts: number;
  readonly groups: number;
  readonly memberships: number;
  /** What keeps this from being everything, as sentences without a full stop; none: it is. */
  readonly gaps: readonly string[];
  /** Ids that groups list and that no account has that was read, with the groups. */
  readonly strays: readonly { readonly id: string; readonly groups: readonly string[] }[];
}

const WHY: Readonly<Record<IncompleteWhy, string>> = {
  unfinished: 'the listing was not read to its end',
  failed: 'a page could not be read',
  short: 'the listing ends before the total it promised, or shows the same rows again',
  repeated: 'the listing repeats a page',
  changed: 'the total kept changing while it was read',
  cursor: 'its cursors expire before they can be used',
  unreadable: 'some rows have no id',
  limit: 'the listing is longer than any that is read',
};

/** What keeps a listing from being complete, as the rest of a sentence. */
export const whyIncomplete = (why: IncompleteWhy): string => WHY[why];

/** Groups whose members are asked for at the same time. */
const PARALLEL = 4;

/** The members of each group, turned into the groups of each account, until that is handed out. */
interface Ledger {
  readonly left: ReadonlyMap<string, readonly string[]>;
  put(group: string, ids: readonly string[]): void;
  take(user: ScimUser): readonly string[];
}

function createLedger(): Ledger {
  const groupsOf = new Map<string, string[]>();
  return {
    left: groupsOf,
    take({ id, userName, email }) {
      // Some services name members by their address.
      const key = [id, userName, email].find((each) => each !== undefined && groupsOf.has(each));
      if (key === undefined) return [];
      const groups = groupsOf.get(key) ?? [];
      groupsOf.delete(key);
      return groups;
    },
    put(group, ids) {
      for (const id of ids) {
        const known = groupsOf.get(id);
        if (known === undefined) groupsOf.set(id, [group]);
        else known.push(group);
      }
    },
  };
}

/** Pages of a listing; what breaks it off becomes a gap. */
async function* pagesOf<T>(listing: Listing<T>, what: string, gaps: string[]): AsyncGenerator<readonly T[]> {
  try {
    for await (const { items } of listing) yield items;
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    gaps.push(`${what}: ${error.message}`);
    return;
  }
  const verdict = listing.verdict();
  if (!verdict.complete) gaps.push(`${what}: ${WHY[verdict.why]}`);
}

const described = ({ id, displayName, externalId }: ScimGroup) => ({
  id,
  name: displayName ?? '',
  ...(externalId === undefined ? {} : { externalId }),
});

/** All groups with the numbers of their members; who those are goes into the ledger. */
async function readMembers(client: ScimClient, groups: readonly ScimGroup[], ledger: Ledger, gaps: string[]) {
  async function read(group: ScimGroup): Promise<GroupRead | 'unlisted'> {
    try {
      const members = await client.members(group.id);
      if (members === 'unknown') return 'unlisted';
      ledger.put(group.id, members.ids);
      return { ...described(group), members: members.ids.length, nested: members.nested };
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      gaps.push(`members of ${nameOf(group)}: ${error.message}`);
      return { ...described(group), members: null, nested: [] };
    }
  }
  const found: (GroupRead | 'unlisted')[] = [];
  for (let at = 0; at < groups.length; at += PARALLEL) {
    found.push(...(await Promise.all(groups.slice(at, at + PARALLEL).map(read))));
  }
  const unlisted: string[] = [];
  // An empty list is believed once another group has listed somebody: that may have come later.
  const believed = client.learned().membersListed === 'yes';
  const all: GroupRead[] = [];
  for (const [at, group] of groups.entries()) {
    const first = found[at] ?? 'unlisted';
    const now = first === 'unlisted' && believed ? await read(group) : first;
    if (now === 'unlisted') unlisted.push(nameOf(group));
    all.push(now === 'unlisted' ? { ...described(group), members: null, nested: [] } : now);
  }
  if (unlisted.length > 0) gaps.push(`members of ${some(unlisted)}: not listed, or there are none`);
  return all;
}

const nameOf = ({ id, displayName }: ScimGroup): string => displayName ?? id;

function toRead(user: ScimUser, groups: readonly string[]): AccountRead {
  const { groups: _told, version: _version, rest, ...fields } = user;
  const other = rest !== undefined && Object.keys(rest.attributes).length > 0 ? { other: rest.attributes } : {};
  return { ...fields, groups, ...other, ...(rest?.cut === true ? { otherCut: true } : {}) };
}

/**
 * Reads everything there is, live. Never throws for what a server does: that is a gap.
 * @returns how much it was, and what is missing
 */
export async function* readEverything(client: ScimClient): AsyncGenerator<Part, Whole> {
  const gaps: string[] = [];
  const ledger = createLedger();
  const onUsers = client.profile.membershipSource === 'user';
  const counts = { accounts: 0, memberships: 0 };

  const groups: ScimGroup[] = [];
  for await (const page of pagesOf(client.listGroups(), 'groups', gaps)) groups.push(...page);
  yield {
    kind: 'groups',
    groups: onUsers
      ? // Everybody is read anyway, and each says where they are.
        groups.map((group) => ({ ...described(group), members: null, nested: [] }))
      : await readMembers(client, groups, ledger, gaps),
  };

  // No groups may mean that there are none, or that nobody is told theirs.
  let told = !onUsers || client.profile.membersReadable === 'yes';
  for await (const page of pagesOf(client.listUsers({ rest: true }), 'accounts', gaps)) {
    const accounts = page.map((user) => {
      const within = onUsers ? (user.groups ?? []) : ledger.take(user);
      told ||= user.groups !== undefined;
      counts.memberships += within.length;
      return toRead(user, within);
    });
    counts.accounts += accounts.length;
    yield { kind: 'accounts', accounts };
  }
  if (!told) gaps.push('memberships: no account says in which groups it is');
  const strays = [...ledger.left].map(([id, within]) => ({ id, groups: within }));
  return { ...counts, groups: groups.length, gaps, strays };
}
