/**
 * The one place where an error becomes what a person reads. Knows no way to deliver it.
 */
import type { ModalView } from '@slack/types';
import { AccessError, DirectoryError } from '../access/errors.ts';
import { SlackFailure } from './api.ts';
import { type CardContext, type Message, refusalMessage, replyMessage } from './cards/index.ts';
import { errorFields, type Log } from './log.ts';
import { refusedView } from './modals/index.ts';

export interface Words {
  /** What went wrong, for the person it concerns. What nobody expected is logged under the reference the person gets. */
  of(error: unknown, about: object): Message;
  /** The same in place of an open view. */
  view(error: unknown, about: object): ModalView;
}

/** @param random in [0, 1): references */
export function createWords({
  context,
  random,
  log,
}: {
  context: () => CardContext;
  random: () => number;
  log: Log;
}): Words {
  /** Eight characters that are easy to read out over the phone. */
  const reference = () =>
    Array.from({ length: 8 }, () => '23456789abcdefghjkmnpqrstuvwxyz'[Math.floor(random() * 31)]).join('');

  function of(error: unknown, about: object): Message {
    if (error instanceof AccessError) return refusalMessage(error.refusal, context());
    if (error instanceof DirectoryError || error instanceof SlackFailure) {
      log.warn({ ...about, ...errorFields(error) }, 'could not be answered now');
      return replyMessage({ kind: 'unavailable' }, context());
    }
    const ref = reference();
    log.error({ ...about, reference: ref, ...errorFields(error) }, 'something went wrong');
    return replyMessage({ kind: 'failed', reference: ref }, context());
  }

  return {
    of,
    view(error, about) {
      if (error instanceof AccessError) return refusedView(error.refusal, context());
      return { ...refusedView({ code: 'people_unavailable' }, context()), blocks: of(error, about).blocks };
    },
  };
}
