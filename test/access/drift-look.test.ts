/** What is told of drift, to whom, and how often; and what is not told. */
import { describe, expect, it } from 'vitest';
import { differenceKey } from '../../src/access/drift.ts';
import { HOUR } from '../../src/access/policy.ts';
import type { Directory } from '../../src/access/ports.ts';
import { openFindings } from '../../src/access/service/drift/cards.ts';
import { compare } from '../../src/access/service/drift/look.ts';
import { compareJob } from '../../src/access/service/drift/when.ts';
import { keepWatch, synced } from '../../src/access/service/index.ts';
import { linkedGroups } from '../../src/access/service/world.ts';
import {
  baselines,
  click,
  drop,
  EDITORS,
  finding,
  findings,
  foundEditors,
  look,
  openDrifting,
  overflows,
  posted,
  put,
  shown,
  states,
  wherever,
  withEditors,
} from './drifting.ts';
import { ADMINS, APP, account, grant, MEMBERS, type Office, openOffice, slack } from './office.ts';

async function firstLook(office: Office): Promise<void> {
  await linkedGroups(office.world, APP);
  await look(office);
}

describe('the first look', () => {
  it('is one card to every owner, whatever had been there before', async () => {
    const office = await openOffice();
    drop(office, 'eve', MEMBERS);
    await firstLook(office);
    const [first] = await baselines(office);
    expect(first?.counts).toEqual({ stray: 2, none: 1 });
    expect(first?.named.map(({ subject }) => subject.email)).toEqual([
      'carla@example.com',
      'zoe@example.com',
      'eve@example.com',
    ]);
    expect(posted(office, 'baseline')).toEqual(['carla', 'dmitri']);
    expect(posted(office)).toEqual([]);
    await look(office);
    await look(office);
    expect(posted(office, 'baseline')).toEqual(['carla', 'dmitri']);
    expect(posted(office)).toEqual([]);
    expect(office.writes).toEqual([]);
  });

  it('says nothing where there is nothing to say', async () => {
    const office = await openOffice((crm) => ({ ...crm, keep: ['carla@example.com', 'ZOE@example.com'] }));
    await firstLook(office);
    expect(office.drift).toEqual([]);
    // An address that somebody entered beside their own keeps nobody.
    office.accounts.set('a-eve', account('eve', { emails: ['eve@example.com', 'zoe@example.com'] }));
    put(office, 'eve');
    await look(office);
    expect(posted(office)).toEqual(['carla', 'dmitri']);
  });

  it('accepted, stays silent as long as it lasts; what is about whoever accepts is left to the others', async () => {
    const office = await openOffice();
    await firstLook(office);
    const [first] = await baselines(office);
    const id = first?.id ?? '';
    // Before the click each knows what it leaves open.
    expect(office.drift.filter(({ record }) => record.id === id).map((copy) => [copy.user, copy.reader])).toEqual([
      ['carla', 'subject'],
      ['dmitri', 'owner'],
    ]);
    await click(office, 'carla', id, 'accept');
    expect(await states(office)).toEqual(['open stray/admin/a-carla', 'silent stray/admin/a-zoe']);
    for (const user of ['carla', 'dmitri'])
      expect(shown(office, user, id)).toMatchObject({ state: 'closed', decision: { how: 'accept', butOwn: true } });
    const own = await finding(office, 'stray/admin/a-carla');
    expect(office.drift.filter(({ record }) => record.id === own.id).map((copy) => [copy.user, copy.reader])).toEqual([
      ['carla', 'subject'],
      ['dmitri', 'owner'],
    ]);
    await expect(click(office, 'carla', own.id, 'ignore', 'it is only me')).rejects.toThrow('drift_own');
    await look(office);
    expect(await states(office)).toEqual(['open stray/admin/a-carla', 'silent stray/admin/a-zoe']);
    // Gone, and back again: accepted was what lasted.
    drop(office, 'zoe');
    await look(office);
    put(office, 'zoe');
    await look(office);
    expect(await states(office)).toEqual(['open stray/admin/a-carla', 'open stray/admin/a-zoe']);
  });

  it('accepted, is only what was on the card', async () => {
    const office = await openOffice();
    await firstLook(office);
    put(office, 'eve');
    await look(office);
    const [first] = await baselines(office);
    await click(office, 'dmitri', first?.id ?? '', 'accept');
    expect(await states(office)).toEqual([
      'open stray/admin/a-eve',
      'silent stray/admin/a-carla',
      'silent stray/admin/a-zoe',
    ]);
    expect(shown(office, 'dmitri', first?.id ?? '')).not.toHaveProperty('decision.butOwn');
  });

  it('reviewed, becomes one card each; decided once, whoever clicks again', async () => {
    const office = await openOffice();
    await firstLook(office);
    const [first] = await baselines(office);
    const id = first?.id ?? '';
    const both = await Promise.allSettled([
      office.desk.settleDrift({ finding: id, by: slack('dmitri'), how: 'review' }),
      office.desk.settleDrift({ finding: id, by: slack('carla'), how: 'accept' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await office.run();
    expect(await states(office)).toEqual(['open stray/admin/a-carla', 'open stray/admin/a-zoe']);
    expect(posted(office)).toEqual(['carla', 'carla', 'dmitri', 'dmitri']);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', decision: { how: 'review' } });
    expect(await baselines(office)).toEqual([]);
    await expect(click(office, 'dmitri', id, 'accept')).rejects.toThrow('drift_settled');
  });

  it('counts what is left of it, and is over when nothing is', async () => {
    const office = await openOffice();
    await firstLook(office);
    const [first] = await baselines(office);
    drop(office, 'zoe');
    await look(office);
    expect(shown(office, 'dmitri', first?.id ?? '')).toMatchObject({ counts: { stray: 1 }, named: [{}] });
    drop(office, 'carla');
    put(office, 'eve');
    await look(office);
    expect(shown(office, 'dmitri', first?.id ?? '')).toMatchObject({ state: 'closed', counts: {} });
    expect(await baselines(office)).toEqual([]);
  });

  it('tells at once what is no matter of the past: nobody active holds a sensitive role', async () => {
    const office = await openOffice();
    office.groups.get(ADMINS)?.clear();
    await firstLook(office);
    expect(await states(office)).toEqual(['open no_admin/admin/']);
    expect(await baselines(office)).toEqual([]);
  });

  it('at a role that came later is a card of its own, and touches nothing that was decided', async () => {
    const office = await openDrifting(withEditors);
    foundEditors(office);
    put(office, 'eve', EDITORS);
    put(office, 'ben', EDITORS);
    put(office, 'ada');
    await linkedGroups(office.world, APP);
    await look(office);
    // The new Admin is news; the editors had been there before anybody could ask for the role.
    expect(await states(office)).toEqual([
      'noted stray/editor/a-ben',
      'noted stray/editor/a-eve',
      'open stray/admin/a-ada',
      'silent stray/admin/a-carla',
      'silent stray/admin/a-zoe',
    ]);
    const [first] = await baselines(office);
    expect(first?.counts).toEqual({ stray: 2 });
    await click(office, 'carla', first?.id ?? '', 'accept');
    put(office, 'zoe', EDITORS);
    await look(office);
    expect((await states(office)).filter((each) => each.startsWith('open'))).toEqual([
      'open stray/admin/a-ada',
      'open stray/editor/a-zoe',
    ]);
  });

  it('of a thousand people is one card, and a thousand decisions on record', async () => {
    const office = await openOffice();
    for (let n = 0; n < 1000; n += 1) {
      const each = account(`p${n}`);
      office.accounts.set(each.id, each);
      put(office, `p${n}`);
    }
    await firstLook(office);
    const [first] = await baselines(office);
    expect(first?.counts).toEqual({ stray: 1002 });
    expect(first?.named).toHaveLength(10);
    await click(office, 'dmitri', first?.id ?? '', 'accept');
    expect((await findings(office)).filter(({ state }) => state === 'silent')).toHaveLength(1002);
    expect(posted(office)).toEqual([]);
    expect(JSON.stringify(first).length).toBeLessThan(4000);
  });
});

describe('a new finding', () => {
  it('is told to every owner once, over looks and restarts', async () => {
    const office = await openDrifting();
    put(office, 'eve');
    await look(office);
    await look(office);
    await office.later(HOUR);
    await look(office);
    expect(posted(office)).toEqual(['carla', 'dmitri']);
    const told = await finding(office, 'stray/admin/a-eve');
    expect(told).toMatchObject({ state: 'open', subject: { email: 'eve@example.com', slack: slack('eve') } });
    expect(office.drift.every(({ user }) => user !== 'eve')).toBe(true);
    const [entry] = await office.store.history(`account:${APP}/a-eve`, { limit: 1 });
    expect(entry?.events).toMatchObject([
      { type: 'drift.found', kind: 'stray', account: 'a-eve', role: 'admin', note: { subject: 'eve' } },
    ]);
    const { note: _note, ...open } = entry?.events[0] ?? {};
    expect(JSON.stringify(open)).not.toContain('example.com');
  });

  it('that is no longer so says since when, leaves no record, and is new when it comes back', async () => {
    const office = await openDrifting();
    put(office, 'eve');
    await look(office);
    const { id } = await finding(office, 'stray/admin/a-eve');
    drop(office, 'eve');
    await office.later(HOUR);
    await look(office);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'gone', at: office.now } });
    expect(await states(office)).toEqual(['silent stray/admin/a-carla', 'silent stray/admin/a-zoe']);
    put(office, 'eve');
    await look(office);
    const again = await finding(office, 'stray/admin/a-eve');
    expect(again.id).not.toBe(id);
    // It went by itself: nobody of us had put it right.
    expect(again.cameBack).toBeUndefined();
    expect(posted(office)).toHaveLength(4);
  });

  it('makes none and ends none where the reading broke off', async () => {
    const office = await openDrifting();
    put(office, 'eve');
    await look(office);
    office.unread = true;
    drop(office, 'eve');
    put(office, 'ben');
    await look(office);
    expect(await states(office)).toContain('open stray/admin/a-eve');
    expect(posted(office)).toEqual(['carla', 'dmitri']);
    office.unread = false;
    await look(office);
    expect(await states(office)).toContain('open stray/admin/a-ben');
    expect(await states(office)).not.toContain('open stray/admin/a-eve');
  });

  it('is told only when the app itself says so: a mirror is a hint', async () => {
    const office = await openDrifting();
    const real = office.world.directories[APP];
    if (real === undefined) throw new Error('no directory');
    const lying = (claims: Partial<Directory>) =>
      compare(
        { ...office.world, directories: { [APP]: { ...real, ...claims } } },
        { ...compareJob(APP, 0), since: 0, attempts: 0, seq: 0 },
      );
    await lying({ knownMembers: () => new Set(['a-eve', 'a-carla', 'a-zoe']) });
    await office.run();
    expect(office.drift).toEqual([]);
    put(office, 'eve');
    await look(office);
    await lying({
      knownMembers: (group) =>
        group === ADMINS ? new Set(['a-carla', 'a-zoe']) : (office.groups.get(group) ?? 'unknown'),
    });
    await office.run();
    expect(await states(office)).toContain('open stray/admin/a-eve');
    // Nobody can say: that ends nothing, either.
    await lying({ knownMembers: () => 'unknown' });
    await office.run();
    expect(await states(office)).toContain('open stray/admin/a-eve');
  });

  it('is nothing that requests are about to do, or still look for', async () => {
    const office = await openDrifting();
    office.mischief.push('invisible');
    await office.decide('ben', (await office.ask('ada', grant())).id);
    await look(office);
    await office.later(10_000);
    await look(office);
    expect(office.drift).toEqual([]);
    // Seen at last, and then it is gone.
    put(office, 'ada');
    await office.later(HOUR);
    drop(office, 'ada');
    await look(office);
    expect(await states(office)).toContain('open lost/admin/a-ada');
  });

  it('of more than twenty at once has twenty cards, the gravest first, and one that counts the rest', async () => {
    const office = await openDrifting(withEditors, foundEditors);
    for (let n = 0; n < 30; n += 1) {
      const each = account(`p${n}`);
      office.accounts.set(each.id, each);
      put(office, `p${n}`, MEMBERS);
      put(office, `p${n}`, n < 5 ? ADMINS : EDITORS);
    }
    await look(office);
    const first = (await findings(office)).filter(({ state }) => state === 'open');
    expect(first).toHaveLength(20);
    expect(first.slice(0, 5).map((each) => differenceKey(each.difference))).toEqual(
      [0, 1, 2, 3, 4].map((n) => `stray/admin/a-p${n}`),
    );
    expect(posted(office)).toHaveLength(40);
    expect(posted(office, 'overflow')).toEqual(['carla', 'dmitri']);
    expect(await overflows(office)).toMatchObject([{ count: 10, state: 'open' }]);
    expect(await openFindings(office.world, APP)).toMatchObject({ more: 10, silent: 2 });
    await look(office);
    expect(posted(office)).toHaveLength(40);
    // A grave one is not hidden behind twenty others.
    put(office, 'eve');
    await look(office);
    expect(await states(office)).toContain('open stray/admin/a-eve');
    // Room again: the next have their turn, and the count follows.
    for (const { id } of first.slice(5, 11)) await click(office, 'carla', id, 'ignore', 'known');
    await look(office);
    expect(await overflows(office)).toMatchObject([{ count: 5 }]);
    office.groups.get(EDITORS)?.clear();
    await look(office);
    expect(await overflows(office)).toEqual([]);
    expect(office.drift.findLast(({ record }) => record.what === 'overflow')?.record).toMatchObject({
      state: 'closed',
    });
  });

  it('is told twenty at a time, even of a sensitive role; the others have their turn with the next look', async () => {
    const office = await openDrifting();
    for (let n = 0; n < 25; n += 1) {
      const each = account(`p${n}`);
      office.accounts.set(each.id, each);
      put(office, each.name, MEMBERS);
      put(office, each.name);
    }
    await look(office);
    expect(posted(office)).toHaveLength(2 * 20);
    expect(await overflows(office)).toMatchObject([{ count: 5 }]);
    await look(office);
    expect(posted(office)).toHaveLength(2 * 25);
    expect(await overflows(office)).toEqual([]);
  });

  it('gives way to another that explains it', async () => {
    const office = await openDrifting();
    await office.decide('ben', (await office.ask('ada', grant())).id);
    drop(office, 'ada');
    await look(office);
    expect(await states(office)).toContain('open lost/admin/a-ada');
    const ada = office.accounts.get('a-ada');
    if (ada !== undefined) office.accounts.set('a-ada', { ...ada, active: false });
    await look(office);
    expect((await states(office)).filter((each) => each.startsWith('open'))).toEqual([
      'open disabled_with_grants//a-ada',
    ]);
  });

  it('reaches the owners at last, when none could be reached at first', async () => {
    const office = await openDrifting();
    const owners = ['carla', 'dmitri'].map((user) => [user, office.people.get(user)] as const);
    for (const [user] of owners) office.people.delete(user);
    put(office, 'eve');
    await look(office);
    expect(posted(office)).toEqual([]);
    for (const [user, person] of owners) if (person !== undefined) office.people.set(user, person);
    await look(office);
    expect(posted(office)).toEqual(['carla', 'dmitri']);
  });

  it('that is decided is nobody’s news: only who has its card sees it change', async () => {
    const office = await openDrifting();
    const dmitri = office.people.get('dmitri');
    office.people.delete('dmitri');
    put(office, 'eve');
    await look(office);
    if (dmitri !== undefined) office.people.set('dmitri', dmitri);
    const { id } = await finding(office, 'stray/admin/a-eve');
    await click(office, 'carla', id, 'ignore', 'known');
    expect(posted(office)).toEqual(['carla']);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'silent' });
  });

  it('is one, wherever the process dies', async () => {
    await wherever(async (nth, when) => {
      const office = await openOffice();
      await linkedGroups(office.world, APP);
      office.dieAt(nth, when);
      await office.surviving(() => look(office));
      await office.run();
      const [first] = await baselines(office);
      await office.surviving(() => click(office, 'dmitri', first?.id ?? '', 'accept'));
      await office.run();
      put(office, 'eve');
      await office.surviving(() => look(office));
      await office.run();
      await office.surviving(() => look(office));
      expect([nth, when, ...(await states(office))]).toEqual([
        nth,
        when,
        'open stray/admin/a-eve',
        'silent stray/admin/a-carla',
        'silent stray/admin/a-zoe',
      ]);
      expect(await baselines(office)).toEqual([]);
      return office.dieAt(0, when);
    });
  });
});

