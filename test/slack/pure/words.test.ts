import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asManyAsFit, linkButton, message, option, section } from '../../../src/slack/blocks.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import { clip, oneLine, severalLines } from '../../../src/slack/text/escape.ts';
import { type Texts, textsFor } from '../../../src/slack/text/index.ts';
import {
  bold,
  code,
  date,
  emoji,
  join,
  link,
  mention,
  quote,
  say,
  toMrkdwn,
  toPlain,
} from '../../../src/slack/text/words.ts';
import { markupFaults } from '../limits.ts';
import { allowed, HOSTILE, hostileText, NOW } from './sample.ts';

describe('text from people', () => {
  it('is readable, on one line and bounded, whatever it was', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 200 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200B\u2060\uFEFF\u{E0000}-\u{E007F}]/u);
        expect(line.isWellFormed()).toBe(true);
        expect(line).toBe(line.trim());
        const lines = severalLines(text, max, 5);
        expect(lines.length).toBeLessThanOrEqual(5);
        expect(lines.join('\n').length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('keeps what people write in their own languages and their emoji', () => {
    for (const text of [
      'Jörg Müller-Lüdenscheidt',
      '李小龍',
      'علی',
      'नमस्ते क्‍ष',
      '👨‍👩‍👧 ❤️ 🏳️‍🌈',
      "O'Brien & Söhne <GmbH>",
    ]) {
      expect(oneLine(text, 100)).toBe(text.normalize('NFC'));
    }
  });

  it('loses joiners that only hide', () => {
    expect(oneLine('ad\u200Dmin\u200C', 20)).toBe('admin');
  });

  it('is cut between characters, and says so', () => {
    expect(clip('a😀b', 3)).toBe('a…');
    expect(clip('abc', 3)).toBe('abc');
  });
});

describe('a sentence', () => {
  it('escapes every interpolated text and keeps our own markup', () => {
    const words = say`${bold('Admin')} for ${'<!channel> & *x* `y`'} ${mention('U0BOB', 'Bob')} ${code('a`b')} ${emoji('warning')}`;
    expect(toMrkdwn(words)).toBe("*Admin* for &lt;!channel&gt; &amp; ∗x∗ 'y' <@U0BOB> `a'b` :warning:");
    expect(toPlain(words)).toBe('Admin for <!channel> & *x* `y` Bob a`b');
  });

  it('formats nothing that a person wrote, wherever it stands', () => {
    const wrote = '*bold* _i_ ~s~ :tada: **x** _*y*_ (*z*) `c` :+1: :100: now :warning';
    const read = "∗bold∗ ˍiˍ ∼s∼ ∶tada: ∗∗x∗∗ ˍ∗y∗ˍ (∗z∗) 'c' ∶+1: ∶100: now ∶warning";
    expect(toMrkdwn(say`${wrote}: ${mention('nobody', wrote)}`)).toBe(`${read}: ${read}`);
    expect(toMrkdwn(quote(wrote))).toBe(`>${read}`);
    expect(toMrkdwn(link('https://x.y/', wrote))).toBe(`<https://x.y/|${read}>`);
    expect(toPlain(say`${wrote}`)).toBe(wrote);
  });

  it('leaves what formats nothing as it is, to be copied', () => {
    for (const text of ['bob_smith+a@example.com', 'PPLX_Admin', '2*3', 'at 17:00', 'https://x.y:8080', 'INC-7: why'])
      expect(toMrkdwn(say`${text}`)).toBe(text);
  });

  it('has no formatting but ours, whatever people write and however it meets', () => {
    const sign = fc.constantFrom(...'*_~:`ab1 -+.\n'.split(''));
    const text = fc.array(sign, { maxLength: 12 }).map((all) => all.join(''));
    // As Slack reads it: between the edges of words, on one line; an emoji anywhere.
    const STYLED = /(?<![\p{L}\p{N}])([*_~])(?=\S)(.*?\S)\1(?![\p{L}\p{N}])|`[^`]+`|:(?!\d+:)[a-z0-9_+'-]+:/u;
    fc.assert(
      fc.property(text, text, (one, two) => {
        for (const words of [say`${one}: ${two}`, say`(${one}, ${two}:)`, quote(`${one}\n${two}`)])
          expect(toMrkdwn(words)).not.toMatch(STYLED);
      }),
      { numRuns: 2000 },
    );
  });

  it('never makes a mention, link or date of what a person wrote', () => {
    for (const text of HOSTILE) {
      const words = say`${text} ${mention(text, text)} ${link('https://www.perplexity.ai/', text)} ${code(text)} ${bold(text)}\n${quote(text)}`;
      expect(markupFaults(toMrkdwn(words), allowed())).toEqual([]);
    }
  });

  it('links to the web only', () => {
    for (const url of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'slack://open',
      'not a url',
      '',
      `https://x.y/${'a'.repeat(1000)}`,
    ]) {
      expect(toMrkdwn(link(url, 'label'))).toBe('label');
      if (url.length < 100) expect(linkButton('Open', ACTIONS.visit, url)).toBeUndefined();
    }
    expect(toMrkdwn(link('https://x.y/?a=1&b=<2>|3', 'l|m'))).toBe('<https://x.y/?a=1&amp;b=%3C2%3E%7C3|l/m>');
  });

  it('marks every line that a person wrote', () => {
    expect(toMrkdwn(quote('one\n\n> two\r\nApproved by *me*'))).toBe('>one\n>&gt; two\n>Approved by ∗me∗');
  });

  it('shows a date in the reader’s zone, and in the policy’s where there is no Slack', () => {
    const words = date(NOW, 'moment', 'Europe/Berlin');
    expect(toMrkdwn(words)).toBe(
      `<!date^${NOW / 1000}^{date_short_pretty} at {time}|2026-11-22 14:04 (Europe/Berlin)>`,
    );
    expect(toPlain(words)).toBe('2026-11-22 14:04 (Europe/Berlin)');
    expect(toPlain(date(NOW, 'day', 'Nowhere/Land'))).toBe('2026-11-22 (UTC)');
    expect(toMrkdwn(date(Number.NaN, 'time', 'UTC'))).toBe('?');
  });

  it('is cut without leaving half a token, at any length', () => {
    const words = say`${'a & b < c > d'} ${mention('U0BOB', 'Bob')}, ${date(NOW, 'moment', 'UTC')} ${link('https://www.perplexity.ai/', 'x')} ${'tail & <tail>'}`;
    const whole = toMrkdwn(words);
    for (let max = 1; max <= whole.length + 1; max += 1) {
      const cut = toMrkdwn(words, max);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(markupFaults(cut, allowed()), cut).toEqual([]);
      expect(cut.endsWith('…')).toBe(max < whole.length);
    }
  });

  it('joins what is there and leaves out what is not', () => {
    expect(toMrkdwn(join([say`a`, say``, say`b`], ', '))).toBe('a, b');
  });
});

