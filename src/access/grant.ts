/**
 * The ledger of one holding (one role of one account): overlapping grants, standing membership, what an end must take.
 * Pure; knows no directory and no clock.
 */

export interface HeldGrant {
  /** Id of the request that gave it. */
  readonly request: string;
  readonly from: number;
  /** End, ms; `null`: no end but a review date. */
  readonly until: number | null;
  readonly review?: number;
  readonly state: 'applying' | 'active' | 'ending';
}

/** Record `holding:<app>/<account>/<role>`. */
export interface Holding {
  readonly app: string;
  readonly account: string;
  readonly role: string;
  /**
   * Whether the membership was there before the first grant of the current unbroken run of overlapping grants:
   * recorded once, before the run's first write, and forgotten after its last confirmed end.
   */
  readonly standing?: boolean;
  readonly grants: readonly HeldGrant[];
  /** A removal that was sent or is about to be sent and is not confirmed yet: such an account is not counted as Admin. */
  readonly removing?: boolean;
  /** The open request per action: one at a time. */
  readonly open: { readonly grant?: string; readonly revoke?: string };
}

export const holdingKey = (app: string, account: string, role: string): string => `${app}/${account}/${role}`;

export const emptyHolding = (app: string, account: string, role: string): Holding => ({
  app,
  account,
  role,
  grants: [],
  open: {},
});

/** Records the intent of a grant: `standing` is taken over only by the first of a run. A re-run changes nothing. */
export function intend(holding: Holding, grant: HeldGrant, standingNow: boolean): Holding {
  if (holding.grants.some((held) => held.request === grant.request)) return holding;
  // A removal still under way is overtaken: this grant's write comes after it in the lane.
  const { removing: _removing, ...rest } = holding;
  return { ...rest, standing: holding.standing ?? standingNow, grants: [...holding.grants, grant] };
}

export function setGrant(holding: Holding, request: string, change: Partial<HeldGrant>): Holding {
  return {
    ...holding,
    grants: holding.grants.map((held) => (held.request === request ? { ...held, ...change } : held)),
  };
}

/** Whether the membership must stay when this grant ends: another grant of the run holds it, or it was standing. */
export function keepsMembership(holding: Holding, request: string): boolean {
  return holding.standing === true || holding.grants.some((held) => held.request !== request);
}

/** Takes a grant out; after the last one the run is over and `standing` is forgotten. */
export function drop(holding: Holding, request: string): Holding {
  const grants = holding.grants.filter((held) => held.request !== request);
  const { standing, removing: _removing, ...rest } = holding;
  return grants.length > 0 && standing !== undefined ? { ...rest, standing, grants } : { ...rest, grants };
}

/** Ends the whole run, grants and standing: a person's revoke. */
export function clear(holding: Holding): Holding {
  const { standing: _standing, removing: _removing, ...rest } = holding;
  return { ...rest, grants: [] };
}

/** Nothing left worth keeping a record for. */
export const isVacant = (holding: Holding): boolean =>
  holding.grants.length === 0 &&
  holding.removing !== true &&
  holding.open.grant === undefined &&
  holding.open.revoke === undefined;

/**
 * Whether ending this grant by a person's will makes the account one that no longer holds the role for good: by taking
 * the membership, or by leaving it to grants that run out (docs/rules.md, Last Admin).
 */
export function givesUpLasting(holding: Holding, request: string): boolean {
  if (!keepsMembership(holding, request)) return true;
  return holdsWithoutEnd(holding) && !holdsWithoutEnd(drop(holding, request));
}

/** When the role ends for the account: the latest end, `null` for none, `undefined` when no grant holds it. */
export function lastEnd(holding: Holding): number | null | undefined {
  if (holding.grants.length === 0) return undefined;
  return holding.grants.reduce<number | null>(
    (latest, held) => (latest === null || held.until === null ? null : Math.max(latest, held.until)),
    0,
  );
}

/** Whether this account counts as somebody who holds the role without an end (docs/rules.md, Last Admin). */
export function holdsWithoutEnd(holding: Holding | undefined): boolean {
  if (holding === undefined) return true; // in the group, unknown to the ledger: standing
  if (holding.removing === true) return false;
  return (
    holding.grants.length === 0 ||
    holding.standing === true ||
    holding.grants.some((held) => held.until === null && held.state === 'active')
  );
}
