/**
 * Verifies a journal from its first line to its last, beside a running bot or without one. Reads only, in small steps.
 * Refuses to know live state.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Head } from '../../access/ports.ts';
import { type Damage, GENESIS, isErased, type Raw } from '../chain.ts';
import { checkLine, type LineFault } from './check.ts';
import { errnoOf } from './errors.ts';
import { keptHeads } from './heads.ts';
import { listSegments, readStretches, type Segment, type Stretch } from './segment.ts';

export type VerifyFault =
  | LineFault
  /** The journal is empty, or not there. */
  | 'empty'
  /** A head names a line with another hash. */
  | 'head'
  /** A head names a line that is not there (yet). */
  | 'head_ahead'
  /** A head names a line in bytes that were recorded as lost. */
  | 'head_lost'
  /** A head names a line in a segment that was archived. */
  | 'head_archived';

export type Verification =
  | {
      readonly ok: true;
      readonly head: Head;
      /** Number of the first line that is there: above 1 when older segments were archived. */
      readonly first: number;
      readonly lines: number;
      readonly segments: number;
      /** Lines whose private part was erased. */
      readonly erased: number;
      /** Bytes that safe mode left behind; what they held is not known. */
      readonly damage: readonly Damage[];
    }
  | {
      readonly ok: false;
      readonly fault: {
        readonly kind: VerifyFault;
        /** The head that this journal does not contain. */
        readonly head?: Head;
        /** The segment the line is in, and where it begins there, bytes; absent where there is no such line. */
        readonly segment?: string;
        readonly offset?: number;
        /** Number the line should have, or the head names. */
        readonly seq: number;
        readonly detail: string;
      };
    };

export interface VerifyOptions {
  /** A head somebody kept outside; those in `heads/` are always checked. */
  readonly head?: Head;
  /** Where to stop, asked once the kept heads are known; without it, at an unfinished last line. */
  readonly until?: () => { readonly segment: string; readonly offset: number };
}

/** Lines between two turns of the event loop. */
const STEP = 200;

/** @param dir the data folder */
export async function verifyJournal(dir: string, options: VerifyOptions = {}): Promise<Verification> {
  // Heads first: those kept later name lines that are there already.
  const heads = await keptHeads(dir);
  if (options.head !== undefined) heads.push(options.head);
  heads.sort((a, b) => a.seq - b.seq);
  const until = options.until?.();
  const segments = await segmentsOf(dir, until?.segment);
  const newest = segments.at(-1);
  if (newest === undefined) {
    // A head that was kept here says that there was one: then this is no wrong folder, but a loss.
    const kept = heads.findLast((head) => head !== options.head);
    if (kept !== undefined) return missed('head_ahead', kept, 'there is no journal');
    return fault('empty', 1, 'there is no journal');
  }
  const known = await knownDamage(segments);
  let before: Head | undefined;
  let first: number | undefined;
  let lines = 0;
  let erased = 0;
  const pending = [...heads];

  for (const segment of segments) {
    const to = segment === newest ? until?.offset : undefined;
    const lost = known.filter((one) => one.segment === segment.name);
    let trusted = true;
    for await (const stretch of readStretches(segment, 0, to)) {
      if (++lines % STEP === 0) await turn();
      if (lost.some(({ from, to: end }) => stretch.offset >= from && stretch.offset < end)) {
        trusted = false;
        lines--;
        continue;
      }
      const checked = await check(stretch, trusted ? before : undefined, segment);
      if (checked === 'unfinished') {
        lines--;
        break;
      }
      const seq = (before?.seq ?? segment.first - 1) + 1;
      const place = { segment: segment.name, offset: stretch.offset };
      if ('fault' in checked) return fault(checked.fault, seq, SENTENCES[checked.fault], place);
      const { raw } = checked;
      trusted = true;
      if (first === undefined) {
        first = raw.middle.seq;
        const previous = raw.middle.snapshot?.previous ?? { seq: 0, hash: '' };
        const archived = settleHeads(previous, 'head_archived');
        if (archived !== undefined) return archived;
      }
      before = { seq: raw.middle.seq, hash: raw.hash };
      if (isErased(raw.private)) erased++;
      const wrong = settleHeads(before, 'head_lost', place);
      if (wrong !== undefined) return wrong;
    }
  }
  if (before === undefined || first === undefined)
    return fault('empty', newest.first, 'the journal has no line', { segment: newest.name, offset: 0 });
  const [ahead] = pending;
  if (ahead !== undefined) return missed('head_ahead', ahead, `the journal ends with line ${before.seq}`);
  return { ok: true, head: before, first, lines, segments: segments.length, erased, damage: known };

  /** Compares the heads up to this line; one before it that met no line of its own is `missing`. `place`: of the line. */
  function settleHeads(line: Head, missing: 'head_archived' | 'head_lost', place?: Place): Verification | undefined {
    for (let head = pending[0]; head !== undefined && head.seq <= line.seq; head = pending[0]) {
      pending.shift();
      if (head.seq < line.seq) {
        // That a kept one's line was archived, or lost and recorded as lost, is known; one asked for is unconfirmed.
        if (head !== options.head) continue;
        return missed(missing, head, `line ${head.seq} is not there any more`);
      }
      if (head.hash !== line.hash) return missed('head', head, `line ${head.seq} has the hash ${line.hash}`, place);
    }
    return undefined;
  }

  async function check(
    stretch: Stretch,
    previous: Head | undefined,
    segment: Segment,
  ): Promise<{ raw: Raw } | { fault: LineFault } | 'unfinished'> {
    const checked = judge(stretch, previous, segment);
    if ('raw' in checked || segment !== newest || until !== undefined) return checked;
    // Beside a running bot the end may be half written, or just have been taken back: look again.
    if (stretch.kind === 'unended') return 'unfinished';
    for await (const again of readStretches(segment, stretch.offset)) {
      return again.kind === 'unended' ? 'unfinished' : judge(again, previous, segment);
    }
    return 'unfinished';
  }
}

