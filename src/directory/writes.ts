/**
 * The writes: read, compare, write, read back, and say what was seen and no more. Refuses to repeat a write, to decide
 * whether one is allowed, and to send anything in observe mode.
 */
import { DirectoryError } from '../access/errors.ts';
import type { Account, Clock, CreateOutcome, Directory, WriteOutcome } from '../access/ports.ts';
import type { ActiveState, ScimClient } from '../scim/index.ts';
import type { Attempt } from './attempt.ts';
import { MembersLost, toDirectoryError } from './faults.ts';
import type { Mirror } from './mirror.ts';
import type { Reads } from './reads.ts';

export const MISSING = 'the account is not there';

export type Writes = Pick<Directory, 'create' | 'setActive' | 'add' | 'remove'>;
type Asked = Parameters<Directory['create']>[0];

export function createWrites(parts: {
  readonly client: ScimClient;
  readonly mode: 'live' | 'observe';
  readonly clock: Clock;
  readonly attempt: Attempt;
  readonly reads: Reads;
  readonly mirror: Mirror;
  readonly onLost: (group: string, lost: readonly string[]) => Promise<void>;
}): Writes {
  const { client, mode, clock, reads, mirror } = parts;
  const { sending, appears } = parts.attempt;

  const confirmed = (sentAt?: number): WriteOutcome => ({
    kind: 'confirmed',
    at: clock.now(),
    ...(sentAt === undefined ? {} : { sentAt }),
  });

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
    if (done.user !== undefined) reads.take(done.user);
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
        return { kind: 'exists', account: reads.take(done.user) };
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
          const account = reads.take(done.user);
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
