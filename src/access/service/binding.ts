/**
 * Binding: which account in an app belongs to which Slack person. Decided once, stored, changed by an owner only.
 * Knows the matching order of docs/rules.md, Binding, and nothing of what the account may hold.
 */
import { AccessError, DirectoryError, refuse } from '../errors.ts';
import { foldEmail, type Party, type Person, personKey, type SubjectRef, sameSlack } from '../people.ts';
import type { PersonEntry } from '../policy.ts';
import type { Account, AccountRecord } from '../ports.ts';
import { directoryOf, type World } from './world.ts';

/** The `people` entry of a party: by Slack id, else by e-mail. */
export function entryOf(world: World, party: Party): PersonEntry | undefined {
  const { slack, email } = party;
  return (
    world.policy.people.find((entry) => entry.slack !== undefined && entry.slack === slack?.user) ??
    (email === undefined ? undefined : world.policy.people.find((entry) => foldEmail(entry.email) === foldEmail(email)))
  );
}

/** Who somebody is in an app: the party for the request, and the account as just read. */
export interface Known {
  readonly party: Party;
  readonly account?: Account;
  /** As Slack describes them; absent for people who are not in Slack. */
  readonly person?: Person;
}

const accountParty = (account: Account, slack?: Party['slack']): Party => ({
  ...(slack === undefined ? {} : { slack }),
  account: account.id,
  email: account.email,
  name: account.name,
});

/** The party a Slack person is before anything is known of an account. */
export function personParty(person: Person, account?: string): Party {
  return {
    slack: person.slack,
    name: person.name,
    ...(person.email === undefined ? {} : { email: person.email }),
    ...(account === undefined ? {} : { account }),
  };
}

/**
 * Resolves how a person was addressed into a party of one app, reading the account live and binding it at first use.
 * @throws AccessError `unknown_person`, `email_unconfirmed`, `binding_conflict`, `ambiguous_account`; DirectoryError.
 */
export async function identify(world: World, app: string, ref: SubjectRef, actor: Person): Promise<Known> {
  switch (ref.kind) {
    case 'me':
      return identifyPerson(world, app, actor);
    case 'slack': {
      if (sameSlack(ref.slack, actor.slack)) return identifyPerson(world, app, actor);
      const person = await world.people.person(ref.slack);
      if (person === undefined || person.standing === 'bot') {
        return refuse({ code: 'unknown_person', given: ref.slack.user, slack: ref.slack.user });
      }
      return identifyPerson(world, app, person);
    }
    case 'email':
      return identifyEmail(world, app, ref.email, actor);
    case 'account': {
      if (ref.app !== app) refuse({ code: 'no_account', app });
      const account = await directoryOf(world, app).account(ref.account);
      if (account === undefined) return refuse({ code: 'no_account', app });
      return withSlack(world, app, account, actor);
    }
  }
}

async function identifyEmail(world: World, app: string, email: string, actor: Person): Promise<Known> {
  const found = await directoryOf(world, app).find(email);
  const [account] = found;
  if (found.length > 1) {
    return refuse({ code: 'ambiguous_account', app, emails: found.map((each) => each.email) });
  }
  if (account !== undefined) return withSlack(world, app, account, actor);
  const person = await world.people.byEmail(email);
  if (person?.emailConfirmed === true) return identifyPerson(world, app, person);
  return { party: { email: foldEmail(email), name: email } };
}

