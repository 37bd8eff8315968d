/**
 * How a text becomes words that can be compared: case, accents and special letters folded, split where names and
 * addresses are. Pure; refuses to know any language.
 */

/** Letters that Unicode does not take apart into a plain one and a mark. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
};
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');
const WORD = /\p{N}+|\p{L}+/gu;
const JOINED = /\p{L}+(?:['’‑-]\p{L}+)+/gu;
const JOINT = /['’‑-]/;
const ASCII = /^[\0-\x7f]*$/;

/** Lower case, no accents, no special letters: `Łukasz Müller` → `lukasz muller`. */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(SPECIAL, (letter) => PLAIN[letter] ?? letter);
}

/** The folded words of a text, digits apart from letters: `j.doe42@example.com` → j, doe, 42, example, com. */
export function split(text: string): string[] {
  return foldText(text).match(WORD) ?? [];
}

/** What a hyphen or an apostrophe holds together, as one word: `O'Brien` → obrien. */
export function joined(text: string): string[] {
  if (!JOINT.test(text)) return [];
  return (foldText(text).match(JOINED) ?? []).map((word) => word.replace(/\P{L}/gu, ''));
}
