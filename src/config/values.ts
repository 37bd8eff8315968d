/**
 * How single values are written and read: durations, e-mails, addresses, people, zones.
 * Knows neither files nor variables; says what is wrong without ever repeating a value.
 */
import { foldEmail } from '../access/people.ts';
import type { Principal } from '../access/policy.ts';
import { DAY, HOUR, MINUTE } from '../access/policy.ts';
import { nearest } from './nearest.ts';
import { judgePattern } from './pattern.ts';

/** What is wrong with a value, or with the part of it that `path` leads to. */
export interface Problem {
  readonly path: readonly number[];
  readonly what: string;
  readonly fix: string;
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads one value as it stands in the file or the environment. */
export interface Reader<T> {
  /** How it is written, to follow the word "write". */
  readonly form: string;
  readonly read: (value: unknown) => Read<T>;
}

export const good = <T>(value: T): Read<T> => ({ ok: true, value });
export const bad = (what: string, fix: string): Read<never> => ({
  ok: false,
  problems: [{ path: [], what, fix }],
});

/** What is absent, empty or simply something else (`undefined` from `read`) is refused here, once for all readers. */
function present<T>(noun: string, form: string, read: (value: unknown) => Read<T> | undefined): Reader<T> {
  return {
    form,
    read: (value) => {
      if (value === undefined) return bad('is missing', `write ${form}`);
      if (value === null || value === '') return bad('is empty', `write ${form}, or take it out`);
      return read(value) ?? bad(`is not ${noun}`, `write ${form}`);
    },
  };
}

/** A reader of text. A bare number or `true` in YAML is no text. */
export function ofText<T>(noun: string, form: string, read: (text: string) => Read<T> | undefined): Reader<T> {
  return present(noun, form, (value) =>
    typeof value === 'string'
      ? read(value)
      : bad(`is not ${noun}`, `write ${form}; in quotes if it looks like a number`),
  );
}

const lines = (value: string): boolean => !/[\p{Cc}\p{Cf}]/u.test(value.replaceAll('\n', ''));

/** Words on one line, without control or direction marks. */
export const words = (max: number): Reader<string> =>
  ofText('a plain text on one line', `a text on one line, at most ${max} characters`, (value) =>
    value.trim() === value && value.length <= max && !value.includes('\n') && lines(value) ? good(value) : undefined,
  );

/** Words on any number of lines. */
export const prose = (max: number): Reader<string> =>
  ofText('a plain text', `a text of at most ${max} characters`, (value) =>
    value.trim() !== '' && value.length <= max && lines(value) ? good(value.trim()) : undefined,
  );

export const flag: Reader<boolean> = present('true or false', 'true or false', (value) =>
  typeof value === 'boolean' ? good(value) : undefined,
);

/** One word of a closed list; a slip gets the nearest word. */
export function oneOf<const T extends string>(known: readonly T[]): Reader<T> {
  const form = `one of ${known.join(', ')}`;
  return present('a known word', form, (value) => {
    const found = known.find((word) => word === value);
    if (found !== undefined) return good(found);
    const near = typeof value === 'string' ? nearest(value, known) : undefined;
    return near === undefined ? undefined : bad('is not a known word', `did you mean ${near}?`);
  });
}

export const wholeNumber = (min: number, max: number): Reader<number> =>
  present('such a number', `a whole number from ${min} to ${max}`, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? good(value) : undefined,
  );

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: MINUTE, h: HOUR, d: DAY };

/** How a duration is written, the shortest way: `90m`, `4h`, `1d`. */
export function showDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms % (UNITS[name] ?? 1) === 0) ?? 's';
  return `${ms / (UNITS[unit] ?? 1)}${unit}`;
}

