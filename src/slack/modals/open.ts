/**
 * What every modal that asks for something is opened with.
 */
import type { Person } from '../../access/people.ts';
import type { AppOffer } from '../../access/service/desk.ts';
import type { Draft, Problem } from '../command.ts';

export interface OpenArgs {
  readonly offers: readonly AppOffer[];
  readonly draft?: Draft;
  /** How the drafted subject is called, when known. */
  readonly subjectName?: string;
  /** Shown above the fields. */
  readonly problem?: Problem;
  /** Provision: prefills e-mail and names. */
  readonly person?: Pick<Person, 'name' | 'givenName' | 'familyName' | 'email'>;
}
