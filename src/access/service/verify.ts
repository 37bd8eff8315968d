/**
 * Job `verify`: what was accepted but is not visible, a grant or an update, is looked for until it is, for two days. Reads only.
 */
import type { Job } from '../ports.ts';
import { amend } from '../request.ts';
import { raiseAlarm } from './alarm.ts';
import { startRemoval } from './apply-grant.ts';
import { verifyUpdate } from './apply-update.ts';
import { changeRequest, keysNow, record, showCards, system } from './draft.ts';
import { LOOK_UNTIL, lookAgain } from './look.ts';
import { appOf, DONE, directoryOf, groupOf, type JobResult, roleOf, type World } from './world.ts';

/** @throws DirectoryError to be run again later */
export async function verify(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request?.ask.action === 'update') return verifyUpdate(world, job, request);
  if (request?.state !== 'active' || request.outcome?.kind !== 'accepted') return DONE;
  const { app: appKey, role, subject, id } = request;
  if (appKey === undefined || role === undefined || subject?.account === undefined) return DONE;
  const app = appOf(world, appKey);
  const group = await groupOf(world, app, roleOf(app, role));
  if ((await directoryOf(world, appKey).membership(group, subject.account)) !== 'in') {
    if (world.clock.now() - job.since < LOOK_UNTIL) return lookAgain(world, job);
    await raiseAlarm(world, id, { kind: 'not_visible' });
    return DONE;
  }
  const removal = world.newId();
  await changeRequest(
    world.store,
    id,
    (draft, current) => {
      if (current?.state !== 'active' || current.outcome?.kind !== 'accepted') return undefined;
      const next = amend(current, { outcome: { kind: 'confirmed', at: draft.now } });
      draft.put('request', id, next);
      record(draft, next, 'access.visible', system('apply'), {});
      startRemoval(draft, next, removal);
      showCards(draft, id);
    },
    async () => [...(await keysNow(world.store, id)), `request:${removal}` as const],
  );
  return DONE;
}
