// Lists and searches: filter, order and paging by index (RFC 7644 §3.4.2) or cursor (RFC 9865).
// Refuses to know how one resource looks.

import { type Filter, parseFilter } from './filter.ts';
import { isList, type Json, type JsonObject, type MutableObject } from './json.ts';
import { compileFilter, resolve, type Test } from './match.ts';
import { answer, type Context, type Exchange, isShown } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { type Projection, readProjection, renderGroup, renderGroupsOf, renderUser } from './render.ts';
import { type ResourceKind, USERS, USERS_CASE_EXACT } from './schema.ts';
import type { ResourceRecord, Table, Tables } from './tables.ts';

export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** What a list or a search asks for, as text. */
export type ListQuery = {
  readonly filter: string | null;
  readonly startIndex: string | null;
  readonly count: string | null;
  readonly cursor: string | null;
  readonly attributes: string | null;
  readonly excludedAttributes: string | null;
};

/** The query of `GET /Users?…`. */
export function queryOf(parameters: URLSearchParams): ListQuery {
  const get = (name: string): string | null => parameters.get(name);
  return {
    filter: get('filter'),
    startIndex: get('startIndex'),
    count: get('count'),
    cursor: get('cursor'),
    attributes: get('attributes'),
    excludedAttributes: get('excludedAttributes'),
  };
}

/**
 * The query in the body of `POST …/.search` (RFC 7644 §3.4.3).
 * @throws Refusal 400 `invalidSyntax` where it is no SearchRequest.
 */
export function queryOfSearch(body: Json | undefined): ListQuery {
  if (typeof body !== 'object' || body === null || isList(body)) {
    throw new Refusal(400, 'invalidSyntax', 'The body must be a JSON object');
  }
  const search: JsonObject = body;
  const schemas = search.schemas;
  if (!isList(schemas) || !schemas.includes(SEARCH_SCHEMA)) {
    throw new Refusal(400, 'invalidSyntax', `schemas must contain ${SEARCH_SCHEMA}`);
  }
  const text = (name: string): string | null => {
    const value = search[name];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    if (isList(value) && value.every((each) => typeof each === 'string')) return value.join(',');
    throw new Refusal(400, 'invalidSyntax', `${name} is not understood`);
  };
  return {
    filter: text('filter'),
    startIndex: text('startIndex'),
    count: text('count'),
    cursor: text('cursor'),
    attributes: text('attributes'),
    excludedAttributes: text('excludedAttributes'),
  };
}

/** Answers one page. */
export function list(context: Context, kind: ResourceKind, query: ListQuery): Exchange {
  const { quirks } = context;
  const projection = readProjection(kind, query.attributes, query.excludedAttributes);
  const tables = context.world.visible();
  const table = kind === USERS ? tables.users : tables.groups;
  const found = select(context, tables, kind, query.filter);
  const page = byCursor(query, quirks) ? cutByCursor(context, table, found, query) : cutByIndex(quirks, found, query);
  const resources = page.ids.flatMap((id) => {
    const record = table.get(id);
    return record === undefined ? [] : [renderOne(context, tables, kind, record, projection)];
  });
  const body: MutableObject = { schemas: [LIST_SCHEMA] };
  const total = totalOf(quirks, found.length, resources.length);
  if (total !== undefined) body.totalResults = total;
  if (page.startIndex !== undefined) body.startIndex = page.startIndex;
  body.itemsPerPage = quirks.itemsPerPage === 'asked' ? page.asked : resources.length;
  if (page.nextCursor !== undefined) body.nextCursor = page.nextCursor;
  if (resources.length > 0 || quirks.noResources === 'empty') body.Resources = resources;
  return answer(200, body);
}

function renderOne(
  context: Context,
  tables: Tables,
  kind: ResourceKind,
  record: ResourceRecord,
  projection: Projection,
): JsonObject {
  return kind === USERS
    ? renderUser(context, tables, record, projection)
    : renderGroup(context, tables, record, projection);
}

function totalOf(quirks: Quirks, total: number, page: number): Json | undefined {
  switch (quirks.totals) {
    case 'right':
      return total;
    case 'page':
      return page;
    case 'capped':
      return Math.min(total, 100);
    case 'string':
      return String(total);
    case 'absent':
      return undefined;
  }
}

