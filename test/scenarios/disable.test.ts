import { describe, expect, it } from 'vitest';
import { DIRECTORY } from '../../src/sandbox/cast.ts';
import { tell, textOf, wordsIn } from './story.ts';

describe('disabling an account', () => {
  it('asked by an owner is the manager’s decision, and the person hears nothing of it before it is done', async () => {
    const { world, ada, ben, carla, dmitri, eve, account, members, until } = await tell();
    await ada.types('/access request admin for 4h because INC-71');
    await ben.presses(/^Approve Admin/, /INC-71/);
    await ada.sees(/INC-71[\s\S]*in the Admin group/);
    await ada.types('/access request admin for 8h because INC-72');
    await ben.button(/^Approve Admin/, /INC-72/);

    await carla.types('/access disable <@U0ADA|ada> because she is leaving');
    await ben.sees(/\*disable\*[\s\S]*<@U0ADA>[\s\S]*she is leaving/);
    await carla.sees(/Waiting for <@U0BEN>/);
    // Requester, approver, owner and auditor see it …
    await dmitri.types('/access list pending');
    await dmitri.sees(/requests waiting for a decision[\s\S]*Disabling the Perplexity Enterprise account of <@U0ADA>/);
    await eve.types('/access lookup <@U0ADA|ada>');
    await eve.sees(/Disabling the Perplexity Enterprise account of/);
    // … the person does not, wherever they look.
    for (const line of [
      '/access',
      '/access mine',
      '/access pending',
      '/access lookup me',
      '/access history',
      '/access list pending',
    ]) {
      const before = ada.messages().length;
      await ada.types(line);
      await until(`${line} is answered`, () => ada.messages().length > before);
    }
    await ada.seesHome(/Your access/);
    expect([...ada.messages().map(textOf), ...wordsIn((await ada.home()).blocks)].join('\n')).not.toMatch(
      /disabl|leaving|switched off/i,
    );

    await ben.presses(/^Approve disabling/);
    await until('the account is off', () => account('ada@example.com')?.active === false);
    await carla.sees(/The account in Perplexity Enterprise is switched off, confirmed/);
    expect(members('PPLX_Admin').sort()).toEqual(['break-glass@example.com', 'carla@example.com']);
    // What was open is closed without a word of why; the grant has ended.
    await ada.sees(/INC-72[\s\S]*Closed because the account has changed/);
    await ada.sees(/INC-71[\s\S]*Closed because the account has changed/);
    await ben.sees(/INC-72[\s\S]*Closed because the account has changed/);
    expect(ada.messages().map(textOf).join('\n')).not.toMatch(/leaving|U0CARLA/);
    await ada.types('/access request admin because INC-73');
    await ada.sees(/switched off, and I never switch one on unasked/);

    expect(world.scim.calls.some((call) => call.method === 'DELETE')).toBe(false);
  });

  it('is undone with the base role only, by an owner who reads who did it, when and why', async () => {
    const { ada, ben, carla, dmitri, account, members, until } = await tell();
    await carla.types('/access disable <@U0ADA|ada> because she is leaving');
    await ben.presses(/^Approve disabling/);
    await until('the account is off', () => account('ada@example.com')?.active === false);
    await carla.sees(/is switched off, confirmed/);
    await ada.types('/access request admin because INC-75');
    await ada.presses(/^Ask to enable/);
    await ada.modal(/Enable an account/, /Ada Okafor/);
    await ada.fills(/Enable an account/, { Why: 'I am still here' });
    await ada.sees(/Only the person's manager or an owner/);
    await ben.types('/access enable <@U0ADA|ada>');
    await dmitri.sees(/\*enable\*[\s\S]*switched off → Member[\s\S]*Disabled[^\n]*by Carla Novak:\n>she is leaving/);
    await dmitri.presses(/^Approve enabling/);
    await ben.sees(/The account in Perplexity Enterprise is active, confirmed/);
    await ada.sees(/The account in Perplexity Enterprise is active/);
    expect(account('ada@example.com')?.active).toBe(true);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
    expect(members('PPLX_Members')).toContain('ada@example.com');
    await ada.types('/access history');
    await ada.sees(/switched off, confirmed/);
  });

  it('asked by the manager, or by somebody who is manager and owner, is an owner’s decision; standing roles go, too', async () => {
    const directory = {
      ...DIRECTORY,
      groups: [
        {
          displayName: 'PPLX_Admin',
          members: ['carla', 'break-glass', 'zoe.mueller', 'ivy'].map((name) => `${name}@example.com`),
        },
        ...DIRECTORY.groups.slice(1),
      ],
    };
    const { ben, carla, dmitri, eve, ada, account, members, until } = await tell({ directory });
    // Ivy has left: she is gone from Slack and is named by her address. Ben was her manager.
    await ben.types('/access disable ivy@example.com because she has left');
    await dmitri.button(/^Approve disabling/, /she has left/);
    await carla.sees(/You are an owner[\s\S]*she has left/);
    await carla.presses(/^Approve disabling/, /she has left/);
    await until('Ivy is off', () => account('ivy@example.com')?.active === false);
    await ben.sees(/ivy@example\.com[\s\S]*is switched off, confirmed/);
    expect(members('PPLX_Admin')).toEqual(['carla@example.com', 'break-glass@example.com', 'zoe.mueller@example.com']);

    // By the form. Dmitri is Zoe's manager and an owner: the other owner decides, not himself.
    await dmitri.pressesHome(/^Disable an account/);
    await dmitri.finds(/Disable an account/, 'Whose account', 'zoe', /zoe\.mueller/);
    const bare = await dmitri.fills(/Disable an account/, {});
    expect(bare.errors).toBeDefined();
    await dmitri.fills(/Disable an account/, { Why: 'contract over' });
    await dmitri.sees(/contract over[\s\S]*Waiting for <@U0CARLA> \(carla@example\.com\)\./);
    await carla.presses(/^Approve disabling/, /contract over/);
    await until('Zoe is off', () => account('zoe.mueller@example.com')?.active === false);
    await dmitri.sees(/contract over[\s\S]*is switched off, confirmed/);
    expect(members('PPLX_Admin')).toEqual(['carla@example.com', 'break-glass@example.com']);

    // Strangers may not even ask; kept accounts are kept; once is enough.
    await eve.types('/access disable <@U0ADA|ada> because I say so');
    await eve.sees(/Only the person's manager or an owner of the app can do this/);
    await ada.types('/access disable <@U0ADA|ada> because I am tired');
    await ada.sees(/Only the person's manager or an owner of the app can do this/);
    await carla.types('/access disable break-glass@example.com because unused');
    await carla.sees(/an account the policy keeps/);
    await ben.types('/access disable ivy@example.com because again');
    await ben.sees(/switched off already/);
    await ben.types('/access enable <@U0ADA|ada>');
    await ben.sees(/is active already/);
    await ben.types('/access disable nobody@example.com because who');
    await ben.sees(/shows no account for nobody@example\.com/);
    expect(account('ada@example.com')?.active).toBe(true);
    expect(account('break-glass@example.com')?.active).toBe(true);
  });

  it('is not undone by asking for a role: that takes an owner’s yes of its own', async () => {
    const { ben, dmitri, account, members, until } = await tell();
    await ben.types('/access grant kim.larsen@example.com admin because INC-74');
    await ben.presses(/^Ask to enable/, /INC-74/);
    await ben.modal(/Enable an account/, /Whose account/);
    await ben.fills(/Enable an account/, { Why: 'back from leave' });
    await dmitri.presses(/^Approve enabling/, /back from leave/);
    await until('Kim is on', () => account('kim.larsen@example.com')?.active === true);
    await ben.sees(/kim\.larsen@example\.com[\s\S]*is active, confirmed/);
    expect(members('PPLX_Admin')).not.toContain('kim.larsen@example.com');
    expect(members('PPLX_Members')).toContain('kim.larsen@example.com');
  });
});
