/**
 * The environment and `.env` as one: who wins, what counts as set, what is wrong with a variable.
 * Knows no variable's meaning; every fault it collects names a variable, never a value.
 */
import { parseEnv } from 'node:util';
import type { Fault, Warning } from './config.ts';
import { nearest } from './nearest.ts';
import { showKey } from './secrets.ts';
import type { TextFile } from './text-file.ts';
import type { Reader } from './values.ts';
import { VARIABLES, VARIABLES_NOT_YET } from './variables.ts';

export interface Environment {
  /** The value, trimmed; `undefined` when absent or blank. */
  readonly get: (name: string) => string | undefined;
  /** Reads a variable, or `otherwise` where it is unset. A fault is collected and `undefined` returned. */
  readonly read: <T>(name: string, reader: Reader<T>, otherwise?: string) => T | undefined;
  readonly fault: (where: string, what: string, fix: string) => void;
  readonly faults: readonly Fault[];
  /** Slips: variables that nothing reads, given those the policy file names. */
  readonly unread: (named: ReadonlySet<string>) => readonly Warning[];
}

/** Prefixes under which an unknown name in the real environment is probably meant for Rolecall. */
const OURS = /^(?:SLACK|SCIM|ROLECALL|APP|OPS)_/;

/** Joins the real environment with the text of `.env`; the real one wins, even where it is blank. */
export function joinEnvironment(real: Readonly<Record<string, string | undefined>>, dotEnv: TextFile): Environment {
  const faults: Fault[] = [];
  const fault = (where: string, what: string, fix: string) => void faults.push({ where, what, fix });
  let file: Readonly<Record<string, string | undefined>> = {};
  if (dotEnv.kind === 'text') file = parseEnv(dotEnv.text);
  if (dotEnv.kind === 'unusable') fault('.env', dotEnv.why, 'mend or remove the file');

  const own = (from: Readonly<Record<string, string | undefined>>, name: string) =>
    Object.hasOwn(from, name) ? from[name] : undefined;
  const get = (name: string): string | undefined => (own(real, name) ?? own(file, name))?.trim() || undefined;

  for (const name of VARIABLES_NOT_YET) {
    if (get(name) !== undefined) fault(name, 'is not available yet', 'take it out of the environment and of .env');
  }
  return {
    get,
    fault,
    faults,
    read: (name, reader, otherwise) => {
      const result = reader.read(get(name) ?? otherwise);
      if (result.ok) return result.value;
      for (const { what, fix } of result.problems) fault(name, what, fix);
      return undefined;
    },
    unread: (named) => {
      const isKnown = (name: string) => named.has(name) || [...VARIABLES, ...VARIABLES_NOT_YET].includes(name);
      const warnings: Warning[] = [];
      for (const name of new Set([...Object.keys(file), ...Object.keys(real).filter((each) => OURS.test(each))])) {
        if (isKnown(name)) continue;
        const near = nearest(name, VARIABLES);
        if (near === undefined && !Object.hasOwn(file, name)) continue;
        const fix = near === undefined ? 'take it out of .env' : `did you mean ${near}?`;
        warnings.push({ where: showKey(name), what: 'is a variable that nothing reads', fix });
      }
      return warnings;
    },
  };
}
