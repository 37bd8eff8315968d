/**
 * The durable end of the journal, and live state as of it: goes on by the lines that have become durable and by new
 * segments, with checkpoints behind. Refuses to know who waits, and what is not durable yet.
 */
import type { Head } from '../../access/ports.ts';
import type { Line } from './batch.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { History } from './history.ts';
import { type Journal, WriteRefused } from './journal.ts';
import type { Segment } from './segment.ts';
import type { State } from './state.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface TipParts {
  readonly journal: Journal;
  readonly state: State;
  readonly history: History;
  readonly checkpoints: Checkpoints;
  readonly log: Log;
  readonly checkpointEvery: number;
  /** The last durable line: its head, its time, where it begins. */
  readonly start: { readonly head: Head; readonly at: number; readonly line: number; readonly replayed: number };
}

export interface Tip {
  /** The last durable line, and its time. */
  readonly head: () => Head;
  readonly at: () => number;
  /** What is durable: this segment up to this offset, and all segments before it. */
  readonly place: () => { readonly segment: Segment; readonly offset: number };
  /** These lines are durable: from now on they can be seen. */
  advance(lines: readonly Line[]): void;
  /** Goes over to a new segment; when that is refused, the old one grows. @throws what leaves nobody knowing what is so */
  turn(now: number, salt: string): Promise<void>;
  /** Writes `state.json` now. */
  checkpoint(): Promise<void>;
  /** Closes what it was given. `whole`: live state is what the journal says. */
  close(whole: boolean): Promise<void>;
}

export function createTip(parts: TipParts): Tip {
  const { journal, state, history, checkpoints, log } = parts;
  let { head, at } = parts.start;
  /** Where the last line is. Kept here, for the journal's own end is ahead of live state for a moment. */
  let place = { segment: journal.segment(), line: parts.start.line, offset: journal.end() };
  let unsaved = parts.start.replayed;
  let saving: Promise<void> | undefined;

  const save = async (): Promise<void> => {
    unsaved = 0;
    const checkpoint = {
      ...{ seq: head.seq, hash: head.hash, at },
      ...{ segment: place.segment.name, line: place.line, offset: place.offset, terms: history.length() },
      ...state.copy(),
    };
    await history.sync();
    await checkpoints.save(checkpoint);
  };

  /** One at a time; a failure costs a longer replay, nothing else. */
  const checkpoint = (): Promise<void> => {
    const work = async (): Promise<void> => {
      try {
        await save();
        log.info({ seq: head.seq }, 'checkpoint written');
      } catch (error) {
        log.warn({ error: String(error) }, 'the checkpoint could not be written');
      }
    };
    saving = (saving ?? Promise.resolve()).then(work);
    return saving;
  };

  const indexLags = (error: unknown): void => log.warn({ error: String(error) }, 'the index lags behind');

  return {
    head: () => head,
    at: () => at,
    place: () => place,
    checkpoint,
    advance(lines) {
      const entries = history.entries();
      const { segment } = place;
      let { line, offset } = place;
      for (const { seq, bytes, body, terms } of lines) {
        state.apply(seq, body);
        entries.add(terms, { seq, offset, length: bytes });
        line = offset;
        offset += bytes;
      }
      const last = lines.at(-1);
      if (last === undefined) return;
      head = { seq: last.seq, hash: last.hash };
      ({ at } = last);
      place = { segment, line, offset };
      unsaved += lines.length;
      history.flushMuch().catch(indexLags);
      if (unsaved >= parts.checkpointEvery) void checkpoint();
    },
    async turn(now, salt) {
      const time = Math.max(now, at);
      let born: Head;
      try {
        const birth = { seq: head.seq + 1, at: time, previous: head, events: [], damage: [], salt };
        born = await journal.turn({ ...birth, state: state.copy() });
      } catch (error) {
        if (!(error instanceof WriteRefused)) throw error;
        log.warn({ error: String(error.cause) }, 'no new journal segment could be begun; the old one grows');
        return;
      }
      head = born;
      at = time;
      place = { segment: journal.segment(), line: 0, offset: journal.end() };
      history.turn(place.segment);
      unsaved++;
    },
    async close(whole) {
      if (whole && unsaved > 0) void checkpoint();
      await saving;
      await history.close().catch(indexLags);
      await journal.close();
    },
  };
}
