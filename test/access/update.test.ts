/** Updating an account: who may ask, who must agree, what is really written, and what is said of each attribute. */
import { describe, expect, it } from 'vitest';
import { type AccountAttribute, type AppPolicy, DAY, HOUR } from '../../src/access/policy.ts';
import type { AccountChanges } from '../../src/access/ports.ts';
import type { AccessRequest, Ask } from '../../src/access/request.ts';
import { ADMINS, APP, account, code, grant, MEMBERS, type Office, openOffice, person, slack } from './office.ts';

const of = (name: string) => ({ kind: 'account' as const, app: APP, account: `a-${name}` });
const update = (name: string, changes: AccountChanges, more: Partial<Ask> = {}): Ask => ({
  action: 'update',
  app: APP,
  subject: of(name),
  changes,
  ...more,
});
const outcomes = ({ attributes = {} }: AccessRequest): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(attributes).map(([name, each]) => [name, each.outcome?.kind]));
const traits = (more: Partial<AppPolicy['traits']>) => (crm: AppPolicy) => ({
  ...crm,
  traits: { ...crm.traits, ...more },
});

/** Ben, Ada's manager, asks; both owners agree. */
async function agreed(office: Office, changes: AccountChanges): Promise<AccessRequest> {
  const asked = await office.ask('ben', update('ada', changes));
  expect([asked.state, asked.refusal]).toEqual(['pending', undefined]);
  await office.decide('carla', asked.id);
  return office.decide('dmitri', asked.id);
}

describe('an update', () => {
  it('writes what would change and nothing else, after an owner has seen what it was and becomes', async () => {
    const office = await openOffice();
    office.profiles.set('a-ada', { title: 'Analyst', department: 'Sales' });
    const asked = await office.ask('ben', update('ada', { title: 'Senior analyst', department: 'Sales' }));
    expect(asked.attributes).toEqual({ title: { from: 'Analyst', to: 'Senior analyst' } });
    expect(asked.steps.map((step) => step.approvers.map((each) => each.name))).toEqual([['carla', 'dmitri']]);
    const done = await office.decide('carla', asked.id);
    expect([done.state, done.outcome?.kind, outcomes(done)]).toEqual(['done', 'confirmed', { title: 'confirmed' }]);
    expect(office.writes).toEqual(['update a-ada: title']);
    expect(office.profiles.get('a-ada')).toEqual({ title: 'Senior analyst', department: 'Sales' });
  });

  it('is on record with names of attributes; what they were and are is in the part that can be erased', async () => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { title: 'Chief of nothing' }));
    await office.decide('carla', asked.id);
    const events = (await office.store.history(`request:${asked.id}`, { limit: 20 })).flatMap((entry) => entry.events);
    const [event] = events.filter((each) => each.type === 'account.updated');
    expect(event).toMatchObject({ outcome: 'confirmed', attributes: ['title'], account: 'a-ada' });
    expect(event?.note?.detail).toContain('Chief of nothing');
    expect(JSON.stringify(events.map(({ note: _note, ...rest }) => rest))).not.toContain('Chief');
  });

  it('is for managers and owners to ask, and never for oneself to decide', async () => {
    const office = await openOffice();
    for (const [by, said] of [
      ['eve', 'not_entitled'],
      ['ada', 'not_entitled'],
    ] as const) {
      expect((await office.ask(by, update('ada', { title: 'Queen' }))).refusal?.code, by).toBe(said);
    }
    const own = await office.ask('carla', update('carla', { title: 'Queen' }));
    expect(own.steps[0]?.approvers.map((each) => each.name)).toEqual(['dmitri']);
    expect(await code(office.desk.decide({ request: own.id, by: slack('carla'), verdict: 'approve' }))).toBe(
      'self_approval',
    );
  });

  it('has nothing to do where all is so already, also when it was typed in another case', async () => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { email: 'Ada@Example.com', title: '' }));
    expect(asked.refusal).toEqual({ code: 'nothing_to_change', app: APP });
  });

  it('takes an attribute away when it is emptied, and never one an account needs', async () => {
    const office = await openOffice();
    office.profiles.set('a-ada', { title: 'Analyst', department: 'Sales' });
    const { id } = await office.ask('ben', update('ada', { department: '' }));
    await office.decide('carla', id);
    expect(office.profiles.get('a-ada')).toEqual({ title: 'Analyst' });
    for (const attribute of ['userName', 'email', 'givenName', 'displayName'] as const) {
      const refused = await office.ask('ben', update('ada', { [attribute]: ' ' }));
      expect(refused.refusal, attribute).toEqual({ code: 'value_needed', attribute });
    }
  });

  it('is open once for an account', async () => {
    const office = await openOffice();
    const first = await office.ask('ben', update('ada', { title: 'Analyst' }));
    const second = await office.ask('dmitri', update('ada', { department: 'Sales' }));
    expect(second.refusal).toEqual({ code: 'open_already' });
    const again = await office.ask('ben', update('ada', { department: 'Sales' }));
    expect(again.refusal).toEqual({ code: 'open_already', request: first.id });
    await office.decide('carla', first.id);
    expect((await office.ask('dmitri', update('ada', { department: 'Sales' }))).state).toBe('pending');
  });

  it('may mend the account of somebody who is switched off, and is closed when somebody is switched off', async () => {
    const office = await openOffice();
    office.accounts.set('a-ada', account('ada', { manager: 'a-ben', active: false }));
    const past = await office.ask('ben', update('ada', { title: 'Alumna' }));
    expect((await office.decide('carla', past.id)).state).toBe('done');
    const open = await office.ask('carla', update('eve', { title: 'Auditor' }));
    const off = await office.ask('dmitri', { action: 'disable', app: APP, subject: of('eve'), reason: 'left' });
    expect((await office.decide('carla', off.id)).state).toBe('done');
    expect((await office.request(open.id)).closing).toEqual({ why: 'account_change' });
  });

  it('is closed as not applied when it could not be written in time', async () => {
    const office = await openOffice();
    const { id } = await office.ask('ben', update('ada', { title: 'Analyst' }));
    office.appDown = true;
    await office.decide('carla', id);
    await office.later(HOUR);
    const late = await office.request(id);
    expect([late.state, late.closing?.why]).toEqual(['not_applied', 'too_late_to_apply']);
    expect(office.writes).toEqual([]);
  });
});

