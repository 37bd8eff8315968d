/**
 * Who is who: people of the workspace, parties of a request, and when two of them are the same person.
 * Knows no Slack API and no SCIM.
 */

/** A Slack user: the team the user belongs to, and the user id (`U…` or `W…`). */
export interface SlackId {
  readonly team: string;
  readonly user: string;
}

/** A person as Slack describes them at this moment. Only `member` may act. */
export interface Person {
  readonly slack: SlackId;
  readonly name: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly email?: string;
  readonly emailConfirmed: boolean;
  /** IANA zone, e.g. `Europe/Berlin`. */
  readonly zone: string;
  readonly standing: 'member' | 'guest' | 'bot' | 'deactivated' | 'outside';
}

/** Somebody a request names, as far as known: stored with the request. */
export interface Party {
  readonly slack?: SlackId;
  /** SCIM id of the account in the request's app. */
  readonly account?: string;
  readonly email?: string;
  readonly name: string;
}

/** How a person was addressed. */
export type SubjectRef =
  | { readonly kind: 'me' }
  | { readonly kind: 'slack'; readonly slack: SlackId }
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'account'; readonly app: string; readonly account: string };

/** `<team>/<user>`: the id of a `person` record and of an audit index term. */
export function personKey(slack: SlackId): string {
  return `${slack.team}/${slack.user}`;
}

export function sameSlack(a: SlackId | undefined, b: SlackId | undefined): boolean {
  return a !== undefined && b !== undefined && a.user === b.user && a.team === b.team;
}

/** Lower-cased, NFC. What two spellings of one address have in common. */
export function foldEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

/** The mailbox behind an address: folded and without a plus-tag. */
export function mailbox(email: string): string {
  const folded = foldEmail(email);
  const at = folded.lastIndexOf('@');
  if (at < 0) return folded;
  const plus = folded.indexOf('+');
  return plus > 0 && plus < at ? folded.slice(0, plus) + folded.slice(at) : folded;
}

/** Whether two names are one, whatever the order of their parts, case, accents and dots. */
export function sameName(a: string, b: string): boolean {
  const parts = (name: string): string =>
    (
      name
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    )
      .sort()
      .join(' ');
  return parts(a) === parts(b);
}

/**
 * Whether two parties are one person: by Slack id, by account, by `people` entry or by mailbox (plus-tag ignored).
 * @param entryOf the `people` entry of a party, if the policy names one
 */
export function samePerson(
  a: Party,
  b: Party,
  entryOf: (party: Party) => object | undefined = () => undefined,
): boolean {
  if (sameSlack(a.slack, b.slack)) return true;
  if (a.account !== undefined && a.account === b.account) return true;
  const entry = entryOf(a);
  if (entry !== undefined && entry === entryOf(b)) return true;
  return a.email !== undefined && b.email !== undefined && mailbox(a.email) === mailbox(b.email);
}
