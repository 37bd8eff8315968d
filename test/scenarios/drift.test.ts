import { describe, expect, it } from 'vitest';
import { HOUR, type Story, tell, textOf } from './story.ts';

/** Somebody with another key to the app changes a membership there. */
function elsewhere({ world }: Story, userName: string, present: boolean): void {
  const group = world.scim.groupId('PPLX_Admin') ?? '';
  world.scim.setMember(group, world.scim.userId(userName) ?? '', present);
}

const ZOE = 'zoe.mueller@example.com';

describe('what the directory shows and nobody asked for', () => {
  it('is accepted but for what is about whoever accepts: the card says so before and after', async () => {
    const { carla, dmitri } = await tell();
    await carla.presses(/^Accept as standing/);
    await dmitri.sees(/All but what is about <@U0CARLA> .* accepted as standing/);
    await dmitri.sees(/Carla Novak .*holds Admin in Perplexity Enterprise, and nobody asked me for it/);
  });

  it('is accepted once for what was there, told for what is new, adopted for a time and ended', async () => {
    const story = await tell();
    const { world, carla, dmitri, eve, members, until } = story;
    await carla.sees(
      /My first look at Perplexity Enterprise:[\s\S]*1 role is held that nobody asked me for\. <@U0CARLA> .* as Admin/,
    );
    await carla.sees(/Accepting leaves all but what is about you as it is/);
    await dmitri.sees(/Accepting leaves all of it as it is/);
    await dmitri.presses(/^Accept as standing/);
    await carla.sees(/Accepted as standing by <@U0DMITRI>/);

    elsewhere(story, ZOE, true);
    world.clock.advance(HOUR);
    const card = textOf(await carla.sees(/holds Admin in Perplexity Enterprise, and nobody asked me for it/));
    expect(card).toContain(ZOE);
    await dmitri.presses(/^Adopt for a time/, /nobody asked me/);
    await dmitri.fills(/Adopt for a time/, { 'For how long': '1 hour', Why: 'INC-91 she is on call' });
    // Dmitri asked, and he is her manager, too: the other owner decides.
    const asked = textOf(await carla.sees(/INC-91[\s\S]*Adoption\.[\s\S]*held already/));
    expect(asked).toMatch(/<@U0DMITRI>/);
    await carla.sees(/asked to adopt it for a time/);
    await carla.presses(/^Approve Admin/, /INC-91/);
    await dmitri.sees(/Adopted by <@U0DMITRI>[\s\S]*ends on time/);
    expect(members('PPLX_Admin')).toContain(ZOE);
    world.clock.advance(HOUR + HOUR / 2);
    await until('the adopted role has ended', () => !members('PPLX_Admin').includes(ZOE));
    expect(members('PPLX_Members')).toContain(ZOE);
    expect(members('PPLX_Admin').sort()).toEqual(['break-glass@example.com', 'carla@example.com']);
    expect(eve.messages().filter((each) => /Drift|first look/.test(textOf(each)))).toEqual([]);
  });

  it('is put right at a click, told again when somebody else undoes it, and left alone when an owner says so', async () => {
    const story = await tell();
    const { world, carla, dmitri, members, until, writes } = story;
    await dmitri.presses(/^Accept as standing/);
    await carla.sees(/Accepted as standing by <@U0DMITRI>/);

    elsewhere(story, ZOE, true);
    world.clock.advance(HOUR);
    await dmitri.sees(/holds Admin in Perplexity Enterprise, and nobody/);
    expect(writes()).toEqual([]);
    await carla.presses(/^Take Admin from Zoë/, /nobody asked me/);
    await until('Zoë is no Admin', () => !members('PPLX_Admin').includes(ZOE));
    await dmitri.sees(/nobody asked me[\s\S]*Put right by <@U0CARLA>/);

    elsewhere(story, ZOE, true);
    world.clock.advance(HOUR);
    await dmitri.sees(/nobody asked me[\s\S]*It has come back\./);
    await dmitri.presses(/^Ignore/, /It has come back/);
    await dmitri.fills(/Ignore this/, { Why: 'The vendor restores it until Friday.' });
    await carla.sees(/Ignored by <@U0DMITRI>[\s\S]*The vendor restores it/);
    expect(carla.messages().filter((each) => /nobody asked me for it/.test(textOf(each)))).toHaveLength(2);
    expect(members('PPLX_Admin')).toContain(ZOE);
  });
});
