/** What differs between a directory and a ledger so small that anybody can say it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  booksOf,
  type Difference,
  differenceKey,
  differences,
  inOrder,
  type Sight,
  verdictOn,
} from '../../src/access/drift.ts';
import type { HeldGrant, Holding } from '../../src/access/grant.ts';
import type { AppPolicy } from '../../src/access/policy.ts';
import { CRM } from './office.ts';

const ROLES: AppPolicy['roles'] = {
  ...CRM.roles,
  editor: { key: 'editor', group: 'Editors', sensitive: false, base: false, managedBy: 'idp' },
};
const app = (more: Partial<AppPolicy> = {}): AppPolicy => ({
  ...CRM,
  roles: ROLES,
  priority: ['admin', 'editor', 'member'],
  ...more,
});

/** Directory and ledger as one could write them on a sheet of paper. */
interface Sheet {
  readonly accounts: Map<string, boolean | 'unknown'>;
  readonly members: Record<string, Set<string> | 'unknown'>;
  readonly holdings: Map<string, Holding>;
  readonly busy: Set<string>;
  readonly kept: Set<string>;
}

const look = (policy: AppPolicy, sheet: Sheet): Difference[] =>
  differences(policy, sheet, booksOf([...sheet.holdings.values()], sheet.busy, sheet.kept));
const keys = (found: readonly Difference[]): string[] => found.map(differenceKey);

const held = (account: string, role: string, state: HeldGrant['state'] = 'active', more = {}): [string, Holding] => [
  `${account}/${role}`,
  {
    app: CRM.key,
    account,
    role,
    grants: [{ request: `R-${account}-${role}`, from: 0, until: 9, state }],
    open: {},
    ...more,
  },
];

const sheet = (more: Partial<Sheet> = {}): Sheet => ({
  accounts: new Map([
    ['ada', true],
    ['ben', true],
    ['carla', true],
  ]),
  members: { admin: new Set(['carla']), editor: new Set(), member: new Set(['ada', 'ben', 'carla']) },
  holdings: new Map([held('carla', 'admin')]),
  busy: new Set(),
  kept: new Set(),
  ...more,
});

const ACCOUNTS = ['a', 'b', 'c', 'd', 'e'];
const subset = fc.subarray(ACCOUNTS).map((some) => new Set(some));
const holdings = fc
  .array(fc.tuple(fc.constantFrom(...ACCOUNTS), fc.constantFrom('admin', 'editor')), { maxLength: 6 })
  .map((pairs) => new Map(pairs.map(([account, role]) => held(account, role))));
const anySheet: fc.Arbitrary<Sheet> = fc.record({
  accounts: fc
    .tuple(...ACCOUNTS.map((account) => fc.tuple(fc.constant(account), fc.boolean())))
    .map((each) => new Map<string, boolean>(each)),
  members: fc.record({ admin: subset, editor: subset, member: subset }),
  holdings,
  busy: fc.constant(new Set<string>()),
  kept: fc.constant(new Set<string>()),
});
const anyApp = fc.boolean().map((exclusive) => app({ exclusive }));

/** The way each kind is put right, as docs/rules.md says. */
function putRight(policy: AppPolicy, { accounts, members, holdings: ledger }: Sheet, found: Difference): void {
  const group = (role: string): Set<string> => {
    const known = members[role];
    if (known === undefined || known === 'unknown') throw new Error(`nobody sees ${role}`);
    return known;
  };
  const leave = (account: string, role: string): void => {
    group(role).delete(account);
    const another = Object.keys(policy.roles).some((each) => group(each).has(account));
    if (!another && accounts.get(account) === true) group('member').add(account);
  };
  switch (found.kind) {
    case 'stray':
      leave(found.account, found.role);
      return;
    case 'lost':
      group(found.role).add(found.account);
      if (policy.exclusive) group('member').delete(found.account);
      return;
    case 'both':
      group('member').delete(found.account);
      return;
    case 'none':
      group('member').add(found.account);
      return;
    case 'disabled_with_grants':
      for (const role of ['admin', 'editor']) {
        if (!ledger.delete(`${found.account}/${role}`)) continue;
        leave(found.account, role);
      }
      return;
    case 'no_admin': {
      accounts.set('successor', true);
      group(found.role).add('successor');
      ledger.set(...held('successor', found.role));
      if (!policy.exclusive) group('member').add('successor');
      return;
    }
  }
}

