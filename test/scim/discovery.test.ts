/** Test connection and discovery: each way in which a connection can be wrong has its own name. */
import { describe, expect, it } from 'vitest';
import { bench } from './bench.ts';

describe('test connection', () => {
  it('is fine when the token may read users, and says whether there are groups', async () => {
    const { server, client } = await bench();
    server.addUser('ada@example.com');
    expect(await client.ping()).toEqual({ kind: 'ok', users: 1, groups: 'yes' });
    for (const [status, groups] of [
      [404, 'none'],
      [501, 'none'],
      [403, 'forbidden'],
      [500, 'unknown'],
    ] as const) {
      server.answer('GET /Groups', { status });
      expect(await client.ping()).toEqual({ kind: 'ok', users: 1, groups });
    }
  });

  it.each([
    [401, {}, { kind: 'bad-token' }],
    [403, {}, { kind: 'forbidden' }],
    [404, '<html>', { kind: 'wrong-url', status: 404 }],
    [404, {}, { kind: 'wrong-url', status: 404 }],
    [200, '<html>', { kind: 'not-scim', status: 200 }],
    [200, { hello: 'world' }, { kind: 'not-scim', status: 200 }],
    [400, {}, { kind: 'not-scim', status: 400 }],
    [500, {}, { kind: 'server-error', status: 500 }],
    [503, {}, { kind: 'busy' }],
    [302, '', { kind: 'redirected', status: 302 }],
  ])('tells %i %j as its own kind, after one try', async (status, body, kind) => {
    const { server, client, sleeps } = await bench();
    server.answer('GET /Users', { status, body, headers: { location: 'https://login.example.com/' } }, 9);
    expect(await client.ping()).toEqual(kind);
    expect(server.lines().filter((line) => line === 'GET /Users')).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it('says when to come back', async () => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status: 429, headers: { 'retry-after': '9' } });
    expect(await client.ping()).toEqual({ kind: 'busy', retryAfter: 9_000 });
  });

  it('tells a deadline', async () => {
    const { server, client } = await bench({}, { deadlineMs: 100 });
    server.script('GET /Users', () => {});
    expect(await client.ping()).toEqual({ kind: 'timeout' });
  });
});

describe('discovery', () => {
  it('is asked once an hour', async () => {
    const { server, client, time } = await bench();
    server.answer('GET /ServiceProviderConfig', { status: 200, body: { patch: { supported: true } } });
    expect(await client.discover()).toEqual({ patch: true });
    expect(await client.discover()).toEqual({ patch: true });
    expect(server.requests).toHaveLength(2);
    time.now += 60 * 60_000;
    expect(await client.discover()).toEqual({});
    expect(server.requests).toHaveLength(4);
  });

  it('does not take a refused token or a dead server for "says nothing"', async () => {
    const { server, client } = await bench();
    server.answer('GET /ServiceProviderConfig', { status: 401 });
    await expect(client.discover()).rejects.toMatchObject({ status: 401 });
    await server.close();
    await expect(client.discover()).rejects.toMatchObject({ fault: 'network' });
  });
});
