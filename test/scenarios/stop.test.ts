import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, tell } from './story.ts';
import { hold, isAlive, verifyAudit, within } from './witness.ts';

const WRITE = { method: 'PATCH', path: /^\/Groups\// } as const;
/** What an operator's supervisor waits before it kills, ms. */
const PATIENCE = 10_000;

describe('SIGTERM', () => {
  it('in the middle of a write ends the bot cleanly, leaves no process, and the work goes on after a restart', async () => {
    const { world, ada, ben, members, until } = await tell();
    await ada.types('/access request admin for 4h because INC-7');
    const write = hold(world, WRITE, 'after');
    await ben.presses(/^Approve Admin/);
    await write.inHand;
    await until('Ada is in the group', () => members('PPLX_Admin').includes('ada@example.com'));
    // The app never answers: that must not hold up the stop.
    const { pid, exited } = world.bot();
    world.bot().kill('SIGTERM');
    expect(await within(exited, 'the bot has stopped', PATIENCE)).toBe(0);
    expect(isAlive(pid)).toBe(false);
    write.letGo();

    await world.startBot();
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    world.clock.advance(4 * HOUR + MINUTE);
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
  });

  it('between a command and its answer, and while Slack does not answer, ends the bot cleanly, and the answer comes', async () => {
    const { world, ada, ben } = await tell();
    const read = hold(world, { method: 'GET', path: /./ }, 'never');
    expect((await ada.types('/access lookup me')).status).toBe(200);
    await read.inHand;
    world.bot().kill('SIGTERM');
    expect(await within(world.bot().exited, 'the bot has stopped', PATIENCE)).toBe(0);
    read.letGo();
    world.clock.advance(MINUTE);
    await world.startBot();
    await ada.sees(/ada@example\.com/);
    expect((await verifyAudit(world)).status).toBe(0);

    world.slack.fault({ method: 'chat.postMessage', times: 1_000, kind: 'hang' });
    await ada.types('/access request admin for 4h because INC-7');
    world.bot().kill('SIGTERM');
    expect(await within(world.bot().exited, 'the bot has stopped', PATIENCE)).toBe(0);
    world.slack.clearFaults();
    await world.startBot();
    world.clock.advance(5 * MINUTE);
    await ben.button(/^Approve Admin/);
  });
});
