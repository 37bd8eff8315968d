// How a story is told: people type, press and fill in; what they see and what the directory holds is waited for, never timed.
import { DateTime } from 'luxon';
import { onTestFailed, onTestFinished } from 'vitest';
import type { AppName } from '../../src/sandbox/cast.ts';
import type { ScimService } from '../../src/sandbox/scim/index.ts';
import type {
  ClickTarget,
  InputValue,
  JsonObject,
  MessageSeen,
  Outcome,
  ViewSeen,
} from '../../src/sandbox/slack/index.ts';
import { type SandboxWorld, startWorld, type WorldOptions } from '../../src/sandbox/world.ts';

export type { SandboxWorld } from '../../src/sandbox/world.ts';
export const HOUR = 3_600_000;
export const MINUTE = 60_000;
/** How long a story waits for what never comes before it says so, ms. */
const WAIT = 25_000;

/** Starts the world with the real bot; it is taken down when the test ends, and the bot's log is shown when it failed. */
export async function tell(options: WorldOptions = {}): Promise<Story> {
  const world = await startWorld(options);
  onTestFailed(() => {
    const lines = world
      .bot()
      .log.filter((line) => (line.level ?? 0) >= 40)
      .slice(-20);
    console.error(
      lines.map((line) => JSON.stringify(line).slice(0, 800)).join('\n'),
      world.bot().output().slice(-2_000),
    );
  });
  onTestFinished(() => world.close());
  return storyIn(world);
}

/** What one app holds, and was asked for. */
export interface AppSeen {
  readonly scim: ScimService;
  /** userNames in a group, in order. */
  readonly members: (group: string) => string[];
  readonly account: (userName: string) => { id: string; active: boolean } | undefined;
  /** Writes the SCIM service has been asked for: method and path without ids. */
  readonly writes: () => string[];
}

export interface Story extends Omit<AppSeen, 'scim'> {
  readonly world: SandboxWorld;
  readonly ada: Character;
  readonly ben: Character;
  readonly carla: Character;
  readonly dmitri: Character;
  readonly eve: Character;
  readonly finn: Character;
  readonly grace: Character;
  readonly hugo: Character;
  readonly person: (id: string) => Character;
  /** One of several apps; `members`, `account` and `writes` of the story itself are the first one's. */
  readonly app: (name: AppName) => AppSeen;
  /** Resolves when the condition holds; looked at whenever a screen, the directory or the wire changes. */
  readonly until: <T>(what: string, look: () => T | undefined | false) => Promise<T>;
}

export interface Character {
  readonly id: string;
  types(line: string, channel?: string): Promise<Outcome>;
  /** Waits for a message (or ephemeral) in whose text or blocks the words stand; newest first. */
  sees(words: RegExp): Promise<MessageSeen>;
  seesNow(words: RegExp): MessageSeen | undefined;
  /** Every message this person sees, oldest first. */
  messages(): MessageSeen[];
  /** Waits for a message with the words and such a button, and presses it, accepting its dialog. */
  presses(label: RegExp, words?: RegExp): Promise<Outcome>;
  /** The same button's target, to press by hand: twice, or as somebody else. */
  button(label: RegExp, words?: RegExp): Promise<ClickTarget & { channel: string; ts: string }>;
  /** Waits for a modal with such a title, and these words anywhere in it or its fields. */
  modal(title: RegExp, words?: RegExp): Promise<ViewSeen>;
  /** Fills fields of the visible modal, named by their labels, and sends it. Choices are named by their words. */
  fills(title: RegExp, fields: Readonly<Record<string, InputValue>>): Promise<Outcome>;
  /** Types into a person field of the visible modal and picks the one choice with these words. */
  finds(title: RegExp, field: string, typed: string, words: RegExp): Promise<void>;
  home(): Promise<ViewSeen>;
  /** Opens the App Home and waits until the words stand there. */
  seesHome(words: RegExp): Promise<ViewSeen>;
  /** Presses a button of the App Home, in a row with these words. */
  pressesHome(label: RegExp): Promise<Outcome>;
}

