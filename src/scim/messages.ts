/**
 * The messages around resources: lists and errors (RFC 7644 §3.4.2, §3.12; RFC 9865 §2). Knows no User and no Group.
 */
import { countOf, fold, isRecord, listOf, present } from './fields.ts';

const MAX_CURSOR = 8192;

/** One answer of a list endpoint (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface ListPage<R = unknown> {
  readonly rows: readonly R[];
  /** Believed by nobody yet. */
  readonly total?: number;
  readonly nextCursor?: string;
  /** The server's clock when it answered, ms. */
  readonly servedAt?: number;
}

/** Reads a ListResponse. `undefined`: this is not one. `Resources` may be absent when there are none. */
export function parseList(raw: unknown): ListPage | undefined {
  if (!isRecord(raw)) return undefined;
  const { resources, totalresults, nextcursor } = fold(raw);
  const total = countOf(totalresults);
  if (total === undefined && resources === undefined) return undefined;
  const cursor = typeof nextcursor === 'number' ? String(nextcursor) : nextcursor;
  const isCursor = typeof cursor === 'string' && cursor !== '' && cursor.length <= MAX_CURSOR;
  return present({ rows: listOf(resources), total, nextCursor: isCursor ? cursor : undefined });
}

/** Reads an error answer (RFC 7644 §3.12). Its `status` is not looked at: only the HTTP status is trusted. */
export function parseErrorBody(raw: unknown): { readonly scimType?: string; readonly detail?: string } {
  const { scimtype, detail, message } = fold(raw);
  const isType = typeof scimtype === 'string' && /^[A-Za-z]{1,40}$/.test(scimtype);
  const words = listOf(detail ?? message).filter((part) => typeof part === 'string');
  return present({
    scimType: isType ? scimtype : undefined,
    detail: words.length > 0 ? words.join(' ') : undefined,
  });
}
