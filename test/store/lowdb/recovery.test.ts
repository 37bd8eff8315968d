/** What a start makes of what a crash, a bad disk or a careless hand left behind. */
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/access/ports.ts';
import { encodeFront, sha256 } from '../../../src/store/chain.ts';
import type { StoreOpenError, StoreOptions } from '../../../src/store/lowdb/open.ts';
import { recover } from '../../../src/store/lowdb/recover.ts';
import { verifyJournal } from '../../../src/store/lowdb/verify.ts';
import { event, job, putOnce, putRequest, request } from '../records.ts';
import {
  crashImage,
  edit,
  endOf,
  flip,
  hands,
  journalFiles,
  lineAt,
  newestFile,
  openIn,
  temporaryFolder,
} from './hands.ts';

const folders: string[] = [];
const stores: Store[] = [];
let dir: string;

beforeEach(async () => {
  ({ dir } = await temporaryFolder());
  folders.push(dir);
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function opened(folder: string, more: Partial<StoreOptions> = {}): Promise<Awaited<ReturnType<typeof openIn>>> {
  const result = await openIn(folder, hands(), more);
  stores.push(result.store);
  return result;
}

async function refusal(folder: string): Promise<StoreOpenError> {
  return opened(folder).then(
    () => Promise.reject(new Error('the store opened')),
    (error: StoreOpenError) => error,
  );
}

const put = (store: Store, id: string): Promise<void> =>
  store.commit([`request:${id}`], () => ({ put: [putRequest(id)], events: [event(id)], result: undefined }));

/** A folder as a crash would leave it after these requests, one commit each; the store that wrote it goes on. */
async function crashed(ids: readonly string[], more: Partial<StoreOptions> = {}): Promise<string> {
  const { store } = await opened(dir, more);
  for (const id of ids) await put(store, id);
  return imageOf(dir);
}

async function imageOf(folder: string): Promise<string> {
  const image = await crashImage(folder);
  folders.push(image);
  return image;
}

const openIds = async (store: Store): Promise<string[]> => (await store.openRequests()).map(({ id }) => id).sort();
const filesOf = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

describe('a start after a crash', () => {
  it('replays the journal where there is no checkpoint', async () => {
    const image = await crashed(['a', 'b', 'c']);
    const { store, findings } = await opened(image);
    expect(await openIds(store)).toEqual(['a', 'b', 'c']);
    expect(findings).toEqual({ replayed: 4 });
    expect(await store.history('person:T1/U1', { limit: 10 })).toHaveLength(3);
  });

  it('replays only what follows the checkpoint, and tells history once', async () => {
    const held = hands();
    const { store } = await openIn(dir, held, { checkpointEvery: 2 });
    stores.push(store);
    await put(store, 'a');
    await held.says('checkpoint written');
    await put(store, 'b');
    const { store: again, findings } = await opened(await imageOf(dir));
    expect(findings).toEqual({ replayed: 1 });
    expect(await openIds(again)).toEqual(['a', 'b']);
    expect((await again.history('person:T1/U1', { limit: 10 })).map(({ seq }) => seq)).toEqual([3, 2]);
  });

  it('puts a torn end aside, wherever the tear is, and says so in the journal', async () => {
    const image = await crashed(['a', 'b', 'c']);
    const path = await newestFile(image);
    const whole = await readFile(path);
    const last = lineAt(whole, 3);
    const cuts = [last + 1, last + 63, last + 66, last + 300, endOf(whole) - 1];
    // Before there was room behind it, or in the midst of the room.
    for (const [cut, room] of cuts.flatMap((each) => [[each, 0] as const, [each, 600_000] as const])) {
      const torn = await imageOf(image);
      await writeFile(await newestFile(torn), Buffer.concat([whole.subarray(0, cut), Buffer.alloc(room, ' ')]));
      const { store, findings } = await opened(torn);
      expect(findings.torn).toMatchObject({ offset: last, bytes: cut - last });
      expect(await openIds(store)).toEqual(['a', 'b']);
      expect(await readFile(join(torn, findings.torn?.file ?? ''))).toEqual(whole.subarray(last, cut));
      expect(await readFile(await newestFile(torn), 'utf8')).toContain(`"journal.torn","actor"`);
      expect(await store.verify()).toBeUndefined();
      await put(store, 'd');
      await store.close();
      expect(await openIds((await opened(torn)).store)).toEqual(['a', 'b', 'd']);
    }
  });

  it('is judged alike beside a bot that writes on: what comes while it is read is no fault', async () => {
    const { store } = await opened(dir);
    for (const id of ['a', 'b', 'c']) await put(store, id);
    const probe = await open(join(dir, 'probe'), 'w');
    const prototype = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const whole = Object.getOwnPropertyDescriptor(prototype, 'read');
    let reads = 0;
    Object.defineProperty(prototype, 'read', {
      ...whole,
      async value(this: FileHandle, ...given: unknown[]): Promise<unknown> {
        reads++;
        if (reads < 20) await put(store, `during${reads}`);
        return (await Reflect.apply(whole?.value as (...args: unknown[]) => unknown, this, given)) as unknown;
      },
    });
    try {
      const { verdict } = await recover(dir, undefined, []);
      expect(reads).toBeGreaterThan(2);
      expect(verdict).toMatchObject({ kind: 'whole', torn: 0 });
    } finally {
      Object.defineProperty(prototype, 'read', whole ?? {});
    }
  });

  it('finds the room behind the last line, and goes on in it', async () => {
    const image = await crashed(['a', 'b']);
    const path = await newestFile(image);
    const { size } = await stat(path);
    const { store, findings } = await opened(image);
    expect(findings).toEqual({ replayed: 3 });
    await put(store, 'c');
    expect((await stat(path)).size).toBe(size);
    expect(await store.verify()).toBeUndefined();
    expect(await verifyJournal(image)).toMatchObject({ ok: true, lines: 4 });
    await store.close();
    const bytes = await readFile(path);
    expect(bytes).toHaveLength(endOf(bytes));
  });

  it('takes a large batch for torn, too, when nothing of it came, and nothing of its room', async () => {
    const image = await crashed(['a', 'b']);
    const path = await newestFile(image);
    const bytes = await readFile(path);
    const lost = 1024 * 1024 + 512 * 1024;
    await writeFile(path, Buffer.concat([bytes.subarray(0, endOf(bytes)), Buffer.alloc(lost)]));
    const { store, findings } = await opened(image);
    expect(findings).toMatchObject({ torn: { bytes: lost } });
    expect(await openIds(store)).toEqual(['a', 'b']);
  });

  it('takes the rest of an interrupted batch for torn as well', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await Promise.all(['b', 'c', 'd'].map((id) => put(store, id)));
    const image = await imageOf(dir);
    // The second line of the batch never reached the disk, the third did.
    await edit(await newestFile(image), (bytes) => bytes.fill(0, lineAt(bytes, 3), lineAt(bytes, 4)));
    const { store: again, findings } = await opened(image);
    expect(findings.torn?.bytes).toBeGreaterThan(0);
    expect(await openIds(again)).toEqual(['a', 'b']);
  });

  it('never meets more of one batch than it takes for torn', async () => {
    const { store } = await opened(dir);
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        store.commit([`once:${at}`], () => ({ put: [putOnce(`${at}`, 1, 'x'.repeat(300_000))], result: undefined })),
      ),
    );
    /** Bytes by the line that was durable when they were written: the bytes of one batch. */
    const batches = new Map<number, number>();
    for (const line of (await readFile(await newestFile(dir), 'utf8')).split('\n').slice(1, -1)) {
      const { synced } = JSON.parse(line.split('\t')[1] ?? '') as { synced: number };
      batches.set(synced, (batches.get(synced) ?? 0) + line.length + 1);
    }
    expect(batches.size).toBeGreaterThan(1);
    expect(Math.max(...batches.values())).toBeLessThanOrEqual(1024 * 1024);
  });

  it('clears away what was being written', async () => {
    const image = await crashed(['a']);
    const leftovers = ['state.json.unfinished', 'journal/0000000000000009-2026-11.log.unfinished'];
    for (const name of leftovers) await writeFile(join(image, name), '{"half":');
    const { store } = await opened(image);
    expect(await openIds(store)).toEqual(['a']);
    expect(await filesOf(image)).not.toContain(leftovers[0]);
    expect(await filesOf(join(image, 'journal'))).toHaveLength(1);
  });
});

