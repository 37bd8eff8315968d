/**
 * What the keys of a policy must agree on among themselves, and what they mean for the people who will use it.
 * Pure; works on the parts of a file that are sound by themselves, so that every fault is found at once.
 */
import { mailbox } from '../access/people.ts';
import { defaultRule } from '../access/policy.ts';
import { agreeOnProfiles } from './agree-profiles.ts';
import type { AppFile, PersonFile, ProfileFile, RoleFile, RuleFile } from './file-schema.ts';
import { nearest } from './nearest.ts';
import { showDuration } from './values.ts';
import type { Path } from './yaml-file.ts';

/** Something wrong at a place of the policy. */
export interface Finding {
  readonly path: Path;
  readonly what: string;
  readonly fix: string;
}

type Sound<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** An app of which unsound parts are left out. */
export type SoundApp = Sound<Omit<AppFile, 'roles' | 'rules'>> & {
  readonly roles: Readonly<Record<string, Sound<RoleFile>>>;
  readonly rules: readonly (Sound<Omit<RuleFile, 'approve'>> & { readonly steps?: number | undefined })[];
};

export interface SoundPolicy {
  readonly people: readonly Sound<PersonFile>[];
  readonly profiles: Readonly<Record<string, Sound<ProfileFile>>>;
  readonly apps: Readonly<Record<string, SoundApp>>;
}

export interface Agreement {
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
}

function people(entries: SoundPolicy['people'], faults: Finding[]): void {
  const seen = new Set<string>();
  for (const [index, person] of entries.entries()) {
    for (const [name, id] of [
      ['slack', person.slack],
      ['email', person.email],
    ] as const) {
      if (id === undefined) continue;
      if (seen.has(`${name} ${id}`)) {
        faults.push({
          path: ['people', index, name],
          what: 'belongs to an earlier entry too',
          fix: 'keep one entry for each person',
        });
      }
      seen.add(`${name} ${id}`);
    }
    if (
      person.email !== undefined &&
      person.manager !== undefined &&
      mailbox(person.email) === mailbox(person.manager)
    ) {
      faults.push({
        path: ['people', index, 'manager'],
        what: 'is the same person',
        fix: 'name somebody else, or take the manager out',
      });
    }
  }
}

function roles(app: SoundApp, path: Path, faults: Finding[]): void {
  const groups = new Map<string, string>();
  let base: string | undefined;
  for (const [key, role] of Object.entries(app.roles)) {
    const group = role.group?.normalize('NFC').toLowerCase(); // SCIM compares display names without case
    const other = group === undefined ? undefined : groups.get(group);
    if (other !== undefined) {
      faults.push({
        path: [...path, 'roles', key, 'group'],
        what: `is the group of the role ${other} too`,
        fix: 'give every role a group of its own',
      });
    } else if (group !== undefined) {
      groups.set(group, key);
    }
    if (role.base !== true) continue;
    if (base !== undefined) {
      faults.push({
        path: [...path, 'roles', key, 'base'],
        what: `is a second base role beside ${base}`,
        fix: 'mark at most one role as base',
      });
    }
    base ??= key;
    if (role.sensitive === true) {
      faults.push({
        path: [...path, 'roles', key, 'sensitive'],
        what: 'makes the role everybody has a sensitive one',
        fix: 'take out base or sensitive',
      });
    }
  }
}

function known(role: string, app: SoundApp): Pick<Finding, 'what' | 'fix'> | undefined {
  const keys = Object.keys(app.roles);
  if (keys.includes(role)) return undefined;
  const near = nearest(role, keys);
  return {
    what: 'is no role of this app',
    fix: near === undefined ? 'write a key of roles:' : `did you mean ${near}?`,
  };
}

