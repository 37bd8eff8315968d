/** What a User carries beside the named fields: kept as it came, bounded, and without what is read elsewhere or secret. */
import { describe, expect, it } from 'vitest';
import { restOf } from '../../src/scim/rest.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('the rest of a user', () => {
  it('is what has no field of its own, also inside name and the enterprise extension', () => {
    const raw = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      ID: '7',
      UserName: 'ada@example.com',
      name: { givenName: 'Ada', FamilyName: 'Lovelace', middleName: 'King' },
      emails: [{ value: 'ada@example.com' }],
      phoneNumbers: [{ value: '+44 1', type: 'work' }, { value: null }],
      locale: 'en-GB',
      nickName: '',
      title: null,
      groups: [],
      meta: { created: 'x' },
      [ENTERPRISE]: { department: 'Engines', manager: { value: '8' }, costCenter: 'C7' },
      'urn:example:2.0:User': { badge: { no: 7 }, none: [] },
    };
    expect(restOf(raw)).toEqual({
      attributes: {
        name: { middleName: 'King' },
        phoneNumbers: [{ value: '+44 1', type: 'work' }],
        locale: 'en-GB',
        [ENTERPRISE]: { costCenter: 'C7' },
        'urn:example:2.0:User': { badge: { no: 7 } },
      },
      cut: false,
    });
  });

  it('holds no password, however deep and however written', () => {
    const { attributes } = restOf({ password: 'x', PassWord: 'y', 'urn:example': { Password: 'z', keep: 1 } });
    expect(attributes).toEqual({ 'urn:example': { keep: 1 } });
  });

  it('is bounded in length and depth, and says that something was left out', () => {
    const long = restOf({ a: 'x'.repeat(5000), b: 'y'.repeat(5000), c: 1 });
    expect(Object.keys(long.attributes)).toEqual(['a']);
    expect(long.cut).toBe(true);
    let deep: object = { at: 'the bottom' };
    for (let level = 0; level < 50; level += 1) deep = { deep };
    expect(JSON.stringify(restOf({ deep, flat: 1 }))).not.toContain('bottom');
  });

  it('takes names of objects for names', () => {
    const raw: unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "c"}');
    const { attributes } = restOf(raw);
    expect(Object.hasOwn(attributes, '__proto__')).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(restOf('no object')).toEqual({ attributes: {}, cut: false });
  });
});
