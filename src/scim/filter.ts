/**
 * Builds filters (RFC 7644 §3.4.2.2): lower-case operators, single spaces, JSON strings — the spelling every server
 * reads. Refuses to know attributes, and to parse anything.
 */
import { ScimError } from './error.ts';

/** An attribute path as RFC 7644 §3.10 spells it; callers pass literals. */
export type AttributePath = string;

/**
 * One value as a JSON string.
 *
 * @throws ScimError `input` for control characters and lone surrogates: no identifier has them, and some servers cut there
 */
export function quote(value: string): string {
  if (/\p{Cc}/u.test(value) || !value.isWellFormed() || value === '') {
    throw new ScimError({
      fault: 'input',
      outcome: 'not-sent',
      message: 'A filter value is empty or holds control characters.',
    });
  }
  return JSON.stringify(value);
}

/** `attribute eq "value"` */
export function eq(attribute: AttributePath, value: string): string {
  return `${attribute} eq ${quote(value)}`;
}

/** `attribute gt "value"`: later than, for moments (RFC 7644 §3.4.2.2). */
export function gt(attribute: AttributePath, value: string): string {
  return `${attribute} gt ${quote(value)}`;
}

export function and(...filters: readonly string[]): string {
  return filters.join(' and ');
}

/** Value path: `attribute[filter]`. */
export function where(attribute: AttributePath, filter: string): string {
  return `${attribute}[${filter}]`;
}

/** Some parsers cannot read an escaped quote or backslash, so a refusal of such a filter says nothing of others. */
export function needsEscaping(value: string): boolean {
  return JSON.stringify(value) !== `"${value}"`;
}

/** How names are compared where the schema says they are case-insensitive (RFC 7643 §4.1.1). */
export function foldCase(value: string): string {
  return value.normalize('NFC').toLowerCase();
}
