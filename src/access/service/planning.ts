/**
 * What every plan is made of: its shape, whose account it is about, by which rule it is asked, who decides in which step.
 */
import { refuse } from '../errors.ts';
import type { Party, Person } from '../people.ts';
import { type AppPolicy, type Rule, ruleFor } from '../policy.ts';
import type { Account } from '../ports.ts';
import type { AccessRequest, Action, Held, Length, Step } from '../request.ts';
import { type Asking, mayAsk, ownersWhoMayDecide, type Relation, relationOf, stepFor } from './approvers.ts';
import type { Known } from './binding.ts';
import { reasonRefusal } from './terms.ts';
import type { World } from './world.ts';

/** What is asked, in which app, by whom, about whom. */
export interface Matter {
  readonly app: AppPolicy;
  readonly request: AccessRequest;
  readonly actor: Person;
  readonly known: Known;
}

export interface Plan {
  readonly app: AppPolicy;
  readonly rule: Rule;
  readonly subject: Party;
  readonly requesterAccount?: string;
  readonly account?: Account;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly email?: string;
  readonly length?: Length;
  readonly steps: readonly Step[];
  readonly entitlement?: 'self' | 'owner' | 'manager';
  readonly held: Held;
  readonly deniedBefore?: { readonly at: number; readonly reason?: string };
  readonly disabledBefore?: { readonly at: number; readonly by: string; readonly reason?: string };
  readonly seatsLeft?: number;
  readonly standing?: AccessRequest['standing'];
  readonly otherName?: NonNullable<AccessRequest['otherName']>;
  /** Update: what is to be changed, as it is now. */
  readonly attributes?: NonNullable<AccessRequest['attributes']>;
}

/** Who asks about whom, for those who look for approvers. */
export const askingOf = ({ app, request, actor, known }: Matter): Asking => ({
  app,
  requester: { ...request.requester, ...(actor.email === undefined ? {} : { email: actor.email }) },
  subject: known.party,
  ...(known.account === undefined ? {} : { account: known.account }),
});

export async function steps(world: World, asking: Asking, rule: Rule): Promise<Step[]> {
  const made: Step[] = [];
  for (const each of rule.approve) made.push(await stepFor(world, asking, each.by, rule.escalateTo));
  return made;
}

/** The rule's steps, with as many more of the owners as make two. @throws AccessError `two_owners_needed` */
export async function twoOwners(world: World, asking: Asking, rule: Rule, why?: 'identity'): Promise<Rule> {
  const reachable = (await ownersWhoMayDecide(world, asking)).length;
  if (reachable < 2) {
    const identity = why === undefined ? {} : { identity: true as const };
    refuse({ code: 'two_owners_needed', app: asking.app.key, reachable, ...identity });
  }
  const more = Math.max(0, 2 - rule.approve.filter((step) => step.by === 'owners').length);
  return { ...rule, approve: [...rule.approve, ...Array.from({ length: more }, () => ({ by: 'owners' as const }))] };
}

/** The account something is to be done to. @throws AccessError `no_account` */
export function theAccount(
  app: AppPolicy,
  { account, party }: Known,
): { readonly account: Account; readonly party: Party } {
  if (account !== undefined) return { account, party };
  return refuse({ code: 'no_account', app: app.key, ...(party.email === undefined ? {} : { email: party.email }) });
}

export function theReason(rule: Rule, reason: string | undefined): void {
  const refusal = reasonRefusal(rule, reason);
  if (refusal !== undefined) refuse(refusal);
}

/** How whoever asks stands to whom it is about. @throws AccessError `not_allowed_to_ask` */
export async function mustBeAllowed(world: World, asking: Asking, rule: Rule, actor: Person): Promise<Relation> {
  const relation = await relationOf(world, asking, actor);
  return (await mayAsk(world, rule.who, relation, actor)) ? relation : refuse({ code: 'not_allowed_to_ask' });
}

/**
 * The rule by which an account may be switched on or off, or updated, and how the requester stands to it: manager or owner, unless the
 * policy file says otherwise. @throws AccessError `not_entitled`, `not_allowed_to_ask`, or what is wrong with the reason
 */
export async function aboutAccount(
  world: World,
  matter: Matter,
): Promise<{ readonly rule: Rule; readonly asking: Asking; readonly relation: Relation }> {
  const { app, actor } = matter;
  const { action, reason } = matter.request.ask;
  theReason(ruleFor(app, action), reason);
  const asking = askingOf(matter);
  return { asking, ...(await needRight(world, asking, action, actor)) };
}

/** @throws AccessError `not_entitled`, `not_allowed_to_ask` */
export async function needRight(
  world: World,
  asking: Asking,
  action: Action,
  actor: Person,
): Promise<{ readonly rule: Rule; readonly relation: Relation }> {
  const { app } = asking;
  const rule = ruleFor(app, action);
  const relation = await relationOf(world, asking, actor);
  if (await mayAsk(world, rule.who, relation, actor)) return { rule, relation };
  const own = app.rules.some((each) => each.do === action);
  return refuse(own ? { code: 'not_allowed_to_ask' } : { code: 'not_entitled', need: 'manager_or_owner' });
}
