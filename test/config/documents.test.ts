/** The files that explain the configuration say what the code does: examples load, tables and lists are complete. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NOT_YET, policyKeys } from '../../src/config/file-schema.ts';
import { VARIABLES, VARIABLES_NOT_YET } from '../../src/config/variables.ts';
import { startHealth } from '../../src/operations/health.ts';
import { profileOf } from '../../src/scim/index.ts';
import { faults, ONE_APP, SLACK, said, sound } from './given.ts';
import { keyTable } from './key-table.ts';

const root = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8');

describe('access.example.yml', () => {
  const env = {
    ...SLACK,
    PERPLEXITY_SCIM_URL: 'https://scim.example.com/v2',
    PERPLEXITY_SCIM_TOKEN: 'scim-token-of-the-example',
  };

  it('loads without faults and without warnings', () => {
    const config = sound(env, { 'access.yml': read('access.example.yml') });
    expect(config.warnings).toEqual([]);
    expect(config.policy.apps.perplexity?.rules).toHaveLength(2);
  });

  it('shows every key that may stand in a policy', () => {
    const shown = new Set<string>();
    const walk = (value: unknown, path: readonly string[]): void => {
      if (Array.isArray(value)) for (const each of value) walk(each, [...path, '[]']);
      else if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) {
          const named = path.at(-1) === 'apps' ? '<app>' : path.at(-1) === 'roles' ? '<role>' : key;
          walk(inner, [...path, named]);
        }
      }
      shown.add(path.join('.'));
    };
    walk(parse(read('access.example.yml')), []);
    // Said in the reference only: it can be nothing but false.
    const silent = 'apps.<app>.rules.[].duration.permanent';
    expect(
      policyKeys()
        .map(({ path }) => path.join('.'))
        .filter((path) => !shown.has(path) && !path.startsWith('profiles.')),
    ).toEqual([silent]);
  });

  it('shows a profile that can be used when its marks of a comment are taken away', () => {
    const text = read('access.example.yml')
      .replaceAll(/^# (profiles:| {2}acme:)/gm, '$1')
      .replace('profile: perplexity', 'profile: acme');
    const config = sound(env, { 'access.yml': text });
    expect(config.warnings).toEqual([]);
    expect(config.scim.perplexity?.profile).toEqual(
      profileOf('generic', { name: 'acme', pageSize: 50, attributes: { title: 'title' } }),
    );
  });
});

describe('.env.example', () => {
  const text = read('.env.example');
  const shown = [...text.matchAll(/^(?:# )?([A-Z][A-Z_]+)=(.*)$/gm)];

  it('explains every variable once, in order, and none that is not available', () => {
    expect(shown.map(([, name]) => name)).toEqual([...VARIABLES]);
    for (const name of VARIABLES_NOT_YET) expect(text).not.toContain(name);
  });

  it('asks for what it leaves blank, and for nothing else', () => {
    expect(said(faults(parseEnv(text)))).toEqual([
      'SLACK_BOT_TOKEN: is missing',
      'SLACK_APP_TOKEN: is not set, nor is SLACK_SIGNING_SECRET',
      'access.yml: is not there, and no variable describes an app',
    ]);
    expect(sound({ ...parseEnv(text), ...SLACK, ...ONE_APP }).source).toBe('environment');
  });

  it('names only what answers on OPS_HOST:OPS_PORT', async () => {
    const comment = /((?:# .*\n)+)# OPS_HOST=/.exec(text)?.[1] ?? '';
    const paths = comment.match(/\/\w+/g) ?? [];
    expect(paths).toContain('/healthz');
    const health = await startHealth({ host: '127.0.0.1', port: 0, checks: {} });
    try {
      for (const path of paths) {
        const { status } = await fetch(`http://127.0.0.1:${health.port}${path}`);
        expect({ path, status }).toEqual({ path, status: 200 });
      }
    } finally {
      await health.close();
    }
  });

  it('shows values that are taken', () => {
    const values = shown.filter(
      ([, name, value]) => value !== '' && name !== 'ROLECALL_CONFIG' && name !== 'PEOPLE_FILE',
    );
    const env = Object.fromEntries(values.map(([, name, value]): [string, string] => [name ?? '', value ?? '']));
    const config = sound({ ...SLACK, ...ONE_APP, ...env });
    expect(config).toMatchObject({ slack: { port: 3000, command: '/access' }, ops: { port: 9464 }, production: true });
  });
});

describe('README.md', () => {
  const text = read('README.md');

  it('shows a .env of which each blank to fill in is a fault with a readable hint', () => {
    const env = parseEnv(/```\n( *SLACK_BOT_TOKEN=[\s\S]*?)```/.exec(text)?.[1] ?? '');
    const found = faults(env, { 'people.csv': 'slack,email,manager\n' });
    expect(Object.fromEntries(found.map(({ where, fix }) => [where, fix]))).toEqual({
      SLACK_BOT_TOKEN: 'write the bot token (xoxb-…) from "OAuth & Permissions" of the Slack app',
      SLACK_APP_TOKEN:
        'write the app-level token (xapp-…, scope connections:write) from "Basic Information" of the Slack app',
      SCIM_URL: 'write an https address (plain http only to this machine)',
      SCIM_TOKEN: 'write the token alone, without blanks',
    });
    expect(sound({ ...env, ...SLACK, ...ONE_APP }, { 'people.csv': 'slack,email,manager\n' }).source).toBe(
      'environment',
    );
  });

  it('or CONTRIBUTING.md leads to every document', () => {
    const shelves = text + read('CONTRIBUTING.md');
    const documents = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'));
    expect(documents).toContain('policy.md');
    expect(documents.filter((name) => !shelves.includes(`docs/${name}`))).toEqual([]);
  });
});

describe('docs/policy.md', () => {
  const text = read('docs/policy.md');

  it('gives stand-ins with which the example is checked where no secrets are', () => {
    const env = parseEnv(/```\n(SLACK_BOT_TOKEN=[\s\S]*?)```/.exec(text)?.[1] ?? '');
    expect(sound(env, { 'access.yml': read('access.example.yml') }).warnings).toEqual([]);
  });

  it('holds the key table of the schema', () => {
    const table = /<!-- keys: begin -->\n([\s\S]*?)\n?<!-- keys: end -->/.exec(text)?.[1];
    expect(table).toBe(keyTable(policyKeys()));
  });

  it('names everything that is not available yet', () => {
    const section = /## Not available yet\n([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
    for (const name of [...NOT_YET, ...VARIABLES_NOT_YET]) expect(section).toContain(name);
  });

  it('shows a people file that is read', () => {
    const csv = /```csv\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const { policy } = sound({ ...SLACK, ...ONE_APP, PEOPLE_FILE: 'people.csv' }, { 'people.csv': csv });
    expect(policy.people).toHaveLength(2);
  });
});
