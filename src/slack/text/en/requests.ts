/**
 * English for requests: what is asked, where it stands, how it ended, what is wrong. Knows no block and no state machine.
 */
import type { Alarm, Closing, Outcome } from '../../../access/request.ts';
import type { Deal, DealChange } from '../deal.ts';
import type { Names } from '../names.ts';
import { personWords } from '../names.ts';
import { bold, listed, NOTHING, piece, quote, say, type Words } from '../words.ts';
import { attributeChange } from './facts.ts';
import { more, names } from './words.ts';

/** "Admin", "Admin, Billing", or what stands for no role named. */
const role = (deal: Deal): Words => (deal.roles.length === 0 ? say`every role above the base role` : names(deal.roles));
export const whom = (deal: Deal): Words => (deal.aboutYou ? say`you` : deal.subject);
const account = (deal: Deal): Words =>
  deal.aboutYou ? say`your ${deal.app} account` : say`the ${deal.app} account of ${deal.subject}`;
const group = (deal: Deal): Words =>
  say`the ${names(deal.roles)} group${deal.roles.length === 1 ? '' : 's'} of ${deal.app}`;

/** The first line: who asks what for whom; who asked, once it is decided. */
export function asks(deal: Deal): Words {
  const who = deal.byYou ? say`You` : deal.requester;
  const ask = deal.past ? 'asked' : deal.byYou ? 'ask' : 'asks';
  const forWhom = deal.self ? NOTHING : say` for ${whom(deal)}`;
  switch (deal.action) {
    case 'grant':
      return say`${who} ${ask} for ${bold(`${deal.roles[0] ?? 'a role'} in ${deal.app}`)}${forWhom}.`;
    case 'revoke':
      return deal.self
        ? say`${who} ${ask} to give back ${role(deal)} in ${bold(deal.app)}.`
        : say`${who} ${ask} to take ${role(deal)} in ${bold(deal.app)} from ${whom(deal)}.`;
    case 'provision':
      return say`${who} ${ask} for ${bold(`an account in ${deal.app}`)}${forWhom}.`;
    case 'disable':
      return say`${who} ${ask} to ${bold('disable')} ${account(deal)}.`;
    case 'enable':
      return say`${who} ${ask} to ${bold('enable')} ${account(deal)}.`;
    case 'update':
      return say`${who} ${ask} to ${bold('update')} ${account(deal)}.`;
  }
}

/** The request as a thing, as a sentence begins: for notifications, lists, dialogs. */
export function thing(deal: Deal): Words {
  return thingAs(deal, (word) => word);
}
/** The same inside a sentence. Names of roles stay as they are. */
export function thingInside(deal: Deal): Words {
  return thingAs(deal, (word) => word.toLowerCase());
}
function thingAs(deal: Deal, first: (word: string) => string): Words {
  const who = whom(deal);
  switch (deal.action) {
    case 'grant':
      return say`${deal.roles[0] ?? first('A role')} in ${deal.app} for ${who}`;
    case 'revoke':
      return say`${first('Taking')} ${role(deal)} in ${deal.app} from ${who}`;
    case 'provision':
      return say`${first('An')} account in ${deal.app} for ${who}`;
    case 'disable':
      return say`${first('Disabling')} ${account(deal)}`;
    case 'enable':
      return say`${first('Enabling')} ${account(deal)}`;
    case 'update':
      return say`${first('Updating')} ${account(deal)}`;
  }
}

/** Verb + object, plain, for a button. */
export function approveLabel(deal: Deal): string {
  const who = deal.subjectLabel;
  switch (deal.action) {
    case 'grant':
      return `Approve ${deal.roles[0] ?? 'role'} for ${who}`;
    case 'revoke':
      return `Approve taking ${deal.roles.length === 1 ? deal.roles[0] : 'roles'} from ${who}`;
    case 'provision':
      return `Approve account for ${who}`;
    case 'disable':
      return `Approve disabling ${who}`;
    case 'enable':
      return `Approve enabling ${who}`;
    case 'update':
      return `Approve the update of ${who}`;
  }
}

/** The body of the dialog that guards an approval. Plain, one sentence or two. */
export function approveConfirm(deal: Deal): string {
  if (deal.action === 'disable')
    return `${deal.subjectLabel} can no longer use ${deal.app}. Grants end and roles above the base role are removed.`;
  return `${deal.subjectLabel} will hold ${deal.roles.join(', ')} in ${deal.app}. Its holders can change settings and people there.`;
}

