// Scripted faults: what the client sees, and what the app did behind it.

import { describe, expect, it } from 'vitest';
import { type Call, FAULTS, type FaultKind, type ScimService } from '../../src/sandbox/scim/index.ts';
import { at, newUser, sender, start, TOKEN } from './scim-driver.ts';

const EVE = newUser('eve@example.com');
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

async function strike(kind: FaultKind) {
  const bench = await start();
  bench.service.fault({ match: {}, times: 1, kind });
  return { ...bench, exists: () => bench.service.userId('eve@example.com') !== undefined };
}

/** A service whose next request is held until release() is called. */
async function held(when: 'before' | 'after') {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { ...(await strike({ type: 'hold', until, when })), release: () => release() };
}

function rawPost(service: ScimService, signal: AbortSignal): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' };
  return fetch(`${service.url}/Users`, { method: 'POST', body: JSON.stringify(EVE), headers, signal });
}

/** The next request that comes in, before anything is done with it. */
function arrival(service: ScimService): Promise<void> {
  return new Promise((resolve) => {
    const stop = service.on('arrive', () => {
      stop();
      resolve();
    });
  });
}

/** The next change of the app. */
function change(service: ScimService): Promise<void> {
  return new Promise((resolve) => {
    const stop = service.on('change', () => {
      stop();
      resolve();
    });
  });
}

/** The next call that the service logs. */
function nextCall(service: ScimService): Promise<Call> {
  return new Promise((resolve) => {
    const stop = service.on('call', (call) => {
      stop();
      resolve(call);
    });
  });
}

describe('faults that refuse', () => {
  it.each([
    ['in seconds', { seconds: 7 }, /^7$/],
    ['as a date', { dateIn: 30 }, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['as garbage', 'garbage', /^soon$/],
    ['not at all', 'none', undefined],
  ] as const)('429 says when to come back %s, and nothing was done', async (_how, retryAfter, expected) => {
    const { send, exists } = await strike({ type: 'busy', status: 429, retryAfter });
    const before = Date.now();
    const answer = await send('POST', '/Users', EVE);
    expect(answer.status).toBe(429);
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: '429' });
    const header = answer.headers.get('retry-after');
    if (expected === undefined) expect(header).toBeNull();
    else expect(header).toMatch(expected);
    if (typeof retryAfter === 'object' && 'dateIn' in retryAfter) {
      expect(Date.parse(header ?? '')).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000 + 30_000);
    }
    expect(exists()).toBe(false);
    expect((await send('POST', '/Users', EVE)).status).toBe(201);
  });

  it('503 and any other refusal leave everything as it was', async () => {
    const { send, service, exists } = await strike({ type: 'busy', status: 503, retryAfter: 'none' });
    expect((await send('POST', '/Users', EVE)).status).toBe(503);
    service.fault({
      match: {},
      times: 1,
      kind: { type: 'error', status: 400, scimType: 'tooMany', detail: 'Too many' },
    });
    const refused = await send('POST', '/Users', EVE);
    expect(refused.body).toEqual({ schemas: [ERROR], status: '400', scimType: 'tooMany', detail: 'Too many' });
    expect(exists()).toBe(false);
  });

  it('a page of HTML comes instead of an answer', async () => {
    const { send, exists } = await strike({ type: 'html', status: 200 });
    const answer = await send('POST', '/Users', EVE);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.text).toMatch(/^<!doctype html>/);
    expect(exists()).toBe(false);
  });

  it('a redirect leads to another origin', async () => {
    const other = await start();
    const { send, exists } = await strike({ type: 'redirect', status: 307, to: `${other.service.url}/Users` });
    const answer = await send('POST', '/Users', EVE);
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `${other.service.url}/Users`]);
    expect(exists()).toBe(false);
    expect(other.service.calls).toEqual([]);
  });
});

