/** The embedded store in a folder of its own, with a clock, a timer and a log that the test holds in its hands. */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/access/ports.ts';
import { type Findings, openStore, type StoreOptions } from '../../../src/store/lowdb/open.ts';

export async function temporaryFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'rolecall-store-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export interface Hands {
  now: number;
  /** Wire time, ms. Stands still unless somebody moves it: then nothing takes long. */
  elapsed: number;
  /** Timers the store has set and not yet stopped. */
  readonly timers: { readonly ms: number; readonly run: () => void }[];
  readonly fatal: unknown[];
  hear(message: string): void;
  /** Resolves when the log has said this, then forgets it. */
  says(message: string): Promise<void>;
  wait(ms: number, run: () => void): () => void;
  /** Resolves when the store has set a timer. */
  waitsAgain(): Promise<void>;
}

export function hands(now = Date.UTC(2026, 10, 22, 10)): Hands {
  const said: string[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  let changed = Promise.withResolvers<void>();
  return {
    now,
    elapsed: 0,
    timers,
    fatal: [],
    wait(ms, run) {
      const timer = { ms, run };
      timers.push(timer);
      changed.resolve();
      changed = Promise.withResolvers<void>();
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    async waitsAgain() {
      while (timers.length === 0) await changed.promise;
    },
    hear(message) {
      said.push(message);
      changed.resolve();
      changed = Promise.withResolvers<void>();
    },
    async says(message) {
      while (!said.includes(message)) await changed.promise;
      said.splice(said.indexOf(message), 1);
    },
  };
}

export function openIn(
  dir: string,
  held: Hands = hands(),
  more: Partial<StoreOptions> = {},
): Promise<{ store: Store; findings: Findings }> {
  const say = (_fields: object, message: string): void => held.hear(message);
  return openStore({
    dir,
    clock: { now: () => held.now },
    random: randomBytes,
    timer: (ms, run) => held.wait(ms, run),
    stopwatch: () => held.elapsed,
    log: { info: say, warn: say, error: say },
    onFatal: (error) => held.fatal.push(error),
    ...more,
  });
}

/** A stopwatch that says anything: now the disk seems fast, now it seems slow. The same each time. */
export function fickle(): () => number {
  let asked = 0;
  return () => Math.sin(asked++);
}

/** What a crash at this moment would leave: a copy of the folder of a store that is still open. */
export async function crashImage(dir: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'rolecall-image-'));
  for (let whole = false; !whole; ) {
    try {
      await cp(dir, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
      whole = true;
    } catch (error) {
      // A checkpoint or an index that was being written behind has got its name meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return copy;
}

/** The journal's files, oldest first, as paths. */
export async function journalFiles(dir: string): Promise<string[]> {
  const folder = join(dir, 'journal');
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

/** The newest file of the journal. */
export async function newestFile(dir: string): Promise<string> {
  const path = (await journalFiles(dir)).at(-1);
  if (path === undefined) throw new Error('there is no journal');
  return path;
}

/** Where the lines of a segment end, and the room for others begins. */
export const endOf = (bytes: Buffer): number => bytes.toString('latin1').trimEnd().length + 1;

/** Changes the lines of a file; what room there is behind them stays. */
export async function edit(path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  const bytes = await readFile(path);
  const end = Math.min(endOf(bytes), bytes.length);
  await writeFile(path, Buffer.concat([change(bytes.subarray(0, end)), bytes.subarray(end)]));
}

/** Flips a bit of the byte at `at`; from the end when negative. */
export const flip =
  (at: number) =>
  (bytes: Buffer): Buffer => {
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    return bytes;
  };

/** Where line `n` (from 0) of a file begins. */
export function lineAt(bytes: Buffer, n: number): number {
  let at = 0;
  for (let line = 0; line < n; line++) at = bytes.indexOf(10, at) + 1;
  return at;
}
