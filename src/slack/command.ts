/**
 * "/access …" as typed → a typed Command. Pure and bounded: knows no people, no rules and no clock, and never throws.
 */
import type { Refusal } from '../access/errors.ts';
import type { SlackId, SubjectRef } from '../access/people.ts';
import type { Action, Ask } from '../access/request.ts';
import type { ListWhich } from '../access/service/desk.ts';
import { matchApp, unknownName } from './command/apps.ts';
import { readAsk } from './command/ask.ts';
import { nearest } from './command/nearest.ts';
import { bareMention, readPerson, shown } from './command/person.ts';
import { freeText, type Token, tidy, tokens } from './command/tokens.ts';
import { LATER, type LaterVerb, VERBS, type Verb } from './command/verbs.ts';
import { oneLine } from './text/escape.ts';

/** What the parser must know of the world: which apps and roles there are, and whose team a mention belongs to. */
export interface CommandContext {
  readonly apps: readonly { readonly key: string; readonly name: string; readonly roles: readonly string[] }[];
  /** Team id that mentions belong to. */
  readonly team: string;
}

/** As much of an ask as could be understood. Every `Ask` is a Draft. */
export type Draft = Partial<Pick<Ask, 'app' | 'role' | 'subject' | 'duration' | 'reason' | 'newAccount' | 'instead'>>;

/** What is wrong with a text: a refusal of the heart, or one that only typed text can earn. */
export type Problem =
  | Refusal
  | { code: 'bare_mention'; given: string }
  | { code: 'text_too_long'; max: number }
  | { code: 'bad_duration'; given: string }
  | { code: 'bad_until'; given: string }
  | { code: 'bare_time'; given: string; say: 'for' | 'until' }
  /** What it should have been; `nearest` is what was probably meant, ready to type. */
  | { code: 'mistyped'; given: string; as: 'app' | 'role' | 'either'; nearest: string }
  | { code: 'unknown_name'; given: string; apps: string[]; roles: string[] }
  | { code: 'not_understood'; given: string }
  | { code: 'usage'; verb: Verb };

export type Command =
  | { readonly kind: 'hub' }
  /** Complete by grammar; `Desk.check` may still find a field that the modal has to ask for. `grant` is for somebody else. */
  | { readonly kind: 'request' | 'grant' | 'revoke' | 'disable' | 'enable'; readonly ask: Ask }
  | { readonly kind: 'lookup'; readonly what: SubjectRef | { readonly kind: 'text'; readonly text: string } }
  | { readonly kind: 'list'; readonly app: string; readonly which: ListWhich }
  | { readonly kind: 'mine' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'history'; readonly whose: SubjectRef }
  | { readonly kind: 'link'; readonly person: SlackId; readonly email: string }
  | { readonly kind: 'sync' | 'pause' | 'resume'; readonly app: string }
  /** Without an app: every app the person may see. */
  | { readonly kind: 'status'; readonly app?: string }
  | { readonly kind: 'help'; readonly topic?: Verb }
  /** Opens the modal of `action`, filled in as far as understood. `provision` always comes as this. */
  | { readonly kind: 'incomplete'; readonly action: Action; readonly draft: Draft; readonly problem?: Problem }
  /** Not a verb; `suggestion` is the closest one, ready to type (without the slash command). */
  | { readonly kind: 'unknown'; readonly given: string; readonly suggestion?: string }
  /** Promised for later: said honestly, never in the help. */
  | { readonly kind: 'later'; readonly what: LaterVerb }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Longest command text that is read, UTF-16 units. */
export const TEXT_MAX = 4000;
/** Longest text to look up. */
const LOOKUP_MAX = 100;

const isVerb = (word: string): word is Verb => Object.hasOwn(VERBS, word);
const isLater = (word: string): word is LaterVerb => LATER.some((later) => later === word);

/**
 * Never throws. Mentions count only as Slack escapes them (`should_escape`), because anybody can type `@name`.
 * @param text what follows the slash command, as Slack sends it: `&`, `<` and `>` escaped
 */
export function parseCommand(text: string, ctx: CommandContext): Command {
  if (text.length > TEXT_MAX) return { kind: 'refused', problem: { code: 'text_too_long', max: TEXT_MAX } };
  const raw = tidy(text, TEXT_MAX);
  const [first, ...rest] = tokens(raw);
  if (first === undefined) return { kind: 'hub' };
  const verb = first.kind === 'word' ? first.text.toLowerCase() : '';
  if (isLater(verb)) return { kind: 'later', what: verb };
  if (!isVerb(verb)) return unknown(first, ctx);
  switch (verb) {
    case 'request':
    case 'grant':
    case 'revoke':
    case 'provision':
    case 'disable':
    case 'enable':
    case 'update':
      return readAsk(verb, raw, rest, ctx);
    case 'lookup':
      return readLookup(raw, rest, ctx);
    case 'list':
      return readList(rest, ctx);
    case 'history':
      return readHistory(rest, ctx);
    case 'link':
      return readLink(rest, ctx);
    case 'status':
    case 'sync':
    case 'pause':
    case 'resume':
      return readOnApp(verb, rest, ctx);
    case 'help':
      return readHelp(rest, ctx);
    case 'mine':
    case 'pending':
      return rest.length === 0 ? { kind: verb } : misused(verb);
  }
}

