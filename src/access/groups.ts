/**
 * Which SCIM group carries which role of an app, and whether that app gives anything now: pure, over the app's record.
 * Knows no store, no directory and no name but those it is handed.
 */
import type { Refusal } from './errors.ts';
import type { AppPolicy } from './policy.ts';
import type { AppRecord, Group, GroupTrouble } from './ports.ts';
import type { Waiting } from './request.ts';

/** An app of which nothing is known yet. */
export const unknownApp = (app: string): AppRecord => ({ app, groups: {}, claims: [] });

/** Why nothing is given in the app now; `undefined`: it is. A pause is a person's word and goes before what was found. */
export function haltOf(record: AppRecord | undefined): Waiting | undefined {
  if (record?.paused !== undefined) return { kind: 'paused', ...record.paused };
  return (record?.troubles ?? []).length > 0 ? { kind: 'trouble' } : undefined;
}

export const rolesIn = (trouble: GroupTrouble): readonly string[] =>
  trouble.kind === 'shared' ? trouble.roles : [trouble.role];

/** What is the matter with the group of a role, if anything. */
export function troubleOf(record: AppRecord | undefined, role: string): GroupTrouble | undefined {
  return record?.troubles?.find((trouble) => rolesIn(trouble).includes(role));
}

/** Why something that gives cannot even be asked for; a pause takes requests. */
export function stoppedBy(record: AppRecord | undefined): Refusal | undefined {
  const [trouble] = record?.troubles ?? [];
  const [role] = trouble === undefined ? [] : rolesIn(trouble);
  if (record === undefined || trouble === undefined || role === undefined) return undefined;
  return { code: 'app_stopped', app: record.app, role, why: trouble.kind };
}

/** `over`: these were the last of the troubles, and what waited may go on. */
export function withTroubles(
  record: AppRecord,
  troubles: readonly GroupTrouble[],
  now: number,
): { readonly record: AppRecord; readonly over: boolean } {
  const { troubles: before = [], ...rest } = record;
  if (troubles.length > 0) return { record: { ...rest, troubles }, over: false };
  if (before.length === 0) return { record: rest, over: false };
  return { record: { ...rest, resumedAt: now }, over: true };
}

/** The other role of the policy that this group carries already. A link of a role the policy no longer has holds nobody up. */
export function carries(record: AppRecord, app: Pick<AppPolicy, 'roles'>, group: string, besides: string) {
  return Object.keys(app.roles).find((role) => role !== besides && record.groups[role]?.id === group);
}

/** The record with the role carried by this group from now on. */
export const linkedTo = (record: AppRecord, role: string, group: Group): AppRecord => ({
  ...record,
  groups: { ...record.groups, [role]: group },
});
