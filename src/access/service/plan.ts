/**
 * What an ask amounts to under the rules: subject, terms, who decides, or at once by right. Reads live, writes nothing.
 */
import { refuse } from '../errors.ts';
import { stoppedBy } from '../groups.ts';
import { foldEmail, type Party, type Person, personKey } from '../people.ts';
import { type AppPolicy, baseRole, higherRoles, REVIEW_AFTER, type Rule, ruleFor } from '../policy.ts';
import { type AccessRequest, type Ask, gives, type Length, type Step } from '../request.ts';
import { type Relation, stepFor } from './approvers.ts';
import { needAssigned } from './assigned.ts';
import { identify } from './binding.ts';
import { mustSettle } from './drift/ask.ts';
import { guard, isKept } from './guard.ts';
import { heldBy, lastDenial } from './held.ts';
import { askedUnder } from './other-name.ts';
import { planUpdate } from './plan-update.ts';
import {
  aboutAccount,
  askingOf,
  type Matter,
  mustBeAllowed,
  type Plan,
  steps,
  theAccount,
  theReason,
  twoOwners,
} from './planning.ts';
import { seatsOf } from './seats.ts';
import { lengthFor } from './terms.ts';
import { appMeant, appOf, roleOf, type World } from './world.ts';

/** Which app, and who it is about. @throws AccessError, DirectoryError */
export async function matterOf(world: World, request: AccessRequest, actor: Person): Promise<Matter> {
  const app = chosenApp(world, request.ask);
  return { app, request, actor, known: await identify(world, app.key, request.ask.subject, actor) };
}

/** @throws AccessError with why not; DirectoryError when something could not be looked up. */
export async function planFor(world: World, matter: Matter): Promise<Plan> {
  const { app, request, actor, known } = matter;
  const stopped = gives(request.ask.action) ? stoppedBy(await world.store.read('app', app.key)) : undefined;
  if (stopped !== undefined) refuse(stopped);
  const requesterAccount = (await world.store.read('person', personKey(actor.slack)))?.accounts[app.key];
  const standing = known.person?.standing;
  const isMember = standing !== 'deactivated' && standing !== 'guest';
  const base = {
    ...(requesterAccount === undefined ? {} : { requesterAccount }),
    ...(isMember || !gives(request.ask.action) ? {} : { standing }),
  };
  switch (request.ask.action) {
    case 'grant':
      return { ...base, ...(await planGrant(world, matter)) };
    case 'revoke':
      return { ...base, ...(await planRevoke(world, matter)) };
    case 'provision':
      return { ...base, ...(await planProvision(world, matter)) };
    case 'disable':
      return { ...base, ...(await planDisable(world, matter)) };
    case 'enable':
      return { ...base, ...(await planEnable(world, matter)) };
    case 'update':
      return { ...base, ...(await planUpdate(world, matter)) };
  }
}

function chosenApp(world: World, ask: Ask): AppPolicy {
  const meant = appMeant(world, ask);
  if (meant !== undefined) return meant;
  return ask.app === undefined
    ? refuse({ code: 'app_needed', known: Object.keys(world.policy.apps) })
    : appOf(world, ask.app);
}

