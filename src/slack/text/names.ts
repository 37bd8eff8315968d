/**
 * How things are called: apps, roles, people, moments. Knows the policy's names and no sentence.
 */
import type { Party } from '../../access/people.ts';
import type { Policy } from '../../access/policy.ts';
import { clip, oneLine } from './escape.ts';
import { type DateStyle, date, mention, piece, say, type Words } from './words.ts';

export interface Names {
  /** The slash command, e.g. `/access`. */
  readonly command: string;
  /** Display name of an app; its key when the policy no longer has it. Bounded. */
  readonly app: (key: string | undefined) => string;
  /** Label of a role: its key as a word, e.g. `Admin`. Bounded. */
  readonly role: (key: string | undefined) => string;
  /** A moment, shown in the reader's own zone. @param at ms */
  readonly at: (at: number, style?: DateStyle) => Words;
}

const NAME_SHOWN = 60;

/** @param command with its slash */
export function namesOf(policy: Policy, command: string): Names {
  return {
    command: oneLine(command, 40),
    app: (key = '') =>
      oneLine((Object.hasOwn(policy.apps, key) ? policy.apps[key]?.name : undefined) ?? key, NAME_SHOWN),
    role: (key = '') => {
      const word = oneLine(key.replace(/[-_]+/gu, ' '), NAME_SHOWN);
      return word.charAt(0).toUpperCase() + word.slice(1);
    },
    at: (at, style = 'moment') => date(at, style, policy.timezone),
  };
}

type Somebody = Pick<Party, 'slack' | 'email' | 'name'>;

/** A person as cards show them: mention and account e-mail, so that neither can pass for the other. */
export function personWords(party: Somebody): Words {
  const called = party.slack === undefined ? piece(party.name, 80) : mention(party.slack.user, party.name);
  return party.email === undefined || party.email === party.name ? called : say`${called} (${clip(party.email, 120)})`;
}

/** A person on a button, where no mention is possible: the name, else the e-mail. Bounded. */
export const personLabel = (party: Somebody): string => oneLine(party.name || party.email || '', 40);
