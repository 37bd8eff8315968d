/** Changing accounts: active, attributes, and the forms in which different servers take them. */
import { describe, expect, it } from 'vitest';
import { bench, START } from './bench.ts';
import { ENTERPRISE, type Json } from './server.ts';

const operations = (body: unknown) => (body as { Operations: Json[] }).Operations;

describe('active', () => {
  it('is set by path, and by the object where the path is refused or ignored, which is remembered', async () => {
    for (const unknownForm of ['refused', 'ignored'] as const) {
      const { server, client } = await bench({ activeForms: ['object'], unknownForm });
      const user = server.addUser('ada@example.com');
      expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive', sentAt: START });
      expect(client.learned().activeForm).toBe('object');
      expect(server.count('PATCH')).toBe(2);
      await client.setActive(user, true);
      expect(server.count('PATCH')).toBe(3);
      expect(server.users.get(user)?.active).toBe(true);
    }
  });

  it('starts with the form of the profile', async () => {
    const { server, client } = await bench({}, { profile: { activeForm: 'object' } });
    const user = server.addUser('ada@example.com');
    await client.setActive(user, false);
    expect(operations(server.requests[0]?.body)).toEqual([{ op: 'replace', value: { active: false } }]);
  });

  it('is refused when no form will do', async () => {
    const { server, client } = await bench({ activeForms: [] });
    const user = server.addUser('ada@example.com');
    await expect(client.setActive(user, false)).rejects.toMatchObject({ status: 400, outcome: 'refused' });
    expect(server.count('PATCH')).toBe(2);
    server.answer('PATCH /Users', { status: 400, body: { scimType: 'mutability' } });
    await expect(client.setActive(user, false)).rejects.toMatchObject({ scimType: 'mutability' });
    expect(server.count('PATCH')).toBe(3);
  });

  it('lost after it took effect is seen, and not sent again', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ apply, reset }) => {
      apply();
      reset();
    });
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive', sentAt: START });
    expect(server.count('PATCH')).toBe(1);
  });

  it('lost before it took effect is sent again, and counts from the first try', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ reset }) => reset());
    server.answer('PATCH /Users', { status: 502 });
    expect(await client.setActive(user, false)).toMatchObject({ seen: 'inactive', sentAt: START });
    expect(server.count('PATCH')).toBe(3);
  });

  it('lost three times is unknown, with the time of the first try', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ reset }) => reset(), 9);
    await expect(client.setActive(user, false)).rejects.toMatchObject({ outcome: 'unknown', sentAt: START });
    expect(server.count('PATCH')).toBe(3);
  });

  it('stays "unknown" in time even when the last try is refused', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ reset }) => reset());
    server.answer('PATCH /Users', { status: 403 }, 9);
    await expect(client.setActive(user, false)).rejects.toMatchObject({
      status: 403,
      outcome: 'unknown',
      sentAt: START,
    });
  });

  it('is accepted, and unknown, where the read-back fails', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.answer('GET /Users', { status: 500 }, 9);
    expect(await client.setActive(user, false)).toEqual({ seen: 'unknown', sentAt: START });
    expect(server.count('PATCH')).toBe(1);
  });

  it('stays "accepted" when the form was taken without effect and the next one fails', async () => {
    for (const status of [400, 401, 429]) {
      const { server, client } = await bench({ activeForms: [], unknownForm: 'ignored' });
      const user = server.addUser('ada@example.com');
      server.script('PATCH /Users', ({ apply, send }) => send(apply()));
      server.answer('PATCH /Users', { status }, 9);
      expect(await client.setActive(user, false)).toMatchObject({ seen: 'active', sentAt: START });
    }
  });

  it('is not sent when what a PUT must read first cannot be read', async () => {
    const { server, client } = await bench({}, { profile: { usePut: true } });
    server.answer('GET /Users', { status: 500 }, 99);
    await expect(client.setActive('u1', false)).rejects.toMatchObject({ outcome: 'refused', status: 500 });
    expect(server.count('PUT')).toBe(0);
  });

  it('is refused, and nobody is gone, where the server knows no PUT and answers it with a page that is not there', async () => {
    const { server, client } = await bench({}, { profile: { usePut: true } });
    const user = server.addUser('ada@example.com');
    const page = { status: 404, body: '<html>Not found</html>', headers: { 'content-type': 'text/html' } };
    server.answer('PUT /Users', page, Number.POSITIVE_INFINITY);
    await expect(client.setActive(user, false)).rejects.toMatchObject({ status: 404, outcome: 'refused' });
    expect(await client.getUser(user)).toMatchObject({ active: true });
    expect(await client.updateUser(user, { title: 'Countess' })).toMatchObject({
      attributes: { title: { kind: 'refused' } },
    });
  });

  it('is not put where the server does not say who is active', async () => {
    const { server, client } = await bench({ patch: 501 });
    const user = server.addUser('ada@example.com');
    server.script(
      'GET /Users',
      ({ apply, send }) => send({ status: 200, body: { ...(apply().body as Json), active: undefined } }),
      99,
    );
    const { attributes } = await client.updateUser(user, { title: 'Dr' });
    expect(attributes.title).toMatchObject({ kind: 'refused' });
    expect(server.count('PUT')).toBe(0);
    expect((await client.setActive(user, false)).seen).toBe('unknown');
    expect(server.users.get(user)?.active).toBe(false);
  });

  it('is put with the new entity tag when somebody else was faster, once', async () => {
    const { server, client } = await bench({}, { profile: { usePut: true } });
    const user = server.addUser('ada@example.com');
    server.answer('PUT /Users', { status: 412 });
    expect((await client.setActive(user, false)).seen).toBe('inactive');
    server.answer('PUT /Users', { status: 412 }, 9);
    await expect(client.setActive(user, true)).rejects.toMatchObject({ status: 412 });
    expect(server.count('PUT')).toBe(4);
  });
});

