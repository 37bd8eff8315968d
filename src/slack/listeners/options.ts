/**
 * Choices of a person field: from memory, for internal people only. A look-up that fails offers nobody.
 */
import { addressOf } from '../cards/index.ts';
import { PERSON_ACTION, personOptions } from '../modals/index.ts';
import { arrivalOf, SuggestionBody } from '../wire.ts';
import { type Counter, listener } from './listener.ts';

const CHOICES = 25;

export const optionsListener = (counter: Counter) =>
  listener({
    body: SuggestionBody,
    arrival: (body) => arrivalOf(body, counter.workspace(), [body.block_id, body.action_id]),
    async act(body, arrival, ack) {
      if (body.action_id !== PERSON_ACTION || !(await counter.isInternal(arrival.from))) return ack({ options: [] });
      const typed = (body.value ?? '').slice(0, 100);
      const blockId = body.block_id ?? undefined;
      const choices = counter.desk().choices(typed, addressOf(blockId)?.app, CHOICES);
      const more = blockId === undefined ? { typed } : { typed, blockId };
      await ack({ options: personOptions(choices, more, counter.context()) });
    },
    sorry: () => ({ options: [] }),
  });
