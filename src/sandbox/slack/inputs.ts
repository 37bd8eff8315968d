// What stands in the fields: the state of each element, what a person may type or pick, what the client checks before it submits.
// Knows elements and values; knows neither views nor messages.
import { elementsOf, withInner } from './blocks/check.ts';
import type { InputValue, Json, JsonObject } from './contract.ts';
import { isObject, lengthOf, listOf, objectOf, objectsOf, stringOf } from './json.ts';

/** `block_id` → `action_id` → state, as in `state.values`. */
export type Values = Record<string, Record<string, JsonObject>>;
/** Options that external selects were last offered, by `action_id`. */
export type Offered = Map<string, JsonObject[]>;
export type Field = { block: JsonObject; blockId: string; element: JsonObject; actionId: string };

export function fieldsOf(blocks: JsonObject[]): Field[] {
  return blocks.flatMap(withInner).flatMap((block) =>
    elementsOf({ ...block, child_blocks: [], ...(block.type === 'carousel' ? { elements: [] } : {}) }).map(
      (element) => ({
        block,
        blockId: stringOf(block.block_id),
        element,
        actionId: stringOf(element.action_id),
      }),
    ),
  );
}

/** Where each kind of element keeps its value, and what it starts from. */
const slots: Readonly<Record<string, { slot: string; initial: string; many: boolean; empty: Json }>> = {
  plain_text_input: { slot: 'value', initial: 'initial_value', many: false, empty: null },
  email_text_input: { slot: 'value', initial: 'initial_value', many: false, empty: null },
  url_text_input: { slot: 'value', initial: 'initial_value', many: false, empty: null },
  number_input: { slot: 'value', initial: 'initial_value', many: false, empty: null },
  rich_text_input: { slot: 'rich_text_value', initial: 'initial_value', many: false, empty: null },
  static_select: { slot: 'selected_option', initial: 'initial_option', many: false, empty: null },
  external_select: { slot: 'selected_option', initial: 'initial_option', many: false, empty: null },
  radio_buttons: { slot: 'selected_option', initial: 'initial_option', many: false, empty: null },
  multi_static_select: { slot: 'selected_options', initial: 'initial_options', many: true, empty: [] },
  multi_external_select: { slot: 'selected_options', initial: 'initial_options', many: true, empty: [] },
  checkboxes: { slot: 'selected_options', initial: 'initial_options', many: true, empty: [] },
  users_select: { slot: 'selected_user', initial: 'initial_user', many: false, empty: null },
  multi_users_select: { slot: 'selected_users', initial: 'initial_users', many: true, empty: [] },
  channels_select: { slot: 'selected_channel', initial: 'initial_channel', many: false, empty: null },
  multi_channels_select: { slot: 'selected_channels', initial: 'initial_channels', many: true, empty: [] },
  conversations_select: { slot: 'selected_conversation', initial: 'initial_conversation', many: false, empty: null },
  multi_conversations_select: {
    slot: 'selected_conversations',
    initial: 'initial_conversations',
    many: true,
    empty: [],
  },
  datepicker: { slot: 'selected_date', initial: 'initial_date', many: false, empty: null },
  timepicker: { slot: 'selected_time', initial: 'initial_time', many: false, empty: null },
  datetimepicker: { slot: 'selected_date_time', initial: 'initial_date_time', many: false, empty: null },
};

function slotOf(element: JsonObject) {
  const type = stringOf(element.type);
  return Object.hasOwn(slots, type) ? slots[type] : undefined;
}

/** `state.values` for these blocks: what was typed where block and action are still the same, else what the app prefilled. */
export function currentValues(blocks: JsonObject[], typed: Values): Values {
  const values: Values = {};
  for (const { blockId, actionId, element } of fieldsOf(blocks)) {
    const slot = slotOf(element);
    if (slot === undefined) continue;
    const type = stringOf(element.type);
    const kept = typed[blockId]?.[actionId];
    const state =
      kept !== undefined && kept.type === type ? kept : { type, [slot.slot]: element[slot.initial] ?? slot.empty };
    values[blockId] = { ...values[blockId], [actionId]: state };
  }
  return values;
}

function optionsOf(element: JsonObject, offered: Offered): JsonObject[] {
  return [
    ...objectsOf(element.options),
    ...objectsOf(element.option_groups).flatMap((group) => objectsOf(group.options)),
    ...objectsOf([element.initial_option ?? null]),
    ...objectsOf(element.initial_options),
    ...(offered.get(stringOf(element.action_id)) ?? []),
  ];
}

