import express from 'express';
import SCIMMYRouters from 'scimmy-routers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startScimmy } from '../scim/scimmy.ts';
import { HOUR, MINUTE, tell } from './story.ts';

const TOKEN = 'a-token-of-the-other-server';
const POLICY = `version: 1
timezone: Europe/Berlin
people:
  - { slack: U0ADA, email: ada@example.com, manager: ben@example.com }
  - { slack: U0FINN, email: finn@example.com, manager: ben@example.com }
apps:
  elsewhere:
    name: Elsewhere
    profile: generic
    scim: { url: "\${SCIM_URL}", token: "\${SCIM_TOKEN}" }
    owners: [carla@example.com]
    domains: [example.com]
    roles:
      admin: { group: Administrators, sensitive: true }
      member: { group: Everybody, base: true }
`;

let other: Awaited<ReturnType<typeof startScimmy>>;
beforeAll(async () => {
  other = await startScimmy(express(), SCIMMYRouters, TOKEN);
  return other.close;
});
beforeEach(() => {
  const { users, groups } = other;
  users.clear();
  groups.clear();
  for (const name of ['ada', 'ben', 'carla', 'dmitri']) {
    const email = `${name}@example.com`;
    users.set(`u-${name}`, {
      id: `u-${name}`,
      userName: email,
      name: { givenName: name, familyName: 'Example' },
      displayName: `${name} Example`,
      active: true,
      emails: [{ value: email, type: 'work', primary: true }],
    });
  }
  const members = (...names: string[]) => names.map((name) => ({ value: `u-${name}`, type: 'User' }));
  groups.set('g-admins', { id: 'g-admins', displayName: 'Administrators', members: members('carla', 'dmitri') });
  groups.set('g-all', { id: 'g-all', displayName: 'Everybody', members: members('ada', 'ben', 'carla', 'dmitri') });
});

const membersOf = (id: string): string[] =>
  ((other.groups.get(id)?.members ?? []) as { value: string }[]).map(({ value }) => value).sort();
const userOf = (email: string) => [...other.users.values()].find((row) => row.userName === email);

describe('a SCIM server that somebody else wrote', () => {
  it('has roles given and taken like any other', async () => {
    const { world, ada, ben, carla } = await tell({
      scimUrl: other.url,
      policy: POLICY,
      env: { SCIM_TOKEN: TOKEN },
    });
    await ada.types('/access request admin for 1h because INC-1');
    await ben.presses(/^Approve Admin/, /INC-1/);
    await ada.sees(/INC-1[\s\S]*in the Admin group[\s\S]*confirmed/);
    expect(membersOf('g-admins')).toEqual(['u-ada', 'u-carla', 'u-dmitri']);
    world.clock.advance(HOUR + MINUTE);
    await ada.sees(/INC-1[\s\S]*no longer in the Admin group/);
    expect(membersOf('g-admins')).toEqual(['u-carla', 'u-dmitri']);

    await carla.types('/access revoke dmitri@example.com admin because moving on');
    await carla.sees(/moving on[\s\S]*no longer in the Admin group[\s\S]*confirmed/);
    expect(membersOf('g-admins')).toEqual(['u-carla']);
    expect(membersOf('g-all')).toContain('u-dmitri');
    await carla.types('/access revoke me admin because me, too');
    await carla.sees(/without a lasting Admin/);
    expect(membersOf('g-admins')).toEqual(['u-carla']);
  });

  it('has accounts made, switched off and on like any other', async () => {
    const { world, ben, carla, finn } = await tell({ scimUrl: other.url, policy: POLICY, env: { SCIM_TOKEN: TOKEN } });
    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, { 'First name': 'Finn', 'Family name': 'Moreau' });
    await carla.presses(/^Approve account/);
    await finn.sees(/an account in Elsewhere[\s\S]*confirmed/);
    const made = userOf('finn@example.com');
    expect(made).toMatchObject({ active: true, name: { givenName: 'Finn', familyName: 'Moreau' } });
    expect(membersOf('g-all')).toContain(made?.id);

    await ben.types('/access disable finn@example.com because he left');
    await carla.presses(/^Approve disabling/, /he left/);
    await ben.sees(/he left[\s\S]*switched off[\s\S]*confirmed/);
    expect(userOf('finn@example.com')).toMatchObject({ active: false });

    // A bot newly started has all of Slack's patience before it.
    await world.stopBot();
    await world.startBot();
    await ben.types('/access enable finn@example.com because he is back');
    await carla.presses(/^Approve enabling/, /he is back/);
    await ben.sees(/he is back[\s\S]*is active[\s\S]*confirmed/);
    expect(userOf('finn@example.com')).toMatchObject({ active: true });
  });
});
