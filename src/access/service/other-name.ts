/**
 * An account that comes back: whether it was asked for under the name it has. Reads what was stored when it was asked for.
 */
import { refuse } from '../errors.ts';
import { sameName, sameSlack } from '../people.ts';
import type { Account } from '../ports.ts';
import type { AccessRequest } from '../request.ts';
import type { World } from './world.ts';

/**
 * The name an account was asked for under, where it is not the account's: perhaps an address has passed from one person to
 * another, and what the first one held would come back for the second. @throws AccessError `no_such_request`
 */
export async function askedUnder(
  world: World,
  request: AccessRequest,
  account: Account,
): Promise<{ readonly was: string; readonly asked: string } | undefined> {
  const id = request.ask.instead;
  if (id === undefined) return undefined;
  const before = (await world.store.read('request', id)) ?? (await world.store.closedRequest(id));
  const typed = before?.ask.newAccount;
  if (before === undefined || typed === undefined || !sameSlack(before.requester.slack, request.requester.slack)) {
    return refuse({ code: 'no_such_request', request: id });
  }
  const met = before.refusal ?? (before.closing?.why === 'refused_at_apply' ? before.closing.refusal : undefined);
  if (met?.code !== 'account_exists' || met.id !== account.id) return undefined;
  const asked = [typed.givenName, typed.familyName].filter((part) => part !== undefined && part !== '').join(' ');
  return sameName(asked, account.name) ? undefined : { was: account.name, asked };
}
