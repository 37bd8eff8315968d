// How the sandbox's Slack calls the app over HTTP: signatures, deadlines, retries, replays, response URLs, and who may act at all.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySlackRequest } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, type SlackWorkspace, sign } from '../../src/sandbox/slack/index.ts';
import { alice, bob, client, guest, leaver, outsider, secret, seen, until, workspace } from './slack-world.ts';

type Got = { headers: IncomingHttpHeaders; body: string };
type App = {
  got: Got[];
  answer: (response: ServerResponse, got: Got) => void;
  url: string;
  close: () => Promise<void>;
};

async function listener(): Promise<App> {
  const self: App = { got: [], answer: (response) => void response.end(), url: '', close: async () => undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      self.got.push(got);
      self.answer(response, got);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  self.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return self;
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const button = (change: JsonObject = {}): JsonObject => ({
  type: 'button',
  action_id: 'go',
  value: 'R1',
  text: plain('Go'),
  ...change,
});
const card = (change: JsonObject = {}) => [{ type: 'actions', block_id: 'acts', elements: [button(change)] }] as never;

describe('deliveries over HTTP', () => {
  let app: App;
  let clock: number;
  let slack: SlackWorkspace;
  beforeEach(async () => {
    app = await listener();
    clock = Date.now();
    slack = await workspace({
      requestUrl: app.url,
      rateLimits: false,
      now: () => clock,
      timing: { eventRetries: [0, 1, 2] },
    });
  });
  afterEach(async () => {
    await slack.close();
    await app.close();
  });
  const form = (index = -1) => Object.fromEntries(new URLSearchParams(app.got.at(index)?.body ?? ''));
  const payload = (index = -1) => JSON.parse(form(index).payload ?? '{}') as JsonObject;
  const responseUrl = () => JSON.stringify(payload().response_url).replaceAll('"', '');
  const ephemerals = () => slack.state(alice).ephemerals.map((message) => message.text);
  const respond = (url: string, content: JsonObject) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) });
  async function posted(channel: string, change: JsonObject = {}): Promise<{ channel: string; ts: string }> {
    const { channel: id = '', ts = '' } = await client(slack).chat.postMessage({
      channel,
      text: 'card',
      blocks: card(change),
    });
    return { channel: id, ts };
  }

  it('signs the raw form body so that Bolt’s own check accepts it and a changed byte does not', async () => {
    await slack.command(alice, '/access request “admin” & more');
    const { headers, body } = app.got[0] ?? { headers: {}, body: '' };
    const signed = {
      'x-slack-signature': String(headers['x-slack-signature']),
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    };
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    verifySlackRequest({ signingSecret: secret, body, headers: signed });
    expect(() => verifySlackRequest({ signingSecret: secret, body: `${body} `, headers: signed })).toThrow(/signature/);
  });

  it('sends a command with exactly the fields of a slash command', async () => {
    const { triggerId } = await slack.command(alice, '/access  request admin', 'C0ACCESS');
    expect(form()).toEqual({
      token: expect.any(String),
      team_id: 'T0HOME',
      team_domain: 'sandbox',
      channel_id: 'C0ACCESS',
      channel_name: 'access',
      user_id: alice,
      user_name: 'alice',
      command: '/access',
      text: 'request admin',
      api_app_id: 'A0SANDBOX',
      is_enterprise_install: 'false',
      response_url: expect.stringContaining(`${slack.url}/respond/`),
      trigger_id: triggerId,
    });
  });

  it('escapes mentions and entities typed into a command, and leaves e-mails and unknown names as they are', async () => {
    await slack.command(
      alice,
      '/access grant @bob, <@U0GUEST> in #general & <b> for bob@example.com, ops@bob @nobody <@U0NOBODY>',
    );
    expect(form().text).toBe(
      'grant <@U0BOB|bob>, <@U0GUEST|gus> in <#C0GENERAL|general> &amp; &lt;b&gt; for bob@example.com, ops@bob @nobody &lt;@U0NOBODY&gt;',
    );
  });

  it('sends a click with the newest message, the value, the state and the clicker’s own team', async () => {
    const at = await posted(bob);
    await slack.click(bob, { ...at, actionId: 'go' });
    expect(payload()).toEqual({
      type: 'block_actions',
      user: { id: bob, username: 'bob', name: 'bob', team_id: 'T0HOME' },
      api_app_id: 'A0SANDBOX',
      token: expect.any(String),
      container: { type: 'message', message_ts: at.ts, channel_id: at.channel, is_ephemeral: false },
      trigger_id: expect.any(String),
      team: { id: 'T0HOME', domain: 'sandbox' },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: at.channel, name: 'directmessage' },
      message: expect.objectContaining({ ts: at.ts, bot_id: 'B0SANDBOX', app_id: 'A0SANDBOX', blocks: card() }),
      state: { values: {} },
      response_url: expect.any(String),
      actions: [
        {
          type: 'button',
          action_id: 'go',
          block_id: 'acts',
          value: 'R1',
          text: { ...plain('Go'), emoji: true },
          action_ts: expect.any(String),
        },
      ],
    });
  });

  it('tells the person of a timeout when the app is silent, and of a failure when it answers badly', async () => {
    const hasty = await workspace({ requestUrl: app.url, timing: { ack: 1 } });
    app.answer = () => undefined;
    expect(await hasty.command(alice, '/access')).toMatchObject({
      status: 0,
      error: 'operation_timeout',
      notice: '/access failed with the error "operation_timeout"',
    });
    expect(hasty.state(alice).notices).toHaveLength(1);
    await hasty.close();
    app.answer = (response) => void response.writeHead(500).end();
    expect(await slack.command(alice, '/access')).toMatchObject({ status: 500, error: 'dispatch_failed' });
    slack.setRequestUrl('http://127.0.0.1:1/slack/events');
    expect(await slack.command(alice, '/access')).toMatchObject({ status: 0, error: 'dispatch_failed' });
    expect(slack.state(alice).notices).toHaveLength(2);
  });

  it('shows what a command is acknowledged with, to its author only unless it says otherwise', async () => {
    app.answer = (response) => void response.end('Working on it');
    await slack.command(alice, '/access', 'C0ACCESS');
    expect(ephemerals()).toEqual(['Working on it']);
    app.answer = (response) => void response.end(JSON.stringify({ response_type: 'in_channel', text: 'For all' }));
    await slack.command(alice, '/access', 'C0ACCESS');
    expect(slack.state(bob).conversations.find((each) => each.id === 'C0ACCESS')?.messages).toMatchObject([
      { text: 'For all' },
    ]);
    app.answer = (response) => void response.end(JSON.stringify({ text: 'x', blocks: [{ type: 'nonsense' }] }));
    expect(await slack.command(alice, '/access')).toMatchObject({ error: 'invalid_response' });
  });

  it('takes five answers at a response_url within thirty minutes', async () => {
    await slack.command(alice, '/access');
    const url = form().response_url ?? '';
    for (let count = 1; count <= 5; count += 1)
      expect((await respond(url, { text: `answer ${count}` })).status).toBe(200);
    const sixth = await respond(url, { text: 'answer 6' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    expect(ephemerals()).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4', 'answer 5']);
    await slack.command(alice, '/access');
    const late = form().response_url ?? '';
    clock += 30 * 60_000 + 1;
    expect(await (await respond(late, { text: 'late' })).json()).toEqual({ ok: false, error: 'expired_url' });
    expect((await respond(`${slack.url}/respond/guessed`, { text: 'x' })).status).toBe(404);
  });

  it('fails a response_url as it is told, before or after the answer took effect', async () => {
    await slack.command(alice, '/access');
    const url = form().response_url ?? '';
    slack.fault({ method: 'response_url', times: 1, kind: 'http', status: 502 });
    expect((await respond(url, { text: 'lost' })).status).toBe(502);
    slack.fault({ method: 'response_url', times: 1, kind: 'reset', applied: true });
    await expect(respond(url, { text: 'kept' })).rejects.toThrow();
    expect(ephemerals()).toEqual(['kept']);
  });

  it('replaces and deletes the original through a response_url, ephemeral ones too', async () => {
    const at = await posted('C0ACCESS');
    await slack.click(alice, { ...at, actionId: 'go' });
    await respond(responseUrl(), { replace_original: true, text: 'decided' });
    const messages = () => slack.state(alice).conversations.find((each) => each.id === 'C0ACCESS')?.messages;
    expect(messages()).toMatchObject([{ ts: at.ts, text: 'decided', blocks: [] }]);
    const { message_ts: ts = '' } = await client(slack).chat.postEphemeral({
      channel: 'C0ACCESS',
      user: alice,
      text: 'psst',
      blocks: card(),
    });
    expect(await slack.click(bob, { channel: 'C0ACCESS', ts, actionId: 'go' })).toMatchObject({
      error: 'not_on_screen',
    });
    await slack.click(alice, { channel: 'C0ACCESS', ts, actionId: 'go' });
    expect(payload()).toMatchObject({ container: { is_ephemeral: true } });
    expect(payload()).not.toHaveProperty('message');
    await respond(responseUrl(), { delete_original: true });
    expect(ephemerals()).toEqual([]);
  });

  it('presses only what stands in the newest state, and asks first where a dialog guards it', async () => {
    const confirm = { title: plain('Sure?'), text: plain('Really'), confirm: plain('Yes'), deny: plain('No') };
    const at = await posted(bob, { confirm });
    expect(await slack.click(bob, { ...at, actionId: 'go' })).toMatchObject({
      status: 0,
      error: 'confirm_required',
      confirm,
    });
    expect(await slack.click(alice, { ...at, actionId: 'go' })).toMatchObject({ error: 'not_on_screen' });
    expect(app.got).toEqual([]);
    expect(await slack.click(bob, { ...at, actionId: 'go', confirmed: true })).toMatchObject({ status: 200 });
    await client(slack).chat.update({ ...at, text: 'done', blocks: [] });
    expect(await slack.click(bob, { ...at, actionId: 'go', confirmed: true })).toMatchObject({
      error: 'not_on_screen',
    });
    expect(app.got).toHaveLength(1);
  });

  it('lets outsiders click in shared channels but not command; deactivated people do neither', async () => {
    const at = await posted('C0SHARED');
    expect(await slack.click(outsider, { ...at, actionId: 'go' })).toMatchObject({ status: 200 });
    expect(payload()).toMatchObject({ user: { team_id: 'T0OTHER' }, team: { id: 'T0HOME' } });
    expect(await slack.command(outsider, '/access', 'C0SHARED')).toMatchObject({ error: 'not_a_command' });
    expect(await slack.command(leaver, '/access')).toMatchObject({ error: 'account_inactive' });
    expect(await slack.command(guest, '/access', 'C0ACCESS')).toMatchObject({ error: 'not_in_channel' });
    expect(app.got).toHaveLength(1);
  });

  it('knows only what the manifest declares', async () => {
    const manifest = {
      features: {
        slash_commands: [{ command: '/access' }],
        shortcuts: [
          { type: 'global', callback_id: 'ask' },
          { type: 'message', callback_id: 'author' },
        ],
      },
      settings: { interactivity: { is_enabled: true }, event_subscriptions: { bot_events: [] } },
    };
    const strict = await workspace({ requestUrl: app.url, manifest });
    expect(await strict.command(alice, '/access @bob')).toMatchObject({ status: 200 });
    expect(form().text).toBe('@bob');
    expect(await strict.command(alice, '/other')).toMatchObject({
      error: 'not_a_command',
      notice: '/other is not a valid command.',
    });
    expect(await strict.shortcut(alice, 'ask')).toMatchObject({ status: 200 });
    expect(payload()).toMatchObject({ type: 'shortcut', callback_id: 'ask', trigger_id: expect.any(String) });
    expect(payload()).not.toHaveProperty('response_url');
    expect(await strict.shortcut(alice, 'author')).toMatchObject({ error: 'not_enabled' });
    const { ts } = strict.say(bob, 'C0GENERAL', 'hello');
    expect(await strict.messageShortcut(alice, 'author', { channel: 'C0GENERAL', ts })).toMatchObject({ status: 200 });
    expect(payload()).toMatchObject({
      type: 'message_action',
      message: { user: bob, text: 'hello' },
      response_url: expect.any(String),
    });
    expect(await strict.openHome(alice)).toMatchObject({ error: 'not_enabled' });
    await strict.close();
  });

  it('sends app_home_opened, with the view once there is one', async () => {
    await slack.openHome(bob);
    const event = () => JSON.parse(app.got.at(-1)?.body ?? '{}') as JsonObject;
    expect(event()).toMatchObject({
      type: 'event_callback',
      team_id: 'T0HOME',
      api_app_id: 'A0SANDBOX',
      event: { type: 'app_home_opened', user: bob, tab: 'home', channel: 'D0BOB' },
      authorizations: [{ team_id: 'T0HOME', user_id: 'U0SANDBOX', is_bot: true }],
    });
    expect(event().event).not.toHaveProperty('view');
    await client(slack).views.publish({ user_id: bob, view: { type: 'home', blocks: [] } });
    await slack.openHome(bob);
    expect(event().event).toMatchObject({ view: { hash: slack.state(bob).home?.hash } });
    await slack.openHome(bob, 'messages');
    expect(event().event).not.toHaveProperty('view');
  });

  it('retries an unanswered event three times, counting in the headers', async () => {
    app.answer = (response) => void response.writeHead(500).end();
    const outcome = await slack.openHome(bob);
    expect(outcome).toMatchObject({ error: 'dispatch_failed' });
    expect(outcome).not.toHaveProperty('notice');
    await seen(slack, (call) => call.retry?.num === 3);
    const retries = app.got.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
    expect(new Set(app.got.map(({ body }) => body)).size).toBe(1);
    expect(slack.state(bob).notices).toEqual([]);
  });

  it('stops retrying once the event is taken, or the app asks for no more', async () => {
    app.answer = (response) => void (app.got.length < 2 ? response.writeHead(500).end() : response.end());
    await slack.openHome(bob);
    await seen(slack, (call) => call.retry?.num === 1);
    app.answer = (response) => void response.writeHead(500, { 'x-slack-no-retry': '1' }).end();
    await slack.openHome(guest);
    // A third person's retry is planned later than the one that must not come, so once it is there the other would be, too.
    app.answer = (response) => void (app.got.length < 5 ? response.writeHead(500).end() : response.end());
    await slack.openHome(alice);
    await seen(slack, (call) => call.retry?.num === 1 && call.request.includes(alice));
    const retried = app.got.filter(({ headers }) => headers['x-slack-retry-num'] !== undefined);
    expect(retried.map(({ body }) => [bob, guest, alice].find((user) => body.includes(user)))).toEqual([bob, alice]);
  });

  it('replays a delivery byte for byte, stamp and signature too', async () => {
    const { deliveryId = '' } = await slack.command(alice, '/access');
    clock += 3_600_000;
    await slack.replay(deliveryId);
    const [first, second] = app.got;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['x-slack-signature']).toBe(first?.headers['x-slack-signature']);
    expect(second?.headers['x-slack-request-timestamp']).toBe(first?.headers['x-slack-request-timestamp']);
  });

  it('sends anything by hand: right, stale, forged or unsigned', async () => {
    await slack.raw({ via: 'http', body: 'a=1' });
    await slack.raw({ via: 'http', body: 'a=1', timestamp: 1_000 });
    await slack.raw({ via: 'http', body: 'a=1', signature: 'v0=00' });
    await slack.raw({ via: 'http', body: '{}', signature: null, contentType: 'application/json' });
    const stamp = Math.floor(clock / 1_000);
    expect(app.got.map(({ headers }) => headers['x-slack-signature'])).toEqual([
      sign(secret, stamp, 'a=1'),
      sign(secret, 1_000, 'a=1'),
      'v0=00',
      undefined,
    ]);
    expect(app.got[3]?.headers['content-type']).toBe('application/json');
  });

  it('tells listeners whose screen has changed', async () => {
    const changed: (string | undefined)[] = [];
    const stop = slack.on('change', (user) => changed.push(user));
    await client(slack).chat.postMessage({ channel: bob, text: 'x' });
    stop();
    await client(slack).chat.postMessage({ channel: bob, text: 'y' });
    expect(changed).toEqual([bob]);
    await until(slack, () => slack.state(bob).conversations[0]?.messages.length === 2);
  });
});
