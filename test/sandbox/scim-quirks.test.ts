// Every switch does what it says; the numbers are the rows of the matrix of known server behaviours.
// Row 35, creates that are held, is told with the perplexity dialect.

import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sandbox/scim/index.ts';
import { type Answer, at, type Bench, filter, GROUP, listed, newUser, start } from './scim-driver.ts';

const ADA = 'ada@example.com';
const GRACE = 'grace@example.com';
const MARY = 'mary@example.com';

const withQuirks = (quirks: Partial<Quirks>) => start({ quirks });
const code = (answer: Answer): unknown[] => [answer.status, at(answer.body, 'scimType')];
const staff = (bench: Bench, ...operations: object[]) =>
  bench.patch(`/Groups/${bench.group('Members')}`, ...operations);
const some = (bench: Bench, ...names: string[]) => names.map((name) => ({ value: bench.user(name) }));
const byFilter = (bench: Bench, name: string) => ({ op: 'remove', path: `members[value eq "${bench.user(name)}"]` });
const setActive = (bench: Bench, value: unknown, op = 'replace') =>
  bench.patch(`/Users/${bench.user(ADA)}`, { op, path: 'active', value });
const readAda = async (bench: Bench): Promise<unknown> => (await bench.send('GET', `/Users/${bench.user(ADA)}`)).body;

