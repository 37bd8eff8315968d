/** What owners do about drift: each way out to its end, who may not, and that nothing happens by itself. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/access/drift-record.ts';
import { HOUR, MINUTE } from '../../src/access/policy.ts';
import type { AccessRequest, Ask } from '../../src/access/request.ts';
import { click, drop, finding, look, openDrifting, put, shown, states, wherever } from './drifting.ts';
import { ADMINS, APP, code, grant, MEMBERS, type Office, person, slack } from './office.ts';

const ACCEPTED = ['silent stray/admin/a-carla', 'silent stray/admin/a-zoe'];

/** Somebody else has made Eve an Admin. */
async function strayEve(change?: Parameters<typeof openDrifting>[0]): Promise<{ office: Office; id: string }> {
  const office = await openDrifting(change);
  put(office, 'eve');
  await look(office);
  return { office, id: (await finding(office, 'stray/admin/a-eve')).id };
}

/** Ada had Admin for four hours, and somebody else has taken it. */
async function lostAda(
  change?: Parameters<typeof openDrifting>[0],
): Promise<{ office: Office; id: string; granted: string }> {
  const office = await openDrifting(change);
  const granted = (await office.ask('ada', grant())).id;
  await office.decide('ben', granted);
  drop(office, 'ada');
  await look(office);
  office.writes.length = 0;
  return { office, id: (await finding(office, 'lost/admin/a-ada')).id, granted };
}

const adopt = (id: string, more: Partial<Ask> = {}): Ask =>
  grant({ subject: { kind: 'account', app: APP, account: 'a-eve' }, drift: id, ...more });

const events = async (office: Office, about: string): Promise<string[]> =>
  (await office.store.history(about, { limit: 30 })).flatMap((entry) =>
    entry.events.map((event) => event.type + ('how' in event ? ` ${event.how}` : '')),
  );

describe('adopting', () => {
  it('is a request by the rule of the role, decided by somebody else, and ends on time', async () => {
    const { office, id } = await strayEve();
    // Eve reports to Carla: she decides, and Dmitri who asked does not.
    const asked = await office.ask('dmitri', adopt(id));
    expect(asked.state).toBe('pending');
    expect(asked.steps[0]?.approvers.map((each) => each.slack.user)).toEqual(['carla']);
    expect(asked.held?.roles).toContainEqual({ role: 'admin', standing: true });
    expect(shown(office, 'carla', id)).toMatchObject({
      state: 'settling',
      decision: { how: 'adopt', request: asked.id },
    });
    expect(await code(office.decide('dmitri', asked.id))).toBe('self_approval');
    await office.once('settle', id);
    expect(await code(click(office, 'carla', id, 'put_right'))).toBe('drift_settled');

    expect((await office.decide('carla', asked.id)).state).toBe('active');
    expect(shown(office, 'dmitri', id)).toMatchObject({ state: 'closed', settled: { how: 'adopted' } });
    expect(office.writes).toEqual([]);
    await look(office);
    expect(await states(office)).toEqual(ACCEPTED);

    await office.later(4 * HOUR - MINUTE);
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(true);
    await office.later(MINUTE);
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(false);
    expect((await office.request(asked.id)).state).toBe('ended');
    await look(office);
    expect(await states(office)).toEqual(ACCEPTED);
    expect((await events(office, `account:${APP}/a-eve`)).filter((each) => each.startsWith('drift'))).toEqual([
      'drift.settled adopted',
      'drift.decided adopt',
      'drift.found',
    ]);
  });

  it('that is denied changes nothing: the finding waits for an owner again', async () => {
    const { office, id } = await strayEve();
    const asked = await office.ask('dmitri', adopt(id));
    await office.decide('carla', asked.id, 'deny');
    expect(shown(office, 'carla', id)).toMatchObject({
      state: 'open',
      undone: { why: 'request', request: asked.id, state: 'denied' },
    });
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(true);
    await click(office, 'dmitri', id, 'put_right');
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(false);
  });

  it('of what is gone meanwhile claims nothing', async () => {
    const { office, id } = await strayEve();
    await office.ask('dmitri', adopt(id));
    drop(office, 'eve');
    await look(office);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'gone' } });
  });

  it.each<[string, string, (id: string) => Ask, string]>([
    ['without the finding', 'dmitri', () => adopt('x', {}), 'drift_settled'],
    ['by somebody who is no owner', 'ben', (id) => adopt(id), 'not_entitled'],
    [
      'of another account',
      'dmitri',
      (id) => adopt(id, { subject: { kind: 'email', email: 'zoe@example.com' } }),
      'drift_settled',
    ],
    ['of nothing', 'dmitri', () => adopt('', { drift: '' }), 'drift_settled'],
  ])('%s is refused', async (_what, by, ask, expected) => {
    const { office, id } = await strayEve();
    const asked = await office.ask(by, ask(id));
    expect(asked.refusal?.code).toBe(expected);
    expect((await finding(office, 'stray/admin/a-eve')).state).toBe('open');
  });

  it('is needed: an ordinary request for what is held is refused as ever', async () => {
    const { office } = await strayEve();
    const { drift: _drift, ...ask } = adopt('');
    expect((await office.ask('dmitri', ask)).refusal?.code).toBe('already_standing');
  });

  it('is never of oneself', async () => {
    const office = await openDrifting();
    put(office, 'dmitri');
    await look(office);
    const { id } = await finding(office, 'stray/admin/a-dmitri');
    const asked = await office.ask('dmitri', adopt(id, { subject: { kind: 'me' } }));
    expect(asked.refusal?.code).toBe('drift_own');
    expect(await code(office.desk.finding(slack('dmitri'), id))).toBe('drift_own');
  });

  it('asked for again later is a request like any other', async () => {
    const { office, id } = await strayEve();
    const asked = await office.ask('dmitri', adopt(id));
    await office.decide('carla', asked.id);
    await office.later(5 * HOUR);
    const again = await office.desk.askAgain({ request: asked.id, by: slack('dmitri') }, { id: 'again' });
    await office.run();
    expect((await office.request(again.id)).ask.drift).toBeUndefined();
    expect((await office.request(again.id)).state).toBe('pending');
  });
});

