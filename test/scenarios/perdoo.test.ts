import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../../src/sandbox/cast.ts';
import { rolecall } from './operator.ts';
import { tell } from './story.ts';

/** One team more than Perdoo has. */
const GROWING = policyOf(['perdoo']).replace('care: {', 'design: { group: Design }\n      care: {');

describe('Perdoo', () => {
  it('has people and teams written into a file, teams linked or made, accounts archived and brought back', async () => {
    const { world, ada, ben, carla, dmitri, account, members, writes, until } = await tell({
      apps: ['perdoo'],
      policy: GROWING,
    });
    // Everybody and every team, beside the running bot; nothing is written there.
    const imported = await rolecall(world, 'import', 'perdoo', '--out', 'all.json');
    expect([imported.status, imported.out]).toEqual([0, expect.stringMatching(/9 accounts, 3 groups, 6 memberships/)]);
    const file = JSON.parse(await readFile(join(world.setting.cwd, 'all.json'), 'utf8'));
    const growth = file.groups.find((group: { role: string }) => group.role === 'growth');
    expect(growth).toMatchObject({ name: 'Growth', members: 3 });
    const zoe = { userName: 'zoe.mueller@example.com', displayName: 'Zoe Mueller', title: 'Trainee', active: true };
    expect(file.accounts).toEqual(expect.arrayContaining([expect.objectContaining(zoe)]));
    expect(writes()).toEqual([]);

    // A team that nobody has made yet: owners hear of it, and it is not guessed.
    await carla.sees(/no group carries Design/);
    await ada.types('/access request design for 60d because of the new logo');
    await ada.sees(/No group carries Design/);
    await world.stopBot();
    const before = await rolecall(world, 'link', 'perdoo');
    expect([before.status, before.out]).toEqual([
      1,
      expect.stringMatching(/growth +linked to Growth[\s\S]*design +WRONG/),
    ]);
    const unmade = await rolecall(world, 'link', 'perdoo', 'design=Design');
    expect([unmade.status, writes()]).toEqual([1, []]);
    const made = await rolecall(world, 'link', 'perdoo', 'design=Design', '--create');
    expect([made.status, made.out, writes()]).toEqual([0, expect.stringMatching(/made just now/), ['POST /Groups']]);
    await world.startBot();
    await ada.types('/access request design for 60d because of the new logo');
    await ben.presses(/^Approve Design/);
    await until('Ada is in the new team', () => members('Design').includes('ada@example.com'));

    // Somebody has left: archived, and out of the team. Somebody is back.
    await ben.types('/access disable ivy@example.com because she has left');
    await carla.presses(/^Approve disabling/);
    await until('Ivy is in no team', () => !members('Growth').includes('ivy@example.com'));
    expect(account('ivy@example.com')?.active).toBe(false);
    await ben.types('/access enable kim.larsen@example.com because he is back');
    await dmitri.presses(/^Approve enabling/);
    await until('Kim is active', () => account('kim.larsen@example.com')?.active === true);
    expect(writes()).not.toContain('DELETE /Users');
  });
});
