/** Giving access: what was approved, for as long as was approved, and nothing beside. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/access/policy.ts';
import { ADMINS, APP, grant, MEMBERS, openOffice, person, slack } from './office.ts';

describe('giving', () => {
  it('grants what the manager approves and takes it away on time', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    expect(asked.state).toBe('pending');
    expect((await office.decide('ben', asked.id)).state).toBe('active');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(true);
    await office.later(4 * HOUR);
    expect((await office.request(asked.id)).state).toBe('ended');
    expect(office.writes).toEqual([`add a-ada to ${ADMINS}`, `remove a-ada from ${ADMINS}`]);
  });

  it('enables with the base role only, also when the account was left in a higher group', async () => {
    const office = await openOffice();
    const ada = office.accounts.get('a-ada');
    if (ada !== undefined) office.accounts.set('a-ada', { ...ada, active: false });
    office.groups.get(ADMINS)?.add('a-ada');
    const asked = await office.ask('ben', {
      action: 'enable',
      app: APP,
      subject: { kind: 'email', email: 'ada@example.com' },
    });
    expect(asked.state).toBe('pending');
    const done = await office.decide('carla', asked.id);
    expect(done.state).toBe('done');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
    expect(office.groups.get(MEMBERS)?.has('a-ada')).toBe(true);
    // Taken before it was switched on: never active with a role nobody approved.
    expect(office.writes).toEqual([`remove a-ada from ${ADMINS}`, 'enable a-ada']);
  });

  it('judges a local time in a form by nothing but what holds in every zone', async () => {
    const office = await openOffice();
    // 10:00 in Berlin: 10:05 is too short there, and hours away in New York.
    const fields = await office.desk.check(slack('ada'), grant({ duration: { kind: 'clock', hour: 10, minute: 5 } }));
    expect(fields).toEqual([]);
    const long = await office.desk.check(slack('ada'), grant({ duration: { kind: 'for', ms: 25 * HOUR } }));
    expect(long.map((each) => each.refusal.code)).toEqual(['too_long']);
  });

  it('starts a linked grant also when the account appeared while its approvers were being looked up', async () => {
    const office = await openOffice();
    const { id } = await office.desk.submit(
      slack('ada'),
      'ada',
      {
        action: 'provision',
        app: APP,
        subject: { kind: 'email', email: 'finn@example.com' },
        newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: true, role: 'admin' },
        reason: 'new here',
      },
      { id: 'once-provision' },
    );
    await office.once('resolve', id);
    const linked = (await office.request(id)).followedBy ?? '';
    // The linked grant is being resolved: what it looked up says that there is no account …
    const directory = office.world.directories[APP];
    if (directory === undefined) throw new Error('no directory');
    const find = directory.find.bind(directory);
    let provisioned = false;
    Object.assign(directory, {
      async find(email: string) {
        const found = await find(email);
        if (!provisioned && found.length === 0) {
          provisioned = true;
          // … and before it is entered, the account is made.
          await office.desk.decide({ request: id, by: slack('carla'), verdict: 'approve' });
          await office.once('apply', id);
        }
        return found;
      },
    });
    await office.run();
    await office.later(MINUTE);
    const grantNow = await office.request(linked);
    expect([grantNow.state, grantNow.subject?.account]).toEqual(['pending', 'a-finn']);
    const approver = grantNow.steps[0]?.approvers[0]?.slack.user ?? '';
    expect((await office.decide(approver, linked)).state).toBe('active');
  });

  it('counts a linked grant as the open one once the account is there', async () => {
    const office = await openOffice();
    office.people.set('finn', person('finn'));
    const made = await office.ask('ada', {
      action: 'provision',
      app: APP,
      subject: { kind: 'slack', slack: slack('finn') },
      newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: true, role: 'admin' },
      reason: 'new here',
    });
    await office.decide('carla', made.id);
    const linked = (await office.request(made.id)).followedBy ?? '';
    expect((await office.request(linked)).state).toBe('pending');
    const twice = await office.ask('finn', grant());
    expect(twice.refusal).toEqual({ code: 'open_already', request: linked });
  });

  it('names in the welcome who else asked for the account, and nobody where they asked themselves', async () => {
    for (const by of ['finn', 'ada']) {
      const office = await openOffice();
      office.people.set('finn', person('finn'));
      const made = await office.ask(by, {
        action: 'provision',
        app: APP,
        subject: by === 'finn' ? { kind: 'me' } : { kind: 'slack', slack: slack('finn') },
        newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: true },
        reason: 'new here',
      });
      await office.decide('carla', made.id);
      const [welcome] = office.told.filter(({ notice }) => notice.kind === 'welcome');
      expect(welcome?.notice).toMatchObject({ kind: 'welcome', name: expect.any(String) });
      const { requester } = { requester: undefined, ...welcome?.notice };
      expect(requester).toEqual(by === 'ada' ? slack('ada') : undefined);
    }
  });

  it('stores the end before the first write', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    const ends: (number | undefined)[] = [];
    office.beforeWrite = async () => {
      ends.push((await office.store.job(`end:${asked.id}`))?.due);
    };
    await office.decide('ben', asked.id);
    expect(ends).toEqual([office.now + 4 * HOUR]);
  });

  it('writes nothing once it is too late, and takes back what may have been written', async () => {
    const office = await openOffice();
    const late = await office.ask('ada', grant({ reason: 'INC-1' }));
    office.appDown = true;
    await office.decide('ben', late.id);
    await office.later(HOUR + MINUTE);
    const closed = await office.request(late.id);
    expect([closed.state, closed.closing?.why]).toEqual(['not_applied', 'too_late_to_apply']);
    office.appDown = false;

    const unclear = await office.ask('ada', grant({ reason: 'INC-2' }));
    office.mischief.push('lost_answer');
    await office.desk.decide({ request: unclear.id, by: slack('ben'), verdict: 'approve' });
    await office.once('apply', unclear.id).catch(() => undefined);
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(true);
    office.appDown = true;
    await office.later(HOUR + MINUTE);
    expect((await office.request(unclear.id)).state).toBe('ending');
    office.appDown = false;
    await office.later(HOUR);
    expect((await office.request(unclear.id)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('keeps the end of a write that may have taken effect, whatever the next attempts say', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    const start = office.now;
    office.mischief.push('lost_request', 'unavailable');
    await office.desk.decide({ request: asked.id, by: slack('ben'), verdict: 'approve' });
    for (const wait of [0, 5 * MINUTE]) {
      await office.later(wait);
      await office.once('apply', asked.id).catch(() => undefined);
      expect((await office.store.job(`end:${asked.id}`))?.due).toBe(start + 4 * HOUR);
    }
    await office.later(5 * MINUTE);
    expect((await office.request(asked.id)).state).toBe('active');
    // Counted from the first write that may have given it.
    expect((await office.request(asked.id)).until).toBe(start + 4 * HOUR);
  });

  it('counts from the first write that was not refused, and stores no end for one that surely did nothing', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    office.mischief.push('unavailable');
    await office.desk.decide({ request: asked.id, by: slack('ben'), verdict: 'approve' });
    await office.once('apply', asked.id).catch(() => undefined);
    expect(await office.store.job(`end:${asked.id}`)).toBeUndefined();
    await office.later(5 * MINUTE);
    expect((await office.request(asked.id)).until).toBe(office.now + 4 * HOUR);
  });
});
