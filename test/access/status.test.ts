/** How an app is doing: for its owners and auditors, from what is known; and having it read now. */
import { describe, expect, it } from 'vitest';
import { DirectoryError } from '../../src/access/errors.ts';
import { HOUR } from '../../src/access/policy.ts';
import { keepWatch, synced } from '../../src/access/service/index.ts';
import { ADMINS, APP, account, code, grant, MEMBERS, type Office, openOffice, person, slack } from './office.ts';

const read = (office: Office) => ({ at: office.now, complete: true, accounts: 6, gone: 0 });
const told = (office: Office, to: string) =>
  office.told.filter((each) => each.to === to).map((each) => each.notice.kind);

describe('status', () => {
  it('is for owners and auditors; the auditor sees what the owner sees and can do nothing about it', async () => {
    const office = await openOffice();
    for (const nobody of ['ada', 'ben']) expect(await code(office.desk.status(slack(nobody)))).toBe('not_entitled');
    expect(await code(office.desk.status(slack('carla'), 'nowhere'))).toBe('unknown_app');
    const [[owner], [auditor]] = await Promise.all([
      office.desk.status(slack('carla'), APP),
      office.desk.status(slack('eve')),
    ]);
    expect(owner?.owner).toBe(true);
    expect(auditor).toEqual({ ...owner, owner: false });
    office.people.set('eve', person('eve', { emailConfirmed: false }));
    expect(await code(office.desk.status(slack('eve')))).toBe('not_entitled');
  });

  it('says what is there, what waits, what is overdue and what is wrong', async () => {
    const office = await openOffice((crm) => ({ ...crm, seats: 6 }));
    office.accounts.set('a-zoe', account('zoe', { active: false }));
    const held = await office.decide('ben', (await office.ask('ada', grant())).id);
    await office.once('groups', APP);
    await office.desk.pause(slack('carla'), APP);
    await office.ask('eve', grant());
    const [status] = await office.desk.status(slack('dmitri'), APP);
    expect(status).toEqual({
      app: APP,
      owner: true,
      mirror: { syncedAt: office.now, complete: true, active: 5, inactive: 1 },
      seats: { used: 5, seats: 6 },
      roles: [
        { role: 'admin', group: { id: ADMINS, name: 'Admins' }, members: 3 },
        { role: 'member', group: { id: MEMBERS, name: 'Members' }, members: 6 },
      ],
      paused: { at: office.now, by: expect.objectContaining({ name: 'carla' }) },
      overdue: 0,
      alarms: 0,
      open: 1,
      waiting: 1,
    });
    office.names.delete(ADMINS);
    office.groups.delete(ADMINS);
    await office.once('groups', APP);
    await office.later(5 * HOUR);
    expect((await office.request(held.id)).state).toBe('ending');
    const [later] = await office.desk.status(slack('dmitri'), APP);
    expect(later).toMatchObject({ overdue: 1, alarms: 1, roles: [{ trouble: { kind: 'gone' } }, { role: 'member' }] });
  });

  it('is on the hub, too: who asks sees that the app gives nothing now', async () => {
    const office = await openOffice();
    expect((await office.desk.home(slack('ada'))).apps[0]?.halted).toBeUndefined();
    await office.desk.pause(slack('carla'), APP);
    expect((await office.desk.home(slack('ada'))).apps[0]?.halted).toBe('paused');
  });
});

describe('a sync that is asked for', () => {
  it('is for owners, says what was read, and is on record', async () => {
    const office = await openOffice();
    await office.once('groups', APP);
    for (const nobody of ['ada', 'eve']) expect(await code(office.desk.sync(slack(nobody), APP))).toBe('not_entitled');
    expect(await office.desk.sync(slack('dmitri'), APP)).toEqual({ ...read(office), app: APP, groups: 2 });
    const events = (await office.store.history('person:T1/dmitri', { limit: 9 })).flatMap((entry) => entry.events);
    expect(events).toMatchObject([{ type: 'app.synced', app: APP, complete: true }]);
  });
});

describe('after a sync', () => {
  it('a refused token is told to the owners once, and a sync that gets through ends that', async () => {
    const office = await openOffice();
    const refused = new DirectoryError('unauthorized', '401');
    for (let round = 0; round < 2; round += 1) {
      await synced(office.world, APP, { ...read(office), complete: false, why: 'unauthorized' }, refused);
      await office.run();
    }
    expect([told(office, 'carla'), told(office, 'dmitri')]).toEqual([['unauthorized'], ['unauthorized']]);
    expect((await office.desk.status(slack('carla')))[0]?.unauthorizedSince).toBe(office.now);
    // What does not answer says nothing about the token.
    await synced(
      office.world,
      APP,
      { ...read(office), complete: false, why: 'unavailable' },
      new DirectoryError('unavailable', 'no answer'),
    );
    expect((await office.desk.status(slack('carla')))[0]?.unauthorizedSince).toBeDefined();
    await synced(office.world, APP, read(office), undefined);
    expect((await office.desk.status(slack('carla')))[0]?.unauthorizedSince).toBeUndefined();
    await synced(office.world, APP, read(office), refused);
    await office.run();
    expect(told(office, 'carla')).toEqual(['unauthorized', 'unauthorized']);
  });

  it('and at each start the groups are looked at, but not when nothing was answered', async () => {
    const office = await openOffice();
    const linked = async () => Object.keys((await office.store.read('app', APP))?.groups ?? {});
    const silent = new DirectoryError('unavailable', 'no answer');
    await synced(office.world, APP, { ...read(office), complete: false }, silent);
    expect(await office.store.job(`groups:${APP}`)).toBeUndefined();
    await synced(office.world, APP, { ...read(office), complete: false, why: 'stopped' }, undefined);
    expect(await office.store.job(`groups:${APP}`)).toBeUndefined();
    await synced(office.world, APP, read(office), undefined);
    await office.run();
    expect(await linked()).toEqual(['admin', 'member']);
    expect((await office.store.job(`groups:${APP}`))?.due).toBe(office.now + HOUR);
    await keepWatch(office.world);
    expect((await office.store.job(`groups:${APP}`))?.due).toBe(office.now);
  });
});
