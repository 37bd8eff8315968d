/** Who may decide, hand back and act: rights that end with what they rested on. */
import { describe, expect, it } from 'vitest';
import type { SubjectRef } from '../../src/access/people.ts';
import { defaultRule, HOUR, MINUTE } from '../../src/access/policy.ts';
import { APP, account, code, grant, openOffice, person, slack } from './office.ts';

describe('a right', () => {
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

  it('lets a person named by a user group decide only while in the group', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      rules: [{ ...defaultRule('grant'), role: 'admin', approve: [{ by: [{ kind: 'usergroup', id: 'S1' }] }] }],
    }));
    office.usergroups.set('S1', ['eve']);
    const asked = await office.ask('ada', grant());
    expect(asked.steps[0]?.approvers.map((each) => [each.slack.user, each.why])).toEqual([['eve', 'named']]);
    office.usergroups.set('S1', []);
    expect(await code(office.decide('eve', asked.id))).toBe('not_entitled');
    // Nobody who was asked is left: within the hour the owners are asked instead.
    await office.later(HOUR);
    expect((await office.request(asked.id)).steps[0]?.approvers.map((each) => each.slack.user)).toEqual([
      'carla',
      'dmitri',
    ]);
    expect((await office.decide('dmitri', asked.id)).state).toBe('active');
  });

  it('goes from a manager who is not there any more to the owners, and says so', async () => {
    const office = await openOffice();
    office.people.set('ben', person('ben', { standing: 'deactivated' }));
    const asked = await office.ask('ada', grant());
    expect(asked.steps[0]?.approvers.map((each) => [each.slack.user, each.why])).toEqual([
      ['carla', 'owner_manager_unknown'],
      ['dmitri', 'owner_manager_unknown'],
    ]);
  });

  it('shows an open request to whoever asks the same only where it is theirs, or about them', async () => {
    const office = await openOffice((crm) => ({ ...crm, rules: [{ ...defaultRule('disable'), who: 'anyone' }] }));
    const eve: SubjectRef = { kind: 'account', app: APP, account: 'a-eve' };
    const first = await office.ask('ada', grant({ subject: eve }));
    const asked = async (who: string) => (await office.desk.check(slack(who), grant({ subject: eve })))[0]?.refusal;
    expect(await asked('ada')).toEqual({ code: 'open_already', request: first.id });
    expect(await asked('ben')).toEqual({ code: 'open_already' });
    expect((await office.ask('ben', grant({ subject: eve }))).refusal).toEqual({ code: 'open_already' });
    expect((await office.ask('eve', grant())).refusal).toEqual({ code: 'open_already', request: first.id });
    // That somebody is to be disabled is not theirs to see.
    const off = { action: 'disable' as const, app: APP, reason: 'left' };
    const leaver = await office.ask('ben', { ...off, subject: { kind: 'email', email: 'ada@example.com' } });
    expect(leaver.state).toBe('pending');
    expect((await office.ask('ada', { ...off, subject: { kind: 'me' } })).refusal).toEqual({ code: 'open_already' });
  });

  it.each(['deactivated', 'guest', 'member'] as const)(
    'says on the request that whom it gives to is %s',
    async (standing) => {
      const office = await openOffice();
      office.people.set('eve', person('eve', { standing }));
      const about = { subject: { kind: 'slack' as const, slack: slack('eve') } };
      const given = await office.ask('ada', grant(about));
      expect(given.standing).toBe(standing === 'member' ? undefined : standing);
      // What takes access away is what one does then.
      const taken = await office.ask('carla', { action: 'disable', app: APP, reason: 'left', ...about });
      expect(taken.standing).toBeUndefined();
    },
  );

  it('counts neither requester nor subject, under no other name either', async () => {
    const office = await openOffice();
    // Ben asks for Ada: her manager is the requester, so owners are asked.
    const first = await office.ask('ben', grant({ subject: { kind: 'email', email: 'ada@example.com' } }));
    expect(first.steps[0]?.approvers.map((each) => [each.slack.user, each.why])).toEqual([
      ['carla', 'owner_nobody_else'],
      ['dmitri', 'owner_nobody_else'],
    ]);
    for (const who of ['ben', 'ada']) expect(await code(office.decide(who, first.id))).toBe('self_approval');
    // A second Slack account of the same mailbox is the same person.
    office.people.set('ben2', person('ben2', { email: 'Ben+admin@example.com' }));
    expect(await code(office.decide('ben2', first.id))).toBe('self_approval');
    expect(await code(office.decide('eve', first.id))).toBe('not_entitled');
    expect((await office.request(first.id)).decisions).toEqual([]);
  });

  it('refuses at submit what nobody could decide', async () => {
    const office = await openOffice((crm) => ({ ...crm, owners: [{ kind: 'email', email: 'carla@example.com' }] }));
    office.people.delete('ben');
    const asked = await office.ask('carla', grant({ subject: { kind: 'email', email: 'ada@example.com' } }));
    expect(asked.refusal).toEqual({ code: 'no_approver' });
  });

  it('gives one of two who decide at once the last word', async () => {
    const office = await openOffice();
    office.people.delete('ben');
    const asked = await office.ask('ada', grant());
    const outcomes = await Promise.all([
      code(office.desk.decide({ request: asked.id, by: slack('carla'), verdict: 'approve' })),
      code(office.desk.decide({ request: asked.id, by: slack('dmitri'), verdict: 'deny', reason: 'no' })),
    ]);
    expect(outcomes.sort()).toEqual(['closed', 'done']);
    await office.run();
    expect((await office.request(asked.id)).decisions).toHaveLength(1);
  });

  it('closes a request when nobody is left who may decide', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    for (const who of ['ben', 'carla', 'dmitri']) office.people.set(who, person(who, { standing: 'deactivated' }));
    await office.later(HOUR);
    const closed = await office.request(asked.id);
    expect([closed.state, closed.closing?.why]).toEqual(['cancelled', 'nobody_left']);
    expect(office.writes).toEqual([]);
  });

  it('asks the owners too after eight working hours, and lapses after twenty-four', async () => {
    const office = await openOffice();
    // Wednesday, ten in the morning: eight working hours later it is six in the evening.
    const asked = await office.ask('ada', grant());
    await office.later(8 * HOUR - MINUTE);
    expect((await office.request(asked.id)).steps[0]?.approvers).toHaveLength(1);
    await office.later(2 * MINUTE);
    expect((await office.request(asked.id)).steps[0]?.approvers.map((each) => [each.slack.user, each.why])).toEqual([
      ['ben', 'manager'],
      ['carla', 'owner_escalated'],
      ['dmitri', 'owner_escalated'],
    ]);
    // Twenty-four working hours: 8 on Wednesday, 9 on Thursday, 7 on Friday, four in the afternoon.
    await office.later(2 * 24 * HOUR - 3 * HOUR);
    expect((await office.request(asked.id)).state).toBe('pending');
    await office.later(2 * HOUR);
    expect((await office.request(asked.id)).state).toBe('lapsed');
  });

  it('to ask is bounded: five open at a time, ten a day', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      roles: Object.fromEntries(
        ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((key) => [
          key,
          { key, group: key, sensitive: false, base: false, managedBy: 'rolecall' as const },
        ]),
      ),
    }));
    for (const role of ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']) {
      office.names.set(role, role);
      office.groups.set(role, new Set());
    }
    for (const role of ['r1', 'r2', 'r3', 'r4', 'r5']) {
      expect((await office.ask('ada', grant({ role }))).state).toBe('pending');
    }
    const sixth = await office.ask('ada', grant({ role: 'r6' }));
    expect(sixth.refusal).toEqual({ code: 'limit_open', max: 5 });
    const open = await office.store.openRequests({ requester: slack('ada') });
    for (const each of open) await office.desk.cancel({ request: each.id, by: slack('ada') });
    for (let n = 6; n <= 10; n += 1) {
      const { id, state } = await office.ask('ada', grant({ role: 'r6' }));
      expect(state, `request ${n}`).toBe('pending');
      await office.desk.cancel({ request: id, by: slack('ada') });
    }
    expect((await office.ask('ada', grant({ role: 'r6' }))).refusal).toEqual({ code: 'limit_day', max: 10 });
    // Tomorrow is another day.
    await office.later(24 * HOUR);
    expect((await office.ask('ada', grant({ role: 'r6' }))).state).toBe('pending');
  });

  it('does not pass from an account that is gone to a new one of the same address, until an owner says so', async () => {
    const office = await openOffice();
    expect((await office.ask('ada', grant())).state).toBe('pending');
    office.accounts.delete('a-ada');
    expect((await office.ask('ada', grant({ reason: 'INC-8' }))).refusal?.code).toBe('no_account');
    office.accounts.set('a-new', account('ada', { id: 'a-new', manager: 'a-ben' }));
    const asked = await office.ask('ada', grant({ reason: 'INC-9' }));
    expect(asked.refusal).toEqual({ code: 'binding_conflict', reason: 'two_accounts' });
    await office.desk.link(slack('carla'), slack('ada'), 'ada@example.com');
    expect((await office.ask('ada', grant({ reason: 'INC-10' }))).subject?.account).toBe('a-new');
  });
});
