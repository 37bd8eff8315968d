// Every button there is leads somewhere: none of the action ids the cards can show is answered as unknown.
import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessRequest } from '../../../src/access/request.ts';
import { addressFor } from '../../../src/slack/cards/card.ts';
import { ACTIONS, type ActionId } from '../../../src/slack/cards/index.ts';
import { type Edge, ephemerals, pendingRequest, said, slackId, startEdge, topView } from './harness.ts';
import { BOT_TOKEN, USERS } from './workspace.ts';

let edge: Edge;
let channel: string;
let bot: WebClient;
beforeAll(async () => {
  edge = await startEdge('http');
  bot = new WebClient(BOT_TOKEN, { slackApiUrl: edge.workspace.apiUrl });
});
afterAll(() => edge.stop());
beforeEach(async () => {
  edge.workspace.reset();
  edge.desk.asked.length = 0;
  channel = 'C0GENERAL';
});

async function press(actionId: string, button: { value?: string; blockId?: string } = {}): Promise<void> {
  const blocks: KnownBlock[] = [
    {
      type: 'actions',
      ...(button.blockId === undefined ? {} : { block_id: button.blockId }),
      elements: [
        {
          type: 'button',
          action_id: actionId,
          text: { type: 'plain_text', text: 'Press' },
          ...(button.value === undefined ? {} : { value: button.value }),
        },
      ],
    },
  ];
  const { ts = '' } = await bot.chat.postMessage({ channel, text: 'button', blocks });
  const { error } = await edge.workspace.click(USERS.alice, { channel, ts, actionId });
  expect(error).toBeUndefined();
}

const APP = addressFor({ kind: 'app', app: 'perplexity' }) ?? '';
const ACCOUNT = addressFor({ kind: 'account', app: 'perplexity', account: 'a2' }) ?? '';
const GROUP = addressFor({ kind: 'group', app: 'perplexity', role: 'admin', group: 'g-2' }) ?? '';
const refused = (refusal: AccessRequest['refusal'], change: Partial<AccessRequest['ask']> = {}): AccessRequest =>
  pendingRequest({
    state: 'refused',
    steps: [],
    ask: { ...pendingRequest().ask, ...change },
    ...(refusal === undefined ? {} : { refusal }),
  });
const lastAdmin = { code: 'last_admin', app: 'perplexity', role: 'admin', unreadable: false, handOver: true } as const;

type Case = [ActionId, { value?: string; blockId?: string }, string, AccessRequest?];
const request = { value: 'req-1' };

const FORMS: Case[] = [
  [ACTIONS.deny, request, 'modal.deny'],
  [ACTIONS.revokeGrant, request, 'modal.revoke', pendingRequest({ state: 'active' })],
  [ACTIONS.askAccount, request, 'modal.provision', refused({ code: 'no_account', app: 'perplexity' })],
  [ACTIONS.askEnable, request, 'modal.enable', refused({ code: 'account_inactive', app: 'perplexity' })],
  [ACTIONS.handOver, request, 'modal.handover', refused(lastAdmin, { action: 'revoke' })],
  [
    ACTIONS.revokeAll,
    request,
    'modal.revoke_all',
    refused({ code: 'several_roles', app: 'perplexity', roles: ['admin', 'owner'] }, { action: 'revoke' }),
  ],
  [ACTIONS.driftAdopt, { value: 'find-1' }, 'modal.drift_adopt'],
  [ACTIONS.driftIgnore, { value: 'find-1' }, 'modal.drift_ignore'],
  [ACTIONS.openRequest, {}, 'modal.request'],
  [ACTIONS.openProvision, { blockId: APP }, 'modal.provision'],
  [ACTIONS.openRevoke, { blockId: APP }, 'modal.revoke'],
  [ACTIONS.openDisable, { blockId: APP }, 'modal.disable'],
  [ACTIONS.openEnable, { blockId: APP }, 'modal.enable'],
  [ACTIONS.openUpdate, { blockId: APP }, 'modal.update_whose'],
  [ACTIONS.accountRequest, { blockId: ACCOUNT }, 'modal.request'],
  [ACTIONS.accountGrant, { blockId: ACCOUNT }, 'modal.request'],
  [ACTIONS.accountRevoke, { blockId: ACCOUNT }, 'modal.revoke'],
  [ACTIONS.accountDisable, { blockId: ACCOUNT }, 'modal.disable'],
  [ACTIONS.accountEnable, { blockId: ACCOUNT }, 'modal.enable'],
  [ACTIONS.accountUpdate, { blockId: ACCOUNT }, 'modal.update'],
];

