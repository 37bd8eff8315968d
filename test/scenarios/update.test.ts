import { describe, expect, it } from 'vitest';
import { tell, textOf } from './story.ts';

describe('updating an account', () => {
  it('is asked in a form of what the app shows, agreed to by two owners, and read back detail by detail', async () => {
    const { world, ada, ben, carla, dmitri, account, writes } = await tell({ apps: ['perdoo', 'perplexity'] });
    const id = account('ada@example.com')?.id;
    // An app that takes no updates says so before anybody is bothered.
    await ben.types('/access update <@U0ADA|ada> perplexity');
    await ben.modal(/Not possible/, /Perplexity Enterprise does not take profile changes over SCIM/);

    // Her manager starts from the look-up card: a promotion, and a new name.
    await ben.types('/access lookup <@U0ADA|ada>');
    await ben.presses(/^Update Ada/, /in \*Perdoo\*/);
    const form = await ben.modal(/Update an account/, /Analyst/);
    expect(JSON.stringify(form.blocks)).toContain('Ben Castillo (ben@example.com)');
    const untouched = await ben.fills(/Update an account/, {});
    expect(Object.values(untouched.errors ?? {})).toEqual([expect.stringMatching(/nothing to change/)]);
    const outside = await ben.fills(/Update an account/, { 'E-mail': 'ada@elsewhere.example' });
    expect(Object.values(outside.errors ?? {})).toEqual([expect.stringMatching(/not an address of example\.com/)]);
    await ben.fills(/Update an account/, {
      'Family name': 'Castillo-Okafor',
      Title: 'Senior analyst',
      'E-mail': 'ada.castillo@example.com',
      'User name': 'ada.castillo@example.com',
      Why: 'she married and was promoted',
    });
    const card = textOf(await carla.sees(/Title\*: Analyst → Senior analyst/));
    expect(card).toMatch(/she married and was promoted[\s\S]*Two owners must agree/);
    await carla.presses(/^Approve the update of Ada/);
    await dmitri.presses(/^Approve the update of Ada/, /E-mail\*: ada@example\.com → ada\.castillo@example\.com/);
    const told = textOf(await ben.sees(/The account in Perdoo is changed, confirmed/));
    expect(told).toMatch(/Title\*: Analyst → Senior analyst, confirmed[\s\S]*ada\.castillo@example\.com, confirmed/);
    expect(writes()).toEqual(['PATCH /Users']);
    const now = world.scim.state().users.find((user) => user.id === id);
    expect(now).toMatchObject({ userName: 'ada.castillo@example.com', title: 'Senior analyst', active: true });

    // Slack still has her old address; she is who she was.
    await ada.types('/access lookup me');
    await ada.sees(/<@U0ADA> \(ada\.castillo@example\.com\) in \*Perdoo\*[\s\S]*Growth/);
  });
});
