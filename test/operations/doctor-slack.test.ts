/** What `rolecall doctor` says about Slack: tokens, scopes, and whether everybody the policy names can act. */
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PEOPLE, POLICY } from '../../src/sandbox/cast.ts';
import { closedPort, openClinic } from './clinic.ts';

const SCOPES = ['commands', 'chat:write', 'im:write', 'users:read', 'users:read.email', 'usergroups:read'];

describe('the tokens', () => {
  it('that Slack does not know are named, and nobody is looked up', async () => {
    const clinic = await openClinic({
      env: { SLACK_BOT_TOKEN: 'xoxb-9999999999-unknown', SLACK_APP_TOKEN: 'xapp-1-A0OTHER-999-unknown' },
    });
    const { status, about } = await clinic.diagnose();
    expect(about('slack', 'bot token')).toMatchObject([
      {
        state: 'fault',
        what: expect.stringMatching(/\(invalid_auth\)$/),
        fix: expect.stringMatching(/SLACK_BOT_TOKEN/),
      },
    ]);
    expect(about('slack', 'app token')).toMatchObject([
      {
        state: 'fault',
        what: expect.stringMatching(/\(invalid_auth\)$/),
        fix: expect.stringMatching(/SLACK_APP_TOKEN/),
      },
    ]);
    expect(about('people', 'everybody')).toMatchObject([{ state: 'unchecked' }]);
    expect(status).toBe(1);
    expect(clinic.slack.calls().map(({ name }) => name)).not.toContain('users.lookupByEmail');
  });

  it.each([
    ['token_expired', /has expired/, /token rotation must be off/],
    ['token_revoked', /was revoked/, /SLACK_BOT_TOKEN/],
    ['account_inactive', /is gone/, /SLACK_BOT_TOKEN/],
    ['a_code_of_next_year', /refuses the token \(a_code_of_next_year\)/, /SLACK_BOT_TOKEN/],
  ])('that fail with %s are told in words', async (error, what, fix) => {
    const clinic = await openClinic();
    clinic.slack.fault({ method: 'auth.test', times: 1, kind: 'error', error });
    const [finding] = (await clinic.diagnose()).about('slack', 'bot token');
    expect(finding).toMatchObject({ state: 'fault' });
    expect(finding?.what).toMatch(what);
    expect(finding?.fix).toMatch(fix);
  });

  it('must be of two kinds: an app-level token without its scope opens no socket', async () => {
    const clinic = await openClinic();
    clinic.slack.fault({ method: 'apps.connections.open', times: 1, kind: 'error', error: 'missing_scope' });
    const { status, about } = await clinic.diagnose();
    expect(about('slack', 'app token')).toMatchObject([
      {
        state: 'fault',
        what: 'the token lacks a scope (missing_scope)',
        fix: expect.stringMatching(/connections:write/),
      },
    ]);
    expect(about('slack', 'bot token')).toMatchObject([{ state: 'ok' }]);
    expect(status).toBe(1);
  });

  it('say which workspace they are of, and when nobody of the policy is there', async () => {
    const clinic = await openClinic({ people: PEOPLE.filter(({ id }) => id === 'U0GRACE') });
    clinic.slack.updateUsergroup('S0ITADMINS', { members: [] });
    const { about } = await clinic.diagnose();
    expect(about('slack', 'bot token')[0]?.what).toBe('rolecall in the workspace Example Ltd (T0EXAMPLE)');
    expect(about('people', 'workspace')).toMatchObject([
      { state: 'fault', fix: expect.stringMatching(/right workspace/) },
    ]);
  });
});

describe('the scopes', () => {
  it('that are missing or too many are named, and nobody is looked up without the right to', async () => {
    const granted = [...SCOPES.filter((scope) => scope !== 'usergroups:read'), 'channels:history'];
    const clinic = await openClinic({ scopes: granted });
    const { about } = await clinic.diagnose();
    expect(about('slack', 'scopes')).toMatchObject([
      { state: 'fault', what: 'missing: usergroups:read' },
      { state: 'warning', what: 'more than manifest.yml asks for: channels:history' },
    ]);
    expect(about('people', 'everybody')).toMatchObject([
      { state: 'unchecked', what: expect.stringMatching(/lacks usergroups:read/) },
    ]);
  });
});

describe('a Slack that does not answer', () => {
  it.each([
    ['cut', { kind: 'reset' }, /UND_ERR_SOCKET|ECONNRESET/],
    ['failing', { kind: 'http', status: 503 }, /HTTP 503/],
    ['busy', { kind: 'rate_limited', retryAfter: 30 }, /asks to wait 30 s/],
    ['in trouble', { kind: 'error', error: 'internal_error' }, /internal_error/],
  ] as const)('is told apart: %s', async (_, fault, what) => {
    const clinic = await openClinic();
    clinic.slack.fault({ method: 'auth.test', times: 1, ...fault });
    const { status, about } = await clinic.diagnose();
    expect(about('slack', 'bot token')).toMatchObject([{ state: 'unreachable', what: expect.stringMatching(what) }]);
    expect(status).toBe(69);
  });

  it('is told apart from an address where nobody listens, and from one where somebody else does', async () => {
    const port = await closedPort();
    const nobody = await openClinic({ env: { SLACK_API_URL: `http://127.0.0.1:${port}/api/` } });
    const refused = await nobody.diagnose();
    expect(refused.about('slack', 'bot token')[0]?.what).toBe(`127.0.0.1:${port} did not answer (ECONNREFUSED)`);
    expect(refused.status).toBe(69);

    const page = `<html>${'x'.repeat(5000)}</html>`;
    const server = createServer((_, response) => response.end(page));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port: taken } = server.address() as { port: number };
    const somebody = await openClinic({ env: { SLACK_API_URL: `http://127.0.0.1:${taken}/api/` } });
    const other = await somebody.diagnose();
    expect(other.about('slack', 'bot token')[0]?.what).toMatch(/the answer is not of the Web API/);
    expect(other.raw).not.toContain('xxx');
  });
});

