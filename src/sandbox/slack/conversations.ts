// Conversations and the messages in them, ephemeral ones apart. Knows who may see what; knows nothing of requests or limits.

import { elementsOf, withInner } from './blocks/check.ts';
import type { Channel, JsonObject, MessageSeen } from './contract.ts';
import type { Installation, Mint } from './identity.ts';
import type { Offered, Values } from './inputs.ts';
import { stringOf } from './json.ts';

const keptMessages = 2_000;

export type Message = {
  channel: string;
  ts: string;
  user: string;
  /** Set for messages of the app. */
  botId?: string;
  text: string;
  blocks: JsonObject[];
  editedTs?: string;
  threadTs?: string;
  /** The only person who sees it. */
  onlyFor?: string;
  /** What each person has picked in the message without sending it. */
  typed: Map<string, Values>;
  /** What external selects in it were last offered. */
  offered: Offered;
};

export type Conversation = {
  id: string;
  kind: 'im' | 'channel' | 'private';
  name: string;
  members: string[];
  shared?: 'external' | 'pending';
  archived: boolean;
  messages: Map<string, Message>;
  ephemerals: Map<string, Message>;
};

export type Draft = { user: string; botId?: string; text: string; blocks: JsonObject[]; threadTs?: string };

export type Conversations = {
  find: (id: string) => Conversation | undefined;
  /** Direct messages between a person and the app, opened when missing. */
  direct: (user: string) => Conversation;
  all: () => Conversation[];
  post: (conversation: Conversation, draft: Draft) => Message;
  postEphemeral: (conversation: Conversation, onlyFor: string, draft: Draft) => Message;
  /** The message as this person sees it in the newest state, ephemeral ones of theirs included. */
  seen: (user: string, channel: string, ts: string) => Message | undefined;
  remove: (message: Message) => void;
  update: (id: string, change: Partial<Omit<Channel, 'id'>>) => void;
  channels: () => Channel[];
  reset: () => void;
};

/** Blocks as stored: Slack names the blocks and elements that the app left unnamed. */
export function named(blocks: JsonObject[], mint: Mint): JsonObject[] {
  const copy = structuredClone(blocks);
  for (const block of copy.flatMap(withInner)) {
    if (stringOf(block.block_id) === '') block.block_id = mint.blockId();
    for (const element of elementsOf(block)) if (stringOf(element.action_id) === '') element.action_id = mint.blockId();
  }
  return copy;
}

function fromSeed(channel: Channel): Conversation {
  return {
    id: channel.id,
    kind: channel.private === true ? 'private' : 'channel',
    name: channel.name,
    members: [...channel.members],
    ...(channel.shared === undefined ? {} : { shared: channel.shared }),
    archived: channel.archived === true,
    messages: new Map(),
    ephemerals: new Map(),
  };
}

export function createConversations(seed: readonly Channel[], app: Installation, mint: Mint): Conversations {
  const conversations = new Map<string, Conversation>();
  const reset = () => {
    conversations.clear();
    for (const channel of seed) conversations.set(channel.id, fromSeed(channel));
  };
  reset();

  function keep(store: Map<string, Message>, message: Message): Message {
    store.set(message.ts, message);
    const oldest = store.keys().next().value;
    if (store.size > keptMessages && oldest !== undefined) store.delete(oldest);
    return message;
  }

  function written(conversation: Conversation, draft: Draft): Message {
    return {
      ...draft,
      channel: conversation.id,
      ts: mint.ts(),
      blocks: named(draft.blocks, mint),
      typed: new Map(),
      offered: new Map(),
    };
  }

  return {
    reset,
    find: (id) => conversations.get(id),
    all: () => [...conversations.values()],
    direct(user) {
      const id = `D${user.slice(1)}`;
      const known = conversations.get(id);
      if (known !== undefined) return known;
      const im: Conversation = {
        id,
        kind: 'im',
        name: 'directmessage',
        members: [user, app.userId],
        archived: false,
        messages: new Map(),
        ephemerals: new Map(),
      };
      conversations.set(id, im);
      return im;
    },
    post: (conversation, draft) => keep(conversation.messages, written(conversation, draft)),
    postEphemeral: (conversation, onlyFor, draft) =>
      keep(conversation.ephemerals, { ...written(conversation, draft), onlyFor }),
    seen(user, channel, ts) {
      const conversation = conversations.get(channel);
      if (conversation === undefined || !conversation.members.includes(user)) return undefined;
      const ephemeral = conversation.ephemerals.get(ts);
      return conversation.messages.get(ts) ?? (ephemeral?.onlyFor === user ? ephemeral : undefined);
    },
    remove(message) {
      const conversation = conversations.get(message.channel);
      conversation?.messages.delete(message.ts);
      conversation?.ephemerals.delete(message.ts);
    },
    update(id, change) {
      const conversation = conversations.get(id);
      if (conversation === undefined || conversation.kind === 'im') throw new Error(`no channel ${id}`);
      if (change.name !== undefined) conversation.name = change.name;
      if (change.members !== undefined) conversation.members = [...change.members];
      if (change.private !== undefined) conversation.kind = change.private ? 'private' : 'channel';
      if (change.archived !== undefined) conversation.archived = change.archived;
      if ('shared' in change) {
        if (change.shared === undefined) delete conversation.shared;
        else conversation.shared = change.shared;
      }
    },
    channels: () => [...conversations.values()].filter((conversation) => conversation.kind !== 'im').map(channelOf),
  };
}

function channelOf(conversation: Conversation): Channel {
  return {
    id: conversation.id,
    name: conversation.name,
    members: [...conversation.members],
    private: conversation.kind === 'private',
    archived: conversation.archived,
    ...(conversation.shared === undefined ? {} : { shared: conversation.shared }),
  };
}

/** A message object ({@link https://docs.slack.dev/reference/events/message}). */
export function messageObject(message: Message, app: Installation): JsonObject {
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: app.teamId,
    ...(message.botId === undefined ? {} : { bot_id: message.botId, app_id: app.appId }),
    ...(message.blocks.length === 0 ? {} : { blocks: structuredClone(message.blocks) }),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  };
}

export function messageSeen(message: Message): MessageSeen {
  return {
    channel: message.channel,
    ts: message.ts,
    user: message.user,
    text: message.text,
    blocks: structuredClone(message.blocks),
    edited: message.editedTs !== undefined,
    ephemeral: message.onlyFor !== undefined,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
  };
}
