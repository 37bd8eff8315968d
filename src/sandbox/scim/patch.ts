// Applies PATCH operations to attributes (RFC 7644 §3.5.2); all or nothing, on a copy.
// Refuses to know members of groups (members.ts) and who may change what.

import { readExtension, readSingle, readValue } from './body.ts';
import { type PatchPath, parseAttributePath, parsePatchPath } from './filter.ts';
import { emptyObject, isList, isObject, type Json, type JsonObject, type MutableObject, sameJson } from './json.ts';
import { compileValueFilter, resolve } from './match.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { type Attribute, coreAttribute, extensionOf, type ResourceKind } from './schema.ts';

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type Verb = 'add' | 'remove' | 'replace';
/** One operation as sent; `value` undefined means that it was missing. */
export type Operation = { readonly op: Verb; readonly path: string | undefined; readonly value: Json | undefined };

/**
 * Reads a PatchOp body. Operations that the quirks ignore are left out.
 * @throws Refusal 400 `invalidSyntax` where it is none.
 */
export function readOperations(body: Json | undefined, quirks: Quirks): readonly Operation[] {
  if (!isObject(body)) throw new Refusal(400, 'invalidSyntax', 'The body must be a JSON object');
  const schemas = member(body, 'schemas');
  if (!isList(schemas) || !schemas.includes(PATCH_SCHEMA)) {
    throw new Refusal(400, 'invalidSyntax', `schemas must contain ${PATCH_SCHEMA}`);
  }
  const operations = member(body, 'Operations');
  if (!isList(operations) || operations.length === 0) {
    throw new Refusal(400, 'invalidSyntax', 'Operations must be an array with at least one operation');
  }
  return operations.flatMap((each) => {
    if (!isObject(each)) throw new Refusal(400, 'invalidSyntax', 'An operation must be an object');
    const op = readVerb(member(each, 'op'), quirks);
    const path = member(each, 'path');
    if (path !== undefined && typeof path !== 'string') throw new Refusal(400, 'invalidPath', 'path must be a string');
    return op === undefined ? [] : [{ op, path, value: member(each, 'value') }];
  });
}

function readVerb(op: Json | undefined, quirks: Quirks): Verb | undefined {
  const lower = typeof op === 'string' ? op.toLowerCase() : '';
  if (lower !== 'add' && lower !== 'remove' && lower !== 'replace') {
    if (quirks.badOperations === 'ignore') return undefined;
    throw new Refusal(400, 'invalidSyntax', 'op must be add, remove or replace');
  }
  if (quirks.opCase === 'lower-else-ignored' && op !== lower) return undefined;
  if (quirks.opCase === 'capitalised-else-refused' && op !== `${lower.charAt(0).toUpperCase()}${lower.slice(1)}`) {
    throw new Refusal(400, 'invalidSyntax', 'op must be Add, Remove or Replace');
  }
  return lower;
}

