/**
 * Direct messages: opens the conversation with a person once and posts into it through the queue.
 * Refuses a conversation that is shared with another organisation.
 */
import { z } from 'zod';
import type { SlackId } from '../access/people.ts';
import { type SlackApi, SlackFailure, saysSlack } from './api.ts';
import type { Message } from './cards/index.ts';
import type { Queue, Rank } from './queue.ts';

const Opened = z.object({
  channel: z.object({
    id: z.string().max(40),
    is_ext_shared: z.boolean().nullish(),
    is_pending_ext_shared: z.boolean().nullish(),
  }),
});

export interface DirectMessages {
  /** @returns where the message is. @throws SlackFailure */
  post(
    to: SlackId,
    message: Message,
    how: { rank: Rank; key: string; rev: number },
  ): Promise<{ channel: string; ts: string }>;
}

const MOST = 20_000;

/**
 * @param api background client
 * @param team the bot's own workspace
 */
export function directMessages(api: SlackApi, queue: Queue, team: () => string): DirectMessages {
  const channels = new Map<string, Promise<string>>();

  async function open(user: string): Promise<string> {
    const answer = Opened.safeParse(await api.openDm(user));
    if (!answer.success)
      throw new SlackFailure('conversations.open', { kind: 'unavailable', detail: 'unreadable answer' });
    const { channel } = answer.data;
    if (channel.is_ext_shared === true || channel.is_pending_ext_shared === true) throw shared();
    return channel.id;
  }

  function channelOf(user: string): Promise<string> {
    const known = channels.get(user);
    if (known !== undefined) return known;
    const opening = open(user);
    channels.set(user, opening);
    opening.catch(() => channels.delete(user));
    for (const oldest of channels.keys()) {
      if (channels.size <= MOST) break;
      channels.delete(oldest);
    }
    return opening;
  }

  return {
    async post(to, message, how) {
      // A conversation with a person of another organisation is shared with it by nature.
      if (to.team !== team()) throw shared();
      const channel = await channelOf(to.user);
      try {
        const ts = await queue.post(channel, { ...how, repeatable: false, send: () => api.post(channel, message) });
        return { channel, ts };
      } catch (error) {
        // The conversation may have been replaced (an account was converted): ask anew next time.
        if (saysSlack(error, 'channel_not_found', 'is_archived')) channels.delete(to.user);
        throw error;
      }
    },
  };
}

const shared = () =>
  new SlackFailure('conversations.open', { kind: 'refused', code: 'externally_shared', pointers: [] });
