// The switches about lists, discovery and the wire; the numbers are the rows of the matrix of known server behaviours.

import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sandbox/scim/index.ts';
import { type Answer, at, type Bench, filter, listed, newUser, start } from './scim-driver.ts';

const ADA = 'ada@example.com';
const GRACE = 'grace@example.com';
const _MARY = 'mary@example.com';

const withQuirks = (quirks: Partial<Quirks>) => start({ quirks });
const code = (answer: Answer): unknown[] => [answer.status, at(answer.body, 'scimType')];
const _staff = (bench: Bench, ...operations: object[]) =>
  bench.patch(`/Groups/${bench.group('Members')}`, ...operations);
const _some = (bench: Bench, ...names: string[]) => names.map((name) => ({ value: bench.user(name) }));
const _byFilter = (bench: Bench, name: string) => ({ op: 'remove', path: `members[value eq "${bench.user(name)}"]` });
const setActive = (bench: Bench, value: unknown, op = 'replace') =>
  bench.patch(`/Users/${bench.user(ADA)}`, { op, path: 'active', value });
const readAda = async (bench: Bench): Promise<unknown> => (await bench.send('GET', `/Users/${bench.user(ADA)}`)).body;

describe('lists', () => {
  it('22: supports some filters only, and refuses the others in its own way', async () => {
    const bench = await withQuirks({ filters: 'eq-only', filterRefusal: 501 });
    const ask = async (text: string) => code(await bench.send('GET', `/Users?${filter(text)}`));
    expect(await ask('userName eq "x" and active eq true')).toEqual([200, undefined]);
    expect(await ask('userName sw "x"')).toEqual([501, undefined]);
    expect(await ask('userName eq "x" or active eq true')).toEqual([501, undefined]);
    bench.service.setDialect('generic', { filters: 'exact-only', filterRefusal: 500 });
    expect(await ask('userName eq "x"')).toEqual([200, undefined]);
    expect(await ask('userName EQ "x"')).toEqual([500, undefined]);
    expect(await ask('userName eq "a\\"b"')).toEqual([500, undefined]);
    bench.service.setDialect('generic', { filterable: ['userName'], filterRefusal: 403 });
    expect(await ask('USERNAME eq "x"')).toEqual([200, undefined]);
    expect(await ask('userName eq "x" and emails eq "x"')).toEqual([403, 'sensitive']);
    bench.service.setDialect('generic', { filters: 'none' });
    expect(await ask('userName eq "x"')).toEqual([400, 'invalidFilter']);
  });

  it('23: ignores a filter, or searches e-mails whatever it names', async () => {
    const bench = await withQuirks({ filterMeaning: 'ignored' });
    expect(listed(await bench.send('GET', `/Users?${filter(`userName eq "${ADA}"`)}`), 'id')).toHaveLength(4);
    bench.service.setDialect('generic', { filterMeaning: 'email' });
    expect(listed(await bench.send('GET', `/Users?${filter(`externalId eq "${GRACE}"`)}`), 'userName')).toEqual([
      GRACE,
    ]);
  });

  it.each<[string, Partial<Quirks>, string, object]>([
    ['caps the page', { largestPage: 2 }, 'count=100', { totalResults: 4, itemsPerPage: 2 }],
    ['has a small page of its own', { defaultPage: 1 }, '', { totalResults: 4, itemsPerPage: 1 }],
    ['counts the page only', { totals: 'page' }, 'count=3', { totalResults: 3 }],
    ['counts to a hundred only', { totals: 'capped' }, '', { totalResults: 4 }],
    ['writes numbers as texts', { totals: 'string' }, '', { totalResults: '4' }],
    ['repeats what was asked', { itemsPerPage: 'asked' }, 'count=50', { itemsPerPage: 50 }],
    [
      'counts from zero',
      { startIndex: 'zero' },
      'startIndex=0&count=2',
      { startIndex: 0, Resources: [{ userName: ADA }, { userName: GRACE }] },
    ],
    [
      'counts from zero, so that one skips',
      { startIndex: 'zero' },
      'startIndex=1&count=1',
      { Resources: [{ userName: GRACE }] },
    ],
    [
      'gives page one for ever',
      { startIndex: 'ignored' },
      'startIndex=3&count=2',
      { startIndex: 1, Resources: [{ userName: ADA }, { userName: GRACE }] },
    ],
    [
      'begins again past the end',
      { pastTheEnd: 'first-page' },
      'startIndex=5&count=1',
      { Resources: [{ userName: ADA }] },
    ],
    [
      'gives everything at once',
      { paging: 'none', largestPage: 1 },
      'startIndex=3&count=1',
      { totalResults: 4, itemsPerPage: 4 },
    ],
  ])('24: %s', async (_what, quirks, query, expected) => {
    const bench = await withQuirks(quirks);
    expect((await bench.send('GET', `/Users?${query}`)).body).toMatchObject(expected);
  });

  it('24: leaves out what it does not like to count, and Resources when there are none', async () => {
    const bench = await withQuirks({ totals: 'absent', noResources: 'absent' });
    const answer = await bench.send('GET', `/Users?${filter('userName eq "nobody"')}`);
    expect(Object.keys(answer.body ?? {})).toEqual(['schemas', 'startIndex', 'itemsPerPage']);
    const capped = await start({
      quirks: { totals: 'capped' },
      seed: { users: Array.from({ length: 120 }, (_, n) => ({ userName: `p${n}` })), groups: [] },
    });
    expect(at((await capped.send('GET', '/Users')).body, 'totalResults')).toBe(100);
  });

  it('24: lists in the order of its ids, or in another order each time', async () => {
    const byId = await withQuirks({ order: 'by-id' });
    const ids = listed(await byId.send('GET', '/Users'), 'id').map(String);
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    const shuffled = await withQuirks({ order: 'shuffled' });
    const orders = new Set<string>();
    for (let turn = 0; turn < 4; turn += 1) {
      const names = listed(await shuffled.send('GET', '/Users'), 'userName');
      expect(names).toHaveLength(4);
      orders.add(names.join());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  it('25: offers cursors beside indexes, without totals where it does not count', async () => {
    const bench = await withQuirks({ paging: 'both', totals: 'absent' });
    const index = await bench.send('GET', '/Users?startIndex=2&count=1');
    expect(listed(index, 'userName')).toEqual([GRACE]);
    expect(at(index.body, 'nextCursor')).toBeUndefined();
    const first = await bench.send('GET', '/Users?cursor=&count=3');
    const second = await bench.send(
      'GET',
      `/Users?count=3&cursor=${encodeURIComponent(String(at(first.body, 'nextCursor')))}`,
    );
    expect([...listed(first, 'userName'), ...listed(second, 'userName')]).toHaveLength(4);
    expect(at(second.body, 'nextCursor')).toBeUndefined();
    expect(at(first.body, 'totalResults')).toBeUndefined();
    const plain = await withQuirks({});
    expect(at((await plain.send('GET', '/Users?cursor=&count=1')).body, 'nextCursor')).toBeUndefined();
  });

  it('26: says nothing, little or the wrong thing about itself', async () => {
    const bench = await withQuirks({ serviceProviderConfig: 'missing' });
    expect((await bench.send('GET', '/ServiceProviderConfig')).status).toBe(404);
    bench.service.setDialect('generic', { serviceProviderConfig: 'partial' });
    expect(Object.keys((await bench.send('GET', '/ServiceProviderConfig')).body ?? {})).toEqual(['schemas', 'bulk']);
    bench.service.setDialect('generic', { serviceProviderConfig: 'wrong' });
    expect((await bench.send('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: false },
      filter: { supported: false },
    });
    expect((await setActive(bench, false)).status).toBe(200);
  });

  it('29: tells memberships on users only, or on groups only', async () => {
    const bench = await withQuirks({ membersInReads: 'absent' });
    expect(at(await readAda(bench), 'groups.0.display')).toBe('Admins');
    bench.service.setDialect('generic', { groupsOnUsers: false });
    expect(at(await readAda(bench), 'groups')).toBeUndefined();
    expect(
      listed(await bench.send('GET', `/Users?${filter(`groups.value eq "${bench.group('Admins')}"`)}`), 'userName'),
    ).toEqual([ADA]);
  });
});

describe('the wire', () => {
  it('27: calls its answers something else, and takes or gives one media type only', async () => {
    const bench = await withQuirks({
      contentType: 'text/plain; charset=utf-8',
      accepts: 'json-only',
      answers: 'json-only',
    });
    const plain = await bench.send('GET', '/Users');
    expect([plain.status, plain.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect((await bench.send('POST', '/Users', newUser('eve'))).status).toBe(415);
    expect((await bench.send('POST', '/Users', newUser('eve'), { 'content-type': 'application/json' })).status).toBe(
      201,
    );
    expect((await bench.send('GET', '/Users', undefined, { accept: 'application/scim+json' })).status).toBe(406);
    bench.service.setDialect('generic', { accepts: 'scim-only', answers: 'scim-only' });
    expect((await bench.send('GET', '/Users', undefined, { accept: 'application/json' })).status).toBe(406);
    const scim = { accept: 'application/scim+json, application/json;q=0.9' };
    expect((await bench.send('GET', '/Users', undefined, scim)).status).toBe(200);
    expect(
      (await bench.send('POST', '/Users', newUser('adam'), { ...scim, 'content-type': 'application/json' })).status,
    ).toBe(415);
  });

  it('28: says that resources live elsewhere', async () => {
    const bench = await withQuirks({ location: 'relative' });
    const path = `${new URL(bench.service.url).pathname}/Users/${bench.user(ADA)}`;
    expect(at(await readAda(bench), 'meta.location')).toBe(path);
    bench.service.setDialect('generic', { location: 'wrong-host' });
    const made = await bench.send('POST', '/Users', newUser('eve'));
    expect(made.headers.get('location')).toMatch(/^https:\/\/scim\.internal\.invalid\/v2\/Users\//);
  });

  it('33: shows writes late by its clock', async () => {
    const bench = await withQuirks({ visibleAfter: { min: 3_000, max: 3_000 } });
    await setActive(bench, false);
    expect(await readAda(bench)).toMatchObject({ active: true });
    bench.clock.now += 2_999;
    expect(await readAda(bench)).toMatchObject({ active: true });
    bench.clock.now += 1;
    expect(await readAda(bench)).toMatchObject({ active: false });
  });
});
