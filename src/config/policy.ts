/**
 * A policy in the shape of the file → the Policy the heart works with, or everything that is wrong with it.
 * Pure; a place in the policy is a path, whoever knows lines or variables turns it into words.
 */
import type { z } from 'zod';
import type { AccountAttribute, AppPolicy, AppTraits, Policy, Role, Rule } from '../access/policy.ts';
import { ACCOUNT_ATTRIBUTES, baseRole, DEFAULT_HOURS, DEFAULT_LIMITS, defaultRule, HOUR } from '../access/policy.ts';
import type { Profile } from '../scim/index.ts';
import type { Finding, SoundApp } from './agree.ts';
import { agree } from './agree.ts';
import type { ScimAccess } from './config.ts';
import { digestOf, withoutQuery } from './digest.ts';
import type { AppFile, RuleFile } from './file-schema.ts';
import { APP, NOT_YET, PERSON, POLICY_FILE, policyKeys, ROLE, RULE } from './file-schema.ts';
import { nearest } from './nearest.ts';
import { PROFILE, resolveProfile } from './profile-schema.ts';
import { showKey } from './secrets.ts';
import type { Path } from './yaml-file.ts';

export type PolicyResult = { readonly faults: readonly Finding[]; readonly warnings: readonly Finding[] } & (
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly scim: Readonly<Record<string, ScimAccess>>;
      readonly priorityAssumed: readonly string[];
    }
  | { readonly ok: false }
);

const KEYS = policyKeys();

function fits(pattern: readonly string[], path: Path): boolean {
  return path.every((part, at) => {
    const wanted = pattern[at];
    return wanted !== undefined && (wanted === '[]' || wanted.startsWith('<') || wanted === part);
  });
}

