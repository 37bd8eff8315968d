// The payloads Slack sends to an app, field by field (https://docs.slack.dev/interactivity, /reference/events). Shapes only.
import type { JsonObject, Person } from './contract.ts';
import { type Conversation, type Message, messageObject } from './conversations.ts';
import { currentValues, type Values } from './inputs.ts';
import { type View, viewObject } from './modals.ts';
import type { World } from './world.ts';

/** The deprecated verification token that Slack still puts into every payload; it proves nothing. */
const verification = 'deprecated-verification';

function team(world: World): JsonObject {
  return { id: world.app.teamId, domain: world.app.teamDomain };
}

/** In a shared channel the person's own workspace, which may not be the app's. */
function userOf(person: Person, world: World): JsonObject {
  return { id: person.id, username: person.name, name: person.name, team_id: world.people.teamOf(person) };
}

function envelope(type: string, person: Person, world: World): JsonObject {
  return {
    type,
    user: userOf(person, world),
    api_app_id: world.app.appId,
    token: verification,
    team: team(world),
    enterprise: null,
    is_enterprise_install: false,
  };
}

function channelName(conversation: Conversation): string {
  return conversation.kind === 'private' ? 'privategroup' : conversation.name;
}

export function commandPayload(
  world: World,
  act: {
    person: Person;
    conversation: Conversation;
    command: string;
    text: string;
    triggerId: string;
    responseUrl: string;
  },
): JsonObject {
  const { app } = world;
  return {
    token: verification,
    team_id: app.teamId,
    team_domain: app.teamDomain,
    channel_id: act.conversation.id,
    channel_name: channelName(act.conversation),
    user_id: act.person.id,
    user_name: act.person.name,
    command: act.command,
    text: act.text,
    api_app_id: app.appId,
    is_enterprise_install: 'false',
    response_url: act.responseUrl,
    trigger_id: act.triggerId,
  };
}

export function messageActionsPayload(
  world: World,
  act: {
    person: Person;
    conversation: Conversation;
    message: Message;
    values: Values;
    action: JsonObject;
    triggerId: string;
    responseUrl: string;
  },
): JsonObject {
  const { message, conversation } = act;
  const ephemeral = message.onlyFor !== undefined;
  return {
    ...envelope('block_actions', act.person, world),
    container: { type: 'message', message_ts: message.ts, channel_id: conversation.id, is_ephemeral: ephemeral },
    trigger_id: act.triggerId,
    channel: { id: conversation.id, name: channelName(conversation) },
    // Slack does not send the body of an ephemeral message back.
    ...(ephemeral ? {} : { message: messageObject(message, world.app) }),
    state: { values: act.values },
    response_url: act.responseUrl,
    actions: [act.action],
  };
}

export function viewActionsPayload(
  world: World,
  act: { person: Person; view: View; action: JsonObject; triggerId: string },
): JsonObject {
  return {
    ...envelope('block_actions', act.person, world),
    container: { type: 'view', view_id: act.view.id },
    trigger_id: act.triggerId,
    view: viewObject(act.view, world.app),
    actions: [act.action],
  };
}

/** For people of another workspace `team` is theirs; the app's own is `view.app_installed_team_id`. */
function viewEnvelope(type: string, person: Person, world: World): JsonObject {
  const theirs = world.people.teamOf(person);
  const own = theirs === world.app.teamId;
  return { ...envelope(type, person, world), team: own ? team(world) : { id: theirs, domain: 'elsewhere' } };
}

export function submissionPayload(world: World, act: { person: Person; view: View; triggerId: string }): JsonObject {
  return {
    ...viewEnvelope('view_submission', act.person, world),
    trigger_id: act.triggerId,
    view: viewObject(act.view, world.app),
    response_urls: [],
  };
}

export function closedPayload(world: World, act: { person: Person; view: View; cleared: boolean }): JsonObject {
  return {
    ...viewEnvelope('view_closed', act.person, world),
    view: viewObject(act.view, world.app),
    is_cleared: act.cleared,
  };
}

export function suggestionPayload(
  world: World,
  act: { person: Person; blockId: string; actionId: string; query: string } & (
    | { view: View }
    | { message: Message; conversation: Conversation }
  ),
): JsonObject {
  const base = {
    ...envelope('block_suggestion', act.person, world),
    block_id: act.blockId,
    action_id: act.actionId,
    value: act.query,
  };
  if ('view' in act)
    return { ...base, container: { type: 'view', view_id: act.view.id }, view: viewObject(act.view, world.app) };
  const { message, conversation } = act;
  return {
    ...base,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: conversation.id,
      is_ephemeral: message.onlyFor !== undefined,
    },
    channel: { id: conversation.id, name: channelName(conversation) },
    message: messageObject(message, world.app),
    state: { values: currentValues(message.blocks, message.typed.get(act.person.id) ?? {}) },
  };
}

export function shortcutPayload(
  world: World,
  act: { person: Person; callbackId: string; triggerId: string; actionTs: string },
): JsonObject {
  const { api_app_id: _appId, ...base } = envelope('shortcut', act.person, world);
  return { ...base, callback_id: act.callbackId, trigger_id: act.triggerId, action_ts: act.actionTs };
}

export function messageShortcutPayload(
  world: World,
  act: {
    person: Person;
    conversation: Conversation;
    message: Message;
    callbackId: string;
    triggerId: string;
    responseUrl: string;
    actionTs: string;
  },
): JsonObject {
  const { api_app_id: _appId, ...base } = envelope('message_action', act.person, world);
  return {
    ...base,
    callback_id: act.callbackId,
    trigger_id: act.triggerId,
    action_ts: act.actionTs,
    response_url: act.responseUrl,
    channel: { id: act.conversation.id, name: channelName(act.conversation) },
    message_ts: act.message.ts,
    message: messageObject(act.message, world.app),
  };
}

export function homeOpenedPayload(
  world: World,
  act: {
    person: Person;
    channel: string;
    tab: 'home' | 'messages';
    view: View | undefined;
    eventTs: string;
    eventId: string;
  },
): JsonObject {
  const { app } = world;
  return {
    token: verification,
    team_id: app.teamId,
    api_app_id: app.appId,
    event: {
      type: 'app_home_opened',
      user: act.person.id,
      channel: act.channel,
      tab: act.tab,
      ...(act.view === undefined || act.tab !== 'home' ? {} : { view: viewObject(act.view, app) }),
      event_ts: act.eventTs,
    },
    type: 'event_callback',
    event_id: act.eventId,
    event_time: Math.floor(world.now() / 1_000),
    authorizations: [
      { enterprise_id: null, team_id: app.teamId, user_id: app.userId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    context_team_id: app.teamId,
    context_enterprise_id: null,
  };
}
