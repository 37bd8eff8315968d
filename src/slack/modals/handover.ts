/**
 * Modal "Hand the role over": who takes over the last sensitive role. What is asked comes from the stored request.
 */
import type { ModalView } from '@slack/types';
import type { SubjectRef } from '../../access/people.ts';
import type { AccessRequest, Ask } from '../../access/request.ts';
import { section } from '../blocks.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { refusalOf } from '../cards/refusal.ts';
import { personField, reasonField } from './fields.ts';
import { type Chosen, readReason, readWho } from './reading.ts';
import { refusedView } from './simple.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const HANDOVER = 'modal.handover';

/** @param request the refused revoke or disable */
export function handOverModal(request: AccessRequest, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const refusal = refusalOf(request);
  if (refusal?.code !== 'last_admin') return refusedView({ code: 'no_such_request', request: request.id }, ctx);
  const { app } = refusal;
  return modal(
    HANDOVER,
    modals.handover,
    [
      section(pen.t.views.modal.handOver(pen.n.role(refusal.role), pen.n.app(app))),
      personField({ field: 'successor', label: fields.successor, hint: fields.whoseHint, app }, pen),
      reasonField({
        label: fields.reason,
        hint: fields.reasonHint,
        optional: false,
        initial: request.ask.reason,
      }),
    ],
    { pen, carry: { request: request.id } },
  );
}

export function readHandOver(
  view: SubmittedView,
  chosen: Chosen,
  ctx: CardContext,
): Read<{ request: string; successor: SubjectRef; reason: string }> {
  const form = formOf(view, ctx);
  const { request } = form.carried;
  if (request === undefined) return form.error('successor', { code: 'no_such_request', request: '' });
  const who = readWho(form, 'successor', chosen);
  if (who.problem !== undefined) return form.error('successor', who.problem);
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  if (reason.value === undefined) return form.error('reason', { code: 'reason_required' });
  return { ok: { request, successor: who.value, reason: reason.value } };
}

/**
 * The hand-over as one plan: the successor's grant, then the removal that was refused. `undefined` when the stored
 * request is no refused last-Admin removal of a known account.
 */
export function handOverAsk(request: AccessRequest, successor: SubjectRef, reason: string): Ask | undefined {
  const refusal = refusalOf(request);
  const { action, subject } = request.ask;
  const account = request.subject?.account ?? (subject.kind === 'account' ? subject.account : undefined);
  if (refusal?.code !== 'last_admin' || !refusal.handOver || account === undefined) return undefined;
  if (action !== 'revoke' && action !== 'disable') return undefined;
  return {
    action: 'grant',
    app: refusal.app,
    role: refusal.role,
    subject: successor,
    reason,
    handOverFrom: {
      account,
      action,
      ...(request.ask.reason === undefined ? {} : { reason: request.ask.reason }),
    },
  };
}
