/**
 * A process that counts: eight callers, each raising its own counter by one commit after another, and saying on stdout
 * what it was told is done. Made to be killed.
 */
import { putOnce, slack } from '../records.ts';
import { fickle, hands, openIn } from './hands.ts';

const CALLERS = 8;

const { store } = await openIn(process.argv[2] ?? '', hands(), {
  segmentBytes: 30_000,
  checkpointEvery: 40,
  stopwatch: fickle(),
});
console.log('open');
await Promise.all(
  Array.from({ length: CALLERS }, async (_, caller) => {
    const id = `c${caller}`;
    for (;;) {
      const count = await store.commit([`once:${id}`], (view) => {
        const next = (view.get('once', id)?.expires ?? 0) + 1;
        return {
          put: [putOnce(id, next, 'x'.repeat(next % 300))],
          events: [
            {
              type: 'history.read',
              actor: { kind: 'person', slack: slack(id) },
              about: [`person:T1/${id}`, `n:${id}/${next}`],
            },
          ],
          jobs: [{ schedule: { key: `sweep:${id}`, kind: 'sweep', target: id, due: next } }],
          result: next,
        };
      });
      // To a pipe this is synchronous: what is printed has left the process before it can be killed.
      console.log(`${id} ${count}`);
    }
  }),
);
