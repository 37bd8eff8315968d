/**
 * Modal "Remove every role": confirms a revoke that named no role and met several.
 */
import type { ModalView } from '@slack/types';
import type { AccessRequest, Ask } from '../../access/request.ts';
import { section } from '../blocks.ts';
import type { CardContext } from '../cards/card.ts';
import { drawOf } from '../cards/draw.ts';
import { refusalOf } from '../cards/refusal.ts';
import { refusedView } from './simple.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const REVOKE_ALL = 'modal.revoke_all';

/** @param request the refused revoke */
export function revokeAllModal(request: AccessRequest, ctx: CardContext): ModalView {
  const { requester } = request;
  const draw = drawOf(request, { reader: 'requester', slack: requester.slack }, ctx);
  const refusal = refusalOf(request);
  if (refusal?.code !== 'several_roles') return refusedView({ code: 'no_such_request', request: request.id }, ctx);
  const roles = refusal.roles.map((role) => draw.n.role(role));
  return modal(
    REVOKE_ALL,
    draw.t.labels.modals.revokeAll,
    [section(draw.t.views.modal.revokeAll(roles, draw.n.app(refusal.app), draw.deal.subject))],
    { pen: draw, carry: { request: request.id } },
  );
}

export function readRevokeAll(view: SubmittedView, ctx: CardContext): Read<{ request: string }> {
  const { request } = formOf(view, ctx).carried;
  return request === undefined ? { errors: {} } : { ok: { request } };
}

/** The same revoke for every role; `undefined` when the stored request was not refused as `several_roles`. */
export function revokeAllAsk(request: AccessRequest): Ask | undefined {
  const refusal = refusalOf(request);
  if (refusal?.code !== 'several_roles' || request.ask.action !== 'revoke') return undefined;
  const { role: _role, ...ask } = request.ask;
  return { ...ask, app: refusal.app, everyRole: true };
}
