/** The index of the journal by itself: where a term is spoken of, at moments the store does not stop at. */
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GENESIS } from '../../../src/store/chain.ts';
import { openHistory } from '../../../src/store/lowdb/history.ts';
import { bear, journalFolder } from '../../../src/store/lowdb/segment.ts';
import { createState } from '../../../src/store/lowdb/state.ts';
import { createEntries } from '../../../src/store/lowdb/terms.ts';
import { temporaryFolder } from './hands.ts';

/** Lets no file handle write. */
async function failingWrites(dir: string, run: () => Promise<void>): Promise<void> {
  const probe = await open(join(dir, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const whole = Object.getOwnPropertyDescriptor(prototype, 'write');
  const value = () => Promise.reject(Object.assign(new Error('ENOSPC: as asked'), { code: 'ENOSPC' }));
  Object.defineProperty(prototype, 'write', { ...whole, value });
  try {
    await run();
  } finally {
    Object.defineProperty(prototype, 'write', whole ?? {});
  }
}

it('is asked while a segment is being born: that one is left alone, and what is not written yet is found', async () => {
  const { dir, remove } = await temporaryFolder();
  onTestFinished(remove);
  await mkdir(journalFolder(dir), { recursive: true });
  const state = createState().copy();
  const birth = { at: 1, events: [], damage: [], salt: 's', state };
  const { segment, head } = await bear(dir, { ...birth, seq: 1, previous: { seq: 0, hash: GENESIS } });
  const entries = createEntries(segment);
  const history = await openHistory(dir, segment, { terms: 0, offset: 0 }, entries, console);
  const seqsOf = async (term: string): Promise<number[]> => {
    const seqs: number[] = [];
    for await (const { seq } of history.find(term)) seqs.push(seq);
    return seqs;
  };
  const add = (seq: number): void => entries.add(['person:T1/U1'], { seq, offset: seq * 100, length: 100 });

  add(2);
  await history.sync();
  add(3);
  // What could not be written is neither forgotten nor in the way of what comes.
  await failingWrites(dir, () => expect(history.sync()).rejects.toMatchObject({ code: 'ENOSPC' }));
  const { segment: next } = await bear(dir, { ...birth, seq: 4, previous: { seq: 3, hash: head.hash } });
  expect(await seqsOf('person:T1/U1')).toEqual([3, 2]);
  expect(await readdir(join(dir, 'index'))).toEqual([`${segment.name}.open`]);

  await history.sync();
  history.turn(next);
  history.entries().add(['person:T1/U1'], { seq: 5, offset: 0, length: 100 });
  expect(await seqsOf('person:T1/U1')).toEqual([5, 3, 2]);
  await history.close();
});
