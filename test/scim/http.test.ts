/** The connection: address, token, deadlines, limits, redirects, and when a try is repeated. */
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createScimClient, profileOf, ScimError } from '../../src/scim/index.ts';
import { bench, clientOn, later, START, TOKEN } from './bench.ts';
import { startServer } from './server.ts';

async function listen(server: HttpServer | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const failure = async (work: Promise<unknown>): Promise<ScimError> => {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ScimError) return thrown;
  throw new Error(`expected a ScimError, got ${String(thrown)}`);
};
const make = (url: string, token = TOKEN) =>
  createScimClient({ url, token, profile: profileOf('generic'), now: () => 0, sleep: async () => {}, random: () => 0 });

describe('address and token', () => {
  it('keeps the path and the query string of the pasted address', async () => {
    const server = await startServer();
    later(() => server.close());
    const user = server.addUser('ada@example.com');
    const { client } = clientOn(` ${server.url}//?tenant=7 `);
    await client.getUser(user);
    await client.findUsers({ userName: 'ada@example.com' });
    expect(server.requests.map(({ path, search }) => path + search)).toEqual([
      `/Users/${user}?tenant=7`,
      '/Users?tenant=7&startIndex=1&count=100&filter=userName%20eq%20%22ada%40example.com%22',
    ]);
  });

  it('takes a token with or without a pasted prefix, and sends it bare where the profile says so', async () => {
    for (const [token, authPrefix, sent] of [
      [`Bearer ${TOKEN}`, 'Bearer', `Bearer ${TOKEN}`],
      [` bearer  ${TOKEN}\n`, 'Bearer', `Bearer ${TOKEN}`],
      [TOKEN, 'none', TOKEN],
    ] as const) {
      const { server, client } = await bench({}, { token, profile: { authPrefix } });
      await client.getUser('u1');
      expect(server.requests[0]?.headers.authorization).toBe(sent);
    }
  });

  it.each([
    ['plain http to another machine', 'http://scim.example.com/v2', TOKEN],
    ['credentials in the address', 'https://me:pass@scim.example.com/v2', TOKEN],
    ['no address', 'scim.example.com', TOKEN],
    ['an empty token', 'https://scim.example.com', ' Bearer '],
    ['a token with a line break', 'https://scim.example.com', 'abc\r\nx-evil: 1'],
  ])('refuses %s, without repeating it', (_, url, token) => {
    expect(() => make(url, token)).toThrow(ScimError);
    try {
      make(url, token);
    } catch (error) {
      expect(String(error)).not.toContain(token.trim());
      expect(String(error)).not.toContain('pass');
    }
  });

  it('encodes ids each time, and refuses those that would leave their place in the path', async () => {
    const { server, client } = await bench();
    const odd = server.addUser('ada@example.com', { id: 'a b/ü@x?y#z%' });
    expect((await client.getUser(odd))?.id).toBe(odd);
    expect(server.requests[0]?.path).toBe('/Users/a%20b%2F%C3%BC%40x%3Fy%23z%25');
    for (const id of ['', '.', '..', 'a\nb', '\ud800', 'x'.repeat(2000)]) {
      expect(await failure(client.getUser(id))).toMatchObject({ fault: 'input', outcome: 'not-sent' });
    }
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is repeated and what is not', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    [
      'a date, against the server’s own clock',
      { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:28:09 GMT' },
      9_000,
    ],
    ['garbage', { 'retry-after': 'soon' }, 500],
    ['a negative number', { 'retry-after': '-3' }, 500],
  ])(
    '429 with %s is waited for and repeated, reads and writes alike',
    async (_, headers: Record<string, string>, wait) => {
      const { server, client, sleeps } = await bench();
      const user = server.addUser('ada@example.com');
      server.answer('GET /Users', { status: 429, headers });
      await client.getUser(user);
      server.answer('PATCH /Users', { status: 429, headers });
      const write = await client.setActive(user, false);
      expect(sleeps).toEqual([wait, wait]);
      // The refused try does not count: the write was sent after the waits.
      expect(write.sentAt).toBe(START + wait + wait);
      server.answer('POST /Users', { status: 429, headers });
      expect(await client.createUser({ userName: 'new@example.com', givenName: 'New' })).toMatchObject({
        kind: 'created',
        how: 'answered',
      });
    },
  );

  it('doubles its waits, tries five times, and then hands the error back', async () => {
    const { server, client, sleeps } = await bench();
    server.answer('GET /Users', { status: 503 }, 9);
    expect(await failure(client.getUser('u1'))).toMatchObject({ status: 503, retryable: true });
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000]);
    expect(server.requests).toHaveLength(5);
  });

  it('does not wait longer than its patience, but says when to come back', async () => {
    const { server, client, sleeps } = await bench({}, { patienceMs: 60_000 });
    server.answer('GET /Users', { status: 429, headers: { 'retry-after': '61' } });
    expect(await failure(client.getUser('u1'))).toMatchObject({ status: 429, retryable: true, retryAfter: 61_000 });
    expect(sleeps).toEqual([]);
  });

  it('repeats 503 with Retry-After even for a create, and counts from the first try', async () => {
    const { server, client } = await bench();
    server.answer('POST /Users', { status: 503, headers: { 'retry-after': '2' } });
    const got = await client.createUser({ userName: 'ada@example.com', givenName: 'Ada' });
    expect(got).toMatchObject({ kind: 'created', sentAt: START });
  });

  it.each([400, 401, 403, 404, 409, 501])('throws %i at once', async (status) => {
    const { server, client, sleeps } = await bench();
    server.answer('GET /Groups', { status, body: 'x' }, 9);
    expect(await failure(client.members('g1'))).toMatchObject({ status, retryable: false, outcome: 'refused' });
    expect(server.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it('trusts the HTTP status, not the one in the body, and keeps odd scimTypes out', async () => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status: 403, body: { status: '404', scimType: 'sensitive' } });
    expect(await failure(client.getUser('u1'))).toMatchObject({
      status: 403,
      scimType: 'sensitive',
      outcome: 'refused',
    });
    server.answer('GET /Users', { status: 400, body: { scimType: 'no such thing <b>' } });
    expect((await failure(client.getUser('u1'))).scimType).toBeUndefined();
  });

  it('paces writes where the profile asks for it', async () => {
    const { client, server, sleeps } = await bench({}, { profile: { writesPerMinute: 2 } });
    const user = server.addUser('ada@example.com');
    for (const active of [false, true, false]) await client.setActive(user, active);
    expect(sleeps).toEqual([60_000]);
  });
});

