/** The last Admin hands over: the successor first, and for good. */
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../src/access/policy.ts';
import { ADMINS, APP, code, grant, openOffice, person, slack } from './office.ts';

describe('a hand-over', () => {
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
});
