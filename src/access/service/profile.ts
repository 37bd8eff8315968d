/**
 * The details of one account as an update would find them, for whoever may ask for one. Reads live, changes nothing.
 */
import { refuse } from '../errors.ts';
import { personKey, type SlackId, type SubjectRef } from '../people.ts';
import { actorOf } from './actor.ts';
import { needAssigned } from './assigned.ts';
import { identify, personParty } from './binding.ts';
import type { ProfileView } from './desk.ts';
import { called } from './plan-update.ts';
import { needRight, theAccount } from './planning.ts';
import { appOf, directoryOf, type World } from './world.ts';

/** @throws AccessError, DirectoryError */
export async function profile(
  world: World,
  viewerId: SlackId,
  appKey: string,
  whose: SubjectRef,
): Promise<ProfileView> {
  const viewer = await actorOf(world, viewerId);
  const app = appOf(world, appKey);
  const { updates } = app.traits;
  if (updates.length === 0) refuse({ code: 'no_updates', app: app.key });
  const known = await identify(world, app.key, whose, viewer);
  const { account, party } = theAccount(app, known);
  const own = (await world.store.read('person', personKey(viewer.slack)))?.accounts[app.key];
  const asking = { app, requester: personParty(viewer, own), subject: party, account };
  const { rule } = await needRight(world, asking, 'update', viewer);
  await needAssigned(world, app, account.id, 'not_enough');
  const now = await directoryOf(world, app.key).profile(account.id);
  if (now === undefined) return refuse({ code: 'no_account', app: app.key });
  const manager = updates.includes('manager') ? await called(world, app, now.manager ?? '') : '';
  return {
    app: app.key,
    account: { id: account.id, name: account.name, email: account.email },
    values: Object.fromEntries(updates.map((each) => [each, now[each] ?? ''])),
    ...(manager === '' ? {} : { manager }),
    reasonRequired: rule.reason.required,
  };
}
