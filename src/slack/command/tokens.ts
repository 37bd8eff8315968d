/**
 * Slack's command text → words. Undoes Slack's escaping, smart quotes and odd blanks; knows no verb.
 */
import { oneLine, unescapeMrkdwn } from '../text/escape.ts';

export type Token =
  /** A mention that Slack itself made. */
  | { readonly kind: 'mention'; readonly user: string; readonly start: number }
  | { readonly kind: 'word'; readonly text: string; readonly start: number };

const QUOTES = /[\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033\u2036]/gu;
const APOSTROPHES = /[\u2018\u2019\u201A\u201B\u2032]/gu;

/** One line, blanks collapsed, plain quotes. Still in Slack's escaping. */
export function tidy(text: string, max: number): string {
  return oneLine(text, max).replace(QUOTES, '"').replace(APOSTROPHES, "'");
}

/** `<@U…|name>` | `<…>` | `"two words"` | word. A word may end where a `<…>` begins. */
const TOKEN = /<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>|<([^<>]*)>|"([^"]*)"|[^\s<]+|</gu;

/** @param text from `tidy` */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const start = match.index;
    const [whole, user, inner, quoted] = match;
    if (user !== undefined) found.push({ kind: 'mention', user, start });
    else if (inner !== undefined) found.push({ kind: 'word', text: readInner(inner), start });
    else found.push({ kind: 'word', text: unescapeMrkdwn(quoted ?? whole), start });
  }
  return found;
}

/** What a person typed to get this `<…>` from Slack. */
function readInner(inner: string): string {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? '' : unescapeMrkdwn(inner.slice(bar + 1));
  if (target.startsWith('mailto:')) return unescapeMrkdwn(target.slice('mailto:'.length));
  if (target.startsWith('tel:')) return label === '' ? target.slice('tel:'.length) : label;
  if (target.startsWith('@')) return `@${label === '' ? target.slice(1) : label}`;
  if (target.startsWith('#')) return `#${label === '' ? target.slice(1) : label}`;
  if (target.startsWith('!')) {
    if (label !== '') return label;
    return `@${target.slice(1).split('^')[0] ?? ''}`;
  }
  return unescapeMrkdwn(target);
}

const SPAN = /<([^<>]*)>/gu;

/** Free text as the person meant it: links as their address, mentions as `@name`, nothing escaped. */
export function freeText(text: string): string {
  let out = '';
  let from = 0;
  for (const match of text.matchAll(SPAN)) {
    out += unescapeMrkdwn(text.slice(from, match.index)) + readInner(match[1] ?? '');
    from = match.index + match[0].length;
  }
  return out + unescapeMrkdwn(text.slice(from));
}

const EMAIL = /^[^\s@<>"(),:;[\]\\]{1,64}@[^\s@<>"(),:;[\]\\.]+(?:\.[^\s@<>"(),:;[\]\\.]+)+$/u;

/** Whether a word can only be an e-mail address. At most 254 characters (RFC 5321 §4.5.3.1). */
export const isEmail = (text: string): boolean => text.length <= 254 && EMAIL.test(text);
