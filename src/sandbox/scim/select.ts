// Finds what a filter lets through, from an index where one helps (RFC 7644 §3.4.2.2).
// Refuses to know pages and how one resource is sent.

import { type Filter, parseFilter } from './filter.ts';
import { isList, isObject, type JsonObject } from './json.ts';
import { compileFilter, resolve, type Test } from './match.ts';
import { type Context, isShown } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { renderGroup, renderGroupsOf, renderUser } from './render.ts';
import { type ResourceKind, USERS, USERS_CASE_EXACT } from './schema.ts';
import type { ResourceRecord, Table, Tables } from './tables.ts';

/**
 * The ids of everything that the filter lets through, in listing order; of everything without one.
 * @throws Refusal 400 `invalidFilter`, or what this app answers to filters that it does not support.
 */
export function select(context: Context, tables: Tables, kind: ResourceKind, text: string | null): readonly string[] {
  const { quirks } = context;
  const table = kind === USERS ? tables.users : tables.groups;
  const shown = (record: ResourceRecord): boolean => kind !== USERS || isShown(context, record);
  if (text === null || quirks.filterMeaning === 'ignored') {
    const all = quirks.deactivated === 'hidden' ? table.ids().filter((id) => holds(table, id, shown)) : table.ids();
    return ordered(context, all);
  }
  const filter = understood(kind, text, quirks);
  const candidates = indexed(tables, kind, filter)?.filter((id) => table.get(id) !== undefined);
  const test = compileFilter(kind === USERS && quirks.userNameCase === 'sensitive' ? USERS_CASE_EXACT : kind, filter);
  const view = viewer(context, tables, kind, filter);
  const matches: Test = quirks.filterMeaning === 'email' ? emailTest(filter) : test;
  const ids = (quirks.filterMeaning === 'email' ? undefined : candidates) ?? table.ids();
  const found = ids.filter((id) => holds(table, id, (record) => shown(record) && matches(view(record))));
  if (candidates !== undefined) found.sort((a, b) => (table.get(a)?.sequence ?? 0) - (table.get(b)?.sequence ?? 0));
  return ordered(context, found);
}

function holds(table: Table, id: string, test: (record: ResourceRecord) => boolean): boolean {
  const record = table.get(id);
  return record !== undefined && test(record);
}

function ordered(context: Context, ids: readonly string[]): readonly string[] {
  switch (context.quirks.order) {
    case 'stable':
      return ids;
    case 'by-id':
      return ids.toSorted();
    case 'shuffled': {
      const turn = ids.length === 0 ? 0 : (context.turn() * 7) % ids.length;
      return [...ids.slice(turn), ...ids.slice(0, turn)];
    }
  }
}

/** What a filter is tested on: only as much of the resource as it mentions. */
function viewer(
  context: Context,
  tables: Tables,
  kind: ResourceKind,
  filter: Filter,
): (record: ResourceRecord) => JsonObject {
  const mentioned = new Set(pathsOf(filter).map((path) => path.name.toLowerCase()));
  if (kind !== USERS && mentioned.has('members')) {
    const ids = mentioned.has('meta') ? undefined : idsAsked(filter);
    if (ids !== undefined) return (record) => withMembers(tables, record, ids);
    // Filters see members also where reads do not show them.
    const open: Context = { ...context, quirks: { ...context.quirks, membersInReads: 'full' } };
    return (record) => renderGroup(open, tables, record);
  }
  if (mentioned.has('meta')) {
    return (record) => (kind === USERS ? renderUser(context, tables, record) : renderGroup(context, tables, record));
  }
  if (kind === USERS && mentioned.has('groups')) {
    return (record) => ({ ...record.attributes, id: record.id, groups: renderGroupsOf(context, tables, record.id) });
  }
  return (record) => ({ ...record.attributes, id: record.id });
}

/** A group as a filter sees it that asks about these ids only: groups may have very many members. */
function withMembers(tables: Tables, record: ResourceRecord, ids: readonly string[]): JsonObject {
  const members = tables.members(record.id);
  const present = ids.filter((id) => members.has(id)).map((value) => ({ value }));
  return { ...record.attributes, id: record.id, members: present };
}

