/**
 * Modal "Disable an account": says what will happen before anybody sends it.
 */
import type { ModalView } from '@slack/types';
import type { Ask } from '../../access/request.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { buildAccount, readAccount } from './account.ts';
import type { OpenArgs } from './open.ts';
import type { Chosen } from './reading.ts';
import type { Read, SubmittedView } from './view.ts';

export const DISABLE = 'modal.disable';

export const build = (args: OpenArgs, ctx: CardContext): ModalView =>
  buildAccount(DISABLE, 'disable', penFor(ctx).t.views.modal.disablePlan, args, ctx);

export const read = (view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> =>
  readAccount('disable', view, chosen, ctx);
