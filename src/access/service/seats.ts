/**
 * Seats: a ceiling of ours on active accounts plus approved ones that are not there yet.
 * Counts from the mirror; knows no licence of the vendor.
 */
import type { AppPolicy } from '../policy.ts';
import { directoryOf, type World } from './world.ts';

/** `undefined`: the policy sets no ceiling. `except`: a claim not to be counted (the request that asks). */
export async function seatsOf(
  world: World,
  app: AppPolicy,
  except?: string,
): Promise<{ readonly used: number; readonly seats: number } | undefined> {
  if (app.seats === undefined) return undefined;
  let active = 0;
  for (const account of directoryOf(world, app.key).all()) if (account.active !== false) active += 1;
  const claims = (await world.store.read('app', app.key))?.claims ?? [];
  return { used: active + claims.filter((each) => each !== except).length, seats: app.seats };
}
