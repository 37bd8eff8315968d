/** The client against every scripted fault of the sandbox's SCIM service, by name; a new fault needs a line here. */
import { describe, expect, it } from 'vitest';
import { createScimService, FAULTS, type FaultName, type ScimService } from '../../src/sandbox/scim/index.ts';
import type { ScimClient } from '../../src/scim/index.ts';
import { clientOn, later, type Setup, START, TOKEN } from './bench.ts';

const GROUP = 'group-admin';
const FOREVER = Number.POSITIVE_INFINITY;

interface Scene {
  readonly service: ScimService;
  readonly client: ScimClient;
  readonly sleeps: readonly number[];
  /** Plays a ready-made fault. */
  readonly play: (name: FaultName, method?: string, times?: number) => void;
  /** Methods that reached the service. */
  readonly methods: () => string;
  readonly members: () => readonly string[];
}

async function scene(
  options: Partial<Parameters<typeof createScimService>[0]> = {},
  setup: Setup = {},
): Promise<Scene> {
  const service = await createScimService({
    host: '127.0.0.1',
    token: TOKEN,
    dialect: 'generic',
    seed: {
      users: ['ada', 'grace', 'linus', 'mary'].map((id) => ({ id, userName: `${id}@example.com` })),
      groups: [{ id: GROUP, displayName: 'Admins', members: ['grace', 'linus'] }],
    },
    now: () => START,
    ...options,
  });
  later(() => service.close());
  const arrived: string[] = [];
  service.on('arrive', ({ method }) => arrived.push(method));
  const { client, sleeps } = clientOn(service.url, setup);
  return {
    service,
    client,
    sleeps,
    play: (name, method = 'PATCH', times = 1) => {
      service.fault({ match: { method }, times, kind: FAULTS[name].kind });
    },
    methods: () => arrived.join(' '),
    members: () => service.state().groups.find(({ id }) => id === GROUP)?.members ?? [],
  };
}

/** Waited once and did it: nothing was applied before. */
async function waitedOut(name: FaultName, wait: (ms: number | undefined) => void): Promise<void> {
  const { client, play, sleeps, methods, members } = await scene();
  play(name);
  expect(await client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'in', lost: [] });
  expect(methods()).toBe('PATCH PATCH GET');
  expect(members()).toEqual(['grace', 'linus', 'ada']);
  expect(sleeps).toHaveLength(1);
  wait(sleeps[0]);
}

/** 5xx: a read is repeated, a set value is looked at first, a create is looked up and never repeated. */
async function unclear(name: 'unavailable' | 'serverError'): Promise<void> {
  const reading = await scene();
  reading.play(name, 'GET', 2);
  expect(await reading.client.getUser('ada')).toMatchObject({ id: 'ada' });
  expect(reading.methods()).toBe('GET GET GET');
  const writing = await scene();
  writing.play(name);
  expect(await writing.client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'in' });
  expect(writing.methods()).toBe('PATCH GET PATCH GET');
  const making = await scene();
  making.play(name, 'POST');
  const made = await making.client.createUser({ userName: 'new@example.com', givenName: 'New' }, { looked: true });
  expect(made).toMatchObject({ kind: 'unknown', sentAt: START });
  expect(making.methods().match(/POST/g)).toHaveLength(1);
}

/** Applied, and the answer is of no use: read back, not repeated. */
async function appliedAllTheSame(name: FaultName, setup: Setup = {}): Promise<void> {
  const writing = await scene({}, setup);
  writing.play(name);
  expect(await writing.client.removeMember(GROUP, 'grace', { before: ['grace', 'linus'] })).toMatchObject({
    seen: 'out',
    lost: [],
  });
  expect(writing.members()).toEqual(['linus']);
  expect(writing.methods()).toBe('PATCH GET');
}

async function neverForNobody(name: FaultName, fault: string, setup: Setup = {}): Promise<void> {
  const { client, play } = await scene({}, { patienceMs: 0, ...setup });
  play(name, 'GET', FOREVER);
  await expect(client.getUser('ada')).rejects.toMatchObject({ fault, sentAt: undefined });
  await expect(client.findUsers({ userName: 'ada@example.com' })).rejects.toMatchObject({ name: 'ScimError' });
  await expect(client.members(GROUP)).rejects.toMatchObject({ name: 'ScimError' });
}

