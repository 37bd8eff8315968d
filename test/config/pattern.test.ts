/** Which regular expressions a policy may use, and that those it may use are judged by what they really do. */

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgePattern } from '../../src/config/pattern.ts';

describe('a pattern for reasons', () => {
  it('may be what tickets look like', () => {
    const plain = [
      '(INC|CHG)-\\d+',
      '^[A-Z]+-\\d+: .+$',
      '(?:TICKET-)?\\d{3,6}',
      '(?<year>\\d{4})-(?<n>\\d+)',
      '(INC|CHG|REQ|TASK)[- ]?\\d{4,8}',
      'https://tickets\\.example\\.com/\\S+',
      '(^|\\s)[A-Z]{2,5}-\\d+',
      '[(*+|]+x',
      '\\(a+\\)',
      '\\p{Lu}+',
      '[\\]+]+',
      '(ab){2,3}',
      '(?:ab)+',
      '',
    ];
    for (const pattern of plain) expect(judgePattern(pattern), pattern).toEqual({ ok: true });
  });

  it('may not take exponential time', () => {
    const evil = [
      '(a+)+',
      '(a*)*',
      '(a|a)*',
      '(a|aa)+$',
      '((a|b)){3}',
      '(a?){30}',
      '(?:(?:a+))*',
      '([a-z]+)*x',
      '(?<x>a+)+',
      '(a+){9}',
      '(.*a){20}',
    ];
    for (const pattern of evil) {
      expect(judgePattern(pattern), pattern).toMatchObject({
        ok: false,
        what: expect.stringContaining('repeats a group'),
      });
    }
  });

  it('may not take unaffordable time', () => {
    const slow = [
      '.*.*.*x',
      '^.*.*.*.*x',
      'a{0,500}b{0,500}',
      'a?'.repeat(30),
      '(a|a)'.repeat(30),
      '.*|.*.*.*x',
      '^a|.*.*.*x',
      'a{1,}b{2,}c{3,}d',
    ];
    for (const pattern of slow) {
      expect(judgePattern(pattern), pattern).toMatchObject({
        ok: false,
        what: expect.stringContaining('repeats too often'),
      });
    }
  });

  it('may not use what cannot be bounded, or is no regular expression', () => {
    for (const pattern of [
      '(a)\\1',
      '(?<x>a)\\k<x>',
      '(?=a)b',
      '(?!a)b',
      '(?<=a)b',
      '(?<!a)b',
      '(?i:a)',
      '(',
      '[',
      'x{',
      '\\',
      '*',
      'a'.repeat(201),
    ]) {
      expect(judgePattern(pattern).ok, pattern).toBe(false);
    }
  });

  it('that passes ends on a hostile reason', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '(a)',
      '(?:ab)',
      '(a|b)',
      '(a|ab|aa)',
      '\\w',
      '(a|(b|a))',
      '^',
      '$',
      '|',
      '(',
      ')',
    );
    const quantifier = fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{1,3}', '{2,}', '+?', '*?');
    const pattern = fc.array(fc.tuple(part, quantifier), { maxLength: 12 }).map((parts) => parts.flat().join(''));
    let passed = 0;
    fc.assert(
      fc.property(pattern, fc.constantFrom('a', 'ab', 'b', 'aab'), (source, unit) => {
        if (!judgePattern(source).ok) return;
        passed += 1;
        const reason = `${unit.repeat(500).slice(0, 499)}!`;
        // An exponential pattern would not end within the life of the machine; the limit only makes that a failure.
        runInNewContext('new RegExp(source, "u").test(reason)', { source, reason }, { timeout: 15_000 });
      }),
      { numRuns: 300 },
    );
    expect(passed).toBeGreaterThan(30);
  });
});
