/**
 * Which app or role some words name. Knows the names and nothing of rules.
 */
import type { CommandContext, Problem } from '../command.ts';
import { nearest } from './nearest.ts';
import type { Token } from './tokens.ts';

type App = CommandContext['apps'][number];

const folded = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();

/** The longest run of words from `from` that is the key or the name of an app. */
export function matchApp(
  all: readonly Token[],
  from: number,
  ctx: CommandContext,
): { readonly key: string; readonly used: number } | undefined {
  for (let used = Math.min(6, all.length - from); used > 0; used -= 1) {
    const run = all.slice(from, from + used);
    if (run.some((token) => token.kind !== 'word')) continue;
    const said = folded(run.map((token) => (token.kind === 'word' ? token.text : '')).join(' '));
    const app = ctx.apps.find((each) => folded(each.key) === said || folded(each.name) === said);
    if (app !== undefined) return { key: app.key, used };
  }
  return undefined;
}

/** The role as the policy spells it, in one app or, where the app is not known yet, in any. */
export function matchRole(word: string, app: App | undefined, ctx: CommandContext): string | undefined {
  const roles = app === undefined ? ctx.apps.flatMap((each) => each.roles) : app.roles;
  return roles.find((role) => folded(role) === folded(word));
}

/** The only app there is, or the only one that has this role: its name may be left out. */
export function appOfRole(role: string | undefined, ctx: CommandContext): App | undefined {
  const fitting =
    role === undefined || ctx.apps.length === 1
      ? ctx.apps
      : ctx.apps.filter((app) => matchRole(role, app, ctx) !== undefined);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * What to say about a word that is no name here: what was probably meant, else what there is.
 * @param apps absent: an app is named already  @param roles absent: a role is, or none is taken
 */
export function unknownName(
  given: string,
  { apps, roles }: { readonly apps?: readonly App[]; readonly roles?: readonly string[] },
): Problem {
  // An app is easier typed by its key, whatever part of its name was meant.
  const meant = new Map([
    ...(apps ?? []).map((app) => [folded(app.name), app.key] as const),
    ...[...(apps ?? []).map((app) => app.key), ...(roles ?? [])].map((key) => [folded(key), key] as const),
  ]);
  const keys = [...meant.values()].map(folded);
  const near = nearest(folded(given), [...new Set(keys)]) ?? nearest(folded(given), [...meant.keys()]);
  const as = roles === undefined ? 'app' : apps === undefined ? 'role' : 'either';
  const closest = near === undefined ? undefined : meant.get(near);
  if (closest !== undefined) return { code: 'mistyped', given, as, nearest: closest };
  const names = (apps ?? []).map((app) => app.name);
  if (roles === undefined) return { code: 'unknown_app', given, known: names };
  if (apps === undefined) return { code: 'unknown_role', given, known: [...roles] };
  return { code: 'unknown_name', given, apps: names, roles: [...new Set(roles)] };
}
