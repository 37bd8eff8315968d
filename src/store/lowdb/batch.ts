/**
 * Lines that become durable together: runs each waiting commit on what the ones before it left, in order, and writes
 * what it changes as the bytes of a line. Pure but for the salt. Refuses to know the disk.
 */
import type { Change, Head, Key, View } from '../../access/ports.ts';
import { type Body, MAX_LINE_BYTES, openMiddle, termsOf, writeLine } from '../chain.ts';
import { type Draft, draftOf, viewOf } from './draft.ts';
import type { Overlay } from './overlay.ts';

/** A batch may not outgrow what recovery takes for the torn end of one. */
export const MAX_BATCH_BYTES = MAX_LINE_BYTES;
/** Bounds how long the event loop is held. */
const MAX_BATCH_COMMITS = 256;

/** One caller. Exactly one of `resolve` and `reject` is called, once it is known what became of the batch. */
export interface Waiting {
  readonly keys: readonly Key[];
  readonly fn: (view: View) => Change<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a caller is told when the batch is durable, and not before: it may have seen what others of the batch did. */
export interface Member {
  readonly waiting: Waiting;
  readonly outcome: { readonly result: unknown } | { readonly refusal: unknown };
}

export interface Line extends Head {
  readonly at: number;
  readonly bytes: number;
  readonly body: Body;
  readonly terms: ReadonlySet<string>;
}

/** What the next line follows. */
export interface Start {
  readonly head: Head;
  readonly at: number;
  /** The last line that is durable by the time the next one is written. */
  readonly synced: number;
}

export interface Batch {
  readonly lines: () => readonly Line[];
  /** Those who take part: all of them fail when the batch does. */
  readonly members: () => readonly Member[];
  /** The lines as they will be on the disk; good until `clear`. */
  readonly bytes: () => Uint8Array;
  /** Takes commits off the front of `queue` until the batch has `most` members or no more room. */
  fill(queue: Waiting[], overlay: Overlay, start: Start, most?: number): void;
  clear(): void;
}

/** @param salt a new one for each line */
export function createBatch(salt: () => string): Batch {
  let lines: Line[] = [];
  let members: Member[] = [];
  let size = 0;
  // Room for one line more than may stay: how long it is shows when it has been written.
  const buffer = Buffer.allocUnsafeSlow(MAX_BATCH_BYTES + MAX_LINE_BYTES);

  /** Writes a line behind the others; it is one of them when `size` says so. */
  const write = ({ body, events }: Draft, { head, at, synced }: Start): Line => {
    const seq = head.seq + 1;
    const open = openMiddle({ seq, at, synced, events });
    const { hash, bytes } = writeLine(buffer, size, head.hash, open, JSON.stringify(body));
    return { seq, hash, at, bytes, body, terms: termsOf(events, body) };
  };

  return {
    lines: () => lines,
    members: () => members,
    bytes: () => buffer.subarray(0, size),
    fill(queue, overlay, { at, synced, ...start }, most = MAX_BATCH_COMMITS) {
      let { head } = start;
      let taken = 0;
      for (const waiting of queue) {
        if (members.length >= Math.min(most, MAX_BATCH_COMMITS)) break;
        let outcome: Member['outcome'];
        try {
          const change = waiting.fn(viewOf(waiting.keys, overlay, at));
          const draft = draftOf(change, waiting.keys, overlay, salt);
          if (draft !== undefined) {
            const line = write(draft, { head, at, synced });
            if (size + line.bytes > MAX_BATCH_BYTES && lines.length > 0) break;
            overlay.apply(line.seq, line.body);
            size += line.bytes;
            head = line;
            lines.push(line);
          }
          outcome = { result: change.result };
        } catch (error) {
          outcome = { refusal: error };
        }
        members.push({ waiting, outcome });
        taken++;
      }
      queue.splice(0, taken);
    },
    clear() {
      lines = [];
      members = [];
      size = 0;
    },
  };
}
