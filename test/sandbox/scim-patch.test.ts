// PATCH by RFC 7644 §3.5.2, on users and on the members of groups.

import { describe, expect, it } from 'vitest';
import { at, type Bench, ENTERPRISE, patchOp, start } from './scim-driver.ts';

async function patchAda(...operations: object[]) {
  const bench = await start();
  const path = `/Users/${bench.user('ada@example.com')}`;
  const before = await bench.send('GET', path);
  const answer = await bench.patch(path, ...operations);
  const after = await bench.send('GET', path);
  return { answer, before: before.body, after: after.body };
}

const work = { value: 'ada@example.com', type: 'work', primary: true };

describe('PATCH of a user', () => {
  it.each<[string, object[], object]>([
    ['replaces by path', [{ op: 'replace', path: 'displayName', value: 'Ada L' }], { displayName: 'Ada L' }],
    ['adds by path', [{ op: 'add', path: 'title', value: 'Countess' }], { title: 'Countess' }],
    [
      'takes op and names in any case',
      [{ op: 'Replace', path: 'DISPLAYNAME', value: 'Ada L' }],
      { displayName: 'Ada L' },
    ],
    [
      'takes a full name with the schema',
      [{ op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:displayName', value: 'A' }],
      { displayName: 'A' },
    ],
    ['sets active by path', [{ op: 'replace', path: 'active', value: false }], { active: false }],
    ['sets active without a path', [{ op: 'replace', value: { active: false } }], { active: false }],
    [
      'merges a complex attribute',
      [{ op: 'replace', path: 'name', value: { givenName: 'Augusta' } }],
      { name: { givenName: 'Augusta', familyName: 'Byron', formatted: 'Ada Byron' } },
    ],
    [
      'merges without a path',
      [{ op: 'add', value: { name: { givenName: 'Augusta' } } }],
      { name: { givenName: 'Augusta', familyName: 'Byron', formatted: 'Ada Byron' } },
    ],
    [
      'sets a part by path',
      [{ op: 'replace', path: 'name.givenName', value: 'Augusta' }],
      { name: { givenName: 'Augusta', familyName: 'Byron', formatted: 'Ada Byron' } },
    ],
    [
      'follows dotted keys without a path',
      [{ op: 'replace', value: { 'name.givenName': 'Augusta' } }],
      { name: { givenName: 'Augusta', familyName: 'Byron', formatted: 'Ada Byron' } },
    ],
    [
      'sets a part of the values that match',
      [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@example.com' }],
      { emails: [{ ...work, value: 'a@example.com' }] },
    ],
    [
      'merges into the values that match',
      [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'a@example.com' } }],
      { emails: [{ ...work, value: 'a@example.com' }] },
    ],
    [
      'adds a value and lets it take the primary mark',
      [{ op: 'add', path: 'emails', value: [{ value: 'b@example.com', primary: true }] }],
      {
        emails: [
          { ...work, primary: false },
          { value: 'b@example.com', primary: true },
        ],
      },
    ],
    [
      'adds one value that comes without a list',
      [{ op: 'add', path: 'emails', value: { value: 'b@example.com' } }],
      { emails: [work, { value: 'b@example.com' }] },
    ],
    ['adds nothing that is there', [{ op: 'add', path: 'emails', value: [work] }], { emails: [work] }],
    [
      'replaces all values',
      [{ op: 'replace', path: 'emails', value: [{ value: 'b@example.com' }] }],
      { emails: [{ value: 'b@example.com' }] },
    ],
    [
      'removes the values that match',
      [
        { op: 'add', path: 'emails', value: [{ value: 'b@example.com', type: 'home' }] },
        { op: 'remove', path: 'emails[type eq "work"]' },
      ],
      { emails: [{ value: 'b@example.com', type: 'home' }] },
    ],
    [
      'removes a part',
      [{ op: 'remove', path: 'name.familyName' }],
      { name: { givenName: 'Ada', formatted: 'Ada Byron' } },
    ],
    [
      'adds to an extension',
      [{ op: 'add', path: `${ENTERPRISE}:department`, value: 'R&D' }],
      { [ENTERPRISE]: { department: 'R&D' } },
    ],
    [
      'sets a manager by object',
      [{ op: 'add', path: `${ENTERPRISE}:manager`, value: { value: '77aa' } }],
      { [ENTERPRISE]: { manager: { value: '77aa' } } },
    ],
    [
      'sets a manager by id',
      [{ op: 'add', path: `${ENTERPRISE}:manager`, value: '77aa' }],
      { [ENTERPRISE]: { manager: { value: '77aa' } } },
    ],
    [
      'sets a whole extension',
      [{ op: 'add', value: { [ENTERPRISE]: { department: 'R&D' } } }],
      { [ENTERPRISE]: { department: 'R&D' } },
    ],
    [
      'sets an extension by its name as path',
      [{ op: 'add', path: ENTERPRISE, value: { department: 'R&D' } }],
      { [ENTERPRISE]: { department: 'R&D' } },
    ],
    [
      'applies operations in their order',
      [
        { op: 'add', path: 'title', value: 'A' },
        { op: 'replace', path: 'title', value: 'B' },
      ],
      { title: 'B' },
    ],
  ])('%s', async (_what, operations, expected) => {
    const { answer, after } = await patchAda(...operations);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(after);
    expect(after).toMatchObject(expected);
  });

  it.each<[string, object[], string]>([
    ['displayName', [{ op: 'remove', path: 'displayName' }], 'displayName'],
    ['all e-mails', [{ op: 'remove', path: 'emails' }], 'emails'],
    ['the last e-mail', [{ op: 'remove', path: 'emails[value sw "ada"]' }], 'emails'],
    [
      'a title set to null',
      [
        { op: 'add', path: 'title', value: 'A' },
        { op: 'replace', path: 'title', value: null },
      ],
      'title',
    ],
    [
      'an extension',
      [
        { op: 'add', path: `${ENTERPRISE}:department`, value: 'A' },
        { op: 'remove', path: ENTERPRISE },
      ],
      ENTERPRISE,
    ],
    [
      'the last part of an extension',
      [
        { op: 'add', path: `${ENTERPRISE}:department`, value: 'A' },
        { op: 'remove', path: `${ENTERPRISE}:department` },
      ],
      ENTERPRISE,
    ],
  ])('takes away %s', async (_what, operations, gone) => {
    const { answer, after } = await patchAda(...operations);
    expect(answer.status).toBe(200);
    expect(Object.keys(after ?? {})).not.toContain(gone);
  });

  it.each<[string, unknown, string]>([
    ['a filter that matches nothing', { op: 'replace', path: 'emails[type eq "home"].value', value: 'x' }, 'noTarget'],
    ['a removal that matches nothing', { op: 'remove', path: 'emails[type eq "home"]' }, 'noTarget'],
    ['a removal without a path', { op: 'remove', value: { title: 'x' } }, 'noTarget'],
    ['an unknown attribute', { op: 'replace', path: 'shoeSize', value: 42 }, 'invalidPath'],
    ['an unknown part', { op: 'replace', path: 'name.nick', value: 'x' }, 'invalidPath'],
    ['a path that is no path', { op: 'replace', path: 'nope[[', value: 'x' }, 'invalidPath'],
    ['a filter on a single value', { op: 'replace', path: 'name[givenName eq "Ada"]', value: {} }, 'invalidPath'],
    ['a path that is no text', { op: 'replace', path: 7, value: 'x' }, 'invalidPath'],
    ['the id', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['meta', { op: 'replace', path: 'meta.created', value: 'x' }, 'mutability'],
    ['the groups of a user', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'mutability'],
    ['the groups of a user without a path', { op: 'add', value: { groups: [] } }, 'mutability'],
    ['the removal of what is required', { op: 'remove', path: 'userName' }, 'mutability'],
    ['the name of a manager', { op: 'add', path: `${ENTERPRISE}:manager.displayName`, value: 'x' }, 'mutability'],
    ['a wrong type', { op: 'replace', path: 'active', value: 'False' }, 'invalidValue'],
    ['a number as name', { op: 'replace', path: 'displayName', value: 7 }, 'invalidValue'],
    ['a missing value', { op: 'replace', path: 'displayName' }, 'invalidValue'],
    ['a value without path that is no object', { op: 'replace', value: 'x' }, 'invalidValue'],
    [
      'two primary values',
      {
        op: 'add',
        path: 'emails',
        value: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['an empty userName', { op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
    ['an unknown op', { op: 'move', path: 'displayName', value: 'x' }, 'invalidSyntax'],
    ['an operation that is no object', 'replace', 'invalidSyntax'],
  ])(
    'refuses %s and leaves everything as it was, the operations before it, too',
    async (_what, operation, scimType) => {
      const bench = await start();
      const path = `/Users/${bench.user('ada@example.com')}`;
      const before = await bench.send('GET', path);
      const answer = await bench.send('PATCH', path, {
        ...patchOp(),
        Operations: [{ op: 'replace', path: 'displayName', value: 'changed' }, operation],
      });
      expect([answer.status, at(answer.body, 'scimType')]).toEqual([400, scimType]);
      expect((await bench.send('GET', path)).body).toEqual(before.body);
    },
  );

  it('refuses a body that is no PatchOp', async () => {
    const { send, user } = await start();
    const path = `/Users/${user('ada@example.com')}`;
    for (const body of [{ Operations: [] }, patchOp(), { ...patchOp(), Operations: 'x' }, []]) {
      expect((await send('PATCH', path, body)).body).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
    }
  });

  it('refuses another user name that exists and an id that does not', async () => {
    const { patch, user } = await start();
    const rename = { op: 'replace', path: 'userName', value: 'GRACE@example.com' };
    expect((await patch(`/Users/${user('ada@example.com')}`, rename)).status).toBe(409);
    expect((await patch('/Users/nobody', rename)).status).toBe(404);
  });

  it('moves lastModified only when something changes', async () => {
    const { patch, user, clock, send } = await start();
    const path = `/Users/${user('ada@example.com')}`;
    clock.now += 60_000;
    await patch(path, { op: 'replace', path: 'active', value: true });
    expect(at((await send('GET', path)).body, 'meta.lastModified')).toBe('2026-03-02T09:00:00.000Z');
    await patch(path, { op: 'replace', path: 'active', value: false });
    expect(at((await send('GET', path)).body, 'meta.lastModified')).toBe('2026-03-02T09:01:00.000Z');
  });
});

describe('PATCH of the members of a group', () => {
  const ADA = 'ada@example.com';
  const GRACE = 'grace@example.com';
  const MARY = 'mary@example.com';
  const act = (bench: Bench, operation: object) => bench.patch(`/Groups/${bench.group('Members')}`, operation);
  const some = (bench: Bench, ...names: string[]) => names.map((name) => ({ value: bench.user(name) }));

  it('adds one and keeps the others; adding again changes nothing', async () => {
    const bench = await start();
    const path = `/Groups/${bench.group('Admins')}`;
    const add = { op: 'add', path: 'members', value: some(bench, MARY) };
    const answer = await bench.patch(path, add);
    expect(answer.status).toBe(200);
    expect(bench.members('Admins')).toEqual([ADA, MARY].map(bench.user));
    bench.clock.now += 60_000;
    await bench.patch(path, add);
    const read = await bench.send('GET', path);
    expect(at(read.body, 'members')).toHaveLength(2);
    expect(at(read.body, 'meta.lastModified')).toBe('2026-03-02T09:00:00.000Z');
  });

  it('adds without a path, and one that comes without a list', async () => {
    const bench = await start();
    const path = `/Groups/${bench.group('Admins')}`;
    await bench.patch(path, { op: 'add', value: { members: some(bench, MARY) } });
    await bench.patch(path, { op: 'add', path: 'members', value: some(bench, GRACE)[0] });
    expect(bench.members('Admins')).toEqual([ADA, MARY, GRACE].map(bench.user));
  });

  it('removes exactly the one that the filter names, and takes a removal of nobody as done', async () => {
    const bench = await start();
    const remove = { op: 'remove', path: `members[value eq "${bench.user(GRACE)}"]` };
    expect((await act(bench, remove)).status).toBe(200);
    expect(bench.members('Members')).toEqual([ADA, MARY].map(bench.user));
    expect((await act(bench, remove)).status).toBe(200);
    expect(bench.members('Members')).toEqual([ADA, MARY].map(bench.user));
  });

  it('removes by other filters, too', async () => {
    const bench = await start();
    const either = `value eq "${bench.user(GRACE)}" or value eq "${bench.user(MARY)}"`;
    await act(bench, { op: 'remove', path: `MEMBERS[${either}]` });
    expect(bench.members('Members')).toEqual([bench.user(ADA)]);
    await act(bench, { op: 'remove', path: 'members[type eq "User"]' });
    expect(bench.members('Members')).toEqual([]);
  });

  it('empties the group on a removal without filter, also when a value is given: the RFC knows no value there', async () => {
    const bench = await start();
    await act(bench, { op: 'remove', path: 'members', value: some(bench, GRACE) });
    expect(bench.members('Members')).toEqual([]);
    const again = await start();
    await act(again, { op: 'remove', path: 'members' });
    expect(again.members('Members')).toEqual([]);
  });

  it('keeps in the group whoever is removed and added again in one request', async () => {
    const bench = await start();
    await bench.patch(
      `/Groups/${bench.group('Members')}`,
      { op: 'remove', path: `members[value eq "${bench.user(GRACE)}"]` },
      { op: 'add', path: 'members', value: some(bench, GRACE) },
    );
    expect(bench.members('Members')).toEqual([ADA, GRACE, MARY].map(bench.user));
  });

  it('replaces all members, and applies several operations in their order', async () => {
    const bench = await start();
    await act(bench, { op: 'replace', path: 'members', value: some(bench, MARY, GRACE, MARY) });
    expect(bench.members('Members')).toEqual(expect.arrayContaining([MARY, GRACE].map(bench.user)));
    expect(bench.members('Members')).toHaveLength(2);
    await bench.patch(
      `/Groups/${bench.group('Members')}`,
      { op: 'remove', path: 'members' },
      { op: 'add', path: 'members', value: some(bench, ADA) },
      { op: 'remove', path: `members[value eq "${bench.user(ADA)}"]` },
      { op: 'add', path: 'members', value: some(bench, GRACE) },
      { op: 'replace', path: 'displayName', value: 'Members' },
    );
    expect(bench.members('Members')).toEqual([bench.user(GRACE)]);
  });

  it.each<[string, (bench: Bench) => object[], string]>([
    ['somebody unknown', () => [{ op: 'add', path: 'members', value: [{ value: 'nobody' }] }], 'invalidValue'],
    ['a text', () => [{ op: 'add', path: 'members', value: ['x'] }], 'invalidValue'],
    ['no value', () => [{ op: 'add', path: 'members' }], 'invalidValue'],
    [
      'a change inside a member',
      (bench) => [{ op: 'replace', path: `members[value eq "${bench.user(ADA)}"].value`, value: 'x' }],
      'mutability',
    ],
    [
      'a replaced member',
      (bench) => [{ op: 'replace', path: `members[value eq "${bench.user(ADA)}"]`, value: { value: 'x' } }],
      'mutability',
    ],
    ['a broken filter', () => [{ op: 'remove', path: 'members[value eq ada]' }], 'invalidPath'],
    ['a group without a name', () => [{ op: 'remove', path: 'displayName' }], 'mutability'],
    ['an unknown attribute', () => [{ op: 'add', path: 'owners', value: 'x' }], 'invalidPath'],
  ])('refuses %s and keeps every member', async (_what, operations, scimType) => {
    const bench = await start();
    const first = { op: 'remove', path: `members[value eq "${bench.user(MARY)}"]` };
    const answer = await bench.patch(`/Groups/${bench.group('Members')}`, first, ...operations(bench));
    expect([answer.status, at(answer.body, 'scimType')]).toEqual([400, scimType]);
    expect(bench.members('Members')).toEqual([ADA, GRACE, MARY].map(bench.user));
  });

  it('names a group and adds to it in one request without a path', async () => {
    const bench = await start();
    await act(bench, { op: 'replace', value: { displayName: 'Everybody', members: some(bench, ADA) } });
    expect(bench.members('Everybody')).toEqual([bench.user(ADA)]);
    expect((await bench.patch('/Groups/nothing', { op: 'remove', path: 'members' })).status).toBe(404);
  });
});
