/** `rolecall link` as an operator meets it: what is linked, linking anew, making a group, and what it refuses. */
import { hostname, userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { AppPolicy } from '../../src/access/policy.ts';
import type { AppRecord } from '../../src/access/ports.ts';
import { findMeant, makeGroup, mayNotMake } from '../../src/cli/link-find.ts';
import { lookAtGroups, wellSaid } from '../../src/cli/link-look.ts';
import { POLICY } from '../../src/sandbox/cast.ts';
import { CRM } from '../access/office.ts';
import { ADMIN, MEMBER, world } from '../directory/world.ts';
import { journal } from '../scenarios/witness.ts';
import { openIn } from '../store/lowdb/hands.ts';
import { type Clinic, openClinic } from './clinic.ts';

const PERPLEXITY: AppPolicy = {
  ...CRM,
  key: 'perplexity',
  roles: {
    admin: { key: 'admin', group: 'PPLX_Admin', sensitive: true, base: false, managedBy: 'rolecall' },
    member: { key: 'member', group: 'PPLX_Members', sensitive: false, base: true, managedBy: 'rolecall' },
  },
};
const NOTHING: AppRecord = { app: 'perplexity', groups: {}, claims: [] };

/** The record of the app in the clinic's folder; `change` writes it first, as no bot would be running. */
async function recordIn({ dataDir }: Clinic, change?: (record: AppRecord) => AppRecord): Promise<AppRecord> {
  const { store } = await openIn(dataDir);
  if (change !== undefined) {
    await store.commit(['app:perplexity'], (view) => ({
      put: [{ kind: 'app', id: 'perplexity', value: change(view.get('app', 'perplexity') ?? NOTHING) }],
      result: undefined,
    }));
  }
  const record = (await store.read('app', 'perplexity')) ?? NOTHING;
  await store.close();
  return record;
}

describe('rolecall link', () => {
  it('shows beside a running bot what is linked and what there is, and then links nothing', async () => {
    const clinic = await openClinic();
    const id = (name: string) => clinic.scim.groupId(name) ?? '';
    const before = await clinic.call(['link', 'perplexity', '--json']);
    expect(before.status).toBe(0);
    expect(JSON.parse(before.out)).toMatchObject({
      ok: true,
      app: 'perplexity',
      roles: [
        { role: 'admin', configured: 'PPLX_Admin', named: [id('PPLX_Admin')] },
        { role: 'member', configured: 'PPLX_Members', named: [id('PPLX_Members')] },
      ],
      groups: clinic.scim
        .state()
        .groups.map(({ displayName }) => ({ id: id(displayName), name: displayName }))
        .sort((a, b) => a.name.localeCompare(b.name, 'en')),
      complete: true,
    });

    const story = await clinic.start();
    await story.ada.types('/access request admin for 1h because INC-1');
    await story.ben.presses(/^Approve Admin/);
    await story.until('Ada is Admin', () => story.members('PPLX_Admin').includes('ada@example.com'));
    const beside = await clinic.call(['link', 'perplexity']);
    expect(beside.status).toBe(0);
    expect(beside.out).toContain(`admin   linked to PPLX_Admin (${id('PPLX_Admin')})\n`);
    expect(beside.out).toMatch(/\n\d+ groups there:\n/);
    const spare = clinic.scim.addGroup({ displayName: 'Spare Admins' });
    const refused = await clinic.run(['link', 'perplexity', `admin=${spare}`]);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/^perplexity: another Rolecall is running on [\s\S]*\n {2}→ stop the bot, link, start/);

    // Whoever holds the role in the old group would keep it there for ever.
    await clinic.stop();
    const held = await clinic.call(['link', 'perplexity', 'admin=Spare Admins']);
    expect(held.status).toBe(1);
    expect(held.err).toMatch(/1 person has a grant of it in PPLX_Admin, which is still there/);
    expect((await recordIn(clinic)).groups.admin?.id).toBe(id('PPLX_Admin'));
    expect((await journal(clinic)).filter(({ actor }) => JSON.stringify(actor).includes('operator'))).toEqual([]);
  });

  it('links by name or id what is there once, in the name of who did it, and ends the trouble of that role', async () => {
    const clinic = await openClinic();
    const spare = clinic.scim.addGroup({ displayName: 'Chiefs = all of them' });
    const group = { id: 'gone-for-good', name: 'PPLX_Admin' };
    await recordIn(clinic, (record) => ({
      ...record,
      groups: { admin: group },
      troubles: [
        { kind: 'gone', role: 'admin', group, since: 7 },
        { kind: 'missing', role: 'member', name: 'PPLX_Members', since: 7 },
      ],
    }));
    const shown = await clinic.call(['link', 'perplexity']);
    expect(shown.err).toBe('');
    expect(shown.status).toBe(1);
    expect(shown.out).toMatch(
      /^admin {3}WRONG: linked to PPLX_Admin \(gone-for-good\), which is gone; another group has/,
    );

    const both = ['admin=Chiefs = all of them', `member=${clinic.scim.groupId('PPLX_Members')}`];
    const linked = await clinic.call(['link', 'perplexity', ...both, '--json']);
    expect(linked.err).toBe('');
    expect(JSON.parse(linked.out)).toMatchObject({
      ok: true,
      status: 0,
      links: [
        { role: 'admin', group: { id: spare, name: 'Chiefs = all of them' }, how: 'linked' },
        { role: 'member', group: { name: 'PPLX_Members' }, how: 'linked' },
      ],
    });
    const record = await recordIn(clinic);
    expect(record.groups.admin).toEqual({ id: spare, name: 'Chiefs = all of them' });
    expect(record.troubles).toBeUndefined();
    const events = (await journal(clinic)).filter(({ type }) => type === 'group.linked');
    expect(events).toMatchObject([
      { role: 'admin', group: spare, actor: { kind: 'operator', name: `${userInfo().username}@${hostname()}` } },
      { role: 'member' },
    ]);

    // What goes wrong with one of several leaves all as they were.
    const none = await clinic.call(['link', 'perplexity', 'member=PPLX_Admin', 'admin=No such group']);
    expect(none.status).toBe(1);
    expect(none.err).toMatch(/^perplexity: admin: there is no group No such group\n {2}→ write the exact name/);
    expect((await recordIn(clinic)).groups).toEqual(record.groups);
    for (const [args, status] of [
      [['amdin=PPLX_Admin'], 2],
      [['admin='], 2],
      [['--create'], 2],
      [['admin=PPLX_Admin', 'member=PPLX_Admin'], 2],
      [['member=Chiefs = all of them'], 1],
      [['admin=New', '--create'], 1],
    ] as const) {
      expect((await clinic.call(['link', 'perplexity', ...args])).status, args.join(' ')).toBe(status);
    }
    expect(clinic.scim.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('makes the group where the app lets groups be made', async () => {
    const clinic = await openClinic({
      dialect: 'perdoo',
      policy: POLICY.replace('profile: perplexity', 'profile: perdoo'),
    });
    const { status, out, err } = await clinic.call(['link', 'perplexity', 'admin=Night shift', '--create']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const id = clinic.scim.groupId('Night shift');
    expect(out).toBe(`admin is carried from now on by Night shift (${id}), which was made just now.\n`);
    expect((await recordIn(clinic)).groups.admin).toEqual({ id, name: 'Night shift' });
    const again = await clinic.call(['link', 'perplexity', 'admin=Night shift', '--create']);
    expect(again.out).toBe(`admin is carried already by Night shift (${id}).\n`);
  });
});

describe('the group that is meant', () => {
  it('is the one of exactly that name or id, and none where there are several', async () => {
    const { client, service } = await world({ dialect: 'generic' });
    expect(await findMeant(client, 'PPLX_Admin')).toEqual({ kind: 'found', group: { id: ADMIN, name: 'PPLX_Admin' } });
    expect(await findMeant(client, MEMBER)).toMatchObject({ kind: 'found', group: { id: MEMBER } });
    expect(await findMeant(client, 'PPLX')).toEqual({ kind: 'absent' });
    service.addGroup({ displayName: 'PPLX_Admin' });
    service.addGroup({ displayName: MEMBER });
    for (const text of ['PPLX_Admin', MEMBER]) {
      expect(await findMeant(client, text)).toMatchObject({
        kind: 'refused',
        what: expect.stringMatching(/^2 groups/),
      });
    }
  });

  it('is found by its name though the service cannot read the name as an id', async () => {
    const { client, service } = await world({ dialect: 'generic' });
    service.fault({
      match: { path: /^\/Groups\/PPLX/ },
      times: Number.POSITIVE_INFINITY,
      kind: { type: 'error', status: 500 },
    });
    expect(await findMeant(client, 'PPLX_Admin')).toMatchObject({ kind: 'found', group: { id: ADMIN } });
    await expect(findMeant(client, 'PPLX_Nobody')).rejects.toThrow(/500/);
  });

  it('is not made where the app, its mode or its service say no, with the reason', async () => {
    const elsewhere = { ...PERPLEXITY, traits: { ...CRM.traits, createsGroups: false } };
    expect(mayNotMake(elsewhere, 'New', true)?.what).toMatch(
      /does not let groups be made over SCIM \(profile generic\)/,
    );
    expect(mayNotMake({ ...PERPLEXITY, mode: 'observe' }, 'New', true)?.what).toMatch(/observe/);
    expect(mayNotMake(PERPLEXITY, 'New', false)?.fix).toMatch(/--create/);
    expect(mayNotMake(PERPLEXITY, 'New', true)).toBeUndefined();
    // The profile believes that it can; the service knows better.
    const { client } = await world({ dialect: 'perplexity', profile: { groupCreate: true } });
    expect(await makeGroup(client, PERPLEXITY, 'New')).toMatchObject({
      kind: 'refused',
      what: expect.stringMatching(/does not let groups be made/),
    });
  });
});

describe('what is shown of a role', () => {
  it('says what is wrong: nothing or too much of the name, a group of another role, one that is gone', async () => {
    const { client, service } = await world({ dialect: 'generic' });
    const wrong = async (record: Partial<AppRecord>, app = PERPLEXITY) =>
      (await lookAtGroups(client, app, { ...NOTHING, ...record })).roles.map((role) => role.wrong);
    expect(await wrong({})).toEqual([undefined, undefined]);
    const admin = { id: ADMIN, name: 'PPLX_Admin' };
    expect(await wrong({ groups: { admin, member: admin } })).toEqual([
      'linked to the very group of the role member',
      'linked to the very group of the role admin',
    ]);
    expect(await wrong({ groups: { admin: { id: 'gone', name: 'Old' } } })).toEqual([
      expect.stringMatching(/^linked to Old \(gone\), which is gone; another group has its name now \(group-admin\)$/),
      undefined,
    ]);
    expect(await wrong({ groups: { member: admin } })).toEqual([
      'not linked: PPLX_Admin carries the role member',
      undefined,
    ]);
    service.addGroup({ displayName: 'PPLX_Admin' });
    expect((await wrong({}))[0]).toMatch(/^not linked, and 2 groups are called PPLX_Admin \(/);
    service.removeGroup(MEMBER);
    expect((await wrong({}))[1]).toBe('not linked, and there is no group called PPLX_Members');
    const look = await lookAtGroups(client, PERPLEXITY, {
      ...NOTHING,
      groups: { admin: { id: ADMIN, name: 'Old name' } },
      troubles: [{ kind: 'gone', role: 'admin', group: { id: ADMIN, name: 'Old name' }, since: 7 }],
    });
    expect(look.roles.slice(0, 1).map(wellSaid)).toEqual([
      expect.stringMatching(
        /^linked to PPLX_Admin \(group-admin\); another group is called PPLX_Admin, too \(.+\); the bot found it gone before/,
      ),
    ]);
  });
});