/** An account first, then the Slack person it is bound to, or who has confirmed its address. */
async function withSlack(world: World, app: string, account: Account, actor: Person): Promise<Known> {
  const record = await world.store.read('account', `${app}/${account.id}`);
  // Naming one's own account by its address proves no more than `me` does.
  if (sameSlack(record?.slack, actor.slack)) return identifyPerson(world, app, actor);
  if (record?.slack !== undefined) {
    const person = await world.people.person(record.slack);
    return { party: accountParty(account, record.slack), account, ...(person === undefined ? {} : { person }) };
  }
  const person = account.email === '' ? undefined : await world.people.byEmail(account.email);
  if (person === undefined || !person.emailConfirmed || person.standing === 'bot' || person.standing === 'outside') {
    return { party: accountParty(account), account };
  }
  if (sameSlack(person.slack, actor.slack)) return identifyPerson(world, app, actor);
  const bound = (await world.store.read('person', personKey(person.slack)))?.accounts[app];
  if (bound !== undefined && bound !== account.id) return { party: accountParty(account), account };
  return { party: accountParty(account, person.slack), account, person };
}

async function identifyPerson(world: World, app: string, person: Person): Promise<Known> {
  // What another organisation says somebody's address is proves nothing here.
  if (person.standing === 'outside') return { party: { slack: person.slack, name: person.name }, person };
  const directory = directoryOf(world, app);
  const entry = entryOf(world, personParty(person));
  const bound = (await world.store.read('person', personKey(person.slack)))?.accounts[app];
  if (bound !== undefined) {
    const record = await world.store.read('account', `${app}/${bound}`);
    const account = await directory.account(bound);
    if (hasMoved(world, person, record)) refuse({ code: 'binding_conflict', reason: 'email_changed' });
    if (account !== undefined) return { party: accountParty(account, person.slack), account, person };
    // It is gone. Another of the same address is theirs when an owner says so: binding it is refused below.
  }
  const byEntry = entry?.slack === person.slack.user;
  const email = byEntry ? entry.email : person.email;
  if (email === undefined) return { party: personParty(person), person };
  // Of people who have left Slack no longer says whether the address was confirmed. They cannot act, and nothing is bound.
  const left = person.standing === 'deactivated' && !person.emailConfirmed;
  if (!byEntry && !person.emailConfirmed && !left) refuse({ code: 'email_unconfirmed' });
  const found = await directory.find(email);
  if (found.length > 1) refuse({ code: 'binding_conflict', reason: 'two_accounts' });
  const [account] = found;
  if (account === undefined) return { party: { ...personParty(person), email: foldEmail(email) }, person };
  const how = byEntry ? 'people' : foldEmail(account.userName) === foldEmail(email) ? 'username' : 'email';
  if (byEntry || !left) await bind(world, app, person, account, how);
  return { party: accountParty(account, person.slack), account, person };
}

/** The person's e-mail is none the binding goes by, and the policy does not vouch for it by Slack id. */
function hasMoved(world: World, person: Person, record: AccountRecord | undefined): boolean {
  if (entryOf(world, personParty(person))?.slack === person.slack.user) return false;
  const { email } = person;
  if (record?.boundEmail === undefined || email === undefined) return false;
  return ![record.boundEmail, ...(record.renamedTo ?? [])].includes(foldEmail(email));
}

/** The account this person is bound to, if any. @throws AccessError `binding_conflict` when their e-mail has changed since */
export async function ownAccount(world: World, app: string, person: Person): Promise<string | undefined> {
  const bound = (await world.store.read('person', personKey(person.slack)))?.accounts[app];
  if (bound === undefined) return undefined;
  const record = await world.store.read('account', `${app}/${bound}`);
  if (hasMoved(world, person, record)) refuse({ code: 'binding_conflict', reason: 'email_changed' });
  return bound;
}

/**
 * The account of whoever looks: bound at first use where the mirror knows one of their address. `undefined`: none that
 * can be trusted, or found, at this moment; then they see like a stranger.
 */
export async function accountOfViewer(world: World, app: string, viewer: Person): Promise<string | undefined> {
  try {
    const bound = await ownAccount(world, app, viewer);
    if (bound !== undefined) return bound;
    const entry = entryOf(world, personParty(viewer));
    const email = entry?.slack === viewer.slack.user ? entry.email : viewer.email;
    if (email === undefined) return undefined;
    const directory = directoryOf(world, app);
    if (directory.freshness().complete && directory.knownBy(email).length === 0) return undefined;
    return (await identifyPerson(world, app, viewer)).account?.id;
  } catch (error) {
    if (error instanceof AccessError || error instanceof DirectoryError) return undefined;
    throw error;
  }
}

