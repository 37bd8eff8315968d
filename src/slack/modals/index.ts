/**
 * The modals: each owns its ids, builds its view and reads its own values back. Pure; authority is never read from one.
 *
 * A next-step or account button opens the modal of its action with a draft; `draftFor…` says which.
 */
import type { ModalView, PlainTextOption } from '@slack/types';
import type { Person, SubjectRef } from '../../access/people.ts';
import type { AccessRequest, Action, Ask } from '../../access/request.ts';
import type { AppOffer, FieldRefusal, PersonChoice } from '../../access/service/desk.ts';
import type { CardContext } from '../cards/card.ts';
import type { Draft, Problem } from '../command.ts';

/** Callback ids. The first five submit an `Ask`; `deny` decides; `handover` and `revokeAll` submit an `Ask` made with the stored request. */
export const MODALS = {
  request: 'modal.request',
  revoke: 'modal.revoke',
  provision: 'modal.provision',
  disable: 'modal.disable',
  enable: 'modal.enable',
  deny: 'modal.deny',
  handover: 'modal.handover',
  revokeAll: 'modal.revoke_all',
} as const;

/** action_id of every person field (`external_select`): register the options listener for this one. */
export const PERSON_ACTION = 'person.pick';

/** What Slack sends back of a view, as far as it is read here. Everything in it is hostile. */
export interface SubmittedView {
  readonly state: { readonly values: unknown };
  readonly private_metadata?: string;
  readonly blocks?: readonly unknown[];
}

export type Read<T> =
  | { readonly ok: T; readonly errors?: undefined }
  /** block_id → sentence, as `response_action: errors` wants it. */
  | { readonly ok?: undefined; readonly errors: Record<string, string> };

export interface OpenArgs {
  readonly offers: readonly AppOffer[];
  readonly draft?: Draft;
  /** How the drafted subject is called, when known. */
  readonly subjectName?: string;
  /** Shown above the fields. */
  readonly problem?: Problem;
  /** Provision: prefills e-mail and names. */
  readonly person?: Pick<Person, 'name' | 'givenName' | 'familyName' | 'email'>;
}

/** The modal of an action: request/grant (one modal), revoke, provision, disable, enable. */
export declare function askModal(action: Action, args: OpenArgs, ctx: CardContext): ModalView;
/** Reads a submitted ask modal. `chosen` is the desk's. */
export declare function readAsk(
  callbackId: string,
  view: SubmittedView,
  chosen: (value: string) => SubjectRef | undefined,
  ctx: CardContext,
): Read<Ask>;
/** Field refusals of `Desk.check` → errors on this view's own fields. */
export declare function fieldErrors(
  view: SubmittedView,
  refusals: readonly FieldRefusal[],
  ctx: CardContext,
): Record<string, string>;

export declare function denyModal(request: AccessRequest, ctx: CardContext): ModalView;
export declare function readDeny(view: SubmittedView, ctx: CardContext): Read<{ request: string; reason: string }>;

/** Last Admin: who takes over. `request`: the refused revoke or disable. */
export declare function handOverModal(request: AccessRequest, ctx: CardContext): ModalView;
export declare function readHandOver(
  view: SubmittedView,
  chosen: (value: string) => SubjectRef | undefined,
  ctx: CardContext,
): Read<{ request: string; successor: SubjectRef; reason: string }>;
/** The hand-over as an ask; `undefined` when the stored request is not a refused last-Admin removal. */
export declare function handOverAsk(request: AccessRequest, successor: SubjectRef, reason: string): Ask | undefined;

export declare function revokeAllModal(request: AccessRequest, ctx: CardContext): ModalView;
export declare function readRevokeAll(view: SubmittedView, ctx: CardContext): Read<{ request: string }>;
/** The same revoke for every role; `undefined` when the stored request was not refused as `several_roles`. */
export declare function revokeAllAsk(request: AccessRequest): Ask | undefined;

/** Which modal a next-step button of a refused or granted request opens, and with what. */
export declare function nextStep(
  action: 'askAccount' | 'askEnable' | 'revokeGrant',
  request: AccessRequest,
): { action: Action; draft: Draft } | undefined;

/** The answer to a person field: the desk's choices, `me` first where the modal allows it. ≤ 100 options. */
export declare function personOptions(
  choices: readonly PersonChoice[],
  more: { readonly typed: string; readonly blockId?: string },
  ctx: CardContext,
): PlainTextOption[];

export declare function loadingView(ctx: CardContext): ModalView;
export declare function refusedView(problem: Problem, ctx: CardContext): ModalView;
/** `sentence`: what was done, e.g. from `gotItMessage`. */
export declare function doneView(ask: Ask, ctx: CardContext): ModalView;
