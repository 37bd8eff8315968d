/**
 * Modal "Take a role away": one's own or somebody else's.
 */
import type { ModalView } from '@slack/types';
import type { Ask } from '../../access/request.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { onlyApp, personField, reasonField, roleField } from './fields.ts';
import type { OpenArgs } from './open.ts';
import { type Chosen, carry, readReason, readWhat, readWho } from './reading.ts';
import { refusedView } from './simple.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const REVOKE = 'modal.revoke';

export function build({ offers, draft, subjectName, problem }: OpenArgs, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const what = roleField(offers, { field: 'what', label: fields.what, every: true, draft }, pen);
  if (what === undefined) return refusedView({ code: 'role_needed', known: [] }, ctx);
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
    reasonField({ label: fields.reason, hint: fields.reasonHint, optional: true, initial: draft?.reason }),
  ];
  return modal(REVOKE, modals.revoke, blocks, { pen, problem, carry: carry(offers, draft) });
}

export function read(view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> {
  const form = formOf(view, ctx);
  const what = readWhat(form, 'what');
  if (what === undefined) return form.error('what', { code: 'role_needed', known: [] });
  const who = readWho(form, 'person', chosen);
  if (who.problem !== undefined) return form.error('person', who.problem);
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  return {
    ok: {
      action: 'revoke',
      app: what.app,
      // "Every role" was chosen in words: nothing is left to confirm.
      ...(what.role === '' ? { everyRole: true } : { role: what.role }),
      subject: who.value,
      ...(reason.value === undefined ? {} : { reason: reason.value }),
    },
  };
}
