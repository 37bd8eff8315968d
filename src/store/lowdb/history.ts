/**
 * Where in the journal a term is spoken of: a derived index on disk, a file for each segment, that any start may
 * rebuild. Memory does not grow with history. Refuses to know what the lines say.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bodyOf, decodeLine, termsOf } from '../chain.ts';
import { writeDurably, writeFully } from './durable.ts';
import { errnoOf } from './errors.ts';
import { listSegments, readFrom, readStretches, type Segment, sizeOf } from './segment.ts';

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
const FLUSH = 64 * 1024;

type Hash = readonly [number, number];

/**
 * 64 bits of a term, quickly: two multiplicative hashes. Terms that collide on purpose cost a reader some lines that do
 * not speak of the term, nothing else.
 */
const hashOf = (term: string): Hash => {
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
  add(terms: readonly string[], line: { readonly seq: number; readonly offset: number; readonly length: number }): void;
  append(entries: Buffer): void;
  readonly size: () => number;
  take(): Buffer;
}

export function createEntries(segment: Segment): Entries {
  let buffer = Buffer.alloc(4096);
  let size = 0;
  const room = (bytes: number): void => {
    if (size + bytes > buffer.length) buffer = Buffer.concat([buffer], 2 * (size + bytes));
  };
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
    take() {
      const taken = Buffer.from(buffer.subarray(0, size));
      size = 0;
      return taken;
    },
  };
}

export interface History {
  /** The open segment's entries; written behind. */
  readonly entries: () => Entries;
  /** Length of the open segment's index in bytes, with what is not written yet. */
  readonly length: () => number;
  /** Writes what is pending when it is much. A failure keeps it for the next time. */
  flushMuch(): Promise<void>;
  /** Makes durable what has been added so far. */
  sync(): Promise<void>;
  /** Goes over to another open segment; the one before is sealed in the background. */
  turn(segment: Segment): void;
  /** Lines that may speak of `term`, newest first; a few may not (the index holds hashes). */
  find(term: string, before?: number): AsyncGenerator<Place>;
  close(): Promise<void>;
}

const folderOf = (dir: string): string => join(dir, 'index');
const openPath = (dir: string, segment: Segment): string => join(folderOf(dir), `${segment.name}.open`);
const sealedPath = (dir: string, segment: Segment): string => join(folderOf(dir), `${segment.name}.sorted`);

/** How much of the open segment's index on disk is known to be right. */
export interface Covered {
  /** Bytes of the index … */
  readonly terms: number;
  /** … which stand for this many bytes of the segment. */
  readonly offset: number;
}

/**
 * Opens the index with `segment` as the open one.
 * @param entries what belongs behind the part that is `covered`
 */
