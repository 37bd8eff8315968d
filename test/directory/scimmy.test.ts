/** The same promises against a server nobody here wrote: scimmy behind its own routers on express, over two Maps. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDirectory, type MirroredDirectory } from '../../src/directory/index.ts';
import { createScimClient, profileOf, type ScimClient } from '../../src/scim/index.ts';
import { TOKEN } from './world.ts';

type Stored = Record<string, unknown> & { id: string };
type Asked = { id?: string | undefined; filter?: { match(values: unknown[]): unknown[] } | undefined };

const users = new Map<string, Stored>();
const groups = new Map<string, Stored>();
let server: Server;
let client: ScimClient;
let directory: MirroredDirectory;
const clock = { now: () => Date.UTC(2026, 2, 2) };

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

beforeAll(async () => {
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), keeping(users));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, keeping(groups));
  const app = express();
  const handler = (request: express.Request): string => {
    if (request.header('authorization') !== `Bearer ${TOKEN}`) throw new Error('not authorised');
    return 'tester';
  };
  app.use('/scim', new SCIMMYRouters({ type: 'bearer', handler }));
  server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const sleep = async () => undefined;
  const random = () => 0.5;
  client = createScimClient({
    url: `http://127.0.0.1:${address.port}/scim`,
    token: TOKEN,
    profile: profileOf('generic'),
    now: clock.now,
    sleep,
    random,
  });
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});
beforeEach(() => {
  users.clear();
  groups.clear();
  for (const id of ['admins', 'members']) groups.set(id, { id, displayName: id, members: [] });
  const app = { key: 'generic', mode: 'live' } as const;
  directory = createDirectory({ app, client, clock, sleep: async () => undefined, random: () => 0.5 });
});

async function created(email: string, givenName: string, familyName: string): Promise<string> {
  const outcome = await directory.create({ email, givenName, familyName });
  if (outcome.kind !== 'created') throw new Error(`not created but ${outcome.kind}`);
  return outcome.account.id;
}

it('provisions, grants, revokes, disables and enables, each confirmed by reading back', async () => {
  const ada = await created('ada@example.com', 'Ada', 'Lovelace');
  const grace = await created('grace@example.com', 'Grace', 'Hopper');
  expect(await directory.create({ email: 'Ada@example.com', givenName: 'Ada' })).toMatchObject({
    kind: 'exists',
    account: { id: ada },
  });

  const [admins = ''] = await directory.groupsNamed('admins');
  expect(admins).toBe('admins');
  expect((await directory.add(admins, ada)).kind).toBe('confirmed');
  expect((await directory.add(admins, grace)).kind).toBe('confirmed');
  expect(await directory.members(admins)).toEqual([ada, grace]);
  expect((await directory.remove(admins, ada)).kind).toBe('confirmed');
  expect(groups.get('admins')?.members).toMatchObject([{ value: grace }]);
  expect(await directory.membership(admins, ada)).toBe('out');

  expect((await directory.setActive(ada, false)).kind).toBe('confirmed');
  expect(users.get(ada)?.active).toBe(false);
  expect((await directory.setActive(ada, true)).kind).toBe('confirmed');
  expect(users.get(ada)?.active).toBe(true);
});

it('mirrors everybody and finds them by what people type', async () => {
  const ada = await created('ada@example.com', 'Ada', 'Lovelace');
  await created('grace@example.com', 'Grace', 'Hopper');
  expect(await directory.sync()).toMatchObject({ complete: true, accounts: 2 });
  expect(directory.search('lovlace', 5).map((hit) => hit.account.id)).toEqual([ada]);
  expect((await directory.find('grace@example.com')).map((each) => each.name)).toEqual(['Grace Hopper']);
  expect(await directory.find('nobody@example.com')).toEqual([]);
});
