/**
 * Pause and resume: an owner stops what gives access in an app, and lets it go on. Everything is kept and decided
 * meanwhile; what takes access away never stops.
 */
import { refuse } from '../errors.ts';
import { unknownApp } from '../groups.ts';
import { type Party, type Person, personKey, type SlackId } from '../people.ts';
import type { AppPolicy } from '../policy.ts';
import { actorOf } from './actor.ts';
import { isOwner } from './approvers.ts';
import { personParty } from './binding.ts';
import type { PauseView } from './desk.ts';
import { draftOn } from './draft.ts';
import { waitingIn, wakeJob } from './halt.ts';
import { notifyOwners } from './notices.ts';
import { appOf, type World } from './world.ts';

/** The owner of an app, as of now. @throws AccessError `outsider`, `unknown_app`, `not_entitled`; DirectoryError */
export async function ownerOf(
  world: World,
  by: SlackId,
  key: string,
): Promise<{ readonly app: AppPolicy; readonly owner: Person }> {
  const owner = await actorOf(world, by);
  const app = appOf(world, key);
  return (await isOwner(world, app, owner)) ? { app, owner } : refuse({ code: 'not_entitled', need: 'owner' });
}

/** What is approved waits from here on. `before`: it was paused already. @throws as `ownerOf` */
export async function pause(world: World, by: SlackId, key: string): Promise<PauseView> {
  const { app, owner } = await ownerOf(world, by, key);
  const notice = world.newId();
  const paused = await world.store.commit([`app:${app.key}`, `notice:${notice}`], (view) => {
    const draft = draftOn(view);
    const record = draft.get('app', app.key) ?? unknownApp(app.key);
    if (record.paused !== undefined) return draft.change({ ...record.paused, before: true });
    const now = { at: draft.now, by: partyOf(owner) };
    draft.put('app', app.key, { ...record, paused: now });
    // What waits for a group already waits for the owner from now on.
    draft.schedule(wakeJob(app.key, draft.now));
    draft.event({
      type: 'app.paused',
      actor: { kind: 'person', slack: owner.slack },
      about: [`person:${personKey(owner.slack)}`],
      app: app.key,
      note: { by: owner.name },
    });
    notifyOwners(draft, notice, app.key, { kind: 'app_paused', app: app.key, ...now }, owner.slack);
    return draft.change({ ...now, before: false });
  });
  return { app: app.key, state: 'paused', ...paused, waiting: await waitingIn(world, app.key) };
}

/** What waited goes on, with all the time it had. `before`: it was running already. @throws as `ownerOf` */
export async function resume(world: World, by: SlackId, key: string): Promise<PauseView> {
  const { app, owner } = await ownerOf(world, by, key);
  const waiting = await waitingIn(world, app.key);
  const notice = world.newId();
  const before = await world.store.commit([`app:${app.key}`, `notice:${notice}`], (view) => {
    const draft = draftOn(view);
    const record = draft.get('app', app.key) ?? unknownApp(app.key);
    if (record.paused === undefined) return draft.change(true);
    const { paused: _paused, ...rest } = record;
    draft.put('app', app.key, { ...rest, resumedAt: draft.now });
    draft.schedule(wakeJob(app.key, draft.now));
    draft.event({
      type: 'app.resumed',
      actor: { kind: 'person', slack: owner.slack },
      about: [`person:${personKey(owner.slack)}`],
      app: app.key,
      note: { by: owner.name },
    });
    const told = { kind: 'app_resumed', app: app.key, by: partyOf(owner), at: draft.now } as const;
    notifyOwners(draft, notice, app.key, told, owner.slack);
    return draft.change(false);
  });
  const stopped = (await world.store.read('app', app.key))?.troubles ?? [];
  return { app: app.key, state: 'running', before, waiting, stopped: stopped.length > 0 };
}

const partyOf = (owner: Person): Party => personParty(owner);