describe('when it is compared', () => {
  it('is after every complete sync, and every hour by itself, with a fresh reading', async () => {
    const office = await openDrifting();
    const result = { at: office.now, complete: true, accounts: 6, gone: 0 };
    put(office, 'eve');
    await synced(office.world, APP, { ...result, complete: false, why: 'failed' }, undefined);
    await office.run();
    expect(posted(office)).toEqual([]);
    await synced(office.world, APP, result, undefined);
    await office.run();
    expect(posted(office)).toEqual(['carla', 'dmitri']);

    await keepWatch(office.world);
    put(office, 'ben');
    await office.later(HOUR / 2);
    expect(await states(office)).not.toContain('open stray/admin/a-ben');
    await office.later(HOUR / 2);
    expect(await states(office)).toContain('open stray/admin/a-ben');
    put(office, 'ada');
    await office.later(HOUR);
    expect(await states(office)).toContain('open stray/admin/a-ada');
  });

  it('costs the app nothing while nothing has changed', async () => {
    const office = await openDrifting();
    const real = office.world.directories[APP];
    if (real === undefined) throw new Error('no directory');
    const asked: string[] = [];
    const watched: Directory = {
      ...real,
      account: (id) => {
        asked.push(`account ${id}`);
        return real.account(id);
      },
      membership: (group, id) => {
        asked.push(`membership ${id}`);
        return real.membership(group, id);
      },
      members: (group) => {
        asked.push(`members ${group}`);
        return real.members(group);
      },
    };
    const world = { ...office.world, directories: { [APP]: watched } };
    const job = { ...compareJob(APP, 0), since: 0, attempts: 0, seq: 0 };
    expect(await compare(world, job)).toEqual({ kind: 'done', idle: true });
    expect(asked).toEqual([]);
    const { seq } = await office.store.head();
    await compare(world, job);
    expect((await office.store.head()).seq).toBe(seq);
    put(office, 'eve');
    expect(await compare(world, job)).toEqual({ kind: 'done' });
    expect(asked).toEqual(['account a-eve', 'membership a-eve']);
  });
});
