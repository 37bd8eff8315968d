/**
 * The jobs by when they are due: what may run now, in fair order, without looking at the others.
 * Refuses to know what a job does, and the time.
 */
import type { Job } from '../../access/ports.ts';
import { createHeap, type Heap } from './heap.ts';

export interface DueJobs {
  get(key: string): Job | undefined;
  set(job: Job): void;
  drop(key: string): void;
  all(): IterableIterator<Job>;
  readonly size: () => number;
  /**
   * Jobs due at `now`. In a lane by rank, then due time, then age; the lanes (and the jobs of none) take turns, so
   * that no lane's backlog hides another's.
   */
  due(now: number, limit: number): Job[];
  /** When the next job is due, ms. */
  next(): number | undefined;
}

const earlier = (a: Job, b: Job): boolean =>
  a.due !== b.due ? a.due < b.due : a.seq !== b.seq ? a.seq < b.seq : a.key < b.key;

export function createDueJobs(): DueJobs {
  const jobs = new Map<string, Job>();
  /** lane → rank → jobs by due time */
  const lanes = new Map<string, Map<number, Heap<Job>>>();

  const laneOf = (job: Job): string => job.lane ?? '';
  const rankOf = (job: Job): number => job.rank ?? 0;

  const heapFor = (job: Job): Heap<Job> => {
    const lane = lanes.get(laneOf(job)) ?? new Map<number, Heap<Job>>();
    const heap = lane.get(rankOf(job)) ?? createHeap<Job>((item) => item.key, earlier);
    lanes.set(laneOf(job), lane.set(rankOf(job), heap));
    return heap;
  };

  const drop = (key: string): void => {
    const job = jobs.get(key);
    if (job === undefined) return;
    jobs.delete(key);
    const lane = lanes.get(laneOf(job));
    const heap = lane?.get(rankOf(job));
    heap?.remove(key);
    if (heap?.size() === 0) lane?.delete(rankOf(job));
    if (lane?.size === 0) lanes.delete(laneOf(job));
  };

  function* ofLane(ranks: Map<number, Heap<Job>>, now: number): Generator<Job> {
    for (const [, heap] of [...ranks].sort(([a], [b]) => a - b)) {
      for (const job of heap.ordered()) {
        if (job.due > now) break;
        yield job;
      }
    }
  }

  return {
    get: (key) => jobs.get(key),
    all: () => jobs.values(),
    size: () => jobs.size,
    drop,
    set(job) {
      const before = jobs.get(job.key);
      if (before !== undefined && (laneOf(before) !== laneOf(job) || rankOf(before) !== rankOf(job))) drop(job.key);
      jobs.set(job.key, job);
      heapFor(job).add(job);
    },
    due(now, limit) {
      const found: Job[] = [];
      let queues = [...lanes.values()].map((ranks) => ofLane(ranks, now));
      while (queues.length > 0 && found.length < limit) {
        const turn: Job[] = [];
        queues = queues.filter((queue) => {
          const { value, done } = queue.next();
          if (done !== true) turn.push(value);
          return done !== true;
        });
        turn.sort((a, b) => (earlier(a, b) ? -1 : 1));
        found.push(...turn.slice(0, limit - found.length));
      }
      return found;
    },
    next() {
      let next: number | undefined;
      for (const ranks of lanes.values()) {
        for (const heap of ranks.values()) {
          const due = heap.first()?.due;
          if (due !== undefined && (next === undefined || due < next)) next = due;
        }
      }
      return next;
    },
  };
}
