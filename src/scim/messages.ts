/**
 * The messages around resources: lists and errors (RFC 7644 §3.4.2, §3.12; RFC 9865 §2). Knows no User and no Group.
 */
import { z } from 'zod';
import { count, fold, isRecord, listOf, present } from './fields.ts';

/** One answer of a list endpoint (RFC 7644 §3.4.2, RFC 9865 §2). */
export interface ListPage {
  readonly rows: readonly unknown[];
  /** Believed by nobody yet. */
  readonly total?: number;
  readonly nextCursor?: string;
  /** The server's clock when it answered, ms. */
  readonly servedAt?: number;
}

const listShape = z.preprocess(
  fold,
  z.object({
    resources: z.unknown().optional(),
    totalresults: count.optional().catch(undefined),
    nextcursor: z
      .union([z.string(), z.number()])
      .transform(String)
      .refine((cursor) => cursor !== '' && cursor.length <= 8192)
      .optional()
      .catch(undefined),
  }),
);

/** Reads a ListResponse. `undefined`: this is not one. `Resources` may be absent when there are none. */
export function parseList(raw: unknown): ListPage | undefined {
  if (!isRecord(raw)) return undefined;
  const { data } = listShape.safeParse(raw);
  if (data === undefined) return undefined;
  if (data.totalresults === undefined && data.resources === undefined) return undefined;
  return present({ rows: listOf(data.resources), total: data.totalresults, nextCursor: data.nextcursor });
}

const errorShape = z.preprocess(
  fold,
  z.object({
    scimtype: z
      .string()
      .regex(/^[A-Za-z]{1,40}$/)
      .optional()
      .catch(undefined),
    detail: z.unknown().optional(),
    message: z.unknown().optional(),
  }),
);

/** Reads an error answer (RFC 7644 §3.12). Its `status` is not looked at: only the HTTP status is trusted. */
export function parseErrorBody(raw: unknown): { readonly scimType?: string; readonly detail?: string } {
  const { data } = errorShape.safeParse(raw);
  if (data === undefined) return {};
  const words = listOf(data.detail ?? data.message).filter((part) => typeof part === 'string');
  return present({ scimType: data.scimtype, detail: words.length > 0 ? words.join(' ') : undefined });
}
