/**
 * Who may decide: owners, managers, named people, reached in Slack as they are now; and who never may.
 * Knows the rules of self-dealing and escalation (docs/rules.md, People); stores nothing.
 */
import { refuse } from '../errors.ts';
import { foldEmail, type Party, type Person, samePerson, sameSlack } from '../people.ts';
import type { AppPolicy, ApproveBy, Principal, Rule } from '../policy.ts';
import type { Account } from '../ports.ts';
import type { Approver, ApproverWhy, Step } from '../request.ts';
import { entryOf, personParty } from './binding.ts';
import { directoryOf, type World } from './world.ts';

/** All that is needed to find somebody in Slack. */
type Faces = Pick<World, 'people' | 'policy'>;

/** The active internal members behind a principal. Unconfirmed addresses reach nobody. @throws DirectoryError */
async function reach(world: Faces, principal: Principal): Promise<Person[]> {
  switch (principal.kind) {
    case 'slack':
      return members([await world.people.person({ team: world.people.team, user: principal.user })]);
    case 'usergroup': {
      // Whom to ask may be a minute old: whether they may decide is looked up when they do.
      const ids = await world.people.usergroup(principal.id, 'recent');
      return members(await Promise.all(ids.map((user) => world.people.person({ team: world.people.team, user }))));
    }
    case 'email':
      return members([await byAddress(world, principal.email)]);
  }
}

async function byAddress(world: Faces, email: string): Promise<Person | undefined> {
  const entry = world.policy.people.find((each) => foldEmail(each.email) === foldEmail(email));
  if (entry?.slack !== undefined) return world.people.person({ team: world.people.team, user: entry.slack });
  const person = await world.people.byEmail(email);
  return person?.emailConfirmed === true ? person : undefined;
}

const members = (people: readonly (Person | undefined)[]): Person[] =>
  people.filter((person): person is Person => person?.standing === 'member');

function unique(people: readonly Person[]): Person[] {
  const seen = new Map(people.map((person) => [`${person.slack.team}/${person.slack.user}`, person]));
  return [...seen.values()];
}

/** The app's owners who can be reached now. @throws DirectoryError */
export async function ownersOf(world: Faces, app: AppPolicy): Promise<Person[]> {
  return unique((await Promise.all(app.owners.map((principal) => reach(world, principal)))).flat());
}

/**
 * Whether one of these principals is this person, as just looked up. Asks nobody but for user groups, and for these last:
 * Slack answers only so many questions a minute. @throws DirectoryError
 */
async function isAmong(
  world: Faces,
  principals: readonly Principal[],
  person: Person,
  freshness: 'now' | 'recent' = 'now',
): Promise<boolean> {
  if (person.standing !== 'member' || person.slack.team !== world.people.team) return false;
  if (principals.some((each) => names(world, each, person))) return true;
  for (const each of principals) {
    if (each.kind !== 'usergroup') continue;
    if ((await world.people.usergroup(each.id, freshness)).includes(person.slack.user)) return true;
  }
  return false;
}

function names({ policy }: Faces, principal: Principal, person: Person): boolean {
  if (principal.kind === 'slack') return principal.user === person.slack.user;
  if (principal.kind === 'usergroup') return false;
  const entry = policy.people.find((each) => foldEmail(each.email) === foldEmail(principal.email));
  if (entry?.slack !== undefined) return entry.slack === person.slack.user;
  return person.emailConfirmed && person.email !== undefined && foldEmail(person.email) === foldEmail(principal.email);
}

/** Whether this person is an owner now; `recent`, for what is only shown: within the last minute. @throws DirectoryError */
export async function isOwner(
  world: World,
  app: AppPolicy,
  person: Person,
  freshness: 'now' | 'recent' = 'now',
): Promise<boolean> {
  return isAmong(world, app.owners, person, freshness);
}

export function isAuditor(world: World, person: Person): boolean {
  const { email } = person;
  return (
    email !== undefined &&
    person.emailConfirmed &&
    world.policy.auditors.some((each) => foldEmail(each) === foldEmail(email))
  );
}

/** `samePerson` with the policy's `people` entries. */
export function samePersonAs(world: World, a: Party, b: Party): boolean {
  return samePerson(a, b, (party) => entryOf(world, party));
}

