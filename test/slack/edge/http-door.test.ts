// The HTTP door: what Bolt never sees, what is taken exactly once, and a stop that leaves nobody without an answer.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Edge, ephemerals, startEdge } from './harness.ts';
import { SECRET, TEAM, USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const commandBody = (text: string, trigger = '111.222.abc') =>
  new URLSearchParams({
    command: '/access',
    text,
    user_id: USERS.alice,
    user_name: 'alice',
    team_id: TEAM,
    channel_id: 'C0GENERAL',
    trigger_id: trigger,
    api_app_id: 'A0SANDBOX',
  }).toString();

function send(
  body: string,
  more: { ahead?: number; secret?: string; type?: string; path?: string; method?: string; stamp?: string | null } = {},
) {
  const stamp = more.stamp === undefined ? String(Math.floor(Date.now() / 1000) + (more.ahead ?? 0)) : more.stamp;
  const signature = createHmac('sha256', more.secret ?? SECRET)
    .update(`v0:${stamp}:${body}`)
    .digest('hex');
  const method = more.method ?? 'POST';
  return fetch(`http://127.0.0.1:${edge.slack.port()}${more.path ?? '/slack/events'}`, {
    method,
    headers: {
      'content-type': more.type ?? 'application/x-www-form-urlencoded',
      ...(stamp === null ? {} : { 'x-slack-request-timestamp': stamp }),
      'x-slack-signature': `v0=${signature}`,
    },
    ...(method === 'GET' ? {} : { body }),
  });
}

describe('the HTTP door', () => {
  it.each([
    ['a wrong secret', { secret: 'not-the-secret' }, 401],
    ['a stamp older than five minutes', { ahead: -400 }, 401],
    ['a stamp two minutes ahead', { ahead: 120 }, 401],
    ['a stamp a year ahead', { ahead: 31_536_000 }, 401],
    ['a stamp that is not a number', { stamp: 'soon' }, 401],
    ['no stamp', { stamp: null }, 401],
    ['another path', { path: '/admin' }, 404],
    ['a path that is no path', { path: '//[' }, 404],
    ['another method', { method: 'GET' }, 405],
  ])('turns away %s without asking the desk', async (_what, how, status) => {
    edge = await startEdge('http');
    expect((await send(commandBody('mine'), how)).status).toBe(status);
    expect(edge.desk.asked).toEqual([]);
  });

  it('turns away a body that is too long, and one that is not what its type says', async () => {
    edge = await startEdge('http');
    expect((await send(commandBody('x'.repeat(1_500_000)))).status).toBe(413);
    expect((await send('{"payload":', { type: 'application/json' })).status).toBe(400);
    expect((await send('payload=%7Bnot-json')).status).toBe(400);
    expect(edge.desk.asked).toEqual([]);
  });

  it('takes a signed command, also with a charset in its type and a clock that runs a little ahead', async () => {
    edge = await startEdge('http');
    const type = 'application/x-www-form-urlencoded; charset=utf-8';
    expect((await send(commandBody('mine'), { type, ahead: 30 })).status).toBe(200);
    await edge.asked('home');
  });

  it('carries out a byte-identical replay once and acknowledges both', async () => {
    edge = await startEdge('http');
    const body = commandBody('request admin for 4h because INC-7');
    expect((await send(body)).status).toBe(200);
    expect((await send(body)).status).toBe(200);
    const look = commandBody('mine', '333.444.def');
    expect((await send(look)).status).toBe(200);
    await edge.asked('answered');
    expect((await send(look)).status).toBe(200);
    await edge.asked('receive', 2);
    await edge.quiet();
    const verbs = edge.verbs();
    expect(verbs.filter((verb) => verb === 'home')).toHaveLength(1);
    expect(verbs.filter((verb) => verb === 'submit')).toHaveLength(2);
    expect(edge.lines.filter((line) => line.level === 'error')).toEqual([]);
  });

  it('acknowledges signed payloads it cannot make sense of, and lives', async () => {
    edge = await startEdge('http');
    const payloads = [
      {
        type: 'block_actions',
        user: { id: 'not an id' },
        container: { type: 'message' },
        actions: [{ type: 'button', action_id: 'request.approve', value: 'req-1' }],
      },
      { type: 'block_actions', user: { id: USERS.alice }, actions: [{ action_id: 'x'.repeat(300), type: 'button' }] },
      { type: 'view_submission', user: { id: USERS.alice, team_id: TEAM }, view: { id: 'V1', callback_id: 'x' } },
    ];
    for (const payload of payloads) {
      expect((await send(`payload=${encodeURIComponent(JSON.stringify(payload))}`)).status).toBe(200);
    }
    expect((await send(commandBody('help'))).status).toBe(200);
    expect(edge.verbs()).not.toContain('decide');
  });

  it('finishes what it took before it stops, and takes nothing new', async () => {
    edge = await startEdge('http');
    const answer = Promise.withResolvers<Awaited<ReturnType<typeof edge.desk.home>>>();
    const home = await edge.desk.home({ team: TEAM, user: USERS.alice });
    edge.desk.teach({ home: () => answer.promise });
    expect((await edge.workspace.command(USERS.alice, '/access mine', 'C0GENERAL')).status).toBe(200);
    const stopped = edge.slack.stop();
    expect((await edge.workspace.command(USERS.bob, '/access mine', 'C0GENERAL')).error).toBe('dispatch_failed');
    answer.resolve(home);
    await stopped;
    expect(ephemerals(edge, USERS.alice)).toHaveLength(1);
    expect(edge.desk.owed.size).toBe(0);
    expect(edge.slack.port()).toBeUndefined();
  });
});
