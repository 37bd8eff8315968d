/**
 * When a try may be repeated and how long to wait first (pure). Refuses to know how anything is sent or slept.
 */
import type { ScimOutcome } from './error.ts';

/**
 * What is at stake: `read` changes nothing · `set` may be repeated, but only after looking (the caller's part) ·
 * `create` must never be repeated blindly.
 */
export type Intent = 'read' | 'set' | 'create';

export interface Judgement {
  readonly outcome: ScimOutcome;
  /** The same call may succeed later. */
  readonly retryable: boolean;
  /** It may be sent again right here. */
  readonly repeat: boolean;
}

export const MAX_TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** No answer came. What was never sent can always be sent again; what was sent only if it is a read. */
export function judgeSilence(intent: Intent, sent: boolean, hopeless: boolean): Judgement {
  const harmless = !sent || intent === 'read';
  return { outcome: harmless ? 'not-sent' : 'unknown', retryable: !hopeless, repeat: harmless && !hopeless };
}

/**
 * An answer that is not 2xx (RFC 9110 §15). Only statuses that promise "not processed" count as refusals; a 503 with
 * Retry-After may be repeated as such, yet still counts as possibly applied.
 */
export function judgeStatus(intent: Intent, status: number, hasRetryAfter: boolean): Judgement {
  const reads = intent === 'read';
  const refused = (again: boolean): Judgement => ({ outcome: 'refused', retryable: again, repeat: again });
  const unclear = (retryable: boolean, repeat: boolean): Judgement => ({
    outcome: reads ? 'refused' : 'unknown',
    retryable,
    repeat,
  });
  if (status === 425 || status === 429 || (status === 403 && hasRetryAfter)) return refused(true);
  if (status === 503) return unclear(true, reads || hasRetryAfter);
  if (status === 501 || status === 505) return refused(false);
  if (status === 408 || status >= 500) return unclear(true, reads);
  if (status >= 400 || status === 307 || status === 308) return refused(false);
  // Any other 3xx that was not followed: a form-style "see other" comes after the fact.
  return unclear(false, false);
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3): seconds or a date, ms from now. A date is measured against the server's own
 * `Date` where there is one, so that clocks need not agree. `undefined`: absent or garbage.
 */
export function parseRetryAfter(value: string | undefined, date: string | undefined, now: number): number | undefined {
  const word = value?.trim();
  if (!word) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(word)) return Math.ceil(Number(word) * 1000);
  if (!/[a-z]{3}/i.test(word)) return undefined;
  const until = Date.parse(word);
  if (Number.isNaN(until)) return undefined;
  const from = date === undefined ? Number.NaN : Date.parse(date);
  return Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/** Exponential with full jitter, 1 s doubling to 60 s. `tried` counts the tries made, from 1. */
export function backOff(tried: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1)));
}