describe('attributes', () => {
  const CHANGES = {
    givenName: 'Ada',
    displayName: 'Ada Byron',
    email: 'ada.b@example.com',
    department: 'R&D',
    managerId: '77aa',
  } as const;
  const before = {
    name: { givenName: 'Augusta', familyName: 'Byron' },
    emails: [
      { value: 'ada@example.com', type: 'work', primary: true },
      { value: 'home@example.org', type: 'home' },
    ],
  };

  it('go in one PATCH, one operation each, and are read back each by itself', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', before);
    const { attributes, sentAt } = await client.updateUser(user, CHANGES);
    expect(Object.values(attributes).map(({ kind }) => kind)).toEqual(Array(5).fill('applied'));
    expect(sentAt).toBe(START);
    expect(operations(server.requests[0]?.body)).toEqual([
      { op: 'replace', path: 'name.givenName', value: 'Ada' },
      { op: 'replace', path: 'displayName', value: 'Ada Byron' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada.b@example.com' },
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'R&D' },
      { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: '77aa' } },
    ]);
    expect(server.requests).toHaveLength(2);
  });

  it('are split after a refusal, so that one bad value does not lose the others', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', before);
    server.script(
      'PATCH /Users',
      ({ request, apply, send }) => {
        const bad = operations(request.body).some(({ path }) => path === 'displayName');
        send(bad ? { status: 400, body: { scimType: 'mutability' } } : apply());
      },
      99,
    );
    const { attributes } = await client.updateUser(user, { ...CHANGES });
    expect(attributes).toMatchObject({
      givenName: { kind: 'applied' },
      displayName: { kind: 'refused', error: { scimType: 'mutability' } },
      email: { kind: 'applied' },
      department: { kind: 'applied' },
      managerId: { kind: 'applied' },
    });
  });

  it('go in other forms where a filtered path is refused, and keep the addresses nobody asked about', async () => {
    const { server, client } = await bench({ valuePathsOnUsers: 'refused' });
    const user = server.addUser('ada@example.com', before);
    const { attributes } = await client.updateUser(user, { email: 'new@example.com' });
    expect(attributes.email).toEqual({ kind: 'applied' });
    expect(server.users.get(user)?.emails).toEqual([
      { value: 'new@example.com', type: 'work', primary: true },
      { value: 'home@example.org', type: 'home', primary: false },
    ]);
  });

  it('add an address where there was none to replace', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada');
    const { attributes } = await client.updateUser(user, { email: 'ada@example.com' });
    expect(attributes.email).toEqual({ kind: 'applied' });
    expect(operations(server.requests.at(-2)?.body)[0]).toMatchObject({ op: 'add', path: 'emails' });
  });

  it('never send a whole list of addresses that could not be read', async () => {
    const { server, client } = await bench({ valuePathsOnUsers: 'refused' });
    const user = server.addUser('ada@example.com', before);
    server.answer('GET /Users', { status: 404, body: '<p>' }, 9);
    const { attributes } = await client.updateUser(user, { email: 'new@example.com' });
    expect(attributes.email).toMatchObject({ kind: 'refused' });
    expect(server.count('PATCH')).toBe(1);
  });

  it('remember that a path had no effect and the object had', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script(
      'PATCH /Users',
      ({ request, apply, send }) => send(operations(request.body)[0]?.path === 'title' ? { status: 200 } : apply()),
      99,
    );
    await client.updateUser(user, { title: 'Dr' });
    expect(client.learned().objectForm).toEqual(['title']);
    const trips = server.requests.length;
    expect((await client.updateUser(user, { title: 'Prof' })).attributes.title).toEqual({ kind: 'applied' });
    expect(server.requests.length - trips).toBe(2);
  });

  it('are "accepted" where a server says yes and shows nothing', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com', before);
    server.script('PATCH /Users', ({ send }) => send({ status: 200 }), 99);
    const { attributes } = await client.updateUser(user, { title: 'Dr', familyName: 'Lovelace' });
    expect(attributes).toEqual({ title: { kind: 'accepted' }, familyName: { kind: 'accepted' } });
  });

  it('are "unknown" after a lost answer that cannot be looked at', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.script('PATCH /Users', ({ reset }) => reset(), 9);
    server.answer('GET /Users', { status: 500 }, 99);
    const { attributes, sentAt } = await client.updateUser(user, { title: 'Dr' });
    expect(attributes.title).toMatchObject({ kind: 'unknown', error: { outcome: 'unknown' } });
    expect(sentAt).toBe(START);
    expect(server.count('PATCH')).toBe(1);
  });

  it('are asked for once when the account is not there', async () => {
    const { server, client } = await bench();
    const { attributes } = await client.updateUser('nobody', { title: 'Dr', department: 'R&D' });
    expect(attributes).toMatchObject({ title: { kind: 'refused' }, department: { kind: 'refused' } });
    expect(server.count('PATCH')).toBe(1);
  });

  it('stay "accepted" when taken without effect and the next form fails', async () => {
    const { server, client } = await bench();
    const user = server.addUser('ada@example.com');
    server.answer('PATCH /Users', { status: 200 });
    server.answer('PATCH /Users', { status: 401 }, 9);
    expect(await client.updateUser(user, { title: 'Dr' })).toMatchObject({
      attributes: { title: { kind: 'accepted' } },
      sentAt: START,
    });
  });

  it('go only where the profile says the app takes them', async () => {
    const { server, client } = await bench({}, { profile: { attributes: { title: 'title' } } });
    const user = server.addUser('ada@example.com');
    const { attributes } = await client.updateUser(user, { title: 'Dr', department: 'R&D' });
    expect(attributes).toEqual({ title: { kind: 'applied' }, department: { kind: 'unsupported' } });
    expect(server.requests[0]?.text).not.toContain('department');
    const none = await bench({}, { profile: { attributes: {} } });
    expect(await none.client.updateUser('u1', { title: 'Dr' })).toEqual({
      attributes: { title: { kind: 'unsupported' } },
    });
    expect(none.server.requests).toEqual([]);
  });

  it('refuse empty values, and to remove what an account cannot be without', async () => {
    const { server, client } = await bench();
    for (const changes of [{ title: ' ' }, { userName: null }, { email: null }, { title: '\ud800' }]) {
      await expect(client.updateUser('u1', changes)).rejects.toMatchObject({ fault: 'input', outcome: 'not-sent' });
    }
    expect(server.requests).toEqual([]);
  });
});
