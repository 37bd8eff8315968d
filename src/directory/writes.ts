/**
 * The writes: read, compare, write, read back, and say what was seen and no more. Refuses to repeat a write, to decide
 * whether one is allowed, and to send anything in observe mode.
 */
import { DirectoryError } from '../access/errors.ts';
import type { Account, Clock, CreateOutcome, Directory, WriteOutcome } from '../access/ports.ts';
import type { ActiveState, ScimClient, ScimUser } from '../scim/index.ts';
import { ScimError } from '../scim/index.ts';
import { toAccount } from './account.ts';
import { MembersLost, toDirectoryError } from './faults.ts';
import type { Mirror } from './mirror.ts';
import type { Reads } from './reads.ts';

/** Waits before the second and the third read-back, ms: 1 and 3 s after the write. The client does the first itself. */
const READ_BACK = [1_000, 2_000] as const;

const MISSING = 'the account is not there';

export type Writes = Pick<Directory, 'create' | 'setActive' | 'add' | 'remove'>;
type Asked = Parameters<Directory['create']>[0];

export function createWrites(parts: {
  readonly client: ScimClient;
  readonly mode: 'live' | 'observe';
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
  readonly reads: Reads;
  readonly mirror: Mirror;
  readonly onLost: (group: string, lost: readonly string[]) => Promise<void>;
}): Writes {
  const { client, mode, clock, sleep, reads, mirror } = parts;

  const confirmed = (sentAt?: number): WriteOutcome => ({
    kind: 'confirmed',
    at: clock.now(),
    ...(sentAt === undefined ? {} : { sentAt }),
  });

  /**
   * Sends. The client tells time by its own clock: what it says is held within the time the call took on ours.
   * @throws DirectoryError
   */
  async function sending<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly done: T; readonly sent: (at: number | undefined) => number }> {
    const from = clock.now();
    const sent = (at: number | undefined): number => Math.max(from, Math.min(at ?? from, clock.now()));
    try {
      return { done: await work(), sent };
    } catch (error) {
      throw toDirectoryError(error, sent);
    }
  }

  /** Looks again, twice. A look that fails shows nothing; the write was taken all the same. */
  async function appears<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    for (const wait of READ_BACK) {
      await sleep(wait);
      try {
        const seen = await look();
        if (seen !== undefined) return seen;
      } catch (error) {
        if (!(error instanceof ScimError) && !(error instanceof DirectoryError)) throw error;
      }
    }
    return undefined;
  }

  async function change(group: string, account: string, goal: 'in' | 'out'): Promise<WriteOutcome> {
    const [{ membership, ids }, holder] = await Promise.all([
      reads.standing(group, account),
      // Some servers take any id into a group: nobody would have got anything.
      goal === 'in' ? reads.account(account) : undefined,
    ]);
    if (goal === 'in' && holder === undefined) throw new DirectoryError('rejected', MISSING);
    if (membership === goal) return confirmed();
    if (mode === 'observe') return { kind: 'observed', at: clock.now() };
    const before = ids === undefined ? {} : { before: ids };
    const { done, sent } = await sending(() =>
      goal === 'in' ? client.addMember(group, account, before) : client.removeMember(group, account, before),
    );
    const sentAt = sent(done.sentAt);
    if (done.lost.length > 0) {
      for (const id of done.lost) mirror.sawMember(group, id, false);
      await parts.onLost(group, done.lost);
      throw new MembersLost(group, done.lost, sentAt);
    }
    const reached = async () => ((await client.isMember(group, account)) === goal ? true : undefined);
    if (done.seen !== goal && (await appears(reached)) === undefined) return { kind: 'accepted', sentAt };
    mirror.sawMember(group, account, goal === 'in');
    return confirmed(sentAt);
  }

  async function setActive(id: string, active: boolean): Promise<WriteOutcome> {
    const before = await reads.account(id);
    if (before === undefined && active) throw new DirectoryError('rejected', MISSING);
    if (before === undefined) {
      // Some servers hide whom they disabled. So does a wrong address, which must not pass for it.
      await reads.answers();
      return confirmed();
    }
    if (before.active === active) return confirmed();
    if (mode === 'observe') return { kind: 'observed', at: clock.now() };
    const { done, sent } = await sending(() => client.setActive(id, active));
    const sentAt = sent(done.sentAt);
    if (done.user !== undefined) mirror.saw(toAccount(done.user));
    const isSo = (state: ActiveState) => state === (active ? 'active' : 'inactive') || (!active && state === 'gone');
    const reached = async () => {
      const now = await reads.account(id);
      const state =
        now === undefined ? 'gone' : now.active === 'unknown' ? 'unknown' : now.active ? 'active' : 'inactive';
      if (state === 'gone' && !active) await reads.answers();
      return isSo(state) ? true : undefined;
    };
    const seen = done.seen !== 'gone' && isSo(done.seen);
    return seen || (await appears(reached)) ? confirmed(sentAt) : { kind: 'accepted', sentAt };
  }

  const take = (user: ScimUser): Account => {
    const account = toAccount(user);
    mirror.saw(account);
    return account;
  };

  async function create(asked: Asked): Promise<CreateOutcome> {
    const [there, ...others] = await reads.find(asked.email);
    if (others.length > 0) throw new DirectoryError('rejected', 'several accounts have this address');
    if (there !== undefined) return { kind: 'exists', account: there };
    if (mode === 'observe') return { kind: 'observed', at: clock.now() };
    const { email, ...names } = asked;
    const { done, sent } = await sending(() =>
      client.createUser({ userName: email, email, ...names }, { looked: true }),
    );
    switch (done.kind) {
      case 'exists-active':
      case 'exists-inactive':
        return { kind: 'exists', account: take(done.user) };
      case 'exists-elsewhere':
        return { kind: 'exists_elsewhere' };
      case 'ambiguous':
        throw new DirectoryError('rejected', 'several accounts match what was to be created');
      case 'refused':
        throw toDirectoryError(done.error, sent);
      case 'unknown': {
        const [found] = (await appears(() => visible(email))) ?? [];
        if (found === undefined) throw toDirectoryError(done.error, sent);
        return { kind: 'created', account: found, sentAt: sent(done.sentAt) };
      }
      case 'created': {
        const sentAt = sent(done.sentAt);
        const { id } = done;
        if (done.user !== undefined) {
          const account = take(done.user);
          // 200 to a POST: the server merged it into one it had, and that one is disabled.
          if (done.how === 'merged' && account.active === false) return { kind: 'exists', account };
          return { kind: 'created', account, sentAt };
        }
        const [found] =
          (await appears(async () => {
            if (id === undefined) return visible(email);
            const account = await reads.account(id);
            return account === undefined ? undefined : [account];
          })) ?? [];
        if (found !== undefined) return { kind: 'created', account: found, sentAt };
        return { kind: 'accepted', sentAt, ...(id === undefined ? {} : { id }) };
      }
    }
  }

  /** The one account of this address, if it is to be seen. */
  async function visible(email: string): Promise<[Account] | undefined> {
    const [found, ...others] = await reads.find(email);
    return found === undefined || others.length > 0 ? undefined : [found];
  }

  return {
    create,
    setActive,
    add: (group, account) => change(group, account, 'in'),
    remove: (group, account) => change(group, account, 'out'),
  };
}
