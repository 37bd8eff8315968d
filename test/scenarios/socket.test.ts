import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

describe('over Socket Mode', () => {
  it('a grant survives refreshed and broken connections, and an envelope that comes twice counts once', async () => {
    const { world, ada, ben, members, until, writes } = await tell({ socket: true });
    const { slack } = world;
    const opened = () => slack.calls().filter(({ name }) => name === 'apps.connections.open').length;
    const connected = (times: number) =>
      until(`there is connection number ${times}`, () => opened() === times && slack.socket.connections() === 1);
    await ada.types('/access request admin for 4h because INC-7');
    await ada.sees(/Waiting for <@U0BEN>/);

    slack.socket.refresh();
    await connected(2);
    const approve = await ben.button(/^Approve Admin/);
    const clicked = await slack.click(ben.id, approve);
    expect(clicked.error).toBeUndefined();
    slack.socket.drop();
    await connected(3);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    const again = await slack.replay(clicked.deliveryId ?? '');
    expect(again.status).toBe(200);

    slack.socket.drop();
    await connected(4);
    const asked = await ada.types('/access lookup dmitri@example.com');
    expect(asked.status).toBe(200);
    await ada.sees(/dmitri@example\.com/);
    expect((await slack.replay(asked.deliveryId ?? '')).status).toBe(200);

    world.clock.advance(4 * HOUR + MINUTE);
    await ada.sees(/no longer in the Admin group/);
    expect(ada.messages().filter((message) => /dmitri@example\.com/.test(textOf(message)))).toHaveLength(1);
    expect(ben.messages().map(textOf).join('\n')).not.toMatch(/closed already|approved this/);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');
    expect(writes()).toEqual(['PATCH /Groups', 'PATCH /Groups']);
    const events = (await journal(world)).map(({ type }) => type);
    expect(events.filter((type) => type === 'request.approved')).toHaveLength(1);
  });

  it('what was sent while the connection was away is delivered again and done', async () => {
    const { world, ada, ben, members, until } = await tell({ socket: true });
    const { slack } = world;
    await ada.types('/access request admin for 4h because INC-7');
    const approve = await ben.button(/^Approve Admin/);
    await world.stopBot('SIGKILL');
    const lost = await slack.click(ben.id, approve);
    expect(lost.error).toBe('dispatch_failed');
    await world.startBot();
    await until('the bot is connected', () => slack.socket.connections() > 0);
    expect((await slack.replay(lost.deliveryId ?? '')).status).toBe(200);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    expect(await world.stopBot().then(() => world.bot().exited)).toBe(0);
  });
});
