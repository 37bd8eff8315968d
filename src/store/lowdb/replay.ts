/**
 * From a checkpoint or a snapshot forward: line after line into live state, up to the end or to the first that does not
 * hold. Refuses to say what that one means.
 */
import type { Head } from '../../access/ports.ts';
import { bodyOf, type Raw, snapshotOf, termsOf } from '../chain.ts';
import { checkLine } from './check.ts';
import type { Checkpoint } from './checkpoint.ts';
import { StoreOpenError } from './errors.ts';
import type { Covered } from './history.ts';
import { lengthOf, readStretches, type Segment } from './segment.ts';
import { createState, type State } from './state.ts';
import { createEntries, type Entries } from './terms.ts';

/** Live state as of one line, and where that line is. */
export interface Standing {
  readonly state: State;
  readonly head: Head;
  /** Time of the line, ms. */
  readonly at: number;
}

/** Where a replay begins. */
export interface Base {
  readonly index: number;
  readonly checkpoint?: Checkpoint;
}

/** Where to begin: the newest of checkpoint and snapshots. */
export async function findBase(segments: readonly Segment[], saved: Checkpoint | undefined): Promise<Base> {
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index];
    if (segment === undefined) continue;
    if (saved?.segment === segment.name) return { index, checkpoint: saved };
    for await (const stretch of readStretches(segment)) {
      const checked = checkLine(stretch, undefined);
      if ('raw' in checked && snapshotOf(checked.raw) !== undefined) return { index };
      break;
    }
  }
  throw new StoreOpenError(
    'lost_lines',
    'neither a checkpoint nor the beginning of any journal segment can be read: restore the data folder from a back-up. ' +
      'Nothing was changed.',
  );
}

/** Where the lines do not hold any more. */
export interface Fault {
  readonly segment: Segment;
  /** Of the segment in the list. */
  readonly index: number;
  readonly offset: number;
  /** Where the segment ended when it was read. */
  readonly length: number;
}

/** How far the lines hold. */
export interface Walk {
  readonly last: Standing;
  readonly segment: Segment;
  readonly line: number;
  readonly offset: number;
  readonly replayed: number;
  readonly covered: Covered;
  readonly entries: Entries;
  /** The first stretch that does not hold. */
  readonly fault?: Fault;
}

/** Applies line after line up to the end, or to the first that does not hold. */
export async function replay(segments: readonly Segment[], { index, checkpoint }: Base): Promise<Walk> {
  let last: Standing | undefined = checkpoint && {
    state: createState(checkpoint),
    head: { seq: checkpoint.seq, hash: checkpoint.hash },
    at: checkpoint.at,
  };
  let place = { line: checkpoint?.line ?? 0, offset: checkpoint?.offset ?? 0 };
  let covered: Covered = { terms: checkpoint?.terms ?? 0, offset: place.offset };
  let replayed = 0;
  let reached: { segment: Segment; entries: Entries } | undefined;
  let fault: Walk['fault'];
  for (let n = index; n < segments.length && fault === undefined; n++) {
    const segment = segments[n];
    if (segment === undefined) continue;
    if (n > index) covered = { terms: 0, offset: 0 };
    const entries = createEntries(segment);
    let end = n === index ? place.offset : 0;
    // Once: beside a running bot it grows, and what is written after this is no fault.
    const length = await lengthOf(segment);
    for await (const stretch of readStretches(segment, end, length)) {
      const checked = checkLine(stretch, last?.head);
      const next = 'raw' in checked ? applyLine(checked.raw, last, segment) : undefined;
      if (next === undefined) break;
      last = next.standing;
      entries.add(next.terms, { seq: last.head.seq, offset: stretch.offset, length: stretch.end - stretch.offset });
      place = { line: stretch.offset, offset: stretch.end };
      end = stretch.end;
      replayed++;
    }
    if (end > 0) reached = { segment, entries };
    if (end === 0 || end < length) fault = { segment, index: n, offset: end, length };
  }
  if (last === undefined || reached === undefined) {
    throw new Error('the journal changed while it was read');
  }
  const walk = { last, ...reached, ...place, replayed, covered };
  return fault === undefined ? walk : { ...walk, fault };
}

/** What live state is after a line; `undefined` when its private part is not there to be applied. */
export function applyLine(
  raw: Raw,
  before: Standing | undefined,
  segment: Segment,
): { readonly standing: Standing; readonly terms: ReadonlySet<string> } | undefined {
  const { seq, at, events, snapshot } = raw.middle;
  const head = { seq, hash: raw.hash };
  if (snapshot !== undefined) {
    const body = snapshotOf(raw);
    if (body === undefined || seq !== segment.first) return undefined;
    return { standing: { state: createState(body), head, at }, terms: termsOf(events, undefined) };
  }
  const body = bodyOf(raw);
  if (body === undefined || before === undefined) return undefined;
  before.state.apply(seq, body);
  return { standing: { state: before.state, head, at }, terms: termsOf(events, body) };
}