function rule(app: SoundApp, index: number, path: Path, faults: Finding[], warnings: Finding[]): void {
  const it = app.rules[index] ?? {};
  const fault = (inner: Path, what: string, fix: string) => faults.push({ path: [...path, ...inner], what, fix });
  const unknown = it.role === undefined ? undefined : known(it.role, app);
  if (unknown !== undefined) fault(['role'], unknown.what, unknown.fix);
  if (it.steps === 0) fault(['approve'], 'names nobody', 'nobody gains access without an approval: name who approves');
  if (it.steps !== undefined && it.steps > 1) {
    fault(['approve'], 'has several steps, which are not available yet', 'keep one step');
  }
  const { reason, duration } = it;
  if (reason?.link !== undefined) {
    const groups =
      reason.matches === undefined ? -1 : (new RegExp(`${reason.matches}|`, 'u').exec('')?.length ?? 1) - 1;
    const asked = [...reason.link.matchAll(/\{(\d)\}/g)].map((match) => Number(match[1]));
    if (groups < 0) fault(['reason', 'link'], 'has nothing to be made from', 'write matches: as well');
    else if (asked.some((group) => group > groups)) {
      fault(['reason', 'link'], `asks for a group that matches: does not have`, `use {0} up to {${groups}}`);
    }
  }
  if (it.do === undefined) return;
  const otherwise = defaultRule(it.do);
  if (it.role !== undefined && it.do !== 'grant' && it.do !== 'revoke') {
    fault(['role'], `has no meaning for ${it.do}`, 'take it out: only grant and revoke are about a role');
  }
  if (it.do === 'grant' && it.role !== undefined && app.roles[it.role]?.base === true) {
    fault(['role'], 'is the base role, which nobody is granted', 'write do: provision, which gives the base role');
  }
  if (duration !== undefined && it.do !== 'grant') {
    fault(['duration'], `has no meaning for ${it.do}`, 'take it out: only a grant lasts for a time');
  } else if (duration !== undefined) {
    const length = {
      min: duration.min ?? otherwise.duration.min,
      default: duration.default ?? otherwise.duration.default,
      max: duration.max ?? otherwise.duration.max,
    };
    if (length.min > length.default) {
      fault(
        ['duration'],
        `has min ${showDuration(length.min)} above default ${showDuration(length.default)}`,
        'write min ≤ default ≤ max',
      );
    }
    if (length.default > length.max) {
      fault(
        ['duration'],
        `has default ${showDuration(length.default)} above max ${showDuration(length.max)}`,
        'write min ≤ default ≤ max',
      );
    }
  }
  const earlier = app.rules.findIndex((other) => other.do === it.do && other.role === it.role);
  if (earlier < index) {
    fault(
      [],
      `is for the same action and role as rules[${earlier}]`,
      'join them: rules cannot be chosen by person yet',
    );
  }
  const lapse = it.lapse ?? otherwise.lapse;
  if (
    (it.escalate?.after ?? otherwise.escalateAfter) >= lapse &&
    (it.lapse !== undefined || it.escalate?.after !== undefined)
  ) {
    warnings.push({
      path,
      what: `closes unanswered requests after ${showDuration(lapse)}, before it escalates`,
      fix: 'make escalate.after shorter than lapse',
    });
  }
}

function owners(app: SoundApp, path: Path, warnings: Finding[]): void {
  if (app.owners === undefined || app.owners.some((owner) => owner.kind === 'usergroup')) return;
  const persons = new Set(
    app.owners.map((owner) =>
      owner.kind === 'email' ? mailbox(owner.email) : owner.kind === 'slack' ? owner.user : owner.id,
    ),
  );
  if (persons.size >= 2) return;
  warnings.push({
    path: [...path, 'owners'],
    what: 'names one person: whatever this owner asks for and an owner must approve is refused, for nobody approves their own (provision, enable, disable as manager, a grant whose manager is unknown or the owner)',
    fix: 'name a second owner, or a user group',
  });
}

/** Compares the keys of a policy with each other. Paths lead to what should be changed. */
export function agree(policy: SoundPolicy): Agreement {
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  people(policy.people, faults);
  const used = Object.entries(policy.apps).map(([key, { profile }]) => [key, profile] as const);
  const profiles = agreeOnProfiles(policy.profiles, Object.fromEntries(used));
  faults.push(...profiles.faults);
  warnings.push(...profiles.warnings);
  for (const [key, app] of Object.entries(policy.apps)) {
    const path = ['apps', key];
    roles(app, path, faults);
    owners(app, path, warnings);
    for (const [index, role] of (app.priority ?? []).entries()) {
      const unknown = known(role, app);
      if (unknown !== undefined) faults.push({ path: [...path, 'priority', index], ...unknown });
    }
    const source = app.managerSource;
    if (source !== undefined && source !== 'self' && (source === key || policy.apps[source] === undefined)) {
      const near = nearest(source, ['self', ...Object.keys(policy.apps)]);
      const fix = source === key || near === undefined ? "write self, or another app's key" : `did you mean ${near}?`;
      faults.push({ path: [...path, 'managerSource'], what: 'is no other app', fix });
    }
    if (app.domains === undefined && app.owners !== undefined && !app.owners.some((owner) => owner.kind === 'email')) {
      warnings.push({
        path,
        what: 'has neither domains nor an owner with an e-mail: nobody can be provisioned',
        fix: 'write domains:',
      });
    }
    for (const index of app.rules.keys()) rule(app, index, [...path, 'rules', index], faults, warnings);
  }
  return { faults, warnings };
}
