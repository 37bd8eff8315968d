/**
 * Address and token as an operator pastes them, and the paths made of them (RFC 7644 §3.13; RFC 6750 §2.1). Sends nothing.
 */
import { ScimError } from './error.ts';
import { isUsableId } from './fields.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function input(message: string): ScimError {
  return new ScimError({ fault: 'input', outcome: 'not-sent', message });
}

/** Keeps path and query string of a pasted address; `new URL(path, base)` would drop the path. */
export function parseBase(url: string): { readonly origin: string; readonly path: string; readonly search: string } {
  const base = URL.parse(url.trim());
  if (base === null) throw input('The SCIM address is not a URL.');
  if (base.username !== '' || base.password !== '') throw input('The SCIM address must not hold credentials.');
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && LOOPBACK.test(base.hostname))) {
    throw input('The SCIM address must be https; plain http is for loopback only.');
  }
  return { origin: base.origin, path: base.pathname.replace(/\/+$/, ''), search: base.search.replace(/^\?/, '') };
}

export function parseToken(token: string): string {
  const bare = token.trim().replace(/^bearer(\s+|$)/i, '');
  if (!/^[\x21-\x7e]+$/.test(bare)) throw input('The SCIM token is empty or holds characters no token has.');
  return bare;
}

/** One id as one path segment. @throws ScimError for what cannot be one. */
export function pathId(id: string): string {
  if (!isUsableId(id)) throw input('A SCIM id is empty, too long or holds characters that cannot be sent.');
  return encodeURIComponent(id);
}

/** The pasted query string and ours; `null` sends the bare name. */
export function queryString(search: string, query: readonly (readonly [string, string | null])[] | undefined): string {
  const parts = search === '' ? [] : [search];
  for (const [name, value] of query ?? []) {
    parts.push(value === null ? name : `${name}=${encodeURIComponent(value)}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
