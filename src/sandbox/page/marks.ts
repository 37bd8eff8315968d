// Who has read what: new messages and changed ones since a person last looked at a conversation.
// Refuses to know what a message says; it keeps a digest of each.

import { createHash } from 'node:crypto';
import type { ConversationSeen, MessageSeen, Screen } from '../slack/index.ts';

export type Unread = { readonly fresh: number; readonly changed: number };

export type Marks = {
  unread(screen: Screen, conversation: ConversationSeen): Unread;
  /** The person has seen everything that stands in the conversation now. */
  read(screen: Screen, conversation: ConversationSeen): void;
};

/** Tells two states of a message apart. */
export function digestOf(message: MessageSeen): string {
  return createHash('sha1')
    .update(JSON.stringify([message.text, message.blocks]))
    .digest('base64url')
    .slice(0, 12);
}

export function createMarks(): Marks {
  const seen = new Map<string, ReadonlyMap<string, string>>();
  const keyOf = (screen: Screen, conversation: ConversationSeen) => `${screen.person.id} ${conversation.id}`;
  return {
    unread(screen, conversation) {
      const known = seen.get(keyOf(screen, conversation));
      let fresh = 0;
      let changed = 0;
      for (const message of conversation.messages) {
        if (message.user === screen.person.id) continue;
        const digest = known?.get(message.ts);
        if (digest === undefined) fresh += 1;
        else if (digest !== digestOf(message)) changed += 1;
      }
      return { fresh, changed };
    },
    read(screen, conversation) {
      const now = new Map(conversation.messages.map((message) => [message.ts, digestOf(message)]));
      seen.set(keyOf(screen, conversation), now);
    },
  };
}