describe('the network', () => {
  it('says "not sent" when nobody listens', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { client, sleeps } = clientOn(`http://127.0.0.1:${port}/scim`);
    expect(await failure(client.setActive('u1', false))).toMatchObject({
      fault: 'network',
      code: 'ECONNREFUSED',
      outcome: 'not-sent',
      retryable: true,
    });
    expect(sleeps).toHaveLength(4);
    expect(await client.ping()).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('says "not sent" when the deadline passes before there is a connection', async () => {
    // Takes connections and never answers the TLS handshake.
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    const port = await listen(silent);
    const { client } = clientOn(`https://127.0.0.1:${port}/scim`, { deadlineMs: 100, patienceMs: 0 });
    later(async () => silent.close());
    expect(await failure(client.setActive('u1', false))).toMatchObject({ fault: 'timeout', outcome: 'not-sent' });
  });

  it('tells a TLS fault from the others, and does not repeat it', async () => {
    const plain = createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    const port = await listen(plain);
    later(async () => plain.close());
    const { client, sleeps } = clientOn(`https://127.0.0.1:${port}/scim`);
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'tls', outcome: 'not-sent', retryable: false });
    expect(await client.ping()).toMatchObject({ kind: 'tls' });
    expect(sleeps).toEqual([]);
  });

  it('ends a slow drip at the deadline', async () => {
    const { server, client, logged } = await bench({}, { deadlineMs: 150, patienceMs: 0 });
    let timer: NodeJS.Timeout | undefined;
    server.script('GET /Users', ({ response }) => {
      response.writeHead(200);
      timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'timeout', retryable: true });
    expect(logged).toMatchObject([{ status: 200, fault: 'timeout' }]);
  });

  it('ends a silent write at the deadline and says that it may have happened', async () => {
    const { server, client } = await bench({}, { deadlineMs: 150, patienceMs: 0 });
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', () => {});
    server.answer('GET /Users', { status: 500 }, 9);
    expect(await failure(client.setActive(user, false))).toMatchObject({
      fault: 'timeout',
      outcome: 'unknown',
      sentAt: START,
    });
  });

  it('reads again after a reset, a truncated body and a body that ends too soon', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('GET /Users', ({ reset }) => reset());
    server.script('GET /Users', ({ response, socket }) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"id":', () => socket.destroySoon());
    });
    server.script('GET /Users', ({ response, socket }) => {
      response.writeHead(200);
      response.write('{"id":', () => socket.resetAndDestroy());
    });
    expect((await client.getUser(user))?.userName).toBe('ada@example.com');
    expect(server.requests).toHaveLength(4);
  });

  it('reads letters that were cut in two on the way, and a byte order mark before them', async () => {
    const { server, client } = await bench();
    const whole = Buffer.from('\uFEFF{"id":"u1","userName":"ada@example.com","displayName":"Ádá Łovelace 🙂"}');
    server.script('GET /Users', ({ response }) => {
      response.writeHead(200, { 'content-length': whole.length });
      // Byte by byte, each in a write of its own.
      const next = (at: number): void => {
        if (at === whole.length) response.end();
        else response.write(whole.subarray(at, at + 1), () => next(at + 1));
      };
      next(0);
    });
    expect(await client.getUser('u1')).toMatchObject({ displayName: 'Ádá Łovelace 🙂' });
  });

  it('takes complete but truncated JSON for unreadable', async () => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status: 200, body: '{"id":"u1","userName":' });
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'unreadable', retryable: true });
  });

  it('reads no more than its limit', async () => {
    const { server, client } = await bench({}, { maxBytes: 10_000 });
    server.answer('GET /Users', { status: 200, body: { id: 'u1', pad: 'x'.repeat(20_000) } }, 9);
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'too-large', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it('takes a write whose answer is too long for done by the server, and looks what came of it', async () => {
    const { server, client } = await bench({}, { maxBytes: 10_000 });
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ apply, send }) => send({ ...apply(), body: 'x'.repeat(20_000) }));
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive', sentAt: START });
    expect(server.count('PATCH')).toBe(1);
  });

  it('does not take a web page for "not there"', async () => {
    const { server, client } = await bench();
    const page = { status: 404, body: '<!doctype html><p>Not here</p>', headers: { 'content-type': 'text/html' } };
    server.answer('GET /Users', page);
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'unreadable', status: 404 });
    server.answer('GET /Users', { status: 404 });
    expect(await client.getUser('u1')).toBeUndefined();
    server.answer('GET /Users', { status: 200, body: '<html>log in</html>' });
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'unreadable' });
  });

  it('fails calls after it was closed', async () => {
    const { client } = await bench();
    await client.close();
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'closed', outcome: 'not-sent' });
  });

  it('fails calls under way when it is closed, a write as one that may have happened', async () => {
    const { server, client, sleeps } = await bench();
    const user = server.addUser('ada@example.com');
    const arrived = new Promise<void>((resolve) => {
      server.script('PATCH /Users', () => resolve());
    });
    const write = failure(client.setActive(user, false));
    await arrived;
    await client.close();
    expect(await write).toMatchObject({ fault: 'closed', outcome: 'unknown', sentAt: START });
    expect(sleeps).toEqual([]);
  });
});

