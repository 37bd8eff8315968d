/**
 * What the house does by itself: publishes the head of the chain daily, verifies the chain daily, says when it starts.
 */
import type { DirectoryError } from '../errors.ts';
import { personKey, type SlackId } from '../people.ts';
import { DAY } from '../policy.ts';
import type { Job, NewJob, Notice, SyncResult } from '../ports.ts';
import { ownersOf } from './approvers.ts';
import { draftOn, system } from './draft.ts';
import { compareJob, mirrorJobs } from './drift/when.ts';
import { checkJob } from './groups.ts';
import { notify, notifyOwners } from './notices.ts';
import type { JobResult, World } from './world.ts';

/** Of the people who left a group unasked this many are named to the owners; the audit event names all. */
const LOST_NAMED = 10;

/** Every reachable owner of every app, each once. @throws DirectoryError */
export async function everyOwner(world: World): Promise<SlackId[]> {
  const all = (await Promise.all(Object.values(world.policy.apps).map((app) => ownersOf(world, app)))).flat();
  return [...new Map(all.map((owner) => [personKey(owner.slack), owner.slack])).values()];
}

/** Stores a notice for these people. */
export async function send(world: World, to: readonly SlackId[], notice: Notice): Promise<void> {
  const id = world.newId();
  await world.store.commit([`notice:${id}`], (view) => {
    const draft = draftOn(view);
    notify(draft, id, to, notice);
    return draft.change(undefined);
  });
}

/** Job `head`: made durable beside the journal first, then handed to the owners, who can hold us to it. */
export async function publishHead(world: World, _job: Job): Promise<JobResult> {
  const owners = await everyOwner(world);
  const head = await world.store.head();
  await world.store.keepHead(head);
  const id = world.newId();
  await world.store.commit([`notice:${id}`], (view) => {
    const draft = draftOn(view);
    notify(draft, id, owners, { kind: 'head', ...head });
    draft.event({ type: 'head.published', actor: system('store'), about: [], ...head });
    return draft.change(undefined);
  });
  return { kind: 'again', due: world.clock.now() + DAY };
}

/** Job `chain`: the whole chain, every day. A break is told to the owners each time. */
export async function verifyChain(world: World, _job: Job): Promise<JobResult> {
  const broken = await world.store.verify();
  if (broken !== undefined) {
    world.log.error(broken, 'the audit chain does not hold');
    await send(world, await everyOwner(world), { kind: 'chain_broken', ...broken });
  }
  return { kind: 'again', due: world.clock.now() + DAY };
}

/** The jobs that are always there; scheduled at start where they are missing. */
export async function keepWatch(world: World): Promise<void> {
  const now = world.clock.now();
  const standing: NewJob[] = [
    { key: 'head:daily', kind: 'head', target: 'daily', due: now + DAY },
    { key: 'chain:daily', kind: 'chain', target: 'daily', due: now + DAY },
    { key: 'sweep:once', kind: 'sweep', target: 'once', due: now },
    ...mirrorJobs(world),
  ];
  // What a role's group is, is looked at anew at each start.
  const missing: NewJob[] = Object.keys(world.policy.apps).map((app) => checkJob(app, now));
  for (const job of standing) if ((await world.store.job(job.key)) === undefined) missing.push(job);
  if (missing.length > 0) {
    await world.store.commit([], () => ({ jobs: missing.map((schedule) => ({ schedule })), result: undefined }));
  }
}

/** The SCIM token of an app is refused, or works again: on record, and told to the owners once per outage. */
export async function tokenState(world: World, app: string, works: boolean): Promise<void> {
  const id = world.newId();
  await world.store.commit([`app:${app}`, `notice:${id}`], (view) => {
    const draft = draftOn(view);
    const record = draft.get('app', app) ?? { app, groups: {}, claims: [] };
    if (works === (record.unauthorizedSince === undefined)) return draft.change(undefined);
    const { unauthorizedSince: _since, ...rest } = record;
    draft.put('app', app, works ? rest : { ...rest, unauthorizedSince: draft.now });
    if (!works) notifyOwners(draft, id, app, { kind: 'unauthorized', app });
    return draft.change(undefined);
  });
}

/**
 * A look at the whole app has ended: what it says of the token is on record, also where no change was tried, and what the
 * groups of the roles are is looked at again.
 */
export async function synced(
  world: World,
  app: string,
  result: SyncResult,
  error: DirectoryError | undefined,
): Promise<void> {
  if (result.why === 'stopped') return;
  const fault = error?.fault;
  if (fault === undefined || fault === 'unauthorized') await tokenState(world, app, fault === undefined);
  // What did not answer, or not to us, says nothing about groups.
  if (fault === 'unauthorized' || fault === 'unavailable') return;
  const job = checkJob(app, world.clock.now());
  // Whoever is not in a listing that broke off may be there all the same.
  const compare = result.complete ? [compareJob(app, world.clock.now())] : [];
  await world.store.commit([], () => ({
    jobs: [job, ...compare].map((schedule) => ({ schedule })),
    result: undefined,
  }));
}

/** An incident: a write made people leave a group whom nobody had named. On record and for the owners to mend. */
export async function membersLost(
  world: World,
  app: string,
  group: string,
  accounts: readonly string[],
): Promise<void> {
  const id = world.newId();
  const people = accounts.slice(0, LOST_NAMED).map((each) => world.directories[app]?.known(each)?.email ?? each);
  await world.store.commit([`app:${app}`, `notice:${id}`], (view) => {
    const draft = draftOn(view);
    const groups = Object.entries(draft.get('app', app)?.groups ?? {});
    const role = groups.find(([, linked]) => linked.id === group)?.[0] ?? group;
    draft.event({
      type: 'group.members_lost',
      actor: system('directory'),
      about: accounts.map((each) => `account:${app}/${each}`),
      app,
      group,
      accounts,
    });
    notifyOwners(draft, id, app, { kind: 'members_lost', app, role, people, count: accounts.length });
    return draft.change(undefined);
  });
}