export async function openHistory(
  dir: string,
  segment: Segment,
  covered: Covered,
  entries: Entries,
  log: { warn(fields: object, message: string): void },
): Promise<History> {
  await mkdir(folderOf(dir), { recursive: true, mode: 0o700 });
  let current: Tail;
  if (covered.terms === 0 || (await sizeIfAny(openPath(dir, segment))) >= covered.terms) {
    current = createTail(dir, segment, covered.terms, entries);
  } else {
    const all = createEntries(segment);
    await collect(segment, all, covered.offset);
    all.append(entries.take());
    current = createTail(dir, segment, 0, all);
  }
  let working: Promise<unknown> = Promise.resolve();
  /** One thing at a time: the files have no other lock. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = working.then(work);
    working = next.catch(() => undefined);
    return next;
  };
  const seal = (old: Segment): Promise<void> =>
    inTurn(async () => {
      if ((await sizeIfAny(sealedPath(dir, old))) >= 0) return;
      const all = createEntries(old);
      await collect(old, all);
      await sealIndex(dir, old, all.take());
    });

  // What an interrupted run left unsealed; a query that comes first waits its turn.
  const unsealed = (await readdir(folderOf(dir))).filter((name) => name.endsWith('.open'));
  for (const old of await listSegments(dir)) {
    if (old.name !== segment.name && unsealed.includes(`${old.name}.open`)) {
      seal(old).catch((error: unknown) => log.warn({ error, segment: old.name }, 'the index of a segment waits'));
    }
  }

  return {
    entries: () => current.entries,
    length: () => current.length(),
    flushMuch() {
      const { flush, entries: waiting } = current;
      return waiting.size() > FLUSH ? inTurn(flush) : Promise.resolve();
    },
    sync() {
      const { sync } = current;
      return inTurn(sync);
    },
    turn(next) {
      const { segment: old, close } = current;
      current = createTail(dir, next, 0, createEntries(next));
      inTurn(async () => {
        await close();
        await sealIndex(dir, old, await readFile(openPath(dir, old)));
      }).catch((error: unknown) => log.warn({ error, segment: old.name }, 'the index of a segment waits'));
    },
    async *find(term, before) {
      const hash = hashOf(term);
      const segments = (await listSegments(dir)).reverse();
      for (const one of segments) {
        if (before !== undefined && one.first >= before) continue;
        const { segment: newest, flush } = current;
        if (one.name === newest.name) await inTurn(flush);
        else if ((await sizeIfAny(sealedPath(dir, one))) < 0) await seal(one);
        // The open one may have been sealed in between.
        const tail = one.name === newest.name ? await openIfAny(openPath(dir, one)) : undefined;
        const file = tail ?? (await open(sealedPath(dir, one), 'r'));
        try {
          yield* (tail === undefined ? search : scanBackwards)(file, one, hash, before ?? Number.POSITIVE_INFINITY);
        } finally {
          await file.close();
        }
      }
    },
    close: () => inTurn(() => current.close()),
  };
}

interface Tail {
  readonly segment: Segment;
  readonly entries: Entries;
  readonly length: () => number;
  readonly flush: () => Promise<void>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function createTail(dir: string, segment: Segment, keep: number, entries: Entries): Tail {
  let file: FileHandle | undefined;
  let length = keep;
  /** Taken, but not yet written wholly. */
  let pending = Buffer.alloc(0);
  const flush = async (): Promise<void> => {
    if (file === undefined) {
      file = await open(openPath(dir, segment), keep > 0 ? 'r+' : 'w', 0o600);
      await file.truncate(keep);
    }
    pending = Buffer.concat([pending, entries.take()]);
    await writeFully(file, pending, length);
    length += pending.length;
    pending = Buffer.alloc(0);
  };
  return {
    segment,
    entries,
    length: () => length + pending.length + entries.size(),
    flush,
    async sync() {
      await flush();
      await file?.datasync();
    },
    async close() {
      try {
        await flush();
      } finally {
        await file?.close();
      }
    },
  };
}

/** Length of a file, -1 when there is none. */
async function sizeIfAny(path: string): Promise<number> {
  try {
    return await sizeOf(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return -1;
    throw error;
  }
}

async function openIfAny(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reads out of the segment itself what its index should have; what is damaged is passed over. */
async function collect(segment: Segment, entries: Entries, to?: number): Promise<void> {
  for await (const { kind, offset, end, bytes } of readStretches(segment.path, 0, to)) {
    const raw = kind === 'line' ? decodeLine(bytes) : undefined;
    if (raw === undefined) continue;
    const body = raw.middle.snapshot === undefined ? bodyOf(raw) : undefined;
    entries.add(termsOf(raw.middle.events, body), { seq: raw.middle.seq, offset, length: end - offset });
  }
}

/** Writes the index of a finished segment, sorted by term, then by age. */
async function sealIndex(dir: string, segment: Segment, entries: Buffer): Promise<void> {
  await writeDurably(sealedPath(dir, segment), [sorted(entries)]);
  await rm(openPath(dir, segment), { force: true });
}

function sorted(bytes: Buffer): Buffer {
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

async function* scanBackwards(file: FileHandle, segment: Segment, hash: Hash, before: number): AsyncGenerator<Place> {
  const [high, low] = hash;
  for await (const block of blocksBackwards(file, await entriesIn(file))) {
    for (let at = block.length - ENTRY; at >= 0; at -= ENTRY) {
      if (block.readUInt32LE(at) !== high || block.readUInt32LE(at + 4) !== low) continue;
      const place = placeAt(block, at, segment);
      if (place.seq < before) yield place;
    }
  }
}

async function* search(file: FileHandle, segment: Segment, hash: Hash, before: number): AsyncGenerator<Place> {
  const [high, low] = hash;
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
