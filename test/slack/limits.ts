/**
 * Block Kit's limits, written down from Slack's reference and independent of the code under test: whatever a message,
 * a modal or a Home breaks comes back as a list of sentences.
 */
const LIMITS = {
  blocks: { message: 50, modal: 100, home: 100 },
  viewBytes: 250_000,
  title: 24,
  metadata: 3000,
  id: 255,
  text: 3000,
  fallback: 4000,
  header: 150,
  sectionFields: 10,
  fieldText: 2000,
  contextElements: 10,
  actionElements: 25,
  options: 100,
  optionText: 75,
  optionValue: 75,
  placeholder: 150,
  button: { text: 75, value: 2000, url: 3000 },
  confirm: { title: 100, text: 300, button: 30 },
  label: 2000,
  inputMax: 3000,
} as const;

export interface Allowed {
  /** User ids that may be mentioned: everything else in a mention came from a person's text. */
  readonly mentions: ReadonlySet<string>;
  /** How addresses may begin. */
  readonly links: readonly string[];
  /** What a button's value may be. */
  readonly values: ReadonlySet<string>;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
/** Slack counts code points. */
const length = (text: string): number => Array.from(text).length;

/** Controls, reordering and invisible characters that no reader can see. */
const UNSEEN = /[[\p{Cc}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{61c}]--[\t\n]]/v;

const TOKEN =
  /<@([UW][A-Z0-9]+)>|<!date\^-?\d+\^[^<>|^]*\|[^<>|]*>|<(https?:\/\/[^<>|\s]+)\|[^<>|]+>|&(?:amp|lt|gt);/gu;

/** Whether every piece of markup is one that the code may write; the rest must be plain text. */
export function markupFaults(text: string, allowed: Allowed): string[] {
  const faults: string[] = [];
  if (UNSEEN.test(text)) faults.push(`an invisible character in ${JSON.stringify(text)}`);
  for (const [, user, url] of text.matchAll(TOKEN)) {
    if (user !== undefined && !allowed.mentions.has(user)) faults.push(`a mention of ${user}`);
    if (url !== undefined && !allowed.links.some((start) => url.startsWith(start))) faults.push(`a link to ${url}`);
  }
  const rest = text.replace(TOKEN, '').replace(/^>/gmu, '');
  if (/[<>&]/u.test(rest)) faults.push(`unescaped text: ${JSON.stringify(rest)}`);
  if (/\ud800-\udfff/u.test(rest)) faults.push('half a character');
  return faults;
}

export function messageFaults(message: { text: string; blocks: readonly unknown[] }, allowed: Allowed): string[] {
  const faults = markupFaults(message.text, allowed);
  if (message.text.trim() === '') faults.push('no fallback text');
  if (length(message.text) > LIMITS.fallback) faults.push('fallback too long');
  return [...faults, ...blocksFaults(message.blocks, LIMITS.blocks.message, allowed)];
}

export function viewFaults(view: object, allowed: Allowed): string[] {
  const faults: string[] = [];
  const json: Json = { ...view };
  const kind = json.type === 'home' ? 'home' : 'modal';
  const blocks = listOf(json.blocks);
  if (Buffer.byteLength(JSON.stringify(view)) > LIMITS.viewBytes) faults.push('view too large');
  if (kind === 'modal') {
    for (const part of ['title', 'submit', 'close']) {
      if (json[part] !== undefined) faults.push(...plainFaults(json[part], LIMITS.title, part));
    }
    if (json.title === undefined) faults.push('no title');
    const inputs = blocks.some((block) => isObject(block) && block.type === 'input');
    if (inputs && json.submit === undefined) faults.push('inputs without submit');
  }
  faults.push(...stringFaults(json.private_metadata, LIMITS.metadata, 'private_metadata'));
  faults.push(...stringFaults(json.callback_id, LIMITS.id, 'callback_id'));
  return [...faults, ...blocksFaults(blocks, LIMITS.blocks[kind], allowed)];
}

function blocksFaults(blocks: readonly unknown[], max: number, allowed: Allowed): string[] {
  const faults: string[] = [];
  if (blocks.length === 0) faults.push('no blocks');
  if (blocks.length > max) faults.push(`${blocks.length} blocks`);
  const ids = blocks.flatMap((block) => (isObject(block) && block.block_id !== undefined ? [block.block_id] : []));
  if (new Set(ids).size !== ids.length) faults.push(`a block_id twice: ${JSON.stringify(ids)}`);
  return [...faults, ...blocks.flatMap((block) => blockFaults(block, allowed))];
}

function blockFaults(block: unknown, allowed: Allowed): string[] {
  if (!isObject(block)) return ['not a block'];
  const faults = stringFaults(block.block_id, LIMITS.id, 'block_id');
  switch (block.type) {
    case 'divider':
      return faults;
    case 'header':
      return [...faults, ...plainFaults(block.text, LIMITS.header, 'header')];
    case 'section': {
      const fields = listOf(block.fields);
      if (block.text === undefined && fields.length === 0) faults.push('an empty section');
      if (fields.length > LIMITS.sectionFields) faults.push('too many fields');
      if (block.text !== undefined) faults.push(...textFaults(block.text, LIMITS.text, allowed));
      for (const field of fields) faults.push(...textFaults(field, LIMITS.fieldText, allowed));
      if (block.accessory !== undefined) faults.push(...elementFaults(block.accessory, allowed));
      return faults;
    }
    case 'context': {
      const elements = listOf(block.elements);
      if (elements.length < 1 || elements.length > LIMITS.contextElements) faults.push('context elements');
      return [...faults, ...elements.flatMap((element) => textFaults(element, LIMITS.text, allowed))];
    }
    case 'actions': {
      const elements = listOf(block.elements);
      if (elements.length < 1 || elements.length > LIMITS.actionElements) faults.push('actions elements');
      const ids = elements.map((element) => (isObject(element) ? element.action_id : undefined));
      if (new Set(ids).size !== ids.length) faults.push(`an action_id twice in one block: ${ids.join(' ')}`);
      return [...faults, ...elements.flatMap((element) => elementFaults(element, allowed))];
    }
    case 'input':
      if (block.hint !== undefined) faults.push(...plainFaults(block.hint, LIMITS.label, 'hint'));
      return [...faults, ...plainFaults(block.label, LIMITS.label, 'label'), ...elementFaults(block.element, allowed)];
    default:
      return [`an unknown block ${String(block.type)}`];
  }
}

function elementFaults(element: unknown, allowed: Allowed): string[] {
  if (!isObject(element)) return ['not an element'];
  const faults = stringFaults(element.action_id, LIMITS.id, 'action_id', true);
  if (element.confirm !== undefined) faults.push(...confirmFaults(element.confirm));
  if (element.placeholder !== undefined) {
    faults.push(...plainFaults(element.placeholder, LIMITS.placeholder, 'placeholder'));
  }
  switch (element.type) {
    case 'button': {
      const { value, url } = element;
      faults.push(...plainFaults(element.text, LIMITS.button.text, 'button'));
      faults.push(...stringFaults(value, LIMITS.button.value, 'value'), ...stringFaults(url, LIMITS.button.url, 'url'));
      if (typeof value === 'string' && !allowed.values.has(value)) faults.push(`a button value ${value}`);
      if (typeof url === 'string' && !allowed.links.some((start) => url.startsWith(start))) faults.push(`url ${url}`);
      return faults;
    }
    case 'static_select': {
      const groups = listOf(element.option_groups);
      const options = [
        ...listOf(element.options),
        ...groups.flatMap((group) => (isObject(group) ? listOf(group.options) : [])),
      ];
      if ((element.options === undefined) === (element.option_groups === undefined)) faults.push('which options?');
      if (groups.length > LIMITS.options || listOf(element.options).length > LIMITS.options) faults.push('options');
      for (const group of groups) {
        if (!isObject(group) || listOf(group.options).length === 0) faults.push('an empty group');
        else faults.push(...plainFaults(group.label, LIMITS.optionText, 'group label'));
      }
      return [...faults, ...optionsFaults(options, element.initial_option)];
    }
    case 'external_select':
      return element.initial_option === undefined
        ? faults
        : [...faults, ...optionsFaults([element.initial_option], undefined)];
    case 'checkboxes': {
      const options = listOf(element.options);
      if (options.length < 1 || options.length > 10) faults.push('checkbox options');
      return [...faults, ...optionsFaults(options, listOf(element.initial_options)[0])];
    }
    case 'plain_text_input': {
      const max = Number(element.max_length ?? LIMITS.inputMax);
      if (max > LIMITS.inputMax || max < 1) faults.push('max_length');
      return [...faults, ...stringFaults(element.initial_value, max, 'initial_value')];
    }
    case 'datetimepicker': {
      const at = element.initial_date_time;
      return at === undefined || (typeof at === 'number' && /^\d{10}$/.test(`${at}`))
        ? faults
        : [...faults, 'initial_date_time is not 10 digits'];
    }
    default:
      return [...faults, `an unknown element ${String(element.type)}`];
  }
}

/** Slack wants the initial option to be one of the options, exactly. */
function optionsFaults(options: readonly unknown[], initial: unknown): string[] {
  const faults: string[] = [];
  if (options.length === 0) faults.push('no options');
  const values = options.map((option) => (isObject(option) ? option.value : undefined));
  if (new Set(values).size !== values.length) faults.push('an option twice');
  for (const option of options) {
    if (!isObject(option)) continue;
    faults.push(...plainFaults(option.text, LIMITS.optionText, 'option'));
    faults.push(...stringFaults(option.value, LIMITS.optionValue, 'option value', true));
    if (option.description !== undefined) {
      faults.push(...plainFaults(option.description, LIMITS.optionText, 'option description'));
    }
  }
  if (initial !== undefined && !options.some((option) => JSON.stringify(option) === JSON.stringify(initial))) {
    faults.push('the initial option is none of the options');
  }
  return faults;
}

function confirmFaults(confirm: unknown): string[] {
  if (!isObject(confirm)) return ['not a confirm dialog'];
  return [
    ...plainFaults(confirm.title, LIMITS.confirm.title, 'confirm title'),
    ...plainFaults(confirm.text, LIMITS.confirm.text, 'confirm text'),
    ...plainFaults(confirm.confirm, LIMITS.confirm.button, 'confirm yes'),
    ...plainFaults(confirm.deny, LIMITS.confirm.button, 'confirm no'),
  ];
}

function textFaults(text: unknown, max: number, allowed: Allowed): string[] {
  if (!isObject(text) || text.type !== 'mrkdwn') return plainFaults(text, max, 'text');
  const content = String(text.text);
  const faults = markupFaults(content, allowed);
  if (text.verbatim !== true) faults.push('not verbatim');
  if (content === '' || length(content) > max) faults.push(`${length(content)} characters of text`);
  return faults;
}

function plainFaults(text: unknown, max: number, what: string): string[] {
  if (!isObject(text) || text.type !== 'plain_text') return [`${what} is not plain text`];
  const content = String(text.text);
  const faults: string[] = [];
  if (content.trim() === '') faults.push(`${what} is empty`);
  if (length(content) > max) faults.push(`${what} has ${length(content)} characters`);
  if (UNSEEN.test(content) || content.includes('\n')) faults.push(`${what} has an invisible character`);
  if (text.emoji !== false) faults.push(`${what} would turn codes into emoji`);
  return faults;
}

function stringFaults(value: unknown, max: number, what: string, needed = false): string[] {
  if (value === undefined) return needed ? [`no ${what}`] : [];
  if (typeof value !== 'string' || value === '') return [`${what} is empty`];
  return length(value) > max ? [`${what} has ${length(value)} characters`] : [];
}
