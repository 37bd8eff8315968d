/**
 * The policy file in zod: which keys there are, how each is written, what it means, what it is when left out.
 * The reference in `docs/policy.md` is made from this. Knows no file, no line and no environment.
 */
import { z } from 'zod';
import { type KeyDoc, keyDocs, leaf, optional } from './leaf.ts';
import { PROFILE, PUBLISHED } from './profile-schema.ts';
import type { Reader } from './values.ts';
import {
  bad,
  bearerToken,
  domain,
  duration,
  email,
  flag,
  good,
  linkTemplate,
  listOf,
  ofText,
  oneOf,
  pageUrl,
  pattern,
  principal,
  principalOr,
  prose,
  serviceUrl,
  slackUser,
  timezone,
  wholeNumber,
  wordOrList,
  words,
} from './values.ts';

/** Accepts only `false`: the key is known, what `true` would mean is not carried out. */
const notYet: Reader<false> = {
  form: 'false',
  read: (value) => (value === false ? good(false) : bad('is not available yet', 'write false, or take it out')),
};

const people = listOf('a list of e-mails, usergroup:S…, manager, owners', principalOr(['manager', 'owners']));
const approvers = wordOrList(['manager', 'owners'], people);
const asking = wordOrList(
  ['anyone'],
  listOf('a list of e-mails, usergroup:S…, manager, owners, self', principalOr(['manager', 'owners', 'self'])),
);

/** Longest grant a rule may allow, days. */
const GRANT_MAX = 365;
/** Longest time in which a request waits for people, days (of working time). */
const WAIT_MAX = 7;

export const PERSON = z.strictObject({
  slack: optional(slackUser, 'found by e-mail', 'Slack user id'),
  email: leaf(email, 'e-mail of the account'),
  manager: optional(email, 'asked of the app', "the manager's e-mail"),
});

export const ROLE = z.strictObject({
  group: leaf(words(256), 'display name of the SCIM group that carries the role'),
  sensitive: optional(flag, 'false', 'guarded: its last holder is never removed; owners are told of every grant'),
  base: optional(flag, 'false', 'the role everyone falls back to; at most one in an app'),
  managedBy: optional(
    oneOf(['rolecall', 'idp']),
    'rolecall',
    'who else writes this group; with `idp`, owners alone may take standing membership away',
  ),
});

export const RULE = z.strictObject({
  do: leaf(oneOf(['grant', 'revoke', 'provision', 'disable', 'enable', 'update']), 'the action the rule is for'),
  role: optional(words(40), 'every role', 'only for this role; a rule that names a role goes before one that does not'),
  who: optional(asking, 'anyone; for disable, enable and update [manager, owners]', 'who may ask'),
  duration: z
    .strictObject({
      default: optional(duration(GRANT_MAX), '4h', 'how long when the request does not say'),
      min: optional(duration(GRANT_MAX), '15m', 'shortest that may be asked for'),
      max: optional(duration(GRANT_MAX), '24h', 'longest that may be asked for; longer is refused, never shortened'),
      permanent: optional(notYet, 'false', 'a grant without end'),
    })
    .optional(),
  reason: z
    .strictObject({
      required: optional(flag, 'true for grant and disable', 'a reason must be given'),
      matches: optional(pattern, 'any reason', 'the reason must contain this'),
      link: optional(linkTemplate, 'no link', 'where what matched leads: `{0}` the match, `{1}` its first group'),
    })
    .optional(),
  approve: z.array(z.strictObject({ by: leaf(approvers, 'who must approve; one of them is enough') })).optional(),
  escalate: z
    .strictObject({
      after: optional(duration(WAIT_MAX), '8h', 'unanswered for so much working time: others are asked'),
      to: optional(approvers, 'owners', 'who is asked then, and when there is no manager'),
    })
    .optional(),
  lapse: optional(duration(WAIT_MAX), '24h', 'unanswered for so much working time: the request is closed'),
});

const KEY = /^[a-z][a-z0-9_-]{0,30}$/;
/** Words the command gives a meaning of its own. */
const RESERVED: readonly string[] = [
  'for',
  'until',
  'because',
  'me',
  'self',
  'everywhere',
  'urgent',
  'anyone',
  'owners',
  'manager',
];
const isKey = (name: string): boolean => KEY.test(name) && !RESERVED.includes(name);
const key = z.string().refine(isKey);

