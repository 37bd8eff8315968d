/**
 * `rolecall link <app>`: which group carries each role by the record, and what the service has now. Reads only, beside a
 * running bot or without one; decides nothing.
 */
import { some } from '../access/finding.ts';
import { troubleOf } from '../access/groups.ts';
import type { AppPolicy, Role } from '../access/policy.ts';
import type { AppRecord, Group, GroupTrouble } from '../access/ports.ts';
import type { ScimClient } from '../scim/index.ts';

export interface RoleLook {
  readonly role: string;
  /** Name of the group in the policy. */
  readonly configured: string;
  /** As on record. */
  readonly linked?: Group;
  /** What the linked group is now: its name, or that it is not there. */
  readonly now?: { readonly name: string } | 'gone';
  /** Ids of other groups that have the configured name. */
  readonly named: readonly string[];
  /** What the running bot noted. */
  readonly trouble?: GroupTrouble['kind'];
  /** Why the role cannot be given, or soon cannot; absent: all is well. */
  readonly wrong?: string;
}

export interface AppLook {
  readonly roles: readonly RoleLook[];
  /** Every group there is, by name. */
  readonly groups: readonly Group[];
  /** The listing of groups was read to its end. */
  readonly complete: boolean;
}

/** Groups that are shown. */
const MOST = 1_000;

/** @throws ScimError */
export async function lookAtGroups(client: ScimClient, app: AppPolicy, record: AppRecord): Promise<AppLook> {
  const groups: Group[] = [];
  const listing = client.listGroups();
  for await (const { items } of listing) {
    groups.push(...items.map(({ id, displayName }) => ({ id, name: displayName ?? '' })));
    if (groups.length > MOST) break;
  }
  const roles: RoleLook[] = [];
  for (const role of Object.values(app.roles)) roles.push(await lookAt(client, app, role, record));
  groups.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return { roles, groups: groups.slice(0, MOST), complete: groups.length <= MOST && listing.verdict().complete };
}

async function lookAt(client: ScimClient, app: AppPolicy, role: Role, record: AppRecord): Promise<RoleLook> {
  const linked = record.groups[role.key];
  const found = linked === undefined ? undefined : await client.getGroup(linked.id);
  const named = (await client.findGroups(role.group)).map(({ id }) => id).filter((id) => id !== linked?.id);
  const trouble = troubleOf(record, role.key)?.kind;
  const seen = {
    role: role.key,
    configured: role.group,
    ...(linked === undefined
      ? {}
      : { linked, now: found === undefined ? ('gone' as const) : { name: found.displayName ?? '' } }),
    named,
    ...(trouble === undefined ? {} : { trouble }),
  };
  const wrong = wrongWith(app, seen, record);
  return wrong === undefined ? seen : { ...seen, wrong };
}

function wrongWith(app: AppPolicy, look: RoleLook, record: AppRecord): string | undefined {
  const { role, configured, linked, now, named } = look;
  if (linked === undefined) {
    if (named.length === 0) return `not linked, and there is no group called ${configured}`;
    if (named.length > 1) return `not linked, and ${named.length} groups are called ${configured} (${some(named)})`;
    const other = Object.keys(app.roles).find((key) => record.groups[key]?.id === named[0]);
    if (other !== undefined) return `not linked: ${configured} carries the role ${other}`;
    return look.trouble === undefined
      ? undefined
      : `not linked; the bot found it ${look.trouble} and looks again hourly`;
  }
  const other = Object.keys(app.roles).find((key) => key !== role && record.groups[key]?.id === linked.id);
  if (other !== undefined) return `linked to the very group of the role ${other}`;
  if (now !== 'gone') return undefined;
  return `linked to ${linked.name} (${linked.id}), which is gone${named.length > 0 ? `; another group has its name now (${some(named)})` : ''}`;
}

/** One line of what is, where nothing is wrong. */
export function wellSaid({ configured, linked, now, named, trouble }: RoleLook): string {
  if (linked === undefined || now === undefined || now === 'gone') {
    return `not linked yet; ${configured} (${named[0] ?? ''}) is there once, and the bot links it when it looks`;
  }
  const other = named.length > 0 ? `; another group is called ${configured}, too (${some(named)})` : '';
  const before = trouble === undefined ? '' : `; the bot found it ${trouble} before, and looks again`;
  return `linked to ${now.name} (${linked.id})${other}${before}`;
}
