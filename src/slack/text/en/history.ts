/**
 * English for audit events, one line each. Knows no store: what names people comes in the event's note.
 */
import type { Actor, AuditEvent } from '../../../access/audit.ts';
import type { Names } from '../names.ts';
import { code, mention, NOTHING, piece, say, type Words } from '../words.ts';
import { happened as DRIFT, REMEDIES, SETTLED } from './drift.ts';
import { attributes } from './labels.ts';
import { countOf, names } from './words.ts';

const PARTS: Readonly<Record<Extract<Actor, { kind: 'system' }>['part'], string>> = {
  expiry: 'the clock',
  apply: 'Rolecall',
  resolve: 'Rolecall',
  lapse: 'the clock',
  escalation: 'Rolecall',
  policy: 'the policy',
  store: 'Rolecall',
  directory: 'the directory',
};

export function actor(who: Actor, name: string | undefined): Words {
  switch (who.kind) {
    case 'person':
      return mention(who.slack.user, name ?? who.slack.user);
    case 'system':
      return piece(PARTS[who.part]);
    case 'operator':
      return say`operator ${piece(who.name, 80)}`;
  }
}

type OnRequest = Extract<AuditEvent, { request: string; action: string }>;

const NOUN: Readonly<Record<OnRequest['action'], string>> = {
  grant: 'role',
  revoke: 'removal',
  provision: 'account',
  disable: 'disabling',
  enable: 'enabling',
  update: 'update',
};

/** "the role Admin in Perplexity for Bob". */
function about(event: OnRequest, n: Names): Words {
  const role = event.role === undefined ? NOTHING : say` ${n.role(event.role)}`;
  const app = event.app === undefined ? NOTHING : say` in ${n.app(event.app)}`;
  const who = event.note?.subject ?? event.note?.email;
  return say`${NOUN[event.action]}${role}${app}${who === undefined ? NOTHING : say` for ${piece(who, 80)}`}`;
}

/** A code of ours as words: `no_account` → "no account". */
const plainly = (code: string): Words => piece(code.replaceAll('_', ' '), 60);

const HOW: Readonly<Record<Extract<AuditEvent, { type: 'person.bound' }>['how'], string>> = {
  people: 'the policy',
  username: 'its user name',
  email: 'its e-mail',
  owner: 'an owner',
};

/** By its e-mail, while that may be told. */
const bound = ({ account, note }: Extract<AuditEvent, { type: 'person.bound' }>): Words =>
  note?.email === undefined ? code(account, 80) : piece(note.email, 80);

const PROOF = {
  confirmed: 'confirmed',
  accepted: 'accepted, not visible yet',
  observed: 'observe mode, nothing written',
  kept: 'membership kept: it was there before, or another grant holds it',
} as const;

const UPDATED = {
  confirmed: 'changed, confirmed',
  accepted: 'accepted, not visible yet',
  refused: 'not taken',
  observed: 'observe mode, nothing written',
} as const;

function until(at: number | null | undefined, n: Names): Words {
  if (at === undefined) return NOTHING;
  return at === null ? say`, no end` : say` until ${n.at(at)}`;
}

type OnDrift = Extract<AuditEvent, { finding: string }>;

/** "a role without a grant, Admin in Perplexity, of Bob". */
function drifted(event: OnDrift, n: Names): Words {
  const role = event.role === undefined ? NOTHING : say`, ${n.role(event.role)}`;
  const who = event.note?.subject;
  return say`${DRIFT[event.kind]}${role} in ${n.app(event.app)}${who === undefined ? NOTHING : say`, ${piece(who, 80)}`}`;
}

const COMPARED = {
  first: 'compared directory and ledger for the first time',
  accept: 'accepted what was there before',
  review: 'wants what was there before reviewed one by one',
} as const;

