/** The loader with real files: what it returns is frozen, complete and the same each time; what it throws is everything. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError, findDataDir, loadConfig } from '../../src/config/index.ts';
import { readTextFile } from '../../src/config/text-file.ts';
import { fileConfig, inApp, ONE_APP, policy, put, SLACK } from './given.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('loadConfig', () => {
  it('reads .env, access.yml and the people file of its folder', () => {
    writeFileSync(join(cwd, '.env'), 'ACME_TOKEN=from-dot-env\nPEOPLE_FILE=who/people.csv\n');
    writeFileSync(join(cwd, 'access.yml'), stringify(policy()));
    mkdirSync(join(cwd, 'who'));
    writeFileSync(join(cwd, 'who/people.csv'), 'email\na@example.com\n');
    const config = loadConfig({ env: SLACK, cwd });
    expect(config.scim.acme?.token).toBe('from-dot-env');
    expect(config.policy.people).toEqual([{ email: 'a@example.com' }]);
    expect(config.dataDir).toBe(join(cwd, 'data'));
  });

  it('is frozen all the way down', () => {
    const config = loadConfig({ env: { ...SLACK, ...ONE_APP }, cwd });
    const open: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    walk(config, 'config');
    expect(open).toEqual([]);
  });

  it('has no app and no role that nobody described', () => {
    const { policy: read, scim } = loadConfig({ env: { ...SLACK, ...ONE_APP }, cwd });
    for (const name of ['constructor', 'toString', '__proto__']) {
      for (const record of [read.apps, read.apps.perplexity?.roles ?? {}, scim])
        expect(name in record, name).toBe(false);
    }
  });

  it('throws every fault at once', () => {
    writeFileSync(join(cwd, 'access.yml'), 'version: 2\napps: {}\n');
    let thrown: unknown;
    try {
      loadConfig({ env: { PORT: 'x' }, cwd });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(thrown instanceof ConfigError && thrown.faults.map(({ where }) => where)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'PORT',
      'access.yml:1',
      'access.yml:2',
    ]);
  });

  it('takes this process and its folder when nothing is said', () => {
    writeFileSync(join(cwd, '.env'), 'LOG_LEVEL=warn\nSEATS=3\n');
    const index = new URL('../../src/config/index.ts', import.meta.url).href;
    const script = `import { loadConfig } from ${JSON.stringify(index)}; const c = loadConfig(); console.log(JSON.stringify([c.log, c.dataDir, c.policy.apps.perplexity.seats]));`;
    const env = { PATH: process.env.PATH, ...SLACK, ...ONE_APP, SEATS: '4' };
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, env, encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual([{ level: 'warn', pretty: false }, join(cwd, 'data'), 4]);
  });
});

describe('findDataDir', () => {
  it('says where the store is although nothing else is configured', () => {
    expect(findDataDir({ env: {}, cwd })).toEqual({ dir: join(cwd, 'data') });
    writeFileSync(join(cwd, '.env'), 'DATA_DIR=elsewhere\nPORT=x\n');
    expect(findDataDir({ env: {}, cwd })).toEqual({ dir: join(cwd, 'elsewhere') });
  });

  it('names a folder that cannot be used', () => {
    const found = findDataDir({ env: { DATA_DIR: `/${'d'.repeat(100)}` }, cwd });
    expect('faults' in found && found.faults.map(({ where }) => where)).toEqual(['DATA_DIR']);
  });
});

describe('the digest', () => {
  const digest = (file: unknown, env = {}) => fileConfig(file, env).digest;

  it('is the same for the same policy, however it is written and whatever the token is', () => {
    const first = digest(policy());
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const { version, apps } = policy();
    const { acme } = apps;
    expect(digest({ version, apps: { acme, other: acme } })).toBe(digest({ apps: { other: acme, acme }, version }));
    expect(digest(policy(), { ACME_TOKEN: 'another-token-altogether' })).toBe(first);
    expect(digest(policy(), { LOG_LEVEL: 'debug' })).toBe(first);
    expect(digest(inApp(['scim', 'url'], 'https://acme.example.com/scim?key=1'))).toBe(first);
    expect(digest(inApp(['mode'], 'live'))).toBe(first);
  });

  it('changes with anything of the policy and with where the app is', () => {
    const all = [
      policy(),
      inApp(['mode'], 'observe'),
      inApp(['owners', 1], 'third@example.com'),
      inApp(['roles', 'admin', 'group'], 'Chiefs'),
      inApp(['scim', 'url'], 'https://evil.example.com/scim'),
      inApp(['profile'], 'perdoo'),
      put(policy(), ['timezone'], 'Europe/Berlin'),
    ].map((file) => digest(file));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a file', () => {
  const file = (name: string) => join(cwd, name);

  it('is read as UTF-8 or not at all', () => {
    writeFileSync(file('good'), 'größe');
    writeFileSync(file('bad'), Buffer.from([0x66, 0xff, 0xfe]));
    expect(readTextFile(file('good'))).toEqual({ kind: 'text', text: 'größe' });
    expect(readTextFile(file('bad'))).toEqual({ kind: 'unusable', why: 'is not UTF-8 text' });
  });

  it('that is too large, a folder or a pipe is refused without waiting', () => {
    writeFileSync(file('large'), Buffer.alloc(1024 * 1024 + 1, 0x61));
    execFileSync('mkfifo', [file('pipe')]);
    expect(readTextFile(file('large'))).toEqual({ kind: 'unusable', why: 'is larger than 1 MiB' });
    expect(readTextFile(cwd)).toEqual({ kind: 'unusable', why: 'is not a regular file' });
    expect(readTextFile(file('pipe'))).toEqual({ kind: 'unusable', why: 'is not a regular file' });
  });

  it('that is not there is absent, also below a file', () => {
    writeFileSync(file('good'), '');
    expect(readTextFile(file('gone'))).toEqual({ kind: 'absent' });
    expect(readTextFile(file('good/gone'))).toEqual({ kind: 'absent' });
  });
});
