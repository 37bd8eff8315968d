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

function nameOf(user: ScimUser): string {
  const parts = [user.givenName, user.familyName].filter((part) => part !== undefined).join(' ');
  const names = [user.displayName, user.formatted, parts, user.userName, user.email, user.id];
  const name = names.find((each) => each !== undefined && each.trim() !== '') ?? user.id;
  return name.normalize('NFC').trim().slice(0, MAX_NAME).toWellFormed();
}

/** `email` is empty for an account that has none; `active` is `unknown` where the server does not say. */
export function toAccount(user: ScimUser): Account {
  const emails = user.emails.map(({ value }) => value).filter(isAddress);
  const email = user.email !== undefined && isAddress(user.email) ? user.email : '';
  const changed = user.lastModified ?? user.created;
  return {
    id: user.id,
    userName: user.userName ?? '',
    email,
    emails: [...new Set(email === '' ? emails : [email, ...emails])].slice(0, MAX_ADDRESSES),
    name: nameOf(user),
    active: user.active ?? 'unknown',
    ...(user.managerId === undefined ? {} : { manager: user.managerId }),
    ...(user.externalId === undefined ? {} : { externalId: user.externalId }),
    ...(changed === undefined ? {} : { changed }),
  };
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

/** What people may look an account up by. */
export function textsOf(account: Account): string[] {
  return [...new Set([account.name, account.userName, ...account.emails])];
}