/**
 * Stores the binding of a Slack person and an account.
 * @throws AccessError `binding_conflict` when either is bound to another and it is not an owner who says so.
 */
export async function bind(
  world: World,
  app: string,
  person: Person,
  account: Account,
  how: 'people' | 'username' | 'email' | 'owner',
  by?: Person,
): Promise<void> {
  const accountId = `${app}/${account.id}`;
  const key = personKey(person.slack);
  const before = await world.store.read('person', key);
  const replaced = before?.accounts[app];
  const previous = (await world.store.read('account', accountId))?.slack;
  await world.store.commit(
    [
      `account:${accountId}`,
      `person:${key}`,
      ...(replaced === undefined || replaced === account.id ? [] : [`account:${app}/${replaced}` as const]),
      ...(previous === undefined || sameSlack(previous, person.slack)
        ? []
        : [`person:${personKey(previous)}` as const]),
    ],
    (view) => {
      const record = view.get('account', accountId);
      const owner = view.get('person', key) ?? { slack: person.slack, accounts: {}, open: [] };
      const taken = record?.slack !== undefined && !sameSlack(record.slack, person.slack);
      const elsewhere = owner.accounts[app] !== undefined && owner.accounts[app] !== account.id;
      if (how !== 'owner') {
        if (taken) refuse({ code: 'binding_conflict', reason: 'two_people' });
        if (elsewhere) refuse({ code: 'binding_conflict', reason: 'two_accounts' });
        if (record?.slack !== undefined && owner.accounts[app] === account.id) return { result: undefined };
      }
      const value: AccountRecord = {
        ...(record === undefined ? newAccountRecord(app, account) : unbound(record)),
        email: account.email,
        name: account.name,
        slack: person.slack,
        ...(person.email === undefined ? {} : { boundEmail: foldEmail(person.email) }),
      };
      const released =
        elsewhere && replaced !== undefined && owner.accounts[app] === replaced
          ? view.get('account', `${app}/${replaced}`)
          : undefined;
      const left = taken && previous !== undefined ? view.get('person', personKey(previous)) : undefined;
      return {
        put: [
          { kind: 'account', id: accountId, value },
          { kind: 'person', id: key, value: { ...owner, accounts: { ...owner.accounts, [app]: account.id } } },
          ...(released === undefined
            ? []
            : [{ kind: 'account' as const, id: `${app}/${released.account}`, value: unbound(released) }]),
          ...(left === undefined
            ? []
            : [
                {
                  kind: 'person' as const,
                  id: personKey(left.slack),
                  value: { ...left, accounts: without(left.accounts, app) },
                },
              ]),
        ],
        events: [
          {
            type: 'person.bound',
            actor: by === undefined ? { kind: 'system', part: 'resolve' } : { kind: 'person', slack: by.slack },
            about: [`person:${key}`, `account:${accountId}`],
            app,
            account: account.id,
            how,
            note: { email: account.email, subject: person.name },
          },
        ],
        result: undefined,
      };
    },
  );
}

export const newAccountRecord = (app: string, account: Pick<Account, 'id' | 'email' | 'name'>): AccountRecord => ({
  app,
  account: account.id,
  email: account.email,
  name: account.name,
  open: {},
  requests: [],
});

function unbound(record: AccountRecord): AccountRecord {
  const { slack: _slack, boundEmail: _email, renamedTo: _renamed, ...rest } = record;
  return rest;
}

function without(accounts: Readonly<Record<string, string>>, app: string): Record<string, string> {
  return Object.fromEntries(Object.entries(accounts).filter(([key]) => key !== app));
}
