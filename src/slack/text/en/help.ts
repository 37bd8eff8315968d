/**
 * English for the help and for words that are not understood. Knows no block; the grammar is in the verb table.
 */
import type { Audience, LaterVerb, Verb } from '../../command/verbs.ts';
import { code, piece, say, type Words } from '../words.ts';

/** What each verb does, in one line. */
export const descriptions: Readonly<Record<Verb, string>> = {
  request: 'Ask for a role for yourself, for a while.',
  grant: 'Ask for a role for somebody else.',
  revoke: 'Give a role back, or take one away.',
  provision: 'Ask for an account for somebody new.',
  disable: 'Switch an account off and take its roles away.',
  enable: 'Switch an account on again.',
  update: 'Change a name, title, department, address or manager of an account.',
  lookup: 'See an account: what it holds and until when.',
  list: 'List the accounts of an app.',
  mine: 'See what you hold and what you have asked for.',
  pending: 'See what waits for you and what you wait for.',
  history: 'See what happened, newest first.',
  link: 'Say which account belongs to a Slack person.',
  status: 'See how an app is doing, and what needs you.',
  sync: 'Have an app read now.',
  pause: 'Stop what gives access in an app; removals go on.',
  resume: 'Let a paused app go on.',
  help: 'Read this, or more about one word.',
};

export const audiences: Readonly<Record<Audience, string>> = {
  anyone: 'Everybody may use it.',
  managers_owners: 'For managers and owners.',
  owners: 'For owners.',
  owners_auditors: 'For owners and auditors; managers see their own people.',
  overseers: 'For owners and auditors.',
};

export const intro = (command: string): Words =>
  say`Type ${code(command)} alone to see what you hold and what waits for you. The app may be left out when there is only one.`;
export const persons = say`A person is a mention picked from Slack's list, an e-mail, or ${code('me')}.`;
export const example = (text: string): Words => say`Example: ${code(text)}`;

export const unknown = (given: string, command: string): Words =>
  say`I do not know ${code(given, 48)}. Type ${code(`${command} help`)} to see what I do.`;
export const didYouMean = (given: string, suggestion: string, command: string): Words =>
  say`I do not know ${code(given, 48)}. Did you mean ${code(`${command} ${suggestion}`)}?`;
export const later = (what: LaterVerb, command: string): Words =>
  say`${code(what)} is not available yet. Type ${code(`${command} help`)} to see what is.`;

export const replies = {
  staleButton: (command: string): Words =>
    say`This button is no longer valid, and nothing was changed. Type ${code(`${command} pending`)} to see what is open.`,
  unavailable: say`I could not look this up just now, and nothing was changed. Try again in a minute.`,
  failed: (reference: string): Words =>
    say`Something went wrong on my side. Try again; if it happens again, tell an owner this reference: ${code(reference, 60)}`,
  restarted: say`I was restarted before I could finish. Please press or type it again.`,
  tellingOwners: say`Thank you. I have told the owners; they will get in touch.`,
  linked: (name: string, person: Words, apps: Words): Words => say`Linked: ${person} is ${piece(name)} in ${apps}.`,
  linkedNowhere: (name: string, person: Words): Words =>
    say`Nothing to link: no app has an account of ${piece(name)} for ${person}. Check the e-mail with a look-up.`,
  gotIt: (what: Words): Words => say`Got it: ${what}. I am looking up who decides and will answer with a card.`,
};
