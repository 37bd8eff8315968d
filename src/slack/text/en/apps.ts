/**
 * English for how an app is doing: paused, stopped by a group that is not what it was, read, its status. Knows no block.
 */
import type { AppTraits } from '../../../access/policy.ts';
import type { GroupTrouble } from '../../../access/ports.ts';
import type { Waiting } from '../../../access/request.ts';
import type { AppStatus, PauseView, SyncView } from '../../../access/service/desk.ts';
import type { Names } from '../names.ts';
import { personWords } from '../names.ts';
import { bold, code, join, listed, NOTHING, piece, say, type Words } from '../words.ts';
import { countOf, duration, more } from './words.ts';

const called = (name: string): Words => say`“${piece(name, 60)}”`;
const ids = (all: readonly string[]): Words =>
  listed(
    all.map((id) => code(id, 80)),
    4,
    more,
  );
/** What an operator types where the bot runs. The bot has the data folder, so it must be stopped for it. */
const linkCommand = (app: string, role: string): Words => code(`rolecall link ${app} ${role}=<id>`, 160);

// ------------------------------------------------------------------------------------------------ pause, resume

/** On the card of a request that waits for its app. @param approved nobody has to decide it any more */
export function waits(what: Waiting, app: string, approved: boolean, n: Names): Words {
  if (what.kind === 'paused') {
    const who = personWords(what.by);
    return approved
      ? say`Approved; waits until ${app} is resumed (paused by ${who} ${n.at(what.at)}). The time it waits does not count.`
      : say`${app} is paused (by ${who} ${n.at(what.at)}): once approved, it waits until an owner resumes it.`;
  }
  return approved
    ? say`Approved; waits until an owner has settled which groups ${app} uses. The time it waits does not count.`
    : say`Nothing is given in ${app} until an owner has settled which groups it uses: once approved, it waits.`;
}

export const halted = (kind: Waiting['kind']): Words =>
  kind === 'paused'
    ? say`Paused by an owner: requests are taken, and wait.`
    : say`Stopped: an owner must settle which groups it uses.`;

const waiting = (count: number): Words =>
  count === 0 ? NOTHING : say` ${countOf(count, 'request')} ${count === 1 ? 'waits' : 'wait'} now.`;

/** The answer to whoever paused or resumed. */
export function pauseAnswer(view: PauseView, n: Names): Words {
  const app = n.app(view.app);
  if (view.state === 'paused') {
    return view.before
      ? say`${bold(app)} is paused already, by ${personWords(view.by)} ${n.at(view.at)}.${waiting(view.waiting)}`
      : say`${bold(app)} is paused. Requests are still taken and decided; what gives access waits until an owner resumes it. Ends, removals and disabling go on.${waiting(view.waiting)}`;
  }
  if (view.before) return say`${bold(app)} is not paused, so there is nothing to resume.${waiting(view.waiting)}`;
  if (view.stopped)
    return say`${bold(app)} is no longer paused, but it still gives nothing: the group of a role needs your look.`;
  const went = countOf(view.waiting, 'request');
  return view.waiting === 0
    ? say`${bold(app)} goes on. Nothing had to wait.`
    : say`${bold(app)} goes on: ${went} that waited ${view.waiting === 1 ? 'is' : 'are'} applied now.`;
}

export const pausedNotice = (app: string, key: string, who: Words, at: Words, command: string): Words =>
  say`${bold(`${app} is paused`)} by ${who} since ${at}. Requests are taken and decided, but nothing is given there until an owner types ${code(`${command} resume ${key}`)}. Ends, removals and disabling go on.`;
export const resumedNotice = (app: string, who: Words, at: Words): Words =>
  say`${bold(`${app} goes on.`)} ${who} resumed it ${at}; what waited is applied now.`;

// ------------------------------------------------------------------------------------------------------- groups

export const renamed = (app: string, role: string, from: string, to: string): Words =>
  say`${bold(`${app}: the group of ${role} has another name.`)} It was ${called(from)} and is ${called(to)} now. It is the same group, so I go on with it. Correct the name in the policy, so that nobody is misled.`;

