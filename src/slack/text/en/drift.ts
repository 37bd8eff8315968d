/**
 * English for drift: what differs, what can be done about it, what became of it. For owners; knows no block.
 */
import type { DifferenceKind } from '../../../access/drift.ts';
import type { Baseline, Remedy, Settled } from '../../../access/drift-record.ts';
import type { State } from '../../../access/request.ts';
import { bold, code, join, listed, NOTHING, quote, say, type Words } from '../words.ts';
import { countOf, more, STATES } from './words.ts';

/** What a sentence about one difference names. */
export interface About {
  readonly kind: DifferenceKind;
  readonly who: Words;
  readonly app: string;
  /** Label of the role it is about, and of the base role; empty: none. */
  readonly role: string;
  readonly base: string;
  /** What to type to give somebody the role. */
  readonly grantWith: string;
}

export function differs({ kind, who, app, role, base }: About): Words {
  switch (kind) {
    case 'stray':
      return say`${who} holds ${role} in ${app}, and nobody asked me for it.`;
    case 'lost':
      return say`${who} should hold ${role} in ${app} by a grant, but is not in its group any more.`;
    case 'disabled_with_grants':
      return say`The account of ${who} in ${app} is switched off, but its grants go on.`;
    case 'both':
      return say`${who} is in the ${base} group of ${app} and in that of a higher role, although it is one or the other there.`;
    case 'none':
      return say`${who} has an active account in ${app}, but is in no role group.`;
    case 'no_admin':
      return say`Nobody active holds ${role} in ${app}.`;
  }
}

/** What each way out does, so that nobody has to guess behind a button. */
export function waysOut({ kind, app, role, base, grantWith }: About): Words {
  switch (kind) {
    case 'stray':
      return say`Adopting asks the approvers for a grant that ends on time. Taking ${role} away is done at once.`;
    case 'lost':
      return say`Giving it back is covered by the grant, which ends as planned. Or the grant ends now.`;
    case 'disabled_with_grants':
      return say`Ending them takes what they gave as well.`;
    case 'both':
      return say`Putting it right takes the account out of the ${base} group.`;
    case 'none':
      return say`Putting it right adds the account to the ${base} group. If the account is no longer needed, disable it instead.`;
    case 'no_admin':
      return say`Name one: ${code(grantWith, 120)}, or add somebody in the console of ${app}. I do not do it by myself.`;
  }
}

/** For notifications: which app, and what. */
export const headline = (app: string, what: Words): Words => say`${bold(`Drift in ${app}.`)} ${what}`;
export const found = (at: Words): Words => say`Found ${at}, seen in the directory itself.`;
export const cameBack = (at: Words): Words =>
  say`${bold('It has come back.')} It was taken away or put right ${at}, and somebody else changed it again. I do not fight over it: decide anew, or change it where it comes from.`;
export const alsoInIdp = say`The directory is driven by your identity provider: also change it there, or its next push restores it.`;
export const aboutYou = say`This is about you, so another owner decides.`;
export const findingId = (id: string): Words => say`Finding ${id}`;

export function deciding(how: Remedy | 'accept', by: Words, at: Words, request: string | undefined): Words {
  const id = request === undefined ? NOTHING : say` (request ${request})`;
  switch (how) {
    case 'adopt':
      return say`${by} asked to adopt it for a time, ${at}${id}. It waits for the approvers.`;
    case 'put_right':
      return say`${by} decided to put it right, ${at}${id}. Being done now.`;
    case 'end_grants':
      return say`${by} decided to end the grant, ${at}. Being done now.`;
    case 'ignore':
    case 'accept':
      return say`Ignored by ${by}, ${at}. I stay silent as long as it lasts.`;
  }
}
export const because = (reason: string): Words => quote(reason);

export function settled(how: Settled, by: Words | undefined, at: Words): Words {
  const who = by === undefined ? NOTHING : say` by ${by}`;
  switch (how) {
    case 'gone':
      return say`No longer so since ${at}.`;
    case 'put_right':
      return say`Put right${who}, confirmed ${at}.`;
    case 'adopted':
      return say`Adopted${who}, ${at}: a grant holds it now and ends on time.`;
    case 'ended':
      return say`The grant was ended${who}, ${at}.`;
  }
}

/** Why a decision came to nothing; the buttons are back. */
export const undone = {
  request: (id: string, state: State, no: Words): Words =>
    say`${bold('Not done yet.')} Request ${id} was ${STATES[state]}.${no} Decide again.`,
  observed: say`${bold('Not done.')} Observe mode: nothing was written.`,
  rejected: (app: string, detail: string): Words => say`${bold('Not done.')} ${app} refused: ${detail}.`,
  tooLate: say`${bold('Not done.')} It could not be done in time. Decide again.`,
};

// -------------------------------------------------------------------------------------------- the first look

export const named = (who: Words, role: string): Words => (role === '' ? who : say`${who} as ${role}`);

