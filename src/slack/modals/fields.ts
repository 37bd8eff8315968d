/**
 * The fields that modals share, drawn. Each id is owned by `view.ts`; each value is read back by `asks.ts`.
 */
import type { InputBlock, PlainTextOption } from '@slack/types';
import type { SubjectRef } from '../../access/people.ts';
import { REASON_MAX } from '../../access/policy.ts';
import type { AppOffer, PersonChoice } from '../../access/service/desk.ts';
import { input, option, placeholder, plain } from '../blocks.ts';
import { addressFor, type CardContext, type Pen, penFor } from '../cards/card.ts';
import { isEmail } from '../command/tokens.ts';
import type { Draft } from '../command.ts';
import { oneLine } from '../text/escape.ts';
import { toPlain } from '../text/words.ts';
import { type Field, fieldOf } from './view.ts';

/** action_id of every person field (`external_select`): the options listener answers this one. */
export const PERSON_ACTION = 'person.pick';

/** Values of options that no list of the desk makes. */
export const ME = 'me';
/** The drafted person or time, carried in the view: an address may be longer than an option's value. */
export const TYPED = 'typed';

const MOST_OPTIONS = 100;
type Role = AppOffer['roles'][number];

const present = <T>(all: readonly (T | undefined)[]): T[] => all.filter((one) => one !== undefined);

/** Roles that can be asked for by name; the base role comes with the account. */
export const askable = (offer: AppOffer): readonly Role[] => offer.roles.filter((role) => !role.base);

/** `<app>/<role>`; without a role: every role above the base role. */
export const whatValue = (app: string, role = ''): string => `${app}/${role}`;

interface RoleField {
  readonly field: 'what' | 'extra';
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  /** Offers "every role" as well. */
  readonly every?: boolean;
  readonly draft?: Draft | undefined;
}

