// What the page shows: one person's Slack, everybody's unread counters, the directory, the lines on both wires. JSON, copied and bounded.
// Changes nothing, and leaves out what a Slack client would not show (private_metadata) and what nobody should see (tokens, addresses).

import { APPS, type AppName } from '../cast.ts';
import type { Call as ScimCall, ScimService, ScimState } from '../scim/index.ts';
import type { ConversationSeen, MessageSeen, Screen, Call as SlackCall, ViewSeen } from '../slack/index.ts';
import type { SandboxWorld } from '../world.ts';
import { digestOf, type Marks } from './marks.ts';

/** Newest messages of a conversation that are sent to the page. */
const MESSAGES = 150;

/** Turns the machine's time into the story's: each moment with the offset that was in force then. */
export type Timeline = { toStory(machineMs: number): number };

export function createTimeline(world: SandboxWorld): Timeline {
  const jumps = [{ at: 0, offset: world.clock.offset() }];
  return {
    toStory(machineMs) {
      const offset = world.clock.offset();
      if (jumps.at(-1)?.offset !== offset) jumps.push({ at: Date.now(), offset });
      return machineMs + (jumps.findLast((jump) => jump.at <= machineMs)?.offset ?? 0);
    },
  };
}

/** The id of the direct messages with the app, also before there are any. */
export const directOf = (user: string): string => `D${user.slice(1)}`;

/** A person's conversations; the direct messages with the app come first, empty where nothing was said yet. */
export function conversationsOf(screen: Screen): ConversationSeen[] {
  const { person, conversations } = screen;
  if (conversations.some((each) => each.kind === 'im') || person.kind === 'external') return conversations;
  return [{ id: directOf(person.id), kind: 'im', name: '', members: [person.id], messages: [] }, ...conversations];
}

export function screenOf(world: SandboxWorld, marks: Marks, timeline: Timeline, user: string) {
  const screen = world.slack.state(user);
  const show = (message: MessageSeen) => ({
    ...message,
    at: timeline.toStory(Number(message.ts) * 1_000),
    rev: digestOf(message),
  });
  const byTime = (a: MessageSeen, b: MessageSeen) => Number(a.ts) - Number(b.ts);
  return {
    person: user,
    conversations: conversationsOf(screen).map((conversation) => ({
      id: conversation.id,
      kind: conversation.kind,
      name: conversation.name,
      members: conversation.members,
      ...marks.unread(screen, conversation),
      messages: [
        ...conversation.messages,
        ...screen.ephemerals.filter((message) => message.channel === conversation.id),
      ]
        .sort(byTime)
        .slice(-MESSAGES)
        .map(show),
    })),
    views: screen.views.map(shownView),
    home: screen.home === null ? null : shownView(screen.home),
  };
}

function shownView({ id, title, submit, close, blocks, values, errors }: ViewSeen) {
  return { id, title, submit, close, blocks, values, errors };
}

/** Everybody in the chooser, with what waits for them unread. */
export function peopleOf(world: SandboxWorld, marks: Marks) {
  return world.slack
    .people()
    .filter((person) => person.kind !== 'bot')
    .map(({ id, name, realName, title, kind, tz }) => {
      const screen = world.slack.state(id);
      const counts = screen.conversations.map((conversation) => marks.unread(screen, conversation));
      return {
        id,
        name,
        realName,
        title: title ?? '',
        kind,
        tz,
        fresh: counts.reduce((sum, each) => sum + each.fresh, 0),
        changed: counts.reduce((sum, each) => sum + each.changed, 0),
        cards: screen.conversations.find((each) => each.kind === 'im')?.messages.length ?? 0,
      };
    });
}

/** Every app as its own console would show it: accounts, groups, and what it has accepted and holds back still. */
export function directoriesOf(world: SandboxWorld) {
  return [...world.apps].map(([key, scim]) => {
    const { users, groups, pending } = scim.state();
    const known = new Set(users.map((user) => user.id));
    return {
      key,
      title: APPS[key].title,
      waiting: pending.length,
      /** When the last of them can be seen, by the story's clock. */
      until: pending.at(-1)?.visibleAt ?? null,
      accounts: users.map((user) => ({
        id: user.id,
        name: user.displayName ?? user.userName,
        email: user.userName,
        active: user.active,
        roles: groups
          .filter((group) => group.members.includes(user.id))
          .map((group) => ({ group: group.id, name: roleName(group.displayName) })),
      })),
      groups: groups.map((group) => ({
        id: group.id,
        name: group.displayName,
        members: group.members.length,
        ghosts: group.members.filter((id) => !known.has(id)).length,
      })),
    };
  });
}

/** `PPLX_Admin` → `Admin`, `PPLX_Members` → `Member`: what stands on the badge. */
const roleName = (group: string): string => group.replace(/^[^_]*_/, '').replace(/s$/, '');

export type WireLine = {
  readonly id: string;
  /** The story's time, ms. */
  readonly at: number;
  readonly wire: 'slack' | 'scim';
  readonly from: string;
  readonly to: string;
  readonly method: string;
  readonly name: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly ok: boolean;
  readonly note: string;
  readonly request: string;
  readonly response: string;
};

export function slackLine(call: SlackCall, serial: number, timeline: Timeline): WireLine {
  const out = call.direction === 'out';
  const note = [call.error ?? '', call.retry === undefined ? '' : `retry ${call.retry.num}: ${call.retry.reason}`];
  return {
    id: `s${serial}`,
    at: timeline.toStory(call.at),
    wire: 'slack',
    from: out ? 'Slack' : 'bot',
    to: out ? 'bot' : 'Slack',
    method: out ? 'event' : 'call',
    name: call.name,
    path: '',
    status: call.status,
    ms: Math.round(call.ms),
    ok: call.ok,
    note: note.filter((each) => each !== '').join(', '),
    request: call.request,
    response: call.response === 'null' ? '' : call.response,
  };
}

/**
 * @param app whose wire it is
 * @param scim its base URL is hidden, because the last part is the tenant's secret; ids of its resources are shown as names
 */
export function scimLine(call: ScimCall, serial: number, app: AppName, scim: ScimService): WireLine {
  const tenant = scim.url.slice(scim.url.lastIndexOf('/') + 1);
  const mask = (text: string) => text.replaceAll(scim.url, '…').replaceAll(tenant, '•••');
  const path = mask(readable(call.path));
  return {
    id: `d${serial}`,
    at: call.at,
    wire: 'scim',
    from: 'bot',
    to: APPS[app].title,
    method: call.method,
    name: named(path, scim.state()),
    path,
    status: call.status,
    ms: Math.round(call.ms),
    ok: call.status >= 200 && call.status < 300,
    note: [...(call.status === 0 ? ['cut'] : []), ...call.faults.map((fault) => `weather: ${fault}`)].join(', '),
    request: mask(call.request),
    response: mask(call.response),
  };
}

/** `/Groups/dbf136a8-…` → `/Groups/PPLX_Admin`. */
function named(path: string, { users, groups }: ScimState): string {
  return path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
    const user = users.find((each) => each.id === id);
    return user?.userName ?? groups.find((each) => each.id === id)?.displayName ?? id;
  });
}

function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
