/**
 * Entering drift into the books: records, their events, the job that shows their cards. Decides nothing.
 */
import type { Actor, AuditEvent, Note } from '../../audit.ts';
import { accountIn, roleIn } from '../../drift.ts';
import type { DriftRecord, Finding } from '../../drift-record.ts';
import { type Party, personKey } from '../../people.ts';
import type { NewJob } from '../../ports.ts';
import type { Draft } from '../draft.ts';

type OnDrift = Extract<AuditEvent, { finding: string }>;
type Told<T extends OnDrift['type']> = Omit<
  Extract<OnDrift, { type: T }>,
  'type' | 'actor' | 'about' | 'finding' | 'app' | 'kind' | 'account' | 'role'
> & { readonly note?: Note };

const nameOf = (subject: Party | undefined): Note =>
  subject === undefined
    ? {}
    : { subject: subject.name, ...(subject.email === undefined ? {} : { email: subject.email }) };

/** Adds an audit event about a finding: ids outside, names and words inside `note`. */
export function recordDrift<T extends OnDrift['type']>(
  draft: Draft,
  finding: Finding,
  type: T,
  actor: Actor,
  more: Told<T>,
): void {
  const { app, difference, subject } = finding;
  const account = accountIn(difference);
  const role = roleIn(difference);
  const event = {
    type,
    actor,
    about: [
      ...(account === undefined ? [] : [`account:${app}/${account}`]),
      ...(actor.kind === 'person' ? [`person:${personKey(actor.slack)}`] : []),
    ],
    finding: finding.id,
    app,
    kind: difference.kind,
    ...(account === undefined ? {} : { account }),
    ...(role === undefined ? {} : { role }),
    ...more,
    note: { ...nameOf(subject), ...more.note },
  };
  // `Told<T>` is exactly what the member of the union named by `type` needs besides the common part.
  draft.event(event as unknown as AuditEvent);
}

/** Every copy of the card is due to be brought up to date. */
export const cardsJob = (id: string, due: number): NewJob => ({
  key: `drift_cards:${id}`,
  kind: 'drift_cards',
  target: id,
  due,
});

/** Puts the record, and has every copy of its card brought up to date. */
export function putDrift(draft: Draft, record: DriftRecord): void {
  draft.put('drift', record.id, record);
  draft.schedule(cardsJob(record.id, draft.now));
}

export const isFinding = (record: DriftRecord | undefined): record is Finding => record?.what === 'finding';
