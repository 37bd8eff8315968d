import { describe, expect, it } from 'vitest';
import { tell, textOf } from './story.ts';

describe('which account is whose', () => {
  it('is never guessed: an unconfirmed, changed or shared address is refused until an owner says who it is', async () => {
    const { world, person, ada, ben, carla, dmitri, eve, members } = await tell();
    world.slack.updatePerson('U0ADA', { emailConfirmed: false });
    await ada.types('/access request admin because INC-1');
    await ada.sees(/INC-1[\s\S]*e-mail in Slack is not confirmed/);
    expect(ben.seesNow(/INC-1/)).toBeUndefined();

    // Only owners link, and nobody links themselves.
    await eve.types('/access link <@U0ADA|ada> ada@example.com');
    await eve.sees(/Only an owner of the app can do this/);
    await carla.types('/access link <@U0CARLA|carla> break-glass@example.com');
    await carla.sees(/you cannot decide it|cannot/i);
    await carla.types('/access link <@U0ADA|ada> ada@example.com');
    await carla.sees(/Linked: <@U0ADA> is Ada Okafor in Perplexity Enterprise/);
    await ada.types('/access request admin because INC-2');
    await ben.button(/^Approve Admin/, /INC-2/);

    // Later the Slack account has another address: perhaps another person sits behind it.
    world.slack.updatePerson('U0ADA', { email: 'ada.new@example.com', emailConfirmed: true });
    await ada.types('/access revoke admin');
    await ada.sees(/e-mail in Slack has changed/);
    await ada.types('/access mine');
    await ada.sees(/You hold no role that I know of/);
    await dmitri.types('/access link <@U0ADA|ada> ada@example.com');
    await dmitri.sees(/Linked: <@U0ADA>/);
    await ada.types('/access mine');
    await ada.sees(/\*Member\* \(standing\)/);

    // Somebody new takes the old address: the account stays whose it is.
    world.slack.addPerson({
      id: 'U0OTHER',
      name: 'other',
      realName: 'Ada Other',
      email: 'ada@example.com',
      emailConfirmed: true,
      tz: 'Europe/Berlin',
      kind: 'member',
    });
    await person('U0OTHER').types('/access request admin because INC-3');
    await person('U0OTHER').sees(/INC-3[\s\S]*Two Slack people match the same account/);

    // Two accounts of one address: the owner picks, by the address that is the name of one alone.
    world.scim.addUser({
      userName: 'eve.second@example.com',
      email: 'eve@example.com',
      givenName: 'Eve',
      familyName: 'Second',
    });
    await eve.types('/access request admin because INC-4');
    await eve.sees(/INC-4[\s\S]*Two accounts match the same e-mail/);
    await carla.types('/access link <@U0EVE|eve> eve@example.com');
    await carla.sees(/Several accounts in Perplexity Enterprise fit/);
    await carla.types('/access link <@U0EVE|eve> eve.second@example.com');
    await carla.sees(/Linked: <@U0EVE> is Eve Second/);
    await eve.types('/access request admin because INC-5');
    await eve.sees(/INC-5[\s\S]*Waiting for/);
    await carla.types('/access history <@U0EVE|eve>');
    await carla.sees(/<@U0CARLA>[^\n]*matched to the account[^\n]*by an owner/);
    expect(members('PPLX_Admin')).toEqual(['carla@example.com', 'break-glass@example.com']);
  });
});

describe('who may act', () => {
  it('is looked up at every click; a look-up that fails refuses, changes nothing, and says to try again', async () => {
    const { world, ada, ben, members, until } = await tell();
    await ada.types('/access request admin because INC-6');
    const approve = await ben.button(/^Approve Admin/, /INC-6/);
    world.slack.fault({ method: 'users.info', times: 99, kind: 'error', error: 'internal_error' });
    await world.slack.click(ben.id, approve);
    await ben.sees(
      /could not look this up just now, and nothing was changed\. Try again in a minute|Try again in a minute/,
    );
    world.slack.clearFaults();
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
    await ada.types('/access pending');
    await ada.sees(/Admin in Perplexity Enterprise for you: waiting for approval/);
    // A manager who became a guest since the card was posted.
    world.slack.updatePerson('U0BEN', { kind: 'guest' });
    await world.slack.click(ben.id, approve);
    await ben.sees(/Guests of this workspace cannot do this/);
    world.slack.updatePerson('U0BEN', { kind: 'member' });
    await world.slack.click(ben.id, approve);
    await until('Ada is Admin', () => members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/INC-6[\s\S]*Approved by <@U0BEN>/);
  });

  it('is a full member of this workspace: guests, other organisations and people who left are refused, whatever they press', async () => {
    const { world, grace, hugo, ada, person, until, members, carla } = await tell();
    for (const line of [
      '/access',
      '/access request admin because INC-7',
      '/access lookup ada',
      '/access mine',
      '/access list admins',
    ]) {
      const before = grace.messages().length;
      await grace.types(line);
      await until(`the guest's ${line} is answered`, () => grace.messages().length > before);
    }
    // A form may open for anybody; what is sent with it is judged.
    expect(
      grace
        .messages()
        .map(textOf)
        .filter((words) => !/Guests of this workspace cannot do this|Got it/.test(words)),
    ).toEqual([]);
    await grace.sees(/INC-7[\s\S]*Guests of this workspace cannot do this\. Ask an owner of the app/);
    expect(JSON.stringify(grace.messages())).not.toMatch(/example\.com[^"]*Admin/);
    expect((await hugo.types('/access mine', 'C0SHARED')).error).toBeDefined();
    expect((await person('U0IVY').types('/access mine')).error).toBe('account_inactive');
    // As subjects they are welcome: whoever left may still have to be taken care of.
    await ada.types('/access grant <@U0HUGO|hugo> admin because INC-8');
    await ada.sees(/INC-8[\s\S]*shows no account for <@U0HUGO>/);
    await carla.types('/access lookup ivy@example.com');
    await carla.sees(/Ivy Schultz[\s\S]*Account: active/);
    expect(world.scim.calls.every((call) => call.method === 'GET')).toBe(true);
    expect(members('PPLX_Admin')).toEqual(['carla@example.com', 'break-glass@example.com']);
  });

  it('as an owner by a user group is an owner only while in the group', async () => {
    const { world, ada, ben, carla, dmitri, members } = await tell();
    await ben.types('/access revoke <@U0CARLA|carla> admin because INC-9');
    // Ben is not Carla's manager: the owners decide, but neither Carla, whom it is about, nor Ben.
    const approve = await dmitri.button(/^Approve taking/, /INC-9/);
    expect(carla.seesNow(/You are an owner[\s\S]*INC-9/)).toBeUndefined();
    world.slack.updateUsergroup('S0ITADMINS', { members: ['U0ADA'] });
    await world.slack.click(dmitri.id, approve);
    await dmitri.sees(/Only the people who were asked can decide this/);
    expect(members('PPLX_Admin')).toContain('carla@example.com');
    // Whoever is in the group now is an owner now, and may decide although nobody sent a card.
    await ada.types('/access list pending');
    await ada.sees(/Taking Admin in Perplexity Enterprise from <@U0CARLA>/);
    world.slack.updateUsergroup('S0ITADMINS', { members: ['U0DMITRI'] });
    await world.slack.click(dmitri.id, approve);
    await ben.sees(/INC-9[\s\S]*Approved by <@U0DMITRI>/);
  });
});
