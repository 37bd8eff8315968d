// What somebody does in the app's own console: changes that come by no SCIM request and are visible at once.
// Refuses to apply the rules that SCIM clients are held to.

import { isObject, type JsonObject } from './json.ts';
import { foldCase } from './match.ts';
import { ENTERPRISE_SCHEMA } from './schema.ts';
import { groupAttributes, recordOf, type SeedGroup, type SeedUser, userAttributes } from './seed.ts';
import type { Effect, ResourceRecord } from './tables.ts';
import type { World } from './world.ts';

export type Editor = {
  /** Adds a person and returns the id; one of another organisation is only remembered, and the id is empty. */
  addUser(person: SeedUser): string;
  /** Sets attributes in SCIM's own form; undefined takes one away. */
  setUser(id: string, attributes: { readonly [name: string]: JsonObject[string] | undefined }): void;
  setActive(id: string, active: boolean): void;
  /** Sets the enterprise manager to a user's id, or to nobody. */
  setManager(id: string, manager: string | undefined): void;
  removeUser(id: string): void;
  /** Adds a group and returns its id; members are ids here. */
  addGroup(group: SeedGroup): string;
  renameGroup(id: string, displayName: string): void;
  removeGroup(id: string): void;
  /** Puts an id into a group or takes it out; the id need not belong to a user. */
  setMember(groupId: string, userId: string, present: boolean): void;
  /** The id of the user with this userName, in any case. */
  userId(userName: string): string | undefined;
  /** The id of the first group of this name, in any case. */
  groupId(displayName: string): string | undefined;
};

type Setting = { readonly world: World; readonly now: () => number; readonly changed: () => void };

/** Creates the console of the app that `setting` returns at each call. */
export function createEditor(setting: () => Setting): Editor {
  const commit = (effects: readonly Effect[]): void => {
    const { world, changed } = setting();
    world.commitNow(effects);
    changed();
  };
  const user = (id: string): ResourceRecord => {
    const found = setting().world.accepted.users.get(id);
    if (found === undefined) throw new Error(`No user ${id}`);
    return found;
  };
  const group = (id: string): ResourceRecord => {
    const found = setting().world.accepted.groups.get(id);
    if (found === undefined) throw new Error(`No group ${id}`);
    return found;
  };
  const revised = (before: ResourceRecord, attributes: JsonObject): ResourceRecord => ({
    ...before,
    attributes,
    modified: setting().now(),
    version: before.version + 1,
  });
  const setUser: Editor['setUser'] = (id, attributes) => {
    const before = user(id);
    const merged = Object.entries({ ...before.attributes, ...attributes });
    const kept = Object.fromEntries(merged.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
    commit([{ type: 'put-user', user: revised(before, kept) }]);
  };

  return {
    addUser(person) {
      const { world, now } = setting();
      if (person.otherOrg !== undefined) {
        world.elsewhere.set(foldCase(person.userName), person.otherOrg === true ? 'silent' : 'conflict');
        return '';
      }
      const id = person.id ?? world.newId();
      commit([{ type: 'put-user', user: recordOf(world, id, userAttributes(person, person.manager), now()) }]);
      return id;
    },
    setUser,
    setActive: (id, active) => setUser(id, { active }),
    setManager(id, manager) {
      const enterprise = user(id).attributes[ENTERPRISE_SCHEMA];
      const { manager: _before, ...others } = isObject(enterprise) ? enterprise : {};
      const next = manager === undefined ? others : { ...others, manager: { value: manager } };
      setUser(id, { [ENTERPRISE_SCHEMA]: Object.keys(next).length === 0 ? undefined : next });
    },
    removeUser: (id) => commit([{ type: 'drop-user', id: user(id).id }]),
    addGroup(seed) {
      const { world, now } = setting();
      const id = seed.id ?? world.newId();
      const effects: Effect[] = [{ type: 'put-group', group: recordOf(world, id, groupAttributes(seed), now()) }];
      for (const value of seed.members ?? []) {
        effects.push({ type: 'add-member', groupId: id, member: { value, display: undefined, type: undefined } });
      }
      commit(effects);
      return id;
    },
    renameGroup(id, displayName) {
      const before = group(id);
      commit([{ type: 'put-group', group: revised(before, { ...before.attributes, displayName }) }]);
    },
    removeGroup: (id) => commit([{ type: 'drop-group', id: group(id).id }]),
    setMember(groupId, userId, present) {
      const bumped: Effect = { type: 'put-group', group: revised(group(groupId), group(groupId).attributes) };
      const member = { value: userId, display: undefined, type: undefined };
      commit([bumped, present ? { type: 'add-member', groupId, member } : { type: 'remove-member', groupId, userId }]);
    },
    userId: (userName) => setting().world.accepted.users.find('userName', userName)[0]?.id,
    groupId: (displayName) => setting().world.accepted.groups.find('displayName', displayName)[0]?.id,
  };
}
