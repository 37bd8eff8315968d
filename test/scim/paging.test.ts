/** Reading lists to their end: every trap of index and cursor paging, and the verdict on each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Listing, ScimError } from '../../src/scim/index.ts';
import type { ListPage } from '../../src/scim/messages.ts';
import { listing, type PagingOptions, type Query } from '../../src/scim/paging.ts';
import { bench } from './bench.ts';
import type { Json, Quirks } from './server.ts';

/** Lists all users of a server with so many rows and such paging. */
async function run(
  total: number,
  page: Quirks['page'],
  options: Parameters<typeof bench>[1] = {},
  names?: (n: number) => Json,
) {
  const made = await bench(page === undefined ? {} : { page }, options);
  for (let n = 0; n < total; n += 1) made.server.addUser(`user${n}@example.com`, names?.(n) ?? {});
  const users = made.client.listUsers();
  const ids = await read(users);
  return { ...made, ids, verdict: users.verdict(), trips: made.server.requests.length };
}
async function read(users: Listing<{ readonly id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of users) ids.push(...page.items.map(({ id }) => id));
  return ids;
}
const start = (query: URLSearchParams) => Number(query.get('startIndex') ?? 1);
const count = (query: URLSearchParams) => Number(query.get('count') ?? 100);
const slice = (rows: readonly unknown[], query: URLSearchParams, cap = 1e9) =>
  rows.slice(Math.max(1, start(query)) - 1).slice(0, Math.min(cap, count(query)));

/** Pages of at most `cap` rows, later ones of at most `later`. */
const capped =
  (cap: number, later = cap, total?: number): NonNullable<Quirks['page']> =>
  (rows, query) => ({
    totalResults: total ?? rows.length,
    Resources: slice(rows, query, start(query) > 1 ? later : cap),
  });