async function planGrant(world: World, matter: Matter): Promise<Plan> {
  const { app, request, actor, known } = matter;
  const { ask } = request;
  if (ask.role === undefined) return refuse({ code: 'role_needed', known: higherRoles(app).map((role) => role.key) });
  const role = roleOf(app, ask.role);
  if (role.base) refuse({ code: 'base_role_asked', app: app.key });
  const rule = ruleFor(app, 'grant', role.key);
  theReason(rule, ask.reason);
  const handOver = ask.handOverFrom !== undefined;
  const length: Length = handOver
    ? { kind: 'review', ms: REVIEW_AFTER }
    : lengthFor(rule, ask.duration, request.receivedAt, actor.zone);
  if (length.kind === 'until' && length.at - world.clock.now() < rule.duration.min) refuse({ code: 'in_the_past' });
  const { account, party } = known;
  if (account === undefined && request.after === undefined) {
    refuse({ code: 'no_account', app: app.key, ...(party.email === undefined ? {} : { email: party.email }) });
  }
  if (account?.active === false) refuse({ code: 'account_inactive', app: app.key });
  const held = await heldBy(world, app, account);
  const adopts = ask.drift !== undefined;
  if (adopts) await mustSettle(world, matter);
  if (!adopts && held.roles.some((each) => each.role === role.key && each.standing)) {
    refuse({ code: 'already_standing', app: app.key, role: role.key });
  }
  const asking = askingOf(matter);
  await mustBeAllowed(world, asking, rule, actor);
  // A hand-over gives a role without an end: the manager and an owner, whatever the rule says.
  const asked = handOver
    ? [
        await stepFor(world, asking, 'manager', rule.escalateTo),
        await stepFor(world, asking, 'owners', rule.escalateTo),
      ]
    : await steps(world, asking, rule);
  if (handOver) needTwoPeople(asked);
  const denied = account === undefined ? undefined : await lastDenial(world, app.key, account.id, role.key);
  return {
    app,
    rule,
    subject: party,
    ...(account === undefined ? {} : { account }),
    role: role.key,
    length,
    steps: asked,
    held,
    ...(denied === undefined ? {} : { deniedBefore: denied }),
  };
}

/** One person counts once in a request: two steps need two people. @throws AccessError `no_approver` */
function needTwoPeople(asked: readonly Step[]): void {
  const everybody = new Set(asked.flatMap((step) => step.approvers.map((each) => personKey(each.slack))));
  if (everybody.size < asked.length) refuse({ code: 'no_approver' });
}

async function planRevoke(world: World, matter: Matter): Promise<Plan> {
  const { app, request, actor, known } = matter;
  const { ask } = request;
  const { account, party } = theAccount(app, known);
  const rule = ruleFor(app, 'revoke', ask.role);
  // The finding is the reason.
  if (ask.drift !== undefined) await mustSettle(world, matter);
  else theReason(rule, ask.reason);
  if (ask.role !== undefined && roleOf(app, ask.role).base) refuse({ code: 'only_base_held', app: app.key });
  const held = await heldBy(world, app, account, 'held');
  const higher = held.roles.filter((each) => each.role !== baseRole(app)?.key);
  const wanted = ask.role === undefined ? higher : higher.filter((each) => each.role === ask.role);
  if (wanted.length === 0) {
    if (ask.role === undefined && held.roles.length > 0) refuse({ code: 'only_base_held', app: app.key });
    refuse({ code: 'not_held', app: app.key, ...(ask.role === undefined ? {} : { role: ask.role }) });
  }
  const keys = wanted.map((each) => each.role);
  if (keys.length > 1 && ask.everyRole !== true) refuse({ code: 'several_roles', app: app.key, roles: keys });
  if (isKept(app, account)) refuse({ code: 'kept_account', email: account.email });
  const asking = askingOf(matter);
  const relation = await mustBeAllowed(world, asking, rule, actor);
  for (const each of wanted) {
    if (each.standing && roleOf(app, each.role).managedBy === 'idp' && !relation.owner) {
      refuse({ code: 'not_entitled', need: 'owner' });
    }
  }
  await guard(
    world,
    app,
    keys.map((key) => roleOf(app, key)),
    account,
  );
  const entitlement = relation.self ? 'self' : relation.owner ? 'owner' : relation.manager ? 'manager' : undefined;
  const [first] = keys;
  return {
    app,
    rule,
    subject: party,
    account,
    ...(first === undefined ? {} : { role: first }),
    roles: keys,
    steps: entitlement === undefined ? await steps(world, asking, rule) : [],
    ...(entitlement === undefined ? {} : { entitlement }),
    held,
  };
}

