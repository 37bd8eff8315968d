/**
 * Examines whether everybody the policy names can act in Slack now, and whether two owners of each app can be reached.
 * Asks Slack slowly, one person at a time. Decides nothing about anybody.
 */
import { DirectoryError } from '../access/errors.ts';
import { counted, type Finding, fault, ok, some, unchecked, unreachable, warning } from '../access/finding.ts';
import { foldEmail, type Person } from '../access/people.ts';
import { type AppPolicy, type ApproveBy, type Policy, type Principal, ruleFor, type Who } from '../access/policy.ts';
import { ownersOf } from '../access/service/index.ts';
import { type SlackApi, SlackFailure, saysSlack } from './api.ts';
import { createPeople, type Home, type SlackPeople } from './people.ts';

export interface PeopleExam {
  readonly api: SlackApi;
  readonly home: Home;
  readonly policy: Policy;
  readonly wireNow: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** However often Slack asks us to wait, all of it together is not longer than this. */
const PATIENCE_MS = 60_000;
/** Entries of `people` that are looked up: Slack allows about fifty addresses a minute. */
const ENTRIES_MAX = 40;

/** Never throws for what Slack does. */
export async function examineNamed(exam: PeopleExam): Promise<Finding[]> {
  const { policy, home, wireNow } = exam;
  const api = patient(exam.api, exam.sleep);
  const people = createPeople({ api, home: () => home, wireNow });
  const panel: Panel = { api, people, policy, found: 0, missing: 0 };
  const findings: Finding[] = [];
  for (const app of Object.values(policy.apps)) {
    findings.push(...(await everyOne(panel, `owners of ${app.key}`, app.owners, OWNER)));
    findings.push(...(await enoughOwners(panel, app)));
    const named = deciders(app);
    if (named.length > 0) findings.push(...(await everyOne(panel, `rules of ${app.key}`, named, APPROVER)));
  }
  const auditors = policy.auditors.map((email): Principal => ({ kind: 'email', email }));
  if (auditors.length > 0) findings.push(...(await everyOne(panel, 'auditors', auditors, AUDITOR)));
  findings.push(...(await entries(panel)));
  if (panel.found === 0 && panel.missing > 1) {
    const fix = 'see whether SLACK_BOT_TOKEN is of the right workspace';
    findings.unshift(fault('workspace', `nobody whom the policy names is in the workspace ${home.team}`, fix));
  }
  return findings;
}

interface Panel {
  readonly api: SlackApi;
  readonly people: SlackPeople;
  readonly policy: Policy;
  /** How many of those who were looked up Slack knows. */
  found: number;
  missing: number;
}

/** What is expected of somebody, how bad it is when it does not hold, and what to do then. */
interface Demand {
  readonly wrong: (panel: Panel, principal: Principal) => Promise<string | undefined>;
  readonly say: typeof fault;
  readonly fix: string;
  /** What those are who are well. */
  readonly well: string;
}

const ACTIVE = 'can act: active, of this workspace';
const OWNER: Demand = {
  wrong: cannotDecide,
  say: fault,
  fix: 'correct owners: in the policy, or let the person into the workspace',
  well: ACTIVE,
};
const APPROVER: Demand = {
  wrong: cannotDecide,
  say: fault,
  fix: 'correct the rule in the policy: nobody can decide in this place',
  well: ACTIVE,
};
const AUDITOR: Demand = { wrong: wrongAuditor, say: fault, fix: 'correct auditors: in the policy', well: ACTIVE };
const MANAGER: Demand = {
  wrong: cannotDecide,
  say: warning,
  fix: 'correct the manager in people: until then owners are asked instead',
  well: ACTIVE,
};
const ENTRY: Demand = {
  wrong: unknownUser,
  say: warning,
  fix: 'correct the Slack user id in people, or take it out',
  well: 'are known in Slack',
};

/** One line for all who are well, one for each who is not. */
async function everyOne(
  panel: Panel,
  subject: string,
  principals: readonly Principal[],
  { wrong, say, fix, well: are }: Demand,
): Promise<Finding[]> {
  const bad: Finding[] = [];
  let well = 0;
  for (const [at, principal] of principals.entries()) {
    try {
      const what = await wrong(panel, principal);
      if (what === undefined) well += 1;
      else bad.push(say(subject, `${nameOf(principal)} ${what}`, fix));
    } catch (error) {
      const failure = failureOf(error);
      const left = principals.length - at;
      if (failure.kind === 'rate_limited') {
        bad.push(unchecked(subject, `${counted(left, 'entry', 'entries')} not looked up: Slack asks to wait`));
      } else {
        const detail = failure.kind === 'refused' ? failure.code : failure.detail;
        bad.push(unreachable(subject, `${nameOf(principal)} could not be looked up (${detail})`, 'try again'));
      }
      break;
    }
  }
  const all = principals.length;
  return well === 0 ? bad : [ok(subject, `${well} of ${all} ${are}`), ...bad];
}

function failureOf(error: unknown): SlackFailure['fault'] {
  const cause = error instanceof DirectoryError ? error.cause : error;
  if (cause instanceof SlackFailure) return cause.fault;
  if (error instanceof DirectoryError) return { kind: 'unavailable', detail: error.detail };
  throw error;
}

const nameOf = (principal: Principal): string =>
  principal.kind === 'email'
    ? principal.email
    : principal.kind === 'usergroup'
      ? `the user group ${principal.id}`
      : principal.user;

/** What keeps a principal from acting, as the rest of a sentence; `undefined`: nothing. @throws SlackFailure, DirectoryError */
async function cannotDecide(panel: Panel, principal: Principal): Promise<string | undefined> {
  const { people, policy } = panel;
  switch (principal.kind) {
    case 'slack':
      return cannotAct(panel, await people.person({ team: people.team, user: principal.user }), 'slack');
    case 'email': {
      const entry = policy.people.find((each) => foldEmail(each.email) === foldEmail(principal.email));
      const user = entry?.slack;
      return user === undefined
        ? cannotAct(panel, await people.byEmail(principal.email), 'email')
        : cannotAct(panel, await people.person({ team: people.team, user }), 'slack');
    }
    case 'usergroup':
      return emptyGroup(panel, principal.id);
  }
}

/** Auditors are known by their address alone. */
async function wrongAuditor(panel: Panel, principal: Principal): Promise<string | undefined> {
  if (principal.kind !== 'email') return cannotDecide(panel, principal);
  return cannotAct(panel, await panel.people.byEmail(principal.email), 'email');
}

const STANDING: Readonly<Record<Exclude<Person['standing'], 'member'>, string>> = {
  guest: 'is a guest, and guests may not act',
  bot: 'is a bot',
  deactivated: 'is deactivated in Slack',
  outside: 'belongs to another organisation',
};

function cannotAct(panel: Panel, person: Person | undefined, by: 'slack' | 'email'): string | undefined {
  if (person === undefined) {
    panel.missing += 1;
    return by === 'email' ? 'is the address of nobody active in this workspace' : 'is nobody in this workspace';
  }
  panel.found += 1;
  if (person.standing !== 'member') return STANDING[person.standing];
  return by === 'email' && !person.emailConfirmed ? 'has not confirmed this address in Slack' : undefined;
}

async function emptyGroup(panel: Panel, id: string): Promise<string | undefined> {
  const { api, people } = panel;
  try {
    await api.usergroupUsers(id);
  } catch (error) {
    if (!saysSlack(error, 'no_such_subteam', 'subteam_not_found')) throw error;
    panel.missing += 1;
    return 'does not exist, or is switched off';
  }
  const users = await people.usergroup(id);
  if (users.length === 0) return 'has nobody in it';
  for (const user of users) {
    if (cannotAct(panel, await people.person({ team: people.team, user }), 'slack') === undefined) return undefined;
  }
  return `has nobody in it who may act (${counted(users.length, 'member')})`;
}

/** Everybody an app's rules name beside managers and owners. */
function deciders(app: AppPolicy): Principal[] {
  const named = (list: Who | ApproveBy): Principal[] =>
    typeof list === 'string' ? [] : list.flatMap((each) => (typeof each === 'string' ? [] : [each]));
  const all = app.rules.flatMap((rule) => [
    ...named(rule.who),
    ...rule.approve.flatMap((step) => named(step.by)),
    ...named(rule.escalateTo),
  ]);
  return [...new Map(all.map((principal) => [nameOf(principal), principal])).values()];
}

/** Nobody decides about themselves: with one owner, or none, some requests must be refused (docs/rules.md, People). */
async function enoughOwners({ people, policy }: Panel, app: AppPolicy): Promise<Finding[]> {
  const subject = `owners of ${app.key}`;
  let owners: readonly Person[];
  try {
    owners = await ownersOf({ people, policy }, app);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return [unchecked(subject, 'how many can be reached is not known')];
  }
  if (owners.length >= 2) return [];
  const needs = needingOwners(app);
  const fix = 'name a second owner who is an active member of the workspace, or a user group';
  const [only] = owners;
  if (only !== undefined) {
    const what = `only ${only.email ?? only.name} can be reached: what this owner asks for, or what is about this owner, is refused where an owner must agree (${some(needs)}) and where the manager is unknown`;
    return [warning(subject, what, fix)];
  }
  return [
    fault(
      subject,
      `nobody can be reached: refused is whatever an owner must agree to (${some(needs)}), and all whose manager is unknown`,
      fix,
    ),
  ];
}

/** Actions an owner must agree to. A disable asked for by a manager needs one, too. */
function needingOwners(app: AppPolicy): string[] {
  const actions = ['grant', 'revoke', 'provision', 'disable', 'enable', 'update'] as const;
  return actions.filter((action) => {
    if (action === 'update' && app.traits.updates.length === 0) return false;
    const { approve } = ruleFor(app, action);
    return approve.length === 0 || approve.some(({ by }) => by === 'owners' || by.includes('owners'));
  });
}

/** Managers, and Slack ids, that `people` names; bounded, for the list may be the whole company. */
async function entries(panel: Panel): Promise<Finding[]> {
  const { policy } = panel;
  const managers = [
    ...new Set(policy.people.flatMap(({ manager }) => (manager === undefined ? [] : [foldEmail(manager)]))),
  ];
  const users = policy.people.flatMap(({ slack }) => slack ?? []);
  const first = managers.slice(0, ENTRIES_MAX).map((email): Principal => ({ kind: 'email', email }));
  const next = users.slice(0, ENTRIES_MAX - first.length).map((user): Principal => ({ kind: 'slack', user }));
  const left = managers.length + users.length - first.length - next.length;
  return [
    ...(first.length > 0 ? await everyOne(panel, 'managers', first, MANAGER) : []),
    ...(next.length > 0 ? await everyOne(panel, 'people', next, ENTRY) : []),
    ...(left > 0
      ? [unchecked('people', `${counted(left, 'further entry', 'further entries')}: too many to look up`)]
      : []),
  ];
}

/** Somebody who left may well stand in `people`: subjects need not be active. */
async function unknownUser(panel: Panel, principal: Principal): Promise<string | undefined> {
  if (principal.kind !== 'slack') return cannotDecide(panel, principal);
  const person = await panel.people.person({ team: panel.people.team, user: principal.user });
  return person === undefined ? cannotAct(panel, person, 'slack') : undefined;
}

/** The look-ups of an API, one at a time, each once, waiting where Slack asks for it. */
function patient(api: SlackApi, sleep: (ms: number) => Promise<unknown>): SlackApi {
  const asked = new Map<string, Promise<unknown>>();
  let last: Promise<unknown> = Promise.resolve();
  let patience = PATIENCE_MS;
  async function insist(ask: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const wait =
          error instanceof SlackFailure && error.fault.kind === 'rate_limited' ? error.fault.retryAfterMs : undefined;
        if (wait === undefined || wait > patience) throw error;
        patience -= wait;
        await sleep(wait);
      }
    }
  }
  const once =
    (method: string, ask: (what: string) => Promise<unknown>) =>
    (what: string): Promise<unknown> => {
      const key = `${method} ${what}`;
      const known = asked.get(key);
      if (known !== undefined) return known;
      const answer = last.then(() => insist(() => ask(what)));
      last = answer.catch(() => undefined);
      asked.set(key, answer);
      return answer;
    };
  return {
    ...api,
    userInfo: once('info', (user) => api.userInfo(user)),
    userByEmail: once('email', (email) => api.userByEmail(email)),
    usergroupUsers: once('group', (id) => api.usergroupUsers(id)),
  };
}
