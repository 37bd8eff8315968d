/** Asking who changed: the question to the letter, and what makes an answer believable. */
import { describe, expect, it } from 'vitest';
import { momentOf } from '../../src/scim/index.ts';
import { bench } from './bench.ts';
import type { Json } from './server.ts';

const NOON = Date.UTC(2026, 2, 2, 12, 0, 0);
const user = (id: string, minutes: number, more: Json = {}): Json => ({
  id,
  userName: `${id}@example.com`,
  meta: { lastModified: new Date(NOON + minutes * 60_000).toISOString() },
  ...more,
});
const wish = { after: NOON + 777, expected: new Set(['ada']), known: 10 };

/** A service that answers the question with these rows. */
async function answering(rows: readonly Json[], headers: Record<string, string> = {}) {
  const made = await bench();
  made.server.script(
    'GET /Users',
    ({ request, apply, send }) => {
      if (request.path !== '/Users') send(apply());
      else send({ status: 200, body: { totalResults: rows.length, Resources: rows }, headers });
    },
    Number.POSITIVE_INFINITY,
  );
  return made;
}

describe('who changed since a moment', () => {
  it('is asked in the RFC’s own spelling, to the second, and read with the server’s clock', async () => {
    const { server, client } = await answering([user('ada', 1), user('grace', 2)], {
      date: new Date(NOON).toUTCString(),
    });
    const changes = await client.changedUsers(wish);
    expect(changes).toMatchObject({ kind: 'read', users: [{ id: 'ada' }, { id: 'grace' }], gone: [], servedAt: NOON });
    expect(server.requests[0]?.query.get('filter')).toBe('meta.lastModified gt "2026-03-02T12:00:00Z"');
    expect(client.learned()).toEqual({ modifiedFilter: 'yes' });
  });

  it('is read over many pages', async () => {
    const { server, client } = await bench({
      page: (rows, query) => {
        const from = Number(query.get('startIndex')) - 1;
        return { totalResults: rows.length, Resources: rows.slice(from, from + Number(query.get('count'))) };
      },
    });
    server.script(
      'GET /Users',
      ({ request, send }) => {
        const from = Number(request.query.get('startIndex')) - 1;
        const rows = Array.from({ length: 230 }, (_, at) => user(at === 0 ? 'ada' : `u${at}`, 1));
        send({ status: 200, body: { totalResults: 230, Resources: rows.slice(from, from + 100) } });
      },
      9,
    );
    expect(await client.changedUsers(wish)).toMatchObject({ kind: 'read', users: { length: 230 } });
  });

  it('may be one who changed in that very second', async () => {
    const { client } = await answering([user('ada', 1), user('grace', 0)]);
    expect(await client.changedUsers(wish)).toMatchObject({ kind: 'read', users: { length: 2 } });
  });

  it.each([
    ['one who changed earlier', [user('ada', 1), user('old', -1)]],
    ['one without a date', [user('ada', 1), user('bare', 0, { meta: {} })]],
    [
      'one whose date has no zone',
      [user('ada', 1), user('local', 0, { meta: { lastModified: '2026-03-02T13:00:00' } })],
    ],
  ])('is not to be had from a server that names %s', async (_, rows) => {
    const { server, client } = await answering(rows);
    expect(await client.changedUsers(wish)).toEqual({ kind: 'unsupported' });
    expect(client.learned()).toEqual({ modifiedFilter: 'no' });
    const asked = server.requests.length;
    expect(await client.changedUsers(wish)).toEqual({ kind: 'unsupported' });
    expect(server.requests).toHaveLength(asked);
  });

  it('is not to be had from a server that leaves out one who did, and is there', async () => {
    const { server, client } = await answering([user('grace', 2)]);
    server.addUser('ada@example.com', { id: 'ada' });
    expect(await client.changedUsers(wish)).toEqual({ kind: 'unsupported' });
    expect(client.learned()).toEqual({ modifiedFilter: 'no' });
  });

  it('is told with those who were expected and are gone', async () => {
    const { client } = await answering([user('grace', 2)]);
    expect(await client.changedUsers(wish)).toMatchObject({ kind: 'read', gone: ['ada'] });
  });

  it('is not believed when many are missing, and nobody looks for all of them', async () => {
    const { server, client } = await answering([user('grace', 2)]);
    const expected = new Set(['a', 'b', 'c', 'd']);
    expect(await client.changedUsers({ ...wish, expected })).toEqual({ kind: 'incomplete', why: 'short' });
    expect(server.requests).toHaveLength(1);
    expect(client.learned()).toEqual({});
  });

  it('proves nothing of the filter when everybody known is named', async () => {
    const { client } = await answering([user('ada', 1)]);
    expect(await client.changedUsers({ ...wish, known: 1 })).toMatchObject({ kind: 'read' });
    expect(client.learned()).toEqual({});
  });

  it('is incomplete where the listing is', async () => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status: 200, body: { totalResults: 9, Resources: [user('ada', 1)] } }, 99);
    expect(await client.changedUsers(wish)).toEqual({ kind: 'incomplete', why: 'short' });
  });

  it.each([400, 403, 414, 501])('is not asked again after %i', async (status) => {
    const { server, client } = await bench();
    server.answer('GET /Users', { status });
    expect(await client.changedUsers(wish)).toEqual({ kind: 'unsupported' });
    expect(client.learned()).toEqual({ modifiedFilter: 'no' });
  });

  it('may be asked again after 500, and throws what is no answer to the question', async () => {
    const { server, client } = await bench({}, { patienceMs: 0 });
    server.answer('GET /Users', { status: 500 });
    expect(await client.changedUsers(wish)).toEqual({ kind: 'unsupported' });
    server.answer('GET /Users', { status: 401 });
    await expect(client.changedUsers(wish)).rejects.toMatchObject({ status: 401 });
    expect(client.learned()).toEqual({});
  });
});

describe('the moment of a change', () => {
  it.each([
    ['2026-03-02T12:00:00Z', NOON],
    ['2026-03-02T12:00:00.000Z', NOON],
    ['2026-03-02T14:00:00+02:00', NOON],
    ['2026-03-02T14:00:00+0200', NOON],
    ['2026-03-02T12:00:00', undefined],
    ['2026-03-02', undefined],
    ['yesterday', undefined],
    ['2026-99-02T12:00:00Z', undefined],
  ])('%s', (lastModified, at) => {
    expect(momentOf(lastModified)).toBe(at);
  });
});
