/**
 * `/healthz` and `/readyz`: is the process alive, can it do its work. Plain HTTP for machines; no personal data.
 */
import { createServer, type Server } from 'node:http';

/** One thing that must hold for the process to be ready; `undefined`: it holds. */
export type Check = () => string | undefined;

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on `host:port` (port 0: any). `/readyz` answers 503 and the names of the checks that fail. */
export async function startHealth(options: {
  readonly host: string;
  readonly port: number;
  readonly checks: Readonly<Record<string, Check>>;
}): Promise<Health> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply(405, { status: 'method not allowed' });
    if (path === '/healthz') return reply(200, { status: 'ok' });
    if (path !== '/readyz') return reply(404, { status: 'not found' });
    const failing = Object.fromEntries(
      Object.entries(options.checks).flatMap(([name, check]) => {
        const fault = check();
        return fault === undefined ? [] : [[name, fault] as const];
      }),
    );
    return Object.keys(failing).length === 0
      ? reply(200, { status: 'ready' })
      : reply(503, { status: 'not ready', failing });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
