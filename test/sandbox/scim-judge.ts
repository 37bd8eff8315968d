// An independent SCIM server to compare with: scimmy with scimmy-routers on express, over two Maps.
// Refuses to know the sandbox.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

type Stored = Record<string, unknown> & { id: string };
type Keep = { all: Map<string, Stored>; unique: string | undefined };
export type Judge = { url: string; clear: () => void; close: () => Promise<void> };

/** Starts the judge; one per process, because scimmy keeps its resource types in one place. */
export async function startJudge(token: string): Promise<Judge> {
  const users: Keep = { all: new Map(), unique: 'userName' };
  const groups: Keep = { all: new Map(), unique: undefined };
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), handlersOf(users));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlersOf(groups));
  const app = express();
  const handler = (request: express.Request): string => {
    if (request.header('authorization') !== `Bearer ${token}`) throw new Error('not authorised');
    return 'tester';
  };
  app.use('/scim', new SCIMMYRouters({ type: 'bearer', handler }));
  const server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    clear() {
      users.all.clear();
      groups.all.clear();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

type Asked = { id?: string | undefined; filter?: { match(values: unknown[]): unknown[] } | undefined };

function handlersOf(keep: Keep) {
  return {
    ingress(resource: Asked, instance: object): Stored {
      const id = resource.id ?? randomUUID();
      if (resource.id !== undefined && !keep.all.has(id)) throw new SCIMMY.Types.Error(404, '', 'not found');
      const fields: Record<string, unknown> = JSON.parse(JSON.stringify(instance));
      const stored: Stored = { ...fields, id };
      const { unique } = keep;
      const taken = [...keep.all.values()].some(
        (each) => unique !== undefined && each.id !== id && folded(each[unique]) === folded(stored[unique]),
      );
      if (taken) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
      keep.all.set(id, stored);
      return stored;
    },
    egress(resource: Asked): unknown {
      const all = [...keep.all.values()];
      if (resource.id === undefined) return resource.filter === undefined ? all : resource.filter.match(all);
      const found = keep.all.get(resource.id);
      if (found === undefined) throw new SCIMMY.Types.Error(404, '', 'not found');
      return found;
    },
    degress(resource: Asked): void {
      if (!keep.all.delete(resource.id ?? '')) throw new SCIMMY.Types.Error(404, '', 'not found');
    },
  };
}

function folded(value: unknown): string {
  return String(value).toLowerCase();
}
