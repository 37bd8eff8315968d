/**
 * What an examination of the surroundings found: what is, and what to do about it. The shape in which every room reports
 * its own checks; knows none of them.
 */

/** One check. `subject` names what was looked at, the same at every run; `what` and `fix` are one sentence each. */
export type Finding =
  | { readonly state: 'ok'; readonly subject: string; readonly what: string }
  /** `unreachable`: a service did not answer, or not usably. */
  | {
      readonly state: 'warning' | 'fault' | 'unreachable';
      readonly subject: string;
      readonly what: string;
      readonly fix: string;
    }
  /** Could not be looked at; `what` says why. Never counted as well. */
  | { readonly state: 'unchecked'; readonly subject: string; readonly what: string };

export type FindingState = Finding['state'];

export const ok = (subject: string, what: string): Finding => ({ state: 'ok', subject, what });
export const warning = (subject: string, what: string, fix: string): Finding => ({
  state: 'warning',
  subject,
  what,
  fix,
});
export const fault = (subject: string, what: string, fix: string): Finding => ({ state: 'fault', subject, what, fix });
export const unreachable = (subject: string, what: string, fix: string): Finding => ({
  state: 'unreachable',
  subject,
  what,
  fix,
});
export const unchecked = (subject: string, what: string): Finding => ({ state: 'unchecked', subject, what });

/** `3 accounts`, `1 account`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The first few of a list, and how many more there are: `a, b and 7 more`. */
export function some(names: readonly string[], most = 10): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