describe('by index', () => {
  it.each([0, 1, 99, 101, 250])('reads %i rows completely', async (total) => {
    const { ids, verdict, trips } = await run(total, undefined);
    expect(new Set(ids).size).toBe(total);
    expect(verdict).toEqual({ complete: true, count: total });
    expect(trips).toBe(Math.max(1, Math.ceil(total / 100)));
  });

  it('asks once more after a full page, since totals can be the size of a page', async () => {
    const { verdict, trips } = await run(200, undefined);
    expect(verdict).toEqual({ complete: true, count: 200 });
    expect(trips).toBe(3);
  });

  it.each([
    ['the server caps pages', 120, (rows: readonly unknown[]) => rows.length, 50],
    ['totals are the size of the page', 230, (_: readonly unknown[], page: readonly unknown[]) => page.length, 100],
    ['totals are the size of a capped page', 230, (_: readonly unknown[], page: readonly unknown[]) => page.length, 50],
    ['totals are capped at 100', 230, (rows: readonly unknown[]) => Math.min(100, rows.length), 100],
    ['totals are strings', 230, (rows: readonly unknown[]) => String(rows.length), 100],
    ['totals are missing', 230, () => undefined, 100],
    ['totals are nonsense', 230, () => 'many', 100],
  ])('reads to the end where %s', async (_, total, totals, cap) => {
    const { ids, verdict } = await run(total, (rows, query) => {
      const page = slice(rows, query, cap);
      return { totalResults: totals(rows, page), startIndex: '1', itemsPerPage: 100, Resources: page };
    });
    expect(new Set(ids).size).toBe(total);
    expect(verdict).toEqual({ complete: true, count: total });
  });

  it('takes a total below the truth for nothing', async () => {
    const { verdict } = await run(230, (rows, query) => ({ totalResults: 7, Resources: slice(rows, query) }));
    expect(verdict).toEqual({ complete: true, count: 230 });
  });

  it('says "short" where a total above the truth is never reached', async () => {
    const { ids, verdict } = await run(230, (rows, query) => ({ totalResults: 999, Resources: slice(rows, query) }));
    expect(ids).toHaveLength(230);
    expect(verdict).toEqual({ complete: false, count: 230, why: 'short' });
  });

  it('ends where a server shows page 1 for ever', async () => {
    const known = await run(230, (rows) => ({ totalResults: rows.length, Resources: rows.slice(0, 100) }));
    expect(known.verdict).toEqual({ complete: false, count: 100, why: 'short' });
    expect(known.ids).toHaveLength(100);
    expect(known.trips).toBeLessThanOrEqual(8);
    const unknown = await run(230, (rows) => ({ Resources: rows.slice(0, 100) }));
    expect(unknown.verdict).toEqual({ complete: false, count: 100, why: 'repeated' });
    const mirrored = await run(230, (rows) => ({ totalResults: 100, Resources: rows.slice(0, 100) }));
    expect(mirrored.verdict).toEqual({ complete: false, count: 100, why: 'repeated' });
  });

  it('reads a server that does not page at all', async () => {
    const plain = await run(230, (rows) => ({ totalResults: rows.length, Resources: rows }));
    expect(plain.verdict).toEqual({ complete: true, count: 230 });
    expect(plain.trips).toBe(1);
    const told = await run(200, (rows) => ({ Resources: rows }), { profile: { paging: 'none' } });
    expect(told.verdict).toEqual({ complete: true, count: 200 });
    expect(told.trips).toBe(1);
  });

  it('is done where past the end the first page comes again', async () => {
    const { verdict, ids } = await run(200, (rows, query) => {
      const page = slice(rows, query);
      return { totalResults: rows.length, Resources: page.length === 0 ? rows.slice(0, 100) : page };
    });
    expect(verdict).toEqual({ complete: true, count: 200 });
    expect(ids).toHaveLength(200);
  });

  it('reads again from 0 where indexes count from there', async () => {
    const { verdict } = await run(230, (rows, query) => {
      const from = start(query);
      return { totalResults: rows.length, Resources: rows.slice(from, from + count(query)) };
    });
    expect(verdict).toEqual({ complete: true, count: 230 });
  });

  it('reads a second time where rows were skipped, and a third never', async () => {
    const fixed = await run(230, undefined);
    expect(fixed.verdict.complete).toBe(true);
    let calls = 0;
    const shifting = await run(230, (rows, query) => {
      calls += 1;
      // The first pass loses rows 100..109 to an insertion at the front; the second sees them.
      const from = start(query) - 1 + (calls > 1 && calls <= 3 ? 10 : 0);
      return { totalResults: rows.length, Resources: rows.slice(Math.max(0, from), from + 100) };
    });
    expect(shifting.verdict).toEqual({ complete: true, count: 230 });
    let moving = 230;
    const never = await run(230, (rows, query) => {
      moving += 1;
      return { totalResults: moving, Resources: slice(rows, query) };
    });
    expect(never.verdict).toMatchObject({ complete: false, why: 'changed' });
    expect(never.ids).toHaveLength(230);
  });

  it('keeps the rows around one that cannot be read, and says so', async () => {
    const { ids, verdict } = await run(30, undefined, {}, (n) => (n === 7 ? { id: '\u0007' } : {}));
    expect(ids).toHaveLength(29);
    expect(verdict).toEqual({ complete: false, count: 29, why: 'unreadable' });
  });

  it('reads four pages at a time once a full page has proved the total, and falls back when one is short', async () => {
    const { server, client } = await bench({}, { profile: { pageSize: 10 } });
    for (let n = 0; n < 95; n += 1) server.addUser(`user${n}@example.com`);
    const asked: (string | null)[] = [];
    let answerSecond = () => {};
    server.script(
      'GET /Users',
      ({ request, apply, send }) => {
        const index = request.query.get('startIndex');
        asked.push(index);
        const reply = apply();
        const body = reply.body as { Resources: unknown[] };
        // The second page is held until the fifth has been asked for: whoever reads one by one waits for ever.
        if (index === '11') answerSecond = () => send(reply);
        // The fifth comes two rows short, so the sixth does not join on.
        else if (index === '41') send({ ...reply, body: { ...body, Resources: body.Resources.slice(0, 8) } });
        else send(reply);
        if (index === '41') answerSecond();
      },
      99,
    );
    const users = client.listUsers();
    expect(new Set(await read(users)).size).toBe(95);
    expect(users.verdict()).toEqual({ complete: true, count: 95 });
    expect(asked[0]).toBe('1');
    expect(new Set(asked.slice(1, 5))).toEqual(new Set(['11', '21', '31', '41']));
    // What was asked for beyond the short page is asked for again, where it joins on.
    expect(asked.filter((index) => index?.endsWith('9'))).toEqual(['49', '59', '69', '79', '89']);
    expect(new Set(asked.slice(5))).toEqual(new Set(['51', '61', '71', '49', '59', '69', '79', '89']));
  });

  it('has four pages under way at any time, and none beyond the total', async () => {
    const places: number[] = [];
    let underWay = 0;
    let most = 0;
    const users = listing({
      pageSize: 100,
      paging: 'index',
      fetch: async (query) => {
        const at = Number(query[0]?.[1]) - 1;
        places.push(at + 1);
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        const length = Math.max(0, Math.min(100, 730 - at));
        return { total: 730, rows: Array.from({ length }, (_, row) => ({ id: `u${at + row}` })) };
      },
    });
    expect(await read(users)).toHaveLength(730);
    expect(places).toEqual([1, 101, 201, 301, 401, 501, 601, 701]);
    expect(most).toBe(4);
  });

  it('waits for a second page of the same length where the first was shorter than asked for', async () => {
    const { server, client } = await bench({ page: capped(10) });
    for (let n = 0; n < 60; n += 1) server.addUser(`user${n}@example.com`);
    let under = 0;
    const most: number[] = [];
    server.script(
      'GET /Users',
      ({ apply, send }) => {
        under += 1;
        most.push(under);
        // Answered only after everything else that was asked for at the same time has come in.
        setImmediate(() =>
          setImmediate(() => {
            under -= 1;
            send(apply());
          }),
        );
      },
      99,
    );
    await read(client.listUsers());
    expect(most.slice(0, 2)).toEqual([1, 1]);
  });

  it('remembers the most a server gives in one page, where it is less than was asked for', async () => {
    const { server, client } = await bench({ page: capped(25) });
    for (let n = 0; n < 80; n += 1) server.addUser(`user${n}@example.com`);
    await read(client.listUsers());
    expect(client.learned().pageSize).toBe(25);
    expect(server.requests.at(-1)?.query.get('count')).toBe('100');
    await read(client.listUsers());
    expect(server.requests.at(-1)?.query.get('count')).toBe('25');
  });

  it('remembers no page size from pages of different lengths, from an unfinished listing and from tiny pages', async () => {
    for (const page of [capped(25, 24), capped(25, 25, 500), capped(4)]) {
      const { server, client } = await bench({ page });
      for (let n = 0; n < 80; n += 1) server.addUser(`user${n}@example.com`);
      await read(client.listUsers());
      expect(client.learned()).toEqual({});
    }
  });

  it('takes the largest page discovery grants', async () => {
    const { server, client } = await bench();
    server.answer('GET /ServiceProviderConfig', {
      status: 200,
      body: { filter: { supported: true, maxResults: '250' } },
    });
    await client.discover();
    await read(client.listUsers());
    expect(server.requests.at(-1)?.query.get('count')).toBe('250');
  });

  it('leaves the count away where the server will not have it', async () => {
    const { server, client } = await bench();
    server.addUser('ada@example.com');
    server.answer('GET /Users', { status: 400, body: { scimType: 'invalidCount' } });
    expect(await read(client.listUsers())).toHaveLength(1);
    expect(server.requests.at(-1)?.search).toBe('?startIndex=1');
  });

  it('asks for a smaller page where the first one is too large, and remembers', async () => {
    const { server, client } = await bench({}, { maxBytes: 40_000, profile: { pageSize: 200 } });
    for (let n = 0; n < 45; n += 1) server.addUser(`user${n}@example.com`, { nickName: 'x'.repeat(900) });
    const users = client.listUsers();
    expect(await read(users)).toHaveLength(45);
    expect(users.verdict()).toEqual({ complete: true, count: 45 });
    expect(server.requests.slice(0, 2).map(({ query }) => query.get('count'))).toEqual(['200', '20']);
    expect(client.learned().pageSize).toBe(20);
  });

  it('asks for a smaller page where a large one takes too long, but not where a usual one does', async () => {
    for (const [pageSize, counts] of [
      [1000, ['1000', '100']],
      [100, ['100']],
    ] as const) {
      const { server, client } = await bench({}, { deadlineMs: 500, patienceMs: 0, profile: { pageSize } });
      server.script('GET /Users', () => {}, 1);
      await read(client.listUsers()).catch((error: unknown) => expect(error).toBeInstanceOf(ScimError));
      expect(server.requests.map(({ query }) => query.get('count'))).toEqual(counts);
    }
  });

  it('gives each user to the caller as the caller wants it, once', async () => {
    const { server, client } = await bench();
    for (let n = 0; n < 130; n += 1) server.addUser(`user${n}@example.com`);
    const names = client.listUsersAs(({ id, userName }) => ({ id, name: userName }));
    const seen: unknown[] = [];
    for await (const { items } of names) seen.push(...items);
    expect(seen).toHaveLength(130);
    expect(seen).toContainEqual({ id: 'u1', name: 'user0@example.com' });
    expect(names.verdict()).toEqual({ complete: true, count: 130 });
  });

  it('stops at its own bounds', async () => {
    const options: PagingOptions<{ id: string }> = {
      fetch: async ([place]) => ({ rows: [{ id: `r${place?.[1]}` }] }),
      pageSize: 1,
      paging: 'index',
      maxPages: 7,
    };
    const endless = listing(options);
    expect(await read(endless)).toHaveLength(7);
    expect(endless.verdict()).toEqual({ complete: false, count: 7, why: 'limit' });
    const many = listing({ ...options, maxPages: 1000, maxItems: 20 });
    expect(await read(many)).toHaveLength(20);
  });

  it('is incomplete before its end, after an error, and cannot be read twice', async () => {
    const { server, client } = await bench();
    for (let n = 0; n < 250; n += 1) server.addUser(`user${n}@example.com`);
    const users = client.listUsers();
    expect(users.verdict()).toEqual({ complete: false, count: 0, why: 'unfinished' });
    for await (const page of users) {
      expect(page.items).toHaveLength(100);
      break;
    }
    expect(users.verdict()).toEqual({ complete: false, count: 100, why: 'unfinished' });
    expect(() => users[Symbol.asyncIterator]()).toThrow(ScimError);

    const failing = client.listUsers();
    server.script('GET /Users', ({ apply, send }) => send(apply()));
    server.answer('GET /Users', { status: 401 });
    await expect(read(failing)).rejects.toMatchObject({ status: 401 });
    expect(failing.verdict()).toEqual({ complete: false, count: 100, why: 'failed' });
  });
});

