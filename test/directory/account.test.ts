/** An account is made of what a user says; one that says the same again is the same account. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAccount } from '../../src/directory/account.ts';
import { parseUser } from '../../src/scim/schema.ts';

/** Few values, so that two users often agree; some need mending. */
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
const address = fc.constantFrom('ada@example.com', 'ada@example.com', 'Ada@example.com', 'no address');
const fields = {
  id: fc.constantFrom('a1', 'a2'),
  userName: fc.oneof(texts, address),
  displayName: texts,
  name: fc.record({ formatted: texts, givenName: texts }),
  emails: fc.array(fc.record({ value: address, primary: fc.boolean() }), { maxLength: 2 }),
  active: fc.constantFrom(true, false, undefined),
  manager: fc.constantFrom(undefined, 'm1', 'm2'),
  externalId: fc.constantFrom(undefined, 'x1', 'x2'),
  meta: fc.record({ created: fc.constantFrom(undefined, '2026'), lastModified: fc.constantFrom(undefined, '2027') }),
};
const plain = {
  id: 'a1',
  userName: 'ada',
  displayName: 'Ada',
  emails: [{ value: 'ada@example.com' }],
  active: true,
  manager: 'm1',
  externalId: 'x1',
  meta: { lastModified: '2027' },
};
/** What is said of a plain user instead: nothing, or one thing. */
const changes = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  ...Object.entries(fields).map(([name, values]) =>
    (values as fc.Arbitrary<unknown>).map((value) => ({ [name]: value })),
  ),
);
const read = (raw: object) => parseUser(raw) ?? expect.fail('no user');

describe('an account', () => {
  it('is the same whether or not it was known before', () => {
    fc.assert(
      fc.property(changes, changes, fc.boolean(), (before, more, goesOn) => {
        const known = toAccount(read({ ...plain, ...before }));
        const now = read({ ...plain, ...(goesOn ? before : {}), ...more });
        expect(toAccount(now, known)).toStrictEqual(toAccount(now));
      }),
      { numRuns: 5000 },
    );
  });

  it('is the very same object when nothing about it has changed', () => {
    const known = toAccount(read(structuredClone(plain)));
    expect(toAccount(read(structuredClone(plain)), known)).toBe(known);
  });
});
