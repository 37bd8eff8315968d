/**
 * The seven verbs that ask for a change: words → a complete ask, or as much of it as was understood.
 */
import type { SubjectRef } from '../../access/people.ts';
import { REASON_MAX } from '../../access/policy.ts';
import type { Action, Ask, DurationAsk } from '../../access/request.ts';
import type { Command, CommandContext, Draft, Problem } from '../command.ts';
import { clip, oneLine } from '../text/escape.ts';
import { appOfRole, matchApp, matchRole, unknownName } from './apps.ts';
import { bareMention, readPerson, shown } from './person.ts';
import { readLength, readUntil } from './times.ts';
import { freeText, type Token } from './tokens.ts';

type AskVerb = 'request' | 'grant' | 'revoke' | 'provision' | 'disable' | 'enable' | 'update';

interface Found {
  app?: string;
  role?: string;
  subject?: SubjectRef;
  duration?: DurationAsk;
  reason?: string;
  problem?: Problem;
  /** Words that fit nowhere. */
  readonly left: string[];
}

const TAKES: Readonly<Record<AskVerb, { readonly role: boolean; readonly time: boolean }>> = {
  request: { role: true, time: true },
  grant: { role: true, time: true },
  revoke: { role: true, time: false },
  provision: { role: false, time: false },
  disable: { role: false, time: false },
  enable: { role: false, time: false },
  update: { role: false, time: false },
};

/**
 * @param raw the tidied text; `because` takes the rest of it
 * @param words the tokens after the verb
 */
export function readAsk(verb: AskVerb, raw: string, words: readonly Token[], ctx: CommandContext): Command {
  const found: Found = { left: [] };
  const only = ctx.apps.length === 1 ? ctx.apps[0] : undefined;
  for (let at = 0; at < words.length; ) {
    const token = words[at];
    if (token === undefined) break;
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (/^because:?$/u.test(word) && raw.slice(token.start).toLowerCase().startsWith(word)) {
      takeReason(found, raw.slice(token.start + word.length));
      break;
    }
    if (verb === 'disable' && (word === 'everywhere' || word === 'urgent')) return { kind: 'later', what: word };
    const timed = TAKES[verb].time ? takeTime(found, word, words, at) : undefined;
    if (timed !== undefined) {
      at += timed;
      continue;
    }
    const person = readPerson(token, ctx.team);
    if (person === 'bare') return bareMention(token);
    if (person !== undefined && found.subject === undefined) {
      found.subject = person;
      at += 1;
      continue;
    }
    const named = takeName(found, word, words, at, TAKES[verb].role, only, ctx);
    const bare = named === 0 && TAKES[verb].time ? takeBareTime(found, words, at) : 0;
    if (named + bare === 0) found.left.push(word === '' ? '@' : oneLine(word, 100));
    at += named + bare || 1;
  }
  return conclude(verb, found, ctx);
}

/** `for …` and `until …`. @returns how many words were taken, `undefined` when this is no time */
function takeTime(found: Found, word: string, words: readonly Token[], at: number): number | undefined {
  if (word !== 'for' && word !== 'until') return undefined;
  const next = words[at + 1];
  if (word === 'for' && next !== undefined && (next.kind === 'mention' || next.text.includes('@'))) return 1;
  if (word === 'for' && next?.kind === 'word' && next.text.toLowerCase() === 'me') return 1;
  const read = word === 'for' ? readLength(words, at + 1) : readUntil(words, at + 1);
  if (read === undefined) {
    const given = next?.kind === 'word' ? oneLine(next.text, 100) : word;
    found.problem ??= { code: word === 'for' ? 'bad_duration' : 'bad_until', given };
    return next === undefined ? 1 : 2;
  }
  if (found.duration === undefined) found.duration = read.ask;
  else found.left.push(word);
  return 1 + read.used;
}

/** A time without the word that makes it one: taken, but not without saying how it is written. @returns as `takeName` */
function takeBareTime(found: Found, words: readonly Token[], at: number): number {
  if (found.duration !== undefined) return 0;
  const read = readLength(words, at) ?? readUntil(words, at);
  if (read === undefined) return 0;
  found.duration = read.ask;
  const given = words
    .slice(at, at + read.used)
    .map(shown)
    .join(' ');
  // After a word that fits nowhere that word is the greater riddle.
  if (found.left.length === 0)
    found.problem ??= { code: 'bare_time', given: oneLine(given, 100), say: read.ask.kind === 'for' ? 'for' : 'until' };
  return read.used;
}