const misused = (verb: Verb): Command => ({ kind: 'refused', problem: { code: 'usage', verb } });

function unknown(first: Token, ctx: CommandContext): Command {
  const given = shown(first);
  const word = given.toLowerCase();
  const role = ctx.apps.flatMap((app) => app.roles).find((each) => each.toLowerCase() === word);
  const suggestion = role === undefined ? nearest(word, Object.keys(VERBS)) : `request ${role}`;
  return { kind: 'unknown', given, ...(suggestion === undefined ? {} : { suggestion }) };
}

function readLookup(raw: string, rest: readonly Token[], ctx: CommandContext): Command {
  const [first, second] = rest;
  if (first === undefined) return misused('lookup');
  const person = readPerson(first, ctx.team);
  if (person === 'bare') return bareMention(first);
  if (person !== undefined && second === undefined) return { kind: 'lookup', what: person };
  const text = oneLine(freeText(raw.slice(first.start)).replaceAll('"', ''), LOOKUP_MAX);
  return text === '' ? misused('lookup') : { kind: 'lookup', what: { kind: 'text', text } };
}

const WHICH: readonly ListWhich[] = ['admins', 'members', 'inactive', 'pending', 'expiring'];

function readList(rest: readonly Token[], ctx: CommandContext): Command {
  let app = ctx.apps.length === 1 ? ctx.apps[0]?.key : undefined;
  let which: ListWhich | undefined;
  for (let at = 0; at < rest.length; ) {
    const token = rest[at];
    const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
    const asked = WHICH.find((each) => each === word);
    const named = matchApp(rest, at, ctx);
    if (asked !== undefined && which === undefined) which = asked;
    else if (named !== undefined) app = named.key;
    else return misused('list');
    at += asked === undefined ? (named?.used ?? 1) : 1;
  }
  if (app === undefined)
    return { kind: 'refused', problem: { code: 'app_needed', known: ctx.apps.map((a) => a.name) } };
  return { kind: 'list', app, which: which ?? 'members' };
}

function readOnApp(verb: 'status' | 'sync' | 'pause' | 'resume', rest: readonly Token[], ctx: CommandContext): Command {
  const [first] = rest;
  const named = matchApp(rest, 0, ctx);
  const known = ctx.apps.map((app) => app.name);
  if (first !== undefined && named === undefined)
    return { kind: 'refused', problem: unknownName(shown(first), { apps: ctx.apps }) };
  if (named !== undefined && named.used < rest.length) return misused(verb);
  const app = named?.key ?? (ctx.apps.length === 1 ? ctx.apps[0]?.key : undefined);
  if (verb === 'status') return { kind: verb, ...(app === undefined ? {} : { app }) };
  return app === undefined ? { kind: 'refused', problem: { code: 'app_needed', known } } : { kind: verb, app };
}

function readHistory(rest: readonly Token[], ctx: CommandContext): Command {
  const [first, second] = rest;
  if (first === undefined) return { kind: 'history', whose: { kind: 'me' } };
  const whose = readPerson(first, ctx.team);
  if (whose === 'bare') return bareMention(first);
  if (second !== undefined) return misused('history');
  if (whose === undefined) return { kind: 'refused', problem: { code: 'unknown_person', given: shown(first) } };
  return { kind: 'history', whose };
}

function readLink(rest: readonly Token[], ctx: CommandContext): Command {
  let person: SlackId | undefined;
  let email: string | undefined;
  for (const token of rest) {
    const ref = readPerson(token, ctx.team);
    if (ref === 'bare') return bareMention(token);
    if (ref?.kind === 'slack' && person === undefined) person = ref.slack;
    else if (ref?.kind === 'email' && email === undefined) email = ref.email;
    else return misused('link');
  }
  return person === undefined || email === undefined ? misused('link') : { kind: 'link', person, email };
}

function readHelp(rest: readonly Token[], ctx: CommandContext): Command {
  const [first] = rest;
  if (first === undefined) return { kind: 'help' };
  const topic = shown(first).toLowerCase();
  if (isLater(topic)) return { kind: 'later', what: topic };
  return isVerb(topic) ? { kind: 'help', topic } : unknown(first, ctx);
}
