/**
 * How well one word answers a word somebody typed: the same, its beginning, inside it, or with a typo or two. Pure;
 * words are UTF-16 units in a shared array, so that looking at a hundred thousand of them touches no string.
 */

/** Longest word that is compared: a term's places fit the bits of an integer. */
export const MAX_WORD = 31;
/** Units between the beginnings of two words. */
export const STRIDE = 32;
/** The score of the same word; 0 means that a word does not answer at all. */
export const EXACT = 100;

/** How many typos a word of the query may have. Short words would match everything. */
export const typosIn = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);

/** One or two Latin letters are inside nearly everything; one Chinese character is a word. */
export const canBeInside = (term: Uint16Array): boolean => term.length > 2 || (term[0] ?? 0) > 127;

/** For each UTF-16 unit the places it has in the term being compared; all zero when there is none. */
const places = new Int32Array(0x10000);

/** Makes a term the one `rate` compares with; `forget` it afterwards. */
export function prepare(term: Uint16Array): void {
  term.forEach((unit, at) => {
    places[unit] = (places[unit] ?? 0) | (1 << at);
  });
}

export function forget(term: Uint16Array): void {
  for (const unit of term) places[unit] = 0;
}

/**
 * Typos between the prepared term and a word, a swap of neighbours counting once, and between the term and the nearest
 * beginning of the word: one column of the edit-distance table at a time, as bits of an integer (Hyyrö 2003).
 * Returns `whole * 64 + beginning`.
 */
function typos(length: number, units: Uint16Array, from: number, size: number, max: number): number {
  const last = 1 << (length - 1);
  const width = Math.min(size, length + max);
  let above = -1;
  let below = 0;
  let diagonal = 0;
  let before = 0;
  let distance = length;
  let beginning = length;
  for (let at = 0; at < width; at++) {
    const here = places[units[from + at] ?? 0] ?? 0;
    const swap = ((~diagonal & here) << 1) & before;
    // A sum of two 32-bit words, wrapped: the carry runs along a diagonal of equal letters.
    diagonal = ((((here & above) + above) | 0) ^ above) | here | below | swap;
    let rise = below | ~(diagonal | above);
    let fall = diagonal & above;
    if ((rise & last) !== 0) distance += 1;
    if ((fall & last) !== 0) distance -= 1;
    if (distance < beginning) beginning = distance;
    rise = (rise << 1) | 1;
    fall <<= 1;
    above = fall | ~(diagonal | rise);
    below = rise & diagonal;
    before = here;
  }
  return (width === size ? distance : 63) * 64 + beginning;
}

/** Where the term is in the word, -1: nowhere. */
function placeOf(term: Uint16Array, units: Uint16Array, from: number, size: number): number {
  for (let start = 0; start + term.length <= size; start++) {
    let same = 0;
    while (same < term.length && units[from + start + same] === term[same]) same += 1;
    if (same === term.length) return start;
  }
  return -1;
}

/**
 * How well the word of `size` units at `from` answers the prepared term: EXACT the same, 0 not at all.
 *
 * @param contains whether the term may be in the word as it is
 */
export function rate(
  term: Uint16Array,
  units: Uint16Array,
  from: number,
  size: number,
  max: number,
  contains: boolean,
): number {
  const rest = size - term.length;
  if (contains) {
    const at = placeOf(term, units, from, size);
    if (at === 0) return rest === 0 ? EXACT : 92 - Math.min(rest, 20);
    if (at > 0 && canBeInside(term)) return 60 - Math.min(at + rest, 20);
  }
  if (max === 0) return 0;
  const found = typos(term.length, units, from, size, max);
  const whole = found >> 6;
  if (whole <= max) return whole === 1 ? 68 : 48;
  // A typo in the unfinished word somebody is typing: only where the first letter is right, or too much would match.
  const beginning = found & 63;
  if (beginning <= max && units[from] === term[0]) return (beginning === 1 ? 54 : 36) - Math.min(rest, 10);
  return 0;
}
