/**
 * The entry: `node src/main.ts` runs the bot. Makes the runtime small and quick first; knows nothing of what it starts.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// A bot that waits most of its life needs no large nursery: this saves 15 MB (docs/decisions/0003-small-runtime.md).
setFlagsFromString('--min-semi-space-size=1');
setFlagsFromString('--semi-space-growth-factor=1');
// Stripped and compiled sources of the last start: half the start-up time, and 20 MB of TypeScript stripper not loaded.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/rolecall', import.meta.url)));

if (import.meta.main) {
  const { run } = await import('./bot.ts');
  process.exitCode = await run();
  // A pretty log or a stuck socket must not keep a stopped bot alive.
  setTimeout(() => process.exit(), 2_000).unref();
}
