/**
 * Link: an owner says which account a Slack person is. And *I can't get in*, which tells the owners.
 */
import { refuse } from '../errors.ts';
import { type SlackId, sameSlack } from '../people.ts';
import { actorOf } from './actor.ts';
import { isOwner, ownersOf } from './approvers.ts';
import { bind } from './binding.ts';
import { draftOn } from './draft.ts';
import { notify } from './notices.ts';
import { appOf, directoryOf, type World } from './world.ts';

/** @throws AccessError `not_entitled`, `self_approval`, `unknown_person`, `no_account`, `ambiguous_account` */
export async function link(
  world: World,
  ownerId: SlackId,
  personId: SlackId,
  email: string,
): Promise<{ readonly name: string; readonly apps: readonly string[] }> {
  const owner = await actorOf(world, ownerId);
  if (sameSlack(ownerId, personId)) refuse({ code: 'self_approval' });
  const person = await world.people.person(personId);
  if (person === undefined || person.standing === 'bot')
    return refuse({ code: 'unknown_person', given: personId.user, slack: personId.user });
  const apps: string[] = [];
  let owned = 0;
  let name = email;
  for (const app of Object.values(world.policy.apps)) {
    if (!(await isOwner(world, app, owner))) continue;
    owned += 1;
    const found = await directoryOf(world, app.key).find(email);
    if (found.length > 1) refuse({ code: 'ambiguous_account', app: app.key, emails: found.map((each) => each.email) });
    const [account] = found;
    if (account === undefined) continue;
    await bind(world, app.key, person, account, 'owner', owner);
    apps.push(app.key);
    name = account.name;
  }
  if (owned === 0) refuse({ code: 'not_entitled', need: 'owner' });
  const [first] = Object.keys(world.policy.apps);
  if (apps.length === 0) refuse({ code: 'no_account', app: first ?? '', email });
  return { name, apps };
}

/** Tells the owners of the app that somebody who was welcomed cannot get in. */
export async function cannotGetIn(world: World, by: SlackId, appKey: string): Promise<void> {
  const person = await actorOf(world, by);
  const owners = await ownersOf(world, appOf(world, appKey));
  const id = world.newId();
  await world.store.commit([`notice:${id}`], (view) => {
    const draft = draftOn(view);
    notify(
      draft,
      id,
      owners.map((owner) => owner.slack),
      { kind: 'cannot_get_in', app: appKey, by: person.slack },
    );
    return draft.change(undefined);
  });
}