/** What is wrong with the group of a role, and whose step is next. */
export function trouble(what: GroupTrouble, n: Names, appKey: string): Words {
  const app = n.app(appKey);
  const stopped = say`Nothing is given in ${app} until that is settled; what waits is kept.`;
  switch (what.kind) {
    case 'gone': {
      const role = n.role(what.role);
      const gone = say`${bold(`${app}: the group of ${role} is gone.`)} ${called(what.group.name)} (${code(what.group.id, 80)}) is not there any more. ${stopped} What ends there cannot be confirmed, and stays overdue.`;
      return what.found === undefined
        ? say`${gone} Bring it back; or make a new group, stop me and run ${linkCommand(appKey, what.role)}.`
        : say`${gone} Another group has that name now: ${code(what.found.id, 80)}. I take it only when an owner says so.`;
    }
    case 'missing':
      return say`${bold(`${app}: no group carries ${n.role(what.role)}.`)} There is none called ${called(what.name)}. ${stopped} Make it, or correct the name in the policy; I look at every sync.`;
    case 'doubled':
      return say`${bold(`${app}: several groups could carry ${n.role(what.role)}.`)} ${called(what.name)} is the name of ${ids(what.ids)}. ${stopped} Rename all but one; or stop me and run ${linkCommand(appKey, what.role)}.`;
    case 'shared': {
      const roles = join(
        what.roles.map((role) => piece(n.role(role))),
        ' and ',
      );
      return say`${bold(`${app}: one group would carry two roles.`)} ${called(what.group.name)} (${code(what.group.id, 80)}) stands for ${roles}. ${stopped} Give each role a group of its own in the policy; or stop me and run ${linkCommand(appKey, what.roles.at(-1) ?? '')}.`;
    }
  }
}

export function settled(app: string, role: string, group: string, by: Words | undefined): Words {
  const how = by === undefined ? NOTHING : say`, as ${by} decided`;
  return say`${bold(`${app}: the group of ${role} is clear again.`)} It is ${called(group)}${how}. What waited for it goes on.`;
}
export const used = (app: string, role: string, group: string): Words =>
  say`Done: ${role} in ${bold(app)} is carried by ${called(group)} from now on. What waited for it goes on.`;

// --------------------------------------------------------------------------------------------------------- sync

/** Why a reading was not complete. What is not known here is said as it came. */
const WHY: Readonly<Record<string, string>> = {
  unfinished: 'the listing was not read to its end',
  failed: 'a page could not be read',
  short: 'the listing ends before the total it promised',
  repeated: 'the listing repeats itself',
  changed: 'it kept changing while it was read',
  cursor: 'its pages expired before they could be read',
  unreadable: 'some rows have no id',
  limit: 'the listing is longer than any that is read',
  stopped: 'I was being stopped',
  empty: 'it showed nobody at all',
  groups: 'the members of a group could not be read',
  unavailable: 'it did not answer',
  unauthorized: 'it refuses my token',
  forbidden: 'my token may not read that',
  rejected: 'it refused the question',
};
const whyWords = (why: string | undefined): Words =>
  why === undefined ? say`it did not say why` : piece((Object.hasOwn(WHY, why) ? WHY[why] : undefined) ?? why, 120);

export function synced(view: SyncView, app: string): Words {
  const accounts = say`Read ${countOf(view.accounts, 'account')}`;
  const gone = view.gone === 0 ? NOTHING : say`; ${view.gone} ${view.gone === 1 ? 'is' : 'are'} gone`;
  return view.complete
    ? say`${accounts} and ${countOf(view.groups, 'group')} from ${bold(app)}${gone}. Complete.`
    : say`${accounts} from ${bold(app)}, and it was ${bold('not complete')}: ${whyWords(view.why)}. Nobody was taken for gone. Try again later, or run ${code('rolecall doctor')}.`;
}

// ------------------------------------------------------------------------------------------------------- status

export const statusTitle = (app: string): Words => say`${bold(app)}`;
export const statusFallback = (apps: readonly string[]): Words =>
  say`How ${join(
    apps.map((app) => piece(app, 60)),
    ', ',
  )} ${apps.length === 1 ? 'is' : 'are'} doing`;