async function refusedOnce(name: 'unauthorised' | 'forbidden', status: number): Promise<void> {
  const { client, play, methods, members } = await scene();
  play(name, 'PATCH', FOREVER);
  await expect(client.addMember(GROUP, 'ada')).rejects.toMatchObject({ status, outcome: 'refused' });
  expect(methods()).toBe('PATCH');
  expect(members()).toEqual(['grace', 'linus']);
}

/** Lists that say nothing: who is in is asked by filter, and nobody is taken for out. */
async function listsSayNothing(name: FaultName): Promise<void> {
  const { client, play, members } = await scene();
  play(name, 'GET', FOREVER);
  expect(await client.members(GROUP)).toBe('unknown');
  expect(await client.isMember(GROUP, 'ada')).toBe('unknown');
  expect(await client.isMember(GROUP, 'grace')).toBe('in');
  expect(await client.removeMember(GROUP, 'grace')).toMatchObject({ seen: 'out', lost: [] });
  expect(members()).toEqual(['linus']);
}

const PLAYED: Record<FaultName, () => Promise<void>> = {
  rateLimited: () => waitedOut('rateLimited', (ms) => expect(ms).toBe(1_000)),
  // By the service's own Date, whose seconds are whole: our clock stands in 1970.
  rateLimitedUntil: () => waitedOut('rateLimitedUntil', (ms) => expect([1_000, 2_000, 3_000]).toContain(ms)),
  rateLimitedSilently: () => waitedOut('rateLimitedSilently', (ms) => expect(ms).toBe(500)),
  unavailable: () => unclear('unavailable'),
  serverError: () => unclear('serverError'),
  unauthorised: () => refusedOnce('unauthorised', 401),
  forbidden: () => refusedOnce('forbidden', 403),

  async resetBefore() {
    const { client, play, methods, members } = await scene();
    play('resetBefore');
    expect(await client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'in', sentAt: START });
    expect(methods()).toBe('PATCH GET PATCH GET');
    expect(members()).toEqual(['grace', 'linus', 'ada']);
    const making = await scene();
    making.play('resetBefore', 'POST');
    expect(await making.client.createUser({ userName: 'new@example.com', givenName: 'New' })).toMatchObject({
      kind: 'unknown',
    });
    expect(making.methods().match(/POST/g)).toHaveLength(1);
  },

  lostAnswer: () => appliedAllTheSame('lostAnswer'),

  async lostCreate() {
    const { client, play, methods, service } = await scene();
    play('lostCreate', 'POST');
    const made = await client.createUser({ userName: 'new@example.com', givenName: 'New', externalId: 'U0NEW' });
    expect(made).toMatchObject({ kind: 'created', how: 'found', user: { userName: 'new@example.com' } });
    expect(methods().match(/POST/g)).toHaveLength(1);
    expect(service.state().users.filter(({ userName }) => userName === 'new@example.com')).toHaveLength(1);
    const group = await scene();
    group.play('lostCreate', 'POST');
    expect(await group.client.createGroup('Team')).toMatchObject({ kind: 'created' });
    expect(group.methods().match(/POST/g)).toHaveLength(1);
  },

  async slowDrip() {
    await neverForNobody('slowDrip', 'timeout', { deadlineMs: 150 });
    await appliedAllTheSame('slowDrip', { deadlineMs: 600 });
  },
  async truncated() {
    await neverForNobody('truncated', 'unreadable');
    await appliedAllTheSame('truncated');
  },
  async oversize() {
    await neverForNobody('oversize', 'too-large', { maxBytes: 100_000 });
    await appliedAllTheSame('oversize', { maxBytes: 100_000 });
  },

  async html() {
    await neverForNobody('html', 'unreadable');
    const { client, play, members } = await scene();
    play('html');
    // Somebody else's page with a 200: not applied, and the read-back says so.
    expect(await client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'out' });
    expect(members()).toEqual(['grace', 'linus']);
  },

  async redirected() {
    await neverForNobody('redirected', 'redirect');
    const { client, play, methods, members } = await scene();
    play('redirected', 'PATCH', FOREVER);
    await expect(client.addMember(GROUP, 'ada')).rejects.toMatchObject({ fault: 'redirect', outcome: 'refused' });
    expect(methods()).toMatch(/^PATCH( GET)?$/);
    expect(members()).toEqual(['grace', 'linus']);
  },

  async noEffect() {
    const { client, play, members } = await scene();
    play('noEffect', 'PATCH', FOREVER);
    expect(await client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'out', lost: [] });
    expect(await client.removeMember(GROUP, 'grace')).toMatchObject({ seen: 'in', lost: [] });
    expect(await client.setActive('ada', false)).toMatchObject({ seen: 'active' });
    expect(await client.updateUser('ada', { title: 'Countess' })).toMatchObject({
      attributes: { title: { kind: 'accepted' } },
    });
    expect(members()).toEqual(['grace', 'linus']);
  },

  async groupWipe() {
    const { client, play, members } = await scene();
    play('groupWipe');
    expect(await client.removeMember(GROUP, 'grace')).toMatchObject({ seen: 'out', lost: ['linus'] });
    expect(members()).toEqual([]);
  },

  async additiveReplace() {
    const { client, play, service, members } = await scene();
    play('additiveReplace', 'PATCH', FOREVER);
    await client.addMember(GROUP, 'ada');
    await client.removeMember(GROUP, 'grace');
    expect(await client.removeMembers(GROUP, ['linus', 'mary'])).toMatchObject({ lost: [] });
    expect(members()).toEqual(['ada']);
    // Nothing here replaces members, so it does not matter what that would do.
    expect(service.calls.filter(({ request }) => request.includes('replace'))).toEqual([]);
  },

  async ghostMembers() {
    const { client, play, members } = await scene();
    play('ghostMembers', 'PATCH', FOREVER);
    // Whoever adds looks first: an id of nobody is stored here, and listed.
    expect(await client.getUser('nobody')).toBeUndefined();
    expect(await client.addMember(GROUP, 'nobody')).toMatchObject({ seen: 'in' });
    expect(members()).toContain('nobody');
    expect(await client.removeMember(GROUP, 'nobody')).toMatchObject({ seen: 'out', lost: [] });
    expect(members()).toEqual(['grace', 'linus']);
  },

  membersNeverListed: () => listsSayNothing('membersNeverListed'),
  membersEmpty: () => listsSayNothing('membersEmpty'),
};

