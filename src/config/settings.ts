/**
 * The part of the configuration that is no policy: Slack, ports, folders, logging.
 * Reads variables through the Environment it is given; knows no app and no rule.
 */
import type { Config, SlackAccess } from './config.ts';
import type { Environment } from './environment.ts';
import { serviceUrl } from './values.ts';
import {
  appToken,
  botToken,
  command,
  dataDir,
  host,
  logLevel,
  nodeEnv,
  path,
  port,
  signingSecret,
} from './variables.ts';

/** How Slack is reached, or `undefined` with faults in the environment. */
function slackAccess(env: Environment): SlackAccess | undefined {
  const bot = env.read('SLACK_BOT_TOKEN', botToken);
  const socket = env.get('SLACK_APP_TOKEN') !== undefined;
  const http = env.get('SLACK_SIGNING_SECRET') !== undefined;
  if (!socket && !http) {
    const fix = 'set the app-level token (xapp-…) for Socket Mode, or the signing secret for HTTP';
    env.fault('SLACK_APP_TOKEN', 'is not set, nor is SLACK_SIGNING_SECRET', fix);
  }
  const app = socket ? env.read('SLACK_APP_TOKEN', appToken) : undefined;
  const signing = http ? env.read('SLACK_SIGNING_SECRET', signingSecret) : undefined;
  const address = env.read('HOST', host, '0.0.0.0');
  const at = env.read('PORT', port, '3000');
  const apiUrl = env.read('SLACK_API_URL', serviceUrl('no query'), 'https://slack.com/api/');
  const slash = env.read('SLACK_COMMAND', command, '/access');
  if (bot === undefined || address === undefined || at === undefined || apiUrl === undefined || slash === undefined) {
    return undefined;
  }
  return {
    botToken: bot,
    ...(app === undefined ? {} : { appToken: app }),
    ...(signing === undefined ? {} : { signingSecret: signing }),
    host: address,
    port: at,
    apiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    command: slash,
  };
}

export type Settings = Omit<Config, 'policy' | 'scim' | 'source' | 'priorityAssumed' | 'digest' | 'warnings'>;

/**
 * Reads every variable that is no policy.
 * @param cwd what relative paths start from
 * @param terminal whether a person reads the log
 * @returns `undefined` when something was wrong; what, the environment has collected
 */
export function readSettings(env: Environment, cwd: string, terminal: boolean): Settings | undefined {
  const slack = slackAccess(env);
  const production = env.read('NODE_ENV', nodeEnv, 'development') === 'production';
  const clock = env.get('ROLECALL_CLOCK');
  if (clock !== undefined && production) {
    env.fault('ROLECALL_CLOCK', 'is set in production, where nobody may move the clock', 'take it out');
  }
  const clockFile = clock === undefined ? undefined : env.read('ROLECALL_CLOCK', path(cwd));
  const opsHost = env.read('OPS_HOST', host, '127.0.0.1');
  const opsPort = env.read('OPS_PORT', port, '9464');
  const data = env.read('DATA_DIR', dataDir(cwd), 'data');
  const level = env.read('LOG_LEVEL', logLevel, 'info');
  if (slack === undefined || opsHost === undefined || opsPort === undefined) return undefined;
  if (slack.appToken === undefined && slack.port !== 0 && slack.port === opsPort) {
    env.fault('OPS_PORT', 'is the port of Slack requests too', 'choose another OPS_PORT or PORT');
  }
  if (data === undefined || level === undefined) return undefined;
  return {
    slack,
    dataDir: data,
    ops: { host: opsHost, port: opsPort },
    ...(clockFile === undefined ? {} : { clockFile }),
    log: { level, pretty: terminal && !production },
    production,
  };
}
