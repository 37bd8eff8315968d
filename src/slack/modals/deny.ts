/**
 * Modal "Deny": the reason is required. Stands on a request's id; whether the sender may decide is asked of the desk.
 */
import type { ModalView } from '@slack/types';
import type { AccessRequest } from '../../access/request.ts';
import { section } from '../blocks.ts';
import type { CardContext } from '../cards/card.ts';
import { drawOf } from '../cards/draw.ts';
import { reasonField } from './fields.ts';
import { readReason } from './reading.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const DENY = 'modal.deny';

export function denyModal(request: AccessRequest, ctx: CardContext): ModalView {
  const draw = drawOf(request, { reader: 'approver', slack: { team: '', user: '' } }, ctx);
  const { fields, modals } = draw.t.labels;
  return modal(
    DENY,
    modals.deny,
    [
      section(draw.t.views.modal.denied(draw.t.requests.thingInside(draw.deal))),
      reasonField({ label: fields.denyReason, hint: fields.denyHint, optional: false }),
    ],
    { pen: draw, carry: { request: request.id } },
  );
}

export function readDeny(view: SubmittedView, ctx: CardContext): Read<{ request: string; reason: string }> {
  const form = formOf(view, ctx);
  const { request } = form.carried;
  if (request === undefined) return form.error('reason', { code: 'no_such_request', request: '' });
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  if (reason.value === undefined) return form.error('reason', { code: 'reason_required' });
  return { ok: { request, reason: reason.value } };
}
