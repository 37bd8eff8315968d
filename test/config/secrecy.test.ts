/** No fault, warning or printed check ever holds a secret, whatever else is wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError, loadConfig, showCheck, showFaults } from '../../src/config/index.ts';
import { showKey } from '../../src/config/secrets.ts';
import type { Variable } from '../../src/config/variables.ts';
import { VARIABLES } from '../../src/config/variables.ts';
import { CWD, check, FILE_TOKEN, ONE_APP, policy, put, SLACK } from './given.ts';

/** A value with a mark that no sentence holds by chance, in the shape of some token. */
const secret = fc
  .tuple(
    fc.constantFrom('xoxb-', 'xapp-1-', 'xoxp-', 'Bearer ', '', 'pplx-', 'a b ', 'https://u:'),
    fc.stringMatching(/^[A-Za-z0-9]{24}$/),
    fc.constantFrom('', '@example.com', '/x?y=1', '\n', ' ', ',', '{'),
  )
  .map(([head, mark, tail]) => ({ value: `${head}Zq7${mark}${tail}`, mark: `Zq7${mark}` }));

const paths = fc.constantFrom(
  ['version'],
  ['tiemzone'],
  ['people'],
  ['people', 0, 'email'],
  ['apps', 'acme', 'name'],
  ['apps', 'acme', 'scim', 'url'],
  ['apps', 'acme', 'scim', 'token'],
  ['apps', 'acme', 'scim', 'tokn'],
  ['apps', 'acme', 'owners', 0],
  ['apps', 'acme', 'seats'],
  ['apps', 'acme', 'managerSource'],
  ['apps', 'acme', 'roles', 'admin', 'group'],
  ['apps', 'acme', 'priority', 0],
  ['apps', 'acme', 'rules', 0, 'role'],
  ['apps', 'acme', 'rules', 0, 'do'],
  ['apps', 'acme', 'rules', 0, 'reason', 'matches'],
);

function everythingSaid(result: ReturnType<typeof check>): string {
  const more = result.ok ? '' : showFaults(result.faults);
  const said = result.ok ? result.warnings : [...result.faults, ...result.warnings];
  return [
    showCheck(result, 'text'),
    showCheck(result, 'json'),
    more,
    ...said.flatMap(({ where, what, fix }) => [where, what, fix]),
  ].join('\n');
}

describe('a secret', () => {
  it('in any variable is never repeated', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Variable | 'DATABASE_URL'>(...VARIABLES, 'DATABASE_URL'),
        secret,
        (name, { value, mark }) => {
          const said = everythingSaid(check({ ...SLACK, ...ONE_APP, [name]: value }));
          // A path in DATA_DIR and the like is no secret place; only names of files are ever shown.
          if (name === 'ROLECALL_CONFIG' || name === 'PEOPLE_FILE') return;
          expect(said).not.toContain(mark);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('at any place of the policy file, as a key, or behind a variable, is never repeated', () => {
    fc.assert(
      fc.property(
        paths,
        secret,
        fc.constantFrom('value', 'key', 'variable', 'comment', 'broken'),
        (path, { value, mark }, how) => {
          const at = how === 'key' ? [...path.slice(0, -1), value] : path;
          const wrong = put(policy(), at, how === 'variable' ? `$\{SNEAKED}` : value);
          let text = stringify(wrong, { lineWidth: 0 });
          if (how === 'comment') text = `# ${value.trim()}\n${stringify(policy())}`;
          if (how === 'broken') text = `${text}\n"${value}\n: [${value}`;
          const said = everythingSaid(check({ ...SLACK, ...FILE_TOKEN, SNEAKED: value }, { 'access.yml': text }));
          expect(said).not.toContain(mark);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('that is one of ours is taken out even where a key repeats it', () => {
    const env = { ...SLACK, ACME_TOKEN: 'plainword' };
    const found = check(env, { 'access.yml': stringify({ ...policy(), plainword: 1 }) });
    expect(found.ok ? [] : found.faults.map(({ what }) => what)).toEqual(['(hidden) is an unknown key']);
  });

  it('is what an operator holds, not an example copied from a hint or a name of ours', () => {
    const hint = 'write the bot token (xoxb-…) from "OAuth & Permissions" of the Slack app';
    for (const copied of ['xoxb-…', '(xoxb-…)', 'bot token', 'SLACK_BOT_TOKEN']) {
      const found = check({ ...SLACK, ...ONE_APP, SLACK_BOT_TOKEN: copied });
      expect(found.ok ? [] : found.faults).toEqual([
        { where: 'SLACK_BOT_TOKEN', what: 'is not a bot token', fix: hint },
      ]);
    }
  });

  it('is not in the error either, nor in what a sound configuration prints', () => {
    const env = { ...SLACK, ...ONE_APP, SEATS: 'x' };
    const readFile = () => ({ kind: 'absent' }) as const;
    const error = (() => {
      try {
        return loadConfig({ env, cwd: CWD, readFile });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    const printed = `${error instanceof Error ? `${error.stack}${JSON.stringify(error)}` : ''}${everythingSaid(check({ ...SLACK, ...ONE_APP }))}`;
    for (const value of [SLACK.SLACK_BOT_TOKEN, SLACK.SLACK_APP_TOKEN, ONE_APP.SCIM_TOKEN])
      expect(printed).not.toContain(value);
  });
});

describe('a key in a fault', () => {
  it('is bounded, on one line and without direction marks', () => {
    expect(showKey('a\nb\u202ec')).toBe('a?b?c');
    expect(showKey('x '.repeat(100)).length).toBeLessThanOrEqual(61);
  });
});
