import { describe, expect, it } from 'vitest';
import { policyOf } from '../../src/sandbox/cast.ts';
import { rolecall } from './operator.ts';
import { MINUTE, tell, wordsIn } from './story.ts';

/** The operator's own table of attributes: two are ours to change, one of them at a place of its own. */
const MAPPED = policyOf(['pearset'])
  .replace('profile: pearset', 'profile: reports')
  .replace(
    'apps:\n',
    'profiles:\n  reports: { like: pearset, attributes: { displayName: nickName, title: title } }\napps:\n',
  );

describe('Pearset', () => {
  it('is told to be slow: what it accepts counts when it shows, and what was paused goes out afterwards', async () => {
    const { world, ada, ben, carla, members, writes, until } = await tell({ apps: ['pearset'] });
    await carla.types('/access pause pearset');
    await carla.sees(/Pearset\*? is paused/);
    await ada.types('/access request editor for 4h because INC-91');
    await ben.presses(/^Approve Editor/, /INC-91/);
    await ada.sees(/INC-91[\s\S]*waits until Pearset is resumed/);
    expect(writes()).toEqual([]);

    await carla.types('/access resume pearset');
    await ada.sees(/accepted the change[^\n]*not visible yet[\s\S]*up to 40 minutes/);
    expect(members('Editors')).not.toContain('ada@example.com');
    world.clock.advance(41 * MINUTE);
    await ada.sees(/in the Editor group[\s\S]*confirmed/);
    expect(members('Editors')).toContain('ada@example.com');
    // Taken away four hours after it was given, not after it was seen, and called ended when that shows.
    world.clock.advance(200 * MINUTE);
    await until('it is taken out', () => writes().length === 2);
    expect(members('Editors')).toContain('ada@example.com');
    world.clock.advance(41 * MINUTE);
    await ada.sees(/no longer in the Editor group[^\n]*confirmed/);
  });

  it('is looked after as it wants: tested, touched where it is assigned, by its own table, without a second welcome', async () => {
    const { world, ben, carla, dmitri, finn, account, writes, until } = await tell({
      apps: ['pearset'],
      policy: MAPPED,
    });
    // Test connection, beside the running bot.
    const { status, out } = await rolecall(world, 'doctor');
    expect([status, out]).toEqual([0, expect.stringMatching(/speaks SCIM and takes the token; it names 7 accounts/)]);
    expect(out).toMatch(/2 active accounts in no role group: left alone/);

    // Zoë was assigned by nobody: she is in no group that carries a role.
    await dmitri.types('/access disable zoe.mueller@example.com because she has left');
    await dmitri.sees(/lets me touch only accounts that were assigned to it/);

    await carla.types('/access update <@U0ADA|ada>');
    const form = await carla.modal(/Update an account/, /Display name/);
    expect(form.blocks.filter((block) => block.type === 'input').map((block) => wordsIn(block.label).join())).toEqual([
      'Display name',
      'Title',
      'Why',
    ]);
    await carla.fills(/Update an account/, { 'Display name': 'Ada Adeyemi' });
    await dmitri.presses(/^Approve/, /Ada Adeyemi/);
    await until('the name is written', () => writes().includes('PATCH /Users'));
    const [renamed] = world.scim.calls.filter((call) => call.method === 'PATCH' && call.path.startsWith('/Users'));
    expect(JSON.parse(renamed?.request ?? '')).toMatchObject({
      Operations: [{ op: 'replace', path: 'nickName', value: 'Ada Adeyemi' }],
    });

    await ben.types('/access provision <@U0FINN|finn>');
    await ben.modal(/Ask for an account/, /Moreau/);
    await ben.fills(/Ask for an account/, { Why: 'first day' });
    await carla.presses(/^Approve account/);
    await until('the account is written', () => writes().includes('POST /Users'));
    expect(account('finn@example.com')).toBeUndefined();
    world.clock.advance(41 * MINUTE);
    await until('Finn is put into the base group', () => writes().includes('PATCH /Groups'));
    world.clock.advance(41 * MINUTE);
    await ben.sees(/an account in Pearset, confirmed[\s\S]*mails the invitation itself/);
    expect(finn.seesNow(/Welcome to/)).toBeUndefined();
  });
});