/**
 * The subject's manager: the `people` entry, else the account's enterprise manager resolved by id to one active account
 * and one Slack person. `undefined`: unknown. @throws DirectoryError when a look-up *failed*: that is not "unknown".
 */
export async function managerOf(
  world: World,
  app: AppPolicy,
  subject: Party,
  account?: Account,
): Promise<Person | undefined> {
  const entry = entryOf(world, subject);
  if (entry?.manager !== undefined) {
    const person = await byAddress(world, entry.manager);
    return person?.standing === 'member' ? person : undefined;
  }
  const source = app.managerSource === 'self' ? app.key : app.managerSource;
  const directory = directoryOf(world, source);
  let holder = account;
  if (source !== app.key) {
    const found = subject.email === undefined ? [] : await directory.find(subject.email);
    holder = found.length === 1 ? found[0] : undefined;
  }
  if (holder?.manager === undefined || holder.manager === holder.id) return undefined;
  const manager = await directory.account(holder.manager);
  if (manager === undefined || manager.active !== true) return undefined;
  const bound = (await world.store.read('account', `${source}/${manager.id}`))?.slack;
  const person = bound === undefined ? await byAddress(world, manager.email) : await world.people.person(bound);
  return person?.standing === 'member' ? person : undefined;
}

/** What is needed to find approvers for one request. */
export interface Asking {
  readonly app: AppPolicy;
  readonly requester: Party;
  readonly subject: Party;
  readonly account?: Account;
}

const approver = (person: Person, why: ApproverWhy): Approver => ({
  slack: person.slack,
  name: person.name,
  ...(person.email === undefined ? {} : { email: person.email }),
  why,
});

/** Neither requester nor subject ever counts. */
const notSelf = (world: World, asking: Asking, people: readonly Person[]): Person[] =>
  people.filter(
    (person) =>
      !samePersonAs(world, personParty(person), asking.requester) &&
      !samePersonAs(world, personParty(person), asking.subject),
  );

/** The owners who may decide, each person once whatever their names in Slack. @throws DirectoryError */
export async function ownersWhoMayDecide(world: World, asking: Asking): Promise<Person[]> {
  const found: Person[] = [];
  for (const owner of notSelf(world, asking, await ownersOf(world, asking.app))) {
    if (!found.some((other) => samePersonAs(world, personParty(other), personParty(owner)))) found.push(owner);
  }
  return found;
}

/**
 * One step of approval with the people who may decide it now. A manager who is unknown or party to the request is
 * replaced by `escalateTo`. @throws AccessError `no_approver` when nobody is left; DirectoryError.
 */
export async function stepFor(world: World, asking: Asking, by: ApproveBy, escalateTo: ApproveBy): Promise<Step> {
  const { found, kind, without } = await decidersFor(world, asking, by);
  if (found.length > 0) return { by: kind, approvers: found, escalated: false };
  const fallback = await decidersFor(world, asking, escalateTo);
  if (fallback.found.length === 0) return refuse({ code: 'no_approver' });
  return { by: kind, approvers: insteadOf(fallback.found, without), escalated: false };
}

/** Owners are told why it is them; whoever else the rule escalates to is asked in their own right. */
const insteadOf = (found: readonly Approver[], why: ApproverWhy): Approver[] =>
  found.map((each) => (each.why === 'owner' ? { ...each, why } : each));

async function decidersFor(
  world: World,
  asking: Asking,
  by: ApproveBy,
): Promise<{ readonly found: Approver[]; readonly kind: Step['by']; readonly without: ApproverWhy }> {
  const without = 'owner_nobody_else';
  if (by === 'manager') {
    const manager = await managerOf(world, asking.app, asking.subject, asking.account);
    const found = notSelf(world, asking, manager === undefined ? [] : [manager]);
    return {
      found: found.map((person) => approver(person, 'manager')),
      kind: 'manager',
      without: manager === undefined ? 'owner_manager_unknown' : without,
    };
  }
  if (by === 'owners') {
    const found = notSelf(world, asking, await ownersOf(world, asking.app));
    return { found: found.map((person) => approver(person, 'owner')), kind: 'owners', without };
  }
  const found: Approver[] = [];
  for (const each of by) {
    const more =
      each === 'manager' || each === 'owners'
        ? (await decidersFor(world, asking, each)).found
        : notSelf(world, asking, await reach(world, each)).map((person) => approver(person, 'named'));
    for (const one of more) {
      if (!found.some((known) => known.slack.user === one.slack.user && known.slack.team === one.slack.team))
        found.push(one);
    }
  }
  return { found, kind: 'named', without };
}

