/**
 * What a request is about, with everything named as its reader sees it. Knows no sentence: languages build theirs on it.
 */
import { type Party, type SlackId, sameSlack } from '../../access/people.ts';
import { ACCOUNT_ATTRIBUTES, type AccountAttribute } from '../../access/policy.ts';
import type { AttributeOutcome } from '../../access/ports.ts';
import type { AccessRequest, Action, Reader } from '../../access/request.ts';
import { type Names, personLabel, personWords } from './names.ts';
import { mention, piece, type Words } from './words.ts';

/** One attribute of an update. Empty: none. */
export interface DealChange {
  readonly attribute: AccountAttribute;
  readonly from: string;
  readonly to: string;
  readonly outcome?: AttributeOutcome;
}

export interface Deal {
  readonly action: Action;
  readonly app: string;
  /** Labels of the role or roles; empty: none named. */
  readonly roles: readonly string[];
  /** Update: what is to be changed; nothing before it was looked up. */
  readonly changes: readonly DealChange[];
  readonly requester: Words;
  readonly subject: Words;
  /** For buttons and confirm dialogs: no markup. */
  readonly subjectLabel: string;
  /** Asked for oneself. */
  readonly self: boolean;
  /** The reader is the requester, the subject. */
  readonly byYou: boolean;
  readonly aboutYou: boolean;
  /** No longer waits for anybody's decision. */
  readonly past: boolean;
}

/** The subject as far as known: resolved, else as addressed. */
function subjectOf(request: AccessRequest): Party {
  const known = request.subject ?? request.picked;
  if (known !== undefined) return known;
  const ref = request.ask.subject;
  switch (ref.kind) {
    case 'me':
      return request.requester;
    case 'slack':
      return { slack: ref.slack, name: ref.slack.user };
    case 'email':
      return { email: ref.email, name: ref.email };
    case 'account':
      return { account: ref.account, name: ref.account };
  }
}

function changesOf({ attributes = {} }: AccessRequest): DealChange[] {
  return ACCOUNT_ATTRIBUTES.flatMap((attribute) => {
    const known = attributes[attribute];
    if (known === undefined) return [];
    const { from, to, called, outcome } = known;
    return [
      {
        attribute,
        from: called?.from ?? from,
        to: called?.to ?? to,
        ...(outcome === undefined ? {} : { outcome }),
      },
    ];
  });
}

/** Whether the reader is who the request is about. */
function isSubject(request: AccessRequest, reader: { reader: Reader; slack: SlackId }): boolean {
  if (reader.reader === 'subject') return true;
  if (request.subject?.slack !== undefined) return sameSlack(request.subject.slack, reader.slack);
  return request.ask.subject.kind === 'me' && sameSlack(request.requester.slack, reader.slack);
}

export function dealOf(request: AccessRequest, reader: { reader: Reader; slack: SlackId }, names: Names): Deal {
  const subject = subjectOf(request);
  const roles = request.roles ?? [request.role ?? request.ask.role].filter((role) => role !== undefined);
  return {
    action: request.ask.action,
    app: names.app(request.app ?? request.ask.app),
    roles: roles.map((role) => names.role(role)),
    changes: changesOf(request),
    requester: personWords(request.requester),
    subject:
      subject.slack !== undefined && subject.name === subject.slack.user
        ? mention(subject.slack.user, '')
        : subject.name === ''
          ? piece(subject.email ?? '')
          : personWords(subject),
    subjectLabel: personLabel(subject),
    self: request.ask.subject.kind === 'me' || sameSlack(subject.slack, request.requester.slack),
    byYou: sameSlack(request.requester.slack, reader.slack),
    aboutYou: isSubject(request, reader),
    past: request.state !== 'received' && request.state !== 'pending',
  };
}
