/**
 * When an app is compared with the ledger: after every complete reading of it, and every hour. Compares nothing itself.
 */
import { HOUR, MINUTE } from '../../policy.ts';
import type { Job, NewJob } from '../../ports.ts';
import { DONE, directoryOf, type JobResult, laneOf, type World } from '../world.ts';

/** How often it is compared even if nothing else asks for it. */
const EVERY = HOUR;
/** A mirror this fresh need not be read again. */
const FRESH = 15 * MINUTE;

/** In the lane of the app, after everything that changes something. */
export const compareJob = (app: string, due: number): NewJob => ({
  key: `drift:${app}`,
  kind: 'drift',
  target: app,
  due,
  lane: laneOf(app),
  rank: 3,
});

export async function compareNow(world: World, app: string): Promise<void> {
  const schedule = compareJob(app, world.clock.now());
  await world.store.commit([], () => ({ jobs: [{ schedule }], result: undefined }));
}

/** The jobs that see to it, one an app. */
export const mirrorJobs = (world: World): NewJob[] =>
  Object.keys(world.policy.apps).map((app) => ({
    key: `mirror:${app}`,
    kind: 'mirror',
    target: app,
    due: world.clock.now() + EVERY,
  }));

/** Job `mirror`: sees to a fresh mirror, outside the lane because it takes its time, then has it compared. */
export async function refreshMirror(world: World, job: Job): Promise<JobResult> {
  if (world.policy.apps[job.target] === undefined) return DONE;
  const directory = directoryOf(world, job.target);
  const { syncedAt } = directory.freshness();
  if (syncedAt === undefined || world.clock.now() - syncedAt > FRESH) await directory.sync();
  await compareNow(world, job.target);
  return { kind: 'again', due: world.clock.now() + EVERY };
}
