// Everything one person sees in their Slack client, copied out of the workspace. Changes nothing.
import type { Stage } from './acts.ts';
import type { ConversationSeen, Screen } from './contract.ts';
import { type Conversation, messageSeen } from './conversations.ts';
import { viewSeen } from './modals.ts';

const order: Readonly<Record<Conversation['kind'], number>> = { im: 0, channel: 1, private: 2 };

export function screenOf({ world, notices }: Stage, user: string): Screen {
  const person = world.people.get(user);
  const mine = world.conversations
    .all()
    .filter((conversation) => conversation.members.includes(user))
    .sort((a, b) => order[a.kind] - order[b.kind]);
  const conversations: ConversationSeen[] = mine.map((conversation) => ({
    id: conversation.id,
    kind: conversation.kind,
    name: conversation.kind === 'im' ? world.app.appName : conversation.name,
    members: [...conversation.members],
    messages: [...conversation.messages.values()].map(messageSeen),
  }));
  const ephemerals = mine.flatMap((conversation) =>
    [...conversation.ephemerals.values()].filter((message) => message.onlyFor === user).map(messageSeen),
  );
  const home = world.modals.home(user);
  return {
    person: { ...person },
    conversations,
    ephemerals,
    views: world.modals.stack(user).map(viewSeen),
    home: home === undefined ? null : viewSeen(home),
    notices: notices.of(user),
  };
}
