/** Somebody asks for an account, and an old one is there, switched off: it comes back only for the same person. */
import { describe, expect, it } from 'vitest';
import { sameName } from '../../src/access/people.ts';
import type { AccessRequest } from '../../src/access/request.ts';
import { APP, account, code, type Office, openOffice, slack } from './office.ts';

const GUS = { kind: 'account', app: APP, account: 'a-gus' } as const;

/** Gus Berg left; Ben now asks for an account for whoever has that address today. */
async function met(givenName: string, familyName?: string): Promise<{ office: Office; refused: AccessRequest }> {
  const office = await openOffice();
  office.accounts.set('a-gus', account('gus', { name: 'Gus Berg', active: false, changed: '2024-05-01' }));
  const refused = await office.ask('carla', {
    action: 'provision',
    app: APP,
    subject: { kind: 'email', email: 'gus@example.com' },
    newAccount: {
      email: 'gus@example.com',
      givenName,
      ...(familyName === undefined ? {} : { familyName }),
      welcome: false,
    },
  });
  expect(refused.refusal).toEqual({
    code: 'account_exists',
    app: APP,
    active: false,
    name: 'Gus Berg',
    id: 'a-gus',
    since: '2024-05-01',
  });
  return { office, refused };
}
const enable = (office: Office, by: string, instead?: string) =>
  office.ask(by, { action: 'enable', app: APP, subject: GUS, ...(instead === undefined ? {} : { instead }) });

describe('an account that comes back', () => {
  it('needs one owner where the name that was typed is the old one, in whatever order', async () => {
    const { office, refused } = await met('BERG', 'Güs');
    const asked = await enable(office, 'carla', refused.id);
    expect([asked.state, asked.steps.length, asked.otherName]).toEqual(['pending', 1, undefined]);
  });

  it('needs two different owners where another name was typed, and they read both names', async () => {
    const { office, refused } = await met('Gustava', 'Berg');
    const alone = await enable(office, 'carla', refused.id);
    expect(alone.refusal, 'only Dmitri is left to agree').toEqual({
      code: 'two_owners_needed',
      app: APP,
      reachable: 1,
    });
    const three = await openThree();
    const asked = await enable(three.office, 'carla', three.refused.id);
    expect([asked.steps.length, asked.otherName]).toEqual([2, { was: 'Gus Berg', asked: 'Gustava Berg' }]);
    await three.office.decide('dmitri', asked.id);
    expect(three.office.accounts.get('a-gus')?.active).toBe(false);
    expect((await three.office.decide('eve', asked.id)).state).toBe('done');
    expect(three.office.accounts.get('a-gus')?.active).toBe(true);
  });

  it('is judged by the stored form, never by somebody else’s, and only for the account that was met', async () => {
    const { office, refused } = await openThree();
    expect((await enable(office, 'dmitri', refused.id)).refusal?.code).toBe('no_such_request');
    expect((await enable(office, 'carla', 'R-nothing')).refusal?.code).toBe('no_such_request');
    office.accounts.set('a-ida', account('ida', { active: false }));
    const other = await office.ask('carla', {
      action: 'enable',
      app: APP,
      subject: { kind: 'account', app: APP, account: 'a-ida' },
      instead: refused.id,
    });
    expect([other.state, other.otherName]).toEqual(['pending', undefined]);
    expect((await enable(office, 'carla')).steps, 'without that form the plain rule holds').toHaveLength(1);
  });
});

/** The same with a third owner, so that two are left to agree. */
async function openThree(): Promise<{ office: Office; refused: AccessRequest }> {
  const office = await openOffice((crm) => ({
    ...crm,
    owners: [...crm.owners, { kind: 'email', email: 'eve@example.com' }],
  }));
  office.accounts.set('a-gus', account('gus', { name: 'Gus Berg', active: false }));
  const refused = await office.ask('carla', {
    action: 'provision',
    app: APP,
    subject: { kind: 'email', email: 'gus@example.com' },
    newAccount: { email: 'gus@example.com', givenName: 'Gustava', familyName: 'Berg', welcome: false },
  });
  return { office, refused };
}

describe('two names', () => {
  it.each([
    ['Gus Berg', 'berg, gus', true],
    ['José Núñez', 'Nunez Jose', true],
    ['Anna-Lena Ek', 'Anna Lena Ek', true],
    ['Gus Berg', 'Gus', false],
    ['Gus Berg', 'Gus Bergman', false],
    ['', 'Gus', false],
    ['李 明', '明 李', true],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameName(a, b)).toBe(same);
  });
});

describe('a picked account', () => {
  it('is called by name and address on every card, switched off or not', async () => {
    const office = await openOffice();
    office.accounts.set('a-gus', account('gus', { name: 'Gus Berg', active: false }));
    const picked = { account: 'a-gus', email: 'gus@example.com', name: 'Gus Berg' };
    const sent = await office.desk.submit(
      slack('carla'),
      'carla',
      { action: 'disable', app: APP, subject: GUS, reason: 'left' },
      { id: 'once-picked' },
    );
    expect(sent.picked).toEqual(picked);
    await office.run();
    const refused = await office.request(sent.id);
    expect([refused.refusal?.code, refused.picked]).toEqual(['already_disabled', picked]);
    expect(await code(office.desk.request(slack('ada'), sent.id)), 'nobody else sees that card').toBe(
      'no_such_request',
    );
  });
});
