/** Verification finds every change to the journal, and nothing where there is none. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Head, Store } from '../../../src/access/ports.ts';
import { chainHash, sha256 } from '../../../src/store/chain.ts';
import { verifyJournal } from '../../../src/store/lowdb/verify.ts';
import { event, putOnce } from '../records.ts';
import { edit, flip, hands, journalFiles, lineAt, newestFile, openIn, temporaryFolder } from './hands.ts';

let dir: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ dir, remove } = await temporaryFolder());
});
afterEach(() => remove());

const say = (store: Store, n: number): Promise<void> =>
  store.commit([`once:${n}`], () => ({ put: [putOnce(`${n}`, n)], events: [event(`r${n}`)], result: undefined }));

/** A closed store of so many commits; its head. */
async function written(commits: number, segmentBytes = 1_000_000): Promise<Head> {
  const { store } = await openIn(dir, hands(), { segmentBytes });
  for (let n = 0; n < commits; n++) await say(store, n);
  const head = await store.head();
  await store.close();
  return head;
}

/** Writes the lines of the only segment anew. */
async function relined(change: (lines: string[]) => string[]): Promise<void> {
  const path = await newestFile(dir);
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(path, `${change(lines).join('\n')}\n`);
}

const at = (lines: readonly string[], n: number): string => lines[n] ?? '';