function member(object: JsonObject, name: string): Json | undefined {
  return object[name] ?? Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/**
 * Applies one operation to `draft`, which the caller throws away if this throws.
 * @throws Refusal 400 with `noTarget`, `mutability`, `invalidPath` or `invalidValue` (RFC 7644 §3.12).
 */
export function applyOperation(kind: ResourceKind, draft: MutableObject, operation: Operation, quirks: Quirks): void {
  const { op, path, value } = operation;
  if (op !== 'remove' && value === undefined) throw new Refusal(400, 'invalidValue', `${op} needs a value`);
  if (path === undefined) {
    applyPathless(kind, draft, op, value, quirks);
    return;
  }
  try {
    applyAt(kind, draft, op, path, value, quirks);
  } catch (refusal) {
    // "invalidPath" alone can be meant to be swallowed: the other refusals concern operations that make sense.
    const senseless = refusal instanceof Refusal && refusal.scimType === 'invalidPath';
    if (!senseless || quirks.badOperations !== 'ignore') throw refusal;
  }
}

function applyPathless(
  kind: ResourceKind,
  draft: MutableObject,
  op: Verb,
  value: Json | undefined,
  quirks: Quirks,
): void {
  if (op === 'remove') throw new Refusal(400, 'noTarget', 'remove needs a path');
  if (!isObject(value)) throw new Refusal(400, 'invalidValue', 'An operation without a path needs an object as value');
  for (const [key, each] of Object.entries(value)) {
    const extension = extensionOf(kind, key);
    const attribute = coreAttribute(kind, key);
    if (extension !== undefined) mergeExtension(draft, extension.id, readExtension(extension, each, quirks));
    else if (attribute?.name === 'schemas') continue;
    else if (attribute !== undefined) {
      const whole = attribute.type === 'complex' && !attribute.multiValued && quirks.pathlessComplex === 'replace';
      if (whole) delete draft[attribute.name];
      assign(draft, attribute, op, each, quirks);
    } else if (key.includes('.') && parseAttributePath(key) !== undefined && quirks.dottedPaths === 'follow') {
      applyAt(kind, draft, op, key, each, quirks);
    } else if (quirks.unknownAttributes === 'keep' || (key.includes('.') && quirks.dottedPaths === 'literal')) {
      draft[key] = each;
    } else if (quirks.unknownAttributes === 'refuse') {
      throw new Refusal(400, 'invalidPath', `Unknown attribute ${key}`);
    }
  }
}

function mergeExtension(draft: MutableObject, urn: string, part: JsonObject | undefined): void {
  if (part === undefined) delete draft[urn];
  else draft[urn] = { ...objectAt(draft, urn), ...part };
}

function applyAt(
  kind: ResourceKind,
  draft: MutableObject,
  op: Verb,
  text: string,
  value: Json | undefined,
  quirks: Quirks,
): void {
  const extension = extensionOf(kind, text);
  if (extension !== undefined) {
    if (op === 'remove') delete draft[extension.id];
    else mergeExtension(draft, extension.id, readExtension(extension, value ?? null, quirks));
    return;
  }
  const path = parsePatchPath(text);
  if (quirks.dottedPaths === 'literal' && path.path.sub !== undefined) {
    if (op === 'remove') delete draft[text];
    else draft[text] = value ?? null;
    return;
  }
  const top = resolve(kind, { ...path.path, sub: undefined });
  if (top.attribute === undefined) {
    if (quirks.unknownAttributes !== 'keep' || path.filter !== undefined) {
      throw new Refusal(400, 'invalidPath', `Unknown attribute ${text}`);
    }
    if (op === 'remove') delete draft[text];
    else draft[text] = value ?? null;
    return;
  }
  const [urn] = top.keys.length > 1 ? top.keys : [];
  const container = urn === undefined ? draft : { ...objectAt(draft, urn) };
  applyToAttribute(container, top.attribute, op, path, value, quirks);
  if (urn === undefined) return;
  if (Object.keys(container).length === 0) delete draft[urn];
  else draft[urn] = container;
}

function applyToAttribute(
  container: MutableObject,
  attribute: Attribute,
  op: Verb,
  path: PatchPath,
  value: Json | undefined,
  quirks: Quirks,
): void {
  const subName = path.sub ?? path.path.sub;
  const sub = subName === undefined ? undefined : attribute.subAttributes.get(subName.toLowerCase());
  if (subName !== undefined && sub === undefined) {
    throw new Refusal(400, 'invalidPath', `${attribute.name} has no ${subName}`);
  }
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
    throw new Refusal(400, 'mutability', `${sub?.name ?? attribute.name} is read-only`);
  }
  if (path.filter !== undefined && !attribute.multiValued) {
    throw new Refusal(400, 'invalidPath', `${attribute.name} has no values to choose from`);
  }
  if (attribute.multiValued && (path.filter !== undefined || sub !== undefined)) {
    applyToValues(container, attribute, op, path, sub, value, quirks);
  } else if (sub !== undefined) {
    const parts: MutableObject = { ...objectAt(container, attribute.name) };
    if (op === 'remove') delete parts[sub.name];
    else assign(parts, sub, op, value ?? null, quirks);
    if (Object.keys(parts).length === 0) delete container[attribute.name];
    else container[attribute.name] = parts;
  } else if (op === 'remove') {
    unassign(container, attribute);
  } else {
    assign(container, attribute, op, value ?? null, quirks);
  }
}