describe('what differs', () => {
  it('is nothing where the directory is as the ledger says', () => {
    fc.assert(
      fc.property(anySheet, anyApp, (given, policy) => {
        // The directory is made from the ledger: who is switched on is in the groups of their grants, else in the base group.
        const on = (account: string): boolean => given.accounts.get(account) === true;
        const ledger = new Map([...given.holdings].filter(([, { account }]) => on(account)));
        ledger.set(...held('keeper', 'admin'));
        const accounts = new Map(given.accounts).set('keeper', true);
        const holds = (role: string) =>
          new Set([...ledger.values()].filter((each) => each.role === role).map((each) => each.account));
        const higher = [...holds('admin'), ...holds('editor')];
        const base = [...accounts].filter(([id, active]) => active && !(policy.exclusive && higher.includes(id)));
        const members = {
          admin: holds('admin'),
          editor: holds('editor'),
          member: new Set(base.map(([id]) => id)),
        };
        expect(look(policy, { ...given, accounts, members, holdings: ledger })).toEqual([]);
      }),
    );
  });

  it('is the same however accounts, members and ledger are listed, the gravest first', () => {
    const turned = (all: Set<string> | 'unknown' | undefined) =>
      all === undefined || all === 'unknown' ? 'unknown' : new Set([...all].reverse());
    fc.assert(
      fc.property(anySheet, anyApp, (given, policy) => {
        const found = look(policy, given);
        const other = look(policy, {
          ...given,
          accounts: new Map([...given.accounts].reverse()),
          members: {
            member: turned(given.members.member),
            editor: turned(given.members.editor),
            admin: turned(given.members.admin),
          },
          holdings: new Map([...given.holdings].reverse()),
        });
        expect(other).toEqual(found);
        expect(inOrder(policy, [...found].reverse())).toEqual(found);
        expect(new Set(keys(found)).size).toBe(found.length);
        const grave = found.map((each) => 'role' in each && each.role === 'admin');
        expect(grave).toEqual([...grave].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  it('differs no longer when it is put right, and all of it can be put right', () => {
    fc.assert(
      fc.property(anySheet, anyApp, (given, policy) => {
        for (let steps = 0; ; steps += 1) {
          const [first] = look(policy, given);
          if (first === undefined) return;
          putRight(policy, given, first);
          expect(keys(look(policy, given))).not.toContain(differenceKey(first));
          expect(steps, 'it never ends').toBeLessThan(60);
        }
      }),
    );
  });

  it('is only what verdicts say one by one', () => {
    fc.assert(
      fc.property(anySheet, anyApp, (given, policy) => {
        const books = booksOf([...given.holdings.values()], given.busy, given.kept);
        const found = look(policy, given);
        for (const each of found) expect(verdictOn(each, policy, given, books)).toBe('so');
        for (const account of ACCOUNTS) {
          for (const role of Object.keys(policy.roles)) {
            for (const kind of ['stray', 'lost'] as const) {
              const said = verdictOn({ kind, account, role }, policy, given, books) === 'so';
              expect(keys(found).includes(`${kind}/${role}/${account}`)).toBe(said);
            }
          }
        }
      }),
    );
  });

  it('is never what the policy keeps, what cannot be seen, or what is under way', () => {
    const silent = (change: (given: Sheet, account: string) => Sheet) =>
      fc.assert(
        fc.property(anySheet, anyApp, fc.constantFrom(...ACCOUNTS), (given, policy, account) => {
          const found = look(policy, change(given, account));
          expect(found.filter((each) => 'account' in each && each.account === account)).toEqual([]);
        }),
      );
    silent((given, account) => ({ ...given, kept: new Set([account]) }));
    silent((given, account) => ({ ...given, busy: new Set([`${account}/`]) }));
    fc.assert(
      fc.property(anySheet, anyApp, fc.constantFrom('admin', 'editor', 'member'), (given, policy, role) => {
        const found = look(policy, { ...given, members: { ...given.members, [role]: 'unknown' } });
        expect(found.filter((each) => each.kind === 'none' || ('role' in each && each.role === role))).toEqual([]);
      }),
    );
  });
});

describe('a difference', () => {
  it.each<[string, Partial<Sheet>, string[], Partial<AppPolicy>]>([
    ['nothing at all', {}, [], {}],
    [
      'somebody in a group without a grant, sensitive roles first',
      {
        members: {
          admin: new Set(['carla', 'ben']),
          editor: new Set(['ada']),
          member: new Set(['ada', 'ben', 'carla']),
        },
      },
      ['stray/admin/ben', 'stray/editor/ada'],
      {},
    ],
    [
      'a grant whose account has left the group, and nobody else holds the role',
      { members: { admin: new Set(), editor: new Set(), member: new Set(['ada', 'ben', 'carla']) } },
      ['no_admin/admin/', 'lost/admin/carla'],
      {},
    ],
    [
      'a grant whose account is gone',
      {
        accounts: new Map([['ada', true]]),
        members: { admin: new Set(), editor: new Set(), member: new Set(['ada']) },
      },
      ['no_admin/admin/', 'lost/admin/carla'],
      {},
    ],
    [
      'grants of an account that is switched off: one, however many grants, in the group or not',
      {
        accounts: new Map([
          ['ada', true],
          ['carla', false],
        ]),
        members: { admin: new Set(['ada', 'carla']), editor: new Set(), member: new Set(['ada']) },
        holdings: new Map([held('ada', 'admin'), held('carla', 'admin'), held('carla', 'editor')]),
      },
      ['disabled_with_grants//carla'],
      {},
    ],
    ['both groups, where one role at a time is held', {}, ['both//carla'], { exclusive: true }],
    [
      'an active account in no group',
      { members: { admin: new Set(['carla']), editor: new Set(), member: new Set(['ada', 'carla']) } },
      ['none//ben'],
      {},
    ],
    [
      'no group, where only assigned accounts are touched: none of our business',
      { members: { admin: new Set(['carla']), editor: new Set(), member: new Set(['ada']) } },
      [],
      { traits: { ...CRM.traits, assignedOnly: true } },
    ],
    [
      'a sensitive role held only by somebody who is switched off',
      {
        accounts: new Map([
          ['ada', true],
          ['carla', false],
        ]),
        members: { admin: new Set(['carla']), editor: new Set(), member: new Set(['ada']) },
        holdings: new Map(),
      },
      ['no_admin/admin/', 'stray/admin/carla'],
      {},
    ],
    [
      'a member who is no account: nobody we could name',
      { members: { admin: new Set(['carla', 'ghost']), editor: new Set(), member: new Set(['ada', 'ben', 'carla']) } },
      [],
      {},
    ],
  ])('%s', (_what, more, expected, policy) => {
    expect(keys(look(app(policy), sheet(more)))).toEqual(expected);
  });

  it.each<[string, [string, Holding]]>([
    ['is being given', held('ben', 'admin', 'applying')],
    ['is ending', held('ben', 'admin', 'ending')],
    ['is being taken away', held('ben', 'admin', 'active', { grants: [], removing: true })],
  ])('waits while the role %s', (_what, holding) => {
    const found = look(
      app(),
      sheet({
        members: { admin: new Set(['carla', 'ben']), editor: new Set(), member: new Set(['ada', 'ben', 'carla']) },
        holdings: new Map([held('carla', 'admin'), holding]),
      }),
    );
    expect(found).toEqual([]);
  });

  it('is judged as seen, as explained, as gone, or not at all', () => {
    const stray: Difference = { kind: 'stray', account: 'ben', role: 'admin' };
    const seen = (members: Sight['members'], books = booksOf([], new Set(), new Set())) =>
      verdictOn(stray, app(), { accounts: new Map([['ben', true]]), members }, books);
    expect(seen({ admin: new Set(['ben']) })).toBe('so');
    expect(seen({ admin: new Set() })).toBe('not_so');
    expect(seen({ admin: 'unknown' })).toBe('unknown');
    expect(seen({})).toBe('unknown');
    expect(seen({ admin: new Set(['ben']) }, booksOf([held('ben', 'admin')[1]], new Set(), new Set()))).toBe(
      'explained',
    );
    expect(seen({ admin: new Set(['ben']) }, booksOf([], new Set(['ben/admin']), new Set()))).toBe('unknown');
    expect(verdictOn({ ...stray, role: 'gone' }, app(), sheet(), booksOf([], new Set(), new Set()))).toBe('not_so');
  });
});
