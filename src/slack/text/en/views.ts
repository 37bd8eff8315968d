/**
 * English for look-ups, lists, the hub and the App Home. Knows no block.
 */
import type { Principal } from '../../../access/policy.ts';
import type { HeldRole, ListWhich } from '../../../access/service/desk.ts';
import type { Names } from '../names.ts';
import { bold, code, listed, mention, piece, say, usergroup, type Words } from '../words.ts';
import { countOf, duration, names } from './words.ts';

const ACTIVE = { true: 'active', false: 'switched off', unknown: 'state unknown' } as const;
export const accountState = (active: boolean | 'unknown'): string => ACTIVE[`${active}`];

export const accountTitle = (person: Words, app: string): Words => say`${person} in ${bold(app)}`;
export const state = (active: boolean | 'unknown'): Words => say`Account: ${accountState(active)}`;
export const manager = (who: string): Words => say`Manager: ${piece(who, 120)}`;

/** "Admin until …", "Member (standing)". */
export function held(one: HeldRole, n: Names): Words {
  const role = n.role(one.role);
  if (one.seen === false) return say`${bold(role)}, accepted but not visible in the app yet`;
  // Standing membership stays after any grant: an end would be a promise that is not kept.
  if (one.standing) return say`${bold(role)} (standing)`;
  if (one.until === null) return say`${bold(role)}, by a grant with no end`;
  if (one.until !== undefined) return say`${bold(role)} until ${n.at(one.until)}`;
  return bold(role);
}
export const heldIn = (role: Words, app: string): Words => say`${role} in ${app}`;
export const roles = (all: Words): Words => say`Holds: ${all}`;
export const noRole = say`Holds no role`;
export const disabled = (at: Words, by: string): Words => say`Switched off ${at} by ${piece(by, 80)}`;
export const live = say`Read from the app just now.`;
export const silent = (apps: Words): Words => say`${apps} did not answer just now: what is there is not shown.`;
export const asOf = (at: Words): Words => say`As of the last sync, ${at}.`;
export const neverSynced = say`The first sync is not finished: this may be incomplete.`;
export const incomplete = say`The last sync was incomplete: some accounts may be missing.`;
export const openHere = say`Open:`;

export const pick = (text: string, count: number): Words =>
  say`${countOf(count, 'account')} ${count === 1 ? 'looks' : 'look'} like “${piece(text, 60)}”. Pick the one you mean.`;
export const typed = (text: string): Words => say`“${piece(text, 60)}”`;
export const none = (what: Words): Words =>
  say`Nothing found over SCIM for ${what}. It may still exist in the app's own console.`;
export const noneNext = (n: Names): Words =>
  say`Check the spelling, or ask for an account with ${code(`${n.command} provision`)}.`;

/**
 * Says what was counted and no more.
 * @param base label of the base role; empty: none  @param partial others are there that the reader may not see
 */
export function listTitle(app: string, which: ListWhich, total: number, base: string, partial: boolean): Words {
  const accounts = countOf(total, 'account');
  const active = countOf(total, 'active account');
  const what: Record<ListWhich, string> = {
    admins: `${active} with a role${base === '' ? '' : ` above ${base}`}`,
    members: `${active}${base === '' ? '' : ` with ${base}`}`,
    inactive: `${accounts} switched off`,
    pending: `${countOf(total, 'request')} waiting for a decision`,
    expiring: `${accounts} with a role that ends within a day`,
  };
  return say`${bold(app)}: ${what[which]}${partial ? ', of those you may see' : ''}`;
}
export const onlyYours = (which: ListWhich): Words =>
  which === 'pending'
    ? say`You see the requests you have a part in; owners and auditors see all of them.`
    : say`You see yourself and those who report to you; owners and auditors see everybody.`;
export const emptyList = say`Nobody here.`;
export const moreRows = (count: number): Words => say`…and ${count} more.`;

export const greeting = (name: string): Words => say`Hello ${piece(name, 60)}.`;
export const mineTitle = say`What you hold and what you have asked for.`;
export const pendingTitle = say`What waits for you and what you wait for.`;
export const nothingWaiting = say`Nothing waits for you.`;
export const noAccess = say`You hold no role that I know of.`;
export const noRequests = say`You have no open requests.`;
export const noApps = say`No app is set up yet. Ask whoever runs me to add one to the policy.`;
export const offer = (name: string, roleNames: readonly string[]): Words =>
  roleNames.length === 0 ? say`${bold(name)}: account only` : say`${bold(name)}: ${names(roleNames)}`;
export const upTo = (ms: number): Words => say`up to ${duration(ms)}`;
export function owners(all: readonly Principal[]): Words {
  const named = all.map((one) =>
    one.kind === 'email'
      ? piece(one.email, 80)
      : one.kind === 'slack'
        ? mention(one.user, one.user)
        : usergroup(one.id),
  );
  return all.length === 0 ? say`No owner is named.` : say`Owners: ${listed(named, 5, (more) => `and ${more} more`)}`;
}
export const observed = say`Observe mode: nothing is written.`;

export const modal = {
  disablePlan: say`What happens once it is approved: the account is switched off; grants end; every role above the base role is removed, standing ones too; open requests for it are closed. The app keeps the data.`,
  enablePlan: say`Once an owner approves, the account is switched on again with the base role only. Other roles must be asked for anew.`,
  updatePlan: (who: Words, app: string): Words =>
    say`${who} in ${bold(app)}, as the app shows it now. Change what is to change and leave the rest; what you empty is taken away. An owner decides; for addresses and the manager two owners must agree.`,
  denied: (what: Words): Words => say`You deny: ${what}`,
  handOver: (role: string, app: string): Words =>
    say`The successor gets ${bold(`${role} in ${app}`)} first, with no end but a review date; the manager and an owner must agree. Only then is it taken away here.`,
  revokeAll: (roleNames: readonly string[], app: string, who: Words): Words =>
    say`All of these are taken away in ${bold(app)} from ${who}: ${names(roleNames, 10)}.`,
  loading: say`I am looking it up…`,
  sent: (what: Words): Words =>
    say`I have taken your request: ${what}. Nothing is changed yet; the answer comes as a message.`,
};
