/**
 * Slack users as people: who they are at this moment and whether they belong to the workspace.
 * Knows no request; a failed look-up is never "unknown", it throws.
 */
import { z } from 'zod';
import { DirectoryError } from '../access/errors.ts';
import { foldEmail, type Person, type SlackId } from '../access/people.ts';
import type { People } from '../access/ports.ts';
import { type SlackApi, saysSlack } from './api.ts';

const text = (max: number) => z.string().transform((value) => value.slice(0, max));
const optional = (max: number) =>
  text(max)
    .nullish()
    .transform((value) => (value === null || value === undefined || value.trim() === '' ? undefined : value.trim()));
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

const User = z.object({
  id: text(40),
  team_id: optional(40),
  name: optional(200),
  real_name: optional(200),
  tz: optional(80),
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_email_confirmed: flag,
  enterprise_user: z.object({ enterprise_id: optional(40) }).nullish(),
  profile: z
    .object({
      email: optional(320),
      real_name: optional(200),
      display_name: optional(200),
      first_name: optional(100),
      last_name: optional(100),
    })
    .nullish(),
});
const UserAnswer = z.object({ user: User });
const GroupAnswer = z.object({ users: z.array(text(40)).max(10_000) });

/** The workspace the bot lives in, as `auth.test` says. */
export interface Home {
  readonly team: string;
  /** Enterprise Grid. */
  readonly enterprise?: string;
}

export interface SlackPeople extends People {
  /** Whether this person may see names of others: internal, from a look-up of the last ten minutes, else asked now. */
  isInternal(slack: SlackId): Promise<boolean>;
}

/** Slack answers a user group twenty times a minute, an address fifty times: what may be this old is not asked again. */
const RECENT_MS = 60_000;
const REMEMBER_MS = 10 * 60_000;
const REMEMBER_MAX = 5000;

/**
 * @param api interactive client: one attempt, 2 s
 * @param home known once the bot has asked Slack who it is
 */
export function createPeople({
  api,
  home,
  wireNow,
}: {
  api: SlackApi;
  home: () => Home;
  wireNow: () => number;
}): SlackPeople {
  const seen = new Map<string, { internal: boolean; at: number }>();
  const groups = new Map<string, { users: readonly string[]; at: number }>();
  /** Whose an address was when it was last asked for: a hint whom to look at, never an answer. */
  const addresses = new Map<string, string>();

  function remember(user: string, internal: boolean): void {
    seen.delete(user);
    seen.set(user, { internal, at: wireNow() });
    for (const oldest of seen.keys()) {
      if (seen.size <= REMEMBER_MAX) break;
      seen.delete(oldest);
    }
  }

  async function person(slack: SlackId): Promise<Person | undefined> {
    const user = await look(() => api.userInfo(slack.user), 'user_not_found', 'user_not_visible');
    if (user === undefined) return undefined;
    const found = toPerson(user, home());
    // A payload that claims another home than Slack confirms is not believed.
    const claimed = found.slack.team === slack.team ? found : { ...found, standing: 'outside' as const };
    remember(slack.user, claimed.standing === 'member');
    return claimed;
  }

  return {
    get team() {
      return home().team;
    },
    person,
    async byEmail(email) {
      const wanted = foldEmail(email);
      const has = (one: Person): boolean => one.email !== undefined && foldEmail(one.email) === wanted;
      const hint = addresses.get(wanted);
      const hinted =
        hint === undefined ? undefined : await look(() => api.userInfo(hint), 'user_not_found', 'user_not_visible');
      const still = hinted === undefined ? undefined : toPerson(hinted, home());
      if (still !== undefined && has(still) && still.standing === 'member') return still;
      const user = await look(() => api.userByEmail(email), 'users_not_found', 'user_not_found', 'user_not_visible');
      const found = user === undefined ? undefined : toPerson(user, home());
      if (found === undefined || !has(found)) {
        addresses.delete(wanted);
        return undefined;
      }
      if (addresses.size >= REMEMBER_MAX) addresses.clear();
      addresses.set(wanted, found.slack.user);
      return found;
    },
    async usergroup(id, freshness) {
      const known = groups.get(id);
      if (freshness === 'recent' && known !== undefined && wireNow() - known.at < RECENT_MS) return known.users;
      try {
        const { users } = GroupAnswer.parse(await api.usergroupUsers(id));
        groups.set(id, { users, at: wireNow() });
        return users;
      } catch (error) {
        if (saysSlack(error, 'no_such_subteam', 'subteam_not_found')) return [];
        throw unavailable(error);
      }
    },
    async isInternal(slack) {
      const known = seen.get(slack.user);
      if (known !== undefined && wireNow() - known.at < REMEMBER_MS && slack.team === home().team)
        return known.internal;
      return (await person(slack))?.standing === 'member';
    },
  };
}

async function look(ask: () => Promise<unknown>, ...nobody: string[]): Promise<z.infer<typeof User> | undefined> {
  try {
    return UserAnswer.parse(await ask()).user;
  } catch (error) {
    if (saysSlack(error, ...nobody)) return undefined;
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): DirectoryError {
  return new DirectoryError('unavailable', 'Slack did not say who this is', { cause });
}

/**
 * Internal: `team_id` is ours or, on Enterprise Grid, the same enterprise. `is_stranger` alone is not enough: it is
 * false for people of other organisations who share a channel.
 */
function toPerson(user: z.infer<typeof User>, home: Home): Person {
  const sameEnterprise = home.enterprise !== undefined && user.enterprise_user?.enterprise_id === home.enterprise;
  const internal = user.team_id === home.team || sameEnterprise;
  const profile: Partial<NonNullable<z.infer<typeof User>['profile']>> = user.profile ?? {};
  return {
    // On Grid one person has one key, whichever workspace of the enterprise a payload names.
    slack: { team: internal ? home.team : (user.team_id ?? ''), user: user.id },
    name: profile.real_name ?? user.real_name ?? profile.display_name ?? user.name ?? user.id,
    ...(profile.first_name === undefined ? {} : { givenName: profile.first_name }),
    ...(profile.last_name === undefined ? {} : { familyName: profile.last_name }),
    ...(profile.email === undefined ? {} : { email: profile.email }),
    emailConfirmed: user.is_email_confirmed,
    zone: user.tz ?? 'UTC',
    standing: standing(user, internal),
  };
}

function standing(user: z.infer<typeof User>, internal: boolean): Person['standing'] {
  if (!internal || user.is_stranger) return 'outside';
  if (user.is_bot || user.is_workflow_bot || user.id === 'USLACKBOT') return 'bot';
  if (user.deleted) return 'deactivated';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
