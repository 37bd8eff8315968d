/**
 * A no, with the buttons of its next step. Knows no state of requests beside the id it is given.
 */
import type { Button, KnownBlock } from '@slack/types';
import type { Refusal } from '../../access/errors.ts';
import type { AccessRequest } from '../../access/request.ts';
import { actionsIfAny, button, message, section } from '../blocks.ts';
import type { Problem } from '../command.ts';
import { say, type Words } from '../text/words.ts';
import { ACTIONS, addressFor, type CardContext, type Message, type Pen, penFor } from './card.ts';

/** Why a request was refused: when it was asked, or when it was about to be applied. */
export function refusalOf(request: AccessRequest): Refusal | undefined {
  if (request.refusal !== undefined) return request.refusal;
  return request.closing?.why === 'refused_at_apply' ? request.closing.refusal : undefined;
}

/**
 * Both halves of the sentence.
 * @param whom whom it is about, where a request says so
 */
export function refusalWords(problem: Problem, { t, n }: Pen, whom?: Words): Words {
  const { what, next } = t.refusal(problem, n, whom);
  return say`${what} ${next}`;
}

/** @param request id of the refused request: only with it can a next step start from what was asked */
export function refusalButtons(problem: Problem, pen: Pen, request: string | undefined): KnownBlock[] {
  const { buttons } = pen.t.labels;
  const app = 'app' in problem && problem.app !== undefined ? addressFor({ kind: 'app', app: problem.app }) : undefined;
  const offered: Button[] = [];
  switch (problem.code) {
    case 'no_account':
      if (request !== undefined) offered.push(button(buttons.askAccount, ACTIONS.askAccount, { request }));
      else offered.push(button(buttons.provision, ACTIONS.openProvision));
      break;
    case 'base_role_asked':
      offered.push(button(buttons.provision, ACTIONS.openProvision));
      break;
    case 'account_inactive':
      if (request !== undefined) offered.push(button(buttons.askEnable, ACTIONS.askEnable, { request }));
      else offered.push(button(buttons.enable, ACTIONS.openEnable));
      break;
    case 'account_exists':
      if (!problem.active && request !== undefined) {
        offered.push(button(buttons.askEnable, ACTIONS.askEnable, { request }));
      }
      break;
    case 'last_admin':
      if (problem.handOver && request !== undefined) {
        offered.push(button(buttons.handOver, ACTIONS.handOver, { request }));
      }
      break;
    case 'several_roles':
      if (request !== undefined) {
        offered.push(button(buttons.revokeAll, ACTIONS.revokeAll, { request, style: 'danger' }));
      }
      break;
    case 'open_already':
      if (problem.request !== undefined) offered.push(button(buttons.show, ACTIONS.show, { request: problem.request }));
      break;
    case 'gave_up_looking':
      if (request !== undefined) offered.push(button(buttons.again, ACTIONS.again, { request }));
      break;
    case 'limit_open':
    case 'no_such_request':
      offered.push(button(buttons.pending, ACTIONS.showPending));
      break;
    case 'usage':
      offered.push(button(buttons.help, ACTIONS.help));
      break;
    default:
      break; // the sentence says what to do; there is nothing to press
  }
  return actionsIfAny(offered, app);
}

/** A refusal as words with the buttons of its next step. `request`: id of the refused request, where there is one. */
export function refusalMessage(problem: Problem, ctx: CardContext, request?: string): Message {
  const pen = penFor(ctx);
  const words = refusalWords(problem, pen);
  return message(words, [section(words), ...refusalButtons(problem, pen, request)]);
}