describe('putting right', () => {
  it('a role nobody asked for takes it, by the owner who clicked, read back', async () => {
    const { office, id } = await strayEve();
    await click(office, 'dmitri', id, 'put_right');
    expect(office.writes).toEqual([`remove a-eve from ${ADMINS}`]);
    const card = shown(office, 'carla', id) as Finding;
    expect(card).toMatchObject({
      state: 'closed',
      settled: { how: 'put_right' },
      decision: { by: { name: 'dmitri' } },
    });
    const request = await office.request(card.decision?.request ?? '');
    expect(request).toMatchObject({ state: 'done', entitlement: 'owner', outcome: { kind: 'confirmed' } });
    await look(office);
    expect(await states(office)).toEqual(ACCEPTED);
    // Somebody else does it again: a card of its own that says so, and nothing by itself.
    office.writes.length = 0;
    await office.later(HOUR);
    put(office, 'eve');
    await look(office);
    expect(await finding(office, 'stray/admin/a-eve')).toMatchObject({ state: 'open', cameBack: expect.any(Number) });
    expect(office.writes).toEqual([]);
  });

  it('says that a revoke has come back', async () => {
    const office = await openDrifting();
    await office.decide('ben', (await office.ask('ada', grant())).id);
    await office.ask('carla', {
      action: 'revoke',
      app: APP,
      role: 'admin',
      subject: { kind: 'email', email: 'ada@example.com' },
    });
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
    put(office, 'ada');
    await look(office);
    expect(await finding(office, 'stray/admin/a-ada')).toMatchObject({ cameBack: expect.any(Number) });
  });

  it('never takes the last Admin: the finding is open again and says why', async () => {
    const office = await openDrifting();
    drop(office, 'carla');
    drop(office, 'zoe');
    put(office, 'eve');
    await look(office);
    const { id } = await finding(office, 'stray/admin/a-eve');
    await click(office, 'dmitri', id, 'put_right');
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(true);
    expect(shown(office, 'carla', id)).toMatchObject({
      state: 'open',
      undone: { why: 'request', state: 'refused', refusal: { code: 'last_admin' } },
    });
  });

  it('a grant whose membership is gone gives it back under that grant, and no longer', async () => {
    const { office, id, granted } = await lostAda();
    expect(office.writes).toEqual([]);
    await click(office, 'dmitri', id, 'put_right');
    expect(office.writes).toEqual([`add a-ada to ${ADMINS}`]);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'put_right' } });
    await office.later(4 * HOUR);
    expect((await office.request(granted)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('or ends the grant in the ledger', async () => {
    const { office, id, granted } = await lostAda();
    await click(office, 'dmitri', id, 'end_grants');
    expect(await office.request(granted)).toMatchObject({
      state: 'ended',
      closing: { why: 'drift', by: { name: 'dmitri' } },
    });
    await office.later(15 * MINUTE);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'ended' } });
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
    expect(await states(office)).toEqual(ACCEPTED);
  });

  it('waits out an app that does not answer, and a write that is not visible', async () => {
    const { office, id } = await lostAda();
    office.mischief.push('unavailable', 'invisible');
    await click(office, 'dmitri', id, 'put_right');
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'settling' });
    await office.later(2000);
    expect(office.writes).toHaveLength(1);
    await office.later(MINUTE);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'put_right' } });
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(true);
  });

  it('that is refused, or not done in time, waits for an owner again', async () => {
    const { office, id } = await lostAda();
    office.mischief.push('rejected');
    await click(office, 'dmitri', id, 'put_right');
    expect(shown(office, 'carla', id)).toMatchObject({
      state: 'open',
      undone: { why: 'rejected', detail: 'it says no' },
    });
    office.appDown = true;
    await click(office, 'dmitri', id, 'put_right');
    await office.later(HOUR + MINUTE);
    office.appDown = false;
    await office.later(MINUTE);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'open', undone: { why: 'too_late' } });
    expect(office.writes).toEqual([]);
  });

  it('gives nothing back while an owner has paused the app', async () => {
    const { office, id } = await lostAda();
    await office.desk.pause(slack('carla'), APP);
    await click(office, 'dmitri', id, 'put_right');
    expect(office.writes).toEqual([]);
    await office.desk.resume(slack('carla'), APP);
    await office.later(MINUTE);
    expect(office.writes).toEqual([`add a-ada to ${ADMINS}`]);
  });

  it('gives nothing back under a grant that has ended meanwhile', async () => {
    const { office, id, granted } = await lostAda();
    await office.desk.pause(slack('carla'), APP);
    await click(office, 'dmitri', id, 'put_right');
    await office.desk.finish({ request: granted, by: slack('ada') });
    await office.run();
    expect((await office.request(granted)).state).toBe('ended');
    await office.desk.resume(slack('carla'), APP);
    await office.later(MINUTE);
    expect(office.writes).toEqual([]);
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
    // Nobody claims that it was put right.
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'gone' } });
    expect(await states(office)).toEqual(ACCEPTED);
  });

  it('writes nothing in observe mode, and says so', async () => {
    const { office, id } = await strayEve((crm) => ({ ...crm, mode: 'observe' }));
    const real = office.world.directories[APP];
    if (real === undefined) throw new Error('no directory');
    Object.assign(real, { remove: async () => ({ kind: 'observed', at: office.now }) });
    await click(office, 'dmitri', id, 'put_right');
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'open', undone: { why: 'observed' } });
    expect(office.groups.get(ADMINS)?.has('a-eve')).toBe(true);
    drop(office, 'dmitri', MEMBERS);
    Object.assign(real, { add: async () => ({ kind: 'observed', at: office.now }) });
    await look(office);
    const { id: dmitri } = await finding(office, 'none//a-dmitri');
    await click(office, 'carla', dmitri, 'put_right');
    expect(shown(office, 'carla', dmitri)).toMatchObject({ state: 'open', undone: { why: 'observed' } });
  });

  it('an account in two groups takes it out of the base group; one in none gets it', async () => {
    const office = await openDrifting((crm) => ({ ...crm, exclusive: true }));
    await office.decide('ben', (await office.ask('ada', grant())).id);
    put(office, 'ada', MEMBERS);
    drop(office, 'eve', MEMBERS);
    await look(office);
    expect((await states(office)).filter((each) => each.startsWith('open'))).toEqual([
      'open both//a-ada',
      'open none//a-eve',
    ]);
    office.writes.length = 0;
    await click(office, 'dmitri', (await finding(office, 'both//a-ada')).id, 'put_right');
    await click(office, 'dmitri', (await finding(office, 'none//a-eve')).id, 'put_right');
    expect(office.writes).toEqual([`remove a-ada from ${MEMBERS}`, `add a-eve to ${MEMBERS}`]);
    await look(office);
    expect((await states(office)).filter((each) => !each.startsWith('silent'))).toEqual([]);
  });

  it('grants of an account that is switched off ends them, and takes what is left of the memberships', async () => {
    const office = await openDrifting();
    const granted = (await office.ask('ada', grant())).id;
    await office.decide('ben', granted);
    const ada = office.accounts.get('a-ada');
    if (ada === undefined) throw new Error('no Ada');
    office.accounts.set('a-ada', { ...ada, active: false });
    await look(office);
    const { id } = await finding(office, 'disabled_with_grants//a-ada');
    await click(office, 'dmitri', id, 'put_right');
    expect((await office.request(granted)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
    await office.later(15 * MINUTE);
    expect(shown(office, 'carla', id)).toMatchObject({ state: 'closed', settled: { how: 'put_right' } });
    expect(await office.store.holdings({ app: APP })).toEqual([]);
  });

  it('and with them what had been there before, for nobody is to find it again when the account is switched on', async () => {
    const office = await openDrifting();
    const { id: granted } = await office.ask('ada', grant());
    put(office, 'ada');
    await office.decide('ben', granted);
    const ada = office.accounts.get('a-ada');
    if (ada === undefined) throw new Error('no Ada');
    office.accounts.set('a-ada', { ...ada, active: false });
    await look(office);
    await click(office, 'dmitri', (await finding(office, 'disabled_with_grants//a-ada')).id, 'put_right');
    expect((await office.request(granted)).state).toBe('ended');
    expect(office.groups.get(ADMINS)?.has('a-ada')).toBe(false);
  });

  it('comes to the same end wherever the process dies', async () => {
    await wherever(async (nth, when) => {
      const { office, id, granted } = await lostAda();
      put(office, 'eve');
      await look(office);
      const eve = (await finding(office, 'stray/admin/a-eve')).id;
      office.dieAt(nth, when);
      await office.surviving(() => click(office, 'dmitri', id, 'put_right'));
      await office.surviving(() => click(office, 'dmitri', eve, 'put_right'));
      await office.run();
      await office.surviving(() => look(office));
      const died = office.dieAt(0, when);
      await office.later(MINUTE);
      expect([nth, when, ...(await states(office))]).toEqual([nth, when, ...ACCEPTED]);
      expect([...(office.groups.get(ADMINS) ?? [])].sort()).toEqual(['a-ada', 'a-carla', 'a-zoe']);
      expect((await office.request(granted)).state).toBe('active');
      return died;
    });
  });
});

