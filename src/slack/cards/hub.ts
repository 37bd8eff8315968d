/**
 * The hub, `mine` and `pending`: the App Home's matters as private messages.
 */
import type { KnownBlock } from '@slack/types';
import type { HomeView } from '../../access/service/desk.ts';
import { actions, asManyAsFit, button, divider, header, message, section } from '../blocks.ts';
import type { Words } from '../text/words.ts';
import { ACTIONS, type CardContext, type Message, type Pen, penFor } from './card.ts';
import { accessRow, moreRow, offerRow, requestRow, waitingRow } from './rows.ts';

/** A heading, its rows as far as they asManyAsFit, or what to say when there are none. */
export function part(title: string, rows: readonly KnownBlock[][], max: number, none: Words, pen: Pen): KnownBlock[] {
  return [header(title), ...(rows.length === 0 ? [section(none)] : asManyAsFit(rows, max, moreRow(pen)))];
}

const waiting = (view: HomeView, max: number, ctx: CardContext, pen: Pen): KnownBlock[] =>
  part(
    pen.t.labels.headings.waiting,
    view.waiting.map((request) => waitingRow(request, view.viewer.slack, ctx)),
    max,
    pen.t.views.nothingWaiting,
    pen,
  );

const access = (view: HomeView, max: number, ctx: CardContext, pen: Pen): KnownBlock[] =>
  part(
    pen.t.labels.headings.access,
    view.access.map((held) => accessRow(held, ctx)),
    max,
    pen.t.views.noAccess,
    pen,
  );

const requests = (view: HomeView, max: number, ctx: CardContext, pen: Pen): KnownBlock[] =>
  part(
    pen.t.labels.headings.requests,
    view.requests.map((request) => requestRow(request, view.viewer.slack, ctx)),
    max,
    pen.t.views.noRequests,
    pen,
  );

export const sections = { waiting, access, requests };

/** `/access` alone: what waits, what is held, what is asked, what can be asked for. */
export function hubCard(view: HomeView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { t } = pen;
  const offers = view.apps.map((offer) => offerRow(offer, ctx));
  return message(t.views.greeting(view.viewer.name), [
    ...(view.waiting.length === 0 ? [] : [...waiting(view, 12, ctx, pen), divider]),
    ...access(view, 8, ctx, pen),
    ...(view.requests.length === 0 ? [] : requests(view, 8, ctx, pen)),
    ...part(t.labels.headings.apps, offers, 10, t.views.noApps, pen),
    actions([
      button(t.labels.buttons.mine, ACTIONS.showMine),
      button(t.labels.buttons.pending, ACTIONS.showPending),
      button(t.labels.buttons.help, ACTIONS.help),
    ]),
  ]);
}

/** What the viewer holds and has asked for. */
export function mineCard(view: HomeView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  return message(pen.t.views.mineTitle, [...access(view, 22, ctx, pen), ...requests(view, 22, ctx, pen)]);
}

/** What waits for the viewer, and what the viewer waits for. */
export function pendingCard(view: HomeView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  return message(pen.t.views.pendingTitle, [...waiting(view, 22, ctx, pen), ...requests(view, 22, ctx, pen)]);
}
