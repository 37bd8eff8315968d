// The protocol of RFC 7644 as the generic dialect speaks it: reading, listing, creating, replacing, refusing.

import { describe, expect, it } from 'vitest';
import { at, ENTERPRISE, filter, GROUP, listed, newUser, SEARCH, start, TOKEN, USER } from './scim-driver.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('the door', () => {
  it('answers 401 with a SCIM error to a missing, wrong or doubled token, and changes nothing', async () => {
    const { send, service } = await start();
    for (const authorization of ['', 'Bearer wrong', `Bearer Bearer ${TOKEN}`, TOKEN]) {
      const answer = await send('POST', '/Users', newUser('eve@example.com'), { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(answer.headers.get('content-type')).toBe('application/scim+json');
      expect(answer.body).toEqual({ schemas: [ERROR], status: '401', detail: expect.any(String) });
    }
    expect(service.userId('eve@example.com')).toBeUndefined();
  });

  it('lives under an opaque path and answers a web page everywhere else', async () => {
    const { service } = await start();
    const { origin, pathname } = new URL(service.url);
    expect(pathname).toMatch(/^\/scim\/v2\.0\/[\w-]{10,}$/);
    for (const path of ['/Users', '/scim/v2.0/Users', `${pathname}x/Users`]) {
      const answer = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toContain('text/html');
    }
  });

  it('knows its endpoints letter by letter and its methods by name', async () => {
    const { send, user } = await start();
    expect((await send('GET', '/users')).status).toBe(404);
    expect((await send('GET', `/Users/${user('ada@example.com')}/x`)).status).toBe(404);
    expect((await send('GET', '/Users/')).status).toBe(404);
    expect((await send('GET', '/Users/%ff')).status).toBe(404);
    expect((await send('GET', '/Nothing')).body).toMatchObject({ schemas: [ERROR], status: '404' });
    const refused = await send('PUT', '/Users', {});
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await send('POST', `/Users/${user('ada@example.com')}`, {})).status).toBe(405);
    expect((await send('POST', '/Schemas', {})).status).toBe(405);
  });

  it('reads JSON only, of a known type and of bounded size', async () => {
    const { send } = await start();
    const body = newUser('eve@example.com');
    expect((await send('POST', '/Users', body, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send('POST', '/Users', '{"schemas":')).body).toMatchObject({
      status: '400',
      scimType: 'invalidSyntax',
    });
    expect((await send('POST', '/Users', '[]')).body).toMatchObject({ scimType: 'invalidSyntax' });
    expect((await send('POST', '/Users', `{"x":"${'x'.repeat(1_100_000)}"}`)).status).toBe(413);
    expect((await send('POST', '/Users', body, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      201,
    );
  });
});

describe('discovery', () => {
  it('says what it can do, which resources it has and how they look', async () => {
    const { send, service } = await start();
    const config = await send('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true, maxResults: 1000 },
      etag: { supported: false },
      pagination: { cursor: false, index: true, maxPageSize: 1000 },
    });
    const types = await send('GET', '/ResourceTypes');
    expect(listed(types, 'endpoint')).toEqual(['/Users', '/Groups']);
    expect((await send('GET', '/ResourceTypes/User')).body).toMatchObject({
      schema: USER,
      schemaExtensions: [{ schema: ENTERPRISE }],
    });
    expect((await send('GET', '/ResourceTypes/Robot')).status).toBe(404);
    expect(listed(await send('GET', '/Schemas'), 'id')).toEqual([USER, GROUP, ENTERPRISE]);
    const schema = await send('GET', `/Schemas/${encodeURIComponent(USER)}`);
    expect(at(schema.body, 'attributes.0')).toMatchObject({
      name: 'userName',
      required: true,
      caseExact: false,
      uniqueness: 'server',
    });
    expect(at(schema.body, 'meta.location')).toBe(`${service.url}/Schemas/${USER}`);
  });
});

