import { randomInt } from 'node:crypto';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Character, HOUR, MINUTE, type SandboxWorld, type Story, tell, textOf } from './story.ts';
import { journal, verifyAudit } from './witness.ts';

const DAYS = Number(process.env.CRASH_DAYS ?? 2);
const KILLS_A_DAY = 3;
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];

/** Small, and the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function seeded(): (below: number) => number {
  const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));
  console.log(`CRASH_SEED=${seed}`);
  return randomFrom(seed);
}

/** Calls `step` whenever something happens that a crash could come before or after: on a wire, or in the journal. */
function steps({ slack, scim, dataDir }: SandboxWorld, step: () => void): () => void {
  const watcher = watch(join(dataDir, 'journal'), step);
  const stops = [slack.on('call', step), scim.on('arrive', step), scim.on('call', step), () => watcher.close()];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Kills the bot at the `nth` step from now. Resolves when it is gone; `false` when the story was over first. */
async function killAt({ world }: Story, nth: number, over: Promise<void>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let seen = 0;
  const stop = steps(world, () => {
    seen += 1;
    if (seen === nth) resolve(true);
  });
  void over.then(() => resolve(false));
  const reached = await promise;
  stop();
  if (reached) await world.stopBot('SIGKILL');
  return reached;
}

/** The end of a grant is stored before it is written: whoever is in the group has one. */
async function everyMemberHasAnEnd({ world, members }: Story): Promise<void> {
  if (!members('PPLX_Admin').includes('ada@example.com')) return;
  const events = await journal(world);
  const taken = new Set(events.filter(({ type }) => type === 'access.taken').map(({ request }) => request));
  const intended = events.filter(({ type, request }) => type === 'access.intended' && !taken.has(request));
  expect(intended).toEqual([expect.objectContaining({ until: expect.any(Number), standing: false })]);
}

describe('kill -9 anywhere', () => {
  it('in a grant, again and again: it is given once and taken away once', { timeout: 180_000 }, async () => {
    const random = seeded();
    const story = await tell({ rateLimits: false });
    const { world, ada, ben, members, until } = story;
    let up: Promise<unknown> = Promise.resolve();

    /** Repeats what Slack says did not get through, as people do. */
    async function insist(act: () => Promise<{ error?: string }>): Promise<void> {
      for (;;) {
        await up;
        if ((await act()).error === undefined) return;
      }
    }

    async function day(ticket: string): Promise<void> {
      const card = new RegExp(`${ticket}(?!\\d)[\\s\\S]*in the Admin group[\\s\\S]*confirmed`);
      const ended = new RegExp(`${ticket}(?!\\d)[\\s\\S]*no longer in the Admin group`);
      const asks = new RegExp(`${ticket}(?!\\d)`);
      await insist(() => ada.types(`/access request admin for 1h because ${ticket}`));
      for (;;) {
        const given = ada.sees(card).then(() => undefined);
        const found = await Promise.race([given, ben.button(/^Approve Admin/, asks)]);
        if (found === undefined) break;
        await up;
        const { error } = await world.slack.click(ben.id, found);
        if (error === undefined) {
          await given;
          break;
        }
        given.catch(() => undefined);
      }
      expect(members('PPLX_Admin')).toContain('ada@example.com');
      world.clock.advance(HOUR + MINUTE);
      await ada.sees(ended);
      await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    }

    for (let number = 1; number <= DAYS; number += 1) {
      const over = day(`INC-${number}`);
      const quiet = over.catch(() => undefined);
      for (let kill = 0; kill < KILLS_A_DAY; kill += 1) {
        if (!(await killAt(story, 1 + random(45), quiet))) break;
        await everyMemberHasAnEnd(story);
        // What was acknowledged and not answered is due by now.
        world.clock.advance(MINUTE / 2);
        up = world.startBot();
        await up;
      }
      await over;
      expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
      expect(members('PPLX_Members')).toContain('ada@example.com');
    }

    const events = await journal(world);
    const having = (type: string) => events.filter((event) => event.type === type).map(({ request }) => request);
    const approved = having('request.approved');
    expect(new Set(approved).size).toBe(DAYS);
    for (const type of ['request.approved', 'access.given', 'access.taken']) expect(having(type)).toEqual(approved);
    expect((await verifyAudit(world)).says).toMatch(/The history holds/);
  });

  it('in a flood of commands: what was acknowledged is answered, and the history holds', async () => {
    const random = seeded();
    const story = await tell({ rateLimits: false });
    const { world, ada, ben, carla, dmitri, eve } = story;
    const everybody = ['ada', 'ben', 'carla', 'dmitri', 'eve', 'ivy'];
    const dead = killAt(story, 8 + random(60), Promise.race([]));
    const asked: { readonly who: Character; readonly about: RegExp; readonly taken: Promise<boolean> }[] = [];
    for (const who of [ada, ben, carla, dmitri, eve]) {
      for (const name of everybody) {
        const sent = who.types(`/access lookup ${name}@example.com`, 'C0GENERAL');
        const taken = sent.then(({ status }) => status === 200);
        asked.push({ who, about: new RegExp(`${name}@example\\.com`), taken });
      }
    }
    for (const who of [ada, eve]) {
      const sent = who.types('/access request admin because FLOOD-1', 'C0GENERAL');
      asked.push({ who, about: /FLOOD-1/, taken: sent.then(({ status }) => status === 200) });
    }
    expect(await dead).toBe(true);
    const acknowledged = await Promise.all(asked.map(({ taken }) => taken));
    world.clock.advance(MINUTE);
    await world.startBot();
    for (const [index, { who, about }] of asked.entries()) if (acknowledged[index] === true) await who.sees(about);
    for (const who of [ada, ben, carla, dmitri, eve]) {
      expect(who.messages().map(textOf).join('\n')).not.toMatch(/something went wrong/i);
    }
    const { status, says } = await verifyAudit(world);
    expect(says).toMatch(/The history holds/);
    expect(status).toBe(0);
  });
});