describe('redirects', () => {
  it('never leaves its origin with the token', async () => {
    const { server, client } = await bench();
    const other = await startServer();
    later(() => other.close());
    for (const status of [301, 302, 303, 307, 308]) {
      for (const location of [
        `${other.url}/Users/u1`,
        `//127.0.0.1:1/x`,
        'https://scim.example.com/',
        'javascript:1',
        '',
      ]) {
        server.answer('GET /Users', { status, headers: { location } });
        expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'redirect', status });
      }
    }
    expect(other.requests).toEqual([]);
  });

  it('repeats a write after 307 and 308 on the same origin, body and all', async () => {
    for (const status of [307, 308]) {
      const { server, client } = await bench();
      const user = server.addUser('ada@example.com');
      server.answer('PATCH /Users', { status, headers: { location: `/scim/v2/Users/${user}?moved=1` } });
      expect((await client.setActive(user, false)).seen).toBe('inactive');
      expect(server.requests[1]).toMatchObject({ method: 'PATCH', search: '?moved=1', body: server.requests[0]?.body });
    }
  });

  it('refuses 301, 302 and 303 on writes, and says that the write may have happened', async () => {
    for (const status of [301, 302, 303]) {
      const { server, client } = await bench();
      const user = server.addUser('ada@example.com');
      server.answer('PATCH /Users', { status, headers: { location: `/scim/v2/Users/${user}` } });
      expect(await failure(client.setActive(user, false))).toMatchObject({
        fault: 'redirect',
        outcome: 'unknown',
        sentAt: START,
      });
    }
  });

  it('gives up on a circle', async () => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status: 302, headers: { location: '/scim/v2/Users/u1' } }, 99);
    expect(await failure(client.getUser('u1'))).toMatchObject({ fault: 'redirect' });
    expect(server.requests).toHaveLength(4);
  });
});

