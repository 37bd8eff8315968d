/** What `rolecall doctor` says about apps: each way not to be reached, each way to be set up wrongly, who holds what. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DIRECTORY, POLICY } from '../../src/sandbox/cast.ts';
import { createScimService, type FaultKind, type ScimService, type Seed } from '../../src/sandbox/scim/index.ts';
import { type Clinic, closedPort, openClinic, SCIM_TOKEN } from './clinic.ts';

/** A SCIM service of its own, beside the clinic's. */
async function service(
  seed: Seed = DIRECTORY,
  options: { dialect?: 'generic' | 'cursor-only' } = {},
): Promise<ScimService> {
  const scim = await createScimService({
    host: '127.0.0.1',
    token: SCIM_TOKEN,
    dialect: options.dialect ?? 'generic',
    seed,
    now: Date.now,
  });
  onTestFinished(() => scim.close());
  return scim;
}

/** One app for each address, all with the same rules; `more` are lines of the app. */
async function apps(
  clinic: Clinic,
  urls: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
) {
  const blocks = Object.entries(urls).map(([key, url]) => {
    clinic.env[`${key.toUpperCase()}_URL`] = url;
    return `  ${key}:
    profile: ${key.startsWith('plain') ? 'generic' : 'perplexity'}
    scim: { url: "\${${key.toUpperCase()}_URL}", token: "\${SCIM_TOKEN}" }
    owners: [carla@example.com, dmitri@example.com]
${more[key] ?? '    roles:\n      admin: { group: PPLX_Admin, sensitive: true }\n      member: { group: PPLX_Members, base: true }\n    priority: [admin, member]'}`;
  });
  delete clinic.env.SCIM_URL;
  await clinic.policy(`version: 1\napps:\n${blocks.join('\n')}\n`);
}

async function broken(kind: FaultKind): Promise<string> {
  const scim = await service();
  scim.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind });
  return scim.url;
}

describe('an app that does not answer', () => {
  it('is told apart by what kept it: DNS, refused, TLS, cut, busy, failing', async () => {
    const clinic = await openClinic();
    await apps(clinic, {
      dns: 'https://nobody.invalid/scim/v2',
      refused: `http://127.0.0.1:${await closedPort()}/scim`,
      tls: clinic.scim.url.replace('http:', 'https:'),
      cut: await broken({ type: 'reset', when: 'before' }),
      busy: await broken({ type: 'busy', status: 429, retryAfter: { seconds: 7 } }),
      failing: await broken({ type: 'error', status: 502 }),
    });
    const { status, of } = await clinic.diagnose();
    expect(status).toBe(69);
    const first = (key: string) => of(`app:${key}`)[0];
    for (const [key, what, fix] of [
      ['dns', /nobody\.invalid is not known to DNS/, /correct the host/],
      ['refused', /nobody listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/, /host and port/],
      ['tls', /no secure connection to 127\.0\.0\.1:\d+/, /really speaks https/],
      ['cut', /cannot be reached \(/, /proxy/],
      ['busy', /asks to be left alone for 7 s/, /later/],
      ['failing', /fails \(502\)/, /vendor/],
    ] as const) {
      expect(first(key), key).toMatchObject({ state: 'unreachable', subject: 'connection' });
      expect(first(key)?.what, key).toMatch(what);
      expect(first(key)?.fix, key).toMatch(fix);
      expect(of(`app:${key}`).map(({ subject, state }) => `${subject} ${state}`)).toContain('the rest unchecked');
    }
  });

  it('is given up when it is silent', async () => {
    const clinic = await openClinic();
    await apps(clinic, { silent: await broken({ type: 'hang', ms: 60_000, when: 'before' }) });
    // A second of the doctor's patience is 25 ms here.
    const patience: number[] = [];
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const hurry = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      patience.push(ms);
      return timeout(ms / 40);
    });
    onTestFinished(() => hurry.mockRestore());
    const { status, of } = await clinic.diagnose();
    expect(status).toBe(69);
    const [first, ...others] = of('app:silent');
    expect(first).toMatchObject({ state: 'unreachable', subject: 'connection' });
    expect(first?.what).toMatch(/too long to answer/);
    expect(first?.fix).toMatch(/firewall/);
    expect(others.map(({ subject, state }) => `${subject} ${state}`)).toContain('the rest unchecked');
    expect(Math.max(...patience)).toBeLessThanOrEqual(30_000);
  });
});

