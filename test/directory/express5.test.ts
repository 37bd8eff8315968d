/**
 * The same server on express 5, where its paging is broken: `startIndex` and `count` are lost on the way, so every page is
 * the first one. Nobody may be taken for gone, and single people must still be found, granted and revoked.
 */
import { createRequire, registerHooks } from 'node:module';
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDirectory, type DirectoryEvent, type MirroredDirectory } from '../../src/directory/index.ts';
import { createScimClient, profileOf, type ScimClient } from '../../src/scim/index.ts';
import { startScimmy } from '../scim/scimmy.ts';
import { TOKEN } from './world.ts';

const PEOPLE = 130;
const fresh = createRequire(createRequire(import.meta.url).resolve('@slack/bolt'));

let service: Awaited<ReturnType<typeof startScimmy>>;
let client: ScimClient;
let directory: MirroredDirectory;
const events: DirectoryEvent[] = [];
const clock = { now: () => Date.UTC(2026, 2, 2) };

beforeAll(async () => {
  // The routers ask for "express": they get the one Bolt brings.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const foreign = specifier === 'express' && context.parentURL?.includes('/scimmy-routers/') === true;
      return next(foreign ? fresh.resolve('express') : specifier, context);
    },
  });
  const { default: Routers } = await import('scimmy-routers');
  hooks.deregister();
  const express = fresh('express') as () => Express;
  expect((fresh('express/package.json') as { version: string }).version).toMatch(/^5\./);
  service = await startScimmy(express(), Routers, TOKEN);
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
  const { users, groups, requests } = service;
  users.clear();
  groups.clear();
  events.length = 0;
  requests.length = 0;
  for (let at = 0; at < PEOPLE; at += 1) {
    const userName = `person${at}@example.com`;
    users.set(`u${at}`, { id: `u${at}`, userName, displayName: `Person ${at}`, active: true });
  }
  groups.set('admins', { id: 'admins', displayName: 'Admins', members: [{ value: 'u0' }] });
  const app = { key: 'generic', mode: 'live' } as const;
  const log = (event: DirectoryEvent) => events.push(event);
  directory = createDirectory({ app, client, clock, sleep: async () => undefined, random: () => 0.5, log });
});

describe('a server that shows page 1 for ever', () => {
  it('is read a few times, not for ever, and reported as incomplete', async () => {
    const result = await directory.sync();
    expect(result).toMatchObject({ complete: false, accounts: 20, gone: 0 });
    expect(['short', 'repeated']).toContain(result.why);
    expect(service.requests.filter((line) => line.startsWith('GET /scim/Users')).length).toBeLessThanOrEqual(12);
    expect(directory.freshness()).toEqual({ complete: false, accounts: 20 });
  });

  it('takes nobody out who was known and is not on that page', async () => {
    const far = await directory.find('person129@example.com');
    expect(far.map(({ id }) => id)).toEqual(['u129']);
    await directory.sync();
    await directory.sync();
    expect(directory.known('u129')).toMatchObject({ userName: 'person129@example.com' });
    expect(directory.search('person 129', 1)[0]?.account.id).toBe('u129');
  });

  it('never says that an address is nobody’s when everybody would have to be read to know', async () => {
    await expect(directory.find('nobody@example.com')).rejects.toMatchObject({ name: 'DirectoryError' });
  });

  it('still finds, grants, revokes and disables, each confirmed by reading back', async () => {
    const [person] = await directory.find('Person77@example.com');
    expect(person?.id).toBe('u77');
    expect(await directory.groupsNamed('Admins')).toEqual(['admins']);
    expect((await directory.add('admins', 'u77')).kind).toBe('confirmed');
    expect(await directory.members('admins')).toEqual(['u0', 'u77']);
    expect((await directory.remove('admins', 'u77')).kind).toBe('confirmed');
    expect(service.groups.get('admins')?.members).toMatchObject([{ value: 'u0' }]);
    expect((await directory.setActive('u77', false)).kind).toBe('confirmed');
    expect(service.users.get('u77')?.active).toBe(false);
    expect(events.filter(({ kind }) => kind === 'members_lost')).toEqual([]);
  });
});
