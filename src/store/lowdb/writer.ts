/**
 * The one that writes: gathers waiting commits into batches, makes each durable with one fdatasync, and only then lets
 * its changes be seen. Refuses to know how a start finds its way, and what the records mean.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { AccessError } from '../../access/errors.ts';
import type { Change, Clock, Head, Key, View } from '../../access/ports.ts';
import { KINDS } from '../../access/ports.ts';
import { planBatch, type Waiting } from './batch.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { History } from './history.ts';
import { type Journal, WriteRefused } from './journal.ts';
import { createOverlay } from './overlay.ts';
import type { Segment } from './segment.ts';
import { type State, splitKey } from './state.ts';

/** Starts a wire-time timer, ms; returns what stops it. */
export type Timer = (ms: number, run: () => void) => () => void;

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WriterParts {
  readonly journal: Journal;
  readonly state: State;
  readonly history: History;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  readonly timer: Timer;
  readonly log: Log;
  /** Nobody knows what is on the disk: the process must end. */
  readonly onFatal: (error: unknown) => void;
  readonly checkpointEvery: number;
  readonly probeEvery: number;
  /** The last durable line: its head, its time, where it begins. */
  readonly start: { readonly head: Head; readonly at: number; readonly line: number; readonly replayed: number };
}

export interface Writer {
  commit<R>(keys: readonly Key[], fn: (view: View) => Change<R>): Promise<R>;
  readonly head: () => Head;
  /** What is durable: this segment up to this offset, and all segments before it. */
  readonly durable: () => { readonly segment: Segment; readonly offset: number };
  /** Why nothing can be written now. */
  readonly stopped: () => string | undefined;
  onJobs(listener: () => void): () => void;
  /** Writes `state.json` now. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

/** More callers than this are told at once that the store cannot keep up. */
const MAX_WAITING = 10_000;

const unavailable = (): AccessError => new AccessError({ code: 'store_unavailable' });

/** A time a line can hold; a clock that has none says 0, and time stands still. */
export const wholeMs = (now: number): number => (Number.isFinite(now) && now > 0 ? Math.trunc(now) : 0);

/** Salts of 128 bits, drawn many at a time: asking the source is slow. */
function createSalts(random: (bytes: number) => Uint8Array): () => string {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length === 0) pool = Buffer.from(random(16 * 256));
    const salt = pool.toString('base64url', 0, 16);
    pool = pool.subarray(16);
    return salt;
  };
}

export function createWriter(parts: WriterParts): Writer {
  const { journal, state, history, checkpoints, clock, timer, log } = parts;
  const salt = createSalts(parts.random);
  const queue: Waiting[] = [];
  const listeners = new Set<() => void>();
  let { head, at } = parts.start;
  /** Where the last line is. Kept here, for the journal's own end is ahead of live state for a moment. */
  let place = { segment: journal.segment(), line: parts.start.line, offset: journal.end() };
  let unsaved = parts.start.replayed;
  let loop: Promise<void> | undefined;
  let saving: Promise<void> | undefined;
  let stopped: string | undefined;
  let dead: Error | undefined;
  let closed = false;
  let stopProbing = (): void => undefined;
  let probing: Promise<void> = Promise.resolve();

  const die = (cause: unknown): void => {
    dead = new Error('the store has failed: what the last commits did is not known until the next start', { cause });
    stopped = 'failed';
    log.error({ error: String(cause) }, 'the journal failed; the process must end');
    parts.onFatal(cause);
  };

  const stop = (error: WriteRefused): void => {
    const { cause } = error;
    stopped = cause instanceof Error ? cause.message : 'the journal cannot be written';
    log.error({ error: String(cause) }, 'the journal cannot be written: nothing is changed until it can');
    const again = (): void => {
      stopProbing = timer(parts.probeEvery, () => {
        probing = probe(again);
      });
    };
    again();
  };

  const probe = async (again: () => void): Promise<void> => {
    try {
      if (closed || dead !== undefined) return;
      if (!(await journal.probe())) return again();
      stopped = undefined;
      log.info({}, 'the journal can be written again');
    } catch (error) {
      die(error);
    }
  };

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

  const nextSegment = async (now: number): Promise<void> => {
    const seq = head.seq + 1;
    const time = Math.max(now, at);
    let born: Head;
    try {
      born = await journal.turn({
        seq,
        at: time,
        previous: head,
        events: [],
        damage: [],
        salt: salt(),
        state: state.copy(),
      });
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
  };

  const writeBatch = async (): Promise<void> => {
    const now = wholeMs(clock.now());
    if (journal.isFull(Math.max(now, at))) await nextSegment(now);
    const start = { head, at, synced: head.seq };
    const { lines, settle, members } = planBatch(queue, createOverlay(state), start, now, salt);
    if (lines.length > 0) {
      try {
        await journal.append(Buffer.from(lines.map(({ text }) => text).join('')));
      } catch (error) {
        if (error instanceof WriteRefused) stop(error);
        else die(error);
        for (const member of members) member.fail(dead ?? unavailable());
        return;
      }
    }
    let scheduled = false;
    let { offset } = place;
    for (const { seq, hash, at: time, bytes, body, terms } of lines) {
      state.apply(seq, body);
      history.entries().add(terms, { seq, offset, length: bytes });
      ({ head, at } = { head: { seq, hash }, at: time });
      place = { ...place, line: offset, offset: offset + bytes };
      offset += bytes;
      scheduled ||= body.jobs?.some((effect) => 'set' in effect) ?? false;
    }
    unsaved += lines.length;
    for (const call of settle) call();
    if (scheduled) for (const listener of listeners) tell(listener);
    history.flushMuch().catch((error: unknown) => log.warn({ error: String(error) }, 'the index lags behind'));
    if (unsaved >= parts.checkpointEvery) void checkpoint();
  };

  const tell = (listener: () => void): void => {
    try {
      listener();
    } catch (error) {
      log.error({ error: String(error) }, 'a listener failed');
    }
  };

  const run = async (): Promise<void> => {
    // A turn of the event loop: whoever is about to commit shall be in the batch.
    for (await turn(); queue.length > 0; await turn()) {
      if (stopped === undefined) {
        try {
          await writeBatch();
        } catch (error) {
          die(error);
        }
      } else {
        for (const waiting of queue.splice(0)) waiting.fail(dead ?? unavailable());
      }
    }
    loop = undefined;
  };

  return {
    commit(keys, fn) {
      type R = ReturnType<typeof fn>['result'];
      return new Promise<R>((resolve, reject) => {
        const strange = keys.find((key) => !(KINDS as readonly string[]).includes(splitKey(key)[0]));
        if (strange !== undefined) throw new Error(`no kind of record has the key ${splitKey(strange)[0]}:…`);
        if (dead !== undefined) throw dead;
        if (closed || stopped !== undefined || queue.length >= MAX_WAITING) throw unavailable();
        let change: Change<R> | undefined;
        queue.push({
          keys,
          run: (view) => {
            change = fn(view);
            return change;
          },
          done: () => (change === undefined ? reject(unavailable()) : resolve(change.result)),
          fail: reject,
        });
        loop ??= run();
      });
    },
    head: () => head,
    durable: () => place,
    stopped: () => stopped,
    onJobs(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    checkpoint,
    async close() {
      if (closed) return;
      closed = true;
      stopProbing();
      await loop;
      await probing;
      if (dead === undefined && unsaved > 0) void checkpoint();
      await saving;
      await history.close().catch((error: unknown) => log.warn({ error: String(error) }, 'the index lags behind'));
      await journal.close();
    },
  };
}
