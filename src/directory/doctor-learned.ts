/**
 * Says what the running bot found out about an app's service. Examines nothing; what is not on record is not known.
 */
import { type Finding, ok } from '../access/finding.ts';
import type { AppRecord } from '../access/ports.ts';
import { type Learned, parseLearned } from '../scim/index.ts';

type Facts = Required<Learned>;

const TOLD: { readonly [K in keyof Facts]: (value: Facts[K]) => string } = {
  contentType: (type) => `sends ${type} (415 met)`,
  accept: (type) => `asks for ${type} (406 met)`,
  patchUsers: () => 'accounts are updated by PUT (PATCH refused)',
  refusedFilters: (names) => `no filter by ${names.join(', ')} (refused)`,
  search: (there) => (there === 'yes' ? 'searches by POST' : 'no search by POST'),
  activeForm: (form) => `active is written ${form === 'path' ? 'with a path' : 'as an object'}`,
  objectForm: (names) => `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} written as an object`,
  membersListed: () => 'members of groups are listed',
  memberFilter: (path) => `membership is asked for by ${path}`,
  batchSize: (most) => (most === 1 ? 'one member in one change' : `at most ${most} members in one change`),
  pageSize: (rows) => `${rows} rows on a page`,
  modifiedFilter: (there) =>
    there === 'yes' ? 'says who changed since a moment' : 'cannot say who changed since a moment',
  ifMatch: () => 'writes carry an entity tag (428 met)',
};

function tell<K extends keyof Facts>(name: K, facts: Partial<Facts>): string[] {
  const value: Facts[K] | undefined = facts[name];
  return value === undefined ? [] : [TOLD[name](value)];
}

/** One line, or none where nothing is known of this very service. */
export function examineLearned(learned: AppRecord['learned'], service: string): Finding[] {
  if (learned?.service !== service) return [];
  const facts = parseLearned(learned.facts);
  const told = (Object.keys(TOLD) as (keyof Facts)[]).flatMap((name) => tell(name, facts));
  if (told.length === 0) return [];
  return [ok('learned', `${told.join('; ')} (last on ${new Date(learned.since).toISOString().slice(0, 10)})`)];
}
