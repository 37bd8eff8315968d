/**
 * Carries out work the edge has accepted: one call of the desk, then what the person is to be told (if anything).
 * Knows neither Bolt nor payloads, so a restart can carry out what an earlier process accepted.
 */
import { AccessError, refuse } from '../access/errors.ts';
import { type SlackId, sameSlack } from '../access/people.ts';
import type { Notifier } from '../access/ports.ts';
import type { AccessRequest, Ask, Reader } from '../access/request.ts';
import type { Click, Desk } from '../access/service/desk.ts';
import {
  type CardContext,
  gotItMessage,
  historyCard,
  hubCard,
  linkedMessage,
  listCard,
  lookupCard,
  type Message,
  mineCard,
  pausedMessage,
  pendingCard,
  replyMessage,
  requestCard,
  statusCard,
  syncedMessage,
  usedMessage,
} from './cards/index.ts';
import { handOverAsk, revokeAllAsk } from './modals/index.ts';
import type { Work, WorkOf } from './work.ts';

export interface Answers {
  /**
   * @param once replay guard of the work; asks made of it are guarded by `<once>:ask`
   * @param again another process may have carried it out already
   * @throws AccessError, DirectoryError: to be told to the person
   */
  carryOut(work: Work, once: string, again: boolean): Promise<Message | undefined>;
}

export function createAnswers({
  desk,
  notifier,
  context,
}: {
  desk: () => Desk;
  notifier: Notifier;
  context: () => CardContext;
}): Answers {
  async function carryOut(work: Work, once: string, again: boolean): Promise<Message | undefined> {
    const ctx = context();
    const { from } = work;
    switch (work.do) {
      case 'hub':
        return hubCard(await desk().home(from), ctx);
      case 'mine':
        return mineCard(await desk().home(from), ctx);
      case 'pending':
        return pendingCard(await desk().home(from), ctx);
      case 'show':
        return shown(await desk().request(from, work.request), from, ctx);
      case 'lookup':
        return lookupCard(await desk().lookup(from, work.what), ctx);
      case 'list':
        return listCard(await desk().list(from, work.app, work.which), ctx);
      case 'history':
        return historyCard(await desk().history(from, work.whose, work.before), ctx);
      case 'link':
        return linkedMessage(await desk().link(from, work.person, work.email), work.person, ctx);
      case 'status':
        return statusCard(await desk().status(from, work.app), ctx);
      case 'sync':
        return syncedMessage(await desk().sync(from, work.app), ctx);
      case 'pause':
        return pausedMessage(await desk().pause(from, work.app), ctx);
      case 'resume':
        return pausedMessage(await desk().resume(from, work.app), ctx);
      case 'use_group':
        return usedMessage(work.app, work.role, await desk().useGroup(from, work.app, work.role, work.group), ctx);
      case 'drift':
        return drift(work, again);
      case 'decide':
        return decide(work, again);
      case 'cancel':
        return afterwards(work, await desk().cancel(clickOf(work)));
      case 'finish':
        return afterwards(work, await desk().finish(clickOf(work)));
      case 'keep':
        return afterwards(work, await desk().keep(clickOf(work)));
      case 'again':
        return unlessDone(async () => {
          const request = await desk().askAgain(clickOf(work), { id: `${once}:ask`, ...place(work) });
          return gotItMessage(request, ctx);
        });
      case 'hand_over':
        return submit(work, once, (request) => handOverAsk(request, work.successor, work.reason));
      case 'revoke_all':
        return submit(work, once, revokeAllAsk);
      case 'cannot_get_in':
        await desk().cannotGetIn(from, work.app);
        return replyMessage({ kind: 'telling_owners' }, ctx);
      case 'form':
        return replyMessage({ kind: 'restarted' }, ctx);
    }
  }

  /** The card is redrawn by its own job. */
  async function drift({ from, finding, how, reason }: WorkOf<'drift'>, again: boolean): Promise<undefined> {
    try {
      await desk().settleDrift({ finding, by: from, how, ...(reason === undefined ? {} : { reason }) });
    } catch (error) {
      // Carried out before the process died, or overtaken: the card says which.
      if (!again || !(error instanceof AccessError) || error.refusal.code !== 'drift_settled') throw error;
    }
    return undefined;
  }

  async function decide(work: WorkOf<'decide'>, again: boolean): Promise<Message | undefined> {
    const reason = work.reason === undefined ? {} : { reason: work.reason };
    try {
      return await afterwards(work, await desk().decide({ ...clickOf(work), verdict: work.verdict, ...reason }));
    } catch (error) {
      // The process may have died between the decision and the note that it was carried out: no reason to alarm anybody.
      if (again && error instanceof AccessError && (await decidedSo(work))) return undefined;
      throw error;
    }
  }

  async function decidedSo(work: WorkOf<'decide'>): Promise<boolean> {
    const { decisions } = await desk().request(work.from, work.request);
    return decisions.some((decision) => decision.verdict === work.verdict && sameSlack(decision.by.slack, work.from));
  }

  /** A card on record is redrawn by its own job. What was clicked elsewhere is answered here. */
  async function afterwards(
    work: WorkOf<'decide' | 'cancel' | 'finish' | 'keep' | 'again'>,
    request: AccessRequest,
  ): Promise<Message | undefined> {
    if (work.seen === 'private') return shown(request, work.from, context());
    if (work.seen === 'home') await notifier.home(work.from);
    return undefined;
  }

  function submit(
    work: WorkOf<'hand_over' | 'revoke_all'>,
    once: string,
    make: (request: AccessRequest) => Ask | undefined,
  ): Promise<Message | undefined> {
    return unlessDone(async () => {
      const ask = make(await desk().request(work.from, work.request));
      if (ask === undefined) refuse({ code: 'no_such_request', request: work.request });
      const stored = await desk().submit(work.from, work.name, ask, { id: `${once}:ask`, ...place(work) });
      return gotItMessage(stored, context());
    });
  }

  return { carryOut };
}

/** `repeated` means that an earlier attempt got that far: its card answers. */
async function unlessDone(act: () => Promise<Message | undefined>): Promise<Message | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AccessError && error.refusal.code === 'repeated') return undefined;
    throw error;
  }
}

const place = (work: Work) => (work.channel === undefined ? {} : { channel: work.channel });

const clickOf = (work: WorkOf<'decide' | 'cancel' | 'finish' | 'keep' | 'again'>): Click => ({
  request: work.request,
  by: work.from,
  ...(work.copy === undefined ? {} : { copy: work.copy }),
});

function shown(request: AccessRequest, viewer: SlackId, ctx: CardContext): Message {
  return requestCard(request, { reader: readerOf(request, viewer), slack: viewer }, ctx);
}

/** As whom somebody who may see a request sees it. Whoever is none of its people sees it as an owner or auditor. */
function readerOf(request: AccessRequest, viewer: SlackId): Reader {
  if (request.steps.some((step) => step.approvers.some((approver) => sameSlack(approver.slack, viewer))))
    return 'approver';
  if (sameSlack(request.requester.slack, viewer)) return 'requester';
  return sameSlack(request.subject?.slack, viewer) ? 'subject' : 'owner';
}
