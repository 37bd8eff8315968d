/** Two batches that take turns: one on its way to the disk, one being written down upon it. What is told, when, and what a failure takes along. */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/access/ports.ts';
import { decodeLine } from '../../../src/store/chain.ts';
import { event, putOnce } from '../records.ts';
import {
  crashImage,
  edit,
  endOf,
  flip,
  type Hands,
  hands,
  lineAt,
  newestFile,
  openIn,
  temporaryFolder,
} from './hands.ts';

const UNAVAILABLE = { refusal: { code: 'store_unavailable' } };

let dir: string;
let remove: () => Promise<void>;
let held: Hands;
let store: Store;
/** What happened, in its order. */
let said: string[];

beforeEach(async () => {
  ({ dir, remove } = await temporaryFolder());
  held = hands();
  ({ store } = await openIn(dir, held));
  said = [];
});
afterEach(async () => {
  await store.close();
  await remove();
});

/** Puts `id`. To write that down takes so many ms. */
const put = (id: string, ms = 1): Promise<void> =>
  store
    .commit([`once:${id}`, 'once:first'], (view) => {
      held.elapsed += ms;
      const seen = view.get('once', 'first') === undefined ? '' : ', sees the first';
      said.push(`writes ${id}${seen}`);
      return { put: [putOnce(id, 1)], result: undefined };
    })
    .then(() => void said.push(`told ${id}`));

interface Disk {
  /** The system's code that the first write fails with. */
  readonly refuse?: string;
  /** How long a write takes. */
  readonly ms?: number;
  /** What happens during the first write. */
  readonly meanwhile?: () => void;
}

/** Stands between every file handle and the disk. */
async function listening<T>(run: () => Promise<T>, { refuse, ms = 0, meanwhile }: Disk = {}): Promise<T> {
  const probe = await open(join(dir, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const whole = Object.getOwnPropertyDescriptor(prototype, 'write');
  let first = true;
  Object.defineProperty(prototype, 'write', {
    ...whole,
    async value(this: FileHandle, ...given: unknown[]): Promise<unknown> {
      said.push('write');
      const isFirst = first;
      first = false;
      if (isFirst && refuse !== undefined) throw Object.assign(new Error(`${refuse}: as asked`), { code: refuse });
      if (isFirst) meanwhile?.();
      const done: unknown = await Reflect.apply(whole?.value as (...args: unknown[]) => unknown, this, given);
      held.elapsed += ms;
      said.push('durable');
      return done;
    },
  });
  try {
    return await run();
  } finally {
    Object.defineProperty(prototype, 'write', whole ?? {});
  }
}

/** Four at once. */
function four(refuse?: string): Promise<PromiseSettledResult<void>[]> {
  said = [];
  return listening(
    () => Promise.allSettled(['first', 'second', 'third', 'fourth'].map((id) => put(id))),
    refuse === undefined ? {} : { refuse },
  );
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => decodeLine(Buffer.from(line))?.middle);

describe('where writing down takes longer than the disk', () => {
  beforeEach(() => put('before'));

  it('half of those who wait go first, and the others are written down meanwhile', async () => {
    await four();
    // The first batch may be durable before or after the second is written down.
    expect(said.filter((word) => word !== 'durable')).toEqual([
      ...['writes first', 'writes second, sees the first', 'write'],
      ...['writes third, sees the first', 'writes fourth, sees the first'],
      ...['write', 'told first', 'told second', 'told third', 'told fourth'],
    ]);
    // The second is not sent before the first is durable, and nobody of it is told before it is itself.
    const steps = said.filter((word) => ['write', 'durable', 'told third'].includes(word));
    expect(steps).toEqual(['write', 'durable', 'write', 'durable', 'told third']);
  });

  it('a batch that the disk held up for once changes nothing', async () => {
    await listening(() => put('held up'), { ms: 100 });
    await four();
    expect(said.indexOf('write')).toBe(said.indexOf('writes second, sees the first') + 1);
  });

  it('nothing is seen from outside before it is durable', async () => {
    const seen: unknown[] = [];
    const first = put('first');
    const second = store.commit([], () => {
      held.elapsed += 1;
      // The first is on its way by now.
      store.read('once', 'first').then((record) => seen.push(record), seen.push);
      return { result: undefined };
    });
    await Promise.all([first, second]);
    expect(seen).toEqual([undefined]);
    expect(await store.read('once', 'first')).toBeDefined();
  });

  it('each line names the last one that was durable when it was sent', async () => {
    await four();
    const lines = await linesOf(await newestFile(dir));
    expect(lines.map((line) => [line?.seq, line?.synced])).toEqual([
      [1, undefined],
      ...[
        [2, 1],
        [3, 2],
        [4, 2],
        [5, 4],
        [6, 4],
      ],
    ]);
  });

  it('a damaged line of the batch before the last is damage, and not the torn end of a crash', async () => {
    await four();
    const image = await crashImage(dir);
    const path = await newestFile(image);
    await edit(path, (bytes) => flip(lineAt(bytes, 3) + 100)(bytes));
    const { store: again, findings } = await openIn(image);
    expect(findings.torn).toBeUndefined();
    expect(findings.damaged).toHaveLength(1);
    expect(await again.read('once', 'fourth')).toBeDefined();
    await again.close();
  });

  it('a write that is refused takes along what was written down upon it', async () => {
    const end = endOf(await readFile(await newestFile(dir)));
    const outcomes = await four('ENOSPC');
    expect(said.slice(0, 5)).toEqual([
      ...['writes first', 'writes second, sees the first', 'write'],
      ...['writes third, sees the first', 'writes fourth, sees the first'],
    ]);
    expect(said.slice(5)).toEqual([]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    expect(held.fatal).toEqual([]);
    expect(endOf(await readFile(await newestFile(dir)))).toBe(end);

    held.timers.shift()?.run();
    await held.says('the journal can be written again');
    said = [];
    await put('after');
    expect(said).toEqual(['writes after', 'told after']);
    expect(await store.read('once', 'third')).toBeUndefined();
    expect(await store.head()).toMatchObject({ seq: 3 });
    expect(await store.verify()).toBeUndefined();
  });

  it('a refusal that rests on what was not written is not told', async () => {
    const both = (): Promise<unknown>[] => [
      put('first'),
      store.commit(['once:first'], (view) => {
        throw new Error(`there is one already: ${view.get('once', 'first')?.id}`);
      }),
    ];
    const outcomes = await listening(() => Promise.allSettled(both()), { refuse: 'ENOSPC' });
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
  });

  it('a disk that fails is fatal, and what was written down upon it is never sent', async () => {
    const outcomes = await four('EIO');
    expect(said.filter((word) => word === 'write')).toHaveLength(1);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/failed/) } });
    }
    expect(held.fatal).toHaveLength(1);
    await expect(put('after')).rejects.toThrow(/failed/);
  });
});

