/**
 * Modal "Ask for an account": e-mail and names are sent as typed; a role above base becomes a linked request.
 */
import type { ModalView } from '@slack/types';
import type { Ask, NewAccount } from '../../access/request.ts';
import { input, option } from '../blocks.ts';
import { type CardContext, type Pen, penFor } from '../cards/card.ts';
import { isEmail } from '../command/tokens.ts';
import { oneLine } from '../text/escape.ts';
import { appField, reasonField, roleField, textField } from './fields.ts';
import type { OpenArgs } from './open.ts';
import { carry, readApp, readReason, readWhat } from './reading.ts';
import { type Form, formOf, modal, type Read, type SubmittedView } from './view.ts';

export const PROVISION = 'modal.provision';

const EMAIL_MAX = 254;
const NAME_MAX = 100;
const YES = 'yes';

export function build({ offers, draft, problem, person }: OpenArgs, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const asked = draft?.newAccount;
  const email = asked?.email ?? person?.email ?? (draft?.subject?.kind === 'email' ? draft.subject.email : undefined);
  const name = namesOf(asked, person);
  const known = person !== undefined;
  const app = appField(offers, draft, pen);
  const extra = roleField(
    offers,
    { field: 'extra', label: fields.extraRole, hint: fields.extraRoleHint, optional: true, draft },
    pen,
  );
  const blocks = [
    ...(app === undefined ? [] : [app]),
    textField({ field: 'email', label: fields.email, hint: fields.emailHint, initial: email, known, max: EMAIL_MAX }),
    textField({ field: 'given', label: fields.givenName, initial: name.given, known, max: NAME_MAX }),
    textField({
      field: 'family',
      label: fields.familyName,
      optional: true,
      initial: name.family,
      known,
      max: NAME_MAX,
    }),
    ...(extra === undefined ? [] : [extra]),
    welcomeField(asked?.welcome ?? true, pen),
    reasonField({ label: fields.reason, hint: fields.reasonHint, optional: true, initial: draft?.reason }),
  ];
  const carried = { ...carry(offers, draft), ...(email === undefined ? {} : { email: oneLine(email, EMAIL_MAX) }) };
  return modal(PROVISION, modals.provision, blocks, { pen, problem, carry: carried });
}

/** The split of a display name only prefills, first word given, the rest family. */
function namesOf(asked: NewAccount | undefined, person: OpenArgs['person']): { given: string; family: string } {
  if (asked !== undefined) return { given: asked.givenName, family: asked.familyName ?? '' };
  if (person?.givenName !== undefined) return { given: person.givenName, family: person.familyName ?? '' };
  const [given = '', ...family] = (person?.name ?? '').split(/\s+/u);
  return { given, family: family.join(' ') };
}

function welcomeField(on: boolean, { t }: Pen) {
  const yes = option(t.labels.fields.welcomeYes, YES);
  const options = yes === undefined ? [] : [yes];
  return input({
    id: 'welcome',
    label: t.labels.fields.welcome,
    optional: true,
    element: { type: 'checkboxes', action_id: 'welcome', options, ...(on ? { initial_options: options } : {}) },
  });
}

export function read(view: SubmittedView, ctx: CardContext): Read<Ask> {
  const form = formOf(view, ctx);
  const app = readApp(form);
  if (app === undefined) return form.error('app', { code: 'app_needed', known: [] });
  const email = oneLine(form.text('email') ?? '', EMAIL_MAX + 1);
  if (!isEmail(email)) return form.error('email', { code: 'email_needed' });
  const givenName = oneLine(form.text('given') ?? '', NAME_MAX);
  if (givenName === '') return form.error('given', { code: 'name_needed' });
  const familyName = oneLine(form.text('family') ?? '', NAME_MAX);
  const extra = readWhat(form, 'extra');
  if (extra !== undefined && extra.app !== app) {
    return form.error('extra', { code: 'unknown_role', given: extra.role, known: [] });
  }
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  const { duration } = form.carried;
  return {
    ok: {
      action: 'provision',
      app,
      subject: subjectOf(form, email),
      newAccount: {
        email,
        givenName,
        ...(familyName === '' ? {} : { familyName }),
        welcome: form.choices('welcome').includes(YES),
        ...(extra === undefined || extra.role === '' ? {} : { role: extra.role }),
        ...(extra === undefined || extra.role === '' || duration === undefined ? {} : { roleDuration: duration }),
      },
      ...(reason.value === undefined ? {} : { reason: reason.value }),
    },
  };
}

/** The drafted person, as long as the address is still theirs; another address is somebody else. */
function subjectOf({ carried }: Form, email: string): Ask['subject'] {
  const same = carried.email !== undefined && carried.email.toLowerCase() === email.toLowerCase();
  return same && (carried.subject?.kind === 'slack' || carried.subject?.kind === 'me')
    ? carried.subject
    : { kind: 'email', email };
}