describe('an app that answers wrongly', () => {
  it('is told apart: token, right, base path, web page, redirect, no groups', async () => {
    const clinic = await openClinic();
    const noUsers = await service();
    noUsers.fault({ match: { path: /^\/Users/ }, times: 99, kind: { type: 'error', status: 403 } });
    const noGroups = await service();
    noGroups.fault({ match: { path: /^\/Groups/ }, times: 99, kind: { type: 'error', status: 501 } });
    const closedGroups = await service();
    closedGroups.fault({ match: { path: /^\/Groups/ }, times: 99, kind: { type: 'error', status: 403 } });
    const other = await service();
    other.setToken('another');
    await apps(clinic, {
      token: other.url,
      right: noUsers.url,
      path: clinic.scim.url.replace(/[^/]+$/, 'elsewhere'),
      page: await broken({ type: 'html', status: 200 }),
      redirect: await broken({ type: 'redirect', status: 302, to: 'https://elsewhere.invalid/' }),
      groupless: noGroups.url,
      closed: closedGroups.url,
    });
    const { status, of, about } = await clinic.diagnose();
    expect(status).toBe(1);
    for (const [key, subject, what] of [
      ['token', 'token', /refuses the token \(401\)/],
      ['right', 'token', /does not let it read accounts \(403\)/],
      ['path', 'address', /has no accounts at this address \(404\)/],
      ['page', 'address', /not SCIM \(200\)/],
      ['redirect', 'address', /redirects \(302\)/],
      ['groupless', 'groups', /no groups at this address/],
      ['closed', 'groups', /may not read groups \(403\)/],
    ] as const) {
      const [finding] = about(`app:${key}`, subject);
      expect(finding, key).toMatchObject({ state: 'fault' });
      expect(finding?.what, key).toMatch(what);
      expect(finding?.fix, key).not.toBe('');
    }
    expect(of('app:groupless').filter(({ state }) => state === 'unchecked').length).toBeGreaterThan(0);
  });
});

describe('paging', () => {
  const many = (count: number): Seed => ({
    users: Array.from({ length: count }, (_, at) => ({ userName: `person${at}@example.com` })),
    groups: [
      { displayName: 'PPLX_Admin', members: ['person0@example.com'] },
      { displayName: 'PPLX_Members', members: Array.from({ length: count }, (_, at) => `person${at}@example.com`) },
    ],
  });

  it('is tried to the last page, by index and by cursor', async () => {
    const clinic = await openClinic({ directory: many(250) });
    const cursors = await service(many(250), { dialect: 'cursor-only' });
    await apps(clinic, { index: clinic.scim.url, plaincursor: cursors.url });
    const { about } = await clinic.diagnose();
    expect(about('app:index', 'paging')).toMatchObject([
      { state: 'ok', what: '250 accounts on 3 pages, read to the end' },
    ]);
    expect(about('app:plaincursor', 'paging')).toMatchObject([
      { state: 'ok', what: expect.stringMatching(/^250 .* 3 pages/) },
    ]);
    expect(about('app:plaincursor', 'supports')[0]?.what).toMatch(/paging cursor, at most 100 rows/);
  });

  it('that cannot be trusted keeps everything that rests on it unchecked', async () => {
    const clinic = await openClinic({ directory: many(250), quirks: { startIndex: 'ignored' } });
    await apps(clinic, { short: clinic.scim.url }, { short: `${ROLES}    keep: [gone@example.com]\n    seats: 400` });
    const { status, about } = await clinic.diagnose();
    expect(about('app:short', 'paging')).toMatchObject([{ state: 'fault' }]);
    expect(about('app:short', 'keep')).toMatchObject([{ state: 'unchecked' }]);
    expect(about('app:short', 'seats')).toMatchObject([{ state: 'unchecked' }]);
    expect(about('app:short', 'in none')).toMatchObject([{ state: 'unchecked' }]);
    expect(status).toBe(1);
  });
});