describe('where the disk is what takes long', () => {
  it('those who wait go together, as soon as the last four batches have shown it', async () => {
    await put('quick');
    await listening(
      async () => {
        for (const id of ['a', 'b', 'c']) await put(id);
        await four();
        expect(said.indexOf('write')).toBe(said.indexOf('writes second, sees the first') + 1);
        await put('d');
        said = [];
        await Promise.all(['e', 'f', 'g', 'h'].map((id) => put(id)));
        expect(said.filter((word) => word.startsWith('write'))[4]).toBe('write');
      },
      { ms: 100 },
    );
  });

  it('those who come back at once go with those who came meanwhile', async () => {
    await listening(() => put('slow', 0), { ms: 100 });
    said = [];
    const all: Promise<void>[] = [];
    const meanwhile = (): void => void all.push(put('late', 0));
    await listening(() => put('a', 0).then(() => put('b', 0)), { ms: 100, meanwhile });
    await Promise.all(all);
    expect(said.filter((word) => word !== 'durable')).toEqual([
      ...['writes a', 'write', 'writes late', 'told a', 'writes b', 'write', 'told late', 'told b'],
    ]);
  });
});

it('what goes to the disk together is no longer than what a start takes for a torn end', async () => {
  const work = 'x'.repeat(400_000);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(
    ids.map((id) => store.commit([`once:${id}`], () => ({ put: [putOnce(id, 1, work)], result: undefined }))),
  );
  const lines = await linesOf(await newestFile(dir));
  expect(lines.slice(1).map((line) => line?.synced)).toEqual([1, 1, 3, 3, 5]);
});

it('every line has a salt of its own', async () => {
  await Promise.all(
    Array.from({ length: 300 }, (_, n) => store.commit([], () => ({ events: [event(`r${n}`)], result: undefined }))),
  );
  const text = await readFile(await newestFile(dir), 'utf8');
  const salts = text.match(/(?<="salt":")[\w-]{22}(?=")/g);
  expect(new Set(salts).size).toBe(301);
});
