/** What one client found out is stored, and spares the next one the same failed round trip. */
import { describe, expect, it } from 'vitest';
import { type Learned, parseLearned, type ScimClient } from '../../src/scim/index.ts';
import { bench, clientOn, type Setup } from './bench.ts';
import type { Json, Quirks, Server } from './server.ts';

const operations = (body: unknown) => (body as { Operations: Json[] }).Operations;
const body = (request: { readonly body: unknown }) => JSON.stringify(request.body);

interface Lesson {
  readonly quirks?: Quirks;
  readonly profile?: Setup['profile'];
  /** Further misbehaviour, for good. */
  readonly script?: (server: Server) => void;
  readonly call: (client: ScimClient, ids: { readonly user: string; readonly group: string }) => Promise<unknown>;
  readonly learned: Learned;
  /** What is asked by one who does not know, and by one who was told; left out: the same call. */
  readonly again?: (
    client: ScimClient,
    ids: { readonly user: string; readonly empty: string },
    server: Server,
  ) => Promise<unknown>;
  /** Requests of a client that had to find out, and of one that was told. */
  readonly trips: readonly [untold: number, told: number];
}

const refusing = (status: number, match: (server: { headers: NodeJS.Dict<string | string[]> }) => boolean) => {
  return (server: Server) => {
    for (const method of ['GET', 'POST', 'PATCH'])
      server.script(
        `${method} /`,
        ({ request, apply, send }) => send(match(request) ? { status } : apply()),
        Number.POSITIVE_INFINITY,
      );
  };
};

const LESSONS: Record<string, Lesson> = {
  contentType: {
    script: refusing(415, ({ headers }) => headers['content-type'] === 'application/scim+json'),
    call: (client, { user }) => client.setActive(user, false),
    learned: { contentType: 'application/json' },
    trips: [3, 2],
  },
  accept: {
    script: refusing(406, ({ headers }) => String(headers.accept).includes('scim+json')),
    call: (client, { user }) => client.getUser(user),
    learned: { accept: 'application/json' },
    trips: [2, 1],
  },
  patchUsers: {
    quirks: { patch: 501 },
    call: (client, { user }) => client.setActive(user, false),
    learned: { patchUsers: 'no' },
    // PATCH and a look, then GET, PUT and a look.
    trips: [5, 3],
  },
  refusedFilters: {
    quirks: { refusesFilter: 'externalId' },
    call: (client) => client.findUsers({ externalId: 'U02ADA' }),
    learned: { refusedFilters: ['externalId'] },
    trips: [3, 2],
  },
  'refusedFilters of groups': {
    quirks: { refusesFilter: 'displayName' },
    call: (client) => client.findGroups('Admins'),
    learned: { refusedFilters: ['displayName'] },
    trips: [2, 1],
  },
  'search that is there': {
    quirks: { refusesFilter: 'userName', filterStatus: { status: 403, scimType: 'sensitive' }, search: true },
    call: (client) => client.findUsers({ userName: 'ada@example.com' }),
    learned: { search: 'yes' },
    again: (client, _, server) => {
      // Its filter breaks: whoever knows no search reads everybody.
      server.quirks.filterStatus = { status: 500 };
      return client.findUsers({ userName: 'ada@example.com' });
    },
    trips: [3, 2],
  },
  'search that is not': {
    quirks: { refusesFilter: 'userName', filterStatus: { status: 403, scimType: 'sensitive' } },
    call: (client) => client.findUsers({ userName: 'ada@example.com' }),
    learned: { search: 'no' },
    trips: [4, 3],
  },
  activeForm: {
    quirks: { activeForms: ['object'] },
    call: (client, { user }) => client.setActive(user, false),
    learned: { activeForm: 'object' },
    trips: [4, 2],
  },
  objectForm: {
    script: (server) =>
      server.script(
        'PATCH /Users',
        ({ request, apply, send }) => send(operations(request.body)[0]?.path === 'title' ? { status: 200 } : apply()),
        Number.POSITIVE_INFINITY,
      ),
    call: (client, { user }) => client.updateUser(user, { title: 'Countess' }),
    learned: { objectForm: ['title'] },
    trips: [4, 2],
  },
  membersListed: {
    call: (client, { user, group }) => client.isMember(group, user),
    learned: { membersListed: 'yes' },
    // Who does not know that members are listed asks on, by filter, in both spellings.
    again: (client, { user, empty }) => client.isMember(empty, user),
    trips: [3, 1],
  },
  memberFilter: {
    quirks: { members: 'empty', memberFilter: 'members' },
    call: async (client, { user, group }) => expect(await client.isMember(group, user)).toBe('in'),
    learned: { memberFilter: 'members' },
    // The list, the other spelling, this one, and this one about nobody; later the list and this one.
    trips: [4, 2],
  },
  'batchSize of one': {
    quirks: { oneMemberPerPatch: true },
    call: (client, { group }) => client.addMembers(group, ['x', 'y']),
    learned: { batchSize: 1, membersListed: 'yes' },
    trips: [6, 4],
  },
  'batchSize of some': {
    quirks: { maxMembersPerPatch: 2 },
    call: (client, { group }) => client.addMembers(group, ['w', 'x', 'y', 'z']),
    learned: { batchSize: 2, membersListed: 'yes' },
    trips: [6, 4],
  },
  modifiedFilter: {
    call: (client) => client.changedUsers({ after: 0, expected: new Set(['u1']), known: 9 }),
    learned: { modifiedFilter: 'no' },
    trips: [1, 0],
  },
  ifMatch: {
    quirks: { needsIfMatch: true },
    call: (client, { user }) => client.setActive(user, false),
    learned: { ifMatch: 'yes' },
    trips: [4, 3],
  },
};

