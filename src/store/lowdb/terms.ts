/**
 * The index of one segment as bytes: which lines may speak of a term. Entries of one width, in the order they were added
 * or sorted by term. Refuses to know when files come and go.
 */
import type { FileHandle } from 'node:fs/promises';
import { readFrom, type Segment } from './segment.ts';

/** A line: where it is and how long, newline included. */
export interface Place {
  readonly segment: Segment;
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}

/** Words of 32 bits: two of the term's hash, then offset, length, and the line's number counted from the segment's first. */
const WORDS = 5;
const ENTRY = WORDS * 4;
const BLOCK = 3200 * ENTRY;

/**
 * 64 bits of a term, quickly: two multiplicative hashes. Terms that collide on purpose cost a reader some lines that do
 * not speak of the term, nothing else.
 */
const hashOf = (term: string): readonly [number, number] => {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    low ^= low >>> 15;
  }
  high = Math.imul(high ^ (high >>> 16) ^ low, 0x7feb352d);
  low = Math.imul(low ^ (low >>> 13) ^ high, 0x846ca68b);
  return [(high ^ (high >>> 15)) >>> 0, (low ^ (low >>> 16)) >>> 0];
};

/** Entries on their way to a file. */
export interface Entries {
  add(terms: Iterable<string>, line: { readonly seq: number; readonly offset: number; readonly length: number }): void;
  append(entries: Buffer): void;
  readonly size: () => number;
  /** A copy of what there is. */
  bytes(): Buffer;
  /** The same, and there is nothing any more. */
  take(): Buffer;
}

export function createEntries(segment: Segment): Entries {
  let buffer = Buffer.alloc(4096);
  let size = 0;
  const room = (bytes: number): void => {
    if (size + bytes > buffer.length) buffer = Buffer.concat([buffer], 2 * (size + bytes));
  };
  const bytes = (): Buffer => Buffer.from(buffer.subarray(0, size));
  return {
    size: () => size,
    append(more) {
      room(more.length);
      size += more.copy(buffer, size);
    },
    add(terms, { seq, offset, length }) {
      for (const term of terms) {
        room(ENTRY);
        const [high, low] = hashOf(term);
        buffer.writeUInt32LE(high, size);
        buffer.writeUInt32LE(low, size + 4);
        buffer.writeUInt32LE(offset, size + 8);
        buffer.writeUInt32LE(length, size + 12);
        size = buffer.writeUInt32LE(seq - segment.first, size + 16);
      }
    },
    bytes,
    take() {
      const taken = bytes();
      size = 0;
      return taken;
    },
  };
}

/** The same entries by term, then by age. */
export function sorted(bytes: Buffer): Buffer {
  const count = bytes.length / ENTRY;
  // Number and first hash word of each entry in one 64-bit key, so that the engine's own sort can be used.
  const keys = new BigUint64Array(count);
  const halves = new DataView(keys.buffer);
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  for (let n = 0; n < count; n++) {
    halves.setUint32(n * 8 + (little ? 4 : 0), bytes.readUInt32LE(n * ENTRY), little);
    halves.setUint32(n * 8 + (little ? 0 : 4), n, little);
  }
  keys.sort();
  const out = Buffer.allocUnsafe(bytes.length);
  for (let n = 0; n < count; n++) {
    const from = halves.getUint32(n * 8 + (little ? 0 : 4), little) * ENTRY;
    bytes.copy(out, n * ENTRY, from, from + ENTRY);
  }
  return out;
}

function placeAt(bytes: Buffer, at: number, segment: Segment): Place {
  return {
    segment,
    offset: bytes.readUInt32LE(at + 8),
    length: bytes.readUInt32LE(at + 12),
    seq: segment.first + bytes.readUInt32LE(at + 16),
  };
}

/** Blocks of whole entries, from entry `end` back to the first. */
async function* blocksBackwards(file: FileHandle, end: number): AsyncGenerator<Buffer> {
  for (let to = end * ENTRY; to > 0; to -= BLOCK) {
    const from = Math.max(0, to - BLOCK);
    yield await readFrom(file, from, to - from);
  }
}

const entriesIn = async (file: FileHandle): Promise<number> => Math.floor((await file.stat()).size / ENTRY);

/** Lines that may speak of `term` and are before line `before`, by entries in the order of age; newest first. */
export function* scanBackwards(entries: Buffer, segment: Segment, term: string, before: number): Generator<Place> {
  const [high, low] = hashOf(term);
  for (let at = entries.length - ENTRY; at >= 0; at -= ENTRY) {
    if (entries.readUInt32LE(at) !== high || entries.readUInt32LE(at + 4) !== low) continue;
    const place = placeAt(entries, at, segment);
    if (place.seq < before) yield place;
  }
}

/** The same of the first `length` bytes of a file. */
export async function* scanFileBackwards(
  file: FileHandle,
  length: number,
  segment: Segment,
  term: string,
  before: number,
): AsyncGenerator<Place> {
  for await (const block of blocksBackwards(file, length / ENTRY)) yield* scanBackwards(block, segment, term, before);
}

/** The same of a sorted index. */
export async function* search(file: FileHandle, segment: Segment, term: string, before: number): AsyncGenerator<Place> {
  const [high, low] = hashOf(term);
  // The first entry that is past the term, or of the term and not before `before`.
  let from = 0;
  let to = await entriesIn(file);
  while (from < to) {
    const middle = (from + to) >> 1;
    const entry = await readFrom(file, middle * ENTRY, ENTRY);
    const word = entry.readUInt32LE(0);
    if (word > high || (word === high && segment.first + entry.readUInt32LE(16) >= before)) to = middle;
    else from = middle + 1;
  }
  for await (const block of blocksBackwards(file, from)) {
    for (let at = block.length - ENTRY; at >= 0; at -= ENTRY) {
      if (block.readUInt32LE(at) !== high) return;
      if (block.readUInt32LE(at + 4) === low) yield placeAt(block, at, segment);
    }
  }
}
