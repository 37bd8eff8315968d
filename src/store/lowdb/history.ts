/**
 * Where in the journal a term is spoken of: a derived index on disk, a file for each segment, that any start may
 * rebuild. Memory does not grow with history. Refuses to know what the lines say.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bodyOf, decodeLine, termsOf } from '../chain.ts';
import { writeDurably, writeFully } from './durable.ts';
import { errnoOf } from './errors.ts';
import { listSegments, readStretches, type Segment } from './segment.ts';
import { createEntries, type Entries, type Place, scanBackwards, scanFileBackwards, search, sorted } from './terms.ts';

const FLUSH = 64 * 1024;

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
      seal(old).catch((error: unknown) =>
        log.warn({ error: String(error), segment: old.name }, 'the index of a segment waits'),
      );
    }
  }

  async function* inSealed(file: FileHandle, segment: Segment, ...wanted: Wanted): AsyncGenerator<Place> {
    try {
      yield* search(file, segment, ...wanted);
    } finally {
      await file.close();
    }
  }

  async function* inOpen(
    file: FileHandle | undefined,
    segment: Segment,
    { written, waiting }: Parts,
    ...wanted: Wanted
  ): AsyncGenerator<Place> {
    try {
      yield* scanBackwards(waiting, segment, ...wanted);
      if (file !== undefined) yield* scanFileBackwards(file, written, segment, ...wanted);
    } finally {
      await file?.close();
    }
  }

  /** Read out of the segment itself, where its index is gone or cannot be written: slow, and never wrong. */
  async function* inSegment(segment: Segment, ...wanted: Wanted): AsyncGenerator<Place> {
    const all = createEntries(segment);
    await collect(segment, all);
    yield* scanBackwards(all.bytes(), segment, ...wanted);
  }

  async function placesIn(segment: Segment, ...wanted: Wanted): Promise<AsyncGenerator<Place>> {
    if (segment.name === current.segment.name) {
      const parts = current.parts();
      const file = parts.written > 0 ? await openIfAny(openPath(dir, segment)) : undefined;
      if (parts.written === 0 || file !== undefined) return inOpen(file, segment, parts, ...wanted);
      // Sealed meanwhile, or taken away by somebody.
      if (segment.name === current.segment.name) return inSegment(segment, ...wanted);
    }
    try {
      if ((await sizeIfAny(sealedPath(dir, segment))) < 0) await seal(segment);
    } catch (error) {
      log.warn({ error: String(error), segment: segment.name }, 'the index of a segment waits');
      return inSegment(segment, ...wanted);
    }
    return inSealed(await open(sealedPath(dir, segment), 'r'), segment, ...wanted);
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
      }).catch((error: unknown) =>
        log.warn({ error: String(error), segment: old.name }, 'the index of a segment waits'),
      );
    },
    async *find(term, before) {
      const segments = (await listSegments(dir)).reverse();
      for (const one of segments) {
        // One past the open one is only being born.
        if (one.first > current.segment.first || (before !== undefined && one.first >= before)) continue;
        yield* await placesIn(one, term, before ?? Number.POSITIVE_INFINITY);
      }
    },
    close: () => inTurn(() => current.close()),
  };
}

/** Term, and the line before which. */
type Wanted = readonly [string, number];

/** What the index of the open segment is made of. */
interface Parts {
  /** So many bytes of the file are its own by now … */
  readonly written: number;
  /** … and this comes behind them. */
  readonly waiting: Buffer;
}

interface Tail {
  readonly segment: Segment;
  readonly entries: Entries;
  readonly length: () => number;
  readonly parts: () => Parts;
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
    parts: () => ({ written: length, waiting: Buffer.concat([pending, entries.bytes()]) }),
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
    return (await stat(path)).size;
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
  for await (const { kind, offset, end, bytes } of readStretches(segment, 0, to)) {
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
