// A place where the real command line is examined as an operator would run it: the sandbox's Slack and SCIM, a folder, an
// environment. Starts no bot of itself; knows no finding.
import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../src/cli.ts';
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

const LAUNCHER = fileURLToPath(new URL('../../scripts/rolecall.js', import.meta.url));
/** Compiled sources of the last run: each of the many starts here takes half the time. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/rolecall', import.meta.url));
export const BOT_TOKEN = 'xoxb-1111111111-clinicsecret';
export const APP_TOKEN = 'xapp-1-A0CLINIC-2222222222-clinicsecret';
export const SIGNING_SECRET = 'c11n1c5ecret00000000000000000000';
export const SCIM_TOKEN = 'clinic-scim-token-4711';
/** The opaque part of the SCIM address: as good as a password to some vendors. */
export const TENANT = 'tenant-opaque-segment';
/** In a query string of the address. */
export const QUERY_KEY = 'query-string-secret';

export interface Told {
  readonly state: 'ok' | 'warning' | 'fault' | 'unreachable' | 'unchecked';
  readonly subject: string;
  readonly what: string;
  readonly fix?: string;
}

export interface Diagnosis {
  readonly status: number | null;
  readonly ok: boolean;
  readonly counts: Readonly<Record<Told['state'], number>>;
  /** Findings by section key. */
  readonly of: (section: string) => readonly Told[];
  /** Those of one subject. */
  readonly about: (section: string, subject: string) => readonly Told[];
  /** Everything that is not well, `section/subject: what`. */
  readonly bad: readonly string[];
  readonly raw: string;
}

export interface Clinic {
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
  /** In a process of its own, for what only that shows: how it ends, what goes to which stream, what a shell takes away. */
  run(args: readonly string[], shell?: string): Promise<{ status: number | null; out: string; err: string }>;
  /** The same command line in this process, with the same environment and folder; one at a time. */
  call(args: readonly string[]): Promise<{ status: number; out: string; err: string }>;
  /** `rolecall doctor --json`; in a process of its own where a shell prepares it. */
  diagnose(shell?: string): Promise<Diagnosis>;
  /** Starts the real bot on the same configuration; what people do with it can be told. */
  start(): Promise<Story>;
  /** Ends the bot and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

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
  onTestFinished(async () => {
    await stop('SIGKILL');
    await slack.close();
    await scim.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function run(args: readonly string[], shell?: string) {
    const command = [process.execPath, LAUNCHER, ...args];
    const [file = '', ...rest] =
      shell === undefined ? command : ['bash', '-c', `${shell} exec "$@"`, 'bash', ...command];
    const child = spawn(file, rest, {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...said };
  }

  async function call(args: readonly string[]) {
    const said = { out: '', err: '' };
    const hears = (where: 'out' | 'err') => (text: string | Uint8Array) => {
      said[where] += String(text);
      return true;
    };
    // As in `run`: of this process's environment it gets PATH alone.
    for (const name of Object.keys(process.env)) if (name !== 'PATH') vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const spies = [
      vi.spyOn(process, 'cwd').mockReturnValue(folder),
      vi.spyOn(process.stdout, 'write').mockImplementation(hears('out')),
      vi.spyOn(process.stderr, 'write').mockImplementation(hears('err')),
    ];
    vi.stubGlobal('console', new Console(process.stdout, process.stderr));
    try {
      return { status: await runCli(args), ...said };
    } finally {
      for (const spy of spies) spy.mockRestore();
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
    }
  }

  return {
    ...{ slack, scim, clock, folder, dataDir, env, write, policy, run, call, stop },
    async diagnose(shell) {
      const args = ['doctor', '--json'];
      const { status, out, err } = shell === undefined ? await call(args) : await run(args, shell);
      if (err !== '') throw new Error(`doctor wrote to stderr: ${err}`);
      const document: {
        ok: boolean;
        status: number;
        counts: Diagnosis['counts'];
        sections: { key: string; findings: Told[] }[];
      } = JSON.parse(out);
      if (document.status !== status) throw new Error(`it says ${document.status} and exits with ${status}`);
      const findings = (section: string) => document.sections.find(({ key }) => key === section)?.findings ?? [];
      return {
        status,
        ok: document.ok,
        counts: document.counts,
        of: findings,
        about: (section, subject) => findings(section).filter((each) => each.subject === subject),
        bad: document.sections.flatMap(({ key, findings: all }) =>
          all
            .filter(({ state }) => state !== 'ok')
            .map(({ subject, state, what }) => `${key}/${subject} ${state}: ${what}`),
        ),
        raw: out,
      };
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
