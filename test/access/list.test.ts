import { describe, expect, it } from 'vitest';
import { APP, account, openOffice, slack } from './office.ts';

describe('a list', () => {
  it('of members has every active account where no role is everybody’s, and says when not all may be seen', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      roles: Object.fromEntries(Object.entries(crm.roles).filter(([, role]) => !role.base)),
    }));
    office.accounts.set('a-gone', account('gone', { active: false }));
    const whole = await office.desk.list(slack('carla'), APP, 'members');
    expect([whole.total, whole.partial]).toEqual([6, false]);
    const own = await office.desk.list(slack('ada'), APP, 'members');
    expect([own.rows.map((row) => row.account), own.total, own.partial]).toEqual([['a-ada'], 1, true]);
  });
});
