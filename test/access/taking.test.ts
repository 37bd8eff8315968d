/** Taking access away: loud, proved, and never more or less than it should. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/access/policy.ts';
import { ADMINS, APP, account, grant, MEMBERS, openOffice, slack } from './office.ts';

describe('taking a role away', () => {
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

  it.each(['revoke', 'disable'] as const)(
    'spares what the policy keeps, by its own address only (%s)',
    async (action) => {
      const office = await openOffice((crm) => ({ ...crm, keep: ['EVE@example.com'] }));
      for (const name of ['eve', 'zoe']) office.groups.get(ADMINS)?.add(`a-${name}`);
      office.accounts.set('a-zoe', account('zoe', { emails: ['zoe@example.com', 'eve@example.com'] }));
      const about = (name: string) =>
        office.ask('carla', {
          ...{ action, app: APP, reason: 'left', subject: { kind: 'email', email: `${name}@example.com` } },
          ...(action === 'revoke' ? { role: 'admin' } : {}),
        });
      expect((await about('eve')).refusal).toEqual({ code: 'kept_account', email: 'eve@example.com' });
      expect((await about('zoe')).refusal).toBeUndefined();
      office.accounts.set('a-eve', account('eve', { userName: 'other@example.com' }));
      office.accounts.set('a-carla', account('carla', { userName: 'eve@example.com' }));
      expect((await about('carla')).refusal).toMatchObject({ code: 'kept_account' });
    },
  );

  it('says so while the end of a grant was accepted and cannot be seen yet', async () => {
    const office = await openOffice();
    const given = await office.ask('ada', grant({ duration: { kind: 'for', ms: HOUR } }));
    await office.decide('ben', given.id);
    office.mischief.push('invisible');
    await office.later(HOUR);
    const ending = await office.request(given.id);
    expect([ending.state, ending.unseenSince]).toEqual(['ending', office.now]);
    const shown = office.shown.filter((each) => each.request.id === given.id).at(-1);
    expect(shown?.request.unseenSince).toBe(office.now);
    await office.later(HOUR);
    expect((await office.request(given.id)).state).toBe('ended');
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

  it('wins against a grant of the same role that is still open', async () => {
    const office = await openOffice();
    const held = await office.ask('ada', grant({ reason: 'INC-1' }));
    await office.decide('ben', held.id);
    const more = await office.ask('ada', grant({ reason: 'INC-2', duration: { kind: 'for', ms: 8 * HOUR } }));
    const take = await office.ask('eve', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'ada@example.com' },
      reason: 'enough',
    });
    expect([more.state, take.state]).toEqual(['pending', 'pending']);
    // While the removal waits nobody asks for the opposite anew.
    await office.desk.cancel({ request: more.id, by: slack('ada') });
    expect((await office.ask('ada', grant({ reason: 'INC-3' }))).refusal?.code).toBe('opposite_open');
    expect((await office.decide('carla', take.id)).state).toBe('done');
    expect((await office.request(held.id)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('by *I am done* and by the clock leaves what was there before the grant', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant());
    // Between the decision and the write somebody made her Admin in the console.
    await office.desk.decide({ request: asked.id, by: slack('ben'), verdict: 'approve' });
    office.groups.get(ADMINS)?.add('a-ada');
    await office.run();
    await office.later(5 * HOUR);
    expect((await office.request(asked.id)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(true);
    expect(office.writes).toEqual([]);
  });
});
