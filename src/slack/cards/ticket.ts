/**
 * The ticket a reason names, as a link: from the rule's pattern and address, both the policy's. Never a person's address.
 */
import type { Rule } from '../../access/policy.ts';

/** `undefined`: the rule has no address, or the reason names nothing of its form. */
export function ticketOf(
  rule: Rule | undefined,
  reason: string | undefined,
): { url: string; label: string } | undefined {
  const { link, matches } = rule?.reason ?? {};
  if (link === undefined || matches === undefined || reason === undefined) return undefined;
  const found = match(matches, reason);
  const label = found?.[0] ?? '';
  if (found === undefined || label === '') return undefined;
  return { url: link.replace(/\{(\d)\}/gu, (_, group) => encodeURIComponent(found[Number(group)] ?? '')), label };
}

/** What the pattern finds: the whole and its groups. Patterns are judged for their cost when the policy is read. */
function match(pattern: string, reason: string): readonly string[] | undefined {
  try {
    return new RegExp(pattern, 'u').exec(reason)?.slice() ?? undefined;
  } catch {
    return undefined; // a pattern that is no longer valid links to nothing
  }
}