// ------------------------------------------------------------------------------------------ where it stands

export const lookingUp = say`I am looking up who it concerns and who decides.`;
export const stillLooking = say`I am still looking up who it concerns and who decides. I keep trying for up to an hour.`;
export const waitingFor = (people: readonly Words[]): Words =>
  people.length === 0 ? say`Waiting for somebody to decide.` : say`Waiting for ${listed(people, 5, more)}.`;
export const approvedBy = (who: Words, at: Words): Words => say`Approved by ${who}, ${at}.`;
export const deniedBy = (who: Words, at: Words, reason: string | undefined): Words =>
  reason === undefined ? say`Denied by ${who}, ${at}.` : say`Denied by ${who}, ${at}:\n${quote(reason)}`;
export function noApprovalNeeded(by: 'self' | 'owner' | 'manager' | 'expiry', deal: Deal): Words {
  switch (by) {
    case 'self':
      return say`No approval needed: it is your own access to give back.`;
    case 'owner':
      return say`No approval needed: ${deal.byYou ? 'you are' : say`${deal.requester} is`} an owner of ${deal.app}.`;
    case 'manager':
      return say`No approval needed: ${deal.byYou ? 'you are' : say`${deal.requester} is`} the manager.`;
    case 'expiry':
      return say`No approval needed: the time is up.`;
  }
}
export const nextUp = say`It is next to be applied.`;
export const waitsForAccount = say`It starts when the account is visible.`;

export function applying(deal: Deal): Words {
  switch (deal.action) {
    case 'grant':
      return say`Adding ${whom(deal)} to ${group(deal)} now.`;
    case 'revoke':
      return say`Taking ${whom(deal)} out of ${group(deal)} now.`;
    case 'provision':
      return say`Creating the account in ${deal.app} now.`;
    case 'disable':
      return say`Switching the account in ${deal.app} off now.`;
    case 'enable':
      return say`Switching the account in ${deal.app} on now.`;
    case 'update':
      return say`Changing the account in ${deal.app} now.`;
  }
}

/** @param end "until 17:04", or empty */
export function active(deal: Deal, end: Words): Words {
  return say`${deal.aboutYou ? 'You are' : say`${deal.subject} is`} in ${group(deal)}${end}`;
}
export const until = (at: Words): Words => say` until ${at}`;
export const noEnd = (review: Words): Words => say`, with no end; looked at again ${review}`;
export const confirmed = (at: Words): Words => say`, confirmed ${at}.`;
/** An end is planned although nothing is confirmed yet. */
export const planned = (at: Words): Words => say`Planned end: ${at}.`;
export const gone = (deal: Deal): Words =>
  say`${deal.aboutYou ? 'You are' : say`${deal.subject} is`} no longer in ${group(deal)}`;
export const kept = (deal: Deal): Words =>
  say`The grant is over. The membership in ${group(deal)} stays: it was there before, or another grant holds it.`;
export const ending = (deal: Deal): Words => say`The grant is over: taking ${whom(deal)} out of ${group(deal)} now.`;

/** Where the removal was taken and cannot be seen. */
export const endingUnseen = (at: Words, deal: Deal): Words =>
  say`The grant is over. ${deal.app} accepted the removal from ${group(deal)} ${at}, but it is not visible yet. I keep looking until it is.`;

export function done(deal: Deal): Words {
  const have = deal.aboutYou ? say`You have` : say`${deal.subject} has`;
  const are = deal.aboutYou ? say`You are` : say`${deal.subject} is`;
  switch (deal.action) {
    case 'grant':
      return say`${are} in ${group(deal)}`;
    case 'revoke':
      return deal.roles.length === 0
        ? say`No role above the base role is left`
        : say`${are} no longer in ${group(deal)}`;
    case 'provision':
      return say`${have} an account in ${deal.app}`;
    case 'disable':
      return say`The account in ${deal.app} is switched off`;
    case 'enable':
      return say`The account in ${deal.app} is active`;
    case 'update':
      return deal.changes.every((one) => one.outcome?.kind === 'confirmed')
        ? say`The account in ${deal.app} is changed`
        : say`The account in ${deal.app} is changed as far as it took it`;
  }
}

