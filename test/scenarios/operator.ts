// The operator of a story: the real command line on the bot's own configuration. Knows nothing of what it prints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SandboxWorld } from './story.ts';

const LAUNCHER = fileURLToPath(new URL('../../scripts/rolecall.js', import.meta.url));
/** Compiled sources of the last run: the command line starts in half the time. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/rolecall', import.meta.url));

/** Runs a command: beside the bot, or in its place while it is stopped. */
export async function rolecall(
  { setting: { env, cwd } }: SandboxWorld,
  ...args: readonly string[]
): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...said };
}