describe('reading', () => {
  it('gives one user with groups, manager and meta, and 404 for an id it does not have', async () => {
    const { send, service, user, group } = await start();
    const grace = user('grace@example.com');
    const answer = await send('GET', `/Users/${grace}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      schemas: [USER, ENTERPRISE],
      id: grace,
      userName: 'grace@example.com',
      name: { givenName: 'Grace', familyName: 'Hopper', formatted: 'Grace Hopper' },
      displayName: 'Grace Hopper',
      active: true,
      emails: [{ value: 'grace@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { manager: { value: user('ada@example.com') } },
      groups: [
        {
          value: group('Members'),
          $ref: `${service.url}/Groups/${group('Members')}`,
          display: 'Members',
          type: 'direct',
        },
      ],
      meta: {
        resourceType: 'User',
        created: '2026-03-02T09:00:00.000Z',
        lastModified: '2026-03-02T09:00:00.000Z',
        location: `${service.url}/Users/${grace}`,
      },
    });
    const nobody = await send('GET', '/Users/nobody');
    expect([nobody.status, nobody.body]).toEqual([404, { schemas: [ERROR], status: '404', detail: 'No user nobody' }]);
  });

  it('gives a group with its members in the order they came', async () => {
    const { send, user, group, service } = await start();
    const answer = await send('GET', `/Groups/${group('Members')}`);
    const ids = ['ada@example.com', 'grace@example.com', 'mary@example.com'].map(user);
    expect(at(answer.body, 'members')).toEqual(
      ids.map((value, index) => ({
        value,
        $ref: `${service.url}/Users/${value}`,
        display: ['Ada Byron', 'Grace Hopper', 'Mary Jackson'][index],
        type: 'User',
      })),
    );
  });

  it('cuts resources down to the attributes asked for, and never cuts the id', async () => {
    const { send, user, group } = await start();
    const path = `/Users/${user('grace@example.com')}`;
    const only = await send(
      'GET',
      `${path}?attributes=USERNAME,name.givenName,emails.value,${ENTERPRISE}:manager.value,nonsense`,
    );
    expect(only.body).toEqual({
      schemas: [USER, ENTERPRISE],
      id: user('grace@example.com'),
      userName: 'grace@example.com',
      name: { givenName: 'Grace' },
      emails: [{ value: 'grace@example.com' }],
      [ENTERPRISE]: { manager: { value: user('ada@example.com') } },
    });
    const without = await send('GET', `${path}?excludedAttributes=id,emails.type,name,groups`);
    expect(without.body).toMatchObject({
      id: user('grace@example.com'),
      emails: [{ value: 'grace@example.com', primary: true }],
    });
    expect(Object.keys(without.body ?? {})).not.toContain('name');
    expect(Object.keys(without.body ?? {})).not.toContain('groups');
    const slim = await send('GET', `/Groups/${group('Members')}?excludedAttributes=members`);
    expect(Object.keys(slim.body ?? {})).toEqual(['schemas', 'id', 'displayName', 'meta']);
    expect((await send('GET', `${path}?attributes=id&excludedAttributes=name`)).status).toBe(400);
  });
});

describe('listing', () => {
  it('pages by index: from one, as many as asked, never more than there are', async () => {
    const { send } = await start();
    const page = await send('GET', '/Users?startIndex=2&count=2');
    expect(page.body).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
    expect(listed(page, 'userName')).toEqual(['grace@example.com', 'linus@example.com']);
    expect((await send('GET', '/Users?startIndex=0&count=1')).body).toMatchObject({ startIndex: 1, itemsPerPage: 1 });
    expect((await send('GET', '/Users?startIndex=5')).body).toMatchObject({
      totalResults: 4,
      itemsPerPage: 0,
      Resources: [],
    });
    expect((await send('GET', '/Users?count=0')).body).toMatchObject({ totalResults: 4, Resources: [] });
    expect((await send('GET', '/Users?count=-3')).body).toMatchObject({ totalResults: 4, Resources: [] });
    expect((await send('GET', '/Users?count=many')).body).toMatchObject({ scimType: 'invalidValue' });
    expect((await send('GET', '/Groups?startIndex=2')).body).toMatchObject({ totalResults: 2, itemsPerPage: 1 });
  });

  it('lists everybody once over pages of any size, in the order of creation, also after deletions', async () => {
    const users = Array.from({ length: 57 }, (_, index) => ({ userName: `person-${index}` }));
    const { send, service, user } = await start({ seed: { users, groups: [] } });
    service.removeUser(user('person-13'));
    await send('POST', '/Users', newUser('late'));
    expect(at((await send('GET', '/Users?count=0')).body, 'totalResults')).toBe(57);
    const seen: unknown[] = [];
    for (let startIndex = 1; startIndex <= 57; startIndex += 10) {
      seen.push(...listed(await send('GET', `/Users?startIndex=${startIndex}&count=10`), 'userName'));
    }
    expect(seen).toEqual([...users.map((each) => each.userName).filter((each) => each !== 'person-13'), 'late']);
  });

  it('answers a search in a body like the same list', async () => {
    const { send } = await start();
    const asked = { schemas: [SEARCH], filter: 'active eq true', startIndex: 2, count: 1, attributes: ['userName'] };
    const found = await send('POST', '/Users/.search', asked);
    const same = await send('GET', `/Users?${filter('active eq true')}&startIndex=2&count=1&attributes=userName`);
    expect(found.status).toBe(200);
    expect(found.body).toEqual(same.body);
    expect(listed(found, 'userName')).toEqual(['grace@example.com']);
    expect(listed(await send('POST', '/Groups/.search', { schemas: [SEARCH] }), 'displayName')).toEqual([
      'Admins',
      'Members',
    ]);
    expect((await send('POST', '/Users/.search', { filter: 'active pr' })).body).toMatchObject({
      scimType: 'invalidSyntax',
    });
    expect((await send('GET', '/Users/.search')).status).toBe(405);
  });
});

describe('creating', () => {
  it('makes a user that can be read back, active unless told otherwise, with a Location', async () => {
    const { send, service, clock } = await start();
    clock.now += 5_000;
    const made = await send('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      id: 'chosen-by-the-client',
      USERNAME: 'eve@example.com',
      externalId: 'U02EVE',
      password: 'secret',
      name: { givenName: 'Eve' },
      emails: [{ value: 'eve@example.com', type: 'work', primary: true }],
      groups: [{ value: 'x' }],
      meta: { resourceType: 'Robot' },
      [ENTERPRISE.toUpperCase()]: { department: 'R&D' },
      shoeSize: 42,
    });
    expect(made.status).toBe(201);
    const id = service.userId('eve@example.com');
    expect(made.headers.get('location')).toBe(`${service.url}/Users/${id}`);
    expect(made.body).toEqual({
      schemas: [USER, ENTERPRISE],
      id,
      userName: 'eve@example.com',
      externalId: 'U02EVE',
      name: { givenName: 'Eve' },
      emails: [{ value: 'eve@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'R&D' },
      active: true,
      meta: {
        resourceType: 'User',
        created: '2026-03-02T09:00:05.000Z',
        lastModified: '2026-03-02T09:00:05.000Z',
        location: `${service.url}/Users/${id}`,
      },
    });
    expect((await send('GET', `/Users/${id}`)).body).toEqual(made.body);
    expect(made.text).not.toContain('secret');
  });

  it('refuses a name that exists, in any case, also when its owner is deactivated', async () => {
    const { send, service } = await start();
    for (const userName of ['ada@example.com', 'ADA@Example.com', 'linus@example.com']) {
      const answer = await send('POST', '/Users', newUser(userName));
      expect([answer.status, at(answer.body, 'scimType')]).toEqual([409, 'uniqueness']);
    }
    expect(service.state().users).toHaveLength(4);
  });

  it('gives a name free when its owner takes another', async () => {
    const { send, patch, user, service } = await start();
    await patch(`/Users/${user('ada@example.com')}`, {
      op: 'replace',
      path: 'userName',
      value: 'countess@example.com',
    });
    expect((await send('POST', '/Users', newUser('ada@example.com'))).status).toBe(201);
    service.removeUser(user('countess@example.com'));
    expect((await send('POST', '/Users', newUser('countess@example.com'))).status).toBe(201);
  });

  it.each([
    ['no schemas', { userName: 'eve' }, 'invalidSyntax'],
    ['the schema of something else', { schemas: [GROUP], userName: 'eve' }, 'invalidSyntax'],
    ['no userName', { schemas: [USER] }, 'invalidValue'],
    ['a blank userName', newUser('  '), 'invalidValue'],
    ['a number as userName', { schemas: [USER], userName: 7 }, 'invalidValue'],
    ['a text as boolean', newUser('eve', { active: 'true' }), 'invalidValue'],
    ['one e-mail that is no list', newUser('eve', { emails: { value: 'eve@example.com' } }), 'invalidValue'],
    ['e-mails that are texts', newUser('eve', { emails: ['eve@example.com'] }), 'invalidValue'],
    [
      'two primary e-mails',
      newUser('eve', {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      }),
      'invalidValue',
    ],
    ['a name that is a text', newUser('eve', { name: 'Eve' }), 'invalidValue'],
  ])('refuses a body with %s', async (_what, body, scimType) => {
    const { send, service } = await start();
    const answer = await send('POST', '/Users', body);
    expect([answer.status, at(answer.body, 'scimType')]).toEqual([400, scimType]);
    expect(service.state().users).toHaveLength(4);
  });

  it('makes a group with its members, refuses one without a name and one with a stranger in it', async () => {
    const { send, user, members } = await start();
    const made = await send('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Team',
      members: [{ value: user('mary@example.com') }],
    });
    expect(made.status).toBe(201);
    expect(members('Team')).toEqual([user('mary@example.com')]);
    expect((await send('POST', '/Groups', { schemas: [GROUP] })).body).toMatchObject({ scimType: 'invalidValue' });
    expect(
      (await send('POST', '/Groups', { schemas: [GROUP], displayName: 'Odd', members: [{ value: 'nobody' }] })).status,
    ).toBe(400);
    // Names of groups are not unique by the RFC.
    expect((await send('POST', '/Groups', { schemas: [GROUP], displayName: 'Team' })).status).toBe(201);
  });

  it('keeps a name like __proto__ as what it is: a name', async () => {
    const { send, service } = await start({ quirks: { unknownAttributes: 'keep' } });
    await send(
      'POST',
      '/Users',
      '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve","__proto__":{"active":false}}',
    );
    const read = await send('GET', `/Users/${service.userId('eve')}`);
    expect(read.body).toMatchObject({ userName: 'eve', active: true });
    expect(Object.keys({}).length + Object.keys(Object.prototype).length).toBe(0);
  });
});

describe('replacing and deleting', () => {
  it('replaces a user: what is left out is cleared, what is read-only stays', async () => {
    const { send, user, clock } = await start();
    const id = user('linus@example.com');
    clock.now += 1_000;
    const answer = await send('PUT', `/Users/${id}`, newUser('linus@example.com', { id: 'other', title: 'Writer' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, userName: 'linus@example.com', title: 'Writer', active: true });
    expect(at(answer.body, 'emails')).toBeUndefined();
    expect(at(answer.body, 'meta.created')).toBe('2026-03-02T09:00:00.000Z');
    expect(at(answer.body, 'meta.lastModified')).toBe('2026-03-02T09:00:01.000Z');
    expect((await send('PUT', `/Users/${id}`, newUser('ada@example.com'))).status).toBe(409);
    expect((await send('PUT', '/Users/nobody', newUser('nobody'))).status).toBe(404);
  });

  it('replaces a group: without members it is empty afterwards', async () => {
    const { send, user, group, members } = await start();
    const id = group('Members');
    await send('PUT', `/Groups/${id}`, {
      schemas: [GROUP],
      displayName: 'Members',
      members: [{ value: user('mary@example.com') }],
    });
    expect(members('Members')).toEqual([user('mary@example.com')]);
    expect((await send('PUT', `/Groups/${id}`, { schemas: [GROUP], displayName: 'Members' })).status).toBe(200);
    expect(members('Members')).toEqual([]);
  });

  it('deletes a user from everywhere and a group from its users', async () => {
    const { send, user, group, members } = await start();
    const ada = user('ada@example.com');
    expect((await send('DELETE', `/Users/${ada}`)).status).toBe(204);
    expect((await send('GET', `/Users/${ada}`)).status).toBe(404);
    expect(members('Admins')).toEqual([]);
    expect((await send('DELETE', `/Users/${ada}`)).status).toBe(404);
    expect((await send('DELETE', `/Groups/${group('Members')}`)).status).toBe(204);
    const grace = await send('GET', `/Users/${user('grace@example.com')}`);
    expect(at(grace.body, 'groups')).toBeUndefined();
  });
});

describe('versions', () => {
  it('sends entity tags and holds writers to them', async () => {
    const { send, patch, user } = await start({ quirks: { versions: 'honoured' } });
    const path = `/Users/${user('ada@example.com')}`;
    const read = await send('GET', path);
    expect(read.headers.get('etag')).toBe('W/"1"');
    expect(at(read.body, 'meta.version')).toBe('W/"1"');
    expect((await send('GET', path, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    const body = newUser('ada@example.com', { title: 'Countess' });
    const written = await send('PUT', path, body, { 'if-match': 'W/"1"' });
    expect([written.status, written.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect((await send('PUT', path, body, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await patch(path, { op: 'replace', path: 'title', value: 'Lady' })).status).toBe(200);
    expect((await send('GET', path)).headers.get('etag')).toBe('W/"3"');
  });
});
