/**
 * Private answers: through the response_url while it lives, else as an ephemeral message, else as a direct message.
 * Knows what to say only as a Message; response_urls never leave this file's memory.
 */
import type { SlackId } from '../access/people.ts';
import { type SlackApi, SlackFailure } from './api.ts';
import type { Message } from './cards/index.ts';
import type { DirectMessages } from './dm.ts';
import { errorFields, type Log } from './log.ts';

/** Slack: five answers within 30 minutes. */
const USES = 5;
const LIFE_MS = 30 * 60_000;
const MOST = 5000;
const DEADLINE_MS = 3000;

export interface Replies {
  /** Keeps the response_url of an arrival for its answers. */
  remember(once: string, url: string | undefined): void;
  /**
   * Tells one person something nobody else sees.
   * @throws SlackFailure when no way worked.
   */
  tell(to: SlackId, message: Message, by: { once: string; channel?: string | undefined }): Promise<void>;
}

export function createReplies({
  api,
  dm,
  apiUrl,
  wireNow,
  log,
}: {
  api: SlackApi;
  dm: DirectMessages;
  apiUrl: string;
  wireNow: () => number;
  log: Log;
}): Replies {
  const urls = new Map<string, { url: string; until: number; left: number }>();
  // A payload is signed, yet an answer goes nowhere but to Slack (or the stand-in that plays it).
  const origins = new Set(['https://hooks.slack.com', new URL(apiUrl).origin]);

  function take(once: string): string | undefined {
    const kept = urls.get(once);
    if (kept === undefined) return undefined;
    if (kept.left <= 0 || kept.until <= wireNow()) {
      urls.delete(once);
      return undefined;
    }
    kept.left -= 1;
    return kept.url;
  }

  /** @returns whether Slack took it. */
  async function respond(url: string, message: Message): Promise<boolean> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message }),
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      await answer.body?.cancel();
      if (!answer.ok) log.warn({ status: answer.status }, 'a response_url was refused');
      return answer.ok;
    } catch (error) {
      log.warn(errorFields(error), 'a response_url could not be reached');
      return false;
    }
  }

  async function ephemeral(channel: string, user: string, message: Message): Promise<boolean> {
    try {
      await api.postEphemeral(channel, user, message);
      return true;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      log.info({ method: error.method, fault: error.fault }, 'an ephemeral message was refused');
      return false;
    }
  }

  return {
    remember(once, url) {
      if (url === undefined || !URL.canParse(url) || !origins.has(new URL(url).origin)) return;
      urls.set(once, { url, until: wireNow() + LIFE_MS, left: USES });
      for (const oldest of urls.keys()) {
        if (urls.size <= MOST) break;
        urls.delete(oldest);
      }
    },
    async tell(to, message, { once, channel }) {
      const url = take(once);
      if (url !== undefined && (await respond(url, message))) return;
      // In a DM an ephemeral message would vanish from the one place where it could be kept.
      if (channel !== undefined && !channel.startsWith('D') && (await ephemeral(channel, to.user, message))) return;
      await dm.post(to, message, { rank: 0, key: `reply:${once}`, rev: wireNow() });
    },
  };
}