describe('ignoring', () => {
  it('wants a reason, keeps it, and is silent while it lasts', async () => {
    const { office, id } = await strayEve();
    expect(await code(click(office, 'carla', id, 'ignore'))).toBe('reason_required');
    expect(await code(click(office, 'carla', id, 'ignore', ' '))).toBe('reason_required');
    expect(await code(click(office, 'carla', id, 'ignore', `xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}`))).toBe(
      'looks_like_secret',
    );
    await click(office, 'carla', id, 'ignore', 'is the vendor until Friday');
    expect(shown(office, 'dmitri', id)).toMatchObject({
      state: 'silent',
      decision: { how: 'ignore', reason: 'is the vendor until Friday', by: { name: 'carla' } },
    });
    office.drift.length = 0;
    await look(office);
    await look(office);
    expect(office.drift).toEqual([]);
    const [entry] = await office.store.history(`account:${APP}/a-eve`, { limit: 1 });
    expect(entry?.events[0]).toMatchObject({
      type: 'drift.decided',
      how: 'ignore',
      note: { reason: 'is the vendor until Friday', by: 'carla' },
    });
    drop(office, 'eve');
    await look(office);
    put(office, 'eve');
    await look(office);
    expect((await finding(office, 'stray/admin/a-eve')).state).toBe('open');
  });
});

