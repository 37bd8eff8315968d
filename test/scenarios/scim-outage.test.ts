import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, type SandboxWorld, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

const ASK = '/access request admin for 4h because INC-7';
const DAY = 24 * HOUR;
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];
const WRITE = { method: 'PATCH', path: /^\/Groups\// } as const;
/** Owners are not shown every grant: Slack's patience is for those whom the story is about. */
const QUIET = POLICY.replace(', sensitive: true', '');
const ALWAYS = Number.POSITIVE_INFINITY;

/** The answers to changes of groups, in order; 0 where the connection was cut. */
const answers = ({ scim }: SandboxWorld): number[] =>
  scim.calls.filter((call) => call.method === 'PATCH').map((call) => call.status);

describe('an end that fails', () => {
  it('is told to the owners at once and daily, tried for ever, and never shown as done before it is', async () => {
    const { world, ada, ben, carla, dmitri, members, until } = await tell();
    await ada.types(ASK);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);

    world.scim.fault({ match: WRITE, times: ALWAYS, kind: { type: 'error', status: 403 } });
    world.clock.advance(4 * HOUR + MINUTE);
    // A new message each time, which rings, and not an edit of an old one: the card of the grant is there already.
    const about = (who: typeof carla) => who.messages().filter((message) => /INC-7/.test(textOf(message))).length;
    for (const owner of [carla, dmitri]) {
      await owner.sees(/Not taken away yet/);
      await until('an owner was told at once', () => about(owner) === 2);
    }
    await ada.sees(/taking you out of the Admin group/);
    for (const days of [1, 2]) {
      // Over restarts, too; and a bot newly started has all of Slack's patience before it.
      await world.stopBot();
      world.clock.advance(DAY + MINUTE);
      await world.startBot();
      for (const owner of [carla, dmitri])
        await until(`an owner was told again on day ${days}`, () => about(owner) === 2 + days);
      expect(ada.seesNow(/no longer in the Admin group/)).toBeUndefined();
    }
    const tries = answers(world).filter((status) => status === 403).length;
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(members('PPLX_Admin')).toContain('ada@example.com');

    world.scim.clearFaults();
    world.clock.advance(15 * MINUTE);
    await ada.sees(/no longer in the Admin group/);
    await carla.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    const events = (await journal(world)).map((event) => event.type);
    expect(events.filter((type) => type === 'access.taken')).toHaveLength(1);
  });
});

describe('a token that is refused', () => {
  it('stops the app, is told to the owners once for each time, and all goes on when it works again', async () => {
    const { world, ada, ben, carla, dmitri, eve, members, until } = await tell({ policy: QUIET });
    const refuse = () => world.scim.fault({ match: {}, times: ALWAYS, kind: { type: 'error', status: 401 } });
    const told = (who: typeof carla) =>
      who.messages().filter((message) => /refuses my token/.test(textOf(message))).length;
    await ada.types(ASK);
    await eve.types('/access request admin for 1h because INC-9');
    const approve = await ben.button(/^Approve Admin/);
    const another = await carla.button(/^Approve Admin/, /INC-9/);
    refuse();
    await world.slack.click(ben.id, approve);
    await carla.sees(/refuses my token/);
    await dmitri.sees(/refuses my token/);
    await world.slack.click(carla.id, another);
    await eve.sees(/Approved by[\s\S]*next to be applied/);
    // Two changes wait. One of them is tried after each pause, and refused, too: nobody is told again.
    const theirs = ['ada', 'eve'].map((name) => `/Users/${world.scim.userId(`${name}@example.com`)}`);
    const tried = () => world.scim.calls.filter(({ path }) => theirs.includes(path)).length;
    for (const minutes of [1, 10]) {
      const before = tried();
      world.clock.advance(minutes * MINUTE);
      await until('one of them was tried', () => tried() > before);
      // Time enough for the other one, if it did not wait: a command is stored, carried out and answered.
      const heard = dmitri.messages().length;
      await dmitri.types('/access lookup ben@example.com');
      await until('Dmitri has an answer', () => dmitri.messages().length > heard);
      expect(tried()).toBe(before + 1);
    }
    world.scim.clearFaults();
    world.clock.advance(15 * MINUTE);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    await eve.sees(/in the Admin group[\s\S]*confirmed/);
    expect([told(carla), told(dmitri)]).toEqual([1, 1]);

    // Again, and this time the bot is started anew with a token that works, as it had asked for.
    refuse();
    world.clock.advance(4 * HOUR);
    await until('Carla was told of the second time', () => told(carla) === 2);
    await world.stopBot();
    world.scim.clearFaults();
    await world.startBot();
    world.clock.advance(15 * MINUTE);
    await ada.sees(/no longer in the Admin group/);
    await eve.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);

    await ada.types('/access request admin for 1h because INC-8');
    const third = await ben.button(/^Approve Admin/, /INC-8/);
    refuse();
    await world.slack.click(ben.id, third);
    await until('Carla was told of the third time', () => told(carla) === 3);
    await until('Dmitri, too', () => told(dmitri) === 3);
  });
});

describe('a service that empties a group when one is to leave', () => {
  it('is an incident: owners are told who else left, and it stays told', async () => {
    const { world, ada, ben, carla, dmitri, members, until } = await tell({ policy: QUIET });
    await ada.types(ASK);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    world.scim.fault({
      match: WRITE,
      times: 1,
      kind: { type: 'quirks', quirks: { removeMembersByFilter: 'wipe', removeMembersWithValue: 'wipe' } },
    });
    await ada.presses(/^I'm done/);
    await until('the group is empty', () => members('PPLX_Admin').length === 0);
    await ada.sees(/no longer in the Admin group/);
    for (const owner of [carla, dmitri]) {
      const notice = textOf(await owner.sees(/people lost Admin whom nobody had named/));
      for (const name of AT_FIRST) expect(notice).toContain(name);
      expect(notice).not.toContain('ada@example.com');
    }
    const lost = (await journal(world)).filter(({ type }) => type === 'group.members_lost');
    expect(lost).toEqual([expect.objectContaining({ accounts: expect.any(Array) })]);
    expect(lost[0]?.accounts).toHaveLength(2);
  });
});
