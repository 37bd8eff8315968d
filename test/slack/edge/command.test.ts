// From a typed command to its answer: stored, acknowledged, carried out, answered, over both doors of a real Bolt.
import { afterEach, describe, expect, it } from 'vitest';
import { AccessError, DirectoryError } from '../../../src/access/errors.ts';
import {
  type Edge,
  ephemerals,
  homeOf,
  messages,
  pendingRequest,
  said,
  slackId,
  someone,
  startEdge,
  topView,
} from './harness.ts';
import { TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const command = (line: string, channel = 'C0GENERAL', user: string = USERS.alice) =>
  edge.workspace.command(user, line, channel);
const answered = (count = 1) => edge.until(() => ephemerals(edge, USERS.alice).length >= count);
const newest = () => ephemerals(edge, USERS.alice).at(-1)?.text ?? '';
const never = () => edge.hang();

describe.each(['http', 'socket'] as const)('a command over %s', (mode) => {
  it('that is complete is stored before it is acknowledged, under its trigger', async () => {
    edge = await startEdge(mode);
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    edge.desk.teach({
      submit: async (_from, _name, ask) => {
        await gate.promise;
        order.push('stored');
        return pendingRequest({ state: 'received', ask });
      },
    });
    const outcome = command('/access request admin for 4h because INC-7').then((result) => {
      order.push('acknowledged');
      return result;
    });
    const args = await edge.asked('submit');
    order.push('asked');
    gate.resolve();
    const { triggerId, status } = await outcome;
    expect(order).toEqual(['asked', 'stored', 'acknowledged']);
    expect(status).toBe(200);
    expect(args).toMatchObject([
      slackId(USERS.alice),
      'alice',
      { action: 'grant', role: 'admin', subject: { kind: 'me' }, reason: 'INC-7' },
      { id: `${TEAM}:${triggerId}`, channel: 'C0GENERAL' },
    ]);
    await answered();
  });

  it('is acknowledged while every look-up hangs', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({ home: never, lookup: never, list: never, history: never, link: never, request: never });
    for (const line of [
      '',
      'mine',
      'pending',
      'lookup bob',
      'list admins',
      'history',
      'link <@U0BOB> bob@example.com',
    ]) {
      const { error, status } = await command(`/access ${line}`);
      expect([line, error, status]).toEqual([line, undefined, 200]);
    }
    await edge.asked('lookup');
    expect([...edge.desk.owed.values()].map((work) => (work as { do: string }).do)).toEqual([
      'hub',
      'mine',
      'pending',
      'lookup',
      'list',
      'history',
      'link',
    ]);
  });

  it('that asks for something to read is stored, acknowledged, looked up, answered and crossed off, in this order', async () => {
    edge = await startEdge(mode);
    const { triggerId } = await command('/access mine');
    await edge.asked('answered');
    expect(edge.verbs().filter((verb) => verb !== 'offers')).toEqual(['receive', 'home', 'answered']);
    expect(edge.desk.asked[0]?.args).toEqual([
      `${TEAM}:${triggerId}`,
      { do: 'mine', from: slackId(USERS.alice), name: 'alice', channel: 'C0GENERAL' },
      expect.any(Number),
    ]);
    expect(ephemerals(edge, USERS.alice)).toHaveLength(1);
    expect(ephemerals(edge, USERS.bob)).toHaveLength(0);
    expect(edge.desk.owed.size).toBe(0);
  });

  it('stores neither the response_url nor the trigger in what it owes', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({ home: never });
    const { triggerId = '' } = await command('/access mine');
    await edge.asked('home');
    const stored = JSON.stringify([...edge.desk.owed.values()]);
    expect(stored).not.toMatch(/http/);
    expect(stored).not.toContain(triggerId);
  });

  it('that is not complete opens the form with its trigger, filled in, while looking up the person hangs', async () => {
    edge = await startEdge(mode);
    edge.workspace.fault({ method: 'users.info', times: 1, kind: 'hang' });
    await command('/access grant @bob');
    const view = await edge.until(() => topView(edge, USERS.alice));
    expect(view.callbackId).toBe('modal.request');
    expect(edge.methods().indexOf('views.open')).toBeGreaterThanOrEqual(0);
    expect(edge.methods().slice(0, edge.methods().indexOf('views.open'))).not.toContain('users.info');
  });

  it('fills the name of the person in once it is known', async () => {
    edge = await startEdge(mode);
    await command('/access grant @bob');
    await edge.until(() => edge.methods().includes('views.update'));
    const view = await edge.until(() => topView(edge, USERS.alice));
    expect(said(view)).toContain('Bob Example');
  });

  it('that lacks what the rule asks for opens the form and says what is missing', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({ check: async () => [{ field: 'reason', refusal: { code: 'reason_required' } }] });
    await command('/access request admin');
    expect((await edge.until(() => topView(edge, USERS.alice))).callbackId).toBe('modal.request');
    expect(edge.verbs()).not.toContain('submit');
  });

  it('that is mistyped opens the form and says what was probably meant', async () => {
    edge = await startEdge(mode);
    await command('/access request admn for 1h because INC-7');
    const view = await edge.until(() => topView(edge, USERS.alice));
    expect(view.callbackId).toBe('modal.request');
    expect(said(view)).toContain('Did you mean `admin`?');
    expect(edge.verbs()).not.toContain('submit');
  });

  it('that no form could mend is refused in the acknowledgement', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({
      check: async () => [{ field: 'role', refusal: { code: 'already_standing', app: 'perplexity', role: 'admin' } }],
    });
    await command('/access request admin because INC-7');
    await answered();
    expect(edge.verbs()).not.toContain('submit');
    expect(topView(edge, USERS.alice)).toBeUndefined();
  });

  it('gives a secret in the reason back to nobody', async () => {
    edge = await startEdge(mode);
    edge.desk.teach({ check: async () => [{ field: 'reason', refusal: { code: 'looks_like_secret' } }] });
    await command('/access request admin because xoxb-123456789012-abcdefgh');
    const view = await edge.until(() => topView(edge, USERS.alice));
    expect(said(view)).not.toContain('xoxb-');
    expect(JSON.stringify([...edge.desk.owed.values()])).not.toContain('xoxb-');
    expect(JSON.stringify(edge.lines)).not.toContain('xoxb-');
  });

  it('that says nothing Rolecall knows is answered with help, without the desk', async () => {
    edge = await startEdge(mode);
    for (const [count, line] of [
      '/access help',
      '/access lokup bob',
      '/access extend',
      '/access grant @nobody',
    ].entries()) {
      expect((await command(line)).status).toBe(200);
      await answered(count + 1);
    }
    expect(edge.verbs().filter((verb) => verb !== 'offers')).toEqual([]);
  });

  it.each([
    ['refused', () => new AccessError({ code: 'store_unavailable' })],
    ['failing', () => new Error('the disk is on fire')],
  ])('whose storing is %s is answered in the acknowledgement', async (_how, error) => {
    edge = await startEdge(mode);
    const fail = async () => {
      throw error();
    };
    edge.desk.teach({ submit: fail, receive: fail });
    for (const [count, line] of [
      '/access request admin because INC-7',
      '/access mine',
      '/access provision',
    ].entries()) {
      expect((await command(line)).error).toBeUndefined();
      await answered(count + 1);
    }
    expect(newest()).not.toContain('disk');
  });

  it.each([
    ['a refusal', 0, () => new AccessError({ code: 'not_entitled', need: 'auditor' })],
    ['a directory that is away', 0, () => new DirectoryError('unavailable', 'HTTP 503')],
    ['a mistake of ours', 1, () => new TypeError('undefined is not a function')],
  ])('whose look-up ends in %s tells the person and is crossed off', async (_what, mistakes, error) => {
    edge = await startEdge(mode);
    edge.desk.teach({
      list: async () => {
        throw error();
      },
    });
    await command('/access list admins');
    await answered();
    await edge.asked('answered');
    expect(newest().length).toBeGreaterThan(10);
    expect(newest()).not.toMatch(/undefined|HTTP/);
    // What nobody expected is found in the log by the reference the person has got.
    const references = edge.lines.filter((line) => line.level === 'error').map((line) => line.fields.reference);
    expect(references).toHaveLength(mistakes);
    for (const reference of references) expect(newest()).toContain(reference);
  });
});

