// A workspace and a real Bolt app for the tests of the sandbox's Slack. Knows no test.
import { createServer } from 'node:net';
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import {
  type Call,
  createSlackWorkspace,
  type Person,
  type SlackWorkspace,
  type WorkspaceOptions,
} from '../../src/sandbox/slack/index.ts';

export const secret = 'sandbox-signing-secret';
export const botToken = 'xoxb-sandbox-bot';
export const appToken = 'xapp-sandbox-app';
export const allScopes = [
  ...[
    'commands',
    'chat:write',
    'im:write',
    'im:read',
    'im:history',
    'users:read',
    'users:read.email',
    'usergroups:read',
    'team:read',
  ],
  ...['channels:read', 'channels:history', 'groups:read', 'groups:history'],
];

export function person(id: string, name: string, change: Partial<Person> = {}): Person {
  const realName = `${name.charAt(0).toUpperCase()}${name.slice(1)} Example`;
  return {
    id,
    name,
    realName,
    email: `${name}@example.com`,
    emailConfirmed: true,
    tz: 'Europe/Berlin',
    kind: 'member',
    ...change,
  };
}

export const alice = 'U0ALICE';
export const bob = 'U0BOB';
export const guest = 'U0GUEST';
export const outsider = 'U0OUTSIDE';
export const leaver = 'U0LEAVER';

export const people: Person[] = [
  person(alice, 'alice'),
  person(bob, 'bob', { tz: 'Asia/Kolkata' }),
  person(guest, 'gus', { kind: 'single-channel-guest' }),
  person(outsider, 'olga', { kind: 'external', teamId: 'T0OTHER', email: 'olga@elsewhere.example' }),
  person(leaver, 'lee', { kind: 'deactivated' }),
];

export const channels = [
  { id: 'C0GENERAL', name: 'general', members: [alice, bob, guest] },
  { id: 'C0ACCESS', name: 'access', members: [alice, bob, 'U0SANDBOX'] },
  { id: 'C0SHARED', name: 'shared', members: [alice, outsider, 'U0SANDBOX'], shared: 'external' as const },
  { id: 'C0SECRET', name: 'secret', members: [bob], private: true },
];

export function workspace(options: Partial<WorkspaceOptions> = {}): Promise<SlackWorkspace> {
  return createSlackWorkspace({
    host: '127.0.0.1',
    signingSecret: secret,
    botToken,
    appToken,
    scopes: allScopes,
    teamId: 'T0HOME',
    people,
    channels,
    usergroups: [{ id: 'S0ADMINS', handle: 'admins', name: 'Admins', members: [bob] }],
    now: Date.now,
    ...options,
  });
}

/** Refusals are what these tests provoke: nobody needs to read of them. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** The real client, answering at once instead of retrying. */
export function client(slack: Pick<SlackWorkspace, 'apiUrl'>, token = botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  });
}

/** The error code that the real client reports for a refused call, and what came with it. */
export async function refusal(call: Promise<unknown>): Promise<{ error: string; messages: string[]; needed: string }> {
  try {
    await call;
  } catch (error) {
    const data = (error as { data?: { error?: string; needed?: string; response_metadata?: { messages?: string[] } } })
      .data;
    if (data?.error === undefined) throw error;
    return { error: data.error, messages: data.response_metadata?.messages ?? [], needed: data.needed ?? '' };
  }
  return { error: 'none', messages: [], needed: '' };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A real Bolt app over HTTP, told to Slack as its request URL. */
export async function httpApp(slack: SlackWorkspace, listeners: (app: App) => void): Promise<() => Promise<void>> {
  const receiver = new HTTPReceiver({ signingSecret: secret, logger: quiet });
  const app = new App({
    receiver,
    token: botToken,
    convoStore: false,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: quiet,
  });
  listeners(app);
  const port = await freePort();
  await app.start({ port, host: '127.0.0.1' });
  slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  return async () => {
    await app.stop();
  };
}

/** A real Bolt app over Socket Mode; resolves when it is connected. */
export async function socketApp(slack: SlackWorkspace, listeners: (app: App) => void): Promise<() => Promise<void>> {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const receiver = new SocketModeReceiver({
    appToken,
    clientPingTimeout: 1_500,
    installerOptions: { clientOptions },
    logger: quiet,
  });
  const app = new App({ receiver, token: botToken, convoStore: false, clientOptions, logger: quiet });
  listeners(app);
  await app.start();
  return async () => {
    await app.stop();
  };
}

/** The next call that fits; already recorded ones count. */
export function seen(slack: SlackWorkspace, fits: (call: Call) => boolean): Promise<Call> {
  const known = slack.calls().find(fits);
  if (known !== undefined) return Promise.resolve(known);
  return new Promise((resolve) => {
    const stop = slack.on('call', (call) => {
      if (!fits(call)) return;
      stop();
      resolve(call);
    });
  });
}

/** Resolves once the condition holds; looked at on every change. */
export function until(slack: SlackWorkspace, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [slack.on('change', look), slack.on('call', look)];
  });
}