describe('a checkpoint', () => {
  it('that cannot be read is put aside, and live state is rebuilt', async () => {
    for (const text of ['', '{"version":1,', '{"version":1}', 'null', '[]', '\0\0\0\0']) {
      const image = await crashed(['a', 'b']);
      await writeFile(join(image, 'state.json'), text);
      const { store, findings } = await opened(image);
      expect(findings.rebuilt?.why).toBe('it cannot be read');
      expect(await readFile(join(image, findings.rebuilt?.file ?? ''), 'utf8')).toBe(text);
      expect(await openIds(store)).toEqual(['a', 'b']);
      await stores.pop()?.close();
      await stores.pop()?.close();
      await rm(dir, { recursive: true });
    }
  });

  it('whose line is not in the journal is put aside, and live state is rebuilt', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await put(store, 'b');
    await store.close();
    for (const change of [{ hash: 'e'.repeat(64) }, { line: 1 }, { segment: '0000000000000077-2026-11' }, { seq: 2 }]) {
      const image = await imageOf(dir);
      const path = join(image, 'state.json');
      const document = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...document, ...change, records: [] }));
      const { store: again, findings } = await opened(image);
      expect(findings.rebuilt?.why).toMatch(/not in the journal/);
      expect(await openIds(again)).toEqual(['a', 'b']);
    }
  });

  it('ahead of the journal means lost lines: the start is refused and nothing is touched', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await put(store, 'b');
    await store.close();
    const path = await newestFile(dir);
    const bytes = await readFile(path);
    await truncate(path, lineAt(bytes, 2));
    const before = await filesOf(dir);
    const error = await refusal(dir);
    expect(error).toMatchObject({ code: 'lost_lines', data: { last: 2, named: 3 } });
    expect(error.message).toMatch(/restore/);
    expect(await filesOf(dir)).toEqual(before);
    await writeFile(path, bytes);
    expect(await openIds((await opened(dir)).store)).toEqual(['a', 'b']);
  });

  it('without any journal means lost lines', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await store.close();
    await rm(await newestFile(dir));
    expect(await refusal(dir)).toMatchObject({ code: 'lost_lines' });
  });

  it('of a later version stops the start', async () => {
    const image = await crashed(['a']);
    await writeFile(
      join(image, 'state.json'),
      JSON.stringify({
        version: 2,
        seq: 1,
        hash: 'e'.repeat(64),
        at: 1,
        segment: 'x',
        line: 0,
        offset: 1,
        terms: 0,
        records: [],
        jobs: [],
      }),
    );
    expect(await refusal(image)).toMatchObject({ code: 'newer_format' });
  });
});

