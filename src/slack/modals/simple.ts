/**
 * Views without fields: one moment, not possible, sent.
 */
import type { ModalView } from '@slack/types';
import { type CardContext, penFor } from '../cards/card.ts';
import { refusalWords } from '../cards/refusal.ts';
import { type Asked, askDeal } from '../cards/replies.ts';
import type { Problem } from '../command.ts';
import { note } from './view.ts';

export function loadingView(ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  return note(pen.t.labels.views.loading, pen.t.views.modal.loading, pen);
}

export function refusedView(problem: Problem, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  return note(pen.t.labels.views.refused, refusalWords(problem, pen), pen);
}

/** The ask is stored; the answer comes as a message. */
export function doneView(asked: Asked, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  return note(pen.t.labels.views.done, pen.t.views.modal.sent(pen.t.requests.thingInside(askDeal(asked, pen))), pen);
}
