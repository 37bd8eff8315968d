/**
 * Sentences as data: a tagged template whose every string is text and nothing else, rendered to Slack's mrkdwn or to
 * plain text at the last moment. Escaping cannot be forgotten, because nothing but this file writes markup.
 */
import { clip, escapeMrkdwn, inertMrkdwn, oneLine, severalLines } from './escape.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bold'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly lines: readonly string[] }
  | { readonly kind: 'mention'; readonly user: string; readonly name: string }
  | { readonly kind: 'usergroup'; readonly id: string }
  | { readonly kind: 'date'; readonly at: number; readonly style: DateStyle; readonly zone: string }
  | { readonly kind: 'link'; readonly url: string; readonly label: string }
  | { readonly kind: 'emoji'; readonly name: string };

export interface Words {
  readonly parts: readonly Part[];
}

/** `moment`: day and time, `time`: of a day that is clear from the sentence, `day`: no time. */
export type DateStyle = 'moment' | 'time' | 'day';

/** Longest piece of foreign text inside a sentence, UTF-16 units. */
const PIECE = 200;
const REASON_SHOWN = 500;

const TOKENS: Record<DateStyle, string> = {
  moment: '{date_short_pretty} at {time}',
  time: '{time}',
  day: '{date_short_pretty}',
};

const textPart = (text: string): Part => ({ kind: 'text', text });

/**
 * The tag: literal parts are ours; interpolated strings are cleaned to one bounded line without blanks at its edges;
 * Words pass as they are.
 */
export function say(strings: TemplateStringsArray, ...values: readonly (string | number | Words)[]): Words {
  const parts: Part[] = [];
  for (const [index, literal] of strings.entries()) {
    if (literal !== '') parts.push(textPart(literal));
    const value = values[index];
    if (value === undefined) continue;
    if (typeof value === 'object') parts.push(...value.parts);
    else parts.push(textPart(oneLine(String(value), PIECE)));
  }
  return { parts };
}

export const NOTHING: Words = { parts: [] };
export const isNothing = (words: Words): boolean => words.parts.length === 0;
/** One foreign piece of text, bounded. */
export const piece = (text: string, max = PIECE): Words => ({ parts: [textPart(oneLine(text, max))] });
/** Ours: one word or label in bold. */
export const bold = (text: string): Words => ({ parts: [{ kind: 'bold', text: oneLine(text, PIECE) }] });
export const code = (text: string, max = PIECE): Words => ({ parts: [{ kind: 'code', text: oneLine(text, max) }] });
/** What a person wrote, as a block of its own: every line is marked, so none can pass for ours. */
export const quote = (text: string): Words => ({
  parts: [{ kind: 'quote', lines: severalLines(text, REASON_SHOWN, 10) }],
});
export const emoji = (name: string): Words => ({ parts: [{ kind: 'emoji', name }] });
export const mention = (user: string, name: string): Words => ({
  parts: [{ kind: 'mention', user, name: oneLine(name, 80) }],
});
/** A user group by its id: shown by its handle, and nobody is pinged for being named. */
export const usergroup = (id: string): Words => ({ parts: [{ kind: 'usergroup', id }] });
/** @param at ms  @param zone IANA zone of the fallback; Slack shows the reader's own */
export const date = (at: number, style: DateStyle, zone: string): Words => ({
  parts: [{ kind: 'date', at, style, zone }],
});
/** A link to a place of ours (never of a person's). Anything but http(s) is shown as its label only. */
export const link = (url: string, label: string): Words => ({
  parts: [{ kind: 'link', url, label: oneLine(label, PIECE) }],
});

/** Joins with `between`; empty ones are left out. */
export function join(all: readonly Words[], between: string): Words {
  const parts: Part[] = [];
  for (const words of all) {
    if (isNothing(words)) continue;
    if (parts.length > 0) parts.push(textPart(between));
    parts.push(...words.parts);
  }
  return { parts };
}

/** "a, b, c and 4 more". */
export function listed(all: readonly Words[], max: number, more: (count: number) => string): Words {
  if (all.length <= max) return join(all, ', ');
  return say`${join(all.slice(0, max), ', ')} ${more(all.length - max)}`;
}

