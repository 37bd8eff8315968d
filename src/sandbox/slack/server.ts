// The HTTP side of the sandbox's Slack: /api/*, /respond/*, the socket upgrade. Bounds what it reads and hands plain values on.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiRequest } from './api/dispatch.ts';
import type { ApiAnswer } from './api/faults.ts';
import type { SocketHub } from './socket.ts';

const largestBody = 2_000_000;

export type Routes = {
  api: (request: ApiRequest) => ApiAnswer;
  respond: (secret: string, body: string) => ApiAnswer;
  hub: SocketHub;
};

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(response: ServerResponse, answer: ApiAnswer): void {
  if (answer.kind === 'hang') return;
  if (answer.kind === 'reset') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function plain(status: number, body: string): ApiAnswer {
  return { kind: 'answer', status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

async function route(request: IncomingMessage, routes: Routes): Promise<ApiAnswer> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const [, family, name = ''] = /^\/(api|respond)\/([\w.-]+)$/.exec(url.pathname) ?? [];
  if (family === undefined) return plain(404, 'not found');
  const body = await readBody(request);
  if (body === undefined) return { kind: 'answer', status: 413, headers: { connection: 'close' }, body: '' };
  if (family === 'respond') return request.method === 'POST' ? routes.respond(name, body) : plain(405, 'POST only');
  return routes.api({
    method: name,
    contentType: (request.headers['content-type'] ?? '').toLowerCase(),
    authorization: request.headers.authorization ?? '',
    query: url.searchParams,
    body,
  });
}

export type Listener = { url: string; close(): Promise<void> };

/** @param port 0 takes any free port. */
export async function listen(host: string, port: number, routes: Routes): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    route(request, routes).then(
      (answer) => write(response, answer),
      () => response.socket?.destroy(),
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => routes.hub.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
