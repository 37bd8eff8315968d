/** What `rolecall check` prints: for people, and one JSON document for machines. */

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { showCheck, showWarnings } from '../../src/config/index.ts';
import { check, FILE_TOKEN, inApp, ONE_APP, SLACK, withRules } from './given.ts';

const files = (file: unknown) => ({ 'access.yml': stringify(file) });

describe('a check', () => {
  it('of a sound configuration names its apps, roles and rules', () => {
    const result = check({ ...SLACK, ...FILE_TOKEN }, files(withRules({ do: 'grant' })));
    const digest = result.ok ? result.config.digest : '';
    expect(showCheck(result, 'text')).toBe(
      `The configuration is sound (from the policy file, Socket Mode).\n  acme (generic, live): roles admin, member; 1 rule\n  policy ${digest.slice(0, 12)}`,
    );
    expect(JSON.parse(showCheck(result, 'json'))).toEqual({
      ok: true,
      source: 'file',
      digest,
      slack: 'socket',
      apps: [{ key: 'acme', profile: 'generic', mode: 'live', roles: ['admin', 'member'], rules: 1 }],
      faults: [],
      warnings: [],
    });
  });

  it('says HTTP where there is no app-level token', () => {
    const env = {
      ...SLACK,
      ...ONE_APP,
      SLACK_APP_TOKEN: undefined,
      SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
    };
    expect(showCheck(check(env), 'text')).toContain('(from the environment, HTTP)');
    expect(JSON.parse(showCheck(check(env), 'json'))).toMatchObject({ slack: 'http', source: 'environment' });
  });

  it('of a faulty one lists faults with their fixes, and says how many', () => {
    const result = check({ ...SLACK, ...ONE_APP, PORT: 'x', SEATS: 'x' });
    expect(showCheck(result, 'text')).toBe(
      [
        '2 configuration faults:',
        '  PORT: is not a port',
        '    → write a port from 0 to 65535',
        '  SEATS: is not such a number',
        '    → write a whole number from 1 to 1000000',
      ].join('\n'),
    );
    expect(JSON.parse(showCheck(result, 'json'))).toMatchObject({
      ok: false,
      faults: [{ where: 'PORT' }, { where: 'SEATS' }],
      warnings: [],
    });
  });

  it('shows warnings beside either', () => {
    const one = check({ ...SLACK, ...FILE_TOKEN }, files(inApp(['owners'], ['only@example.com'])));
    expect(showCheck(one, 'text')).toMatch(/\n\n1 warning:\n {2}access\.yml:\d+: apps\.acme\.owners names one person/);
    const faulty = check({ ...SLACK, ...ONE_APP, PORT: 'x', SLACK_COMAND: 'x' });
    expect(showCheck(faulty, 'text')).toMatch(/^1 configuration fault:[\s\S]*\n\n1 warning:\n {2}SLACK_COMAND/);
    expect(showWarnings([])).toBe('');
  });
});
