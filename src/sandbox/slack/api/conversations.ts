// conversations.*: which channels and direct messages there are, who is in them, what was said. Posts nothing.
import type { JsonObject } from '../contract.ts';
import { type Conversation, messageObject } from '../conversations.ts';
import type { World } from '../world.ts';
import { type Args, done, type Methods, metadata, page, type Reply, refuse } from './method.ts';

const family = { im: 'im', channel: 'channels', private: 'groups' } as const;

/** conversations.* methods need the scope of the conversation's own kind; for an unknown one, any of them will do. */
function scopeFor(verb: 'read' | 'history') {
  return (args: Args, { conversations, app }: World) => {
    const kind = conversations.find(args.text('channel'))?.kind;
    if (kind !== undefined) return [`${family[kind]}:${verb}`];
    const any = Object.values(family).map((name) => `${name}:${verb}`);
    return any.some((scope) => app.scopes.has(scope)) ? [] : any;
  };
}

/** A conversation the app may look at: public, or one it is in. */
function visible(args: Args, { conversations, app }: World): Conversation | undefined {
  const conversation = conversations.find(args.text('channel'));
  if (conversation === undefined || conversation.kind === 'channel') return conversation;
  return conversation.members.includes(app.userId) ? conversation : undefined;
}

function conversationObject(conversation: Conversation, { app }: World): JsonObject {
  const base = {
    id: conversation.id,
    created: 0,
    is_archived: conversation.archived,
    is_org_shared: false,
    context_team_id: app.teamId,
    updated: 0,
  };
  if (conversation.kind === 'im') {
    const user = conversation.members.find((member) => member !== app.userId) ?? '';
    return {
      ...base,
      is_im: true,
      is_channel: false,
      is_group: false,
      is_mpim: false,
      user,
      is_user_deleted: false,
      is_open: true,
      is_ext_shared: false,
    };
  }
  const isPrivate = conversation.kind === 'private';
  return {
    ...base,
    name: conversation.name,
    name_normalized: conversation.name,
    is_channel: !isPrivate,
    is_group: isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: isPrivate,
    is_general: false,
    is_member: conversation.members.includes(app.userId),
    is_shared: conversation.shared === 'external',
    is_ext_shared: conversation.shared === 'external',
    is_pending_ext_shared: conversation.shared === 'pending',
    creator: 'USLACKBOT',
    num_members: conversation.members.length,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}

function openDirect(user: string, args: Args, world: World): Reply {
  const person = world.people.find(user);
  if (person === undefined) return refuse('user_not_found');
  if (person.kind === 'deactivated') return refuse('user_disabled');
  if (person.kind === 'bot') return refuse('cannot_dm_bot');
  const existed = world.conversations.find(`D${user.slice(1)}`) !== undefined;
  const conversation = world.conversations.direct(user);
  const channel = args.flag('return_im', false) ? conversationObject(conversation, world) : { id: conversation.id };
  return done({ channel, ...(existed ? { no_op: true, already_open: true } : {}) });
}

export const conversationMethods: Methods = {
  'conversations.open': {
    tier: 3,
    token: 'bot',
    scopes: () => ['im:write'],
    run(args, world) {
      if (args.has('channel')) {
        const conversation = world.conversations.find(args.text('channel'));
        return conversation?.kind === 'im'
          ? done({ channel: { id: conversation.id }, no_op: true, already_open: true })
          : refuse('channel_not_found');
      }
      const users = args
        .text('users')
        .split(',')
        .filter((user) => user !== '');
      const [user] = users;
      if (user === undefined) return refuse('users_list_not_supplied');
      // Group direct messages are not played: the app has no scope for them.
      if (users.length > 1)
        return refuse('missing_scope', { needed: 'mpim:write', provided: [...world.app.scopes].join(',') });
      return openDirect(user, args, world);
    },
  },
  'conversations.info': {
    tier: 3,
    token: 'bot',
    scopes: scopeFor('read'),
    run(args, world) {
      const conversation = visible(args, world);
      return conversation === undefined
        ? refuse('channel_not_found')
        : done({ channel: conversationObject(conversation, world) });
    },
  },
  'conversations.list': {
    tier: 2,
    token: 'bot',
    scopes: (args) => kinds(args).map((kind) => `${family[kind]}:read`),
    run(args, world) {
      const wanted = kinds(args);
      const found = world.conversations.all().filter((each) => {
        const mine = each.kind === 'channel' || each.members.includes(world.app.userId);
        return mine && wanted.includes(each.kind) && !(each.archived && args.flag('exclude_archived', false));
      });
      const channels = page(found, args, 1_000);
      if (channels === undefined) return refuse('invalid_cursor');
      return done({
        channels: channels.items.map((each) => conversationObject(each, world)),
        ...metadata(channels.next),
      });
    },
  },
  'conversations.members': {
    tier: 4,
    token: 'bot',
    scopes: scopeFor('read'),
    run(args, world) {
      const conversation = visible(args, world);
      if (conversation === undefined) return refuse('channel_not_found');
      const members = page(conversation.members, args, 1_000);
      return members === undefined
        ? refuse('invalid_cursor')
        : done({ members: members.items, ...metadata(members.next) });
    },
  },
  'conversations.history': {
    tier: 3,
    token: 'bot',
    scopes: scopeFor('history'),
    run(args, world) {
      const conversation = visible(args, world);
      if (conversation === undefined) return refuse('channel_not_found');
      if (!conversation.members.includes(world.app.userId)) return refuse('not_in_channel');
      const newestFirst = [...conversation.messages.values()].reverse();
      const messages = page(newestFirst, args, 999);
      if (messages === undefined) return refuse('invalid_cursor');
      const shown = messages.items.map((message) => messageObject(message, world.app));
      return done({ messages: shown, has_more: messages.next !== '', ...metadata(messages.next) });
    },
  },
};

function kinds(args: Args): Conversation['kind'][] {
  const types = args.has('types') ? args.text('types').split(',') : ['public_channel'];
  const named = { public_channel: 'channel', private_channel: 'private', im: 'im' } as const;
  return Object.entries(named).flatMap(([type, kind]) => (types.includes(type) ? [kind] : []));
}
