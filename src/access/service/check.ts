/**
 * What can be said about an ask from memory alone (policy, mirror, store), per field, before a form closes.
 * The live checks follow afterwards and are answered on the card.
 */
import { AccessError, type Refusal } from '../errors.ts';
import { stoppedBy } from '../groups.ts';
import { foldEmail, personKey, type SlackId, sameSlack } from '../people.ts';
import { type AppPolicy, baseRole, type Rule, ruleFor } from '../policy.ts';
import type { Account } from '../ports.ts';
import { type Ask, type DurationAsk, gives } from '../request.ts';
import { changeRefusals } from './changes.ts';
import type { FieldRefusal } from './desk.ts';
import { seatsOf } from './seats.ts';
import { lengthFor, reasonRefusal, textRefusal } from './terms.ts';
import { appMeant, directoryOf, type World } from './world.ts';

const EMAIL = /^[^\s@<>"',;]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;
const NAME_MAX = 100;

export async function check(world: World, from: SlackId, ask: Ask): Promise<FieldRefusal[]> {
  const app = appMeant(world, ask);
  if (app === undefined) {
    const keys = Object.keys(world.policy.apps);
    const refusal: Refusal =
      ask.app === undefined
        ? { code: 'app_needed', known: keys }
        : { code: 'unknown_app', given: ask.app, known: keys };
    return [{ field: 'app', refusal }];
  }
  const found: FieldRefusal[] = [];
  const say = (field: FieldRefusal['field'], refusal: Refusal | undefined): void => {
    if (refusal !== undefined) found.push({ field, refusal });
  };
  say('app', gives(ask.action) ? stoppedBy(await world.store.read('app', app.key)) : undefined);
  const role = ask.role;
  if (role !== undefined && app.roles[role] === undefined) {
    say('role', { code: 'unknown_role', given: role, known: Object.keys(app.roles) });
  }
  if (ask.action === 'grant') {
    if (role === undefined) say('role', { code: 'role_needed', known: rolesAbove(app) });
    else if (app.roles[role]?.base === true) say('role', { code: 'base_role_asked', app: app.key });
  }
  const rule = ruleFor(app, ask.action, ask.action === 'provision' ? baseRole(app)?.key : role);
  say('reason', reasonRefusal(rule, ask.reason) ?? textRefusal(ask.reason));
  if (ask.action === 'grant' && ask.handOverFrom === undefined) {
    say('duration', lengthRefusal(world, rule, ask.duration));
  }
  if (ask.action === 'provision') found.push(...(await provisionFields(world, app, from, ask)));
  if (ask.action === 'update') found.push(...updateFields(app, ask));
  else say('person', await subjectField(world, app, from, ask));
  return found;
}

const rolesAbove = (app: AppPolicy): string[] =>
  Object.values(app.roles)
    .filter((role) => !role.base)
    .map((role) => role.key);

/** Local times wait for the live check: whose zone they are meant in is not known from memory. */
function lengthRefusal(world: World, rule: Rule, asked: DurationAsk | undefined): Refusal | undefined {
  if (asked !== undefined && asked.kind !== 'for' && asked.kind !== 'at') return undefined;
  try {
    lengthFor(rule, asked, world.clock.now(), world.policy.timezone);
    return undefined;
  } catch (error) {
    if (error instanceof AccessError) return error.refusal;
    throw error;
  }
}

/** An open request of the same kind for an account picked from the list; what else matters needs a live look. */
async function subjectField(world: World, app: AppPolicy, from: SlackId, ask: Ask): Promise<Refusal | undefined> {
  if (ask.subject.kind !== 'account') return undefined;
  if (ask.subject.app !== app.key) return { code: 'no_account', app: app.key };
  const account = directoryOf(world, app.key).known(ask.subject.account);
  if (ask.action === 'grant' && account?.active === false) return { code: 'account_inactive', app: app.key };
  const open = await world.store.openRequests({ app: app.key, account: ask.subject.account });
  const same = open.find(
    (each) =>
      each.ask.action === ask.action &&
      (each.role === ask.role || ask.role === undefined) &&
      each.state !== 'active' &&
      each.state !== 'ending' &&
      (each.ask.action !== 'disable' || sameSlack(each.requester.slack, from)),
  );
  if (same === undefined) return undefined;
  return { code: 'open_already', ...(sameSlack(same.requester.slack, from) ? { request: same.id } : {}) };
}

async function provisionFields(world: World, app: AppPolicy, from: SlackId, ask: Ask): Promise<FieldRefusal[]> {
  const asked = ask.newAccount;
  if (asked === undefined) return [{ field: 'email', refusal: { code: 'email_needed' } }];
  const found: FieldRefusal[] = [];
  const email = foldEmail(asked.email);
  if (!EMAIL.test(email)) found.push({ field: 'email', refusal: { code: 'email_needed' } });
  else {
    const domain = email.slice(email.lastIndexOf('@') + 1);
    const [existing] = directoryOf(world, app.key).knownBy(email);
    const open = (await world.store.read('email', `${app.key}/${email}`))?.open;
    const seats = await seatsOf(world, app);
    if (!app.domains.includes(domain)) {
      found.push({ field: 'email', refusal: { code: 'domain', email, domains: [...app.domains] } });
    } else if (existing !== undefined) {
      found.push({ field: 'email', refusal: exists(app, existing) });
    } else if (open !== undefined) {
      const own = (await world.store.read('person', personKey(from)))?.open.includes(open) === true;
      found.push({ field: 'email', refusal: { code: 'open_already', ...(own ? { request: open } : {}) } });
    } else if (seats !== undefined && seats.used >= seats.seats) {
      found.push({ field: 'app', refusal: { code: 'seats', app: app.key, ...seats } });
    }
  }
  const given = asked.givenName.trim();
  const tooLong = [asked.givenName, asked.familyName ?? ''].some((name) => Array.from(name).length > NAME_MAX);
  if (given === '' || tooLong) found.push({ field: 'name', refusal: { code: 'name_needed' } });
  const secret = textRefusal(`${asked.givenName} ${asked.familyName ?? ''}`);
  if (secret?.code === 'looks_like_secret') found.push({ field: 'name', refusal: secret });
  if (asked.role !== undefined) {
    const rule = ruleFor(app, 'grant', asked.role);
    const reason = reasonRefusal(rule, ask.reason);
    if (reason !== undefined) found.push({ field: 'reason', refusal: reason });
    const length = lengthRefusal(world, rule, asked.roleDuration);
    if (length !== undefined) found.push({ field: 'duration', refusal: length });
  }
  return found;
}

function updateFields(app: AppPolicy, ask: Ask): FieldRefusal[] {
  if (app.traits.updates.length === 0) return [{ field: 'app', refusal: { code: 'no_updates', app: app.key } }];
  return changeRefusals(app, ask.changes ?? {}).map(({ attribute, refusal }) => ({ field: attribute, refusal }));
}

const exists = (app: AppPolicy, account: Account): Refusal => ({
  code: 'account_exists',
  app: app.key,
  active: account.active !== false,
  name: account.name,
  id: account.id,
  ...(account.changed === undefined ? {} : { since: account.changed }),
});
