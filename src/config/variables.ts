/**
 * The environment variables Rolecall reads, and the readers of those that are not part of the policy.
 * The only list of names; knows no policy and reads nothing itself.
 */
import { resolve } from 'node:path';
import { LOG_LEVELS } from './config.ts';
import type { Reader } from './values.ts';
import { bad, bearerToken, good, ofText, oneOf } from './values.ts';

/** Variables that hold secrets: their values go nowhere but to where they are used. */
export const SECRET_VARIABLES = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SCIM_TOKEN'] as const;

/** The single-app form: one app without a policy file. */
export const ONE_APP_VARIABLES = [
  'SCIM_URL',
  'SCIM_TOKEN',
  'SCIM_PROFILE',
  'ADMIN_GROUP',
  'MEMBER_GROUP',
  'APP_OWNERS',
  'APP_DOMAINS',
  'SEATS',
  'LOGIN_URL',
] as const;

/** Every variable with a meaning, in the order in which `.env.example` explains them. */
export const VARIABLES = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'HOST',
  'PORT',
  'SLACK_API_URL',
  'SLACK_COMMAND',
  'ROLECALL_CONFIG',
  ...ONE_APP_VARIABLES,
  'PEOPLE_FILE',
  'DATA_DIR',
  'OPS_HOST',
  'OPS_PORT',
  'LOG_LEVEL',
  'NODE_ENV',
  'ROLECALL_CLOCK',
] as const;

export type Variable = (typeof VARIABLES)[number];

/** Variables of the design that nothing carries out yet: setting one is a fault. */
export const VARIABLES_NOT_YET: readonly string[] = ['DATABASE_URL'];

const WHERE_BOT = 'the bot token (xoxb-…) from "OAuth & Permissions" of the Slack app';
const WHERE_APP = 'the app-level token (xapp-…, scope connections:write) from "Basic Information" of the Slack app';

export const botToken = ofText('a bot token', WHERE_BOT, (value) => {
  if (/^bearer\s/i.test(value)) return bad('begins with the word Bearer', 'write the token alone');
  if (value.startsWith('xapp-'))
    return bad('holds an app-level token', `swap it with SLACK_APP_TOKEN; here belongs ${WHERE_BOT}`);
  if (value.startsWith('xoxp-')) return bad('holds the token of a user', `write ${WHERE_BOT}`);
  if (value.startsWith('xoxe'))
    return bad('holds a token that expires', 'turn token rotation off in the Slack app and install it again');
  return /^xoxb-[\w-]{4,250}$/.test(value) ? good(value) : undefined;
});

export const appToken = ofText('an app-level token', WHERE_APP, (value) => {
  if (/^bearer\s/i.test(value)) return bad('begins with the word Bearer', 'write the token alone');
  if (value.startsWith('xoxb-'))
    return bad('holds a bot token', `swap it with SLACK_BOT_TOKEN; here belongs ${WHERE_APP}`);
  return /^xapp-[\w-]{4,250}$/.test(value) ? good(value) : undefined;
});

export const signingSecret = ofText(
  'a signing secret',
  'the signing secret from "Basic Information" of the Slack app',
  (value) => {
    if (/^(?:xox|xapp-)/.test(value))
      return bad('holds a token', 'write the signing secret from "Basic Information" of the Slack app');
    return /^[A-Za-z0-9]{16,128}$/.test(value) ? good(value) : undefined;
  },
);

/** What a fault of a secret variable says in words of ours, examples included: nothing that stands here is a secret. */
export const SECRET_HINTS: readonly string[] = [
  ...SECRET_VARIABLES,
  ...[botToken, appToken, signingSecret, bearerToken].map(({ form }) => form),
];

export const host = ofText('an address', 'an address or host name to listen on', (value) =>
  /^[A-Za-z0-9.:_-]{1,253}$/.test(value) ? good(value) : undefined,
);

export const port = ofText('a port', 'a port from 0 to 65535', (value) =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? good(Number(value)) : undefined,
);

export const command = ofText('a command', 'a command such as /access: small letters, digits, - and _', (value) =>
  /^\/[a-z0-9_-]{1,31}$/.test(value) ? good(value) : undefined,
);

/** A path, absolute afterwards. */
export const path = (cwd: string): Reader<string> =>
  ofText('a path', 'a path', (value) => (/\p{Cc}/u.test(value) ? undefined : good(resolve(cwd, value))));

/** The longest path a UNIX socket can have on Linux, bytes. */
const SOCKET_PATH_MAX = 107;

/** The folder of the embedded store: the lock in it is a socket, whose path has a length limit. */
export const dataDir = (cwd: string): Reader<string> =>
  ofText('a folder', 'a folder', (value) => {
    const folder = path(cwd).read(value);
    if (!folder.ok || Buffer.byteLength(resolve(folder.value, 'rolecall.sock')) <= SOCKET_PATH_MAX) return folder;
    return bad(
      `is too long: with /rolecall.sock it is over ${SOCKET_PATH_MAX} bytes`,
      'choose a folder with a shorter path',
    );
  });

export const logLevel = oneOf(LOG_LEVELS);

export const nodeEnv = oneOf(['production', 'development', 'test']);
