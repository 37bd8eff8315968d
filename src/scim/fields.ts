/**
 * Single fields as servers send them: names in any case, numbers as strings, strings as booleans. Each reader loses what
 * it cannot read and throws for nothing; refuses to know which resource it reads.
 */
import { z } from 'zod';

const MAX_ID = 1024;
const MAX_TEXT = 4096;

/** Drops the keys whose value is undefined, so that absent means absent. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
export function present<T extends object>(fields: T): Present<T> {
  const kept: { [key: string]: unknown } = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Present<T>;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same object with lower-case keys; the first of two spellings wins. */
export function fold(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const folded: Record<string, unknown> = Object.create(null);
  for (const key in value) {
    const lower = key.toLowerCase();
    if (!(lower in folded)) folded[lower] = value[key];
  }
  return folded;
}

/** An id fit to be put into a path and a filter; servers hand out numbers, addresses and words with slashes. */
export function isUsableId(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && id.length <= MAX_ID && id.isWellFormed() && !/\p{Cc}/u.test(id);
}

export const id = z.union([z.string(), z.number().finite()]).transform(String).refine(isUsableId);
export const text = z
  .union([z.string(), z.number().finite()])
  .transform(String)
  .refine((value) => value !== '' && value.length <= MAX_TEXT)
  .optional()
  .catch(undefined);
/** Entity tags go back into a header. */
export const tag = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/)
  .optional()
  .catch(undefined);
export const truth = z
  .preprocess((value) => {
    if (value === 1 || value === 0) return value === 1;
    if (typeof value !== 'string') return value;
    const word = value.trim().toLowerCase();
    return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined;
  }, z.boolean().optional())
  .catch(undefined);
/** Some servers send their numbers as strings. */
export const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .refine((value) => Number.isSafeInteger(value) && value >= 0);

export const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