describe('what an app takes', () => {
  it('is nothing where it publishes no updates', async () => {
    const office = await openOffice(traits({ updates: [] }));
    const asked = await office.ask('ben', update('ada', { title: 'Analyst' }));
    expect(asked.refusal).toEqual({ code: 'no_updates', app: APP });
    expect(await code(office.desk.profile(slack('ben'), APP, of('ada')))).toBe('no_updates');
  });

  it('is said attribute by attribute where it takes some', async () => {
    const office = await openOffice(traits({ updates: ['title', 'givenName'] }));
    const asked = update('ada', { title: 'Analyst', department: 'Sales', manager: 'a-eve' });
    const refused = (attribute: AccountAttribute) => ({
      field: attribute,
      refusal: { code: 'attribute_not_taken', app: APP, attributes: [attribute] },
    });
    expect(await office.desk.check(slack('ben'), asked)).toEqual([refused('department'), refused('manager')]);
    expect((await office.ask('ben', asked)).refusal).toEqual(refused('department').refusal);
  });

  it('is bounded, and never holds a token, a line end or what turns the writing round', async () => {
    const office = await openOffice();
    const wrong: [AccountChanges, string][] = [
      [{ title: 'x'.repeat(257) }, 'value_too_long'],
      [{ title: 'one\ntwo' }, 'value_malformed'],
      [{ displayName: 'Ada\u202Eadmin' }, 'value_malformed'],
      [{ department: 'xoxb-1234567890-abcdefgh' }, 'looks_like_secret'],
    ];
    for (const [changes, said] of wrong) {
      const asked = update('ada', changes);
      expect((await office.desk.check(slack('ben'), asked)).map((each) => each.refusal.code)).toEqual([said]);
      const sent = office.desk.submit(slack('ben'), 'ben', asked, {
        id: `once-${Object.keys(changes).join()}-${said}`,
      });
      expect(await code(sent), 'nothing of it is stored').toBe(said);
    }
    const fits = update('ada', { title: 'x'.repeat(256), manager: '9f8b2c1d-77aa-4e5b-9c3d-1a2b3c4d5e6f' });
    expect(await office.desk.check(slack('ben'), fits)).toEqual([]);
  });

  it('keeps to the domains of the app where an address is meant', async () => {
    const office = await openOffice();
    const elsewhere = { code: 'domain', email: 'ada@evil.example', domains: ['example.com'] };
    for (const attribute of ['email', 'userName'] as const) {
      const asked = await office.ask('ben', update('ada', { [attribute]: 'ada@evil.example' }));
      expect(asked.refusal).toEqual(elsewhere);
    }
    const odd = await office.ask('ben', update('ada', { email: 'not an address' }));
    expect(odd.refusal).toEqual({ code: 'value_malformed', attribute: 'email' });
    expect((await office.ask('ben', update('ada', { userName: 'ada' }))).state).toBe('pending');
  });
});