/** App and role in one choice, so that no role of another app can be picked. `undefined`: there is nothing to pick. */
export function roleField(offers: readonly AppOffer[], how: RoleField, pen: Pen): InputBlock | undefined {
  const { t, n } = pen;
  const groups = offers
    .map((offer) => ({
      offer,
      options: present([
        how.every === true && askable(offer).length > 0
          ? option(t.labels.fields.everyRole, whatValue(offer.key))
          : undefined,
        ...askable(offer).map((role) =>
          option(
            n.role(role.key),
            whatValue(offer.key, role.key),
            how.every === true ? '' : toPlain(t.views.upTo(role.maxMs)),
          ),
        ),
      ]).slice(0, MOST_OPTIONS),
    }))
    .filter(({ options }) => options.length > 0)
    .slice(0, MOST_OPTIONS);
  const [first] = groups;
  if (first === undefined) return undefined;
  const all = groups.flatMap(({ options }) => options);
  const initial = initialRole(all, how);
  return input({
    id: how.field,
    label: how.label,
    ...(how.hint === undefined ? {} : { hint: how.hint }),
    optional: how.optional ?? false,
    element: {
      type: 'static_select',
      action_id: how.field,
      placeholder: placeholder(t.labels.fields.choose),
      ...(groups.length === 1
        ? { options: first.options }
        : {
            option_groups: groups.map(({ offer, options }) => ({ label: plain(offer.name, 75), options })),
          }),
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  });
}

/** The drafted role; else the only one there is, in the drafted app or at all; never a guess between two. */
function initialRole(
  all: readonly PlainTextOption[],
  { draft, optional, every }: RoleField,
): PlainTextOption | undefined {
  const fitting = all.filter(({ value = '' }) => {
    const slash = value.indexOf('/');
    const app = value.slice(0, slash);
    const role = value.slice(slash + 1);
    return (draft?.app === undefined || draft.app === app) && (draft?.role === undefined || draft.role === role);
  });
  const choosing = optional === true || every === true;
  return fitting.length === 1 && (draft?.role !== undefined || !choosing) ? fitting[0] : undefined;
}

/** `undefined` with a single app: it need not be asked. */
export function appField(offers: readonly AppOffer[], draft: Draft | undefined, pen: Pen): InputBlock | undefined {
  if (offers.length < 2) return undefined;
  const options = present(offers.map((offer) => option(offer.name, offer.key))).slice(0, MOST_OPTIONS);
  const initial = options.find((each) => each.value === draft?.app);
  return input({
    id: 'app',
    label: pen.t.labels.fields.app,
    element: {
      type: 'static_select',
      action_id: 'app',
      placeholder: placeholder(pen.t.labels.fields.choose),
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  });
}

/** The single app there is, so that the person field looks in it. */
export const onlyApp = (offers: readonly AppOffer[]): string | undefined =>
  offers.length === 1 ? offers[0]?.key : undefined;

interface PersonField {
  readonly field: 'person' | 'whose' | 'successor' | 'manager';
  readonly label: string;
  readonly hint: string;
  readonly optional?: boolean;
  readonly subject?: SubjectRef | undefined;
  readonly name?: string | undefined;
  readonly app: string | undefined;
}

/** Whose access it is. `person` may be oneself; the others are somebody picked. */
export function personField(how: PersonField, pen: Pen): InputBlock {
  const { fields } = pen.t.labels;
  const initial =
    how.subject === undefined
      ? how.field === 'person'
        ? option(fields.me, ME)
        : undefined
      : how.subject.kind === 'me'
        ? option(fields.me, how.field === 'person' ? ME : TYPED)
        : option(how.name ?? (how.subject.kind === 'email' ? how.subject.email : fields.typed), TYPED);
  const known = how.name === undefined ? '' : 'known';
  const id = how.app === undefined ? undefined : addressFor({ kind: 'app', app: how.app }, `${how.field}${known}`);
  return input({
    id: id ?? (known === '' ? how.field : `${how.field}-${known}`),
    label: how.label,
    hint: how.hint,
    optional: how.optional ?? false,
    element: {
      type: 'external_select',
      action_id: PERSON_ACTION,
      min_query_length: 0,
      placeholder: placeholder(fields.find),
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  });
}

/** The answer to a person field: `Me` where it may be oneself, the desk's choices, an address nobody has yet. */
export function personOptions(
  choices: readonly PersonChoice[],
  more: { readonly typed: string; readonly blockId?: string },
  ctx: CardContext,
): PlainTextOption[] {
  const { t, n } = penFor(ctx);
  const { fields } = t.labels;
  const typed = oneLine(more.typed, 254);
  const mine = fieldOf(more.blockId ?? '') === 'person' && fields.me.toLowerCase().startsWith(typed.toLowerCase());
  const several = new Set(choices.flatMap(({ app }) => app ?? [])).size > 1;
  const options = present([
    mine ? option(fields.me, ME) : undefined,
    ...choices.map((choice) =>
      option(
        choice.name === '' ? choice.email : `${oneLine(choice.name, 36)} (${oneLine(choice.email, 36)})`,
        choice.value,
        several && choice.app !== undefined ? n.app(choice.app) : undefined,
      ),
    ),
    isEmail(typed) && !choices.some((choice) => choice.email.toLowerCase() === typed.toLowerCase())
      ? option(typed, `email|${typed}`)
      : undefined,
  ]);
  const seen = new Set<string>();
  return options.filter(({ value = '' }) => !seen.has(value) && seen.add(value)).slice(0, MOST_OPTIONS);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LADDER: readonly number[] = [15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10_080, 20_160, 43_200].map(
  (minutes) => minutes * MINUTE,
);

/** Lengths the roles allow, and an end instead. What a role does not allow is said on the field afterwards. */
export function durationFields(offers: readonly AppOffer[], draft: Draft | undefined, pen: Pen): InputBlock[] {
  const { t, n } = pen;
  const { fields } = t.labels;
  const meant = offers.filter((offer) => draft?.app === undefined || offer.key === draft.app).flatMap(askable);
  const roles = meant.filter((role) => draft?.role === undefined || role.key === draft.role);
  const chosen = roles[0] ?? meant[0];
  const every = offers.flatMap(askable);
  const min = Math.min(...every.map((role) => role.minMs));
  const max = Math.max(...every.map((role) => role.maxMs));
  const asked = draft?.duration;
  const lengths = new Set([
    ...LADDER.filter((ms) => ms >= min && ms <= max),
    ...every.map((role) => role.defaultMs),
    ...(asked?.kind === 'for' ? [asked.ms] : []),
  ]);
  const initialMs = asked?.kind === 'for' ? asked.ms : (chosen?.defaultMs ?? 4 * HOUR);
  const lengthOption = (ms: number) => option(t.small.duration(ms), String(ms));
  const typed =
    asked === undefined || asked.kind === 'for' || asked.kind === 'at'
      ? undefined
      : option(toPlain(t.facts.askedFor(asked, n)), TYPED);
  const initial = typed ?? lengthOption(initialMs);
  const options = present([
    typed,
    ...[...lengths, initialMs]
      .filter((ms, index, all) => all.indexOf(ms) === index)
      .sort((a, b) => a - b)
      .map(lengthOption),
  ]).slice(0, MOST_OPTIONS);
  return [
    input({
      id: 'duration',
      label: fields.duration,
      element: {
        type: 'static_select',
        action_id: 'duration',
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      },
    }),
    input({
      id: 'until',
      label: fields.until,
      hint: fields.untilHint,
      optional: true,
      element: {
        type: 'datetimepicker',
        action_id: 'until',
        ...(asked?.kind === 'at' ? { initial_date_time: Math.floor(asked.at / 1000) } : {}),
      },
    }),
  ];
}

export function reasonField(how: {
  readonly label: string;
  readonly hint: string;
  readonly optional: boolean;
  readonly initial?: string | undefined;
}): InputBlock {
  const initial = oneLine(how.initial ?? '', REASON_MAX);
  return input({
    id: 'reason',
    label: how.label,
    hint: how.hint,
    optional: how.optional,
    element: {
      type: 'plain_text_input',
      action_id: 'reason',
      multiline: true,
      max_length: REASON_MAX,
      ...(initial === '' ? {} : { initial_value: initial }),
    },
  });
}

/** One line of text; `known`: filled in from a person who was looked up, so that the filling shows. */
export function textField(how: {
  readonly field: Field;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly initial?: string | undefined;
  readonly known: boolean;
  readonly max: number;
}): InputBlock {
  const initial = oneLine(how.initial ?? '', how.max);
  return input({
    id: how.known ? `${how.field}-known` : how.field,
    label: how.label,
    ...(how.hint === undefined ? {} : { hint: how.hint }),
    optional: how.optional ?? false,
    element: {
      type: 'plain_text_input',
      action_id: how.field,
      max_length: how.max,
      ...(initial === '' ? {} : { initial_value: initial }),
    },
  });
}