describe('verification', () => {
  it('says how far the journal reaches', async () => {
    const head = await written(5);
    expect(await verifyJournal(dir)).toEqual({
      ok: true,
      head,
      first: 1,
      lines: 6,
      segments: 1,
      erased: 0,
      damage: [],
    });
    expect(await verifyJournal(dir, { head })).toMatchObject({ ok: true });
  });

  it('finds a flipped bit wherever it is, and says where', async () => {
    const { store } = await openIn(dir);
    await say(store, 0);
    await store.commit(['once:0'], () => ({ remove: ['once:0'], result: undefined }));
    const head = await store.head();
    await store.close();
    const path = await newestFile(dir);
    const bytes = await readFile(path);
    const starts = [0, 1, 2].map((n) => lineAt(bytes, n));
    const separators = [...bytes.keys()].filter((n) => bytes[n] === 9 || bytes[n] === 10);
    const every = Array.from({ length: Math.ceil(bytes.length / 5) }, (_, n) => n * 5);
    for (const n of [...separators, ...every]) {
      await writeFile(path, flip(n)(Buffer.from(bytes)));
      const result = await verifyJournal(dir, { head });
      expect(result.ok, `byte ${n}`).toBe(false);
      if (result.ok || result.fault.kind === 'head_ahead') continue;
      expect(result.fault.offset).toBe(starts.findLast((start) => start <= n));
    }
  });

  it('finds lines taken out, put in, repeated and exchanged', async () => {
    await written(5);
    const whole = await readFile(await newestFile(dir));
    const changes: ((lines: string[]) => string[])[] = [
      (lines) => lines.toSpliced(2, 1),
      (lines) => lines.toSpliced(0, 1),
      (lines) => lines.toSpliced(3, 0, at(lines, 3)),
      (lines) => lines.toSpliced(3, 0, ''),
      (lines) => lines.toSpliced(2, 2, at(lines, 3), at(lines, 2)),
      (lines) => lines.toSpliced(3, 0, at(lines, 0)),
    ];
    for (const change of changes) {
      await writeFile(await newestFile(dir), whole);
      await relined(change);
      expect(await verifyJournal(dir)).toMatchObject({ ok: false });
    }
  });

  it('finds an edit whose hashes were all made anew, for whoever holds an earlier head', async () => {
    const { store } = await openIn(dir);
    for (let n = 0; n < 4; n++) await say(store, n);
    const held = await store.head();
    await say(store, 4);
    await store.close();
    await relined((lines) => {
      let previous = at(lines, 0).slice(0, 64);
      return lines.map((line, n) => {
        if (n === 0) return line;
        const [, middle = '', body = ''] = line.split('\t');
        const forgedBody = body.replace('INC-7', 'INC-8');
        const forged = middle.replace(/"private":"[0-9a-f]+"/, `"private":"${sha256(forgedBody)}"`);
        previous = chainHash(previous, forged);
        return `${previous}\t${forged}\t${forgedBody}`;
      });
    });
    expect(await verifyJournal(dir)).toMatchObject({ ok: true });
    expect(await verifyJournal(dir, { head: held })).toMatchObject({
      ok: false,
      fault: { kind: 'head', head: held, seq: held.seq, offset: expect.any(Number) },
    });
  });

  it('finds a missing number even where the hashes were made anew around it', async () => {
    await written(4);
    await relined((lines) => {
      const kept = lines.toSpliced(2, 1);
      let previous = at(kept, 1).slice(0, 64);
      return kept.map((line, n) => {
        if (n < 2) return line;
        const [, middle = '', body = ''] = line.split('\t');
        previous = chainHash(previous, middle);
        return `${previous}\t${middle}\t${body}`;
      });
    });
    expect(await verifyJournal(dir)).toMatchObject({ ok: false, fault: { kind: 'sequence', seq: 3 } });
  });

  it('finds a segment that was taken out of the middle, and one that was exchanged', async () => {
    await written(20, 1500);
    const files = await journalFiles(dir);
    const [, second = '', third = ''] = files;
    const bytes = await readFile(second);
    await rm(second);
    expect(await verifyJournal(dir)).toMatchObject({ ok: false, fault: { kind: 'snapshot' } });
    await writeFile(second, await readFile(third));
    expect(await verifyJournal(dir)).toMatchObject({ ok: false });
    await writeFile(second, bytes);
    expect(await verifyJournal(dir)).toMatchObject({ ok: true, segments: files.length });
    await rm(files[0] ?? '');
    expect(await verifyJournal(dir)).toMatchObject({ ok: true, segments: files.length - 1 });
  });

  it('cannot confirm a head of the future, nor one of an archived segment', async () => {
    const head = await written(20, 1500);
    const later = { seq: head.seq + 1, hash: head.hash };
    // There is no such line: no segment and no place in it may be named.
    expect(await verifyJournal(dir, { head: later })).toEqual({
      ok: false,
      fault: { kind: 'head_ahead', head: later, seq: later.seq, detail: `the journal ends with line ${head.seq}` },
    });
    const [oldest = ''] = await journalFiles(dir);
    await rm(oldest);
    const early = { seq: 2, hash: head.hash };
    expect(await verifyJournal(dir, { head: early })).toMatchObject({ ok: false, fault: { kind: 'head_archived' } });
  });

  it('holds every kept head against the journal', async () => {
    const { store } = await openIn(dir);
    for (let n = 0; n < 3; n++) {
      await say(store, n);
      await store.keepHead(await store.head());
    }
    await store.close();
    await relined((lines) => {
      const [, middle = ''] = at(lines, 3).split('\t');
      const body = '{"salt":"new"}';
      const forged = middle.replace(/"private":"[0-9a-f]+"/, `"private":"${sha256(body)}"`);
      return lines.slice(0, 3).concat(`${chainHash(at(lines, 2).slice(0, 64), forged)}\t${forged}\t${body}`);
    });
    expect(await verifyJournal(dir)).toMatchObject({ ok: false, fault: { kind: 'head', seq: 4 } });
  });

  it('works beside a bot that writes', async () => {
    const { store } = await openIn(dir, hands(), { segmentBytes: 20_000 });
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n++) await Promise.all([say(store, n), say(store, n + 1), say(store, n + 2)]);
    })();
    try {
      for (let lines = 0; lines < 200; ) {
        const result = await verifyJournal(dir);
        expect(result).toMatchObject({ ok: true });
        expect(await store.verify()).toBeUndefined();
        if (result.ok) ({ lines } = result);
      }
    } finally {
      writing = false;
      await writer;
      await store.close();
    }
  });

  it('stops where it is told that the durable part ends', async () => {
    await written(3);
    const path = await newestFile(dir);
    const whole = await readFile(path);
    await edit(path, (bytes) => Buffer.concat([bytes, Buffer.from('what is being written right now\n')]));
    const segment = path.slice(path.lastIndexOf('/') + 1, -4);
    expect(await verifyJournal(dir, { until: () => ({ segment, offset: whole.length }) })).toMatchObject({ ok: true });
    expect(await verifyJournal(dir)).toMatchObject({ ok: false, fault: { offset: whole.length } });
  });

  it('leaves an unfinished last line to the one who writes it', async () => {
    const head = await written(3);
    await edit(await newestFile(dir), (bytes) => Buffer.concat([bytes, bytes.subarray(lineAt(bytes, 3), -40)]));
    expect(await verifyJournal(dir)).toMatchObject({ ok: true, head });
  });

  it('says that there is nothing where there is nothing', async () => {
    expect(await verifyJournal(join(dir, 'nowhere'))).toEqual({
      ok: false,
      fault: { kind: 'empty', seq: 1, detail: 'there is no journal' },
    });
  });

  it('says that a journal is lost where a head was kept of it', async () => {
    const { store } = await openIn(dir);
    const head = await store.head();
    await store.keepHead(head);
    await store.close();
    await rm(join(dir, 'journal'), { recursive: true });
    expect(await verifyJournal(dir, { head: { ...head, seq: head.seq + 1 } })).toEqual({
      ok: false,
      fault: { kind: 'head_ahead', head, seq: head.seq, detail: 'there is no journal' },
    });
  });
});
