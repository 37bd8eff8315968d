/** Random batches of commits, restarts in between: the store does what a plain Map would. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Job, JobChange, Key, View } from '../../../src/access/ports.ts';
import { event, job, putOnce } from '../records.ts';
import { fickle, hands, openIn, temporaryFolder } from './hands.ts';

type Step =
  | { readonly do: 'put'; readonly id: string; readonly value: number }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'add'; readonly from: string; readonly to: string }
  | { readonly do: 'throw'; readonly id: string }
  | {
      readonly do: 'schedule';
      readonly key: string;
      readonly due: number;
      readonly lane: string;
      readonly rank: number;
    }
  | { readonly do: 'finish' | 'cancel' | 'putOff'; readonly key: string };
type Act = { readonly batch: readonly Step[] } | 'reopen';

const id = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'x:y');
const jobKey = fc.constantFrom('apply:1', 'apply:2', 'end:1', 'end:2', 'cards:1');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), id, value: fc.nat(1000) }),
  fc.record({ do: fc.constant('remove' as const), id }),
  fc.record({ do: fc.constant('add' as const), from: id, to: id }),
  fc.record({ do: fc.constant('throw' as const), id }),
  fc.record({
    do: fc.constant('schedule' as const),
    key: jobKey,
    due: fc.nat(100),
    lane: fc.constantFrom('', 'p', 'q'),
    rank: fc.nat(2),
  }),
  fc.record({ do: fc.constantFrom('finish' as const, 'cancel' as const, 'putOff' as const), key: jobKey }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ batch: fc.array(step, { minLength: 1, maxLength: 8 }) }) },
  { weight: 1, arbitrary: fc.constant('reopen' as const) },
);

interface Model {
  readonly records: Map<string, number>;
  readonly jobs: Map<string, Omit<Job, 'seq'>>;
}

/** The same step in the model. */
function mirror({ records, jobs }: Model, one: Step): void {
  switch (one.do) {
    case 'put':
      records.set(one.id, one.value);
      break;
    case 'remove':
      records.delete(one.id);
      break;
    case 'add':
      records.set(one.to, (records.get(one.from) ?? 0) + 1);
      break;
    case 'throw':
      break;
    case 'schedule':
      jobs.set(one.key, { ...scheduled(one), since: one.due, attempts: 0 });
      break;
    case 'finish':
    case 'cancel':
      jobs.delete(one.key);
      break;
    case 'putOff': {
      const found = jobs.get(one.key);
      if (found !== undefined) jobs.set(one.key, { ...found, due: found.due + 7, attempts: found.attempts + 1 });
    }
  }
}

const scheduled = ({ key, due, lane, rank }: Extract<Step, { do: 'schedule' }>): ReturnType<typeof job> =>
  job(key, due, lane === '' ? { rank } : { lane, rank });

/** What the port promises of the order, the slow way. */
function dueInOrder(jobs: readonly Job[], now: number): string[] {
  const order = (a: Job, b: Job): number => a.due - b.due || a.seq - b.seq;
  const lanes = Map.groupBy(
    jobs.filter(({ due }) => due <= now),
    ({ lane }) => lane,
  );
  const queues = [...lanes.values()].map((lane) => lane.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || order(a, b)));
  const turns = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1)).sort(order))
    .flat()
    .map(({ key }) => key);
}

const jobKeys = ['apply:1', 'apply:2', 'end:1', 'end:2', 'cards:1'];

describe('the embedded store beside a Map', () => {
  it('agrees after any commits, in any batches, through any restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        const { dir, remove } = await temporaryFolder();
        const held = hands();
        const small = { segmentBytes: 3000, checkpointEvery: 7, stopwatch: fickle() };
        let { store } = await openIn(dir, held, small);
        const model: Model = { records: new Map(), jobs: new Map() };
        try {
          for (const one of acts) {
            if (one === 'reopen') {
              await store.close();
              ({ store } = await openIn(dir, held, small));
              continue;
            }
            // Jobs that are finished or put off are those seen before the batch; the model must know what that means.
            const seen = new Map(await Promise.all(jobKeys.map(async (key) => [key, await store.job(key)] as const)));
            const touched = new Set<string>();
            const outcomes = one.batch.map((step) => {
              if (step.do === 'finish' || step.do === 'putOff') {
                if (seen.get(step.key) !== undefined && !touched.has(step.key)) mirror(model, step);
              } else {
                mirror(model, step);
              }
              if ('key' in step) touched.add(step.key);
              const keys: Key[] =
                'id' in step ? [`once:${step.id}`] : 'to' in step ? [`once:${step.from}`, `once:${step.to}`] : [];
              return store
                .commit(keys, (view) => changeOf(step, view, seen))
                .then(
                  () => 'done',
                  () => 'threw',
                );
            });
            expect(await Promise.all(outcomes)).toEqual(
              one.batch.map((step) => (step.do === 'throw' ? 'threw' : 'done')),
            );

            for (const key of ['a', 'b', 'c', 'd', '__proto__', 'x:y']) {
              expect((await store.read('once', key))?.expires).toBe(model.records.get(key));
            }
            const jobs = (await Promise.all(jobKeys.map((key) => store.job(key)))).filter(
              (found) => found !== undefined,
            );
            expect(Object.fromEntries(jobs.map(({ seq: _seq, ...rest }) => [rest.key, rest]))).toEqual(
              Object.fromEntries(model.jobs),
            );
            expect((await store.dueJobs(60, 100)).map(({ key }) => key)).toEqual(dueInOrder(jobs, 60));
            expect(await store.nextDue()).toBe(jobs.length === 0 ? undefined : Math.min(...jobs.map(({ due }) => due)));
            const expired = [...model.records].filter(([, expires]) => expires <= 500);
            expect((await store.expiredOnce(500, 100)).sort()).toEqual(expired.map(([key]) => key).sort());
          }
          expect(await store.verify()).toBeUndefined();
        } finally {
          await store.close();
          await remove();
        }
      }),
      { numRuns: 60 },
    );
  });
});

function changeOf(step: Step, view: View, seen: ReadonlyMap<string, Job | undefined>): Change<undefined> {
  const found = 'key' in step ? seen.get(step.key) : undefined;
  const jobs = (change: JobChange | undefined): Change<undefined> => ({
    jobs: change ? [change] : [],
    result: undefined,
  });
  switch (step.do) {
    case 'put':
      return { put: [putOnce(step.id, step.value)], events: [event(step.id)], result: undefined };
    case 'remove':
      return { remove: [`once:${step.id}`], result: undefined };
    case 'add':
      return { put: [putOnce(step.to, (view.get('once', step.from)?.expires ?? 0) + 1)], result: undefined };
    case 'throw':
      throw new Error('as asked');
    case 'schedule':
      return jobs({ schedule: scheduled(step) });
    case 'finish':
      return jobs(found && { finish: found });
    case 'cancel':
      return jobs({ cancel: step.key });
    case 'putOff':
      return jobs(found && { putOff: { ...found, attempts: found.attempts + 1 }, due: found.due + 7 });
  }
}
