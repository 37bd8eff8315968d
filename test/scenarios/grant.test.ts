import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, tell } from './story.ts';

describe('a grant', () => {
  it('is asked for, approved by the manager, confirmed in the directory and taken away on time', async () => {
    const { world, ada, ben, carla, members, until, writes } = await tell();

    await ada.types('/access request admin for 4h because INC-7');
    await ada.sees(/Waiting for <@U0BEN> \(ben@example\.com\)/);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');

    await ben.sees(/You are the manager of <@U0ADA>/);
    await ben.presses(/^Approve Admin for/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    await carla.sees(/<@U0ADA>[\s\S]*Admin/);

    world.clock.advance(3 * HOUR);
    await ada.types('/access mine');
    await ada.sees(/Admin[\s\S]*until/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');

    world.clock.advance(HOUR + MINUTE);
    await ada.sees(/ended/);
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    expect(members('PPLX_Members')).toContain('ada@example.com');
    expect(members('PPLX_Admin').sort()).toEqual(['break-glass@example.com', 'carla@example.com']);
    expect(writes()).toEqual(['PATCH /Groups', 'PATCH /Groups']);
  });

  it('that overlaps another keeps the role until the last one ends, and does not end membership that was standing', async () => {
    const { world, ada, ben, carla, members, until } = await tell();
    await carla.types('/access request admin for 1h because INC-3');
    await carla.sees(/held already/);
    await ada.types('/access request admin for 1h because INC-1');
    await ben.presses(/^Approve Admin/, /INC-1/);
    await ada.sees(/in the Admin group/);
    await ada.types('/access request admin for 3h because INC-2');
    await ben.presses(/^Approve Admin/, /INC-2/);
    await until('two cards say so', () => ada.messages().filter((each) => /active/.test(each.text)).length === 2);

    world.clock.advance(HOUR + MINUTE);
    await ada.sees(/ended/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    world.clock.advance(2 * HOUR);
    await until('the second grant has ended, too', () => !members('PPLX_Admin').includes('ada@example.com'));
    expect(members('PPLX_Admin')).toContain('carla@example.com');
  });

  it('is handed back with one button, can be taken back while it waits, and denied with a reason', async () => {
    const { ada, ben, members, until } = await tell({
      // Owners are not shown every grant: Slack's patience is for those whom the story is about.
      policy: POLICY.replace(', sensitive: true', ''),
    });
    await ada.types('/access request admin for 4h because INC-5');
    await ben.presses(/^Approve Admin/);
    await ada.presses(/^I'm done/);
    await until('the role is gone', () => !members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/ended/);
    await ada.presses(/^Ask again/);
    await ben.sees(/asks for[\s\S]*INC-5/);
    await ada.presses(/^Cancel/, /INC-5/);
    await ben.sees(/INC-5[\s\S]*(cancel|took (it|this) back)|(cancel|took (it|this) back)[\s\S]*INC-5/i);

    await ada.types('/access request admin because second try');
    await ben.presses(/^Deny/, /second try/);
    const refused = await ben.fills(/Deny/, { 'Why not': null });
    expect(refused.errors).toBeDefined();
    await ben.fills(/Deny/, { 'Why not': 'Not this week.' });
    await ada.sees(/Not this week\./);
    await ada.types('/access request admin because third try');
    await ben.sees(/third try[\s\S]*(denied|Denied)|(denied|Denied)[\s\S]*third try/);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
  });
});