/** The ids that a filter compares members with; undefined where it asks more about members than who they are. */
function idsAsked(filter: Filter): readonly string[] | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [idsAsked(filter.left), idsAsked(filter.right)];
      return left === undefined || right === undefined ? undefined : [...left, ...right];
    }
    case 'not':
      return idsAsked(filter.inner);
    case 'some': {
      if (filter.path.name.toLowerCase() !== 'members') return [];
      return idAsked(filter.inner, filter.inner.kind === 'compare' ? filter.inner.path.name : undefined);
    }
    default:
      return filter.path.name.toLowerCase() === 'members' ? idAsked(filter, filter.path.sub) : [];
  }
}

function idAsked(leaf: Filter, part: string | undefined): readonly string[] | undefined {
  if (leaf.kind !== 'compare' || leaf.operator !== 'eq' || typeof leaf.value !== 'string') return undefined;
  return part === undefined || part.toLowerCase() === 'value' ? [leaf.value] : undefined;
}

function pathsOf(filter: Filter): { readonly name: string }[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...pathsOf(filter.left), ...pathsOf(filter.right)];
    case 'not':
      return pathsOf(filter.inner);
    default:
      return [filter.path];
  }
}

/** A superset of the answer from an index, or undefined where only looking at everything helps. */
function indexed(tables: Tables, kind: ResourceKind, filter: Filter): readonly string[] | undefined {
  if (filter.kind === 'and') return indexed(tables, kind, filter.left) ?? indexed(tables, kind, filter.right);
  if (filter.kind === 'some') {
    const { inner } = filter;
    if (inner.kind !== 'compare' || inner.path.name.toLowerCase() !== 'value') return undefined;
    return indexed(tables, kind, { ...inner, path: { ...filter.path, sub: 'value' } });
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { value } = filter;
  const table = kind === USERS ? tables.users : tables.groups;
  const ids = (records: readonly ResourceRecord[]): string[] => records.map((record) => record.id);
  switch (resolve(kind, filter.path).keys.join(' ')) {
    case 'id':
      return [value];
    case 'userName':
      return ids(table.find('userName', value));
    case 'externalId':
      return ids(table.find('externalId', value));
    case 'displayName':
      return kind === USERS ? undefined : ids(table.find('displayName', value));
    case 'emails':
    case 'emails value':
      return ids(table.find('email', value));
    case 'members':
    case 'members value':
      return [...tables.groupsOf(value)];
    case 'groups':
    case 'groups value':
      return [...tables.members(value).keys()];
    default:
      return undefined;
  }
}

/** Parses the filter if this app would; refuses in its way otherwise. */
function understood(kind: ResourceKind, text: string, quirks: Quirks): Filter {
  const refuse = (detail: string): never => {
    const scimType =
      quirks.filterRefusal === 400 ? 'invalidFilter' : quirks.filterRefusal === 403 ? 'sensitive' : undefined;
    throw new Refusal(quirks.filterRefusal, scimType, detail);
  };
  if (quirks.filters === 'none') refuse('Filters are not supported');
  if (quirks.filters === 'exact-only' && !/^[A-Za-z.]+ eq "[^"]*"$/.test(text)) refuse('Filter not supported');
  const filter = parseFilter(text);
  if (quirks.filters === 'eq-only' && !isEqOnly(filter)) refuse('Only eq and and are supported');
  const allowed = quirks.filterable;
  if (allowed !== undefined) {
    const names = pathsOf(filter).map((path) => path.name.toLowerCase());
    if (!names.every((name) => allowed.some((each) => each.toLowerCase() === name))) {
      refuse(`Not filterable in ${kind.endpoint}`);
    }
  }
  return filter;
}

function isEqOnly(filter: Filter): boolean {
  if (filter.kind === 'and') return isEqOnly(filter.left) && isEqOnly(filter.right);
  return filter.kind === 'compare' && filter.operator === 'eq';
}

/** For servers that search their e-mail column whatever the filter names. */
function emailTest(filter: Filter): Test {
  const wanted = filter.kind === 'compare' && typeof filter.value === 'string' ? filter.value : undefined;
  return (resource) => {
    const emails = resource.emails;
    return isList(emails) && emails.some((each) => isObject(each) && each.value === wanted);
  };
}
