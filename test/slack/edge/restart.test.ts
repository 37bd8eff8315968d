// What an earlier process acknowledged and did not get to: carried out by the job `answer`, told to the person.
import { afterEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../../src/access/errors.ts';
import { type Edge, ephemerals, messages, pendingRequest, said, slackId, startEdge } from './harness.ts';
import { TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const owed = { from: slackId(USERS.alice), name: 'alice' };
const bobs = { from: slackId(USERS.bob), name: 'bob' };
const dm = (user: string) => edge.until(() => messages(edge, user).at(-1));

describe('after a restart', () => {
  it('a look-up is answered where it was asked', async () => {
    edge = await startEdge('http');
    await edge.slack.answer('T0HOME:1.2.3', { do: 'mine', ...owed, channel: 'C0GENERAL' });
    expect(ephemerals(edge, USERS.alice)).toHaveLength(1);
    expect(edge.verbs()).toEqual(['home']);
  });

  it('a look-up asked where the bot is not is answered in a direct message', async () => {
    edge = await startEdge('http');
    await edge.slack.answer('T0HOME:1.2.3', { do: 'mine', ...owed, channel: 'C0NOBOT' });
    await dm(USERS.alice);
  });

  it('a click is decided', async () => {
    edge = await startEdge('http');
    const copy = { channel: 'D0X', ts: '1.000001' };
    await edge.slack.answer('T0HOME:1.2.3', {
      do: 'decide',
      ...bobs,
      request: 'req-1',
      verdict: 'approve',
      seen: 'card',
      copy,
    });
    expect(edge.desk.asked).toEqual([
      { verb: 'decide', args: [{ request: 'req-1', by: slackId(USERS.bob), copy, verdict: 'approve' }] },
    ]);
    expect(messages(edge, USERS.bob)).toEqual([]);
  });

  it('a click that was decided before the crash alarms nobody', async () => {
    edge = await startEdge('http');
    const by = { slack: slackId(USERS.bob), name: 'Bob Example' };
    edge.desk.teach({
      decide: async () => {
        throw new AccessError({ code: 'closed', request: 'req-1', state: 'approved' });
      },
      request: async () =>
        pendingRequest({ state: 'approved', decisions: [{ step: 0, by, verdict: 'approve', at: 1 }] }),
    });
    const work = { do: 'decide', ...bobs, request: 'req-1', seen: 'card' };
    await edge.slack.answer('T0HOME:1.2.3', { ...work, verdict: 'approve' });
    expect(messages(edge, USERS.bob)).toEqual([]);
    // The other verdict is another matter.
    await edge.slack.answer('T0HOME:1.2.4', { ...work, verdict: 'deny', reason: 'no' });
    await dm(USERS.bob);
  });

  it('a form that was owed cannot be opened any more: the person is asked to begin again', async () => {
    edge = await startEdge('http');
    await edge.slack.answer('T0HOME:1.2.3', { do: 'form', ...owed });
    expect(said(await dm(USERS.alice))).toMatch(/restart/i);
  });

  it('an ask made of a stored request that had been submitted is not submitted again', async () => {
    edge = await startEdge('http');
    const work = { do: 'again', ...owed, request: 'req-1', seen: 'card' };
    await edge.slack.answer('T0HOME:1.2.3', work);
    await edge.slack.answer('T0HOME:1.2.3', work);
    expect(edge.desk.asked.map(({ verb, args }) => [verb, args[1]])).toEqual([
      ['askAgain', { id: 'T0HOME:1.2.3:ask' }],
      ['askAgain', { id: 'T0HOME:1.2.3:ask' }],
    ]);
    expect(messages(edge, USERS.alice)).toHaveLength(1);
  });

  it('work that cannot be read is dropped, with a line in the log', async () => {
    edge = await startEdge('http');
    for (const work of [undefined, {}, { do: 'grant_everything', ...owed }, { do: 'mine', from: { team: TEAM } }]) {
      await edge.slack.answer('T0HOME:1.2.3', work);
    }
    expect(edge.lines.filter((line) => line.level === 'error')).toHaveLength(4);
    expect(edge.verbs()).toEqual([]);
  });

  it('an answer that does not get through is thrown, so that the job tries again', async () => {
    edge = await startEdge('http');
    edge.workspace.fault({ method: '*', times: 9, kind: 'error', error: 'internal_error' });
    await expect(edge.slack.answer('T0HOME:1.2.3', { do: 'mine', ...owed })).rejects.toThrow();
    edge.workspace.clearFaults();
    await edge.slack.answer('T0HOME:1.2.3', { do: 'mine', ...owed });
    await dm(USERS.alice);
  });

  it('the job waits for a process that is still at it, and does nothing twice', async () => {
    edge = await startEdge('http');
    const gate = Promise.withResolvers<void>();
    const decided = pendingRequest({ state: 'approved', rev: 3 });
    edge.desk.teach({
      decide: async () => {
        await gate.promise;
        return decided;
      },
    });
    const card = await edge.slack.notifier.show(pendingRequest(), { reader: 'approver', slack: slackId(USERS.bob) });
    await edge.workspace.click(USERS.bob, {
      channel: card.channel,
      ts: card.ts,
      actionId: 'request.approve',
      confirmed: true,
    });
    await edge.asked('decide');
    const [stored] = [...edge.desk.owed];
    if (stored === undefined) throw new Error('nothing is owed');
    const job = edge.slack.answer(...stored);
    gate.resolve();
    await job;
    await edge.asked('answered');
    expect(edge.verbs().filter((verb) => verb === 'decide')).toHaveLength(1);
  });

  it('the job is told when the living process did not get through, so that it tries again', async () => {
    edge = await startEdge('http');
    const gate = Promise.withResolvers<never>();
    edge.desk.teach({ home: () => gate.promise });
    await edge.workspace.command(USERS.alice, '/access mine', 'C0NOBOT');
    await edge.asked('home');
    const [stored] = [...edge.desk.owed];
    if (stored === undefined) throw new Error('nothing is owed');
    const job = edge.slack.answer(...stored).then(
      () => 'done',
      () => 'again',
    );
    edge.workspace.fault({ method: 'response_url', times: 1, kind: 'http', status: 500 });
    edge.workspace.fault({ method: 'conversations.open', times: 1, kind: 'error', error: 'internal_error' });
    gate.reject(new AccessError({ code: 'safe_mode' }));
    expect(await job).toBe('again');
    expect(edge.desk.owed.size).toBe(1);
  });
});
