/**
 * What a client found out about one server and need not find out again. Plain data a caller may store and show;
 * refuses to know why it was learned or when to forget it.
 */
import { z } from 'zod';
import { USER_ATTRIBUTES } from './profiles.ts';

const FILTERS = ['userName', 'externalId', 'email', 'displayName'] as const;
export type FilterName = (typeof FILTERS)[number];

const shape = z.object({
  /** 415 to `application/scim+json`: send `application/json`. */
  contentType: z.literal('application/json').optional(),
  /** 406 to `application/scim+json`: accept `application/json`. */
  accept: z.literal('application/json').optional(),
  /** PATCH of users answered 405 or 501, or 404 for a user that exists. */
  patchUsers: z.literal('no').optional(),
  /** Filters the server refused as such (400 invalidFilter, 501). */
  refusedFilters: z.array(z.enum(FILTERS)).optional(),
  /** `POST /Users/.search`: whether it is there. */
  search: z.enum(['yes', 'no']).optional(),
  /** The form of the `active` PATCH that had an effect. */
  activeForm: z.enum(['path', 'object']).optional(),
  /** Attributes whose path form had no effect and whose object form had. */
  objectForm: z.array(z.enum(USER_ATTRIBUTES)).optional(),
  /** A group showed members, so an empty list means an empty group. */
  membersListed: z.literal('yes').optional(),
  /** The membership filter that answered with the group it should. */
  memberFilter: z.enum(['members.value', 'members']).optional(),
  /** Several members in one PATCH were refused and single ones taken. */
  batchSize: z.literal(1).optional(),
  /** 428: writes want If-Match. */
  ifMatch: z.literal('yes').optional(),
});

export type Learned = z.infer<typeof shape>;

/** Reads back a stored record; anything unreadable in it is forgotten, not guessed. */
export function parseLearned(stored: unknown): Learned {
  const whole = shape.safeParse(stored);
  if (whole.success) return whole.data;
  if (typeof stored !== 'object' || stored === null) return {};
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(stored)) {
    if (shape.safeParse({ [key]: value }).success) kept[key] = value;
  }
  return shape.parse(kept);
}

/** The record as it grows; `learn` tells the caller only when something is new. */
export interface Memory {
  get(): Learned;
  learn(found: Learned): void;
}

export function createMemory(start: Learned | undefined, onLearn: ((learned: Learned) => void) | undefined): Memory {
  let known: Learned = start ?? {};
  return {
    get: () => known,
    learn(found) {
      const next = { ...known, ...found };
      if (JSON.stringify(next) === JSON.stringify(known)) return;
      known = next;
      onLearn?.(known);
    },
  };
}
