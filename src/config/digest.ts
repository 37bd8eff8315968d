/**
 * The digest of plain data, whatever the order in which its keys were written.
 * Knows no policy; whoever calls keeps secrets out.
 */
import { createHash } from 'node:crypto';

/** Object keys in order, all the way down, so that equal data has equal text. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** SHA-256, hex. */
export const digestOf = (data: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(data)))
    .digest('hex');

/** An address without its query string, which may hold a secret; what is left says which service is meant. */
export const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '');