describe('operations', () => {
  it('1: ignores capitalised operations, or takes nothing else', async () => {
    const lower = await withQuirks({ opCase: 'lower-else-ignored' });
    expect((await setActive(lower, false, 'Replace')).status).toBe(200);
    expect(await readAda(lower)).toMatchObject({ active: true });
    await setActive(lower, false);
    expect(await readAda(lower)).toMatchObject({ active: false });
    const capital = await withQuirks({ opCase: 'capitalised-else-refused' });
    expect(code(await setActive(capital, false))).toEqual([400, 'invalidSyntax']);
    expect((await setActive(capital, false, 'Replace')).status).toBe(200);
  });

  it('2: reads "False" as false, or stores it as a text that says enabled to the careless', async () => {
    const coerce = await withQuirks({ booleanStrings: 'coerce' });
    await setActive(coerce, 'False');
    expect(await readAda(coerce)).toMatchObject({ active: false });
    const store = await withQuirks({ booleanStrings: 'store' });
    await setActive(store, 'False');
    expect(await readAda(store)).toMatchObject({ active: 'False' });
    expect(store.service.state().users[0]).toMatchObject({ userName: ADA, active: false });
    expect(code(await setActive(store, 'maybe'))).toEqual([400, 'invalidValue']);
  });

  it.each([
    ['wipe', 200, []],
    ['remove-listed', 200, [ADA, MARY]],
    ['refuse', 400, [ADA, GRACE, MARY]],
  ] as const)('3: a removal with a value: %s', async (removeMembersWithValue, status, left) => {
    const bench = await withQuirks({ removeMembersWithValue });
    expect((await staff(bench, { op: 'remove', path: 'members', value: some(bench, GRACE) })).status).toBe(status);
    expect(bench.members('Members')).toEqual(left.map(bench.user));
  });

  it.each([
    ['remove-matching', 200, [ADA, MARY]],
    ['refuse', 400, [ADA, GRACE, MARY]],
    ['wipe', 200, []],
    ['ignore', 200, [ADA, GRACE, MARY]],
  ] as const)('4: a removal by filter: %s', async (removeMembersByFilter, status, left) => {
    const bench = await withQuirks({ removeMembersByFilter });
    expect((await staff(bench, byFilter(bench, GRACE))).status).toBe(status);
    expect(bench.members('Members')).toEqual(left.map(bench.user));
  });

  it('4: a removal of nobody: done, or noTarget', async () => {
    const bench = await withQuirks({ removeAbsentMember: 'noTarget' });
    expect((await staff(bench, byFilter(bench, GRACE))).status).toBe(200);
    expect(code(await staff(bench, byFilter(bench, GRACE)))).toEqual([400, 'noTarget']);
    expect(code(await staff(bench, { op: 'remove', path: 'members[value eq "nobody"]' }))).toEqual([400, 'noTarget']);
  });

  it.each([
    ['replace', 200, [MARY]],
    ['add', 200, [ADA, MARY]],
    ['refuse', 400, [ADA]],
  ] as const)('5: replacing members: %s', async (replaceMembers, status, left) => {
    const bench = await withQuirks({ replaceMembers });
    const replace = { op: 'replace', path: 'members', value: some(bench, MARY) };
    expect((await bench.patch(`/Groups/${bench.group('Admins')}`, replace)).status).toBe(status);
    expect(bench.members('Admins')).toEqual(left.map(bench.user));
  });

  it.each([
    ['full', 3],
    ['empty', 0],
    ['absent', undefined],
  ] as const)('6: members in reads: %s; a filter on members still tells', async (membersInReads, length) => {
    const bench = await withQuirks({ membersInReads });
    const list = await bench.send('GET', `/Groups?${filter(`members.value eq "${bench.user(GRACE)}"`)}`);
    expect(listed(list, 'displayName')).toEqual(['Members']);
    for (const members of [
      listed(list, 'members')[0],
      at((await bench.send('GET', `/Groups/${bench.group('Members')}`)).body, 'members'),
    ]) {
      expect(Array.isArray(members) ? members.length : undefined).toBe(length);
    }
  });

  it('7: answers 200 to operations that make no sense, and applies the others', async () => {
    const bench = await withQuirks({ badOperations: 'ignore' });
    const path = `/Users/${bench.user(ADA)}`;
    const senseless = [
      { op: 'move', path: 'title', value: 'x' },
      { op: 'replace', path: 'nope[[', value: 'x' },
      { op: 'add', path: 'shoeSize', value: 42 },
    ];
    expect((await bench.patch(path, ...senseless, { op: 'add', path: 'title', value: 'Countess' })).status).toBe(200);
    expect(await readAda(bench)).toMatchObject({ title: 'Countess' });
    expect((await staff(bench, { op: 'remove', path: 'members[[' })).status).toBe(200);
    expect(bench.members('Members')).toHaveLength(3);
    // What makes sense and is not allowed is still refused.
    expect(code(await bench.patch(path, { op: 'replace', path: 'id', value: 'x' }))).toEqual([400, 'mutability']);
  });

  it.each([
    ['refuse', 400, 3],
    ['store', 200, 4],
    ['drop', 200, 3],
    ['fail', 500, 3],
  ] as const)('8: an unknown member: %s', async (unknownMember, status, length) => {
    const bench = await withQuirks({ unknownMember });
    expect((await staff(bench, { op: 'add', path: 'members', value: [{ value: 'ghost' }] })).status).toBe(status);
    expect(bench.members('Members')).toHaveLength(length);
    const read = await bench.send('GET', `/Groups/${bench.group('Members')}`);
    expect(at(read.body, 'members.3.value')).toBe(length === 4 ? 'ghost' : undefined);
  });

  it('9: answers a PATCH with 200 or 204, separately for users and groups', async () => {
    const bench = await withQuirks({ patchedUser: 204, patchedGroup: 204, versions: 'honoured' });
    const user = await setActive(bench, false);
    expect([user.status, user.text, user.headers.get('etag')]).toEqual([204, '', 'W/"2"']);
    expect((await staff(bench, byFilter(bench, GRACE))).status).toBe(204);
  });

  it('19: refuses a group PATCH without a path', async () => {
    const bench = await withQuirks({ pathlessGroupPatch: 'refuse' });
    expect(code(await staff(bench, { op: 'add', value: { members: some(bench, ADA) } }))).toEqual([400, 'invalidPath']);
    expect((await staff(bench, byFilter(bench, GRACE))).status).toBe(200);
  });

  it('20: stores dotted names as they are, with a path and without', async () => {
    const bench = await withQuirks({ dottedPaths: 'literal' });
    const path = `/Users/${bench.user(ADA)}`;
    for (const operation of [
      { op: 'replace', path: 'name.givenName', value: 'Augusta' },
      { op: 'replace', value: { 'name.familyName': 'King' } },
    ]) {
      expect((await bench.patch(path, operation)).status).toBe(200);
    }
    expect(await readAda(bench)).toMatchObject({
      name: { givenName: 'Ada', familyName: 'Byron' },
      'name.givenName': 'Augusta',
      'name.familyName': 'King',
    });
  });

  it('20: replaces a complex attribute by the fragment that came without a path', async () => {
    const bench = await withQuirks({ pathlessComplex: 'replace' });
    await bench.patch(`/Users/${bench.user(ADA)}`, { op: 'replace', value: { name: { familyName: 'King' } } });
    expect(at(await readAda(bench), 'name')).toEqual({ familyName: 'King' });
  });

  it('21: takes so many members in an operation and so many changes in a request', async () => {
    const one = await withQuirks({ membersPerOperation: 1 });
    const admins = (bench: Bench, ...operations: object[]) =>
      bench.patch(`/Groups/${bench.group('Admins')}`, ...operations);
    const add = (bench: Bench, ...names: string[]) => ({ op: 'add', path: 'members', value: some(bench, ...names) });
    expect((await admins(one, add(one, GRACE, MARY))).status).toBe(400);
    expect((await admins(one, add(one, GRACE), add(one, MARY))).status).toBe(200);
    const two = await withQuirks({ changesPerRequest: 2 });
    expect((await admins(two, add(two, GRACE), add(two, MARY), byFilter(two, ADA))).status).toBe(400);
    expect(two.members('Admins')).toHaveLength(1);
    expect((await admins(two, add(two, GRACE), byFilter(two, ADA))).status).toBe(200);
  });

  it('30: wants every member to say its type', async () => {
    const bench = await withQuirks({ memberTypeRequired: true });
    const add = (more: object) =>
      staff(bench, { op: 'add', path: 'members', value: [{ value: bench.user('linus@example.com'), ...more }] });
    expect((await add({})).status).toBe(400);
    expect((await add({ type: 'User' })).status).toBe(200);
  });
});

