import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { HOUR, MINUTE, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

const ASK = '/access request admin for 4h because INC-7';
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];
/** Owners are not shown every grant: Slack's patience is for those whom the story is about. */
const policy = POLICY.replace(', sensitive: true', '');
const EVER = 1_000_000;

describe('a Slack that refuses a message', () => {
  it('does not undo what the message tells: the cards come later, and a lost one is replaced', async () => {
    const { world, ada, ben, members } = await tell({ policy });
    const { slack } = world;
    slack.fault({ method: 'chat.postMessage', times: 2, kind: 'error', error: 'invalid_blocks' });
    await ada.types(ASK);
    await ada.sees(/Waiting for <@U0BEN>/);
    const approve = await ben.button(/^Approve Admin/);

    // Whatever Slack says now, what Ben said is said; and a card that is gone is shown anew.
    slack.fault({ method: 'chat.update', times: EVER, kind: 'error', error: 'channel_not_found' });
    await slack.click(ben.id, approve);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    slack.clearFaults();
    await ada.presses(/^I'm done/);
    await ada.sees(/no longer in the Admin group/);
    const events = (await journal(world)).map(({ type }) => type);
    expect(events.filter((type) => type === 'request.approved')).toHaveLength(1);
    expect(events.filter((type) => type === 'access.given')).toHaveLength(1);
  });

  it('because there are too many is given time', async () => {
    const { world, ada, ben } = await tell({ policy });
    for (const method of ['chat.postMessage', 'chat.update']) {
      world.slack.fault({ method, times: 2, kind: 'rate_limited', retryAfter: 1 });
    }
    await ada.types(ASK);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    const posts = ada.messages().filter((message) => !message.ephemeral && /INC-7/.test(textOf(message)));
    expect(posts).toHaveLength(1);
  });
});

describe('a Slack that is down', () => {
  it('keeps no end from being carried out, and everybody is told when it is back', async () => {
    const { world, ada, ben, carla, dmitri, members, until } = await tell({ policy });
    const { slack, scim } = world;
    await ada.types(ASK);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);

    slack.fault({ method: '*', times: EVER, kind: 'http', status: 503 });
    slack.fault({ method: 'response_url', times: EVER, kind: 'http', status: 503 });
    // A command reaches the bot all the same. It is owed an answer.
    expect((await ada.types('/access lookup me')).status).toBe(200);
    world.clock.advance(4 * HOUR + MINUTE);
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    expect(ada.seesNow(/no longer in the Admin group/)).toBeUndefined();
    expect(ada.seesNow(/Ada Okafor|ada@example\.com/)).toBeUndefined();

    slack.clearFaults();
    world.clock.advance(15 * MINUTE);
    await ada.sees(/no longer in the Admin group/);
    await ben.sees(/no longer in the Admin group/);
    await ada.sees(/ada@example\.com/);

    // Something that owners must hear of happens while they cannot; the bot is newly started, with all of Slack's patience.
    await world.stopBot();
    await world.startBot();
    await ada.types('/access request admin for 1h because INC-8');
    await ben.presses(/^Approve Admin/, /INC-8/);
    await ada.sees(/INC-8[\s\S]*in the Admin group[\s\S]*confirmed/);
    slack.fault({ method: '*', times: EVER, kind: 'http', status: 503 });
    scim.fault({ match: {}, times: EVER, kind: { type: 'error', status: 401 } });
    const before = scim.calls.length;
    world.clock.advance(HOUR + MINUTE);
    await until('the end was tried', () => scim.calls.length > before);
    await until('Slack was tried', () =>
      slack
        .calls()
        .slice(-5)
        .some((call) => call.status === 503),
    );
    slack.clearFaults();
    scim.clearFaults();
    world.clock.advance(15 * MINUTE);
    for (const owner of [carla, dmitri]) {
      await owner.sees(/refuses my token/);
      expect(owner.messages().filter((message) => /refuses my token/.test(textOf(message)))).toHaveLength(1);
    }
    await ada.sees(/INC-8[\s\S]*no longer in the Admin group/);
  });

  it('lets what was asked and clicked meanwhile come to its end afterwards', async () => {
    const { world, ada, ben, members } = await tell({ policy });
    const { slack } = world;
    slack.fault({ method: '*', times: EVER, kind: 'reset' });
    expect((await ada.types(ASK)).status).toBe(200);
    slack.clearFaults();
    world.clock.advance(MINUTE);
    const approve = await ben.button(/^Approve Admin/);
    slack.fault({ method: '*', times: EVER, kind: 'http', status: 500 });
    // Who clicked cannot be looked up, so nothing is decided. The click is kept: Ben was told nothing else.
    expect((await slack.click(ben.id, approve)).status).toBe(200);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    slack.clearFaults();
    world.clock.advance(MINUTE);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
  });

  it('at start is waited for, and ends are carried out meanwhile', async () => {
    const { world, ada, ben, members, until } = await tell({ policy });
    const { slack } = world;
    await ada.types(ASK);
    await ben.presses(/^Approve Admin/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    await world.stopBot();
    slack.fault({ method: '*', times: EVER, kind: 'http', status: 503 });
    world.clock.advance(5 * HOUR);
    const started = world.startBot();
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    slack.clearFaults();
    await started;
    world.clock.advance(15 * MINUTE);
    await ada.sees(/no longer in the Admin group/);
  });
});
