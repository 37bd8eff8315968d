/**
 * What a User carries beside the fields that have a name here, as it came, within bounds. Refuses to know what any of it
 * means; never takes a password along.
 */
import { isRecord } from './fields.ts';

/** Longest JSON of one account's rest, characters. */
const LONGEST = 8_192;
const DEEPEST = 6;

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user';
/** Read into fields, or only about the wire. */
const NAMED: ReadonlySet<string> = new Set([
  ...['schemas', 'id', 'meta', 'username', 'externalid', 'external_id', 'active', 'displayname', 'emails', 'groups'],
  ...['title', 'department', 'manager', 'password', `${ENTERPRISE}:department`, `${ENTERPRISE}:manager`],
]);
const NAMED_INSIDE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['name', new Set(['givenname', 'familyname', 'formatted'])],
  [ENTERPRISE, new Set(['department', 'manager'])],
]);

/** Attributes by name, and whether any had to be left out. */
export interface Rest {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly cut: boolean;
}

/** Plain data as deep as is reasonable; `undefined`: too deep, or nothing at all. */
function plain(value: unknown, depth: number): unknown {
  if (value === null || value === '' || depth > DEEPEST) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, depth + 1)).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .filter(([name]) => name.toLowerCase() !== 'password')
    .map(([name, inner]) => [name, plain(inner, depth + 1)] as const)
    .filter(([, inner]) => inner !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Takes whole attributes, in their order, as long as they fit. */
export function restOf(raw: unknown): Rest {
  if (!isRecord(raw)) return { attributes: {}, cut: false };
  const attributes: [string, unknown][] = [];
  let length = 0;
  let cut = false;
  for (const [name, value] of Object.entries(raw)) {
    const folded = name.toLowerCase();
    if (NAMED.has(folded)) continue;
    const inside = NAMED_INSIDE.get(folded);
    const others =
      inside === undefined || !isRecord(value)
        ? value
        : Object.fromEntries(Object.entries(value).filter(([inner]) => !inside.has(inner.toLowerCase())));
    const kept = plain(others, 1);
    if (kept === undefined) continue;
    length += name.length + JSON.stringify(kept).length;
    if (length > LONGEST) cut = true;
    else attributes.push([name, kept]);
  }
  return { attributes: Object.fromEntries(attributes), cut };
}
