// What a visitor can do: each act as a bounded shape of JSON, and what it does to the fake world.
// Decides nothing about access, and trusts nothing in a body that zod has not read.

import { z } from 'zod';
import { ALL_APPS } from '../cast.ts';
import type { Outcome } from '../slack/index.ts';
import type { SandboxWorld } from '../world.ts';
import type { BotState, Keeper } from './keeper.ts';
import { directOf } from './screen.ts';
import { dialectNames, faultNames, type Weather } from './weather.ts';

export type Stage = {
  readonly world: SandboxWorld;
  readonly weather: Weather;
  readonly keeper: Keeper;
  /** The person has looked at the conversation. */
  read(user: string, channel: string): void;
  clockMoved(): void;
};

const id = z.string().min(1).max(255);
const line = z.string().min(1).max(8_000);
const value = z.union([z.string().max(12_000), z.array(z.string().max(3_000)).max(100), z.null()]);
const values = z.record(z.string().max(255), value);
const person = { user: id };
const app = z.enum(ALL_APPS);
const groupName = z.string().trim().min(1).max(100);
const place = z.union([z.strictObject({ viewId: id }), z.strictObject({ channel: id, ts: id })]);
const DAY = 86_400_000;

/** What Slack's client gets for an app that it could not reach. */
const UNREACHED: ReadonlySet<string | undefined> = new Set(['dispatch_failed', 'operation_timeout']);

/** Slack itself is silent when nobody fills App Home; whoever looks at it here is told why nothing happens. */
const HOME_STAYS: Readonly<Record<BotState['phase'], string>> = {
  running: 'The bot did not answer, so App Home may be out of date. The wires show what it was sent.',
  starting: 'The bot is still starting. App Home is filled in when it is ready.',
  stopped: 'The bot is not running, so App Home cannot be filled in. Press “Start again” and it will be.',
};

type Act = { readonly shape: z.ZodType; readonly run: (stage: Stage, body: never) => unknown };

/** Ties a shape to what may be done with what it lets through. */
const act = <S extends z.ZodType>(shape: S, run: (stage: Stage, body: z.output<S>) => unknown): Act => ({ shape, run });

/** The conversation to type into; the app's own direct messages need not exist yet. */
const channelFor = (user: string, channel: string): string | undefined =>
  channel === directOf(user) ? undefined : channel;

