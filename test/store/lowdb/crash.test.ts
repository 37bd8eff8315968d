/** kill -9 at random moments, again and again in one folder: what was acknowledged is there, once, and the chain holds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { openIn, temporaryFolder } from './hands.ts';

const COUNTERS = new URL('./counters.ts', import.meta.url).pathname;
const ROUNDS = 6;

let child: ChildProcess | undefined;
let remove: () => Promise<void> = async () => undefined;

afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await remove();
});

/** Small, and the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Runs the counters until they have said so many lines, kills them, and returns the last count each was told of. */
async function runAndKill(dir: string, lines: number): Promise<Map<string, number>> {
  const told = new Map<string, number>();
  const running = spawn(process.execPath, [COUNTERS, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = running;
  let heard = 0;
  // Everything said is heard, also what was still in the pipe when the process died.
  for await (const line of createInterface({ input: running.stdout })) {
    if (heard++ === lines) running.kill('SIGKILL');
    const [id = '', count] = line.split(' ');
    if (count !== undefined) told.set(id, Number(count));
  }
  if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
  expect(running.signalCode).toBe('SIGKILL');
  return told;
}

describe('kill -9', () => {
  it('loses no acknowledged commit, doubles none, and leaves a chain that holds', { timeout: 120_000 }, async () => {
    const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));
    console.log(`CRASH_SEED=${seed}`);
    const random = randomFrom(seed);
    const folder = await temporaryFolder();
    ({ remove } = folder);
    const { dir } = folder;
    for (let round = 0; round < ROUNDS; round++) {
      const told = await runAndKill(dir, random(round % 2 === 0 ? 30 : 600));
      const { store, findings } = await openIn(dir);
      expect(findings.safeMode).toBeUndefined();
      for (let caller = 0; caller < 8; caller++) {
        const id = `c${caller}`;
        const stored = (await store.read('once', id))?.expires ?? 0;
        const acknowledged = told.get(id) ?? 0;
        if (told.has(id)) {
          expect(stored).toBeGreaterThanOrEqual(acknowledged);
          expect(stored).toBeLessThanOrEqual(acknowledged + 1);
        }
        // One event for each step of the counter: nothing doubled, nothing missing, over all rounds.
        const history = await store.history(`person:T1/${id}`, { limit: 1000 });
        const steps = history.flatMap(({ events }) => events.map(({ about }) => about[1]));
        const expected = Array.from({ length: Math.min(stored, 1000) }, (_, at) => `n:${id}/${stored - at}`);
        expect(steps).toEqual(expected);
        expect((await store.job(`sweep:${id}`))?.due ?? 0).toBe(stored);
      }
      expect(await store.verify()).toBeUndefined();
      await store.close();
    }
  });
});
