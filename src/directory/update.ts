/**
 * Bringing attributes of an account up to date: read, leave out what is so already, write, read back, and say of each
 * attribute what became of it. Refuses to know who may change what.
 */
import { DirectoryError } from '../access/errors.ts';
import { ACCOUNT_ATTRIBUTES, type AccountAttribute } from '../access/policy.ts';
import type { AccountChanges, AttributeOutcome, Clock, Directory } from '../access/ports.ts';
import {
  hasValue,
  NEVER_REMOVED,
  type ScimClient,
  type AttributeOutcome as ScimOutcome,
  type ScimUser,
  type UserAttribute,
} from '../scim/index.ts';
import { toProfile } from './account.ts';
import type { Attempt } from './attempt.ts';
import { toDirectoryError } from './faults.ts';
import type { Reads } from './reads.ts';
import { MISSING } from './writes.ts';

const scimName = (attribute: AccountAttribute): UserAttribute => (attribute === 'manager' ? 'managerId' : attribute);

type Outcomes = Partial<Record<AccountAttribute, AttributeOutcome>>;

const refused = (detail: string): AttributeOutcome => ({ kind: 'refused', detail });

function outcomeOf(told: ScimOutcome | undefined): AttributeOutcome {
  switch (told?.kind) {
    case 'applied':
      return { kind: 'confirmed' };
    case 'refused': {
      const error = toDirectoryError(told.error);
      return refused(error instanceof DirectoryError ? error.detail : 'refused');
    }
    case 'accepted':
    case 'unsupported':
      return { kind: told.kind };
    default:
      return { kind: 'unknown' };
  }
}

export function createUpdates(parts: {
  readonly client: ScimClient;
  readonly mode: 'live' | 'observe';
  readonly clock: Clock;
  readonly attempt: Attempt;
  readonly reads: Reads;
}): Pick<Directory, 'profile' | 'update'> {
  const { client, mode, clock, reads } = parts;
  const { sending, appears } = parts.attempt;

  /** What need not or cannot be sent, and why. */
  async function settled(
    user: ScimUser,
    attribute: AccountAttribute,
    value: string,
  ): Promise<AttributeOutcome | undefined> {
    const name = scimName(attribute);
    if (hasValue(user, name, value === '' ? null : value)) return { kind: 'confirmed' };
    if (client.profile.attributes[name] === undefined) return { kind: 'unsupported' };
    if (value === '') return NEVER_REMOVED.includes(name) ? refused('this cannot be taken away') : undefined;
    if (value.trim() === '' || !value.isWellFormed()) return refused('this is no value an account can have');
    // Some servers store any id: a manager nobody can be.
    if (attribute === 'manager' && (await reads.account(value)) === undefined) return refused(`${MISSING} (manager)`);
    return undefined;
  }

  async function update(id: string, changes: AccountChanges) {
    const before = await reads.user(id);
    if (before === undefined) throw new DirectoryError('rejected', MISSING);
    const attributes: Outcomes = {};
    const wanted: Partial<Record<UserAttribute, string | null>> = {};
    for (const attribute of ACCOUNT_ATTRIBUTES) {
      const value = changes[attribute];
      if (value === undefined) continue;
      const outcome = await settled(before, attribute, value);
      if (outcome === undefined) wanted[scimName(attribute)] = value === '' ? null : value;
      else attributes[attribute] = outcome;
    }
    if (Object.keys(wanted).length === 0) return { kind: 'written' as const, at: clock.now(), attributes };
    if (mode === 'observe') return { kind: 'observed' as const, at: clock.now() };
    const { done, sent } = await sending(() => client.updateUser(id, wanted));
    if (done.user !== undefined) reads.take(done.user);
    const sentAt = done.sentAt === undefined ? undefined : sent(done.sentAt);
    for (const attribute of ACCOUNT_ATTRIBUTES) {
      const name = scimName(attribute);
      if (wanted[name] !== undefined) attributes[attribute] = outcomeOf(done.attributes[name]);
    }

    /** Takes over what shows by now; whether everything that was taken does. */
    async function look(): Promise<true | undefined> {
      const now = await reads.user(id);
      if (now === undefined) return undefined;
      for (const attribute of open()) {
        const value = wanted[scimName(attribute)];
        if (value !== undefined && hasValue(now, scimName(attribute), value))
          attributes[attribute] = { kind: 'confirmed' };
      }
      return open().length === 0 ? true : undefined;
    }
    const open = () =>
      ACCOUNT_ATTRIBUTES.filter((one) => attributes[one]?.kind === 'accepted' || attributes[one]?.kind === 'unknown');
    if (open().length > 0) await appears(look);
    return { kind: 'written' as const, at: clock.now(), attributes, ...(sentAt === undefined ? {} : { sentAt }) };
  }

  return {
    async profile(id) {
      const user = await reads.user(id);
      return user === undefined ? undefined : toProfile(user);
    },
    update,
  };
}