/** What happened, without who did it and when. */
export function happened(event: AuditEvent, n: Names): Words {
  switch (event.type) {
    case 'request.received':
      return say`asked: ${about(event, n)}`;
    case 'request.refused':
      return say`refused (${plainly(event.code)}): ${about(event, n)}`;
    case 'request.pending':
      return say`sent for approval: ${about(event, n)}`;
    case 'request.entitled':
      return say`needs no approval (${event.entitlement}): ${about(event, n)}`;
    case 'request.escalated':
      return say`asked the owners as well: ${about(event, n)}`;
    case 'request.approved':
      return say`${event.final ? 'approved' : 'approved (one more to agree)'}: ${about(event, n)}`;
    case 'request.denied':
      return say`denied: ${about(event, n)}`;
    case 'request.cancelled':
      return say`cancelled (${plainly(event.why)}): ${about(event, n)}`;
    case 'request.lapsed':
      return say`lapsed, nobody decided: ${about(event, n)}`;
    case 'request.not_applied':
      return say`not applied (${plainly(event.why)}): ${about(event, n)}`;
    case 'request.failed':
      return say`failed (${plainly(event.why)}): ${about(event, n)}`;
    case 'access.intended':
      return say`begun: ${about(event, n)}${until(event.until, n)}`;
    case 'access.given':
      return say`given, ${PROOF[event.outcome]}: ${about(event, n)}${until(event.until, n)}`;
    case 'access.ending':
      return say`ending (${plainly(event.why)}): ${about(event, n)}`;
    case 'access.taken':
      return say`taken away, ${PROOF[event.outcome]}: ${about(event, n)}`;
    case 'access.alarm':
      return say`owners told (${plainly(event.why)}): ${about(event, n)}`;
    case 'access.reviewed':
      return say`reviewed and kept: ${about(event, n)}`;
    case 'account.created':
      return say`account made, ${PROOF[event.outcome]}: ${about(event, n)}`;
    case 'account.disabled':
      return say`switched off, ${PROOF[event.outcome]}: ${about(event, n)}`;
    case 'account.enabled':
      return say`switched on, ${PROOF[event.outcome]}: ${about(event, n)}`;
    case 'account.updated':
      return say`account details (${names(
        event.attributes.map((one) => attributes[one]),
        event.attributes.length,
      )}) ${UPDATED[event.outcome]}: ${about(event, n)}`;
    case 'access.visible':
      return say`now visible: ${about(event, n)}`;
    case 'person.bound':
      return say`matched to the account ${bound(event)} in ${n.app(event.app)}, by ${HOW[event.how]}`;
    case 'group.linked':
      return say`linked ${n.role(event.role)} in ${n.app(event.app)} to the group ${code(event.group, 80)}`;
    case 'group.renamed':
      return say`the group ${code(event.group, 80)} of ${n.role(event.role)} in ${n.app(event.app)} has another name`;
    case 'group.cleared':
      return say`the group ${code(event.group, 80)} of ${n.role(event.role)} in ${n.app(event.app)} is clear again`;
    case 'group.trouble':
      return say`the group of ${n.role(event.role)} in ${n.app(event.app)} is not clear (${plainly(event.why)})`;
    case 'app.paused':
      return say`paused ${n.app(event.app)}`;
    case 'app.resumed':
      return say`resumed ${n.app(event.app)}`;
    case 'app.synced':
      return say`had ${n.app(event.app)} read, ${event.complete ? 'completely' : 'not completely'}`;
    case 'group.members_lost':
      return say`${event.accounts.length} left the group ${code(event.group, 80)} in ${n.app(event.app)} whom nobody had named`;
    case 'scim.learned':
      return say`found out how ${n.app(event.app)} speaks SCIM (${piece(event.fields.join(', '), 200)})`;
    case 'scim.forgotten':
      return say`forgot how ${n.app(event.app)} speaks SCIM (${piece(event.fields.join(', '), 200)})`;
    case 'drift.found':
      return say`${event.cameBack === true ? 'came back' : 'found'}: ${drifted(event, n)}`;
    case 'drift.decided':
      return say`${REMEDIES[event.how]}: ${drifted(event, n)}`;
    case 'drift.undone':
      return say`could not be put right (${plainly(event.why)}): ${drifted(event, n)}`;
    case 'drift.settled':
      return say`${SETTLED[event.how]}: ${drifted(event, n)}`;
    case 'drift.compared':
      return say`${COMPARED[event.how]} (${countOf(event.count, 'difference')}) in ${n.app(event.app)}`;
    case 'lookup.listed':
      return say`listed ${piece(event.what, 40)}${event.app === undefined ? NOTHING : say` in ${n.app(event.app)}`}`;
    case 'history.read':
      return say`read a history`;
    case 'click.refused':
      return say`a click was refused (${plainly(event.code)})`;
    case 'policy.changed':
      return say`policy changed to ${code(event.digest.slice(0, 12))}`;
    case 'started':
      return say`started, version ${piece(event.version, 30)}`;
    case 'stopped':
      return say`stopped`;
    case 'head.published':
      return say`published the head ${event.seq}`;
    case 'journal.torn':
      return say`set ${event.bytes} torn bytes of the journal aside`;
    case 'journal.damaged':
      return say`found damage in segment ${piece(event.segment, 60)}`;
  }
}

export const title = (who: Words): Words => say`History of ${who}, newest first`;
export const empty = say`Nothing happened yet.`;
export const line = (at: Words, who: Words, what: Words): Words => say`${at} · ${who} · ${what}`;
export const because = (reason: string): Words => say` — “${piece(reason, 160)}”`;
