// The Web API of the sandbox's Slack through the real client: tokens, scopes, people, channels, limits, scripted faults.

import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import {
  alice,
  allScopes,
  appToken,
  bob,
  botToken,
  client,
  guest,
  leaver,
  outsider,
  refusal,
  workspace,
} from './slack-world.ts';

describe('the Web API', () => {
  let clock: number;
  let slack: SlackWorkspace;
  beforeEach(async () => {
    clock = 1_790_000_000_000;
    slack = await workspace({ now: () => clock });
  });
  afterEach(() => slack.close());
  const web = () => client(slack);
  const raw = async (path: string, init: RequestInit) => (await fetch(`${slack.apiUrl}${path}`, init)).json();

  it('takes form, JSON and query arguments, and the token as bearer or parameter', async () => {
    const headers = { authorization: `Bearer ${botToken}` };
    const json = { 'content-type': 'application/json; charset=utf-8' };
    expect(
      await raw('users.info', {
        method: 'POST',
        headers: { ...headers, ...json },
        body: JSON.stringify({ user: bob }),
      }),
    ).toMatchObject({ ok: true });
    expect(await raw(`users.info?user=${bob}`, { headers })).toMatchObject({ ok: true });
    expect(
      await raw('users.info', { method: 'POST', body: new URLSearchParams({ user: bob, token: botToken }) }),
    ).toMatchObject({ ok: true });
    expect(await raw('users.info', { method: 'POST', body: new URLSearchParams({ user: bob }) })).toEqual({
      ok: false,
      error: 'not_authed',
    });
  });

  it('names unknown methods, unknown tokens and tokens of the wrong kind', async () => {
    expect((await refusal(web().apiCall('no.such'))).error).toBe('unknown_method');
    expect((await refusal(web().apiCall('toString'))).error).toBe('unknown_method');
    expect((await refusal(client(slack, 'xoxb-other').auth.test())).error).toBe('invalid_auth');
    expect((await refusal(web().apps.connections.open())).error).toBe('not_allowed_token_type');
    expect((await refusal(client(slack, appToken).auth.test())).error).toBe('not_allowed_token_type');
  });

  it('names the scope that is missing and those that are there', async () => {
    const bare = await workspace({ scopes: ['chat:write', 'users:read'] });
    const asked: [string, Record<string, string>, string][] = [
      ['users.lookupByEmail', { email: 'bob@example.com' }, 'users:read.email'],
      ['usergroups.users.list', { usergroup: 'S0ADMINS' }, 'usergroups:read'],
      ['conversations.open', { users: bob }, 'im:write'],
      ['conversations.info', { channel: 'C0ACCESS' }, 'channels:read'],
      ['conversations.info', { channel: 'C0SECRET' }, 'groups:read'],
      ['team.info', {}, 'team:read'],
    ];
    for (const [method, args, needed] of asked) {
      expect(await refusal(client(bare).apiCall(method, args))).toMatchObject({ error: 'missing_scope', needed });
    }
    expect((await client(bare).users.info({ user: bob })).user?.profile).not.toHaveProperty('email');
    expect((await client(bare).users.info({ user: bob })).response_metadata?.scopes).toEqual([
      'chat:write',
      'users:read',
    ]);
    await bare.close();
  });

  it('shows each kind of person as Slack does', async () => {
    const user = async (id: string) => (await web().users.info({ user: id })).user;
    expect(await user(bob)).toMatchObject({
      team_id: 'T0HOME',
      is_email_confirmed: true,
      is_restricted: false,
      tz: 'Asia/Kolkata',
      tz_offset: 19_800,
      profile: { email: 'bob@example.com' },
    });
    expect(await user(guest)).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
    expect(await user(outsider)).toMatchObject({ team_id: 'T0OTHER', is_stranger: false });
    expect(await user(leaver)).toMatchObject({ deleted: true });
    expect(await user(slack.botUserId)).toMatchObject({ is_bot: true });
    slack.updateChannel('C0SHARED', { members: [alice, slack.botUserId] });
    expect(await user(outsider)).toMatchObject({ is_stranger: true });
  });

  it('finds by e-mail only active people of this workspace, whatever the case', async () => {
    expect((await web().users.lookupByEmail({ email: 'BOB@example.com' })).user?.id).toBe(bob);
    expect((await refusal(web().users.lookupByEmail({ email: 'lee@example.com' }))).error).toBe('users_not_found');
    expect((await refusal(web().users.lookupByEmail({ email: 'olga@elsewhere.example' }))).error).toBe(
      'users_not_found',
    );
    slack.updatePerson(bob, { kind: 'deactivated' });
    expect((await refusal(web().users.lookupByEmail({ email: 'bob@example.com' }))).error).toBe('users_not_found');
  });

  it('pages through people by cursor', async () => {
    const ids: string[] = [];
    for await (const page of web().paginate('users.list', { limit: 2 })) {
      ids.push(...((page as { members?: { id: string }[] }).members ?? []).map((member) => member.id));
    }
    expect(ids).toHaveLength(7);
    expect(new Set(ids).size).toBe(7);
    expect((await refusal(web().users.list({ cursor: 'bm9uc2Vuc2U=' }))).error).toBe('invalid_cursor');
  });

  it('lists user groups, disabled ones only when asked', async () => {
    expect((await web().usergroups.users.list({ usergroup: 'S0ADMINS' })).users).toEqual([bob]);
    slack.updateUsergroup('S0ADMINS', { disabled: true });
    expect((await web().usergroups.list()).usergroups).toEqual([]);
    expect((await refusal(web().usergroups.users.list({ usergroup: 'S0ADMINS' }))).error).toBe('no_such_subteam');
    expect((await refusal(web().usergroups.users.list({ usergroup: 'S0NONE' }))).error).toBe('no_such_subteam');
  });

  it('says which channels reach outside', async () => {
    const shared = async (channel: string) => (await web().conversations.info({ channel })).channel;
    expect(await shared('C0SHARED')).toMatchObject({ is_ext_shared: true, is_pending_ext_shared: false });
    expect(await shared('C0ACCESS')).toMatchObject({ is_ext_shared: false });
    slack.updateChannel('C0ACCESS', { shared: 'pending' });
    expect(await shared('C0ACCESS')).toMatchObject({ is_pending_ext_shared: true });
  });

  it('posts only where it may', async () => {
    const post = async (channel: string) => (await refusal(web().chat.postMessage({ channel, text: 'x' }))).error;
    expect(await post('C0ACCESS')).toBe('none');
    expect(await post('C0GENERAL')).toBe('not_in_channel');
    expect(await post('C0SECRET')).toBe('channel_not_found');
    expect(await post(leaver)).toBe('channel_not_found');
    slack.updateChannel('C0ACCESS', { archived: true });
    expect(await post('C0ACCESS')).toBe('is_archived');
    const open = await workspace({ scopes: [...allScopes, 'chat:write.public'] });
    expect((await refusal(client(open).chat.postMessage({ channel: 'C0GENERAL', text: 'x' }))).error).toBe('none');
    await open.close();
  });

  it('never gives two messages one timestamp, were the clock to stand still or go back', async () => {
    const stamps: string[] = [];
    for (const step of [0, 0, -1_000]) {
      clock += step;
      stamps.push((await web().chat.postMessage({ channel: bob, text: 'x' })).ts ?? '');
    }
    expect([...new Set(stamps)].sort()).toEqual(stamps);
    expect(stamps[0]).toMatch(/^\d{10}\.\d{6}$/);
  });

  it('updates a direct message by its D… id and not by the person’s', async () => {
    const { channel = '', ts = '' } = await web().chat.postMessage({ channel: bob, text: 'one' });
    expect((await refusal(web().chat.update({ channel: bob, ts, text: 'two' }))).error).toBe('channel_not_found');
    expect((await web().chat.update({ channel, ts, text: 'two' })).text).toBe('two');
    expect(slack.state(bob).conversations[0]?.messages).toMatchObject([{ text: 'two', edited: true }]);
    expect((await refusal(web().chat.update({ channel, ts, text: '' }))).error).toBe('no_text');
  });

  it('shows an ephemeral message to one person in the channel and lets nobody update it', async () => {
    const { message_ts: ts = '' } = await web().chat.postEphemeral({ channel: 'C0ACCESS', user: bob, text: 'psst' });
    expect(slack.state(bob).ephemerals).toMatchObject([{ text: 'psst', ephemeral: true }]);
    expect(slack.state(alice).ephemerals).toEqual([]);
    expect((await refusal(web().chat.update({ channel: 'C0ACCESS', ts, text: 'x' }))).error).toBe('message_not_found');
    expect((await refusal(web().chat.postEphemeral({ channel: 'C0ACCESS', user: guest, text: 'x' }))).error).toBe(
      'user_not_in_channel',
    );
    expect((await refusal(web().chat.postEphemeral({ channel: bob, user: bob, text: 'x' }))).error).toBe(
      'channel_not_found',
    );
  });

  it('lets a channel have five posts at once and one a second after', async () => {
    const post = () => web().chat.postMessage({ channel: bob, text: 'x' });
    for (let count = 0; count < 5; count += 1) await post();
    await expect(post()).rejects.toThrow(WebAPIRateLimitedError);
    await expect(web().chat.postMessage({ channel: 'D0BOB', text: 'x' })).rejects.toThrow(WebAPIRateLimitedError);
    await web().chat.postMessage({ channel: alice, text: 'x' });
    clock += 1_000;
    await post();
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
    slack.setRateLimits(false);
    await post();
  });

  it('counts calls a minute by tier and says when to come back', async () => {
    for (let count = 0; count < 20; count += 1) await web().usergroups.list();
    clock += 10_000;
    await expect(web().usergroups.list()).rejects.toMatchObject({ retryAfter: 50 });
    clock += 50_000;
    await web().usergroups.list();
  });

  it('fails as it is told, for as often as it is told', async () => {
    slack.fault({ method: 'users.info', times: 2, kind: 'error', error: 'fatal_error' });
    expect((await refusal(web().users.info({ user: bob }))).error).toBe('fatal_error');
    expect((await refusal(web().users.info({ user: bob }))).error).toBe('fatal_error');
    expect((await refusal(web().users.info({ user: bob }))).error).toBe('none');
    slack.fault({ method: '*', times: 1, kind: 'rate_limited', retryAfter: 7 });
    await expect(web().auth.test()).rejects.toMatchObject({ retryAfter: 7 });
    slack.fault({ method: 'auth.test', times: 1, kind: 'http', status: 503 });
    await expect(web().auth.test()).rejects.toThrow(WebAPIHTTPError);
    slack.fault({ method: 'auth.test', times: 1, kind: 'reset' });
    await expect(web().auth.test()).rejects.toThrow(WebAPIRequestError);
    slack.fault({ method: 'auth.test', times: 9, kind: 'reset' });
    slack.clearFaults();
    await web().auth.test();
  });

  it('can lose the answer of a post that took effect', async () => {
    slack.fault({ method: 'chat.postMessage', times: 1, kind: 'reset', applied: true });
    await expect(web().chat.postMessage({ channel: bob, text: 'there' })).rejects.toThrow(WebAPIRequestError);
    expect(slack.state(bob).conversations[0]?.messages).toMatchObject([{ text: 'there' }]);
  });

  it('can leave a call without an answer', async () => {
    slack.fault({ method: 'auth.test', times: 1, kind: 'hang' });
    const controller = new AbortController();
    const call = fetch(`${slack.apiUrl}auth.test`, { signal: controller.signal });
    const arrived = new Promise<void>((resolve) =>
      slack.on('call', (each) => (each.error === 'hang' ? resolve() : undefined)),
    );
    await arrived;
    controller.abort();
    await expect(call).rejects.toThrow();
  });

  it('records both directions without a token in sight', async () => {
    await raw('auth.test', { method: 'POST', body: new URLSearchParams({ token: botToken }) });
    await web().chat.postMessage({ channel: bob, text: `leaked ${botToken} and xoxp-1-2-3 and ${appToken}` });
    await client(slack, appToken).apps.connections.open();
    expect(slack.calls().map((call) => [call.direction, call.name, call.ok])).toEqual([
      ['in', 'auth.test', true],
      ['in', 'chat.postMessage', true],
      ['in', 'apps.connections.open', true],
    ]);
    expect(JSON.stringify(slack.calls())).not.toMatch(/xox|xapp/);
  });

  it('refuses a body of more than two million bytes', async () => {
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body: 'x'.repeat(2_000_001) });
    expect(response.status).toBe(413);
  });

  it('forgets everything but the seed at a reset', async () => {
    await web().chat.postMessage({ channel: bob, text: 'x' });
    slack.updatePerson(bob, { kind: 'guest' });
    slack.fault({ method: '*', times: 1, kind: 'error', error: 'x' });
    slack.reset();
    expect(slack.state(bob).conversations.flatMap((conversation) => conversation.messages)).toEqual([]);
    expect((await web().users.info({ user: bob })).user).toMatchObject({ is_restricted: false });
    expect(slack.calls()).toHaveLength(1);
  });
});