export function storyIn(world: SandboxWorld): Story {
  const { slack, scim, apps } = world;

  function until<T>(what: string | (() => string), look: () => T | undefined | false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stops: (() => void)[] = [];
      const check = (): void => {
        let found: T | undefined | false;
        try {
          found = look();
        } catch (error) {
          stop();
          reject(error);
          return;
        }
        if (found === undefined || found === false) return;
        stop();
        resolve(found);
      };
      const stop = (): void => {
        for (const each of stops) each();
      };
      stops.push(slack.on('change', check), slack.on('call', check));
      for (const app of apps.values()) stops.push(app.on('change', check), app.on('call', check));
      const end = setTimeout(() => {
        stop();
        reject(new Error(`waited in vain: ${typeof what === 'string' ? what : what()}`));
      }, WAIT);
      stops.push(() => clearTimeout(end));
      check();
    });
  }

  const character = (id: string): Character => {
    const messages = (): MessageSeen[] => {
      const screen = slack.state(id);
      return [...screen.conversations.flatMap((each) => each.messages), ...screen.ephemerals];
    };
    const all = (): string => messages().map(textOf).join('\n--\n');
    const seesNow = (words: RegExp): MessageSeen | undefined =>
      messages().findLast((message) => words.test(textOf(message)));
    const button = (label: RegExp, words: RegExp = /(?:)/) =>
      until(
        () => `${id} has a button ${label} on a message ${words}, but sees:\n${all()}`,
        () => {
          for (const message of messages().reverse()) {
            if (!words.test(textOf(message))) continue;
            const found = buttonsOf(message.blocks).find((each) => label.test(each.label));
            if (found !== undefined) {
              return {
                channel: message.channel,
                ts: message.ts,
                actionId: found.actionId,
                blockId: found.blockId,
                confirmed: true,
              };
            }
          }
          return undefined;
        },
      );
    const modal = (title: RegExp, words: RegExp = /(?:)/): Promise<ViewSeen> =>
      until(
        () => `${id} sees a modal ${title} with ${words}, but: ${JSON.stringify(slack.state(id).views.at(-1) ?? null)}`,
        () => {
          const top = slack.state(id).views.at(-1);
          const fits =
            top !== undefined && title.test(top.title) && words.test(JSON.stringify([top.blocks, top.values]));
          return fits ? top : undefined;
        },
      );
    const seesHome = async (words: RegExp): Promise<ViewSeen> => {
      await slack.openHome(id);
      return until(`${id} sees ${words} in the App Home`, () => {
        const home = slack.state(id).home;
        return home !== null && words.test(wordsIn(home.blocks).join('\n')) ? home : undefined;
      });
    };
    return {
      id,
      types: (line, channel) => slack.command(id, line, channel),
      messages,
      seesNow,
      sees: (words) =>
        until(
          () => `${id} sees ${words}, but only:\n${all()}`,
          () => seesNow(words),
        ),
      button,
      presses: async (label, words) => slack.click(id, await button(label, words)),
      modal,
      async fills(title, fields) {
        const view = await modal(title);
        const values: Record<string, InputValue> = {};
        for (const [label, value] of Object.entries(fields)) {
          const block = blockOf(view, label);
          values[stringOf(block.block_id)] = chosen(block, value);
        }
        return slack.submit(id, view.id, values);
      },
      async finds(title, field, typed, words) {
        const view = await modal(title);
        const block = blockOf(view, field);
        const action = typeof block.element === 'object' && block.element !== null ? actionOf(block.element) : '';
        const { options } = await slack.suggest(id, { viewId: view.id }, action, typed);
        const fitting = options.filter((option) => words.test(wordsIn(option).join(' ')));
        const [only] = fitting;
        if (only === undefined || fitting.length > 1) {
          throw new Error(`"${typed}" offers ${options.map((option) => wordsIn(option).join(' ')).join(' | ')}`);
        }
        slack.type(id, view.id, { [stringOf(block.block_id)]: stringOf(only.value) });
      },
      async home() {
        await slack.openHome(id);
        return until(`${id} has an App Home`, () => slack.state(id).home ?? undefined);
      },
      seesHome,
      async pressesHome(label) {
        const home = await seesHome(new RegExp(label.source, 'm'));
        const found = buttonsOf(home.blocks).find((each) => label.test(each.label));
        if (found === undefined) throw new Error(`no button ${label} in the App Home of ${id}`);
        return slack.click(id, {
          viewId: home.id,
          actionId: found.actionId,
          blockId: found.blockId,
          confirmed: true,
        });
      },
    };
  };

  return {
    world,
    person: character,
    ada: character('U0ADA'),
    ben: character('U0BEN'),
    carla: character('U0CARLA'),
    dmitri: character('U0DMITRI'),
    eve: character('U0EVE'),
    finn: character('U0FINN'),
    grace: character('U0GRACE'),
    hugo: character('U0HUGO'),
    until,
    ...seenIn(scim),
    app(name) {
      const found = apps.get(name);
      if (found === undefined) throw new Error(`the story has no app ${name}`);
      return { scim: found, ...seenIn(found) };
    },
  };
}

