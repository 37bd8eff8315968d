/**
 * What a listener is: which payload it reads, who sent it, what is done, and how "no" is said in the acknowledgement.
 * Knows no payload itself.
 */
import type { z } from 'zod';
import type { SlackId } from '../../access/people.ts';
import type { People } from '../../access/ports.ts';
import type { AppOffer, Desk } from '../../access/service/desk.ts';
import type { CardContext, Message } from '../cards/index.ts';
import type { Ack, Intake } from '../intake.ts';
import type { Arrival, Workspace } from '../wire.ts';

/** What listeners need of the world. */
export interface Counter {
  readonly desk: () => Desk;
  readonly people: People;
  readonly intake: Intake;
  readonly context: () => CardContext;
  readonly workspace: () => Workspace;
  readonly offers: () => readonly AppOffer[];
  readonly isInternal: (slack: SlackId) => Promise<boolean>;
}

export interface Listener<S extends z.ZodType> {
  readonly body: S;
  arrival(body: z.output<S>): Arrival;
  act(body: z.output<S>, arrival: Arrival, ack: Ack): Promise<void>;
  /** The acknowledgement that carries bad news. Absent: it is told after an empty one. */
  readonly sorry?: (error: unknown, message: () => Message) => object;
}

/** A listener whose payload type only it knows. */
export type AnyListener = Listener<z.ZodType>;

/** Keeps the payload's type inside: what is parsed by `body` is what `arrival` and `act` are given. */
export const listener = <S extends z.ZodType>(made: Listener<S>): AnyListener => ({
  body: made.body,
  arrival: (body) => made.arrival(made.body.parse(body)),
  act: (body, arrival, ack) => made.act(made.body.parse(body), arrival, ack),
  ...(made.sorry === undefined ? {} : { sorry: made.sorry }),
});

/** A message only the person sees, as the acknowledgement of a command. */
export const ephemeral = (message: Message): object => ({ response_type: 'ephemeral', ...message });
