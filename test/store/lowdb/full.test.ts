/** A disk that is full, a file that may not grow, a disk that fails: what people are told is what is so. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, rmdirSync } from 'node:fs';
import {
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/access/ports.ts';
import { event, putOnce } from '../records.ts';
import { endOf, type Hands, hands, newestFile, openIn, temporaryFolder } from './hands.ts';

const UNAVAILABLE = { refusal: { code: 'store_unavailable' } };

const put = (store: Store, id: string, size = 10): Promise<void> =>
  store.commit([`once:${id}`], () => ({ put: [putOnce(id, 1, 'x'.repeat(size))], result: undefined }));

/** Lets the store try again, and waits until it can write. */
async function tryAgain(held: Hands): Promise<void> {
  const timer = held.timers.shift();
  expect(timer?.ms).toBe(5000);
  timer?.run();
  await held.says('the journal can be written again');
}

const mountSmall = (folder: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'rolecall-test', folder], { stdio: 'ignore' });
};
const unmount = (folder: string): void => {
  execFileSync('umount', ['-l', folder]);
};

/** Mounting takes root; the file-size limit below does not. */
const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-mount-'));
  try {
    mountSmall(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
})();

describe.runIf(canMount)('a full disk', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rolecall-full-'));
    mountSmall(folder);
  });
  afterEach(async () => {
    unmount(folder);
    await rm(folder, { recursive: true, force: true });
  });

  it('refuses, keeps what was acknowledged, and goes on by itself when there is room', async () => {
    const held = hands();
    const { store } = await openIn(folder, held);
    await put(store, 'a');
    await store.commit([], () => ({ events: [event('r')], result: undefined }));
    const ballast = ['first', 'second'].map((name) => join(folder, name));
    await fill(ballast[0] ?? '');
    const end = endOf(await readFile(await newestFile(folder)));

    // More than there is room for behind the last line.
    const outcomes = await Promise.allSettled([put(store, 'b', 500_000), put(store, 'c', 500_000)]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    expect(store.health()).toMatchObject({ writable: false, detail: expect.stringMatching(/ENOSPC/) });
    // The room was taken back with them: somebody else has it now.
    expect((await stat(await newestFile(folder))).size).toBe(end);
    await fill(ballast[1] ?? '');
    expect(await store.read('once', 'b')).toBeUndefined();
    expect(await store.history('request:r', { limit: 5 })).toHaveLength(1);
    await expect(put(store, 'd')).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.keepHead(await store.head())).rejects.toMatchObject(UNAVAILABLE);

    // Still full: it tries, and tries again later.
    held.timers.shift()?.run();
    await held.waitsAgain();
    expect(store.health().writable).toBe(false);
    for (const path of ballast) await rm(path);
    await tryAgain(held);
    expect(store.health()).toMatchObject({ writable: true });
    await put(store, 'e');
    expect(await store.verify()).toBeUndefined();
    await store.close();

    const { store: again } = await openIn(folder);
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => again.read('once', id)))).toMatchObject([
      { id: 'a' },
      undefined,
      undefined,
      undefined,
      { id: 'e' },
    ]);
    await again.close();
  });

  it('keeps the old segment when there is no room for a new one', async () => {
    const held = hands();
    const { store } = await openIn(folder, held, { segmentBytes: 1_400_000 });
    for (const id of ['a', 'b', 'b2']) await put(store, id, 500_000);
    // The next line is due in a new segment, whose snapshot would take a megabyte and a half: there is half of one.
    await put(store, 'c');
    await held.says('no new journal segment could be begun; the old one grows');
    expect(store.health().writable).toBe(true);
    await put(store, 'd');
    expect(await store.verify()).toBeUndefined();
    await store.close();
    const { store: again } = await openIn(folder);
    expect((await again.read('once', 'c'))?.id).toBe('c');
    await again.close();
  });
});

/** Fills the disk up to the last byte. */
async function fill(path: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (let at = 0; ; at += 4096) await handle.write(Buffer.alloc(4096), 0, 4096, at);
  } catch {
    // Full.
  } finally {
    await handle.close();
  }
}

