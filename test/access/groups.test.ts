/** The identity of groups: linked once, known by id; what is not clear stops the app until somebody has looked. */
import { describe, expect, it } from 'vitest';
import { DirectoryError } from '../../src/access/errors.ts';
import { DAY, HOUR } from '../../src/access/policy.ts';
import type { GroupTrouble, Notice } from '../../src/access/ports.ts';
import { groups as checkAll } from '../../src/access/service/groups.ts';
import { linkGroup } from '../../src/access/service/index.ts';
import { ADMINS, APP, account, CRM, code, grant, MEMBERS, type Office, openOffice, person, slack } from './office.ts';

const BILLING = 'g-billing';
const ada = { kind: 'email' as const, email: 'ada@example.com' };
const revoke = (role: string) => ({ action: 'revoke' as const, app: APP, role, subject: ada });

/** With a third role, so that there is always one that is clear. */
async function open(): Promise<Office> {
  const office = await openOffice((crm) => ({
    ...crm,
    roles: {
      ...crm.roles,
      billing: { key: 'billing', group: 'Billing', sensitive: false, base: false, managedBy: 'rolecall' },
    },
  }));
  office.names.set(BILLING, 'Billing');
  office.groups.set(BILLING, new Set());
  await office.run();
  return office;
}

const check = async (office: Office): Promise<void> => {
  await office.once('groups', APP);
  await office.run();
};
const record = (office: Office) => office.store.read('app', APP);
const troubles = async (office: Office): Promise<readonly GroupTrouble[]> => (await record(office))?.troubles ?? [];
const told = (office: Office, kind: Notice['kind'], to = 'carla'): Notice[] =>
  office.told.filter((each) => each.to === to && each.notice.kind === kind).map((each) => each.notice);

/** The group is removed in the app's own console. */
function remove(office: Office, id: string): void {
  office.names.delete(id);
  office.groups.delete(id);
}
function make(office: Office, id: string, name: string, members: readonly string[] = []): void {
  office.names.set(id, name);
  office.groups.set(id, new Set(members));
}
const use = (office: Office, by = 'carla', id = 'g-new', role = 'admin') =>
  office.desk.useGroup(slack(by), APP, role, id);

describe('a group that has another name', () => {
  it('is the same group: the name is kept up, the owners hear of it once, and all goes on', async () => {
    const office = await open();
    await check(office);
    expect((await record(office))?.groups).toMatchObject({ admin: { id: ADMINS, name: 'Admins' } });
    office.names.set(ADMINS, 'Administrators');
    for (let look = 0; look < 3; look += 1) await check(office);
    expect((await record(office))?.groups.admin).toEqual({ id: ADMINS, name: 'Administrators' });
    for (const owner of ['carla', 'dmitri']) {
      expect(told(office, 'group_renamed', owner)).toEqual([
        { kind: 'group_renamed', app: APP, role: 'admin', from: 'Admins', to: 'Administrators' },
      ]);
    }
    expect((await office.decide('ben', (await office.ask('ada', grant())).id)).state).toBe('active');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(true);
  });
});