describe('what says who somebody is', () => {
  it.each<[AccountAttribute, string]>([
    ['email', 'ada.new@example.com'],
    ['userName', 'ada.new@example.com'],
    ['manager', 'a-eve'],
  ])('%s: two different owners must agree', async (attribute, value) => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { [attribute]: value, title: 'Analyst' }));
    expect(asked.steps.map((step) => step.by)).toEqual(['owners', 'owners']);
    const once = await office.decide('carla', asked.id);
    expect([once.state, office.writes]).toEqual(['pending', []]);
    expect(await code(office.desk.decide({ request: asked.id, by: slack('carla'), verdict: 'approve' }))).toBe(
      'already_approved_by_you',
    );
    const done = await office.decide('dmitri', asked.id);
    expect([done.state, outcomes(done)]).toEqual(['done', { [attribute]: 'confirmed', title: 'confirmed' }]);
  });

  it('hears two owners who click at the same moment, and one who clicks twice once', async () => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { email: 'ada.new@example.com' }));
    const approve = (by: string) => office.desk.decide({ request: asked.id, by: slack(by), verdict: 'approve' });
    const twice = await Promise.all([code(approve('carla')), code(approve('carla'))]);
    expect(twice.sort()).toEqual(['already_approved_by_you', 'done']);
    await office.desk.decide({ request: asked.id, by: slack('dmitri'), verdict: 'approve' });
    await office.run();
    const again = await office.ask('ben', update('ada', { email: 'ada@example.com' }));
    const both = ['carla', 'dmitri'].map((by) =>
      office.desk.decide({ request: again.id, by: slack(by), verdict: 'approve' }),
    );
    expect((await Promise.all(both)).map((each) => each.state).sort()).toEqual(['approved', 'pending']);
    await office.run();
    expect((await office.request(again.id)).state).toBe('done');
  });

  it('is refused when asked where two owners cannot be reached, and says how many can', async () => {
    const office = await openOffice();
    const asked = await office.ask('dmitri', update('ada', { email: 'ada.new@example.com' }));
    expect(asked.refusal).toEqual({ code: 'two_owners_needed', app: APP, reachable: 1, identity: true });
    office.people.set('carla2', person('carla2', { email: 'carla+2@example.com' }));
    const twin = await openOffice((crm) => ({
      ...crm,
      owners: [...crm.owners, { kind: 'email', email: 'carla+2@example.com' }],
    }));
    twin.people.set('carla2', person('carla2', { email: 'carla+2@example.com' }));
    const still = await twin.ask('dmitri', update('ada', { email: 'ada.new@example.com' }));
    expect(still.refusal, 'one person under two names is one owner').toMatchObject({ reachable: 1 });
  });

  it('needs two owners whatever else the policy asks for', async () => {
    const office = await openOffice((crm) => ({
      ...crm,
      rules: [
        {
          do: 'update',
          who: 'anyone',
          duration: { default: HOUR, min: HOUR, max: HOUR },
          reason: { required: false },
          approve: [{ by: 'manager' }],
          escalateAfter: HOUR,
          escalateTo: 'owners',
          lapse: 24 * HOUR,
        },
      ],
    }));
    const plain = await office.ask('eve', update('ada', { title: 'Analyst' }));
    expect(plain.steps.map((step) => step.by)).toEqual(['manager']);
    await office.decide('ben', plain.id);
    const moved = await office.ask('eve', update('ada', { manager: 'a-eve' }));
    expect(moved.steps.map((step) => step.by)).toEqual(['manager', 'owners', 'owners']);
  });

  it('stays as it is while a sensitive role is held: when asked, when decided, when written', async () => {
    const held = { code: 'sensitive_held', app: APP, role: 'admin', unreadable: false };
    const office = await openOffice();
    const standing = await office.ask('dmitri', update('zoe', { email: 'zoe.new@example.com' }));
    expect(standing.refusal).toEqual(held);
    expect((await office.ask('dmitri', update('zoe', { title: 'Admin' }))).state).toBe('pending');

    const asked = await office.ask('ben', update('ada', { email: 'ada.new@example.com' }));
    office.groups.get(ADMINS)?.add('a-ada');
    expect(await code(office.desk.decide({ request: asked.id, by: slack('carla'), verdict: 'approve' }))).toBe(
      'sensitive_held',
    );
    office.groups.get(ADMINS)?.delete('a-ada');
    await office.decide('carla', asked.id);
    await office.desk.decide({ request: asked.id, by: slack('dmitri'), verdict: 'approve' });
    office.groups.get(ADMINS)?.add('a-ada');
    await office.run();
    const stopped = await office.request(asked.id);
    expect([stopped.state, stopped.closing]).toEqual(['failed', { why: 'refused_at_apply', refusal: held }]);
    expect(office.writes).toEqual([]);
  });

  it('stays as it is, too, while a grant is on its way or nobody can say what is held', async () => {
    const office = await openOffice();
    const given = await office.ask('ada', grant());
    office.mischief.push('invisible');
    await office.decide('ben', given.id);
    const asked = await office.ask('ben', update('ada', { email: 'ada.new@example.com' }));
    expect(asked.refusal?.code, 'accepted, and not in the group yet').toBe('sensitive_held');
    office.unlisted = true;
    const unread = await office.ask('carla', update('eve', { manager: 'a-ben' }));
    expect(unread.refusal).toMatchObject({ code: 'sensitive_held', unreadable: true });
  });

  it('never changes who decides what is open already', async () => {
    const office = await openOffice();
    const open = await office.ask('ada', grant());
    expect(open.steps[0]?.approvers.map((each) => each.name)).toEqual(['ben']);
    expect((await agreed(office, { manager: 'a-eve' })).state).toBe('done');
    expect(office.accounts.get('a-ada')?.manager).toBe('a-eve');
    expect(await code(office.desk.decide({ request: open.id, by: slack('eve'), verdict: 'approve' }))).toBe(
      'not_entitled',
    );
    expect((await office.decide('ben', open.id)).state).toBe('active');
    await office.desk.finish({ request: open.id, by: slack('ada') });
    await office.run();
    const next = await office.ask('ada', grant({ reason: 'INC-8' }));
    expect(next.steps[0]?.approvers.map((each) => each.name)).toEqual(['eve']);
  });

  it('is nobody else’s address, and a manager is somebody else with an active account', async () => {
    const office = await openOffice();
    const taken = await office.ask('ben', update('ada', { email: 'eve@example.com' }));
    expect(taken.refusal).toEqual({ code: 'address_taken', app: APP, email: 'eve@example.com' });
    office.accounts.set('a-off', account('off', { active: false }));
    for (const manager of ['a-ada', 'a-off', 'a-nobody', 'nobody@example.com']) {
      const unfit = await office.ask('ben', update('ada', { manager }));
      expect(unfit.refusal, manager).toEqual({ code: 'manager_unfit', app: APP });
    }
    const named = await office.ask('ben', update('ada', { manager: 'eve@example.com' }));
    expect(named.attributes?.manager).toEqual({
      from: 'a-ben',
      to: 'a-eve',
      called: { from: 'ben (ben@example.com)', to: 'eve (eve@example.com)' },
    });
  });

  it('keeps the addresses of an account the policy keeps', async () => {
    const office = await openOffice((crm) => ({ ...crm, keep: ['eve@example.com'] }));
    const asked = await office.ask('carla', update('eve', { userName: 'eve.new@example.com' }));
    expect(asked.refusal).toEqual({ code: 'kept_account', email: 'eve@example.com' });
    expect((await office.ask('carla', update('eve', { title: 'Auditor' }))).state).toBe('pending');
  });

  it('closes when the only owner left to agree has gone', async () => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { email: 'ada.new@example.com' }));
    await office.decide('carla', asked.id);
    office.people.set('dmitri', person('dmitri', { standing: 'deactivated' }));
    await office.later(HOUR);
    expect((await office.request(asked.id)).closing).toEqual({ why: 'nobody_left' });
  });

  it('carries the binding along: the person acts with the old address in Slack and with the new one', async () => {
    const office = await openOffice();
    await office.decide('ben', (await office.ask('ada', grant({ duration: { kind: 'for', ms: HOUR } }))).id);
    await office.later(2 * HOUR);
    await agreed(office, { email: 'ada.new@example.com', userName: 'ada.new@example.com' });
    const asAda = async (email: string, reason: string) => {
      office.people.set('ada', person('ada', { email }));
      const asked = await office.ask('ada', grant({ reason }));
      if (asked.state === 'pending') await office.desk.cancel({ request: asked.id, by: slack('ada') });
      return [asked.state, asked.subject?.account, asked.refusal?.code];
    };
    expect(await asAda('ada@example.com', 'INC-1')).toEqual(['pending', 'a-ada', undefined]);
    expect(await asAda('ada.new@example.com', 'INC-2')).toEqual(['pending', 'a-ada', undefined]);
    expect(await asAda('ada.other@example.com', 'INC-3')).toEqual(['refused', undefined, 'binding_conflict']);
  });
});

