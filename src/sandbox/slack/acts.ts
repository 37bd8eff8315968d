// What the acts of a person have in common: who may act at all, what the client shows when something fails. Knows no act in particular.
import type { JsonObject, Outcome, Person } from './contract.ts';
import type { Conversation } from './conversations.ts';
import type { Answer, Deliveries } from './delivery.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { World } from './world.ts';

const keptNotices = 50;

export type Notices = { add(user: string, words: string): void; of(user: string): string[]; clear(): void };

export function createNotices(): Notices {
  const notices = new Map<string, string[]>();
  return {
    add(user, words) {
      notices.set(user, [...(notices.get(user) ?? []).slice(1 - keptNotices), words]);
    },
    of: (user) => [...(notices.get(user) ?? [])],
    clear: () => notices.clear(),
  };
}

export type Stage = { world: World; deliveries: Deliveries; responseUrls: ResponseUrls; notices: Notices };

/** The client stopped the act, or there was nothing to act on: nothing reached the app. */
export function unsent(error: string, extra: Partial<Outcome> = {}): Outcome {
  return { status: 0, body: null, ms: 0, error, ...extra };
}

/** The app's answer as the client shows it; `words` is the sentence for a failure. */
export function outcomeOf(
  stage: Stage,
  user: string,
  answer: Answer,
  words: (error: string) => string,
  triggerId?: string,
): Outcome {
  const trigger = triggerId === undefined ? {} : { triggerId };
  const base = { status: answer.status, body: answer.body, ms: answer.ms, deliveryId: answer.deliveryId, ...trigger };
  if (answer.error === undefined) return base;
  return { ...base, error: answer.error, notice: notify(stage, user, words(answer.error)) };
}

export function notify({ world, notices }: Stage, user: string, words: string): string {
  notices.add(user, words);
  world.traffic.changed(user);
  return words;
}

/** Deactivated people cannot open Slack, and bots have no hands. */
export function canAct(person: Person): boolean {
  return person.kind !== 'deactivated' && person.kind !== 'bot';
}

/** The conversation, if this person is in it. */
export function joined(world: World, person: Person, channel: string): Conversation | undefined {
  const conversation = world.conversations.find(channel);
  return conversation?.members.includes(person.id) ? conversation : undefined;
}

export function confirmOf(element: JsonObject): JsonObject | undefined {
  const confirm = element.confirm;
  return typeof confirm === 'object' && confirm !== null && !Array.isArray(confirm)
    ? structuredClone(confirm)
    : undefined;
}