const ROLES = `    roles:
      admin: { group: PPLX_Admin, sensitive: true }
      member: { group: PPLX_Members, base: true }
    priority: [admin, member]
`;

describe('role groups', () => {
  it('must be there, once, under the very name', async () => {
    const clinic = await openClinic();
    const twice = await service({ ...DIRECTORY, groups: [...DIRECTORY.groups, { displayName: 'PPLX_Admin' }] });
    const spelt = await service({
      users: DIRECTORY.users,
      groups: [{ displayName: 'pplx_admin ' }, { displayName: 'Everybody' }],
    });
    await apps(clinic, { twice: twice.url, spelt: spelt.url });
    const { about, of } = await clinic.diagnose();
    expect(about('app:twice', 'group of admin')).toMatchObject([
      { state: 'fault', what: '2 groups are called PPLX_Admin', fix: expect.stringMatching(/rename all but one/) },
    ]);
    expect(about('app:twice', 'group of member')).toMatchObject([{ state: 'ok' }]);
    expect(about('app:spelt', 'group of admin')).toMatchObject([
      {
        state: 'fault',
        what: 'there is no group called PPLX_Admin',
        fix: expect.stringMatching(/write "pplx_admin ?"/),
      },
    ]);
    expect(about('app:spelt', 'group of member')[0]?.fix).toMatch(/there are pplx_admin ?, Everybody/);
    expect(about('app:spelt', 'admin now')).toMatchObject([{ state: 'unchecked' }]);
    expect(of('app:spelt').some(({ subject }) => subject === 'members of member')).toBe(false);
  });

  it('whose members are not listed leave the last Admin to keep', async () => {
    const clinic = await openClinic();
    const bare = await service(DIRECTORY, { dialect: 'cursor-only' });
    const nested = await service();
    const inner = nested.addGroup({ displayName: 'Inner' });
    nested.setMember(nested.groupId('PPLX_Members') ?? '', inner, true);
    nested.setMember(nested.groupId('PPLX_Members') ?? '', 'id-of-nobody', true);
    await apps(
      clinic,
      { plainbare: bare.url, plainkept: bare.url, nested: nested.url },
      { plainkept: `${ROLES}    keep: [break-glass@example.com]` },
    );
    const { about } = await clinic.diagnose();
    expect(about('app:plainbare', 'members of admin')).toMatchObject([
      { state: 'warning', fix: expect.stringMatching(/^name an account .* under keep/) },
    ]);
    expect(about('app:plainkept', 'members of admin')[0]?.fix).not.toMatch(/under keep/);
    expect(about('app:plainkept', 'keep')).toMatchObject([{ state: 'unchecked' }]);
    expect(about('app:plainbare', 'admin now')).toMatchObject([{ state: 'unchecked' }]);
    expect(about('app:plainbare', 'in none')).toMatchObject([{ state: 'unchecked' }]);
    expect(about('app:nested', 'members of member')).toMatchObject([
      { state: 'warning', what: 'readable: 10, and 1 group inside, whose people are not counted' },
      { state: 'warning', what: '1 member of PPLX_Members is no account that this token sees' },
    ]);
  });
});

describe('priority', () => {
  it('must be written, with the sensitive role before the base role', async () => {
    const clinic = await openClinic();
    const { url } = clinic.scim;
    const unsaid = ROLES.replace(/ *priority.*\n/, '');
    const reversed = ROLES.replace('[admin, member]', '[member, admin]');
    const single = '    roles:\n      admin: { group: PPLX_Admin, sensitive: true }\n';
    await apps(clinic, { unsaid: url, reversed: url, single: url, well: url }, { unsaid, reversed, single });
    const { about } = await clinic.diagnose();
    expect(about('app:unsaid', 'priority')).toMatchObject([
      { state: 'fault', fix: expect.stringMatching(/write it as priority: \[admin, member\]/) },
    ]);
    expect(about('app:reversed', 'priority')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/^member goes before admin/) },
    ]);
    expect(about('app:single', 'priority')).toEqual([]);
    expect(about('app:well', 'priority')).toMatchObject([{ state: 'ok' }]);
  });

  it('is part of the single-app form', async () => {
    const clinic = await openClinic({
      env: { ADMIN_GROUP: 'PPLX_Admin', MEMBER_GROUP: 'PPLX_Members', APP_OWNERS: 'carla@example.com,ben@example.com' },
    });
    await rm(join(clinic.folder, 'access.yml'));
    const { bad, about } = await clinic.diagnose();
    expect(bad).toEqual([]);
    expect(about('app:perplexity', 'priority')).toMatchObject([{ state: 'ok' }]);
  });
});

