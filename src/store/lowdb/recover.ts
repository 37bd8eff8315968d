/**
 * What a start finds on the disk: checkpoint and journal brought together, and a verdict on whatever does not fit.
 * Reads only; `open.ts` acts on the verdict.
 */
import type { Head } from '../../access/ports.ts';
import { type Damage, decodeLine } from '../chain.ts';
import { MAX_BATCH_BYTES } from './batch.ts';
import type { Checkpoint } from './checkpoint.ts';
import { StoreOpenError } from './errors.ts';
import { findBase, replay, type Standing, type Walk } from './replay.ts';
import { provesDurable, salvage } from './salvage.ts';
import { listSegments, ROOM_BYTES, readAt, type Segment } from './segment.ts';

export type Verdict =
  | { readonly kind: 'fresh' }
  | {
      readonly kind: 'whole';
      readonly walk: Walk;
      /** Bytes behind the last line: the end of a write that a crash cut short. */
      readonly torn: number;
    }
  | {
      readonly kind: 'damaged';
      readonly standing: Standing;
      readonly damage: readonly Damage[];
      /** Number for the next line: higher than any that may have been given out. */
      readonly next: number;
    };

export interface Found {
  readonly verdict: Verdict;
  /** Why the checkpoint, though there is one, is of no use. */
  readonly unusable?: string;
}

/** A write that a crash cut short: a batch, and the room that was written with it. */
const MAX_TORN = MAX_BATCH_BYTES + ROOM_BYTES;

/** @throws StoreOpenError when lines are lost that were there, or when a later version wrote them */
export async function recover(dir: string, saved: Checkpoint | undefined, heads: readonly Head[]): Promise<Found> {
  const segments = await listSegments(dir);
  const newest = segments.at(-1);
  if (newest === undefined) {
    const [witness] = [...(saved === undefined ? [] : [saved]), ...heads.slice(-1)];
    if (witness !== undefined) throw lostLines(0, witness.seq, 'the journal folder is empty');
    return { verdict: { kind: 'fresh' } };
  }

  const located = saved !== undefined && (await isInJournal(saved, segments));
  const base = await findBase(segments, located ? saved : undefined);
  const walk = await replay(segments, base);
  const { last, fault } = walk;
  const named = Math.max(saved?.seq ?? 0, heads.at(-1)?.seq ?? 0, newest.first);
  const behind = named > last.head.seq;

  const rest = fault === undefined ? 0 : fault.length - fault.offset;
  if (rest === 0 && behind) throw lostLines(last.head.seq, named, 'nothing follows its last valid line');
  const unusable =
    saved !== undefined && !located && saved.seq <= last.head.seq ? { unusable: 'its line is not in the journal' } : {};
  if (fault === undefined) return { verdict: { kind: 'whole', walk, torn: 0 }, ...unusable };
  const atEnd = fault.segment.name === newest.name && fault.offset > 0;
  if (atEnd && rest <= MAX_TORN && !behind && !(await provesDurable(fault, last.head.seq))) {
    return { verdict: { kind: 'whole', walk, torn: rest }, ...unusable };
  }
  const ahead = saved !== undefined && saved.seq > last.head.seq ? saved : undefined;
  const { standing, damage } = await salvage(segments, fault, last, ahead);
  const next = Math.max(standing.head.seq, named) + 1;
  return { verdict: { kind: 'damaged', standing, damage, next }, ...unusable };
}

const lostLines = (last: number, named: number, why: string): StoreOpenError =>
  new StoreOpenError(
    'lost_lines',
    `the journal ends with line ${last}, but line ${named} was once durable (${why}): restore the folder "journal" ` +
      'from a back-up that has it. If there is none, move state.json and heads/ away and compare each app with the ' +
      'ledger afterwards (rolecall doctor): what happened in the lost lines is then forgotten. Nothing was changed.',
    { last, named },
  );

/** Whether the line the checkpoint stands on is where it says. */
async function isInJournal(saved: Checkpoint, segments: readonly Segment[]): Promise<boolean> {
  const segment = segments.find(({ name }) => name === saved.segment);
  if (segment === undefined || saved.offset <= saved.line) return false;
  const bytes = await readAt(segment.path, saved.line, saved.offset - saved.line);
  const raw = bytes.at(-1) === 0x0a ? decodeLine(bytes.subarray(0, -1)) : undefined;
  return raw !== undefined && raw.hash === saved.hash && raw.middle.seq === saved.seq;
}