describe('what became of it', () => {
  it('is said of each attribute: some refused is done with the list', async () => {
    const office = await openOffice();
    office.whims.set('department', { kind: 'refused', detail: '400 mutability' });
    office.whims.set('familyName', { kind: 'unsupported' });
    const asked = await office.ask('ben', update('ada', { title: 'Analyst', department: 'Sales', familyName: 'L' }));
    const done = await office.decide('carla', asked.id);
    expect([done.state, outcomes(done)]).toEqual([
      'done',
      { familyName: 'unsupported', title: 'confirmed', department: 'refused' },
    ]);
  });

  it('is a failure the owners hear of when nothing was taken', async () => {
    const office = await openOffice();
    office.whims.set('title', { kind: 'refused', detail: '400 mutability' });
    const asked = await office.ask('ben', update('ada', { title: 'Analyst' }));
    const failed = await office.decide('carla', asked.id);
    expect([failed.state, failed.outcome]).toMatchObject(['failed', { kind: 'refused', detail: '400 mutability' }]);
    expect(office.shown.filter((each) => each.reader === 'owner').map((each) => each.user)).toContain('dmitri');
  });

  it('is looked for, by reading only, until what was accepted shows', async () => {
    const office = await openOffice();
    office.whims.set('title', { kind: 'accepted' });
    const asked = await office.ask('ben', update('ada', { title: 'Analyst', department: 'Sales' }));
    const waits = await office.decide('carla', asked.id);
    expect([waits.state, waits.outcome?.kind, outcomes(waits)]).toEqual([
      'applying',
      'accepted',
      { title: 'accepted', department: 'confirmed' },
    ]);
    await office.later(HOUR);
    expect((await office.request(asked.id)).state).toBe('applying');
    office.profiles.set('a-ada', { ...office.profiles.get('a-ada'), title: 'Analyst' });
    await office.later(HOUR);
    const done = await office.request(asked.id);
    expect([done.state, outcomes(done)]).toEqual(['done', { title: 'confirmed', department: 'confirmed' }]);
    expect(office.writes).toEqual(['update a-ada: title, department']);
  });

  it('is failed after two days in which something accepted never showed', async () => {
    const office = await openOffice();
    office.whims.set('title', { kind: 'accepted' });
    const asked = await office.ask('ben', update('ada', { title: 'Analyst', department: 'Sales' }));
    await office.decide('carla', asked.id);
    await office.later(2 * DAY);
    await office.later(HOUR);
    const failed = await office.request(asked.id);
    expect([failed.state, outcomes(failed)]).toEqual(['failed', { title: 'accepted', department: 'confirmed' }]);
    expect(failed.outcome).toMatchObject({ kind: 'refused', detail: 'accepted, but never visible' });
  });

  it('is asked again where no answer came, without writing twice what took effect', async () => {
    const office = await openOffice();
    office.mischief.push('lost_answer');
    const lost = await office.ask('ben', update('ada', { title: 'Analyst' }));
    await office.decide('carla', lost.id);
    await office.later(HOUR / 2);
    expect((await office.request(lost.id)).state).toBe('done');
    expect(office.writes).toEqual(['update a-ada: title']);
    office.whims.set('department', { kind: 'unknown' });
    const asked = await office.ask('ben', update('ada', { department: 'Sales' }));
    expect((await office.decide('carla', asked.id)).state).toBe('applying');
    office.whims.clear();
    await office.later(HOUR / 2);
    expect((await office.request(asked.id)).state).toBe('done');
  });

  it('is said although a sensitive role came in between, and nothing is added', async () => {
    const office = await openOffice();
    office.mischief.push('lost_answer');
    const asked = await office.ask('ben', update('ada', { email: 'ada.new@example.com', title: 'Analyst' }));
    await office.decide('carla', asked.id);
    await office.decide('dmitri', asked.id);
    office.profiles.set('a-ada', {}); // the app forgot the title
    office.groups.get(ADMINS)?.add('a-ada');
    await office.later(HOUR / 2);
    const done = await office.request(asked.id);
    expect([done.state, outcomes(done)]).toEqual(['done', { title: 'refused', email: 'confirmed' }]);
    expect(office.writes).toEqual(['update a-ada: title, email']);
  });

  it('goes on being looked for when the account is switched off meanwhile', async () => {
    const office = await openOffice();
    office.whims.set('title', { kind: 'accepted' });
    const asked = await office.ask('ben', update('ada', { title: 'Analyst' }));
    await office.decide('carla', asked.id);
    const off = await office.ask('dmitri', { action: 'disable', app: APP, subject: of('ada'), reason: 'left' });
    await office.decide('ben', off.id);
    expect((await office.request(asked.id)).state).toBe('applying');
    office.profiles.set('a-ada', { title: 'Analyst' });
    await office.later(HOUR);
    expect((await office.request(asked.id)).state).toBe('done');
  });

  it('is said when the account has gone before it could be written', async () => {
    const office = await openOffice();
    const asked = await office.ask('ben', update('ada', { title: 'Analyst' }));
    office.accounts.delete('a-ada');
    const failed = await office.decide('carla', asked.id);
    expect([failed.state, failed.closing]).toMatchObject(['failed', { refusal: { code: 'no_account' } }]);
  });

  it('is nothing in observe mode, and it says so', async () => {
    const office = await openOffice();
    office.mischief.push('observed');
    const asked = await office.ask('ben', update('ada', { title: 'Analyst' }));
    const done = await office.decide('carla', asked.id);
    expect([done.state, done.outcome?.kind, outcomes(done)]).toEqual(['done', 'observed', { title: undefined }]);
  });
});

