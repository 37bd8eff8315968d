/**
 * The cards: state × reader → message. Pure; the one door through which the rest of Slack's edge uses them.
 */
import type { SlackId } from '../../access/people.ts';
import type { Notice } from '../../access/ports.ts';
import type { AccessRequest, Ask, Reader } from '../../access/request.ts';
import type { HistoryView, HomeView, ListView, LookupView } from '../../access/service/desk.ts';
import type { Command, Problem } from '../command.ts';
import type { CardContext, Message } from './card.ts';

export { ACTIONS, type ActionId, type Address, addressOf, type CardContext, type Message } from './card.ts';

export declare function requestCard(
  request: AccessRequest,
  reader: { reader: Reader; slack: SlackId },
  ctx: CardContext,
): Message;
/** A refusal as words with the buttons of its next step. `request`: id of the refused request, where there is one. */
export declare function refusalMessage(problem: Problem, ctx: CardContext, request?: string): Message;
export declare function lookupCard(view: LookupView, ctx: CardContext): Message;
export declare function listCard(view: ListView, ctx: CardContext): Message;
export declare function historyCard(view: HistoryView, ctx: CardContext): Message;
export declare function hubCard(view: HomeView, ctx: CardContext): Message;
export declare function mineCard(view: HomeView, ctx: CardContext): Message;
export declare function pendingCard(view: HomeView, ctx: CardContext): Message;
export declare function noticeCard(notice: Notice, ctx: CardContext): Message;
/** help, unknown verb, a verb of later. */
export declare function helpMessage(
  command: Extract<Command, { kind: 'help' | 'unknown' | 'later' }>,
  ctx: CardContext,
): Message;
/** After `link`. */
export declare function linkedMessage(
  result: { readonly name: string; readonly apps: readonly string[] },
  person: SlackId,
  ctx: CardContext,
): Message;
/** "Got it…": the ask is stored, the card follows. */
export declare function gotItMessage(ask: Ask, ctx: CardContext): Message;
/** The short answers of the edge itself. */
export declare function replyMessage(
  reply:
    | { readonly kind: 'stale_button' }
    | { readonly kind: 'unavailable' }
    | { readonly kind: 'failed'; readonly reference: string }
    | { readonly kind: 'restarted' }
    | { readonly kind: 'telling_owners' },
  ctx: CardContext,
): Message;
