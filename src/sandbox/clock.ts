// The story's clock: the machine's time plus an offset that a visitor moves. The bot reads the offset from a file.
// Refuses to go back.

import { renameSync, writeFileSync } from 'node:fs';

export type SandboxClock = {
  /** Business time, ms since 1970. */
  now(): number;
  offset(): number;
  /** Moves the clock forward by `ms`. */
  advance(ms: number): void;
};

/** @param file where the bot looks for the offset (`ROLECALL_CLOCK`) */
export function createClock(file: string): SandboxClock {
  let offset = 0;
  const write = (): void => {
    // Renamed into place, so that the bot never reads half a number.
    writeFileSync(`${file}.new`, `${offset}\n`);
    renameSync(`${file}.new`, file);
  };
  write();
  return {
    now: () => Date.now() + offset,
    offset: () => offset,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new Error('the clock only goes forward');
      offset += Math.round(ms);
      write();
    },
  };
}
