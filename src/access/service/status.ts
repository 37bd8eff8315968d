/**
 * How an app is doing, for its owners and for auditors; and *sync*, which has it read now. Reads memory and the store (a
 * sync reads the directory); changes nothing but the audit log.
 */
import { refuse } from '../errors.ts';
import { troubleOf } from '../groups.ts';
import { personKey, type SlackId } from '../people.ts';
import type { AppPolicy } from '../policy.ts';
import { actorOf } from './actor.ts';
import { isAuditor, isOwner } from './approvers.ts';
import type { AppStatus, SyncView } from './desk.ts';
import { openFindings } from './drift/cards.ts';
import { ownerOf } from './pause.ts';
import { seatsOf } from './seats.ts';
import { appOf, directoryOf, type World } from './world.ts';

/** One app, or without one all the viewer may see. @throws AccessError `not_entitled` when that is none; DirectoryError */
export async function status(world: World, viewerId: SlackId, key?: string): Promise<AppStatus[]> {
  const viewer = await actorOf(world, viewerId);
  const auditor = isAuditor(world, viewer);
  const seen: AppStatus[] = [];
  for (const app of key === undefined ? Object.values(world.policy.apps) : [appOf(world, key)]) {
    const owner = await isOwner(world, app, viewer, 'recent');
    if (owner || auditor) seen.push(await statusOf(world, app, owner));
  }
  return seen.length === 0 ? refuse({ code: 'not_entitled', need: 'auditor' }) : seen;
}

async function statusOf(world: World, app: AppPolicy, owner: boolean): Promise<AppStatus> {
  const directory = directoryOf(world, app.key);
  const record = await world.store.read('app', app.key);
  const { syncedAt, complete } = directory.freshness();
  const count = { active: 0, inactive: 0 };
  for (const account of directory.all()) count[account.active === false ? 'inactive' : 'active'] += 1;
  const seats = await seatsOf(world, app);
  const open = await world.store.openRequests({ app: app.key });
  const drift = await openFindings(world, app.key);
  const now = world.clock.now();
  return {
    app: app.key,
    owner,
    mirror: { ...(syncedAt === undefined ? {} : { syncedAt }), complete, ...count },
    ...(seats === undefined ? {} : { seats }),
    roles: Object.keys(app.roles).map((role) => {
      const group = record?.groups[role];
      const members = group === undefined ? 'unknown' : directory.knownMembers(group.id);
      const trouble = troubleOf(record, role);
      return {
        role,
        ...(group === undefined ? {} : { group }),
        ...(members === 'unknown' ? {} : { members: members.size }),
        ...(trouble === undefined ? {} : { trouble }),
      };
    }),
    ...(record?.paused === undefined ? {} : { paused: record.paused }),
    ...(record?.unauthorizedSince === undefined ? {} : { unauthorizedSince: record.unauthorizedSince }),
    ...(record?.learned === undefined ? {} : { learned: record.learned.facts }),
    overdue: open.filter(({ state, until }) => state === 'ending' || (until !== undefined && until <= now)).length,
    alarms: open.filter(({ alarm }) => alarm !== undefined).length,
    open: open.filter(({ state }) => state !== 'active' && state !== 'ending').length,
    waiting: open.filter(({ waits }) => waits !== undefined).length,
    ...(drift.since === undefined ? {} : { drift: drift.findings.length + drift.more }),
  };
}

/** Reads everybody and the groups of the roles now; joins a reading under way. @throws AccessError as `ownerOf` */
export async function sync(world: World, by: SlackId, key: string): Promise<SyncView> {
  const { app, owner } = await ownerOf(world, by, key);
  const result = await directoryOf(world, app.key).sync();
  await world.store.commit([], () => ({
    events: [
      {
        type: 'app.synced',
        actor: { kind: 'person', slack: owner.slack },
        about: [`person:${personKey(owner.slack)}`],
        app: app.key,
        complete: result.complete,
      },
    ],
    result: undefined,
  }));
  const linked = (await world.store.read('app', app.key))?.groups ?? {};
  return {
    ...result,
    app: app.key,
    groups: Object.keys(app.roles).filter((role) => linked[role] !== undefined).length,
  };
}