describe('who holds what', () => {
  it('says who is Admin now, and that nobody is an alarm', async () => {
    const clinic = await openClinic();
    const empty = await service({
      users: DIRECTORY.users,
      groups: [{ displayName: 'PPLX_Admin', members: ['kim.larsen@example.com'] }, { displayName: 'PPLX_Members' }],
    });
    await apps(clinic, { full: clinic.scim.url, empty: empty.url });
    const { about } = await clinic.diagnose();
    expect(about('app:full', 'admin now')).toEqual([
      { state: 'ok', subject: 'admin now', what: '2 active: break-glass@example.com, carla@example.com' },
    ]);
    expect(about('app:empty', 'admin now')).toMatchObject([
      { state: 'fault', what: 'nobody active is in PPLX_Admin' },
      { state: 'warning', what: '1 inactive account in PPLX_Admin: kim.larsen@example.com' },
    ]);
  });

  it('holds the kept accounts to what keep says of them', async () => {
    const clinic = await openClinic();
    const kept = (email: string) => `${ROLES}    keep: [${email}]`;
    const { url } = clinic.scim;
    await apps(
      clinic,
      { well: url, gone: url, asleep: url, outside: url },
      {
        well: kept('Break-Glass@example.com'),
        gone: kept('ghost@example.com'),
        asleep: kept('kim.larsen@example.com'),
        outside: kept('ada@example.com'),
      },
    );
    const { about } = await clinic.diagnose();
    expect(about('app:well', 'keep')).toMatchObject([{ state: 'ok' }]);
    expect(about('app:gone', 'keep')).toMatchObject([{ state: 'fault', what: 'ghost@example.com has no account' }]);
    expect(about('app:asleep', 'keep')).toMatchObject([{ state: 'fault', what: 'kim.larsen@example.com is inactive' }]);
    expect(about('app:outside', 'keep')).toMatchObject([{ state: 'fault', what: 'ada@example.com is not admin' }]);
  });

  it('counts seats, people in both groups and people in none', async () => {
    const clinic = await openClinic();
    clinic.scim.setMember(
      clinic.scim.groupId('PPLX_Members') ?? '',
      clinic.scim.userId('zoe.mueller@example.com') ?? '',
      false,
    );
    const { url } = clinic.scim;
    await apps(
      clinic,
      { plenty: url, few: url, none: url },
      {
        plenty: `${ROLES}    seats: 50`,
        few: `${ROLES}    seats: 10`,
        none: `${ROLES}    seats: 9\n    exclusive: true`,
      },
    );
    const { about } = await clinic.diagnose();
    expect(about('app:plenty', 'seats')).toMatchObject([{ state: 'ok', what: '9 of 50 used' }]);
    expect(about('app:few', 'seats')).toMatchObject([{ state: 'warning', what: '9 of 10 used' }]);
    expect(about('app:none', 'seats')[0]?.what).toBe('9 of 9 used: the next provision is refused');
    expect(about('app:plenty', 'in both')).toMatchObject([{ state: 'ok', what: expect.stringMatching(/^2 accounts/) }]);
    expect(about('app:none', 'in both')).toMatchObject([
      { state: 'warning', what: expect.stringMatching(/break-glass@example\.com, carla@example\.com$/) },
    ]);
    expect(about('app:plenty', 'in none')).toMatchObject([
      { state: 'warning', what: '1 active account in no role group: zoe.mueller@example.com' },
    ]);
  });

  it('says so where nothing is written', async () => {
    const clinic = await openClinic({ policy: POLICY.replace('keep:', 'mode: observe\n    keep:') });
    const { about } = await clinic.diagnose();
    expect(about('app:perplexity', 'connection')[0]?.what).toMatch(/observe: nothing is written/);
  });
});
