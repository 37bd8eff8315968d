// The door of the sandbox's Slack: one workspace on node:http and ws that speaks Slack's wire. Knows nothing of the app it serves.
import { createNotices, type Stage } from './acts.ts';
import { createApi } from './api/dispatch.ts';
import { answerTo, createFaults } from './api/faults.ts';
import type { Call, SlackWorkspace, WorkspaceOptions } from './contract.ts';
import { createConversations, messageSeen } from './conversations.ts';
import { createDeliveries } from './delivery.ts';
import { createEvents } from './events.ts';
import { createMint, installationOf, slackTiming } from './identity.ts';
import * as interactions from './interactions.ts';
import { createRateLimits } from './limits.ts';
import { readManifest } from './manifest.ts';
import { createModals } from './modals.ts';
import { createPeople } from './people.ts';
import { createResponseUrls } from './response-urls.ts';
import { screenOf } from './screen.ts';
import { listen } from './server.ts';
import { createSocketHub } from './socket.ts';
import * as submissions from './submissions.ts';
import { createTraffic } from './traffic.ts';
import type { World } from './world.ts';

export type * from './contract.ts';
export { sign } from './delivery.ts';

type Subscription = ['change', (user: string | undefined) => void] | ['call', (call: Call) => void];

function build(options: WorkspaceOptions, baseUrl: () => string) {
  const app = installationOf(options);
  const { now } = options;
  const mint = createMint(now);
  const timing = { ...slackTiming, ...options.timing };
  const people = createPeople(options.people, options.usergroups ?? [], app);
  const conversations = createConversations(options.channels ?? [], app, mint);
  const world: World = {
    app,
    mint,
    now,
    timing,
    manifest: readManifest(options.manifest),
    people,
    conversations,
    modals: createModals({ mint, now, triggerMs: timing.trigger }),
    rates: createRateLimits(now, options.rateLimits ?? true),
    traffic: createTraffic([app.botToken, app.appToken, app.signingSecret]),
  };
  const { traffic } = world;
  const hub = createSocketHub({ appId: app.appId, now, timing, changed: traffic.changed });
  const deliveries = createDeliveries({
    app,
    mint,
    now,
    ackMs: timing.ack,
    requestUrl: options.requestUrl,
    hub,
    traffic,
  });
  const stage: Stage = {
    world,
    deliveries,
    responseUrls: createResponseUrls(world, baseUrl),
    notices: createNotices(),
  };
  return { world, hub, stage, events: createEvents(stage), faults: createFaults() };
}

/**
 * Starts a workspace on loopback.
 * @returns when it listens; `apiUrl` is what the app's `SLACK_API_URL` must be.
 */
export async function createSlackWorkspace(options: WorkspaceOptions): Promise<SlackWorkspace> {
  let url = '';
  const { world, hub, stage, events, faults } = build(options, () => url);
  const { deliveries, responseUrls, notices } = stage;
  const { people, conversations, modals, rates, traffic, app } = world;
  const listener = await listen(options.host, options.port ?? 0, {
    hub,
    api: createApi(world, faults, () => `${url.replace('http', 'ws')}${hub.ticket()}`),
    respond(secret, body) {
      const fault = faults.take('response_url');
      const { answer, applied } = fault === undefined ? { answer: undefined, applied: true } : answerTo(fault);
      const own = applied ? responseUrls.handle(secret, body) : { status: 0, body: '' };
      return answer ?? { kind: 'answer', headers: { 'content-type': 'text/html' }, ...own };
    },
  });
  url = listener.url;

  return {
    url,
    apiUrl: `${url}/api/`,
    teamId: app.teamId,
    appId: app.appId,
    botUserId: app.userId,
    botId: app.botId,
    people: people.all,
    channels: conversations.channels,
    usergroups: people.usergroups,
    reset() {
      events.cancel();
      for (const part of [people, conversations, modals, responseUrls]) part.reset();
      for (const part of [rates, faults, notices, deliveries, traffic]) part.clear();
      traffic.changed();
    },
    async close() {
      events.cancel();
      deliveries.close();
      hub.close();
      await listener.close();
    },
    setRequestUrl: deliveries.setRequestUrl,
    command: (user, line, channel) => interactions.command(stage, user, line, channel),
    click: (user, target) => interactions.click(stage, user, target),
    type: (user, viewId, values) => void submissions.type(stage, user, viewId, values),
    submit: (user, viewId, values = {}) => submissions.submit(stage, user, viewId, values),
    closeView: (user, viewId, how = 'cancel') => submissions.closeView(stage, user, viewId, how),
    suggest: (user, target, actionId, query) => interactions.suggest(stage, user, target, actionId, query),
    openHome: (user, tab = 'home') => events.openHome(user, tab),
    shortcut: (user, callbackId) => interactions.shortcut(stage, user, callbackId),
    messageShortcut: (user, callbackId, message) => interactions.messageShortcut(stage, user, callbackId, message),
    say(user, channel, text) {
      const conversation = conversations.find(channel) ?? conversations.direct(people.get(user).id);
      const message = conversations.post(conversation, { user, text, blocks: [] });
      traffic.changed();
      return messageSeen(message);
    },
    raw: deliveries.raw,
    replay: deliveries.replay,
    state: (user) => screenOf(stage, user),
    updatePerson(id, change) {
      people.update(id, change);
      traffic.changed();
    },
    addPerson(person) {
      people.add(person);
      traffic.changed();
    },
    updateChannel(id, change) {
      conversations.update(id, change);
      traffic.changed();
    },
    updateUsergroup(id, change) {
      people.updateUsergroup(id, change);
      traffic.changed();
    },
    calls: traffic.calls,
    on: (...args: Subscription) => (args[0] === 'call' ? traffic.onCall(args[1]) : traffic.onChange(args[1])),
    fault: faults.add,
    clearFaults: faults.clear,
    setRateLimits: rates.set,
    socket: { connections: hub.connections, refresh: hub.refresh, drop: hub.drop },
  };
}
