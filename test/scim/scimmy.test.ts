/** The client against a SCIM server somebody else wrote: scimmy's resources behind scimmy-routers on Express 4. */
import express from 'express';
import SCIMMYRouters from 'scimmy-routers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOn, TOKEN } from './bench.ts';
import { startScimmy } from './scimmy.ts';

let service: Awaited<ReturnType<typeof startScimmy>>;
beforeAll(async () => {
  service = await startScimmy(express(), SCIMMYRouters, TOKEN);
  return service.close;
});
beforeEach(() => {
  service.users.clear();
  service.groups.clear();
});

describe('against scimmy', () => {
  it('connects, discovers, and knows a bad token', async () => {
    const { client } = clientOn(service.url);
    expect(await client.ping()).toMatchObject({ kind: 'ok', groups: 'yes' });
    expect(await client.discover()).toMatchObject({ patch: true, filter: true, groups: true });
    expect(await clientOn(service.url, { token: 'wrong-token' }).client.ping()).toEqual({ kind: 'bad-token' });
  });

  it('creates, finds, updates, disables and enables an account', async () => {
    const { client } = clientOn(service.url);
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
    const { client } = clientOn(service.url);
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
    const { client } = clientOn(service.url, { profile: { pageSize: 10 } });
    for (let n = 0; n < 40; n += 1)
      service.users.set(`m${n}`, { id: `m${n}`, userName: `user${n}@example.com`, active: true });
    const listing = client.listUsers();
    const seen: string[] = [];
    for await (const page of listing) seen.push(...page.items.map(({ id }) => id));
    expect(new Set(seen).size).toBe(40);
    expect(listing.verdict()).toEqual({ complete: true, count: 40 });
  });
});