describe('creating and replacing', () => {
  it('10: refuses a duplicate with another status or without its word', async () => {
    const bench = await withQuirks({ conflict: { status: 400, scimType: true } });
    expect(code(await bench.send('POST', '/Users', newUser(ADA)))).toEqual([400, 'uniqueness']);
    bench.service.setDialect('generic', { conflict: { status: 409, scimType: false }, errorStatus: 'number' });
    const second = await bench.send('POST', '/Users', newUser(ADA));
    expect([...code(second), at(second.body, 'status')]).toEqual([409, undefined, 409]);
    bench.service.setDialect('generic', { errorStatus: 'absent' });
    expect(at((await bench.send('POST', '/Users', newUser(ADA))).body, 'status')).toBeUndefined();
  });

  it('11: compares names letter by letter, or keeps them in lower case', async () => {
    const exact = await withQuirks({ userNameCase: 'sensitive' });
    expect(listed(await exact.send('GET', `/Users?${filter('userName eq "ADA@example.com"')}`), 'id')).toEqual([]);
    expect((await exact.send('POST', '/Users', newUser('ADA@example.com'))).status).toBe(201);
    expect((await exact.send('POST', '/Users', newUser('ADA@example.com'))).status).toBe(409);
    expect(listed(await exact.send('GET', `/Users?${filter('userName eq "ADA@example.com"')}`), 'userName')).toEqual([
      'ADA@example.com',
    ]);
    const lowered = await withQuirks({ userNameCase: 'lowered' });
    expect(at((await lowered.send('POST', '/Users', newUser('EVE'))).body, 'userName')).toBe('eve');
  });

  it('12: keeps the e-mail of active people unique', async () => {
    const bench = await withQuirks({ uniqueEmails: true });
    const eve = (more: object = {}) =>
      bench.send('POST', '/Users', newUser('eve', { emails: [{ value: 'ADA@example.com' }], ...more }));
    expect((await eve()).status).toBe(409);
    expect((await eve({ active: false })).status).toBe(201);
  });

  it('13: hides the deactivated, who still block their name', async () => {
    const bench = await withQuirks({ deactivated: 'hidden' });
    const path = `/Users/${bench.user(ADA)}`;
    await setActive(bench, false);
    expect((await bench.send('GET', path)).status).toBe(404);
    expect(listed(await bench.send('GET', '/Users'), 'userName')).toEqual([GRACE, MARY]);
    expect(listed(await bench.send('GET', `/Users?${filter(`userName eq "${ADA}"`)}`), 'id')).toEqual([]);
    expect((await bench.send('POST', '/Users', newUser(ADA))).status).toBe(409);
  });

  it('14: takes deactivation for deletion', async () => {
    const bench = await withQuirks({ deactivated: 'deleted' });
    const path = `/Users/${bench.user(ADA)}`;
    await setActive(bench, false);
    expect((await bench.send('GET', path)).status).toBe(404);
    expect(bench.members('Admins')).toEqual([]);
    expect((await bench.send('POST', '/Users', newUser(ADA))).status).toBe(201);
  });

  it('15: requires attributes, and says which are missing', async () => {
    const bench = await withQuirks({ requiredOnCreate: ['displayName', 'name.familyName', 'emails'] });
    const refused = await bench.send('POST', '/Users', newUser('eve', { name: { givenName: 'Eve' }, displayName: '' }));
    expect(code(refused)).toEqual([400, 'invalidValue']);
    expect(at(refused.body, 'detail')).toBe('Required attributes missing: displayName, name.familyName, emails');
    const full = newUser('eve@example.com', { name: { familyName: 'E' }, displayName: 'E' });
    expect((await bench.send('POST', '/Users', full)).status).toBe(201);
  });

  it('16: refuses attributes that it does not know, or keeps them, also by PATCH', async () => {
    const refuse = await withQuirks({ unknownAttributes: 'refuse' });
    expect(code(await refuse.send('POST', '/Users', newUser('eve', { shoeSize: 42 })))).toEqual([400, 'invalidSyntax']);
    expect(code(await refuse.send('POST', '/Users', newUser('eve', { name: { nick: 'E' } })))).toEqual([
      400,
      'invalidSyntax',
    ]);
    expect(code(await refuse.patch(`/Users/${refuse.user(ADA)}`, { op: 'add', value: { shoeSize: 1 } }))).toEqual([
      400,
      'invalidPath',
    ]);
    const keep = await withQuirks({ unknownAttributes: 'keep' });
    expect((await keep.send('POST', '/Users', newUser('eve', { shoeSize: 42 }))).body).toMatchObject({ shoeSize: 42 });
    const path = `/Users/${keep.user(ADA)}`;
    await keep.patch(path, { op: 'add', path: 'hat', value: 'red' }, { op: 'add', value: { coat: 'blue' } });
    expect(await readAda(keep)).toMatchObject({ hat: 'red', coat: 'blue' });
    await keep.patch(path, { op: 'remove', path: 'hat' });
    expect(Object.keys((await readAda(keep)) ?? {})).not.toContain('hat');
  });

  it('17: refuses null wherever it stands', async () => {
    const bench = await withQuirks({ nulls: 'refuse' });
    expect(code(await bench.send('POST', '/Users', newUser('eve', { title: null })))).toEqual([400, 'invalidSyntax']);
    expect(code(await bench.send('POST', '/Users', newUser('eve', { name: { givenName: null } })))).toEqual([
      400,
      'invalidSyntax',
    ]);
    const add = { op: 'add', path: 'members', value: [{ value: bench.user(ADA), $ref: null }] };
    expect(code(await staff(bench, add))).toEqual([400, 'invalidSyntax']);
  });

  it('18: does not know PUT, or PATCH, in its own words', async () => {
    const closed = [
      { method: 'PUT', on: 'User', status: 404, detail: 'no PUT' },
      { method: 'PATCH', on: 'Group', status: 501, detail: 'no PATCH' },
    ] as const;
    const bench = await withQuirks({ closed });
    const path = `/Users/${bench.user(ADA)}`;
    expect((await bench.send('PUT', path, newUser(ADA))).body).toMatchObject({ status: '404', detail: 'no PUT' });
    expect((await bench.send('GET', path)).status).toBe(200);
    expect((await staff(bench, byFilter(bench, GRACE))).status).toBe(501);
    expect((await setActive(bench, false)).status).toBe(200);
  });

  it('31: demands If-Match', async () => {
    const bench = await withQuirks({ versions: 'demanded' });
    expect((await setActive(bench, false)).status).toBe(428);
    const path = `/Users/${bench.user(ADA)}`;
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'title', value: 'x' }],
    };
    expect((await bench.send('PATCH', path, body, { 'if-match': 'W/"9", W/"1"' })).status).toBe(200);
    expect((await bench.send('PATCH', path, body, { 'if-match': '*' })).status).toBe(200);
    expect((await bench.send('DELETE', path)).status).toBe(428);
  });

  it('32: takes people of verified domains only', async () => {
    const bench = await withQuirks({ verifiedDomains: ['example.com'] });
    expect(code(await bench.send('POST', '/Users', newUser('eve@elsewhere.com')))).toEqual([400, 'invalidValue']);
    expect(
      (await bench.send('POST', '/Users', newUser('eve', { emails: [{ value: 'e@elsewhere.com' }] }))).status,
    ).toBe(400);
    expect((await bench.send('POST', '/Users', newUser('eve@EXAMPLE.com'))).status).toBe(201);
  });

  it('34: takes DELETE for deactivation', async () => {
    const bench = await withQuirks({ deletes: 'soft' });
    expect((await bench.send('DELETE', `/Users/${bench.user(ADA)}`)).status).toBe(204);
    expect(await readAda(bench)).toMatchObject({ active: false });
  });

  it('answers a create without an id or without anything', async () => {
    const bench = await withQuirks({ created: 'no-id' });
    const noId = await bench.send('POST', '/Users', newUser('eve'));
    expect([noId.status, at(noId.body, 'userName'), at(noId.body, 'id')]).toEqual([201, 'eve', undefined]);
    expect(noId.headers.get('location')).toContain('/Users/');
    bench.service.setDialect('generic', { created: 'empty' });
    const empty = await bench.send('POST', '/Groups', { schemas: [GROUP], displayName: 'X' });
    expect([empty.status, empty.text]).toEqual([201, '']);
  });

  it('drops members that a group is created with, and keeps those that a PUT leaves out', async () => {
    const bench = await withQuirks({ membersOnCreate: 'drop', putWithoutMembers: 'keep' });
    await bench.send('POST', '/Groups', { schemas: [GROUP], displayName: 'X', members: some(bench, ADA) });
    expect(bench.members('X')).toEqual([]);
    await bench.send('PUT', `/Groups/${bench.group('Members')}`, { schemas: [GROUP], displayName: 'Members' });
    expect(bench.members('Members')).toHaveLength(3);
  });

  it('uses names as ids, which must be encoded', async () => {
    const bench = await withQuirks({ ids: 'readable' });
    await bench.send('POST', '/Users', newUser('eve/adams +1@example.com'));
    const group = await bench.send('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'R&D / Ops',
      members: [{ value: 'eve/adams +1@example.com' }],
    });
    expect(at(group.body, 'id')).toBe('R&D / Ops');
    expect((await bench.send('GET', `/Users/${encodeURIComponent('eve/adams +1@example.com')}`)).status).toBe(200);
    expect((await bench.send('GET', '/Users/eve/adams +1@example.com')).status).toBe(404);
    const path = `/Groups/${encodeURIComponent('R&D / Ops')}`;
    await bench.patch(path, { op: 'remove', path: 'members[value eq "eve/adams +1@example.com"]' });
    expect(bench.members('R&D / Ops')).toEqual([]);
    expect((await bench.send('POST', '/Groups', { schemas: [GROUP], displayName: 'R&D / Ops' })).status).toBe(409);
  });
});

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
