/**
 * The plan of an update: which attributes would really change, who must agree, and what keeps some of them from being
 * changed at all (docs/rules.md, Update). Reads live, writes nothing.
 */
import { type Refusal, refuse } from '../errors.ts';
import { holdingKey } from '../grant.ts';
import { foldEmail } from '../people.ts';
import { type AccountAttribute, type AppPolicy, IDENTITY } from '../policy.ts';
import type { Account, AccountChanges } from '../ports.ts';
import type { AccessRequest, Attribute } from '../request.ts';
import { needAssigned } from './assigned.ts';
import { changed, changeRefusals, isSo } from './changes.ts';
import { isKept } from './guard.ts';
import { heldBy } from './held.ts';
import { aboutAccount, type Matter, type Plan, steps, theAccount, twoOwners } from './planning.ts';
import { directoryOf, membershipOf, type World } from './world.ts';

/** @throws AccessError, DirectoryError */
export async function planUpdate(world: World, matter: Matter): Promise<Plan> {
  const { app, request, known } = matter;
  if (app.traits.updates.length === 0) refuse({ code: 'no_updates', app: app.key });
  const { account, party } = theAccount(app, known);
  const { rule, asking } = await aboutAccount(world, matter);
  const changes = request.ask.changes ?? {};
  const [unfit] = changeRefusals(app, changes);
  if (unfit !== undefined) refuse(unfit.refusal);
  await needAssigned(world, app, account.id, 'not_enough');
  const now = await directoryOf(world, app.key).profile(account.id);
  if (now === undefined) return refuse({ code: 'no_account', app: app.key });
  const attributes = await differences(world, app, now, changes);
  if (changed(attributes).length === 0) refuse({ code: 'nothing_to_change', app: app.key });
  const stop = await identityRefusal(world, app, account, attributes);
  if (stop !== undefined) refuse(stop);
  return {
    app,
    rule,
    subject: party,
    account,
    attributes,
    steps: await steps(
      world,
      asking,
      changesIdentity(attributes) ? await twoOwners(world, asking, rule, 'identity') : rule,
    ),
    held: await heldBy(world, app, account),
  };
}

type Attributes = NonNullable<AccessRequest['attributes']>;

export const changesIdentity = (attributes: Attributes): boolean =>
  changed(attributes).some((each) => IDENTITY.includes(each));

/**
 * Why the attributes that say who somebody is may not be changed now. Asked at submit, at the decision and right before
 * the write. @throws DirectoryError
 */
export async function identityRefusal(
  world: World,
  app: AppPolicy,
  account: Account,
  attributes: Attributes,
): Promise<Refusal | undefined> {
  const identity = changed(attributes).filter((each) => IDENTITY.includes(each));
  if (identity.length === 0) return undefined;
  // `keep` names accounts by their addresses: another one would take the account out of it.
  if (isKept(app, account) && identity.some((each) => each !== 'manager'))
    return { code: 'kept_account', email: account.email };
  const held = await sensitiveHeld(world, app, account.id);
  if (held !== undefined) return { code: 'sensitive_held', app: app.key, ...held };
  for (const each of identity) {
    const value = attributes[each]?.to ?? '';
    const refusal =
      each === 'manager' ? await unfitManager(world, app, account, value) : await taken(world, app, account, value);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** A sensitive role the account holds, by the directory or by the ledger. What cannot be read counts as held. */
async function sensitiveHeld(
  world: World,
  app: AppPolicy,
  account: string,
): Promise<{ readonly role: string; readonly unreadable: boolean } | undefined> {
  for (const role of Object.values(app.roles)) {
    if (!role.sensitive) continue;
    const holding = await world.store.read('holding', holdingKey(app.key, account, role.key));
    if ((holding?.grants.length ?? 0) > 0) return { role: role.key, unreadable: false };
    const membership = await membershipOf(world, app, role, account);
    if (membership !== 'out') return { role: role.key, unreadable: membership === 'unknown' };
  }
  return undefined;
}

/** Nobody is given the address of somebody else. */
async function taken(world: World, app: AppPolicy, account: Account, address: string): Promise<Refusal | undefined> {
  const found = await directoryOf(world, app.key).find(foldEmail(address));
  return found.some((each) => each.id !== account.id)
    ? { code: 'address_taken', app: app.key, email: address }
    : undefined;
}

async function unfitManager(
  world: World,
  app: AppPolicy,
  account: Account,
  manager: string,
): Promise<Refusal | undefined> {
  if (manager === '') return undefined;
  const found = manager === account.id ? undefined : await directoryOf(world, app.key).account(manager);
  return found?.active === true ? undefined : { code: 'manager_unfit', app: app.key };
}

/** What would change, with what it is now. */
async function differences(
  world: World,
  app: AppPolicy,
  now: AccountChanges,
  changes: AccountChanges,
): Promise<Partial<Record<AccountAttribute, Attribute>>> {
  const found: Partial<Record<AccountAttribute, Attribute>> = {};
  for (const each of changed(changes)) {
    const from = now[each] ?? '';
    const typed = changes[each]?.trim().normalize('NFC') ?? '';
    const to = each === 'manager' ? await managerId(world, app, typed) : typed;
    if (isSo(each, from, to)) continue;
    found[each] = { from, to };
    if (each !== 'manager') continue;
    const [was, becomes] = await Promise.all([called(world, app, from), called(world, app, to)]);
    found[each] = { from, to, called: { from: was, to: becomes } };
  }
  return found;
}

/** An address stands for the one account that has it. */
async function managerId(world: World, app: AppPolicy, typed: string): Promise<string> {
  const directory = directoryOf(world, app.key);
  if (!typed.includes('@') || (await directory.account(typed)) !== undefined) return typed;
  const [found, ...others] = await directory.find(foldEmail(typed));
  return found === undefined || others.length > 0 ? refuse({ code: 'manager_unfit', app: app.key }) : found.id;
}

/** Name and address of an account, for people; its id when it is not there. */
export async function called(world: World, app: AppPolicy, id: string): Promise<string> {
  if (id === '') return '';
  const account = await directoryOf(world, app.key).account(id);
  if (account === undefined) return id;
  return account.name === '' ? account.email : `${account.name} (${account.email})`;
}