function pick(element: JsonObject, value: string, offered: Offered): JsonObject | undefined {
  return optionsOf(element, offered).find((option) => option.value === value);
}

/** The state after a person typed or picked `value`; undefined when the element does not offer it. */
export function stateFor(element: JsonObject, value: InputValue, offered: Offered): JsonObject | undefined {
  const slot = slotOf(element);
  if (slot === undefined) return undefined;
  const type = stringOf(element.type);
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0))
    return { type, [slot.slot]: slot.empty };
  const wanted = typeof value === 'string' ? [value] : [...value];
  if (!slot.many && wanted.length > 1) return undefined;
  const picked: (Json | undefined)[] = slot.slot.startsWith('selected_option')
    ? wanted.map((item) => pick(element, item, offered))
    : wanted.map((item) => (type === 'datetimepicker' ? Number(item) : item));
  const found = picked.filter((item): item is Json => item !== undefined);
  const first = found[0];
  if (found.length < wanted.length || first === undefined) return undefined;
  return { type, [slot.slot]: slot.many ? found : first };
}

/** The action sent by a click: Slack's description of the element with what was picked. Undefined when it cannot be picked. */
export function actionFor(
  field: Field,
  value: InputValue | undefined,
  offered: Offered,
  actionTs: string,
): JsonObject | undefined {
  const { element, actionId, blockId } = field;
  const type = stringOf(element.type);
  const base = { type, action_id: actionId, block_id: blockId, action_ts: actionTs };
  if (type === 'button' || type === 'icon_button' || type === 'workflow_button') {
    const text = objectOf(element.text);
    return {
      ...base,
      text: { type: 'plain_text', text: text.text ?? '', emoji: text.emoji ?? true },
      ...(typeof element.value === 'string' ? { value: element.value } : {}),
      ...(typeof element.style === 'string' ? { style: element.style } : {}),
      ...(typeof element.url === 'string' ? { url: element.url } : {}),
    };
  }
  if (type === 'overflow') {
    const option = typeof value === 'string' ? pick(element, value, offered) : undefined;
    return option === undefined ? undefined : { ...base, selected_option: option };
  }
  const state = stateFor(element, value ?? null, offered);
  if (state === undefined) return undefined;
  return { ...state, ...base, ...(isObject(element.placeholder) ? { placeholder: element.placeholder } : {}) };
}

function isEmpty(state: JsonObject, element: JsonObject): boolean {
  const slot = slotOf(element);
  const value = slot === undefined ? null : state[slot.slot];
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function lengthComplaint(element: JsonObject, value: string): string | undefined {
  const min = element.min_length;
  const max = typeof element.max_length === 'number' ? element.max_length : 3_000;
  if (typeof min === 'number' && lengthOf(value) < min) return `Please enter at least ${min} characters.`;
  if (lengthOf(value) > max) return `Please enter no more than ${max} characters.`;
  return undefined;
}

function numberComplaint(element: JsonObject, value: string): string | undefined {
  const number = Number(value);
  if (!Number.isFinite(number)) return 'Please enter a number.';
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (stringOf(element.min_value) !== '' && number < Number(element.min_value))
    return `Please enter at least ${stringOf(element.min_value)}.`;
  if (stringOf(element.max_value) !== '' && number > Number(element.max_value))
    return `Please enter at most ${stringOf(element.max_value)}.`;
  return undefined;
}

function complaint(element: JsonObject, state: JsonObject): string | undefined {
  const value = stringOf(state.value);
  switch (element.type) {
    case 'plain_text_input':
      return lengthComplaint(element, value);
    case 'number_input':
      return numberComplaint(element, value);
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : 'Please enter a valid email address.';
    case 'url_text_input':
      return URL.canParse(value) ? undefined : 'Please enter a valid URL.';
    default: {
      const most = element.max_selected_items;
      const chosen = Object.values(state).find(Array.isArray);
      return typeof most === 'number' && listOf(chosen).length > most
        ? `Please select no more than ${most} items.`
        : undefined;
    }
  }
}

/** What the client says under the fields instead of submitting, by `block_id`. */
export function checkInputs(blocks: JsonObject[], values: Values): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { block, blockId, actionId, element } of fieldsOf(blocks)) {
    if (block.type !== 'input' || element.type === 'file_input') continue;
    const state = values[blockId]?.[actionId];
    if (state === undefined || isEmpty(state, element)) {
      if (block.optional !== true) errors[blockId] = 'Please complete this required field.';
      continue;
    }
    const words = complaint(element, state);
    if (words !== undefined) errors[blockId] = words;
  }
  return errors;
}
