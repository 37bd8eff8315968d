/** Reading the wire: lenient in each field, so that one bad value costs one value and one bad row one row. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig, parseResourceTypes } from '../../src/scim/discovery.ts';
import { PROFILES, parseLearned, profileOf, redact } from '../../src/scim/index.ts';
import { parseErrorBody, parseList } from '../../src/scim/messages.ts';
import { parseGroup, parseUser } from '../../src/scim/schema.ts';
import { ENTERPRISE } from './server.ts';

describe('a user', () => {
  it('is read whole', () => {
    const user = parseUser(
      {
        schemas: ['urn:scim:schemas:core:1.0'],
        id: '9f2c',
        userName: 'ada@example.com',
        externalId: 'U02',
        active: true,
        name: { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada Lovelace' },
        displayName: 'Ada',
        emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
        title: 'Countess',
        [ENTERPRISE]: { department: 'R&D', manager: { value: '77aa', displayName: 'Somebody' } },
        groups: [{ value: 'g1' }, { value: 'g2' }],
        meta: { created: '1843', lastModified: 'yesterday', version: 'W/"v1"' },
        unknown: { kept: 'no' },
      },
      'W/"v2"',
    );
    expect(user).toEqual({
      id: '9f2c',
      userName: 'ada@example.com',
      externalId: 'U02',
      active: true,
      givenName: 'Ada',
      familyName: 'Lovelace',
      formatted: 'Ada Lovelace',
      displayName: 'Ada',
      email: 'ada@example.com',
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
      title: 'Countess',
      department: 'R&D',
      managerId: '77aa',
      groups: ['g1', 'g2'],
      created: '1843',
      lastModified: 'yesterday',
      version: 'W/"v2"',
    });
  });

  it('is read whatever the case of its names', () => {
    expect(
      parseUser({
        ID: 7,
        USERNAME: 'ada',
        Active: 'False',
        external_id: 'x',
        DisplayName: 'Ada',
        Name: { GIVENNAME: 'Ada' },
        [ENTERPRISE.toUpperCase()]: { Department: 'R&D', MANAGER: '77aa' },
      }),
    ).toEqual({
      id: '7',
      userName: 'ada',
      active: false,
      externalId: 'x',
      displayName: 'Ada',
      givenName: 'Ada',
      department: 'R&D',
      managerId: '77aa',
      emails: [],
    });
  });

  it('has the first of two spellings of one name', () => {
    expect(
      parseUser({ id: 'a', USERNAME: 'first', userName: 'second', Meta: { VERSION: 'v1', version: 'v2' } }),
    ).toEqual({
      id: 'a',
      userName: 'first',
      version: 'v1',
      emails: [],
    });
  });

  it('is read with the extension flattened in either way', () => {
    expect(
      parseUser({ id: 'a', [`${ENTERPRISE}:department`]: 'R&D', [`${ENTERPRISE}:manager`]: { managerValue: 'm' } }),
    ).toMatchObject({ department: 'R&D', managerId: 'm' });
    expect(parseUser({ id: 'a', department: 'R&D', manager: { value: 'm' } })).toMatchObject({
      department: 'R&D',
      managerId: 'm',
    });
  });

  it.each([
    [true, true],
    [false, false],
    ['True', true],
    ['False', false],
    [' false ', false],
    [1, true],
    [0, false],
    ['0', false],
    ['yes', undefined],
    [null, undefined],
    [{}, undefined],
    [2, undefined],
    [undefined, undefined],
  ])('with active %j is %j', (active, read) => {
    expect(parseUser({ id: 'a', active })?.active).toBe(read);
  });

  it('has the address that is primary, else work, else first, else its userName', () => {
    const email = (fields: object) => parseUser({ id: 'a', userName: 'u@example.com', ...fields })?.email;
    const home = { value: 'home@example.com', type: 'home' };
    const work = { value: 'work@example.com', type: 'Work' };
    expect(email({ emails: [home, work, { value: 'main@example.com', primary: 'true' }] })).toBe('main@example.com');
    expect(email({ emails: [home, work] })).toBe('work@example.com');
    expect(email({ emails: [home, { value: 3 }, null] })).toBe('home@example.com');
    expect(email({ emails: home })).toBe('home@example.com');
    expect(email({ emails: 'plain@example.com' })).toBe('plain@example.com');
    expect(email({ emails: [] })).toBe('u@example.com');
    expect(parseUser({ id: 'a', userName: 'lovelace' })).toHaveProperty('email', undefined);
  });

  it('loses a bad field and keeps the rest', () => {
    expect(
      parseUser({
        id: 'a',
        userName: {},
        displayName: 'x'.repeat(9999),
        name: 'Ada',
        emails: 7,
        groups: [{}],
        meta: [],
        title: null,
      }),
    ).toEqual({ id: 'a', emails: [] });
  });

  it.each([
    undefined,
    null,
    3,
    'u1',
    [],
    {},
    { id: '' },
    { id: null },
    { id: '..' },
    { id: 'a\u0000' },
    { id: 'x'.repeat(1025) },
    { id: Number.NaN },
  ])('without a usable id is none (%j)', (row) => {
    expect(parseUser(row)).toBeUndefined();
    expect(parseGroup(row)).toBeUndefined();
  });

  it('keeps no entity tag that would not fit into a header', () => {
    expect(parseUser({ id: 'a', meta: { version: 'W/"a"\r\nx: y' } })).toHaveProperty('version', undefined);
  });
});

describe('lists, errors and what a server says of itself', () => {
  it('reads lists whose rows are absent, one object, or under another case', () => {
    expect(parseList({ totalResults: 0 })).toEqual({ rows: [], total: 0 });
    expect(parseList({ totalresults: '3', resources: { id: 'a' } })).toEqual({ rows: [{ id: 'a' }], total: 3 });
    expect(parseList({ Resources: [], totalResults: -1, nextCursor: '' })).toEqual({ rows: [] });
    expect(parseList({ Resources: null, totalResults: null })).toEqual({ rows: [] });
    expect(parseList({ Resources: [1], nextCursor: 12 })).toEqual({ rows: [1], nextCursor: '12' });
    for (const body of [undefined, null, [], 'x', {}, { error: 1 }]) expect(parseList(body)).toBeUndefined();
  });

  it('reads scimType as letters only and detail in any shape', () => {
    expect(parseErrorBody({ scimType: 'uniqueness', detail: ['a', 'b', 3] })).toEqual({
      scimType: 'uniqueness',
      detail: 'a b',
    });
    expect(parseErrorBody({ ScimType: 'invalidToken', message: 'no' })).toEqual({
      scimType: 'invalidToken',
      detail: 'no',
    });
    expect(parseErrorBody({ scimType: 'a b', detail: {} })).toEqual({});
    expect(parseErrorBody('text')).toEqual({});
  });

  it('takes each member of ServiceProviderConfig by itself, and absence for unknown', () => {
    expect(
      parseConfig({
        patch: { supported: 'true' },
        filter: { supported: 1, maxResults: 'x' },
        etag: null,
        pagination: { cursor: true, maxPageSize: 50 },
      }),
    ).toEqual({
      patch: true,
      filter: true,
      cursor: true,
      maxPageSize: 50,
    });
    expect(parseConfig(undefined)).toEqual({});
    expect(
      parseResourceTypes([{ name: 'User', endpoint: '/Users', schemaExtensions: [{ schema: ENTERPRISE }, 3] }]),
    ).toEqual({ groups: false, userExtensions: [ENTERPRISE] });
    expect(
      parseResourceTypes({
        Resources: [{ name: 'User', schemaExtensions: [{ schema: ENTERPRISE }] }, { endpoint: '/Groups' }],
      }),
    ).toEqual({
      groups: true,
      userExtensions: [ENTERPRISE],
    });
    expect(parseResourceTypes('x')).toEqual({});
  });

  it('throws for no JSON whatever', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        for (const parse of [
          parseUser,
          parseGroup,
          parseList,
          parseErrorBody,
          parseConfig,
          parseResourceTypes,
          parseLearned,
        ]) {
          parse(value);
          parse({
            id: 'a',
            emails: value,
            members: other,
            groups: value,
            name: other,
            meta: value,
            Resources: [value],
            active: other,
          });
        }
      }),
    );
  });
});

describe('a profile', () => {
  it('can be overridden field by field in a profile, and no profile removes by value', () => {
    expect(profileOf('perplexity', { batchSize: 1 })).toEqual({ ...PROFILES.perplexity, batchSize: 1 });
    expect(PROFILES.perplexity).toMatchObject({ groupCreate: false, attributes: {}, membersReadable: 'yes' });
    for (const profile of Object.values(PROFILES))
      expect(profile).toMatchObject({ removeForm: 'valuePath', usePut: false });
  });
});

describe('redaction', () => {
  it('leaves no secret of any of the usual shapes, and no more than 200 characters', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{8,60}$/), fc.string(), (before, secret, after) => {
        const safe = redact(`${before} ${secret} ${after}`, [secret]);
        expect(safe).not.toContain(secret);
        expect(safe.length).toBeLessThanOrEqual(200);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
    expect(redact('Bearer abc.def GET /Users?filter=userName%20eq for <ada@example.com>')).toBe(
      '[token] GET /Users?[query] for <[address]>',
    );
    expect(redact('userName already in use')).toBe('userName already in use');
  });
});
