/**
 * English for the facts an approver decides on. Knows no block and no state.
 */
import type { AccessRequest, ApproverWhy, DurationAsk, Held, Length } from '../../../access/request.ts';
import type { Deal, DealChange } from '../deal.ts';
import type { Names } from '../names.ts';
import { bold, listed, NOTHING, piece, quote, say, type Words } from '../words.ts';
import { attributes } from './labels.ts';
import { duration, more, names, WEEKDAYS } from './words.ts';

/** "Member → Admin"; where roles are held side by side "Member → Member, Billing". */
export function change(
  deal: Deal,
  held: Held | undefined,
  { base, exclusive }: { readonly base: string | undefined; readonly exclusive: boolean },
  n: Names,
): Words {
  const now = held?.roles.map((one) => n.role(one.role)) ?? [];
  const from = now.length > 0 ? names(now) : say`no role`;
  const to = base === undefined ? say`no role` : piece(base);
  switch (deal.action) {
    case 'grant': {
      const [role = '?'] = deal.roles;
      if (now.includes(role)) return say`${role} stays`;
      return say`${from} → ${names(exclusive ? [role] : [...now, role])}`;
    }
    case 'revoke':
      return say`${names(deal.roles)} → ${restOf(now, deal.roles, to)}`;
    case 'provision':
      return say`no account → ${base === undefined ? 'account without a role' : base}`;
    case 'disable':
      return say`${from} → switched off`;
    case 'enable':
      return say`switched off → ${to}`;
    case 'update':
      return names(
        deal.changes.map((one) => attributes[one.attribute]),
        deal.changes.length,
      );
  }
}

const NONE = say`(none)`;
const VALUE_SHOWN = 256;

/** "Title: Analyst → Senior analyst". */
export function attributeChange({ attribute, from, to }: DealChange): Words {
  const value = (text: string): Words => (text === '' ? NONE : piece(text, VALUE_SHOWN));
  return say`${bold(attributes[attribute])}: ${value(from)} → ${value(to)}`;
}

function restOf(now: readonly string[], gone: readonly string[], base: Words): Words {
  const rest = now.filter((one) => !gone.includes(one));
  return rest.length > 0 ? names(rest) : base;
}

export function holds(held: Held | undefined, n: Names): Words {
  if (held === undefined || held.account === 'unknown') return say`could not be read`;
  if (held.account === 'none') return say`no account yet`;
  const off = held.account === 'inactive' ? say`account switched off; ` : NOTHING;
  if (held.roles.length === 0) return say`${off}no role`;
  const each = held.roles.map((one) =>
    one.until !== undefined && !one.standing
      ? say`${n.role(one.role)} until ${n.at(one.until)}`
      : say`${n.role(one.role)} (${one.standing ? 'standing' : 'by a grant, no end'})`,
  );
  return say`${off}${listed(each, 6, more)}`;
}

export function howLong(length: Length | undefined, asked: DurationAsk | undefined, n: Names): Words {
  if (length !== undefined) {
    switch (length.kind) {
      case 'for':
        return say`${duration(length.ms)}, counted from when it is given`;
      case 'until':
        return say`until ${n.at(length.at)}`;
      case 'review':
        return say`no end; looked at again after ${duration(length.ms)}`;
    }
  }
  return asked === undefined ? say`as the policy says` : askedFor(asked, n);
}

/** What was typed, before anything is known of zones. */
export function askedFor(asked: DurationAsk, n: Names): Words {
  const two = (part: number) => String(part).padStart(2, '0');
  switch (asked.kind) {
    case 'for':
      return piece(duration(asked.ms));
    case 'at':
      return say`until ${n.at(asked.at)}`;
    case 'clock':
      return say`until ${two(asked.hour)}:${two(asked.minute)}`;
    case 'weekday':
      return say`until ${WEEKDAYS[asked.weekday - 1] ?? '?'}`;
    case 'date':
      return say`until ${asked.year}-${two(asked.month)}-${two(asked.day)}`;
  }
}

export function whyYou(why: ApproverWhy, deal: Deal): Words {
  switch (why) {
    case 'manager':
      return say`You are the manager of ${deal.subject}.`;
    case 'owner':
      return say`You are an owner of ${deal.app}.`;
    case 'named':
      return say`The policy names you for this.`;
    case 'owner_manager_unknown':
      return say`Manager unknown: asked as an owner of ${deal.app}.`;
    case 'owner_escalated':
      return say`Nobody answered in time: asked as an owner of ${deal.app}.`;
    case 'owner_nobody_else':
      return say`Nobody else may decide this (whoever asks or receives never counts): asked as an owner of ${deal.app}.`;
  }
}

export const sensitive = (deal: Deal): Words =>
  say`${bold('Sensitive role.')} Its holders can change settings and people in ${deal.app}. Approve only if you know why it is needed.`;
export const standing: Readonly<Record<NonNullable<AccessRequest['standing']>, (deal: Deal) => Words>> = {
  deactivated: (deal) =>
    say`${bold('Deactivated in Slack.')} ${deal.subject} may have left. Approve only if you know why it is needed.`,
  guest: (deal) => say`${bold('A guest in Slack.')} ${deal.subject} may not belong to your organisation.`,
};
export const disableEffect = (deal: Deal): Words =>
  say`Once approved, ${deal.subject} can no longer sign in to ${deal.app}; grants end and every role above the base role is removed.`;
export const identityChange = (deal: Deal): Words =>
  say`${bold('This says who somebody is, or who decides for them.')} Two owners must agree. Check with ${deal.subject} first, in person or by phone.`;
export const deniedBefore = (at: Words, reason: string | undefined): Words =>
  reason === undefined
    ? say`The same was denied before, ${at}.`
    : say`The same was denied before, ${at}:\n${quote(reason)}`;
export const disabledBefore = (at: Words, by: string, reason: string | undefined): Words =>
  reason === undefined
    ? say`Disabled ${at} by ${by}, no reason kept.`
    : say`Disabled ${at} by ${by}:\n${quote(reason)}`;
export const otherName = (was: string, asked: string): Words =>
  say`${bold('Another name.')} The old name of this account is ${piece(was, 120)}; it was asked for under ${piece(asked, 120)}. Make sure that it is the same person. Two owners must agree.`;
export const seatsLeft = (left: number): Words => say`Seats left after this: ${left}.`;
export const linkedFirst = (id: string): Words => say`Linked: starts when the account of request ${id} is visible.`;
export const linkedThen = (id: string): Words =>
  say`Linked: a role is asked for with it (request ${id}), decided on its own card.`;
export const handOver = (also: 'revoke' | 'disable'): Words =>
  say`Part of a hand-over: afterwards ${also === 'revoke' ? 'the role is taken from its present holder' : 'the present holder is disabled'}. This grant has no end but a review date.`;
export const adopts = say`${bold('Adoption.')} The role is held already, without a grant. Approved, it ends on time; denied, it stays as it is and the owners decide.`;
export const lapses = (at: Words): Words => say`Lapses ${at} if nobody decides`;
export const requestId = (id: string): Words => say`Request ${id}`;
export const OBSERVE = say`Observe mode: the whole flow, but nothing is written to the app.`;