export const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  [
    'command',
    act(z.strictObject({ ...person, channel: id, line }), ({ world }, { user, channel, line: typed }) =>
      world.slack.command(user, typed, channelFor(user, channel)),
    ),
  ],
  [
    'say',
    act(z.strictObject({ ...person, channel: id, text: line }), ({ world }, { user, channel, text }) => {
      const screen = world.slack.state(user);
      const joined = channel === directOf(user) || screen.conversations.some((each) => each.id === channel);
      if (!joined || screen.person.kind === 'deactivated') return refused('Nothing can be posted there.');
      world.slack.say(user, channel, escaped(text));
      return {};
    }),
  ],
  [
    'click',
    act(
      z.strictObject({ ...person, place, actionId: id, blockId: id, value: value.optional(), confirmed: z.boolean() }),
      ({ world }, { user, place: at, value: picked, ...rest }) =>
        world.slack.click(user, { ...at, ...rest, ...(picked === undefined ? {} : { value: picked }) }),
    ),
  ],
  [
    'type',
    act(z.strictObject({ ...person, viewId: id, values }), ({ world }, { user, viewId, values: typed }) => {
      world.slack.type(user, viewId, typed);
      return {};
    }),
  ],
  [
    'submit',
    act(z.strictObject({ ...person, viewId: id, values }), ({ world }, { user, viewId, values: typed }) =>
      world.slack.submit(user, viewId, typed),
    ),
  ],
  [
    'close',
    act(z.strictObject({ ...person, viewId: id, how: z.enum(['cancel', 'all']) }), ({ world }, { user, viewId, how }) =>
      world.slack.closeView(user, viewId, how),
    ),
  ],
  [
    'suggest',
    act(
      z.strictObject({ ...person, place, actionId: id, query: z.string().max(200) }),
      ({ world }, { user, place: at, actionId, query }) => world.slack.suggest(user, at, actionId, query),
    ),
  ],
  [
    'home',
    act(z.strictObject(person), async ({ world, keeper }, { user }) => {
      const outcome = await world.slack.openHome(user);
      return UNREACHED.has(outcome.error) ? { ...outcome, notice: HOME_STAYS[keeper.state().phase] } : outcome;
    }),
  ],
  [
    'shortcut',
    act(z.strictObject({ ...person, callbackId: id }), ({ world }, { user, callbackId }) =>
      world.slack.shortcut(user, callbackId),
    ),
  ],
  [
    'message-shortcut',
    act(
      z.strictObject({ ...person, callbackId: id, channel: id, ts: id }),
      ({ world }, { user, callbackId, channel, ts }) => world.slack.messageShortcut(user, callbackId, { channel, ts }),
    ),
  ],
  ['read', act(z.strictObject({ ...person, channel: id }), (stage, { user, channel }) => stage.read(user, channel))],
  [
    'clock',
    act(
      z.strictObject({
        ms: z
          .number()
          .int()
          .min(1)
          .max(31 * DAY),
      }),
      (stage, { ms }) => {
        stage.world.clock.advance(ms);
        stage.clockMoved();
      },
    ),
  ],
  // What somebody does in an app's own console, past the bot.
  [
    'console',
    act(
      z.discriminatedUnion('do', [
        z.strictObject({ do: z.literal('member'), app, group: id, account: id, present: z.boolean() }),
        z.strictObject({ do: z.literal('active'), app, account: id, active: z.boolean() }),
        z.strictObject({ do: z.literal('rename'), app, group: id, name: groupName }),
        z.strictObject({ do: z.literal('remove'), app, group: id }),
        z.strictObject({ do: z.literal('add'), app, name: groupName }),
      ]),
      ({ world }, body) => {
        const scim = world.apps.get(body.app);
        if (scim === undefined) return refused('There is no such app in this story.');
        if (body.do === 'member') scim.setMember(body.group, body.account, body.present);
        else if (body.do === 'active') scim.setActive(body.account, body.active);
        else if (body.do === 'rename') scim.renameGroup(body.group, body.name);
        else if (body.do === 'remove') scim.removeGroup(body.group);
        else scim.addGroup({ displayName: body.name });
        return {};
      },
    ),
  ],
  [
    'weather',
    act(
      z.discriminatedUnion('do', [
        z.strictObject({ do: z.literal('add'), app, name: z.enum(faultNames), how: z.enum(['once', 'always']) }),
        z.strictObject({ do: z.literal('clear') }),
        z.strictObject({ do: z.literal('speak'), app, dialect: z.enum(dialectNames) }),
        z.strictObject({ do: z.literal('rate-limits'), on: z.boolean() }),
        z.strictObject({ do: z.literal('cut-sockets') }),
      ]),
      ({ weather, world }, body) => {
        if (body.do === 'add') weather.add(body.app, body.name, body.how);
        else if (body.do === 'clear') weather.clear();
        else if (body.do === 'speak') weather.speak(body.app, body.dialect);
        else if (body.do === 'rate-limits') weather.setRateLimits(body.on);
        else world.slack.socket.drop();
      },
    ),
  ],
  [
    'bot',
    act(z.strictObject({ do: z.enum(['kill', 'start', 'restart']) }), async ({ keeper }, body) => {
      if (body.do !== 'start') await keeper.kill();
      if (body.do !== 'kill') await keeper.start();
    }),
  ],
]);

/**
 * Does one act.
 * @returns the outcome for the page; `undefined` where the body is not of the act's shape
 */
export async function perform(stage: Stage, { shape, run }: Act, body: unknown): Promise<object | undefined> {
  const read = shape.safeParse(body);
  if (!read.success) return undefined;
  try {
    const outcome = await run(stage, read.data as never);
    return typeof outcome === 'object' && outcome !== null ? shown(outcome) : {};
  } catch (error) {
    // The workspace throws where a real client could not have done this: a view that is gone, a person who never was.
    return refused(error instanceof Error ? error.message : String(error));
  }
}

const refused = (notice: string) => ({ error: 'refused', notice });

/** Of an outcome what a client shows. */
function shown(outcome: object): object {
  const { error, notice, confirm, errors, options }: Partial<Outcome> & { options?: unknown } = outcome;
  return { error, notice, confirm, errors, options };
}

/** What people type in a channel is text: Slack stores it escaped. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
