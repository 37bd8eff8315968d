/**
 * The open segment: appends what must be durable, takes back what could not be written, goes over to a new segment.
 * Refuses to know what the lines say. One call at a time.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Head } from '../../access/ports.ts';
import { writeFully } from './durable.ts';
import { errnoOf } from './errors.ts';
import { type Birth, BLANK, bear, endOfMonth, listSegments, ROOM_BYTES, type Segment } from './segment.ts';

/** Nothing was written, for there is no room. Everything is as before. */
export class WriteRefused extends Error {
  constructor(cause: unknown) {
    super('the journal cannot be written', { cause });
    this.name = 'WriteRefused';
  }
}

export interface Journal {
  readonly segment: () => Segment;
  /** Where the segment's last line ends, bytes; all of it is durable. */
  readonly end: () => number;
  /**
   * Durable when it resolves.
   * @throws WriteRefused; any other error means that nobody knows what is on the disk
   */
  append(bytes: Uint8Array): Promise<void>;
  /** Whether something could be appended now; leaves nothing behind. @throws as `append` */
  probe(): Promise<boolean>;
  /** Whether the next line belongs into a new segment. */
  isFull(at: number): boolean;
  /** Goes over to a new segment. @throws WriteRefused: the old one stays, and is not full for a while */
  turn(birth: Birth): Promise<Head>;
  close(): Promise<void>;
}

/**
 * Each write is its own fdatasync: one way through the thread pool for a batch, and this thread need not be free in the
 * middle of it. Elsewhere than on Linux the flag may not reach through to the disk.
 */
const FLAGS = constants.O_RDWR | constants.O_DSYNC;
const SYNCED_BY_WRITE = process.platform === 'linux';
/** What a write is refused with when there is no room for it. After anything else nobody knows what is on the disk. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** How much an overdue segment may grow before the next attempt at a new one. */
const GRACE = 1024 * 1024;
const PROBE = 64 * 1024;
/**
 * Blanks, now and then written behind the lines. To write over them the disk needs no new place and no new length of the
 * file, which is a third of what a durable write costs (docs/decisions/0010).
 */
const ROOM = Buffer.alloc(ROOM_BYTES, BLANK);

export async function openJournal(
  dir: string,
  start: { readonly segment: Segment; readonly end: number },
  limit: number,
): Promise<Journal> {
  let { segment, end } = start;
  let handle = await open(segment.path, FLAGS);
  /** Where the room behind the last line ends. */
  let room = end;
  /** From when on its month is over, ms. */
  let over = endOfMonth(segment);
  let notBefore = 0;
  try {
    ({ size: room } = await handle.stat());
    // A crash may have left lines that only the system's cache had: what happens next will rest on them.
    await handle.datasync();
  } catch (error) {
    await handle.close();
    throw error;
  }

  const write = async (bytes: Uint8Array): Promise<void> => {
    let written = 0;
    if (end + bytes.length > room) {
      ({ bytesWritten: written } = await handle.writev([bytes, ROOM], end));
      room = end + Math.max(written, bytes.length);
    }
    await writeFully(handle, bytes.subarray(written), end + written);
  };

  /** Part of it may be on the disk already; whoever is told that nothing was changed shall be right after a power cut. */
  const takeBack = async (): Promise<void> => {
    room = end;
    await handle.truncate(end);
    await handle.datasync();
  };

  /** Without the room, which is of no use to those who read the file. Where it cannot be cut off it does no harm. */
  const leave = async (): Promise<void> => {
    if (room > end) await handle.truncate(end).catch(() => undefined);
    await handle.close();
  };

  return {
    segment: () => segment,
    end: () => end,
    async append(bytes) {
      try {
        await write(bytes);
        if (!SYNCED_BY_WRITE) await handle.datasync();
      } catch (error) {
        if (!NO_ROOM.includes(errnoOf(error) ?? '')) {
          room = end; // what is there now nobody knows: it is not ours to cut off
          throw error;
        }
        await takeBack();
        throw new WriteRefused(error);
      }
      end += bytes.length;
    },
    async probe() {
      try {
        await writeFully(handle, Buffer.alloc(PROBE, BLANK), end);
        return true;
      } catch {
        return false;
      } finally {
        await takeBack();
      }
    },
    isFull: (at) => end >= notBefore && (end >= limit || at >= over),
    async turn(birth) {
      let born: Awaited<ReturnType<typeof bear>>;
      try {
        born = await bear(dir, birth);
      } catch (error) {
        // In place, but perhaps not for good: a line in the old segment could contradict it.
        if ((await listSegments(dir)).some(({ first }) => first === birth.seq)) throw error;
        notBefore = end + GRACE;
        throw new WriteRefused(error);
      }
      await leave();
      handle = await open(born.segment.path, FLAGS);
      segment = born.segment;
      over = endOfMonth(segment);
      end = born.bytes;
      room = end;
      notBefore = 0;
      return born.head;
    },
    close: leave,
  };
}