describe('who may decide', () => {
  it('is one of two owners who click at once, and the other is told', async () => {
    const { office, id } = await strayEve();
    const both = await Promise.all(
      ['carla', 'dmitri'].map((by) => code(office.desk.settleDrift({ finding: id, by: slack(by), how: 'put_right' }))),
    );
    expect(both.sort()).toEqual(['done', 'drift_settled']);
    await office.run();
    expect(office.writes).toEqual([`remove a-eve from ${ADMINS}`]);
  });

  it('is nobody but an owner of this moment, and who tries is on record', async () => {
    const { office, id } = await strayEve();
    for (const [by, expected] of [
      ['ada', 'not_entitled'],
      ['ben', 'not_entitled'],
      // An auditor reads and changes nothing; and it is about her.
      ['eve', 'not_entitled'],
    ] as const) {
      for (const how of ['put_right', 'ignore', 'end_grants'] as const) {
        expect(await code(click(office, by, id, how, 'why not'))).toBe(expected);
      }
      expect(await code(office.desk.finding(slack(by), id))).toBe(expected);
    }
    office.people.set('carla', person('carla', { standing: 'deactivated' }));
    expect(await code(click(office, 'carla', id, 'put_right'))).toBe('outsider');
    office.people.set('carla', person('carla', { email: 'other@example.com' }));
    expect(await code(click(office, 'carla', id, 'put_right'))).toBe('not_entitled');
    office.slackDown = true;
    await expect(click(office, 'dmitri', id, 'put_right')).rejects.toThrow('Slack is silent');
    office.slackDown = false;
    expect(office.writes).toEqual([]);
    expect((await finding(office, 'stray/admin/a-eve')).state).toBe('open');
    expect(await events(office, 'person:T1/ada')).toContain('click.refused');
  });

  it.each<[string, (office: Office) => void]>([
    ['by the bound account', () => {}],
    [
      'by the mailbox',
      (office) => {
        const zoe = office.accounts.get('a-zoe');
        if (zoe !== undefined) {
          office.accounts.set('a-zoe', {
            ...zoe,
            email: 'dmitri+test@example.com',
            emails: ['dmitri+test@example.com'],
          });
        }
      },
    ],
  ])('is never whom it is about, known %s', async (_how, prepare) => {
    const office = await openDrifting();
    prepare(office);
    const whose = office.accounts.get('a-zoe')?.email === 'zoe@example.com' ? 'dmitri' : 'zoe';
    drop(office, 'zoe');
    await look(office);
    put(office, whose);
    await look(office);
    const { id } = await finding(office, `stray/admin/a-${whose}`);
    for (const how of ['put_right', 'ignore'] as const) {
      expect(await code(click(office, 'dmitri', id, how, 'mine'))).toBe('drift_own');
    }
    expect(office.drift.find(({ record, user }) => record.id === id && user === 'dmitri')?.reader).toBe('subject');
    await click(office, 'carla', id, 'put_right');
    expect(office.groups.get(ADMINS)?.has(`a-${whose}`)).toBe(false);
  });

  it('is nobody any more once it is decided, gone, or forgotten', async () => {
    const { office, id } = await strayEve();
    await click(office, 'dmitri', id, 'put_right');
    for (const how of ['put_right', 'ignore', 'accept', 'review', 'end_grants'] as const) {
      expect(await code(click(office, 'carla', id, how, 'why'))).toBe('drift_settled');
    }
    expect(await code(click(office, 'carla', 'R-NOBODY00', 'put_right'))).toBe('drift_settled');
    expect(await code(office.desk.finding(slack('carla'), id))).toBe('drift_settled');
  });
});