/** A whole number and s, m, h or d → ms, from one second up to and including `maxDays`. */
export function duration(maxDays: number): Reader<number> {
  const form = `a whole number and s, m, h or d (such as 4h), at most ${maxDays}d`;
  return present('such a duration', form, (value) => {
    const match = typeof value === 'string' ? /^(\d{1,9})([smhd])$/.exec(value) : null;
    if (match === null) return undefined;
    const ms = Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
    return ms >= 1000 && ms <= maxDays * DAY ? good(ms) : undefined;
  });
}

const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`;
const DOMAIN = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})+$`, 'u');

/** A domain, folded: `example.com`. */
export const domain: Reader<string> = ofText('a domain', 'a domain such as example.com', (value) => {
  if (value.includes('@')) return bad('should be a domain, not an e-mail', 'write only what follows the @');
  if (value.includes('*')) return bad('should be one domain', 'list every domain; there are no wildcards');
  const folded = value.normalize('NFC').toLowerCase();
  return folded.length <= 253 && DOMAIN.test(folded) ? good(folded) : undefined;
});

/** An e-mail address, folded. */
export const email: Reader<string> = ofText('an e-mail', 'an e-mail such as name@example.com', (value) => {
  const folded = foldEmail(value);
  const at = folded.lastIndexOf('@');
  const local = folded.slice(0, at);
  if (at < 1 || folded.length > 254 || /[\s"(),:;<>@[\\\]\p{Cc}\p{Cf}]/u.test(local)) return undefined;
  return DOMAIN.test(folded.slice(at + 1)) ? good(folded) : undefined;
});

export const slackUser: Reader<string> = ofText('a Slack user id', 'a Slack user id such as U0123ABCD', (value) =>
  /^[UW][A-Z0-9]{2,20}$/.test(value) ? good(value) : undefined,
);

const PERSON = 'an e-mail, a Slack user id (U…) or usergroup:S…';

/** A person or a user group, as owners and approvers are named. */
export const principal: Reader<Principal> = ofText<Principal>('a person or a user group', PERSON, (value) => {
  if (value.startsWith('usergroup:')) {
    const id = value.slice('usergroup:'.length);
    if (/^S[A-Z0-9]{2,20}$/.test(id)) return good({ kind: 'usergroup', id });
    return bad('names a user group by something else than its id', 'write usergroup: and the id that begins with S');
  }
  const user = slackUser.read(value);
  if (user.ok) return good({ kind: 'slack', user: user.value });
  if (value.startsWith('@'))
    return bad('names somebody by an @ name', 'write the e-mail; a user group as usergroup:S…');
  const address = email.read(value);
  return address.ok ? good({ kind: 'email', email: address.value }) : undefined;
});

/** A person, a user group, or one of the words that stand for people. */
export function principalOr<const W extends string>(known: readonly W[]): Reader<Principal | W> {
  const form = `${PERSON}, or ${known.join(' or ')}`;
  return ofText<Principal | W>('a person, a user group or a known word', form, (value) => {
    const word = known.find((each) => each === value);
    if (word !== undefined) return good(word);
    const found = principal.read(value);
    if (found.ok) return found;
    const near = nearest(value, known);
    return near === undefined ? undefined : bad('is not a known word', `did you mean ${near}?`);
  });
}

/** A list, every element read on its own; all that are wrong are named. */
export function listOf<T>(form: string, element: Reader<T>, max = 200): Reader<readonly T[]> {
  return present('a list', form, (value) => {
    if (!Array.isArray(value)) return undefined;
    if (value.length === 0) return bad('is empty', `write ${form}`);
    if (value.length > max) return bad(`has more than ${max} entries`, 'name a user group instead of so many people');
    const found: T[] = [];
    const problems: Problem[] = [];
    const seen = new Set<string>();
    for (const [index, each] of value.entries()) {
      const one = element.read(each);
      if (!one.ok) {
        problems.push(...one.problems.map((problem) => ({ ...problem, path: [index, ...problem.path] })));
      } else if (seen.size === seen.add(JSON.stringify(one.value)).size) {
        problems.push({ path: [index], what: 'is there twice', fix: 'take it out once' });
      } else {
        found.push(one.value);
      }
    }
    return problems.length > 0 ? { ok: false, problems } : good(found);
  });
}

/** One of the given words, or a list. */
export function wordOrList<const W extends string, T>(
  known: readonly W[],
  list: Reader<readonly T[]>,
): Reader<W | readonly T[]> {
  const form = `${known.join(' or ')}, or ${list.form}`;
  return present<W | readonly T[]>('a known word or a list', form, (value) => {
    if (Array.isArray(value)) return list.read(value);
    const word = known.find((each) => each === value);
    if (word !== undefined) return good(word);
    if (typeof value !== 'string') return undefined;
    const near = nearest(value, known);
    const fix = near === undefined ? 'write people as a list, even one: [name@example.com]' : `did you mean ${near}?`;
    return bad('is not a known word', fix);
  });
}

/** An IANA time zone. Fixed offsets are refused: they know no summer time. */
export const timezone: Reader<string> = ofText(
  'an IANA time zone',
  'an IANA time zone such as Europe/Berlin',
  (value) => {
    if (!/^[A-Za-z][\w+/-]*$/.test(value)) return undefined;
    try {
      new Intl.DateTimeFormat('en', { timeZone: value });
      return good(value);
    } catch {
      const near = nearest(value, Intl.supportedValuesOf('timeZone'));
      return near === undefined ? undefined : bad('is not an IANA time zone', `did you mean ${near}?`);
    }
  },
);

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

/** An address of a service: https, or plain http to this machine; no user name, no fragment. */
export function serviceUrl(query: 'query allowed' | 'no query'): Reader<string> {
  const form = 'an https address (plain http only to this machine)';
  return ofText('a usable address', form, (value) => {
    const url = URL.parse(value);
    if (url === null || value.length > 2000 || /[\s\p{Cc}]/u.test(value)) return undefined;
    if (url.username !== '' || url.password !== '')
      return bad('holds a user name or a password', 'put the secret into the token');
    if (url.hash !== '') return bad('has a # part', 'take it out');
    if (query === 'no query' && url.search !== '') return bad('has a query string', 'take out the ? and what follows');
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return good(value);
    return url.protocol === 'http:'
      ? bad('would send secrets unencrypted', 'use https:// (http:// is for loopback only)')
      : undefined;
  });
}

/** A page people may open from Slack. */
export const pageUrl: Reader<string> = ofText('an https address', 'an https address of a page', (value) => {
  const url = URL.parse(value);
  if (url === null || value.length > 2000 || /[\s<>|\p{Cc}]/u.test(value)) return undefined;
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? good(value) : undefined;
});

/** A regular expression with a bounded worst case, see {@link judgePattern}. */
export const pattern: Reader<string> = ofText('a regular expression', 'a regular expression', (value) => {
  const verdict = judgePattern(value);
  return verdict.ok ? good(value) : bad(verdict.what, 'write a plain pattern, such as (INC|CHG)-\\d+');
});

/** A page made from a match: `{0}` is the whole match, `{1}` its first group. The host is fixed. */
export const linkTemplate: Reader<string> = ofText(
  'a link template',
  'an https address with {0} for what matched',
  (value) => {
    if (!/\{\d\}/.test(value) || /[{}]/.test(value.replaceAll(/\{\d\}/g, ''))) return undefined;
    if (!/^https:\/\/[^/?#{]+[/?#]/.test(value)) return undefined;
    return pageUrl.read(value.replaceAll(/\{\d\}/g, '0')).ok ? good(value) : undefined;
  },
);

/** A bearer token as it goes into a header: visible ASCII without blanks. `Bearer ` in front was pasted along. */
export const bearerToken: Reader<string> = ofText('a token', 'the token alone, without blanks', (value) => {
  const token = value.replace(/^bearer\s+/i, '');
  return /^[\x21-\x7e]{1,4096}$/.test(token) ? good(token) : undefined;
});
