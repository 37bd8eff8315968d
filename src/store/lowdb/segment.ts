/**
 * One file of the journal: its name, its birth with a snapshot, its lines as bytes.
 * Refuses to judge what the lines say.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Head } from '../../access/ports.ts';
import { type Damage, encodeFront, MAX_LINE_BYTES, type PublicEvent, type SnapshotBody } from '../chain.ts';
import { writeDurably } from './durable.ts';
import { jsonSlices } from './slices.ts';

export interface Segment {
  /** `<number of its first line>-<yyyy-mm>`: sorts by age. */
  readonly name: string;
  readonly path: string;
  readonly first: number;
  readonly month: string;
}

const ENDING = '.log';
const NAME = /^(\d{16})-(\d{4}-\d{2})\.log$/;

export const journalFolder = (dir: string): string => join(dir, 'journal');

/** UTC month of a time, `yyyy-mm`. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** When the UTC month of a segment is over, ms. */
export const endOfMonth = ({ month }: Segment): number => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)));

function segmentOf(dir: string, first: number, month: string): Segment {
  const name = `${String(first).padStart(16, '0')}-${month}`;
  return { name, first, month, path: join(journalFolder(dir), name + ENDING) };
}

/** The segments that are there, oldest first. */
export async function listSegments(dir: string): Promise<Segment[]> {
  const names = await readdir(journalFolder(dir));
  return names.sort().flatMap((name) => {
    const [, first, month] = NAME.exec(name) ?? [];
    return first === undefined || month === undefined ? [] : [segmentOf(dir, Number(first), month)];
  });
}

/** What may stand behind a segment's last line, as much of it as there is: it is no part of the segment. */
export const BLANK = 0x20;
/** As much of it as is written at once. */
export const ROOM_BYTES = 512 * 1024;

/** Where a segment ends: bytes up to the blanks behind its last line. */
export async function lengthOf(segment: Segment): Promise<number> {
  const handle = await open(segment.path, 'r');
  try {
    return await endOf(handle);
  } finally {
    await handle.close();
  }
}

async function endOf(handle: FileHandle): Promise<number> {
  let { size: end } = await handle.stat();
  while (end > 0) {
    const from = Math.max(0, end - CHUNK);
    const chunk = await readFrom(handle, from, end - from);
    let at = chunk.length;
    while (at > 0 && chunk[at - 1] === BLANK) at--;
    end = from + at;
    if (at > 0) break;
  }
  return end;
}

/** A stretch of a segment that ends with a newline, with the end of the file, or is too long to be a line. */
export interface Stretch {
  readonly kind: 'line' | 'unended' | 'overlong';
  /** Where it begins and ends, newline included. */
  readonly offset: number;
  readonly end: number;
  /** Without the newline; of an overlong one the beginning. Valid until the next stretch is asked for. */
  readonly bytes: Buffer;
}

const CHUNK = 256 * 1024;
/** The snapshot: as long as a JSON text can be. */
const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024;
const NEWLINE = 10;

/** Reads a segment from `from` up to `to` (default: its end), a chunk at a time. */
export async function* readStretches({ path }: Segment, from = 0, to?: number): AsyncGenerator<Stretch> {
  const handle = await open(path, 'r');
  try {
    const last = to ?? (await endOf(handle));
    let offset = from;
    let position = from;
    let pieces: Buffer[] = [];
    let held = 0;
    let overlong = false;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK, last - position)));
      const { bytesRead } = chunk.length > 0 ? await handle.read(chunk, 0, chunk.length, position) : { bytesRead: 0 };
      if (bytesRead === 0) break;
      position += bytesRead;
      let at = 0;
      while (at < bytesRead) {
        const newline = chunk.subarray(0, bytesRead).indexOf(NEWLINE, at);
        const piece = chunk.subarray(at, newline < 0 ? bytesRead : newline);
        if (!overlong) {
          pieces.push(piece);
          held += piece.length;
          overlong = held >= (offset === 0 ? MAX_SNAPSHOT_BYTES : MAX_LINE_BYTES);
          if (overlong) pieces = [(pieces[0] ?? piece).subarray(0, 1024)];
        }
        if (newline < 0) break;
        const end = position - bytesRead + newline + 1;
        yield { kind: overlong ? 'overlong' : 'line', offset, end, bytes: joined(pieces) };
        offset = end;
        at = newline + 1;
        pieces = [];
        held = 0;
        overlong = false;
      }
    }
    if (position > offset)
      yield { kind: overlong ? 'overlong' : 'unended', offset, end: position, bytes: joined(pieces) };
  } finally {
    await handle.close();
  }
}

const joined = (pieces: readonly Buffer[]): Buffer => {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
};

/** Reads `length` bytes at `offset`, fewer at the end of the file. */
export async function readFrom(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, offset + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

/** As `readFrom`, of a file that is not open. */
export async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    return await readFrom(handle, offset, length);
  } finally {
    await handle.close();
  }
}

export interface Birth {
  readonly seq: number;
  readonly at: number;
  readonly previous: Head;
  readonly events: readonly PublicEvent[];
  readonly damage: readonly Damage[];
  readonly salt: string;
  readonly state: Omit<SnapshotBody, 'salt'>;
}

/** Brings a segment into the world, durable and with its snapshot. @throws the system's error; nothing is left behind */
export async function bear(dir: string, birth: Birth): Promise<{ segment: Segment; head: Head; bytes: number }> {
  const { seq, at, previous, events, damage, salt, state } = birth;
  const chunks: Buffer[] = [];
  const digest = createHash('sha256');
  for (const slice of jsonSlices({ salt }, state)) {
    const bytes = Buffer.from(slice);
    digest.update(bytes);
    chunks.push(bytes);
    await turn();
  }
  const snapshot = damage.length > 0 ? { previous, damage } : { previous };
  const { hash, front } = encodeFront(previous.hash, { seq, at, events, snapshot }, digest.digest('hex'));
  const segment = segmentOf(dir, seq, monthOf(at));
  const bytes = await writeDurably(segment.path, [front, ...chunks, '\n']);
  return { segment, head: { seq, hash }, bytes };
}
