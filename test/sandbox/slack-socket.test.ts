// Socket Mode with a real Bolt app, and with bare sockets where the app would hide what Slack does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { JsonObject, SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import { alice, appToken, bob, client, socketApp, until, workspace } from './slack-world.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });

/** A bare connection: what it received, and a way to answer. */
type Wire = {
  socket: WebSocket;
  got: JsonObject[];
  next: (type: string) => Promise<JsonObject>;
  ack: (id: unknown, payload?: JsonObject) => void;
  closed: Promise<void>;
};

async function connect(url: string): Promise<Wire> {
  const socket = new WebSocket(url);
  const got: JsonObject[] = [];
  const taken = new Set<JsonObject>();
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    got.push(JSON.parse(data.toString()) as JsonObject);
    for (const look of waiting) look();
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return {
    socket,
    got,
    closed,
    next: (type) =>
      new Promise((resolve) => {
        const look = () => {
          const found = got.find((message) => message.type === type && !taken.has(message));
          if (found === undefined) return;
          taken.add(found);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ack: (id, payload) =>
      socket.send(JSON.stringify({ envelope_id: id, ...(payload === undefined ? {} : { payload }) })),
  };
}

describe('Socket Mode with a Bolt app', () => {
  let slack: SlackWorkspace;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    slack = await workspace();
    stop = await socketApp(slack, (app) => {
      app.command('/access', async ({ ack, command, client: web }) => {
        await ack({ text: 'on it' });
        await web.chat.postMessage({
          channel: command.user_id,
          text: 'card',
          blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'open', text: plain('Open') }] }],
        });
      });
      app.action('open', async ({ ack, body, client: web }) => {
        await ack();
        if (body.type !== 'block_actions') return;
        const blocks = [
          {
            type: 'input',
            block_id: 'who',
            label: plain('Who'),
            element: { type: 'external_select', action_id: 'pick', min_query_length: 1 },
          },
        ];
        await web.views.open({
          trigger_id: body.trigger_id,
          view: { type: 'modal', callback_id: 'form', title: plain('T'), submit: plain('S'), blocks: blocks as never },
        });
      });
      app.options('pick', async ({ ack, options }) => ack({ options: [{ text: plain(options.value), value: 'v1' }] }));
      app.view('form', async ({ ack, view }) => {
        const picked = view.state.values.who?.pick?.selected_option?.value;
        await ack({ response_action: 'errors', errors: { who: `not ${picked}` } });
      });
      app.event('app_home_opened', async ({ event, client: web }) => {
        await web.views.publish({ user_id: event.user, view: { type: 'home', blocks: [] } });
      });
    });
  });
  afterEach(async () => {
    await stop();
    await slack.close();
  });
  const first = () => slack.state(alice).conversations[0]?.messages[0];

  it('carries command, click, options, submission and event over the socket', async () => {
    expect(slack.socket.connections()).toBe(1);
    expect(await slack.command(alice, '/access')).toMatchObject({ status: 200, body: { text: 'on it' } });
    expect(slack.state(alice).ephemerals).toMatchObject([{ text: 'on it' }]);
    await until(slack, () => first() !== undefined);
    await slack.click(alice, { channel: 'D0ALICE', ts: first()?.ts ?? '', actionId: 'open' });
    await until(slack, () => slack.state(alice).views.length === 1);
    const viewId = slack.state(alice).views[0]?.id ?? '';
    expect((await slack.suggest(alice, { viewId }, 'pick', 'bo')).options).toMatchObject([
      { text: { text: 'bo' }, value: 'v1' },
    ]);
    expect(await slack.submit(alice, viewId, { who: 'v1' })).toMatchObject({ errors: { who: 'not v1' } });
    expect(await slack.openHome(alice)).toMatchObject({ status: 200 });
    await until(slack, () => slack.state(alice).home !== null);
  });

  it('is found again by the app after its connections were cut or refreshed', async () => {
    const connected = () => until(slack, () => slack.socket.connections() === 1);
    slack.socket.drop();
    await until(slack, () => slack.socket.connections() === 0);
    expect(await slack.command(bob, '/access')).toMatchObject({ error: 'dispatch_failed' });
    await connected();
    expect(await slack.command(bob, '/access')).toMatchObject({ status: 200 });
    slack.socket.refresh();
    await until(slack, () => slack.socket.connections() === 0);
    await connected();
    expect(await slack.command(bob, '/access')).toMatchObject({ status: 200 });
  });
});

