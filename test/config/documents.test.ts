/** The files that explain the configuration say what the code does: examples load, tables and lists are complete. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NOT_YET, policyKeys } from '../../src/config/file-schema.ts';
import { VARIABLES, VARIABLES_NOT_YET } from '../../src/config/variables.ts';
import { profileOf } from '../../src/scim/index.ts';
import { faults, ONE_APP, SLACK, said, sound } from './given.ts';
import { keyTable } from './key-table.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

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

  it('shows values that are taken', () => {
    const values = shown.filter(
      ([, name, value]) => value !== '' && name !== 'ROLECALL_CONFIG' && name !== 'PEOPLE_FILE',
    );
    const env = Object.fromEntries(values.map(([, name, value]): [string, string] => [name ?? '', value ?? '']));
    const config = sound({ ...SLACK, ...ONE_APP, ...env });
    expect(config).toMatchObject({ slack: { port: 3000, command: '/access' }, ops: { port: 9464 }, production: true });
  });
});

describe('docs/policy.md', () => {
  const text = read('docs/policy.md');

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