/** An app or a role. @returns how many words were taken */
function takeName(
  found: Found,
  word: string,
  words: readonly Token[],
  at: number,
  takesRole: boolean,
  only: CommandContext['apps'][number] | undefined,
  ctx: CommandContext,
): number {
  const here = ctx.apps.find((app) => app.key === found.app) ?? only;
  const role = takesRole && found.role === undefined && word !== '' ? matchRole(word, here, ctx) : undefined;
  const app = found.app === undefined ? matchApp(words, at, ctx) : undefined;
  // With one app its name may be left out, so a word that is both is the role.
  if (app !== undefined && (role === undefined || only === undefined)) {
    found.app = app.key;
    return app.used;
  }
  if (role === undefined) return 0;
  found.role = role;
  return 1;
}

function takeReason(found: Found, rest: string): void {
  const reason = oneLine(freeText(rest), REASON_MAX * 8);
  if (reason === '') return;
  found.reason = clip(reason, REASON_MAX);
  if (reason.length > REASON_MAX) found.problem ??= { code: 'reason_too_long', max: REASON_MAX };
}

function conclude(verb: AskVerb, found: Found, ctx: CommandContext): Command {
  const app = ctx.apps.find((each) => each.key === found.app) ?? appOfRole(found.role, ctx);
  const action: Action = verb === 'request' ? 'grant' : verb;
  const draft: Draft = {
    ...(app === undefined ? {} : { app: app.key }),
    ...(found.role === undefined ? {} : { role: found.role }),
    ...(found.subject === undefined ? {} : { subject: found.subject }),
    ...(found.duration === undefined ? {} : { duration: found.duration }),
    ...(found.reason === undefined ? {} : { reason: found.reason }),
  };
  const problem = found.problem ?? misfit(verb, found, app, ctx);
  // What is asked in these two is typed into a form.
  const inForm = verb === 'provision' || verb === 'update';
  const ask = problem === undefined && !inForm ? complete(verb, action, draft) : undefined;
  if (ask !== undefined && !inForm) {
    // "request … for @bob" says the same as "grant @bob …".
    return { kind: verb === 'request' && ask.subject.kind !== 'me' ? 'grant' : verb, ask };
  }
  return { kind: 'incomplete', action, draft, ...(problem === undefined ? {} : { problem }) };
}

/** What to say about words that fit nowhere, or a role of another app. */
function misfit(
  verb: AskVerb,
  found: Found,
  app: CommandContext['apps'][number] | undefined,
  ctx: CommandContext,
): Problem | undefined {
  if (found.role !== undefined && app !== undefined && matchRole(found.role, app, ctx) === undefined) {
    return { code: 'unknown_role', given: found.role, known: [...app.roles] };
  }
  const [given] = found.left;
  if (given === undefined) return undefined;
  const needsPerson = verb === 'grant' || verb === 'disable' || verb === 'enable' || verb === 'update';
  if (needsPerson && found.subject === undefined) return { code: 'unknown_person', given };
  const wantsRole = TAKES[verb].role && found.role === undefined;
  if (wantsRole && app !== undefined) return unknownName(given, { roles: app.roles });
  if (ctx.apps.length > 1 && found.app === undefined)
    return unknownName(given, {
      apps: ctx.apps,
      ...(wantsRole ? { roles: ctx.apps.flatMap((each) => each.roles) } : {}),
    });
  return { code: 'not_understood', given };
}

/** The ask, when nothing that the grammar needs is missing. */
function complete(verb: AskVerb, action: Action, draft: Draft): Ask | undefined {
  const subject = draft.subject ?? (verb === 'request' || verb === 'revoke' ? { kind: 'me' } : undefined);
  if (draft.app === undefined || subject === undefined) return undefined;
  if (action === 'grant' && draft.role === undefined) return undefined;
  return { ...draft, action, subject };
}
