import { describe, expect, it } from 'vitest';
import { DIRECTORY, POLICY } from '../../src/sandbox/cast.ts';
import { type Story, tell } from './story.ts';

/** Ada as an Admin: standing, from the app's own console. */
const adaIn = ({ world, members, until }: Story) => {
  const holds = () => members('PPLX_Admin').includes('ada@example.com');
  return {
    holds,
    given: () =>
      world.scim.setMember(world.scim.groupId('PPLX_Admin') ?? '', world.scim.userId('ada@example.com') ?? '', true),
    gone: () => until('Ada is no Admin', () => !holds()),
  };
};

describe('taking a role away', () => {
  it('is at once for oneself and for the manager, and ends the grant it came from', async () => {
    // Owners are not shown every grant: Slack's patience is for those whom the story is about.
    const story = await tell({ policy: POLICY.replace(', sensitive: true', '') });
    const { ada, ben } = story;
    const { given, gone } = adaIn(story);
    await ada.types('/access request admin for 4h because INC-1');
    await ben.presses(/^Approve Admin/, /INC-1/);
    await ada.sees(/INC-1[\s\S]*in the Admin group/);
    await ada.types('/access revoke admin');
    await ada.sees(
      /You asked to give back Admin[\s\S]*it is your own access to give back[\s\S]*no longer in the Admin group[^\n]*confirmed/,
    );
    await gone();
    // The grant is over, too: its card says why, and nothing is left to run out later.
    await ada.sees(/INC-1[\s\S]*taken away by a later request/);

    given();
    await ben.types('/access revoke <@U0ADA|ada> admin because the incident is over');
    await ben.sees(/you are the manager[\s\S]*no longer in the Admin group/);
    await gone();
    await ada.sees(/<@U0BEN>[\s\S]*take Admin[\s\S]*from you[\s\S]*no longer in the Admin group/);
  });

  it('is at once for an owner; anybody else’s word is a request to the owners', async () => {
    const story = await tell();
    const { carla, eve, dmitri } = story;
    const { holds, given, gone } = adaIn(story);
    given();
    await carla.types('/access revoke ada@example.com admin');
    await carla.sees(/you are an owner of Perplexity Enterprise[\s\S]*no longer in the Admin group/);
    await gone();

    given();
    await eve.types('/access revoke <@U0ADA|ada> admin because she left the project');
    await eve.sees(/Waiting for [\s\S]*<@U0CARLA>/);
    await dmitri.sees(/<@U0EVE>[\s\S]*to take Admin[\s\S]*Admin → Member[\s\S]*left the project/);
    expect(holds()).toBe(true);
    await dmitri.presses(/^Approve taking Admin/);
    await gone();
    await eve.sees(/<@U0ADA>[^\n]*is no longer in the Admin group/);
  });

  it('never leaves anybody in no group on the way, ends standing too, and touches nobody else', async () => {
    const directory = {
      ...DIRECTORY,
      groups: [
        {
          displayName: 'PPLX_Admin',
          members: ['carla', 'break-glass', 'zoe.mueller', 'ben'].map((name) => `${name}@example.com`),
        },
        {
          displayName: 'PPLX_Members',
          members: ['ada', 'ben', 'carla', 'break-glass'].map((name) => `${name}@example.com`),
        },
        { displayName: 'PPLX_Billing', members: ['ben@example.com', 'eve@example.com'] },
      ],
    };
    const policy = POLICY.replace('      member: {', '      billing: { group: PPLX_Billing }\n      member: {');
    const { world, carla, eve, members, until, writes } = await tell({ directory, policy });
    const everywhere = () => ['PPLX_Admin', 'PPLX_Members', 'PPLX_Billing'].map(members);
    let homeless = false;
    world.scim.on('change', () => {
      if (!everywhere().some((group) => group.includes('zoe.mueller@example.com'))) homeless = true;
    });

    // By the form, from the owner's tools; Zoe is in the Admin group alone, standing, and not in Slack.
    await carla.pressesHome(/^Take a role away/);
    await carla.finds(/Take a role away/, 'For whom', 'zoe muller', /zoe\.mueller@example\.com/);
    const sent = await carla.fills(/Take a role away/, { 'App and role': 'Admin', Why: 'changed teams' });
    expect(sent.errors).toBeUndefined();
    await carla.sees(
      /changed teams[\s\S]*zoe\.mueller@example\.com[^\n]* is no longer in the Admin group[^\n]*confirmed/,
    );
    expect(everywhere()).toEqual([
      ['carla@example.com', 'break-glass@example.com', 'ben@example.com'],
      ['ada@example.com', 'ben@example.com', 'carla@example.com', 'break-glass@example.com', 'zoe.mueller@example.com'],
      ['ben@example.com', 'eve@example.com'],
    ]);
    expect(homeless).toBe(false);
    expect(writes()).toEqual(['PATCH /Groups', 'PATCH /Groups']);

    // No role named and several held: all of them, but only after saying so.
    await carla.types('/access revoke <@U0BEN|ben>');
    await carla.sees(/Several roles are held[\s\S]*Admin[\s\S]*Billing/);
    expect(members('PPLX_Billing')).toContain('ben@example.com');
    await carla.presses(/^Remove all/);
    await carla.fills(/Remove every role/, {});
    await until(
      'Ben holds the base role alone',
      () => !members('PPLX_Admin').includes('ben@example.com') && !members('PPLX_Billing').includes('ben@example.com'),
    );
    expect(members('PPLX_Members')).toContain('ben@example.com');

    // One role of two, of somebody who is no Member: the base role comes first here, too.
    await eve.types('/access revoke billing');
    await eve.sees(/You are no longer in the Billing group[^\n]*confirmed/);
    expect(members('PPLX_Members')).toContain('eve@example.com');

    const before = everywhere();
    await carla.types('/access revoke <@U0ADA|ada>');
    await carla.sees(/Only the base role is held[\s\S]*\/access disable/);
    await carla.types('/access revoke <@U0ADA|ada> billing');
    await carla.sees(/Billing in Perplexity Enterprise is not held here/);
    await carla.types('/access revoke break-glass@example.com admin');
    await carla.sees(/break-glass@example\.com is an account the policy keeps/);
    expect(everywhere()).toEqual(before);
  });
});
