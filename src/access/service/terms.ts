/**
 * The terms of an ask against its rule: how long, and why. Pure; the same answers in a form, at submit and later.
 */
import { instantOf } from '../calendar.ts';
import { type Refusal, refuse } from '../errors.ts';
import { REASON_MAX, type Rule } from '../policy.ts';
import type { DurationAsk, Length } from '../request.ts';
import { looksLikeSecret } from '../secrets.ts';

/** What is wrong with a text from a person, whatever the rule: too long, or a secret in it. */
export function textRefusal(text: string | undefined): Refusal | undefined {
  if (text === undefined) return undefined;
  if (looksLikeSecret(text)) return { code: 'looks_like_secret' };
  return Array.from(text).length > REASON_MAX ? { code: 'reason_too_long', max: REASON_MAX } : undefined;
}

export function reasonRefusal(rule: Rule, reason: string | undefined): Refusal | undefined {
  const given = reason?.trim() ?? '';
  if (given === '') return rule.reason.required ? { code: 'reason_required' } : undefined;
  const { matches } = rule.reason;
  if (matches !== undefined && !new RegExp(matches, 'u').test(given))
    return { code: 'reason_mismatch', pattern: matches };
  return textRefusal(given);
}

/**
 * The length a grant gets: the rule's default, or what was asked for, never clipped.
 * @param from ms, when it was asked  @param zone of the person who asked
 * @throws AccessError `in_the_past`, `too_short`, `too_long`
 */
export function lengthFor(rule: Rule, asked: DurationAsk | undefined, from: number, zone: string): Length {
  const { min, max } = rule.duration;
  const within = (ms: number): void => {
    if (ms <= 0) refuse({ code: 'in_the_past' });
    if (ms < min) refuse({ code: 'too_short', min });
    if (ms > max) refuse({ code: 'too_long', max });
  };
  if (asked === undefined) return { kind: 'for', ms: rule.duration.default };
  if (asked.kind === 'for') {
    within(asked.ms);
    return { kind: 'for', ms: asked.ms };
  }
  const at = instantOf(asked, from, zone);
  if (!Number.isFinite(at)) refuse({ code: 'in_the_past' });
  within(at - from);
  return { kind: 'until', at };
}
