/**
 * Modal "Update an account", in two views: whose account, where that is not known yet, and its details as the app has them
 * now. Sends only what was changed in the form; what is empty is taken away.
 */
import type { InputBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { SubjectRef } from '../../access/people.ts';
import { ACCOUNT_ATTRIBUTES, type AccountAttribute, NEVER_EMPTY, VALUE_MAX } from '../../access/policy.ts';
import type { AccountChanges } from '../../access/ports.ts';
import type { Ask } from '../../access/request.ts';
import type { ProfileView } from '../../access/service/desk.ts';
import { section } from '../blocks.ts';
import { type CardContext, type Pen, penFor, takesUpdates } from '../cards/card.ts';
import { oneLine } from '../text/escape.ts';
import { personWords } from '../text/names.ts';
import { appField, onlyApp, personField, reasonField, TYPED, textField } from './fields.ts';
import type { OpenArgs } from './open.ts';
import { type Chosen, carry, readApp, readReason, readWho } from './reading.ts';
import { refusedView } from './simple.ts';
import { type Field, type Form, fieldOf, formOf, modal, type Read, type SubmittedView } from './view.ts';

/** Asks whose account it is; sending it looks the account up. */
export const UPDATE_WHOSE = 'modal.update_whose';
/** The details; sending it sends the request. */
export const UPDATE = 'modal.update';

/** What can be known without a look: which app, whose account. */
export function build({ offers, draft, subjectName, problem }: OpenArgs, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { fields, modals } = pen.t.labels;
  const open = offers.filter((offer) => takesUpdates(ctx, offer.key));
  const [only] = open;
  const closed = draft?.app !== undefined && !takesUpdates(ctx, draft.app) ? draft.app : undefined;
  if (only === undefined || closed !== undefined)
    return refusedView({ code: 'no_updates', app: closed ?? draft?.app ?? offers[0]?.key ?? '' }, ctx);
  const app = appField(open, draft, pen);
  const blocks = [
    ...(app === undefined ? [] : [app]),
    personField(
      {
        field: 'whose',
        label: fields.whose,
        hint: fields.whoseHint,
        subject: draft?.subject,
        name: subjectName,
        app: draft?.app ?? onlyApp(open),
      },
      pen,
    ),
  ];
  return modal(UPDATE_WHOSE, modals.updateWhose, blocks, {
    pen,
    problem,
    carry: { ...carry(open, draft), ...(draft?.reason === undefined ? {} : { reason: draft.reason }) },
  });
}

/** Whose details are to be shown. */
export interface Whose {
  readonly app: string;
  readonly subject: SubjectRef;
  readonly reason?: string | undefined;
}

export function readWhose(view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Whose> {
  const form = formOf(view, ctx);
  const who = readWho(form, 'whose', chosen);
  if (who.problem !== undefined) return form.error('whose', who.problem);
  const app = readApp(form);
  if (app === undefined) return form.error('app', { code: 'app_needed', known: [] });
  const { reason } = form.carried;
  return { ok: { app, subject: who.value, ...(reason === undefined ? {} : { reason }) } };
}

const FIELDS: Readonly<Record<AccountAttribute, Field>> = {
  givenName: 'given',
  familyName: 'family',
  displayName: 'display',
  title: 'title',
  department: 'department',
  email: 'email',
  userName: 'username',
  manager: 'manager',
};

/** The details of one account, read just now. */
export function detailsView(profile: ProfileView, reason: string | undefined, ctx: CardContext): ModalView {
  const pen = penFor(ctx);
  const { t, n } = pen;
  const blocks = [
    section(t.views.modal.updatePlan(personWords(profile.account), n.app(profile.app))),
    ...ACCOUNT_ATTRIBUTES.filter((each) => profile.values[each] !== undefined).map((each) =>
      each === 'manager' ? managerField(profile, pen) : attributeField(each, profile.values[each] ?? '', pen),
    ),
    reasonField({
      label: t.labels.fields.reason,
      hint: t.labels.fields.reasonHint,
      optional: !profile.reasonRequired,
      initial: reason,
    }),
  ];
  const subject: SubjectRef = { kind: 'account', app: profile.app, account: profile.account.id };
  return modal(UPDATE, t.labels.modals.update, blocks, { pen, carry: { app: profile.app, subject } });
}

function attributeField(attribute: AccountAttribute, now: string, { t }: Pen): InputBlock {
  return textField({
    field: FIELDS[attribute],
    label: t.labels.attributes[attribute],
    // What never had a value need not get one now.
    optional: !NEVER_EMPTY.includes(attribute) || now === '',
    initial: now,
    known: true,
    max: VALUE_MAX,
  });
}

function managerField({ app, manager }: ProfileView, pen: Pen): InputBlock {
  const { attributes, fields } = pen.t.labels;
  return personField(
    {
      field: 'manager',
      label: attributes.manager,
      hint: fields.managerHint,
      optional: true,
      // As it is: whoever leaves it so changes nothing.
      ...(manager === undefined ? {} : { subject: { kind: 'email', email: manager }, name: manager }),
      app,
    },
    pen,
  );
}

export function readDetails(view: SubmittedView, chosen: Chosen, ctx: CardContext): Read<Ask> {
  const form = formOf(view, ctx);
  const { app, subject } = form.carried;
  if (app === undefined || subject === undefined) return { errors: {} };
  const shown = drawn(view);
  const [first] = shown.keys();
  if (first === undefined) return { errors: {} };
  const changes: Partial<Record<AccountAttribute, string>> = {};
  for (const attribute of ACCOUNT_ATTRIBUTES) {
    const field = FIELDS[attribute];
    if (attribute === 'manager' || !shown.has(field)) continue;
    const typed = oneLine(form.text(field) ?? '', VALUE_MAX + 1);
    if (typed !== oneLine(shown.get(field) ?? '', VALUE_MAX + 1)) changes[attribute] = typed;
  }
  const manager = readManager(form, app, shown.get('manager'), chosen);
  if (manager === 'unfit') return form.error('manager', { code: 'manager_unfit', app });
  const all: AccountChanges = manager === undefined ? changes : { ...changes, manager };
  if (Object.keys(all).length === 0) return form.error(first, { code: 'nothing_to_change', app });
  const reason = readReason(form);
  if (reason.problem !== undefined) return form.error('reason', reason.problem);
  return {
    ok: {
      action: 'update',
      app,
      subject,
      changes: all,
      ...(reason.value === undefined ? {} : { reason: reason.value }),
    },
  };
}

/** The new manager by account id or, where a choice has room for no id, by address. `undefined`: as it was; `''`: none. */
function readManager(form: Form, app: string, shown: string | undefined, chosen: Chosen): string | undefined {
  const value = form.choice('manager');
  if (value === undefined) return shown === undefined || shown === '' ? undefined : '';
  if (value === TYPED) return undefined;
  const ref = value.length > 150 ? undefined : chosen(value);
  if (ref?.kind === 'email') return ref.email;
  return ref?.kind === 'account' && ref.app === app ? ref.account : 'unfit';
}

const Drawn = z.looseObject({
  type: z.literal('input'),
  block_id: z.string(),
  element: z.looseObject({
    initial_value: z.string().nullish().catch(undefined),
    initial_option: z.looseObject({ value: z.string() }).nullish().catch(undefined),
  }),
});

/** What the form showed before anybody typed, field by field: Slack sends it back with the form. */
function drawn(view: SubmittedView): Map<Field, string> {
  const own = new Set<string>(Object.values(FIELDS));
  const isOwn = (field: string | undefined): field is Field => field !== undefined && own.has(field);
  const found = new Map<Field, string>();
  for (const block of view.blocks ?? []) {
    const input = Drawn.safeParse(block).data;
    const field = input === undefined ? undefined : fieldOf(input.block_id);
    if (input !== undefined && isOwn(field))
      found.set(field, input.element.initial_value ?? input.element.initial_option?.value ?? '');
  }
  return found;
}
