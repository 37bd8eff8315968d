/**
 * A profile of the operator's own, as the policy file writes it: the fields are those of `scim`, each with its reader.
 * Repeats no field and no bound; knows no app.
 */
import { z } from 'zod';
import {
  type FieldDoc,
  isAttributePath,
  PROFILE_FIELDS,
  PROFILES,
  type Profile,
  type ProfileField,
  type ProfileName,
  profileOf,
} from '../scim/index.ts';
import { leaf, optional } from './leaf.ts';
import type { Reader } from './values.ts';
import { duration, flag, good, ofText, oneOf, wholeNumber, words } from './values.ts';

const DAY = 86_400_000;

/** The profiles that come with Rolecall. */
export const PUBLISHED = Object.keys(PROFILES) as readonly ProfileName[];
export const isPublished = (name: string): name is ProfileName => Object.hasOwn(PROFILES, name);

const attributePath = ofText('a SCIM path', 'a SCIM path such as name.givenName', (value) =>
  isAttributePath(value) ? good(value) : undefined,
);

function readerOf(field: Exclude<FieldDoc, { kind: 'paths' }>): Reader<unknown> {
  switch (field.kind) {
    case 'word':
      return oneOf(field.words);
    case 'flag':
      return flag;
    case 'count':
      return wholeNumber(field.min, field.max);
    case 'duration':
      return duration(field.max / DAY);
    case 'text':
      return words(field.max);
  }
}

const AS_LIKE = 'as `like`';
const NO_UPDATE = 'takes no update; without the block, as `like`';

function schemaOf(field: FieldDoc): z.ZodType {
  if (field.kind !== 'paths') return optional(readerOf(field), AS_LIKE, field.about);
  const entries = field.of.map((name) => [name, optional(attributePath, NO_UPDATE, field.about)] as const);
  return z.strictObject(Object.fromEntries(entries)).optional();
}

type Shape = { readonly [K in ProfileField]: z.ZodOptional<z.ZodType<NonNullable<Profile[K]>>> };

// The type of the table in `scim` binds each field to its values, so that what its reader reads is the field's type.
const SHAPE = Object.fromEntries(
  Object.entries<FieldDoc>(PROFILE_FIELDS).map(([name, field]) => [name, schemaOf(field)]),
) as unknown as Shape;

export const PROFILE = z.strictObject({
  like: leaf(oneOf(PUBLISHED), 'the published profile that holds where nothing else is written'),
  ...SHAPE,
});

export type ProfileFile = z.infer<typeof PROFILE>;

/** The whole profile that a name stands for. */
export function resolveProfile(name: string, written: Readonly<Record<string, ProfileFile>>): Profile | undefined {
  const own = Object.hasOwn(written, name) ? written[name] : undefined;
  if (own === undefined) return isPublished(name) ? PROFILES[name] : undefined;
  const { like, ...fields } = own;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return profileOf(like, { ...given, name });
}
