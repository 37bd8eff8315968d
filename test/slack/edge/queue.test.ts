// The queue towards Slack: order, limits, newest state only, what is repeated. A clock of the test's own; no Slack.
import { describe, expect, it } from 'vitest';
import { SlackFailure } from '../../../src/slack/api.ts';
import { createQueue, type Task } from '../../../src/slack/queue.ts';

/** A clock whose sleepers wake only when the test moves it. */
function handClock() {
  let now = 1_000_000;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number) => new Promise<void>((wake) => sleepers.push({ at: now + ms, wake })),
    async move(ms: number) {
      const until = now + ms;
      for (;;) {
        await settle();
        const next = sleepers.filter((sleeper) => sleeper.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        next.wake();
      }
      now = until;
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function setUp() {
  const clock = handClock();
  const sent: { name: string; at: number }[] = [];
  const queue = createQueue({ wireNow: clock.now, sleep: clock.sleep, random: () => 0.5 });
  const task = (name: string, more: Partial<Task<string>> = {}): Task<string> => ({
    rank: 2,
    key: name,
    rev: 1,
    repeatable: false,
    send: async () => {
      sent.push({ name, at: clock.now() });
      return name;
    },
    ...more,
  });
  return { clock, queue, sent, task, names: () => sent.map((entry) => entry.name) };
}

const limited = (retryAfterMs: number) => new SlackFailure('chat.postMessage', { kind: 'rate_limited', retryAfterMs });
const unavailable = () => new SlackFailure('chat.update', { kind: 'unavailable', detail: 'HTTP 503' });

describe('the queue towards Slack', () => {
  it('lets three posts into a channel at once and then one a second', async () => {
    const { clock, queue, sent, task } = setUp();
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => queue.post('D1', task(name))));
    const start = clock.now();
    await clock.move(10_000);
    expect(await all).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(sent.map((entry) => entry.at - start)).toEqual([0, 0, 0, 1000, 2000]);
  });

  it('does not make one channel wait for another', async () => {
    const { clock, queue, names, task } = setUp();
    for (const name of ['a', 'b', 'c', 'd']) void queue.post('D1', task(name));
    void queue.post('D2', task('other'));
    await clock.move(0);
    expect(names()).toEqual(['a', 'b', 'c', 'other']);
  });

  it('keeps updates within fifty a minute in every minute', async () => {
    const { clock, queue, sent, task } = setUp();
    for (let n = 0; n < 120; n += 1) void queue.update(task(`u${n}`));
    await clock.move(5 * 60_000);
    expect(sent).toHaveLength(120);
    for (const { at } of sent) {
      expect(sent.filter((entry) => entry.at >= at && entry.at < at + 60_000).length).toBeLessThanOrEqual(50);
    }
  });

  it('sends failures first, then approvers, then the rest, each in order of arrival', async () => {
    const { clock, queue, names, task } = setUp();
    for (const name of ['1', '2', '3']) void queue.post('D1', task(name));
    void queue.post('D1', task('rest', { rank: 2 }));
    void queue.post('D1', task('approver 1', { rank: 1 }));
    void queue.post('D1', task('approver 2', { rank: 1 }));
    void queue.post('D1', task('failure', { rank: 0 }));
    await clock.move(60_000);
    expect(names().slice(3)).toEqual(['failure', 'approver 1', 'approver 2', 'rest']);
  });

  it('sends only the newest state of a message and tells everybody who waits', async () => {
    const { clock, queue, names, task } = setUp();
    for (const name of ['1', '2', '3']) void queue.post('D1', task(name));
    const first = queue.post('D1', task('rev 2', { key: 'card', rev: 2 }));
    const newest = queue.post('D1', task('rev 4', { key: 'card', rev: 4 }));
    const late = queue.post('D1', task('rev 3', { key: 'card', rev: 3 }));
    await clock.move(60_000);
    expect(await Promise.all([first, newest, late])).toEqual(['rev 4', 'rev 4', 'rev 4']);
    expect(names()).toEqual(['1', '2', '3', 'rev 4']);
  });

  it('never sends two states of one message at the same time', async () => {
    const { clock, queue, names, task } = setUp();
    const answer = Promise.withResolvers<string>();
    const slow = queue.update(task('old', { key: 'card', rev: 1, send: () => answer.promise }));
    const next = queue.update(task('new', { key: 'card', rev: 2 }));
    await clock.move(60_000);
    expect(names()).toEqual([]);
    answer.resolve('old');
    expect(await slow).toBe('old');
    expect(await next).toBe('new');
  });

  it('waits as long as Slack asks after a 429, for this channel only', async () => {
    const { clock, queue, sent, task } = setUp();
    let tries = 0;
    const start = clock.now();
    const done = queue.post(
      'D1',
      task('limited', {
        send: async () => {
          tries += 1;
          if (tries === 1) throw limited(7000);
          sent.push({ name: 'limited', at: clock.now() });
          return 'limited';
        },
      }),
    );
    void queue.update(task('update'));
    await clock.move(6999);
    expect(sent.map((entry) => entry.name)).toEqual(['update']);
    await clock.move(1);
    expect(await done).toBe('limited');
    expect(sent.at(-1)?.at).toBe(start + 7000);
  });

  it('gives up after four attempts and hands on what Slack said', async () => {
    const { clock, queue, task } = setUp();
    let tries = 0;
    const done = queue.post(
      'D1',
      task('never', {
        send: async () => {
          tries += 1;
          throw limited(1000);
        },
      }),
    );
    const outcome = done.then(
      () => 'sent',
      (error: unknown) => error,
    );
    await clock.move(60_000);
    expect(await outcome).toMatchObject({ fault: { kind: 'rate_limited' } });
    expect(tries).toBe(4);
  });

  it('repeats an update whose answer never came, but never a post', async () => {
    const { clock, queue, task } = setUp();
    const tries = { update: 0, post: 0 };
    const update = queue.update(
      task('update', {
        repeatable: true,
        send: async () => {
          tries.update += 1;
          if (tries.update < 3) throw unavailable();
          return 'sent';
        },
      }),
    );
    const post = queue
      .post(
        'D1',
        task('post', {
          send: async () => {
            tries.post += 1;
            throw unavailable();
          },
        }),
      )
      .catch(() => 'refused');
    await clock.move(60_000);
    expect([await update, await post, tries]).toEqual(['sent', 'refused', { update: 3, post: 1 }]);
  });

  it('refuses what waits and what comes once it has stopped', async () => {
    const { clock, queue, task } = setUp();
    for (const name of ['1', '2', '3']) void queue.post('D1', task(name));
    const waiting = queue.post('D1', task('4')).catch((error: Error) => error.message);
    await clock.move(0);
    expect(queue.size()).toBe(1);
    queue.stop();
    expect(await waiting).toMatch(/stopped/);
    expect(await queue.post('D1', task('5')).catch((error: Error) => error.message)).toMatch(/stopped/);
    expect(queue.size()).toBe(0);
  });
});
