// Cuts one page out of a listing: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865).
// Refuses to know what is listed: it sees ids and their places.

import type { ListQuery } from './list.ts';
import type { Context } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import type { Table } from './tables.ts';

/** One page: which ids, how many were asked for, and what leads to the next. */
export type Page = {
  readonly ids: readonly string[];
  readonly asked: number;
  readonly startIndex: number | undefined;
  readonly nextCursor: string | undefined;
};

/**
 * Cuts the page that the query asks for.
 * @throws Refusal 400 with `invalidValue`, `invalidCursor`, `expiredCursor` or `invalidCount`.
 */
export function cutPage(context: Context, table: Table, found: readonly string[], query: ListQuery): Page {
  const { quirks } = context;
  const byCursor = quirks.paging === 'cursor' || (quirks.paging === 'both' && query.cursor !== null);
  return byCursor ? cutByCursor(context, table, found, query) : cutByIndex(quirks, found, query);
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
