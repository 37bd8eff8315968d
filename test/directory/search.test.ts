/** Finding people as they are typed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndex } from '../../src/directory/search.ts';
import { foldText, joined, split } from '../../src/directory/words.ts';

const PEOPLE: Record<string, string[]> = {
  ada: ['Ada Lovelace', 'ada.lovelace@example.com'],
  grace: ['Grace Hopper', 'ghopper@example.com'],
  jurgen: ['Jürgen Müller-Lüdenscheidt', 'j.mueller@example.com'],
  lukasz: ['Łukasz Żółć', 'lukasz42@partner.example.org'],
  maria: ['María José Carreño Quiñones', 'mjcarreno@example.com'],
  ann: ['Ann Lee', 'ann@example.com'],
  anna: ['Anna Leeson', 'anna@example.com'],
  sinead: ["Sinéad O'Connor", 'sinead@example.com'],
  taro: ['山田太郎', 'taro@example.co.jp'],
  strasse: ['Karl Groß', 'kg@example.com'],
};

function index() {
  const made = createIndex();
  for (const [id, texts] of Object.entries(PEOPLE)) made.put(id, texts);
  return made;
}
const ids = (query: string, limit = 10) =>
  index()
    .search(query, limit)
    .map(({ id }) => id);
const first = (query: string) => ids(query)[0];

describe('search', () => {
  it('finds a full name, in any order and case', () => {
    expect(index().search('Ada Lovelace', 10)).toEqual([{ id: 'ada', score: 1 }]);
    expect(ids('lovelace ADA')).toEqual(['ada']);
  });

  it('finds names without their accents, and with accents that are not there', () => {
    expect(first('jurgen muller')).toBe('jurgen');
    expect(first('lukasz zolc')).toBe('lukasz');
    expect(first('maria quinones')).toBe('maria');
    expect(first('Lóvelâce')).toBe('ada');
    expect(first('gross')).toBe('strasse');
  });

  it('finds Umlauts written as two letters', () => {
    expect(first('juergen mueller')).toBe('jurgen');
  });

  it.each([
    ['a wrong letter', 'lovelxce'],
    ['a missing letter', 'lovlace'],
    ['a letter too many', 'lovellace'],
    ['two letters swapped', 'lvoelace'],
    ['two typos in a long word', 'lovvelce'],
    ['the first letter wrong', 'povelace'],
    ['a typo in an unfinished word', 'lovwl'],
  ])('forgives %s', (_what, query) => {
    expect(first(query)).toBe('ada');
  });

  it('forgives no typo in words of three letters and fewer', () => {
    expect(ids('axa')).toEqual([]);
    expect(ids('lxe')).toEqual([]);
  });

  it('finds beginnings of words', () => {
    expect(first('lov')).toBe('ada');
    expect(ids('gr ho')).toEqual(['grace']);
    expect(ids('g').toSorted()).toEqual(['grace', 'strasse']);
  });

  it('finds parts of e-mail addresses', () => {
    expect(ids('ghopper')).toEqual(['grace']);
    expect(ids('ghopper@example.com')).toEqual(['grace']);
    expect(ids('mueller')).toEqual(['jurgen']);
    expect(ids('lukasz42')).toEqual(['lukasz']);
    expect(ids('partner.example.org')).toEqual(['lukasz']);
    expect(first('carreno')).toBe('maria');
  });

  it('asks for all words', () => {
    expect(ids('ada hopper')).toEqual([]);
    expect(ids('grace example')).toEqual(['grace']);
  });

  it('finds what a hyphen or an apostrophe holds together, written either way', () => {
    expect(first("o'connor")).toBe('sinead');
    expect(first('o’connor')).toBe('sinead');
    expect(first('oconnor')).toBe('sinead');
    expect(first('muller ludenscheidt')).toBe('jurgen');
    expect(first('mullerludenscheidt')).toBe('jurgen');
  });

  it('finds names in scripts without spaces by a part of them', () => {
    expect(ids('太郎')).toEqual(['taro']);
    expect(ids('山田')).toEqual(['taro']);
  });

  it('puts the exact before the longer and the longer before the mistyped', () => {
    expect(ids('ann').slice(0, 2)).toEqual(['ann', 'anna']);
    expect(ids('ann lee').slice(0, 2)).toEqual(['ann', 'anna']);
    expect(first('anna lee')).toBe('anna');
  });

  it('gives no more than asked for, the best of them', () => {
    expect(ids('example', 3)).toHaveLength(3);
    expect(ids('ann', 1)).toEqual(['ann']);
    expect(ids('ann', 0)).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(ids('')).toEqual([]);
    expect(ids(' .,-@ ')).toEqual([]);
    expect(ids('zzzzzzzz')).toEqual([]);
  });

  it('is not held up by a query without end', () => {
    expect(ids(`ada ${'x'.repeat(1_000_000)}`)).toEqual([]);
    expect(ids('example '.repeat(100_000)).length).toBe(10);
  });

  it('finds people by the words they have now, and by those only', () => {
    const people = index();
    people.put('ada', ['Ada King', 'ada.king@example.com']);
    expect(people.search('lovelace', 5)).toEqual([]);
    expect(people.search('ada king', 5)[0]?.id).toBe('ada');
    people.drop('ada');
    people.drop('nobody');
    expect(people.search('ada', 5)).toEqual([]);
    expect(people.size).toBe(Object.keys(PEOPLE).length - 1);
  });
});

describe('any index after any changes', () => {
  const word = fc.constantFrom('anna', 'anne', 'cara', 'émile', 'o’hara', 'a1b2');
  const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
  const step = fc.record({ id: fc.integer({ min: 0, max: 8 }).map(String), text: fc.option(text) });

  it('answers as one that was built from what is left', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), text, (steps, query) => {
        const changed = createIndex();
        const left = new Map<string, string>();
        for (const { id, text } of steps) {
          if (text === null) changed.drop(id);
          else changed.put(id, [text]);
          if (text === null) left.delete(id);
          else left.set(id, text);
        }
        const fresh = createIndex();
        for (const [id, text] of left) fresh.put(id, [text]);
        const told = (made: typeof fresh) =>
          made
            .search(query, 100)
            .map(({ id, score }) => `${score.toFixed(4)} ${id}`)
            .toSorted();
        expect(told(changed)).toEqual(told(fresh));
        expect(changed.size).toBe(left.size);
        // Whoever has exactly these words is found.
        for (const [id, text] of left) if (text === query) expect(told(changed)).toContain(`1.0000 ${id}`);
      }),
    );
  });

  it('answers in a crowd as among few, whether many have each of the words or hardly anybody', () => {
    const names = ['anna', 'bertram', 'cyril', 'dmitri', 'esther'];
    const crowd = createIndex();
    const few = createIndex();
    const rare = createIndex();
    for (let at = 0; at < 5_000; at++) {
      const other = [at / 676, (at / 26) % 26, at % 26].map((each) => String.fromCharCode(97 + Math.floor(each)));
      rare.put(`other${at}`, [`zw${other.join('')}q`]);
    }
    for (const name of names) for (let at = 0; at < 4_100; at++) crowd.put(`${name}${at}`, [name]);
    for (let at = 0; at < 2 ** names.length; at++) {
      const text = names.filter((_, bit) => (at >> bit) % 2 === 1).join(' ');
      crowd.put(`${at}`, [text]);
      few.put(`${at}`, [text]);
      rare.put(`${at}`, [text]);
    }
    const told = (made: typeof few, query: string) =>
      made
        .search(query, 100)
        .map(({ id, score }) => `${score.toFixed(4)} ${id}`)
        .toSorted();
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...names), { minLength: 2 }), fc.nat(3), (words, dropped) => {
        const query = words.map((name, at) => (at === 0 ? name.slice(0, name.length - dropped) : name)).join(' ');
        expect(told(few, query).length).toBeGreaterThan(0);
        for (const made of [crowd, rare]) expect(told(made, query)).toEqual(told(few, query));
      }),
    );
  });

  it('finds a long word in spite of one typo of any kind anywhere', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      minLength: 5,
      maxLength: 20,
    });
    const kind = fc.constantFrom('drop', 'double', 'swap', 'change');
    fc.assert(
      fc.property(letters, fc.nat(), kind, (name, where, what) => {
        const at = where % (name.length - 1);
        const [head, tail] = [name.slice(0, at), name.slice(at)];
        const [one = '', two = ''] = tail;
        const typed = {
          drop: head + tail.slice(1),
          double: head + one + tail,
          swap: head + two + one + tail.slice(2),
          change: `${head}z${tail.slice(1)}`,
        }[what];
        const made = createIndex();
        made.put('them', [name]);
        expect(made.search(typed, 1)).toHaveLength(1);
      }),
    );
  });

  it('takes any text there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'binary' }), (text, query) => {
        const made = createIndex();
        made.put('a', [text]);
        made.search(query, 5);
        // A text answers to itself, as far as it is looked at.
        if (split(text).length > 0 && new Set(split(text)).size <= 6) expect(made.search(text, 1)).toHaveLength(1);
        made.drop('a');
        expect(made.search(text, 5)).toEqual([]);
      }),
    );
  });
});

describe('words', () => {
  it('are folded and split where names and addresses are', () => {
    expect(foldText('Łukasz MÜLLER ß æ İ')).toBe('lukasz muller ss ae i');
    expect(split("j.doe42@example.com O'Brien")).toEqual(['j', 'doe', '42', 'example', 'com', 'o', 'brien']);
    expect(joined("Anne-Marie O'Brien")).toEqual(['annemarie', 'obrien']);
  });
});
