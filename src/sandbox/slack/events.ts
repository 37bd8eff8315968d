// The Events API: app_home_opened, and Slack's three retries of an event nobody acknowledged. Knows the schedule, not the transport.
import { canAct, outcomeOf, type Stage, unsent } from './acts.ts';
import type { JsonObject, Outcome } from './contract.ts';
import type { Answer } from './delivery.ts';
import * as payloads from './payloads.ts';

export type Events = {
  openHome: (user: string, tab: 'home' | 'messages') => Promise<Outcome>;
  /** Forgets every retry that is waiting. */
  cancel: () => void;
};

export function createEvents(stage: Stage): Events {
  const { world, deliveries } = stage;
  const waiting = new Set<NodeJS.Timeout>();
  /** Raised by `cancel`: an attempt still under way then plans no further one. */
  let generation = 0;

  function retryLater(name: string, payload: JsonObject, failed: Answer, attempt: number): void {
    const delay = world.timing.eventRetries[attempt - 1];
    if (failed.error === undefined || failed.noRetry === true || delay === undefined) return;
    const planned = generation;
    const retry = { num: attempt, reason: failed.reason ?? 'unknown_error' };
    const again = async () => {
      const answer = await deliveries.send({ kind: 'events_api', name, payload, acceptsResponse: false, retry });
      if (generation === planned) retryLater(name, payload, answer, attempt + 1);
    };
    const timer = setTimeout(() => {
      waiting.delete(timer);
      void again();
    }, delay);
    timer.unref();
    waiting.add(timer);
  }

  return {
    async openHome(user, tab) {
      const person = world.people.get(user);
      if (!canAct(person)) return unsent('account_inactive');
      if (person.kind === 'external') return unsent('not_enabled');
      if (!world.manifest.hasEvent('app_home_opened')) return unsent('not_enabled');
      const channel = world.conversations.direct(user).id;
      const act = {
        person,
        channel,
        tab,
        view: world.modals.home(user),
        eventTs: world.mint.ts(),
        eventId: world.mint.id('Ev'),
      };
      const payload = payloads.homeOpenedPayload(world, act);
      const answer = await deliveries.send({
        kind: 'events_api',
        name: 'app_home_opened',
        payload,
        acceptsResponse: false,
      });
      retryLater('app_home_opened', payload, answer, 1);
      // Slack says nothing to the person when an event is not taken, not even an empty sentence.
      const { notice: _, ...seen } = outcomeOf(
        { ...stage, notices: { ...stage.notices, add: () => undefined } },
        user,
        answer,
        () => '',
      );
      return seen;
    },
    cancel() {
      generation += 1;
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}