describe('secrets', () => {
  it('puts no token, query string, id or address into errors and log events', async () => {
    const { server, client, logged } = await bench();
    const detail = `Token ${TOKEN} of ada@example.com bad; see https://x.example/a?key=${TOKEN}&b=1 Bearer abc.def \u202Eoops ${'Z'.repeat(64)}`;
    const errors: ScimError[] = [];
    for (const [status, body] of [
      [401, { detail }],
      [400, detail],
      [409, { detail: [detail, detail] }],
    ] as const) {
      server.answer('GET /Users', { status, body }, 1);
      errors.push(await failure(client.getUser('id-of-somebody')));
    }
    server.answer('GET /Users', { status: 401, body: { detail } }, 1);
    errors.push(await failure(client.findUsers({ userName: 'ada@example.com' })));
    const shown = JSON.stringify([errors.map((error) => [error.message, error.stack, Object.entries(error)]), logged]);
    for (const secret of [TOKEN, 'ada@', 'key=', 'abc.def', 'id-of-somebody', 'userName', 'ZZZZ', '\u202E']) {
      expect(shown).not.toContain(secret);
    }
    for (const { detail: words } of errors) expect((words ?? '').length).toBeLessThanOrEqual(200);
  });
});

describe('one write at a time', () => {
  it('sends the next write after the read-back of the one before, while reads go on beside them', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    const group = server.addGroup('Admins', [user, 'x']);
    const held: (() => void)[] = [];
    server.script('PATCH /Users', ({ apply, send }) => held.push(() => send(apply())));
    const first = client.setActive(user, false);
    const second = client.addMember(group, 'u9');
    while (held.length === 0) await client.getUser(user);
    expect(server.count('PATCH')).toBe(1);
    held[0]?.();
    await Promise.all([first, second]);
    const writes = server.lines().filter((line) => !line.startsWith('GET /Users'));
    expect(writes).toEqual([`PATCH /Users/${user}`, `PATCH /Groups/${group}`, `GET /Groups/${group}`]);
  });

  it('goes on with the next write when one fails', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.answer('PATCH /Users', { status: 403 });
    const [first, second] = await Promise.allSettled([client.setActive(user, false), client.setActive(user, false)]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: { seen: 'inactive' } });
  });
});