describe('a kept head', () => {
  it('that names a line which is gone stops the start', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await put(store, 'b');
    await store.keepHead(await store.head());
    const image = await imageOf(dir);
    const path = await newestFile(image);
    await edit(path, (bytes) => bytes.subarray(0, lineAt(bytes, 2)));
    expect(await refusal(image)).toMatchObject({ code: 'lost_lines', data: { named: 3 } });
  });

  it('that names a torn line makes it damage', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await put(store, 'b');
    await store.keepHead(await store.head());
    const image = await imageOf(dir);
    const path = await newestFile(image);
    await edit(path, (bytes) => bytes.subarray(0, lineAt(bytes, 2) + 100));
    const { store: again, findings } = await opened(image);
    expect(findings.torn).toBeUndefined();
    expect(findings.safeMode).toBeDefined();
    expect(await openIds(again)).toEqual(['a']);
    // A number that was published is never given out again.
    expect((await again.head()).seq).toBe(4);
  });
});

describe('damage', () => {
  /** Lines 2 to 7: a, b, c, d, e, f; what follows a line proves that it was durable. */
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];

  it('near the end is not taken for a torn end when a later line proves that it was durable', async () => {
    const image = await crashed(ids);
    await edit(await newestFile(image), (bytes) => flip(lineAt(bytes, 4) + 100)(bytes));
    const { findings } = await opened(image);
    expect(findings.torn).toBeUndefined();
    expect(findings.damaged).toHaveLength(1);
    expect(findings.safeMode).toMatch(/damaged/);
  });

  it('costs the damaged line only: what follows is kept, its jobs too', async () => {
    const { store } = await opened(dir);
    await put(store, 'a');
    await put(store, 'b');
    await store.commit(['request:c'], () => ({
      put: [putRequest('c')],
      jobs: [{ schedule: job('end:c', 5) }],
      result: undefined,
    }));
    await put(store, 'd');
    const image = await imageOf(dir);
    const path = await newestFile(image);
    const from = lineAt(await readFile(path), 2);
    const to = lineAt(await readFile(path), 3);
    for (const at of [from + 10, from + 100, to - 20]) {
      const damaged = await imageOf(image);
      await edit(await newestFile(damaged), flip(at));
      const { store: again, findings } = await opened(damaged);
      expect(findings.damaged?.[0]).toMatchObject({ from });
      expect(await openIds(again)).toEqual(['a', 'c', 'd']);
      expect((await again.dueJobs(10, 10)).map(({ key }) => key)).toEqual(['end:c']);
      expect(await again.verify()).toBeUndefined();
    }
  });

  it('leads into safe mode in a new segment that names it, and stays until somebody takes the file away', async () => {
    const image = await crashed(ids);
    const damagedFile = await newestFile(image);
    await edit(damagedFile, (bytes) => flip(lineAt(bytes, 3) + 200)(bytes));
    const { store, findings } = await opened(image);
    expect(store.health()).toMatchObject({ writable: true, safeMode: true });
    const [first] = (await readFile(await newestFile(image), 'utf8')).split('\n');
    const middle = JSON.parse(first?.split('\t')[1] ?? '') as { snapshot: object; events: object[] };
    expect(middle.snapshot).toMatchObject({ previous: { seq: 7 }, damage: findings.damaged });
    expect(middle.events).toMatchObject([{ type: 'journal.damaged', ...findings.damaged?.[0] }]);
    await put(store, 'g');
    await store.close();

    const second = await opened(image);
    expect(second.findings.damaged).toBeUndefined();
    expect(second.store.health().safeMode).toBe(true);
    expect(await openIds(second.store)).toEqual(['a', 'b', 'd', 'e', 'f', 'g']);
    const verified = await verifyJournal(image);
    expect(verified).toMatchObject({ ok: true, damage: findings.damaged });
    await second.store.close();

    await rm(join(image, 'SAFE_MODE'));
    const third = await opened(image);
    expect(third.store.health()).toMatchObject({ safeMode: false, writable: true });
  });

  it('before the checkpoint does not keep the bot from starting; verification finds it', async () => {
    const { store } = await opened(dir);
    for (const id of ids) await put(store, id);
    await store.close();
    await edit(await newestFile(dir), (bytes) => flip(lineAt(bytes, 2) + 100)(bytes));
    const { store: again, findings } = await opened(dir);
    expect(findings).toEqual({ replayed: 0 });
    expect(await openIds(again)).toEqual(ids);
    expect(await again.verify()).toMatchObject({ seq: 3 });
  });

  it('behind a checkpoint that is ahead of all valid lines starts from the checkpoint', async () => {
    const { store } = await opened(dir);
    for (const id of ids) await put(store, id);
    await store.close();
    // Everything from line 3 on is gone, and rubbish is there instead.
    await edit(await newestFile(dir), (bytes) => bytes.fill('#', lineAt(bytes, 2)));
    const { store: again, findings } = await opened(dir);
    expect(findings.safeMode).toBeDefined();
    expect(await openIds(again)).toEqual(ids);
    expect((await again.head()).seq).toBe(8);
    expect(await again.verify()).toBeUndefined();
  });

  it('of the newest snapshot is met with the segment before it', async () => {
    const image = await crashed(ids, { segmentBytes: 1500 });
    const files = await journalFiles(image);
    expect(files.length).toBeGreaterThan(2);
    await rm(join(image, 'state.json'), { force: true });
    await edit(await newestFile(image), flip(30));
    const { store, findings } = await opened(image);
    expect(findings.damaged).toHaveLength(1);
    expect(await openIds(store)).toEqual(ids);
    expect(await store.verify()).toBeUndefined();
  });

  it('of everything refuses the start', async () => {
    const image = await crashed(['a']);
    await writeFile(await newestFile(image), 'x'.repeat(5000));
    expect(await refusal(image)).toMatchObject({ code: 'lost_lines' });
  });

  it('that is longer than any torn end could be is damage', async () => {
    const image = await crashed(['a']);
    await edit(await newestFile(image), (bytes) => Buffer.concat([bytes, Buffer.alloc(3 * 1024 * 1024, 'z')]));
    const { store, findings } = await opened(image);
    expect(findings.torn).toBeUndefined();
    expect(findings.safeMode).toBeDefined();
    expect(await openIds(store)).toEqual(['a']);
  });

  it('is not what a later version wrote: that stops the start', async () => {
    const image = await crashed(['a']);
    const path = await newestFile(image);
    const hash = (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1)?.slice(0, 64) ?? '';
    const { front } = encodeFront(hash, { seq: 3, at: 1, events: [] }, sha256('{}'));
    const middle = (front.split('\t')[1] ?? '').replace('"v":1', '"v":2');
    await edit(path, (bytes) =>
      Buffer.concat([bytes, Buffer.from(`${sha256(`${hash}\t${middle}`)}\t${middle}\t{}\n`)]),
    );
    expect(await refusal(image)).toMatchObject({ code: 'newer_format' });
  });
});

