/**
 * Opens the embedded store: one process, one folder. Puts the parts in place and answers the port's questions with them.
 * Refuses to know who asks for what.
 */
import type { AuditEvent } from '../../access/audit.ts';
import { AccessError } from '../../access/errors.ts';
import type { Clock, Head, HistoryEntry, Store } from '../../access/ports.ts';
import { bodyOf, decodeLine, joinNotes, leftTerm, privateHolds, type Raw } from '../chain.ts';
import { makeFolder } from './durable.ts';
import { errnoOf, StoreOpenError } from './errors.ts';
import { keepHead } from './heads.ts';
import { type History, openHistory } from './history.ts';
import { openJournal } from './journal.ts';
import { lockFolder } from './lock.ts';
import type { Stopwatch } from './pace.ts';
import { journalFolder, readAt } from './segment.ts';
import { type Findings, type Started, start } from './start.ts';
import type { Place } from './terms.ts';
import type { Log } from './tip.ts';
import { verifyJournal } from './verify.ts';
import { createWriter, type Timer, type Writer, wholeMs } from './writer.ts';

export { type OpenFault, StoreOpenError } from './errors.ts';
export type { Findings } from './start.ts';
export type { Log } from './tip.ts';
export type { Timer } from './writer.ts';

export interface StoreOptions {
  /** The data folder; created when it is not there. */
  readonly dir: string;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  /** Wire time. */
  readonly timer: Timer;
  /** Wire time since any one moment, ms, with fractions. */
  readonly stopwatch: Stopwatch;
  readonly log: Log;
  /**
   * A failed fdatasync or truncate: nobody knows what is on the disk, so the process must end. From then on every
   * commit fails.
   */
  readonly onFatal: (error: unknown) => void;
  /** A segment this long, bytes, is followed by a new one. Default 256 MiB. */
  readonly segmentBytes?: number;
  /** Lines between two checkpoints. Default 20,000. */
  readonly checkpointEvery?: number;
  /** Pause between two attempts to write again, ms. Default 5,000. */
  readonly probeEvery?: number;
}

const SEGMENT_BYTES = 256 * 1024 * 1024;
const CHECKPOINT_EVERY = 20_000;
const PROBE_EVERY = 5_000;
const MAX_PAGE = 1_000;

/**
 * Opens the store of one process, which owns the folder until `close`.
 * @throws StoreOpenError with a code, and a message that says what to do
 */
