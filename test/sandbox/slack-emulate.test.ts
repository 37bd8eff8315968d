// An independent stand-in for Slack judges ours: the same calls of the real client must end in the same answers and states.
// Where the two differ by design, the difference is named here.
import type { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import { alice, bob, botToken, client, httpApp, refusal, workspace } from './slack-world.ts';

type Side = {
  web: WebClient;
  weak: WebClient;
  ids: { bob: string; access: string; general: string };
  /** A trigger as a person's act gives it; inside a view when one is named. */
  trigger: (viewId?: string) => Promise<string>;
  /** A message that is not the app's, in the access channel. */
  foreign: () => Promise<string>;
};

const modal = (externalId = '') => ({
  type: 'modal' as const,
  title: { type: 'plain_text' as const, text: 'Title' },
  blocks: [
    { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Text' } },
    {
      type: 'actions' as const,
      block_id: 'b',
      elements: [{ type: 'button' as const, action_id: 'a', text: { type: 'plain_text' as const, text: 'Go' } }],
    },
  ],
  ...(externalId === '' ? {} : { external_id: externalId }),
});
const home = { type: 'home' as const, blocks: [] };

async function texts(side: Side, channel: string): Promise<string[]> {
  const history = await side.web.conversations.history({ channel });
  return (history.messages ?? []).map((message) => message.text ?? '');
}

async function opened(side: Side, externalId = ''): Promise<{ id: string; hash: string }> {
  const { view } = await side.web.views.open({ trigger_id: await side.trigger(), view: modal(externalId) });
  return { id: view?.id ?? '', hash: view?.hash ?? '' };
}

/** Every case is run against both; the sentence is its name. */
const cases: Record<string, (side: Side) => Promise<unknown>> = {
  'a call without a token': async ({ web }) =>
    refusal(
      new (web.constructor as typeof WebClient)(undefined, {
        slackApiUrl: web.slackApiUrl,
        retryConfig: { retries: 0 },
      }).auth.test(),
    ),
  'a look-up by an unknown e-mail': ({ web }) => refusal(web.users.lookupByEmail({ email: 'nobody@example.com' })),
  'a look-up by a known e-mail': async ({ web }) =>
    (await web.users.lookupByEmail({ email: 'bob@example.com' })).user?.name,
  'an unknown user': ({ web }) => refusal(web.users.info({ user: 'U0NOBODY' })),
  'a known user': async ({ web, ids }) => (await web.users.info({ user: ids.bob })).user?.profile?.email,
  'a missing scope to read people': async ({ weak, ids }) => refusal(weak.users.info({ user: ids.bob })),
  'a missing scope to post': async ({ weak, ids }) =>
    refusal(weak.chat.postMessage({ channel: ids.access, text: 'x' })),
  'a missing scope to look up by e-mail': async ({ weak }) =>
    refusal(weak.users.lookupByEmail({ email: 'bob@example.com' })),
  'a post to an unknown channel': ({ web }) => refusal(web.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })),
  'a post without text': ({ web, ids }) => refusal(web.chat.postMessage({ channel: ids.access, text: '' })),
  'a post, its update and its deletion': async (side) => {
    const { web, ids } = side;
    const { ts = '', channel } = await web.chat.postMessage({ channel: ids.access, text: 'one' });
    const posted = (await texts(side, ids.access))[0];
    await web.chat.update({ channel: ids.access, ts, text: 'two' });
    const updated = (await texts(side, ids.access))[0];
    await web.chat.delete({ channel: ids.access, ts });
    const gone = !(await texts(side, ids.access)).includes('two');
    return {
      sameChannel: channel === ids.access,
      posted,
      updated,
      gone,
      again: await refusal(web.chat.delete({ channel: ids.access, ts })),
    };
  },
  'an update of no message': ({ web, ids }) =>
    refusal(web.chat.update({ channel: ids.access, ts: '1.000001', text: 'x' })),
  'an update of somebody else’s message': async ({ web, ids, foreign }) =>
    refusal(web.chat.update({ channel: ids.access, ts: await foreign(), text: 'x' })),
  'a deletion of somebody else’s message': async ({ web, ids, foreign }) =>
    refusal(web.chat.delete({ channel: ids.access, ts: await foreign() })),
  'an ephemeral message to nobody': ({ web, ids }) =>
    refusal(web.chat.postEphemeral({ channel: ids.access, user: 'U0NOBODY', text: 'x' })),
  'an ephemeral message stays out of the history': async (side) => {
    const { web, ids } = side;
    const sent = await web.chat.postEphemeral({ channel: ids.access, user: ids.bob, text: 'only you' });
    return { ts: typeof sent.message_ts, listed: (await texts(side, ids.access)).includes('only you') };
  },
  'direct messages opened for nobody': ({ web }) => refusal(web.apiCall('conversations.open')),
  'direct messages opened for an unknown person': ({ web }) => refusal(web.conversations.open({ users: 'U0NOBODY' })),
  'direct messages opened twice are the same': async ({ web, ids }) => {
    const first = await web.conversations.open({ users: ids.bob });
    const second = await web.conversations.open({ users: ids.bob });
    return { same: first.channel?.id === second.channel?.id, kind: first.channel?.id?.charAt(0) };
  },
  'a post to a person lands in the direct messages': async (side) => {
    const { web, ids } = side;
    const open = await web.conversations.open({ users: ids.bob });
    const { channel = '' } = await web.chat.postMessage({ channel: ids.bob, text: 'hello' });
    return { same: channel === open.channel?.id, newest: (await texts(side, channel))[0] };
  },
  'an unknown conversation': async ({ web }) => [
    await refusal(web.conversations.info({ channel: 'C0NOWHERE' })),
    await refusal(web.conversations.members({ channel: 'C0NOWHERE' })),
    await refusal(web.conversations.history({ channel: 'C0NOWHERE' })),
  ],
  'a permalink to no message': ({ web, ids }) =>
    refusal(web.chat.getPermalink({ channel: ids.access, message_ts: '1.000001' })),
  'a trigger nobody minted': ({ web }) => refusal(web.views.open({ trigger_id: '1.2.abc', view: modal() })),
  'a trigger used twice': async ({ web, trigger }) => {
    const triggerId = await trigger();
    await web.views.open({ trigger_id: triggerId, view: modal() });
    return refusal(web.views.open({ trigger_id: triggerId, view: modal() }));
  },
  'an update with a stale hash, then with the newest': async (side) => {
    const { id, hash } = await opened(side);
    const first = await side.web.views.update({ view_id: id, hash, view: modal() });
    const stale = await refusal(side.web.views.update({ view_id: id, hash, view: modal() }));
    const fresh = await side.web.views.update({ view_id: id, hash: first.view?.hash ?? '', view: modal() });
    return { stale, same: fresh.view?.id === id };
  },
  'an update of no view': ({ web }) => refusal(web.views.update({ view_id: 'V0NOWHERE', view: modal() })),
  'an update by external id': async (side) => {
    const { id } = await opened(side, 'mine');
    return (await side.web.views.update({ external_id: 'mine', view: modal('mine') })).view?.id === id;
  },
  'a stack of three and no fourth': async (side) => {
    let viewId = (await opened(side)).id;
    const root = viewId;
    const depths: unknown[] = [];
    for (let push = 0; push < 2; push += 1) {
      const { view } = await side.web.views.push({ trigger_id: await side.trigger(viewId), view: modal() });
      depths.push({ previous: view?.previous_view_id === viewId, root: view?.root_view_id === root });
      viewId = view?.id ?? '';
    }
    return {
      depths,
      fourth: await refusal(side.web.views.push({ trigger_id: await side.trigger(viewId), view: modal() })),
    };
  },
  'a push with a trigger from outside a modal': async ({ web, trigger }) =>
    refusal(web.views.push({ trigger_id: await trigger(), view: modal() })),
  'a Home tab published for nobody': ({ web }) => refusal(web.views.publish({ user_id: 'U0NOBODY', view: home })),
  'a Home tab published with a stale hash': async ({ web, ids }) => {
    const first = await web.views.publish({ user_id: ids.bob, view: home });
    const hash = first.view?.hash ?? '';
    const second = await web.views.publish({ user_id: ids.bob, view: home, hash });
    return {
      same: first.view?.id === second.view?.id,
      stale: await refusal(web.views.publish({ user_id: ids.bob, view: home, hash })),
    };
  },
};