describe('a group that is gone', () => {
  it('is believed to be only when the service answers otherwise', async () => {
    const office = await open();
    await check(office);
    const directory = office.world.directories[APP];
    if (directory === undefined) throw new Error('no directory');
    const before = { ...directory };
    remove(office, ADMINS);
    const job = { key: `groups:${APP}`, kind: 'groups', target: APP, due: 0, since: 0, attempts: 0, seq: 0 } as const;
    Object.assign(directory, {
      groupsNamed: async () => {
        throw new DirectoryError('rejected', '404');
      },
    });
    await expect(checkAll(office.world, job)).rejects.toThrow('404');
    expect(await troubles(office)).toEqual([]);
    // By its name it is there: the service contradicts itself, and nothing is concluded.
    Object.assign(directory, { groupsNamed: async () => [ADMINS] });
    await check(office);
    expect(await troubles(office)).toEqual([]);
    Object.assign(directory, before);
    await check(office);
    expect(await troubles(office)).toMatchObject([{ kind: 'gone', role: 'admin', group: { id: ADMINS } }]);
  });

  it('stops the app: nothing is asked for, what is approved waits, the owners are told once; what comes back is believed', async () => {
    const office = await open();
    const approved = await office.ask('ada', grant({ role: 'billing' }));
    await check(office);
    remove(office, ADMINS);
    for (let look = 0; look < 3; look += 1) await check(office);
    for (const owner of ['carla', 'dmitri']) expect(told(office, 'group_trouble', owner)).toHaveLength(1);

    const waiting = await office.decide('ben', approved.id);
    expect(waiting).toMatchObject({ state: 'approved', waits: { kind: 'trouble' } });
    const refusal = { code: 'app_stopped', app: APP, role: 'admin', why: 'gone' };
    for (const ask of [
      grant({ role: 'billing' }),
      grant({ subject: { kind: 'email', email: 'eve@example.com' } }),
      { action: 'update' as const, app: APP, subject: ada, changes: { title: 'Analyst' } },
    ]) {
      expect(await office.desk.check(slack('ben'), ask)).toContainEqual({ field: 'app', refusal });
      expect(await office.ask('ben', ask)).toMatchObject({ state: 'refused', refusal });
    }
    await office.later(3 * DAY);
    expect([(await office.request(approved.id)).state, office.writes]).toEqual(['approved', []]);

    // It was a hiccup of the service: the group is there again, and what waited goes on with all its time.
    make(office, ADMINS, 'Admins', ['a-carla', 'a-zoe']);
    await check(office);
    expect(await troubles(office)).toEqual([]);
    expect(told(office, 'group_settled')).toHaveLength(1);
    expect((await office.request(approved.id)).state).toBe('active');
  });

  it('cannot take anybody out: an end stays overdue and told, other roles and disables go on', async () => {
    const office = await open();
    const held = await office.decide('ben', (await office.ask('ada', grant())).id);
    const other = await office.decide('ben', (await office.ask('ada', grant({ role: 'billing' }))).id);
    await check(office);
    remove(office, ADMINS);
    await check(office);
    await office.later(4 * HOUR + 60_000);
    expect((await office.request(other.id)).state).toBe('ended');
    for (const days of [1, 2]) {
      const overdue = await office.request(held.id);
      expect(overdue).toMatchObject({ state: 'ending', alarm: { kind: 'end_failing' } });
      const rung = new Set(
        office.shown
          .filter((copy) => copy.reader === 'owner' && copy.user === 'dmitri' && copy.request.id === held.id)
          .map((copy) => copy.request.alarm?.toldAt),
      );
      expect([...rung].filter((at) => at !== undefined)).toHaveLength(days);
      await office.later(DAY);
    }
    // Not an end that waits, and not a role that is not clear: these do their work.
    office.groups.get(BILLING)?.add('a-eve');
    const eve = { kind: 'email' as const, email: 'eve@example.com' };
    expect((await office.ask('carla', { ...revoke('billing'), subject: eve })).state).toBe('done');
    const leaver = await office.ask('carla', { action: 'disable', app: APP, subject: eve, reason: 'left' });
    await office.decide(leaver.steps[0]?.approvers[0]?.slack.user ?? '', leaver.id);
    expect(office.accounts.get('a-eve')?.active).toBe(false);
  });

  it('is replaced by the one that has its name now only when an owner says so', async () => {
    const office = await open();
    const held = await office.decide('ben', (await office.ask('ada', grant())).id);
    const approved = await office.ask('eve', grant());
    await check(office);
    remove(office, ADMINS);
    await check(office);
    make(office, 'g-new', 'Admins', ['a-carla', 'a-zoe', 'a-ada']);
    for (let look = 0; look < 3; look += 1) await check(office);
    expect((await record(office))?.groups.admin?.id).toBe(ADMINS);
    expect(told(office, 'group_trouble')).toHaveLength(2);
    expect(told(office, 'group_trouble').at(-1)).toMatchObject({ trouble: { found: { id: 'g-new', name: 'Admins' } } });
    await office.decide('carla', approved.id);
    await office.later(5 * HOUR);
    expect(office.groups.get('g-new')?.has('a-eve')).toBe(false);
    expect((await office.request(held.id)).state).toBe('ending');

    expect(await use(office)).toEqual({ id: 'g-new', name: 'Admins' });
    await office.run();
    await office.later(HOUR);
    expect(await record(office)).toMatchObject({ groups: { admin: { id: 'g-new' } }, resumedAt: expect.any(Number) });
    expect(await troubles(office)).toEqual([]);
    expect((await office.request(approved.id)).state).toBe('active');
    expect((await office.request(held.id)).state).toBe('ended');
    expect([...(office.groups.get('g-new') ?? [])].sort()).toEqual(['a-carla', 'a-eve', 'a-zoe']);
    expect([told(office, 'group_settled', 'carla'), told(office, 'group_settled', 'dmitri')]).toEqual([
      [],
      [expect.objectContaining({ role: 'admin', by: expect.objectContaining({ name: 'carla' }) })],
    ]);
    const events = (await office.store.history('person:T1/carla', { limit: 50 })).flatMap((entry) => entry.events);
    expect(events.filter((event) => event.type === 'group.linked')).toMatchObject([
      { role: 'admin', group: 'g-new', actor: { kind: 'person', slack: slack('carla') } },
    ]);
    // Pressed again, it is answered, and nothing changes.
    expect(await code(use(office, 'dmitri'))).toBe('offer_gone');
  });

  it('is not replaced by a click that is nobody’s, or out of date', async () => {
    const office = await open();
    await check(office);
    remove(office, ADMINS);
    make(office, 'g-new', 'Admins');
    await check(office);
    for (const nobody of ['ada', 'eve']) expect(await code(use(office, nobody))).toBe('not_entitled');
    office.people.set('dmitri', person('dmitri', { standing: 'guest' }));
    expect(await code(use(office, 'dmitri'))).toBe('outsider');
    expect(await code(use(office, 'carla', MEMBERS))).toBe('offer_gone');
    expect(await code(use(office, 'carla', 'g-new', 'billing'))).toBe('offer_gone');

    // Renamed since it was offered.
    office.names.set('g-new', 'Something else');
    expect(await code(use(office))).toBe('offer_gone');
    expect(await troubles(office)).toEqual([expect.not.objectContaining({ found: expect.anything() })]);
    // Another one has the name by now.
    make(office, 'g-newer', 'Admins');
    await check(office);
    expect(await code(use(office))).toBe('offer_gone');
    // The name is that of a group that carries another role: not one to offer.
    office.names.delete('g-newer');
    office.names.set(BILLING, 'Admins');
    await check(office);
    expect(await troubles(office)).toEqual([expect.not.objectContaining({ found: expect.anything() })]);
    office.names.set(BILLING, 'Billing');
    make(office, 'g-newer', 'Admins');
    await check(office);
    // Taken by another role while the button stood there.
    const operator = { kind: 'operator', name: 'root@host' } as const;
    await linkGroup(
      office.store,
      office.world.policy.apps[APP] ?? CRM,
      'billing',
      { id: 'g-newer', name: 'Admins' },
      operator,
    );
    expect(await code(use(office, 'carla', 'g-newer'))).toBe('offer_gone');
    await linkGroup(
      office.store,
      office.world.policy.apps[APP] ?? CRM,
      'billing',
      { id: BILLING, name: 'Billing' },
      operator,
    );
    await check(office);
    // The old one is back.
    make(office, ADMINS, 'Admins');
    expect(await code(use(office, 'carla', 'g-newer'))).toBe('offer_gone');
    await office.run();
    expect((await record(office))?.groups.admin?.id).toBe(ADMINS);
    expect(await troubles(office)).toEqual([]);
  });

  it('still counts for the last Admin by whom it held when it was last seen', async () => {
    const office = await open();
    await check(office);
    office.groups.get(BILLING)?.add('a-ada');
    const seen = new Set(['a-ada']);
    Object.assign(office.world.directories[APP] ?? {}, { knownMembers: () => seen });
    remove(office, ADMINS);
    await check(office);
    const leaver = { action: 'disable' as const, app: APP, subject: ada, reason: 'left' };
    expect(await office.ask('ben', leaver)).toMatchObject({ state: 'refused', refusal: { code: 'last_admin' } });
    seen.add('a-zoe');
    const second = await office.ask('ben', leaver);
    await office.decide('dmitri', second.id);
    expect(office.accounts.get('a-ada')?.active).toBe(false);
    expect(office.groups.get(BILLING)?.has('a-ada')).toBe(false);
    // The account is off, and still it is not said to be out of a group nobody can look into.
    expect(await office.request(second.id)).toMatchObject({ state: 'applying', alarm: { kind: 'write_failing' } });
  });
});

