/**
 * What the embedded store costs: commits beside bare group-committed appends of the same bytes, a short history beside a
 * long one, and the start. What is compared takes turns, so that a slow moment of the machine meets both.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Change, Store } from '../src/access/ports.ts';
import type { AccessRequest } from '../src/access/request.ts';
import { encodeFront, GENESIS, sha256 } from '../src/store/chain.ts';
import { openStore } from '../src/store/lowdb/open.ts';
import { bear, journalFolder, lengthOf, listSegments } from '../src/store/lowdb/segment.ts';
import { createState } from '../src/store/lowdb/state.ts';
import { type Figure, figure, type Goal } from './figure.ts';

const ROUNDS = 5;
/** How long one round of one measurement lasts, ms. */
const ROUND_MS = 600;
/** Commits and appends take turns more often: they are compared with one another. */
const TURNS = 15;
const TURN_MS = 200;
const NOW = Date.UTC(2026, 10, 22, 10);
const LONG = 1_000_000;
const SHORT = 1_000;

async function openIn(dir: string): Promise<Store> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const { store } = await openStore({
    dir,
    clock: { now: () => NOW },
    random: randomBytes,
    timer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    stopwatch: () => performance.now(),
    log: quiet,
    onFatal: (error) => {
      throw error;
    },
  });
  return store;
}

const sample = (id: string): AccessRequest => ({
  id,
  rev: 3,
  state: 'denied',
  ask: { action: 'grant', app: 'perplexity', role: 'admin', subject: { kind: 'me' }, reason: 'INC-7: logs' },
  requester: { slack: { team: 'T1', user: 'U1' }, name: 'Robin Example', email: 'robin@example.com' },
  receivedAt: NOW,
  app: 'perplexity',
  role: 'admin',
  subject: { name: 'Robin Example', account: 'a1', slack: { team: 'T1', user: 'U1' } },
  steps: [
    {
      by: 'manager',
      escalated: false,
      approvers: [{ slack: { team: 'T1', user: 'U2' }, name: 'Kim Example', email: 'kim@example.com', why: 'manager' }],
    },
  ],
  decisions: [],
  cards: [],
});

const eventOf = (id: string) => ({
  type: 'request.received' as const,
  request: id,
  action: 'grant' as const,
  actor: { kind: 'person' as const, slack: { team: 'T1', user: 'U1' } },
  about: [`request:${id}`, 'person:T1/U1'],
});
const note = { reason: 'INC-7: logs', requester: 'Robin Example' };

/** What a decision is to the store: a record, an event, a job. Always the same records, so that live state does not grow. */
const change = (id: string, now: number): Change<undefined> => ({
  put: [{ kind: 'request', id, value: sample(id) }],
  events: [{ ...eventOf(id), note }],
  jobs: [{ schedule: { key: `cards:${id}`, kind: 'cards', target: id, due: now } }],
  result: undefined,
});

const committing = (store: Store) => (caller: number) =>
  store.commit([`request:live${caller}`], (view) => change(`live${caller}`, view.now));

interface Pace {
  /** Calls a second. */
  readonly rate: number;
  /** What a call takes of the processor, µs: the kernel's part and the collector's, too. */
  readonly cpu: number;
}

