import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import type { FaultKind } from '../../src/sandbox/scim/index.ts';
import { HOUR, MINUTE, type SandboxWorld, tell } from './story.ts';

const ASK = '/access request admin for 4h because INC-7';
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];
const WRITE = { method: 'PATCH', path: /^\/Groups\// } as const;
const BUSY = (status: 429 | 503, retryAfter: Extract<FaultKind, { type: 'busy' }>['retryAfter']): FaultKind => ({
  type: 'busy',
  status,
  retryAfter,
});
/** Owners are not shown every grant: Slack's patience is for those whom the story is about. */
const policy = POLICY.replace(', sensitive: true', '');
const ALWAYS = Number.POSITIVE_INFINITY;

/** The answers to changes of groups, in order; 0 where the connection was cut. */
const answers = ({ scim }: SandboxWorld): number[] =>
  scim.calls.filter((call) => call.method === 'PATCH').map((call) => call.status);

/** How often a group was read since the last change of one. */
const looks = ({ scim }: SandboxWorld): number => {
  const last = scim.calls.findLastIndex((call) => call.method === 'PATCH');
  return scim.calls.slice(last + 1).filter((call) => call.path.startsWith('/Groups/')).length;
};

/** What the next changes of groups meet, one after another. */
function script({ scim }: SandboxWorld, ...kinds: readonly FaultKind[]): void {
  for (const [index, kind] of kinds.entries()) scim.fault({ match: { ...WRITE, nth: index + 1 }, times: 1, kind });
}

describe('a SCIM service', () => {
  it('that is busy is waited for: with seconds, with a date, and without a word', async () => {
    const { world, ada, ben, members, until } = await tell({ policy });
    await ada.types(ASK);
    script(world, BUSY(429, { seconds: 1 }), BUSY(429, 'none'));
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(answers(world).map((status) => status === 429)).toEqual([true, true, false]);

    world.scim.clearFaults();
    script(world, BUSY(429, { dateIn: 1 }), BUSY(503, 'none'));
    world.clock.advance(4 * HOUR + MINUTE);
    await ada.sees(/no longer in the Admin group/);
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    expect(answers(world).slice(3, 5)).toEqual([429, 503]);
    expect(answers(world)).toHaveLength(6);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
  });

  it('that hangs up is looked at before anything is sent again', async () => {
    const { world, ada, ben, members } = await tell({ policy });
    await ada.types(ASK);
    script(world, { type: 'reset', when: 'before' });
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    // Cut off before it was applied: not seen to be there, so sent once more.
    expect(answers(world)).toHaveLength(2);

    world.scim.clearFaults();
    script(world, { type: 'reset', when: 'after' });
    await ada.presses(/^I'm done/);
    await ada.sees(/no longer in the Admin group/);
    // Applied, and only the answer lost: seen to be so, and left at that.
    expect(answers(world)).toHaveLength(3);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
  });

  it('that answers with half a sentence has done it all the same; what it shows is what counts', async () => {
    const { world, ada, ben, members } = await tell({ policy });
    world.scim.fault({ match: { method: 'GET' }, times: 2, kind: { type: 'truncated', cut: 'json' } });
    await ada.types(ASK);
    script(world, { type: 'truncated', cut: 'json' });
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(answers(world)).toHaveLength(1);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
  });

  it('that says yes and does nothing is not believed: neither a grant nor its end is called done', async () => {
    const { world, ada, ben, members, until } = await tell({ policy });
    await ada.types(ASK);
    script(world, { type: 'no-effect' });
    await ben.presses(/^Approve Admin/);
    await ada.sees(/accepted the change[\s\S]*not visible yet/);
    expect(ada.seesNow(/in the Admin group[\s\S]*confirmed/)).toBeUndefined();

    const { scim } = world;
    scim.setMember(scim.groupId('PPLX_Admin') ?? '', scim.userId('ada@example.com') ?? '', true);
    world.clock.advance(MINUTE);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);

    scim.clearFaults();
    script(world, { type: 'no-effect' });
    await ada.presses(/^I'm done/);
    await ada.sees(/The grant is over: taking you out/);
    await until('it was looked for three times', () => answers(world).length === 2 && looks(world) >= 3);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    world.clock.advance(MINUTE);
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
  });

  it('that shows a page for an hour instead of answering leaves an approved request not applied', async () => {
    const { world, ada, ben, members, until, writes } = await tell({ policy });
    await ada.types(ASK);
    const approve = await ben.button(/^Approve Admin/);
    world.scim.fault({ match: {}, times: ALWAYS, kind: { type: 'html', status: 200 } });
    await world.slack.click(ben.id, approve);
    await ada.sees(/Approved by[\s\S]*next to be applied/);
    world.clock.advance(30 * MINUTE);
    await until('it was tried again', () => world.scim.calls.some((call) => call.at > world.clock.now() - MINUTE));
    world.clock.advance(31 * MINUTE);
    await ada.sees(/could not be applied in time. Nothing was changed/);
    await ben.sees(/could not be applied in time/);
    expect(writes()).toEqual([]);

    world.scim.clearFaults();
    await ada.presses(/^Ask again/);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
  });

  it('of which nobody knows for an hour what it did is made to take back whatever it gave', async () => {
    const { world, ada, ben, carla, members, until } = await tell({ policy });
    await ada.types(ASK);
    const approve = await ben.button(/^Approve Admin/);
    world.scim.fault({ match: WRITE, times: 1, kind: { type: 'reset', when: 'after' } });
    const blind = world.scim.on('change', () => {
      blind();
      world.scim.fault({ match: { path: /^\/Groups/ }, times: ALWAYS, kind: { type: 'html', status: 200 } });
    });
    await world.slack.click(ben.id, approve);
    await until('Ada is in the group', () => members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/Adding you to the Admin group/);
    world.clock.advance(HOUR + MINUTE);
    await ada.sees(/No answer came[\s\S]*taking you out/);
    await carla.sees(/Not taken away yet/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');

    world.scim.clearFaults();
    world.clock.advance(15 * MINUTE);
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
  });
});
