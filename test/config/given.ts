/**
 * A configuration given in memory: variables and files by name.
 * Knows no assertion; `load.test.ts` does the same with real files.
 */
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { CheckResult, Config, Fault, TextFile } from '../../src/config/index.ts';
import { checkConfig } from '../../src/config/index.ts';

export const CWD = '/srv/rolecall';

export const SLACK = { SLACK_BOT_TOKEN: 'xoxb-1111-2222-abcdEFGH', SLACK_APP_TOKEN: 'xapp-1-A111-2222-abcdef' };
export const ONE_APP = {
  SCIM_URL: 'https://scim.example.com/v2',
  SCIM_TOKEN: 'scim-token-of-the-one-app',
  ADMIN_GROUP: 'PPLX_Admin',
  MEMBER_GROUP: 'PPLX_Members',
  APP_OWNERS: 'owner@example.com, second-owner@example.org',
};
export const FILE_TOKEN = { ACME_TOKEN: 'scim-token-of-acme-corp' };

/** The smallest policy file with two roles. */
export const policy = () => ({
  version: 1,
  apps: {
    acme: {
      profile: 'generic',
      scim: { url: 'https://acme.example.com/scim', token: '$' + '{ACME_TOKEN}' },
      owners: ['owner@example.com', 'second-owner@example.com'],
      roles: { admin: { group: 'Admins', sensitive: true }, member: { group: 'Members', base: true } },
    },
  },
});

export type Env = Readonly<Record<string, string | undefined>>;
export type Files = Readonly<Record<string, string | TextFile>>;

export function check(env: Env, files: Files = {}): CheckResult {
  const readFile = (path: string): TextFile => {
    const name = Object.keys(files).find((each) => resolve(CWD, each) === path);
    const file = name === undefined ? undefined : files[name];
    if (file === undefined) return { kind: 'absent' };
    return typeof file === 'string' ? { kind: 'text', text: file } : file;
  };
  return checkConfig({ env, cwd: CWD, readFile, terminal: true });
}

/** The configuration of these; a fault is a failed test. */
export function sound(env: Env, files: Files = {}): Config {
  const result = check(env, files);
  if (!result.ok)
    throw new Error(`not sound: ${result.faults.map(({ where, what }) => `${where}: ${what}`).join('; ')}`);
  return result.config;
}

export function faults(env: Env, files: Files = {}): readonly Fault[] {
  const result = check(env, files);
  return result.ok ? [] : result.faults;
}

/** Faults of a policy file beside sound variables. A policy that is no text is written as YAML. */
export function fileFaults(file: unknown, env: Env = {}): readonly Fault[] {
  const text = typeof file === 'string' ? file : stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  return faults({ ...SLACK, ...FILE_TOKEN, ...env }, { 'access.yml': text });
}

export function fileConfig(file: unknown, env: Env = {}): Config {
  const text = typeof file === 'string' ? file : stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  return sound({ ...SLACK, ...FILE_TOKEN, ...env }, { 'access.yml': text });
}

export const said = (list: readonly Fault[]): readonly string[] => list.map(({ where, what }) => `${where}: ${what}`);

type Path = readonly (string | number)[];

/** A copy with another value at a path; blocks and lists on the way are made. `undefined` takes the key out. */
export function put(block: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(block) ? [...block] : [];
    list[key] = put(list[key], rest, value);
    return list;
  }
  const inner: Record<string, unknown> = { ...(typeof block === 'object' ? block : {}) };
  inner[key] = put(inner[key], rest, value);
  if (inner[key] === undefined) delete inner[key];
  return inner;
}

export const inApp = (path: Path, value: unknown): unknown => put(policy(), ['apps', 'acme', ...path], value);
export const withRules = (...rules: readonly unknown[]): unknown => inApp(['rules'], rules);
