/** Memberships: one removal removes one, whatever the server and the network do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScimError } from '../../src/scim/index.ts';
import { bench, START } from './bench.ts';
import type { Exchange, Quirks } from './server.ts';

describe('adding and removing', () => {
  it('says when it was sent and what the group shows', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1', 'u2']);
    expect(await client.addMember(group, 'u3', { before: ['u1', 'u2'] })).toEqual({
      seen: 'in',
      sentAt: START,
      lost: [],
    });
    expect(await client.removeMember(group, 'u1')).toEqual({ seen: 'out', sentAt: START, lost: [] });
    expect(server.membersOf(group)).toEqual(['u2', 'u3']);
  });

  it('is done where it was so already: adding who is in, removing who is out', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1']);
    expect((await client.addMember(group, 'u1')).seen).toBe('in');
    server.answer('PATCH /Groups', { status: 400, body: { scimType: 'noTarget' } });
    expect(await client.removeMember(group, 'u2')).toEqual({ seen: 'out', lost: [] });
    expect(server.membersOf(group)).toEqual(['u1']);
  });

  it('tells who vanished during an add, when told who was there', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1', 'u2']);
    server.script('PATCH /Groups', ({ send }) => {
      server.groups.set(group, { ...server.groups.get(group), members: [{ value: 'u3' }] });
      send({ status: 204 });
    });
    expect(await client.addMember(group, 'u3', { before: ['u1', 'u2'] })).toMatchObject({
      seen: 'in',
      lost: ['u1', 'u2'],
    });
  });

  it('raises no alarm over a list that only lagged behind', async () => {
    const { server, client, sleeps } = await bench();
    const group = server.addGroup('Admins', ['u1', 'u2', 'u3']);
    server.script('GET /Groups', ({ apply, send }) => send(apply()));
    server.answer('GET /Groups', { status: 200, body: { id: group, members: [{ value: 'u2' }] } });
    expect(await client.removeMember(group, 'u1')).toMatchObject({ seen: 'out', lost: [] });
    expect(sleeps).toEqual([1_000]);
  });

  it('tells the lost even when the request itself was refused', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1', 'u2']);
    server.script('PATCH /Groups', ({ send }) => {
      server.groups.set(group, { ...server.groups.get(group), members: [{ value: 'u1' }] });
      send({ status: 400 });
    });
    expect(await client.removeMember(group, 'u1')).toMatchObject({ seen: 'in', lost: ['u2'] });
  });

  it('throws refusals, and 404 for a group that is gone', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins', ['u1']);
    server.answer('PATCH /Groups', { status: 403 });
    await expect(client.addMember(group, 'u2')).rejects.toMatchObject({ status: 403, outcome: 'refused' });
    await expect(client.members('gone')).rejects.toMatchObject({ status: 404 });
    await expect(client.isMember('gone', 'u1')).rejects.toMatchObject({ status: 404 });
    await expect(client.removeMember('gone', 'u1')).rejects.toMatchObject({ status: 404, outcome: 'refused' });
    await expect(client.addMember(group, 'a\u0000b')).rejects.toMatchObject({ outcome: 'not-sent' });
  });

  it('never says that a write may have happened when it was a read before it that failed', async () => {
    for (const fail of ['reset', 'silence', 'cut', '500', '503'] as const) {
      const { server, client } = await bench({}, { deadlineMs: 150, patienceMs: 0 });
      const group = server.addGroup('Admins', ['u1', 'u2']);
      const act = ({ reset, send, response, socket }: Exchange) => {
        if (fail === 'reset') reset();
        else if (fail === 'cut') {
          response.writeHead(200, { 'content-length': '9' });
          response.write('{', () => socket.destroySoon());
        } else if (fail !== 'silence') send({ status: Number(fail) });
      };
      server.script('GET /', act, 99);
      const works = [
        () => client.removeMember(group, 'u1'),
        () => client.createUser({ userName: 'a', givenName: 'A' }),
        () => client.createGroup('New'),
      ];
      for (const work of works) {
        const error: unknown = await work().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ outcome: fail === '500' || fail === '503' ? 'refused' : 'not-sent' });
        expect(error).toHaveProperty('sentAt', undefined);
      }
      expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    }
  });

  it('tells each member of a batch its own outcome, the earlier ones also when a later request fails', async () => {
    const { server, client } = await bench({}, { profile: { batchSize: 2 } });
    const group = server.addGroup('Admins', ['x']);
    server.script('PATCH /Groups', ({ apply, send }) => send(apply()));
    server.answer('PATCH /Groups', { status: 403 });
    const { outcomes } = await client.addMembers(group, ['u1', 'u2', 'u3', 'u4', 'u5']);
    expect(outcomes.map(({ id, seen, error }) => [id, seen, error?.status])).toEqual([
      ['u1', 'in', undefined],
      ['u2', 'in', undefined],
      ['u3', 'unknown', 403],
      ['u4', 'unknown', 403],
      ['u5', 'in', undefined],
    ]);
    expect(await client.removeMembers(group, [])).toEqual({ outcomes: [], lost: [] });
  });

  it('takes nested groups for groups, and members named by e-mail for unknown', async () => {
    const { server, client } = await bench();
    const group = server.addGroup('Admins');
    server.groups.set(group, {
      ...server.groups.get(group),
      members: [
        'u1',
        { value: 'u1' },
        { value: 'g9', type: 'Group' },
        { value: 'g8', $ref: 'https://x/Groups/g8' },
        { value: 5 },
      ],
    });
    expect(await client.members(group)).toEqual({ ids: ['u1', '5'], nested: ['g9', 'g8'] });
    expect(await client.isMember(group, 'g9')).toBe('out');
    const named = server.addGroup('Named', ['ada@example.com']);
    expect(await client.isMember(named, 'u1')).toBe('unknown');
    expect(await client.isMember(named, 'ada@example.com')).toBe('in');
    const broken = server.addGroup('Broken');
    server.groups.set(broken, { ...server.groups.get(broken), members: [{ value: 'u1' }, { display: 'nobody' }] });
    expect(await client.members(broken)).toBe('unknown');
  });

  it('holds the list of the whole group to the profile’s word', async () => {
    const { server, client } = await bench({ members: 'absent' }, { profile: { membersReadable: 'yes' } });
    const group = server.addGroup('Admins', ['u1']);
    expect(await client.members(group)).toEqual({ ids: [], nested: [] });
    const no = await bench({}, { profile: { membersReadable: 'no' } });
    expect(await no.client.members('g1')).toBe('unknown');
    expect(no.server.requests).toEqual([]);
  });
});

describe('groups', () => {
  it('are found by exactly their name, all of them, and without their members', async () => {
    const { server, client } = await bench({ ignoresFilters: true });
    const first = server.addGroup('PPLX_Admin', ['u1']);
    const second = server.addGroup('PPLX_Admin');
    server.addGroup('pplx_admin');
    server.addGroup('PPLX_Admin ');
    const found = await client.findGroups('PPLX_Admin');
    expect(found.map(({ id }) => id)).toEqual([first, second]);
    expect(found[0]).not.toHaveProperty('members');
    expect(await client.findGroups('Nobody')).toEqual([]);
  });

  it('are found by reading all where the filter is refused', async () => {
    const { server, client } = await bench({ refusesFilter: 'displayName', filterStatus: { status: 501 } });
    const group = server.addGroup('Admins');
    expect((await client.findGroups('Admins')).map(({ id }) => id)).toEqual([group]);
    expect(client.learned().refusedFilters).toEqual(['displayName']);
  });

  it('are created empty, only where the profile allows, and only if there is none of that name', async () => {
    const { server, client } = await bench();
    const made = await client.createGroup('Team', { externalId: 'team-1' });
    const [id] = server.groups.keys();
    expect(made).toEqual({ kind: 'created', id, sentAt: START });
    expect(server.requests.at(-1)?.body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Team',
      externalId: 'team-1',
    });
    expect(await client.createGroup('Team')).toMatchObject({ kind: 'exists', groups: [{ id }] });
    const no = await bench({}, { profile: { groupCreate: false } });
    expect(await no.client.createGroup('Team')).toEqual({ kind: 'managed-elsewhere' });
    expect(no.server.requests).toEqual([]);
    for (const status of [403, 405, 501]) {
      server.answer('POST /Groups', { status });
      expect(await client.createGroup('Other')).toMatchObject({ kind: 'managed-elsewhere', error: { status } });
    }
  });

  it('are looked up, never posted again, when the answer is lost', async () => {
    const { server, client } = await bench();
    server.script('POST /Groups', ({ apply, reset }) => {
      apply();
      reset();
    });
    expect(await client.createGroup('Team')).toMatchObject({ kind: 'created', sentAt: START });
    server.script('POST /Groups', ({ reset }) => reset());
    expect(await client.createGroup('Lost')).toMatchObject({ kind: 'unknown', sentAt: START });
    server.answer('POST /Groups', { status: 409 });
    expect(await client.createGroup('Hidden')).toMatchObject({ kind: 'refused', error: { status: 409 } });
    expect(server.count('POST')).toBe(3);
    server.script('POST /Groups', ({ apply, send }) => send({ ...apply(), body: '' }));
    expect(await client.createGroup('Mute')).toMatchObject({ kind: 'created' });
  });
});

describe('one remove removes one', () => {
  type Fault =
    | 'none'
    | 'reset-before'
    | 'reset-after'
    | '429'
    | '503'
    | '503-after'
    | '500-after'
    | 'ignored'
    | 'truncated-after'
    | '409';
  const FAULTS: readonly Fault[] = [
    'none',
    'reset-before',
    'reset-after',
    '429',
    '503',
    '503-after',
    '500-after',
    'ignored',
    'truncated-after',
    '409',
  ];
  const play: Record<Fault, (exchange: Exchange) => void> = {
    none: ({ apply, send }) => send(apply()),
    'reset-before': ({ reset }) => reset(),
    'reset-after': ({ apply, reset }) => {
      apply();
      reset();
    },
    '429': ({ send }) => send({ status: 429, headers: { 'retry-after': '1' } }),
    '503': ({ send }) => send({ status: 503, headers: { 'retry-after': '1' } }),
    '503-after': ({ apply, send }) => {
      apply();
      send({ status: 503, headers: { 'retry-after': '1' } });
    },
    '500-after': ({ apply, send }) => {
      apply();
      send({ status: 500 });
    },
    ignored: ({ send }) => send({ status: 200 }),
    'truncated-after': ({ apply, response, socket }) => {
      apply();
      response.writeHead(200, { 'content-length': '50' });
      response.write('{', () => socket.destroySoon());
    },
    '409': ({ send }) => send({ status: 409 }),
  };
  const scenario = fc.record({
    size: fc.integer({ min: 1, max: 6 }),
    whom: fc.nat(5),
    op: fc.constantFrom('remove', 'add'),
    members: fc.constantFrom<NonNullable<Quirks['members']>>('listed', 'empty'),
    memberFilter: fc.constantFrom<NonNullable<Quirks['memberFilter']>>('none', 'members.value'),
    writes: fc.array(fc.constantFrom(...FAULTS), { maxLength: 6 }),
    reads: fc.array(fc.constantFrom<Fault>('none', 'reset-before', '429', '503'), { maxLength: 6 }),
  });

  it('under any sequence of faults nobody else is touched, and what is said is what is so', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ size, whom, op, members, memberFilter, writes, reads }) => {
        const { server, client } = await bench({ members, memberFilter });
        const ids = Array.from({ length: size }, (_, n) => `u${n}`);
        const who = op === 'add' ? 'new' : `u${whom % size}`;
        const group = server.addGroup('Admins', ids);
        let effect: number | undefined;
        for (const fault of writes) server.script('PATCH /Groups', play[fault]);
        for (const fault of reads) server.script('GET /Groups', play[fault]);
        const others = ids.filter((id) => id !== who);
        try {
          const write = await (op === 'add' ? client.addMember(group, who) : client.removeMember(group, who));
          expect(write.lost).toEqual([]);
          const isIn = server.membersOf(group).includes(who);
          if (write.seen !== 'unknown') expect(write.seen).toBe(isIn ? 'in' : 'out');
          if (isIn === (op === 'add')) effect = write.sentAt;
          if (effect !== undefined) expect(effect).toBeGreaterThanOrEqual(START);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          if (!(error instanceof ScimError)) return;
          const happened = server.membersOf(group).includes(who) === (op === 'add');
          // "Not sent" and "refused" promise that nothing happened.
          if (happened) expect(error.outcome).toBe('unknown');
          if (error.outcome === 'unknown') expect(error.sentAt).toBeGreaterThanOrEqual(START);
        }
        expect(server.membersOf(group).filter((id) => id !== who)).toEqual(others);
        expect(server.requests.filter(({ method }) => !['GET', 'PATCH'].includes(method))).toEqual([]);
        await client.close();
        await server.close();
      }),
      { numRuns: 120 },
    );
  });
});
