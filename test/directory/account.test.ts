/** An account is made of what a user says; one that says the same again is the same account. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAccount } from '../../src/directory/account.ts';
import { parseUser } from '../../src/scim/schema.ts';

/** Few values, so that two users often agree in nearly everything; some need mending. */
const texts = fc.constantFrom(
  undefined,
  '',
  ' ',
  'Ada',
  ' Ada',
  'A\u0308da',
  '\ud800',
  `${'x'.repeat(255)} ${'y'.repeat(9)}`,
);
const addresses = fc.constantFrom('ada@example.com', 'Ada@example.com', 'no address', '');
const users = fc
  .record({
    id: fc.constantFrom('a1', 'a2'),
    userName: fc.oneof(texts, addresses),
    displayName: texts,
    name: fc.record({ formatted: texts, givenName: texts }),
    emails: fc.array(fc.record({ value: addresses, primary: fc.boolean() }), { maxLength: 2 }),
    active: fc.constantFrom(true, false, undefined),
    manager: fc.constantFrom(undefined, 'm1'),
    externalId: fc.constantFrom(undefined, 'x1'),
    meta: fc.record({ created: fc.constantFrom(undefined, '2026'), lastModified: fc.constantFrom(undefined, '2027') }),
  })
  .map((raw) => {
    const user = parseUser(raw);
    if (user === undefined) throw new Error('no user');
    return user;
  });

describe('an account', () => {
  it('is the same whether or not it was known before', () => {
    fc.assert(
      fc.property(users, users, (before, now) => {
        expect(toAccount(now, toAccount(before))).toStrictEqual(toAccount(now));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the very same object when nothing about it has changed', () => {
    const raw = {
      id: 'a1',
      userName: 'ada',
      displayName: 'Ada',
      emails: ['ada@example.com'],
      active: true,
      meta: { lastModified: '2027' },
    };
    const user = () => parseUser(structuredClone(raw)) ?? expect.fail();
    const known = toAccount(user());
    expect(toAccount(user(), known)).toBe(known);
  });
});
