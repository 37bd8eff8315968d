/**
 * What is read of a payload of Slack's, with a bound on everything. Nothing else of a payload is ever looked at.
 * Knows no meaning: ids, texts and who sent them.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SlackId } from '../access/people.ts';

const id = z.string().regex(/^[A-Z][A-Z0-9]{1,40}$/);
const userId = z.string().regex(/^[UW][A-Z0-9]{1,40}$/);
const ts = z.string().regex(/^\d{1,16}\.\d{1,10}$/);
const short = z.string().max(255);
const trigger = z.string().min(1).max(500);
const url = z.string().max(1000);

const user = z.object({ id: userId, team_id: id.nullish(), username: short.nullish(), name: short.nullish() });
const team = z.object({ id }).nullish();

/** A slash command. The longest text Slack sends is far below the bound; the parser has its own. */
export const CommandBody = z.object({
  command: short,
  text: z.string().max(20_000).nullish(),
  user_id: userId,
  user_name: short.nullish(),
  team_id: id,
  channel_id: id.nullish(),
  trigger_id: trigger,
  response_url: url.nullish(),
});

const viewPart = z.object({
  id,
  callback_id: short.nullish(),
  private_metadata: z.string().max(3000).nullish(),
  state: z.object({ values: z.record(z.string(), z.unknown()) }).nullish(),
  blocks: z.array(z.unknown()).max(100).nullish(),
});

export const ActionBody = z.object({
  user,
  team,
  trigger_id: trigger.nullish(),
  response_url: url.nullish(),
  container: z.object({
    type: short,
    message_ts: ts.nullish(),
    channel_id: id.nullish(),
    is_ephemeral: z.boolean().nullish(),
    view_id: id.nullish(),
  }),
  channel: z.object({ id }).nullish(),
  actions: z
    .array(
      z.object({
        type: short,
        action_id: short,
        block_id: short.nullish(),
        value: z.string().max(2000).nullish(),
        action_ts: z.string().max(40).nullish(),
      }),
    )
    .min(1)
    .max(25),
});

export const ViewBody = z.object({ user, team, trigger_id: trigger.nullish(), view: viewPart });

export const SuggestionBody = z.object({
  user,
  team,
  action_id: short,
  block_id: short.nullish(),
  value: z.string().max(2000).nullish(),
});

export const ShortcutBody = z.object({
  user,
  team,
  type: short,
  callback_id: short,
  trigger_id: trigger,
  response_url: url.nullish(),
  channel: z.object({ id }).nullish(),
  message: z.object({ user: userId.nullish(), ts: ts.nullish() }).nullish(),
});

export const HomeOpened = z.object({ user: userId, tab: short.nullish() });

/** Something a person did, ready to be accepted. */
export interface Arrival {
  readonly from: SlackId;
  readonly name: string;
  /** Replay guard: the same bytes give the same id. */
  readonly once: string;
  /** Where it happened: private answers may be shown there. */
  readonly channel?: string;
  readonly trigger?: string;
  readonly responseUrl?: string;
}

/** Our own workspace, as far as a sender's identity depends on it. */
export interface Workspace {
  readonly team: string;
  readonly enterprise?: string;
}

/**
 * Whose payload this is: `user.team_id` of the payload, never Bolt's `context.teamId`, which names the app's workspace in
 * channels shared with other organisations. On Enterprise Grid a payload may name any workspace of the person; there the
 * key is always ours, and only `users.info` says whether the person belongs here.
 */
export function senderOf(
  sender: { readonly id: string; readonly team: string | null | undefined },
  workspace: Workspace,
): SlackId {
  const team = workspace.enterprise === undefined ? (sender.team ?? workspace.team) : workspace.team;
  return { team, user: sender.id };
}

/** `<team>:<trigger>`, shortened by a digest where a trigger is longer than an id should be. */
export function onceId(team: string, parts: readonly (string | null | undefined)[]): string {
  const given = parts.filter((part) => typeof part === 'string').join(':');
  return `${team}:${/^[\w.:-]{1,120}$/.test(given) ? given : createHash('sha256').update(given).digest('hex')}`;
}

export function arrivalOfCommand(body: z.infer<typeof CommandBody>, workspace: Workspace): Arrival {
  const from = senderOf({ id: body.user_id, team: body.team_id }, workspace);
  return {
    from,
    name: body.user_name ?? body.user_id,
    once: onceId(from.team, [body.trigger_id]),
    ...where(body.channel_id, body.trigger_id, body.response_url),
  };
}

/** An arrival by click, submit or shortcut. `otherwise` identifies what has no trigger. */
export function arrivalOf(
  body: {
    user: z.infer<typeof user>;
    team?: z.infer<typeof team>;
    trigger_id?: string | null | undefined;
    response_url?: string | null | undefined;
    channel?: { id: string } | null | undefined;
  },
  workspace: Workspace,
  otherwise: readonly (string | null | undefined)[] = [],
): Arrival {
  const from = senderOf({ id: body.user.id, team: body.user.team_id ?? body.team?.id }, workspace);
  return {
    from,
    name: body.user.name ?? body.user.username ?? body.user.id,
    once: onceId(from.team, typeof body.trigger_id === 'string' ? [body.trigger_id] : [from.user, ...otherwise]),
    ...where(body.channel?.id, body.trigger_id, body.response_url),
  };
}

function where(
  channel: string | null | undefined,
  trig: string | null | undefined,
  response: string | null | undefined,
) {
  return {
    ...(typeof channel === 'string' ? { channel } : {}),
    ...(typeof trig === 'string' ? { trigger: trig } : {}),
    ...(typeof response === 'string' ? { responseUrl: response } : {}),
  };
}
