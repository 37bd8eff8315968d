// The Socket Mode door: it stays open through refreshes, cuts and refusals, and loses nothing on the way.
import { afterEach, describe, expect, it } from 'vitest';
import { createSlackWorkspace } from '../../../src/sandbox/slack/index.ts';
import { createSlack } from '../../../src/slack/app.ts';
import { type Edge, POLICY, startEdge } from './harness.ts';
import { APP_TOKEN, BOT_TOKEN, keepingLog, USERS, workspaceOptions } from './workspace.ts';

let edge: Edge;
afterEach(() => edge?.stop());

const command = (user = USERS.alice) => edge.workspace.command(user, '/access mine', 'C0GENERAL');
const connected = () => edge.until(() => edge.workspace.socket.connections() === 1 && edge.slack.health().reachable);
const opened = () => edge.methods().filter((method) => method === 'apps.connections.open').length;

describe('the Socket Mode door', () => {
  it('keeps working after Slack refreshes the connection', async () => {
    edge = await startEdge('socket');
    for (let round = 2; round <= 4; round += 1) {
      edge.workspace.socket.refresh();
      await edge.until(() => opened() === round);
      await connected();
      expect((await command()).error).toBeUndefined();
    }
  });

  it('keeps working after the connection was cut', async () => {
    edge = await startEdge('socket');
    edge.workspace.socket.drop();
    await edge.until(() => opened() === 2);
    await connected();
    expect((await command()).error).toBeUndefined();
  });

  it.each([
    ['refuses', { kind: 'error', error: 'internal_error' } as const],
    ['limits', { kind: 'rate_limited', retryAfter: 1 } as const],
    ['answers with a server error', { kind: 'http', status: 503 } as const],
    ['breaks the connection', { kind: 'reset' } as const],
  ])('tries again, with growing pauses, while Slack %s', async (_how, fault) => {
    const pauses: number[] = [];
    edge = await startEdge('socket', {
      random: () => 0.5,
      sleep: async (ms) => {
        pauses.push(ms);
      },
    });
    edge.workspace.fault({ method: 'apps.connections.open', times: 5, ...fault });
    edge.workspace.socket.drop();
    await edge.until(() => opened() === 7);
    await connected();
    expect((await command()).error).toBeUndefined();
    expect(pauses.length).toBeGreaterThanOrEqual(5);
    expect(pauses.slice(0, 5)).toEqual([...new Set(pauses.slice(0, 5))].sort((a, b) => a - b));
  });

  it('does not hammer a Slack that ends every connection at once, and loses no time where one held', async () => {
    let now = 0;
    const pauses: number[] = [];
    edge = await startEdge('socket', {
      wireNow: () => now,
      sleep: async (ms) => {
        pauses.push(ms);
      },
    });
    const refresh = async (round: number) => {
      await connected();
      edge.workspace.socket.refresh();
      await edge.until(() => opened() === round);
    };
    await refresh(2);
    await refresh(3);
    await connected();
    expect(pauses).toHaveLength(2);
    now += 3_600_000;
    await refresh(4);
    await connected();
    expect(pauses).toHaveLength(2);
  });

  it('carries out an envelope that Slack delivers twice only once', async () => {
    edge = await startEdge('socket');
    const outcome = await edge.workspace.command(
      USERS.alice,
      '/access request admin for 4h because INC-7',
      'C0GENERAL',
    );
    const again = await edge.workspace.replay(outcome.deliveryId ?? '');
    expect([outcome.status, again.status]).toEqual([200, 200]);
    expect(edge.verbs().filter((verb) => verb === 'submit')).toHaveLength(2);
    expect(edge.lines.filter((line) => line.level === 'error')).toEqual([]);
  });

  it('does what was accepted although the connection broke before the acknowledgement', async () => {
    edge = await startEdge('socket');
    edge.desk.teach({
      receive: async () => {
        edge.workspace.socket.drop();
        await edge.until(() => !edge.slack.health().reachable);
      },
    });
    void command();
    await edge.asked('home');
    await edge.asked('answered');
  });

  it('does not start with an app token that Slack refuses', async () => {
    const workspace = await createSlackWorkspace(workspaceOptions());
    workspace.fault({ method: 'apps.connections.open', times: 1, kind: 'error', error: 'invalid_auth' });
    const slack = createSlack({
      config: {
        botToken: BOT_TOKEN,
        appToken: APP_TOKEN,
        host: '127.0.0.1',
        port: 0,
        apiUrl: workspace.apiUrl,
        command: '/access',
      },
      desk: () => {
        throw new Error('not asked');
      },
      policy: POLICY,
      clock: { now: () => 0 },
      wireNow: Date.now,
      log: keepingLog(),
      sleep: async () => undefined,
      random: Math.random,
    });
    await expect(slack.start()).rejects.toThrow(/invalid_auth/);
    await slack.stop();
    await workspace.close();
  });

  it('closes its connection when it stops and does not come back', async () => {
    edge = await startEdge('socket');
    await connected();
    await edge.slack.stop();
    await edge.until(() => edge.workspace.socket.connections() === 0);
    expect(edge.slack.health()).toMatchObject({ mode: 'socket', reachable: false, handling: 0, queued: 0 });
    expect(opened()).toBe(1);
  });

  it('logs no token, no payload and no address with a query', async () => {
    edge = await startEdge('socket');
    await command();
    edge.workspace.fault({ method: 'apps.connections.open', times: 1, kind: 'reset' });
    edge.workspace.socket.drop();
    await edge.until(() => opened() === 3);
    const logged = JSON.stringify(edge.lines);
    expect(logged).not.toMatch(/xoxb|xapp|ticket=|response_url|trigger/);
    expect(edge.lines.length).toBeGreaterThan(0);
  });
});
