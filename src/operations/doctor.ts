/**
 * `rolecall doctor`: runs the examinations each room brings, and prints what they found, for people and as JSON.
 * Examines nothing itself; nothing leaves here that was not cleaned.
 */
import { type Finding, type FindingState, fault } from '../access/finding.ts';
import { onScreen } from './screen.ts';

/** One examination: whatever it throws becomes a finding, so that the others are heard. */
export interface Examination {
  /** For machines, the same at every run: `slack`, `app:perplexity`. */
  readonly key: string;
  readonly title: string;
  readonly examine: () => Promise<readonly Finding[]>;
}

export interface Section {
  readonly key: string;
  readonly title: string;
  readonly findings: readonly Finding[];
}

export interface Report {
  readonly sections: readonly Section[];
  readonly counts: Readonly<Record<FindingState, number>>;
  /** `unreachable` goes before `found`: where a service was silent, not everything was looked at. */
  readonly verdict: 'well' | 'found' | 'unreachable';
}

/**
 * Runs the examinations side by side.
 * @param redact takes every known secret out of a text
 */
export async function runDoctor(
  examinations: readonly Examination[],
  redact: (text: string) => string,
): Promise<Report> {
  const sections = await Promise.all(
    examinations.map(async ({ key, title, examine }) => ({ key, title, findings: await examine().catch(broken) })),
  );
  return reportOf(sections, redact);
}

export function reportOf(sections: readonly Section[], redact: (text: string) => string): Report {
  // Names come from other people's systems.
  const clean = (text: string): string => onScreen(redact(text));
  const cleaned = sections.map(({ key, title, findings }) => ({
    key,
    title: clean(title),
    findings: findings.map((each): Finding => {
      const told = { ...each, subject: clean(each.subject), what: clean(each.what) };
      return 'fix' in told ? { ...told, fix: clean(told.fix) } : told;
    }),
  }));
  const counts: Record<FindingState, number> = { ok: 0, warning: 0, fault: 0, unreachable: 0, unchecked: 0 };
  for (const { findings } of cleaned) for (const { state } of findings) counts[state] += 1;
  const found = counts.warning + counts.fault + counts.unchecked > 0;
  const verdict = counts.unreachable > 0 ? 'unreachable' : found ? 'found' : 'well';
  return { sections: cleaned, counts, verdict };
}

function broken(error: unknown): Finding[] {
  const what = `this examination broke off: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`;
  return [fault('doctor', what, 'this is a mistake in Rolecall: report it with this line')];
}

/** One JSON document, with the exit status the process will have. */
export function showReportAsJson({ sections, counts, verdict }: Report, status: number): string {
  return JSON.stringify({ ok: verdict === 'well', status, counts, sections }, undefined, 2);
}

const MARKS: Readonly<Record<FindingState, string>> = {
  ok: 'ok',
  warning: 'WARNING',
  fault: 'FAULT',
  unreachable: 'NO ANSWER',
  unchecked: 'NOT CHECKED',
};
const MARK_WIDTH = 13;
const SUBJECT_MAX = 24;
const NARROWEST = 40;

/** @param columns width of the terminal */
export function showReport({ sections, counts }: Report, columns: number): string {
  const subjects = sections.flatMap(({ findings }) => findings.map(({ subject }) => subject.length));
  const width = Math.min(SUBJECT_MAX, Math.max(0, ...subjects)) + 2;
  const indent = 2 + MARK_WIDTH + width;
  const room = Math.max(NARROWEST, columns - indent);
  const lines: string[] = [];
  for (const { title, findings } of sections) {
    lines.push(title);
    let last = '';
    for (const finding of findings) {
      const { state, subject, what } = finding;
      const [first = '', ...rest] = wrap(what, room);
      const name = subject === last ? '' : subject;
      last = subject;
      lines.push(`  ${MARKS[state].padEnd(MARK_WIDTH)}${name.padEnd(width - 2)}  ${first}`.trimEnd());
      for (const more of rest) lines.push(' '.repeat(indent) + more);
      if ('fix' in finding) {
        for (const [at, more] of wrap(finding.fix, room - 2).entries()) {
          lines.push(`${' '.repeat(indent)}${at === 0 ? '→ ' : '  '}${more}`);
        }
      }
    }
    lines.push('');
  }
  return [...lines, summary(counts)].join('\n');
}

function summary(counts: Report['counts']): string {
  const count = (state: FindingState, one: string, many: string): string[] =>
    counts[state] === 0 ? [] : [`${counts[state]} ${counts[state] === 1 ? one : many}`];
  const bad = [
    ...count('fault', 'fault', 'faults'),
    ...count('unreachable', 'service did not answer', 'times no answer'),
    ...count('warning', 'warning', 'warnings'),
    ...count('unchecked', 'check not made', 'checks not made'),
  ];
  if (bad.length === 0) return `All is well: ${counts.ok} checks.`;
  return `${bad.join(', ')}; ${counts.ok} ${counts.ok === 1 ? 'check is' : 'checks are'} well.`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