const CALLS: [ActionId, { value?: string; blockId?: string }, string, unknown[]][] = [
  [ACTIONS.approve, request, 'decide', [{ request: 'req-1', verdict: 'approve' }]],
  [ACTIONS.cancel, request, 'cancel', [{ request: 'req-1' }]],
  [ACTIONS.finish, request, 'finish', [{ request: 'req-1' }]],
  [ACTIONS.keep, request, 'keep', [{ request: 'req-1' }]],
  [ACTIONS.again, request, 'askAgain', [{ request: 'req-1' }, {}]],
  [ACTIONS.show, request, 'request', [slackId(USERS.alice), 'req-1']],
  [ACTIONS.driftPutRight, { value: 'find-1' }, 'settleDrift', [{ finding: 'find-1', how: 'put_right' }]],
  [ACTIONS.driftEnd, { value: 'find-1' }, 'settleDrift', [{ finding: 'find-1', how: 'end_grants' }]],
  [ACTIONS.driftAccept, { value: 'find-1' }, 'settleDrift', [{ finding: 'find-1', how: 'accept' }]],
  [ACTIONS.driftReview, { value: 'find-1' }, 'settleDrift', [{ finding: 'find-1', how: 'review' }]],
  [ACTIONS.accountShow, { blockId: ACCOUNT }, 'lookup', [{}, { kind: 'account', app: 'perplexity', account: 'a2' }]],
  [ACTIONS.showMine, {}, 'home', [slackId(USERS.alice)]],
  [ACTIONS.showPending, {}, 'home', [slackId(USERS.alice)]],
  [ACTIONS.listApp, { blockId: APP }, 'list', [slackId(USERS.alice), 'perplexity', 'admins']],
  [ACTIONS.cannotGetIn, { blockId: APP }, 'cannotGetIn', [slackId(USERS.alice), 'perplexity']],
  [ACTIONS.appStatus, { blockId: APP }, 'status', [slackId(USERS.alice), 'perplexity']],
  [ACTIONS.appSync, { blockId: APP }, 'sync', [slackId(USERS.alice), 'perplexity']],
  [ACTIONS.appPause, { blockId: APP }, 'pause', [slackId(USERS.alice), 'perplexity']],
  [ACTIONS.appResume, { blockId: APP }, 'resume', [slackId(USERS.alice), 'perplexity']],
  [ACTIONS.useGroup, { blockId: GROUP }, 'useGroup', [slackId(USERS.alice), 'perplexity', 'admin', 'g-2']],
  [
    ACTIONS.older,
    { value: JSON.stringify({ whose: { kind: 'me' }, before: 70 }) },
    'history',
    [slackId(USERS.alice), { kind: 'me' }, 70],
  ],
];

describe('every button there is', () => {
  it.each(FORMS)('%s opens its form', async (actionId, button, callbackId, stored) => {
    edge.desk.teach({ request: async () => stored ?? pendingRequest() });
    await press(actionId, button);
    await edge.until(() => topView(edge, USERS.alice)?.callbackId === callbackId);
    await edge.until(() => edge.desk.owed.size === 0);
  });

  it.each(CALLS)('%s asks the desk', async (actionId, button, verb, args) => {
    await press(actionId, button);
    const asked = await edge.until(() => edge.desk.asked.find((entry) => entry.verb === verb));
    expect(asked.args).toMatchObject(args);
    await edge.until(() => edge.desk.owed.size === 0);
  });

  it('help and links need no desk', async () => {
    await press(ACTIONS.visit);
    expect(ephemerals(edge, USERS.alice)).toEqual([]);
    await press(ACTIONS.help);
    expect(said(await edge.until(() => ephemerals(edge, USERS.alice)[0]))).toContain('/access request');
    expect(edge.verbs()).toEqual([]);
  });

  it('is in one of these lists', () => {
    const listed = [...FORMS, ...CALLS].map(([actionId]) => actionId);
    expect([...listed, ACTIONS.help, ACTIONS.visit].sort()).toEqual(Object.values(ACTIONS).sort());
  });

  it.each([
    ['a request that is none', ACTIONS.approve, { value: 'x'.repeat(65) }],
    ['no request', ACTIONS.approve, {}],
    ['no app', ACTIONS.listApp, {}],
    ['an app instead of an account', ACTIONS.accountDisable, { blockId: APP }],
    ['no app to be paused', ACTIONS.appPause, {}],
    ['an account instead of a group', ACTIONS.useGroup, { blockId: ACCOUNT }],
    ['no page of a history', ACTIONS.older, {}],
    ['no line of one', ACTIONS.older, { value: '{"whose":{"kind":"me"},"before":-1}' }],
    ['somebody who is nobody', ACTIONS.older, { value: '{"whose":{"kind":"all"},"before":7}' }],
  ])('that names %s is answered as outdated', async (_what, actionId, button) => {
    await press(actionId, button);
    await edge.until(() => ephemerals(edge, USERS.alice)[0]);
    expect(edge.verbs()).toEqual([]);
  });
});
