import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, tell, textOf, wakeUpOn } from './story.ts';

describe('a request for a role', () => {
  it('for a colleague is decided by the colleague’s manager, and the colleague is told', async () => {
    const { ada, ben, members, dmitri, eve, until } = await tell();
    // Eve asks for Ada, by mention; Ben is Ada's manager and knows nothing of Eve.
    await eve.types('/access grant <@U0ADA|ada> admin for 2h because INC-21');
    await ben.sees(/<@U0EVE>[\s\S]*asks for[\s\S]*<@U0ADA>[\s\S]*Member → Member, Admin[\s\S]*INC-21/);
    expect(ada.seesNow(/INC-21/)).toBeUndefined();
    await ben.presses(/^Approve Admin/, /INC-21/);
    await eve.sees(/<@U0ADA>[\s\S]*is in the Admin group[\s\S]*confirmed/);
    const told = await ada.sees(/You are in the Admin group/);
    expect(JSON.stringify(told.blocks)).not.toContain('INC-21');
    // Owners of a sensitive role hear of it, with the button to take it back.
    await dmitri.button(/^Revoke Admin from/);
    // Who asked for it has no right to take it; who holds it has.
    expect(JSON.stringify((await eve.sees(/<@U0ADA>[\s\S]*is in the Admin group/)).blocks)).not.toContain("I'm done");
    await ada.presses(/^I'm done/);
    await until('the role is gone', () => !members('PPLX_Admin').includes('ada@example.com'));
    await eve.sees(/ended/);
    await ben.sees(/ended/);
  });

  it('whose manager is unknown goes to the owners, and they are told why it is them', async () => {
    const { world, ada, carla, dmitri, ben, members } = await tell();
    world.slack.updatePerson('U0BEN', { kind: 'deactivated' });
    await ada.types('/access request admin because INC-22');
    await carla.sees(/Manager unknown: asked as an owner[\s\S]*INC-22/);
    await dmitri.sees(/Manager unknown: asked as an owner[\s\S]*INC-22/);
    expect(ben.seesNow(/INC-22/)).toBeUndefined();
    await dmitri.presses(/^Approve Admin/, /INC-22/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    await carla.sees(/INC-22[\s\S]*Approved by <@U0DMITRI>/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
  });

  it('asked for until a time of the day or of the week ends exactly then, in the zone of whoever asks', async () => {
    const long = POLICY.replace(
      '    priority: [admin, member]',
      `    priority: [admin, member]
    rules:
      - { do: grant, role: admin, duration: { default: 4h, min: 15m, max: 8d }, reason: { required: true } }`,
    );
    const story = await tell({ policy: long });
    const { world, ada, ben, members, until } = story;
    await wakeUpOn(story, 3);
    world.slack.updatePerson('U0ADA', { tz: 'America/New_York' });
    await ada.types('/access request admin until 6:00 because INC-23');
    await ben.presses(/^Approve Admin/, /INC-23/);
    const card = textOf(await ada.sees(/in the Admin group/));
    const end = Number(/until <!date\^(\d+)/.exec(card)?.[1]) * 1000;
    const there = DateTime.fromMillis(end, { zone: 'America/New_York' });
    expect(there.toFormat('HH:mm:ss')).toBe('06:00:00');
    expect(end - world.clock.now()).toBeLessThan(3 * HOUR);
    world.clock.advance(end - world.clock.now() - MINUTE);
    await ada.types('/access mine');
    await ada.sees(/you hold[\s\S]*Admin[\s\S]*until/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    world.clock.advance(2 * MINUTE);
    await until('the morning is over', () => !members('PPLX_Admin').includes('ada@example.com'));

    await ada.types('/access request admin until friday because INC-24');
    const week = Number(/until <!date\^(\d+)/.exec(textOf(await ben.sees(/INC-24/)))?.[1]) * 1000;
    const friday = DateTime.fromMillis(week, { zone: 'America/New_York' });
    expect([friday.weekday, friday.toFormat('HH:mm')]).toEqual([5, '18:00']);
    expect(week - world.clock.now()).toBeLessThan(7 * 24 * HOUR);
  });
});

describe('what the rules do not allow', () => {
  it('is said on the field: too long, in the past, no reason, the base role, an unknown role', async () => {
    const { world, ada, ben, members } = await tell();
    await ada.types('/access request admin for 3 days because INC-31');
    const view = await ada.modal(/Request a role/, /INC-31/);
    expect(JSON.stringify(view.blocks)).toMatch(/longer than the policy allows/);
    const stillLong = await ada.fills(/Request a role/, {});
    expect(Object.values(stillLong.errors ?? {}).join()).toMatch(/at most 24 hours|at most 1 day/);
    const past = await ada.fills(/Request a role/, {
      'Or until': String(Math.floor(world.clock.now() / 1000) - 3600),
    });
    expect(Object.values(past.errors ?? {}).join()).toMatch(/time has passed/);
    const bare = await ada.fills(/Request a role/, { Why: null });
    expect(bare.errors).toBeDefined();
    const token = await ada.fills(/Request a role/, {
      Why: 'with xoxb-123456789012-abcdefghijkl',
      'For how long': '1 hour',
      'Or until': null,
    });
    expect(Object.values(token.errors ?? {}).join()).toMatch(/password or a token/);
    const sent = await ada.fills(/Request a role/, {
      Why: 'INC-31 at last',
      'For how long': '1 hour',
      'Or until': null,
    });
    expect(sent.errors).toBeUndefined();
    await ben.sees(/INC-31 at last/);
    expect(JSON.stringify([ada.messages(), ben.messages()])).not.toContain('xoxb-1234');

    await ada.types('/access request member');
    await ada.sees(/Everybody with an account/);
    await ada.types('/access request emperor because INC-32');
    await ada.modal(/Request a role/, /no role “emperor”/);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
  });

  it('stays within limits, shows the open one instead of a second, and lets the one that takes away win', async () => {
    const { ada, ben, carla, members, until } = await tell({
      // Owners are not shown every grant: Slack's patience is for those whom the story is about.
      policy: POLICY.replace(', sensitive: true', ''),
    });
    await ada.types('/access request admin because INC-41');
    await ben.sees(/INC-41/);
    await ada.types('/access request admin because INC-42');
    await ada.sees(/already asked for and open/);
    await ada.presses(/^Show request/, /already asked for/);
    await ada.sees(/Waiting for <@U0BEN>/);
    expect(ben.seesNow(/INC-42/)).toBeUndefined();

    // Others get to five open requests; the sixth is refused, and cancelling one makes room.
    for (const who of ['ben', 'dmitri', 'eve', 'zoe.mueller']) {
      await ada.types(`/access grant ${who}@example.com admin because INC-43 for ${who}`);
      await ada.sees(new RegExp(`INC-43 for ${who}[\\s\\S]*Waiting for`));
    }
    await ada.types('/access grant jorge.ibanez@example.com admin because INC-44');
    await ada.sees(/5 open requests/);
    await ada.presses(/^Cancel/, /INC-43 for eve/);
    await ada.sees(/INC-43 for eve[\s\S]*Closed by/);
    await ada.types('/access grant jorge.ibanez@example.com admin because INC-45');
    await ada.sees(/INC-45[\s\S]*Waiting for/);

    // Zoe's pending grant is overtaken by a removal that needs no decision, once she holds the role by another.
    await ben.types('/access request admin because INC-46');
    await ben.sees(/already asked for and open/);
    await carla.presses(/^Approve Admin/, /INC-43 for ben/);
    await until('Ben is Admin', () => members('PPLX_Admin').includes('ben@example.com'));
    await ada.types('/access grant ben@example.com admin because INC-47');
    await carla.sees(/INC-47/);
    await carla.types('/access revoke <@U0BEN|ben> admin because enough');
    await ada.sees(/INC-47[\s\S]*opposite request came first/);
    await until('Ben is no Admin', () => !members('PPLX_Admin').includes('ben@example.com'));
  });
});
