/**
 * Modals of drift: *Adopt for a time* asks for a grant of just what is there, *Ignore* wants a reason. Both stand on a
 * finding's id; who may is asked of the desk.
 */
import type { ModalView } from '@slack/types';
import type { Finding } from '../../access/drift-record.ts';
import type { Ask } from '../../access/request.ts';
import type { AppOffer } from '../../access/service/desk.ts';
import { section } from '../blocks.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { findingWords } from '../cards/drift.ts';
import { durationFields, reasonField } from './fields.ts';
import { readHowLong, readReason } from './reading.ts';
import { formOf, modal, type Read, type SubmittedView } from './view.ts';

export const ADOPT = 'modal.drift_adopt';
export const IGNORE = 'modal.drift_ignore';

/** Whom and what is fixed by the finding; for how long and why is asked. `undefined`: there is nothing to adopt. */
export function adoptModal(finding: Finding, offers: readonly AppOffer[], ctx: CardContext): ModalView | undefined {
  const { difference, app, id } = finding;
  if (difference.kind !== 'stray') return undefined;
  const pen = penFor(ctx);
  const { fields } = pen.t.labels;
  const offered = offers.filter((offer) => offer.key === app);
  const role = offered[0]?.roles.find((each) => each.key === difference.role);
  if (role === undefined) return undefined;
  const of = offered.map((offer) => ({ ...offer, roles: [role] }));
  return modal(
    ADOPT,
    pen.t.drift.modals.adopt,
    [
      section(pen.t.drift.adopts(findingWords(finding, ctx))),
      ...durationFields(of, { app, role: role.key }, pen),
      reasonField({ label: fields.reason, hint: fields.reasonHint, optional: !role.reasonRequired }),
    ],
    {
      pen,
      carry: { drift: id, app, role: role.key, subject: { kind: 'account', app, account: difference.account } },
    },
  );
}

/** What is carried along says which form was filled in; whether it is that finding's the heart judges. */
export function readAdopt(view: SubmittedView, ctx: CardContext): Read<Ask> {
  const form = formOf(view, ctx);
  const { drift, app, role, subject } = form.carried;
  if (drift === undefined || app === undefined || role === undefined || subject === undefined) {
    return form.error('reason', { code: 'drift_settled' });
  }
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  const duration = readHowLong(form);
  return {
    ok: {
      action: 'grant',
      app,
      role,
      subject,
      drift,
      ...(duration === undefined ? {} : { duration }),
      ...(reason.value === undefined ? {} : { reason: reason.value }),
    },
  };
}

export function ignoreModal(finding: Finding, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { modals, ignores, fields } = pen.t.drift;
  return modal(
    IGNORE,
    modals.ignore,
    [
      section(ignores(findingWords(finding, ctx))),
      reasonField({ label: fields.ignoreReason, hint: fields.ignoreHint, optional: false }),
    ],
    { pen, carry: { drift: finding.id } },
  );
}

export function readIgnore(view: SubmittedView, ctx: CardContext): Read<{ finding: string; reason: string }> {
  const form = formOf(view, ctx);
  const { drift } = form.carried;
  if (drift === undefined) return form.error('reason', { code: 'drift_settled' });
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  if (reason.value === undefined) return form.error('reason', { code: 'reason_required' });
  return { ok: { finding: drift, reason: reason.value } };
}
