/**
 * "/access …" as typed → a typed Command. Pure and bounded: knows no people, no rules and no clock, and never throws.
 */
import type { Refusal } from '../access/errors.ts';
import type { SlackId, SubjectRef } from '../access/people.ts';
import type { Action, Ask } from '../access/request.ts';
import type { ListWhich } from '../access/service/desk.ts';
import type { LaterVerb, Verb } from './command/verbs.ts';

/** What the parser must know of the world: which apps and roles there are, and whose team a mention belongs to. */
export interface CommandContext {
  readonly apps: readonly { readonly key: string; readonly name: string; readonly roles: readonly string[] }[];
  /** Team id that mentions belong to. */
  readonly team: string;
}

/** As much of an ask as could be understood. Every `Ask` is a Draft. */
export type Draft = Partial<Pick<Ask, 'app' | 'role' | 'subject' | 'duration' | 'reason' | 'newAccount'>>;

/** What is wrong with a text: a refusal of the heart, or one that only typed text can earn. */
export type Problem =
  | Refusal
  | { code: 'bare_mention'; given: string }
  | { code: 'text_too_long'; max: number }
  | { code: 'bad_duration'; given: string }
  | { code: 'bad_until'; given: string }
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
  | { readonly kind: 'help'; readonly topic?: Verb }
  /** Opens the modal of `action`, filled in as far as understood. `provision` always comes as this. */
  | { readonly kind: 'incomplete'; readonly action: Action; readonly draft: Draft; readonly problem?: Problem }
  /** Not a verb; `suggestion` is the closest one, ready to type (without the slash command). */
  | { readonly kind: 'unknown'; readonly given: string; readonly suggestion?: string }
  /** Promised for later: said honestly, never in the help. */
  | { readonly kind: 'later'; readonly what: LaterVerb }
  | { readonly kind: 'refused'; readonly problem: Problem };

export declare function parseCommand(text: string, ctx: CommandContext): Command;
/** The text that parses to this ask (without the slash command). The inverse of `parseCommand` for complete asks. */
export declare function formatAsk(ask: Ask, ctx: CommandContext): string;
