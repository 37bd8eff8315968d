import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, type Story, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

const OBSERVED = POLICY.replace('    profile: perplexity\n', '    profile: perplexity\n    mode: observe\n');
/** One owner instead of two: fewer cards, and Slack's patience lasts longer. */
const ONE_OWNER = OBSERVED.replace(', "usergroup:S0ITADMINS"', '');
const NOTHING_WRITTEN = /I would have changed this[\s\S]*nothing was written/;

/** Nothing was written, nothing has changed, nothing else is claimed, and whoever reads a card can see why. */
async function onlyObserved({ world, writes, ...story }: Story, before: string): Promise<void> {
  expect(writes()).toEqual([]);
  expect(JSON.stringify(world.scim.state())).toBe(before);
  const everybody = [story.ada, story.ben, story.carla, story.dmitri, story.eve, story.finn];
  const cards = everybody.flatMap((who) => who.messages().map(textOf)).filter((text) => /Request R-/.test(text));
  expect(cards.length).toBeGreaterThan(0);
  for (const card of cards) expect(card).toMatch(/Observe mode/);
  const outcomes = (await journal(world)).flatMap((event) => (event.outcome === undefined ? [] : [event.outcome]));
  expect(new Set(outcomes)).toEqual(new Set(['observed']));
}

describe('an app that is only observed', () => {
  it('has its grants decided and ended, and none written', async () => {
    const story = await tell({ policy: OBSERVED });
    const { world, ada, ben } = story;
    const before = JSON.stringify(world.scim.state());
    await ada.types('/access request admin for 4h because INC-7');
    await ada.sees(/Waiting for <@U0BEN>/);
    await ben.presses(/^Approve Admin/);
    await ada.sees(NOTHING_WRITTEN);
    world.clock.advance(4 * HOUR + MINUTE);
    await ada.sees(/: ended\.[\s\S]*nothing was written/);
    await onlyObserved(story, before);
  });

  it('has its accounts asked for, switched off and on, and none touched', async () => {
    const story = await tell({ policy: ONE_OWNER });
    const { world, ben, carla, finn } = story;
    const before = JSON.stringify(world.scim.state());
    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, {
      'First name': 'Finn',
      'Family name': 'Moreau',
      'Role to ask for': 'perplexity/admin',
      Why: 'with a role',
    });
    await ben.presses(/^Approve Admin for Finn/);
    await finn.sees(/It starts when the account is visible/);
    await carla.presses(/^Approve account/);
    await finn.sees(NOTHING_WRITTEN);
    // The role that waited for the account waits no longer.
    await finn.sees(/Admin in Perplexity Enterprise[\s\S]*: cancelled[\s\S]*depends on/);
    // A bot newly started has all of Slack's patience before it.
    await world.stopBot();
    await world.startBot();
    await ben.types('/access disable ada@example.com because leaving');
    await carla.presses(/^Approve disabling/);
    await ben.sees(/leaving[\s\S]*nothing was written/);
    await ben.types('/access enable kim.larsen@example.com because back');
    await carla.presses(/^Approve enabling/);
    await ben.sees(/>back[\s\S]*nothing was written/);
    await onlyObserved(story, before);
  });
});
