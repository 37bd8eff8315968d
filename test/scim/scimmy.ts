/** A SCIM server nobody here wrote: scimmy behind its own routers, over two Maps, on the express it is given. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express, Request } from 'express';
import SCIMMY from 'scimmy';
import type SCIMMYRouters from 'scimmy-routers';

export type Stored = Record<string, unknown> & { id: string };
type Asked = { id?: string | undefined; filter?: { match(values: unknown[]): unknown[] } | undefined };

/** Keeps what scimmy hands over as plain data, under its id or a new one; a name that is taken is a conflict. */
function keeping(all: Map<string, Stored>, name: 'userName' | 'displayName') {
  return {
    ingress(resource: Asked, instance: object): Stored {
      const id = resource.id ?? randomUUID();
      const stored: Stored = { ...JSON.parse(JSON.stringify(instance)), id };
      const twin = [...all.values()].find((each) => each.id !== id && each[name] === stored[name]);
      if (twin !== undefined) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
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
export async function startScimmy(app: Express, Routers: typeof SCIMMYRouters, token: string) {
  const users = new Map<string, Stored>();
  const groups = new Map<string, Stored>();
  const requests: string[] = [];
  const { User, Group } = SCIMMY.Resources;
  SCIMMY.Resources.declare(User.extend(SCIMMY.Schemas.EnterpriseUser, false), keeping(users, 'userName'));
  SCIMMY.Resources.declare(Group, keeping(groups, 'displayName'));
  const handler = (request: Request): string => {
    if (request.header('authorization') !== `Bearer ${token}`) throw new Error('not authorised');
    return 'tester';
  };
  app.use('/scim', new Routers({ type: 'bearer', handler }));
  const server = createServer(app);
  server.on('request', (request: IncomingMessage) => requests.push(`${request.method} ${request.url}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/scim`,
    users,
    groups,
    requests,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
