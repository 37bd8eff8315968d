/**
 * Block Kit by construction: every length and count is bounded here (docs.slack.dev, "Block Kit reference"), every text
 * comes as Words or as a plain label. Knows no request and no sentence.
 */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
} from '@slack/types';
import type { ActionId, Message } from './cards/card.ts';
import { oneLine } from './text/escape.ts';
import { toMrkdwn, type Words } from './text/words.ts';

/** Block Kit's numbers, in characters or items. */
const MAX = {
  messageBlocks: 50,
  viewBlocks: 100,
  sectionText: 3000,
  fieldText: 2000,
  fields: 10,
  contextElements: 10,
  actions: 25,
  header: 150,
  button: 75,
  option: 75,
  placeholder: 150,
  /** Block Kit allows 2000 here; a label longer than this is not read. */
  label: 300,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** The fallback of a message: Slack asks to stay below 4,000. */
  fallback: 1000,
  id: 255,
} as const;

/** Slack refuses empty text objects; this stands for "nothing to say". */
const orDash = (text: string): string => (text === '' ? '–' : text);

/** No emoji codes: a name may contain `:white_check_mark:`. */
export const plain = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: orDash(oneLine(text, max)),
  emoji: false,
});

/** `verbatim`: what looks like a link, a channel or a mention in a person's text stays text. */
export const mrkdwn = (words: Words, max: number = MAX.sectionText): MrkdwnElement => ({
  type: 'mrkdwn',
  text: orDash(toMrkdwn(words, max)),
  verbatim: true,
});

export function section(
  text: Words,
  more: { readonly accessory?: Button; readonly blockId?: string; readonly max?: number } = {},
): SectionBlock {
  return {
    type: 'section',
    text: mrkdwn(text, more.max),
    ...(more.accessory === undefined ? {} : { accessory: more.accessory }),
    ...(more.blockId === undefined ? {} : { block_id: more.blockId }),
  };
}

/** Short facts in two columns. */
export const factSheet = (facts: readonly Words[]): SectionBlock => ({
  type: 'section',
  fields: facts.slice(0, MAX.fields).map((fact) => mrkdwn(fact, MAX.fieldText)),
});

export const context = (...lines: readonly Words[]): ContextBlock => ({
  type: 'context',
  elements: lines.slice(0, MAX.contextElements).map((line) => mrkdwn(line, MAX.fieldText)),
});

export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(text, MAX.header) });
export const divider: DividerBlock = { type: 'divider' };

export const actions = (buttons: readonly Button[], blockId?: string): ActionsBlock => ({
  type: 'actions',
  elements: buttons.slice(0, MAX.actions),
  ...(blockId === undefined ? {} : { block_id: blockId }),
});

/** No block at all where there is no button. */
export const actionsIfAny = (buttons: readonly Button[], blockId?: string): KnownBlock[] =>
  buttons.length === 0 ? [] : [actions(buttons, blockId)];

export interface ButtonOptions {
  /** A request id. */
  readonly request?: string | undefined;
  /** What the action has instead of a request, see `ACTIONS`. Nothing else goes into a button. */
  readonly value?: string | undefined;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
}

const withValue = (value: string | undefined): { readonly value?: string } => (value === undefined ? {} : { value });

export const button = (label: string, action: ActionId, more: ButtonOptions = {}): Button => ({
  type: 'button',
  text: plain(label, MAX.button),
  action_id: action,
  ...withValue(more.request ?? more.value),
  ...(more.style === undefined ? {} : { style: more.style }),
  ...(more.confirm === undefined ? {} : { confirm: more.confirm }),
});

/** @param url of ours, from the policy  @returns `undefined` when it is no web address or too long */
export function linkButton(label: string, action: ActionId, url: string | undefined): Button | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if ((protocol !== 'https:' && protocol !== 'http:') || href.length > 2000) return undefined;
  return { ...button(label, action), url: href };
}

export const confirm = (dialog: {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly danger?: boolean;
}): ConfirmationDialog => ({
  title: plain(dialog.title, MAX.confirmTitle),
  text: plain(dialog.text, MAX.confirmText),
  confirm: plain(dialog.yes, MAX.confirmButton),
  deny: plain(dialog.no, MAX.confirmButton),
  ...(dialog.danger === true ? { style: 'danger' } : {}),
});

/** `undefined` when the value would not survive the round trip: a clipped value would mean something else. */
export function option(label: string, value: string, description?: string): PlainTextOption | undefined {
  if (value === '' || value.length > MAX.option) return undefined;
  return {
    text: plain(label, MAX.option),
    value,
    ...(description === undefined || description === '' ? {} : { description: plain(description, MAX.option) }),
  };
}

export function input(field: {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly element: InputBlock['element'];
}): InputBlock {
  return {
    type: 'input',
    block_id: field.id,
    label: plain(field.label, MAX.label),
    optional: field.optional ?? false,
    element: field.element,
    ...(field.hint === undefined ? {} : { hint: plain(field.hint, MAX.label) }),
  };
}

export const placeholder = (text: string): PlainTextElement => plain(text, MAX.placeholder);

export const message = (fallback: Words, blocks: readonly KnownBlock[]): Message => ({
  text: orDash(toMrkdwn(fallback, MAX.fallback)),
  blocks: blocks.slice(0, MAX.messageBlocks),
});

/** The same words as a notification and as the whole message. */
export const oneSentence = (words: Words, more: readonly KnownBlock[] = []): Message =>
  message(words, [section(words), ...more]);

/**
 * As many rows as fit into `max` blocks; the last block then says how many are left out.
 * @param rows blocks of each row
 */
export function asManyAsFit(
  rows: readonly (readonly KnownBlock[])[],
  max: number,
  more: (left: number) => KnownBlock,
): KnownBlock[] {
  const total = rows.reduce((sum, row) => sum + row.length, 0);
  if (total <= max) return rows.flat();
  const kept: KnownBlock[] = [];
  for (const [index, row] of rows.entries()) {
    if (kept.length + row.length > max - 1) return [...kept, more(rows.length - index)];
    kept.push(...row);
  }
  return kept;
}

export const VIEW_BLOCKS: number = MAX.viewBlocks;
