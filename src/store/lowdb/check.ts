/**
 * Whether a stretch of a segment is the line that must come next. Used by recovery and by verification alike.
 * Refuses to know what to do when it is not.
 */
import type { Head } from '../../access/ports.ts';
import { decodeLine, FORMAT, follows, predecessor, privateHolds, type Raw } from '../chain.ts';
import { StoreOpenError } from './errors.ts';
import type { Stretch } from './segment.ts';

/** What is wrong with a line. */
export type LineFault =
  /** No newline at its end. */
  | 'unended'
  /** Not a line at all. */
  | 'unreadable'
  /** The middle part is not what the chain says. */
  | 'chain'
  /** The private part is not what the middle part says. */
  | 'private'
  /** A number is missing, or there twice. */
  | 'sequence'
  /** A snapshot where none may be, or none where one must be, or of another predecessor. */
  | 'snapshot';

export type Checked = { readonly raw: Raw } | { readonly fault: LineFault };

/**
 * @param before the line before; `undefined` when it is not known: then the line's own word is taken for it
 * @throws StoreOpenError when a later version of Rolecall wrote the line
 */
export function checkLine(stretch: Stretch, before: Head | undefined): Checked {
  if (stretch.kind === 'unended') return { fault: 'unended' };
  const raw = stretch.kind === 'line' ? decodeLine(stretch.bytes) : undefined;
  if (raw === undefined) return { fault: 'unreadable' };
  const { snapshot, seq, v } = raw.middle;
  const base = predecessor(raw, before?.hash ?? '');
  if ((snapshot !== undefined || before !== undefined) && !follows(raw, base)) return { fault: 'chain' };
  if (v > FORMAT) throw new StoreOpenError('newer_format', 'the journal was written by a later version of Rolecall');
  if (!privateHolds(raw)) return { fault: 'private' };
  if ((snapshot !== undefined) !== (stretch.offset === 0)) return { fault: 'snapshot' };
  if (snapshot !== undefined) {
    const { previous } = snapshot;
    const lost = snapshot.damage !== undefined;
    if (before !== undefined && !lost && (previous.seq !== before.seq || previous.hash !== before.hash)) {
      return { fault: 'snapshot' };
    }
    return (lost ? seq > previous.seq : seq === previous.seq + 1) ? { raw } : { fault: 'sequence' };
  }
  return before === undefined || seq === before.seq + 1 ? { raw } : { fault: 'sequence' };
}
