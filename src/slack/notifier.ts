/**
 * Brings copies of a card to the newest state, sends notices, publishes App Homes. Knows nothing of who must hear what.
 * Throws what Slack refused; the job that asked tries again.
 */
import type { HomeView } from '@slack/types';
import { AccessError } from '../access/errors.ts';
import type { SlackId } from '../access/people.ts';
import type { Notice, Notifier } from '../access/ports.ts';
import type { AccessRequest, CardRef, Reader } from '../access/request.ts';
import type { Desk } from '../access/service/desk.ts';
import { type SlackApi, SlackFailure, saysSlack } from './api.ts';
import { type CardContext, driftCard, type Message, noticeCard, requestCard } from './cards/index.ts';
import type { DirectMessages } from './dm.ts';
import { homeView, refusedHome } from './home.ts';
import type { Log } from './log.ts';
import type { Queue, Rank } from './queue.ts';

/** Slack says that there is no message left to change: a new copy takes its place. */
const GONE = [
  'message_not_found',
  'channel_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
] as const;

export function createNotifier({
  api,
  dm,
  queue,
  desk,
  context,
  log,
}: {
  /** Background client. */
  api: SlackApi;
  dm: DirectMessages;
  queue: Queue;
  desk: () => Desk;
  context: () => CardContext;
  log: Log;
}): Notifier {
  /** What Slack refuses is a mistake of ours that nobody would see otherwise. */
  async function said<T>(what: object, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof SlackFailure && error.fault.kind === 'refused' && !saysSlack(error, ...GONE)) {
        log.error(
          { ...what, method: error.method, code: error.fault.code, pointers: error.fault.pointers },
          'Slack refused a message',
        );
      }
      throw error;
    }
  }

  async function update(ref: CardRef, message: Message, how: { rank: Rank; rev: number }): Promise<boolean> {
    try {
      await queue.update({
        ...how,
        key: `message:${ref.channel}/${ref.ts}`,
        repeatable: true,
        send: () => api.update(ref.channel, ref.ts, message),
      });
      return true;
    } catch (error) {
      if (saysSlack(error, ...GONE)) return false;
      throw error;
    }
  }

  async function homeOf(person: SlackId): Promise<HomeView> {
    try {
      return homeView(await desk().home(person), context());
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      return refusedHome(error.refusal, context());
    }
  }

  return {
    async show(request, reader, ref) {
      const message = requestCard(request, reader, context());
      const how = { rank: rankOf(request, reader.reader), rev: request.rev };
      const what = { request: request.id, reader: reader.reader };
      if (ref !== undefined && (await said(what, () => update(ref, message, how)))) return { ...ref, rev: request.rev };
      const key = `card:${request.id}/${reader.reader}/${reader.slack.user}`;
      const place = await said(what, () => dm.post(reader.slack, message, { ...how, key }));
      return { reader: reader.reader, slack: reader.slack, ...place, rev: request.rev };
    },
    async showDrift(record, { reader, slack }, ref) {
      const message = driftCard(record, reader, context());
      const { id, rev } = record;
      // Whatever waits for an owner goes before what only tells how it ended.
      const how = { rank: record.state === 'open' ? (1 as const) : (2 as const), rev };
      const what = { finding: id };
      if (ref !== undefined && (await said(what, () => update(ref, message, how)))) return { ...ref, rev };
      const place = await said(what, () => dm.post(slack, message, { ...how, key: `drift:${id}/${slack.user}` }));
      return { reader, slack, ...place, rev };
    },
    async tell(to: SlackId, notice: Notice) {
      const message = noticeCard(notice, context());
      const key = `notice:${to.user}/${JSON.stringify(notice)}`;
      await said({ notice: notice.kind }, () => dm.post(to, message, { rank: noticeRank(notice), key, rev: 0 }));
    },
    async home(to) {
      await said({ home: to.user }, () =>
        queue.publish({
          rank: 2,
          key: `home:${to.user}`,
          rev: 0,
          repeatable: true,
          // Drawn when it leaves, not when it was asked for: what waited shows the newest state.
          send: async () => api.publishHome(to.user, await homeOf(to)),
        }),
      );
    },
  };
}

/** Failures first, then whoever is asked to decide and whoever waits for it; copies that only tell come last. */
function rankOf(request: AccessRequest, reader: Reader): Rank {
  if (request.alarm !== undefined || request.state === 'failed' || request.state === 'not_applied') return 0;
  return reader === 'requester' || (reader === 'approver' && request.state === 'pending') ? 1 : 2;
}

function noticeRank(notice: Notice): Rank {
  return notice.kind === 'head' || notice.kind === 'welcome' || notice.kind === 'seats_low' ? 2 : 0;
}
