/** Creating accounts: what becomes of a POST whatever the server or the network does to it. */
import { describe, expect, it } from 'vitest';
import { splitName } from '../../src/scim/index.ts';
import { bench, START } from './bench.ts';

const ADA = { userName: 'ada@example.com', givenName: 'Ada', familyName: 'Lovelace', externalId: 'U02ADA' } as const;
const posts = (server: { count: (method: string) => number }) => server.count('POST');

describe('a create', () => {
  it('looks, posts, reads back, and says when it was sent', async () => {
    const { server, client } = await bench();
    const got = await client.createUser(ADA);
    const [id] = server.users.keys();
    expect(got).toMatchObject({
      kind: 'created',
      id,
      how: 'answered',
      sentAt: START,
      user: { externalId: 'U02ADA', active: true },
    });
    expect(server.lines()).toEqual(['GET /Users', 'POST /Users', `GET /Users/${id}`]);
  });

  it('posts nothing for somebody who is there', async () => {
    const { server, client } = await bench();
    server.addUser('ADA@example.com');
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-active', by: 'userName' });
    server.users.clear();
    server.addUser('ada@example.com', { active: false });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-inactive' });
    expect(posts(server)).toBe(0);
  });

  it('leaves the choice to a person where several match', async () => {
    const { server, client } = await bench({ caseSensitiveUserName: true, ignoresFilters: true });
    server.addUser('ada@example.com');
    server.addUser('Ada@example.com');
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'ambiguous', users: [{}, {}] });
  });

  it('takes a 201 that cannot be read back for created, not visible yet', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ send }) => send({ status: 201, body: { id: 'later' } }));
    expect(await client.createUser(ADA)).toEqual({ kind: 'created', id: 'later', how: 'answered', sentAt: START });
    server.answer('POST /Users', { status: 201, body: { id: 'later' } });
    server.answer('GET /Users/later', { status: 500 }, 9);
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'created', id: 'later' });
  });

  it('finds the account by name where the answer names no id at all', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ apply, send }) => {
      apply();
      send({ status: 201, body: {}, headers: { location: 'not a place/%zz' } });
    });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'created', user: { userName: 'ada@example.com' } });
    expect(posts(server)).toBe(1);
  });

  it('says "exists elsewhere" for a 409 behind which nobody is found', async () => {
    const { server, client } = await bench();
    server.answer('POST /Users', { status: 409, body: { scimType: 'uniqueness' } });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-elsewhere', error: { status: 409 } });
    server.answer('POST /Users', { status: 400, body: { scimType: 'uniqueness' } });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-elsewhere' });
  });

  it('finds who is in the way by externalId, too', async () => {
    const { server, client } = await bench();
    server.addUser('a.lovelace@example.com', { externalId: 'U02ADA' });
    server.answer('POST /Users', { status: 409 });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-active', by: 'externalId' });
  });

  it.each([403, 405, 413, 422, 501])('tells %i as a refusal', async (status) => {
    const { server, client } = await bench();
    server.answer('POST /Users', { status });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'refused', error: { status, outcome: 'refused' } });
    expect(posts(server)).toBe(1);
  });

  it('throws what says nothing of the account: a bad token, a limit beyond patience', async () => {
    const { server, client } = await bench();
    server.answer('POST /Users', { status: 401 });
    await expect(client.createUser(ADA)).rejects.toMatchObject({ status: 401, outcome: 'refused' });
    server.answer('POST /Users', { status: 429, headers: { 'retry-after': '3600' } });
    await expect(client.createUser(ADA)).rejects.toMatchObject({
      status: 429,
      retryAfter: 3_600_000,
      outcome: 'refused',
    });
  });

  it('refuses what is no account before anything is sent', async () => {
    const { server, client } = await bench();
    await expect(client.createUser({ userName: ' ', givenName: 'Ada' })).rejects.toMatchObject({ outcome: 'not-sent' });
    await expect(client.createUser({ userName: 'ada', givenName: '' })).rejects.toMatchObject({ outcome: 'not-sent' });
    expect(server.requests).toEqual([]);
  });
});

