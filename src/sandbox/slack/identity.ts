// Who is installed where, and every identifier Slack would mint: ids, timestamps, triggers, secrets. Knows no state but the last timestamp.
import { randomBytes, randomInt } from 'node:crypto';
import type { Timing, WorkspaceOptions } from './contract.ts';

/** The installed app and its workspace. */
export type Installation = {
  teamId: string;
  teamName: string;
  teamDomain: string;
  appId: string;
  userId: string;
  botId: string;
  appName: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  scopes: ReadonlySet<string>;
};

/** Slack's documented deadlines: 3 s for acknowledgements and triggers, 30 min for response URLs, retries at once, after 1 and 5 min. */
export const slackTiming: Timing = {
  ack: 3_000,
  trigger: 3_000,
  responseUrl: 30 * 60_000,
  eventRetries: [0, 60_000, 300_000],
  socketGrace: 10_000,
  socketPing: 10_000,
};

export function installationOf(options: WorkspaceOptions): Installation {
  return {
    teamId: options.teamId,
    teamName: options.teamName ?? 'Sandbox',
    teamDomain: options.teamDomain ?? 'sandbox',
    appId: options.app?.appId ?? 'A0SANDBOX',
    userId: options.app?.userId ?? 'U0SANDBOX',
    botId: options.app?.botId ?? 'B0SANDBOX',
    appName: options.app?.name ?? 'rolecall',
    botToken: options.botToken,
    appToken: options.appToken,
    signingSecret: options.signingSecret,
    scopes: new Set(options.scopes),
  };
}

export type Mint = {
  /** A Slack timestamp, `seconds.micros`; never the same twice, never going back. */
  ts: () => string;
  /** For example `V` + ten characters. */
  id: (prefix: string) => string;
  blockId: () => string;
  triggerId: () => string;
  secret: () => string;
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function characters(count: number): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}

export function createMint(now: () => number): Mint {
  let lastMicros = 0;
  return {
    ts() {
      lastMicros = Math.max(Math.floor(now() * 1_000), lastMicros + 1);
      const micros = String(lastMicros);
      return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
    },
    id: (prefix) => prefix + characters(10),
    blockId: () => characters(5),
    triggerId: () => `${Math.floor(now())}.${randomInt(1_000_000_000)}.${randomBytes(16).toString('hex')}`,
    secret: () => randomBytes(18).toString('base64url'),
  };
}
