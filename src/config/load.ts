/**
 * Puts the configuration together: environment, `.env`, policy and people → one frozen Config, or all faults at once.
 * The only place that touches `process.env`; judges no single value itself.
 */
import { resolve } from 'node:path';
import type { Config, Fault, Warning } from './config.ts';
import { ConfigError } from './config.ts';
import { digestOf } from './digest.ts';
import { joinEnvironment } from './environment.ts';
import { readPolicy } from './policy.ts';
import { findPolicy } from './policy-source.ts';
import { redactor } from './secrets.ts';
import { readSettings } from './settings.ts';
import type { TextFile } from './text-file.ts';
import { readTextFile } from './text-file.ts';
import { ONE_APP_VARIABLES, SECRET_HINTS, SECRET_VARIABLES } from './variables.ts';

/** Where the configuration comes from; what is left out is this process and this machine. */
export interface ConfigSources {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Reads a file by its absolute path. */
  readonly readFile?: (path: string) => TextFile;
  /** Whether the log is read on a terminal. */
  readonly terminal?: boolean;
}

export type CheckResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly warnings: readonly Warning[] };

/** More are counted, not listed. */
const FAULTS_MAX = 100;

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/**
 * Reads the whole configuration and says everything that is wrong with it at once: variables first, then line by line.
 * Never throws for what it reads, and never repeats a secret.
 */
export function checkConfig(sources: ConfigSources = {}): CheckResult {
  const cwd = sources.cwd ?? process.cwd();
  const readFile = sources.readFile ?? readTextFile;
  const env = joinEnvironment(sources.env ?? process.env, readFile(resolve(cwd, '.env')));
  const settings = readSettings(env, cwd, sources.terminal ?? Boolean(process.stdout.isTTY));
  const source = findPolicy(env, cwd, readFile);
  const result = source.raw === undefined ? undefined : readPolicy(source.raw.data);

  const fresh = (result?.faults ?? []).filter((fault) => !source.refused(fault.path)).map(source.place);
  const found = [...source.faults, ...fresh].sort((a, b) => a.line - b.line).map(({ fault }) => fault);
  const told = (result?.warnings ?? []).map((warning) => source.place(warning).fault);
  if (source.source === 'file') {
    for (const where of ONE_APP_VARIABLES) {
      if (env.get(where) === undefined || source.variables.has(where)) continue;
      told.push({ where, what: `is not used, because ${source.name} describes the apps`, fix: 'take it out' });
    }
  }
  told.push(...env.unread(source.variables));

  const secrets = [...SECRET_VARIABLES.flatMap((name) => env.get(name) ?? []), ...source.secrets];
  // An example copied from our own words, as `xoxb-…`, is no secret: masking it would take it out of the hint.
  const redact = redactor(
    secrets
      .flatMap((secret) => [secret, secret.replace(/^bearer\s+/i, '')])
      .filter((secret) => !SECRET_HINTS.some((hint) => hint.includes(secret))),
  );
  const clean = ({ where, what, fix }: Fault): Fault => ({
    where: redact(where),
    what: redact(what),
    fix: redact(fix),
  });
  const warnings = told.map(clean);
  const faults = [...env.faults, ...found].map(clean);
  if (faults.length > 0 || settings === undefined || result?.ok !== true) {
    const listed = faults.slice(0, FAULTS_MAX);
    if (faults.length > FAULTS_MAX) {
      const what = `has ${faults.length - FAULTS_MAX} more faults`;
      listed.push({ where: 'the configuration', what, fix: 'mend these first' });
    }
    return { ok: false, faults: listed, warnings };
  }
  const { policy, scim } = result;
  // The single-app form has no key for it: its order is part of the form.
  const priorityAssumed = source.source === 'file' ? result.priorityAssumed : [];
  // What each service is told by goes in whole, but without its query string.
  const services = Object.entries(scim).map(([key, { service }]) => [key, service]);
  const digest = digestOf([policy, Object.fromEntries(services)]);
  const config = freeze({ ...settings, policy, scim, source: source.source, priorityAssumed, digest, warnings });
  return { ok: true, config, warnings: config.warnings };
}

/**
 * The configuration of this process, frozen.
 * @throws {ConfigError} with every fault at once; the caller prints them and exits with status 78
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const result = checkConfig(sources);
  if (!result.ok) throw new ConfigError(result.faults, result.warnings);
  return result.config;
}
