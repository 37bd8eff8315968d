/**
 * Finds people as people type them: word order, accents, typos, beginnings of words, parts of e-mail addresses.
 * An index of words in memory; refuses to know where the texts come from and what is done with a hit.
 */
import { EXACT } from './typos.ts';
import { createVocabulary, type Matches } from './vocabulary.ts';
import { joined, split } from './words.ts';

/** Most words of one text that are indexed, and most words of a query that are looked at. */
const MAX_WORDS = 24;
const MAX_TERMS = 6;
const MAX_QUERY = 200;
/** So many of those who match are put in order, those with the best words first: an answer must not hold up the process. */
const MAX_RANKED = 4_000;

/** To look through the words of one entry takes as long as to sift so many words of the vocabulary. */
const ENTRY_COST = 8;

const RANKED = 255;

export interface Found {
  readonly id: string;
  /** 0 to 1: 1 means that every word of the query is a word of the text. */
  readonly score: number;
}

export interface Index {
  /** Puts texts under an id, or replaces those there. */
  put(id: string, texts: readonly string[]): void;
  drop(id: string): void;
  /**
   * Ids whose texts answer every word of the query, best first; at most `limit` of them. Equal scores come in no
   * particular order.
   */
  search(query: string, limit: number): Found[];
  readonly size: number;
}

function wordsIn(texts: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const text of texts) {
    for (const word of [...split(text), ...joined(text)]) {
      if (found.size === MAX_WORDS) return found;
      found.add(word);
    }
  }
  return found;
}

/** What is known of each entry, in columns of MAX_WORDS: its words, and its place in each word's postings. */
interface Columns {
  readonly words: Int32Array;
  readonly places: Int32Array;
  readonly counts: Uint8Array;
  /** How many terms of the search under way it has answered; RANKED when it needs no other look. */
  readonly answered: Uint8Array;
}

function columns(length: number, from?: Columns): Columns {
  const made: Columns = {
    words: new Int32Array(length * MAX_WORDS),
    places: new Int32Array(length * MAX_WORDS),
    counts: new Uint8Array(length),
    answered: new Uint8Array(length),
  };
  if (from !== undefined) {
    made.words.set(from.words);
    made.places.set(from.places);
    made.counts.set(from.counts);
  }
  return made;
}

/** Sum of an entry's best score for each term. */
function total({ words, counts }: Columns, slot: number, terms: readonly Matches[]): number {
  const from = slot * MAX_WORDS;
  const to = from + (counts[slot] ?? 0);
  let sum = 0;
  for (const { scores } of terms) {
    let best = 0;
    for (let at = from; at < to; at++) {
      const score = scores[words[at] ?? 0] ?? 0;
      if (score > best) best = score;
    }
    sum += best;
  }
  return sum;
}

