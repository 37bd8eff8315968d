/**
 * `rolecall doctor`: puts the examinations of every room together for one configuration. Loaded only when asked for,
 * with all it needs; judges nothing.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Finding, fault, ok, unchecked, warning } from '../access/finding.ts';
import type { AppPolicy } from '../access/policy.ts';
import { openClock } from '../bot.ts';
import { type Config, checkConfig, type Fault } from '../config/index.ts';
import { examineApp } from '../directory/doctor.ts';
import {
  type Examination,
  type Report,
  reportOf,
  runDoctor,
  showReport,
  showReportAsJson,
} from '../operations/doctor.ts';
import { EXIT } from '../operations/exit.ts';
import { createScimClient } from '../scim/index.ts';
import { slackApi } from '../slack/api.ts';
import { examineSlack } from '../slack/doctor.ts';
import { examineNamed } from '../slack/doctor-people.ts';
import { boltLogger } from '../slack/log.ts';
import { examineStore, type StoreExamined } from '../store/lowdb/doctor.ts';
import { redactorOf } from './config.ts';

/** How long one answer may take, ms. */
const DEADLINE = 10_000;
/** How long one question may wait between tries, ms. */
const PATIENCE = 20_000;
const COLUMNS = 110;

const sleep = (ms: number): Promise<void> => delay(ms);

/** @returns the exit status: 0 all is well, 1 something was found, 69 a service did not answer, 78 configuration */
export async function doctor(form: 'text' | 'json'): Promise<number> {
  const result = checkConfig();
  let report: Report;
  let status: number;
  if (result.ok) {
    const { config } = result;
    report = await runDoctor(examinationsOf(config), redactorOf(config));
    status = { well: EXIT.done, found: EXIT.refused, unreachable: EXIT.unavailable }[report.verdict];
  } else {
    const findings = [
      ...result.faults.map(asFinding(fault)),
      ...result.warnings.map(asFinding(warning)),
      unchecked('the rest', 'nothing can be examined before the configuration is sound'),
    ];
    report = reportOf([{ key: 'configuration', title: 'Configuration', findings }], (text) => text);
    status = EXIT.configuration;
  }
  const text =
    form === 'json' ? showReportAsJson(report, status) : showReport(report, process.stdout.columns ?? COLUMNS);
  process.stdout.write(`${text}\n`);
  return status;
}

const asFinding =
  (say: typeof fault) =>
  ({ where, what, fix }: Fault): Finding =>
    say(where, what, fix);

function examinationsOf(config: Config): Examination[] {
  const { policy } = config;
  const clock = openClock(config.clockFile);
  const now = clock.now();
  clock.close();
  const store = examineStore({ dir: config.dataDir, now, apps: Object.keys(policy.apps) });
  // Whoever asks for it hears of it; until then a failure must not end the process.
  store.catch(() => undefined);
  const log = boltLogger(pino({ level: 'silent' }));
  const { slack } = config;
  const api = (token: string) => slackApi({ token, apiUrl: slack.apiUrl, timeoutMs: DEADLINE, log });
  const bot = api(slack.botToken);
  const workspace = examineSlack({
    api: bot,
    ...(slack.appToken === undefined ? {} : { socket: api(slack.appToken) }),
    door: `${slack.host}:${slack.port}`,
    host: new URL(slack.apiUrl).host,
    scopes: manifestScopes(),
  });
  workspace.catch(() => undefined);
  return [
    { key: 'configuration', title: 'Configuration', examine: async () => soundness(config) },
    { key: 'store', title: 'Store', examine: async () => (await store).findings },
    { key: 'slack', title: 'Slack', examine: async () => (await workspace).findings },
    {
      key: 'people',
      title: 'People',
      async examine() {
        const { home } = await workspace;
        if ('why' in home) return [unchecked('everybody', `nobody can be looked up: ${home.why}`)];
        return examineNamed({ api: bot, home, policy, wireNow: () => Date.now(), sleep });
      },
    },
    ...Object.values(policy.apps).map((app) => ({
      key: `app:${app.key}`,
      title: app.name === app.key ? app.key : `${app.name} (${app.key})`,
      examine: () => overScim(config, app, store),
    })),
  ];
}

function soundness(config: Config): Finding[] {
  const { policy, source } = config;
  const apps = Object.values(policy.apps).map((app) => `${app.key} (${app.profile}, ${app.mode})`);
  const from = source === 'file' ? 'the policy file' : 'the environment';
  return [ok('policy', `sound, from ${from}: ${apps.join(', ')}`), ...config.warnings.map(asFinding(warning))];
}

async function overScim(config: Config, app: AppPolicy, store: Promise<StoreExamined>): Promise<Finding[]> {
  const access = config.scim[app.key];
  if (access === undefined) return [unchecked('connection', 'no address is configured')];
  const client = createScimClient({
    url: access.url,
    token: access.token,
    profile: access.profile,
    now: () => Date.now(),
    sleep,
    random: Math.random,
    deadlineMs: DEADLINE,
    patienceMs: PATIENCE,
  });
  try {
    const known = await store.catch(() => undefined);
    return await examineApp({
      app,
      client,
      host: new URL(access.url).host,
      service: access.service,
      priorityAssumed: config.priorityAssumed.includes(app.key),
      record: known?.appRecord(app.key) ?? 'unknown',
      underWay: known?.underWay(app.key) ?? { waiting: 0, differing: 0 },
    });
  } finally {
    await client.close();
  }
}

const Manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

/** What an installation from the manifest grants the bot. */
function manifestScopes(): string[] {
  const text = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8');
  return Manifest.parse(parse(text)).oauth_config.scopes.bot;
}