/** "12 people hold roles in Perplexity that nobody asked me for: …" */
export function baseline(app: string, counts: Baseline['counts'], people: readonly Words[], base: string): Words {
  const { stray = 0, both = 0, none = 0 } = counts;
  const total = stray + both + none;
  const what: Words[] = [];
  if (stray > 0) what.push(say`${countOf(stray, 'role is', 'roles are')} held that nobody asked me for`);
  if (none > 0) what.push(say`${countOf(none, 'active account is', 'active accounts are')} in no role group`);
  if (both > 0)
    what.push(say`${countOf(both, 'account is', 'accounts are')} in the ${base} group and in that of a higher role`);
  const left = total > people.length ? say` ${more(total - people.length)}` : NOTHING;
  return say`${bold(`My first look at ${app}:`)} ${join(what, '; ')}. ${listed(people, people.length, more)}${left}.`;
}
/** @param own some of it is about whoever reads this */
export const baselineWays = (own: boolean): Words =>
  say`Accepting leaves ${own ? 'all but what is about you' : 'all of it'} as it is, as standing. Reviewing gives each its own card. From now on every new difference has a card of its own either way; what is about ${own ? 'you' : 'whoever accepts'} stays open for the other owners.`;
export function baselineDecided(
  { how, butOwn }: Pick<NonNullable<Baseline['decision']>, 'how' | 'butOwn'>,
  by: Words,
  at: Words,
): Words {
  if (how === 'review') return say`To be reviewed one by one: ${by}, ${at}.`;
  return butOwn === true
    ? say`All but what is about ${by} accepted as standing by them, ${at}. The other owners have a card for the rest.`
    : say`Accepted as standing by ${by}, ${at}.`;
}
export const baselineGone = say`None of it is so any more.`;

// -------------------------------------------------------------------------------------------------- overflow

export const overflow = (app: string, count: number, command: string): Words =>
  say`${bold(`${app}: ${countOf(count, 'more difference', 'more differences')} without a card.`)} I show the gravest first and not too many at once: settle some, and the next have their turn within the hour. ${code(`${command} status`)} counts them.`;
export const overflowOver = (app: string): Words => say`Nothing more differs in ${app} than has a card.`;

// ---------------------------------------------------------------------------------------------------- labels

export const labels = {
  adopt: 'Adopt for a time…',
  ignore: 'Ignore…',
  endGrant: 'End the grant',
  accept: 'Accept as standing',
  review: 'Review one by one',
};
export function putRightLabel(kind: DifferenceKind, who: string, role: string, base: string): string {
  switch (kind) {
    case 'stray':
      return `Take ${role} from ${who}`;
    case 'lost':
      return `Give ${role} back to ${who}`;
    case 'disabled_with_grants':
      return `End the grants of ${who}`;
    case 'both':
      return `Take ${who} out of ${base}`;
    case 'none':
      return `Add ${who} to ${base}`;
    case 'no_admin':
      return 'Name somebody';
  }
}
export const dialogs = {
  putRight: { title: 'Put this right?', yes: 'Put it right' },
  endGrant: { title: 'End the grant?', yes: 'End it', text: 'The grant ends now. It can be asked for again.' },
  /** @param own some of it is about whoever clicks */
  accept: (own: boolean) => ({
    title: 'Accept as standing?',
    yes: 'Accept',
    text: own
      ? 'Everything on this card but what is about you stays as it is and is not shown again while it lasts. What is about you is left to the other owners. This is on record.'
      : 'Everything on this card stays as it is and is not shown again while it lasts. This is on record.',
  }),
};

export const modals = {
  adopt: { title: 'Adopt for a time', submit: 'Send request' },
  ignore: { title: 'Ignore this', submit: 'Ignore' },
};
export const adopts = (what: Words): Words =>
  say`${what} Once the approvers agree, a grant holds it and ends on time. Until then nothing changes.`;
export const ignores = (what: Words): Words => say`${what} I say nothing more of it as long as it lasts.`;
export const fields = {
  ignoreReason: 'Why',
  ignoreHint: 'Owners and auditors read this, and it is kept.',
};

/** One line of the history. */
export const happened: Readonly<Record<DifferenceKind, string>> = {
  stray: 'a role without a grant',
  lost: 'a grant without its membership',
  disabled_with_grants: 'grants of an account that is switched off',
  both: 'two role groups at a time',
  none: 'no role group',
  no_admin: 'a sensitive role that nobody holds',
};
export const REMEDIES: Readonly<Record<Remedy | 'accept', string>> = {
  adopt: 'to be adopted',
  put_right: 'to be put right',
  end_grants: 'to be ended in the ledger',
  ignore: 'ignored',
  accept: 'accepted as standing',
};
export const SETTLED: Readonly<Record<Settled, string>> = {
  gone: 'no longer so',
  put_right: 'put right',
  adopted: 'adopted',
  ended: 'ended in the ledger',
};
