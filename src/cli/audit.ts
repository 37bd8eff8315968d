/**
 * `rolecall audit verify`: says in words whether the history holds, and else where it breaks. Needs the data folder alone,
 * so that an auditor can run it on a copy; changes nothing there.
 */
import { counted } from '../access/finding.ts';
import type { Head } from '../access/ports.ts';
import { findDataDir, showFaults } from '../config/index.ts';
import { EXIT } from '../operations/exit.ts';
import { errnoOf } from '../store/lowdb/errors.ts';
import { type Verification, verifyJournal } from '../store/lowdb/verify.ts';

export interface AuditWish {
  /** A head that somebody was sent. */
  readonly head?: Head;
  readonly json: boolean;
}

type Found<Ok extends boolean> = Extract<Verification, { readonly ok: Ok }>;

const SET_FOLDER = 'Set DATA_DIR to the data folder of the bot, or to a copy of it.';

/** @returns the exit status: 0 the history holds, 1 it does not or there is none to read, 78 configuration */
export async function verifyAudit({ head, json }: AuditWish): Promise<number> {
  const data = findDataDir();
  if ('faults' in data) {
    process.stderr.write(`${showFaults(data.faults)}\n`);
    return EXIT.configuration;
  }
  let result: Verification;
  try {
    result = await verifyJournal(data.dir, head === undefined ? {} : { head });
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    const fix = code === 'EACCES' ? 'Run this as a user who may read it, or on a copy.' : SET_FOLDER;
    process.stderr.write(`rolecall: the journal in ${data.dir} cannot be read (${code}). ${fix}\n`);
    return EXIT.refused;
  }
  const text = result.ok ? held(result, head) : broken(result, data.dir);
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : text);
  return result.ok ? EXIT.done : EXIT.refused;
}

function held({ lines, segments, head: last, damage }: Found<true>, asked: Head | undefined): string {
  const extent = `${counted(lines, 'line')} in ${counted(segments, 'segment')}`;
  return [
    `The history holds: ${extent}, head ${show(last)}.\n`,
    ...(asked === undefined ? [] : [`It contains the head ${show(asked)}.\n`]),
    ...damage.map(
      ({ segment, from, to }) => `Bytes ${from}–${to} of ${segment} were damaged; what they held is not known.\n`,
    ),
  ].join('');
}

function broken({ fault: { kind, head, segment, offset, seq, detail } }: Found<false>, dir: string): string {
  // No sign of a change, but most often of another folder: it must not sound like one.
  if (kind === 'empty' && segment === undefined)
    return `There is no journal in ${dir}: nothing was verified.\n${SET_FOLDER}\n`;
  const what = head === undefined ? detail : `it does not contain the head ${show(head)}, because ${detail}`;
  const where = segment === undefined ? '' : ` (line ${seq}, ${segment} at byte ${offset})`;
  return `The history does not hold: ${what}${where}.\nLooked at ${dir}.\n`;
}

const show = ({ seq, hash }: Head): string => `${seq}:${hash}`;
