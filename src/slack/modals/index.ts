/**
 * The modals: each file owns its ids, builds its view and reads its own values back. Pure; authority is never read from
 * a view: who may do what is asked of the desk, with the sender's Slack id.
 */
import type { ModalView } from '@slack/types';
import type { Action, Ask } from '../../access/request.ts';
import type { FieldRefusal } from '../../access/service/desk.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { DENY } from './deny.ts';
import * as disable from './disable.ts';
import * as drift from './drift.ts';
import * as enable from './enable.ts';
import { HANDOVER } from './handover.ts';
import type { OpenArgs } from './open.ts';
import * as provision from './provision.ts';
import type { Chosen } from './reading.ts';
import * as request from './request.ts';
import * as revoke from './revoke.ts';
import { REVOKE_ALL } from './revoke-all.ts';
import * as update from './update.ts';
import { type Field, fieldOf, formOf, inputBlockIds, type Read, type SubmittedView, sentence } from './view.ts';

export { denyModal, readDeny } from './deny.ts';
export { adoptModal, ignoreModal, readIgnore } from './drift.ts';
export { PERSON_ACTION, personOptions } from './fields.ts';
export { handOverAsk, handOverModal, readHandOver } from './handover.ts';
export { nextStep } from './next.ts';
export type { OpenArgs } from './open.ts';
export { readRevokeAll, revokeAllAsk, revokeAllModal } from './revoke-all.ts';
export { doneView, loadingView, refusedView } from './simple.ts';
export { detailsView, readWhose, type Whose } from './update.ts';
export type { Read, SubmittedView } from './view.ts';

/** Callback ids. The first six and `adopt` submit an `Ask`; `ignore` stands on a finding; `updateWhose` shows a form; `deny` decides; the last two stand on a stored request. */
export const MODALS = {
  request: request.REQUEST,
  revoke: revoke.REVOKE,
  provision: provision.PROVISION,
  disable: disable.DISABLE,
  enable: enable.ENABLE,
  update: update.UPDATE,
  updateWhose: update.UPDATE_WHOSE,
  adopt: drift.ADOPT,
  ignore: drift.IGNORE,
  deny: DENY,
  handover: HANDOVER,
  revokeAll: REVOKE_ALL,
} as const;

/** The modal of an action, filled in as far as the draft goes. `grant` serves oneself and colleagues. */
export function askModal(action: Action, args: OpenArgs, ctx: CardContext): ModalView {
  switch (action) {
    case 'grant':
      return request.build(args, ctx);
    case 'revoke':
      return revoke.build(args, ctx);
    case 'provision':
      return provision.build(args, ctx);
    case 'disable':
      return disable.build(args, ctx);
    case 'enable':
      return enable.build(args, ctx);
    case 'update':
      return update.build(args, ctx);
  }
}

/**
 * Reads a submitted ask modal.
 * @param chosen the desk's: what the value of a person field stands for
 */
export function readAsk(callbackId: string, view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> {
  switch (callbackId) {
    case MODALS.request:
      return request.read(view, chosen, ctx);
    case MODALS.revoke:
      return revoke.read(view, chosen, ctx);
    case MODALS.provision:
      return provision.read(view, ctx);
    case MODALS.disable:
      return disable.read(view, chosen, ctx);
    case MODALS.enable:
      return enable.read(view, chosen, ctx);
    case MODALS.update:
      return update.readDetails(view, chosen, ctx);
    case MODALS.adopt:
      return drift.readAdopt(view, ctx);
    default:
      return { errors: {} }; // a view of another version: it has no field of ours to put an error on
  }
}

/** Where a refusal of the desk is shown: the first of these fields that the view has. */
const PLACES: Readonly<Record<FieldRefusal['field'], readonly Field[]>> = {
  app: ['app', 'what'],
  role: ['what', 'extra'],
  person: ['person', 'whose', 'successor', 'email'],
  duration: ['duration'],
  reason: ['reason'],
  email: ['email'],
  name: ['given', 'family'],
  givenName: ['given'],
  familyName: ['family'],
  displayName: ['display'],
  title: ['title'],
  department: ['department'],
  userName: ['username'],
  manager: ['manager'],
};

/** Field refusals of `Desk.check` → errors on this view's own fields; without a fitting one, on the first. */
export function fieldErrors(
  view: SubmittedView,
  refusals: readonly FieldRefusal[],
  ctx: CardContext,
): Record<string, string> {
  const ids = inputBlockIds(view);
  const untilUsed = formOf(view, ctx).instant('until') !== undefined;
  const [first] = ids;
  const errors: Record<string, string> = {};
  for (const { field, refusal } of refusals) {
    const places: readonly Field[] = field === 'duration' && untilUsed ? ['until'] : PLACES[field];
    const fitting = places.map((place) => ids.find((id) => fieldOf(id) === place));
    const id = fitting.find((each) => each !== undefined) ?? first;
    if (id !== undefined) errors[id] ??= sentence(refusal, penFor(ctx));
  }
  return errors;
}
