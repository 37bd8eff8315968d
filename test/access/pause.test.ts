/** Pause: an owner stops what gives access. Everything is kept and decided meanwhile, and what takes access away goes on. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/access/policy.ts';
import type { Kind } from '../../src/access/ports.ts';
import type { Ask } from '../../src/access/request.ts';
import { ADMINS, APP, account, code, grant, MEMBERS, type Office, openOffice, person, slack } from './office.ts';

const ada = { kind: 'email' as const, email: 'ada@example.com' };
const pause = (office: Office, by = 'carla') => office.desk.pause(slack(by), APP);
const resume = async (office: Office, by = 'carla') => {
  const view = await office.desk.resume(slack(by), APP);
  await office.run();
  return view;
};
const kinds = (office: Office, to: string): string[] =>
  office.told.filter((each) => each.to === to).map((each) => each.notice.kind);

interface Case {
  readonly ask: Ask;
  readonly by: string;
  readonly approver: string;
  readonly prepare?: (office: Office) => void;
  readonly end: 'active' | 'done';
}

const GIVING: Readonly<Record<string, Case>> = {
  'a grant': { ask: grant(), by: 'ada', approver: 'ben', end: 'active' },
  'an account': {
    ask: {
      action: 'provision',
      app: APP,
      subject: { kind: 'email', email: 'finn@example.com' },
      newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: false },
    },
    by: 'ada',
    approver: 'carla',
    end: 'done',
  },
  'an enable': {
    ask: { action: 'enable', app: APP, subject: ada },
    by: 'ben',
    approver: 'carla',
    prepare: (office) => office.accounts.set('a-ada', account('ada', { active: false, manager: 'a-ben' })),
    end: 'done',
  },
  'an update': {
    ask: { action: 'update', app: APP, subject: ada, changes: { title: 'Analyst' } },
    by: 'ben',
    approver: 'carla',
    end: 'done',
  },
};

describe.each(Object.entries(GIVING))('in a paused app %s', (_name, { ask, by, approver, prepare, end }) => {
  it('is taken and decided, waits with its cards saying so once, and has all its time when the app goes on', async () => {
    const office = await openOffice();
    prepare?.(office);
    const asked = await office.ask(by, ask);
    await pause(office);
    await office.run();
    const approved = await office.decide(approver, asked.id);
    expect(approved).toMatchObject({ state: 'approved', waits: { kind: 'paused', by: { name: 'carla' } } });
    expect(office.shown.findLast((copy) => copy.reader === 'requester')?.request.waits).toBeDefined();
    await office.later(3 * DAY);
    expect(await office.request(asked.id)).toMatchObject({ state: 'approved', rev: approved.rev });
    expect(office.writes).toEqual([]);

    // It goes on to an app that does not answer: the hour it had begins now.
    const [first] = [office.now];
    await office.desk.resume(slack('dmitri'), APP);
    expect((await office.store.read('app', APP))?.resumedAt).toBe(first);
    office.appDown = true;
    await office.run();
    await office.later(HOUR - MINUTE);
    office.appDown = false;
    await office.later(30_000);
    const given = await office.request(asked.id);
    expect(given.state).toBe(end);
    expect(given.waits).toBeUndefined();
    expect(office.writes.length).toBeGreaterThan(0);
  });

  it('is held by a pause that comes between the look and the write', async () => {
    const office = await openOffice();
    prepare?.(office);
    const asked = await office.ask(by, ask);
    const before = { ...office.store };
    let looked = true;
    Object.assign(office.store, {
      async read(kind: Kind, id: string) {
        const found = await before.read(kind, id);
        if (kind === 'app' && !looked) {
          looked = true;
          await pause(office);
        }
        return found;
      },
    });
    await office.desk.decide({ request: asked.id, by: slack(approver), verdict: 'approve' });
    looked = false;
    await office.run();
    expect(await office.request(asked.id)).toMatchObject({ state: 'approved', waits: { kind: 'paused' } });
    expect(office.writes).toEqual([]);
    expect((await office.store.holdings({ app: APP })).flatMap(({ grants }) => grants)).toEqual([]);
  });

  it('is not given when the hour after the pause is over, too', async () => {
    const office = await openOffice();
    prepare?.(office);
    const asked = await office.ask(by, ask);
    await pause(office);
    await office.decide(approver, asked.id);
    await office.later(DAY);
    office.appDown = true;
    await resume(office);
    await office.later(HOUR + MINUTE);
    office.appDown = false;
    await office.later(HOUR);
    expect((await office.request(asked.id)).state).not.toBe(end);
    expect(office.writes).toEqual([]);
  });
});

describe('a pause', () => {
  it('does not hold up an end, *I am done*, a revoke or a disable', async () => {
    const office = await openOffice();
    const held = await office.decide('ben', (await office.ask('ada', grant())).id);
    const done = await office.decide('carla', (await office.ask('eve', grant())).id);
    office.groups.get(ADMINS)?.add('a-ben');
    await pause(office);
    await office.run();
    await office.desk.finish({ request: done.id, by: slack('eve') });
    const revoke = await office.ask('carla', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'ben@example.com' },
    });
    expect([revoke.state, (await office.request(done.id)).state]).toEqual(['done', 'ended']);
    await office.later(4 * HOUR);
    expect((await office.request(held.id)).state).toBe('ended');
    const disable = await office.ask('ben', { action: 'disable', app: APP, subject: ada, reason: 'left' });
    expect((await office.decide('dmitri', disable.id)).state).toBe('done');
    expect([...(office.groups.get(ADMINS) ?? [])].sort()).toEqual(['a-carla', 'a-zoe']);
    expect(office.accounts.get('a-ada')?.active).toBe(false);
  });

  it('takes what is asked for meanwhile, says at once that it will wait, and no longer when the app goes on', async () => {
    const office = await openOffice();
    await pause(office);
    await office.run();
    const asked = await office.ask('ada', grant());
    expect(asked).toMatchObject({ state: 'pending', waits: { kind: 'paused', by: { name: 'carla' } } });
    expect(
      (await office.ask('carla', { action: 'revoke', app: APP, role: 'admin', subject: { kind: 'me' } })).waits,
    ).toBe(undefined);
    await resume(office);
    const free = await office.request(asked.id);
    expect([free.state, free.waits, free.rev > asked.rev]).toEqual(['pending', undefined, true]);
    expect((await office.decide('ben', asked.id)).state).toBe('active');
  });

  it('is for owners of the app as they are at that moment', async () => {
    const office = await openOffice();
    for (const nobody of ['ada', 'ben', 'eve']) expect(await code(pause(office, nobody))).toBe('not_entitled');
    office.people.set('dmitri', person('dmitri', { standing: 'deactivated' }));
    office.people.set('carla', person('carla', { emailConfirmed: false }));
    expect(await code(pause(office, 'dmitri'))).toBe('outsider');
    expect(await code(pause(office, 'carla'))).toBe('not_entitled');
    expect(await code(office.desk.pause(slack('ada'), 'nowhere'))).toBe('unknown_app');
    expect(await office.store.read('app', APP)).toBeUndefined();
    office.people.set('carla', person('carla'));
    await pause(office);
    for (const nobody of ['ada', 'dmitri']) {
      expect(['not_entitled', 'outsider']).toContain(await code(office.desk.resume(slack(nobody), APP)));
    }
    expect((await office.store.read('app', APP))?.paused).toBeDefined();
  });

  it('is one, whoever presses at the same time and how often; the other owners are told, and it is on record', async () => {
    const office = await openOffice();
    const views = await Promise.all([pause(office, 'carla'), pause(office, 'dmitri'), pause(office, 'carla')]);
    expect(views.filter((view) => !view.before)).toHaveLength(1);
    const by = (await office.store.read('app', APP))?.paused?.by.slack?.user ?? '';
    const other = by === 'carla' ? 'dmitri' : 'carla';
    expect(views.every((view) => view.state === 'paused' && view.by.slack?.user === by)).toBe(true);
    await office.run();
    expect([kinds(office, by), kinds(office, other)]).toEqual([[], ['app_paused']]);

    const went = [await resume(office, other), await resume(office, by)];
    expect(went.map((view) => view.before)).toEqual([false, true]);
    expect([kinds(office, by), kinds(office, other)]).toEqual([['app_resumed'], ['app_paused']]);
    const events = (await office.store.history(`person:T1/${by}`, { limit: 50 })).flatMap((entry) => entry.events);
    expect(events.map((event) => event.type)).toEqual(['app.paused']);
  });

  it('lets come to its end what may have been written, and holds what certainly was not', async () => {
    const office = await openOffice();
    const perhaps = await office.ask('ada', grant());
    const never = await office.ask('eve', grant());
    office.mischief.push('lost_request', 'unavailable');
    await office.desk.decide({ request: perhaps.id, by: slack('ben'), verdict: 'approve' });
    await expect(office.once('apply', perhaps.id)).rejects.toThrow('no answer');
    await office.desk.decide({ request: never.id, by: slack('carla'), verdict: 'approve' });
    await expect(office.once('apply', never.id)).rejects.toThrow('no connection');
    await pause(office);
    await office.later(2 * HOUR);
    expect((await office.request(perhaps.id)).state).toBe('active');
    expect(await office.request(never.id)).toMatchObject({ state: 'applying', waits: { kind: 'paused' } });
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(false);
    await resume(office);
    expect((await office.request(never.id)).state).toBe('active');
    expect(office.writes).toEqual([`add a-ada to ${ADMINS}`, `add a-eve to ${ADMINS}`]);
  });

  it('does not carry a fixed end into the future', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant({ duration: { kind: 'at', at: office.now + 2 * HOUR } }));
    await pause(office);
    await office.decide('ben', asked.id);
    await office.later(2 * HOUR);
    await resume(office);
    expect(await office.request(asked.id)).toMatchObject({
      state: 'not_applied',
      closing: { why: 'refused_at_apply', refusal: { code: 'in_the_past' } },
    });
    expect(office.writes).toEqual([]);
  });

  it('keeps a grant that waits for its account from starting before the account is there', async () => {
    const office = await openOffice();
    await pause(office);
    const made = await office.ask('ada', {
      action: 'provision',
      app: APP,
      subject: { kind: 'email', email: 'finn@example.com' },
      newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: false, role: 'admin' },
      reason: 'INC-7',
    });
    const linked = made.followedBy ?? '';
    await office.decide('carla', linked);
    expect(await office.request(linked)).toMatchObject({ state: 'approved', waits: { kind: 'paused' } });
    await resume(office);
    expect((await office.request(linked)).state).toBe('approved');
    await office.decide('dmitri', made.id);
    expect([(await office.request(made.id)).state, (await office.request(linked)).state]).toEqual(['done', 'active']);
    expect(office.groups.get(MEMBERS)?.has('a-finn')).toBe(true);
  });
});

describe('an account in an app that mails new people itself', () => {
  it('gets no second welcome', async () => {
    for (const invites of [true, false]) {
      const office = await openOffice((crm) => ({ ...crm, traits: { ...crm.traits, invites } }));
      const made = await office.ask('ada', {
        action: 'provision',
        app: APP,
        subject: { kind: 'email', email: 'finn@example.com' },
        newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: true },
      });
      expect((await office.decide('carla', made.id)).state).toBe('done');
      expect(office.told.filter(({ notice }) => notice.kind === 'welcome')).toHaveLength(invites ? 0 : 1);
    }
  });
});
