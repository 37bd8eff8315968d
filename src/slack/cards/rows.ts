/**
 * Rows that hub, App Home and look-ups share: what waits, what is held, what is asked, what may be asked for.
 */
import type { Button, KnownBlock } from '@slack/types';
import type { SlackId } from '../../access/people.ts';
import type { AccessRequest } from '../../access/request.ts';
import type { AppOffer, HeldRole } from '../../access/service/desk.ts';
import { actions, button, confirm, context, section } from '../blocks.ts';
import { isNothing, join, NOTHING, quote, say, type Words } from '../text/words.ts';
import { ACTIONS, addressFor, type CardContext, type Pen, penFor, takesUpdates } from './card.ts';
import { drawOf, mayDecide, readerFor } from './draw.ts';
import { decisionButtons, requestLine } from './request.ts';

/** A row stays a row: longer ones are cut. */
const ROW = 1200;

export const line = (words: Words, accessory?: Button): KnownBlock =>
  section(words, { max: ROW, ...(accessory === undefined ? {} : { accessory }) });

/** A request that waits for the viewer: what is asked and why, with the decision at hand. */
export function waitingRow(request: AccessRequest, viewer: SlackId, ctx: CardContext): KnownBlock[] {
  const draw = drawOf(request, { reader: 'approver', slack: viewer }, ctx);
  const { t } = draw;
  const show = button(t.labels.buttons.show, ACTIONS.show, { request: request.id });
  const { reason } = request.ask;
  const why = reason === undefined || reason === '' ? NOTHING : say`\n${quote(reason)}`;
  return [
    line(say`${t.requests.asks(draw.deal)}${why}`),
    actions([...(mayDecide(draw) ? decisionButtons(draw) : []), show]),
  ];
}

/** A request of the viewer, or about somebody they may see. */
export function requestRow(request: AccessRequest, viewer: SlackId, ctx: CardContext): KnownBlock[] {
  const draw = drawOf(request, readerFor(request, viewer), ctx);
  return [line(requestLine(draw), button(draw.t.labels.buttons.show, ACTIONS.show, { request: request.id }))];
}

/** A role the viewer holds. Standing roles cannot be handed back here; grants can. */
export function accessRow(held: HeldRole, ctx: CardContext): KnownBlock[] {
  const { t, n } = penFor(ctx);
  const { title, text, yes } = t.labels.dialogs.finish;
  const no = t.labels.buttons.keep;
  const done =
    held.request === undefined
      ? undefined
      : button(t.labels.buttons.finish, ACTIONS.finish, {
          request: held.request,
          confirm: confirm({ title, text, yes, no }),
        });
  return [line(t.views.heldIn(t.views.held(held, n), n.app(held.app)), done)];
}

/** An app that may be asked for: roles, owners, a button. */
export function offerRow(offer: AppOffer, ctx: CardContext): KnownBlock[] {
  const { t, n } = penFor(ctx);
  const roles = offer.roles.filter((role) => !role.base);
  const buttons = [
    ...(roles.length === 0 ? [] : [button(t.labels.buttons.request, ACTIONS.openRequest)]),
    button(t.labels.buttons.provision, ACTIONS.openProvision),
  ];
  const limits = join(
    roles.slice(0, 5).map((role) => say`${n.role(role.key)} ${t.views.upTo(role.maxMs)}`),
    ', ',
  );
  const said = [
    t.views.offer(
      offer.name,
      roles.map((role) => n.role(role.key)),
    ),
    limits,
    t.views.owners(offer.owners),
    offer.observe ? t.views.observed : NOTHING,
    offer.halted === undefined ? NOTHING : t.apps.halted(offer.halted),
  ].filter((words) => !isNothing(words));
  return [line(join(said, '\n')), actions(buttons, addressFor({ kind: 'app', app: offer.key }))];
}

/** Tools of an owner, one row an app. */
export function ownerRow(offer: AppOffer, pen: Pen): KnownBlock[] {
  const { buttons, buttonFor } = pen.t.labels;
  const address = addressFor({ kind: 'app', app: offer.key }, 'owner');
  if (address === undefined) return [];
  return [
    actions(
      [
        button(buttonFor.list(offer.name), ACTIONS.listApp),
        button(buttons.status, ACTIONS.appStatus),
        button(buttons.revoke, ACTIONS.openRevoke),
        button(buttons.disable, ACTIONS.openDisable),
        button(buttons.enable, ACTIONS.openEnable),
        ...(takesUpdates(pen.ctx, offer.key) ? [button(buttons.update, ACTIONS.openUpdate)] : []),
      ],
      address,
    ),
  ];
}

export const moreRow = (pen: Pen) => (left: number) => context(pen.t.views.moreRows(left));
