// What a person does outside modals: commands, clicks, typing into external selects, shortcuts, opening the Home tab.
// Checks what Slack's client and servers check, then delivers. Knows nothing of the app's answers but where they belong.
import { canAct, confirmOf, joined, notify, outcomeOf, type Stage, unsent } from './acts.ts';
import type { ClickTarget, JsonObject, Outcome, Person, SuggestTarget } from './contract.ts';
import type { Conversation, Message } from './conversations.ts';
import type { Answer } from './delivery.ts';
import { actionFor, currentValues, type Field, fieldsOf, type Offered, stateFor, type Values } from './inputs.ts';
import { isObject, lengthOf, objectOf, objectsOf, stringOf } from './json.ts';
import { escapeTyped } from './mentions.ts';
import type { View } from './modals.ts';
import * as payloads from './payloads.ts';

const trouble = () => 'Something went wrong. Please try again.';

/** `/command text` as typed. */
export async function command(stage: Stage, user: string, line: string, channel?: string): Promise<Outcome> {
  const { world, deliveries, responseUrls } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return unsent('account_inactive');
  const conversation = channel === undefined ? world.conversations.direct(user) : joined(world, person, channel);
  if (conversation === undefined) return unsent('not_in_channel');
  const [, name = '', text = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
  const declared = world.manifest.command(name);
  // The app is not installed for people of another workspace: Slack does not know its commands there.
  if (declared === undefined || person.kind === 'external' || !world.app.scopes.has('commands')) {
    return unsent('not_a_command', { notice: notify(stage, user, `${name} is not a valid command.`) });
  }
  const triggerId = world.modals.trigger(user);
  const responseUrl = responseUrls.issue({ user, channel: conversation.id });
  const sent = declared.escape ? escapeTyped(text.trim(), directoryOf(stage)) : text.trim();
  const payload = payloads.commandPayload(world, {
    person,
    conversation,
    command: name,
    text: sent,
    triggerId,
    responseUrl,
  });
  const answer = await deliveries.send({ kind: 'slash_commands', name, payload, acceptsResponse: true });
  if (answer.error === undefined && answer.body !== null) {
    const content: JsonObject = isObject(answer.body) ? answer.body : { text: stringOf(answer.body) };
    const refused = responseUrls.respond({ user, channel: conversation.id }, content);
    if (refused !== undefined) {
      const words = notify(stage, user, `${name} failed with the error "${refused}"`);
      return { ...outcomeOf(stage, user, answer, trouble, triggerId), error: 'invalid_response', notice: words };
    }
  }
  return outcomeOf(stage, user, answer, (error) => `${name} failed with the error "${error}"`, triggerId);
}

function directoryOf({ world }: Stage) {
  const channels = world.conversations.channels();
  return {
    personById: world.people.find,
    personByName: world.people.byName,
    channelById: (id: string) => channels.find((channel) => channel.id === id),
    channelByName: (name: string) => channels.find((channel) => channel.name === name),
  };
}

type Place = { message: Message; conversation: Conversation } | { view: View };

/** What the person is looking at, in its newest state; undefined when it is not on their screen. */
function placeOf({ world }: Stage, person: Person, target: SuggestTarget): Place | undefined {
  if ('viewId' in target) {
    const top = world.modals.stack(person.id).at(-1);
    const home = world.modals.home(person.id);
    const view = [top, home].find((each) => each?.id === target.viewId);
    return view === undefined ? undefined : { view };
  }
  const conversation = joined(world, person, target.channel);
  const message = world.conversations.seen(person.id, target.channel, target.ts);
  return conversation === undefined || message === undefined ? undefined : { message, conversation };
}

function blocksOf(place: Place): JsonObject[] {
  return 'view' in place ? place.view.blocks : place.message.blocks;
}

function typedIn(place: Place, user: string): Values {
  return 'view' in place ? place.view.typed : (place.message.typed.get(user) ?? {});
}

function fieldIn(place: Place, actionId: string, blockId?: string): Field | undefined {
  const found = fieldsOf(blocksOf(place)).filter(
    (each) => each.actionId === actionId && (blockId === undefined || each.blockId === blockId),
  );
  if (found.length > 1) throw new Error(`several elements have the action_id ${actionId}: name the block_id`);
  return found[0];
}

function offeredIn(place: Place): Offered {
  return 'view' in place ? place.view.offered : place.message.offered;
}

function keepTyped(place: Place, user: string, field: Field, state: JsonObject): void {
  const typed = typedIn(place, user);
  const next = { ...typed, [field.blockId]: { ...typed[field.blockId], [field.actionId]: state } };
  if ('view' in place) place.view.typed = next;
  else place.message.typed.set(user, next);
}

/** Presses a button or picks from a select that stands in the newest state of a message or view. */
export async function click(stage: Stage, user: string, target: ClickTarget): Promise<Outcome> {
  const { world } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return unsent('account_inactive');
  const place = placeOf(stage, person, target);
  const field = place === undefined ? undefined : fieldIn(place, target.actionId, target.blockId);
  if (place === undefined || field === undefined) return unsent('not_on_screen');
  const action = actionFor(field, target.value, offeredIn(place), world.mint.ts());
  if (action === undefined) return unsent('not_on_screen', { notice: 'This element offers no such choice.' });
  const confirm = confirmOf(field.element);
  if (confirm !== undefined && target.confirmed !== true) return unsent('confirm_required', { confirm });
  const state = stateFor(field.element, target.value ?? null, offeredIn(place));
  if (state !== undefined) keepTyped(place, user, field, state);
  world.traffic.changed(user);
  // A field of an input block says nothing to the app until it is submitted, unless it dispatches.
  if (field.block.type === 'input' && field.block.dispatch_action !== true) return { status: 0, body: null, ms: 0 };
  if (!world.manifest.interactive) return unsent('not_enabled');
  return sendAction(stage, person, place, action);
}

async function sendAction(stage: Stage, person: Person, place: Place, action: JsonObject): Promise<Outcome> {
  const { world, deliveries, responseUrls } = stage;
  const user = person.id;
  const inModal = 'view' in place && place.view.kind === 'modal';
  const triggerId = world.modals.trigger(user, inModal ? place.view.id : undefined);
  const payload =
    'view' in place
      ? payloads.viewActionsPayload(world, { person, view: place.view, action, triggerId })
      : payloads.messageActionsPayload(world, {
          person,
          ...place,
          values: currentValues(place.message.blocks, typedIn(place, user)),
          action,
          triggerId,
          responseUrl: responseUrls.issue({ user, channel: place.conversation.id, message: place.message }),
        });
  const name = `block_actions ${stringOf(action.action_id)}`;
  const answer = await deliveries.send({ kind: 'interactive', name, payload, acceptsResponse: false });
  return outcomeOf(stage, user, answer, trouble, triggerId);
}

/** Types into an external select and waits for its options. */
export async function suggest(
  stage: Stage,
  user: string,
  target: SuggestTarget,
  actionId: string,
  query: string,
): Promise<Outcome & { options: JsonObject[] }> {
  const { world, deliveries } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return { ...unsent('account_inactive'), options: [] };
  const place = placeOf(stage, person, target);
  const field = place === undefined ? undefined : fieldIn(place, actionId);
  const external = field !== undefined && stringOf(field.element.type).endsWith('external_select');
  if (place === undefined || field === undefined || !external) return { ...unsent('not_on_screen'), options: [] };
  const least = typeof field.element.min_query_length === 'number' ? field.element.min_query_length : 3;
  if (lengthOf(query) < least)
    return { ...unsent('invalid_input', { notice: `Type at least ${least} characters.` }), options: [] };
  if (!world.manifest.interactive) return { ...unsent('not_enabled'), options: [] };
  const payload = payloads.suggestionPayload(world, { person, ...place, blockId: field.blockId, actionId, query });
  const answer = await deliveries.send({
    kind: 'interactive',
    name: `block_suggestion ${actionId}`,
    payload,
    acceptsResponse: true,
  });
  const outcome = outcomeOf(stage, user, answer, () => 'Couldn’t load results.');
  if (outcome.error !== undefined) return { ...outcome, options: [] };
  const options = readOptions(answer);
  if (options === undefined) {
    return {
      ...outcome,
      error: 'invalid_response',
      notice: notify(stage, user, 'Couldn’t load results.'),
      options: [],
    };
  }
  offeredIn(place).set(actionId, [...(offeredIn(place).get(actionId) ?? []).slice(-500), ...options]);
  return { ...outcome, options: structuredClone(options) };
}

/** At most 100 options, or 100 groups of them, each with text and value within their limits. */
function readOptions(answer: Answer): JsonObject[] | undefined {
  const body = objectOf(answer.body);
  const groups = objectsOf(body.option_groups);
  const lists = Array.isArray(body.options)
    ? [objectsOf(body.options)]
    : groups.map((group) => objectsOf(group.options));
  if (!Array.isArray(body.options) && !Array.isArray(body.option_groups)) return undefined;
  if (groups.length > 100 || lists.some((list) => list.length > 100)) return undefined;
  const options = lists.flat();
  const fine = (option: JsonObject) => {
    const text = lengthOf(stringOf(objectOf(option.text).text));
    return text >= 1 && text <= 75 && typeof option.value === 'string' && lengthOf(option.value) <= 75;
  };
  return options.every(fine) ? options : undefined;
}

export async function shortcut(stage: Stage, user: string, callbackId: string): Promise<Outcome> {
  const { world, deliveries } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return unsent('account_inactive');
  if (person.kind === 'external' || !world.manifest.hasShortcut(callbackId, 'global')) return unsent('not_enabled');
  const triggerId = world.modals.trigger(user);
  const payload = payloads.shortcutPayload(world, { person, callbackId, triggerId, actionTs: world.mint.ts() });
  const answer = await deliveries.send({
    kind: 'interactive',
    name: `shortcut ${callbackId}`,
    payload,
    acceptsResponse: false,
  });
  return outcomeOf(stage, user, answer, trouble, triggerId);
}

export async function messageShortcut(
  stage: Stage,
  user: string,
  callbackId: string,
  at: { channel: string; ts: string },
): Promise<Outcome> {
  const { world, deliveries, responseUrls } = stage;
  const person = world.people.get(user);
  if (!canAct(person)) return unsent('account_inactive');
  if (person.kind === 'external' || !world.manifest.hasShortcut(callbackId, 'message')) return unsent('not_enabled');
  const place = placeOf(stage, person, at);
  if (place === undefined || 'view' in place || place.message.onlyFor !== undefined) return unsent('not_on_screen');
  const triggerId = world.modals.trigger(user);
  const responseUrl = responseUrls.issue({ user, channel: at.channel, message: place.message });
  const payload = payloads.messageShortcutPayload(world, {
    person,
    ...place,
    callbackId,
    triggerId,
    responseUrl,
    actionTs: world.mint.ts(),
  });
  const answer = await deliveries.send({
    kind: 'interactive',
    name: `message_action ${callbackId}`,
    payload,
    acceptsResponse: false,
  });
  return outcomeOf(stage, user, answer, trouble, triggerId);
}