describe('a file that may not grow', () => {
  it('is met like a full disk', async () => {
    const { dir, remove } = await temporaryFolder();
    const child = spawn('bash', ['-c', `ulimit -f 64; exec "$0" "$@"`, process.execPath, LIMITED, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const words: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) words.push(line);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(words.at(-1)).toMatch(/^refused store_unavailable EFBIG/);
    const { store } = await openIn(dir);
    expect(words.length).toBeGreaterThan(2);
    for (const word of words.slice(0, -1)) expect(await store.read('once', word)).toBeDefined();
    expect(await store.verify()).toBeUndefined();
    await store.close();
    await remove();
  });
});

const LIMITED = new URL('./limited.ts', import.meta.url).pathname;

/** Flags with which this process has a file open. */
async function flagsOf(path: string): Promise<number[]> {
  const flags: number[] = [];
  for (const fd of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
    if (target !== (await realpath(path))) continue;
    const [, octal = ''] = /^flags:\s*(\d+)$/m.exec(await readFile(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    flags.push(Number.parseInt(octal, 8));
  }
  return flags;
}

describe.runIf(process.platform === 'linux')('a write to the journal', () => {
  it('is its own fdatasync, in every segment', async () => {
    const { dir, remove } = await temporaryFolder();
    const { store } = await openIn(dir, hands(), { segmentBytes: 1000 });
    const first = await newestFile(dir);
    for (const id of ['a', 'b']) {
      const [flags = 0, ...others] = await flagsOf(await newestFile(dir));
      expect(others).toEqual([]);
      expect(flags & constants.O_DSYNC).toBe(constants.O_DSYNC);
      await put(store, id, 1000);
    }
    expect(await newestFile(dir)).not.toBe(first);
    await store.close();
    await remove();
  });
});

describe('a disk that fails', () => {
  let dir: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ dir, remove } = await temporaryFolder());
  });
  afterEach(() => remove());

  /** Makes a call of every file handle fail, as a dying disk would, or a full one. */
  async function failing<T>(
    call: 'datasync' | 'truncate' | 'write',
    run: () => Promise<T>,
    { times = 1, code = 'EIO' } = {},
  ): Promise<T> {
    const probe = await open(join(dir, 'probe'), 'w');
    const prototype = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const names = call === 'write' ? (['write', 'writev'] as const) : [call];
    const wholes = names.map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const);
    let left = times;
    for (const [name, whole] of wholes) {
      Object.defineProperty(prototype, name, {
        ...whole,
        value(this: FileHandle, ...given: unknown[]) {
          if (left-- > 0) return Promise.reject(Object.assign(new Error(`${code}: as asked`), { code }));
          return Reflect.apply(whole?.value as (...args: unknown[]) => unknown, this, given);
        },
      });
    }
    try {
      return await run();
    } finally {
      for (const [name, whole] of wholes) Object.defineProperty(prototype, name, whole ?? {});
    }
  }

  const full = { code: 'ENOSPC' };

  it('at a write is fatal: nobody is told that nothing was changed, and nothing is written any more', async () => {
    const held = hands();
    const { store } = await openIn(dir, held);
    await put(store, 'a');
    const outcome = await failing('write', () => put(store, 'b').catch((error: unknown) => error));
    expect(outcome).toBeInstanceOf(Error);
    expect(outcome).not.toMatchObject(UNAVAILABLE);
    expect(held.fatal).toHaveLength(1);
    expect(store.health().writable).toBe(false);
    const before = await readFile(await newestFile(dir));
    await expect(put(store, 'c')).rejects.toThrow(/failed/);
    expect(held.timers).toEqual([]);
    await store.close();
    expect(await readFile(await newestFile(dir))).toEqual(before);
  });

  it('at an fdatasync of what a crash may have left in the cache stops the start', async () => {
    const { store } = await openIn(dir);
    await put(store, 'a');
    await store.close();
    await expect(failing('datasync', () => openIn(dir))).rejects.toMatchObject({ code: 'EIO' });
    const { store: again } = await openIn(dir);
    expect((await again.read('once', 'a'))?.id).toBe('a');
    await again.close();
  });

  it.each(['truncate', 'datasync'] as const)('at the %s that takes back what had no room is fatal', async (call) => {
    const held = hands();
    const { store } = await openIn(dir, held);
    const refused = (): Promise<unknown> => put(store, 'b').catch((error: unknown) => error);
    const outcome = await failing('write', () => failing(call, refused), full);
    expect(outcome).toBeInstanceOf(Error);
    expect(outcome).not.toMatchObject(UNAVAILABLE);
    expect(held.fatal).toHaveLength(1);
    await store.close();
  });

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('that has no room (%s) is met by trying again', async (code) => {
    const held = hands();
    const { store } = await openIn(dir, held);
    await put(store, 'a');
    await failing('write', () => expect(put(store, 'b')).rejects.toMatchObject(UNAVAILABLE), { code });
    expect(held.fatal).toEqual([]);
    await tryAgain(held);
    await put(store, 'c');
    expect(await store.read('once', 'b')).toBeUndefined();
    expect(await store.verify()).toBeUndefined();
    await store.close();
  });

  it('at the checkpoint costs nothing but a longer start', async () => {
    const held = hands();
    const { store } = await openIn(dir, held);
    await put(store, 'a');
    await writeFile(join(dir, 'state.json.unfinished'), '');
    await failing('write', () => store.close(), { times: 10 });
    await held.says('the checkpoint could not be written');
    const { store: again, findings } = await openIn(dir);
    expect(findings).toEqual({ replayed: 2 });
    expect((await again.read('once', 'a'))?.id).toBe('a');
    await again.close();
  });
});
