// What somebody does in an app's console and at the desk of the sandbox: edits, resets, calls, tokens.

import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../src/sandbox/scim/index.ts';
import { at, listed, newUser, start } from './scim-driver.ts';

describe('the console and the desk', () => {
  it('changes people and groups behind the back of every client', async () => {
    const { service, send, user, group } = await start();
    let changes = 0;
    const stop = service.on('change', () => {
      changes += 1;
    });
    const eve = service.addUser({ userName: 'eve@example.com', manager: user('ada@example.com') });
    const team = service.addGroup({ displayName: 'Team', members: [eve, 'ghost'] });
    service.renameGroup(group('Admins'), 'Owners');
    service.setActive(eve, false);
    service.setUser(eve, { title: 'Spy', displayName: undefined });
    service.setManager(user('grace@example.com'), undefined);
    service.setMember(team, 'ghost', false);
    service.removeGroup(group('Members'));
    service.removeUser(user('mary@example.com'));
    expect(changes).toBe(9);
    stop();
    service.setActive(eve, true);
    expect(changes).toBe(9);
    expect((await send('GET', `/Users/${eve}`)).body).toMatchObject({
      title: 'Spy',
      active: true,
      groups: [{ display: 'Team' }],
    });
    expect(at((await send('GET', `/Users/${eve}`)).body, 'displayName')).toBeUndefined();
    expect(listed(await send('GET', '/Groups'), 'displayName')).toEqual(['Owners', 'Team']);
    expect(service.state().users.find((each) => each.userName === 'grace@example.com')?.manager).toBeUndefined();
    service.addUser({ userName: 'far@example.com', otherOrg: true });
    expect(service.userId('far@example.com')).toBeUndefined();
    expect(() => service.setActive('nobody', true)).toThrow('No user nobody');
  });

  it('starts again from the seed with the same ids', async () => {
    const { service, send, patch, group, clock } = await start();
    const before = service.state();
    await send('POST', '/Users', newUser('eve@example.com'));
    await patch(`/Groups/${group('Members')}`, { op: 'remove', path: 'members' });
    service.setDialect('perdoo');
    service.setToken('other');
    service.fault({ match: {}, times: 9, kind: { type: 'error', status: 500 } });
    clock.now += 1;
    service.reset();
    expect(service.state()).toEqual(before);
    expect(service.calls).toEqual([]);
    expect((await send('GET', '/Users')).status).toBe(200);
  });

  it('remembers the last calls with short bodies and without the token', async () => {
    const { service, send, clock } = await start({ remember: 3 });
    const told: string[] = [];
    service.on('call', (call) => told.push(`${call.method} ${call.status}`));
    for (let turn = 0; turn < 10; turn += 1) await send('GET', `/Users?startIndex=${turn}`);
    clock.now += 5;
    await send('POST', '/Users', newUser('eve', { title: 'x'.repeat(9_000) }));
    await send('GET', '/Nothing');
    expect(told.slice(-2)).toEqual(['POST 201', 'GET 404']);
    expect(told).toHaveLength(12);
    expect(service.calls.map((call) => call.path)).toEqual(['/Users?startIndex=9', '/Users', '/Nothing']);
    const [, post] = service.calls;
    expect(post).toMatchObject({ at: clock.now, method: 'POST', status: 201, faults: [] });
    expect(post?.request.length).toBe(2_000);
    expect(JSON.stringify(service.calls)).not.toContain('sandbox-token');
    expect(service.calls.every((call) => call.ms >= 0)).toBe(true);
  });

  it('takes another token, a port and a tenant of choice, and stops listening when closed', async () => {
    const { service, send } = await start({ tenant: 'acme' });
    expect(new URL(service.url).pathname).toBe('/scim/v2.0/acme');
    service.setToken('new');
    expect((await send('GET', '/Users')).status).toBe(401);
    expect((await send('GET', '/Users', undefined, { authorization: 'Bearer new' })).status).toBe(200);
    await service.close();
    await expect(send('GET', '/Users')).rejects.toThrow();
    const again = await start({ port: Number(new URL(service.url).port), tenant: 'acme' });
    expect(again.service.url).toBe(service.url);
    await expect(start({ port: Number(new URL(service.url).port) })).rejects.toThrow('EADDRINUSE');
  });

  it('offers every dialect under its name', async () => {
    for (const [name, dialect] of Object.entries(DIALECTS)) expect(dialect.name).toBe(name);
    const { service } = await start();
    for (const dialect of Object.values(DIALECTS)) {
      service.setDialect(dialect);
      expect(service.dialect).toEqual(dialect);
    }
  });

  it('refuses a seed that names people it does not have', async () => {
    await expect(start({ seed: { users: [], groups: [{ displayName: 'X', members: ['nobody'] }] } })).rejects.toThrow(
      'nobody',
    );
  });
});