describe('Socket Mode on the wire', () => {
  let slack: SlackWorkspace;
  beforeEach(async () => {
    slack = await workspace({ rateLimits: false, timing: { socketGrace: 500 } });
  });
  afterEach(() => slack.close());
  const ticket = async () => (await client(slack, appToken).apps.connections.open()).url ?? '';
  const wire = async () => {
    const connection = await connect(await ticket());
    await connection.next('hello');
    return connection;
  };

  it('says hello and accepts each ticket once', async () => {
    const url = await ticket();
    const connection = await connect(url);
    expect(await connection.next('hello')).toMatchObject({
      num_connections: 1,
      connection_info: { app_id: 'A0SANDBOX' },
    });
    await expect(connect(url)).rejects.toThrow(/403/);
    await expect(connect(url.replace(/ticket=[^&]+/, 'ticket=guessed'))).rejects.toThrow(/403/);
  });

  it('marks what may be answered with a payload and ignores answers elsewhere', async () => {
    const { next, ack } = await wire();
    const command = slack.command(alice, '/access');
    const envelope = await next('slash_commands');
    expect(envelope).toMatchObject({ accepts_response_payload: true, payload: { command: '/access', user_id: alice } });
    expect(envelope).not.toHaveProperty('retry_attempt');
    ack(envelope.envelope_id, { text: 'hi' });
    expect(await command).toMatchObject({ body: { text: 'hi' } });
    const event = slack.openHome(alice);
    const second = await next('events_api');
    expect(second).toMatchObject({ accepts_response_payload: false, retry_attempt: 0, retry_reason: '' });
    ack(second.envelope_id, { text: 'ignored' });
    expect(await event).toMatchObject({ status: 200, body: null });
  });

  it('times out without an acknowledgement, and sends an event again as a retry', async () => {
    const hasty = await workspace({ timing: { ack: 1, eventRetries: [0] } });
    const { next } = await connect((await client(hasty, appToken).apps.connections.open()).url ?? '');
    await next('hello');
    expect(await hasty.command(alice, '/access')).toMatchObject({ error: 'operation_timeout' });
    expect(await hasty.openHome(alice)).toMatchObject({ error: 'operation_timeout' });
    const first = await next('events_api');
    expect(await next('events_api')).toMatchObject({
      retry_attempt: 1,
      retry_reason: 'timeout',
      payload: first.payload,
    });
    await hasty.close();
  });

  it('fails at once when the app has no connection', async () => {
    expect(await slack.command(alice, '/access')).toMatchObject({ error: 'dispatch_failed' });
  });

  it('gives each envelope to one connection, taking turns, and the orphans of a dead one to another', async () => {
    const [one, two] = [await wire(), await wire()];
    const commands = [slack.command(alice, '/a'), slack.command(alice, '/b')];
    const [toOne, toTwo] = [await one.next('slash_commands'), await two.next('slash_commands')];
    expect([toOne, toTwo].map((envelope) => (envelope.payload as JsonObject).command)).toEqual(['/a', '/b']);
    one.socket.terminate();
    const again = await two.next('slash_commands');
    expect(again).toEqual(toOne);
    two.ack(toTwo.envelope_id);
    two.ack(again.envelope_id);
    expect(await Promise.all(commands)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });

  it('warns before it refreshes, then closes, and sends nothing new to the old connection', async () => {
    const old = await wire();
    slack.socket.refresh();
    expect(await old.next('disconnect')).toMatchObject({ reason: 'warning' });
    const fresh = await wire();
    const command = slack.command(alice, '/access');
    fresh.ack((await fresh.next('slash_commands')).envelope_id);
    expect(await command).toMatchObject({ status: 200 });
    expect(await old.next('disconnect')).toMatchObject({ reason: 'refresh_requested' });
    await old.closed;
    expect(old.got.some((message) => message.type === 'slash_commands')).toBe(false);
  });

  it('turns the eleventh connection away', async () => {
    for (let count = 0; count < 10; count += 1) await wire();
    const eleventh = await connect(await ticket());
    expect(await eleventh.next('disconnect')).toMatchObject({ reason: 'too_many_websockets' });
    await eleventh.closed;
    expect(slack.socket.connections()).toBe(10);
  });

  it('replays an envelope under its old id', async () => {
    const { next, ack } = await wire();
    const command = slack.command(alice, '/access');
    const first = await next('slash_commands');
    ack(first.envelope_id);
    const replay = slack.replay((await command).deliveryId ?? '');
    const second = await next('slash_commands');
    expect(second).toEqual(first);
    ack(second.envelope_id);
    expect(await replay).toMatchObject({ status: 200 });
  });

  it('survives noise on the wire', async () => {
    const { socket, next, ack } = await wire();
    for (const noise of ['', '{', '[]', '{"envelope_id":"unknown"}', '"text"']) socket.send(noise);
    const command = slack.command(alice, '/access');
    ack((await next('slash_commands')).envelope_id);
    expect(await command).toMatchObject({ status: 200 });
  });
});
