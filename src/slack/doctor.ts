/**
 * Examines the way to Slack: bot token, workspace, scopes, app token. Reads only, and opens no socket: one that is open
 * would be sent what people do, and nobody would answer them. Knows nobody by name.
 */
import { z } from 'zod';
import { type Finding, fault, ok, unchecked, unreachable, warning } from '../access/finding.ts';
import { type SlackApi, SlackFailure, type SlackFault } from './api.ts';
import type { Home } from './people.ts';

export interface SlackExam {
  readonly api: SlackApi;
  /** With the app-level token; absent: Slack delivers over HTTP to `door`. */
  readonly socket?: SlackApi;
  /** Host and port the bot listens on, for HTTP. */
  readonly door: string;
  /** Host of the Web API. */
  readonly host: string;
  /** Bot scopes of the manifest. */
  readonly scopes: readonly string[];
}

export interface SlackExamined {
  readonly findings: Finding[];
  /** The workspace, where people can be looked up in it; else why not. */
  readonly home: Home | { readonly why: string };
}

const text = z.string().transform((value) => value.slice(0, 200));
const Identity = z.object({
  team_id: text,
  team: text.nullish(),
  user: text.nullish(),
  enterprise_id: text.nullish(),
  response_metadata: z.object({ scopes: z.array(text).max(200).nullish() }).nullish(),
});

/** Without these nobody can be looked up. */
const LOOKING_UP = ['users:read', 'users:read.email', 'usergroups:read'];

/** Asks Slack who the bot is and what it may. Never throws for what Slack does. */
export async function examineSlack(exam: SlackExam): Promise<SlackExamined> {
  const { api, host, scopes } = exam;
  const door = exam.socket === undefined ? [httpDoor(exam.door)] : [await socketDoor(exam.socket, host)];
  let answer: unknown;
  try {
    answer = await api.authTest();
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    const why = 'Slack does not say who the bot is';
    return { findings: [silent('bot token', host, error.fault, BOT), ...door], home: { why } };
  }
  const identity = Identity.safeParse(answer);
  if (!identity.success) {
    const finding = fault('bot token', `${host} answers like no Slack`, 'correct SLACK_API_URL, or take it out');
    return { findings: [finding, ...door], home: { why: 'Slack does not say who the bot is' } };
  }
  const { team_id: team, enterprise_id: enterprise, response_metadata: metadata } = identity.data;
  const granted = metadata?.scopes ?? undefined;
  const who = `${identity.data.user ?? 'the bot'} in the workspace ${identity.data.team ?? team} (${team})`;
  const blind = granted === undefined ? [] : LOOKING_UP.filter((scope) => !granted.includes(scope));
  return {
    findings: [ok('bot token', who), ...compareScopes(granted, scopes), ...door],
    home:
      blind.length > 0
        ? { why: `the bot lacks ${blind.join(', ')}` }
        : typeof enterprise === 'string'
          ? { team, enterprise }
          : { team },
  };
}

function compareScopes(granted: readonly string[] | undefined, wanted: readonly string[]): Finding[] {
  if (granted === undefined) return [unchecked('scopes', 'Slack did not name what it granted')];
  const missing = wanted.filter((scope) => !granted.includes(scope));
  const surplus = granted.filter((scope) => scope !== '' && !wanted.includes(scope));
  const found: Finding[] = [];
  if (missing.length > 0) {
    const fix = 'add them under OAuth & Permissions of the Slack app (or paste manifest.yml again), and reinstall it';
    found.push(fault('scopes', `missing: ${missing.join(', ')}`, fix));
  }
  if (surplus.length > 0) {
    const fix = 'take them away under OAuth & Permissions of the Slack app, and reinstall it';
    found.push(warning('scopes', `more than manifest.yml asks for: ${surplus.join(', ')}`, fix));
  }
  return found.length > 0 ? found : [ok('scopes', `the ${wanted.length} of manifest.yml, and no more`)];
}

async function socketDoor(socket: SlackApi, host: string): Promise<Finding> {
  try {
    await socket.askForSocket();
    return ok('app token', 'Socket Mode: Slack would let the bot in');
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return silent('app token', host, error.fault, APP);
  }
}

const httpDoor = (door: string): Finding =>
  ok('requests', `over HTTP to ${door}/slack/events; whether Slack gets there shows in Slack only: type the command`);

const BOT = 'copy the Bot User OAuth Token again (OAuth & Permissions of the Slack app) into SLACK_BOT_TOKEN';
const APP =
  'make an app-level token with connections:write (Basic Information of the Slack app), set it as SLACK_APP_TOKEN, and turn Socket Mode on';

/** What the codes mean that a wrong token meets (docs.slack.dev/reference/methods/auth.test). */
const REFUSED: Readonly<Record<string, string>> = {
  invalid_auth: 'Slack does not know this token, or not from this address',
  not_authed: 'Slack saw no token',
  token_expired: 'the token has expired',
  token_revoked: 'the token was revoked, or the app was removed',
  account_inactive: 'the token belongs to a bot or workspace that is gone',
  not_allowed_token_type: 'this is a token of another kind',
  missing_scope: 'the token lacks a scope',
  team_access_not_granted: 'the token is not for this workspace',
  org_login_required: 'the workspace is being moved to an organisation',
};

function silent(subject: string, host: string, what: SlackFault, fix: string): Finding {
  switch (what.kind) {
    case 'refused': {
      const known = Object.hasOwn(REFUSED, what.code) ? REFUSED[what.code] : undefined;
      const renew = what.code === 'token_expired' ? `${fix}; token rotation must be off` : fix;
      return fault(subject, `${known ?? 'Slack refuses the token'} (${what.code})`, renew);
    }
    case 'rate_limited':
      return unreachable(subject, `${host} asks to wait ${Math.ceil(what.retryAfterMs / 1000)} s`, 'try again then');
    case 'unavailable':
      return unreachable(subject, `${host} did not answer (${what.detail})`, networkFix(what.detail));
  }
}

function networkFix(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'correct SLACK_API_URL, or the DNS of this machine';
  if (code === 'ECONNREFUSED') return 'correct SLACK_API_URL, or see whether a firewall stands between';
  return 'see whether the network, a proxy or a firewall stands between, and status.slack.com';
}
