// The real bot as a child process: `node src/main.ts` with an environment, nothing special.
// Knows it only by its log, its exit status and the signals it is sent.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** One line of the bot's log. */
export type LogLine = { readonly msg?: string; readonly level?: number; readonly [key: string]: unknown };

export type Bot = {
  readonly pid: number;
  /** Resolves with the line that says so; rejects with the log when the bot ends first. */
  readonly ready: Promise<LogLine>;
  /** Resolves with the exit status, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly log: readonly LogLine[];
  /** What it wrote that is no log line: configuration faults, crashes. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
};

export type BotOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A shell prefix such as `ulimit -f 64;`, for bad days. */
  readonly shell?: string;
  readonly onLine?: (line: LogLine) => void;
};

const REMEMBERED = 2_000;

/** Starts the bot. Of this process's environment it inherits PATH alone. */
export function startBot(options: BotOptions): Bot {
  const env = { PATH: process.env.PATH ?? '', ...options.env };
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child: ChildProcess =
    options.shell === undefined
      ? spawn(process.execPath, [MAIN], { cwd: options.cwd, env, stdio })
      : spawn('bash', ['-c', `${options.shell} exec "$0" "$1"`, process.execPath, MAIN], {
          cwd: options.cwd,
          env,
          stdio,
        });
  const log: LogLine[] = [];
  const other: string[] = [];
  const ready = Promise.withResolvers<LogLine>();
  const exited = Promise.withResolvers<number | NodeJS.Signals>();
  // Whoever never waits for readiness must not be killed by its rejection.
  ready.promise.catch(() => {});

  const take = (text: string): void => {
    const line = parse(text);
    if (line === undefined) {
      if (text !== '') other.push(text);
      return;
    }
    log.push(line);
    if (log.length > REMEMBERED) log.shift();
    if (line.msg === 'ready') ready.resolve(line);
    options.onLine?.(line);
  };
  lines(child.stdout, take);
  lines(child.stderr, take);
  child.once('error', (error) => {
    other.push(String(error));
    exited.resolve(1);
  });
  child.once('close', (code, signal) => {
    exited.resolve(signal ?? code ?? 1);
    ready.reject(
      new Error(
        `the bot ended (${signal ?? code}) before it was ready:\n${other.join('\n')}\n${log.map((line) => JSON.stringify(line)).join('\n')}`,
      ),
    );
  });
  return {
    pid: child.pid ?? 0,
    ready: ready.promise,
    exited: exited.promise,
    log,
    output: () => other.join('\n'),
    kill: (signal) => void child.kill(signal),
  };
}

function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'msg' in value ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

function lines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  });
  stream?.on('end', () => take(rest));
}