describe('by cursor', () => {
  const CURSORS = ['a+b=/:&c', 'ü?', '0'];
  const cursorPage = (rows: readonly unknown[], query: URLSearchParams): Json => {
    const at = query.get('cursor') === '' ? 0 : CURSORS.indexOf(query.get('cursor') ?? '') + 1;
    return { Resources: rows.slice(at * 100, at * 100 + 100), nextCursor: at < 2 ? CURSORS[at] : undefined };
  };

  it('starts with an empty cursor, encodes what comes, keeps the other parameters, and needs no total', async () => {
    const { server, verdict } = await run(250, cursorPage, { profile: { paging: 'cursor' } });
    expect(verdict).toEqual({ complete: true, count: 250 });
    expect(server.requests.map(({ search }) => search)).toEqual([
      '?cursor&count=100',
      '?cursor=a%2Bb%3D%2F%3A%26c&count=100',
      '?cursor=%C3%BC%3F&count=100',
    ]);
  });

  it('switches when an index request is answered with a cursor', async () => {
    const { server, verdict } = await run(250, (rows, query) =>
      query.has('cursor')
        ? cursorPage(rows, query)
        : { totalResults: 250, Resources: rows.slice(0, 100), nextCursor: CURSORS[0] },
    );
    expect(verdict).toEqual({ complete: true, count: 250 });
    expect(server.requests.map(({ query }) => query.has('cursor'))).toEqual([false, true, true]);
  });

  it('uses cursors unasked only where discovery says so and there is no index', async () => {
    for (const [pagination, asked] of [
      [{ cursor: true, index: false }, true],
      [{ cursor: true, index: true }, false],
      [{ cursor: false }, false],
    ] as const) {
      const { server, client } = await bench();
      server.answer('GET /ServiceProviderConfig', { status: 200, body: { pagination } });
      await client.discover();
      await read(client.listUsers());
      expect(server.requests.at(-1)?.query.has('cursor')).toBe(asked);
    }
  });

  it('goes on by index where the server never knew the parameter', async () => {
    const { verdict } = await run(250, undefined, { profile: { paging: 'cursor' } });
    expect(verdict).toEqual({ complete: true, count: 250 });
  });

  it('goes on past an empty page that has a cursor', async () => {
    const { verdict } = await run(
      150,
      (rows, query) => {
        const at = Number(query.get('cursor') || 0);
        if (at === 0) return { Resources: [], nextCursor: '1' };
        return at === 1 ? { Resources: rows.slice(0, 100), nextCursor: '2' } : { Resources: rows.slice(100) };
      },
      { profile: { paging: 'cursor' } },
    );
    expect(verdict).toEqual({ complete: true, count: 150 });
  });

  it('begins again once when a cursor has expired, and gives up the second time', async () => {
    let expired = 0;
    const page = (times: number) => (rows: readonly unknown[], query: URLSearchParams) => {
      if (query.get('cursor') === CURSORS[1] && expired < times) {
        expired += 1;
        return { status: 400, body: { scimType: 'expiredCursor' } } as never;
      }
      return cursorPage(rows, query);
    };
    const once = await run(250, page(1), { profile: { paging: 'cursor' } });
    expect(once.verdict).toEqual({ complete: true, count: 250 });
    expect(once.ids).toHaveLength(250);
    expired = 0;
    const twice = await run(250, page(9), { profile: { paging: 'cursor' } });
    expect(twice.verdict).toEqual({ complete: false, count: 200, why: 'cursor' });
  });

  it('stops where the cursor goes in a circle', async () => {
    const { verdict, trips } = await run(250, (rows) => ({ Resources: rows.slice(0, 100), nextCursor: 'again' }), {
      profile: { paging: 'cursor' },
    });
    expect(verdict).toEqual({ complete: false, count: 100, why: 'repeated' });
    expect(trips).toBe(2);
  });
});