describe('an index that somebody takes away from a running bot', () => {
  it('is missed by no question, and is there again after the next start', async () => {
    const held = hands();
    const { store } = await openIn(dir, held, { segmentBytes: 20_000, checkpointEvery: 5 });
    stores.push(store);
    const seen = async (from: Store): Promise<number> => (await from.history('person:T1/U1', { limit: 90 })).length;
    for (let n = 0; n < 5; n++) await put(store, `a${n}`);
    await held.says('checkpoint written');
    const index = join(dir, 'index');
    expect(await filesOf(index)).toHaveLength(1);
    await rm(index, { recursive: true });
    await mkdir(index);
    await put(store, 'b');
    expect(await seen(store)).toBe(6);
    expect(await filesOf(index)).toEqual([]);
    let last = 6;
    for (let n = 0; (await journalFiles(dir)).length < 2; n++, last++) await put(store, `c${n}`);
    expect(await seen(store)).toBe(last);
    await store.close();
    expect(await seen((await opened(dir)).store)).toBe(last);
  });
});

describe('an index that cannot be written', () => {
  it('keeps no history from being told: it is read out of the journal', async () => {
    const { store } = await opened(dir, { segmentBytes: 4000 });
    await put(store, 'a');
    const [first = ''] = await filesOf(join(dir, 'journal'));
    // Where the sealed index would be made stands something else.
    await mkdir(join(dir, 'index', `${first.replace(/\.log$/, '')}.sorted.unfinished`), { recursive: true });
    let last = 1;
    for (let n = 0; (await journalFiles(dir)).length < 2; n++, last++) await put(store, `b${n}`);
    expect(await store.history('person:T1/U1', { limit: 90 })).toHaveLength(last);
    expect((await filesOf(join(dir, 'index'))).filter((name) => name.endsWith('.sorted'))).toEqual([]);
  });
});

