/**
 * Notices: messages to people that are not the card of a request. Stored with what caused them, sent by a job.
 */
import type { SlackId } from '../people.ts';
import { personKey } from '../people.ts';
import { DAY } from '../policy.ts';
import type { Job, Notice, NoticeRecord } from '../ports.ts';
import { ownersOf } from './approvers.ts';
import type { Draft } from './draft.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** After this long whoever could not be reached is not told any more. */
const GIVE_UP = DAY;

/** Puts a notice on record, to be told to each of `to`. Nobody to tell: nothing is put. */
export function notify(draft: Draft, id: string, to: readonly SlackId[], notice: Notice): void {
  if (to.length === 0) return;
  draft.put('notice', id, { id, to, notice, told: [] });
  draft.schedule({ key: `notice:${id}`, kind: 'notice', target: id, due: draft.now });
}

/**
 * The same for the owners of an app, whoever they are when it is told: a Slack that is down loses nobody.
 * @param except whoever did it, and knows
 */
export function notifyOwners(draft: Draft, id: string, app: string, notice: Notice, except?: SlackId): void {
  draft.put('notice', id, { id, to: [], owners: app, notice, told: except === undefined ? [] : [personKey(except)] });
  draft.schedule({ key: `notice:${id}`, kind: 'notice', target: id, due: draft.now });
}

/**
 * Job `notice`: tells those who have not been told yet, each on record before the next. One who cannot be reached does
 * not keep the others from being told. @throws what the last of them met, to be run again later
 */
export async function tellNotice(world: World, job: Job): Promise<JobResult> {
  const record = await world.store.read('notice', job.target);
  if (record === undefined) return DONE;
  let failure: unknown;
  for (const slack of await toldTo(world, record)) {
    if (record.told.includes(personKey(slack))) continue;
    try {
      await tell(world, record, slack);
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined && world.clock.now() - job.since < GIVE_UP) throw failure;
  if (failure !== undefined) world.log.warn({ notice: record.notice.kind }, 'gave up telling somebody');
  await world.store.commit([`notice:${record.id}`], () => ({ remove: [`notice:${record.id}`], result: undefined }));
  return DONE;
}

/** Each person once. @throws DirectoryError when the owners could not be looked up */
async function toldTo(world: World, { to, owners }: NoticeRecord): Promise<SlackId[]> {
  const app = owners === undefined ? undefined : world.policy.apps[owners];
  const all = [...to, ...(app === undefined ? [] : (await ownersOf(world, app)).map((owner) => owner.slack))];
  return [...new Map(all.map((slack) => [personKey(slack), slack])).values()];
}

async function tell(world: World, { id, notice }: NoticeRecord, slack: SlackId): Promise<void> {
  await world.notifier.tell(slack, notice);
  await world.store.commit([`notice:${id}`], (view) => {
    const now = view.get('notice', id);
    if (now === undefined) return { result: undefined };
    return {
      put: [{ kind: 'notice', id, value: { ...now, told: [...now.told, personKey(slack)] } }],
      result: undefined,
    };
  });
}
