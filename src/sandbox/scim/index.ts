// A SCIM 2.0 app on loopback that behaves like a real one, also when real ones misbehave.
// Refuses to know the client: it is driven over HTTP only, and looked at through state() and calls.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Call, createCallLog } from './calls.ts';
import { chooseDialect, type Dialect, type DialectName } from './dialects.ts';
import { createEditor, type Editor } from './edit.ts';
import { createFaultBook, type Fault, type FaultKind } from './faults.ts';
import type { Context, Exchange, Reply, ScimRequest } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { route } from './routes.ts';
import { plant, type Seed } from './seed.ts';
import { type ScimState, snapshot } from './state.ts';
import {
  cut,
  instead,
  PAGE,
  parseBody,
  readBody,
  replyTo,
  type Sent,
  sendBroken,
  sendHtml,
  type Wait,
} from './wire.ts';
import { createWorld, type World } from './world.ts';

export type { Call } from './calls.ts';
export { DIALECTS, type Dialect, type DialectName } from './dialects.ts';
export type { Editor } from './edit.ts';
export { FAULTS, type Fault, type FaultKind, type FaultName, type RetryAfter } from './faults.ts';
export { type Closed, type Quirks, STRICT } from './quirks.ts';
export type { Seed, SeedGroup, SeedUser } from './seed.ts';
export type { ScimState, StateGroup, StateUser } from './state.ts';

export type ScimServiceOptions = {
  readonly host: '127.0.0.1';
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** The bearer token; also replaceable later. */
  readonly token: string;
  readonly dialect: DialectName | Dialect;
  /** Single switches that differ from the dialect's. */
  readonly quirks?: Partial<Quirks>;
  readonly seed: Seed;
  /** The story's clock, ms since 1970. */
  readonly now: () => number;
  /** How many calls are remembered; 500 where left out. */
  readonly remember?: number;
};

