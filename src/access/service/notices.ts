/**
 * Notices: messages to people that are not the card of a request. Stored with what caused them, sent by a job.
 */
import type { SlackId } from '../people.ts';
import { personKey } from '../people.ts';
import type { Job, Notice } from '../ports.ts';
import type { Draft } from './draft.ts';
import { DONE, type JobResult, type World } from './world.ts';

/** Puts a notice on record, to be told to each of `to`. Nobody to tell: nothing is put. */
export function notify(draft: Draft, id: string, to: readonly SlackId[], notice: Notice): void {
  if (to.length === 0) return;
  draft.put('notice', id, { id, to, notice, told: [] });
  draft.schedule({ key: `notice:${id}`, kind: 'notice', target: id, due: draft.now });
}

/** Job `notice`: tells those who have not been told yet, each on record before the next. */
export async function tellNotice(world: World, job: Job): Promise<JobResult> {
  const record = await world.store.read('notice', job.target);
  if (record === undefined) return DONE;
  for (const slack of record.to) {
    if (record.told.includes(personKey(slack))) continue;
    await world.notifier.tell(slack, record.notice);
    await world.store.commit([`notice:${record.id}`], (view) => {
      const now = view.get('notice', record.id);
      if (now === undefined) return { result: undefined };
      return {
        put: [{ kind: 'notice', id: now.id, value: { ...now, told: [...now.told, personKey(slack)] } }],
        result: undefined,
      };
    });
  }
  await world.store.commit([`notice:${record.id}`], () => ({ remove: [`notice:${record.id}`], result: undefined }));
  return DONE;
}