export async function openStore(options: StoreOptions): Promise<{ store: Store; findings: Findings }> {
  const { dir } = options;
  try {
    await makeFolder(journalFolder(dir));
    const unlock = await lockFolder(dir);
    try {
      return await openLocked(options, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreOpenError || !isRefusal(error)) throw error;
    throw new StoreOpenError('not_writable', `the data folder ${dir} cannot be written: ${error.message}`, {}, error);
  }
}

const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'];
const isRefusal = (error: unknown): error is Error => REFUSALS.includes(errnoOf(error) ?? '');

async function openLocked(
  options: StoreOptions,
  unlock: () => Promise<void>,
): Promise<{ store: Store; findings: Findings }> {
  const { dir, clock, random, timer, stopwatch, log, onFatal } = options;
  const { checkpointEvery = CHECKPOINT_EVERY, probeEvery = PROBE_EVERY, segmentBytes = SEGMENT_BYTES } = options;
  const started = await start(dir, wholeMs(clock.now()), Buffer.from(random(16)).toString('base64url'));
  const { state, head, at, line, checkpoints, findings } = started;
  const journal = await openJournal(dir, { segment: started.segment, end: started.offset }, segmentBytes);
  const history = await openHistory(dir, started.segment, started.covered, started.entries, log).catch(
    async (error: unknown) => {
      await journal.close();
      throw error;
    },
  );
  const writer = createWriter({
    ...{
      journal,
      state,
      history,
      checkpoints,
      clock,
      random,
      timer,
      stopwatch,
      log,
      onFatal,
      checkpointEvery,
      probeEvery,
    },
    start: { head, at, line, replayed: findings.replayed },
  });
  await record(findings, writer, log);
  if (findings.rebuilt !== undefined || findings.damaged !== undefined || findings.replayed >= checkpointEvery) {
    await writer.checkpoint();
  }
  return { store: createStore(dir, started, history, writer, unlock), findings };
}

/** Damage is recorded by the snapshot itself; what was torn, here. */
async function record({ torn }: Findings, writer: Writer, log: Log): Promise<void> {
  if (torn === undefined) return;
  const event: AuditEvent = {
    type: 'journal.torn',
    actor: { kind: 'system', part: 'store' },
    about: [],
    bytes: torn.bytes,
  };
  try {
    await writer.commit([], () => ({ events: [event], result: undefined }));
  } catch (error) {
    log.error({ error: String(error), torn }, 'a torn end was put aside, but that could not be recorded');
  }
}

function createStore(
  dir: string,
  { state, findings }: Started,
  history: History,
  writer: Writer,
  unlock: () => Promise<void>,
): Store {
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    try {
      await writer.close();
    } finally {
      await unlock();
    }
  };
  return {
    commit: (keys, fn) => writer.commit(keys, fn),
    read: async (kind, id) => state.get(kind, id),
    openRequests: async (filter = {}) => state.openRequests(filter),
    holdings: async (filter = {}) => state.holdings(filter),
    notices: async () => state.all('notice'),
    drifts: async (app) => state.all('drift').filter((record) => record.app === app),
    expiredOnce: async (now, limit) => state.expiredOnce(now, limit),
    dueJobs: async (now, limit) => state.dueJobs(now, limit),
    job: async (key) => state.job(key),
    nextDue: async () => state.nextDue(),
    async history(about, { limit, before }) {
      const entries: HistoryEntry[] = [];
      const most = Math.min(limit, MAX_PAGE);
      if (most <= 0) return entries;
      for await (const place of history.find(about, before)) {
        const raw = await readLine(place);
        if (raw === undefined) continue;
        const { seq, at, events } = raw.middle;
        const notes = raw.middle.snapshot === undefined ? bodyOf(raw)?.notes : undefined;
        const concerned = joinNotes(events, notes).filter((event) => event.about.includes(about));
        if (concerned.length > 0) entries.push({ seq, at, events: concerned });
        if (entries.length >= most) break;
      }
      return entries;
    },
    async closedRequest(id) {
      if (state.get('request', id) !== undefined) return undefined;
      for await (const place of history.find(leftTerm(id))) {
        const raw = await readLine(place);
        const left = raw && bodyOf(raw)?.left?.find((one) => one.id === id);
        if (left !== undefined) return left.value;
      }
      return undefined;
    },
    head: async () => writer.head(),
    health() {
      const stopped = writer.stopped();
      const detail = stopped ?? findings.safeMode;
      return {
        writable: stopped === undefined,
        safeMode: findings.safeMode !== undefined,
        ...(detail === undefined ? {} : { detail }),
        head: writer.head(),
      };
    },
    async verify() {
      const result = await verifyJournal(dir, {
        until() {
          const { segment, offset } = writer.durable();
          return { segment: segment.name, offset };
        },
      });
      return result.ok ? undefined : { seq: result.fault.seq, detail: result.fault.detail };
    },
    async keepHead(head: Head) {
      try {
        await keepHead(dir, head);
      } catch (error) {
        throw isRefusal(error) ? new AccessError({ code: 'store_unavailable' }) : error;
      }
    },
    onJobs: (listener) => writer.onJobs(listener),
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** `undefined` when the line cannot be read any more: damaged, or its segment was archived. */
async function readLine({ segment, seq, offset, length }: Place): Promise<Raw | undefined> {
  try {
    const raw = decodeLine((await readAt(segment.path, offset, length)).subarray(0, -1));
    return raw !== undefined && raw.middle.seq === seq && privateHolds(raw) ? raw : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
