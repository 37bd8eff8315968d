/**
 * Finds the one group an operator means, by its id or its exact name, or makes it where that is allowed. Links nothing.
 */
import { some } from '../access/finding.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { Group } from '../access/ports.ts';
import { type ScimClient, ScimError, type ScimGroup } from '../scim/index.ts';
import { unanswered } from './client.ts';

/** The group, or why there is none that is certain. */
export type Meant =
  | { readonly kind: 'found'; readonly group: Group }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly what: string; readonly fix: string };
export type Made = Exclude<Meant, { kind: 'absent' }>;

const refused = (what: string, fix: string): Extract<Meant, { kind: 'refused' }> => ({ kind: 'refused', what, fix });
const toGroup = ({ id, displayName }: ScimGroup): Group => ({ id, name: displayName ?? '' });

/** @throws ScimError */
export async function findMeant(client: ScimClient, text: string): Promise<Meant> {
  const named = await client.findGroups(text);
  const { group: known, trouble } = await byId(client, text);
  const all = new Map([...named, ...(known === undefined ? [] : [known])].map((group) => [group.id, group]));
  const [only, ...others] = [...all.values()];
  if (only !== undefined && others.length > 0) {
    const what = `${all.size} groups are called ${text}, or have it as their id (${some([...all.keys()])})`;
    return refused(what, 'write the id of the one you mean');
  }
  if (only !== undefined) return { kind: 'found', group: toGroup(only) };
  if (trouble !== undefined) throw trouble;
  return { kind: 'absent' };
}

/** Most texts are names: what a service says to them as an id counts only when nothing has that name. */
async function byId(client: ScimClient, text: string): Promise<{ group?: ScimGroup; trouble?: ScimError }> {
  try {
    const group = await client.getGroup(text);
    return group === undefined ? {} : { group };
  } catch (error) {
    if (!(error instanceof ScimError) || error.status === 401) throw error;
    // Many take a text that is no id of theirs for a malformed request.
    return error.status !== undefined && error.status >= 400 && error.status < 500 ? {} : { trouble: error };
  }
}

/** Why a group that is not there is not made either; `undefined`: it may be. */
export function mayNotMake(
  app: AppPolicy,
  name: string,
  create: boolean,
): Exclude<Meant, { kind: 'found' | 'absent' }> | undefined {
  if (!create) {
    const more = app.traits.createsGroups ? '; with --create it is made' : '';
    const fix = `write the exact name, or the id; rolecall link ${app.key} lists them${more}`;
    return refused(`there is no group ${name}`, fix);
  }
  if (!app.traits.createsGroups) {
    const what = `there is no group ${name}, and ${app.name} does not let groups be made over SCIM (profile ${app.profile})`;
    return refused(what, `make ${name} in its console, or in its identity provider, and link it then`);
  }
  return app.mode === 'observe'
    ? refused('nothing is written in mode observe', 'make the group in the app itself')
    : undefined;
}

/** @throws ScimError */
export async function makeGroup(client: ScimClient, app: AppPolicy, name: string): Promise<Made> {
  const made = await client.createGroup(name);
  switch (made.kind) {
    case 'created': {
      const group = await client.getGroup(made.id);
      if (group !== undefined) return { kind: 'found', group: toGroup(group) };
      return refused(
        `${name} was made (${made.id}), but is not to be seen yet`,
        'try again in some minutes, with its id',
      );
    }
    case 'exists':
      return refused(`${name} is there by now (${some(made.groups.map(({ id }) => id))})`, 'try again');
    case 'managed-elsewhere':
      return refused(
        `${app.name} does not let groups be made over SCIM`,
        `make ${name} in its console, and link it then`,
      );
    case 'refused':
      return refused(`${name} could not be made (${made.error.message})`, unanswered(made.error).fix);
    case 'unknown':
      return refused(`whether ${name} was made is not known (${made.error.message})`, `look: rolecall link ${app.key}`);
  }
}