describe('faults of the connection', () => {
  it('a reset before leaves nothing done, a reset after leaves it done: the client cannot tell', async () => {
    for (const when of ['before', 'after'] as const) {
      const { send, service, exists } = await strike({ type: 'reset', when });
      const logged = nextCall(service);
      await expect(send('POST', '/Users', EVE)).rejects.toThrow('fetch failed');
      expect(await logged).toMatchObject({ method: 'POST', status: 0, faults: ['reset'] });
      expect(exists()).toBe(when === 'after');
    }
  });

  it('a lost answer of a create is a duplicate for whoever posts again', async () => {
    const { send } = await strike(FAULTS.lostAnswer.kind);
    await expect(send('POST', '/Users', EVE)).rejects.toThrow('fetch failed');
    expect((await send('POST', '/Users', EVE)).status).toBe(409);
  });

  it('an answer cut off in its JSON arrives whole and does not parse', async () => {
    const { send, exists } = await strike({ type: 'truncated', cut: 'json' });
    const answer = await send('POST', '/Users', EVE);
    expect(answer.status).toBe(201);
    expect(answer.text.length).toBeGreaterThan(10);
    expect(answer.body).toBeUndefined();
    expect(exists()).toBe(true);
  });

  it('an answer cut off in its length does not arrive', async () => {
    const { send, exists } = await strike({ type: 'truncated', cut: 'connection' });
    await expect(send('POST', '/Users', EVE)).rejects.toThrow();
    expect(exists()).toBe(true);
  });

  it('an oversize answer is as long as told, and JSON to the end for whoever reads it all', async () => {
    const { send } = await strike({ type: 'oversize', bytes: 3_000_000 });
    const answer = await send('GET', '/Users?count=1');
    expect(answer.text.length).toBeGreaterThan(3_000_000);
    expect(at(answer.body, 'totalResults')).toBe(4);
  });

  it('an oversize answer stops when the client has had enough', async () => {
    const { service } = await strike({ type: 'oversize', bytes: Number.POSITIVE_INFINITY });
    const logged = nextCall(service);
    const stop = new AbortController();
    const response = await fetch(`${service.url}/Users`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: stop.signal,
    });
    await response.body?.getReader().read();
    stop.abort();
    expect(await logged).toMatchObject({ faults: ['oversize'] });
  });

  it('a dripping answer comes in pieces and is whole in the end', async () => {
    const { service } = await strike({ type: 'slow-drip', bytes: 200, everyMs: 1 });
    const response = await fetch(`${service.url}/Users`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const pieces: string[] = [];
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) pieces.push(decoder.decode(piece, { stream: true }));
    expect(pieces.length).toBeGreaterThan(1);
    expect(at(JSON.parse(pieces.join('')), 'totalResults')).toBe(4);
  });

  it('a hang before lets a write happen after the client has gone', async () => {
    const { service, release, exists } = await held('before');
    const logged = nextCall(service);
    const gone = new AbortController();
    const post = expect(rawPost(service, gone.signal)).rejects.toThrow();
    await arrival(service);
    gone.abort();
    await post;
    expect(exists()).toBe(false);
    release();
    expect(await logged).toMatchObject({ method: 'POST', faults: ['hold'] });
    expect(exists()).toBe(true);
  });

  it('a hang after lets the write happen first', async () => {
    const { service, send, release, exists } = await held('after');
    let answered = false;
    const post = send('POST', '/Users', EVE).then((answer) => {
      answered = true;
      return answer;
    });
    await change(service);
    expect(exists()).toBe(true);
    // Another request is answered meanwhile, and this one is not.
    await send('GET', '/Users');
    expect(answered).toBe(false);
    release();
    expect((await post).status).toBe(201);
  });

  it('a hang by the clock of the wire goes on by itself', async () => {
    const { send, exists } = await strike({ type: 'hang', ms: 5, when: 'before' });
    expect((await send('POST', '/Users', EVE)).status).toBe(201);
    expect(exists()).toBe(true);
  });

  it('closing ends what hangs, by fault or by latency, without applying it', async () => {
    for (const slow of ['hang', 'hold', 'latency']) {
      const { service, send, release, exists } = await held('before');
      if (slow !== 'hold') service.clearFaults();
      if (slow === 'hang') service.fault({ match: {}, times: 1, kind: { type: 'hang', ms: 600_000, when: 'before' } });
      if (slow === 'latency') service.latency(600_000);
      const logged = nextCall(service);
      const post = expect(send('POST', '/Users', EVE)).rejects.toThrow('fetch failed');
      await arrival(service);
      await service.close();
      release();
      expect(await logged).toMatchObject({ status: 0 });
      await post;
      expect(exists()).toBe(false);
    }
  });

  it('latency can be taken back', async () => {
    const { service, send } = await start();
    service.latency(600_000);
    service.latency(1);
    expect((await send('GET', '/Users')).status).toBe(200);
  });
});

