/** The embedded store in a folder of its own, with a clock, a timer and a log that the test holds in its hands. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/access/ports.ts';
import { type Findings, openStore, type StoreOptions } from '../../src/store/lowdb/open.ts';

export async function temporaryFolder(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'rolecall-store-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export interface Hands {
  now: number;
  /** Timers the store has set and not yet stopped. */
  readonly timers: { readonly ms: number; readonly run: () => void }[];
  readonly fatal: unknown[];
  readonly said: { level: string; fields: object; message: string }[];
}

export const hands = (now = Date.UTC(2026, 10, 22, 10)): Hands => ({ now, timers: [], fatal: [], said: [] });

export function openIn(
  dir: string,
  held: Hands = hands(),
  more: Partial<StoreOptions> = {},
): Promise<{ store: Store; findings: Findings }> {
  const say = (level: string) => (fields: object, message: string) => {
    held.said.push({ level, fields, message });
  };
  return openStore({
    dir,
    clock: { now: () => held.now },
    random: randomBytes,
    timer: (ms, run) => {
      const entry = { ms, run };
      held.timers.push(entry);
      return () => {
        const at = held.timers.indexOf(entry);
        if (at >= 0) held.timers.splice(at, 1);
      };
    },
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    onFatal: (error) => held.fatal.push(error),
    ...more,
  });
}
