// The sandbox as a command: starts the fake world with the real bot in it, serves its page, runs until it is told to stop.
// Leaves nothing behind: no process, no file, no port.

import { ALL_APPS } from './cast.ts';
import { openPage, type Page, type PageOptions } from './page/index.ts';
import { SMALL_TALK } from './page/small-talk.ts';
import { type SandboxWorld, startWorld, type WorldOptions } from './world.ts';

export type Sandbox = {
  /** Where a browser finds the page. */
  readonly url: string;
  readonly world: SandboxWorld;
  /** Stops everything, the bot included. */
  close(): Promise<void>;
};

/** Starts world and page, with every app of the story unless fewer are asked for; rejects when the bot does not start or the port is taken, with everything closed again. */
export async function openSandbox(options: PageOptions & { readonly world?: WorldOptions }): Promise<Sandbox> {
  const world = await startWorld({ apps: ALL_APPS, ...options.world, socket: options.socket });
  for (const { user, channel, text } of SMALL_TALK) world.slack.say(user, channel, text);
  let page: Page;
  try {
    page = await openPage(world, options);
  } catch (error) {
    await world.close();
    throw error;
  }
  return {
    url: page.url,
    world,
    async close() {
      await page.close();
      await world.close();
    },
  };
}

/** How long the bot may take to stop before it is killed, ms. */
const PATIENCE = 5_000;

/**
 * Runs the sandbox until SIGINT, SIGTERM or SIGHUP.
 * @param options `port` 0: any free one; `socket`: Socket Mode instead of HTTP
 * @returns the exit status: 0 stopped when asked, 1 could not start
 */
export async function runSandbox(options: PageOptions): Promise<number> {
  // Before anything is started: whoever stops it meanwhile must not leave a bot behind. Further signals change nothing.
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  let sandbox: Sandbox;
  try {
    sandbox = await openSandbox(options);
  } catch (error) {
    process.stderr.write(`The sandbox could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  process.stdout.write(`Rolecall's sandbox: ${sandbox.url}\nCtrl-C stops it.\n`);
  await asked;
  const impatient = setTimeout(() => sandbox.world.bot().kill('SIGKILL'), PATIENCE);
  await sandbox.close();
  clearTimeout(impatient);
  return 0;
}
