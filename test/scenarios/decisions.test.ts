import { describe, expect, it } from 'vitest';
import { HOUR, tell } from './story.ts';

const ASK = '/access request admin for 4h because INC-7';

describe('one decision', () => {
  it('comes of two approvers who click at once', async () => {
    const { world, finn, carla, dmitri, account, writes, until } = await tell();
    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, { 'First name': 'Finn', 'Family name': 'Moreau' });
    const [hers, his] = await Promise.all([carla.button(/^Approve/), dmitri.button(/^Approve/)]);
    await Promise.all([world.slack.click(carla.id, hers), world.slack.click(dmitri.id, his)]);
    await until('Finn has an account', () => account('finn@example.com'));
    await carla.sees(/done|has an account|ready/i);
    expect(writes().filter((write) => write === 'POST /Users')).toHaveLength(1);
  });

  it('is refused to the requester, to people who were not asked, and to outsiders, each is told, and one comes of a double click and of the same bytes sent again', async () => {
    const { world, ada, ben, eve, hugo, grace, members, until, writes } = await tell();
    await ada.types(ASK);
    const approve = await ben.button(/^Approve Admin/);
    const id = requestId(world.slack.state('U0BEN').conversations.flatMap((each) => each.messages));
    for (const who of [ada, eve, hugo, grace]) {
      // The button's bytes as if they had been on this person's screen.
      const outcome = await world.slack.raw({
        via: 'http',
        contentType: 'application/x-www-form-urlencoded',
        body: `payload=${encodeURIComponent(JSON.stringify(click(who.id, who === hugo ? 'T0VENDOR' : 'T0EXAMPLE', approve, id)))}`,
      });
      expect(outcome.status).toBe(200);
    }
    await ada.sees(/you cannot decide it/);
    await eve.sees(/Only the people who were asked/);
    await grace.sees(/guest/i);
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');

    const [first, second] = await Promise.all([world.slack.click(ben.id, approve), world.slack.click(ben.id, approve)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    const again = await world.slack.replay(first.deliveryId ?? '');
    expect(again.status).toBe(200);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    await until('the other click was answered', () => ben.messages().length >= 2);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    expect(writes()).toEqual(['PATCH /Groups']);
  });

  it('on a card that is out of date is answered with how it stands', async () => {
    const { world, ada, ben } = await tell();
    await ada.types(ASK);
    const approve = await ben.button(/^Approve Admin/);
    const id = requestId(ben.messages());
    await ada.presses(/^Cancel/);
    await ada.sees(/cancelled/i);
    await world.slack.raw({
      via: 'http',
      contentType: 'application/x-www-form-urlencoded',
      body: `payload=${encodeURIComponent(JSON.stringify(click('U0BEN', 'T0EXAMPLE', approve, id)))}`,
    });
    await ben.sees(/closed|cancelled|no longer/i);
  });
});

describe('an approver who left', () => {
  it('is replaced by the owners, and a request nobody decides lapses', async () => {
    const { world, ada, ben, carla } = await tell();
    await ada.types(ASK);
    await ben.button(/^Approve Admin/);
    world.slack.updatePerson('U0BEN', { kind: 'deactivated' });
    world.clock.advance(2 * HOUR);
    await carla.button(/^Approve Admin/);
    await carla.sees(/asked as owner|owner/i);
    world.clock.advance(8 * 24 * HOUR);
    await ada.sees(/lapsed|nobody decided/i);
  });
});

function requestId(messages: readonly { blocks: readonly unknown[] }[]): string {
  const found = /R-[0-9A-Z]{8}/.exec(JSON.stringify(messages.map((message) => message.blocks)));
  if (found === null) throw new Error('no request id on any card');
  return found[0];
}

/** A block_actions payload as Slack would send it, from whoever is named. */
function click(
  user: string,
  team: string,
  target: { channel: string; ts: string; actionId: string; blockId?: string },
  value: string,
): object {
  return {
    type: 'block_actions',
    team: { id: 'T0EXAMPLE', domain: 'example' },
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: team },
    api_app_id: 'A0SANDBOX',
    token: 'unused',
    container: { type: 'message', message_ts: target.ts, channel_id: target.channel, is_ephemeral: false },
    trigger_id: `1.2.${user}${Math.trunc(Number(target.ts))}`,
    channel: { id: target.channel, name: 'directmessage' },
    message: { type: 'message', ts: target.ts, text: '', user: 'U0SANDBOX', bot_id: 'B0SANDBOX' },
    state: { values: {} },
    actions: [
      {
        type: 'button',
        action_id: target.actionId,
        block_id: target.blockId,
        value,
        text: { type: 'plain_text', text: 'Approve' },
        action_ts: target.ts,
      },
    ],
  };
}