describe('what differs', () => {
  it('is seen in histories by owners and auditors, not by whom it is about and not by a manager', async () => {
    const office = await openDrifting();
    put(office, 'ada');
    await look(office);
    const seenBy = async (viewer: string): Promise<boolean> => {
      const whose = viewer === 'ada' ? ({ kind: 'me' } as const) : ({ kind: 'slack', slack: slack('ada') } as const);
      const { entries } = await office.desk.history(slack(viewer), whose);
      return entries.some((entry) => entry.events.some((event) => event.type.startsWith('drift')));
    };
    expect(await seenBy('carla')).toBe(true);
    expect(await seenBy('eve')).toBe(true);
    expect(await seenBy('ben')).toBe(false);
    expect(await seenBy('ada')).toBe(false);
  });

  it('is counted in the status of the app', async () => {
    const { office } = await strayEve();
    expect(await office.desk.status(slack('carla'), APP)).toMatchObject([{ drift: 1 }]);
  });

  it('changes nothing without a click, however long it is looked at', async () => {
    const { office } = await strayEve();
    const held: AccessRequest[] = await office.store.openRequests();
    for (let hours = 0; hours < 30; hours += 1) {
      await office.later(HOUR);
      await look(office);
    }
    expect(office.writes).toEqual([]);
    expect(await office.store.openRequests()).toEqual(held);
  });
});