/** What emulate does not play, or plays otherwise, and what we do instead, as Slack documents it. */
const deviations: Record<string, (side: Side) => Promise<unknown>> = {
  'a post to a public channel needs membership': async ({ web, ids }) =>
    (await refusal(web.chat.postMessage({ channel: ids.general, text: 'x' }))).error === 'not_in_channel',
  'an update without blocks keeps the old ones': async ({ web, ids }) => {
    const { ts = '' } = await web.chat.postMessage({
      channel: ids.access,
      text: 'one',
      blocks: [{ type: 'divider', block_id: 'line' }],
    });
    await web.chat.update({ channel: ids.access, ts, text: 'two' });
    const kept = (await web.conversations.history({ channel: ids.access })).messages?.[0];
    return kept?.text === 'two' && kept.blocks?.[0]?.block_id === 'line';
  },
  'a token nobody issued is refused': async ({ web }) => {
    const stranger = new (web.constructor as typeof WebClient)('xoxb-nobody', {
      slackApiUrl: web.slackApiUrl,
      retryConfig: { retries: 0 },
    });
    return (await refusal(stranger.auth.test())).error === 'invalid_auth';
  },
  'auth.test tells the bot id': async ({ web }) => ((await web.auth.test()).bot_id ?? '') !== '',
  'blocks are validated': async ({ web, ids }) =>
    (await refusal(web.chat.postMessage({ channel: ids.access, text: 'x', blocks: [{ type: 'nonsense' }] }))).error ===
    'invalid_blocks',
  'user groups exist': async ({ web }) =>
    web.usergroups.list().then(
      () => true,
      () => false,
    ),
  'unknown methods are named so': async ({ web }) =>
    (await refusal(web.apiCall('no.such')).catch(() => ({ error: '' }))).error === 'unknown_method',
  'Socket Mode can be opened': async ({ web }) =>
    (await refusal(web.apps.connections.open()).catch(() => ({ error: '' }))).error === 'not_allowed_token_type',
};

