/**
 * Acts on what recovery found: a first segment, a torn end put aside, or safe mode in a new segment. What is left is a
 * journal that is whole. Refuses to judge.
 */
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '../../access/audit.ts';
import { type Damage, GENESIS, splitNotes } from '../chain.ts';
import { type Checkpoint, type Checkpoints, openCheckpoints } from './checkpoint.ts';
import { UNFINISHED, writeDurably } from './durable.ts';
import { errnoOf, StoreOpenError } from './errors.ts';
import { keptHeads } from './heads.ts';
import type { Covered } from './history.ts';
import { recover } from './recover.ts';
import type { Standing, Walk } from './replay.ts';
import { type Birth, bear, journalFolder, readAt, type Segment } from './segment.ts';
import { createState } from './state.ts';
import { createEntries, type Entries } from './terms.ts';

/** What the start met on the disk. All of it is recorded in the journal by the time the store is open. */
export interface Findings {
  /** The end of a write that a crash cut short: nobody was told that it was done. `file`: where the bytes went. */
  readonly torn?: { readonly segment: string; readonly offset: number; readonly bytes: number; readonly file: string };
  readonly damaged?: readonly Damage[];
  /** The checkpoint was of no use: live state was rebuilt from the journal. `file`: where the checkpoint went. */
  readonly rebuilt?: { readonly why: string; readonly file: string };
  /** Why nothing may be granted, now or since an earlier start. */
  readonly safeMode?: string;
  /** Lines that were replayed. */
  readonly replayed: number;
}

/** A journal that is whole, and live state as of its last line. */
export interface Started extends Standing {
  readonly segment: Segment;
  /** Where the last line begins and ends; the end of the segment. */
  readonly line: number;
  readonly offset: number;
  readonly covered: Covered;
  readonly entries: Entries;
  readonly checkpoints: Checkpoints;
  readonly findings: Findings;
}

/** A file of this name in the data folder keeps the store in safe mode. */
export const SAFE_MODE = 'SAFE_MODE';

/** @param now business time, ms @throws StoreOpenError, or the system's error */
export async function start(dir: string, now: number, salt: string): Promise<Started> {
  for (const folder of [dir, journalFolder(dir)]) await removeUnfinished(folder);
  const stamp = new Date(now).toISOString().replaceAll(':', '-');
  const checkpoints = openCheckpoints(dir);
  const { saved, unreadable } = await load(checkpoints);
  const { verdict, unusable } = await recover(dir, saved, await keptHeads(dir));
  const why = unreadable ?? unusable;
  const rebuilt = why === undefined ? {} : { rebuilt: { why, file: await checkpoints.setAside(stamp) } };

  switch (verdict.kind) {
    case 'fresh': {
      const standing: Standing = { state: createState(), head: { seq: 0, hash: GENESIS }, at: now };
      return begin(standing, { seq: 1, events: [], damage: [] }, rebuilt);
    }
    case 'whole': {
      const { walk, torn } = verdict;
      const aside = torn === 0 ? {} : { torn: await putTornAside(walk, torn) };
      const findings = { ...rebuilt, ...aside, ...(await safeMode()), replayed: walk.replayed };
      return { ...walk.last, ...walk, checkpoints, findings };
    }
    case 'damaged': {
      const { standing, damage, next } = verdict;
      const text = damage.map(({ segment, from, to }) => `journal/${segment}.log, bytes ${from} to ${to}`).join('; ');
      await writeDurably(join(dir, SAFE_MODE), [
        `${stamp}: the journal is damaged (${text}).\nRolecall takes access away but grants nothing while this file is here. ` +
          'Compare the groups of each app with the ledger (rolecall doctor), then delete this file and start again.\n',
      ]);
      const events: AuditEvent[] = damage.map((one) => ({
        type: 'journal.damaged',
        actor: { kind: 'system', part: 'store' },
        about: [],
        ...one,
      }));
      return begin(standing, { seq: next, events: splitNotes(events).events, damage }, { ...rebuilt, damaged: damage });
    }
  }

  async function begin(
    standing: Standing,
    birth: Pick<Birth, 'seq' | 'events' | 'damage'>,
    findings: Omit<Findings, 'replayed'>,
  ): Promise<Started> {
    const at = Math.max(now, standing.at);
    const { segment, head, bytes } = await bear(dir, {
      ...birth,
      ...{ at, salt, previous: standing.head, state: standing.state.copy() },
    });
    return {
      ...{ state: standing.state, head, at, segment, line: 0, offset: bytes, checkpoints },
      ...{ covered: { terms: 0, offset: 0 }, entries: createEntries(segment) },
      findings: { ...findings, ...(await safeMode()), replayed: 1 },
    };
  }

  async function safeMode(): Promise<{ safeMode?: string }> {
    try {
      return { safeMode: (await readFile(join(dir, SAFE_MODE), 'utf8')).slice(0, 2000) };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return {};
      throw error;
    }
  }

  async function putTornAside({ segment, offset }: Walk, bytes: number): Promise<NonNullable<Findings['torn']>> {
    const file = `torn-${stamp}`;
    await writeDurably(join(dir, file), [await readAt(segment.path, offset, bytes)]);
    const handle = await open(segment.path, 'r+');
    try {
      await handle.truncate(offset);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { segment: segment.name, offset, bytes, file };
  }
}

async function load(checkpoints: Checkpoints): Promise<{ saved?: Checkpoint | undefined; unreadable?: string }> {
  try {
    return { saved: await checkpoints.load() };
  } catch (error) {
    if (error instanceof StoreOpenError || errnoOf(error) !== undefined) throw error;
    return { unreadable: 'it cannot be read' };
  }
}

/** What a crash left of files that were being written. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    // The takeover file's are somebody else's who is starting, too.
    if (name.endsWith(UNFINISHED) && !name.startsWith('rolecall.')) await rm(join(folder, name), { force: true });
  }
}