export type ScimService = Editor & {
  /** The base URL to configure a client with, without a slash at its end. */
  readonly url: string;
  /** Back to the seed and the first dialect; faults, latency and calls are forgotten. */
  reset(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
  /** What the app shows at this moment of its clock, and what it holds back still. */
  state(): ScimState;
  /** The last requests, oldest first. */
  readonly calls: readonly Call[];
  readonly dialect: Dialect;
  setDialect(dialect: DialectName | Dialect, quirks?: Partial<Quirks>): void;
  setToken(token: string): void;
  /** Real milliseconds that pass before each request is worked on. */
  latency(ms: number): void;
  /** Scripts a fault; the returned function takes it out again. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  /** Listens; the returned function stops that. */
  on(event: 'change', listener: () => void): () => void;
  on(event: 'call', listener: (call: Call) => void): () => void;
};

/** Starts the service. */
export async function createScimService(options: ScimServiceOptions): Promise<ScimService> {
  const { now } = options;
  const opaque = randomBytes(12).toString('base64url');
  const basePath = `/scim/v2.0/${opaque}`;
  const book = createFaultBook();
  const log = createCallLog(options.remember ?? 500);
  const onChange = new Set<() => void>();
  const onCall = new Set<(call: Call) => void>();
  const changed = (): void => {
    for (const listener of onChange) listener();
  };

  let token = options.token;
  let dialect = chooseDialect(options.dialect, options.quirks);
  let latencyMs = 0;
  let turns = 0;
  let dice = 1;
  let world: World = populate();

  function populate(): World {
    const fresh = createWorld(now, changed);
    plant(fresh, options.seed, now());
    return fresh;
  }
  // The same delays for the same story: a generator of its own (Lehmer), started anew by reset.
  const delay = (): number => {
    const { min, max } = dialect.quirks.visibleAfter;
    dice = (dice * 48_271) % 2_147_483_647;
    return min + Math.floor(((max - min) * dice) / 2_147_483_647);
  };

  const waiting = new Set<() => void>();
  const wait: Wait = (ms) =>
    new Promise((resolve) => {
      const settle = (passed: boolean): void => {
        clearTimeout(timer);
        waiting.delete(stop);
        resolve(passed);
      };
      const stop = (): void => settle(false);
      const timer = setTimeout(() => settle(true), ms);
      waiting.add(stop);
    });

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host, resolve);
  });
  const url = `http://${options.host}:${portOf(server.address())}${basePath}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const target = new URL(request.url ?? '/', url);
    if (target.pathname !== basePath && !target.pathname.startsWith(`${basePath}/`)) {
      sendHtml(response, 404, PAGE);
      return;
    }
    const path = `${target.pathname.slice(basePath.length)}${target.search}`;
    const method = request.method ?? 'GET';
    const faults = book.strike(method, decoded(path));
    let text = '';
    let sent: Sent;
    try {
      text = await readBody(request);
      sent = await exchange(request, response, target, text, faults);
    } catch (error) {
      if (response.destroyed || response.headersSent) sent = cut(response);
      else sent = await sendBroken(response, refusalReply(error), dialect.quirks, [], wait);
    }
    const ms = performance.now() - started;
    const names = faults.map((kind) => kind.type);
    const call = log.add({
      at: now(),
      method,
      path,
      status: sent.status,
      ms,
      request: text,
      response: sent.text,
      faults: names,
    });
    for (const listener of onCall) listener(call);
  }

  async function exchange(
    request: IncomingMessage,
    response: ServerResponse,
    target: URL,
    text: string,
    faults: readonly FaultKind[],
  ): Promise<Sent> {
    for (const ms of [latencyMs, ...pauses(faults, 'before')]) {
      if (ms > 0 && !(await wait(ms))) return cut(response);
    }
    if (faults.some((kind) => kind.type === 'reset' && kind.when === 'before')) return cut(response);
    for (const kind of faults) {
      const other = instead(kind, Date.now);
      if (other?.html !== undefined) return sendHtml(response, other.reply.status, other.html);
      if (other !== undefined) return await sendBroken(response, other.reply, dialect.quirks, faults, wait);
    }
    const quirks: Quirks = Object.assign(
      { ...dialect.quirks },
      ...faults.map((kind) => (kind.type === 'quirks' ? kind.quirks : {})),
    );
    const context: Context = { world, quirks, base: url, now, delay, turn: () => (turns += 1) };
    const reply = work(context, request, target, text, faults);
    for (const ms of pauses(faults, 'after')) if (!(await wait(ms))) return cut(response);
    return await sendBroken(response, reply, quirks, faults, wait);
  }

  /** Carries a request out, at once and as a whole: no other request comes between. */
  function work(
    context: Context,
    request: IncomingMessage,
    target: URL,
    text: string,
    faults: readonly FaultKind[],
  ): Reply {
    let prepared: Exchange;
    try {
      if (request.headers.authorization !== `Bearer ${token}`) {
        throw new Refusal(401, undefined, 'The token is missing or wrong', {
          'WWW-Authenticate': 'Bearer realm="scim"',
        });
      }
      prepared = route(context, {
        method: request.method ?? 'GET',
        segments: segmentsOf(target.pathname.slice(basePath.length)),
        query: target.searchParams,
        ifMatch: request.headers['if-match'],
        ifNoneMatch: request.headers['if-none-match'],
        body: parseBody(text, request.headers['content-type'], context.quirks),
      } satisfies ScimRequest);
    } catch (error) {
      return refusalReply(error, context.quirks);
    }
    if (!faults.some((kind) => kind.type === 'no-effect')) {
      prepared.commit();
      if (request.method !== 'GET') changed();
    }
    return prepared.reply();
  }

  const refusalReply = (error: unknown, quirks: Quirks = dialect.quirks): Reply =>
    replyTo(
      error instanceof Refusal ? error : new Refusal(500, undefined, `A fault of the sandbox: ${String(error)}`),
      quirks,
    );

  const editor = createEditor(() => ({ world, now, changed }));

  return {
    ...editor,
    url,
    get calls() {
      return log.list();
    },
    get dialect() {
      return dialect;
    },
    reset() {
      dialect = chooseDialect(options.dialect, options.quirks);
      token = options.token;
      latencyMs = 0;
      turns = 0;
      dice = 1;
      book.clear();
      log.clear();
      world = populate();
      changed();
    },
    async close() {
      for (const stop of [...waiting]) stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
    state: () => snapshot(world, dialect),
    setDialect(next, quirks) {
      world.flush();
      dialect = chooseDialect(next, quirks);
      changed();
    },
    setToken(next) {
      token = next;
    },
    latency(ms) {
      latencyMs = ms;
    },
    fault: (fault) => book.add(fault),
    clearFaults: () => book.clear(),
    on(event: 'change' | 'call', listener: (call: Call) => void) {
      if (event === 'call') {
        onCall.add(listener);
        return () => onCall.delete(listener);
      }
      // A change carries nothing: whoever listens looks at state().
      const told: () => void = Object.assign(listener);
      onChange.add(told);
      return () => onChange.delete(told);
    },
  };
}

function pauses(faults: readonly FaultKind[], when: 'before' | 'after'): number[] {
  return faults.flatMap((kind) => (kind.type === 'hang' && kind.when === when ? [kind.ms] : []));
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The service has no port');
  return address.port;
}

/**
 * Splits and decodes a path: a slash inside an id stays inside its segment.
 * @throws Refusal 404 where the encoding is broken.
 */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw new Refusal(404, undefined, 'No such endpoint');
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
