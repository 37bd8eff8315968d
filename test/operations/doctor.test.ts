/** `rolecall doctor` as an operator meets it: what it prints, how it ends, and what it never says. */
import { describe, expect, it } from 'vitest';
import {
  APP_TOKEN,
  BOT_TOKEN,
  type Clinic,
  openClinic,
  QUERY_KEY,
  SCIM_TOKEN,
  SIGNING_SECRET,
  TENANT,
} from './clinic.ts';

const SECRETS = [BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, SCIM_TOKEN, TENANT, QUERY_KEY];
const keepsSecrets = (text: string): void => {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
};
/** Both forms of the same examination. */
async function both(clinic: Clinic): Promise<string> {
  const [text, json] = [await clinic.call(['doctor']), await clinic.call(['doctor', '--json'])];
  expect(text.status).toBe(json.status);
  return text.out + text.err + json.out + json.err;
}

describe('against a sound house', () => {
  it('says so on one quiet page and ends with 0', async () => {
    const clinic = await openClinic();
    const { status, out, err } = await clinic.call(['doctor']);
    expect(err).toBe('');
    expect(out).toMatch(/\nAll is well: \d\d checks\.\n$/);
    expect(out).not.toMatch(/FAULT|WARNING|NO ANSWER|NOT CHECKED|→/);
    for (const title of ['Configuration', 'Store', 'Slack', 'People', 'Perplexity Enterprise (perplexity)']) {
      expect(out).toContain(`${title}\n  ok  `);
    }
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(status).toBe(0);
  });

  it('is one JSON document with the same verdict', async () => {
    const clinic = await openClinic();
    const diagnosis = await clinic.diagnose();
    expect(diagnosis).toMatchObject({ status: 0, ok: true });
    expect(diagnosis.bad).toEqual([]);
    expect(diagnosis.counts).toEqual({ ok: expect.any(Number), warning: 0, fault: 0, unreachable: 0, unchecked: 0 });
    expect(diagnosis.counts.ok).toBeGreaterThan(20);
  });

  it('changes nothing, in the app or in Slack, and takes no event away from the bot', async () => {
    const clinic = await openClinic();
    await clinic.diagnose();
    expect(clinic.scim.calls.length).toBeGreaterThan(5);
    expect(clinic.scim.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
    const methods = new Set(clinic.slack.calls().map(({ name }) => name));
    expect([...methods].sort()).toEqual(
      ['apps.connections.open', 'auth.test', 'users.info', 'users.lookupByEmail', 'usergroups.users.list'].sort(),
    );
    expect(clinic.slack.socket.connections()).toBe(0);
  });

  it('needs no Socket Mode', async () => {
    const clinic = await openClinic({ socket: false });
    const diagnosis = await clinic.diagnose();
    expect(diagnosis.bad).toEqual([]);
    expect(diagnosis.about('slack', 'requests')).toMatchObject([{ state: 'ok' }]);
    expect(clinic.slack.calls().map(({ name }) => name)).not.toContain('apps.connections.open');
  });
});

describe('what it is told', () => {
  it('says every fault of the configuration with its fix, examines nothing, and ends with 78', async () => {
    const clinic = await openClinic({ env: { SLACK_APP_TOKEN: 'xoxb-not-an-app-token-at-all' } });
    await clinic.policy('version: 1\ntimezone: Moon/Base\napps:\n  perplexity: { nme: x }\n');
    const { status, bad, of, raw } = await clinic.diagnose();
    expect(status).toBe(78);
    expect(bad.join('\n')).toMatch(/configuration\/SLACK_APP_TOKEN fault/);
    expect(bad.join('\n')).toMatch(/configuration\/access\.yml:2 fault: timezone/);
    expect(bad.join('\n')).toMatch(/configuration\/access\.yml:4 fault/);
    expect(
      of('configuration')
        .filter(({ state }) => state === 'fault')
        .every(({ fix }) => fix !== ''),
    ).toBe(true);
    expect(bad.at(-1)).toMatch(/the rest unchecked/);
    expect(clinic.slack.calls()).toEqual([]);
    expect(clinic.scim.calls).toEqual([]);
    expect(raw).not.toContain('xoxb-not-an-app-token-at-all');
  });

  it('passes on what check warns of', async () => {
    const clinic = await openClinic({ env: { SEATS: '5' } });
    const { status, about } = await clinic.diagnose();
    expect(about('configuration', 'SEATS')).toMatchObject([{ state: 'warning', fix: 'take it out' }]);
    expect(status).toBe(1);
  });

  it('refuses flags it does not know', async () => {
    const { status, err } = await (await openClinic()).call(['doctor', '--fix']);
    expect(status).toBe(2);
    expect(err).toMatch(/--fix/);
  });
});

describe('how it ends', () => {
  it('with 1 when something was found and everything answered', async () => {
    const clinic = await openClinic();
    clinic.slack.updatePerson('U0EVE', { kind: 'guest' });
    const { out, status } = await clinic.call(['doctor']);
    expect(out).toMatch(/\n1 fault; \d+ checks are well\.\n$/);
    expect(status).toBe(1);
  });

  it('with 69 when a service did not answer, whatever else was found', async () => {
    const clinic = await openClinic({ env: { SCIM_URL: 'http://127.0.0.1:9/scim' } });
    clinic.slack.updatePerson('U0EVE', { kind: 'guest' });
    const { out, status } = await clinic.run(['doctor']);
    expect(out).toMatch(/\n1 fault, 1 service did not answer, 1 check not made; \d+ checks are well\.\n$/);
    expect(out).toMatch(/NO ANSWER +connection +nobody listens at 127\.0\.0\.1:9 \(ECONNREFUSED\)/);
    expect(status).toBe(69);
  });
});

describe('what it never says', () => {
  it('holds no token, no query string and no path of an address, well or ill', async () => {
    const well = await openClinic();
    keepsSecrets(await both(well));
    const ill = await openClinic();
    // The listings and look-ups that come after the test of the connection.
    for (const path of [/^\/Groups\?.*filter/, /^\/Users\?.*count=\d\d/]) {
      const kind = {
        type: 'error',
        status: 400,
        detail: `no ${SCIM_TOKEN} at ${ill.scim.url}?key=${QUERY_KEY}`,
      } as const;
      ill.scim.fault({ match: { path }, times: 100, kind });
    }
    ill.slack.fault({ method: 'auth.test', times: 9, kind: 'error', error: `invalid_auth_${BOT_TOKEN}` });
    const said = await both(ill);
    expect(said).toMatch(/FAULT/);
    keepsSecrets(said);
  });

  it('takes secrets, line breaks and control characters out of names that others chose', async () => {
    const name = `Team ${SCIM_TOKEN}\u001b[31m\u202e\r\nFAULT  forged`;
    const clinic = await openClinic({ directory: { users: [], groups: [{ displayName: name }] } });
    const said = await both(clinic);
    expect(said).toContain('Team (hidden)');
    keepsSecrets(said);
    expect(said).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(said).not.toMatch(/^FAULT/m);
  });
});
