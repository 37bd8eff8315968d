/** The runner of jobs, beside what the stories tell of it: what a job that asked nothing of its app says about the token. */
import { expect, it, onTestFinished } from 'vitest';
import type { JobResult } from '../src/access/service/index.ts';
import { type JobsOptions, startJobs } from '../src/jobs.ts';
import { openOffice } from './access/office.ts';

it('takes nothing for proof that a token works but a job that got through to the app', async () => {
  const { store, world } = await openOffice();
  const told: string[] = [];
  const asked = Promise.withResolvers<void>();
  const outcomes: Record<string, JobResult> = {
    waiting: { kind: 'again', due: world.clock.now() + 1, idle: true },
    through: { kind: 'done' },
  };
  const verb = async (job: { target: string }): Promise<JobResult> => outcomes[job.target] ?? { kind: 'done' };
  const verbs = new Proxy({}, { get: () => verb }) as JobsOptions['verbs'];
  const schedule = (target: string) => ({
    schedule: { key: `apply:${target}`, kind: 'apply' as const, target, due: world.clock.now(), lane: target },
  });
  await store.commit([], () => ({ jobs: [schedule('waiting')], result: undefined }));
  const jobs = startJobs({
    store,
    verbs,
    clock: world.clock,
    log: world.log,
    after: () => () => {},
    onToken: async (lane, works) => {
      told.push(`${lane} ${works}`);
      asked.resolve();
    },
  });
  onTestFinished(() => jobs.stop());
  while ((await store.job('apply:waiting'))?.attempts !== 1) await new Promise((turn) => setImmediate(turn));
  await store.commit([], () => ({ jobs: [schedule('through')], result: undefined }));
  await asked.promise;
  expect(told).toEqual(['through true']);
});