describe('blocks', () => {
  it('keep an option’s value whole or do without it', () => {
    expect(option('x', 'v'.repeat(75))?.value).toBe('v'.repeat(75));
    expect(option('x', 'v'.repeat(76))).toBeUndefined();
  });

  it('are never more than a message can hold', () => {
    const blocks = Array.from({ length: 80 }, (_, index) => section(say`${index}`));
    expect(message(say`x`, blocks).blocks).toHaveLength(50);
  });

  it('say how many rows did not fit', () => {
    const rows = Array.from({ length: 9 }, (_, index) => [section(say`${index}`), section(say`-`)]);
    const left: number[] = [];
    const fitted = asManyAsFit(rows, 7, (count) => {
      left.push(count);
      return section(say`more`);
    });
    expect(fitted).toHaveLength(7);
    expect(left).toEqual([6]);
    expect(asManyAsFit(rows, 18, () => section(say`more`))).toHaveLength(18);
  });
});

describe('languages', () => {
  it('fall back to English where there is no other', () => {
    for (const tag of [undefined, 'en', 'EN-gb', 'xx', '__proto__', 'constructor', '']) {
      expect(textsFor(tag)).toBe(textsFor('en'));
    }
  });

  it('are data: another one is another object of the same shape', () => {
    const english = textsFor('en');
    const other: Texts = {
      ...english,
      labels: { ...english.labels, buttons: { ...english.labels.buttons, deny: 'Ablehnen…' } },
      requests: { ...english.requests, nextUp: say`Gleich.` },
    };
    expect(other.labels.buttons.deny).toBe('Ablehnen…');
  });

  it('say durations as people do', () => {
    const { duration } = textsFor('en').small;
    const minute = 60_000;
    const said: [number, string][] = [
      [15 * minute, '15 minutes'],
      [60 * minute, '1 hour'],
      [90 * minute, '1 hour 30 minutes'],
      [1440 * minute, '1 day'],
      [14_400 * minute, '10 days'],
      [10_080 * minute, '1 week'],
      [0, 'no time'],
    ];
    for (const [ms, words] of said) expect(duration(ms)).toBe(words);
  });
});
