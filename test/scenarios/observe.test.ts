import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

const OBSERVED = POLICY.replace('    profile: perplexity\n', '    profile: perplexity\n    mode: observe\n');
const SAID = /Observe mode/;

describe('an app that is only observed', () => {
  it('gets the whole flow and no write, and every card says so', async () => {
    const { world, ada, ben, carla, dmitri, eve, finn, members, account, until, writes } = await tell({
      policy: OBSERVED,
    });
    const before = JSON.stringify(world.scim.state());
    await ada.types('/access request admin for 4h because INC-7');
    await ada.sees(/Waiting for <@U0BEN>/);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/I would have changed this[\s\S]*nothing was written/);

    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, { 'First name': 'Finn', 'Family name': 'Moreau' });
    await carla.presses(/^Approve account/);
    await finn.sees(/I would have changed this[\s\S]*nothing was written/);

    await carla.types('/access disable dmitri@example.com because leaving');
    // Carla manages Dmitri and owns the app: another owner than the subject is needed, and there is none.
    await carla.sees(/Nobody is left who could decide/);
    await ben.types('/access disable ada@example.com because leaving');
    await carla.presses(/^Approve disabling/);
    await ben.sees(/I would have changed this[\s\S]*nothing was written/);
    await ben.types('/access enable kim.larsen@example.com because back');
    await dmitri.presses(/^Approve enabling/);
    await ben.sees(/Kim Larsen[\s\S]*I would have changed this|kim\.larsen[\s\S]*I would have changed this/);
    await carla.types('/access revoke eve@example.com because nothing is held');
    await carla.sees(/Only the base role is held/);

    world.clock.advance(4 * HOUR + MINUTE);
    await until('the grant has ended', () =>
      ada.messages().some((message) => /INC-7/.test(textOf(message)) && /ended|over|changed/.test(textOf(message))),
    );
    expect(writes()).toEqual([]);
    expect(JSON.stringify(world.scim.state())).toBe(before);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
    expect(account('finn@example.com')).toBeUndefined();
    for (const who of [ada, ben, carla, dmitri, eve, finn]) {
      for (const card of who.messages().filter((message) => /Request R-/.test(textOf(message)))) {
        expect(textOf(card)).toMatch(SAID);
      }
    }
    const outcomes = (await journal(world)).flatMap((event) => (event.outcome === undefined ? [] : [event.outcome]));
    expect(new Set(outcomes)).toEqual(new Set(['observed']));
  });
});
