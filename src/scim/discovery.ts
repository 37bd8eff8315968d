/**
 * What a server says of itself, and whether it can be reached at all. Advisory: everything here can be absent or wrong
 * (quirk 26), and nothing that changes access rests on it.
 */
import type { Capabilities, PingResult } from './contract.ts';
import { ScimError } from './error.ts';
import { countOf, fold, isRecord, listOf, present, textOf, truthOf } from './fields.ts';
import type { Http, ScimRequest } from './http.ts';
import { parseList } from './messages.ts';

/** Reads a ServiceProviderConfig (RFC 7643 §5, RFC 9865 §4), each member by itself: one bad member must not lose the others. */
export function parseConfig(raw: unknown) {
  const config = fold(raw);
  const filter = fold(config.filter);
  const pagination = fold(config.pagination);
  return present({
    patch: truthOf(fold(config.patch).supported),
    filter: truthOf(filter.supported),
    filterMaxResults: countOf(filter.maxresults),
    etag: truthOf(fold(config.etag).supported),
    cursor: truthOf(pagination.cursor),
    index: truthOf(pagination.index),
    maxPageSize: countOf(pagination.maxpagesize),
  });
}

/** Reads ResourceTypes (RFC 7643 §6), as a list or as the bare array some servers send. */
export function parseResourceTypes(raw: unknown): Pick<Capabilities, 'groups' | 'userExtensions'> {
  const rows = Array.isArray(raw) ? raw : (parseList(raw)?.rows ?? []);
  const types = rows.filter(isRecord).map((row) => {
    const { name, endpoint, schemaextensions } = fold(row);
    return { name: textOf(name), endpoint: textOf(endpoint), extensions: listOf(schemaextensions) };
  });
  if (types.length === 0) return {};
  const users = types.find((type) => type.name === 'User' || type.endpoint?.endsWith('/Users'));
  return present({
    groups: types.some((type) => type.name === 'Group' || type.endpoint?.endsWith('/Groups') === true),
    userExtensions: users?.extensions.flatMap((row) => textOf(fold(row).schema) ?? []),
  });
}

const HOUR_MS = 60 * 60_000;

/** Discovery, asked at most once an hour. */
export function createDiscovery(http: Http, now: () => number) {
  let cached: { readonly at: number; readonly capabilities: Capabilities } | undefined;

  /** `undefined` where the server does not answer usefully; a refused token or no connection is the caller's to know. */
  async function ask(route: string): Promise<unknown> {
    try {
      return (await http.send({ method: 'GET', route, intent: 'read', settle: [500, 501] })).body;
    } catch (error) {
      const saysNothing = error instanceof ScimError && (error.fault === 'http' || error.fault === 'unreadable');
      if (saysNothing && error.status !== 401 && error.status !== 429 && error.status !== 503) return undefined;
      throw error;
    }
  }

  /** What was found within the last hour; asks nothing. */
  const recent = (): Capabilities | undefined =>
    cached !== undefined && Math.abs(now() - cached.at) < HOUR_MS ? cached.capabilities : undefined;

  return {
    recent,
    async discover(): Promise<Capabilities> {
      const still = recent();
      if (still !== undefined) return still;
      const [config, types] = await Promise.all([ask('/ServiceProviderConfig'), ask('/ResourceTypes')]);
      const capabilities = { ...parseConfig(config), ...parseResourceTypes(types) };
      cached = { at: now(), capabilities };
      return capabilities;
    },
  };
}

function pingFailure(error: ScimError): PingResult {
  const status = error.status ?? 0;
  switch (error.fault) {
    case 'tls':
      return { kind: 'tls', code: error.code ?? 'UNKNOWN' };
    case 'timeout':
      return { kind: 'timeout' };
    case 'network':
    case 'closed':
      return { kind: 'unreachable', code: error.code ?? 'UNKNOWN' };
    case 'redirect':
      return { kind: 'redirected', status };
    default:
      break;
  }
  if (status === 401) return { kind: 'bad-token' };
  if (status === 403) return { kind: 'forbidden' };
  if (status === 404 || status === 405) return { kind: 'wrong-url', status };
  if (status === 429 || status === 503) return present({ kind: 'busy' as const, retryAfter: error.retryAfter });
  if (status >= 500) return { kind: 'server-error', status };
  return { kind: 'not-scim', status };
}

/**
 * Test connection: one row of users proves address and token (ServiceProviderConfig may be public), one of groups
 * whether there are any. One try each, no waiting.
 */
export async function ping(http: Http): Promise<PingResult> {
  const first = (route: string): ScimRequest => ({
    method: 'GET',
    route,
    query: [
      ['startIndex', '1'],
      ['count', '1'],
    ],
    intent: 'read',
    once: true,
  });
  const [users, groups] = await Promise.allSettled([http.send(first('/Users')), http.send(first('/Groups'))]);
  if (users.status === 'rejected') {
    if (users.reason instanceof ScimError) return pingFailure(users.reason);
    throw users.reason;
  }
  const page = parseList(users.value.body);
  if (page === undefined) return { kind: 'not-scim', status: users.value.status };
  return present({ kind: 'ok' as const, users: page.total, groups: groupsOf(groups) });
}

function groupsOf(asked: PromiseSettledResult<{ readonly body: unknown }>): 'yes' | 'none' | 'forbidden' | 'unknown' {
  if (asked.status === 'fulfilled') return parseList(asked.value.body) === undefined ? 'unknown' : 'yes';
  const status = asked.reason instanceof ScimError ? asked.reason.status : undefined;
  if (status === 404 || status === 405 || status === 501) return 'none';
  return status === 401 || status === 403 ? 'forbidden' : 'unknown';
}
