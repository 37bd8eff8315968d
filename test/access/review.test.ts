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
});