export function createIndex(): Index {
  const vocabulary = createVocabulary();
  /** By entry; empty where there is none. */
  const ids: string[] = [];
  const free: number[] = [];
  const slots = new Map<string, number>();
  /** By word number: the entries that have the word. */
  const postings: number[][] = [];
  let known = columns(1024);
  /** By word number; all zero but while words are gathered. */
  let seen = new Uint8Array(1024);

  function drop(id: string): void {
    const slot = slots.get(id);
    if (slot === undefined) return;
    const { words, places, counts } = known;
    const from = slot * MAX_WORDS;
    for (let at = from; at < from + (counts[slot] ?? 0); at++) {
      const word = words[at] ?? 0;
      const place = places[at] ?? 0;
      const list = postings[word] ?? [];
      const last = list.pop();
      // The last posting moves into the gap; its entry must know.
      if (last !== undefined && last !== slot) {
        list[place] = last;
        places[words.indexOf(word, last * MAX_WORDS)] = place;
      }
      vocabulary.setUses(word, list.length);
    }
    counts[slot] = 0;
    ids[slot] = '';
    slots.delete(id);
    free.push(slot);
  }

  function put(id: string, texts: readonly string[]): void {
    drop(id);
    const slot = free.pop() ?? ids.length;
    if (slot >= known.counts.length) known = columns(slot * 2, known);
    const { words, places, counts } = known;
    let at = slot * MAX_WORDS;
    for (const text of wordsIn(texts)) {
      const word = vocabulary.number(text);
      let list = postings[word];
      if (list === undefined) {
        list = [];
        postings[word] = list;
      }
      // Two long words may have become one.
      if (list.at(-1) === slot) continue;
      words[at] = word;
      places[at] = list.push(slot) - 1;
      at += 1;
      vocabulary.setUses(word, list.length);
    }
    counts[slot] = at - slot * MAX_WORDS;
    ids[slot] = id;
    slots.set(id, slot);
  }

  /** The words of the entries that answer a term, each once. */
  function wordsAround({ words: matched }: Matches): number[] {
    const { words, counts } = known;
    const found: number[] = [];
    if (seen.length < postings.length) seen = new Uint8Array(2 * postings.length);
    for (const each of matched) {
      for (const slot of postings[each] ?? []) {
        const from = slot * MAX_WORDS;
        for (let at = from; at < from + (counts[slot] ?? 0); at++) {
          const word = words[at] ?? 0;
          if (seen[word] === 1) continue;
          seen[word] = 1;
          found.push(word);
        }
      }
    }
    for (const word of found) seen[word] = 0;
    return found;
  }

  /** Marks the entries that answer all terms, the rarest first: only these are worth a closer look. */
  function markAnswers(terms: readonly Matches[]): void {
    const { answered } = known;
    answered.fill(0);
    terms.forEach((term, before) => {
      for (const word of term.words) {
        for (const slot of postings[word] ?? []) if (answered[slot] === before) answered[slot] = before + 1;
      }
    });
  }

  /** Entries by the sum of their scores, in the order of the rarest term's words, until nothing better can come. */
  function rank(terms: readonly Matches[], limit: number): (readonly number[] | undefined)[] {
    markAnswers(terms);
    const { answered } = known;
    const bySum: (number[] | undefined)[] = new Array(EXACT * terms.length + 1).fill(undefined);
    const [rarest, ...others] = terms;
    const mostOfOthers = others.reduce((sum, term) => sum + term.best, 0);
    let possible = EXACT * terms.length + 1;
    /** How many are there that nothing to come can beat. */
    let unbeaten = 0;
    let left = MAX_RANKED;
    for (const word of rarest?.words ?? []) {
      const now = (rarest?.scores[word] ?? 0) + mostOfOthers;
      while (possible > now) {
        possible -= 1;
        unbeaten += bySum[possible]?.length ?? 0;
      }
      for (const slot of postings[word] ?? []) {
        if (unbeaten >= limit || left === 0) return bySum;
        if (answered[slot] !== terms.length) continue;
        answered[slot] = RANKED;
        left -= 1;
        const sum = total(known, slot, terms);
        const same = bySum[sum];
        if (same === undefined) bySum[sum] = [slot];
        else same.push(slot);
        if (sum >= possible) unbeaten += 1;
      }
    }
    return bySum;
  }

  function search(query: string, limit: number): Found[] {
    const asked = [...new Set(split(query.slice(0, MAX_QUERY)))].slice(0, MAX_TERMS);
    if (asked.length === 0 || limit < 1) return [];
    const terms: Matches[] = [];
    try {
      // What is rare, or not there as it is written, leaves the fewest entries.
      asked.sort((a, b) => vocabulary.uses(a) - vocabulary.uses(b) || b.length - a.length);
      let among: readonly number[] | undefined;
      for (const term of asked) {
        const matches = vocabulary.match(term, among);
        if (matches === undefined) return [];
        terms.push(matches);
        // Where few entries have it, the other words are looked for in these entries only.
        const few = matches.uses * ENTRY_COST < postings.length;
        if (among === undefined && few) among = wordsAround(matches);
      }
      terms.sort((a, b) => a.uses - b.uses);
      const bySum = rank(terms, limit);
      const found: Found[] = [];
      for (let sum = bySum.length - 1; sum > 0 && found.length < limit; sum--) {
        for (const slot of bySum[sum]?.slice(0, limit - found.length) ?? []) {
          found.push({ id: ids[slot] ?? '', score: sum / (EXACT * terms.length) });
        }
      }
      return found;
    } finally {
      for (const matches of terms) vocabulary.release(matches);
    }
  }

  return {
    put,
    drop,
    search,
    get size() {
      return slots.size;
    },
  };
}
