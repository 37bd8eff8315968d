/**
 * What can still be had when a segment is damaged: the lines behind the damage that hold on their own. An end that was
 * stored there must not be forgotten. Reads only.
 */
import { type Damage, decodeLine, privateHolds, type Raw } from '../chain.ts';
import { checkLine } from './check.ts';
import type { Checkpoint } from './checkpoint.ts';
import { applyLine, type Fault, type Standing } from './replay.ts';
import { lengthOf, readStretches, type Segment } from './segment.ts';
import { createState } from './state.ts';

/**
 * Whether a line behind the fault says that a line past `last` was durable when it was written: then what is damaged
 * is no torn end.
 */
export async function provesDurable({ segment, offset, length }: Fault, last: number): Promise<boolean> {
  for await (const { kind, bytes } of readStretches(segment, offset, length)) {
    const raw = kind === 'line' ? decodeLine(bytes) : undefined;
    if (raw !== undefined && privateHolds(raw) && (raw.middle.synced ?? 0) > last) return true;
  }
  return false;
}

/**
 * Goes on behind the fault. A line is taken when it is whole and follows the one before it; behind damage, where that
 * one's hash is not to be believed, when its private part is what it says.
 * @param ahead a checkpoint past the last valid line: state goes on from there
 */
export async function salvage(
  segments: readonly Segment[],
  fault: Fault,
  last: Standing,
  ahead: Checkpoint | undefined,
): Promise<{ standing: Standing; damage: Damage[] }> {
  const damage: Damage[] = [];
  /** Up to here live state has it all already. */
  const covered = ahead?.seq ?? last.head.seq;
  let standing: Standing =
    ahead === undefined ? last : { ...last, state: createState(ahead), at: Math.max(ahead.at, last.at) };
  for (const [index, segment] of segments.entries()) {
    if (index < fault.index) continue;
    const start = index === fault.index ? fault.offset : 0;
    let lostFrom: number | undefined;
    let previous: string | undefined;
    for await (const stretch of readStretches(segment, start)) {
      const seq = decodeLine(stretch.bytes)?.middle.seq ?? 0;
      const checked = checkLine(stretch, previous === undefined ? undefined : { seq: seq - 1, hash: previous });
      const next =
        'raw' in checked && seq > standing.head.seq && !(index === fault.index && stretch.offset === fault.offset)
          ? applied(checked.raw, standing, segment)
          : undefined;
      previous = next?.head.hash;
      if (next === undefined) {
        lostFrom ??= stretch.offset;
        continue;
      }
      if (lostFrom !== undefined) damage.push({ segment: segment.name, from: lostFrom, to: stretch.offset });
      lostFrom = undefined;
      standing = next;
    }
    if (lostFrom !== undefined) damage.push({ segment: segment.name, from: lostFrom, to: await lengthOf(segment) });
  }
  return { standing, damage };

  function applied(raw: Raw, before: Standing, segment: Segment): Standing | undefined {
    const { seq, at } = raw.middle;
    if (seq > covered) return applyLine(raw, before, segment)?.standing;
    return { ...before, head: { seq, hash: raw.hash }, at: Math.max(at, before.at) };
  }
}