/** The ids of everything that the filter lets through, in listing order. */
function select(context: Context, tables: Tables, kind: ResourceKind, text: string | null): readonly string[] {
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
): (r: ResourceRecord) => JsonObject {
  const mentioned = new Set(pathsOf(filter).map((path) => path.name.toLowerCase()));
  const heavy = mentioned.has('members') || mentioned.has('meta');
  if (heavy && kind !== USERS) {
    // Filters see members also where reads do not show them.
    const open: Context = { ...context, quirks: { ...context.quirks, membersInReads: 'full' } };
    return (record) => renderGroup(open, tables, record);
  }
  if (mentioned.has('meta')) return (record) => renderUser(context, tables, record);
  if (mentioned.has('groups')) {
    return (record) => ({ ...record.attributes, id: record.id, groups: renderGroupsOf(context, tables, record.id) });
  }
  return (record) => ({ ...record.attributes, id: record.id });
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
    return (
      isList(emails) &&
      emails.some((each) => typeof each === 'object' && each !== null && !isList(each) && each.value === wanted)
    );
  };
}

type Page = {
  readonly ids: readonly string[];
  readonly asked: number;
  readonly startIndex: number | undefined;
  readonly nextCursor: string | undefined;
};

function byCursor(query: ListQuery, quirks: Quirks): boolean {
  return quirks.paging === 'cursor' || (quirks.paging === 'both' && query.cursor !== null);
}

function cutByIndex(quirks: Quirks, found: readonly string[], query: ListQuery): Page {
  if (quirks.paging === 'none') return { ids: found, asked: found.length, startIndex: 1, nextCursor: undefined };
  const asked = readCount(query.count, quirks);
  const given = readInteger('startIndex', query.startIndex) ?? 1;
  const startIndex = quirks.startIndex === 'ignored' ? 1 : Math.max(given, quirks.startIndex === 'zero' ? 0 : 1);
  let offset = quirks.startIndex === 'zero' ? startIndex : startIndex - 1;
  if (offset >= found.length && quirks.pastTheEnd === 'first-page') offset = 0;
  return { ids: found.slice(offset, offset + asked), asked, startIndex, nextCursor: undefined };
}

function cutByCursor(context: Context, table: Table, found: readonly string[], query: ListQuery): Page {
  const { quirks } = context;
  const asked = readCount(query.count, quirks);
  const given = query.cursor === null || query.cursor === '' ? undefined : readCursor(query.cursor);
  if (given !== undefined) {
    if (given.until < context.now()) throw new Refusal(400, 'expiredCursor', 'The cursor has expired');
    if (given.filter !== (query.filter ?? ''))
      throw new Refusal(400, 'invalidCursor', 'The cursor belongs to another query');
    if (given.count !== asked) throw new Refusal(400, 'invalidCount', 'count must stay the same');
  }
  const after = given?.after ?? -1;
  const from = found.findIndex((id) => (table.get(id)?.sequence ?? 0) > after);
  const ids = from < 0 ? [] : found.slice(from, from + asked);
  const last = table.get(ids.at(-1) ?? '');
  const more = last !== undefined && from + ids.length < found.length;
  const until = context.now() + quirks.cursorSeconds * 1000;
  const nextCursor = more
    ? writeCursor({ after: last.sequence, filter: query.filter ?? '', count: asked, until })
    : undefined;
  return { ids, asked, startIndex: undefined, nextCursor };
}

type Cursor = { readonly after: number; readonly filter: string; readonly count: number; readonly until: number };

/** Opaque on purpose and full of characters that must be percent-encoded: `:`, `+`, `/`, `=`. */
function writeCursor(cursor: Cursor): string {
  return `c:+${Buffer.from(JSON.stringify(cursor)).toString('base64')}/=`;
}

function readCursor(text: string): Cursor {
  const packed = /^c:\+(.+)\/=$/s.exec(text)?.[1];
  try {
    const cursor: unknown = JSON.parse(Buffer.from(packed ?? '', 'base64').toString('utf8'));
    if (isCursor(cursor)) return cursor;
  } catch {
    // Not JSON: refused below like every other cursor that was not made here.
  }
  throw new Refusal(400, 'invalidCursor', 'The cursor is not known');
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'after' in value &&
    typeof value.after === 'number' &&
    'filter' in value &&
    typeof value.filter === 'string' &&
    'count' in value &&
    typeof value.count === 'number' &&
    'until' in value &&
    typeof value.until === 'number'
  );
}

function readCount(text: string | null, quirks: Quirks): number {
  const asked = Math.max(readInteger('count', text) ?? quirks.defaultPage, 0);
  return Math.min(asked, quirks.largestPage);
}

function readInteger(name: string, text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^-?[0-9]{1,12}$/.test(text)) throw new Refusal(400, 'invalidValue', `${name} must be an integer`);
  return Number(text);
}
