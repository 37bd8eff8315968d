// The operator of a story: the real command line on the bot's own configuration. Knows nothing of what it prints.
import { commandLine } from '../operations/command-line.ts';
import type { SandboxWorld } from './story.ts';

/** Runs a command: beside the bot, or in its place while it is stopped. */
export const rolecall = ({ setting: { env, cwd } }: SandboxWorld, ...args: readonly string[]) =>
  commandLine(cwd, env).run(args);
