// Cards, notices and Homes on their way to a real workspace: posted once, kept up to date, never where others read along.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../../src/access/errors.ts';
import type { CardRef } from '../../../src/access/request.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import { type Edge, hasButton, homeOf, messages, pendingRequest, slackId, someone, startEdge } from './harness.ts';
import { TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const toBob = { reader: 'approver' as const, slack: slackId(USERS.bob) };
const show = (request = pendingRequest(), ref?: CardRef) => edge.slack.notifier.show(request, toBob, ref);
const approved = pendingRequest({ state: 'approved', rev: 3 });
const calls = (method: string) => edge.methods().filter((name) => name === method);

describe('the notifier', () => {
  it('posts a card into the direct messages of its reader and says where it is', async () => {
    edge = await startEdge('http');
    const ref = await show();
    const [message] = messages(edge, USERS.bob);
    expect(ref).toEqual({
      reader: 'approver',
      slack: slackId(USERS.bob),
      channel: message?.channel,
      ts: message?.ts,
      rev: 2,
    });
    expect(hasButton(message ?? { blocks: [] }, ACTIONS.approve)).toBe(true);
    expect(message?.text).not.toBe('');
  });

  it('opens the conversation with a person once', async () => {
    edge = await startEdge('http');
    await Promise.all([show(), show(pendingRequest({ id: 'req-2' })), show(pendingRequest({ id: 'req-3' }))]);
    await show(pendingRequest({ id: 'req-4' }));
    expect(calls('conversations.open')).toHaveLength(1);
    expect(messages(edge, USERS.bob)).toHaveLength(4);
  });

  it('brings a copy to the newest state with its buttons gone', async () => {
    edge = await startEdge('http');
    const ref = await show();
    expect(await show(approved, ref)).toEqual({ ...ref, rev: 3 });
    const [message, ...more] = messages(edge, USERS.bob);
    expect(more).toEqual([]);
    expect(hasButton(message ?? { blocks: [] }, ACTIONS.approve)).toBe(false);
  });

  it.each(['message_not_found', 'channel_not_found', 'cant_update_message', 'edit_window_closed'])(
    'posts anew where Slack says %s',
    async (error) => {
      edge = await startEdge('http');
      const ref = await show();
      edge.workspace.fault({ method: 'chat.update', times: 1, kind: 'error', error });
      const moved = await show(approved, ref);
      expect(moved.ts).not.toBe(ref.ts);
      expect(moved.rev).toBe(3);
      expect(messages(edge, USERS.bob)).toHaveLength(2);
    },
  );

  it('throws what Slack refuses, and logs where the mistake is', async () => {
    edge = await startEdge('http');
    edge.workspace.fault({ method: 'chat.postMessage', times: 1, kind: 'error', error: 'invalid_blocks' });
    await expect(show()).rejects.toMatchObject({
      name: 'SlackFailure',
      fault: { kind: 'refused', code: 'invalid_blocks' },
    });
    expect(edge.lines.find((line) => line.message === 'Slack refused a message')).toMatchObject({
      message: 'Slack refused a message',
      fields: { request: 'req-1', method: 'chat.postMessage', code: 'invalid_blocks' },
    });
    expect((await show()).rev).toBe(2);
  });

  it('hands on the pointer with which Slack refuses blocks', async () => {
    edge = await startEdge('http');
    const tooLong = pendingRequest({ id: `req-${'x'.repeat(3000)}` });
    await expect(show(tooLong)).rejects.toMatchObject({ fault: { code: 'invalid_blocks' } });
    const line = edge.lines.find((entry) => entry.message === 'Slack refused a message');
    expect(JSON.stringify(line?.fields.pointers)).toMatch(/json-pointer/);
  });

  it('waits as long as Slack asks and then posts once', async () => {
    const pauses: number[] = [];
    edge = await startEdge('http', {
      sleep: (ms) => {
        pauses.push(ms);
        return wait(ms, undefined, { ref: false });
      },
    });
    edge.workspace.fault({ method: 'chat.update', times: 1, kind: 'rate_limited', retryAfter: 1 });
    const ref = await show();
    await show(approved, ref);
    expect(Math.max(...pauses)).toBeGreaterThan(500);
    expect(calls('chat.update')).toHaveLength(2);
    expect(messages(edge, USERS.bob)).toHaveLength(1);
  });

  it('brings the outcome to whoever waits for it before the copies that only tell', async () => {
    edge = await startEdge('http');
    const readers = [
      { reader: 'owner', slack: slackId(USERS.olivia) },
      { reader: 'subject', slack: slackId(USERS.oscar) },
      { reader: 'requester', slack: slackId(USERS.alice) },
    ] as const;
    const refs: CardRef[] = [];
    for (const reader of readers) refs.push(await edge.slack.notifier.show(pendingRequest(), reader));
    const ref = await show();
    // What comes while Slack asks for patience goes by its urgency afterwards.
    edge.workspace.fault({ method: 'chat.update', times: 1, kind: 'rate_limited', retryAfter: 1 });
    const held = show(approved, ref);
    await expect.poll(() => calls('chat.update')).toHaveLength(1);
    const order: string[] = [];
    const shown = readers.map(async (reader, at) => {
      await edge.slack.notifier.show(approved, reader, refs[at]);
      order.push(reader.reader);
    });
    await Promise.all([held, ...shown]);
    expect(order[0]).toBe('requester');
  });

  it('does not repeat a post whose answer was lost, but an update', async () => {
    edge = await startEdge('http', { sleep: async () => undefined });
    edge.workspace.fault({ method: 'chat.postMessage', times: 1, kind: 'reset', applied: true });
    await expect(show()).rejects.toMatchObject({ fault: { kind: 'unavailable' } });
    expect(messages(edge, USERS.bob)).toHaveLength(1);
    const ref = await show();
    edge.workspace.fault({ method: 'chat.update', times: 1, kind: 'reset', applied: true });
    expect((await show(approved, ref)).rev).toBe(3);
  });

  it('never posts into a conversation shared with another organisation', async () => {
    edge = await startEdge('http');
    const outside = { reader: 'requester' as const, slack: slackId(USERS.outsider, 'T0OTHER') };
    await expect(edge.slack.notifier.show(pendingRequest(), outside)).rejects.toThrow(/externally_shared/);
    expect(calls('chat.postMessage')).toEqual([]);
  });

  it('tells notices', async () => {
    edge = await startEdge('http');
    await edge.slack.notifier.tell(slackId(USERS.olivia), { kind: 'unauthorized', app: 'perplexity' });
    expect(messages(edge, USERS.olivia)).toHaveLength(1);
  });

  it('publishes the App Home when it is opened, but not for its messages tab', async () => {
    edge = await startEdge('http');
    await edge.workspace.openHome(USERS.bob, 'messages');
    await edge.workspace.openHome(USERS.bob);
    await edge.until(() => edge.workspace.state(USERS.bob).home);
    expect(edge.desk.asked.filter((entry) => entry.verb === 'home').map((entry) => entry.args)).toEqual([
      [slackId(USERS.bob)],
    ]);
  });

  it('draws the App Home when it leaves, so that it shows the newest state', async () => {
    edge = await startEdge('http');
    edge.desk.teach({ home: async () => ({ ...homeOf(someone(USERS.bob, 'Bob')), waiting: [pendingRequest()] }) });
    await edge.slack.notifier.home(slackId(USERS.bob));
    const home = await edge.until(() => edge.workspace.state(USERS.bob).home);
    expect(JSON.stringify(home.blocks)).toContain('Alice');
  });

  it('says in the App Home of whoever may not use it why, and what to do', async () => {
    edge = await startEdge('http');
    edge.desk.teach({
      home: async () => {
        throw new AccessError({ code: 'outsider', standing: 'guest' });
      },
    });
    await edge.workspace.openHome(USERS.bob);
    const home = await edge.until(() => edge.workspace.state(USERS.bob).home);
    expect(JSON.stringify(home.blocks)).toMatch(/[Gg]uest/);
  });

  it('shows no Home where looking somebody up fails, and goes on', async () => {
    edge = await startEdge('http');
    edge.desk.teach({
      home: async () => {
        throw new Error('no');
      },
    });
    await edge.workspace.openHome(USERS.guest);
    await edge.until(() => edge.lines.find((line) => line.message === 'no App Home'));
    expect(edge.slack.people.team).toBe(TEAM);
  });
});
