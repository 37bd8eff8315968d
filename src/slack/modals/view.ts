/**
 * What every modal is made of: ids, the frame, what it carries along, and how a submitted one is read. Everything read
 * back is hostile: it is parsed, bounded, and never authority.
 */
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { REASON_MAX } from '../../access/policy.ts';
import { plain, section, VIEW_BLOCKS } from '../blocks.ts';
import { type CardContext, type Pen, penFor } from '../cards/card.ts';
import { refusalWords } from '../cards/refusal.ts';
import type { Problem } from '../command.ts';
import { emoji, say, toPlain, type Words } from '../text/words.ts';

/** What Slack sends back of a view, as far as it is read here. Everything in it is hostile. */
export interface SubmittedView {
  readonly state: { readonly values: unknown };
  readonly private_metadata?: string;
  readonly blocks?: readonly unknown[];
}

export type Read<T> =
  | { readonly ok: T; readonly errors?: undefined }
  /** block_id → sentence, as `response_action: errors` wants it. */
  | { readonly ok?: undefined; readonly errors: Record<string, string> };

/** The fields there are. A field's block carries its name in the `block_id`, its one element the same `action_id`. */
export type Field =
  | 'what'
  | 'app'
  | 'person'
  | 'whose'
  | 'successor'
  | 'duration'
  | 'until'
  | 'reason'
  | 'email'
  | 'given'
  | 'family'
  | 'welcome'
  | 'display'
  | 'title'
  | 'department'
  | 'username'
  | 'manager'
  | 'extra';

/**
 * `app#<field>:<app>` where the options depend on the app, else `<field>`; with `-known` once somebody was looked up,
 * because Slack keeps what a field held as long as its ids stay (docs.slack.dev, "Modals").
 */
const BLOCK_ID = /^(?:app#([a-z]+?)(known)?:.*|([a-z]+?)(-known)?)$/su;

export function fieldOf(blockId: string): string | undefined {
  const [, tagged, , bare] = BLOCK_ID.exec(blockId) ?? [];
  return tagged ?? bare;
}

// --------------------------------------------------------------------------------------------------- drawing

const TITLE = 24;

export function modal(
  id: string,
  title: { readonly title: string; readonly submit?: string },
  blocks: readonly KnownBlock[],
  more: { readonly pen: Pen; readonly problem?: Problem | undefined; readonly carry?: Carried },
): ModalView {
  const { pen, problem, carry } = more;
  const top = problem === undefined ? [] : [section(say`${emoji('warning')} ${refusalWords(problem, pen)}`)];
  return {
    type: 'modal',
    callback_id: id,
    title: plain(title.title, TITLE),
    close: plain(title.submit === undefined ? pen.t.labels.views.close : pen.t.labels.views.cancel, TITLE),
    ...(title.submit === undefined ? {} : { submit: plain(title.submit, TITLE) }),
    ...(carry === undefined ? {} : { private_metadata: JSON.stringify(carry) }),
    blocks: [...top, ...blocks].slice(0, VIEW_BLOCKS),
  };
}

/** A view without fields. */
export const note = (title: string, words: Words, pen: Pen): ModalView =>
  modal('modal.note', { title }, [section(words)], { pen });

// --------------------------------------------------------------------------------------------------- carrying

const Subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('me') }),
  z.object({
    kind: z.literal('slack'),
    slack: z.object({ team: z.string().min(1).max(40), user: z.string().min(1).max(40) }),
  }),
  z.object({ kind: z.literal('email'), email: z.string().min(3).max(254) }),
  z.object({ kind: z.literal('account'), app: z.string().min(1).max(100), account: z.string().min(1).max(300) }),
]);