describe('segments', () => {
  it('follow one another by size, and the newest alone holds all of live state', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `r${at}`).sort();
    const image = await crashed(ids, { segmentBytes: 4000 });
    const files = await journalFiles(image);
    expect(files.length).toBeGreaterThan(1);
    // No room is left in those that are full.
    for (const path of files.slice(0, -1)) {
      const bytes = await readFile(path);
      expect(bytes).toHaveLength(endOf(bytes));
    }
    for (const path of files.slice(0, -1)) await rm(path);
    await rm(join(image, 'state.json'), { force: true });
    const { store } = await opened(image);
    expect(await openIds(store)).toEqual(ids);
    expect(await store.verify()).toBeUndefined();
    const verified = await verifyJournal(image);
    expect(verified.ok && verified.first).toBeGreaterThan(1);
  });

  it('follow one another by month', async () => {
    const held = hands(Date.UTC(2026, 10, 30, 23, 59));
    const { store } = await openIn(dir, held);
    stores.push(store);
    await put(store, 'a');
    held.now = Date.UTC(2026, 11, 1);
    await put(store, 'b');
    const names = await filesOf(join(dir, 'journal'));
    expect(names.map((name) => name.slice(17))).toEqual(['2026-11.log', '2026-12.log']);
    expect(await store.history('person:T1/U1', { limit: 9 })).toHaveLength(2);
    expect(await store.verify()).toBeUndefined();
  });

  it('carry closed requests and history on from one to the next', async () => {
    const { store } = await opened(dir, { segmentBytes: 3000 });
    for (let at = 0; at < 30; at++) {
      await store.commit([`request:r${at}`], () => ({
        put: [putRequest(`r${at}`)],
        remove: [`request:r${at}`],
        events: [event(`r${at}`)],
        result: undefined,
      }));
    }
    const check = async (from: Store): Promise<void> => {
      for (const at of [0, 13, 29]) expect(await from.closedRequest(`r${at}`)).toEqual(request(`r${at}`));
      const seqs = (await from.history('person:T1/U1', { limit: 100 })).map(({ seq }) => seq);
      expect(seqs).toHaveLength(30);
      expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
      const page = await from.history('person:T1/U1', { limit: 3, before: seqs[10] ?? 0 });
      expect(page.map(({ seq }) => seq)).toEqual(seqs.slice(11, 14));
    };
    await check(store);
    await store.close();
    await check((await opened(dir)).store);
  });

  it('do not need their index: it is made anew', async () => {
    const image = await crashed(['a', 'b', 'c', 'd', 'e'], { segmentBytes: 2500, checkpointEvery: 1 });
    const { store } = await opened(image);
    const before = await store.history('person:T1/U1', { limit: 10 });
    expect(before).toHaveLength(5);
    await store.close();
    for (const spoil of [
      () => rm(join(image, 'index'), { recursive: true }),
      async () => {
        for (const name of await filesOf(join(image, 'index'))) {
          if (name.endsWith('.open')) await truncate(join(image, 'index', name), 7);
        }
      },
      async () => {
        for (const name of await filesOf(join(image, 'index'))) {
          if (name.endsWith('.open')) await edit(join(image, 'index', name), (bytes) => Buffer.concat([bytes, bytes]));
        }
      },
    ]) {
      await spoil();
      const { store: again } = await opened(image);
      expect(await again.history('person:T1/U1', { limit: 10 })).toEqual(before);
      await again.close();
    }
  });

  it('leave a hole in history where one was archived, and nothing else', async () => {
    const { store } = await opened(dir, { segmentBytes: 2500 });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await put(store, id);
    const [oldest] = await journalFiles(dir);
    await rm(oldest ?? '');
    const kept = await store.history('person:T1/U1', { limit: 10 });
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(6);
    expect(await store.verify()).toBeUndefined();
  });
});

it('an erased private part leaves the public history', async () => {
  const { store } = await opened(dir, { segmentBytes: 1500 });
  await put(store, 'a');
  for (let at = 0; at < 3; at++) {
    await store.commit([`once:${at}`], () => ({ put: [putOnce(`${at}`, 1, 'x'.repeat(900))], result: undefined }));
  }
  const [oldest] = await journalFiles(dir);
  await edit(oldest ?? '', (bytes) => {
    const line = lineAt(bytes, 1);
    const from = bytes.indexOf(9, line + 65) + 1;
    bytes.fill(' ', from, bytes.indexOf(10, from));
    bytes[from] = 0x2d;
    return bytes;
  });
  const { note: _note, ...open } = event('a');
  expect((await store.history('request:a', { limit: 1 }))[0]?.events).toEqual([open]);
  expect(await store.verify()).toBeUndefined();
  expect(await verifyJournal(dir)).toMatchObject({ ok: true, erased: 1 });
});