describe('an app that lets only assigned accounts be touched', () => {
  const assigned = traits({ assignedOnly: true });

  it('is left alone where somebody is in none of its groups', async () => {
    const office = await openOffice(assigned);
    office.groups.get(MEMBERS)?.delete('a-ada');
    const refused = { code: 'not_assigned', app: APP };
    expect((await office.ask('ben', update('ada', { title: 'Analyst' }))).refusal).toEqual(refused);
    expect(await code(office.desk.profile(slack('ben'), APP, of('ada')))).toBe('not_assigned');
    const off = await office.ask('ben', { action: 'disable', app: APP, subject: of('ada'), reason: 'left' });
    expect(off.refusal).toEqual(refused);
    office.accounts.set('a-ada', account('ada', { manager: 'a-ben', active: false }));
    const on = await office.ask('ben', { action: 'enable', app: APP, subject: of('ada') });
    expect(on.refusal).toEqual(refused);
  });

  it('takes changes of those in a group, and of those made here', async () => {
    const office = await openOffice(assigned);
    expect((await office.ask('ben', update('ada', { title: 'Analyst' }))).state).toBe('pending');
    office.people.set('finn', person('finn'));
    const made = await office.ask('carla', {
      action: 'provision',
      app: APP,
      subject: { kind: 'email', email: 'finn@example.com' },
      newAccount: { email: 'finn@example.com', givenName: 'Finn', welcome: false },
    });
    await office.decide('dmitri', made.id);
    office.groups.get(MEMBERS)?.delete('a-finn');
    expect((await office.ask('carla', update('finn', { title: 'Analyst' }))).state).toBe('pending');
  });

  it('lets access be taken where nobody can say whether it is assigned', async () => {
    const office = await openOffice((crm) => ({ ...assigned(crm), keep: ['zoe@example.com'] }));
    office.unlisted = true;
    expect((await office.ask('ben', update('ada', { title: 'Analyst' }))).refusal?.code).toBe('not_assigned');
    const off = await office.ask('ben', { action: 'disable', app: APP, subject: of('ada'), reason: 'left' });
    expect(off.state).toBe('pending');
  });
});

