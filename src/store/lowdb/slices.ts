/**
 * Live state as JSON text, a slice at a time, so that a large one does not hold the event loop.
 * Shared by the checkpoint and by the snapshot a segment begins with.
 */
import type { SnapshotBody } from '../chain.ts';

const SLICE = 500;

function* list(name: string, items: readonly unknown[]): Generator<string> {
  yield `"${name}":[`;
  for (let at = 0; at < items.length; at += SLICE) {
    const slice = JSON.stringify(items.slice(at, at + SLICE));
    yield (at > 0 ? ',' : '') + slice.slice(1, -1);
  }
  yield ']';
}

/** One JSON object: the fields of `front`, then records and jobs. */
export function* jsonSlices(front: object, { records, jobs }: Omit<SnapshotBody, 'salt'>): Generator<string> {
  yield `${JSON.stringify(front).slice(0, -1)},`;
  yield* list('records', records);
  yield ',';
  yield* list('jobs', jobs);
  yield '}';
}
