/** A SCIM server nobody here wrote: scimmy behind its own routers, over two Maps, on the express it is given. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Express, Request } from 'express';
import SCIMMY from 'scimmy';
import type SCIMMYRouters from 'scimmy-routers';
import { TOKEN } from './world.ts';

type Stored = Record<string, unknown> & { id: string };
type Asked = { id?: string | undefined; filter?: { match(values: unknown[]): unknown[] } | undefined };

function keeping(all: Map<string, Stored>) {
  return {
    ingress(resource: Asked, instance: object): Stored {
      const id = resource.id ?? randomUUID();
      const stored: Stored = { ...JSON.parse(JSON.stringify(instance)), id };
      const taken = [...all.values()].some((each) => each.id !== id && each.userName === stored.userName);
      if (stored.userName !== undefined && taken) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
      all.set(id, stored);
      return stored;
    },
    egress(resource: Asked): unknown {
      if (resource.id === undefined) return resource.filter?.match([...all.values()]) ?? [...all.values()];
      const found = all.get(resource.id);
      if (found === undefined) throw new SCIMMY.Types.Error(404, '', 'not found');
      return found;
    },
    degress(resource: Asked): void {
      all.delete(resource.id ?? '');
    },
  };
}

/** Starts it; scimmy's resources are one per process, so one at a time. */
export async function startScimmy(app: Express, Routers: typeof SCIMMYRouters) {
  const users = new Map<string, Stored>();
  const groups = new Map<string, Stored>();
  const requests: string[] = [];
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), keeping(users));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, keeping(groups));
  const handler = (request: Request): string => {
    if (request.header('authorization') !== `Bearer ${TOKEN}`) throw new Error('not authorised');
    return 'tester';
  };
  app.use('/scim', new Routers({ type: 'bearer', handler }));
  const server = createServer(app);
  server.on('request', (request: IncomingMessage) => requests.push(`${request.method} ${request.url}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    users,
    groups,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