const Duration = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('for'), ms: z.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
  z.object({ kind: z.literal('at'), at: z.number().int() }),
  z.object({
    kind: z.literal('clock'),
    hour: z.number().int().min(0).max(23),
    minute: z.number().int().min(0).max(59),
  }),
  z.object({ kind: z.literal('weekday'), weekday: z.literal([1, 2, 3, 4, 5, 6, 7]) }),
  z.object({
    kind: z.literal('date'),
    year: z.number().int().min(2000).max(9999),
    month: z.number().int().min(1).max(12),
    day: z.number().int().min(1).max(31),
  }),
]);

/** What a view carries along: the request it stands on, or what was typed. Never a right to do anything. */
const CarriedShape = z.object({
  request: z.string().min(1).max(64).optional(),
  subject: Subject.optional(),
  duration: Duration.optional(),
  /** The address the form was filled in with: while it stays, the drafted subject is meant. */
  email: z.string().max(254).optional(),
  app: z.string().max(100).optional(),
  /** The finding of drift the form stands on, and the role it is about. */
  drift: z.string().min(1).max(64).optional(),
  role: z.string().max(100).optional(),
  /** Update: why, as typed, until the form that asks for it is shown. */
  reason: z.string().max(REASON_MAX).optional(),
});
export type Carried = { readonly [K in keyof z.infer<typeof CarriedShape>]: z.infer<typeof CarriedShape>[K] };

function carriedBy(metadata: string | undefined): Carried {
  if (metadata === undefined || metadata.length > 3000) return {};
  try {
    return CarriedShape.safeParse(JSON.parse(metadata)).data ?? {};
  } catch {
    return {};
  }
}

// ---------------------------------------------------------------------------------------------------- reading

const State = z.looseObject({
  value: z.string().nullish().catch(undefined),
  selected_option: z.looseObject({ value: z.string() }).nullish().catch(undefined),
  selected_options: z
    .array(z.looseObject({ value: z.string() }))
    .nullish()
    .catch(undefined),
  selected_date_time: z.number().nullish().catch(undefined),
});
const Values = z.record(z.string(), z.record(z.string(), z.unknown()));

/** What was filled in. An empty field reads as `undefined`. */
export interface Form {
  readonly carried: Carried;
  text(field: Field): string | undefined;
  choice(field: Field): string | undefined;
  choices(field: Field): readonly string[];
  /** ms */
  instant(field: Field): number | undefined;
  /** One sentence on one field. */
  error(field: Field, problem: Problem): { readonly errors: Record<string, string> };
}

export function formOf(view: SubmittedView, ctx: CardContext): Form {
  const values = Values.safeParse(view.state.values).data ?? {};
  const find = (field: Field) => Object.entries(values).find(([id]) => fieldOf(id) === field);
  const state = (field: Field) => State.safeParse(Object.values(find(field)?.[1] ?? {})[0]).data;
  return {
    carried: carriedBy(view.private_metadata),
    text: (field) => {
      const text = state(field)?.value ?? '';
      return text.trim() === '' ? undefined : text.slice(0, 12_000);
    },
    choice: (field) => state(field)?.selected_option?.value,
    choices: (field) => (state(field)?.selected_options ?? []).map((each) => each.value),
    instant: (field) => {
      const seconds = state(field)?.selected_date_time;
      return typeof seconds === 'number' && Number.isSafeInteger(seconds) ? seconds * 1000 : undefined;
    },
    error: (field, problem) => ({ errors: { [find(field)?.[0] ?? field]: sentence(problem, penFor(ctx)) } }),
  };
}

/** A refusal where there is room for plain text only. */
export const sentence = (problem: Problem, pen: Pen): string => toPlain(refusalWords(problem, pen), 500);

/** The ids of a view's input blocks: an error can stand nowhere else. */
export function inputBlockIds(view: SubmittedView): string[] {
  const Input = z.looseObject({ type: z.literal('input'), block_id: z.string() });
  const drawn = (view.blocks ?? []).flatMap((block) => {
    const input: InputBlock['block_id'] = Input.safeParse(block).data?.block_id;
    return input === undefined ? [] : [input];
  });
  return drawn.length > 0 ? drawn : Object.keys(Values.safeParse(view.state.values).data ?? {});
}
