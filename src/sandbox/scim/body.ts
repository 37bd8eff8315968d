// Reads resources and values from request bodies into canonical names and types (RFC 7643 §2).
// Refuses to know what is already stored.

import { emptyObject, isList, isObject, type Json, type JsonObject, type MutableObject } from './json.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { type Attribute, coreAttribute, extensionOf, type ResourceKind, type Schema } from './schema.ts';

/**
 * Reads the body of a create or a replace. Read-only attributes are left out as RFC 7644 §3.3 asks, and so are
 * `members` and the password: the first are kept elsewhere, the second nowhere.
 * @throws Refusal 400 for missing schemas, wrong types, and what the quirks refuse.
 */
export function readResource(kind: ResourceKind, body: Json | undefined, quirks: Quirks): MutableObject {
  if (!isObject(body)) throw new Refusal(400, 'invalidSyntax', 'The body must be a JSON object');
  const named = Object.entries(body).find(([key]) => key.toLowerCase() === 'schemas')?.[1];
  const listed = isList(named) && named.some((each) => typeof each === 'string' && sameUrn(each, kind.schema.id));
  if (!listed) throw new Refusal(400, 'invalidSyntax', `schemas must contain ${kind.schema.id}`);
  const attributes = emptyObject();
  for (const [key, value] of Object.entries(body)) {
    const extension = extensionOf(kind, key);
    if (extension !== undefined) {
      const part = readExtension(extension, value, quirks);
      if (part !== undefined) attributes[extension.id] = part;
      continue;
    }
    const attribute = coreAttribute(kind, key);
    if (attribute === undefined) {
      keepUnknown(attributes, key, value, quirks);
      continue;
    }
    if (attribute.name === 'schemas' || attribute.name === 'members' || !isWritten(attribute)) continue;
    const read = readValue(attribute, value, quirks);
    if (read !== undefined) attributes[attribute.name] = read;
  }
  return attributes;
}

/** Whether a client's value for this attribute is kept at all. */
function isWritten(attribute: Attribute): boolean {
  return attribute.mutability !== 'readOnly' && attribute.mutability !== 'writeOnly';
}

function sameUrn(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Reads the object under an extension's URN; undefined when it is empty or unassigned. */
export function readExtension(extension: Schema, value: Json, quirks: Quirks): JsonObject | undefined {
  if (value === null) return unassign(extension.id, quirks);
  if (!isObject(value)) throw new Refusal(400, 'invalidValue', `${extension.id} must be an object`);
  return readParts(extension.attributes, value, quirks);
}

/**
 * Reads one attribute's whole value. Undefined means that the attribute becomes unassigned (null, an empty array).
 * @throws Refusal 400 `invalidValue` where the type does not fit, 400 `invalidSyntax` for a null that is refused.
 */
export function readValue(attribute: Attribute, value: Json, quirks: Quirks): Json | undefined {
  if (value === null) return unassign(attribute.name, quirks);
  if (!attribute.multiValued) return readSingle(attribute, value, quirks);
  if (!isList(value)) throw new Refusal(400, 'invalidValue', `${attribute.name} must be an array`);
  const values = value.flatMap((each) => readSingle(attribute, each, quirks) ?? []);
  if (values.filter((each) => isObject(each) && each.primary === true).length > 1) {
    throw new Refusal(400, 'invalidValue', `Only one value of ${attribute.name} can be primary`);
  }
  return values.length === 0 ? undefined : values;
}

/** Reads one value of an attribute, whether the attribute has one or many. */
export function readSingle(attribute: Attribute, value: Json, quirks: Quirks): Json | undefined {
  if (value === null) return unassign(attribute.name, quirks);
  switch (attribute.type) {
    case 'complex':
      if (typeof value === 'string' && attribute.name === 'manager') return { value };
      if (!isObject(value)) throw new Refusal(400, 'invalidValue', `${attribute.name} must be an object`);
      return readParts(attribute.subAttributes, value, quirks);
    case 'boolean':
      return readBoolean(attribute, value, quirks);
    case 'integer':
      if (Number.isInteger(value)) return value;
      break;
    default:
      if (typeof value === 'string') return value;
  }
  throw new Refusal(400, 'invalidValue', `${attribute.name} must be of type ${attribute.type}`);
}

function readParts(known: ReadonlyMap<string, Attribute>, value: JsonObject, quirks: Quirks): JsonObject | undefined {
  const parts = emptyObject();
  for (const [key, each] of Object.entries(value)) {
    const attribute = known.get(key.toLowerCase());
    if (attribute === undefined) keepUnknown(parts, key, each, quirks);
    else if (attribute.mutability !== 'readOnly') {
      const read = readValue(attribute, each, quirks);
      if (read !== undefined) parts[attribute.name] = read;
    }
  }
  return Object.keys(parts).length === 0 ? undefined : parts;
}

function readBoolean(attribute: Attribute, value: Json, quirks: Quirks): Json {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value) && quirks.booleanStrings !== 'refuse') {
    return quirks.booleanStrings === 'store' ? value : value.toLowerCase() === 'true';
  }
  throw new Refusal(400, 'invalidValue', `${attribute.name} must be a boolean`);
}

function unassign(name: string, quirks: Quirks): undefined {
  if (quirks.nulls === 'refuse') throw new Refusal(400, 'invalidSyntax', `${name} must not be null`);
  return undefined;
}

function keepUnknown(target: MutableObject, key: string, value: Json, quirks: Quirks): void {
  if (quirks.unknownAttributes === 'refuse') throw new Refusal(400, 'invalidSyntax', `Unknown attribute ${key}`);
  if (quirks.unknownAttributes === 'keep') target[key] = value;
}
