/**
 * The entry: `node src/main.ts` runs the bot. Starts Node once more with a small memory and a compile cache, in place of
 * itself; knows nothing of what it starts. Why: docs/decisions/0003-small-runtime.md.
 */
import { fileURLToPath } from 'node:url';

/** Says that this process is the one that was started once more. */
const AGAIN = 'ROLECALL_STARTED';
/** A bot that waits most of its life needs no large nursery and no pool of helper threads. */
export const FLAGS = ['--max-semi-space-size=8', '--v8-pool-size=1'];
/** glibc: one arena, and what is freed goes back to the system. Where there is another malloc they mean nothing. */
export const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Becomes the bot; resolves with its exit status where the process could not be replaced. */
export async function becomeBot(): Promise<number> {
  const main = fileURLToPath(import.meta.url);
  const cache = fileURLToPath(new URL('../node_modules/.cache/rolecall', import.meta.url));
  const env = { NODE_COMPILE_CACHE: cache, ...MALLOC, ...process.env, [AGAIN]: '1' };
  // Same process id, same files, new Node: signals and supervisors notice nothing. Not everywhere is there an execve.
  process.execve?.(process.execPath, [process.execPath, ...FLAGS, main], env);
  return runBot();
}

async function runBot(): Promise<number> {
  const { run } = await import('./bot.ts');
  return run();
}

if (import.meta.main) {
  const again = process.env[AGAIN] !== undefined;
  delete process.env[AGAIN];
  process.exitCode = await (again ? runBot() : becomeBot());
  // A pretty log or a stuck socket must not keep a stopped bot alive.
  setTimeout(() => process.exit(), 2_000).unref();
}
