// A place where the real command line is examined as an operator would run it: the sandbox's Slack and SCIM, a folder, an
// environment. Starts no bot of itself; knows no finding.
import { cp, lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { type Bot, startBot } from '../../src/sandbox/bot.ts';
import { CHANNELS, DIRECTORY, PEOPLE, POLICY, TEAM, USERGROUPS } from '../../src/sandbox/cast.ts';
import { createClock, type SandboxClock } from '../../src/sandbox/clock.ts';
import {
  createScimService,
  type DialectName,
  type Quirks,
  type ScimService,
  type Seed,
} from '../../src/sandbox/scim/index.ts';
import { createSlackWorkspace, type SlackWorkspace, type WorkspaceOptions } from '../../src/sandbox/slack/index.ts';
import { type Story, storyIn } from '../scenarios/story.ts';
import { type CommandLine, commandLine } from './command-line.ts';

export const BOT_TOKEN = 'xoxb-1111111111-clinicsecret';
export const APP_TOKEN = 'xapp-1-A0CLINIC-2222222222-clinicsecret';
export const SIGNING_SECRET = 'c11n1c5ecret00000000000000000000';
export const SCIM_TOKEN = 'clinic-scim-token-4711';
/** The opaque part of the SCIM address: as good as a password to some vendors. */
export const TENANT = 'tenant-opaque-segment';
/** In a query string of the address. */
export const QUERY_KEY = 'query-string-secret';

export interface Clinic extends CommandLine {
  readonly slack: SlackWorkspace;
  readonly scim: ScimService;
  readonly clock: SandboxClock;
  readonly folder: string;
  readonly dataDir: string;
  readonly env: Record<string, string>;
  /** Writes a file beside the policy. */
  write(name: string, text: string): Promise<void>;
  /** Writes the policy anew. */
  policy(text: string): Promise<void>;
  /** Starts the real bot on the same configuration; what people do with it can be told. */
  start(): Promise<Story>;
  /** Ends the bot and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The same services with a copy of the data folder, and with a clock and a policy of its own, for one test to spoil. */
  copy(): Promise<CopiedClinic>;
  /** Takes everything down. */
  close(): Promise<void>;
}

export type CopiedClinic = CommandLine & Pick<Clinic, 'scim' | 'clock' | 'dataDir' | 'policy'>;

export interface ClinicOptions {
  readonly socket?: boolean;
  readonly scopes?: readonly string[];
  readonly people?: WorkspaceOptions['people'];
  readonly directory?: Seed;
  readonly dialect?: DialectName;
  readonly quirks?: Partial<Quirks>;
  readonly policy?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A port of this machine at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Opens one; it is taken down when the test ends. */
export async function openClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const clinic = await createClinic(options);
  onTestFinished(() => clinic.close());
  return clinic;
}

/** Opens one for as long as somebody wants it. */
export async function createClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-clinic-'));
  const manifest: { oauth_config: { scopes: { bot: string[] } } } = parse(
    await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8'),
  );
  const scim = await createScimService({
    host: '127.0.0.1',
    token: SCIM_TOKEN,
    tenant: TENANT,
    dialect: options.dialect ?? 'perplexity',
    ...(options.quirks === undefined ? {} : { quirks: options.quirks }),
    seed: options.directory ?? DIRECTORY,
    now: Date.now,
  });
  const slack = await createSlackWorkspace({
    host: '127.0.0.1',
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    scopes: options.scopes ?? manifest.oauth_config.scopes.bot,
    teamId: TEAM,
    teamName: 'Example Ltd',
    people: options.people ?? PEOPLE,
    channels: CHANNELS,
    usergroups: USERGROUPS,
    now: Date.now,
    manifest,
    ...(options.socket === false ? { requestUrl: 'http://127.0.0.1:9/slack/events' } : {}),
  });
  const dataDir = join(folder, 'data');
  const clock = createClock(join(folder, 'clock'));
  const env: Record<string, string> = {
    SLACK_BOT_TOKEN: BOT_TOKEN,
    ...(options.socket === false ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
    SLACK_API_URL: slack.apiUrl,
    HOST: '127.0.0.1',
    OPS_PORT: '0',
    SCIM_URL: `${scim.url}?key=${QUERY_KEY}`,
    SCIM_TOKEN,
    DATA_DIR: dataDir,
    ROLECALL_CLOCK: join(folder, 'clock'),
    ...options.env,
  };
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const policy = (text: string) => write('access.yml', text);
  await policy(options.policy ?? POLICY);
  let bot: Bot | undefined;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    bot?.kill(signal);
    await bot?.exited;
  };
  return {
    ...{ slack, scim, clock, folder, dataDir, env, write, policy, stop },
    ...commandLine(folder, env),
    async copy() {
      const other = await mkdtemp(join(tmpdir(), 'rolecall-clinic-'));
      onTestFinished(() => rm(other, { recursive: true, force: true }));
      const copied = { dataDir: join(other, 'data'), clock: createClock(join(other, 'clock')) };
      copied.clock.advance(clock.offset());
      // A socket is nothing that could be copied.
      await cp(dataDir, copied.dataDir, { recursive: true, filter: async (path) => !(await lstat(path)).isSocket() });
      const rules = (text: string) => writeFile(join(other, 'access.yml'), text);
      await rules(await readFile(join(folder, 'access.yml'), 'utf8'));
      const here = { ...env, DATA_DIR: copied.dataDir, ROLECALL_CLOCK: join(other, 'clock') };
      return { scim, ...copied, policy: rules, ...commandLine(other, here) };
    },
    async close() {
      await stop('SIGKILL');
      await slack.close();
      await scim.close();
      await rm(folder, { recursive: true, force: true });
    },
    async start() {
      const started = startBot({ env, cwd: folder });
      bot = started;
      await started.ready;
      const apps = new Map([['perplexity', scim] as const]);
      const setting = { env, cwd: folder };
      const world = { slack, scim, apps, clock, dataDir, setting, bot: () => started, stopBot: stop };
      return storyIn({ ...world, startBot: async () => started, close: () => stop() });
    },
  };
}
