import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { type Character, HOUR, MINUTE, tell, textOf } from './story.ts';

/** One owner, who is not shown every grant: fewer cards, and Slack's patience lasts longer. */
const QUIET = POLICY.replace(', "usergroup:S0ITADMINS"', '').replace(', sensitive: true', '');
const posts = (writes: readonly string[]) => writes.filter((write) => write === 'POST /Users').length;

/** Ben asks for an account of this address. */
const asksFor = async (ben: Character, email: string) => {
  await ben.types(`/access provision ${email}`);
  await ben.modal(/Ask for an account/);
  await ben.fills(/Ask for an account/, {
    'First name': email.split('.')[0] ?? '',
    'Family name': 'Novotny',
    Why: `for ${email}`,
  });
};

describe('an account', () => {
  it('is asked for together with a role by somebody who has none: one form, two decisions, one welcome', async () => {
    const { world, finn, ben, carla, account, members, writes, until } = await tell({ policy: QUIET });
    await finn.types('/access request admin for 2h because INC-61');
    await finn.sees(/shows no account for finn@example\.com/);
    await finn.presses(/^Ask for an account/);
    const form = await finn.modal(/Ask for an account/, /Moreau/);
    // Filled in from Slack and from what was asked.
    expect(JSON.stringify(form.values)).toMatch(
      /finn@example\.com[\s\S]*"Finn"[\s\S]*"Moreau"[\s\S]*perplexity\/admin[\s\S]*INC-61/,
    );
    const wrong = async (fields: Parameters<typeof finn.fills>[1], words: RegExp) => {
      const { errors } = await finn.fills(/Ask for an account/, fields);
      expect(Object.values(errors ?? {}).join(' ')).toMatch(words);
    };
    await wrong({ 'E-mail': 'finn@elsewhere.example' }, /not an address of example\.com/);
    await wrong({ 'E-mail': 'finn at example' }, /valid email|work address/);
    await wrong({ 'E-mail': 'zoe.mueller@example.com' }, /already has an active account[\s\S]*Zoë Müller/);
    await wrong({ 'E-mail': 'kim.larsen@example.com' }, /already has a switched-off account[\s\S]*Kim Larsen/);
    await wrong({ 'E-mail': 'finn@example.com', 'First name': '  ' }, /name/i);
    expect(
      (await finn.fills(/Ask for an account/, { 'E-mail': 'Finn@example.com', 'First name': 'Finn' })).errors,
    ).toBeUndefined();

    await finn.sees(/You ask for \*an account in Perplexity Enterprise/);
    const card = textOf(await carla.sees(/no account → Member[\s\S]*Seats left after this: 2/));
    expect(card).toContain('Linked: a role is asked for with it');
    await ben.sees(/Admin in Perplexity Enterprise[\s\S]*no account yet[\s\S]*Linked: starts when the account/);
    // The role is decided first: it waits for the account.
    await ben.presses(/^Approve Admin/);
    await finn.sees(/It starts when the account is visible/);
    expect(account('finn@example.com')).toBeUndefined();
    await carla.presses(/^Approve account/);
    await finn.sees(/You have an account in Perplexity Enterprise, confirmed/);
    await finn.sees(/You are in the Admin group of Perplexity Enterprise until[\s\S]*confirmed/);
    expect(members('PPLX_Members')).toContain('finn@example.com');
    expect(members('PPLX_Admin')).toContain('finn@example.com');
    expect(posts(writes())).toBe(1);
    expect(JSON.stringify(world.scim.calls.find((call) => call.method === 'POST'))).toContain('U0FINN');

    await finn.sees(/Welcome to Perplexity Enterprise![\s\S]*www\.perplexity\.ai/);
    await finn.presses(/^I can't get in/);
    await finn.sees(/I have told the owners/);
    await carla.sees(/<@U0FINN>[^\n]*cannot get in/);
    // Two hours are counted from when it was given, not from when it was asked or decided.
    world.clock.advance(2 * HOUR + MINUTE);
    await until('the role is gone', () => !members('PPLX_Admin').includes('finn@example.com'));
    expect(account('finn@example.com')?.active).toBe(true);
  });

  it('for somebody who is not in Slack brings the requester the text to pass on, as long as there are seats', async () => {
    const { ada, carla, account } = await tell({ policy: POLICY.replace('seats: 12', 'seats: 10') });
    await ada.types('/access provision nora.lang@example.com');
    const form = await ada.modal(/Ask for an account/);
    expect(JSON.stringify(form.values)).toContain('nora.lang@example.com');
    await ada.fills(/Ask for an account/, { 'First name': 'Nora', 'Family name': 'Lang', Why: 'starts on Monday' });
    await carla.presses(/^Approve account for Nora Lang/);
    await ada.sees(
      /Nora Lang \(nora\.lang@example\.com\) is not in Slack\. Please pass this on[\s\S]*Welcome to Perplexity Enterprise/,
    );
    expect(account('nora.lang@example.com')?.active).toBe(true);
    await carla.sees(/nearly full[\s\S]*10 of 10 seats/);
    await ada.types('/access provision one.more@example.com');
    const full = await ada.fills(/Ask for an account/, { 'First name': 'One' });
    expect(Object.values(full.errors ?? {}).join()).toMatch(/All seats of Perplexity Enterprise are taken: 10 of 10/);
  });

  it('that is denied or taken back takes the linked role with it', async () => {
    const { world, ada, ben, carla, account } = await tell();
    const ask = async (reason: string) => {
      await ada.types('/access provision <@U0FINN|finn>');
      await ada.modal(/Ask for an account/, /Moreau/);
      await ada.fills(/Ask for an account/, { 'Role to ask for with it': 'Admin', Why: reason });
      await ben.button(/^Approve Admin/, new RegExp(reason));
    };
    await ask('first try');
    await carla.presses(/^Deny/, /first try/);
    await carla.fills(/Deny/, { 'Why not': 'Not before Monday.' });
    await ada.sees(/an account in Perplexity[\s\S]*Denied by <@U0CARLA>[\s\S]*Not before Monday/);
    await ada.sees(/Admin in Perplexity[\s\S]*first try[\s\S]*The request it depends on/);
    await ben.sees(/Admin in Perplexity[\s\S]*first try[\s\S]*The request it depends on/);

    await ask('second try');
    await ada.presses(/^Cancel/, /an account in Perplexity[\s\S]*second try/);
    await ben.sees(/second try[\s\S]*The request it depends on/);
    // An asked-for address is free again, and an open one is shown on its field.
    await ask('third try');
    await ben.types('/access provision <@U0FINN|finn>');
    await ben.modal(/Ask for an account/, /Moreau/);
    const twice = await ben.fills(/Ask for an account/, { Why: 'fourth try' });
    expect(Object.values(twice.errors ?? {}).join()).toMatch(/Somebody else has asked for the same/);
    expect(account('finn@example.com')).toBeUndefined();
    expect(world.scim.calls.every((call) => call.method === 'GET')).toBe(true);
  });

  it('is never created twice, nor is a switched-off one switched on by the way', async () => {
    const { world, ben, carla, account, members, writes } = await tell();
    // The answer to the create is lost: it is looked up, not sent again.
    world.scim.fault({ match: { method: 'POST', path: /^\/Users/ }, times: 1, kind: { type: 'reset', when: 'after' } });
    await asksFor(ben, 'petra.novotny@example.com');
    await carla.presses(/^Approve account/, /petra/);
    await ben.sees(/petra\.novotny@example\.com[\s\S]*an account in Perplexity Enterprise, confirmed/);
    expect(posts(writes())).toBe(1);
    expect(account('petra.novotny@example.com')).toMatchObject({ active: true });
    await ben.sees(/petra\.novotny@example\.com\) is not in Slack[\s\S]*Welcome to Perplexity Enterprise/);
    expect(members('PPLX_Members')).toContain('petra.novotny@example.com');

    // Somebody disabled long ago, whom the mirror has not seen yet: refused with name and id, and *Ask to enable*.
    const old = world.scim.addUser({
      userName: 'old.novotny@example.com',
      givenName: 'Olda',
      familyName: 'Novotny',
      active: false,
    });
    await asksFor(ben, 'old.novotny@example.com');
    await ben.sees(new RegExp(`switched-off account[\\s\\S]*Olda Novotny, id ${old}`));
    await ben.presses(/^Ask to enable/);
    await ben.modal(/Enable an account/, /Whose account/);
    await ben.fills(/Enable an account/, {});
    await ben.sees(/Only the person's manager or an owner of the app can do this/);
    expect(account('old.novotny@example.com')?.active).toBe(false);
  });

  it('that the app hides is told as what it is: taken elsewhere, or accepted and never seen', async () => {
    const { world, ben, carla, writes } = await tell({ policy: QUIET });
    // 409 although nothing is to be found.
    world.scim.addUser({ userName: 'vera.novotny@example.com', otherOrg: 'conflict' });
    await asksFor(ben, 'vera.novotny@example.com');
    await carla.presses(/^Approve account/, /vera/);
    await ben.sees(/vera\.novotny@example\.com is taken, but shows no such account/);
    await carla.sees(/vera\.novotny@example\.com[\s\S]*in another organisation/);

    // 201, and nobody ever appears: accepted, never called done, told after two days.
    world.scim.addUser({ userName: 'contractor.novotny@example.com', otherOrg: true });
    await asksFor(ben, 'contractor.novotny@example.com');
    await carla.presses(/^Approve account/, /contractor/);
    await ben.sees(/contractor[\s\S]*accepted the change[^\n]*but it is not visible yet/);
    // It is looked for, for two days: once the bot has noticed the third day, the next look is the last.
    world.clock.advance(49 * HOUR);
    await carla.sees(/head of the audit log/);
    world.clock.advance(HOUR);
    await ben.sees(/contractor[\s\S]*perhaps the person belongs to another organisation/);
    expect(JSON.stringify(ben.messages())).not.toMatch(/contractor[^"]*confirmed/);
    expect(posts(writes())).toBe(2);
  });
});
