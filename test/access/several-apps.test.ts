// Several apps beside each other: which one is meant, and people who are offered once although they have an account in each.
import { describe, expect, it } from 'vitest';
import { DirectoryError } from '../../src/access/errors.ts';
import type { AppPolicy } from '../../src/access/policy.ts';
import { createDesk } from '../../src/access/service/index.ts';
import { appMeant, directoryOf } from '../../src/access/service/world.ts';
import { APP, CRM, grant, openOffice, slack } from './office.ts';

const OKR: AppPolicy = {
  ...CRM,
  key: 'okr',
  name: 'OKR',
  roles: {
    team: { key: 'team', group: 'Admins', sensitive: false, base: false, managedBy: 'rolecall' },
    member: { key: 'member', group: 'Members', sensitive: false, base: true, managedBy: 'rolecall' },
  },
};

const TWO = () => openOffice(undefined, [OKR]);
const anywhere = ({ app: _app, ...ask }: ReturnType<typeof grant>) => ask;

describe('with several apps', () => {
  it('means the app that alone has such a role, else the one that is named', async () => {
    const { world } = await TWO();
    const meant = (app?: string, role?: string) =>
      appMeant(world, { ...(app === undefined ? {} : { app }), ...(role === undefined ? {} : { role }) })?.key;
    expect([meant(undefined, 'admin'), meant(undefined, 'team'), meant('okr', 'admin')]).toEqual([APP, 'okr', 'okr']);
    expect([meant(undefined, 'member'), meant(undefined, 'nothing'), meant(), meant('gone')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(appMeant((await openOffice()).world, { role: 'nothing' })?.key).toBe(APP);
  });

  it('takes a request that names a role and no app, and asks for the app where two could be meant', async () => {
    const office = await TWO();
    const asked = await office.ask('ada', anywhere(grant({ role: 'team' })));
    expect(asked).toMatchObject({ state: 'pending', app: 'okr', role: 'team' });
    const { desk } = office;
    expect(await desk.check(slack('ada'), anywhere(grant({ role: 'team' })))).toEqual([]);
    expect(await desk.check(slack('ada'), anywhere(grant({ role: 'member' })))).toMatchObject([
      { field: 'app', refusal: { code: 'app_needed', known: [APP, 'okr'] } },
    ]);
    const disable = {
      action: 'disable',
      subject: { kind: 'email', email: 'zoe@example.com' },
      reason: 'left',
    } as const;
    expect(await office.ask('carla', disable)).toMatchObject({
      state: 'refused',
      refusal: { code: 'app_needed', known: [APP, 'okr'] },
    });
  });

  it('offers everybody once while the app is open, by the address that stands for them in each', async () => {
    const { desk } = await TWO();
    expect(desk.choices('zoe', undefined, 10)).toEqual([
      { value: 'email|zoe@example.com', name: 'zoe', email: 'zoe@example.com' },
    ]);
    expect(desk.choices('zoe', 'okr', 10)).toMatchObject([{ value: 'account|okr|a-zoe', app: 'okr' }]);
  });

  it('shows a person who is found once in each app with all their accounts, without asking which', async () => {
    const { desk } = await TWO();
    const found = await desk.lookup(slack('carla'), { kind: 'text', text: 'zoe' });
    expect(found.kind === 'found' && found.accounts.map((each) => [each.app, each.account.email])).toEqual([
      [APP, 'zoe@example.com'],
      ['okr', 'zoe@example.com'],
    ]);
  });

  it('shows what one app holds while another does not answer, and says which; nothing is "not found" by that', async () => {
    const { world } = await TWO();
    const hangs = async (): Promise<never> => {
      throw new DirectoryError('unavailable', 'it hangs');
    };
    const okr = { ...directoryOf(world, 'okr'), find: hangs, account: hangs };
    const desk = createDesk({ ...world, directories: { ...world.directories, okr } });
    const found = await desk.lookup(slack('carla'), { kind: 'email', email: 'zoe@example.com' });
    expect(found).toMatchObject({ kind: 'found', accounts: [{ app: APP }], silent: ['okr'] });
    await expect(desk.lookup(slack('carla'), { kind: 'email', email: 'nobody@example.com' })).rejects.toThrow(
      'it hangs',
    );
  });
});