describe('the details of an account', () => {
  it('are shown, as the app has them now, to whoever may ask for an update', async () => {
    const office = await openOffice(traits({ updates: ['title', 'department', 'manager'] }));
    office.profiles.set('a-ada', { title: 'Analyst' });
    expect(await office.desk.profile(slack('ben'), APP, of('ada'))).toEqual({
      app: APP,
      account: { id: 'a-ada', name: 'ada', email: 'ada@example.com' },
      values: { title: 'Analyst', department: '', manager: 'a-ben' },
      manager: 'ben (ben@example.com)',
      reasonRequired: false,
    });
    for (const other of ['ada', 'eve'])
      expect(await code(office.desk.profile(slack(other), APP, of('ada'))), other).toBe('not_entitled');
    expect(await code(office.desk.profile(slack('ben'), APP, { kind: 'email', email: 'x@example.com' }))).toBe(
      'no_account',
    );
  });

  it('are offered on the look-up card to the same people, unless the app takes no updates', async () => {
    const can = async (office: Office, who: string) => {
      const found = await office.desk.lookup(slack(who), of('ada'));
      return found.kind === 'found' && found.accounts[0]?.can.includes('update');
    };
    const office = await openOffice();
    expect([await can(office, 'ben'), await can(office, 'carla'), await can(office, 'ada')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await can(await openOffice(traits({ updates: [] })), 'ben')).toBe(false);
  });
});
