/**
 * Which regular expressions a policy may use: those whose worst case on a reason is bounded.
 * Knows nothing of rules or reasons but their greatest length.
 */
import { REASON_MAX } from '../access/policy.ts';

/**
 * The most steps a pattern may need for a reason of {@link REASON_MAX} characters, by a generous count
 * (measured: a quarter of a second for the worst pattern found that is let through).
 */
const STEPS_MAX = 1e8;
const LENGTH_MAX = 200;

/** One level of parentheses. `varies`: something inside repeats or chooses. */
interface Group {
  varies: boolean;
  alternatives: number;
}

type Verdict = { readonly ok: true } | { readonly ok: false; readonly what: string };
const no = (what: string): Verdict => ({ ok: false, what });

const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;

/** How many ways a quantifier can go: 1 for `{3}`, 2 for `?`, undefined for as many as the text is long. */
function choices(quantifier: string): number | undefined {
  if (quantifier.startsWith('?')) return 2;
  const bounds = /^\{(\d+)(,?)(\d*)\}/.exec(quantifier);
  if (bounds === null) return undefined;
  if (bounds[2] === '') return 1;
  return bounds[3] === '' ? undefined : Number(bounds[3]) - Number(bounds[1]) + 1;
}

/** The length of the one escape, class or character a pattern begins with. */
function atomLength(pattern: string): number {
  const atom = /^(?:\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c.|.)|\[(?:\\.|[^\]\\])*\]|.)/su;
  return atom.exec(pattern)?.[0].length ?? 1;
}

/**
 * Judges a pattern. Refused: what does not compile (flag `u`), back-references and look-around, a repeated group that
 * itself repeats or chooses, and whatever could need more than {@link STEPS_MAX} steps. Such a pattern may take
 * exponential time on a hostile reason; what passes is polynomial with a known bound.
 */
export function judgePattern(pattern: string): Verdict {
  if (pattern.length > LENGTH_MAX) return no(`is longer than ${LENGTH_MAX} characters`);
  try {
    new RegExp(pattern, 'u').test(''); // compiles only when used
  } catch {
    return no('is not a regular expression');
  }
  const whole: Group = { varies: false, alternatives: 1 };
  const stack: Group[] = [whole];
  let unbounded = 0;
  let ways = 1;
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const group = stack.at(-1) ?? whole;
    let closed: Group | undefined;
    if (/^\\[1-9k]/.test(rest)) return no('refers back to an earlier group, which can take exponential time');
    if (/^\(\?<?[=!]/.test(rest)) return no('looks ahead or behind, which cannot be bounded');
    if (/^\(\?[^:<]/.test(rest)) return no('changes flags inside a group');
    if (rest.startsWith('(')) {
      stack.push({ varies: false, alternatives: 1 });
      at += /^\((?:\?:|\?<[^>]*>)?/.exec(rest)?.[0].length ?? 1;
      continue;
    }
    if (rest.startsWith('|')) {
      group.alternatives += 1;
      group.varies = true;
      at += 1;
      continue;
    }
    if (rest.startsWith(')')) closed = stack.pop();
    at += closed === undefined ? atomLength(rest) : 1;
    const outer = stack.at(-1) ?? whole;
    const quantifier = QUANTIFIER.exec(pattern.slice(at))?.[0];
    if (quantifier !== undefined) {
      at += quantifier.length;
      if (closed?.varies === true && !quantifier.startsWith('?')) {
        return no('repeats a group that itself repeats or chooses, which can take exponential time');
      }
      const many = choices(quantifier);
      if (many === undefined) unbounded += 1;
      else ways *= many;
      outer.varies = true;
    }
    if (closed !== undefined) {
      ways *= closed.alternatives;
      outer.varies ||= closed.varies;
    }
  }
  const anchored = pattern.startsWith('^') && whole.alternatives === 1;
  const degree = unbounded + (anchored ? 0 : 1);
  let steps = ways * whole.alternatives;
  for (let power = 1; power <= degree; power++) steps *= REASON_MAX / power;
  return steps > STEPS_MAX ? no('repeats too often for its time to be bounded') : { ok: true };
}
