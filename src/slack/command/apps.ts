/**
 * Which app or role some words name. Knows the names and nothing of rules.
 */
import type { CommandContext } from '../command.ts';
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
