/**
 * Where the history is, for commands that need nothing else: they must work where the bot's secrets are not.
 */
import { resolve } from 'node:path';
import type { Fault } from './config.ts';
import { joinEnvironment } from './environment.ts';
import type { ConfigSources } from './load.ts';
import { readTextFile } from './text-file.ts';
import { dataDir } from './variables.ts';

/** The absolute `DATA_DIR`, or what is wrong with it. */
export function findDataDir(
  sources: Pick<ConfigSources, 'env' | 'cwd' | 'readFile'> = {},
): { readonly dir: string } | { readonly faults: readonly Fault[] } {
  const cwd = sources.cwd ?? process.cwd();
  const env = joinEnvironment(sources.env ?? process.env, (sources.readFile ?? readTextFile)(resolve(cwd, '.env')));
  const dir = env.read('DATA_DIR', dataDir(cwd), 'data');
  return dir === undefined ? { faults: env.faults } : { dir };
}
