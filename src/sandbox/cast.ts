// The people, accounts and rules of the sandbox's story, as data. Plain fictional names at example.com.
// Refuses to know how they are served.

import type { Seed } from './scim/index.ts';
import type { Channel, Person, Usergroup } from './slack/index.ts';

export const TEAM = 'T0EXAMPLE';
const ZONE = 'Europe/Berlin';

type Kind = Person['kind'];
const person = (
  id: string,
  name: string,
  realName: string,
  title: string,
  kind: Kind = 'member',
  more: Partial<Person> = {},
): Person => ({
  id,
  name,
  realName,
  title,
  email: `${name}@example.com`,
  emailConfirmed: true,
  tz: ZONE,
  kind,
  ...more,
});

/** Who is in Slack. The first one is who a newcomer to the page starts as. */
export const PEOPLE: readonly Person[] = [
  person('U0ADA', 'ada', 'Ada Okafor', 'Analyst. Ben is her manager.'),
  person('U0BEN', 'ben', 'Ben Castillo', 'Team lead. Manager of Ada, Finn and Ivy.'),
  person('U0CARLA', 'carla', 'Carla Novak', 'Owner of the apps. Admin.', 'member', { admin: true }),
  person('U0DMITRI', 'dmitri', 'Dmitri Sokolov', 'Second owner of the apps.'),
  person('U0EVE', 'eve', 'Eve Lindqvist', 'Auditor. Reads everything, changes nothing.'),
  person('U0FINN', 'finn', 'Finn Moreau', 'New this week. Has no account yet.'),
  person('U0GRACE', 'grace', 'Grace Tanaka', 'Guest in this workspace.', 'guest', { email: 'grace@partner.example' }),
  person('U0HUGO', 'hugo', 'Hugo Brandt', 'From another company, through a shared channel.', 'external', {
    email: 'hugo@vendor.example',
    teamId: 'T0VENDOR',
  }),
  person('U0IVY', 'ivy', 'Ivy Schultz', 'Has left. Deactivated in Slack.', 'deactivated'),
];

export const CHANNELS: readonly Channel[] = [
  {
    id: 'C0GENERAL',
    name: 'general',
    members: ['U0ADA', 'U0BEN', 'U0CARLA', 'U0DMITRI', 'U0EVE', 'U0FINN', 'U0GRACE'],
  },
  { id: 'C0SHARED', name: 'with-vendor', members: ['U0ADA', 'U0CARLA', 'U0HUGO'], shared: 'external' },
];

export const USERGROUPS: readonly Usergroup[] = [
  { id: 'S0ITADMINS', handle: 'it-admins', name: 'IT admins', members: ['U0DMITRI'] },
];

const account = (name: string, givenName: string, familyName: string, manager?: string): Seed['users'][number] => ({
  userName: `${name}@example.com`,
  givenName,
  familyName,
  ...(manager === undefined ? {} : { manager: `${manager}@example.com` }),
});

/** The directory as the day begins. */
export const DIRECTORY: Seed = {
  users: [
    account('ada', 'Ada', 'Okafor', 'ben'),
    account('ben', 'Ben', 'Castillo', 'carla'),
    account('carla', 'Carla', 'Novak'),
    account('dmitri', 'Dmitri', 'Sokolov', 'carla'),
    account('eve', 'Eve', 'Lindqvist', 'carla'),
    account('ivy', 'Ivy', 'Schultz', 'ben'),
    account('zoe.mueller', 'Zoë', 'Müller', 'dmitri'),
    account('jorge.ibanez', 'Jorge', 'Ibáñez', 'dmitri'),
    { ...account('kim.larsen', 'Kim', 'Larsen', 'ben'), active: false },
    account('break-glass', 'Break', 'Glass'),
    { userName: 'contractor@example.com', givenName: 'Lena', familyName: 'Vogt', otherOrg: true },
  ],
  groups: [
    { displayName: 'PPLX_Admin', members: ['carla@example.com', 'break-glass@example.com'] },
    {
      displayName: 'PPLX_Members',
      members: ['ada', 'ben', 'carla', 'dmitri', 'eve', 'ivy', 'zoe.mueller', 'jorge.ibanez', 'break-glass'].map(
        (name) => `${name}@example.com`,
      ),
    },
  ],
};

const at = (...names: string[]): string[] => names.map((name) => `${name}@example.com`);

