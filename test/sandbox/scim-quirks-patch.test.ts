// The switches about PATCH and members; the numbers are the rows of the matrix of known server behaviours.

import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../src/sandbox/scim/index.ts';
import { type Answer, at, type Bench, filter, listed, start } from './scim-driver.ts';

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
