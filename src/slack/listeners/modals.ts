/**
 * Submitted forms: values → errors on their fields, or one call of the desk and the acknowledgement that closes the form.
 * Who sent it comes from the payload's user; nothing in the view is authority.
 */
import { AccessError, type Refusal } from '../../access/errors.ts';
import { looksLikeSecret } from '../../access/secrets.ts';
import { replyMessage } from '../cards/index.ts';
import type { Ack } from '../intake.ts';
import {
  doneView,
  fieldErrors,
  MODALS,
  readAsk,
  readDeny,
  readHandOver,
  readIgnore,
  readRevokeAll,
  readWhose,
  refusedView,
  type SubmittedView,
} from '../modals/index.ts';
import { type Arrival, arrivalOf, ViewBody } from '../wire.ts';
import type { Words } from '../words.ts';
import { detailsForm } from './forms.ts';
import { type Counter, listener } from './listener.ts';

type Submitted = {
  readonly arrival: Arrival;
  readonly ack: Ack;
  readonly id: string;
  readonly view: SubmittedView;
};
type OnSubmit = (counter: Counter, submitted: Submitted) => Promise<void>;

/** Errors need a field to stand under: a view without any is of another version. */
const errors = ({ context }: Counter, found: Record<string, string>): object =>
  Object.keys(found).length > 0
    ? { response_action: 'errors', errors: found }
    : { response_action: 'update', view: refusedView({ code: 'no_such_request', request: '' }, context()) };
const CLEAR = { response_action: 'clear' };

const ask =
  (callbackId: string): OnSubmit =>
  async (counter, submitted) => {
    const { desk, context } = counter;
    const { arrival, ack, view } = submitted;
    const read = readAsk(callbackId, view, (value) => desk().chosen(value), context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    const refused = await desk().check(arrival.from, read.ok);
    const [first] = refused;
    if (first !== undefined) return onFields(counter, submitted, refused);
    let stored: Parameters<typeof doneView>[0] = { ask: read.ok };
    try {
      stored = await desk().submit(arrival.from, arrival.name, read.ok, { id: arrival.once });
    } catch (error) {
      const refusal = error instanceof AccessError ? error.refusal : undefined;
      if (refusal?.code === 'looks_like_secret' || refusal?.code === 'reason_too_long') {
        return onFields(counter, submitted, [{ field: 'reason', refusal }]);
      }
      if (refusal?.code !== 'repeated') throw error;
    }
    await ack({ response_action: 'update', view: doneView(stored, context()) });
  };

/** Each refusal under its field; one that has no field in this form takes the form's place. */
async function onFields(
  counter: Counter,
  { ack, view }: Submitted,
  refused: Parameters<typeof fieldErrors>[1],
): Promise<void> {
  const found = fieldErrors(view, refused, counter.context());
  const [first] = refused;
  if (Object.keys(found).length > 0 || first === undefined) return ack(errors(counter, found));
  await ack({ response_action: 'update', view: refusedView(first.refusal, counter.context()) });
}

/** The reason is stored with the work: a secret must not come that far. */
const secretIn = (reason: string): Refusal | undefined =>
  looksLikeSecret(reason) ? { code: 'looks_like_secret' } : undefined;

const ON_SUBMIT: Readonly<Record<string, OnSubmit>> = {
  [MODALS.request]: ask(MODALS.request),
  [MODALS.revoke]: ask(MODALS.revoke),
  [MODALS.provision]: ask(MODALS.provision),
  [MODALS.disable]: ask(MODALS.disable),
  [MODALS.enable]: ask(MODALS.enable),
  [MODALS.update]: ask(MODALS.update),
  [MODALS.updateWhose]: async (counter, { arrival, ack, id, view }) => {
    const read = readWhose(view, (value) => counter.desk().chosen(value), counter.context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    await counter.intake.turn(arrival, ack, id, detailsForm(counter, arrival, read.ok));
  },
  [MODALS.adopt]: ask(MODALS.adopt),
  [MODALS.ignore]: async (counter, submitted) => {
    const { arrival, ack, view } = submitted;
    const read = readIgnore(view, counter.context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    const refusal = secretIn(read.ok.reason);
    if (refusal !== undefined) return onFields(counter, submitted, [{ field: 'reason', refusal }]);
    await counter.intake.accept(arrival, ack, { do: 'drift', how: 'ignore', ...read.ok }, CLEAR);
  },
  [MODALS.deny]: async (counter, submitted) => {
    const { arrival, ack, view } = submitted;
    const read = readDeny(view, counter.context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    const refusal = secretIn(read.ok.reason);
    if (refusal !== undefined) return onFields(counter, submitted, [{ field: 'reason', refusal }]);
    await counter.intake.accept(arrival, ack, { do: 'decide', verdict: 'deny', seen: 'card', ...read.ok }, CLEAR);
  },
  [MODALS.handover]: async (counter, submitted) => {
    const { arrival, ack, view } = submitted;
    const read = readHandOver(view, (value) => counter.desk().chosen(value), counter.context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    const refusal = secretIn(read.ok.reason);
    if (refusal !== undefined) return onFields(counter, submitted, [{ field: 'reason', refusal }]);
    await counter.intake.accept(arrival, ack, { do: 'hand_over', ...read.ok }, CLEAR);
  },
  [MODALS.revokeAll]: async (counter, { arrival, ack, view }) => {
    const read = readRevokeAll(view, counter.context());
    if (read.errors !== undefined) return ack(errors(counter, read.errors));
    await counter.intake.accept(arrival, ack, { do: 'revoke_all', ...read.ok }, CLEAR);
  },
};

export const modalListener = (counter: Counter, words: Words) =>
  listener({
    body: ViewBody,
    arrival: (body) => arrivalOf(body, counter.workspace(), [body.view.id]),
    async act({ view }, arrival, ack) {
      const submit = ON_SUBMIT[view.callback_id ?? ''];
      if (submit === undefined) {
        const { blocks } = replyMessage({ kind: 'stale_button' }, counter.context());
        const stale = refusedView({ code: 'no_such_request', request: '' }, counter.context());
        return ack({ response_action: 'update', view: { ...stale, blocks } });
      }
      await submit(counter, {
        arrival,
        ack,
        id: view.id,
        view: {
          state: { values: view.state?.values ?? {} },
          ...(typeof view.private_metadata === 'string' ? { private_metadata: view.private_metadata } : {}),
          ...(view.blocks ? { blocks: view.blocks } : {}),
        },
      });
    },
    sorry: (error) => ({ response_action: 'update', view: words.view(error, { form: true }) }),
  });
