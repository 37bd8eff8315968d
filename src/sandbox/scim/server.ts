// Holds one HTTP conversation: token, faults before and after the work, the work itself, the answer.
// Refuses to know users and groups; it is told what a request comes to.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from './calls.ts';
import type { FaultKind } from './faults.ts';
import type { Exchange, Reply, ScimRequest } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import {
  checkAccept,
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

/** What the server asks of the app behind it, at each request anew. */
export type Behind = {
  readonly token: () => string;
  readonly quirks: () => Quirks;
  /** Real ms that pass before a request is worked on. */
  readonly latency: () => number;
  /** The faults that strike this request; `path` is decoded. */
  readonly strike: (method: string, path: string) => readonly FaultKind[];
  /** Prepares an exchange or throws a Refusal. */
  readonly route: (request: ScimRequest, quirks: Quirks) => Exchange;
  readonly called: (call: Omit<Call, 'at'>) => void;
  /** Told when a request has been read and is about to be worked on. */
  readonly arrived: (request: Arrival) => void;
};

/** A request that has come in whole. `path` as in {@link Call}. */
export type Arrival = { readonly method: string; readonly path: string };

export type Server = { readonly url: string; close(): Promise<void> };

/** Listens; `basePath` begins with a slash and ends without one. */
export async function startServer(host: string, port: number, basePath: string, behind: Behind): Promise<Server> {
  const closing = Promise.withResolvers<false>();
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

  /** Waits as long as the faults say; false where the service was closed meanwhile. */
  const pause = async (faults: readonly FaultKind[], when: 'before' | 'after'): Promise<boolean> => {
    for (const kind of faults) {
      const here = (kind.type === 'hang' || kind.type === 'hold') && kind.when === when ? kind : undefined;
      if (here?.type === 'hang' && here.ms > 0 && !(await wait(here.ms))) return false;
      if (here?.type === 'hold') {
        const released = Promise.allSettled([here.until]).then(() => true);
        if (!(await Promise.race([closing.promise, released]))) return false;
      }
    }
    return true;
  };

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  // Longer than clients keep idle connections, so that a reset is always a scripted one.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const method = request.method ?? 'GET';
    const target = targetOf(request);
    if (target === undefined || (target.pathname !== basePath && !target.pathname.startsWith(`${basePath}/`))) {
      sendHtml(response, 404, PAGE);
      return;
    }
    const path = `${target.pathname.slice(basePath.length)}${target.search}`;
    const faults = behind.strike(method, decoded(path));
    let text = '';
    let sent: Sent;
    try {
      text = await readBody(request);
      sent = await converse(request, response, target, text, faults);
    } catch (error) {
      const broken = response.destroyed || response.headersSent || !request.complete;
      sent = broken ? cut(response) : await sendBroken(response, refused(error), behind.quirks(), [], wait);
    }
    const ms = performance.now() - started;
    const names = faults.map((kind) => kind.type);
    behind.called({ method, path, status: sent.status, ms, request: text, response: sent.text, faults: names });
  }

  async function converse(
    request: IncomingMessage,
    response: ServerResponse,
    target: URL,
    text: string,
    faults: readonly FaultKind[],
  ): Promise<Sent> {
    behind.arrived({
      method: request.method ?? 'GET',
      path: `${target.pathname.slice(basePath.length)}${target.search}`,
    });
    const latency: FaultKind = { type: 'hang', ms: behind.latency(), when: 'before' };
    if (!(await pause([latency, ...faults], 'before'))) return cut(response);
    if (faults.some((kind) => kind.type === 'reset' && kind.when === 'before')) return cut(response);
    const quirks: Quirks = Object.assign(
      { ...behind.quirks() },
      ...faults.map((kind) => (kind.type === 'quirks' ? kind.quirks : {})),
    );
    for (const kind of faults) {
      const other = instead(kind, Date.now);
      if (other?.html !== undefined) return sendHtml(response, other.reply.status, other.html);
      if (other !== undefined) return await sendBroken(response, other.reply, quirks, faults, wait);
    }
    const reply = work(request, target, text, quirks, faults);
    if (!(await pause(faults, 'after'))) return cut(response);
    return await sendBroken(response, reply, quirks, faults, wait);
  }

  /** Carries a request out, at once and as a whole: no other request comes between. */
  function work(
    request: IncomingMessage,
    target: URL,
    text: string,
    quirks: Quirks,
    faults: readonly FaultKind[],
  ): Reply {
    try {
      const { headers } = request;
      if (headers.authorization !== `Bearer ${behind.token()}`) {
        const challenge = { 'WWW-Authenticate': 'Bearer realm="scim"' };
        throw new Refusal(401, undefined, 'The token is missing or wrong', challenge);
      }
      checkAccept(headers.accept, quirks);
      const exchange = behind.route(
        {
          method: request.method ?? 'GET',
          segments: segmentsOf(target.pathname.slice(basePath.length)),
          query: target.searchParams,
          ifMatch: headers['if-match'],
          ifNoneMatch: headers['if-none-match'],
          body: parseBody(text, headers['content-type'], quirks),
        },
        quirks,
      );
      if (!faults.some((kind) => kind.type === 'no-effect')) exchange.commit();
      return exchange.reply();
    } catch (error) {
      return refused(error, quirks);
    }
  }

  const refused = (error: unknown, quirks: Quirks = behind.quirks()): Reply => {
    const known = error instanceof Refusal;
    return replyTo(known ? error : new Refusal(500, undefined, `A fault of the sandbox: ${String(error)}`), quirks);
  };

  return {
    url: `http://${host}:${portOf(server.address())}${basePath}`,
    async close() {
      closing.resolve(false);
      for (const stop of [...waiting]) stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The service has no port');
  return address.port;
}

/** The request's address; undefined for a target that is none, like `//` or an absolute form of another host. */
function targetOf(request: IncomingMessage): URL | undefined {
  const path = request.url ?? '/';
  return path.startsWith('/') ? (URL.parse(`http://sandbox.invalid${path}`) ?? undefined) : undefined;
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
