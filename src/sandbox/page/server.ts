// The page's server on 127.0.0.1: files, one stream of events, one address per act. Lets in only the page it has served itself:
// other hosts' names (DNS rebinding), other origins and requests without this run's token (CSRF) are turned away.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACTS, perform, type Stage } from './acts.ts';
import type { Feed } from './feed.ts';
import { readFiles } from './files.ts';

export type PageServer = { readonly url: string; close(): Promise<void> };

/** An act's body: a modal with every field full is a tenth of this. */
const LARGEST_BODY = 256 * 1024;

export type PageParts = {
  readonly stage: Stage;
  readonly feed: Feed;
  /** Ids of people as whom the page may look. */
  readonly isPerson: (id: string) => boolean;
};

/** Listens on 127.0.0.1. @param port 0: any free one. Rejects where it is taken. */
export async function servePage(port: number, { stage, feed, isPerson }: PageParts): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  const { index, files } = readFiles();
  const html = index.replace('{{token}}', token);
  const imports = /<script type="importmap">([^<]*)<\/script>/.exec(index)?.[1] ?? '';
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash('sha256').update(imports).digest('base64')}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  let hosts: readonly string[] = [];

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '' } = request.headers;
    if (!hosts.includes(host)) return end(response, 421, 'This server answers to 127.0.0.1 only.');
    const site = request.headers['sec-fetch-site'];
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
    if (request.method === 'POST') return act(request, response, host, pathname);
    if (request.method !== 'GET') return end(response, 405, 'GET or POST.');
    if (pathname === '/') return end(response, 200, html, 'text/html; charset=utf-8');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return end(response, 403, 'Not from there.');
    if (pathname === '/api/events') {
      const user = searchParams.get('as') ?? '';
      return isPerson(user) ? feed.open(response, user) : end(response, 404, 'Nobody of that id.');
    }
    const file = files.get(pathname);
    return file === undefined ? end(response, 404, 'Nothing here.') : end(response, 200, file.body, file.type);
  }

  async function act(request: IncomingMessage, response: ServerResponse, host: string, path: string): Promise<void> {
    const known = path.startsWith('/api/') ? ACTS.get(path.slice('/api/'.length)) : undefined;
    if (known === undefined) return end(response, 404, 'Nothing here.');
    if (request.headers.origin !== `http://${host}` || !same(request.headers['x-sandbox-token'], token))
      return end(response, 403, 'Only the page itself may do this. Load it again.');
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return end(response, 415, 'JSON only.');
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      return end(response, 413, 'Too long.');
    }
    const outcome = await perform(stage, known, parse(body));
    if (outcome === undefined) return end(response, 400, 'Not of the shape this wants.');
    return end(response, 200, JSON.stringify(outcome), 'application/json; charset=utf-8');
  }

  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    url: `http://127.0.0.1:${taken}/`,
    close() {
      feed.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function end(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** `undefined`: longer than an act can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is too long is left unread, so that the refusal can still be sent.
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of pieces) {
    size += chunk.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function same(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
