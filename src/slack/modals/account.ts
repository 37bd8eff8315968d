/**
 * The form of "Disable an account" and "Enable an account": whose, the plan in words, why.
 */
import type { ModalView } from '@slack/types';
import type { Ask } from '../../access/request.ts';
import { section } from '../blocks.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import type { Words } from '../text/words.ts';
import { appField, onlyApp, personField, reasonField } from './fields.ts';
import type { OpenArgs } from './open.ts';
import { type Chosen, carry, readApp, readReason, readWho } from './reading.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export function buildAccount(
  id: string,
  action: 'disable' | 'enable',
  plan: Words,
  { offers, draft, subjectName, problem }: OpenArgs,
  ctx: CardContext,
): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const app = appField(offers, draft, pen);
  const blocks = [
    ...(app === undefined ? [] : [app]),
    personField(
      {
        field: 'whose',
        label: fields.whose,
        hint: fields.whoseHint,
        subject: draft?.subject,
        name: subjectName,
        app: onlyApp(offers),
      },
      pen,
    ),
    reasonField({
      label: fields.reason,
      hint: fields.reasonHint,
      optional: action === 'enable',
      initial: draft?.reason,
    }),
    section(plan),
  ];
  return modal(id, modals[action], blocks, { pen, problem, carry: carry(offers, draft) });
}

export function readAccount(
  action: 'disable' | 'enable',
  view: SubmittedView,
  chosen: Chosen,
  ctx: CardContext,
): Read<Ask> {
  const form = formOf(view, ctx);
  const who = readWho(form, 'whose', chosen);
  if (who.problem !== undefined) return form.error('whose', who.problem);
  const app = readApp(form);
  if (app === undefined) return form.error('app', { code: 'app_needed', known: [] });
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  const { request } = form.carried;
  return {
    ok: {
      action,
      app,
      subject: who.value,
      ...(reason.value === undefined ? {} : { reason: reason.value }),
      ...(action === 'enable' && request !== undefined ? { instead: request } : {}),
    },
  };
}
