/**
 * The order in which anything a person does is taken: stored, acknowledged, carried out, answered.
 * Nothing that waits for a network stands before the acknowledgement; nothing acknowledged is lost.
 */
import type { ModalView } from '@slack/types';
import { AccessError } from '../access/errors.ts';
import type { Desk } from '../access/service/desk.ts';
import type { Answers } from './answers.ts';
import type { SlackApi } from './api.ts';
import type { Message } from './cards/index.ts';
import { errorFields, type Log } from './log.ts';
import type { Replies } from './replies.ts';
import type { Arrival } from './wire.ts';
import type { Words } from './words.ts';
import { Work } from './work.ts';

/** How long this process has before the job that answers in its stead is due: longer than anything it does takes. */
const ANSWER_AFTER_MS = 30_000;

/** Bolt's `ack`, as far as it is used: at most once. */
export type Ack = (answer?: object) => Promise<void>;

type Draft<W> = W extends Work ? Omit<W, 'from' | 'name' | 'channel'> : never;
/** Work without who is owed the answer: that comes from the arrival. */
export type NewWork = Draft<Work>;

/** A modal to be opened: at once as far as it is known, finished by `complete`. */
export interface Opening {
  readonly view: ModalView;
  readonly complete?: () => Promise<ModalView | undefined>;
}

export interface Intake {
  /** Stores the work, acknowledges, carries it out, tells the person what came of it. */
  accept(arrival: Arrival, ack: Ack, work: NewWork, acknowledgement?: object): Promise<void>;
  /** Stores that a form is owed, acknowledges, opens it with the trigger at once. */
  open(arrival: Arrival, ack: Ack, opening: Opening): Promise<void>;
  /** The same in place of the view that was just sent. */
  turn(arrival: Arrival, ack: Ack, viewId: string, opening: Opening): Promise<void>;
  /** Tells the person privately. @throws SlackFailure */
  tell(arrival: Arrival, message: Message): Promise<void>;
  /** Tells the person what went wrong; never throws. */
  excuse(arrival: Arrival, error: unknown): Promise<void>;
  /**
   * Carries out stored work whose process died.
   * @throws what kept the person from being told: the job tries again.
   */
  answer(once: string, stored: unknown): Promise<void>;
}

export function createIntake({
  desk,
  api,
  answers,
  replies,
  words,
  log,
}: {
  desk: () => Desk;
  /** Interactive client. */
  api: SlackApi;
  answers: Answers;
  replies: Replies;
  words: Words;
  log: Log;
}): Intake {
  /** Work being carried out by this process: its job has nothing to add. Resolves to whether the person was answered. */
  const live = new Map<string, Promise<boolean>>();

  const tell = (arrival: Pick<Arrival, 'from' | 'once' | 'channel'>, message: Message) =>
    replies.tell(arrival.from, message, { once: arrival.once, channel: arrival.channel });

  /** @returns false when these very bytes were accepted before. */
  async function store(arrival: Arrival, work: NewWork): Promise<boolean> {
    const owed = {
      from: arrival.from,
      name: arrival.name,
      ...(arrival.channel === undefined ? {} : { channel: arrival.channel }),
    };
    try {
      await desk().receive(arrival.once, Work.parse({ ...work, ...owed }), ANSWER_AFTER_MS);
      return true;
    } catch (error) {
      if (error instanceof AccessError && error.refusal.code === 'repeated') return false;
      throw error;
    }
  }

  /** Stores and acknowledges, then runs `act` and forgets the job once the person has got an answer. */
  async function take(
    arrival: Arrival,
    ack: Ack,
    work: NewWork,
    act: () => Promise<Message | undefined>,
    acknowledgement?: object,
  ): Promise<void> {
    const done = Promise.withResolvers<boolean>();
    let answered = false;
    // Known as live before it is stored: the job must not overtake a slow commit.
    const mine = !live.has(arrival.once);
    if (mine) live.set(arrival.once, done.promise);
    try {
      if (!(await store(arrival, work))) return await ack(acknowledgement);
      replies.remember(arrival.once, arrival.responseUrl);
      await ack(acknowledgement);
      const message = await act().catch((error: unknown) => words.of(error, { once: arrival.once, work: work.do }));
      if (message !== undefined) await tell(arrival, message);
      answered = true;
      await desk().answered(arrival.once);
    } finally {
      if (mine) live.delete(arrival.once);
      done.resolve(answered);
    }
  }

  async function show(arrival: Arrival, { view, complete }: Opening): Promise<Message | undefined> {
    if (arrival.trigger === undefined) throw new Error('nothing to open a form with');
    return finish(arrival, await api.openView(arrival.trigger, view), complete);
  }

  async function finish(arrival: Arrival, viewId: string, complete: Opening['complete']): Promise<undefined> {
    const about = { once: arrival.once };
    if (complete === undefined) return undefined;
    const next = await complete().catch((error: unknown) => words.view(error, about));
    if (next === undefined) return undefined;
    // Closed or sent meanwhile: nobody is waiting for it.
    await api
      .updateView(viewId, next)
      .catch((error: unknown) => log.info({ ...about, ...errorFields(error) }, 'a view was not updated'));
    return undefined;
  }

  return {
    accept: (arrival, ack, work, acknowledgement) =>
      take(
        arrival,
        ack,
        work,
        () =>
          answers.carryOut(
            Work.parse({ ...work, from: arrival.from, name: arrival.name, channel: arrival.channel }),
            arrival.once,
            false,
          ),
        acknowledgement,
      ),
    open: (arrival, ack, opening) => take(arrival, ack, { do: 'form' }, () => show(arrival, opening)),
    turn: (arrival, ack, viewId, { view, complete }) =>
      take(arrival, ack, { do: 'form' }, () => finish(arrival, viewId, complete), { response_action: 'update', view }),
    async tell(arrival, message) {
      replies.remember(arrival.once, arrival.responseUrl);
      await tell(arrival, message);
    },
    async excuse(arrival, error) {
      replies.remember(arrival.once, arrival.responseUrl);
      try {
        await tell(arrival, words.of(error, { once: arrival.once }));
      } catch (failed) {
        log.error({ once: arrival.once, ...errorFields(failed) }, 'nobody could be told');
      }
    },
    async answer(once, stored) {
      const running = live.get(once);
      if (running !== undefined) {
        if (await running) return;
        throw new Error('the answer did not get through');
      }
      const work = Work.safeParse(stored);
      if (!work.success) {
        log.error({ once }, 'stored work cannot be read and is dropped');
        return;
      }
      const { from, channel } = work.data;
      const message = await answers
        .carryOut(work.data, once, true)
        .catch((error: unknown) => words.of(error, { once, work: work.data.do }));
      if (message !== undefined) await replies.tell(from, message, { once, channel });
    },
  };
}
