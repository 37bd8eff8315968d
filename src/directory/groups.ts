/**
 * Groups as things with an id and a name: one, all, a new one. Refuses to know who is in them and what they stand for.
 */
import { DirectoryError } from '../access/errors.ts';
import type { Directory, Group } from '../access/ports.ts';
import type { ScimClient } from '../scim/index.ts';
import { toGroup } from './account.ts';
import type { Attempt } from './attempt.ts';
import { reading, toDirectoryError } from './faults.ts';

export function createGroups(parts: {
  readonly client: ScimClient;
  readonly mode: 'live' | 'observe';
  readonly attempt: Attempt;
}): Pick<Directory, 'groupsNamed' | 'group' | 'groups' | 'createGroup'> {
  const { client, mode } = parts;
  const { sending, appears } = parts.attempt;

  async function group(id: string): Promise<Group | undefined> {
    const found = await reading(() => client.getGroup(id));
    return found === undefined ? undefined : toGroup(found);
  }

  /** A group that answered to its making, once it can be seen. @throws DirectoryError when it cannot */
  async function visible(id: string, sentAt: number): Promise<Group> {
    const look = async () => {
      try {
        return await group(id);
      } catch (error) {
        if (error instanceof DirectoryError) return undefined;
        throw error;
      }
    };
    const found = (await look()) ?? (await appears(look));
    if (found !== undefined) return found;
    throw new DirectoryError('unavailable', 'the group was made, but is not to be seen yet', {
      mayHaveApplied: true,
      sentAt,
    });
  }

  return {
    group,

    groupsNamed: (displayName) => reading(async () => (await client.findGroups(displayName)).map(({ id }) => id)),

    groups: () =>
      reading(async () => {
        const groups: Group[] = [];
        const listing = client.listGroups();
        for await (const { items } of listing) groups.push(...items.map(toGroup));
        const verdict = listing.verdict();
        // Rows without an id are no groups anybody could link; the listing was read to its end all the same.
        return { groups, complete: verdict.complete || verdict.why === 'unreadable' };
      }),

    async createGroup(displayName) {
      if (!client.profile.groupCreate) return { kind: 'managed_elsewhere' };
      if (mode === 'observe') {
        const there = await reading(() => client.findGroups(displayName));
        return there.length > 0 ? { kind: 'exists', groups: there.map(toGroup) } : { kind: 'observed' };
      }
      const { done, sent } = await sending(() => client.createGroup(displayName));
      switch (done.kind) {
        case 'created':
          return { kind: 'created', group: await visible(done.id, sent(done.sentAt)) };
        case 'exists':
          return { kind: 'exists', groups: done.groups.map(toGroup) };
        case 'managed-elsewhere':
          return { kind: 'managed_elsewhere' };
        case 'refused':
        case 'unknown':
          throw toDirectoryError(done.error, sent);
      }
    },
  };
}
