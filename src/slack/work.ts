/**
 * What the edge has accepted and must answer, as it is stored before Slack is told "received".
 * Bounded and without secrets: no trigger, no response_url, no words but a reason that was checked.
 */
import { z } from 'zod';
import { REASON_MAX } from '../access/policy.ts';

const key = z.string().max(255);
const slack = z.object({ team: key, user: key });
const subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('me') }),
  z.object({ kind: z.literal('slack'), slack }),
  z.object({ kind: z.literal('email'), email: z.string().max(320) }),
  z.object({ kind: z.literal('account'), app: key, account: key }),
]);
const page = { whose: subject, before: z.number().int().positive().optional() };
const copy = z.object({ channel: key, ts: key });

/** Who is owed the answer, and where it may be shown. */
const owed = { from: slack, name: key, channel: key.optional() };

export const Work = z.discriminatedUnion('do', [
  // look-ups: asked again after a crash
  z.object({ do: z.literal('hub'), ...owed }),
  z.object({ do: z.literal('mine'), ...owed }),
  z.object({ do: z.literal('pending'), ...owed }),
  z.object({ do: z.literal('show'), ...owed, request: key }),
  z.object({
    do: z.literal('lookup'),
    ...owed,
    what: z.union([subject, z.object({ kind: z.literal('text'), text: z.string().max(500) })]),
  }),
  z.object({
    do: z.literal('list'),
    ...owed,
    app: key,
    which: z.enum(['admins', 'members', 'inactive', 'pending', 'expiring']),
  }),
  z.object({ do: z.literal('history'), ...owed, ...page }),
  z.object({ do: z.literal('link'), ...owed, person: slack, email: z.string().max(320) }),
  z.object({ do: z.literal('status'), ...owed, app: key.optional() }),
  z.object({ do: z.enum(['sync', 'pause', 'resume']), ...owed, app: key }),
  z.object({ do: z.literal('use_group'), ...owed, app: key, role: key, group: key }),
  // clicks: carried out after a crash
  z.object({
    do: z.literal('decide'),
    ...owed,
    request: key,
    verdict: z.enum(['approve', 'deny']),
    reason: z.string().max(REASON_MAX).optional(),
    copy: copy.optional(),
    seen: z.enum(['card', 'private', 'home']),
  }),
  z.object({
    do: z.enum(['cancel', 'finish', 'keep', 'again']),
    ...owed,
    request: key,
    copy: copy.optional(),
    seen: z.enum(['card', 'private', 'home']),
  }),
  z.object({
    do: z.literal('drift'),
    ...owed,
    finding: key,
    how: z.enum(['put_right', 'end_grants', 'ignore', 'accept', 'review']),
    reason: z.string().max(REASON_MAX).optional(),
  }),
  z.object({ do: z.literal('cannot_get_in'), ...owed, app: key }),
  // modals that stand on a stored request: made into an ask after the acknowledgement
  z.object({
    do: z.literal('hand_over'),
    ...owed,
    request: key,
    successor: subject,
    reason: z.string().max(REASON_MAX),
  }),
  z.object({ do: z.literal('revoke_all'), ...owed, request: key }),
  // a form that was to be opened: its trigger does not survive a crash
  z.object({ do: z.literal('form'), ...owed }),
]);
export type Work = z.infer<typeof Work>;
/** Which lines of a history a button asks for, as its value says it. */
export const HistoryPage = z.object(page);
export type WorkOf<D extends Work['do']> = Extract<Work, { do: D }>;