describe('a private answer', () => {
  it('comes as an ephemeral message when the response_url is dead', async () => {
    edge = await startEdge('http');
    edge.workspace.fault({ method: 'response_url', times: 9, kind: 'http', status: 404 });
    await command('/access mine');
    await edge.asked('answered');
    expect(edge.methods()).toContain('chat.postEphemeral');
    expect(ephemerals(edge, USERS.alice)).toHaveLength(1);
  });

  it('comes as a direct message where the bot is not in the channel', async () => {
    edge = await startEdge('http');
    edge.workspace.fault({ method: 'response_url', times: 9, kind: 'reset' });
    await command('/access mine', 'C0NOBOT');
    await edge.asked('answered');
    expect(messages(edge, USERS.alice)).toHaveLength(1);
    expect(messages(edge, USERS.bob)).toHaveLength(0);
  });

  it('is owed until it gets through: the job answers what the process could not', async () => {
    edge = await startEdge('http');
    edge.workspace.fault({ method: 'response_url', times: 1, kind: 'http', status: 500 });
    edge.workspace.fault({ method: 'conversations.open', times: 1, kind: 'error', error: 'internal_error' });
    await command('/access mine', 'C0NOBOT');
    await edge.until(() => edge.lines.find((line) => line.message === 'acknowledged, but not answered yet'));
    const [owed] = [...edge.desk.owed];
    if (owed === undefined) throw new Error('nothing is owed');
    edge.workspace.clearFaults();
    await edge.slack.answer(...owed);
    expect(ephemerals(edge, USERS.alice).length + messages(edge, USERS.alice).length).toBe(1);
  });

  it('goes nowhere but to Slack, whatever the payload says', async () => {
    edge = await startEdge('http');
    const body = new URLSearchParams({
      command: '/access',
      text: 'mine',
      user_id: USERS.alice,
      team_id: TEAM,
      channel_id: 'C0GENERAL',
      trigger_id: '1.2.abc',
      response_url: 'http://127.0.0.1:9/elsewhere',
    });
    await edge.workspace.raw({ via: 'http', body: body.toString() });
    await edge.asked('answered');
    expect(edge.lines.filter((line) => line.message.includes('response_url'))).toEqual([]);
    expect(edge.methods()).toContain('chat.postEphemeral');
  });

  it('is for the person of the command alone', async () => {
    edge = await startEdge('http');
    edge.desk.teach({ home: async (viewer) => homeOf(someone(viewer.user, `Viewer ${viewer.user}`)) });
    await Promise.all([command('/access mine'), command('/access mine', 'C0GENERAL', USERS.bob)]);
    await edge.asked('answered', 2);
    expect([ephemerals(edge, USERS.alice).length, ephemerals(edge, USERS.bob).length]).toEqual([1, 1]);
  });
});
