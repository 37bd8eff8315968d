/**
 * What the commands that need the whole configuration share: read it or say why not, find an app in it, and keep what is
 * secret in it off the screen. Judges nothing.
 */
import type { AppPolicy } from '../access/policy.ts';
import { type Config, checkConfig, redactor, type ScimAccess, showFaults } from '../config/index.ts';
import { onScreen } from '../operations/screen.ts';

/** The configuration; `undefined` after having said what is wrong with it. */
export function configured(): Config | undefined {
  const result = checkConfig();
  if (result.ok) return result.config;
  process.stderr.write(`${showFaults(result.faults)}\n`);
  return undefined;
}

/** An app by its key; `undefined` after having said which there are. */
export function findApp(config: Config, key: string): { app: AppPolicy; access: ScimAccess } | undefined {
  const app = Object.hasOwn(config.policy.apps, key) ? config.policy.apps[key] : undefined;
  const access = config.scim[key];
  if (app !== undefined && access !== undefined) return { app, access };
  const known = Object.keys(config.policy.apps).join(', ');
  process.stderr.write(`rolecall: there is no app ${onScreen(key)} (there is: ${known})\n`);
  return undefined;
}

/** Everything that must not be printed: tokens, and of addresses what follows the host. */
function secretsOf({ slack, scim }: Config): string[] {
  const tokens = [slack.botToken, slack.appToken ?? '', slack.signingSecret ?? ''];
  const apps = Object.values(scim).flatMap(({ url, token }) => {
    const { pathname, search, searchParams } = new URL(url);
    return [token, token.replace(/^bearer\s+/i, ''), pathname, search, ...searchParams.values()];
  });
  return [...tokens, ...apps];
}

/** Takes every secret of the configuration out of a text. */
export const redactorOf = (config: Config): ((text: string) => string) => redactor(secretsOf(config));
