// Works out what PATCH operations and whole bodies mean for the members of one group, without touching the group.
// Refuses to know the group's other attributes.

import type { Filter, PatchPath } from './filter.ts';
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { compileValueFilter } from './match.ts';
import type { Operation } from './patch.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { coreAttribute, GROUPS } from './schema.ts';
import type { Effect, Member } from './tables.ts';

/** Whether an id may be a member: known, never heard of, or answered once and silently left out since. */
export type Standing = 'known' | 'unknown' | 'left-out';

/** Changes to one group's members, collected until the whole request is understood. */
export type MemberEdit = {
  apply(operation: Operation, path: PatchPath): void;
  /** `members` of a create or replace body. */
  set(value: Json | undefined): void;
  add(value: Json): void;
  clear(): void;
  effects(groupId: string): readonly Effect[];
};

/** Starts an edit over `base`, the members so far. */
export function createMemberEdit(
  base: ReadonlyMap<string, Member>,
  standing: (id: string) => Standing,
  quirks: Quirks,
): MemberEdit {
  let cleared = false;
  let changes = 0;
  const added = new Map<string, Member>();
  const removed = new Set<string>();

  const has = (id: string): boolean => added.has(id) || (!cleared && base.has(id) && !removed.has(id));
  const list = (): Member[] => [
    ...(cleared ? [] : [...base.values()].filter((each) => !removed.has(each.value) && !added.has(each.value))),
    ...added.values(),
  ];
  const clear = (): void => {
    cleared = true;
    added.clear();
    removed.clear();
  };
  const remove = (id: string): void => {
    added.delete(id);
    if (!cleared && base.has(id)) removed.add(id);
  };
  const count = (many: number): void => {
    changes += many;
    if (many > quirks.membersPerOperation || changes > quirks.changesPerRequest) {
      throw new Refusal(400, 'invalidValue', 'Too many members in one request');
    }
  };
  const valuesOf = (value: Json | undefined): readonly Json[] => {
    const values = isList(value) ? value : value === undefined || value === null ? [] : [value];
    count(values.length);
    return values;
  };
  const add = (value: Json): void => {
    for (const each of valuesOf(value)) {
      const member = readMember(each, quirks);
      if (!admit(standing(member.value), member.value, quirks)) continue;
      // Whoever is removed and added again in one request never left.
      removed.delete(member.value);
      if (cleared || !base.has(member.value)) added.set(member.value, member);
    }
  };

  const removeBy = (filter: Filter): void => {
    const single = filter.kind === 'compare' && filter.operator === 'eq' && filter.path.name.toLowerCase() === 'value';
    const matches = compileValueFilter(membersAttribute(), filter);
    const ids =
      single && typeof filter.value === 'string'
        ? [filter.value].filter(has)
        : list().flatMap((each) => (matches(memberJson(each)) ? [each.value] : []));
    if (ids.length === 0 && quirks.removeAbsentMember === 'noTarget') {
      throw new Refusal(400, 'noTarget', 'No member matches');
    }
    count(ids.length);
    for (const id of ids) remove(id);
  };

  const applyFiltered = (filter: Filter): void => {
    if (quirks.removeMembersByFilter === 'refuse') {
      throw new Refusal(400, 'invalidPath', 'Filters in a path are not supported');
    }
    if (quirks.removeMembersByFilter === 'wipe') clear();
    if (quirks.removeMembersByFilter === 'remove-matching') removeBy(filter);
  };
  const applyRemove = (path: PatchPath, value: Json | undefined): void => {
    if (path.filter !== undefined) {
      applyFiltered(path.filter);
    } else if (value === undefined || quirks.removeMembersWithValue === 'wipe') {
      clear();
    } else if (quirks.removeMembersWithValue === 'refuse') {
      throw new Refusal(400, 'invalidSyntax', 'remove does not take a value');
    } else {
      for (const each of valuesOf(value)) remove(readMember(each, { ...quirks, memberTypeRequired: false }).value);
    }
  };

  return {
    apply({ op, value }, path) {
      if (path.sub !== undefined || path.path.sub !== undefined) {
        throw new Refusal(400, 'mutability', 'The parts of a member cannot be changed');
      }
      if (op === 'remove') {
        applyRemove(path, value);
        return;
      }
      if (path.filter !== undefined) throw new Refusal(400, 'mutability', 'A member cannot be changed');
      if (value === undefined) throw new Refusal(400, 'invalidValue', `${op} needs a value`);
      if (op === 'replace' && quirks.replaceMembers === 'refuse') {
        throw new Refusal(400, 'invalidSyntax', 'replace of members is not supported');
      }
      if (op === 'replace' && quirks.replaceMembers === 'replace') clear();
      add(value);
    },
    set(value) {
      clear();
      if (value !== undefined && value !== null) add(value);
    },
    add,
    clear,
    effects(groupId) {
      const effects: Effect[] = [];
      if (cleared && base.size > 0) {
        // Told one by one, so that a request that replaces members by themselves changes nothing.
        for (const id of base.keys()) {
          if (!added.has(id)) effects.push({ type: 'remove-member', groupId, userId: id });
        }
      }
      for (const userId of removed) effects.push({ type: 'remove-member', groupId, userId });
      for (const member of added.values()) {
        if (!base.has(member.value)) effects.push({ type: 'add-member', groupId, member });
      }
      return effects;
    },
  };
}

function readMember(value: Json, quirks: Quirks): Member {
  if (!isObject(value) || typeof value.value !== 'string' || value.value === '') {
    throw new Refusal(400, 'invalidValue', 'A member is an object with a value');
  }
  if (quirks.nulls === 'refuse' && Object.values(value).includes(null)) {
    throw new Refusal(400, 'invalidSyntax', 'A member must not contain null');
  }
  const type = typeof value.type === 'string' ? value.type : undefined;
  if (quirks.memberTypeRequired && type === undefined) throw new Refusal(400, 'invalidValue', 'A member needs a type');
  return { value: value.value, display: typeof value.display === 'string' ? value.display : undefined, type };
}

function admit(standing: Standing, id: string, quirks: Quirks): boolean {
  if (standing === 'known') return true;
  if (standing === 'left-out') return false;
  switch (quirks.unknownMember) {
    case 'store':
      return true;
    case 'drop':
      return false;
    case 'refuse':
      throw new Refusal(400, 'invalidValue', `No user ${id}`);
    case 'fail':
      throw new Refusal(500, undefined, 'Internal error');
  }
}

function memberJson(member: Member): JsonObject {
  return {
    value: member.value,
    type: member.type ?? 'User',
    ...(member.display === undefined ? {} : { display: member.display }),
  };
}

function membersAttribute() {
  const attribute = coreAttribute(GROUPS, 'members');
  if (attribute === undefined) throw new Error('Groups have no members attribute');
  return attribute;
}
