/**
 * A SCIM client for one command, and what became of a question to it: an answer, a refusal, or silence. Knows no command.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../access/finding.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { ScimAccess } from '../config/index.ts';
import { connection } from '../directory/doctor.ts';
import { EXIT } from '../operations/exit.ts';
import { createScimClient, type ScimClient, type ScimClientOptions, ScimError } from '../scim/index.ts';

/** Opens one; whoever opened it closes it. */
export function openClient(
  { url, token, profile }: ScimAccess,
  limits: Pick<ScimClientOptions, 'deadlineMs' | 'maxBytes' | 'patienceMs'> = {},
): ScimClient {
  const sleep = (ms: number): Promise<void> => delay(ms);
  return createScimClient({ url, token, profile, now: () => Date.now(), sleep, random: Math.random, ...limits });
}

/** Why a service cannot be worked with, for people, and the exit status for it; `undefined`: it can. */
export interface Unusable {
  readonly what: string;
  readonly fix: string;
  readonly status: number;
}

/** Tests the connection as `doctor` does. */
export async function unusable(client: ScimClient, app: AppPolicy, access: ScimAccess): Promise<Unusable | undefined> {
  const ping = await client.ping();
  if (ping.kind === 'ok') return undefined;
  const finding: Finding = connection(app, new URL(access.url).host, ping);
  const fix = 'fix' in finding ? finding.fix : 'rolecall doctor says more';
  return { what: finding.what, fix, status: finding.state === 'unreachable' ? EXIT.unavailable : EXIT.refused };
}

/** The same for a question that failed later. @throws what is no answer of a service */
export function unanswered(error: unknown): Unusable {
  if (!(error instanceof ScimError)) throw error;
  const silent = error.status === undefined || error.status >= 500 || error.status === 429;
  const fix = silent ? 'try again later' : 'see that the token may do that; rolecall doctor says more';
  return { what: error.message, fix, status: silent ? EXIT.unavailable : EXIT.refused };
}