/** A path as people write it: `apps.perplexity.rules[0].role`. */
export function showPath(path: Path): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${showKey(String(part))}`))
    .join('');
}

/** The keys that may stand in the block at a path. */
const keysAt = (path: Path): readonly string[] => [
  ...new Set(
    KEYS.filter((line) => line.path.length > path.length && fits(line.path, path)).map(
      (line) => line.path[path.length] ?? '',
    ),
  ),
];

function unknownKey(path: Path, key: string): Finding {
  const at = [...path, key];
  if (NOT_YET.includes(key)) return { path: at, what: 'is not available yet', fix: 'take it out' };
  const siblings = keysAt(path).filter((name) => name !== '[]' && !name.startsWith('<'));
  const near = nearest(key, siblings);
  if (near !== undefined) return { path: at, what: 'is an unknown key', fix: `did you mean ${near}?` };
  const elsewhere = KEYS.find((line) => line.path.includes(key))?.path;
  const home = elsewhere?.slice(0, elsewhere.indexOf(key));
  if (home !== undefined) {
    const place = home.length === 0 ? 'at the top of the file' : `under ${home.join('.').replaceAll('.[]', '[]')}`;
    return { path: at, what: 'is not a key of this block', fix: `it belongs ${place}` };
  }
  return { path: at, what: 'is an unknown key', fix: `known here: ${siblings.join(', ')}` };
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) value = isBlock(value) || Array.isArray(value) ? Reflect.get(value, part) : undefined;
  return value;
}

function findings(issue: z.core.$ZodIssue, raw: unknown): readonly Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'custom': {
      const fix: unknown = issue.params?.fix;
      return [{ path, what: issue.message, fix: typeof fix === 'string' ? fix : 'see docs/policy.md' }];
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key));
    case 'invalid_key':
      return [
        {
          path,
          what: 'is not a usable name',
          fix: 'begin with a small letter; then small letters, digits, - and _; at most 31 of them, and no word of the command (for, until, me …)',
        },
      ];
    case 'invalid_type': {
      const value = valueAt(raw, path);
      const list = issue.expected === 'array';
      const inner = keysAt(path);
      const fix = list
        ? 'write a list, each entry behind a - '
        : `write a block with ${inner.some((name) => name.startsWith('<')) ? 'a name of your own for each entry' : inner.join(', ')}`;
      if (value === undefined) return [{ path, what: 'is missing', fix: fix.trim() }];
      return [
        { path, what: value === null ? 'is empty' : `should be a ${list ? 'list' : 'block of keys'}`, fix: fix.trim() },
      ];
    }
    default:
      return [{ path, what: 'cannot be used', fix: 'see docs/policy.md' }];
  }
}

/** Whether a value is a mapping. */
export const isBlock = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listAt = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const blockAt = (value: unknown): Readonly<Record<string, unknown>> => (isBlock(value) ? value : {});

/** The keys of a block that can be read, each by itself. */
function sound<S extends z.ZodObject>(schema: S, raw: unknown): Partial<z.infer<S>> {
  const found: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(schema.shape)) {
    const result = inner.safeParse(blockAt(raw)[key]);
    if (result.success) found[key] = result.data;
  }
  return found as Partial<z.infer<S>>;
}

const APP_ALONE = APP.omit({ roles: true, rules: true });
const RULE_ALONE = RULE.omit({ approve: true });

function soundApp(raw: unknown): SoundApp {
  const { rules, roles } = blockAt(raw);
  return {
    ...sound(APP_ALONE, raw),
    roles: Object.fromEntries(Object.entries(blockAt(roles)).map(([key, role]) => [key, sound(ROLE, role)])),
    rules: listAt(rules).map((rule) => {
      const { approve, role } = blockAt(rule);
      const { do: action, ...rest } = sound(RULE_ALONE, rule);
      // A rule whose role cannot be read is about nothing known; it must not count as a rule for every role.
      const about = role !== undefined && rest.role === undefined ? {} : { do: action };
      return { ...rest, ...about, ...(Array.isArray(approve) ? { steps: approve.length } : {}) };
    }),
  };
}

/** Leaves out keys that are `undefined`. */
type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const given = <T extends object>(block: T): Partial<Given<T>> =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;

/** A record without a prototype: `apps['constructor']` is not an app. */
const record = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null), Object.fromEntries(entries));

function ruleOf(file: RuleFile): Rule {
  const otherwise = defaultRule(file.do);
  const { permanent: _, ...length } = file.duration ?? {};
  return {
    ...otherwise,
    ...given({ role: file.role, who: file.who, lapse: file.lapse, approve: file.approve }),
    duration: { ...otherwise.duration, ...given(length) },
    reason: { ...otherwise.reason, ...given(file.reason ?? {}) },
    escalateAfter: file.escalate?.after ?? otherwise.escalateAfter,
    escalateTo: file.escalate?.to ?? otherwise.escalateTo,
  };
}

/** What the rules of access must know of how an app speaks SCIM. */
function traitsOf(profile: Profile): AppTraits {
  const takes = (attribute: AccountAttribute): boolean =>
    profile.attributes[attribute === 'manager' ? 'managerId' : attribute] !== undefined;
  return {
    updates: ACCOUNT_ATTRIBUTES.filter(takes),
    invites: profile.sendsInvitation,
    settlesWithin: profile.settlesWithin,
    createsGroups: profile.groupCreate,
    assignedOnly: profile.scope === 'assigned',
    lockedInConsole: profile.lockedInConsole,
  };
}

function appOf(key: string, file: AppFile, profile: Profile): AppPolicy {
  const roles = record(
    Object.entries(file.roles).map(([name, role]): [string, Role] => [
      name,
      {
        key: name,
        group: role.group,
        sensitive: role.sensitive ?? false,
        base: role.base ?? false,
        managedBy: role.managedBy ?? 'rolecall',
      },
    ]),
  );
  const ownDomains = file.owners.flatMap((owner) =>
    owner.kind === 'email' ? owner.email.slice(owner.email.lastIndexOf('@') + 1) : [],
  );
  const app: AppPolicy = {
    key,
    name: file.name ?? key,
    profile: file.profile,
    traits: traitsOf(profile),
    mode: file.mode ?? 'live',
    owners: file.owners,
    keep: file.keep ?? [],
    domains: file.domains ?? [...new Set(ownDomains)],
    ...given({ seats: file.seats, loginUrl: file.loginUrl, welcome: file.welcome }),
    managerSource: file.managerSource ?? 'self',
    roles,
    exclusive: file.exclusive ?? false,
    priority: [],
    rules: (file.rules ?? []).map(ruleOf),
  };
  const base = baseRole(app)?.key;
  const order = [...Object.keys(roles).filter((name) => name !== base), ...(base === undefined ? [] : [base])];
  return { ...app, priority: [...new Set([...(file.priority ?? []), ...order])] };
}

/** Rules for what an app does not take at all. */
function idle(apps: Readonly<Record<string, AppPolicy>>): Finding[] {
  return Object.values(apps).flatMap(({ key, profile, traits, rules }) =>
    rules.flatMap((rule, index) =>
      rule.do !== 'update' || traits.updates.length > 0
        ? []
        : {
            path: ['apps', key, 'rules', index, 'do'],
            what: `is update, which this app does not take (profile ${profile}): it is refused whatever the rule says`,
            fix: 'take the rule out',
          },
    ),
  );
}

/** Reads a policy in the shape of the file; tokens and addresses come out apart from it. */
export function readPolicy(raw: unknown): PolicyResult {
  const parsed = POLICY_FILE.safeParse(raw);
  const { people, profiles, apps } = blockAt(raw);
  const agreement = agree({
    people: listAt(people).map((person) => sound(PERSON, person)),
    profiles: record(Object.entries(blockAt(profiles)).map(([key, profile]) => [key, sound(PROFILE, profile)])),
    apps: record(Object.entries(blockAt(apps)).map(([key, app]) => [key, soundApp(app)])),
  });
  const faults = [...(parsed.error?.issues ?? []).flatMap((issue) => findings(issue, raw)), ...agreement.faults];
  if (isBlock(apps) && Object.keys(apps).length === 0) {
    faults.push({ path: ['apps'], what: 'is empty', fix: 'describe at least one app' });
  }
  // What could not be read would be warned of wrongly: warnings wait until the policy is sound.
  if (!parsed.success || faults.length > 0) return { ok: false, faults, warnings: [] };
  const file = parsed.data;
  const policies: [string, AppPolicy][] = [];
  const scim: [string, ScimAccess][] = [];
  for (const [key, app] of Object.entries(file.apps)) {
    const profile = resolveProfile(app.profile, file.profiles ?? {});
    if (profile === undefined) throw new Error('an app has a profile that is not known'); // agree() found none such
    policies.push([key, appOf(key, app, profile)]);
    const service = digestOf([withoutQuery(app.scim.url), profile]);
    scim.push([key, { ...app.scim, profile, service }]);
  }
  return {
    ok: true,
    faults,
    warnings: [...agreement.warnings, ...idle(Object.fromEntries(policies))],
    policy: {
      timezone: file.timezone ?? 'UTC',
      auditors: file.auditors ?? [],
      people: (file.people ?? []).map((person) => ({
        email: person.email,
        ...given({ slack: person.slack, manager: person.manager }),
      })),
      apps: record(policies),
      hours: DEFAULT_HOURS,
      limits: DEFAULT_LIMITS,
      applyWithin: HOUR,
    },
    scim: record(scim),
    priorityAssumed: Object.keys(file.apps).filter((key) => file.apps[key]?.priority === undefined),
  };
}
