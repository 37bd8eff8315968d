/**
 * Modal "Enable an account": base role only, and it says so.
 */
import type { ModalView } from '@slack/types';
import type { Ask } from '../../access/request.ts';
import { type CardContext, penFor } from '../cards/card.ts';
import { buildAccount, readAccount } from './account.ts';
import type { OpenArgs } from './open.ts';
import type { Chosen } from './reading.ts';
import type { Read, SubmittedView } from './view.ts';

export const ENABLE = 'modal.enable';

export const build = (args: OpenArgs, ctx: CardContext): ModalView =>
  buildAccount(ENABLE, 'enable', penFor(ctx).t.views.modal.enablePlan, args, ctx);

export const read = (view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> =>
  readAccount('enable', view, chosen, ctx);
