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

interface Entry {
  readonly id: string;
  /** Pairs: word number, then this entry's place in that word's postings. */
  readonly places: number[];
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

/** Sum of the best score for each term, 0 where one of them is not answered. */
function total({ places }: Entry, terms: readonly Matches[]): number {
  let sum = 0;
  for (const { scores } of terms) {
    let best = 0;
    for (let at = 0; at < places.length; at += 2) {
      const score = scores[places[at] ?? 0] ?? 0;
      if (score > best) best = score;
    }
    if (best === 0) return 0;
    sum += best;
  }
  return sum;
}

export function createIndex(): Index {
  const vocabulary = createVocabulary();
  const entries: (Entry | undefined)[] = [];
  const free: number[] = [];
  const slots = new Map<string, number>();
  /** By word number: the entries that have the word. */
  const postings: number[][] = [];
  /** By entry: the last search that looked at it. */
  let seen = new Uint32Array(1024);
  let searches = 0;

  function drop(id: string): void {
    const slot = slots.get(id);
    const entry = slot === undefined ? undefined : entries[slot];
    if (slot === undefined || entry === undefined) return;
    for (let at = 0; at < entry.places.length; at += 2) {
      const word = entry.places[at] ?? 0;
      const place = entry.places[at + 1] ?? 0;
      const list = postings[word] ?? [];
      const last = list.pop();
      // The last posting moves into the gap; its entry must know.
      if (last !== undefined && last !== slot) {
        list[place] = last;
        const moved = entries[last]?.places ?? [];
        for (let other = 0; other < moved.length; other += 2) {
          if (moved[other] === word) moved[other + 1] = place;
        }
      }
      vocabulary.setUses(word, list.length);
    }
    entries[slot] = undefined;
    slots.delete(id);
    free.push(slot);
  }

  function put(id: string, texts: readonly string[]): void {
    drop(id);
    const slot = free.pop() ?? entries.length;
    const places: number[] = [];
    for (const text of wordsIn(texts)) {
      const word = vocabulary.number(text);
      let list = postings[word];
      if (list === undefined) {
        list = [];
        postings[word] = list;
      }
      // Two long words may have become one.
      if (list.at(-1) === slot) continue;
      places.push(word, list.push(slot) - 1);
      vocabulary.setUses(word, list.length);
    }
    entries[slot] = { id, places };
    slots.set(id, slot);
    if (slot >= seen.length) {
      const larger = new Uint32Array(seen.length * 2);
      larger.set(seen);
      seen = larger;
    }
  }

  /** Goes through the entries of the rarest term, best word first, until nothing better can come. */
  function collect(terms: readonly Matches[], limit: number): { id: string; sum: number }[] {
    const rarest = terms.reduce((least, one) => (one.uses < least.uses ? one : least));
    const others = terms.reduce((sum, one) => sum + one.best, -rarest.best);
    const top: { id: string; sum: number }[] = [];
    searches = (searches + 1) >>> 0;
    for (const word of rarest.words) {
      const possible = (rarest.scores[word] ?? 0) + others;
      for (const slot of postings[word] ?? []) {
        const worst = top.length < limit ? 0 : (top.at(-1)?.sum ?? 0);
        if (worst >= possible) return top;
        if (seen[slot] === searches) continue;
        seen[slot] = searches;
        const entry = entries[slot];
        const sum = entry === undefined ? 0 : total(entry, terms);
        if (entry === undefined || sum <= worst) continue;
        if (top.length === limit) top.pop();
        let at = top.length;
        while (at > 0 && (top[at - 1]?.sum ?? 0) < sum) at -= 1;
        top.splice(at, 0, { id: entry.id, sum });
      }
    }
    return top;
  }

  function search(query: string, limit: number): Found[] {
    const asked = [...new Set(split(query.slice(0, MAX_QUERY)))].slice(0, MAX_TERMS);
    if (asked.length === 0 || limit < 1) return [];
    const terms: Matches[] = [];
    try {
      for (const term of asked) {
        const matches = vocabulary.match(term);
        if (matches === undefined) return [];
        terms.push(matches);
      }
      return collect(terms, limit).map(({ id, sum }) => ({ id, score: sum / (EXACT * terms.length) }));
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
