/**
 * Copies of a stored card: shown to whoever misses one, redrawn where they show an older state, each kept on record as
 * soon as it is there. Knows no words, and not who reads what.
 */
import { type SlackId, sameSlack } from '../people.ts';
import type { Records } from '../ports.ts';
import type { CardRef, Reader } from '../request.ts';
import { draftOn } from './draft.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** Records that have cards. */
type Carded = 'request' | 'drift';

export interface Copy {
  readonly reader: Reader;
  readonly slack: SlackId;
  /** The telling of the alarm that asks for a message of its own, not a silent edit of yesterday's. */
  readonly told?: number;
}

/** Posts a copy, or updates the one at `ref`; returns where it is. */
export type Post = (copy: Copy, ref?: CardRef) => Promise<CardRef>;

/** @returns what kept one of the copies from being shown, if anything; the others are shown all the same */
export async function showCopies<K extends Carded>(
  world: World,
  kind: K,
  record: Records[K],
  wanted: readonly Copy[],
  post: Post,
): Promise<unknown> {
  const old = record.cards.filter((ref) => ref.rev < record.rev);
  const missing = wanted.filter((copy) => !record.cards.some((ref) => isCopy(ref, copy)));
  // Side by side: whoever must hear of something new does not wait until every old copy has been redrawn.
  const failures = await Promise.all([
    ...old.map((ref) => show(world, kind, record.id, post, ref, ref)),
    ...missing.map((copy) => show(world, kind, record.id, post, copy)),
  ]);
  return failures.find((each) => each !== undefined);
}

/** Shows one copy and stores its reference. One that fails does not keep the others from being shown. */
async function show<K extends Carded>(
  world: World,
  kind: K,
  id: string,
  post: Post,
  copy: Copy,
  ref?: CardRef,
): Promise<unknown> {
  try {
    const told = copy.told === undefined ? {} : { told: copy.told };
    const shown = { ...(await post(copy, ref)), ...told };
    await world.store.commit([`${kind}:${id}`], (view) => {
      const draft = draftOn(view);
      const now = view.get(kind, id);
      if (now === undefined) return draft.change(undefined);
      const others = now.cards.filter(
        (each) => each !== ref && !(each.channel === shown.channel && each.ts === shown.ts) && !sameCopy(each, ref),
      );
      draft.put(kind, id, { ...now, cards: [...others, shown] });
      return draft.change(undefined);
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

const sameCopy = (a: CardRef, b: CardRef | undefined): boolean =>
  b !== undefined && a.channel === b.channel && a.ts === b.ts;

const isCopy = (ref: CardRef, copy: Copy): boolean =>
  ref.reader === copy.reader && sameSlack(ref.slack, copy.slack) && (copy.told === undefined || ref.told === copy.told);

/**
 * What is over and shown as such leaves live state; history keeps it.
 * @param shown revision that all copies show; absent: they stay as they are
 */
export async function retire<K extends Carded>(
  world: World,
  kind: K,
  id: string,
  isOver: (record: Records[K]) => boolean,
  shown?: number,
): Promise<JobResult> {
  return world.store.commit<JobResult>([`${kind}:${id}`], (view) => {
    const record = view.get(kind, id);
    if (record === undefined || !isOver(record)) return { result: DONE };
    // Changed while its cards were being shown: another job is due for the newer revision.
    if (shown !== undefined && record.rev !== shown) return { result: DONE };
    return { remove: [`${kind}:${id}`], result: DONE };
  });
}
