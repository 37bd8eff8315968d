/** Reading a whole app: every account with its groups, page by page, and what is said when that was not everything. */
import { describe, expect, it } from 'vitest';
import { type AccountRead, type GroupRead, readEverything, type Whole } from '../../src/directory/everything.ts';
import type { Seed } from '../../src/sandbox/scim/index.ts';
import type { ScimClient } from '../../src/scim/index.ts';
import { ADMIN, MEMBER, world } from './world.ts';

async function all(client: ScimClient): Promise<Whole & { read: AccountRead[]; found: GroupRead[] }> {
  const read: AccountRead[] = [];
  const found: GroupRead[] = [];
  const parts = readEverything(client);
  for (;;) {
    const next = await parts.next();
    if (next.done === true) return { ...next.value, read, found };
    if (next.value.kind === 'groups') found.push(...next.value.groups);
    else read.push(...next.value.accounts);
  }
}
const within = (accounts: readonly AccountRead[]) => Object.fromEntries(accounts.map(({ id, groups }) => [id, groups]));

describe('a whole app', () => {
  it('is every account with its groups and what else the service says of it', async () => {
    const seed: Seed = {
      users: [
        {
          id: 'ada',
          userName: 'ada@example.com',
          givenName: 'Ada',
          familyName: 'Lovelace',
          department: 'Engines',
          manager: 'grace@example.com',
          attributes: { nickName: 'Countess', addresses: [{ locality: 'London' }], 'urn:example:badge': { no: 7 } },
        },
        { id: 'grace', userName: 'grace@example.com', active: false },
      ],
      groups: [
        { id: ADMIN, displayName: 'PPLX_Admin', members: ['grace@example.com'] },
        { id: MEMBER, displayName: 'PPLX_Members', members: ['ada@example.com', 'grace@example.com'] },
        { id: 'none', displayName: 'Nobody' },
      ],
    };
    const { client, writes } = await world({ dialect: 'generic', seed });
    const { read, found, gaps, strays, ...counts } = await all(client);
    expect(read).toMatchObject([
      {
        id: 'ada',
        userName: 'ada@example.com',
        email: 'ada@example.com',
        givenName: 'Ada',
        active: true,
        department: 'Engines',
        managerId: 'grace',
        groups: [MEMBER],
        other: { nickName: 'Countess', addresses: [{ locality: 'London' }], 'urn:example:badge': { no: 7 } },
      },
      { id: 'grace', active: false, groups: [ADMIN, MEMBER] },
    ]);
    expect(read[1]).not.toHaveProperty('other');
    expect(found).toEqual([
      { id: ADMIN, name: 'PPLX_Admin', members: 1, nested: [] },
      { id: MEMBER, name: 'PPLX_Members', members: 2, nested: [] },
      { id: 'none', name: 'Nobody', members: 0, nested: [] },
    ]);
    expect({ gaps, strays, counts }).toEqual({
      gaps: [],
      strays: [],
      counts: { accounts: 2, groups: 3, memberships: 3 },
    });
    expect(writes()).toEqual([]);
  });

  it('believes an empty group that was read before any other had listed somebody', async () => {
    const seed: Seed = {
      users: [{ id: 'ada', userName: 'ada@example.com' }],
      groups: [{ displayName: 'Nobody' }, { displayName: 'Crew', members: ['ada@example.com'] }],
    };
    const { gaps, found } = await all((await world({ dialect: 'generic', seed })).client);
    expect(gaps).toEqual([]);
    expect(found.map(({ members }) => members)).toEqual([0, 1]);
  });

  it('is handed out as it comes: the first accounts before the last page is asked for', async () => {
    const users = Array.from({ length: 350 }, (_, at) => ({ userName: `person${at}@example.com` }));
    const { client, requests } = await world({ dialect: 'generic', seed: { users, groups: [] } });
    const pages = () => requests().filter((each) => each.includes('/Users')).length;
    const parts = readEverything(client);
    await parts.next();
    expect(pages()).toBe(0);
    const first = await parts.next();
    const asked = pages();
    expect(first.value).toMatchObject({ kind: 'accounts' });
    for (let next = first; next.done !== true; next = await parts.next());
    expect(asked).toBeLessThan(pages());
  });
});

describe('what is missing', () => {
  it('is said: a listing that ends too early', async () => {
    const users = Array.from({ length: 150 }, (_, at) => ({ userName: `person${at}@example.com` }));
    const { client, service } = await world({ dialect: 'generic', seed: { users, groups: [] } });
    service.fault({
      match: { path: /^\/Users\?.*startIndex=(?!1&|1$)/ },
      times: Number.POSITIVE_INFINITY,
      kind: { type: 'error', status: 400 },
    });
    const { gaps, accounts } = await all(client);
    expect(accounts).toBe(100);
    expect(gaps).toEqual([expect.stringMatching(/^accounts: SCIM GET \/Users answered 400/)]);
  });

  it('is said: members that are never listed, of how many groups there may be', async () => {
    const { gaps, read, found } = await all((await world({ dialect: 'cursor-only' })).client);
    expect(gaps).toEqual(['members of PPLX_Admin, PPLX_Members: not listed, or there are none']);
    expect(found.map(({ members }) => members)).toEqual([null, null]);
    expect(read).toHaveLength(3);
  });

  it('is said: groups that may not be read, while accounts are read all the same', async () => {
    const { client, service } = await world({ dialect: 'generic' });
    service.fault({ match: { path: /^\/Groups/ }, times: 99, kind: { type: 'error', status: 403 } });
    const { gaps, accounts, groups } = await all(client);
    expect(gaps).toEqual([expect.stringMatching(/^groups: .*403/)]);
    expect({ accounts, groups }).toEqual({ accounts: 3, groups: 0 });
  });

  it('is not an id in a group that no account has: those are told apart', async () => {
    const { client, service } = await world({ dialect: 'generic', quirks: { unknownMember: 'store' } });
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'members', value: [{ value: 'nobody-at-all' }] }],
    };
    const answer = await fetch(`${service.url}/Groups/${ADMIN}`, {
      method: 'PATCH',
      headers: {
        authorization: 'Bearer scim-token-that-nobody-may-read-4711',
        'content-type': 'application/scim+json',
      },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    const { gaps, strays, memberships } = await all(client);
    expect(gaps).toEqual([]);
    expect(strays).toEqual([{ id: 'nobody-at-all', groups: [ADMIN] }]);
    expect(memberships).toBe(3);
  });
});

describe('where accounts say in which groups they are', () => {
  it('their word is taken, and nobody is read twice', async () => {
    const { client, requests } = await world({ dialect: 'generic', profile: { membershipSource: 'user' } });
    const { read, gaps, found } = await all(client);
    expect(within(read)).toEqual({ ada: [MEMBER], grace: [ADMIN, MEMBER], linus: [] });
    expect(gaps).toEqual([]);
    expect(found.map(({ members }) => members)).toEqual([null, null]);
    expect(requests().filter((each) => /\/Groups\/|\/Users\//.test(each))).toEqual([]);
  });
});
