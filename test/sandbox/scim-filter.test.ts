// The filter grammar of RFC 7644 §3.4.2.2, told by examples, by random sentences and by random people.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributePath,
  type Filter,
  type Operator,
  parseFilter,
  parsePatchPath,
} from '../../src/sandbox/scim/filter.ts';
import { Refusal } from '../../src/sandbox/scim/refusal.ts';
import { ENTERPRISE, filter, listed, start } from './scim-driver.ts';

const NAMES = ['userName', 'displayName', 'active', 'x-1', 'andy', 'orbit', 'nothing'];
const path: fc.Arbitrary<AttributePath> = fc.record({
  urn: fc.constantFrom(undefined, ENTERPRISE),
  name: fc.constantFrom(...NAMES),
  sub: fc.constantFrom(undefined, 'value', '$ref', 'or'),
});
const operator = fc.constantFrom<Operator>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\\"', '" or userName pr or "', ')', ']', ' and ', '\n'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (each === 0 ? 0 : each)),
  fc.boolean(),
  fc.constant(null),
);
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ kind: fc.constant('compare' as const), path, operator, value }),
  fc.record({ kind: fc.constant('present' as const), path }),
);
const { tree } = fc.letrec<{ tree: Filter; inner: Filter }>((tie) => ({
  inner: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('inner'), right: tie('inner') }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('inner') }),
  ),
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('tree') }),
    fc.record({
      kind: fc.constant('some' as const),
      path: path.map((each) => ({ ...each, sub: undefined })),
      inner: tie('inner'),
    }),
  ),
}));

/** Writes a tree as a sentence; `loud` turns what is case-insensitive into capitals. */
function write(each: Filter, loud: boolean): string {
  const word = (text: string): string => (loud ? text.toUpperCase() : text);
  switch (each.kind) {
    case 'and':
      return `${bracketed(each.left, 'or', loud)} ${word('and')} ${bracketed(each.right, 'and or', loud)}`;
    case 'or':
      return `${write(each.left, loud)} ${word('or')} ${bracketed(each.right, 'or', loud)}`;
    case 'not':
      return `${word('not')} (${write(each.inner, loud)})`;
    case 'present':
      return `${writePath(each.path)} ${word('pr')}`;
    case 'some':
      return `${writePath(each.path)}[${write(each.inner, loud)}]`;
    case 'compare':
      return `${writePath(each.path)} ${word(each.operator)} ${JSON.stringify(each.value)}`;
  }
}

function bracketed(each: Filter, kinds: string, loud: boolean): string {
  const text = write(each, loud);
  return kinds.split(' ').includes(each.kind) ? `(${text})` : text;
}

function writePath({ urn, name, sub }: AttributePath): string {
  return `${urn === undefined ? '' : `${urn}:`}${name}${sub === undefined ? '' : `.${sub}`}`;
}