const profileName = ofText(
  'the name of a profile',
  `one of ${PUBLISHED.join(', ')}, or a name of profiles:`,
  (value) => (isKey(value) ? good(value) : undefined),
);

export const APP = z.strictObject({
  name: optional(words(80), 'its key', 'what people read'),
  profile: leaf(profileName, 'how this app speaks SCIM'),
  scim: z.strictObject({
    url: leaf(serviceUrl('query allowed'), `SCIM base address, usually "\${NAME}"`),
    token: leaf(bearerToken, `only as "\${NAME}": the token itself stays in the environment`),
  }),
  mode: optional(
    oneOf(['live', 'observe']),
    'live',
    '`observe`: the whole flow without a SCIM write, and every card says so',
  ),
  owners: leaf(listOf('a list of e-mails or usergroup:S…', principal), 'who answers for the app'),
  keep: optional(
    listOf('a list of e-mails', email),
    'nobody',
    'accounts that are never removed or disabled: by user name or primary e-mail',
  ),
  domains: optional(
    listOf('a list of domains', domain),
    "the owners' domains",
    'only e-mails of these may be provisioned',
  ),
  seats: optional(
    wholeNumber(1, 1_000_000),
    'no ceiling',
    'a ceiling of ours; counts active accounts and approved ones',
  ),
  loginUrl: optional(pageUrl, 'not shown', 'where people log in'),
  welcome: optional(prose(1000), 'a text of ours', 'what a new person is told'),
  managerSource: optional(words(40), 'self', '`self`, or the key of the app whose accounts carry the manager'),
  roles: z.record(key, ROLE),
  exclusive: optional(flag, 'false', 'the base group is left while a higher role is held'),
  priority: optional(listOf('a list of role keys', words(40)), 'as written, base last', 'roles, highest first'),
  rules: z.array(RULE).optional(),
});

export const POLICY_FILE = z.strictObject({
  version: leaf(wholeNumber(1, 1), 'version of this format'),
  timezone: optional(timezone, 'UTC', 'zone in which escalation and lapse count working hours'),
  auditors: optional(listOf('a list of e-mails', email), 'nobody', 'who may read and export everything'),
  people: z.array(PERSON).optional(),
  profiles: z.record(key, PROFILE).optional(),
  apps: z.record(key, APP),
});

export type RoleFile = z.infer<typeof ROLE>;
export type RuleFile = z.infer<typeof RULE>;
export type AppFile = z.infer<typeof APP>;
export type PersonFile = z.infer<typeof PERSON>;
export type PolicyFile = z.infer<typeof POLICY_FILE>;
export type { ProfileFile } from './profile-schema.ts';

/** Keys of the design that nothing carries out yet. They are refused by name wherever they stand, never ignored. */
export const NOT_YET: readonly string[] = [
  'delegation',
  'breakGlass',
  'warnBefore',
  'undo',
  'retention',
  'limits',
  'guests',
  'applyWithin',
  'permanent',
  'count',
  'silent',
  'extend',
  'hours',
  'remind',
  'notify',
];

/** One line of the reference. `path` has `<app>`, `<role>`, `<profile>` for names and `[]` for list entries. */
export interface KeyLine extends KeyDoc {
  readonly path: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = { apps: '<app>', roles: '<role>', profiles: '<profile>' };

function linesOf(schema: z.core.$ZodType, path: readonly string[]): readonly KeyLine[] {
  if (schema instanceof z.ZodOptional) return linesOf(schema.unwrap(), path);
  if (schema instanceof z.ZodRecord) return linesOf(schema.valueType, [...path, NAMES[path.at(-1) ?? ''] ?? '<name>']);
  if (schema instanceof z.ZodArray) return linesOf(schema.element, [...path, '[]']);
  if (schema instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, inner]) => linesOf(inner, [...path, name]));
  }
  const doc = keyDocs.get(schema);
  if (doc === undefined) throw new Error(`the schema says nothing about ${path.join('.')}`);
  return [{ ...doc, path }];
}

/** Every key of the policy file, in the order of the schema. */
export const policyKeys = (): readonly KeyLine[] => linesOf(POLICY_FILE, []);