describe('faults of the app', () => {
  it('a write without effect answers as if, to a create, a change and a removal', async () => {
    const { service, send, patch, user, group, members } = await start();
    service.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind: FAULTS.noEffect.kind });
    const before = service.state();
    const made = await send('POST', '/Users', EVE);
    expect([made.status, at(made.body, 'userName')]).toEqual([201, 'eve@example.com']);
    expect((await send('GET', `/Users/${String(at(made.body, 'id'))}`)).status).toBe(404);
    expect(
      (await patch(`/Users/${user('ada@example.com')}`, { op: 'replace', path: 'active', value: false })).status,
    ).toBe(200);
    const remove = { op: 'remove', path: `members[value eq "${user('ada@example.com')}"]` };
    expect((await patch(`/Groups/${group('Admins')}`, remove)).status).toBe(200);
    expect((await send('DELETE', `/Users/${user('mary@example.com')}`)).status).toBe(204);
    expect(members('Admins')).toHaveLength(1);
    expect(service.state()).toEqual(before);
  });

  it('a group is wiped by the removal of one, in either form, once', async () => {
    const forms = (id: string) => [
      { op: 'remove', path: `members[value eq "${id}"]` },
      { op: 'remove', path: 'members', value: [{ value: id }] },
    ];
    for (const form of [0, 1]) {
      const { service, patch, user, group, members } = await start({
        quirks: { removeMembersWithValue: 'remove-listed' },
      });
      const operation = forms(user('grace@example.com'))[form] ?? {};
      const again = forms(user('grace@example.com'))[form] ?? {};
      service.fault({ match: { method: 'PATCH', path: /^\/Groups\// }, times: 1, kind: FAULTS.groupWipe.kind });
      expect((await patch(`/Groups/${group('Members')}`, operation)).status).toBe(200);
      expect(members('Members')).toEqual([]);
      for (const name of ['ada@example.com', 'grace@example.com'])
        service.setMember(group('Members'), user(name), true);
      await patch(`/Groups/${group('Members')}`, again);
      expect(members('Members')).toEqual([user('ada@example.com')]);
    }
  });

  it('replacing adds, ghosts are taken in, members are not listed or listed as none', async () => {
    const { service, send, patch, user, group, members } = await start();
    const path = `/Groups/${group('Admins')}`;
    service.fault({ match: {}, times: 1, kind: FAULTS.additiveReplace.kind });
    await patch(path, { op: 'replace', path: 'members', value: [{ value: user('mary@example.com') }] });
    expect(members('Admins')).toHaveLength(2);
    service.fault({ match: {}, times: 1, kind: FAULTS.ghostMembers.kind });
    await patch(path, { op: 'add', path: 'members', value: [{ value: 'ghost' }] });
    expect(members('Admins')).toContain('ghost');
    service.fault({ match: {}, times: 1, kind: FAULTS.membersNeverListed.kind });
    expect(at((await send('GET', path)).body, 'members')).toBeUndefined();
    service.fault({ match: {}, times: 1, kind: FAULTS.membersEmpty.kind });
    expect(at((await send('GET', path)).body, 'members')).toEqual([]);
    expect(at((await send('GET', path)).body, 'members.2.value')).toBe('ghost');
  });
});

describe('which requests a fault strikes', () => {
  const kind: FaultKind = { type: 'error', status: 500 };

  it('counts from the nth match, as many times as told', async () => {
    const { service, send } = await start();
    service.fault({ match: { method: 'get', nth: 2 }, times: 2, kind });
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      statuses.push((await send('GET', '/Users')).status);
      expect((await send('POST', '/Users', {})).status).toBe(400);
    }
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
  });

  it('looks at the decoded path and query, and keeps no place in a sticky pattern', async () => {
    const { service, send } = await start();
    service.fault({ match: { path: /userName eq "ada/g }, times: 9, kind });
    const query = encodeURIComponent('userName eq "ada@example.com"');
    for (let turn = 0; turn < 3; turn += 1) expect((await send('GET', `/Users?filter=${query}`)).status).toBe(500);
    expect((await send('GET', '/Users?filter=active%20pr')).status).toBe(200);
  });

  it('can be taken back one by one or all at once, and several strike together', async () => {
    const { service, send } = await start();
    const undo = service.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind });
    expect((await send('GET', '/Users')).status).toBe(500);
    undo();
    expect((await send('GET', '/Users')).status).toBe(200);
    service.fault({ match: {}, times: 9, kind: { type: 'truncated', cut: 'json' } });
    service.fault({ match: {}, times: 9, kind: { type: 'quirks', quirks: { largestPage: 1 } } });
    const answer = await send('GET', '/Users');
    expect([answer.body, answer.text.includes('"itemsPerPage":1')]).toEqual([undefined, true]);
    service.clearFaults();
    expect(at((await send('GET', '/Users')).body, 'itemsPerPage')).toBe(4);
  });

  it('does not let anybody in who has no token, whatever the fault', async () => {
    const { service } = await start();
    service.fault({ match: {}, times: 9, kind: { type: 'quirks', quirks: { unknownMember: 'store' } } });
    const stranger = sender(service.url);
    expect((await stranger('POST', '/Users', EVE, { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('offers every ready-made fault with a title, and each is carried out', async () => {
    for (const { title, kind: ready } of Object.values(FAULTS)) {
      expect(title.length).toBeGreaterThan(2);
      if (ready.type === 'oversize') continue; // told above with fewer bytes
      const { service } = await start();
      const logged = nextCall(service);
      const dripping = ready.type === 'slow-drip' ? { ...ready, everyMs: 0 } : ready;
      service.fault({ match: {}, times: 1, kind: dripping });
      await sender(service.url)('GET', '/Users?count=0').catch(() => undefined);
      expect((await logged).faults).toEqual([ready.type]);
    }
  });
});
