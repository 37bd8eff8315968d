/** One process per folder, whatever the process before left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/store/lowdb/lock.ts';
import { openIn, temporaryFolder } from './hands.ts';

const OWNER = new URL('./owner.ts', import.meta.url).pathname;

let dir: string;
let remove: () => Promise<void>;
const children: ChildProcess[] = [];

beforeEach(async () => {
  ({ dir, remove } = await temporaryFolder());
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await remove();
});

/** Starts a process that takes the folder; resolves to its first word: `taken`, or the code of the refusal. */
async function owner(): Promise<{ child: ChildProcess; word: string }> {
  const child = spawn(process.execPath, [OWNER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, word: chunk.toString().trim() };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the lock', () => {
  it('refuses a second process, and names PostgreSQL as the way', async () => {
    expect((await owner()).word).toBe('taken');
    await expect(openIn(dir)).rejects.toMatchObject({ code: 'locked', message: expect.stringMatching(/PostgreSQL/) });
    expect((await owner()).word).toBe('locked');
  });

  it('refuses the same process twice', async () => {
    const { store } = await openIn(dir);
    await expect(openIn(dir)).rejects.toMatchObject({ code: 'locked' });
    await store.close();
    const { store: again } = await openIn(dir);
    await again.close();
  });

  it('is free at once when its owner was killed', async () => {
    for (let round = 0; round < 3; round++) {
      const { child, word } = await owner();
      expect(word).toBe('taken');
      await killed(child);
    }
    expect(await readdir(dir)).toContain('rolecall.sock');
    const { store } = await openIn(dir);
    await store.close();
  });

  it('goes to exactly one of many that find a dead owner at once', async () => {
    await killed((await owner()).child);
    const words = (await Promise.all(Array.from({ length: 4 }, owner))).map(({ word }) => word).sort();
    expect(words.filter((word) => word === 'taken')).toEqual(['taken']);
    expect(words.filter((word) => word === 'locked')).toHaveLength(3);
  });

  it('outlives a takeover that was killed half-way', async () => {
    const { child } = await owner();
    await killed(child);
    const file = { pid: child.pid, start: 'boot/1', host: hostname() };
    await writeFile(join(dir, 'rolecall.takeover'), JSON.stringify(file));
    const unlock = await lockFolder(dir);
    await unlock();
    expect((await readdir(dir)).filter((name) => name.startsWith('rolecall.'))).toEqual([]);
  });

  it('waits for nobody who is just taking it', async () => {
    // A living process that says it is starting: this one.
    const stat = await readFile('/proc/self/stat', 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const start = `${boot.trim()}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
    await writeFile(join(dir, 'rolecall.takeover'), JSON.stringify({ pid: process.pid, start, host: hostname() }));
    await expect(openIn(dir)).rejects.toMatchObject({ code: 'locked', message: expect.stringMatching(/starting/) });
  });

  it('does not judge a process of another host', async () => {
    await writeFile(join(dir, 'rolecall.takeover'), JSON.stringify({ pid: 1, start: 'x', host: 'elsewhere' }));
    await expect(openIn(dir)).rejects.toMatchObject({ code: 'foreign_host', data: { host: 'elsewhere' } });
  });

  it('says so when the folder is too deep for a socket', async () => {
    const deep = join(dir, 'd'.repeat(90));
    await expect(openIn(deep)).rejects.toMatchObject({
      code: 'path_too_long',
      message: expect.stringMatching(/DATA_DIR/),
    });
  });

  it('says so when the folder is no folder', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await expect(openIn(file)).rejects.toMatchObject({ code: 'not_writable' });
    await mkdir(join(dir, 'ok'));
    const { store } = await openIn(join(dir, 'ok'));
    await store.close();
  });
});