describe('a fault of the service', () => {
  it.each(Object.entries(PLAYED))('%s is carried as promised', async (_, play) => {
    await play();
  });

  it('a 429 that says "soon" is waited out like one that says nothing', async () => {
    const { client, service, sleeps } = await scene();
    const kind = { type: 'busy', status: 429, retryAfter: 'garbage' } as const;
    service.fault({ match: { method: 'PATCH' }, times: 1, kind });
    expect(await client.addMember(GROUP, 'ada')).toMatchObject({ seen: 'in' });
    expect(sleeps).toEqual([500]);
  });

  it('cursors as the only way past the first page are followed to the end', async () => {
    const users = Array.from({ length: 250 }, (_, at) => ({ id: `u${at}`, userName: `user${at}@example.com` }));
    const { client } = await scene({ dialect: 'cursor-only', seed: { users, groups: [] } });
    await client.discover();
    const listing = client.listUsers();
    let seen = 0;
    for await (const { items } of listing) seen += items.length;
    expect(seen).toBe(250);
    expect(listing.verdict()).toEqual({ complete: true, count: 250 });
  });

  it('cursors are followed even where nobody asked what the service can do', async () => {
    const users = Array.from({ length: 250 }, (_, at) => ({ id: `u${at}`, userName: `user${at}@example.com` }));
    const { client } = await scene({ dialect: 'cursor-only', seed: { users, groups: [] } });
    const listing = client.listUsers();
    for await (const { unreadable } of listing) expect(unreadable).toBe(0);
    expect(listing.verdict()).toEqual({ complete: true, count: 250 });
  });
});
