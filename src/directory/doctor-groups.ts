/**
 * Examines the groups that carry an app's roles: there, once, not the same, members readable. Reads only.
 * Refuses to know who the members are.
 */
import { counted, type Finding, fault, ok, some, unreachable, warning } from '../access/finding.ts';
import type { Role } from '../access/policy.ts';
import { type ScimClient, ScimError } from '../scim/index.ts';
import type { AppExam } from './doctor.ts';
import type { Holders } from './doctor-people.ts';

/** @returns the id of each role's group, by role key, where it is certain */
export async function findGroups(exam: AppExam): Promise<{ findings: Finding[]; ids: Map<string, string> }> {
  const findings: Finding[] = [];
  const ids = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const role of Object.values(exam.app.roles)) {
    const subject = `group of ${role.key}`;
    try {
      const { id, finding } = await findGroup(exam, role, subject);
      const other = id === undefined ? undefined : taken.get(id);
      if (id !== undefined && other !== undefined) {
        const fix = 'give every role a group of its own: as it is, taking one role away takes the other';
        findings.push(fault(subject, `${role.group} is the very group of ${other}, too`, fix));
        continue;
      }
      findings.push(finding);
      if (id === undefined) continue;
      ids.set(role.key, id);
      taken.set(id, role.key);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      findings.push(failed(subject, `${role.group} could not be looked for`, error));
    }
  }
  return { findings, ids };
}

/** A group is found by its name once; from then on the id that was linked then is the group, whatever it is called. */
async function findGroup(
  { app, client, record }: AppExam,
  role: Role,
  subject: string,
): Promise<{ id?: string; finding: Finding }> {
  const linked = record === 'unknown' ? undefined : record.groups[role.key]?.id;
  const named = await client.findGroups(role.group);
  if (linked !== undefined) {
    const group = await client.getGroup(linked);
    if (group === undefined) {
      const what = `the group that was linked as ${role.group} is gone${named.length > 0 ? '; another one has its name now' : ''}`;
      const fix = `restore it in the app, or link another one: rolecall link ${app.key} ${role.key}=<group>; a new group of the old name is not trusted by itself`;
      return { finding: fault(subject, what, fix) };
    }
    if (named.some(({ id }) => id !== linked)) {
      const fix = 'rename or delete the other one, so that nobody puts people into the wrong group';
      return { id: linked, finding: warning(subject, `${role.group}: another group has this name, too`, fix) };
    }
    if (named.length === 0) {
      const what = `the group linked as ${role.group} is called ${group.displayName ?? 'nothing'} now`;
      return {
        id: linked,
        finding: warning(subject, what, 'write the new name in the policy; the group stays linked'),
      };
    }
    return { id: linked, finding: ok(subject, `${role.group} is there once, and linked`) };
  }
  const [only] = named;
  if (only === undefined) {
    const what = `there is no group called ${role.group}`;
    return { finding: fault(subject, what, await nameFix(app, client, role)) };
  }
  if (named.length > 1) {
    const what = `${counted(named.length, 'group')} are called ${role.group}`;
    return {
      finding: fault(subject, what, `rename all but one, or say which: rolecall link ${app.key} ${role.key}=<id>`),
    };
  }
  return { id: only.id, finding: ok(subject, `${role.group} is there once`) };
}

const plain = (name: string): string => name.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
/** Enough to recognise a misspelt name by. */
const NAMES_READ = 200;

async function nameFix(app: AppExam['app'], client: ScimClient, role: Role): Promise<string> {
  const names: string[] = [];
  for await (const page of client.listGroups()) {
    names.push(...page.items.flatMap(({ displayName }) => displayName ?? []));
    if (names.length >= NAMES_READ) break;
  }
  const near = names.find((name) => plain(name) === plain(role.group));
  if (near !== undefined) return `write "${near}" in the policy: names are compared to the letter`;
  const there = names.length === 0 ? 'there are no groups at all' : `there are ${some(names, 5)}`;
  return `correct the name in the policy, or have ${app.name} or its identity provider make the group; ${there}`;
}

/** Whether the members can be read at all: without that the last holder of a role cannot be told. */
export async function readMembers(
  { app, client }: AppExam,
  role: Role,
  group: string,
): Promise<{ holders: Holders; findings: Finding[] }> {
  const subject = `members of ${role.key}`;
  try {
    const members = await client.members(group);
    if (members === 'unknown') {
      const guard = role.sensitive && app.keep.length === 0;
      const fix = guard
        ? 'name an account that always keeps the role under keep: until then its last holder cannot be told, and nobody is removed'
        : 'nothing need be done where the vendor does not list members: each is asked about alone';
      return {
        holders: 'unlisted',
        findings: [warning(subject, `the members of ${role.group} are not listed, or the group is empty`, fix)],
      };
    }
    const { ids, nested } = members;
    if (nested.length === 0) return { holders: ids, findings: [ok(subject, `readable: ${ids.length}`)] };
    const what = `readable: ${ids.length}, and ${counted(nested.length, 'group')} inside, whose people are not counted`;
    return { holders: ids, findings: [warning(subject, what, 'put people into the group themselves')] };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { holders: 'unlisted', findings: [failed(subject, `those of ${role.group} could not be read`, error)] };
  }
}

/** A refusal is a fault of token or vendor; anything else may be over in a minute. */
function failed(subject: string, what: string, error: ScimError): Finding {
  const refused = error.fault === 'http' && !error.retryable && (error.status ?? 500) < 500;
  return refused
    ? fault(subject, `${what} (${error.message})`, 'see that the token may read groups; if it may, ask the vendor')
    : unreachable(subject, `${what} (${error.message})`, 'try again later');
}
