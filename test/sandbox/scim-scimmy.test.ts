// An independent server as judge.
// Every step goes to both services; statuses and the state read back must be the same, but for the deviations named here.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  at,
  filter,
  GROUP,
  listed,
  newUser,
  patchOp,
  SEARCH,
  type Send,
  sender,
  start,
  TOKEN,
  USER,
} from './scim-driver.ts';
import { type Judge, startJudge } from './scim-judge.ts';

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge(TOKEN);
});
afterAll(() => judge.close());
beforeEach(() => judge.clear());

/** One of the two services, with the ids it gave to the people and groups of the story. */
type Side = { send: Send; ids: Map<string, string> };
type Step = (side: Side) => Promise<Answer>;

async function both(): Promise<{ ours: Side; theirs: Side }> {
  const { service } = await start({ seed: { users: [], groups: [] } });
  const ours = { send: sender(service.url), ids: new Map<string, string>() };
  const theirs = { send: sender(judge.url), ids: new Map<string, string>() };
  for (const side of [ours, theirs]) await tell(side);
  return { ours, theirs };
}

/** Three people and two groups, created over the protocol. */
async function tell(side: Side): Promise<void> {
  const people: [string, string, string][] = [
    ['ada', 'Ada', 'Byron'],
    ['grace', 'Grace', 'Hopper'],
    ['mary', 'Mary', 'Jackson'],
  ];
  for (const [userName, givenName, familyName] of people) {
    const emails = [{ value: `${userName}@example.com`, type: 'work', primary: true }];
    const more = {
      externalId: `U-${userName}`,
      name: { givenName, familyName },
      displayName: givenName,
      emails,
      active: true,
    };
    remember(side, userName, await side.send('POST', '/Users', newUser(userName, more)));
  }
  const members = ['ada', 'grace'].map((name) => ({ value: id(side, name) }));
  remember(side, 'staff', await side.send('POST', '/Groups', { schemas: [GROUP], displayName: 'Staff', members }));
  remember(side, 'empty', await side.send('POST', '/Groups', { schemas: [GROUP], displayName: 'Empty' }));
}

function remember(side: Side, name: string, answer: Answer): void {
  expect(answer.status).toBe(201);
  const given = at(answer.body, 'id');
  if (typeof given !== 'string') throw new Error('no id');
  side.ids.set(name, given);
}

