import { describe, expect, it } from 'vitest';
import { DIRECTORY, POLICY } from '../../src/sandbox/cast.ts';
import { tell } from './story.ts';

/** Carla and Dmitri are the only Admins, and nobody is kept. */
const TWO = {
  ...DIRECTORY,
  groups: DIRECTORY.groups.map((group) =>
    group.displayName === 'PPLX_Admin' ? { ...group, members: ['carla@example.com', 'dmitri@example.com'] } : group,
  ),
};
const NOBODY_KEPT = POLICY.replace('    keep: [break-glass@example.com]\n', '');

describe('the last two Admins', () => {
  it('who are revoked at the same time do not both go', async () => {
    const { world, carla, dmitri, members, until, writes } = await tell({ directory: TWO, policy: NOBODY_KEPT });
    const answers = await Promise.all([
      carla.types('/access revoke dmitri@example.com admin because moving on'),
      dmitri.types('/access revoke carla@example.com admin because moving on'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const both = [carla, dmitri];
    await until('one of them is told no', () => both.some((who) => who.seesNow(/without a lasting Admin/)));
    await until('the other one is told yes', () =>
      both.some((who) => who.seesNow(/You asked to take[\s\S]*no longer in the Admin group/)),
    );
    expect(both.filter((who) => who.seesNow(/without a lasting Admin/))).toHaveLength(1);
    expect(members('PPLX_Admin')).toHaveLength(1);
    expect(writes()).toEqual(['PATCH /Groups']);
    expect(world.scim.state().users.filter((user) => user.active)).toHaveLength(
      DIRECTORY.users.filter((user) => user.active !== false && user.otherOrg === undefined).length,
    );
  });
});
