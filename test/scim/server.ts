/**
 * A SCIM service on loopback that can be told to misbehave: strict where the RFCs are strict, with one switch for each
 * quirk and a script for faults. Shares nothing with the client it tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Json = Record<string, unknown>;
export interface Seen {
  readonly method: string;
  /** Path below the base, e.g. `/Users/u1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly search: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly text: string;
}
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
export interface Exchange {
  readonly request: Seen;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Runs the service's own logic (and its effect). */
  readonly apply: () => Reply;
  readonly send: (reply: Reply) => void;
  /** Resets the connection without a word. */
  readonly reset: () => void;
}
type Rule = { times: number; readonly matches: (request: Seen) => boolean; readonly act: (exchange: Exchange) => void };

/** How this service differs from the RFCs; all off by default. */
export interface Quirks {
  /** What group reads say of members. */
  members?: 'listed' | 'empty' | 'absent';
  /** `members.value`, AWS's `members`, or no membership filter at all. */
  memberFilter?: 'members.value' | 'members' | 'none' | 'ignored';
  /** What `remove members[value eq …]` does. */
  valuePath?: 'removes' | 'wipes' | 'refused' | 'nothing';
  /** What `remove members` with a value does: the RFC ignores the value. */
  valueRemove?: 'wipes' | 'removes' | 'refused';
  oneMemberPerPatch?: boolean;
  maxMembersPerPatch?: number;
  /** Filters it cannot do, by attribute; `*` for all. */
  refusesFilter?: string;
  filterStatus?: { status: number; scimType?: string };
  ignoresFilters?: boolean;
  caseSensitiveUserName?: boolean;
  /** Forms of the `active` PATCH that are taken. */
  activeForms?: readonly ('path' | 'object')[];
  unknownForm?: 'refused' | 'ignored';
  storesActiveAsString?: boolean;
  dropsExternalId?: boolean;
  dottedPaths?: 'ignored';
  valuePathsOnUsers?: 'refused';
  /** A fragment of `name` replaces all of it. */
  nameReplaced?: boolean;
  patch?: 404 | 405 | 501;
  needsIfMatch?: boolean;
  /** Turns all rows of a list into an answer. */
  page?: (rows: readonly unknown[], query: URLSearchParams) => Json | Reply;
  strictAttributes?: boolean;
  memberTypeRequired?: boolean;
  ghostMembers?: 'stored' | 'dropped' | 500;
  groupsOnUsers?: boolean;
  search?: boolean;
}

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;
const fault = (status: number, scimType?: string, detail = 'refused'): Reply => ({
  status,
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), scimType, detail },
});

