// Clicks on cards, in private answers and on the App Home: accepted once, decided by the desk, always answered.
import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessError, DirectoryError } from '../../../src/access/errors.ts';
import type { Reader } from '../../../src/access/request.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import {
  buttons,
  type Edge,
  ephemerals,
  hasButton,
  homeOf,
  messages,
  NOW,
  pendingRequest,
  said,
  slackId,
  someone,
  startEdge,
  topView,
} from './harness.ts';
import { BOT_TOKEN, TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const never = () => edge.hang();

async function card(user: string = USERS.bob, reader: Reader = 'approver', request = pendingRequest()) {
  const { channel, ts } = await edge.slack.notifier.show(request, { reader, slack: slackId(user) });
  return { channel, ts };
}
const click = (user: string, place: { channel: string; ts: string }, actionId: string) =>
  edge.workspace.click(user, { ...place, actionId, confirmed: true });
const told = (user: string) => [...ephemerals(edge, user), ...messages(edge, user).slice(1)];

describe.each(['http', 'socket'] as const)('a click over %s', (mode) => {
  it('on Approve is stored, acknowledged and decided as the clicker, about the copy that was clicked', async () => {
    edge = await startEdge(mode);
    const place = await card();
    const { triggerId, error } = await click(USERS.bob, place, ACTIONS.approve);
    expect(error).toBeUndefined();
    await edge.asked('answered');
    expect(edge.verbs()).toEqual(['receive', 'decide', 'answered']);
    expect(edge.desk.asked.map((entry) => entry.args)).toEqual([
      [
        `${TEAM}:${triggerId}`,
        {
          do: 'decide',
          verdict: 'approve',
          request: 'req-1',
          from: slackId(USERS.bob),
          name: 'bob',
          channel: place.channel,
          seen: 'card',
          copy: place,
        },
        expect.any(Number),
      ],
      [{ request: 'req-1', by: slackId(USERS.bob), copy: place, verdict: 'approve' }],
      [`${TEAM}:${triggerId}`],
    ]);
    await edge.quiet();
    expect(told(USERS.bob)).toEqual([]);
  });

  it('is acknowledged while the decision hangs', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({ decide: never });
    const { status, error } = await click(USERS.bob, await card(), ACTIONS.approve);
    expect([status, error]).toEqual([200, undefined]);
    await edge.asked('decide');
  });

  it('that is repeated byte for byte is decided once', async () => {
    edge = await startEdge(mode);
    const { deliveryId = '' } = await click(USERS.bob, await card(), ACTIONS.approve);
    await edge.asked('answered');
    expect((await edge.workspace.replay(deliveryId)).status).toBe(200);
    await edge.asked('receive', 2);
    await edge.quiet();
    expect(edge.verbs().filter((verb) => verb === 'decide')).toHaveLength(1);
    expect(told(USERS.bob)).toEqual([]);
  });

  it('that comes twice asks the desk twice and tells what the desk said the second time', async () => {
    edge = await startEdge(mode);
    const place = await card();
    let decided = false;
    edge.desk.teach({
      decide: async () => {
        if (decided) throw new AccessError({ code: 'already_approved_by_you' });
        decided = true;
        return pendingRequest({ state: 'approved', rev: 3 });
      },
    });
    await Promise.all([click(USERS.bob, place, ACTIONS.approve), click(USERS.bob, place, ACTIONS.approve)]);
    await edge.asked('answered', 2);
    expect(edge.verbs().filter((verb) => verb === 'decide')).toHaveLength(2);
    expect(told(USERS.bob)).toHaveLength(1);
  });

  it.each([
    ['a refusal', () => new AccessError({ code: 'not_entitled', need: 'approver' })],
    ['a failed look-up', () => new DirectoryError('unavailable', 'Slack did not say who this is')],
    ['a mistake of ours', () => new Error('ENOENT /var/lib')],
  ])('whose decision ends in %s after the acknowledgement reaches the person', async (_what, error) => {
    edge = await startEdge(mode);
    edge.desk.teach({
      decide: async () => {
        throw error();
      },
    });
    expect((await click(USERS.bob, await card(), ACTIONS.approve)).error).toBeUndefined();
    await edge.until(() => told(USERS.bob).length > 0);
    expect(told(USERS.bob)[0]?.text).not.toContain('ENOENT');
    await edge.asked('answered');
  });

  it('on a button of an older version says so instead of timing out', async () => {
    edge = await startEdge(mode);
    const bot = new WebClient(BOT_TOKEN, { slackApiUrl: edge.workspace.apiUrl });
    const opened = await bot.conversations.open({ users: USERS.bob });
    const channel = opened.channel?.id ?? '';
    const old = await bot.chat.postMessage({
      channel,
      text: 'old',
      blocks: [
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'approve_v0', value: 'x', text: { type: 'plain_text', text: 'Approve' } },
          ],
        },
      ],
    });
    const { error } = await click(USERS.bob, { channel, ts: old.ts ?? '' }, 'approve_v0');
    expect(error).toBeUndefined();
    await edge.until(() => told(USERS.bob).length > 0);
    expect(edge.verbs()).toEqual([]);
  });

  it('of a person of another organisation is refused before the desk is asked', async () => {
    edge = await startEdge(mode);
    const bot = new WebClient(BOT_TOKEN, { slackApiUrl: edge.workspace.apiUrl });
    const blocks = [
      {
        type: 'actions' as const,
        elements: [
          {
            type: 'button' as const,
            action_id: ACTIONS.approve,
            value: 'req-1',
            text: { type: 'plain_text' as const, text: 'Approve' },
          },
        ],
      },
    ];
    const posted = await bot.chat.postMessage({ channel: 'C0SHARED', text: 'card', blocks });
    const { error } = await click(USERS.outsider, { channel: 'C0SHARED', ts: posted.ts ?? '' }, ACTIONS.approve);
    expect(error).toBeUndefined();
    await edge.until(() => ephemerals(edge, USERS.outsider).length > 0);
    expect(edge.verbs()).toEqual([]);
  });
});

