// What a person does in a modal: types, submits, closes; and what the app's response_action then does to the stack.
import { canAct, notify, outcomeOf, type Stage, unsent } from './acts.ts';
import type { InputValue, Json, Outcome } from './contract.ts';
import type { Answer } from './delivery.ts';
import { checkInputs, currentValues, fieldsOf, stateFor } from './inputs.ts';
import { isObject, objectOf, stringOf } from './json.ts';
import { isRefusal, type View } from './modals.ts';
import * as payloads from './payloads.ts';

const trouble = 'We had some trouble connecting. Try again?';

function visible({ world }: Stage, user: string, viewId: string): View | undefined {
  const top = world.modals.stack(user).at(-1);
  return top?.id === viewId ? top : undefined;
}

/** Fills input blocks; returns what the client says about values that an element does not offer. */
export function type(
  stage: Stage,
  user: string,
  viewId: string,
  values: Record<string, InputValue>,
): Record<string, string> {
  const view = visible(stage, user, viewId);
  if (view === undefined) throw new Error(`the view ${viewId} is not the one on ${user}'s screen`);
  const errors: Record<string, string> = {};
  const fields = fieldsOf(view.blocks);
  for (const [blockId, value] of Object.entries(values)) {
    const field = fields.find((each) => each.blockId === blockId);
    if (field === undefined) throw new Error(`the view has no block ${blockId}`);
    const state = stateFor(field.element, value, view.offered);
    if (state === undefined) errors[blockId] = 'This element offers no such choice.';
    else view.typed = { ...view.typed, [blockId]: { ...view.typed[blockId], [field.actionId]: state } };
  }
  stage.world.traffic.changed(user);
  return errors;
}

export async function submit(
  stage: Stage,
  user: string,
  viewId: string,
  values: Record<string, InputValue>,
): Promise<Outcome> {
  const { world, deliveries } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return unsent('account_inactive');
  const view = visible(stage, user, viewId);
  if (view === undefined || view.content.submit === undefined) return unsent('not_on_screen');
  const unknown = type(stage, user, viewId, values);
  view.errors = { ...checkInputs(view.blocks, currentValues(view.blocks, view.typed)), ...unknown };
  world.traffic.changed(user);
  if (Object.keys(view.errors).length > 0) return unsent('invalid_input', { errors: { ...view.errors } });
  const triggerId = world.modals.trigger(user, view.id);
  const name = `view_submission ${stringOf(view.content.callback_id)}`;
  const payload = payloads.submissionPayload(world, { person, view, triggerId });
  const answer = await deliveries.send({ kind: 'interactive', name, payload, acceptsResponse: true });
  const outcome = outcomeOf(stage, user, answer, () => trouble, triggerId);
  if (answer.error !== undefined) return outcome;
  const refused = respondTo(stage, view, answer);
  world.traffic.changed(user);
  if (refused !== undefined) return { ...outcome, error: 'invalid_response', notice: notify(stage, user, refused) };
  return Object.keys(view.errors).length === 0 ? outcome : { ...outcome, errors: { ...view.errors } };
}

/** Carries out `response_action`; returns why Slack refuses it. An empty acknowledgement closes the view. */
function respondTo({ world }: Stage, view: View, answer: Answer): string | undefined {
  const { modals } = world;
  // The person may have closed it, or the app opened another, while the answer was under way.
  if (modals.stack(view.user).at(-1) !== view) return undefined;
  if (answer.body === null || (isObject(answer.body) && Object.keys(answer.body).length === 0)) {
    modals.pop(view.user);
    return undefined;
  }
  const body = objectOf(answer.body);
  switch (body.response_action) {
    case 'errors':
      return showErrors(view, body.errors);
    case 'clear':
      modals.clear(view.user);
      return undefined;
    case 'update':
    case 'push': {
      const content = objectOf(body.view);
      const result = body.response_action === 'update' ? modals.replace(view, content) : modals.pushOnto(view, content);
      return isRefusal(result) ? [result.error, ...(result.messages ?? [])].join(' ') : undefined;
    }
    default:
      return trouble;
  }
}

/** Errors can stand under input blocks only; anything else makes Slack show a failure instead. */
function showErrors(view: View, value: Json | undefined): string | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return trouble;
  const inputs = new Set(
    view.blocks.filter((block) => block.type === 'input').map((block) => stringOf(block.block_id)),
  );
  for (const [blockId, words] of Object.entries(value))
    if (!inputs.has(blockId) || typeof words !== 'string') return trouble;
  view.errors = Object.fromEntries(Object.entries(value).map(([blockId, words]) => [blockId, stringOf(words)]));
  return undefined;
}

/** `cancel` closes the visible view, `all` (the ✕) the whole stack; the app hears of it only with `notify_on_close`. */
export async function closeView(stage: Stage, user: string, viewId: string, how: 'cancel' | 'all'): Promise<Outcome> {
  const { world, deliveries } = stage;
  const person = world.people.get(user);
  const view = visible(stage, user, viewId);
  if (view === undefined) return unsent('not_on_screen');
  const stack = world.modals.stack(user);
  const cleared = how === 'all' || view.content.clear_on_close === true;
  const closed = cleared ? (stack[0] ?? view) : view;
  const payload = payloads.closedPayload(world, { person, view: closed, cleared });
  if (cleared) world.modals.clear(user);
  else world.modals.pop(user);
  world.traffic.changed(user);
  if (closed.content.notify_on_close !== true || !world.manifest.interactive) return { status: 0, body: null, ms: 0 };
  const name = `view_closed ${stringOf(closed.content.callback_id)}`;
  return outcomeOf(
    stage,
    user,
    await deliveries.send({ kind: 'interactive', name, payload, acceptsResponse: false }),
    () => trouble,
  );
}
