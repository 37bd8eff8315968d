import { describe, expect, it } from 'vitest';
import { tell, wordsIn } from './story.ts';

describe('the App Home', () => {
  it('shows what waits, what is held, what was asked, and is kept up to date; everything can be done from there', async () => {
    const { world, ada, ben, carla, members, until } = await tell();
    await ada.seesHome(/Your access[\s\S]*Apps you may ask for[\s\S]*\*Perplexity Enterprise\*: Admin[\s\S]*Owners: /);
    expect(wordsIn((await ada.home()).blocks).join('\n')).not.toMatch(/For owners|Disable an account/);
    await carla.seesHome(/For owners[\s\S]*List Perplexity Enterprise[\s\S]*Disable an account/);
    await ben.seesHome(/Nothing waits for you/);

    // Asked from the Home, by the form: for oneself, as it stands there.
    await ada.pressesHome(/^Request a role/);
    await ada.modal(/Request a role/, /"Me"/);
    const sent = await ada.fills(/Request a role/, {
      'App and role': 'Admin',
      'For how long': '2 hours',
      Why: 'INC-21',
    });
    expect(sent.errors).toBeUndefined();
    const home = (id: string) => wordsIn(world.slack.state(id).home?.blocks ?? []).join('\n');
    // Both Homes change by themselves.
    await until('Ben’s Home says so', () => /Waiting for you[\s\S]*<@U0ADA>[\s\S]*INC-21/.test(home('U0BEN')));
    await until('Ada’s Home says so', () => /Your requests[\s\S]*waiting for approval/.test(home('U0ADA')));
    await ben.pressesHome(/^Approve Admin/);
    await until('Ada is Admin', () => members('PPLX_Admin').includes('ada@example.com'));
    await until('Ada’s Home says so', () => /Your access\n\*Admin\* until/.test(home('U0ADA')));
    await until('nothing waits for Ben', () => /Nothing waits for you/.test(home('U0BEN')));
    await ada.pressesHome(/^I'm done/);
    await until('Ada is no Admin', () => !members('PPLX_Admin').includes('ada@example.com'));
    await until('Ada’s Home says so', () => !/\*Admin\*/.test(home('U0ADA')));

    await carla.pressesHome(/^List Perplexity/);
    await carla.sees(/2 active accounts with a role above Member/);
  });

  it('has its like in the command: hub, mine, pending, help, and the shortcut for a colleague', async () => {
    const { world, ada, ben, carla, dmitri, members, until } = await tell();
    await ada.types('/access lookup me');
    await ada.sees(/Holds: \*Member\*/);
    await ada.types('/access');
    await ada.sees(/Hello Ada Okafor\.[\s\S]*Your access[\s\S]*\*Member\* \(standing\)[\s\S]*Apps you may ask for/);
    await ada.presses(/^Show help/);
    await ada.sees(/What you can ask me[\s\S]*\/access request[\s\S]*\/access link/);
    await ada.types('/access help revoke');
    await ada.sees(/\/access revoke \[person\] \[app\] \[role\][\s\S]*Give a role back, or take one away/);

    // The global shortcut; a colleague found by part of a name.
    await world.slack.shortcut('U0ADA', 'request_access');
    await ada.modal(/Request a role/);
    await ada.finds(/Request a role/, 'For whom', 'jorge', /jorge\.ibanez@example\.com/);
    await ada.fills(/Request a role/, { 'App and role': 'Admin', Why: 'INC-22' });
    await dmitri.sees(/jorge\.ibanez@example\.com[\s\S]*You are the manager of[\s\S]*INC-22/);
    await ada.types('/access pending');
    await ada.sees(/Your requests[\s\S]*jorge\.ibanez@example\.com[\s\S]*waiting for approval/);
    await dmitri.types('/access pending');
    await dmitri.presses(/^Approve Admin for Jorge/, /Waiting for you/);
    await until('Jorge is Admin', () => members('PPLX_Admin').includes('jorge.ibanez@example.com'));
    // Owners take it back from the card they were sent.
    await carla.presses(/^Revoke Admin from Jorge/);
    await carla.modal(/Take a role away/, /Jorge/);
    await carla.fills(/Take a role away/, { Why: 'too broad' });
    await until('Jorge is no Admin', () => !members('PPLX_Admin').includes('jorge.ibanez@example.com'));
    await ada.sees(/INC-22[\s\S]*taken away by a later request/);
    expect(ben.messages()).toEqual([]);
  });
});
