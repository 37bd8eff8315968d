/**
 * What a client found out about one server and need not find out again. Plain data a caller may store and show;
 * refuses to know why it was learned or when to forget it.
 */
import { z } from 'zod';
import { isRecord } from './fields.ts';
import { USER_ATTRIBUTES } from './profiles.ts';

const FILTERS = ['userName', 'externalId', 'email', 'displayName'] as const;
export type FilterName = (typeof FILTERS)[number];
/** Smaller pages than this would make a listing endless; nobody learns them. */
export const LEAST_PAGE = 10;

const fields = {
  /** 415 to `application/scim+json`: send `application/json`. */
  contentType: z.literal('application/json'),
  /** 406 to `application/scim+json`: accept `application/json`. */
  accept: z.literal('application/json'),
  /** PATCH of users answered 405 or 501, or 404 for a user that exists. */
  patchUsers: z.literal('no'),
  /** Filters the server refused as such (400 invalidFilter, 501). */
  refusedFilters: z.array(z.enum(FILTERS)).max(FILTERS.length),
  /** `POST /Users/.search`: whether it is there. */
  search: z.enum(['yes', 'no']),
  /** The form of the `active` PATCH that had an effect. */
  activeForm: z.enum(['path', 'object']),
  /** Attributes whose path form had no effect and whose object form had. */
  objectForm: z.array(z.enum(USER_ATTRIBUTES)).max(USER_ATTRIBUTES.length),
  /** A group showed members, so an empty list means an empty group. */
  membersListed: z.literal('yes'),
  /** The membership filter that answered with the group it should. */
  memberFilter: z.enum(['members.value', 'members']),
  /** So many members in one PATCH were taken after more had been refused. */
  batchSize: z.int().min(1).max(100),
  /** Rows in each page of a complete listing, where more had been asked for. */
  pageSize: z.int().min(LEAST_PAGE).max(1000),
  /** Whether `meta.lastModified gt …` names those who changed, and nobody else. */
  modifiedFilter: z.enum(['yes', 'no']),
  /** 428: writes want If-Match. */
  ifMatch: z.literal('yes'),
};

/** Plain data; every field may be absent, and none can say what only a profile may (removal forms, PUT from the start). */
export type Learned = { readonly [K in keyof typeof fields]?: z.infer<(typeof fields)[K]> };

/** Reads back a stored record field by field; anything unreadable in it is forgotten, not guessed. */
export function parseLearned(stored: unknown): Learned {
  if (!isRecord(stored)) return {};
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { data } = field.safeParse(Object.hasOwn(stored, name) ? stored[name] : undefined);
    if (data !== undefined) kept[name] = data;
  }
  return kept;
}

/** The record as it grows; its owner is told only when something is new. */
export interface Memory {
  get(): Learned;
  learn(found: Learned): void;
  /** What was learned is not so any more. */
  forget(name: keyof Learned): void;
}

/** @param start what an earlier client learned, as it was stored; checked here */
export function createMemory(start: unknown, onLearn: ((learned: Learned) => void) | undefined): Memory {
  let known = parseLearned(start);
  function become(next: Learned): void {
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    known = next;
    onLearn?.(known);
  }
  return {
    get: () => known,
    learn: (found) => become({ ...known, ...found }),
    forget(name) {
      const { [name]: _, ...rest } = known;
      become(rest);
    },
  };
}
