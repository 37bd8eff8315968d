// JSON as TypeScript sees it. Refuses to know what any of it means.

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. Objects built from outside input have no prototype, so `__proto__` is a plain key there. */
export type JsonObject = { readonly [key: string]: Json };
/** A JSON object under construction. */
export type MutableObject = { [key: string]: Json };

/** Whether `value` is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `value` is a JSON array. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** An empty object without a prototype, for keys that come from outside. */
export function emptyObject(): MutableObject {
  const empty: MutableObject = Object.create(null);
  return empty;
}

/** Structural equality; the order of keys does not matter, the order of arrays does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}
