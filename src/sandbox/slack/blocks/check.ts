// Checks blocks and views against the limits and says what is wrong in Slack's words, with JSON pointers. Knows no workspace.
import type { Json, JsonObject } from '../contract.ts';
import { isObject, lengthOf, listOf, objectOf, objectsOf, stringOf } from '../json.ts';
import { elements, shapes } from './elements.ts';
import type { Surface } from './limits.ts';
import * as limits from './limits.ts';
import type { Rule, Shape } from './rules.ts';

type Report = (message: string, pointer: string) => void;

const mostReported = 20;

function collector(): { report: Report; messages: string[] } {
  const messages: string[] = [];
  return {
    messages,
    report(message, pointer) {
      if (messages.length < mostReported) messages.push(`${message} [json-pointer:${pointer}]`);
    },
  };
}

function checkLength(text: string, rule: { max: number; min?: number }, at: string, report: Report): void {
  const length = lengthOf(text);
  if (length > rule.max) report(`must be less than ${rule.max + 1} characters`, at);
  if (length < (rule.min ?? 0)) report(`must be more than ${(rule.min ?? 0) - 1} characters`, at);
}

function checkText(value: Json, rule: Extract<Rule, { is: 'text' }>, at: string, report: Report): void {
  if (!isObject(value)) {
    report('must provide an object', at);
    return;
  }
  const wanted = rule.only === undefined ? ['plain_text', 'mrkdwn'] : [rule.only];
  if (!wanted.includes(stringOf(value.type))) report(`unsupported type: ${stringOf(value.type)}`, `${at}/type`);
  for (const key of Object.keys(value)) {
    if (!['type', 'text', value.type === 'mrkdwn' ? 'verbatim' : 'emoji'].includes(key))
      report(`invalid additional property: ${key}`, at);
  }
  const text = value.text;
  if (typeof text !== 'string') report('missing required field: text', at);
  else checkLength(text, rule, `${at}/text`, report);
}

function checkTyped(value: Json, rule: Extract<Rule, { is: 'element' | 'block' }>, at: string, report: Report): void {
  if (!isObject(value)) {
    report('must provide an object', at);
    return;
  }
  const type = stringOf(value.type);
  if (!rule.of.includes(type)) {
    report(`unsupported type: ${type}`, `${at}/type`);
    return;
  }
  if (type === 'plain_text' || type === 'mrkdwn') {
    checkText(value, { is: 'text', max: 3_000, min: 1 }, at, report);
    return;
  }
  const shape = rule.is === 'element' ? elements[type] : limits.blocks[type];
  if (shape !== undefined) checkShape(value, shape, at, report);
}

function checkRule(value: Json, rule: Rule, at: string, report: Report): void {
  switch (rule.is) {
    case 'anything':
      return;
    case 'boolean':
      if (typeof value !== 'boolean') report('must provide a boolean', at);
      return;
    case 'number':
      if (typeof value !== 'number') report('must provide a number', at);
      else if (value < (rule.min ?? -Infinity)) report(`must be greater than or equal to ${rule.min}`, at);
      else if (value > (rule.max ?? Infinity)) report(`must be less than or equal to ${rule.max}`, at);
      return;
    case 'string':
      if (typeof value !== 'string') {
        report('must provide a string', at);
        return;
      }
      if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) report(`must be a valid enum value`, at);
      checkLength(value, rule, at, report);
      return;
    case 'text':
      checkText(value, rule, at, report);
      return;
    case 'list':
      if (!Array.isArray(value)) {
        report('must provide an array', at);
        return;
      }
      if (value.length > rule.max) report(`no more than ${rule.max} items allowed`, at);
      if (value.length < rule.min) report(`no fewer than ${rule.min} items allowed`, at);
      for (const [index, item] of value.entries()) checkRule(item, rule.of, `${at}/${index}`, report);
      return;
    case 'shape': {
      const shape = shapes[rule.name];
      if (!isObject(value)) {
        report('must provide an object', at);
        return;
      }
      if (shape !== undefined) checkShape(value, shape, at, report);
      return;
    }
    default:
      checkTyped(value, rule, at, report);
      return;
  }
}

