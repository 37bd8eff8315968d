// Fills an app with the people and groups of a story. Refuses to know the protocol.

import type { JsonObject, MutableObject } from './json.ts';
import { foldCase } from './match.ts';
import { ENTERPRISE_SCHEMA } from './schema.ts';
import type { Effect, ResourceRecord } from './tables.ts';
import type { World } from './world.ts';

/** A person as a story tells it; what is left out is made up from the rest. */
export type SeedUser = {
  readonly id?: string;
  readonly userName: string;
  readonly externalId?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly displayName?: string;
  /** The work address; the userName where that is an address. */
  readonly email?: string;
  readonly active?: boolean;
  readonly title?: string;
  readonly department?: string;
  /** The userName or id of another seeded person. */
  readonly manager?: string;
  /** Kept by another organisation: never listed; a create answers 201 and leaves no trace (true), or 409. */
  readonly otherOrg?: true | 'conflict';
  /** Further attributes in SCIM's own form. */
  readonly attributes?: JsonObject;
};

export type SeedGroup = {
  readonly id?: string;
  readonly displayName: string;
  readonly externalId?: string;
  /** userNames or ids of seeded people. */
  readonly members?: readonly string[];
};

export type Seed = { readonly users: readonly SeedUser[]; readonly groups: readonly SeedGroup[] };

/**
 * Puts the seed into an empty world.
 * @throws Error where a member or manager is not in the seed.
 */
export function plant(world: World, seed: Seed, now: number): void {
  const effects: Effect[] = [];
  const ids = new Map<string, string>();
  const people: { person: SeedUser; id: string }[] = [];
  for (const person of seed.users) {
    if (person.otherOrg === undefined) {
      const id = person.id ?? world.newId();
      ids.set(foldCase(person.userName), id);
      ids.set(id, id);
      people.push({ person, id });
    } else {
      world.elsewhere.set(foldCase(person.userName), person.otherOrg === true ? 'silent' : 'conflict');
    }
  }
  const idOf = (name: string): string => {
    const id = ids.get(name) ?? ids.get(foldCase(name));
    if (id === undefined) throw new Error(`The seed has no person ${name}`);
    return id;
  };
  for (const { person, id } of people) {
    const manager = person.manager === undefined ? undefined : idOf(person.manager);
    effects.push({ type: 'put-user', user: recordOf(world, id, userAttributes(person, manager), now) });
  }
  for (const group of seed.groups) {
    const id = group.id ?? world.newId();
    effects.push({ type: 'put-group', group: recordOf(world, id, groupAttributes(group), now) });
    for (const name of group.members ?? []) {
      effects.push({
        type: 'add-member',
        groupId: id,
        member: { value: idOf(name), display: undefined, type: undefined },
      });
    }
  }
  world.commitNow(effects);
}

/** A fresh record at the end of the listing. */
export function recordOf(world: World, id: string, attributes: JsonObject, now: number): ResourceRecord {
  return { id, sequence: world.newSequence(), created: now, modified: now, version: 1, attributes };
}

/** The SCIM attributes of a person; `manager` is an id. */
export function userAttributes(person: SeedUser, manager: string | undefined): JsonObject {
  const attributes: MutableObject = { userName: person.userName };
  if (person.externalId !== undefined) attributes.externalId = person.externalId;
  const { givenName, familyName } = person;
  const formatted = [givenName, familyName].filter((part) => part !== undefined).join(' ');
  if (formatted !== '') {
    attributes.name = {
      ...(givenName === undefined ? {} : { givenName }),
      ...(familyName === undefined ? {} : { familyName }),
      formatted,
    };
  }
  attributes.displayName = person.displayName ?? (formatted === '' ? person.userName : formatted);
  if (person.title !== undefined) attributes.title = person.title;
  attributes.active = person.active ?? true;
  const email = person.email ?? (person.userName.includes('@') ? person.userName : undefined);
  if (email !== undefined) attributes.emails = [{ value: email, type: 'work', primary: true }];
  if (manager !== undefined || person.department !== undefined) {
    attributes[ENTERPRISE_SCHEMA] = {
      ...(person.department === undefined ? {} : { department: person.department }),
      ...(manager === undefined ? {} : { manager: { value: manager } }),
    };
  }
  return { ...attributes, ...person.attributes };
}

/** The SCIM attributes of a group. */
export function groupAttributes(group: SeedGroup): JsonObject {
  return {
    displayName: group.displayName,
    ...(group.externalId === undefined ? {} : { externalId: group.externalId }),
  };
}