/** Lets so many callers call for a round, each anew as soon as it has its answer. */
async function pace(waiting: number, call: (caller: number) => Promise<unknown>, ms = ROUND_MS): Promise<Pace> {
  let calls = 0;
  const before = process.cpuUsage();
  const begin = performance.now();
  const end = begin + ms;
  await Promise.all(
    Array.from({ length: waiting }, async (_, caller) => {
      while (performance.now() < end) {
        await call(caller);
        calls++;
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return { rate: (calls * 1000) / (performance.now() - begin), cpu: (user + system) / calls };
}

interface Appender {
  readonly append: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The least that durable group commit can be: gather what waits, one write, one fdatasync. */
async function bareAppender(path: string, line: Uint8Array): Promise<Appender> {
  const handle = await open(path, 'a');
  let waiting: (() => void)[] = [];
  let busy = false;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = waiting;
      waiting = [];
      await handle.write(Buffer.concat(batch.map(() => line)));
      await handle.datasync();
      for (const done of batch) done();
    }
    busy = false;
  };
  return {
    append: () =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        if (busy) return;
        busy = true;
        run().catch(reject);
      }),
    close: () => handle.close(),
  };
}

async function benchCommits(folder: string): Promise<Figure[]> {
  const dir = join(folder, 'commits');
  const store = await openIn(dir);
  await committing(store)(0);
  const before = await journalBytes(dir);
  await committing(store)(0);
  const line = Buffer.alloc((await journalBytes(dir)) - before, 'x');
  const bare = await bareAppender(join(folder, 'bare'), line);
  // To make what is asked for is the callers' work, and the same on both sides.
  const appending = (caller: number): Promise<void> => {
    change(`live${caller}`, NOW);
    return bare.append();
  };
  const rows: Figure[] = [];
  for (const waiting of [1, 16, 64]) {
    const ours: Pace[] = [];
    const theirs: Pace[] = [];
    // A round first that does not count: what is compiled late is not what is measured.
    await pace(waiting, committing(store));
    await pace(waiting, appending);
    for (let turn = 0; turn < TURNS; turn++) {
      theirs.push(await pace(waiting, appending, TURN_MS));
      ours.push(await pace(waiting, committing(store), TURN_MS));
    }
    const add = (what: string, unit: string, values: number[], goal?: Goal): void => {
      rows.push(figure(`${what}, ${waiting} waiting`, unit, values, goal));
    };
    const rates = (paces: readonly Pace[]): number[] => paces.map(({ rate }) => rate);
    const ratios = ours.map(({ rate }, at) => rate / (theirs[at]?.rate ?? Number.NaN));
    add('commits', '/s', rates(ours));
    add(`bare appends of ${line.length} bytes`, '/s', rates(theirs));
    add('commits / bare appends', '×', ratios, waiting === 64 ? { atLeast: 0.5 } : undefined);
    add(
      'processor time of a commit',
      'µs',
      ours.map(({ cpu }) => cpu),
    );
  }
  await bare.close();
  await store.close();
  return rows;
}

async function journalBytes(dir: string): Promise<number> {
  const [first] = await listSegments(dir);
  return first === undefined ? 0 : lengthOf(first);
}

/** Writes a journal of so many closed requests, as the store would have, without waiting for each. */
async function writeHistory(dir: string, closed: number): Promise<void> {
  await mkdir(journalFolder(dir), { recursive: true });
  const state = createState().copy();
  const salt = Buffer.alloc(16, 7).toString('base64url');
  const [front = '', back = ''] = JSON.stringify({
    salt,
    remove: ['request:#'],
    left: [{ kind: 'request', id: 'idle', value: sample('#') }],
    notes: [note],
  })
    .replace('"idle"', '"#"')
    .split('"request:#"');
  const [middle = '', last = ''] = back.split('"id":"#","value":{"id":"#"');
  let head = { seq: 0, hash: GENESIS };
  for (let done = 0; done < closed; ) {
    const born = await bear(dir, { seq: head.seq + 1, at: NOW, previous: head, events: [], damage: [], salt, state });
    head = born.head;
    const file = await open(born.segment.path, 'a');
    for (let bytes = born.bytes; bytes < 256 * 1024 * 1024 && done < closed; ) {
      let text = '';
      for (let n = 0; n < 1000 && done < closed; n++, done++) {
        const id = `closed${done}`;
        const body = `${front}"request:${id}"${middle}"id":"${id}","value":{"id":"${id}"${last}`;
        const seq = head.seq + 1;
        const line = encodeFront(head.hash, { seq, at: NOW, synced: head.seq, events: [eventOf(id)] }, sha256(body));
        text += `${line.front}${body}\n`;
        head = { seq, hash: line.hash };
      }
      bytes += (await file.write(text)).bytesWritten;
    }
    await file.datasync();
    await file.close();
  }
}

interface Report {
  readonly rate: number;
  readonly rssMb: number;
  readonly openMs: number;
  readonly pageMs: number;
  readonly closedMs: number;
}

/** In a process of its own: opens the folder, then a round for every line on stdin. */
async function serveRounds(dir: string): Promise<void> {
  const begin = performance.now();
  const store = await openIn(dir);
  const openMs = performance.now() - begin;
  for await (const line of createInterface({ input: process.stdin })) {
    const commits = await pace(16, committing(store));
    const asked = performance.now();
    await store.history(`request:${line}`, { limit: 20 });
    const paged = performance.now();
    if ((await store.closedRequest(line)) === undefined) throw new Error(`${line} is not in the history`);
    const report: Report = {
      rate: commits.rate,
      rssMb: process.memoryUsage.rss() / 1024 / 1024,
      openMs,
      pageMs: paged - asked,
      closedMs: performance.now() - paged,
    };
    console.log(JSON.stringify(report));
  }
  await store.close();
}

interface Worker {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterator<string>;
  readonly reader: Interface;
}

function startWorker(dir: string): Worker {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--rounds', dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reader = createInterface({ input: child.stdout });
  return { process: child, reader, lines: reader[Symbol.asyncIterator]() };
}

async function askWorker({ process: child, lines }: Worker, id: string): Promise<Report> {
  child.stdin.write(`${id}\n`);
  const { value, done } = await lines.next();
  if (done === true) throw new Error('a worker ended early');
  return JSON.parse(value) as Report;
}

async function stopWorker({ process: child }: Worker): Promise<void> {
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
}

async function benchHistory(folder: string): Promise<Figure[]> {
  const sizes = [SHORT, LONG];
  const dirs = sizes.map((size) => join(folder, `closed-${size}`));
  for (const [n, dir] of dirs.entries()) {
    await writeHistory(dir, sizes[n] ?? 0);
    // Once, for the checkpoint that a stopped bot leaves.
    const worker = startWorker(dir);
    await askWorker(worker, 'closed0');
    await stopWorker(worker);
  }
  const reports = sizes.map((): Report[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    const workers = dirs.map(startWorker);
    for (const [n, worker] of workers.entries()) {
      const size = sizes[n] ?? 0;
      reports[n]?.push(await askWorker(worker, `closed${Math.floor((size * (round + 0.5)) / ROUNDS)}`));
    }
    await Promise.all(workers.map(stopWorker));
  }
  const [short = [], long = []] = reports;
  const both = (what: string, unit: string, of: (report: Report) => number): Figure[] => [
    figure(`${what}, ${SHORT} closed`, unit, short.map(of)),
    figure(`${what}, ${LONG} closed`, unit, long.map(of)),
  ];
  return [
    ...both('a commit at 16 waiting', 'µs', (report) => 1e6 / report.rate),
    ...both('memory', 'MB', (report) => report.rssMb),
    ...both('start', 'ms', (report) => report.openMs),
    ...both('the history of a request', 'ms', (report) => report.pageMs),
    ...both('a closed request', 'ms', (report) => report.closedMs),
  ];
}

async function benchStart(folder: string): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    const store = await openIn(join(folder, `empty-${round}`));
    times.push(performance.now() - begin);
    await store.close();
  }
  return figure('start, empty folder', 'ms', times);
}

/** Measures for about a minute; needs about 1.5 GB in the folder for temporary files. */
export async function benchStore(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-bench-'));
  try {
    return [...(await benchCommits(folder)), await benchStart(folder), ...(await benchHistory(folder))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  if (process.argv[2] === '--rounds') {
    await serveRounds(process.argv[3] ?? '');
  } else {
    const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
    for (const { what, unit, median, low, high } of await benchStore()) {
      const values = `${number.format(median)} ${unit}`.trimEnd();
      console.log(`${what.padEnd(48)}${values.padStart(14)}   (${number.format(low)} – ${number.format(high)})`);
    }
  }
}
