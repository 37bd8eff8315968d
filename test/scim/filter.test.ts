/** Filters and PATCH bodies: quoting that cannot be broken out of, and forms that cannot mean everybody. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, eq, needsEscaping, quote, where } from '../../src/scim/filter.ts';
import { ScimError } from '../../src/scim/index.ts';
import { addMembersOperations, removeMembersOperations } from '../../src/scim/patch.ts';
import { bench } from './bench.ts';

const clean = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((value) => !/\p{Cc}/u.test(value) && value.isWellFormed());

/** RFC 8259 §7, read by a scanner of our own: the one string at the head of the text, and what follows it. */
function readString(text: string): { readonly value: string; readonly rest: string } {
  let at = 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return { value: JSON.parse(text.slice(0, at + 1)) as string, rest: text.slice(at + 1) };
}

describe('filters', () => {
  it('hold any value as one JSON string and nothing beside it', () => {
    fc.assert(
      fc.property(clean, clean, (a, b) => {
        const filter = and(eq('id', a), eq('members.value', b));
        const first = readString(filter.slice('id eq '.length));
        expect(first.value).toBe(a);
        const second = readString(first.rest.slice(' and members.value eq '.length));
        expect(second).toEqual({ value: b, rest: '' });
      }),
    );
  });

  it('cannot be widened by a value that looks like a filter', () => {
    const value = 'x" or userName pr or userName eq "';
    expect(eq('userName', value)).toBe('userName eq "x\\" or userName pr or userName eq \\""');
    expect(where('members', eq('value', 'a"]'))).toBe('members[value eq "a\\"]"]');
    expect([needsEscaping('plain@example.com'), needsEscaping(value), needsEscaping('a\\b')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('refuse control characters, lone surrogates and nothing at all', () => {
    for (const value of ['', 'a\u0000b', 'a\nb', '\u0085', '\u007f', '\ud83d'])
      expect(() => quote(value)).toThrow(ScimError);
    expect(quote('Zoë 🙂')).toBe('"Zoë 🙂"');
  });

  it('reach the server as they were built, whatever the value', async () => {
    const { server, client } = await bench();
    await fc.assert(
      fc.asyncProperty(clean, async (value) => {
        const before = server.requests.length;
        expect(await client.findUsers({ externalId: value })).toEqual([]);
        expect(server.requests[before]?.query.get('filter')).toBe(`externalId eq ${JSON.stringify(value)}`);
        expect(server.requests[before]?.search).toContain(
          `filter=${encodeURIComponent(`externalId eq ${JSON.stringify(value)}`)}`,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('find a name with quotes even where the server cannot parse one', async () => {
    const { server, client } = await bench();
    const name = 'o"brien\\@example.com';
    server.addUser(name);
    server.answer('GET /Users', { status: 400, body: { scimType: 'invalidFilter' } });
    expect(await client.findUsers({ userName: name })).toHaveLength(1);
    // Only that value was at fault: the filter stays in use.
    expect(client.learned().refusedFilters).toBeUndefined();
  });
});

describe('member operations', () => {
  it('name each person in an object of its own, also one', () => {
    expect(addMembersOperations(['a'], false)).toEqual([{ op: 'add', path: 'members', value: [{ value: 'a' }] }]);
    expect(removeMembersOperations(['a"b', 'c'], 'valuePath')).toEqual([
      { op: 'remove', path: 'members[value eq "a\\"b"]' },
      { op: 'remove', path: 'members[value eq "c"]' },
    ]);
  });

  it('cannot say "remove members" without saying whom', () => {
    for (const form of ['valuePath', 'entraValue'] as const)
      expect(() => removeMembersOperations([], form)).toThrow(ScimError);
  });
});
