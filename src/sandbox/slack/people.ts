// The people, user groups and their Slack user objects. Knows nothing of messages, and of channels only what it is told.
import type { JsonObject, Person, Usergroup } from './contract.ts';
import type { Installation } from './identity.ts';

export type People = {
  find: (id: string) => Person | undefined;
  /** The person, or a programming error of whoever plays them. */
  get: (id: string) => Person;
  byEmail: (email: string) => Person | undefined;
  byName: (name: string) => Person | undefined;
  all: () => Person[];
  add: (person: Person) => void;
  update: (id: string, change: Partial<Omit<Person, 'id'>>) => void;
  usergroup: (id: string) => Usergroup | undefined;
  usergroups: () => Usergroup[];
  updateUsergroup: (id: string, change: Partial<Omit<Usergroup, 'id'>>) => void;
  teamOf: (person: Person) => string;
  reset: () => void;
};

export function createPeople(seed: readonly Person[], groups: readonly Usergroup[], app: Installation): People {
  let people = new Map<string, Person>();
  let usergroups = new Map<string, Usergroup>();
  const reset = () => {
    people = new Map(seed.map((person) => [person.id, { ...person }]));
    usergroups = new Map(groups.map((group) => [group.id, { ...group, members: [...group.members] }]));
  };
  reset();
  const get = (id: string) => {
    const person = people.get(id);
    if (person === undefined) throw new Error(`nobody in this workspace has the id ${id}`);
    return person;
  };
  return {
    get,
    reset,
    find: (id) => people.get(id),
    byEmail(email) {
      const folded = email.trim().toLowerCase();
      return [...people.values()].find((person) => person.email.toLowerCase() === folded && isHere(person));
    },
    byName: (name) => [...people.values()].find((person) => person.name.toLowerCase() === name.toLowerCase()),
    all: () => [...people.values()],
    add: (person) => void people.set(person.id, { ...person }),
    update: (id, change) => void people.set(id, { ...get(id), ...change }),
    usergroup: (id) => usergroups.get(id),
    usergroups: () => [...usergroups.values()],
    updateUsergroup(id, change) {
      const group = usergroups.get(id);
      if (group === undefined) throw new Error(`no user group ${id}`);
      usergroups.set(id, { ...group, ...change });
    },
    teamOf: (person) => (person.kind === 'external' ? (person.teamId ?? 'T0ELSEWHERE') : app.teamId),
  };
}

/** Found by e-mail: active people of this workspace, guests included. */
function isHere(person: Person): boolean {
  return person.kind === 'member' || person.kind === 'guest' || person.kind === 'single-channel-guest';
}

function offsetSeconds(zone: string, at: number): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName');
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name?.value ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3_600 + Number(match[3]) * 60);
}

function profileOf(person: Person, team: string, withEmail: boolean): JsonObject {
  const [first = '', ...rest] = person.realName.split(' ');
  return {
    title: person.title ?? '',
    phone: '',
    skype: '',
    real_name: person.realName,
    real_name_normalized: person.realName,
    display_name: person.name,
    display_name_normalized: person.name,
    first_name: first,
    last_name: rest.join(' '),
    status_text: '',
    status_emoji: '',
    avatar_hash: '000000000000',
    team,
    ...(withEmail && person.kind !== 'bot' ? { email: person.email } : {}),
  };
}

/**
 * A user object ({@link https://docs.slack.dev/reference/objects/user-object}).
 * @param view `withEmail`: `users:read.email` is granted; `sharesChannel`: an external person shares a channel with the app; `at`: epoch ms.
 */
export function userObject(
  person: Person,
  team: string,
  view: { withEmail: boolean; sharesChannel: boolean; at: number },
): JsonObject {
  const profile = profileOf(person, team, view.withEmail);
  const base = {
    id: person.id,
    team_id: team,
    name: person.name,
    deleted: person.kind === 'deactivated',
    profile,
    updated: Math.floor(view.at / 1_000),
  };
  if (person.kind === 'deactivated') return { ...base, is_bot: false, is_app_user: false };
  const restricted = person.kind === 'guest' || person.kind === 'single-channel-guest';
  return {
    ...base,
    color: '9f69e7',
    real_name: person.realName,
    tz: person.tz,
    tz_label: person.tz,
    tz_offset: offsetSeconds(person.tz, view.at),
    is_admin: person.admin === true,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: restricted,
    is_ultra_restricted: person.kind === 'single-channel-guest',
    is_bot: person.kind === 'bot',
    is_app_user: false,
    is_email_confirmed: person.emailConfirmed,
    who_can_share_contact_card: 'EVERYONE',
    ...(person.kind === 'external' ? { is_stranger: !view.sharesChannel } : {}),
  };
}

/** The app's own user, and Slackbot: always in the list, neither a person. */
export function botUserObject(id: string, name: string, team: string, app?: Installation): JsonObject {
  return {
    id,
    team_id: team,
    name,
    real_name: name,
    deleted: false,
    tz: 'America/Los_Angeles',
    tz_offset: -28_800,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: app !== undefined,
    is_app_user: false,
    is_email_confirmed: false,
    updated: 0,
    profile: {
      real_name: name,
      display_name: '',
      team,
      always_active: true,
      ...(app === undefined ? {} : { api_app_id: app.appId, bot_id: app.botId }),
    },
  };
}