describe('whatever a server does', () => {
  /** A directory of `size` rows behind a server of random manners. */
  const manners = fc.record({
    size: fc.nat(60),
    cap: fc.integer({ min: 1, max: 20 }),
    pageSize: fc.integer({ min: 1, max: 20 }),
    total: fc.constantFrom('true', 'missing', 'page', 'less', 'more', 'moving'),
    order: fc.constantFrom('stable', 'random'),
    offset: fc.constantFrom(1, 0),
    ignores: fc.constantFrom('nothing', 'startIndex', 'count'),
    cursor: fc.boolean(),
    fails: fc.boolean(),
  });

  it('a listing ends, never repeats an item, invents none, and is called complete by an honest server only when it is', async () => {
    await fc.assert(
      fc.asyncProperty(manners, fc.infiniteStream(fc.nat()), async (how, random) => {
        const ids = Array.from({ length: how.size }, (_, n) => `r${n}`);
        let calls = 0;
        const next = () => random.next().value ?? 0;
        const fetch = async (query: Query): Promise<ListPage<{ readonly id: string }>> => {
          calls += 1;
          if (how.fails && next() % 17 === 0)
            throw new ScimError({ fault: 'network', outcome: 'unknown', message: 'x' });
          const fields = new Map(query);
          const rows = how.order === 'stable' ? ids : ids.toSorted(() => (next() % 2) - 0.5);
          const asked = how.ignores === 'count' ? how.size : Math.min(how.cap, Number(fields.get('count') ?? how.cap));
          const index =
            how.ignores === 'startIndex' ? 0 : Math.max(0, Number(fields.get('startIndex') ?? 1) - how.offset);
          const at = fields.has('cursor') ? Number(fields.get('cursor') ?? 0) : index;
          const page = rows.slice(at, at + asked).map((id) => ({ id }));
          const totals = {
            true: how.size,
            missing: undefined,
            page: page.length,
            less: how.size >> 1,
            more: how.size + 3,
            moving: how.size + calls,
          };
          const total = totals[how.total];
          return {
            rows: page,
            ...(total === undefined ? {} : { total }),
            ...(how.cursor && at + asked < how.size ? { nextCursor: String(at + asked) } : {}),
          };
        };
        const users = listing({
          fetch,
          pageSize: how.pageSize,
          paging: how.cursor ? 'cursor' : 'index',
        });
        let got: string[] = [];
        try {
          got = await read(users);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          expect(users.verdict()).toMatchObject({ complete: false, why: 'failed' });
          return;
        }
        expect(new Set(got).size).toBe(got.length);
        expect(got.every((id) => ids.includes(id))).toBe(true);
        expect(calls).toBeLessThanOrEqual(4 * how.size + 20);
        const verdict = users.verdict();
        expect(verdict.count).toBe(got.length);
        // Where the total is the truth and nobody is deleted, "complete" must mean everybody.
        if (verdict.complete && how.total === 'true') expect(got.length).toBe(how.size);
        const tame = how.order === 'stable' && how.ignores === 'nothing' && how.total === 'true' && how.offset === 1;
        if (tame) expect(verdict).toEqual({ complete: true, count: how.size });
      }),
      { numRuns: 400 },
    );
  });
});