const seenIn = (scim: ScimService): Omit<AppSeen, 'scim'> => ({
  members(group) {
    const { groups, users } = scim.state();
    const names = new Map(users.map((user) => [user.id, user.userName]));
    const found = groups.find((each) => each.displayName === group);
    return (found?.members ?? []).map((each) => names.get(each) ?? each);
  },
  account(userName) {
    const found = scim.state().users.find((user) => user.userName === userName);
    return found === undefined ? undefined : { id: found.id, active: found.active };
  },
  writes: () =>
    scim.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => `${call.method} /${call.path.split('/')[1]?.split('?')[0] ?? ''}`),
});

/** All words of a message, blocks included, as a person would read them. */
export function textOf(message: MessageSeen | undefined): string {
  if (message === undefined) return '(nothing)';
  return [message.text, ...wordsIn(message.blocks)].join('\n');
}

/** Every text in a block structure: of text objects, labels and titles. */
export function wordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'text' && typeof inner === 'string' ? [inner] : wordsIn(inner),
  );
}

function buttonsOf(blocks: readonly JsonObject[]): { label: string; actionId: string; blockId: string }[] {
  return blocks.flatMap((block) => {
    const elements = [...(Array.isArray(block.elements) ? block.elements : []), block.accessory];
    return elements.flatMap((element) => {
      if (typeof element !== 'object' || element === null || Array.isArray(element) || element.type !== 'button')
        return [];
      return [
        {
          label: wordsIn(element.text).join('') || textIn(element.text),
          actionId: stringOf(element.action_id),
          blockId: stringOf(block.block_id),
        },
      ];
    });
  });
}

const textIn = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'text' in value ? stringOf(value.text) : '';
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The input with this label. */
function blockOf(view: ViewSeen, label: string): JsonObject {
  const found = view.blocks.find((block) => block.type === 'input' && textIn(block.label).startsWith(label));
  if (found === undefined) {
    throw new Error(
      `the modal "${view.title}" has no field "${label}", but ${view.blocks.map((block) => textIn(block.label)).join(' | ')}`,
    );
  }
  return found;
}

const actionOf = (element: object): string => ('action_id' in element ? stringOf(element.action_id) : '');

/** The value of the option that reads like this; what is no choice stays as typed. */
function chosen(block: JsonObject, value: InputValue): InputValue {
  if (typeof value !== 'string') return value;
  const option = optionsIn(block.element).find((each) => textIn(each.text) === value);
  return option === undefined ? value : stringOf(option.value);
}

function optionsIn(element: unknown): JsonObject[] {
  if (typeof element !== 'object' || element === null) return [];
  const here = 'options' in element && Array.isArray(element.options) ? (element.options as JsonObject[]) : [];
  const groups = 'option_groups' in element && Array.isArray(element.option_groups) ? element.option_groups : [];
  return [...here, ...groups.flatMap(optionsIn)];
}

/**
 * Moves the clock to ten in the morning of the next such day in Berlin, at least a day ahead, so that local times mean
 * something. Resolves when the bot knows: it has sent the owners the day's head of the audit log.
 */
export async function wakeUpOn({ world, carla }: Story, weekday: 1 | 2 | 3 | 4 | 5): Promise<void> {
  const now = DateTime.fromMillis(world.clock.now(), { zone: 'Europe/Berlin' });
  const days = ((weekday - now.weekday + 12) % 7) + 2;
  const then = now.plus({ days }).set({ hour: 10, minute: 0, second: 0, millisecond: 0 });
  world.clock.advance(then.toMillis() - now.toMillis());
  await carla.sees(/head of the audit log/);
}