/** "Title: Analyst → Senior analyst, confirmed". */
export function attributeOutcome(one: DealChange, deal: Deal): Words {
  const change = attributeChange(one);
  switch (one.outcome?.kind) {
    case undefined:
      return change;
    case 'confirmed':
      return say`${change}, confirmed.`;
    case 'accepted':
      return say`${change}: accepted, not visible yet.`;
    case 'unknown':
      return say`${change}: no answer yet.`;
    case 'unsupported':
      return say`${change}: not taken, ${deal.app} has no such detail.`;
    case 'refused':
      return say`${change}: refused, ${piece(one.outcome.detail)}.`;
  }
}

/** What stands where a confirmation would, when there is none. */
export function unconfirmed(outcome: Exclude<Outcome, { kind: 'confirmed' }>, deal: Deal, n: Names): Words {
  switch (outcome.kind) {
    case 'accepted':
      return say`${deal.app} accepted the change ${n.at(outcome.since)}, but it is not visible yet. I keep looking.`;
    case 'refused':
      return say`${deal.app} refused: ${piece(outcome.detail)}.`;
    case 'observed':
      return say`Observe mode: I would have changed this ${n.at(outcome.at)}; nothing was written.`;
  }
}

/** How it ended when nobody's decision ended it. */
export function closing(end: Closing): Words {
  switch (end.why) {
    case 'by_person':
      return say`Closed by ${personWords(end.by)}.`;
    case 'expired':
      return say`The time was up.`;
    case 'done_early':
      return say`Handed back early. Thank you.`;
    case 'revoked':
      return say`The role was taken away by a later request.`;
    case 'drift':
      return say`Ended by ${personWords(end.by)}: the directory had changed already.`;
    case 'account_change':
      return say`Closed because the account has changed. Ask an owner of the app if you need to know more.`;
    case 'taken_away_first':
      return say`Closed because an opposite request came first; the one that takes access away wins.`;
    case 'nobody_decided':
      return say`Nobody decided in time. Nothing was changed.`;
    case 'nobody_left':
      return say`Nobody is left who may decide. Nothing was changed.`;
    case 'too_late_to_apply':
      return say`It could not be applied in time. Nothing was changed.`;
    case 'unknown_outcome':
      return say`No answer came, so I could not be sure what happened.`;
    case 'linked_failed':
      return say`The request it depends on (${end.request}) did not succeed.`;
    case 'refused_at_apply':
      return say`It could not be applied any more: something had changed since it was asked.`;
  }
}

export const whatNext = {
  failed: say`The owners are told and look at it. Ask again when they have.`,
  failedForOwner: say`Please look in the app's own console; when it is right there, it can be asked for again.`,
  nothing: say`If it is still needed, ask again.`,
};

/** Something wrong that stays on the card until it is right. @param detail shown to owners only */
export function alarm(what: Alarm, deal: Deal, detailed: boolean, n: Names): Words {
  const since = n.at(what.since);
  const detail = detailed && 'detail' in what ? say` (${piece(what.detail)})` : NOTHING;
  switch (what.kind) {
    case 'end_failing':
      return say`${bold('Not taken away yet.')} It has failed since ${since}${detail}. I keep trying until it is done; the owners are told every day.`;
    case 'last_admin_held':
      return say`${bold('Overdue.')} Held since ${since}: this is the last lasting ${n.role(what.role)} of ${deal.app}. An owner must name a successor first.`;
    case 'not_visible':
      return say`${bold('Accepted, but not visible')} since ${since}. Perhaps the person belongs to another organisation in ${deal.app}; an owner should look there.`;
    case 'review_due':
      return say`${bold('Please review.')} This grant has no end. Is it still needed? Keep it for another 90 days or take it away; I ask every day.`;
    case 'write_failing':
      return say`${bold('Not applied yet.')} Writing has failed since ${since}${detail}. I keep trying.`;
  }
}

/** What the subject of a disable may know: nothing before it is done, then the bare fact. */
export const nothingToShow = say`There is nothing to show here.`;
export const switchedOff = (deal: Deal): Words =>
  say`Your account in ${deal.app} is switched off. Ask an owner of the app if you need to know more.`;
