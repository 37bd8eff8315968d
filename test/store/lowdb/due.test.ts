/** The order of jobs, for many of them, beside the slow way of finding it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Job } from '../../../src/access/ports.ts';
import { createDueJobs } from '../../../src/store/lowdb/due.ts';
import { createHeap } from '../../../src/store/lowdb/heap.ts';
import { job } from '../records.ts';

it('a heap gives its items in order whatever was added, replaced and removed', () => {
  const change = fc.tuple(fc.nat(40), fc.option(fc.nat(1000), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const heap = createHeap<{ key: string; value: number }>(
        ({ key }) => key,
        (a, b) => (a.value !== b.value ? a.value < b.value : a.key < b.key),
      );
      const model = new Map<string, number>();
      for (const [number, value] of changes) {
        const key = `k${number}`;
        if (value === undefined) {
          heap.remove(key);
          model.delete(key);
        } else {
          heap.add({ key, value });
          model.set(key, value);
        }
      }
      const expected = [...model]
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => a.value - b.value || (a.key < b.key ? -1 : 1));
      expect([...heap.ordered()]).toEqual(expected);
      expect(heap.first()).toEqual(expected[0]);
      expect(heap.size()).toBe(expected.length);
    }),
  );
});

it('jobs come lane by lane in turns, by rank and due time, and only those that are due', () => {
  const anyJob = fc.record({
    key: fc.nat(60),
    due: fc.nat(50),
    lane: fc.constantFrom('', 'p', 'q', 'r'),
    rank: fc.nat(2),
    drop: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyJob, { maxLength: 150 }), fc.nat(50), fc.nat(40), (changes, now, limit) => {
      const due = createDueJobs();
      const model = new Map<string, Job>();
      for (const [seq, { key, due: at, lane, rank, drop }] of changes.entries()) {
        const name = `end:${key}`;
        if (drop) {
          due.drop(name);
          model.delete(name);
        } else {
          const one: Job = { ...job(name, at, lane === '' ? { rank } : { lane, rank }), since: at, attempts: 0, seq };
          due.set(one);
          model.set(name, one);
        }
      }
      const order = (a: Job, b: Job): number => a.due - b.due || a.seq - b.seq;
      const waiting = [...model.values()].filter((one) => one.due <= now);
      const lanes = [...Map.groupBy(waiting, ({ lane }) => lane).values()].map((lane) =>
        lane.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || order(a, b)),
      );
      const turns = Array.from({ length: waiting.length }, (_, turn) =>
        lanes.flatMap((lane) => lane.slice(turn, turn + 1)).sort(order),
      );
      expect(due.due(now, limit)).toEqual(turns.flat().slice(0, limit));
      expect(due.next()).toBe(model.size === 0 ? undefined : Math.min(...[...model.values()].map((one) => one.due)));
    }),
  );
});