/** Making one takes longer than all the rest of a card. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(style: DateStyle, timeZone: string): Intl.DateTimeFormat {
  const key = `${style} ${timeZone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    ...(style === 'time' ? {} : { year: 'numeric', month: '2-digit', day: '2-digit' }),
    ...(style === 'day' ? {} : { hour: '2-digit', minute: '2-digit' }),
  });
  formats.set(key, made); // as many as there are zones in the policy: one
  return made;
}

/** The date in words that need no Slack: `2026-11-22 17:04 (Europe/Berlin)`. */
function fallbackDate(at: number, style: DateStyle, zone: string): string {
  try {
    return `${formatFor(style, zone).format(at)} (${zone})`;
  } catch {
    return `${formatFor(style, 'UTC').format(at)} (UTC)`; // a zone this runtime does not know
  }
}

const LAST_DATE = 8.64e15; // ECMA-262: the last instant a Date can hold, ms

function safeUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const safe = href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('&', '&amp;');
  return safe.length <= 1000 ? safe : undefined;
}

/** One part as mrkdwn; only `text` may be cut, the others stand or fall whole. */
function partToMrkdwn(part: Part): string {
  switch (part.kind) {
    case 'text':
      return inertMrkdwn(part.text);
    case 'bold':
      return part.text === '' ? '' : `*${inertMrkdwn(part.text.replaceAll('*', ''))}*`;
    case 'code':
      return part.text === '' ? '' : `\`${escapeMrkdwn(part.text.replaceAll('`', "'"))}\``;
    case 'quote':
      return part.lines.map((line) => `>${inertMrkdwn(line)}`).join('\n');
    case 'mention':
      return /^[UW][A-Z0-9]{1,30}$/.test(part.user) ? `<@${part.user}>` : partToMrkdwn(textPart(part.name));
    case 'usergroup':
      return /^S[A-Z0-9]{1,30}$/.test(part.id) ? `<!subteam^${part.id}>` : partToMrkdwn(textPart(part.id));
    case 'date': {
      if (!(Math.abs(part.at) <= LAST_DATE)) return '?';
      const fallback = escapeMrkdwn(fallbackDate(part.at, part.style, part.zone)).replaceAll('|', ' ');
      return `<!date^${Math.floor(part.at / 1000)}^${TOKENS[part.style]}|${fallback}>`;
    }
    case 'link': {
      const url = safeUrl(part.url);
      const label = inertMrkdwn(part.label).replaceAll('|', '/');
      return url === undefined || label === '' ? label : `<${url}|${label}>`;
    }
    case 'emoji':
      return `:${part.name}:`;
  }
}

function partToPlain(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'bold':
    case 'code':
      return part.text;
    case 'quote':
      return part.lines.join(' ');
    case 'mention':
      return part.name === '' ? part.user : part.name;
    case 'usergroup':
      return `group ${part.id}`;
    case 'date':
      return Math.abs(part.at) <= LAST_DATE ? fallbackDate(part.at, part.style, part.zone) : '?';
    case 'link':
      return part.label;
    case 'emoji':
      return '';
  }
}

/** As much of an escaped text as fits, never half an entity or half a character. */
function cutEscaped(text: string, max: number): string {
  let kept = '';
  for (const [unit] of text.matchAll(/&(?:amp|lt|gt);|[^&]/gsu)) {
    if (kept.length + unit.length > max) break;
    kept += unit;
  }
  return kept;
}

/** Slack mrkdwn of at most `max` UTF-16 units; a cut never leaves half a mention, date, link or entity. */
export function toMrkdwn(words: Words, max = 3000): string {
  const rendered = words.parts.map(partToMrkdwn);
  const whole = rendered.join('');
  if (whole.length <= max) return whole;
  let out = '';
  for (const [index, text] of rendered.entries()) {
    const left = max - 1 - out.length;
    if (text.length <= left) out += text;
    else return `${out}${words.parts[index]?.kind === 'text' ? cutEscaped(text, left) : ''}…`;
  }
  return out;
}

/** The same sentence where no markup is possible: labels, field errors, confirm dialogs. One line. */
export function toPlain(words: Words, max = 3000): string {
  return clip(words.parts.map(partToPlain).join('').replace(/\s+/gu, ' ').trim(), max);
}
