/** Round trips: the table of docs/scim.md is true, number by number. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bench } from './bench.ts';

type Bench = Awaited<ReturnType<typeof bench>>;
interface Ids {
  readonly user: string;
  readonly group: string;
}

const CALLS: Record<string, (client: Bench['client'], ids: Ids) => Promise<unknown>> = {
  'getUser(id)': (client, { user }) => client.getUser(user),
  'findUsers({ userName })': (client) => client.findUsers({ userName: 'ada@example.com' }),
  'findUsers({ externalId })': (client) => client.findUsers({ externalId: 'U02ADA' }),
  'findUsers({ email })': (client) => client.findUsers({ email: 'ada@example.com' }),
  'findGroups(displayName)': (client) => client.findGroups('Admins'),
  'getGroup(id)': (client, { group }) => client.getGroup(group),
  'members(groupId)': (client, { group }) => client.members(group),
  'isMember(groupId, userId)': (client, { user, group }) => client.isMember(group, user),
  'addMember(groupId, userId)': (client, { user, group }) => client.addMember(group, user),
  'removeMember(groupId, userId)': (client, { user, group }) => client.removeMember(group, user),
  'removeMember(groupId, userId, { before })': (client, { user, group }) =>
    client.removeMember(group, user, { before: [user] }),
  'addMembers(groupId, up to batchSize)': (client, { user, group }) => client.addMembers(group, [user, 'u7', 'u8']),
  'removeMembers(groupId, up to batchSize)': (client, { user, group }) => client.removeMembers(group, [user, 'u7']),
  'setActive(id, active)': (client, { user }) => client.setActive(user, false),
  'updateUser(id, changes)': (client, { user }) => client.updateUser(user, { title: 'Countess', department: 'R&D' }),
  'createUser(user)': (client) => client.createUser({ userName: 'new@example.com', givenName: 'New' }),
  'createUser(user, { looked: true })': (client) =>
    client.createUser({ userName: 'new@example.com', givenName: 'New' }, { looked: true }),
  'createGroup(displayName)': (client) => client.createGroup('Team'),
  'ping()': (client) => client.ping(),
  'discover()': (client) => client.discover(),
  'changedUsers({ after, … })': (client) => client.changedUsers({ after: 0, expected: new Set(['u1']), known: 9 }),
  'listUsers(), n users': async (client) => {
    for await (const page of client.listUsers()) expect(page.unreadable).toBe(0);
  },
};

function documented(): Map<string, number> {
  const whole = readFileSync(new URL('../../docs/scim.md', import.meta.url), 'utf8');
  const text = whole.split(/^## /m).find((section) => section.startsWith('Requests per call')) ?? '';
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (\d+)/gm)];
  return new Map(rows.map(([, call = '', trips]) => [call, Number(trips)]));
}

describe('round trips', () => {
  it('has a row in the documentation for every call, and a call for every row', () => {
    expect([...documented().keys()].sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.entries(CALLS))('%s takes the number of requests the documentation says', async (name, call) => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', {
      externalId: 'U02ADA',
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
    });
    const group = server.addGroup('Admins', [user, 'someone']);
    await call(client, { user, group });
    expect(server.requests).toHaveLength(documented().get(name) ?? -1);
  });

  it('lists n users in as many requests as there are pages of the size asked for', async () => {
    const { server, client } = await bench();
    for (let n = 0; n < 730; n += 1) server.addUser(`user${n}@example.com`);
    let users = 0;
    const listing = client.listUsers();
    for await (const page of listing) users += page.items.length;
    expect(listing.verdict()).toEqual({ complete: true, count: 730 });
    expect(users).toBe(730);
    expect(server.requests).toHaveLength(8);
  });
});
