// Forms: choices while typing, errors on their fields, submits that are stored before the form closes.
import { afterEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../../src/access/errors.ts';
import type { InputValue, ViewSeen } from '../../../src/sandbox/slack/index.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import { PERSON_ACTION } from '../../../src/slack/modals/index.ts';
import { fieldOf } from '../../../src/slack/modals/view.ts';
import { type Edge, messages, pendingRequest, slackId, startEdge, topView } from './harness.ts';
import { TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const SECRET_TEXT = 'because xoxb-123456789012-abcdefghijkl';

async function form(line: string, callbackId: string, user: string = USERS.alice): Promise<ViewSeen> {
  await edge.workspace.command(user, `/access ${line}`);
  return edge.until(() => {
    const view = topView(edge, user);
    return view?.callbackId === callbackId && edge.desk.owed.size === 0 && view;
  });
}

/** The form behind a button of a card. */
async function formOf(actionId: string, callbackId: string, user: string = USERS.bob): Promise<ViewSeen> {
  const reader = user === USERS.bob ? 'approver' : 'requester';
  const { channel, ts } = await edge.slack.notifier.show(await edge.desk.request(slackId(user), 'req-1'), {
    reader,
    slack: slackId(user),
  });
  await edge.workspace.click(user, { channel, ts, actionId, confirmed: true });
  return edge.until(() => {
    const view = topView(edge, user);
    return view?.callbackId === callbackId && view;
  });
}

/** Block ids of a view's fields, by field. */
function fields(view: ViewSeen, values: Record<string, InputValue>): Record<string, InputValue> {
  const ids = view.blocks.flatMap((block) => (typeof block.block_id === 'string' ? [block.block_id] : []));
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const id = ids.find((blockId) => fieldOf(blockId) === field);
      if (id === undefined) throw new Error(`the form has no field ${field}`);
      return [id, value];
    }),
  );
}
const blockId = (view: ViewSeen, field: string) => Object.keys(fields(view, { [field]: '' }))[0] ?? '';