function refusalOf(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('the filter parser', () => {
  it('reads back every sentence that can be written from a tree', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (each, loud) => {
        expect(parseFilter(write(each, loud))).toEqual(each);
      }),
      { numRuns: 500 },
    );
  });

  it('reads any text after any quoting as the one value that was quoted, in filters and in PATCH paths', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const compared = { kind: 'compare', operator: 'eq', value: text };
        expect(parseFilter(`userName eq ${JSON.stringify(text)}`)).toMatchObject(compared);
        expect(parsePatchPath(`members[value eq ${JSON.stringify(text)}]`)).toMatchObject({
          path: { name: 'members' },
          filter: compared,
          sub: undefined,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('answers any text with a tree or a refusal, never with another failure', () => {
    const pieces = fc.constantFrom(
      'userName',
      ' ',
      'eq',
      '"a"',
      '(',
      ')',
      '[',
      ']',
      'and',
      'or',
      'not',
      '.',
      ':',
      '"',
      '\\',
      '1',
    );
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 40 }).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(noise, (text) => {
        for (const [parse, scimType] of [
          [parseFilter, 'invalidFilter'],
          [parsePatchPath, 'invalidPath'],
        ] as const) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
            expect(error).toMatchObject({ status: 400, scimType });
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('binds and closer than or, and lets parentheses say otherwise', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({
      kind: 'present',
      path: { urn: undefined, name, sub: undefined },
    }));
    expect(parseFilter('a pr or b pr and c pr')).toEqual({
      kind: 'or',
      left: a,
      right: { kind: 'and', left: b, right: c },
    });
    expect(parseFilter('(a pr or b pr) and c pr')).toEqual({
      kind: 'and',
      left: { kind: 'or', left: a, right: b },
      right: c,
    });
  });

  it.each([
    ['an empty text', ''],
    ['a missing value', 'userName eq'],
    ['a bare word as value', 'userName eq ada'],
    ['single quotation marks', "userName eq 'ada'"],
    ['an unclosed text', 'userName eq "ada'],
    ['an unknown operator', 'userName like "ada"'],
    ['a bad escape', 'userName eq "\\x"'],
    ['a control character in a text', 'userName eq "a\nb"'],
    ['something after the end', 'userName eq "ada" "byron"'],
    ['an unclosed parenthesis', '(userName pr'],
    ['not without parentheses', 'not userName pr'],
    ['a value filter inside a value filter', 'emails[type[value eq "x"]]'],
    ['a sub-attribute after a value filter', 'emails[type eq "work"].value eq "x"'],
    ['a leading zero', 'x eq 01'],
    ['depth without end', `${'('.repeat(100)}a pr${')'.repeat(100)}`],
    ['length without end', `userName eq "${'a'.repeat(9_000)}"`],
  ])('refuses %s', (_what, text) => {
    expect(refusalOf(() => parseFilter(text))).toMatchObject({ status: 400, scimType: 'invalidFilter' });
  });
});

describe('filters over HTTP', () => {
  it.each([
    ['userName eq "ADA@example.com"', ['ada@example.com']],
    ['USERNAME EQ "ada@example.com"', ['ada@example.com']],
    [`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@example.com"`, ['ada@example.com']],
    ['externalId eq "U02ADA"', ['ada@example.com']],
    ['externalId eq "u02ada"', []],
    ['active eq false', ['linus@example.com']],
    ['active eq "false"', []],
    ['name.familyName sw "J" or name.givenName ew "ce"', ['grace@example.com', 'mary@example.com']],
    ['userName co "a" and not (userName co "r")', ['ada@example.com', 'linus@example.com']],
    ['emails[type eq "work" and value eq "MARY@example.com"]', ['mary@example.com']],
    ['emails.value eq "mary@example.com"', ['mary@example.com']],
    ['emails co "grace"', ['grace@example.com']],
    [`${ENTERPRISE}:manager pr`, ['grace@example.com']],
    ['externalId pr', ['ada@example.com']],
    ['externalId eq null and active eq true', ['grace@example.com', 'mary@example.com']],
    ['userName ne "ada@example.com" and active eq true', ['grace@example.com', 'mary@example.com']],
    ['userName gt "linus@example.com"', ['mary@example.com']],
    ['meta.lastModified ge "2026-03-02T09:00:00Z" and userName sw "ada"', ['ada@example.com']],
    ['meta.lastModified gt "2026-03-02T10:00:00+01:00"', []],
    ['groups.display eq "admins"', ['ada@example.com']],
    ['shoeSize eq 42', []],
  ])('%s', async (text, expected) => {
    const { send } = await start();
    const answer = await send('GET', `/Users?${filter(text)}`);
    expect(answer.status).toBe(200);
    expect(listed(answer, 'userName')).toEqual(expected);
  });

  it('finds the groups of one person by members, in the ways there are to say it', async () => {
    const { send, user } = await start();
    const grace = user('grace@example.com');
    for (const text of [`members.value eq "${grace}"`, `members eq "${grace}"`, `members[value eq "${grace}"]`]) {
      expect(listed(await send('GET', `/Groups?${filter(text)}`), 'displayName')).toEqual(['Members']);
    }
    for (const text of [
      'members.display eq "grace hopper"',
      'members[display eq "Grace Hopper"]',
      `members.value sw "${grace.slice(0, 9)}"`,
    ]) {
      expect(listed(await send('GET', `/Groups?${filter(text)}`), 'displayName')).toEqual(['Members']);
    }
    const one = await send('GET', `/Groups?${filter(`displayName eq "admins" and members eq "${grace}"`)}`);
    expect(one.body).toMatchObject({ totalResults: 0, Resources: [] });
  });

  it('refuses what is no filter and orders that a type does not have', async () => {
    const { send } = await start();
    for (const text of ['userName eq', 'active gt true', 'active gt "x"']) {
      const answer = await send('GET', `/Users?${filter(text)}`);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ status: '400', scimType: 'invalidFilter' });
    }
  });

  it('finds whoever is asked for, whatever characters the name has, and nobody else', async () => {
    const names = fc.uniqueArray(
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
        .filter((each) => each.trim() !== '' && each.toLowerCase() !== 'bystander'),
      {
        minLength: 1,
        maxLength: 5,
        selector: (each) => each.normalize('NFC').toLowerCase(),
      },
    );
    const { service, send } = await start({ seed: { users: [{ userName: 'bystander' }], groups: [] } });
    await fc.assert(
      fc.asyncProperty(names, async (userNames) => {
        service.reset();
        for (const userName of userNames) service.addUser({ userName });
        for (const userName of userNames) {
          const answer = await send('GET', `/Users?${filter(`userName eq ${JSON.stringify(userName)}`)}`);
          expect(listed(answer, 'userName')).toEqual([userName]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same answer from an index as from looking at everybody', async () => {
    const { send, service } = await start();
    const ids = service.state().users.map((each) => each.id);
    const about = fc.oneof(
      fc
        .constantFrom('userName', 'externalId', 'id', 'emails.value', 'displayName')
        .chain((name) =>
          fc
            .constantFrom(...ids, 'ada@example.com', 'GRACE@example.com', 'U02ADA', 'u02ada', 'Mary Jackson', 'nobody')
            .map((each) => `${name} eq ${JSON.stringify(each)}`),
        ),
      fc.constantFrom('active eq true', 'active eq false', `groups eq "${service.groupId('Members')}"`),
    );
    const sentence = fc
      .array(fc.tuple(about, fc.constantFrom('and', 'or')), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.map(([each, link], index) => (index === 0 ? each : `${link} ${each}`)).join(' '));
    await fc.assert(
      fc.asyncProperty(sentence, async (text) => {
        const quick = await send('GET', `/Users?${filter(text)}`);
        const slow = await send('GET', `/Users?${filter(`(${text}) or userName eq "nobody at all"`)}`);
        expect(quick.body).toEqual(slow.body);
      }),
      { numRuns: 60 },
    );
  });

  it('sees members the same whether it asks who they are or more about them', async () => {
    const { send, user } = await start();
    const id = fc.constantFrom(user('ada@example.com'), user('grace@example.com'), user('linus@example.com'), 'nobody');
    const about = fc.oneof(
      fc
        .tuple(fc.constantFrom('members.value eq', 'members eq', 'MEMBERS EQ', 'members.value ne'), id)
        .map(([ask, each]) => `${ask} "${each}"`),
      id.map((each) => `members[value eq "${each}"]`),
      id.map((each) => `not (members eq "${each}")`),
      id.map((each) => `members[type eq "User" and value eq "${each}"]`),
      id.map((each) => `members.value sw "${each.slice(0, 8)}"`),
      fc.constantFrom(
        'displayName eq "Admins"',
        'members pr',
        'members.display co "a"',
        'members.display eq "Ada Byron"',
      ),
    );
    const sentence = fc
      .array(fc.tuple(about, fc.constantFrom('and', 'or')), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.map(([each, link], index) => (index === 0 ? each : `${link} ${each}`)).join(' '));
    await fc.assert(
      fc.asyncProperty(sentence, async (text) => {
        const quick = await send('GET', `/Groups?${filter(text)}`);
        const slow = await send('GET', `/Groups?${filter(`(${text}) or members.display eq "nobody at all"`)}`);
        expect(quick.status).toBe(200);
        expect(quick.body).toEqual(slow.body);
      }),
      { numRuns: 80 },
    );
  });
});
