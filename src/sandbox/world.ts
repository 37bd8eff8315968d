// The whole fake world on 127.0.0.1: Slack, a SCIM service for each app, a clock, and the real bot between them.
// Knows no page; the page and the scenario tests are built on it.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Bot, type LogLine, startBot } from './bot.ts';
import { APPS, type AppName, type AppNames, CHANNELS, PEOPLE, policyOf, TEAM, USERGROUPS } from './cast.ts';
import { createClock, type SandboxClock } from './clock.ts';
import { createScimService, type DialectName, type ScimService, type Seed } from './scim/index.ts';
import { createSlackWorkspace, type SlackWorkspace, type WorkspaceOptions } from './slack/index.ts';

export type WorldOptions = {
  /** Socket Mode instead of signed HTTP. */
  readonly socket?: boolean;
  /** Perplexity alone where left out. */
  readonly apps?: AppNames;
  readonly policy?: string;
  /** Of the first app, instead of the cast's. */
  readonly directory?: Seed;
  readonly dialect?: DialectName;
  readonly people?: WorkspaceOptions['people'];
  readonly timing?: WorkspaceOptions['timing'];
  readonly rateLimits?: boolean;
  /** A SCIM service of somebody else's, instead of the first of ours. */
  readonly scimUrl?: string;
  /** Environment of the bot on top of what connects it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly shell?: string;
  /** Where the bot keeps its data; a folder of its own, removed at the end, where left out. */
  readonly dataDir?: string;
  readonly onLine?: (line: LogLine) => void;
};

export type SandboxWorld = {
  readonly slack: SlackWorkspace;
  /** The first app's. */
  readonly scim: ScimService;
  /** Every app's, in the order of the story. */
  readonly apps: ReadonlyMap<AppName, ScimService>;
  readonly clock: SandboxClock;
  readonly dataDir: string;
  /** What the bot is started with, secrets included: for the command line beside it, or in its place. */
  readonly setting: { readonly env: Readonly<Record<string, string>>; readonly cwd: string };
  /** The bot that runs now, or ran last. */
  bot(): Bot;
  /** Starts a bot on the same data; resolves when it is ready. */
  startBot(more?: Pick<WorldOptions, 'env' | 'shell'>): Promise<Bot>;
  /** Ends the bot with this signal and waits until it is gone. */
  stopBot(signal?: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
};

const BOT_TOKEN = `xoxb-sandbox-${randomBytes(8).toString('hex')}`;
const APP_TOKEN = `xapp-1-sandbox-${randomBytes(8).toString('hex')}`;

/** Starts everything, the bot last; resolves when the bot is ready. */
export async function startWorld(options: WorldOptions = {}): Promise<SandboxWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'));
  const clock = createClock(join(folder, 'clock'));
  const signingSecret = randomBytes(16).toString('hex');
  const manifest: unknown = parse(await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8'));
  const { apps, scim, env: reached } = await openApps(options, clock);
  const slack = await createSlackWorkspace({
    host: '127.0.0.1',
    signingSecret,
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    scopes: scopesOf(manifest),
    teamId: TEAM,
    teamName: 'Example Ltd',
    people: options.people ?? PEOPLE,
    channels: CHANNELS,
    usergroups: USERGROUPS,
    now: () => Date.now(),
    manifest,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    rateLimits: options.rateLimits ?? true,
    // Somewhere nobody listens, until the bot says where it does.
    ...(options.socket === true ? {} : { requestUrl: 'http://127.0.0.1:9/slack/events' }),
  });
  const dataDir = options.dataDir ?? join(folder, 'data');
  await writeFile(join(folder, 'access.yml'), options.policy ?? policyOf(options.apps ?? ['perplexity']));
  const env = {
    SLACK_BOT_TOKEN: BOT_TOKEN,
    ...(options.socket === true ? { SLACK_APP_TOKEN: APP_TOKEN } : { SLACK_SIGNING_SECRET: signingSecret }),
    SLACK_API_URL: slack.apiUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
    ...reached,
    ROLECALL_CLOCK: join(folder, 'clock'),
    DATA_DIR: dataDir,
  };
  const closeApps = (): Promise<unknown> => Promise.all([...apps.values()].map((app) => app.close()));
  let bot: Bot | undefined;
  const current = (): Bot => {
    if (bot === undefined) throw new Error('no bot was started');
    return bot;
  };
  const world: SandboxWorld = {
    slack,
    scim,
    apps,
    clock,
    dataDir,
    setting: { env: { ...env, ...options.env }, cwd: folder },
    bot: current,
    async startBot(more = {}) {
      const shell = more.shell ?? options.shell;
      bot = startBot({
        env: { ...env, ...options.env, ...more.env },
        cwd: folder,
        ...(shell === undefined ? {} : { shell }),
        ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      });
      const { port } = await bot.ready;
      if (typeof port === 'number') slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
      return bot;
    },
    async stopBot(signal = 'SIGTERM') {
      current().kill(signal);
      await current().exited;
    },
    async close() {
      if (bot !== undefined) await world.stopBot();
      await slack.close();
      await closeApps();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await world.startBot();
  } catch (error) {
    await slack.close();
    await closeApps();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return world;
}

/** A service for each app. Perplexity is reached by `SCIM_URL` and `SCIM_TOKEN`, others by these with their name before. */
async function openApps(
  options: WorldOptions,
  clock: SandboxClock,
): Promise<{ apps: ReadonlyMap<AppName, ScimService>; scim: ScimService; env: Record<string, string> }> {
  const env: Record<string, string> = {};
  const serve = async (app: AppName, ours: Pick<WorldOptions, 'directory' | 'dialect' | 'scimUrl'>) => {
    const token = randomBytes(24).toString('base64url');
    const service = await createScimService({
      host: '127.0.0.1',
      token,
      dialect: ours.dialect ?? app,
      seed: ours.directory ?? APPS[app].directory,
      now: () => clock.now(),
    });
    const name = app === 'perplexity' ? '' : `${app.toUpperCase()}_`;
    env[`${name}SCIM_URL`] = ours.scimUrl ?? service.url;
    env[`${name}SCIM_TOKEN`] = token;
    return service;
  };
  const [first, ...others] = options.apps ?? ['perplexity'];
  const scim = await serve(first, options);
  const apps = new Map([[first, scim]]);
  for (const app of others) apps.set(app, await serve(app, {}));
  return { apps, scim, env };
}

/** The bot scopes the manifest asks for: what an installation would grant, and nothing more. */
function scopesOf(manifest: unknown): string[] {
  const found = (manifest as { oauth_config?: { scopes?: { bot?: unknown } } }).oauth_config?.scopes?.bot;
  return Array.isArray(found) ? found.map(String) : [];
}
