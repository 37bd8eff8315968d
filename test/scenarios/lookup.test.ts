import { describe, expect, it } from 'vitest';
import { MINUTE, tell, textOf } from './story.ts';

describe('looking somebody up', () => {
  it('works by mention, address, id and any part of a name, and shows each viewer what is theirs to see', async () => {
    const { world, ada, ben, carla, dmitri, eve, until } = await tell();
    // Everybody sees themselves.
    await ada.types('/access lookup me');
    await ada.sees(
      /<@U0ADA> \(ada@example\.com\) in \*Perplexity Enterprise\*[\s\S]*Account: active[\s\S]*Holds: \*Member\* \(standing\)[\s\S]*Manager: Ben Castillo[\s\S]*Read from the app just now/,
    );

    // Of others: that there is an active account, and nothing more.
    await ada.types('/access lookup muller zoe');
    const stranger = textOf(await ada.sees(/zoe\.mueller@example\.com[\s\S]*Account: active/));
    expect(stranger).not.toMatch(/Holds|Manager|standing/);
    await ada.types('/access lookup <@U0CARLA|carla>');
    expect(textOf(await ada.sees(/<@U0CARLA>[\s\S]*Account: active/))).not.toMatch(/Admin/);
    await ada.types('/access lookup kim larsen');
    expect(textOf(await ada.sees(/Nothing found over SCIM for “kim larsen”/))).not.toMatch(/switched off/);
    await ada.types('/access lookup kim.larsen@example.com');
    await ada.sees(/Nothing found over SCIM for “kim\.larsen@example\.com”/);

    // A manager sees reports, switched off ones too; an owner and an auditor see everybody.
    await ben.types('/access lookup larsen');
    await ben.sees(/Kim Larsen[\s\S]*Account: switched off/);
    await ben.button(/^Enable Kim/);
    await ben.types('/access lookup <@U0ADA|ada>');
    await ben.sees(/<@U0ADA>[\s\S]*Holds: \*Member\*/);
    await dmitri.types('/access lookup Zoë Müller');
    await dmitri.sees(/zoe\.mueller@example\.com[\s\S]*Holds: \*Member\* \(standing\)[\s\S]*Manager: Dmitri Sokolov/);
    await eve.types('/access lookup break');
    const audited = textOf(
      await eve.sees(/break-glass@example\.com[\s\S]*Holds: \*Admin\* \(standing\), \*Member\* \(standing\)/),
    );
    expect(audited).not.toMatch(/Disable|Take a role/);

    // Several hits: pick one. A typo, and words in any order.
    await carla.types('/access lookup ca');
    await carla.sees(/look like “ca”\. Pick the one you mean/);
    await carla.presses(/^Show Ben Castillo/);
    await carla.sees(/<@U0BEN> \(ben@example\.com\)[\s\S]*Holds/);
    await carla.types('/access lookup ibanes jorge');
    await carla.sees(/jorge\.ibanez@example\.com/);
    await carla.types('/access lookup nobody at all');
    await carla.sees(/Nothing found over SCIM for “nobody at all”[\s\S]*may still exist in the app's own console/);
    await carla.types('/access lookup <@U0FINN|finn>');
    await carla.sees(/Nothing found over SCIM for <@U0FINN>\./);

    // From a message: its author.
    const said = world.slack.say('U0BEN', 'C0GENERAL', 'Who can open the admin console?');
    await carla.types('/access help');
    const before = carla.messages().length;
    await world.slack.messageShortcut('U0CARLA', 'lookup_author', { channel: 'C0GENERAL', ts: said.ts });
    await until('the author is shown', () => carla.messages().length > before);
    await carla.sees(/<@U0BEN> \(ben@example\.com\)/);
    // What the card offers starts there.
    await carla.presses(/^Disable Ben/);
    await carla.modal(/Disable an account/, /Ben Castillo/);
  });

  it('in lists and histories keeps to the same rules, and is itself on record', async () => {
    const { world, ada, ben, carla, dmitri, eve, finn } = await tell();
    await ada.types('/access request admin for 1h because INC-11');
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group/);

    await carla.types('/access list admins');
    const admins = textOf(await carla.sees(/3 active accounts with a role above Member/));
    expect(admins).toMatch(/Ada Okafor[^\n]*\*Admin\* until/);
    expect(admins).toMatch(/Carla Novak[^\n]*\*Admin\* \(standing\)/);
    await dmitri.types('/access list inactive');
    await dmitri.sees(/1 account switched off[\s\S]*Kim Larsen[^\n]*switched off/);
    await dmitri.types('/access list members');
    await dmitri.sees(/9 active accounts with Member\n/);
    await eve.types('/access list expiring');
    await eve.sees(/1 account with a role that ends within a day[\s\S]*Ada Okafor/);
    await eve.types('/access list pending');
    await eve.sees(/0 requests waiting for a decision/);
    // A manager's list is of reports; anybody else's is of oneself, or refused.
    await ben.types('/access list members');
    const reports = textOf(await ben.sees(/active accounts with Member, of those you may see/));
    expect(reports).toMatch(/Ada Okafor/);
    expect(reports).not.toMatch(/Zoë|Carla/);
    await ada.types('/access list');
    await ada.sees(/1 active account with Member, of those you may see[\s\S]*owners and auditors see everybody/);
    await finn.types('/access list admins');
    await finn.sees(/Only an owner of the app can do this/);

    await ada.types('/access history');
    const own = textOf(await ada.sees(/History of/));
    expect(own).toMatch(/given, confirmed: role Admin[\s\S]*approved: role Admin[\s\S]*sent for approval[\s\S]*INC-11/);
    await ben.types('/access history ada@example.com');
    await ben.sees(/given, confirmed: role Admin/);
    await ada.types('/access history <@U0BEN|ben>');
    await ada.sees(/Only owners and auditors can see this/);
    await eve.types('/access history <@U0CARLA|carla>');
    await eve.sees(/<@U0CARLA>[^\n]*listed admins in Perplexity Enterprise/);
    await eve.types('/access history <@U0ADA|ada>');
    await eve.sees(/<@U0BEN>[^\n]*read a history/);
    // Long after: the grant is over, and the record stays.
    world.clock.advance(61 * MINUTE);
    await ada.sees(/INC-11[\s\S]*no longer in the Admin group/);
    await ada.types('/access history me');
    await ada.sees(/taken away, confirmed: role Admin/);
  });
});
