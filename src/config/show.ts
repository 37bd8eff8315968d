/**
 * How faults, warnings and a sound configuration are printed, for people and as JSON.
 * Prints names and numbers only; a Config goes in, its secrets do not come out.
 */
import type { Fault, Warning } from './config.ts';
import type { CheckResult } from './load.ts';

const entry = ({ where, what, fix }: Fault): string => `  ${where}: ${what}\n    → ${fix}`;
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** Faults for people, one block of text without a newline at its end. */
export function showFaults(faults: readonly Fault[]): string {
  return [`${count(faults.length, 'configuration fault')}:`, ...faults.map(entry)].join('\n');
}

/** Warnings for people, empty when there are none. */
export function showWarnings(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return '';
  return [`${count(warnings.length, 'warning')}:`, ...warnings.map(entry)].join('\n');
}

/** The output of `rolecall check`: text for people, or one JSON document. */
export function showCheck(result: CheckResult, form: 'text' | 'json'): string {
  const { warnings } = result;
  if (form === 'json') {
    if (!result.ok) return JSON.stringify({ ok: false, faults: result.faults, warnings }, undefined, 2);
    const { config } = result;
    const apps = Object.values(config.policy.apps).map((app) => ({
      key: app.key,
      profile: app.profile,
      mode: app.mode,
      roles: Object.keys(app.roles),
      rules: app.rules.length,
    }));
    const mode = config.slack.appToken === undefined ? 'http' : 'socket';
    return JSON.stringify(
      { ok: true, source: config.source, digest: config.digest, slack: mode, apps, faults: [], warnings },
      undefined,
      2,
    );
  }
  const told = showWarnings(warnings);
  if (!result.ok) return [showFaults(result.faults), ...(told === '' ? [] : [told])].join('\n\n');
  const { config } = result;
  const apps = Object.values(config.policy.apps).map((app) => {
    const roles = Object.keys(app.roles).join(', ') || 'none';
    return `  ${app.key} (${app.profile}, ${app.mode}): roles ${roles}; ${count(app.rules.length, 'rule')}`;
  });
  const head = `The configuration is sound (from ${config.source === 'file' ? 'the policy file' : 'the environment'}, ${config.slack.appToken === undefined ? 'HTTP' : 'Socket Mode'}).`;
  return [[head, ...apps, `  policy ${config.digest.slice(0, 12)}`].join('\n'), ...(told === '' ? [] : [told])].join(
    '\n\n',
  );
}