/** One fresh service of a kind, and a client that knows what it is told. */
async function office({ quirks, profile, script }: Lesson, learned?: unknown) {
  const records: Learned[] = [];
  const options: Setup = {
    ...(profile === undefined ? {} : { profile }),
    learned,
    onLearn: (record) => records.push(record),
  };
  const { server, client } = await bench({ ...quirks }, options);
  const user = server.addUser('ada@example.com', { externalId: 'U02ADA' });
  for (let n = 1; n < 148; n += 1) server.addUser(`user${n}@example.com`);
  const group = server.addGroup('Admins', [user]);
  const empty = server.addGroup('Nobody');
  script?.(server);
  return { records, server, client, ids: { user, group, empty } };
}

describe('what a client found out', () => {
  it.each(Object.entries(LESSONS))('%s is recorded, and spares the next client a round trip', async (_, lesson) => {
    const first = await office(lesson);
    await lesson.call(first.client, first.ids);
    expect(first.records.at(-1)).toEqual(lesson.learned);
    // As it is stored.
    const stored: unknown = JSON.parse(JSON.stringify(first.records.at(-1)));
    const again = lesson.again ?? lesson.call;
    const trips: number[] = [];
    for (const learned of [undefined, stored]) {
      const { server, client, ids, records } = await office(lesson, learned);
      await again(client, ids, server);
      trips.push(server.requests.length);
      if (learned === undefined) continue;
      expect(records).toEqual([]);
      expect(client.learned()).toEqual(lesson.learned);
    }
    expect(trips).toEqual(lesson.trips);
    expect(lesson.trips[1]).toBeLessThan(lesson.trips[0]);
  });

  it('the page size is recorded, and the next client reads side by side from the second page on', async () => {
    const page: NonNullable<Quirks['page']> = (rows, query) => {
      const from = Number(query.get('startIndex')) - 1;
      const length = Math.min(20, Number(query.get('count')));
      return { totalResults: rows.length, Resources: rows.slice(from, from + length) };
    };
    const everybody = async (client: ScimClient) => {
      const users = client.listUsers();
      for await (const { unreadable } of users) expect(unreadable).toBe(0);
      expect(users.verdict()).toEqual({ complete: true, count: 148 });
    };
    const first = await office({ quirks: { page }, call: everybody, learned: {}, trips: [0, 0] });
    await everybody(first.client);
    expect(first.records).toEqual([{ pageSize: 20 }]);

    const second = await bench({ page }, { learned: first.records[0] });
    for (let n = 0; n < 148; n += 1) second.server.addUser(`user${n}@example.com`);
    const asked: string[] = [];
    let answer = () => {};
    second.server.script(
      'GET /Users',
      ({ request, apply, send }) => {
        const index = request.query.get('startIndex') ?? '';
        asked.push(`${index}+${request.query.get('count')}`);
        // The second page is held until the fifth has been asked for: whoever reads one by one waits for ever.
        if (index === '21') answer = () => send(apply());
        else send(apply());
        if (index === '81') answer();
      },
      Number.POSITIVE_INFINITY,
    );
    await everybody(second.client);
    expect(asked[0]).toBe('1+20');
    expect(new Set(asked.slice(1, 5))).toEqual(new Set(['21+20', '41+20', '61+20', '81+20']));
  });

  it('has a lesson here for each thing that can be learned', () => {
    const everything = [...Object.values(LESSONS).flatMap(({ learned }) => Object.keys(learned)), 'pageSize'];
    const facts: Required<Learned> = {
      contentType: 'application/json',
      accept: 'application/json',
      patchUsers: 'no',
      refusedFilters: ['email'],
      search: 'yes',
      activeForm: 'path',
      objectForm: ['title'],
      membersListed: 'yes',
      memberFilter: 'members',
      batchSize: 50,
      pageSize: 500,
      modifiedFilter: 'no',
      ifMatch: 'yes',
    };
    expect(parseLearned(facts)).toEqual(facts);
    expect(new Set(everything)).toEqual(new Set(Object.keys(facts)));
  });
});

