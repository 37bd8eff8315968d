/**
 * Whom a word of the command means. Knows no Slack API: whether the person exists is asked later.
 */
import type { SubjectRef } from '../../access/people.ts';
import type { Command } from '../command.ts';
import { oneLine } from '../text/escape.ts';
import { isEmail, type Token } from './tokens.ts';

/** A person as Slack escapes them, an e-mail, or `me`. `bare`: an `@name` that nobody vouches for. */
export function readPerson(token: Token, team: string): SubjectRef | 'bare' | undefined {
  if (token.kind === 'mention') return { kind: 'slack', slack: { team, user: token.user } };
  if (token.text.toLowerCase() === 'me') return { kind: 'me' };
  if (isEmail(token.text)) return { kind: 'email', email: token.text };
  return token.text.startsWith('@') && token.text.length > 1 ? 'bare' : undefined;
}

/** A word as it may be shown back. */
export const shown = (token: Token): string => (token.kind === 'word' ? oneLine(token.text, 100) : token.user);

/** Refused: Slack did not vouch for it. */
export const bareMention = (token: Token): Extract<Command, { kind: 'refused' }> => ({
  kind: 'refused',
  problem: { code: 'bare_mention', given: shown(token) },
});
