// The switches about creating, replacing and deleting; the numbers are the rows of the matrix of known server behaviours.
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