describe('a stored record', () => {
  it('is read field by field, and what cannot be read is forgotten', () => {
    expect(parseLearned({ activeForm: 'object', batchSize: 0, search: 'no', other: 1 })).toEqual({
      activeForm: 'object',
      search: 'no',
    });
    const hostile: unknown = JSON.parse(
      '{"__proto__": {"contentType": "x", "membersListed": "yes"}, "pageSize": 1, "refusedFilters": ["members"], ' +
        '"objectForm": "title", "constructor": {"accept": 3}, "ifMatch": "yes"}',
    );
    expect(parseLearned(hostile)).toEqual({ ifMatch: 'yes' });
    const long = Array.from({ length: 1000 }, () => 'email');
    expect(parseLearned({ refusedFilters: long, pageSize: 1e9, batchSize: 1e9, membersListed: 'no' })).toEqual({});
    for (const stored of [undefined, null, 3, 'x', []]) expect(parseLearned(stored)).toEqual({});
  });

  it('is read so by the client itself', async () => {
    const { client } = await bench(
      {},
      { learned: { activeForm: 'sideways', ifMatch: 'yes', removeForm: 'entraValue' } },
    );
    expect(client.learned()).toEqual({ ifMatch: 'yes' });
  });

  /** Everything that could be claimed, true or not. */
  const CLAIMS = {
    removeForm: 'entraValue',
    usePut: true,
    groupCreate: true,
    memberType: true,
    opCase: 'capital',
    membersReadable: 'yes',
    emailFilter: 'trusted',
    membersListed: 'yes',
    memberFilter: 'members.value',
    batchSize: 100,
    pageSize: 1000,
    search: 'yes',
  };

  it('never chooses how somebody is removed', async () => {
    const { server, client } = await bench({}, { learned: CLAIMS });
    const group = server.addGroup('Admins', ['ada', 'grace']);
    await client.removeMember(group, 'ada');
    expect(operations(server.requests.find(({ method }) => method === 'PATCH')?.body)).toEqual([
      { op: 'remove', path: 'members[value eq "ada"]' },
    ]);
    expect(server.membersOf(group)).toEqual(['grace']);
  });

  it('never makes an empty list mean "nobody" where the profile says that lists say nothing', async () => {
    for (const members of ['empty', 'absent'] as const) {
      const { server, client } = await bench(
        { members, memberFilter: 'none' },
        { learned: CLAIMS, profile: { membersReadable: 'no', memberFilter: 'none' } },
      );
      const group = server.addGroup('Admins', ['ada']);
      expect(await client.members(group)).toBe('unknown');
      expect(await client.isMember(group, 'ada')).toBe('unknown');
    }
  });

  it('never vouches for a membership filter the profile rules out', async () => {
    const { server, client } = await bench(
      { members: 'empty', memberFilter: 'ignored' },
      { learned: CLAIMS, profile: { membersReadable: 'no', memberFilter: 'none' } },
    );
    const group = server.addGroup('Admins', ['ada']);
    expect(await client.isMember(group, 'grace')).toBe('unknown');
    expect(server.requests.some(({ search }) => search.includes('filter'))).toBe(false);
  });

  it('never makes requests larger than the profile, nor uses a search the profile rules out', async () => {
    const { server, client } = await bench(
      { refusesFilter: 'userName', search: true },
      { learned: CLAIMS, profile: { batchSize: 2, pageSize: 20, search: 'no' } },
    );
    const group = server.addGroup('Admins', ['x']);
    await client.addMembers(group, ['a', 'b', 'c']);
    expect(server.requests.filter(({ method }) => method === 'PATCH').map(body)).toHaveLength(2);
    await client.findUsers({ userName: 'ada@example.com' });
    expect(server.lines()).not.toContain('POST /Users/.search');
    expect(server.requests.at(-1)?.query.get('count')).toBe('20');
  });

  it('never creates a group, nor believes that nobody has an e-mail, against the profile', async () => {
    const { server, client } = await bench({}, { learned: CLAIMS, profile: { groupCreate: false } });
    expect(await client.createGroup('New')).toEqual({ kind: 'managed-elsewhere' });
    server.addUser('ada', { emails: [{ value: 'ADA@example.com' }] });
    expect(await client.findUsers({ email: 'ada@example.com' })).toHaveLength(1);
  });
});