function id(side: Side, name: string): string {
  const found = side.ids.get(name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

/** What both services must agree on: no ids, no meta, no derived parts of members. */
function plain(side: Side, value: unknown): unknown {
  const names = new Map([...side.ids].map(([name, given]) => [given, name]));
  const walk = (each: unknown, key: string): unknown => {
    if (typeof each === 'string') return names.get(each) ?? each;
    if (Array.isArray(each)) {
      const items = each.map((item: unknown) => (key === 'members' ? walk(at(item, 'value'), '') : walk(item, '')));
      return key === 'schemas' || key === 'members'
        ? items.toSorted((a, b) => String(a).localeCompare(String(b)))
        : items;
    }
    if (typeof each !== 'object' || each === null) return each;
    const kept = Object.entries(each).filter(
      ([name, item]) =>
        !['meta', 'groups', 'detail', 'itemsPerPage'].includes(name) &&
        !(Array.isArray(item) && item.length === 0 && name === 'members'),
    );
    return Object.fromEntries(kept.map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(value, '');
}

async function state(side: Side): Promise<unknown> {
  const [people, teams] = [await side.send('GET', '/Users?count=100'), await side.send('GET', '/Groups?count=100')];
  return [plain(side, people.body), plain(side, teams.body)];
}

const patchUser =
  (name: string, ...operations: object[]): Step =>
  (side) =>
    side.send('PATCH', `/Users/${id(side, name)}`, patchOp(...operations));
const patchStaff =
  (operations: (side: Side) => object[]): Step =>
  (side) =>
    side.send('PATCH', `/Groups/${id(side, 'staff')}`, patchOp(...operations(side)));
const find =
  (text: string): Step =>
  (side) =>
    side.send('GET', `/Users?${filter(text)}`);

describe('scimmy and the sandbox agree', () => {
  const steps: Record<string, Step> = {
    'read a user': (side) => side.send('GET', `/Users/${id(side, 'ada')}`),
    'read a group': (side) => side.send('GET', `/Groups/${id(side, 'staff')}`),
    'read nobody': (side) => side.send('GET', '/Users/nobody'),
    'list users': (side) => side.send('GET', '/Users'),
    'list the second page': (side) => side.send('GET', '/Users?startIndex=2&count=1'),
    'list without some': (side) => side.send('GET', '/Users?excludedAttributes=name,emails'),
    'list without a token': (side) => side.send('GET', '/Users', undefined, { authorization: 'Bearer wrong' }),
    'find by userName': find('userName eq "grace"'),
    'find by externalId': find('externalId eq "U-mary"'),
    'find by active': find('active eq true'),
    'find by the start of a part': find('name.familyName sw "Ho"'),
    'find by presence': find('title pr'),
    'find by or': find('userName eq "ada" or displayName eq "Mary"'),
    'find by and': find('userName eq "ada" and active eq false'),
    'find by not': find('not (userName eq "ada")'),
    'find by a part of an e-mail': find('emails.value co "mary@"'),
    'create a duplicate': (side) => side.send('POST', '/Users', newUser('ADA')),
    'create without a name': (side) =>
      side.send('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }),
    'create with a wrong type': (side) => side.send('POST', '/Users', newUser('eve', { active: 'yes' })),
    'create with one e-mail that is no list': (side) =>
      side.send('POST', '/Users', newUser('eve', { emails: { value: 'x' } })),
    'deactivate by path': patchUser('ada', { op: 'replace', path: 'active', value: false }),
    'deactivate without a path': patchUser('ada', { op: 'replace', value: { active: false } }),
    'capitalised operation': patchUser('ada', { op: 'Replace', path: 'active', value: false }),
    'replace a part': patchUser('ada', { op: 'replace', path: 'name.givenName', value: 'Augusta' }),
    'add an attribute': patchUser('ada', { op: 'add', path: 'title', value: 'Countess' }),
    'add an e-mail': patchUser('ada', { op: 'add', path: 'emails', value: [{ value: 'b@example.com', type: 'home' }] }),
    'change the work e-mail': patchUser('ada', {
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: 'c@example.com',
    }),
    'remove an attribute': patchUser('ada', { op: 'remove', path: 'displayName' }),
    'remove by value filter': patchUser('ada', { op: 'remove', path: 'emails[type eq "work"]' }),
    'set a department': patchUser('ada', {
      op: 'add',
      path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      value: 'R&D',
    }),
    'patch nobody': (side) =>
      side.send('PATCH', '/Users/nobody', patchOp({ op: 'replace', path: 'active', value: false })),
    'patch with a wrong type': patchUser('ada', { op: 'replace', path: 'active', value: 'x' }),
    'patch an unknown path': patchUser('ada', { op: 'replace', path: 'shoeSize', value: 42 }),
    'patch with an unknown operation': patchUser('ada', { op: 'move', path: 'title', value: 'x' }),
    'remove without a path': patchUser('ada', { op: 'remove' }),
    'add without a value': patchUser('ada', { op: 'add', path: 'title' }),
    'several operations, the last one bad': patchUser(
      'ada',
      { op: 'replace', path: 'title', value: 'x' },
      { op: 'replace', path: 'shoeSize', value: 1 },
    ),
    'add a member': patchStaff((side) => [{ op: 'add', path: 'members', value: [{ value: id(side, 'mary') }] }]),
    'add a member without a path': patchStaff((side) => [
      { op: 'add', value: { members: [{ value: id(side, 'mary') }] } },
    ]),
    'remove a member by filter': patchStaff((side) => [
      { op: 'remove', path: `members[value eq "${id(side, 'ada')}"]` },
    ]),
    'remove all members': patchStaff(() => [{ op: 'remove', path: 'members' }]),
    'replace the members': patchStaff((side) => [
      { op: 'replace', path: 'members', value: [{ value: id(side, 'mary') }] },
    ]),
    'rename a group': patchStaff(() => [{ op: 'replace', path: 'displayName', value: 'Crew' }]),
    'replace a user': (side) =>
      side.send('PUT', `/Users/${id(side, 'ada')}`, newUser('ada', { active: false, title: 'Countess' })),
    'delete a user that is in no group': (side) => side.send('DELETE', `/Users/${id(side, 'mary')}`),
    'delete nobody': (side) => side.send('DELETE', '/Users/nobody'),
    'count nobody': (side) => side.send('GET', '/Users?count=0'),
    'search in a body': (side) =>
      side.send('POST', '/Users/.search', {
        schemas: [SEARCH],
        filter: 'userName eq "ada"',
        attributes: ['id', 'schemas'],
      }),
    'find in any case of attribute and operator': find('USERNAME EQ "ada"'),
    'find by ne': find('userName ne "ada"'),
    'find by null': find('title eq null'),
    'find by a value filter': find('emails[type eq "work" and value eq "ada@example.com"]'),
    'change an e-mail that is not there': patchUser('ada', {
      op: 'replace',
      path: 'emails[type eq "home"].value',
      value: 'x',
    }),
    'change an id': patchUser('ada', { op: 'replace', path: 'id', value: 'x' }),
    'patch by a dotted key': patchUser('ada', { op: 'replace', value: { 'name.givenName': 'x' } }),
    'patch a complex attribute without a path': patchUser('ada', {
      op: 'replace',
      value: { name: { givenName: 'x' } },
    }),
    'patch with a body that says no schema': (side) =>
      side.send('PATCH', `/Users/${id(side, 'ada')}`, {
        Operations: [{ op: 'replace', path: 'active', value: false }],
      }),
    'replace a group without its members': (side) =>
      side.send('PUT', `/Groups/${id(side, 'staff')}`, { schemas: [GROUP], displayName: 'Staff' }),
  };

  it.each(Object.entries(steps))('%s', async (_name, step) => {
    const { ours, theirs } = await both();
    expect(await state(ours)).toEqual(await state(theirs));
    const [mine, judged] = [await step(ours), await step(theirs)];
    expect(mine.status).toBe(judged.status);
    expect(plain(ours, mine.body)).toEqual(plain(theirs, judged.body));
    expect(await state(ours)).toEqual(await state(theirs));
  });
});

describe('scimmy and the sandbox differ', () => {
  const members = (side: Side, ...names: string[]) => names.map((name) => ({ value: id(side, name) }));
  /** Status and scimType of each, and whether the two are in the same state afterwards. */
  const deviations: [string, Step, [number, string?], [number, string?], 'same state' | 'another state'][] = [
    [
      'a filter without a value: ours refuses it as the grammar asks',
      find('userName eq'),
      [400, 'invalidFilter'],
      [200],
      'same state',
    ],
    [
      'an escaped quotation mark: scimmy cannot read it',
      find('displayName eq "a \\"b\\""'),
      [200],
      [400, 'invalidFilter'],
      'same state',
    ],
    [
      'a part after a value filter: the grammar of filters has none',
      find('emails[type eq "work"].value eq "ada@example.com"'),
      [400, 'invalidFilter'],
      [200],
      'same state',
    ],
    [
      'members by value: scimmy cannot filter an attribute that a group lacks',
      (side) => side.send('GET', `/Groups?${filter(`members.value eq "${id(side, 'grace')}"`)}`),
      [200],
      [400, 'invalidValue'],
      'same state',
    ],
    [
      'attributes and excludedAttributes together: the RFC lets them exclude each other',
      (side) => side.send('GET', '/Users?attributes=userName&excludedAttributes=name'),
      [400, 'invalidValue'],
      [200],
      'same state',
    ],
    [
      'a create without schemas: the RFC requires them',
      (side) => side.send('POST', '/Users', { userName: 'eve' }),
      [400, 'invalidSyntax'],
      [201],
      'another state',
    ],
    [
      'a present member added again: scimmy stores it twice',
      patchStaff((side) => [{ op: 'add', path: 'members', value: members(side, 'ada') }]),
      [200],
      [200],
      'another state',
    ],
    [
      'a removal with a value: ours empties the group, as the RFC knows no value there',
      patchStaff((side) => [{ op: 'remove', path: 'members', value: members(side, 'ada') }]),
      [200],
      [200],
      'another state',
    ],
    [
      'nothing to remove: scimmy says so with 204',
      patchStaff((side) => [{ op: 'remove', path: `members[value eq "${id(side, 'mary')}"]` }]),
      [200],
      [204],
      'same state',
    ],
    [
      'nothing to change: scimmy says so with 204',
      patchUser('ada', { op: 'replace', path: 'active', value: true }),
      [200],
      [204],
      'same state',
    ],
    [
      'a member that nobody is: scimmy stores it',
      patchStaff(() => [{ op: 'add', path: 'members', value: [{ value: 'nobody' }] }]),
      [400, 'invalidValue'],
      [200],
      'another state',
    ],
    [
      'a value to remove that is not there: noTarget by table 9 of the RFC',
      patchUser('ada', { op: 'remove', path: 'emails[type eq "home"]' }),
      [400, 'noTarget'],
      [204],
      'same state',
    ],
    [
      'a required attribute removed: the RFC calls that mutability',
      patchUser('ada', { op: 'remove', path: 'userName' }),
      [400, 'mutability'],
      [400, 'invalidValue'],
      'same state',
    ],
    [
      'a change inside a member: the RFC calls that mutability',
      patchStaff((side) => [{ op: 'replace', path: `members[value eq "${id(side, 'ada')}"].value`, value: 'x' }]),
      [400, 'mutability'],
      [400, 'noTarget'],
      'same state',
    ],
    [
      'a complex attribute replaced by path: what is not named stays, by the RFC',
      patchUser('ada', { op: 'replace', path: 'name', value: { givenName: 'x' } }),
      [200],
      [200],
      'another state',
    ],
    [
      'a second primary value: the first one gives it up, by the RFC',
      patchUser('ada', { op: 'add', path: 'emails', value: [{ value: 'x', primary: true }] }),
      [200],
      [200],
      'another state',
    ],
    [
      'a deleted user: scimmy leaves the membership to the application',
      (side) => side.send('DELETE', `/Users/${id(side, 'ada')}`),
      [204],
      [204],
      'another state',
    ],
  ];

  it.each(deviations)('%s', async (_why, step, ours, theirs, states) => {
    const sides = await both();
    const [mine, judged] = [await step(sides.ours), await step(sides.theirs)];
    expect([mine.status, at(mine.body, 'scimType')]).toEqual([ours[0], ours[1]]);
    expect([judged.status, at(judged.body, 'scimType')]).toEqual([theirs[0], theirs[1]]);
    const [left, right] = [await state(sides.ours), await state(sides.theirs)];
    if (states === 'same state') expect(left).toEqual(right);
    else expect(left).not.toEqual(right);
  });

  it('past the end scimmy begins again, names are case-exact to it, and it leaves out schemas where attributes are chosen', async () => {
    const { ours, theirs } = await both();
    const names = async (side: Side, path: string) => listed(await side.send('GET', path), 'userName');
    expect(await names(ours, '/Users?startIndex=9&count=2')).toEqual([]);
    expect(await names(theirs, '/Users?startIndex=9&count=2')).toEqual(['ada', 'grace']);
    expect(await names(ours, `/Users?${filter('userName eq "ADA"')}`)).toEqual(['ada']);
    expect(await names(theirs, `/Users?${filter('userName eq "ADA"')}`)).toEqual([]);
    const chosen = async (side: Side) =>
      at((await side.send('GET', '/Users?attributes=userName')).body, 'Resources.0.schemas');
    expect(await chosen(ours)).toEqual([USER]);
    expect(await chosen(theirs)).toBeUndefined();
  });
});
