/**
 * `state.json`: live state as of one line of the journal, so that a start need not replay more. Kept by lowdb.
 * Refuses to be the truth: whatever it says is checked against the journal.
 */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Adapter, Low } from 'lowdb';
import { z } from 'zod';
import type { SnapshotBody } from '../chain.ts';
import { syncFolder, writeDurably } from './durable.ts';
import { errnoOf, StoreOpenError } from './errors.ts';
import { jsonSlices } from './slices.ts';

const FORMAT = 1;
const count = z.number().int().nonnegative();
const Front = z.object({
  version: count,
  seq: count,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Time of the line, ms. */
  at: count,
  segment: z.string(),
  /** Where the line begins and ends. */
  line: count,
  offset: count,
  /** Bytes of the segment's index that are durable and end with this line. */
  terms: count,
});
const Document = Front.extend({ records: z.array(z.unknown()), jobs: z.array(z.unknown()) });

export interface Checkpoint extends z.infer<typeof Front>, Omit<SnapshotBody, 'salt'> {}

export interface Checkpoints {
  /** `undefined`: there is none. @throws SyntaxError, or a zod error, when it is not one; StoreOpenError when it is newer */
  load(): Promise<Checkpoint | undefined>;
  /** Durable when it resolves; the earlier one stays until then. */
  save(checkpoint: Omit<Checkpoint, 'version'>): Promise<void>;
  /** Puts one that cannot be used out of the way; returns where it went. */
  setAside(stamp: string): Promise<string>;
}

const FILE = 'state.json';

/** lowdb's JSON file as we need it: plain JSON, written in slices, fsynced before it replaces the old one. */
const jsonFile = (path: string): Adapter<Checkpoint | null> => ({
  async read() {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
    const document = Document.parse(JSON.parse(text));
    if (document.version > FORMAT) {
      throw new StoreOpenError('newer_format', `${path} was written by a later version of Rolecall: start that one`);
    }
    return document as Checkpoint;
  },
  async write(checkpoint) {
    if (checkpoint === null) return;
    const { records, jobs, ...front } = checkpoint;
    await writeDurably(path, jsonSlices(front, { records, jobs }));
  },
});

export function openCheckpoints(dir: string): Checkpoints {
  const path = join(dir, FILE);
  const low = new Low<Checkpoint | null>(jsonFile(path), null);
  return {
    async load() {
      await low.read();
      const { data } = low;
      low.data = null;
      return data ?? undefined;
    },
    async save(checkpoint) {
      low.data = { ...checkpoint, version: FORMAT };
      try {
        await low.write();
      } finally {
        low.data = null; // the state itself is the copy in memory
      }
    },
    async setAside(stamp) {
      const aside = `${FILE}.unusable-${stamp}`;
      await rename(path, join(dir, aside));
      await syncFolder(dir);
      return aside;
    },
  };
}
