// What owners do with their apps: pause and resume, look and sync, and say which group carries a role.
import { describe, expect, it } from 'vitest';
import { type Character, HOUR, MINUTE, type SandboxWorld, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

const DAY = 24 * HOUR;
const ALWAYS = Number.POSITIVE_INFINITY;

/** Times the words stand in what somebody sees. */
const times = (who: Character, words: RegExp): number =>
  who.messages().filter((message) => words.test(textOf(message))).length;
const refusing = (world: SandboxWorld, status: number) =>
  world.scim.fault({ match: {}, times: ALWAYS, kind: { type: 'error', status } });

describe('an owner', () => {
  it('pauses an app over a crash: nothing is lost in it, the other app runs, and it goes on with all its time', async () => {
    const { world, ada, ben, carla, dmitri, eve, app, members } = await tell({ apps: ['perplexity', 'perdoo'] });
    await ada.types('/access request perplexity admin for 4h because INC-7');
    const approve = await ben.button(/^Approve Admin/, /INC-7/);
    await dmitri.types('/access pause perplexity');
    await dmitri.sees(/Perplexity Enterprise\* is paused/);
    await carla.sees(/Perplexity Enterprise is paused[\s\S]*by <@U0DMITRI>/);
    await world.slack.click(ben.id, approve);
    await ada.sees(/INC-7[\s\S]*Approved; waits until Perplexity Enterprise is resumed \(paused by <@U0DMITRI>/);

    await world.stopBot('SIGKILL');
    world.clock.advance(DAY);
    await world.startBot();
    await ada.seesHome(/Perplexity Enterprise[\s\S]*Paused by an owner/);
    await ada.types('/access request care for 2d because INC-8');
    await ben.presses(/^Approve Care/, /INC-8/);
    await ada.sees(/in the Care group of Perdoo[\s\S]*confirmed/);
    expect(app('perdoo').members('Care')).toContain('ada@example.com');
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');

    await ada.types('/access status');
    await ada.sees(/Only owners and auditors can see this/);
    await eve.types('/access status');
    const audited = await eve.sees(
      /\*Perplexity Enterprise\*[\s\S]*Paused[\s\S]*1 waiting for the app[\s\S]*\*Perdoo\*/,
    );
    expect(JSON.stringify(audited.blocks)).not.toContain('"button"');
    await carla.types('/access sync perdoo');
    await carla.sees(/Read 9 accounts and 3 groups from \*Perdoo\*\. Complete\./);

    await carla.types('/access status');
    await carla.presses(/^Resume Perplexity Enterprise/, /\*Paused\* by/);
    await carla.sees(/goes on: 1 request that waited is applied now/);
    await ada.sees(/INC-7[\s\S]*in the Admin group[\s\S]*confirmed/);
    await dmitri.sees(/Perplexity Enterprise goes on[\s\S]*<@U0CARLA>/);
    await carla.types('/access resume perplexity');
    await carla.sees(/is not paused, so there is nothing to resume/);
    const events = (await journal(world)).filter(({ type }) => type.startsWith('app.'));
    expect(events).toMatchObject([
      { type: 'app.paused', app: 'perplexity', actor: { slack: { user: dmitri.id } } },
      { type: 'app.synced', app: 'perdoo', complete: true },
      { type: 'app.resumed', app: 'perplexity', actor: { slack: { user: carla.id } } },
    ]);
  });

  it('says which group carries a role when the one that did is gone; a service that answers nothing rightly is not believed', async () => {
    const { world, ada, ben, carla, dmitri, members, until } = await tell();
    const { scim } = world;
    const sync = async (words: RegExp) => {
      const before = times(carla, /^Read \d+ account/);
      await carla.types('/access sync');
      await until('the app was read', () => times(carla, /^Read \d+ account/) > before);
      expect(textOf(carla.seesNow(/^Read \d+ account/))).toMatch(words);
    };
    await ada.types('/access request admin for 4h because INC-7');
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    const old = scim.groupId('PPLX_Admin') ?? '';

    // Renamed in the console: it is the same group.
    scim.renameGroup(old, 'PPLX_Chiefs');
    await sync(/Complete/);
    await dmitri.sees(/the group of Admin has another name[\s\S]*“PPLX_Admin” and is “PPLX_Chiefs” now/);

    // Everything is 404, as behind a wrong address: no group is taken for gone.
    refusing(world, 404);
    await sync(/not complete/);
    await until('the group was looked for by its name, too', () =>
      scim.calls.some(({ path, status }) => path.startsWith('/Groups?') && status === 404),
    );
    scim.clearFaults();

    scim.removeGroup(old);
    world.clock.advance(15 * MINUTE);
    await sync(/members of a group could not be read/);
    for (const owner of [carla, dmitri]) await owner.sees(/the group of Admin is gone[\s\S]*Bring it back/);
    expect(times(dmitri, /is gone\./)).toBe(1);
    await ada.types('/access request admin for 1h because INC-8');
    await ada.sees(/The group that carries Admin is gone, so nothing is given/);
    world.clock.advance(4 * HOUR);
    await dmitri.sees(/INC-7[\s\S]*Not taken away yet/);
    expect(ada.seesNow(/no longer in the Admin group/)).toBeUndefined();

    // Somebody makes a group of that name, with Ada in it. Nobody asked Rolecall to take it.
    scim.addGroup({
      displayName: 'PPLX_Chiefs',
      members: ['carla', 'break-glass', 'ada'].map((name) => scim.userId(`${name}@example.com`) ?? ''),
    });
    await sync(/Complete/);
    const use = await dmitri.button(/^Use this group/, /Another group has that name now/);
    expect(members('PPLX_Chiefs')).toContain('ada@example.com');
    await world.slack.click(dmitri.id, use);
    await dmitri.sees(/Admin in \*Perplexity Enterprise\* is carried by “PPLX_Chiefs” from now on/);
    await carla.sees(/the group of Admin is clear again[\s\S]*<@U0DMITRI>[\s\S]*decided/);
    world.clock.advance(15 * MINUTE);
    await ada.sees(/INC-7[\s\S]*no longer in the Admin group/);
    expect(members('PPLX_Chiefs').sort()).toEqual(['break-glass@example.com', 'carla@example.com']);
    await world.slack.click(dmitri.id, use);
    await dmitri.sees(/no longer the group to take for Admin/);
    await ada.types('/access request admin for 1h because INC-9');
    await ben.presses(/^Approve Admin/, /INC-9/);
    await until('Ada is in the group that carries Admin now', () => members('PPLX_Chiefs').includes('ada@example.com'));

    // A token that only look-ups meet is told, too, and that it works again is seen.
    refusing(world, 401);
    await sync(/it refuses my token/);
    await dmitri.sees(/Perplexity Enterprise refuses my token/);
    await sync(/it refuses my token/);
    scim.clearFaults();
    await sync(/Complete/);
    await carla.types('/access status');
    await carla.sees(/My token works/);
    expect(times(dmitri, /refuses my token/)).toBe(1);
  });
});
