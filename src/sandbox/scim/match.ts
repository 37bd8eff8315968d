// Decides whether a resource satisfies a filter (RFC 7644 §3.4.2.2). Refuses to know where resources are kept.

import type { AttributePath, Filter, FilterValue, Operator } from './filter.ts';
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';
import { type Attribute, coreAttribute, extensionOf, type ResourceKind } from './schema.ts';

/** Tests one resource. `resource` carries canonical attribute names. */
export type Test = (resource: JsonObject) => boolean;

/** Where a path leads: the keys to follow from the resource, and the attribute found at their end. */
export type Resolved = {
  readonly keys: readonly string[];
  readonly attribute: Attribute | undefined;
};

/** Follows a path to its attribute; `attribute` is undefined for one that no schema of `kind` has. */
export function resolve(kind: ResourceKind, path: AttributePath): Resolved {
  const extension = path.urn === undefined ? undefined : extensionOf(kind, path.urn);
  const inCore = path.urn === undefined || path.urn.toLowerCase() === kind.schema.id.toLowerCase();
  const top =
    extension?.attributes.get(path.name.toLowerCase()) ?? (inCore ? coreAttribute(kind, path.name) : undefined);
  if (top === undefined)
    return { keys: [path.name, ...(path.sub === undefined ? [] : [path.sub])], attribute: undefined };
  const keys = extension === undefined ? [top.name] : [extension.id, top.name];
  if (path.sub === undefined) return { keys, attribute: top };
  const sub = top.subAttributes.get(path.sub.toLowerCase());
  return { keys: [...keys, sub?.name ?? path.sub], attribute: sub };
}

/**
 * Turns a filter into a test.
 * @throws Refusal 400 `invalidFilter` for a comparison that the attribute's type does not support.
 */
export function compileFilter(kind: ResourceKind, filter: Filter): Test {
  return compile(filter, (path) => resolve(kind, path));
}

/** Turns the filter inside `attribute[…]` into a test of one value of that attribute. */
export function compileValueFilter(attribute: Attribute, filter: Filter): Test {
  return compile(filter, (path) => {
    const sub =
      path.urn === undefined && path.sub === undefined
        ? attribute.subAttributes.get(path.name.toLowerCase())
        : undefined;
    return { keys: [sub?.name ?? path.name], attribute: sub };
  });
}

function compile(filter: Filter, find: (path: AttributePath) => Resolved): Test {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [compile(filter.left, find), compile(filter.right, find)];
      return (resource) => left(resource) && right(resource);
    }
    case 'or': {
      const [left, right] = [compile(filter.left, find), compile(filter.right, find)];
      return (resource) => left(resource) || right(resource);
    }
    case 'not': {
      const inner = compile(filter.inner, find);
      return (resource) => !inner(resource);
    }
    case 'present': {
      const { keys } = find(filter.path);
      return (resource) => collect(resource, keys).some(isPresent);
    }
    case 'some': {
      const { keys, attribute } = find(filter.path);
      if (attribute === undefined || attribute.type !== 'complex') return () => false;
      const inner = compileValueFilter(attribute, filter.inner);
      return (resource) => collect(resource, keys).some((value) => isObject(value) && inner(value));
    }
    case 'compare':
      return compileComparison(find(filter.path), filter.operator, filter.value);
  }
}

function compileComparison({ keys, attribute }: Resolved, operator: Operator, wanted: FilterValue): Test {
  // A complex attribute compared as a whole means its `value` (RFC 7643 §2.4).
  const valued = attribute?.type === 'complex' ? attribute.subAttributes.get('value') : attribute;
  if (valued === undefined) return () => operator === 'ne' && wanted !== null;
  const path = valued === attribute ? keys : [...keys, valued.name];
  const ordered = operator === 'gt' || operator === 'ge' || operator === 'lt' || operator === 'le';
  if (
    ordered &&
    (valued.type === 'boolean' || valued.type === 'binary' || wanted === null || typeof wanted === 'boolean')
  ) {
    throw new Refusal(400, 'invalidFilter', `${valued.name} cannot be compared with ${operator}`);
  }
  const holds = comparison(valued, operator === 'ne' ? 'eq' : operator, wanted);
  if (operator === 'ne') return (resource) => !holds(collect(resource, path));
  return (resource) => holds(collect(resource, path));
}

function comparison(attribute: Attribute, operator: Exclude<Operator, 'ne'>, wanted: FilterValue) {
  if (wanted === null) return (found: readonly Json[]) => operator === 'eq' && !found.some(isPresent);
  if (typeof wanted !== 'string') {
    return (found: readonly Json[]) =>
      found.some((value) => typeof value === typeof wanted && compareScalars(operator, value, wanted));
  }
  if (attribute.type === 'dateTime') {
    const instant = Date.parse(wanted);
    return (found: readonly Json[]) =>
      found.some((value) => typeof value === 'string' && compareScalars(operator, Date.parse(value), instant));
  }
  const fold = attribute.caseExact ? (text: string) => text : foldCase;
  const target = fold(wanted);
  return (found: readonly Json[]) =>
    found.some((value) => typeof value === 'string' && compareStrings(operator, fold(value), target));
}

/** How strings that are not case-exact are compared. */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function compareStrings(operator: Exclude<Operator, 'ne'>, found: string, wanted: string): boolean {
  switch (operator) {
    case 'co':
      return found.includes(wanted);
    case 'sw':
      return found.startsWith(wanted);
    case 'ew':
      return found.endsWith(wanted);
    default:
      return compareScalars(operator, found, wanted);
  }
}

function compareScalars(operator: Exclude<Operator, 'ne'>, found: Json, wanted: string | number | boolean): boolean {
  if (found === null || typeof found === 'object') return false;
  switch (operator) {
    case 'eq':
      return found === wanted;
    case 'gt':
      return found > wanted;
    case 'ge':
      return found >= wanted;
    case 'lt':
      return found < wanted;
    case 'le':
      return found <= wanted;
    default:
      return false;
  }
}

/** All values at the end of `keys`, looking into each member of the arrays on the way. */
function collect(resource: JsonObject, keys: readonly string[]): readonly Json[] {
  let found: readonly Json[] = [resource];
  for (const key of keys) {
    const next: Json[] = [];
    for (const each of found) {
      const value = isObject(each) ? each[key] : undefined;
      if (isList(value)) next.push(...value);
      else if (value !== undefined) next.push(value);
    }
    found = next;
  }
  return found;
}

function isPresent(value: Json): boolean {
  if (isList(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== null && value !== '';
}
