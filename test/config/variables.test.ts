/** Every environment variable: what it changes, what is refused, and which fix is offered. */
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/index.ts';
import type { Variable } from '../../src/config/variables.ts';
import { VARIABLES } from '../../src/config/variables.ts';
import { PROFILES } from '../../src/scim/index.ts';
import { CWD, check, type Env, faults, ONE_APP, SLACK, said, sound } from './given.ts';

const env = { ...SLACK, ...ONE_APP };
const HTTP: Env = { ...env, SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5' };
const app = (config: Config) => config.policy.apps.perplexity;

/** For each variable: a value that takes effect, where it shows, and values that are refused. */
const CASES: Record<
  Variable,
  { base?: Env; good: string; shows: (config: Config) => unknown; as: unknown; refused: string[] }
> = {
  SLACK_BOT_TOKEN: {
    good: 'xoxb-9-9-zzzz',
    shows: (config) => config.slack.botToken,
    as: 'xoxb-9-9-zzzz',
    refused: [
      '',
      'xapp-1-A-2-b',
      'xoxp-1-2-abcd',
      'xoxe.xoxb-1-abcdef',
      'Bearer xoxb-9-9-zzzz',
      'xoxb-',
      'xoxb-...',
      'token',
    ],
  },
  SLACK_APP_TOKEN: {
    good: 'xapp-1-B-3-c',
    shows: (config) => config.slack.appToken,
    as: 'xapp-1-B-3-c',
    refused: ['xoxb-1-2-abcd', 'Bearer xapp-1-B-3-c', 'xapp-…', 'token'],
  },
  SLACK_SIGNING_SECRET: {
    base: HTTP,
    good: 'abcdef0123456789abcdef0123456789',
    shows: (config) => [config.slack.signingSecret, config.slack.appToken],
    as: ['abcdef0123456789abcdef0123456789', undefined],
    refused: ['short', 'xoxb-1111111111111111', 'with blanks in the middle of it', ''],
  },
  HOST: {
    base: HTTP,
    good: '127.0.0.1',
    shows: (config) => config.slack.host,
    as: '127.0.0.1',
    refused: ['a b', 'http://x/'],
  },
  PORT: {
    base: HTTP,
    good: '8080',
    shows: (config) => config.slack.port,
    as: 8080,
    refused: ['65536', '-1', 'http', '80.5'],
  },
  SLACK_API_URL: {
    good: 'http://127.0.0.1:4003/api',
    shows: (config) => config.slack.apiUrl,
    as: 'http://127.0.0.1:4003/api/',
    refused: [
      'http://slack.com/api/',
      'slack.com',
      'https://u:p@slack.com/api/',
      'https://slack.com/api/?x=1',
      'ftp://slack.com/',
      'http://127.0.0.1.example.com/',
    ],
  },
  SLACK_COMMAND: {
    good: '/role',
    shows: (config) => config.slack.command,
    as: '/role',
    refused: ['access', '/Access', '/a b', `/${'a'.repeat(32)}`],
  },
  ROLECALL_CONFIG: { base: SLACK, good: '', shows: () => 'see below', as: 'see below', refused: ['nowhere.yml'] },
  SCIM_URL: {
    good: 'https://other.example.com/scim/?tenant=7',
    shows: (config) => config.scim.perplexity?.url,
    as: 'https://other.example.com/scim/?tenant=7',
    refused: [
      '',
      'http://other.example.com/',
      'other',
      'https://u:p@other.example.com/',
      'https://other.example.com/#x',
    ],
  },
  SCIM_TOKEN: {
    good: 'Bearer abc.def',
    shows: (config) => config.scim.perplexity?.token,
    as: 'abc.def',
    refused: ['', 'two words', 'tökén'],
  },
  SCIM_PROFILE: {
    good: 'perdoo',
    shows: (config) => [config.policy.apps.perdoo?.profile, config.scim.perdoo?.profile],
    as: ['perdoo', PROFILES.perdoo],
    refused: ['perplexty'],
  },
  ADMIN_GROUP: {
    good: 'Chiefs',
    shows: (config) => app(config)?.roles.admin?.group,
    as: 'Chiefs',
    refused: ['', 'pplx_members', 'x'.repeat(257)],
  },
  MEMBER_GROUP: {
    good: 'Crew',
    shows: (config) => app(config)?.roles.member?.group,
    as: 'Crew',
    refused: ['', 'a\nb'],
  },
  APP_OWNERS: {
    good: 'a@example.com,usergroup:S0OWNERS, U0OWNER',
    shows: (config) => app(config)?.owners,
    as: [
      { kind: 'email', email: 'a@example.com' },
      { kind: 'usergroup', id: 'S0OWNERS' },
      { kind: 'slack', user: 'U0OWNER' },
    ],
    refused: ['', 'nobody', 'a@example.com,', 'usergroup:it', '@owners', 'a@example.com,A@example.com'],
  },
  APP_DOMAINS: {
    good: 'Example.net, example.com',
    shows: (config) => app(config)?.domains,
    as: ['example.net', 'example.com'],
    refused: ['localhost', '*.example.com', 'me@example.com', 'a..b'],
  },
  SEATS: { good: '50', shows: (config) => app(config)?.seats, as: 50, refused: ['0', '-1', 'many', '1.5', '1e3'] },
  LOGIN_URL: {
    good: 'https://app.example.com',
    shows: (config) => app(config)?.loginUrl,
    as: 'https://app.example.com',
    refused: ['http://app.example.com', 'app', 'https://x.example|y'],
  },
  PEOPLE_FILE: {
    good: '',
    shows: () => 'see people-file.test.ts',
    as: 'see people-file.test.ts',
    refused: ['nowhere.csv'],
  },
  DATA_DIR: {
    good: 'store',
    shows: (config) => config.dataDir,
    as: `${CWD}/store`,
    refused: ['a\u0000b', `/${'d'.repeat(100)}`],
  },
  OPS_HOST: { good: '0.0.0.0', shows: (config) => config.ops.host, as: '0.0.0.0', refused: ['a b'] },
  OPS_PORT: { base: HTTP, good: '0', shows: (config) => config.ops.port, as: 0, refused: ['x', '99999', '3000'] },
  LOG_LEVEL: { good: 'debug', shows: (config) => config.log.level, as: 'debug', refused: ['verbose'] },
  NODE_ENV: {
    good: 'production',
    shows: (config) => [config.production, config.log.pretty],
    as: [true, false],
    refused: ['prod', 'staging'],
  },
  ROLECALL_CLOCK: { good: 'clock', shows: (config) => config.clockFile, as: `${CWD}/clock`, refused: ['a\u0000b'] },
};

describe('the environment variables', () => {
  it('are all in this table', () => {
    expect(Object.keys(CASES)).toEqual([...VARIABLES]);
  });

  for (const [name, { base = env, good, shows, as, refused }] of Object.entries(CASES)) {
    if (good !== '') {
      it(`takes ${name}`, () => {
        expect(shows(sound({ ...base, [name]: good }))).toEqual(as);
      });
    }
    for (const value of refused) {
      it(`refuses ${name}=${JSON.stringify(value.slice(0, 30))} under its name`, () => {
        const found = faults({ ...base, [name]: value });
        const missingBoth = name === 'SLACK_SIGNING_SECRET' && value === '' ? 'SLACK_APP_TOKEN' : undefined;
        // Two roles with one group: the fault stands at the second.
        const other = name === 'ADMIN_GROUP' && value === 'pplx_members' ? 'MEMBER_GROUP' : undefined;
        expect(found.map(({ where }) => where)).toEqual([missingBoth ?? other ?? name]);
        for (const { fix } of found) expect(fix).not.toBe('');
      });
    }
  }
});

describe('what is left out', () => {
  it('has the documented defaults', () => {
    const config = sound(env);
    expect(config.slack).toEqual({
      botToken: SLACK.SLACK_BOT_TOKEN,
      appToken: SLACK.SLACK_APP_TOKEN,
      host: '0.0.0.0',
      port: 3000,
      apiUrl: 'https://slack.com/api/',
      command: '/access',
    });
    expect(config.dataDir).toBe(`${CWD}/data`);
    expect(config.ops).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(config.log).toEqual({ level: 'info', pretty: true });
    expect(config).toMatchObject({ production: false, source: 'environment', warnings: [] });
    expect(config.clockFile).toBeUndefined();
  });

  it('makes the single-app form one Perplexity app with default rules', () => {
    const config = sound(env);
    expect(config.policy).toEqual({
      timezone: 'UTC',
      auditors: [],
      people: [],
      apps: {
        perplexity: {
          key: 'perplexity',
          name: 'Perplexity Enterprise',
          profile: 'perplexity',
          traits: {
            updates: [],
            invites: false,
            settlesWithin: 3_600_000,
            createsGroups: false,
            assignedOnly: false,
            lockedInConsole: true,
          },
          mode: 'live',
          owners: [
            { kind: 'email', email: 'owner@example.com' },
            { kind: 'email', email: 'second-owner@example.org' },
          ],
          keep: [],
          domains: ['example.com', 'example.org'],
          managerSource: 'self',
          roles: {
            admin: { key: 'admin', group: 'PPLX_Admin', sensitive: true, base: false, managedBy: 'rolecall' },
            member: { key: 'member', group: 'PPLX_Members', sensitive: false, base: true, managedBy: 'rolecall' },
          },
          exclusive: false,
          priority: ['admin', 'member'],
          rules: [],
        },
      },
      hours: { days: [1, 2, 3, 4, 5], from: 9, to: 18 },
      limits: { open: 5, perDay: 10 },
      applyWithin: 3_600_000,
    });
  });

  it('needs only one of the groups when the app is not Perplexity', () => {
    const roles = (more: Env) =>
      Object.keys(sound({ ...env, SCIM_PROFILE: 'generic', ...more }).policy.apps.generic?.roles ?? {});
    expect(roles({ ADMIN_GROUP: undefined })).toEqual(['member']);
    expect(roles({ MEMBER_GROUP: undefined })).toEqual(['admin']);
    const neither = faults({ ...env, SCIM_PROFILE: 'generic', ADMIN_GROUP: undefined, MEMBER_GROUP: undefined });
    expect(neither.map(({ where }) => where)).toEqual(['ADMIN_GROUP', 'MEMBER_GROUP']);
  });
});

describe('several faults', () => {
  it('are named all at once, none twice', () => {
    const found = faults({
      SLACK_BOT_TOKEN: 'x',
      PORT: 'x',
      SCIM_URL: 'x',
      SEATS: 'x',
      LOG_LEVEL: 'x',
      DATABASE_URL: 'x',
    });
    expect(found.map(({ where }) => where)).toEqual([
      'DATABASE_URL',
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'PORT',
      'LOG_LEVEL',
      'SCIM_URL',
      'SCIM_TOKEN',
      'APP_OWNERS',
      'SEATS',
      'ADMIN_GROUP',
      'MEMBER_GROUP',
    ]);
  });

  it('become one sentence where no app is described at all', () => {
    expect(said(faults(SLACK))).toEqual(['access.yml: is not there, and no variable describes an app']);
  });

  it('say when the two Slack tokens are swapped', () => {
    const found = faults({ ...env, SLACK_BOT_TOKEN: SLACK.SLACK_APP_TOKEN, SLACK_APP_TOKEN: SLACK.SLACK_BOT_TOKEN });
    expect(found.map(({ fix }) => /swap it with (\w+)/.exec(fix)?.[1])).toEqual(['SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN']);
  });
});

describe('what must not be', () => {
  it('refuses DATABASE_URL as not available yet', () => {
    expect(said(faults({ ...env, DATABASE_URL: 'postgres://db' }))).toEqual(['DATABASE_URL: is not available yet']);
  });

  it('refuses a moved clock in production only', () => {
    const found = faults({ ...env, NODE_ENV: 'production', ROLECALL_CLOCK: 'clock' });
    expect(found.map(({ where }) => where)).toEqual(['ROLECALL_CLOCK']);
    expect(sound({ ...env, NODE_ENV: 'test', ROLECALL_CLOCK: 'clock' }).clockFile).toBe(`${CWD}/clock`);
  });

  it('refuses one port for two listeners, but not where Slack needs none', () => {
    expect(faults({ ...HTTP, PORT: '9464' }).map(({ where }) => where)).toEqual(['OPS_PORT']);
    expect(sound({ ...env, PORT: '9464' }).slack.port).toBe(9464);
    expect(sound({ ...HTTP, PORT: '0', OPS_PORT: '0' }).slack.port).toBe(0);
  });
});

describe('.env', () => {
  it('is read, and the real environment wins, even where it is blank', () => {
    const file = Object.entries({ ...env, SEATS: '7', LOG_LEVEL: 'debug' }).map(
      ([name, value]) => `${name}="${value}"`,
    );
    const config = sound({ SEATS: '9', LOG_LEVEL: '' }, { '.env': file.join('\n') });
    expect(app(config)?.seats).toBe(9);
    expect(config.log.level).toBe('info');
    expect(config.slack.botToken).toBe(SLACK.SLACK_BOT_TOKEN);
  });

  it('that cannot be used is a fault', () => {
    expect(said(faults(env, { '.env': { kind: 'unusable', why: 'is not UTF-8 text' } }))).toEqual([
      '.env: is not UTF-8 text',
    ]);
  });

  it('with a name that nothing reads gets a warning with the nearest name', () => {
    const { warnings } = sound(
      { ...env, SLACK_COMAND: 'x', UNRELATED: 'x', SLACK_WEBHOOK: 'x' },
      { '.env': 'SEAT=3\nSOMETHING=1' },
    );
    expect(warnings.map(({ where, fix }) => `${where}: ${fix}`)).toEqual([
      'SEAT: did you mean SEATS?',
      'SOMETHING: take it out of .env',
      'SLACK_COMAND: did you mean SLACK_COMMAND?',
    ]);
  });

  it('is not searched for inherited names', () => {
    expect(check({ ...env, LOG_LEVEL: undefined }, { '.env': '' }).ok).toBe(true);
  });
});
