// Lists and searches: reads what is asked and puts the answer together (RFC 7644 §3.4.2, §3.4.3).
// Refuses to know how filters and cursors work.

import { isList, isObject, type Json, type JsonObject, type MutableObject } from './json.ts';
import { answer, type Context, type Exchange } from './operation.ts';
import { cutPage } from './page.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { type Projection, readProjection, renderGroup, renderUser } from './render.ts';
import { type ResourceKind, USERS } from './schema.ts';
import { select } from './select.ts';
import type { ResourceRecord, Tables } from './tables.ts';

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
  if (!isObject(body)) throw new Refusal(400, 'invalidSyntax', 'The body must be a JSON object');
  const { schemas } = body;
  if (!isList(schemas) || !schemas.includes(SEARCH_SCHEMA)) {
    throw new Refusal(400, 'invalidSyntax', `schemas must contain ${SEARCH_SCHEMA}`);
  }
  const text = (name: string): string | null => {
    const value = body[name];
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
  const page = cutPage(context, table, found, query);
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