export async function startServer(quirks: Quirks = {}) {
  const users = new Map<string, Json>();
  const groups = new Map<string, Json>();
  const requests: Seen[] = [];
  const rules: Rule[] = [];
  let counter = 0;

  const membersOf = (group: Json) => group.members as Json[];
  const version = (resource: Json) => `W/"${(resource.meta as Json).version as number}"`;
  const touch = (resource: Json) => {
    const meta = resource.meta as { version: number };
    meta.version += 1;
  };

  function addUser(userName: string, fields: Json = {}): string {
    counter += 1;
    const id = (fields.id as string | undefined) ?? `u${counter}`;
    users.set(id, { schemas: [USER], active: true, meta: { version: 1 }, userName, ...fields, id });
    return id;
  }
  function addGroup(displayName: string, members: readonly string[] = [], fields: Json = {}): string {
    counter += 1;
    const id = (fields.id as string | undefined) ?? `g${counter}`;
    groups.set(id, { displayName, meta: { version: 1 }, ...fields, id, members: members.map((value) => ({ value })) });
    return id;
  }

  function showUser(user: Json): Json {
    const shown = json({ ...user, meta: { resourceType: 'User', version: version(user) } });
    if (quirks.storesActiveAsString) shown.active = user.active === true ? 'True' : 'False';
    if (quirks.groupsOnUsers) {
      const mine = [...groups.values()].filter((group) => membersOf(group).some((row) => row.value === user.id));
      shown.groups = mine.map((group) => ({ value: group.id }));
    }
    return shown;
  }
  function showGroup(group: Json, query: URLSearchParams): Json {
    const shown = json({ ...group, meta: { resourceType: 'Group', version: version(group) } });
    const excluded = query.get('excludedAttributes')?.split(',').includes('members') === true;
    if (excluded || quirks.members === 'absent') shown.members = undefined;
    else if (quirks.members === 'empty') shown.members = [];
    return json(shown);
  }

  /** `a eq "x" and b eq "y"`, nothing more. */
  function filtered(kind: string, rows: Json[], filter: string): Json[] | Reply {
    if (quirks.ignoresFilters) return rows;
    const parts = [...filter.matchAll(/(?:^| and )([A-Za-z.]+) eq ("(?:[^"\\]|\\.)*")/g)];
    if (parts.map((part) => part[0]).join('') !== filter) return fault(400, 'invalidFilter');
    let left = rows;
    for (const [, path = '', literal = '""'] of parts) {
      const refused = quirks.refusesFilter;
      if (refused === '*' || refused === path) {
        const { status, scimType } = quirks.filterStatus ?? { status: 400, scimType: 'invalidFilter' };
        return fault(status, scimType);
      }
      const wanted = JSON.parse(literal) as string;
      if (kind === 'Groups' && path.startsWith('members')) {
        if (quirks.memberFilter === 'ignored') continue;
        if ((quirks.memberFilter ?? 'none') !== path) return fault(400, 'invalidFilter');
        left = left.filter((row) => membersOf(row).some((member) => member.value === wanted));
      } else if (path === 'emails.value') {
        left = left.filter((row) => ((row.emails ?? []) as Json[]).some((email) => email.value === wanted));
      } else {
        const fold = (value: unknown) =>
          path === 'userName' && !quirks.caseSensitiveUserName ? String(value).toLowerCase() : String(value);
        left = left.filter((row) => row[path] !== undefined && fold(row[path]) === fold(wanted));
      }
    }
    return left;
  }

  function listed(kind: string, query: URLSearchParams): Reply {
    const all: Json[] = [...(kind === 'Users' ? users : groups).values()];
    const filter = query.get('filter');
    const rows = filter === null ? all : filtered(kind, all, filter);
    if (!Array.isArray(rows)) return rows;
    const shown = rows.map((row) => (kind === 'Users' ? showUser(row) : showGroup(row, query)));
    if (quirks.page !== undefined) {
      const page = quirks.page(shown, query);
      return typeof page.status === 'number' && !('Resources' in page)
        ? (page as unknown as Reply)
        : { status: 200, body: page };
    }
    const start = Math.max(1, Number(query.get('startIndex') ?? 1));
    const count = Math.max(0, Number(query.get('count') ?? 100));
    const resources = shown.slice(start - 1, start - 1 + count);
    return {
      status: 200,
      body: { totalResults: shown.length, startIndex: start, itemsPerPage: resources.length, Resources: resources },
    };
  }

  function patchUser(user: Json, operations: readonly Json[]): Reply | undefined {
    const next = json(user);
    for (const { op, path, value } of operations as { op: string; path?: string; value: unknown }[]) {
      if (!['add', 'replace', 'remove'].includes(op)) continue; // capitals: taken and ignored
      const form = path === undefined ? 'object' : 'path';
      if (path === 'active' || (value as Json | null)?.active !== undefined) {
        if (quirks.activeForms?.includes(form) === false) {
          if (quirks.unknownForm === 'ignored') continue;
          return fault(400, 'invalidPath');
        }
      }
      if (path?.includes('[') && quirks.valuePathsOnUsers === 'refused') return fault(400, 'invalidPath');
      const urn = /^(urn:.+):([^:]+)$/.exec(path ?? '');
      if (path === undefined) {
        for (const [key, part] of Object.entries(value as Json)) {
          const merge = key !== 'active' && typeof part === 'object' && !(key === 'name' && quirks.nameReplaced);
          next[key] = merge ? { ...(next[key] as Json), ...(part as Json) } : part;
        }
      } else if (urn?.[1] !== undefined && urn[2] !== undefined) {
        const extension = { ...(next[urn[1]] as Json) };
        if (op === 'remove') delete extension[urn[2]];
        else extension[urn[2]] = value;
        next[urn[1]] = extension;
      } else if (path === 'emails[type eq "work"].value') {
        const work = ((next.emails ?? []) as Json[]).find((email) => email.type === 'work');
        if (work === undefined) return fault(400, 'noTarget');
        work.value = value;
      } else if (path.includes('.')) {
        const [first = '', second = ''] = path.split('.');
        if (quirks.dottedPaths === 'ignored') next[path] = value;
        else next[first] = { ...(next[first] as Json), [second]: op === 'remove' ? undefined : value };
      } else if (op === 'remove') delete next[path];
      else next[path] = value;
    }
    if (typeof next.active !== 'boolean') return fault(400, 'invalidValue');
    for (const key of Object.keys(user)) if (!(key in next)) delete user[key];
    Object.assign(user, next);
    touch(user);
    return undefined;
  }

  function patchGroup(group: Json, operations: readonly Json[]): Reply | undefined {
    let next = membersOf(group);
    for (const { op, path, value } of operations as { op: string; path?: string; value?: Json[] }[]) {
      if (!['add', 'replace', 'remove'].includes(op)) continue;
      if (path === undefined) return fault(400, 'noTarget', 'path is required');
      const one = /^members\[value eq ("(?:[^"\\]|\\.)*")\]$/.exec(path);
      if (op === 'add' && path === 'members') {
        const rows = value ?? [];
        if (quirks.oneMemberPerPatch && rows.length > 1) return fault(400, 'invalidValue');
        if (rows.length > (quirks.maxMembersPerPatch ?? Number.POSITIVE_INFINITY)) return fault(413);
        if (quirks.memberTypeRequired && rows.some((row) => row.type !== 'User')) return fault(400, 'invalidValue');
        for (const row of rows) {
          if (next.some((member) => member.value === row.value)) continue;
          if (!users.has(row.value as string) && quirks.ghostMembers === 500) return fault(500);
          if (!users.has(row.value as string) && quirks.ghostMembers === 'dropped') continue;
          next = [...next, row];
        }
      } else if (op === 'remove' && one?.[1] !== undefined) {
        const id = JSON.parse(one[1]) as string;
        if (quirks.valuePath === 'refused') return fault(400, 'invalidPath');
        if (quirks.oneMemberPerPatch && operations.length > 1) return fault(400, 'invalidSyntax');
        if (quirks.valuePath === 'wipes') next = [];
        else if (quirks.valuePath !== 'nothing') next = next.filter((member) => member.value !== id);
      } else if (op === 'remove' && path === 'members') {
        if (quirks.valueRemove === 'refused') return fault(400, 'invalidPath');
        const named = (value ?? []).map((row) => row.value);
        next = quirks.valueRemove === 'removes' ? next.filter((member) => !named.includes(member.value)) : [];
      } else return fault(400, 'invalidPath');
    }
    group.members = next;
    touch(group);
    return undefined;
  }

  function created(kind: string, body: Json): Reply {
    const name = kind === 'Users' ? 'userName' : 'displayName';
    const fold = (value: unknown) => String(value).toLowerCase();
    const all = [...(kind === 'Users' ? users : groups).values()];
    if (all.some((row) => fold(row[name]) === fold(body[name]))) return fault(409, 'uniqueness');
    const { externalId, ...rest } = body;
    const kept = quirks.dropsExternalId || externalId === undefined ? rest : body;
    const id = kind === 'Users' ? addUser(String(body.userName), kept) : addGroup(String(body.displayName), [], kept);
    const stored = (kind === 'Users' ? users : groups).get(id) ?? {};
    const shown = kind === 'Users' ? showUser(stored) : showGroup(stored, new URLSearchParams());
    return { status: 201, body: shown, headers: { location: `https://elsewhere.invalid/x/${kind}/${id}` } };
  }

  function serve(request: Seen): Reply {
    const [, kind = '', rawId] = /^\/([^/]+)(?:\/(.+))?$/.exec(request.path) ?? [];
    const { method, query } = request;
    const body = (request.body ?? {}) as Json;
    if (kind !== 'Users' && kind !== 'Groups') return fault(404);
    if (method === 'POST' && rawId === '.search') {
      if (!quirks.search) return fault(404);
      const fields = Object.entries(body).filter(([key]) => key !== 'schemas');
      const kept = { ...quirks };
      delete quirks.refusesFilter;
      const reply = listed(
        kind,
        new URLSearchParams(Object.fromEntries(fields.map(([key, value]) => [key, String(value)]))),
      );
      Object.assign(quirks, kept);
      return reply;
    }
    if (rawId === undefined) {
      if (method === 'GET') return listed(kind, query);
      return method === 'POST' ? created(kind, body) : fault(405);
    }
    const id = decodeURIComponent(rawId);
    const resource = (kind === 'Users' ? users : groups).get(id);
    if (method === 'PATCH' && quirks.patch !== undefined) return fault(quirks.patch);
    if (resource === undefined) return fault(404);
    const show = () => (kind === 'Users' ? showUser(resource) : showGroup(resource, query));
    if (method === 'GET') return { status: 200, body: show(), headers: { etag: version(resource) } };
    const ifMatch = request.headers['if-match'];
    if (quirks.needsIfMatch && ifMatch === undefined) return fault(428);
    if (ifMatch !== undefined && ifMatch !== version(resource)) return fault(412);
    if (method === 'PATCH') {
      const operations = body.Operations as Json[];
      const refused = kind === 'Users' ? patchUser(resource, operations) : patchGroup(resource, operations);
      return refused ?? (kind === 'Users' ? { status: 200, body: show() } : { status: 204 });
    }
    if (method !== 'PUT') return fault(405);
    for (const key of Object.keys(resource)) if (key !== 'meta' && key !== 'id') delete resource[key];
    Object.assign(resource, json({ active: true, ...body, id }));
    touch(resource);
    return { status: 200, body: show() };
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://server');
      const text = Buffer.concat(chunks).toString('utf8');
      const request: Seen = {
        method: incoming.method ?? '',
        // Only what is below the base is SCIM here.
        path: url.pathname.startsWith('/scim/v2/') ? url.pathname.slice('/scim/v2'.length) : `/outside${url.pathname}`,
        query: url.searchParams,
        search: url.search,
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
        text,
      };
      requests.push(request);
      const send = ({ status, body, headers }: Reply) => {
        const words = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/scim+json', ...headers });
        response.end(words);
      };
      const rule = rules.find((one) => one.times > 0 && one.matches(request));
      if (rule === undefined) return send(serve(request));
      rule.times -= 1;
      rule.act({
        request,
        response,
        socket: incoming.socket,
        apply: () => serve(request),
        send,
        reset: () => incoming.socket.resetAndDestroy(),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/scim/v2`,
    origin: `http://127.0.0.1:${port}`,
    quirks,
    users,
    groups,
    requests,
    addUser,
    addGroup,
    membersOf: (id: string) => membersOf(groups.get(id) ?? { members: [] }).map((row) => String(row.value)),
    /** `METHOD /path` of all requests so far. */
    lines: () => requests.map((request) => `${request.method} ${request.path}`),
    count: (method: string) => requests.filter((request) => request.method === method).length,
    /** Scripts the next `times` matching requests; `match` is `METHOD /prefix`. */
    script(match: string, act: (exchange: Exchange) => void, times = 1) {
      const [method = '', prefix = ''] = match.split(' ');
      const matches = (request: Seen) => request.method === method && request.path.startsWith(prefix);
      rules.push({ times, matches, act });
    },
    answer(match: string, reply: Reply, times = 1) {
      this.script(match, ({ send }) => send(reply), times);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type Server = Awaited<ReturnType<typeof startServer>>;