/** The people a stuck step is escalated to, without those who were already asked. @throws DirectoryError */
export async function escalationFor(world: World, asking: Asking, to: ApproveBy): Promise<Approver[]> {
  return insteadOf((await decidersFor(world, asking, to)).found, 'owner_escalated');
}

/**
 * Of the stored approvers, those who may still decide: active internal members who are owners, or named, as before.
 * @throws DirectoryError
 */
export async function stillThere(
  world: World,
  app: AppPolicy,
  rule: Rule,
  approvers: readonly Approver[],
): Promise<Approver[]> {
  const there: Approver[] = [];
  for (const each of approvers) {
    const person = await world.people.person(each.slack);
    if (person?.standing === 'member' && (await keepsRight(world, app, rule, each, person))) there.push(each);
  }
  return there;
}

/** A stored manager decides while a member; an owner while an owner; a named person while the rule names them. */
async function keepsRight(
  world: World,
  app: AppPolicy,
  rule: Rule,
  approver: Approver,
  person: Person,
): Promise<boolean> {
  if (approver.why === 'manager') return true;
  return approver.why === 'named' ? isNamed(world, rule, person) : isOwner(world, app, person);
}

async function isNamed(world: World, rule: Rule, person: Person): Promise<boolean> {
  const named = [...rule.approve.map((each) => each.by), rule.escalateTo]
    .flatMap((by) => (typeof by === 'string' ? [] : by))
    .filter((each) => typeof each === 'object');
  return isAmong(world, named, person);
}

/**
 * Whether the clicker may decide this step at this moment, and as what: somebody who was asked and still has the right
 * they were asked by, or where owners decide any owner, a new one too. @throws DirectoryError
 */
export async function entitledAs(
  world: World,
  app: AppPolicy,
  rule: Rule,
  step: Step,
  clicker: Person,
): Promise<ApproverWhy | undefined> {
  const stored = step.approvers.find((each) => sameSlack(each.slack, clicker.slack));
  if (stored !== undefined && (await keepsRight(world, app, rule, stored, clicker))) return stored.why;
  const ownersDecide = step.by === 'owners' || step.approvers.some((each) => each.why.startsWith('owner'));
  return ownersDecide && (await isOwner(world, app, clicker)) ? 'owner' : undefined;
}

export type Relation = { readonly self: boolean; readonly owner: boolean; readonly manager: boolean };

/** How the requester stands to the subject and the app. @throws DirectoryError */
export async function relationOf(world: World, asking: Asking, requester: Person): Promise<Relation> {
  // A right needs proof (Slack id, bound account); only a *bar* may rest on resemblance (`samePersonAs`).
  const { requester: by, subject } = asking;
  const self = sameSlack(by.slack, subject.slack) || (by.account !== undefined && by.account === subject.account);
  const [owner, manager] = await Promise.all([
    isOwner(world, asking.app, requester),
    managerOf(world, asking.app, asking.subject, asking.account),
  ]);
  return {
    self,
    owner,
    manager: !samePersonAs(world, by, subject) && manager !== undefined && sameSlack(manager.slack, requester.slack),
  };
}

/** Whether the rule's `who` lets this person ask. @throws DirectoryError */
export async function mayAsk(
  world: World,
  who: 'anyone' | readonly (Principal | 'manager' | 'owners' | 'self')[],
  relation: Relation,
  requester: Person,
): Promise<boolean> {
  if (who === 'anyone') return true;
  const related = { self: relation.self, owners: relation.owner, manager: relation.manager };
  if (who.some((each) => typeof each === 'string' && related[each])) return true;
  return isAmong(
    world,
    who.filter((each) => typeof each === 'object'),
    requester,
  );
}
