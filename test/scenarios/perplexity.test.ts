import { describe, expect, it } from 'vitest';
import { tell, textOf } from './story.ts';

describe('Perplexity Enterprise', () => {
  it('is written only what it publishes: members, activity and new accounts; its groups are known by their ids', async () => {
    const { world, ada, ben, carla, dmitri, eve, finn, account, members, writes, until } = await tell();
    const { scim } = world;
    const admins = scim.groupId('PPLX_Admin') ?? '';

    // Its profiles are not ours to change, and it says so before anybody fills in a form.
    await eve.types('/access update <@U0ADA|ada>');
    await eve.modal(/Not possible/, /Perplexity Enterprise does not take profile changes over SCIM/);

    // An account: the owner who approves it reads what it means here.
    await ben.types('/access provision <@U0FINN|finn>');
    await ben.modal(/Ask for an account/, /Moreau/);
    await ben.fills(/Ask for an account/, { Why: 'first day' });
    const card = textOf(await dmitri.sees(/no account → Member/));
    expect(card).toContain('cannot be changed or removed in the console of Perplexity Enterprise');
    expect(card).toContain('Seats left after this: 2');
    await dmitri.presses(/^Approve account/);
    await finn.sees(/Welcome to Perplexity Enterprise!/);

    // Somebody renames the group and makes another of the old name: who is granted the role is put where they belong.
    scim.renameGroup(admins, 'Administrators');
    const other = scim.addGroup({ displayName: 'PPLX_Admin' });
    await carla.types('/access sync perplexity');
    await carla.sees(/group of Admin has another name[\s\S]*PPLX_Admin[\s\S]*Administrators/);
    await ada.types('/access request admin for 1h because INC-81');
    await ben.presses(/^Approve Admin/, /INC-81/);
    await until('Ada is in it', () => members('Administrators').includes('ada@example.com'));
    expect(scim.state().groups.find((group) => group.id === other)?.members).toEqual([]);
    await carla.types('/access status');
    await carla.sees(/Of several roles the first counts: Admin, Member[\s\S]*removed in its own console/);

    // Somebody has left: switched off and taken out of the role, never deleted.
    await ben.types('/access disable ivy@example.com because she has left');
    await carla.presses(/^Approve disabling/);
    await until('that is written', () => writes().includes('PATCH /Users'));
    expect(account('ivy@example.com')?.active).toBe(false);

    // Everything that was ever written, as it went over the wire.
    const written = scim.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [`${call.method} /${call.path.split('/')[1]}`, JSON.parse(call.request)] as const);
    expect(new Set(written.map(([what]) => what))).toEqual(new Set(['POST /Users', 'PATCH /Users', 'PATCH /Groups']));
    const patches = written.filter(([what]) => what === 'PATCH /Users');
    expect(patches.map(([, body]) => body.Operations)).toEqual([[{ op: 'replace', path: 'active', value: false }]]);
    for (const [what, body] of written) {
      if (what !== 'PATCH /Groups') continue;
      for (const operation of body.Operations) expect(operation.path).toMatch(/^members/);
    }
    // People of another organisation are in nobody's list.
    await carla.types('/access list perplexity inactive');
    const listed = textOf(await carla.sees(/Ivy Schultz[\s\S]*Kim Larsen/));
    expect(listed).not.toContain('contractor');
  });
});
