/**
 * Single fields as servers send them: names in any case, numbers as strings, strings as booleans. Each reader loses what
 * it cannot read and throws for nothing; refuses to know which resource it reads.
 */
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

/** The same object with lower-case keys, the first of two spellings; nothing at all where it is no object. */
export function fold(value: unknown): Readonly<Record<string, unknown>> {
  const folded: Record<string, unknown> = Object.create(null);
  if (!isRecord(value)) return folded;
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

/** Ids as most servers make them: no need to look at each letter. */
const PLAIN_ID = /^[\w@.-]{3,256}$/;

export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof id === 'string' && (PLAIN_ID.test(id) || isUsableId(id)) ? id : undefined;
}

export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= MAX_TEXT ? text : undefined;
}

/** Entity tags go back into a header. */
export function tagOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value) ? value : undefined;
}

export function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined;
}

/** Some servers send their numbers as strings. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