describe('a click', () => {
  it('on Deny opens a form at once, whatever the desk takes, and turns it into the question', async () => {
    edge = await startEdge('http');
    const gate = Promise.withResolvers<void>();
    edge.desk.teach({
      request: async () => {
        await gate.promise;
        return pendingRequest();
      },
    });
    await click(USERS.bob, await card(), ACTIONS.deny);
    await edge.asked('request');
    const loading = await edge.until(() => topView(edge, USERS.bob));
    expect(loading.submit).toBeNull();
    gate.resolve();
    await edge.until(() => topView(edge, USERS.bob)?.callbackId === 'modal.deny');
    await edge.asked('answered');
  });

  it('that opens a form about a request nobody may see says so in the form', async () => {
    edge = await startEdge('http');
    edge.desk.teach({
      request: async () => {
        throw new AccessError({ code: 'no_such_request', request: 'req-1' });
      },
    });
    await click(USERS.bob, await card(), ACTIONS.deny);
    await edge.until(() => edge.methods().includes('views.update'));
    expect((await edge.until(() => topView(edge, USERS.bob))).submit).toBeNull();
  });

  it('whose form cannot be opened is answered in words', async () => {
    edge = await startEdge('http');
    const place = await card();
    edge.workspace.fault({ method: 'views.open', times: 1, kind: 'error', error: 'expired_trigger_id' });
    await click(USERS.bob, place, ACTIONS.deny);
    await edge.until(() => told(USERS.bob).length > 0);
    expect(edge.methods().filter((method) => method === 'views.open')).toHaveLength(1);
  });

  it.each([
    ['cancel', ACTIONS.cancel, 'cancel', pendingRequest()],
    [
      'finish',
      ACTIONS.finish,
      'finish',
      pendingRequest({ state: 'active', rev: 5, appliedAt: NOW, until: NOW + 3_600_000 }),
    ],
    [
      'keep',
      ACTIONS.keep,
      'keep',
      pendingRequest({ state: 'active', rev: 5, alarm: { kind: 'review_due', since: NOW, toldAt: NOW } }),
    ],
  ] as const)('on %s of the own card is carried out by the desk', async (_name, action, verb, request) => {
    edge = await startEdge('http');
    const place = await card(USERS.alice, action === ACTIONS.keep ? 'owner' : 'requester', request);
    await click(USERS.alice, place, action);
    expect(await edge.asked(verb)).toEqual([{ request: 'req-1', by: slackId(USERS.alice), copy: place }]);
  });

  it('on Ask again makes the new request under a guard of its own and says that it is on its way', async () => {
    edge = await startEdge('http');
    const place = await card(
      USERS.alice,
      'requester',
      pendingRequest({ state: 'ended', rev: 6, closedAt: NOW, closing: { why: 'expired' } }),
    );
    const { triggerId } = await click(USERS.alice, place, ACTIONS.again);
    expect(await edge.asked('askAgain')).toMatchObject([{ request: 'req-1' }, { id: `${TEAM}:${triggerId}:ask` }]);
    await edge.until(() => told(USERS.alice).length > 0);
  });

  it('in a private answer is answered with the new state, because no job redraws that message', async () => {
    edge = await startEdge('http');
    edge.desk.teach({
      home: async (viewer) => ({ ...homeOf(someone(viewer.user, 'Bob')), waiting: [pendingRequest()] }),
    });
    await edge.workspace.command(USERS.bob, '/access pending', 'C0GENERAL');
    const list = await edge.until(() => ephemerals(edge, USERS.bob).at(-1));
    const [button] = buttons(list.blocks).filter(({ value }) => value === 'req-1');
    if (button === undefined) throw new Error('the list offers nothing');
    await click(USERS.bob, list, button.actionId);
    await edge.until(() => ephemerals(edge, USERS.bob).length === 2);
    expect(said(ephemerals(edge, USERS.bob).at(-1) ?? { blocks: [] })).toContain('req-1');
    for (const { args } of edge.desk.asked) expect(JSON.stringify(args)).not.toContain('"copy"');
  });

  it('on the App Home redraws the Home', async () => {
    edge = await startEdge('http');
    edge.desk.teach({
      home: async (viewer) => ({ ...homeOf(someone(viewer.user, 'Bob')), waiting: [pendingRequest()] }),
    });
    await edge.workspace.openHome(USERS.bob);
    const home = await edge.until(() => edge.workspace.state(USERS.bob).home);
    const button = buttons(home.blocks).find(({ actionId }) => actionId === ACTIONS.approve);
    if (button === undefined) {
      // A Home that only links to the card: showing it is the answer.
      expect(hasButton(home, ACTIONS.show)).toBe(true);
      await edge.workspace.click(USERS.bob, { viewId: home.id, actionId: ACTIONS.show });
      await edge.until(() => messages(edge, USERS.bob).length > 0);
      return;
    }
    await edge.workspace.click(USERS.bob, { viewId: home.id, actionId: ACTIONS.approve, confirmed: true });
    await edge.asked('home', 2);
  });

  it('takes who and what for authority from nobody but the payload of Slack and the desk', async () => {
    edge = await startEdge('http');
    const place = await card();
    // Alice sees nothing of Bob's card; a forged click of hers is decided as hers.
    await edge.workspace.raw({
      via: 'http',
      body: `payload=${encodeURIComponent(
        JSON.stringify({
          type: 'block_actions',
          user: { id: USERS.alice, team_id: TEAM, name: 'alice' },
          team: { id: TEAM },
          container: { type: 'message', message_ts: place.ts, channel_id: place.channel },
          trigger_id: '9.9.forged',
          actions: [{ type: 'button', action_id: ACTIONS.approve, value: 'req-1', block_id: 'by:U0BOB' }],
        }),
      )}`,
    });
    expect(await edge.asked('decide')).toMatchObject([{ by: slackId(USERS.alice) }]);
  });

  it('without a trigger is guarded by where and when it was', async () => {
    edge = await startEdge('http');
    const { trigger_id: _none, ...payload } = {
      trigger_id: '',
      type: 'block_actions',
      user: { id: USERS.bob, team_id: TEAM },
      container: { type: 'message', message_ts: '1.000001', channel_id: 'D0X' },
      actions: [{ type: 'button', action_id: ACTIONS.cancel, value: 'req-1', action_ts: '5.5' }],
    };
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await edge.workspace.raw({ via: 'http', body });
    await edge.workspace.raw({ via: 'http', body });
    await edge.asked('receive', 2);
    await edge.quiet();
    expect(edge.verbs().filter((verb) => verb === 'cancel')).toHaveLength(1);
  });
});

describe('shortcuts', () => {
  it('open the request form from anywhere', async () => {
    edge = await startEdge('http');
    await edge.workspace.shortcut(USERS.alice, 'request_access');
    expect((await edge.until(() => topView(edge, USERS.alice))).callbackId).toBe('modal.request');
  });

  it('look up the author of a message', async () => {
    edge = await startEdge('http');
    const { ts } = edge.workspace.say(USERS.bob, 'C0GENERAL', 'hello');
    await edge.workspace.messageShortcut(USERS.alice, 'lookup_author', { channel: 'C0GENERAL', ts });
    expect(await edge.asked('lookup')).toEqual([slackId(USERS.alice), { kind: 'slack', slack: slackId(USERS.bob) }]);
    await edge.until(() => ephemerals(edge, USERS.alice).length > 0);
  });

  it('that are not known any more are answered', async () => {
    edge = await startEdge('http');
    expect((await edge.workspace.shortcut(USERS.alice, 'gone')).error).toBeUndefined();
    await edge.until(() => messages(edge, USERS.alice).length > 0);
  });
});
