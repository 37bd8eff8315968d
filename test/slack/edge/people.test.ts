// Who is who in Slack, asked of a real workspace over HTTP.
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSlackWorkspace, type SlackWorkspace } from '../../../src/sandbox/slack/index.ts';
import { slackApi } from '../../../src/slack/api.ts';
import { boltLogger } from '../../../src/slack/log.ts';
import { createPeople, type Home } from '../../../src/slack/people.ts';
import { arrivalOf, senderOf } from '../../../src/slack/wire.ts';
import { BOT_TOKEN, SCOPES, silent, TEAM, USERS, workspaceOptions } from './workspace.ts';

let workspace: SlackWorkspace;
beforeEach(async () => {
  workspace = await createSlackWorkspace(workspaceOptions());
});
afterEach(() => workspace.close());

function people(home: Home = { team: TEAM }, more: { timeoutMs?: number } = {}) {
  const api = slackApi({
    token: BOT_TOKEN,
    apiUrl: workspace.apiUrl,
    timeoutMs: more.timeoutMs ?? 2000,
    log: boltLogger(silent),
  });
  return createPeople({ api, home: () => home, wireNow: Date.now });
}
const at = (user: string, team = TEAM) => ({ team, user });

describe('people of the workspace', () => {
  it('knows a member with e-mail, zone and names', async () => {
    expect(await people().person(at(USERS.alice))).toMatchObject({
      slack: { team: TEAM, user: USERS.alice },
      name: 'Alice Example',
      email: 'alice@example.com',
      emailConfirmed: true,
      zone: 'Europe/Berlin',
      standing: 'member',
    });
  });

  it.each([
    ['a guest', USERS.guest, TEAM, 'guest'],
    ['somebody who left', USERS.leaver, TEAM, 'deactivated'],
    ['a bot', USERS.robot, TEAM, 'bot'],
    ['a person of another organisation', USERS.outsider, 'T0OTHER', 'outside'],
    ['a person of another organisation under our team id', USERS.outsider, TEAM, 'outside'],
    ['a member under another team id', USERS.alice, 'T0OTHER', 'outside'],
  ])('does not take %s for a member', async (_who, user, team, standing) => {
    expect((await people().person(at(user, team)))?.standing).toBe(standing);
  });

  it('says undefined only where Slack says that there is nobody', async () => {
    expect(await people().person(at('U0NOBODY'))).toBeUndefined();
    expect(await people().byEmail('nobody@example.com')).toBeUndefined();
  });

  it.each([
    ['an error', { kind: 'error', error: 'internal_error' } as const],
    ['a rate limit', { kind: 'rate_limited', retryAfter: 30 } as const],
    ['a broken connection', { kind: 'reset' } as const],
    ['a server error', { kind: 'http', status: 503 } as const],
    ['a missing scope', { kind: 'error', error: 'missing_scope' } as const],
  ])('throws and never says "unknown" after %s', async (_what, fault) => {
    workspace.fault({ method: '*', times: 3, ...fault });
    const unavailable = { name: 'DirectoryError', fault: 'unavailable' };
    await expect(people().person(at(USERS.alice))).rejects.toMatchObject(unavailable);
    await expect(people().byEmail('alice@example.com')).rejects.toMatchObject(unavailable);
    await expect(people().usergroup('S0OWNERS', 'now')).rejects.toMatchObject(unavailable);
  });

  it('asks once and does not wait for a Slack that hangs', async () => {
    workspace.fault({ method: 'users.info', times: 1, kind: 'hang' });
    await expect(people({ team: TEAM }, { timeoutMs: 50 }).person(at(USERS.alice))).rejects.toMatchObject({
      fault: 'unavailable',
    });
    const asked = () => workspace.calls().filter((call) => call.name === 'users.info').length;
    // The call is on record once its connection is gone.
    await new Promise<void>((resolve) => {
      const stop = workspace.on('call', () => asked() > 0 && resolve());
      if (asked() > 0) resolve();
      onTestFinished(stop);
    });
    expect(asked()).toBe(1);
  });

  it('never waits longer than five minutes for a Slack that asks for patience', async () => {
    workspace.fault({ method: 'users.info', times: 1, kind: 'rate_limited', retryAfter: 9_999_999 });
    const api = slackApi({ token: BOT_TOKEN, apiUrl: workspace.apiUrl, timeoutMs: 2000, log: boltLogger(silent) });
    await expect(api.userInfo(USERS.alice)).rejects.toMatchObject({
      fault: { kind: 'rate_limited', retryAfterMs: 300_000 },
    });
  });

  it('finds a person by the exact address, whatever its case', async () => {
    expect((await people().byEmail('Alice@Example.com'))?.slack.user).toBe(USERS.alice);
  });

  it('does not believe an answer about another address', async () => {
    const api = slackApi({ token: BOT_TOKEN, apiUrl: workspace.apiUrl, timeoutMs: 2000, log: boltLogger(silent) });
    const confused = { ...api, userByEmail: () => api.userInfo(USERS.bob) };
    const asked = createPeople({ api: confused, home: () => ({ team: TEAM }), wireNow: Date.now });
    expect(await asked.byEmail('alice@example.com')).toBeUndefined();
    expect((await asked.byEmail('bob@example.com'))?.slack.user).toBe(USERS.bob);
  });

  it('lists a user group, and nobody for a group that does not exist', async () => {
    expect(await people().usergroup('S0OWNERS', 'now')).toEqual([USERS.olivia, USERS.oscar]);
    expect(await people().usergroup('S0NOTHING', 'now')).toEqual([]);
  });

  it('asks for an address once, and looks at whose it is every time', async () => {
    const found = people();
    const asked = () => workspace.calls().filter((call) => call.name === 'users.lookupByEmail').length;
    expect((await found.byEmail('alice@example.com'))?.slack.user).toBe(USERS.alice);
    expect((await found.byEmail('alice@example.com'))?.slack.user).toBe(USERS.alice);
    expect(asked()).toBe(1);
    workspace.updatePerson(USERS.alice, { email: 'alice.new@example.com' });
    workspace.updatePerson(USERS.bob, { email: 'alice@example.com' });
    expect((await found.byEmail('alice@example.com'))?.slack.user).toBe(USERS.bob);
    workspace.updatePerson(USERS.bob, { kind: 'deactivated' });
    expect((await found.byEmail('alice@example.com'))?.standing).not.toBe('member');
  });

  it('asks who is in a user group each time it decides, and once a minute for what is only shown', async () => {
    const found = people();
    expect(await found.usergroup('S0OWNERS', 'recent')).toEqual([USERS.olivia, USERS.oscar]);
    workspace.updateUsergroup('S0OWNERS', { members: [USERS.oscar] });
    expect(await found.usergroup('S0OWNERS', 'recent')).toEqual([USERS.olivia, USERS.oscar]);
    expect(await found.usergroup('S0OWNERS', 'now')).toEqual([USERS.oscar]);
    expect(await found.usergroup('S0OWNERS', 'recent')).toEqual([USERS.oscar]);
  });

  it('remembers who is internal for the choices of a field, but not across a claim of another team', async () => {
    const found = people();
    expect(await found.isInternal(at(USERS.alice))).toBe(true);
    workspace.fault({ method: 'users.info', times: 9, kind: 'error', error: 'internal_error' });
    expect(await found.isInternal(at(USERS.alice))).toBe(true);
    await expect(found.isInternal(at(USERS.guest))).rejects.toMatchObject({ fault: 'unavailable' });
    await expect(found.isInternal(at(USERS.alice, 'T0OTHER'))).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it('takes a person of the same enterprise for a member on Enterprise Grid, under one key, and nobody else', async () => {
    const answer = (enterprise: string) => ({
      user: {
        id: 'W0GRID',
        team_id: 'T0SISTER',
        real_name: 'Gritt Example',
        enterprise_user: { enterprise_id: enterprise },
      },
    });
    const asked = (enterprise: string, home: Home) => {
      const api = slackApi({ token: BOT_TOKEN, apiUrl: workspace.apiUrl, timeoutMs: 2000, log: boltLogger(silent) });
      const grid = { ...api, userInfo: async () => answer(enterprise) };
      return createPeople({ api: grid, home: () => home, wireNow: Date.now }).person(at('W0GRID'));
    };
    const home = { team: TEAM, enterprise: 'E0CORP' };
    expect(await asked('E0CORP', home)).toMatchObject({ standing: 'member', slack: { team: TEAM, user: 'W0GRID' } });
    expect(await asked('E0OTHER', home)).toMatchObject({ standing: 'outside' });
    expect(await asked('E0CORP', { team: TEAM })).toMatchObject({ standing: 'outside' });
  });

  it('needs the e-mail scope to see addresses', async () => {
    await workspace.close();
    workspace = await createSlackWorkspace(
      workspaceOptions({ scopes: SCOPES.filter((scope) => scope !== 'users:read.email') }),
    );
    expect(await people().person(at(USERS.alice))).not.toHaveProperty('email');
  });
});

describe('the sender of a payload', () => {
  const user = { id: 'U0SOMEBODY', name: 'somebody', team_id: 'T0OTHER' };

  it("is of the user's own team, not of the team the payload was sent for", () => {
    expect(arrivalOf({ user, team: { id: TEAM }, trigger_id: '1.2.3' }, { team: TEAM })).toMatchObject({
      from: { team: 'T0OTHER', user: 'U0SOMEBODY' },
      once: 'T0OTHER:1.2.3',
    });
  });

  it('has one key on Enterprise Grid, whichever workspace the payload names', () => {
    const grid = { team: TEAM, enterprise: 'E0CORP' };
    expect(senderOf({ id: 'U0SOMEBODY', team: 'T0SISTER' }, grid)).toEqual({ team: TEAM, user: 'U0SOMEBODY' });
    expect(senderOf({ id: 'U0SOMEBODY', team: undefined }, grid)).toEqual({ team: TEAM, user: 'U0SOMEBODY' });
  });
});