export function mirror({ syncedAt, complete, active, inactive }: AppStatus['mirror'], n: Names): Words {
  if (syncedAt === undefined)
    return say`Not read completely yet; ${countOf(active + inactive, 'account')} seen so far.`;
  const off = inactive === 0 ? NOTHING : say`, ${inactive} switched off`;
  const last = complete ? NOTHING : say` The last reading was not complete.`;
  return say`${countOf(active, 'active account')}${off}, read completely ${n.at(syncedAt)}.${last}`;
}
export const seats = (used: number, all: number): Words => say`Seats: ${used} of ${all} taken.`;
export function roleGroup(one: AppStatus['roles'][number], n: Names): Words {
  const role = bold(n.role(one.role));
  if (one.group === undefined) return say`${role}: not linked to a group`;
  const members = one.members === undefined ? say`members not listed` : piece(countOf(one.members, 'member'));
  return say`${role}: ${called(one.group.name)} (${code(one.group.id, 80)}), ${members}`;
}
export const pausedSince = (by: Words, at: Words): Words =>
  say`${bold('Paused')} by ${by} ${at}: what gives access waits.`;
export const unauthorized = (at: Words): Words =>
  say`${bold('It refuses my token')} since ${at}. Put a new one in place and restart me.`;
export const tokenWorks = say`My token works.`;

export function work(view: Pick<AppStatus, 'open' | 'waiting' | 'alarms' | 'overdue' | 'drift'>): Words {
  const { open, waiting: held, alarms, overdue, drift } = view;
  const said = [
    say`${countOf(open, 'open request')}`,
    held === 0 ? NOTHING : say`${held} waiting for the app`,
    overdue === 0 ? NOTHING : say`${bold(`${countOf(overdue, 'end')} overdue`)}`,
    alarms === 0 ? NOTHING : say`${bold(`${countOf(alarms, 'alarm')}`)}`,
    drift === undefined ? NOTHING : say`${drift === 0 ? 'no drift' : countOf(drift, 'open drift finding')}`,
  ];
  return say`${join(said, ' · ')}.`;
}

/** What an owner should know of the app itself. */
export function traits(app: AppTraits): Words {
  const said = [
    say`A change may take up to ${duration(app.settlesWithin)} to be seen in the app.`,
    app.invites ? say`It mails new people itself.` : NOTHING,
    app.assignedOnly ? say`Only accounts in a linked group, or made by me, are touched.` : NOTHING,
    app.lockedInConsole ? say`Accounts made by me cannot be changed or removed in its own console.` : NOTHING,
  ];
  return join(said, ' ');
}

/** Which role counts for somebody in several groups: the app decides by this order. */
export const priority = (roles: readonly Words[]): Words =>
  say`Of several roles the first counts: ${join(roles, ', ')}. Its own console must say the same.`;

export function learned(facts: {
  readonly patchUsers?: 'no' | undefined;
  readonly membersListed?: 'yes' | undefined;
  readonly search?: 'yes' | 'no' | undefined;
  readonly batchSize?: 1 | undefined;
  readonly ifMatch?: 'yes' | undefined;
  readonly refusedFilters?: readonly string[] | undefined;
}): Words {
  const said = [
    facts.patchUsers === 'no' ? say`it takes whole accounts only (no PATCH)` : NOTHING,
    facts.membersListed === 'yes' ? say`it lists the members of groups` : NOTHING,
    facts.refusedFilters !== undefined && facts.refusedFilters.length > 0
      ? say`it cannot filter by ${facts.refusedFilters.join(', ')}`
      : NOTHING,
    facts.search === 'yes' ? say`it takes searches by POST` : NOTHING,
    facts.batchSize === 1 ? say`it takes one member at a time` : NOTHING,
    facts.ifMatch === 'yes' ? say`it wants to know the version it changes` : NOTHING,
  ].filter((words) => words.parts.length > 0);
  return said.length === 0 ? NOTHING : say`Learned of it: ${join(said, '; ')}.`;
}

// ------------------------------------------------------------------------------------------------- on the cards

export const mayNeed = (app: string, settlesWithin: number): Words =>
  say`${app} itself may need up to ${duration(settlesWithin)} to show it.`;
export const settlesSlowly = (settlesWithin: number): Words =>
  say`There a change may take up to ${duration(settlesWithin)}.`;
export const onlyHere = (app: string): Words =>
  say`An account made here cannot be changed or removed in the console of ${app}: it can only be switched off, here.`;
export const invitesItself = (app: string): Words =>
  say`${app} mails the invitation itself, so I send no welcome of my own.`;
