/**
 * The one that writes: gathers waiting commits into batches, makes each durable with one fdatasync, and only then lets
 * its changes be seen. Where the disk is fast, the next batch is written down while one is on its way. Refuses to know
 * how a start finds its way, and what the records mean.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { AccessError } from '../../access/errors.ts';
import type { Change, Clock, Key, View } from '../../access/ports.ts';
import { KINDS } from '../../access/ports.ts';
import { type Batch, createBatch, type Waiting } from './batch.ts';
import { WriteRefused } from './journal.ts';
import { createOverlay } from './overlay.ts';
import { createPace, type Stopwatch } from './pace.ts';
import { createTip, type Tip, type TipParts } from './tip.ts';

/** Starts a wire-time timer, ms; returns what stops it. */
export type Timer = (ms: number, run: () => void) => () => void;

export interface WriterParts extends TipParts {
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  readonly timer: Timer;
  readonly stopwatch: Stopwatch;
  /** Nobody knows what is on the disk: the process must end. */
  readonly onFatal: (error: unknown) => void;
  readonly probeEvery: number;
}

export interface Writer {
  commit<R>(keys: readonly Key[], fn: (view: View) => Change<R>): Promise<R>;
  readonly head: Tip['head'];
  readonly durable: Tip['place'];
  readonly checkpoint: Tip['checkpoint'];
  /** Why nothing can be written now. */
  readonly stopped: () => string | undefined;
  onJobs(listener: () => void): () => void;
  close(): Promise<void>;
}

/** More callers than this are told at once that the store cannot keep up. */
const MAX_WAITING = 10_000;

const unavailable = (): AccessError => new AccessError({ code: 'store_unavailable' });

/** A time a line can hold; a clock that has none says 0, and time stands still. */
export const wholeMs = (now: number): number => (Number.isFinite(now) && now > 0 ? Math.trunc(now) : 0);

/** Letters of a salt: 132 bits. */
const SALT = 22;

/** Salts, drawn many at a time: asking the source is slow. */
function createSalts(random: (bytes: number) => Uint8Array): () => string {
  let pool = '';
  let at = 0;
  return () => {
    if (at === pool.length) {
      pool = Buffer.from(random(SALT * 192)).toString('base64url');
      at = 0;
    }
    at += SALT;
    return pool.slice(at - SALT, at);
  };
}

export function createWriter(parts: WriterParts): Writer {
  const { journal, state, clock, timer, log } = parts;
  const salt = createSalts(parts.random);
  const pace = createPace(parts.stopwatch);
  const tip = createTip(parts);
  const queue: Waiting[] = [];
  const listeners = new Set<() => void>();
  const overlay = createOverlay(state);
  /** The last line that is written down, and the one that is durable before what is written now. */
  let written = { head: tip.head(), at: tip.at() };
  let synced = written.head.seq;
  /** Two that take turns: one is written down, one is on its way. */
  let batch = createBatch(salt);
  let sent = createBatch(salt);
  /** Fulfilled when what is sent is durable. */
  let flight: Promise<void> | undefined;
  let loop: Promise<void> | undefined;
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

  const isFull = (now: number): boolean => journal.isFull(Math.max(now, written.at));

  /** What is written down is what is durable. */
  const level = (): void => {
    written = { head: tip.head(), at: tip.at() };
    synced = written.head.seq;
  };

  /** Writes down what those who wait change; they are `most` with those who are in the batch already. */
  const write = (now: number, most?: number): void => {
    const start = { head: written.head, at: Math.max(now, written.at), synced };
    pace.writing(() => batch.fill(queue, overlay, start, most));
    const last = batch.lines().at(-1);
    if (last !== undefined) written = { head: { seq: last.seq, hash: last.hash }, at: last.at };
  };

  const send = (): void => {
    [sent, batch] = [batch, sent];
    overlay.send();
    synced = written.head.seq;
    if (sent.lines().length === 0) {
      flight = Promise.resolve();
    } else {
      flight = journal.append(sent.bytes()).then(pace.sending(sent.members().length));
      flight.catch(() => undefined); // it is awaited later
    }
  };

  /** The batch is durable: now it may be seen, and told. */
  const settle = (landed: Batch): void => {
    const lines = landed.lines();
    tip.advance(lines);
    for (const { waiting, outcome } of landed.members()) {
      if ('result' in outcome) waiting.resolve(outcome.result);
      else waiting.reject(outcome.refusal);
    }
    landed.clear();
    const scheduled = lines.some(({ body }) => body.jobs?.some((effect) => 'set' in effect));
    if (scheduled) for (const listener of listeners) tell(listener);
  };

  /** Nothing of what is written down or sent is to be. */
  const abandon = (error: unknown): void => {
    if (error instanceof WriteRefused) stop(error);
    else die(error);
    flight = undefined;
    overlay.drop();
    level();
    for (const lost of [sent, batch]) {
      for (const { waiting } of lost.members()) waiting.reject(dead ?? unavailable());
      lost.clear();
    }
  };

  const tell = (listener: () => void): void => {
    try {
      listener();
    } catch (error) {
      log.error({ error: String(error) }, 'a listener failed');
    }
  };

  /**
   * Nothing is on its way. All who wait go together, so that they cost one fdatasync; but where it would take longer to
   * write that down than to make it durable, half of them, and the others are written down meanwhile.
   */
  const begin = async (): Promise<void> => {
    const now = wholeMs(clock.now());
    if (isFull(now)) {
      await tip.turn(now, salt());
      level();
    }
    write(now, pace.outlasts(queue.length) ? Math.ceil(queue.length / 2) : queue.length);
    send();
  };

  /** A batch is on its way: writes down who waits, and sends that when it may be. */
  const goOn = async (landing: Promise<void>): Promise<void> => {
    const now = wholeMs(clock.now());
    if (!isFull(now)) write(now);
    await landing;
    flight = undefined;
    const landed = sent;
    const [ahead, back] = [batch.members().length, landed.members().length];
    if (ahead === 0) return settle(landed);
    // Those who come back at once are waited for where the disk is what takes long.
    const apart = pace.outlasts(ahead + back);
    if (!apart) {
      settle(landed);
      await turn();
    }
    write(now);
    send();
    if (apart) settle(landed);
  };

  const run = async (): Promise<void> => {
    // A turn of the event loop: whoever is about to commit shall be in the batch.
    for (await turn(); queue.length > 0 || flight !== undefined; await turn()) {
      if (stopped !== undefined) {
        for (const waiting of queue.splice(0)) waiting.reject(dead ?? unavailable());
        continue;
      }
      try {
        await (flight === undefined ? begin() : goOn(flight));
      } catch (error) {
        abandon(error);
      }
    }
    loop = undefined;
  };

  return {
    commit(keys, fn) {
      type R = ReturnType<typeof fn>['result'];
      return new Promise<R>((resolve, reject) => {
        for (const key of keys) {
          const kind = key.slice(0, key.indexOf(':'));
          if (!(KINDS as readonly string[]).includes(kind)) throw new Error(`no kind of record has the key ${kind}:…`);
        }
        if (dead !== undefined) throw dead;
        if (closed || stopped !== undefined || queue.length >= MAX_WAITING) throw unavailable();
        queue.push({ keys, fn, resolve: resolve as (result: unknown) => void, reject });
        loop ??= run();
      });
    },
    head: tip.head,
    durable: tip.place,
    checkpoint: () => tip.checkpoint(),
    stopped: () => stopped,
    onJobs(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      stopProbing();
      await loop;
      await probing;
      await tip.close(dead === undefined);
    },
  };
}