describe.each(['http', 'socket'] as const)('a form over %s', (mode) => {
  it('is submitted: stored before it is acknowledged, under its trigger, and says what happens next', async () => {
    edge = await startEdge(mode);
    const view = await form('request', 'modal.request');
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    edge.desk.teach({
      submit: async (_from, _name, ask) => {
        await gate.promise;
        order.push('stored');
        return pendingRequest({ state: 'received', ask });
      },
    });
    const values = fields(view, { what: 'perplexity/admin', reason: 'INC-7' });
    const outcome = edge.workspace.submit(USERS.alice, view.id, values).then((result) => {
      order.push('acknowledged');
      return result;
    });
    const args = await edge.asked('submit');
    gate.resolve();
    const { triggerId, status, error } = await outcome;
    expect([status, error, order]).toEqual([200, undefined, ['stored', 'acknowledged']]);
    expect(args).toMatchObject([
      slackId(USERS.alice),
      'alice',
      { action: 'grant', app: 'perplexity', role: 'admin', subject: { kind: 'me' }, reason: 'INC-7' },
      { id: `${TEAM}:${triggerId}` },
    ]);
    const next = topView(edge, USERS.alice);
    expect(next?.submit).toBeNull();
    expect(next?.callbackId).not.toBe(view.callbackId);
  });

  it('shows what the desk refuses under its field and keeps the form', async () => {
    edge = await startEdge(mode);
    const view = await form('request', 'modal.request');
    edge.desk.teach({
      check: async () => [
        { field: 'reason', refusal: { code: 'reason_mismatch', pattern: 'INC-\\d+' } },
        { field: 'duration', refusal: { code: 'too_long', max: 3_600_000 } },
      ],
    });
    const values = fields(view, { what: 'perplexity/admin', reason: 'please' });
    const { errors } = await edge.workspace.submit(USERS.alice, view.id, values);
    expect(Object.keys(errors ?? {}).sort()).toEqual([blockId(view, 'duration'), blockId(view, 'reason')].sort());
    expect(topView(edge, USERS.alice)?.id).toBe(view.id);
    expect(edge.verbs()).not.toContain('submit');
  });

  it.each(['looks_like_secret', 'reason_too_long'] as const)(
    'that the store refuses as %s says so under the reason',
    async (code) => {
      edge = await startEdge(mode);
      const view = await form('request', 'modal.request');
      edge.desk.teach({
        submit: async () => {
          throw new AccessError(code === 'looks_like_secret' ? { code } : { code, max: 500 });
        },
      });
      const values = fields(view, { what: 'perplexity/admin', reason: 'long' });
      const { errors } = await edge.workspace.submit(USERS.alice, view.id, values);
      expect(Object.keys(errors ?? {})).toEqual([blockId(view, 'reason')]);
    },
  );

  it('of an update is opened at once and filled in with what the app shows, and sends what was changed', async () => {
    edge = await startEdge(mode);
    const gate = Promise.withResolvers<void>();
    edge.desk.teach({
      profile: async (_viewer, app) => {
        await gate.promise;
        const account = { id: 'a2', name: 'Bob Example', email: 'bob@example.com' };
        return { app, account, values: { givenName: 'Bob', title: 'Analyst' }, reasonRequired: false };
      },
    });
    await edge.workspace.command(USERS.alice, '/access update bob@example.com because she married');
    const first = await edge.until(() => topView(edge, USERS.alice));
    expect(JSON.stringify(first.blocks)).toContain('I am looking it up');
    gate.resolve();
    const view = await edge.until(() => {
      const now = topView(edge, USERS.alice);
      return now?.callbackId === 'modal.update' && now;
    });
    expect(view.id).toBe(first.id);
    const untouched = await edge.workspace.submit(USERS.alice, view.id, {});
    expect(untouched.errors).toEqual({ [blockId(view, 'given')]: expect.stringContaining('nothing to change') });
    await edge.workspace.submit(USERS.alice, view.id, fields(view, { title: 'Chief' }));
    const [, , ask] = await edge.asked('submit');
    expect(ask).toEqual({
      action: 'update',
      app: 'perplexity',
      subject: { kind: 'account', app: 'perplexity', account: 'a2' },
      changes: { title: 'Chief' },
      reason: 'she married',
    });
  });

  it('of an update asks whose account first where nobody was named, and says why not in its place', async () => {
    edge = await startEdge(mode);
    const whose = await form('update', 'modal.update_whose');
    const person = blockId(whose, 'whose');
    await edge.workspace.suggest(USERS.alice, { viewId: whose.id }, PERSON_ACTION, 'bob');
    await edge.workspace.submit(USERS.alice, whose.id, { [person]: 'account|perplexity|a2' });
    const details = await edge.until(() => {
      const now = topView(edge, USERS.alice);
      return now?.callbackId === 'modal.update' && now;
    });
    expect(details.id).toBe(whose.id);
    expect(await edge.asked('profile')).toEqual([
      slackId(USERS.alice),
      'perplexity',
      { kind: 'account', app: 'perplexity', account: 'a2' },
    ]);
    edge.desk.teach({
      profile: async () => {
        throw new AccessError({ code: 'no_account', app: 'perplexity', email: 'x@example.com' });
      },
    });
    await edge.workspace.command(USERS.alice, '/access update x@example.com');
    const refused = await edge.until(() => {
      const now = topView(edge, USERS.alice);
      return JSON.stringify(now?.blocks).includes('shows no account for') && now;
    });
    expect(JSON.stringify(refused.blocks)).toContain('Ask for an account first');
    await edge.until(() => edge.desk.owed.size === 0);
  });

  it('that cannot be stored says so in its place', async () => {
    edge = await startEdge(mode);
    const view = await form('request', 'modal.request');
    edge.desk.teach({
      submit: async () => {
        throw new AccessError({ code: 'store_unavailable' });
      },
    });
    const values = fields(view, { what: 'perplexity/admin', reason: 'INC-7' });
    const { error, status } = await edge.workspace.submit(USERS.alice, view.id, values);
    expect([error, status]).toEqual([undefined, 200]);
    expect(topView(edge, USERS.alice)?.submit).toBeNull();
  });

  it('that is submitted twice byte for byte is stored once', async () => {
    edge = await startEdge(mode);
    const view = await form('request', 'modal.request');
    const values = fields(view, { what: 'perplexity/admin', reason: 'INC-7' });
    const { deliveryId = '' } = await edge.workspace.submit(USERS.alice, view.id, values);
    expect((await edge.workspace.replay(deliveryId)).status).toBe(200);
    const ids = edge.desk.asked.filter(({ verb }) => verb === 'submit').map(({ args }) => args[3]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toEqual(ids[1]);
    expect(edge.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the form that denies', () => {
  it('wants a reason, is stored with it, and is decided as its sender after it has closed', async () => {
    edge = await startEdge('http');
    const view = await formOf(ACTIONS.deny, 'modal.deny');
    edge.desk.teach({ decide: () => edge.hang() });
    const { error } = await edge.workspace.submit(USERS.bob, view.id, fields(view, { reason: 'not this week' }));
    expect(error).toBeUndefined();
    expect(topView(edge, USERS.bob)).toBeUndefined();
    expect(await edge.asked('decide')).toEqual([
      { request: 'req-1', by: slackId(USERS.bob), verdict: 'deny', reason: 'not this week' },
    ]);
    expect([...edge.desk.owed.values()]).toMatchObject([{ do: 'decide', verdict: 'deny', reason: 'not this week' }]);
  });

  it('refuses a secret on its field and stores nothing', async () => {
    edge = await startEdge('http');
    const view = await formOf(ACTIONS.deny, 'modal.deny');
    await edge.asked('answered');
    const { errors } = await edge.workspace.submit(USERS.bob, view.id, fields(view, { reason: SECRET_TEXT }));
    expect(Object.keys(errors ?? {})).toEqual([blockId(view, 'reason')]);
    expect(edge.verbs()).not.toContain('decide');
    expect(JSON.stringify(edge.desk.asked)).not.toContain('xoxb-123');
  });

  it('tells its sender when the decision was refused after all', async () => {
    edge = await startEdge('http');
    const view = await formOf(ACTIONS.deny, 'modal.deny');
    edge.desk.teach({
      decide: async () => {
        throw new AccessError({ code: 'closed', request: 'req-1', state: 'cancelled' });
      },
    });
    await edge.workspace.submit(USERS.bob, view.id, fields(view, { reason: 'no' }));
    await edge.until(() => messages(edge, USERS.bob).length === 2);
  });
});

describe('forms that stand on a refused request', () => {
  const revoke = { action: 'revoke', app: 'perplexity', role: 'admin', subject: { kind: 'me' } } as const;

  it('hand a role over: the new ask is made from the stored request', async () => {
    edge = await startEdge('http');
    const refusal = {
      code: 'last_admin',
      app: 'perplexity',
      role: 'admin',
      unreadable: false,
      handOver: true,
    } as const;
    edge.desk.teach({
      request: async () => pendingRequest({ state: 'refused', ask: revoke, refusal, steps: [] }),
    });
    const view = await formOf(ACTIONS.handOver, 'modal.handover', USERS.alice);
    await edge.workspace.suggest(USERS.alice, { viewId: view.id }, PERSON_ACTION, 'bob');
    const values = fields(view, { successor: 'account|perplexity|a2', reason: 'leaving' });
    const { triggerId, errors } = await edge.workspace.submit(USERS.alice, view.id, values);
    expect(errors).toBeUndefined();
    expect(await edge.asked('submit')).toMatchObject([
      slackId(USERS.alice),
      'alice',
      {
        action: 'grant',
        role: 'admin',
        subject: { kind: 'account', app: 'perplexity', account: 'a2' },
        handOverFrom: { account: 'a1', action: 'revoke' },
      },
      { id: `${TEAM}:${triggerId}:ask` },
    ]);
    await edge.until(() => messages(edge, USERS.alice).length === 2);
  });

  it('take every role away', async () => {
    edge = await startEdge('http');
    const refusal = { code: 'several_roles', app: 'perplexity', roles: ['admin', 'owner'] } as const;
    edge.desk.teach({
      request: async () =>
        pendingRequest({
          state: 'refused',
          ask: revoke,
          refusal: { ...refusal, roles: ['admin', 'owner'] },
          steps: [],
        }),
    });
    const view = await formOf(ACTIONS.revokeAll, 'modal.revoke_all', USERS.alice);
    await edge.workspace.submit(USERS.alice, view.id);
    expect(await edge.asked('submit')).toMatchObject([{}, 'alice', { action: 'revoke', everyRole: true }, {}]);
  });
});

describe('the choices of a person field', () => {
  const suggest = (user: string, viewId: string, query = 'bo') =>
    edge.workspace.suggest(user, { viewId }, PERSON_ACTION, query);

  it('come from memory, for the app of the field', async () => {
    edge = await startEdge('http');
    const view = await form('request', 'modal.request');
    const { options, error } = await suggest(USERS.alice, view.id);
    expect(error).toBeUndefined();
    expect(JSON.stringify(options)).toContain('bob@example.com');
    expect(await edge.asked('choices')).toEqual(['bo', 'perplexity', expect.any(Number)]);
  });

  it('ask who is typing once, not at every letter', async () => {
    edge = await startEdge('http');
    const view = await form('request', 'modal.request');
    for (const query of ['b', 'bo', 'bob']) await suggest(USERS.alice, view.id, query);
    expect(edge.methods().filter((method) => method === 'users.info')).toHaveLength(1);
  });

  it.each([
    ['a guest', () => edge.workspace.updatePerson(USERS.alice, { kind: 'guest' })],
    [
      'nobody knows who',
      () => edge.workspace.fault({ method: 'users.info', times: 9, kind: 'error', error: 'internal_error' }),
    ],
    ['Slack does not say who', () => edge.workspace.fault({ method: 'users.info', times: 9, kind: 'hang' })],
  ])('are none when %s is typing', async (_who, happens) => {
    edge = await startEdge('http');
    const view = await form('request', 'modal.request');
    happens();
    const { options, error } = await suggest(USERS.alice, view.id);
    expect([options, error]).toEqual([[], undefined]);
    expect(edge.verbs()).not.toContain('choices');
  });

  it('never reach a person of another organisation', async () => {
    edge = await startEdge('http');
    const payload = {
      type: 'block_suggestion',
      user: { id: USERS.outsider, team_id: 'T0OTHER' },
      team: { id: TEAM },
      action_id: PERSON_ACTION,
      block_id: 'person',
      value: 'bo',
    };
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
    expect((await edge.workspace.raw({ via: 'http', body })).body).toEqual({ options: [] });
    expect(edge.desk.asked).toEqual([]);
  });
});

describe('a form of another version', () => {
  it('is answered, not left to time out', async () => {
    edge = await startEdge('http');
    const payload = {
      type: 'view_submission',
      user: { id: USERS.alice, team_id: TEAM },
      team: { id: TEAM },
      trigger_id: '7.7.old',
      view: { id: 'V0OLD', type: 'modal', callback_id: 'modal.gone', state: { values: {} }, private_metadata: '' },
    };
    const send = (view: object) => {
      const body = `payload=${encodeURIComponent(JSON.stringify({ ...payload, view: { ...payload.view, ...view } }))}`;
      return edge.workspace.raw({ via: 'http', body });
    };
    for (const view of [{}, { callback_id: 'modal.revoke_all' }]) {
      const { status, body } = await send(view);
      expect(status).toBe(200);
      expect(body).toMatchObject({ response_action: 'update' });
    }
    expect(edge.verbs()).toEqual([]);
  });
});