describe('a role that was never linked', () => {
  it('stops the app while no group, or more than one, has its name, and is linked by itself when one has', async () => {
    const office = await open();
    remove(office, BILLING);
    await check(office);
    expect(await troubles(office)).toMatchObject([{ kind: 'missing', role: 'billing', name: 'Billing' }]);
    make(office, 'g-b1', 'Billing');
    make(office, 'g-b2', 'Billing');
    for (let look = 0; look < 2; look += 1) await check(office);
    expect(await troubles(office)).toMatchObject([{ kind: 'doubled', role: 'billing', ids: ['g-b1', 'g-b2'] }]);
    expect(told(office, 'group_trouble')).toMatchObject([
      { trouble: { kind: 'missing' } },
      { trouble: { kind: 'doubled' } },
    ]);
    expect(await office.ask('ada', grant())).toMatchObject({ refusal: { code: 'app_stopped', why: 'doubled' } });
    office.names.set('g-b2', 'Old billing');
    await check(office);
    expect((await record(office))?.groups.billing).toEqual({ id: 'g-b1', name: 'Billing' });
    expect(await troubles(office)).toEqual([]);
    expect((await office.ask('ada', grant())).state).toBe('pending');
  });

  it('is not linked to a group that carries another role, whichever way that came about', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      roles: {
        admin: { key: 'admin', group: 'Admins', sensitive: true, base: false, managedBy: 'rolecall' },
        owner: { key: 'owner', group: 'Admins', sensitive: false, base: false, managedBy: 'rolecall' },
      },
    }));
    await check(office);
    expect(await troubles(office)).toMatchObject([
      { kind: 'shared', roles: ['admin', 'owner'], group: { id: ADMINS } },
    ]);
    expect(Object.keys((await record(office))?.groups ?? {})).toEqual(['admin']);
    expect(await office.ask('ada', grant())).toMatchObject({ refusal: { code: 'app_stopped', why: 'shared' } });
    office.groups.get(ADMINS)?.add('a-ada');
    const taking = await office.ask('carla', revoke('admin'));
    expect(taking).toMatchObject({ state: 'applying', alarm: { kind: 'write_failing' } });
    expect(office.writes).toEqual([]);
    make(office, 'g-owners', 'Owners');
    const linked = await linkGroup(
      office.store,
      office.world.policy.apps[APP] ?? CRM,
      'owner',
      { id: 'g-owners', name: 'Owners' },
      {
        kind: 'operator',
        name: 'root@host',
      },
    );
    expect(linked).toEqual({ kind: 'linked' });
    await office.later(HOUR);
    await check(office);
    expect(await troubles(office)).toEqual([]);
    expect((await office.request(taking.id)).state).toBe('done');
  });
});

