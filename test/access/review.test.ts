import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/access/errors.ts';
import { HOUR, MINUTE } from '../../src/access/policy.ts';
import { ADMINS, APP, grant, MEMBERS, openOffice, person, slack } from './office.ts';

const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof AccessError) return error.refusal.code;
      throw error;
    },
  );

describe('the office', () => {
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

  it('lets only the holder hand a grant back, not whoever asked for it', async () => {
    const office = await openOffice();
    office.people.set('finn', person('finn'));
    const asked = await office.ask('finn', grant({ subject: { kind: 'email', email: 'ada@example.com' } }));
    await office.decide('ben', asked.id);
    expect(await code(office.desk.finish({ request: asked.id, by: slack('finn') }))).toBe('not_entitled');
    expect(await code(office.desk.finish({ request: asked.id, by: slack('ada') }))).toBe('done');
  });

  it('asks people the rule escalates to, and lets them decide although they are no owners', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      rules: [
        {
          do: 'grant',
          role: 'admin',
          who: 'anyone',
          duration: { default: HOUR, min: 15 * MINUTE, max: 4 * HOUR },
          reason: { required: true },
          approve: [{ by: 'manager' }],
          escalateAfter: 8 * HOUR,
          escalateTo: [{ kind: 'email', email: 'eve@example.com' }],
          lapse: 24 * HOUR,
        },
      ],
    }));
    office.people.delete('ben');
    const asked = await office.ask('ada', grant());
    expect(asked.steps[0]?.approvers.map((each) => each.slack.user)).toEqual(['eve']);
    expect((await office.decide('eve', asked.id)).state).toBe('active');
  });

  it('says it loudly when an approved removal cannot even be begun', async () => {
    const office = await openOffice();
    const given = await office.ask('ada', grant());
    await office.decide('ben', given.id);
    const taken = office.ask('carla', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'ada@example.com' },
    });
    const { id } = await taken;
    expect((await office.request(id)).state).toBe('done');

    const again = await office.ask('ada', grant({ reason: 'INC-8' }));
    await office.decide('ben', again.id);
    const asked = await office.desk.submit(
      slack('carla'),
      'carla',
      { action: 'revoke', app: APP, role: 'admin', subject: { kind: 'email', email: 'ada@example.com' } },
      { id: 'once-revoke' },
    );
    await office.once('resolve', asked.id);
    expect((await office.request(asked.id)).state).toBe('approved');
    office.appDown = true;
    await office.run();
    expect((await office.request(asked.id)).alarm?.kind).toBe('write_failing');
    expect(office.shown.some((each) => each.reader === 'owner' && each.request.id === asked.id)).toBe(true);
    office.appDown = false;
    await office.later(MINUTE);
    expect((await office.request(asked.id)).state).toBe('done');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('does not take a missing account for a removal while its group still names it', async () => {
    const office = await openOffice();
    const given = await office.ask('ada', grant());
    await office.decide('ben', given.id);
    office.accounts.delete('a-ada');
    await office.later(4 * HOUR);
    expect((await office.request(given.id)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('does not act for somebody whose e-mail has changed, however the account is named', async () => {
    const office = await openOffice();
    const given = await office.ask('ada', grant());
    await office.decide('ben', given.id);
    office.people.set('ada', person('ada', { email: 'somebody.else@example.com' }));
    for (const subject of [
      { kind: 'me' as const },
      { kind: 'email' as const, email: 'ada@example.com' },
      { kind: 'account' as const, app: APP, account: 'a-ada' },
    ]) {
      const asked = await office.ask('ada', { action: 'revoke', app: APP, role: 'admin', subject });
      expect(asked.refusal, subject.kind).toEqual({ code: 'binding_conflict', reason: 'email_changed' });
    }
    expect((await office.desk.home(slack('ada'))).access).toEqual([]);
    expect(await code(office.desk.finish({ request: given.id, by: slack('ada') }))).toBe('binding_conflict');
    // An owner says it is the same person after all.
    await office.desk.link(slack('carla'), slack('ada'), 'ada@example.com');
    expect(await code(office.desk.finish({ request: given.id, by: slack('ada') }))).toBe('done');
  });

  it('knows somebody who names their own address at first use', async () => {
    const office = await openOffice();
    const found = await office.desk.lookup(slack('ada'), { kind: 'email', email: 'ada@example.com' });
    expect(found.kind === 'found' && found.accounts[0]?.roles?.map((each) => each.role)).toEqual(['member']);
  });

  it('judges a local time in a form by nothing but what holds in every zone', async () => {
    const office = await openOffice();
    // 10:00 in Berlin: 10:05 is too short there, and hours away in New York.
    const fields = await office.desk.check(slack('ada'), grant({ duration: { kind: 'clock', hour: 10, minute: 5 } }));
    expect(fields).toEqual([]);
    const long = await office.desk.check(slack('ada'), grant({ duration: { kind: 'for', ms: 25 * HOUR } }));
    expect(long.map((each) => each.refusal.code)).toEqual(['too_long']);
  });

  it('hands over only once the successor is seen to hold the role', async () => {
    const office = await openOffice();
    office.groups.set(ADMINS, new Set(['a-carla']));
    const refused = await office.ask('carla', { action: 'revoke', app: APP, role: 'admin', subject: { kind: 'me' } });
    expect(refused.refusal?.code).toBe('last_admin');
    office.people.set('frank', person('frank'));
    const plan = await office.ask(
      'carla',
      grant({
        subject: { kind: 'email', email: 'ada@example.com' },
        handOverFrom: { account: 'a-carla', action: 'revoke' },
      }),
    );
    expect(plan.steps.map((step) => step.by)).toEqual(['manager', 'owners']);
    await office.decide('ben', plan.id);
    office.mischief.push('invisible');
    const accepted = await office.decide('dmitri', plan.id);
    expect([accepted.state, accepted.outcome?.kind]).toEqual(['active', 'accepted']);
    expect(office.groups.get(ADMINS)).toEqual(new Set(['a-carla']));
    office.groups.get(ADMINS)?.add('a-ada');
    await office.later(HOUR);
    expect(office.groups.get(ADMINS)).toEqual(new Set(['a-ada']));
    expect((await office.request(plan.id)).until).toBeUndefined();
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

  it('keeps somebody who holds the role for good from becoming one whose time runs out', async () => {
    const office = await openOffice();
    office.groups.set(ADMINS, new Set(['a-carla']));
    const short = await office.ask('ada', grant());
    await office.decide('ben', short.id);
    const plan = await office.ask(
      'carla',
      grant({
        subject: { kind: 'email', email: 'ada@example.com' },
        handOverFrom: { account: 'a-carla', action: 'revoke' },
      }),
    );
    await office.decide('ben', plan.id);
    await office.decide('dmitri', plan.id);
    expect(office.groups.get(ADMINS)).toEqual(new Set(['a-ada']));
    expect(await code(office.desk.finish({ request: plan.id, by: slack('ada') }))).toBe('last_admin');
    expect(await code(office.desk.finish({ request: short.id, by: slack('ada') }))).toBe('done');
    await office.later(5 * HOUR);
    expect(office.groups.get(ADMINS)).toEqual(new Set(['a-ada']));
  });

  it('takes a role away although nobody can say whether the base role is there, and never calls it done', async () => {
    const office = await openOffice((crm) => ({ ...crm, keep: ['zoe@example.com'] }));
    office.groups.set(MEMBERS, new Set());
    office.unlisted = true;
    const asked = await office.ask('dmitri', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'carla@example.com' },
    });
    expect(office.writes).toEqual([`add a-carla to ${MEMBERS}`, `remove a-carla from ${ADMINS}`]);
    expect([asked.state, asked.outcome?.kind]).toEqual(['applying', 'accepted']);
    await office.later(2 * HOUR);
    expect((await office.request(asked.id)).alarm?.kind).toBe('write_failing');
    office.unlisted = false;
    await office.later(HOUR);
    expect((await office.request(asked.id)).state).toBe('done');
  });

  it('waits with the removal while the base role is accepted and seen not to be there', async () => {
    const office = await openOffice();
    office.groups.set(MEMBERS, new Set());
    office.mischief.push('invisible');
    const asked = await office.ask('dmitri', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'carla@example.com' },
    });
    expect(office.writes).toEqual([`add a-carla to ${MEMBERS}`]);
    await office.later(MINUTE);
    expect(office.writes.slice(1)).toEqual([`add a-carla to ${MEMBERS}`, `remove a-carla from ${ADMINS}`]);
    expect((await office.request(asked.id)).state).toBe('done');
  });
});