function judge(stretch: Stretch, previous: Head | undefined, segment: Segment): { raw: Raw } | { fault: LineFault } {
  const checked = checkLine(stretch, previous);
  if ('fault' in checked || stretch.offset > 0) return checked;
  const { seq, snapshot } = checked.raw.middle;
  if (seq !== segment.first) return { fault: 'sequence' };
  return snapshot?.previous.seq === 0 && snapshot.previous.hash !== GENESIS ? { fault: 'snapshot' } : checked;
}

const SENTENCES: Readonly<Record<LineFault, string>> = {
  unended: 'the line has no end',
  unreadable: 'this is not a line',
  chain: 'the line is not what was written: its hash does not follow from the line before it',
  private: 'the private part of the line is not what was written',
  sequence: 'a line is missing, or there twice',
  snapshot: 'the segment does not begin with a snapshot that follows from the segment before it',
};

/** Where a line begins. */
interface Place {
  readonly segment: string;
  readonly offset: number;
}

const fault = (kind: VerifyFault, seq: number, detail: string, place?: Place): Verification => ({
  ok: false,
  fault: { kind, ...place, seq, detail },
});

const missed = (kind: VerifyFault, head: Head, detail: string, place?: Place): Verification => ({
  ok: false,
  fault: { kind, head, ...place, seq: head.seq, detail },
});

/** Not those born after the end that was asked for. */
async function segmentsOf(dir: string, last: string | undefined): Promise<Segment[]> {
  let segments: Segment[];
  try {
    segments = await listSegments(dir);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return last === undefined ? segments : segments.filter(({ name }) => name <= last);
}

/** What the snapshots say was lost. Each is believed only if its own line holds, which the walk shows. */
async function knownDamage(segments: readonly Segment[]): Promise<Damage[]> {
  const known: Damage[] = [];
  for (const segment of segments) {
    for await (const stretch of readStretches(segment)) {
      const checked = checkLine(stretch, undefined);
      if ('raw' in checked) known.push(...(checked.raw.middle.snapshot?.damage ?? []));
      break;
    }
  }
  return known;
}