describe('the people', () => {
  it('who cannot act are named one by one, each with the reason', async () => {
    const clinic = await openClinic({
      people: PEOPLE.map((each) => (each.id === 'U0EVE' ? { ...each, emailConfirmed: false } : each)),
      policy: POLICY.replace(
        'owners: [carla@example.com, "usergroup:S0ITADMINS"]',
        'owners: [carla@example.com, dmitri@example.com, ghost@example.com, grace@partner.example, ivy@example.com, "usergroup:S0NOBODY", "usergroup:S0ITADMINS", U0HUGO]',
      )
        .replace(
          'people:',
          'people:\n  - { slack: U0IVY, email: ivy@example.com, manager: left@example.com }\n  - { slack: U0GHOST, email: lost@example.com }',
        )
        .concat('    rules:\n      - { do: provision, approve: [{ by: [absent@example.com, ben@example.com] }] }\n'),
    });
    clinic.slack.updateUsergroup('S0ITADMINS', { members: [] });
    const { about, status } = await clinic.diagnose();
    const told = (subject: string) => about('people', subject).map(({ state, what }) => `${state}: ${what}`);
    expect(told('owners of perplexity')).toEqual([
      'ok: 2 of 8 can act: active, of this workspace',
      'fault: ghost@example.com is the address of nobody active in this workspace',
      'fault: grace@partner.example is a guest, and guests may not act',
      'fault: ivy@example.com is deactivated in Slack',
      'fault: the user group S0NOBODY does not exist, or is switched off',
      'fault: the user group S0ITADMINS has nobody in it',
      'fault: U0HUGO belongs to another organisation',
    ]);
    expect(told('rules of perplexity')).toEqual([
      'ok: 1 of 2 can act: active, of this workspace',
      'fault: absent@example.com is the address of nobody active in this workspace',
    ]);
    expect(told('auditors')).toEqual(['fault: eve@example.com has not confirmed this address in Slack']);
    expect(told('managers')).toEqual([
      'ok: 1 of 2 can act: active, of this workspace',
      'warning: left@example.com is the address of nobody active in this workspace',
    ]);
    // Somebody who left may stand in `people`; an id that nobody ever had may not.
    expect(told('people')).toEqual(['ok: 2 of 3 are known in Slack', 'warning: U0GHOST is nobody in this workspace']);
    expect(status).toBe(1);
  });

  it('are too few when fewer than two owners can be reached: it says what will be refused', async () => {
    const one = await openClinic({ policy: POLICY.replace(', "usergroup:S0ITADMINS"', ', U0CARLA') });
    const alone = (await one.diagnose()).about('people', 'owners of perplexity');
    expect(alone.map(({ state }) => state)).toEqual(['ok', 'warning']);
    expect(alone[1]?.what).toMatch(/^only carla@example\.com can be reached: .*\(revoke, provision, disable, enable\)/);
    const none = await openClinic();
    none.slack.updatePerson('U0CARLA', { kind: 'deactivated' });
    none.slack.updatePerson('U0DMITRI', { kind: 'guest' });
    const nobody = (await none.diagnose()).about('people', 'owners of perplexity');
    expect(nobody.at(-1)).toMatchObject({ state: 'fault', what: expect.stringMatching(/^nobody can be reached/) });
  });

  it('are asked about again when Slack asks to wait, and left unchecked when it asks for too long', async () => {
    const soon = await openClinic();
    soon.slack.fault({ method: 'users.lookupByEmail', times: 1, kind: 'rate_limited', retryAfter: 1 });
    expect((await soon.diagnose()).bad).toEqual([]);
    const late = await openClinic();
    late.slack.fault({ method: 'users.lookupByEmail', times: 100, kind: 'rate_limited', retryAfter: 120 });
    const { status, about } = await late.diagnose();
    expect(about('people', 'owners of perplexity').map(({ state }) => state)).toEqual(['unchecked', 'unchecked']);
    expect(about('people', 'auditors')).toMatchObject([{ state: 'unchecked' }]);
    expect(status).toBe(1);
  });

  it('who cannot be looked up because Slack fails are no answer, not absent', async () => {
    const clinic = await openClinic();
    clinic.slack.fault({ method: 'users.lookupByEmail', times: 100, kind: 'http', status: 500 });
    const { status, about } = await clinic.diagnose();
    expect(about('people', 'auditors')).toMatchObject([
      { state: 'unreachable', what: 'eve@example.com could not be looked up (HTTP 500)' },
    ]);
    expect(about('people', 'workspace')).toEqual([]);
    expect(status).toBe(69);
  });

  it('of a whole company are not all looked up, and it says how many were not', async () => {
    const clinic = await openClinic({ env: { PEOPLE_FILE: 'people.csv' } });
    const rows = Array.from({ length: 60 }, (_, at) => `,p${at}@example.com,m${at}@example.com`);
    await clinic.write('people.csv', ['slack,email,manager', ...rows].join('\n'));
    const { about } = await clinic.diagnose();
    expect(about('people', 'managers')).toHaveLength(40);
    expect(about('people', 'people').at(-1)).toMatchObject({
      state: 'unchecked',
      what: expect.stringMatching(/^22 further/),
    });
  });
});
