// chat.*: posting, changing and deleting messages of the app, with Slack's refusals. Knows no HTTP and no people beyond their ids.
import { checkMessageBlocks } from '../blocks/check.ts';
import { counts } from '../blocks/limits.ts';
import type { JsonObject } from '../contract.ts';
import { type Conversation, type Message, messageObject, named } from '../conversations.ts';
import { objectsOf } from '../json.ts';
import type { World } from '../world.ts';
import { type Args, done, type Method, type Methods, missingField, type Reply, refuse, refuseWith } from './method.ts';

const writes = () => ['chat:write'];

type Content = { text: string; blocks: JsonObject[] | undefined };

/** Text and blocks of a call; a reply when Slack would refuse them. `blocks` is undefined when the call has none. */
export function readContent(all: Args): Content | Reply {
  const text = Array.from(all.text('text')).slice(0, counts.messageText).join('');
  if (!all.has('blocks') || all.all.blocks === null) return { text, blocks: undefined };
  const blocks = all.json('blocks');
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format');
  const messages = checkMessageBlocks(blocks);
  if (messages.length > 0) return refuseWith('invalid_blocks', messages);
  if (JSON.stringify(blocks).length > counts.messageBlocksJson) return refuse('msg_blocks_too_long');
  return { text, blocks: objectsOf(blocks) };
}

export function isReply(content: Content | Conversation | Message | Reply): content is Reply {
  return 'ok' in content;
}

/** Where a post goes: a channel id, or a person's id for the direct messages with the app. */
function target(id: string, world: World): Conversation | Reply {
  const { conversations, people, app } = world;
  const person = people.find(id);
  if (person !== undefined) {
    const reachable = person.kind !== 'deactivated' && person.kind !== 'bot';
    return reachable
      ? conversations.direct(person.id)
      : refuse(person.kind === 'bot' ? 'cannot_dm_bot' : 'channel_not_found');
  }
  const conversation = conversations.find(id);
  if (conversation === undefined) return refuse('channel_not_found');
  if (conversation.archived) return refuse('is_archived');
  if (conversation.members.includes(app.userId)) return conversation;
  if (conversation.kind !== 'channel') return refuse('channel_not_found');
  return app.scopes.has('chat:write.public') ? conversation : refuse('not_in_channel');
}

/** A message by conversation id (never a person's id) and ts. */
function existing(args: Args, world: World): Message | Reply {
  const conversation = world.conversations.find(args.text('channel'));
  const inside =
    conversation !== undefined && (conversation.kind === 'channel' || conversation.members.includes(world.app.userId));
  if (!inside) return refuse('channel_not_found');
  return conversation.messages.get(args.text('ts')) ?? refuse('message_not_found');
}

function everyoneIn(conversation: Conversation, world: World): void {
  for (const member of conversation.members) if (member !== world.app.userId) world.traffic.changed(member);
}

const postMessage: Method = {
  tier: 'special',
  token: 'bot',
  scopes: writes,
  // A person's id and their direct messages are one place.
  postsTo: (args) => args.text('channel').replace(/^[UW]/, 'D'),
  run(args, world) {
    const content = readContent(args);
    if (isReply(content)) return content;
    const conversation = target(args.text('channel'), world);
    if (isReply(conversation)) return conversation;
    const blocks = content.blocks ?? [];
    if (content.text === '' && blocks.length === 0) return refuse('no_text');
    const threadTs = args.text('thread_ts');
    if (threadTs !== '' && !conversation.messages.has(threadTs)) return refuse('thread_not_found');
    const message = world.conversations.post(conversation, {
      user: world.app.userId,
      botId: world.app.botId,
      text: content.text,
      blocks,
      ...(threadTs === '' ? {} : { threadTs }),
    });
    everyoneIn(conversation, world);
    return done({ channel: conversation.id, ts: message.ts, message: messageObject(message, world.app) });
  },
};

const postEphemeral: Method = {
  tier: 4,
  token: 'bot',
  scopes: writes,
  run(args, world) {
    const content = readContent(args);
    if (isReply(content)) return content;
    // Ephemeral messages go to a conversation, never to a person's id.
    if (world.people.find(args.text('channel')) !== undefined) return refuse('channel_not_found');
    const conversation = target(args.text('channel'), world);
    if (isReply(conversation)) return conversation;
    const blocks = content.blocks ?? [];
    if (content.text === '' && blocks.length === 0) return refuse('no_text');
    const user = args.text('user');
    if (world.people.find(user) === undefined) return refuse('user_not_found');
    if (!conversation.members.includes(user)) return refuse('user_not_in_channel');
    const draft = { user: world.app.userId, botId: world.app.botId, text: content.text, blocks };
    const message = world.conversations.postEphemeral(conversation, user, draft);
    world.traffic.changed(user);
    return done({ message_ts: message.ts });
  },
};

const update: Method = {
  tier: 3,
  token: 'bot',
  scopes: writes,
  run(args, world) {
    const content = readContent(args);
    if (isReply(content)) return content;
    if (!args.has('ts')) return missingField('ts');
    const message = existing(args, world);
    if (isReply(message)) return message;
    if (message.botId !== world.app.botId) return refuse('cant_update_message');
    if (content.text === '' && content.blocks === undefined) return refuse('no_text');
    if (content.text === '' && content.blocks?.length === 0) return refuse('no_text');
    message.text = content.text;
    // Without `blocks` the old ones stay, live buttons included.
    if (content.blocks !== undefined) message.blocks = named(content.blocks, world.mint);
    message.editedTs = world.mint.ts();
    const conversation = world.conversations.find(message.channel);
    if (conversation !== undefined) everyoneIn(conversation, world);
    return done({
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: messageObject(message, world.app),
    });
  },
};

const remove: Method = {
  tier: 3,
  token: 'bot',
  scopes: writes,
  run(args, world) {
    const message = existing(args, world);
    if (isReply(message)) return message;
    if (message.botId !== world.app.botId) return refuse('cant_delete_message');
    world.conversations.remove(message);
    const conversation = world.conversations.find(message.channel);
    if (conversation !== undefined) everyoneIn(conversation, world);
    return done({ channel: message.channel, ts: message.ts });
  },
};

const getPermalink: Method = {
  tier: 'special',
  token: 'bot',
  run(args, world) {
    const conversation = world.conversations.find(args.text('channel'));
    if (conversation === undefined) return refuse('channel_not_found');
    const ts = args.text('message_ts');
    if (!conversation.messages.has(ts)) return refuse('message_not_found');
    const permalink = `https://${world.app.teamDomain}.slack.com/archives/${conversation.id}/p${ts.replace('.', '')}`;
    return done({ channel: conversation.id, permalink });
  },
};

export const chatMethods: Methods = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};