describe('next to an independent stand-in', () => {
  let slack: SlackWorkspace;
  let weakSlack: SlackWorkspace;
  let emulator: Emulator;
  let stop: () => Promise<void>;
  let ours: Side;
  let theirs: Side;

  beforeAll(async () => {
    slack = await workspace({ rateLimits: false });
    weakSlack = await workspace({ scopes: ['im:write'] });
    stop = await httpApp(slack, (app) => {
      app.command('/any', ({ ack }) => ack());
      app.action('a', ({ ack }) => ack());
    });
    ours = {
      web: client(slack),
      weak: client(weakSlack),
      ids: { bob, access: 'C0ACCESS', general: 'C0GENERAL' },
      async trigger(viewId) {
        const outcome =
          viewId === undefined ? await slack.command(bob, '/any') : await slack.click(bob, { viewId, actionId: 'a' });
        return outcome.triggerId ?? '';
      },
      foreign: async () => slack.say(alice, 'C0ACCESS', 'not yours').ts,
    };
    emulator = await createEmulator({ service: 'slack', port: 0, seed: emulatorSeed });
    theirs = await emulatorSide(emulator);
  });
  afterAll(async () => {
    await stop();
    await slack.close();
    await weakSlack.close();
    await emulator.close();
  });

  for (const [name, run] of Object.entries(cases)) {
    it(`agrees on ${name}`, async () => {
      expect(await run(ours)).toEqual(await run(theirs));
    });
  }
  for (const [name, run] of Object.entries(deviations)) {
    it(`differs by design: ${name}`, async () => {
      expect({ ours: await run(ours), theirs: await run(theirs) }).toEqual({ ours: true, theirs: false });
    });
  }
});

const scopes = [
  'chat:write',
  'users:read',
  'users:read.email',
  'im:write',
  'im:read',
  'im:history',
  'channels:read',
  'channels:history',
];
const emulatorSeed = {
  slack: {
    users: [
      { name: 'rolecall', email: 'rolecall@example.com' },
      { name: 'bob', email: 'bob@example.com' },
      { name: 'alice', email: 'alice@example.com' },
    ],
    channels: [{ name: 'access' }],
    tokens: [
      { token: botToken, user: 'rolecall', scopes },
      { token: 'xoxb-weak', user: 'rolecall', scopes: ['im:write'] },
      { token: 'xoxb-alice', user: 'alice', scopes },
    ],
    strict_scopes: true,
  },
};

async function emulatorSide(emulator: Emulator): Promise<Side> {
  const at = { apiUrl: `${emulator.url}/api/` };
  const web = client(at);
  const asAlice = client(at, 'xoxb-alice');
  const { channels = [] } = await web.conversations.list();
  const idOf = (name: string) => channels.find((channel) => channel.name === name)?.id ?? '';
  const ids = {
    bob: (await web.users.lookupByEmail({ email: 'bob@example.com' })).user?.id ?? '',
    access: idOf('access'),
    general: idOf('general'),
  };
  return {
    web,
    weak: client(at, 'xoxb-weak'),
    ids,
    async trigger(viewId) {
      const args = viewId === undefined ? { user_id: ids.bob } : { user_id: ids.bob, view_id: viewId };
      const minted = Object.entries(await web.apiCall('views.generateTriggerId', args));
      return String(minted.find(([key]) => key === 'trigger_id')?.[1]);
    },
    foreign: async () => (await asAlice.chat.postMessage({ channel: ids.access, text: 'not yours' })).ts ?? '',
  };
}
