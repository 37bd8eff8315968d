/**
 * The live questions: who is this, who has this address, who is in this group. What they find goes into the mirror at
 * once; what the mirror knows is only ever a hint where to look. Refuses to write.
 */
import { DirectoryError } from '../access/errors.ts';
import { foldEmail } from '../access/people.ts';
import type { Account, Membership } from '../access/ports.ts';
import type { ScimClient, ScimUser } from '../scim/index.ts';
import { addressesOf, byUserName, toAccount } from './account.ts';
import { reading } from './faults.ts';
import type { Mirror } from './mirror.ts';

/** How one account stands to a group; `ids`: everybody in it, where that could be read. */
export interface Standing {
  readonly membership: Membership;
  readonly ids?: readonly string[];
}

export interface Reads {
  /** `undefined`: not there (404). */
  user(id: string): Promise<ScimUser | undefined>;
  account(id: string): Promise<Account | undefined>;
  /** Puts somebody just read into the mirror. */
  take(user: ScimUser): Account;
  find(email: string): Promise<Account[]>;
  standing(group: string, account: string): Promise<Standing>;
  members(group: string): Promise<readonly string[] | 'unknown'>;
  /**
   * Whether a 404 for an account can be believed: the service answers to this address and token at all.
   * @throws DirectoryError when it does not
   */
  answers(): Promise<void>;
}

/** Members that are asked about when their group suddenly looks empty. */
const WITNESSES = 3;

/**
 * @param fresh whether the mirror has recently seen everybody, so that nobody need be read to look for one address
 */
export function createReads(client: ScimClient, mirror: Mirror, fresh: () => boolean): Reads {
  function take(user: ScimUser): Account {
    const account = toAccount(user);
    mirror.saw(account);
    return account;
  }

  async function user(id: string): Promise<ScimUser | undefined> {
    const found = await reading(() => client.getUser(id));
    if (found === undefined) mirror.gone(id);
    else take(found);
    return found;
  }

  async function account(id: string): Promise<Account | undefined> {
    const found = await user(id);
    return found === undefined ? undefined : toAccount(found);
  }

  async function find(email: string): Promise<Account[]> {
    const wanted = foldEmail(email);
    if (wanted === '') return [];
    const found = new Map<string, ScimUser>();
    const add = (users: readonly ScimUser[]) => {
      for (const user of users) found.set(user.id, user);
    };
    await reading(async () => {
      const asked = [client.findUsers({ userName: email }), client.findUsers({ email, thorough: false })];
      for (const users of await Promise.all(asked)) add(users);
      for (const id of mirror.withAddress(wanted)) {
        if (found.has(id)) continue;
        const user = await client.getUser(id);
        if (user === undefined) mirror.gone(id);
        else add([user]);
      }
      if (found.size === 0 && !fresh()) add(await client.findUsers({ email, thorough: true }));
    });
    const answering = [...found.values()].map(take).filter((each) => addressesOf(each).includes(wanted));
    return answering.sort(byUserName(wanted));
  }

  /**
   * A list that is empty although people were seen in the group: some servers answer that when they cannot list members.
   * What these people's own records say decides; where they say nothing, only the profile can vouch for the list.
   */
  async function isBelievable(group: string, ids: readonly string[]): Promise<boolean> {
    const before = mirror.members(group);
    if (ids.length > 0 || before === 'unknown' || before.size === 0) return true;
    let told = client.profile.membersReadable === 'yes';
    for (const id of [...before].slice(0, WITNESSES)) {
      const user = await client.getUser(id);
      if (user?.groups?.includes(group) === true) return false;
      if (user === undefined || user.groups !== undefined) told = true;
    }
    return told;
  }

  /** `doubtful`: a list was given that cannot be believed. */
  async function listed(group: string): Promise<readonly string[] | 'unknown' | 'doubtful'> {
    const since = mirror.mark();
    const members = await client.members(group);
    if (members === 'unknown') {
      mirror.sawMembers(group, 'unknown', since);
      return 'unknown';
    }
    if (!(await isBelievable(group, members.ids))) return 'doubtful';
    mirror.sawMembers(group, members.ids, since);
    return members.ids;
  }

  return {
    user,
    account,
    take,
    find,

    standing: (group, id) =>
      reading(async () => {
        const ids = client.profile.membershipSource === 'group' ? await listed(group) : 'unknown';
        if (ids === 'doubtful') return { membership: 'unknown' };
        if (ids !== 'unknown') {
          if (ids.includes(id)) return { membership: 'in', ids };
          // Some servers name members by address: then the absence of an id says nothing.
          const byAddress = !id.includes('@') && ids.some((each) => each.includes('@'));
          if (!byAddress) return { membership: 'out', ids };
        }
        const membership = await client.isMember(group, id);
        if (membership !== 'unknown') mirror.sawMember(group, id, membership === 'in');
        return { membership };
      }),

    members: (group) =>
      reading(async () => {
        const ids = await listed(group);
        return ids === 'doubtful' ? 'unknown' : ids;
      }),

    async answers() {
      const { kind } = await client.ping();
      if (kind === 'ok') return;
      throw new DirectoryError(kind === 'bad-token' ? 'unauthorized' : 'unavailable', `the service answers: ${kind}`);
    },
  };
}
