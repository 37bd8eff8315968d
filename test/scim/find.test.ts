/** Looking people up: nobody is found who was not asked for, and nobody is called absent who was not looked for. */
import { describe, expect, it } from 'vitest';
import { bench } from './bench.ts';

describe('by id', () => {
  it('is exactly that user, or nobody', async () => {
    const { server, client } = await bench();
    const ada = server.addUser('ada@example.com', { id: 'Ada' });
    expect((await client.getUser(ada))?.userName).toBe('ada@example.com');
    expect(await client.getUser('nobody')).toBeUndefined();
    server.answer('GET /Users', { status: 200, body: { id: 'somebody-else', userName: 'eve@example.com' } });
    await expect(client.getUser(ada)).rejects.toMatchObject({ fault: 'unreadable' });
    server.answer('GET /Groups', { status: 200, body: { id: 'somebody-else' } });
    await expect(client.getGroup('g1')).rejects.toMatchObject({ fault: 'unreadable' });
  });
});

describe('by attribute', () => {
  it('says nothing of absence where the listing it fell back to was incomplete', async () => {
    const { server, client } = await bench({
      page: (rows, query) =>
        query.has('filter') ? ({ status: 501 } as never) : { totalResults: 999, Resources: rows },
    });
    server.addUser('ada@example.com');
    expect(await client.findUsers({ userName: 'ada@example.com' })).toHaveLength(1);
    await expect(client.findUsers({ userName: 'eve@example.com' })).rejects.toMatchObject({
      fault: 'incomplete',
      retryable: true,
    });
    await expect(client.findGroups('Admins')).rejects.toMatchObject({ fault: 'incomplete' });
  });

  it('is not put off by rows that are nobody', async () => {
    const { server, client } = await bench({ ignoresFilters: true });
    server.addUser('ada@example.com');
    server.addUser('broken', { id: '\u0001' });
    expect(await client.findUsers({ userName: 'eve@example.com' })).toEqual([]);
  });

  it('tells two accounts of one name apart from one', async () => {
    const { server, client } = await bench();
    server.addUser('ada@example.com');
    server.addUser('ADA@example.com');
    expect(await client.findUsers({ userName: 'ada@example.com' })).toHaveLength(2);
  });

  it('compares names after normalising them, and externalId to the letter', async () => {
    const { server, client } = await bench({ ignoresFilters: true });
    server.addUser('zoe\u0308@example.com', { externalId: 'u02' });
    expect(await client.findUsers({ userName: 'ZO\u00cb@example.com' })).toHaveLength(1);
    expect(await client.findUsers({ externalId: 'U02' })).toEqual([]);
    expect(await client.findUsers({ externalId: 'u02' })).toHaveLength(1);
  });

  it('does not ask for a lower-case spelling when the first one found somebody', async () => {
    const { server, client } = await bench();
    server.addUser('Ada@example.com');
    await client.findUsers({ userName: 'Ada@example.com' });
    expect(server.requests).toHaveLength(1);
    await client.findUsers({ userName: 'Eve@example.com' });
    expect(server.requests.slice(1).map(({ query }) => query.get('filter'))).toEqual([
      'userName eq "Eve@example.com"',
      'userName eq "eve@example.com"',
    ]);
  });
});

describe('by e-mail', () => {
  it('reads everybody before it says "nobody", unless the filter is trusted or the caller is content', async () => {
    // This server's e-mail filter is always empty.
    const page = (rows: readonly unknown[], query: URLSearchParams) => ({
      Resources: query.has('filter') ? [] : rows,
      totalResults: query.has('filter') ? 0 : rows.length,
    });
    const wanted = { email: 'ada@example.com' } as const;
    for (const [emailFilter, thorough, found, trips] of [
      ['untrusted', true, 1, 2],
      ['untrusted', false, 0, 1],
      ['trusted', true, 0, 1],
      ['none', true, 1, 1],
      ['none', false, 0, 0],
    ] as const) {
      const { server, client } = await bench({ page }, { profile: { emailFilter } });
      server.addUser('lovelace', {
        emails: [{ value: 'home@example.org' }, { value: 'Ada@Example.com', type: 'work' }],
      });
      expect(await client.findUsers({ ...wanted, thorough })).toHaveLength(found);
      expect(server.requests).toHaveLength(trips);
    }
  });

  it('takes a userName that is an address for one where there is no other', async () => {
    const { server, client } = await bench({ ignoresFilters: true });
    server.addUser('ada@example.com');
    server.addUser('eve@example.com', { emails: [{ value: 'other@example.com' }] });
    expect(await client.findUsers({ email: 'ADA@example.com' })).toHaveLength(1);
    expect(await client.findUsers({ email: 'eve@example.com' })).toEqual([]);
  });
});
