/**
 * A SCIM User and a SCIM Group as the rest of Rolecall sees them, and which address is whose. Pure; refuses to fetch anything.
 */
import { foldEmail } from '../access/people.ts';
import type { Account, AccountChanges, Group } from '../access/ports.ts';
import type { ScimGroup, ScimUser } from '../scim/index.ts';

const MAX_NAME = 256;
/** RFC 5321 §4.5.3.1. What is longer is left out: an address cut short is somebody else's. */
const MAX_ADDRESS = 320;
const MAX_ADDRESSES = 20;

const isAddress = (text: string): boolean => text.length <= MAX_ADDRESS && /^[^\s@]+@[^\s@]+$/.test(text);

/** Nothing to normalise, to trim or to mend, as in most names. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

const isName = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

function nameOf(user: ScimUser): string {
  const { displayName, formatted, userName, email, id } = user;
  const said = isName(displayName) ? displayName : isName(formatted) ? formatted : partsOf(user);
  const name = isName(said) ? said : isName(userName) ? userName : isName(email) ? email : id;
  if (name.length <= MAX_NAME && PLAIN.test(name)) return name;
  return name.normalize('NFC').trim().slice(0, MAX_NAME).trimEnd().toWellFormed();
}

const partsOf = ({ givenName, familyName }: ScimUser): string =>
  [givenName, familyName].filter((part) => part !== undefined).join(' ');

/** The main address first, then the others, each once. */
function addressesIn(user: ScimUser, main: string): string[] {
  const [only] = user.emails;
  if (only !== undefined && user.emails.length === 1 && only.value === main) return [main];
  const emails = user.emails.map(({ value }) => value).filter(isAddress);
  return [...new Set(main === '' ? emails : [main, ...emails])].slice(0, MAX_ADDRESSES);
}

/** Whether a user still says what an account was made of; where that is not plain to see, no. An only address is the main one. */
function says(user: ScimUser, account: Account): boolean {
  const { emails } = user;
  return (
    user.id === account.id &&
    user.displayName === account.name &&
    user.userName === account.userName &&
    emails.length === 1 &&
    account.emails.length === 1 &&
    emails[0]?.value === account.email &&
    user.active === account.active &&
    user.managerId === account.manager &&
    user.externalId === account.externalId &&
    (user.lastModified ?? user.created) === account.changed
  );
}

/**
 * `email` is empty for an account that has none; `active` is `unknown` where the server does not say.
 * @param known the account as it was: the very same object is returned where nothing has changed, as mostly nothing has
 */
export function toAccount(user: ScimUser, known?: Account): Account {
  if (known !== undefined && says(user, known)) return known;
  const main = user.email !== undefined && isAddress(user.email) ? user.email : '';
  // The same text twice is kept once.
  const email = main === user.userName ? user.userName : main;
  const account: { -readonly [K in keyof Account]: Account[K] } = {
    id: user.id,
    userName: user.userName ?? '',
    email,
    emails: addressesIn(user, email),
    name: nameOf(user),
    active: user.active ?? 'unknown',
  };
  if (user.managerId !== undefined) account.manager = user.managerId;
  if (user.externalId !== undefined) account.externalId = user.externalId;
  const changed = user.lastModified ?? user.created;
  if (changed !== undefined) account.changed = changed;
  return account;
}

/** What an update could change, as the account has it now; what it has not has no key. */
export function toProfile(user: ScimUser): AccountChanges {
  const { givenName, familyName, displayName, title, department, email, userName, managerId } = user;
  const has = { givenName, familyName, displayName, title, department, email, userName, manager: managerId };
  return Object.fromEntries(Object.entries(has).filter(([, value]) => value?.isWellFormed() === true));
}

export function toGroup({ id, displayName }: ScimGroup): Group {
  return { id, name: (displayName ?? '').normalize('NFC').slice(0, MAX_NAME).toWellFormed() };
}

/**
 * The addresses an account answers to: its userName and its primary e-mail, folded. Not its other e-mails: in many apps
 * people add those themselves, so they prove nothing.
 */
export function addressesOf(account: Pick<Account, 'userName' | 'email'>): string[] {
  return [...new Set([account.userName, account.email].map(foldEmail))].filter((address) => address !== '');
}

/** Of accounts that answer to an address, folded: whose userName it is comes first. */
export const byUserName =
  (address: string) =>
  (a: Account, b: Account): number =>
    Number(foldEmail(b.userName) === address) - Number(foldEmail(a.userName) === address);

/** What people may look an account up by. */
export function textsOf(account: Account): string[] {
  return [...new Set([account.name, account.userName, ...account.emails])];
}