describe('what is not so any more', () => {
  it('is forgotten: a media type that is refused in its turn', async () => {
    const records: Learned[] = [];
    const { server, client } = await bench(
      {},
      {
        learned: { contentType: 'application/json', accept: 'application/json' },
        onLearn: (each) => records.push(each),
      },
    );
    refusing(415, ({ headers }) => headers['content-type'] === 'application/json')(server);
    const user = server.addUser('ada@example.com');
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive' });
    expect(records).toEqual([{ accept: 'application/json' }]);
  });

  it('is not learned from a server that refuses every media type', async () => {
    const { server, client } = await bench();
    server.answer('PATCH /Users', { status: 415 }, Number.POSITIVE_INFINITY);
    const user = server.addUser('ada@example.com');
    await expect(client.setActive(user, false)).rejects.toMatchObject({ status: 415 });
    expect(server.count('PATCH')).toBe(2);
    expect(client.learned()).toEqual({});
  });

  it('is forgotten: a PATCH that was missing, once PUT is refused', async () => {
    for (const call of [
      (client: ScimClient, user: string) => client.setActive(user, false),
      (client: ScimClient, user: string) => client.updateUser(user, { title: 'Countess' }),
    ]) {
      const { server, client } = await bench({}, { learned: { patchUsers: 'no' } });
      server.answer('PUT /Users', { status: 405 }, Number.POSITIVE_INFINITY);
      const user = server.addUser('ada@example.com');
      await call(client, user);
      expect(server.count('PATCH')).toBe(1);
      expect(client.learned()).toEqual({});
    }
  });

  it('is not learned where PUT is missing, too', async () => {
    const { server, client } = await bench({ patch: 501 });
    server.answer('PUT /Users', { status: 501 }, Number.POSITIVE_INFINITY);
    const user = server.addUser('ada@example.com');
    await expect(client.setActive(user, false)).rejects.toMatchObject({ status: 501 });
    await client.updateUser(user, { title: 'Countess' });
    expect(client.learned()).toEqual({});
  });

  it('is forgotten: a form of a change that has no effect any more', async () => {
    const { server, client } = await bench({}, { learned: { objectForm: ['title'], activeForm: 'object' } });
    server.script(
      'PATCH /Users',
      ({ request, apply, send }) => send(operations(request.body)[0]?.path === undefined ? { status: 200 } : apply()),
      Number.POSITIVE_INFINITY,
    );
    const user = server.addUser('ada@example.com');
    expect(await client.updateUser(user, { title: 'Countess' })).toMatchObject({
      attributes: { title: { kind: 'applied' } },
    });
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive' });
    expect(client.learned()).toEqual({ objectForm: [], activeForm: 'path' });
  });

  it('is learned anew by a client on another server', async () => {
    const { server, client } = await bench({ activeForms: ['object'] });
    const user = server.addUser('ada@example.com');
    await client.setActive(user, false);
    const other = await bench({ activeForms: ['path'] });
    const told = clientOn(other.server.url, { learned: client.learned() });
    const there = other.server.addUser('ada@example.com');
    expect(await told.client.setActive(there, false)).toMatchObject({ seen: 'inactive' });
    expect(told.client.learned().activeForm).toBe('path');
  });
});