async function planProvision(world: World, matter: Matter): Promise<Plan> {
  const { app, request, actor, known } = matter;
  const asked = request.ask.newAccount;
  if (asked === undefined) return refuse({ code: 'email_needed' });
  const rule = ruleFor(app, 'provision', baseRole(app)?.key);
  theReason(rule, request.ask.reason);
  const email = foldEmail(asked.email);
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (!app.domains.includes(domain)) refuse({ code: 'domain', email, domains: [...app.domains] });
  if (asked.role !== undefined && roleOf(app, asked.role).base) refuse({ code: 'base_role_asked', app: app.key });
  const { account } = known;
  if (account !== undefined) {
    refuse({
      code: 'account_exists',
      app: app.key,
      active: account.active !== false,
      name: account.name,
      id: account.id,
      ...(account.changed === undefined ? {} : { since: account.changed }),
    });
  }
  const seats = await seatsOf(world, app);
  if (seats !== undefined && seats.used >= seats.seats) refuse({ code: 'seats', app: app.key, ...seats });
  const subject: Party = {
    ...known.party,
    email,
    name: [asked.givenName, asked.familyName].filter((part) => part !== undefined && part !== '').join(' '),
  };
  const asking = askingOf({ ...matter, known: { party: subject } });
  await mustBeAllowed(world, asking, rule, actor);
  return {
    app,
    rule,
    subject,
    email,
    steps: await steps(world, asking, rule),
    held: { account: 'none', roles: [] },
    ...(seats === undefined ? {} : { seatsLeft: seats.seats - seats.used - 1 }),
  };
}

async function planDisable(world: World, matter: Matter): Promise<Plan> {
  const { app, known } = matter;
  const { account, party } = theAccount(app, known);
  const { rule, asking, relation } = await aboutAccount(world, matter);
  await needAssigned(world, app, account.id, 'enough');
  if (account.active === false) refuse({ code: 'already_disabled', app: app.key });
  if (isKept(app, account)) refuse({ code: 'kept_account', email: account.email });
  const held = await heldBy(world, app, account);
  const roles = held.roles.map((each) => roleOf(app, each.role)).filter((role) => !role.base);
  if (roles.some((role) => role.managedBy === 'idp') && !relation.owner)
    refuse({ code: 'not_entitled', need: 'owner' });
  await guard(world, app, roles, account);
  return {
    app,
    rule,
    subject: party,
    account,
    roles: higherRoles(app).map((role) => role.key),
    steps: await steps(world, asking, { ...rule, approve: disableSteps(rule, relation) }),
    held,
  };
}

/** Asked by an owner the manager approves; asked by the manager, or by somebody who is both, an owner. */
function disableSteps(rule: Rule, relation: Relation): Rule['approve'] {
  if (rule.approve.length > 0) return rule.approve;
  return [{ by: relation.owner && !relation.manager ? 'manager' : 'owners' }];
}

async function planEnable(world: World, matter: Matter): Promise<Plan> {
  const { app, request, known } = matter;
  const { account, party } = theAccount(app, known);
  const { rule, asking, relation } = await aboutAccount(world, matter);
  await needAssigned(world, app, account.id, 'not_enough');
  if (account.active === true) refuse({ code: 'account_active', app: app.key });
  const base = baseRole(app);
  if (base?.managedBy === 'idp' && !relation.owner) refuse({ code: 'not_entitled', need: 'owner' });
  const seats = await seatsOf(world, app);
  if (seats !== undefined && seats.used >= seats.seats) refuse({ code: 'seats', app: app.key, ...seats });
  const disabled = (await world.store.read('account', `${app.key}/${account.id}`))?.disabled;
  const otherName = await askedUnder(world, request, account);
  return {
    app,
    rule,
    subject: party,
    account,
    // Base role only: what it still holds above that is taken before it is switched on.
    roles: isKept(app, account) ? [] : higherRoles(app).map((role) => role.key),
    steps: await steps(world, asking, otherName === undefined ? rule : await twoOwners(world, asking, rule)),
    held: await heldBy(world, app, account),
    ...(otherName === undefined ? {} : { otherName }),
    ...(disabled === undefined ? {} : { disabledBefore: disabled }),
  };
}
