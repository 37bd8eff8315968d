// The workspace of the edge's tests: its people, channels and tokens, and a log that keeps what is said.
import type { Person, WorkspaceOptions } from '../../../src/sandbox/slack/index.ts';
import type { Log } from '../../../src/slack/log.ts';

export const TEAM = 'T0HOME';
export const SECRET = 'edge-signing-secret';
export const BOT_TOKEN = 'xoxb-edge-bot-token';
export const APP_TOKEN = 'xapp-edge-app-token';
export const SCOPES = ['commands', 'chat:write', 'im:write', 'users:read', 'users:read.email', 'usergroups:read'];

export const USERS = {
  alice: 'U0ALICE',
  bob: 'U0BOB',
  olivia: 'U0OLIVIA',
  oscar: 'U0OSCAR',
  guest: 'U0GUEST',
  leaver: 'U0LEAVER',
  robot: 'U0ROBOT',
  outsider: 'U0OUTSIDE',
} as const;

const person = (id: string, name: string, more: Partial<Person> = {}): Person => ({
  id,
  name,
  realName: `${name.charAt(0).toUpperCase()}${name.slice(1)} Example`,
  email: `${name}@example.com`,
  emailConfirmed: true,
  tz: 'Europe/Berlin',
  kind: 'member',
  ...more,
});

export const workspaceOptions = (more: Partial<WorkspaceOptions> = {}): WorkspaceOptions => ({
  host: '127.0.0.1',
  signingSecret: SECRET,
  botToken: BOT_TOKEN,
  appToken: APP_TOKEN,
  scopes: SCOPES,
  teamId: TEAM,
  people: [
    person(USERS.alice, 'alice'),
    person(USERS.bob, 'bob'),
    person(USERS.olivia, 'olivia'),
    person(USERS.oscar, 'oscar'),
    person(USERS.guest, 'gus', { kind: 'guest' }),
    person(USERS.leaver, 'lee', { kind: 'deactivated' }),
    person(USERS.robot, 'robot', { kind: 'bot' }),
    person(USERS.outsider, 'ursula', { kind: 'external', teamId: 'T0OTHER', email: 'ursula@elsewhere.example' }),
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general', members: [USERS.alice, USERS.bob, 'U0SANDBOX'] },
    { id: 'C0NOBOT', name: 'nobot', members: [USERS.alice, USERS.bob] },
    { id: 'C0SHARED', name: 'shared', members: [USERS.alice, USERS.outsider, 'U0SANDBOX'], shared: 'external' },
  ],
  usergroups: [{ id: 'S0OWNERS', handle: 'owners', name: 'Owners', members: [USERS.olivia, USERS.oscar] }],
  now: Date.now,
  ...more,
});

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A log that keeps its lines. */
export function keepingLog(): Log & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: Line['level']) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