/** `emails[type eq "work"]`, `emails[type eq "work"].value`, and `emails.type`, which means every value. */
function applyToValues(
  container: MutableObject,
  attribute: Attribute,
  op: Verb,
  path: PatchPath,
  sub: Attribute | undefined,
  value: Json | undefined,
  quirks: Quirks,
): void {
  const matches = path.filter === undefined ? () => true : compileValueFilter(attribute, path.filter);
  const before = listAt(container, attribute.name);
  const touched = new Set<Json>();
  const after = before.flatMap((each): Json[] => {
    if (!isObject(each) || !matches(each)) return [each];
    if (op === 'remove' && sub === undefined) {
      touched.add(each);
      return [];
    }
    const changed: MutableObject = { ...each };
    if (sub === undefined) Object.assign(changed, readSingle(attribute, value ?? null, quirks));
    else if (op === 'remove') delete changed[sub.name];
    else assign(changed, sub, op, value ?? null, quirks);
    touched.add(changed);
    return [changed];
  });
  if (touched.size === 0) throw new Refusal(400, 'noTarget', `No value of ${attribute.name} matches`);
  setList(container, attribute, keepOnePrimary(after, touched));
}

function assign(container: MutableObject, attribute: Attribute, op: Verb, value: Json, quirks: Quirks): void {
  if (attribute.mutability === 'readOnly') throw new Refusal(400, 'mutability', `${attribute.name} is read-only`);
  const given = attribute.multiValued && isObject(value) ? [value] : value;
  const read = readValue(attribute, given, quirks);
  if (attribute.mutability === 'writeOnly') return;
  if (read === undefined) {
    if (op === 'replace') unassign(container, attribute);
  } else if (attribute.multiValued && isList(read)) {
    const before = op === 'add' ? listAt(container, attribute.name) : [];
    const fresh = read.filter((each) => !before.some((old) => sameJson(old, each)));
    setList(container, attribute, keepOnePrimary([...before, ...fresh], new Set(fresh)));
  } else if (attribute.type === 'complex' && isObject(read)) {
    container[attribute.name] = { ...objectAt(container, attribute.name), ...read };
  } else {
    container[attribute.name] = read;
  }
}

function unassign(container: MutableObject, attribute: Attribute): void {
  if (attribute.required) throw new Refusal(400, 'mutability', `${attribute.name} is required`);
  delete container[attribute.name];
}

/** A value made primary takes that from the others (RFC 7644 §3.5.2). */
function keepOnePrimary(values: readonly Json[], touched: ReadonlySet<Json>): Json[] {
  const madePrimary = values.filter((each) => touched.has(each) && isObject(each) && each.primary === true);
  if (madePrimary.length > 1) throw new Refusal(400, 'invalidValue', 'Only one value can be primary');
  if (madePrimary.length === 0) return [...values];
  return values.map((each) =>
    isObject(each) && each.primary === true && !touched.has(each) ? { ...each, primary: false } : each,
  );
}

function setList(container: MutableObject, attribute: Attribute, values: readonly Json[]): void {
  if (values.length === 0) unassign(container, attribute);
  else container[attribute.name] = values;
}

function listAt(container: JsonObject, key: string): readonly Json[] {
  const value = container[key];
  return isList(value) ? value : [];
}

function objectAt(container: JsonObject, key: string): JsonObject {
  const value = container[key];
  return isObject(value) ? value : emptyObject();
}
