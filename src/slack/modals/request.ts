/**
 * Modal "Request a role": for oneself or a colleague.
 */
import type { ModalView } from '@slack/types';
import type { Ask } from '../../access/request.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { durationFields, onlyApp, personField, reasonField, roleField } from './fields.ts';
import type { OpenArgs } from './open.ts';
import { type Chosen, carry, readHowLong, readReason, readWhat, readWho } from './reading.ts';
import { refusedView } from './simple.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const REQUEST = 'modal.request';

export function build({ offers, draft, subjectName, problem }: OpenArgs, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const what = roleField(offers, { field: 'what', label: fields.what, draft }, pen);
  if (what === undefined) return refusedView({ code: 'role_needed', known: [] }, ctx);
  const required = offers.every((offer) => offer.roles.every((role) => role.base || role.reasonRequired));
  const blocks = [
    what,
    personField(
      {
        field: 'person',
        label: fields.person,
        hint: fields.personHint,
        subject: draft?.subject,
        name: subjectName,
        app: onlyApp(offers),
      },
      pen,
    ),
    ...durationFields(offers, draft, pen),
    reasonField({ label: fields.reason, hint: fields.reasonHint, optional: !required, initial: draft?.reason }),
  ];
  return modal(REQUEST, modals.grant, blocks, { pen, problem, carry: carry(offers, draft) });
}

export function read(view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> {
  const form = formOf(view, ctx);
  const what = readWhat(form, 'what');
  if (what === undefined || what.role === '') return form.error('what', { code: 'role_needed', known: [] });
  const who = readWho(form, 'person', chosen);
  if (who.problem !== undefined) return form.error('person', who.problem);
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  const duration = readHowLong(form);
  return {
    ok: {
      action: 'grant',
      app: what.app,
      role: what.role,
      subject: who.value,
      ...(duration === undefined ? {} : { duration }),
      ...(reason.value === undefined ? {} : { reason: reason.value }),
    },
  };
}