function checkShape(value: JsonObject, shape: Shape, at: string, report: Report): void {
  for (const [key, item] of Object.entries(value)) {
    if (key === 'type') continue;
    const rule = Object.hasOwn(shape.props, key) ? shape.props[key] : undefined;
    if (rule === undefined) report(`invalid additional property: ${key}`, at);
    else checkRule(item, rule, `${at}/${key}`, report);
  }
  for (const key of shape.required ?? []) if (value[key] === undefined) report(`missing required field: ${key}`, at);
  if (shape.either !== undefined && !shape.either.some((key) => value[key] !== undefined)) {
    report(`must define either ${shape.either.map((key) => `\`${key}\``).join(' or ')}`, at);
  }
  if (shape.exclusive !== undefined && shape.exclusive.filter((key) => value[key] !== undefined).length > 1) {
    report(`must define only one of ${shape.exclusive.map((key) => `\`${key}\``).join(' or ')}`, at);
  }
  checkInitialOption(value, at, report);
}

/** An initial option must be one of the options, word for word, or the select is refused. */
function checkInitialOption(element: JsonObject, at: string, report: Report): void {
  const offered = [
    ...objectsOf(element.options),
    ...objectsOf(element.option_groups).flatMap((group) => objectsOf(group.options)),
  ];
  if (offered.length === 0) return;
  const texts = new Set(offered.map(optionKey));
  const initial = isObject(element.initial_option) ? [element.initial_option] : objectsOf(element.initial_options);
  for (const option of initial)
    if (!texts.has(optionKey(option))) report('initial option must be one of the options', at);
  const values = offered.map((option) => stringOf(option.value));
  if (new Set(values).size < values.length) report('option values must be unique', at);
}

function optionKey(option: JsonObject): string {
  return JSON.stringify([
    option.value ?? '',
    objectOf(option.text).text ?? '',
    objectOf(option.description).text ?? '',
  ]);
}

/** Every element with an `action_id` in a block, containers and cards included. */
export function elementsOf(block: JsonObject): JsonObject[] {
  const inner = [...objectsOf(block.child_blocks), ...(block.type === 'carousel' ? objectsOf(block.elements) : [])];
  const own = [block.element, block.accessory, ...listOf(block.elements), ...listOf(block.actions)].filter(isObject);
  return [
    ...own.filter((element) => Object.hasOwn(elements, stringOf(element.type)) && element.type !== 'image'),
    ...inner.flatMap(elementsOf),
  ];
}

/** A block and the blocks inside it. */
export function withInner(block: JsonObject): JsonObject[] {
  const inner = [...objectsOf(block.child_blocks), ...(block.type === 'carousel' ? objectsOf(block.elements) : [])];
  return [block, ...inner.flatMap(withInner)];
}

function checkIds(list: JsonObject[], at: string, report: Report): void {
  const blockIds = new Set<string>();
  for (const [index, outer] of list.entries()) {
    for (const block of withInner(outer)) {
      const blockId = stringOf(block.block_id);
      if (blockId !== '' && blockIds.has(blockId)) report(`duplicate block_id: ${blockId}`, `${at}/${index}/block_id`);
      blockIds.add(blockId);
    }
    const actionIds = elementsOf(outer)
      .map((element) => stringOf(element.action_id))
      .filter((actionId) => actionId !== '');
    if (new Set(actionIds).size < actionIds.length) report('duplicate action_id', `${at}/${index}`);
  }
}

function checkBlockList(value: Json | undefined, surface: Surface, at: string, report: Report): void {
  if (!Array.isArray(value)) {
    report('must provide an array', at);
    return;
  }
  const max = limits.counts.blocks[surface];
  if (value.length > max) report(`no more than ${max} items allowed`, at);
  for (const [index, block] of value.entries()) {
    const here = `${at}/${index}`;
    if (!isObject(block)) {
      report('must provide an object', here);
      continue;
    }
    const type = stringOf(block.type);
    const shape = Object.hasOwn(limits.blocks, type) ? limits.blocks[type] : undefined;
    if (shape === undefined) report(type === '' ? 'missing required field: type' : `unsupported block: ${type}`, here);
    else if (!shape.surfaces.includes(surface)) report(`block of type ${type} is not supported in a ${surface}`, here);
    else checkShape(block, shape, here, report);
  }
  const all = objectsOf(value);
  checkIds(all, at, report);
  const lengths = all.filter((block) => block.type === 'markdown').map((block) => lengthOf(stringOf(block.text)));
  const markdown = lengths
    .filter((length) => length <= limits.counts.markdownPerMessage)
    .reduce((sum, length) => sum + length, 0);
  if (markdown > limits.counts.markdownPerMessage)
    report(`markdown blocks must be less than ${limits.counts.markdownPerMessage + 1} characters in total`, at);
  if (all.filter((block) => block.type === 'table').length > limits.counts.tablesPerMessage)
    report('only one table is allowed', at);
}

/** @returns what is wrong with a message's blocks, in Slack's words; empty when Slack would take them. */
export function checkMessageBlocks(blocks: Json): string[] {
  const { report, messages } = collector();
  checkBlockList(blocks, 'message', '/blocks', report);
  return messages;
}

/** @returns what is wrong with a view of this kind; empty when Slack would take it. */
export function checkView(view: JsonObject, kind: 'modal' | 'home'): string[] {
  const { report, messages } = collector();
  if (view.type !== kind)
    report(
      view.type === undefined ? 'missing required field: type' : `unsupported type: ${stringOf(view.type)}`,
      '/view',
    );
  checkShape(view, limits.views[kind], '/view', report);
  checkBlockList(view.blocks, kind, '/view/blocks', report);
  const hasInput = objectsOf(view.blocks).some((block) => block.type === 'input');
  if (kind === 'modal' && hasInput && view.submit === undefined) report('missing required field: submit', '/view');
  const focused = objectsOf(view.blocks)
    .flatMap(elementsOf)
    .filter((element) => element.focus_on_load === true);
  if (focused.length > 1) report('only one element can have focus_on_load', '/view/blocks');
  return messages;
}