/** The app of goals: teams as groups, a few accounts as somebody typed them in a hurry, and not everybody's manager known. */
const GOALS: Seed = {
  users: [
    { ...account('ada', 'Ada', 'Okafor', 'ben'), title: 'Analyst' },
    { ...account('ben', 'Ben', 'Castillo'), title: 'Team lead' },
    account('carla', 'Carla', 'Novak'),
    account('dmitri', 'Dmitri', 'Sokolov', 'carla'),
    account('eve', 'Eve', 'Lindqvist'),
    account('ivy', 'Ivy', 'Schultz', 'ben'),
    { ...account('zoe.mueller', 'Zoe', 'Mueller', 'dmitri'), title: 'Trainee' },
    account('jorge.ibanez', 'George', 'Ibanez'),
    { ...account('kim.larsen', 'Kim', 'Larsen', 'ben'), active: false },
  ],
  groups: [
    { displayName: 'Growth', members: at('ada', 'ben', 'ivy') },
    { displayName: 'Platform', members: at('dmitri', 'jorge.ibanez') },
    { displayName: 'Care', members: at('zoe.mueller') },
  ],
};

/** The app of reports: only some of its people are assigned to us, the others are kept by somebody else. */
const REPORTS: Seed = {
  users: [
    account('ada', 'Ada', 'Okafor', 'ben'),
    account('ben', 'Ben', 'Castillo', 'carla'),
    account('carla', 'Carla', 'Novak'),
    account('dmitri', 'Dmitri', 'Sokolov', 'carla'),
    account('jorge.ibanez', 'Jorge', 'Ibáñez', 'dmitri'),
    account('zoe.mueller', 'Zoë', 'Müller', 'dmitri'),
    { userName: 'lena.vogt@example.com', givenName: 'Lena', familyName: 'Vogt' },
  ],
  groups: [
    { displayName: 'Users', members: at('ada', 'ben', 'carla', 'dmitri', 'jorge.ibanez') },
    { displayName: 'Editors', members: at('carla') },
    { displayName: 'Contractors', members: at('zoe.mueller', 'lena.vogt') },
  ],
};

const HEAD = `version: 1
timezone: ${ZONE}
auditors: [eve@example.com]
people:
  - { slack: U0FINN, email: finn@example.com, manager: ben@example.com }
apps:
`;

/** An app of the story: its accounts as the day begins, and its part of the policy. */
export type CastApp = { readonly title: string; readonly directory: Seed; readonly policy: string };

/** The default rules, spelled out where a visitor may wonder. No two apps have a role of one name, so none needs to be typed. */
export const APPS = {
  perplexity: {
    title: 'Perplexity',
    directory: DIRECTORY,
    policy: `  perplexity:
    name: Perplexity Enterprise
    profile: perplexity
    scim: { url: "\${SCIM_URL}", token: "\${SCIM_TOKEN}" }
    owners: [carla@example.com, "usergroup:S0ITADMINS"]
    keep: [break-glass@example.com]
    domains: [example.com]
    seats: 12
    loginUrl: https://www.perplexity.ai
    roles:
      admin: { group: PPLX_Admin, sensitive: true }
      member: { group: PPLX_Members, base: true }
    priority: [admin, member]
`,
  },
  perdoo: {
    title: 'Perdoo',
    directory: GOALS,
    policy: `  perdoo:
    name: Perdoo
    profile: perdoo
    scim: { url: "\${PERDOO_SCIM_URL}", token: "\${PERDOO_SCIM_TOKEN}" }
    owners: [carla@example.com, "usergroup:S0ITADMINS"]
    domains: [example.com]
    roles:
      growth: { group: Growth }
      platform: { group: Platform }
      care: { group: Care }
    rules:
      - { do: grant, duration: { default: 30d, min: 1d, max: 180d } }
`,
  },
  pearset: {
    title: 'Pearset',
    directory: REPORTS,
    policy: `  pearset:
    name: Pearset
    profile: pearset
    scim: { url: "\${PEARSET_SCIM_URL}", token: "\${PEARSET_SCIM_TOKEN}" }
    owners: [carla@example.com, "usergroup:S0ITADMINS"]
    domains: [example.com]
    roles:
      editor: { group: Editors }
      user: { group: Users, base: true }
`,
  },
} as const satisfies Record<string, CastApp>;

export type AppName = keyof typeof APPS;
export type AppNames = readonly [AppName, ...AppName[]];
export const ALL_APPS: AppNames = ['perplexity', 'perdoo', 'pearset'];

/** The policy the bot runs with where the story has these apps. */
export const policyOf = (apps: AppNames): string => HEAD + apps.map((app) => APPS[app].policy).join('');

/** The policy of the story with one app. */
export const POLICY = policyOf(['perplexity']);