describe('a create whose answer is lost', () => {
  const LOSSES = ['reset', 'cut', 'drip', '500', '502', '503', '504', '302', '408'] as const;

  it.each(LOSSES)('after the account was made (%s) is found, and posted once', async (loss) => {
    // Long enough for what does answer, on a busy machine, too.
    const { server, client } = await bench({}, loss === 'drip' ? { deadlineMs: 600 } : {});
    server.script('POST /Users', ({ apply, reset, send, response, socket }) => {
      apply();
      if (loss === 'reset') reset();
      else if (loss === 'drip') response.flushHeaders();
      else if (loss === 'cut') {
        response.writeHead(201, { 'content-length': '99' });
        response.write('{', () => socket.destroySoon());
      } else send({ status: Number(loss), headers: { location: '/scim/v2/Users' } });
    });
    const got = await client.createUser(ADA);
    // A status line of success was read in the cut and drip cases: those are answered, only the body is missing.
    expect(got).toMatchObject({ kind: 'created', sentAt: START, user: { externalId: 'U02ADA' } });
    expect(posts(server)).toBe(1);
    expect(server.users.size).toBe(1);
  });

  it.each(['reset', '500', '503'] as const)(
    'before the account was made (%s) is unknown, and not posted again',
    async (loss) => {
      const { server, client, sleeps } = await bench();
      server.script('POST /Users', ({ reset, send }) => (loss === 'reset' ? reset() : send({ status: Number(loss) })));
      expect(await client.createUser(ADA)).toMatchObject({
        kind: 'unknown',
        sentAt: START,
        error: { outcome: 'unknown' },
      });
      expect(posts(server)).toBe(1);
      expect(sleeps).toHaveLength(1);
      expect(server.users.size).toBe(0);
    },
  );

  it('is found by the second look when the first is too early', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ reset }) => reset());
    server.script('GET /Users', ({ apply, send }) => send(apply()), 1);
    server.script('GET /Users', ({ apply, send }) => {
      send(apply());
      server.addUser('ada@example.com', { externalId: 'U02ADA' });
    });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'created', how: 'found', sentAt: START });
  });

  it('is not taken for ours when somebody else made the account meanwhile', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ reset }) => {
      server.addUser('ada@example.com', { externalId: 'OTHER' });
      reset();
    });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'exists-active', user: { externalId: 'OTHER' } });
  });

  it('is known by all its names where externalId is not sent or not kept', async () => {
    for (const [keeps, given, kind] of [
      [false, 'Ada', 'created'],
      [true, 'Ada', 'created'],
      [false, 'Adele', 'exists-active'],
    ] as const) {
      const { server, client } = await bench({ dropsExternalId: !keeps });
      server.script('POST /Users', ({ reset }) => {
        server.addUser('ada@example.com', { name: { givenName: given, familyName: 'Lovelace' } });
        reset();
      });
      const { externalId, ...plain } = ADA;
      const got = await client.createUser(keeps ? plain : { ...plain, externalId });
      expect(got.kind).toBe(kind);
    }
  });

  it('is ours when a repeated try after 503 meets its own account', async () => {
    const { server, client } = await bench();
    server.script('POST /Users', ({ apply, send }) => {
      apply();
      send({ status: 503, headers: { 'retry-after': '1' } });
    });
    expect(await client.createUser(ADA)).toMatchObject({ kind: 'created', how: 'found', sentAt: START });
    expect(server.users.size).toBe(1);
  });
});

describe('names', () => {
  it('are split for a proposal only: first word given, the rest family, one word no family', () => {
    expect(splitName('  Ada   Lovelace Byron ')).toEqual({ givenName: 'Ada', familyName: 'Lovelace Byron' });
    expect(splitName('Björk')).toEqual({ givenName: 'Björk' });
    expect(splitName('')).toEqual({ givenName: '' });
  });

  it('get a filler for the family name only where the profile has one', async () => {
    const { server, client } = await bench({}, { profile: { familyNameFiller: '-' } });
    await client.createUser({ userName: 'b@example.com', givenName: 'Björk' }, { looked: true });
    expect(server.requests[0]?.body).toMatchObject({
      name: { givenName: 'Björk', familyName: '-', formatted: 'Björk' },
    });
  });
});