describe('linking by hand', () => {
  it('refuses a group that carries another role, says when it is so already, and forgets roles the policy has no more', async () => {
    const office = await open();
    await check(office);
    const app = office.world.policy.apps[APP] ?? CRM;
    const operator = { kind: 'operator', name: 'root@host' } as const;
    const link = (role: string, id: string, name: string) => linkGroup(office.store, app, role, { id, name }, operator);
    expect(await link('billing', ADMINS, 'Admins')).toEqual({ kind: 'taken', role: 'admin' });
    expect(await link('billing', BILLING, 'Billing')).toEqual({ kind: 'already' });
    const { billing: _gone, ...roles } = app.roles;
    const smaller = { key: app.key, roles };
    expect(await linkGroup(office.store, smaller, 'admin', { id: BILLING, name: 'Billing' }, operator)).toEqual({
      kind: 'linked',
    });
  });
});

describe('an inactive account', () => {
  it('is not given an enable while the app is stopped', async () => {
    const office = await open();
    office.accounts.set('a-ada', account('ada', { active: false, manager: 'a-ben' }));
    const asked = await office.ask('ben', { action: 'enable', app: APP, subject: ada });
    await check(office);
    remove(office, BILLING);
    await check(office);
    expect(await office.decide('carla', asked.id)).toMatchObject({ state: 'approved', waits: { kind: 'trouble' } });
    expect(office.accounts.get('a-ada')?.active).toBe(false);
  });
});
