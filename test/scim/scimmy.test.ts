/** The client against a SCIM server somebody else wrote: scimmy's resources behind scimmy-routers on Express 4. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOn, TOKEN } from './bench.ts';

type Row = { id: string } & Record<string, unknown>;
type Filter = { match<T>(rows: readonly T[]): T[] };
type Asked = { id?: string; filter?: Filter };

const users = new Map<string, Row>();
const groups = new Map<string, Row>();
let last = 0;

/** Stores what scimmy hands over, as plain data, under its id or a new one; a taken name is a conflict. */
function handlers(rows: Map<string, Row>, name: string) {
  const all = (resource: Asked) => (resource.filter ? resource.filter.match([...rows.values()]) : [...rows.values()]);
  return {
    egress: (resource: Asked) => {
      const row = resource.id === undefined ? undefined : rows.get(resource.id);
      if (resource.id !== undefined && row === undefined) throw new SCIMMY.Types.Error(404, '', 'not here');
      return row ?? all(resource);
    },
    ingress: (resource: Asked, instance: unknown) => {
      const given = JSON.parse(JSON.stringify(instance)) as Row;
      const twin = [...rows.values()].find((row) => row[name] === given[name] && row.id !== resource.id);
      if (twin !== undefined) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
      last += 1;
      const id = resource.id ?? `s${last}`;
      const row = { ...given, id };
      rows.set(id, row);
      return row;
    },
    degress: (resource: Asked) => rows.delete(resource.id ?? ''),
  };
}

let server: Server;
let url = '';
beforeAll(async () => {
  const user = handlers(users, 'userName');
  const group = handlers(groups, 'displayName');
  SCIMMY.Resources.declare(SCIMMY.Resources.User).extend(SCIMMY.Schemas.EnterpriseUser, false);
  SCIMMY.Resources.User.ingress(user.ingress as never)
    .egress(user.egress as never)
    .degress(user.degress as never);
  SCIMMY.Resources.declare(SCIMMY.Resources.Group);
  SCIMMY.Resources.Group.ingress(group.ingress as never)
    .egress(group.egress as never)
    .degress(group.degress as never);
  const app = express();
  const authorize = (request: { header(name: string): string | undefined }) => {
    if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('no');
    return 'somebody';
  };
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler: authorize as never }) as never);
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
  return () => {
    server.closeAllConnections();
    server.close();
  };
});
beforeEach(() => {
  users.clear();
  groups.clear();
});

describe('against scimmy', () => {
  it('connects, discovers, and knows a bad token', async () => {
    const { client } = clientOn(url);
    expect(await client.ping()).toMatchObject({ kind: 'ok', groups: 'yes' });
    expect(await client.discover()).toMatchObject({ patch: true, filter: true, groups: true });
    expect(await clientOn(url, { token: 'wrong-token' }).client.ping()).toEqual({ kind: 'bad-token' });
  });

  it('creates, finds, updates, disables and enables an account', async () => {
    const { client } = clientOn(url);
    const made = await client.createUser({
      userName: 'ada@example.com',
      givenName: 'Ada',
      familyName: 'Lovelace',
      externalId: 'U02ADA',
      department: 'R&D',
    });
    expect(made).toMatchObject({ kind: 'created', how: 'answered', user: { active: true, department: 'R&D' } });
    const id = made.kind === 'created' ? (made.id ?? '') : '';
    expect(await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' }, { looked: true })).toMatchObject({
      kind: 'exists-active',
      by: 'userName',
    });
    expect((await client.findUsers({ userName: 'ADA@example.com' })).map((user) => user.id)).toEqual([id]);
    expect(await client.findUsers({ externalId: 'U02ADA' })).toHaveLength(1);
    expect(await client.findUsers({ email: 'ada@example.com' })).toHaveLength(1);
    expect(await client.findUsers({ userName: 'o"brien@example.com' })).toEqual([]);
    const { attributes } = await client.updateUser(id, {
      familyName: 'Byron',
      displayName: 'Ada Byron',
      email: 'ada.b@example.com',
      department: 'Engines',
      managerId: '77aa',
    });
    expect(Object.values(attributes).map(({ kind }) => kind)).toEqual(Array(5).fill('applied'));
    expect(await client.getUser(id)).toMatchObject({ givenName: 'Ada', familyName: 'Byron', managerId: '77aa' });
    expect((await client.setActive(id, false)).seen).toBe('inactive');
    expect((await client.setActive(id, true)).seen).toBe('active');
    expect(await client.getUser('nobody')).toBeUndefined();
  });

  it('creates a group, adds, removes exactly one, and reads who is left', async () => {
    const { client } = clientOn(url);
    const ids: string[] = [];
    for (const name of ['ada', 'bob', 'eve']) {
      const made = await client.createUser({ userName: `${name}@example.com`, givenName: name });
      if (made.kind === 'created' && made.id !== undefined) ids.push(made.id);
    }
    const [ada = '', bob = '', eve = ''] = ids;
    const made = await client.createGroup('PPLX_Admin');
    expect(made).toMatchObject({ kind: 'created' });
    const group = made.kind === 'created' ? made.id : '';
    expect((await client.findGroups('PPLX_Admin')).map(({ id }) => id)).toEqual([group]);
    const added = await client.addMembers(group, ids);
    expect(added.outcomes.map(({ seen }) => seen)).toEqual(['in', 'in', 'in']);
    expect(await client.removeMember(group, bob)).toMatchObject({ seen: 'out', lost: [] });
    expect(await client.members(group)).toEqual({ ids: [ada, eve], nested: [] });
    expect(await client.isMember(group, bob)).toBe('out');
    expect(await client.removeMember(group, bob)).toMatchObject({ seen: 'out', lost: [] });
    expect((await client.removeMembers(group, [ada, eve])).outcomes.map(({ seen }) => seen)).toEqual(['out', 'out']);
  });

  it('lists to the end, where past the end the first page comes again', async () => {
    const { client } = clientOn(url, { profile: { pageSize: 10 } });
    for (let n = 0; n < 40; n += 1) users.set(`m${n}`, { id: `m${n}`, userName: `user${n}@example.com`, active: true });
    const listing = client.listUsers();
    const seen: string[] = [];
    for await (const page of listing) seen.push(...page.items.map(({ id }) => id));
    expect(new Set(seen).size).toBe(40);
    expect(listing.verdict()).toEqual({ complete: true, count: 40 });
  });
});
