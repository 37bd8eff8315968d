// What bad days are judged by from outside the bot: requests it has in flight, its journal, its ports.
// Knows no story and changes nothing of the bot's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLine } from '../../src/sandbox/bot.ts';
import type { FaultKind } from '../../src/sandbox/scim/index.ts';
import type { SandboxWorld } from './story.ts';

const LAUNCHER = fileURLToPath(new URL('../../scripts/rolecall.js', import.meta.url));
/** How long something is waited for that never comes, ms. */
const WAIT = 25_000;

/** A SCIM request that is kept waiting, in the hands of a test. */
export interface Held {
  /** Resolves when the request is there. */
  readonly inHand: Promise<void>;
  letGo(): void;
}

/**
 * Keeps the next matching SCIM request waiting: `before` it is worked on, or `after`, when it has taken effect but the
 * answer is not out. `never` cuts it off instead of working on it once it is let go.
 */
export function hold(
  { scim }: SandboxWorld,
  match: { readonly method: string; readonly path: RegExp },
  when: 'before' | 'after' | 'never',
): Held {
  const gate = Promise.withResolvers<void>();
  const there = Promise.withResolvers<void>();
  const kind: FaultKind = { type: 'hold', until: gate.promise, when: when === 'never' ? 'before' : when };
  scim.fault({ match, times: 1, kind });
  if (when === 'never') scim.fault({ match, times: 1, kind: { type: 'reset', when: 'before' } });
  const seen = (request: { method: string; path: string }): boolean =>
    request.method === match.method && match.path.test(decodeURIComponent(request.path));
  const stop = scim.on('arrive', (request) => {
    if (!seen(request)) return;
    stop();
    // An effect is there as soon as the arrival has been dealt with: one turn later.
    setImmediate(there.resolve);
  });
  const inHand = within(there.promise, `SCIM is asked for ${match.method} ${match.path}`);
  // A story that fails earlier is not to be blamed for this, too.
  inHand.catch(() => undefined);
  return { inHand, letGo: gate.resolve };
}

/** The promise, or an error that says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, ms = WAIT): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited in vain: ${what}`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export interface JournalEvent {
  readonly type: string;
  readonly request?: string;
  readonly [key: string]: unknown;
}

/** Every event the journal holds, oldest first, as an auditor would read it. */
export async function journal({ dataDir }: Pick<SandboxWorld, 'dataDir'>): Promise<JournalEvent[]> {
  const folder = join(dataDir, 'journal');
  const found: JournalEvent[] = [];
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.log')).sort()) {
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      const middle = line.split('\t')[1];
      if (middle !== undefined) found.push(...(JSON.parse(middle) as { events: JournalEvent[] }).events);
    }
  }
  return found;
}

/** Runs `rolecall audit verify` as an operator would. */
export async function verifyAudit({
  dataDir,
}: Pick<SandboxWorld, 'dataDir'>): Promise<{ status: number | null; says: string }> {
  const child = spawn(process.execPath, [LAUNCHER, 'audit', 'verify'], {
    cwd: dataDir,
    env: { PATH: process.env.PATH ?? '', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let says = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      says += text;
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, says };
}

/** What `/readyz` says now. */
export async function readiness(world: SandboxWorld): Promise<{ status: number; text: string }> {
  const { ops } = await world.bot().ready;
  const answer = await fetch(`http://127.0.0.1:${String(ops)}/readyz`);
  return { status: answer.status, text: await answer.text() };
}

export interface LogBook {
  readonly onLine: (line: LogLine) => void;
  /** Resolves with the next line that says so, or one there was since the last call of `forget`. */
  says(words: RegExp): Promise<LogLine>;
  forget(): void;
}

/** Listens to the log of every bot of a world: `tell({ onLine: book.onLine })`. */
export function openLogBook(): LogBook {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  return {
    onLine(line) {
      lines.push(line);
      for (const look of [...waiting]) look();
    },
    says(words) {
      const found = Promise.withResolvers<LogLine>();
      const look = (): void => {
        const line = lines.find((each) => words.test(each.msg ?? ''));
        if (line === undefined) return;
        waiting.delete(look);
        found.resolve(line);
      };
      waiting.add(look);
      look();
      return within(found.promise, `the log says ${words}`);
    },
    forget: () => void lines.splice(0),
  };
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
