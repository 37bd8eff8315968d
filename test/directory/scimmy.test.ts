/** The same promises against a server nobody here wrote: scimmy behind its own routers on express 4. */
import express from 'express';
import SCIMMYRouters from 'scimmy-routers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDirectory, type MirroredDirectory } from '../../src/directory/index.ts';
import { createScimClient, profileOf, type ScimClient } from '../../src/scim/index.ts';
import { startScimmy } from '../scim/scimmy.ts';
import { TOKEN } from './world.ts';

let service: Awaited<ReturnType<typeof startScimmy>>;
let client: ScimClient;
let directory: MirroredDirectory;
const clock = { now: () => Date.UTC(2026, 2, 2) };

beforeAll(async () => {
  service = await startScimmy(express(), SCIMMYRouters, TOKEN);
  client = createScimClient({
    url: service.url,
    token: TOKEN,
    profile: profileOf('generic'),
    now: clock.now,
    sleep: async () => undefined,
    random: () => 0.5,
  });
});
afterAll(async () => {
  await client.close();
  await service.close();
});
beforeEach(() => {
  const { users, groups } = service;
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
  expect(service.groups.get('admins')?.members).toMatchObject([{ value: grace }]);
  expect(await directory.membership(admins, ada)).toBe('out');

  expect((await directory.setActive(ada, false)).kind).toBe('confirmed');
  expect(service.users.get(ada)?.active).toBe(false);
  expect((await directory.setActive(ada, true)).kind).toBe('confirmed');
  expect(service.users.get(ada)?.active).toBe(true);
});

it('mirrors everybody and finds them by what people type', async () => {
  const ada = await created('ada@example.com', 'Ada', 'Lovelace');
  await created('grace@example.com', 'Grace', 'Hopper');
  expect(await directory.sync()).toMatchObject({ complete: true, accounts: 2 });
  expect(directory.search('lovlace', 5).map((hit) => hit.account.id)).toEqual([ada]);
  expect((await directory.find('grace@example.com')).map((each) => each.name)).toEqual(['Grace Hopper']);
  expect(await directory.find('nobody@example.com')).toEqual([]);
});
