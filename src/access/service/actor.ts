/**
 * The actor: who may do anything at all. An active internal member of the workspace, as Slack says at this moment.
 */
import { refuse } from '../errors.ts';
import type { Person } from '../people.ts';
import type { World } from './world.ts';

/** The person, if an active internal member right now. @throws AccessError `outsider`; DirectoryError */
export async function actorOf(world: World, slack: Person['slack']): Promise<Person> {
  const person = await world.people.person(slack);
  if (person === undefined) return refuse({ code: 'outsider', standing: 'outside' });
  if (person.standing !== 'member') return refuse({ code: 'outsider', standing: person.standing });
  return person;
}
