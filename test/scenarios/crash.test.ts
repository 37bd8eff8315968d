import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, type Story, tell, textOf } from './story.ts';
import { hold, journal, verifyAudit } from './witness.ts';

const ASK = '/access request admin for 4h because INC-7';
const ADMIN = /^\/Groups\//;
const HERE = { method: 'PATCH', path: ADMIN } as const;
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];

/** How often something of this type is in the journal. */
async function count(story: Story, type: string): Promise<number> {
  return (await journal(story.world)).filter((event) => event.type === type).length;
}

async function historyHolds(story: Story): Promise<void> {
  const { status, says } = await verifyAudit(story.world);
  expect(says).toMatch(/The history holds/);
  expect(status).toBe(0);
}

describe('kill -9 during a grant', () => {
  it('between the decision and its effect, and while its end is under way: it is given once, ended once, and nobody else leaves', async () => {
    const story = await tell();
    const { world, ada, ben, members, until, writes } = story;
    await ada.types(ASK);
    const giving = hold(world, HERE, 'never');
    await ben.presses(/^Approve Admin/);
    await giving.inHand;
    await world.stopBot('SIGKILL');
    giving.letGo();
    expect(members('PPLX_Admin')).not.toContain('ada@example.com');

    await world.startBot();
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin').sort()).toEqual(['ada@example.com', ...AT_FIRST]);
    expect(await count(story, 'request.approved')).toBe(1);
    expect(await count(story, 'access.given')).toBe(1);

    const taking = hold(world, HERE, 'never');
    await ada.presses(/^I'm done/);
    await taking.inHand;
    await world.stopBot('SIGKILL');
    taking.letGo();
    expect(members('PPLX_Admin')).toContain('ada@example.com');

    const taken = hold(world, HERE, 'after');
    await world.startBot();
    await until('Ada has left the group', () => !members('PPLX_Admin').includes('ada@example.com'));
    await world.stopBot('SIGKILL');
    taken.letGo();

    await world.startBot();
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    // Of each the one that was cut off, and the one that was not: nothing after it.
    expect(writes()).toEqual(['PATCH /Groups', 'PATCH /Groups', 'PATCH /Groups', 'PATCH /Groups']);
    expect(await count(story, 'access.taken')).toBe(1);
    await historyHolds(story);
  });

  it('between the effect and its confirmation: the end is stored, nothing is called standing, and it is taken away on time or as soon as the bot is back', async () => {
    const story = await tell();
    const { world, ada, ben, members, until, writes } = story;
    await ada.types(ASK);
    const write = hold(world, HERE, 'after');
    await ben.presses(/^Approve Admin/);
    await until('Ada is in the group', () => members('PPLX_Admin').includes('ada@example.com'));
    await world.stopBot('SIGKILL');
    write.letGo();
    const stored = await journal(world);
    expect(stored.map((event) => event.type)).not.toContain('access.given');
    expect(stored.find((event) => event.type === 'access.intended')).toMatchObject({ standing: false });

    await world.startBot();
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    await ada.types('/access mine');
    await ada.sees(/Admin[\s\S]*until/);

    world.clock.advance(4 * HOUR + MINUTE);
    await until('Ada is a Member only', () => !members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Members')).toContain('ada@example.com');
    expect(writes()).toEqual(['PATCH /Groups', 'PATCH /Groups']);
    expect(await count(story, 'access.given')).toBe(1);

    await ada.types('/access request admin for 30m because INC-8');
    const again = hold(world, HERE, 'after');
    await ben.presses(/^Approve Admin/, /INC-8/);
    await until('Ada is in the group again', () => members('PPLX_Admin').includes('ada@example.com'));
    await world.stopBot('SIGKILL');
    again.letGo();
    // Soon enough for the write to be tried again, too late for the grant: the end that was stored with it comes first.
    world.clock.advance(45 * MINUTE);
    await world.startBot();
    await until('Ada is a Member only again', () => !members('PPLX_Admin').includes('ada@example.com'));
    await ada.sees(/INC-8[\s\S]*no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    expect(members('PPLX_Members')).toContain('ada@example.com');
    await historyHolds(story);
  });
});

describe('kill -9 after an acknowledgement', () => {
  it('of a look-up and of a decision: the answer still comes, the decision counts, each once', async () => {
    const story = await tell();
    const { world, ada, ben, eve, members } = story;
    const reading = hold(world, { method: 'GET', path: /./ }, 'never');
    const asked = await eve.types('/access lookup me');
    expect(asked.status).toBe(200);
    await reading.inHand;
    await world.stopBot('SIGKILL');
    reading.letGo();
    expect(eve.messages()).toEqual([]);

    world.clock.advance(MINUTE);
    await world.startBot();
    await eve.sees(/eve@example\.com/);

    await ada.types(ASK);
    const approve = await ben.button(/^Approve Admin/);
    // Slack is slow to say who clicked: the click is stored and acknowledged, not yet judged.
    world.slack.fault({ method: 'users.info', times: 1, kind: 'hang' });
    const clicked = await world.slack.click(ben.id, approve);
    expect(clicked.status).toBe(200);
    await world.stopBot('SIGKILL');
    expect(await count(story, 'request.approved')).toBe(0);
    world.slack.clearFaults();

    world.clock.advance(MINUTE);
    await world.startBot();
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    expect(await count(story, 'request.approved')).toBe(1);
    // A minute and a second power cut later there is still one answer.
    await eve.types('/access mine');
    await eve.sees(/Member/);
    expect(eve.messages().filter((message) => /eve@example\.com/.test(textOf(message)))).toHaveLength(1);
  });
});

describe('kill -9 while an account is made', () => {
  it('after it was made and before that was known: there is one, and it is recognised', async () => {
    const story = await tell();
    const { world, finn, carla, account, members, until, writes } = story;
    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, { 'First name': 'Finn', 'Family name': 'Moreau' });
    const posting = hold(world, { method: 'POST', path: /^\/Users$/ }, 'after');
    await carla.presses(/^Approve/);
    await until('the account is there', () => account('finn@example.com'));
    await world.stopBot('SIGKILL');
    posting.letGo();

    await world.startBot();
    await finn.sees(/an account in Perplexity Enterprise[\s\S]*confirmed/);
    expect(members('PPLX_Members')).toContain('finn@example.com');
    expect(writes().filter((write) => write === 'POST /Users')).toHaveLength(1);
    expect(world.scim.state().users.filter((user) => user.userName === 'finn@example.com')).toHaveLength(1);
  });
});
