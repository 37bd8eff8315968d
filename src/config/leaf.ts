/**
 * A leaf of the policy file's schema: a reader of one value, put into zod, with what the reference says of it.
 * Knows no key.
 */
import { z } from 'zod';
import type { Reader } from './values.ts';

export interface KeyDoc {
  readonly about: string;
  readonly form: string;
  /** What holds when the key is left out; absent: the key must be given. */
  readonly default?: string;
}

/** What each leaf of the schema means. */
export const keyDocs = z.registry<KeyDoc>();

/** A key that must be given. */
export function leaf<T>(reader: Reader<T>, about: string) {
  const schema = z.unknown().transform((value, context): T => {
    const result = reader.read(value);
    if (result.ok) return result.value;
    for (const { path, what, fix } of result.problems) {
      context.issues.push({ code: 'custom', input: value, path: [...path], message: what, params: { fix } });
    }
    return z.NEVER;
  });
  keyDocs.add(schema, { about, form: reader.form });
  return schema;
}

/** A key that may be left out; `otherwise` says what holds then. */
export function optional<T>(reader: Reader<T>, otherwise: string, about: string) {
  const schema = leaf(reader, about);
  keyDocs.add(schema, { about, form: reader.form, default: otherwise });
  return schema.optional();
}
