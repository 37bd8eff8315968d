/**
 * The words of an index, and which of them answer a word of a query. Sifts them by bits of integers before it compares
 * any; refuses to know what the words stand in.
 */
import { canBeInside, EXACT, forget, MAX_WORD, prepare, rate, STRIDE, typosIn } from './typos.ts';

/** What one word of a query matches. `release` it when done. */
export interface Matches {
  /** Score by word number, 0: no match. */
  readonly scores: Uint8Array;
  /** The matching words, best first. */
  readonly words: readonly number[];
  readonly best: number;
  /** How often these words are used, added up. */
  readonly uses: number;
}

export interface Vocabulary {
  /** The number of a word, given to it if it is new and to be kept with `setUses`. */
  number(word: string): number;
  /** Says how often a word is used; at 0 it is forgotten and its number free. */
  setUses(word: number, uses: number): void;
  /** How often this very word is used. */
  uses(word: string): number;
  /**
   * The words that answer a term.
   * @param among the numbers of the words that are asked, each once; default: all
   * @returns `undefined` when none does
   */
  match(term: string, among?: readonly number[]): Matches | undefined;
  release(matches: Matches): void;
}

const SPARES = 8;

const bitOf = (unit: number): number => (unit >= 97 && unit <= 122 ? unit - 97 : 26 + (unit % 6));

/** One bit for each letter a word has; digits and other scripts share six bits. */
function lettersOf(units: Uint16Array): number {
  let bits = 0;
  for (const unit of units) bits |= 1 << bitOf(unit);
  return bits;
}

/** One bit, of 32, for each pair of neighbours. */
function pairsOf(units: Uint16Array): number {
  let bits = 0;
  for (let at = 1; at < units.length; at++) bits |= 1 << (((units[at - 1] ?? 0) * 7 + (units[at] ?? 0)) & 31);
  return bits;
}

function unitsOf(word: string): Uint16Array {
  const units = new Uint16Array(Math.min(word.length, MAX_WORD));
  for (let at = 0; at < units.length; at++) units[at] = word.charCodeAt(at);
  return units;
}

function countBits(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** What is known of each word, in columns. */
interface Columns {
  readonly letters: Int32Array;
  readonly pairs: Int32Array;
  readonly heads: Uint16Array;
  /** 0: no word has this number. */
  readonly lengths: Uint8Array;
  readonly uses: Uint32Array;
  readonly units: Uint16Array;
}

function columns(length: number, from?: Columns): Columns {
  const made: Columns = {
    letters: new Int32Array(length),
    pairs: new Int32Array(length),
    heads: new Uint16Array(length),
    lengths: new Uint8Array(length),
    uses: new Uint32Array(length),
    units: new Uint16Array(length * STRIDE),
  };
  if (from !== undefined) {
    made.letters.set(from.letters);
    made.pairs.set(from.pairs);
    made.heads.set(from.heads);
    made.lengths.set(from.lengths);
    made.uses.set(from.uses);
    made.units.set(from.units);
  }
  return made;
}

/**
 * The words that could answer a term, into `out`: low bit set where the term may be in the word as it is. Kept apart
 * and plain because this is where a search spends its time.
 */
function sift(
  { letters, pairs, heads, lengths }: Columns,
  among: readonly number[] | undefined,
  count: number,
  term: Uint16Array,
  max: number,
  out: Int32Array,
): number {
  const wanted = lettersOf(term);
  const wantedPairs = pairsOf(term);
  const inside = canBeInside(term);
  const head = term[0] ?? 0;
  const shortest = Math.max(1, term.length - max);
  const longest = term.length + max;
  let found = 0;
  for (let at = 0; at < count; at++) {
    const word = among === undefined ? at : (among[at] ?? 0);
    const have = letters[word] ?? 0;
    const lacking = wanted & ~have;
    if (lacking !== 0 && (max === 0 || countBits(lacking) > max)) continue;
    const length = lengths[word] ?? 0;
    if (length < shortest) continue;
    const sameHead = heads[word] === head;
    if (lacking === 0 && (inside || sameHead) && (wantedPairs & ~(pairs[word] ?? 0)) === 0) {
      out[found++] = word * 2 + 1;
    } else if (max > 0 && (sameHead || (length <= longest && countBits(have & ~wanted) <= max))) {
      out[found++] = word * 2;
    }
  }
  return found;
}

export function createVocabulary(): Vocabulary {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  const free: number[] = [];
  let known = columns(1024);
  let candidates = new Int32Array(1024);
  const spares: Uint8Array[] = [];

  return {
    number(text) {
      const word = text.slice(0, MAX_WORD);
      const old = numbers.get(word);
      if (old !== undefined) return old;
      const number = free.pop() ?? words.length;
      if (number >= known.letters.length) known = columns(number * 2, known);
      const units = unitsOf(word);
      words[number] = word;
      numbers.set(word, number);
      known.letters[number] = lettersOf(units);
      known.pairs[number] = pairsOf(units);
      known.heads[number] = units[0] ?? 0;
      known.lengths[number] = units.length;
      known.units.set(units, number * STRIDE);
      return number;
    },

    setUses(word, uses) {
      known.uses[word] = uses;
      if (uses > 0) return;
      numbers.delete(words[word] ?? '');
      words[word] = '';
      known.lengths[word] = 0;
      free.push(word);
    },

    uses(word) {
      const number = numbers.get(word.slice(0, MAX_WORD));
      return number === undefined ? 0 : (known.uses[number] ?? 0);
    },

    match(text, among) {
      const term = unitsOf(text);
      const max = typosIn(term.length);
      if (candidates.length < words.length) candidates = new Int32Array(known.letters.length);
      const { lengths, units, uses } = known;
      const sifted = sift(known, among, among?.length ?? words.length, term, max, candidates);
      let scores = spares.pop();
      if (scores === undefined || scores.length < words.length) scores = new Uint8Array(known.letters.length);
      const byScore: (number[] | undefined)[] = new Array(EXACT + 1).fill(undefined);
      let used = 0;
      prepare(term);
      for (let at = 0; at < sifted; at++) {
        const candidate = candidates[at] ?? 0;
        const word = candidate >> 1;
        const score = rate(term, units, word * STRIDE, lengths[word] ?? 0, max, (candidate & 1) === 1);
        if (score === 0) continue;
        scores[word] = score;
        used += uses[word] ?? 0;
        const same = byScore[score];
        if (same === undefined) byScore[score] = [word];
        else same.push(word);
      }
      forget(term);
      const ranked: number[] = [];
      for (let score = EXACT; score > 0; score--) for (const word of byScore[score] ?? []) ranked.push(word);
      const [first] = ranked;
      if (first !== undefined) return { scores, words: ranked, best: scores[first] ?? 0, uses: used };
      spares.push(scores);
      return undefined;
    },

    release({ scores, words: matched }) {
      for (const word of matched) scores[word] = 0;
      if (spares.length < SPARES) spares.push(scores);
    },
  };
}
