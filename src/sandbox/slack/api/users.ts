// users.* and usergroups.*: who is here and what may be seen of them. Knows channels only to tell whether an outsider shares one.
import type { JsonObject, Person, Usergroup } from '../contract.ts';
import { botUserObject, userObject } from '../people.ts';
import type { World } from '../world.ts';
import { done, type Methods, metadata, page, refuse } from './method.ts';

const reads = () => ['users:read'];
const readsGroups = () => ['usergroups:read'];

function sharesChannel(person: Person, world: World): boolean {
  return world.conversations
    .all()
    .some(({ kind, members }) => kind !== 'im' && members.includes(person.id) && members.includes(world.app.userId));
}

function shown(person: Person, world: World): JsonObject {
  const { app, people, now } = world;
  const withEmail = app.scopes.has('users:read.email');
  return userObject(person, people.teamOf(person), {
    withEmail,
    sharesChannel: sharesChannel(person, world),
    at: now(),
  });
}

function everyone(world: World): JsonObject[] {
  const { app, people } = world;
  const bots = [
    botUserObject('USLACKBOT', 'slackbot', app.teamId),
    botUserObject(app.userId, app.appName, app.teamId, app),
  ];
  return [...bots, ...people.all().map((person) => shown(person, world))];
}

function groupObject(group: Usergroup, world: World, withUsers: boolean, withCount: boolean): JsonObject {
  return {
    id: group.id,
    team_id: world.app.teamId,
    is_usergroup: true,
    is_external: false,
    name: group.name,
    description: '',
    handle: group.handle,
    date_create: 0,
    date_update: 0,
    date_delete: group.disabled === true ? 1 : 0,
    auto_type: null,
    created_by: 'USLACKBOT',
    updated_by: 'USLACKBOT',
    deleted_by: group.disabled === true ? 'USLACKBOT' : null,
    prefs: { channels: [], groups: [] },
    ...(withUsers ? { users: [...group.members] } : {}),
    ...(withCount ? { user_count: group.members.length } : {}),
  };
}

export const userMethods: Methods = {
  'users.info': {
    tier: 4,
    token: 'bot',
    scopes: reads,
    run(args, world) {
      const user = everyone(world).find((each) => each.id === args.text('user'));
      return user === undefined ? refuse('user_not_found') : done({ user });
    },
  },
  'users.lookupByEmail': {
    tier: 3,
    token: 'bot',
    scopes: () => ['users:read.email'],
    run(args, world) {
      const person = world.people.byEmail(args.text('email'));
      return person === undefined ? refuse('users_not_found') : done({ user: shown(person, world) });
    },
  },
  'users.list': {
    tier: 2,
    token: 'bot',
    scopes: reads,
    run(args, world) {
      const users = page(everyone(world), args, 1_000);
      if (users === undefined) return refuse('invalid_cursor');
      return done({ members: users.items, cache_ts: Math.floor(world.now() / 1_000), ...metadata(users.next) });
    },
  },
  'usergroups.list': {
    tier: 2,
    token: 'bot',
    scopes: readsGroups,
    run(args, world) {
      const groups = world.people
        .usergroups()
        .filter((group) => group.disabled !== true || args.flag('include_disabled', false));
      const show = (group: Usergroup) =>
        groupObject(group, world, args.flag('include_users', false), args.flag('include_count', false));
      return done({ usergroups: groups.map(show) });
    },
  },
  'usergroups.users.list': {
    tier: 2,
    token: 'bot',
    scopes: readsGroups,
    run(args, world) {
      const group = world.people.usergroup(args.text('usergroup'));
      const visible = group !== undefined && (group.disabled !== true || args.flag('include_disabled', false));
      return visible ? done({ users: [...group.members] }) : refuse('no_such_subteam');
    },
  },
};
