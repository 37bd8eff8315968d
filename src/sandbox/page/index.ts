// The sandbox's page: joins the fake world to the browser. Knows neither Slack's wire nor SCIM's, only what both let be seen and done.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SandboxWorld } from '../world.ts';
import { createFeed } from './feed.ts';
import { keepBot } from './keeper.ts';
import { createMarks } from './marks.ts';
import {
  conversationsOf,
  createTimeline,
  directoriesOf,
  peopleOf,
  scimLine,
  screenOf,
  slackLine,
  type WireLine,
} from './screen.ts';
import { servePage } from './server.ts';
import { createWeather } from './weather.ts';

export type Page = {
  /** Where a browser finds it. */
  readonly url: string;
  close(): Promise<void>;
};

export type PageOptions = { readonly port: number; readonly socket: boolean };

/** Lines of both wires that a page is given when it opens. */
const LINES = 120;

/** What is declared to Slack: the page shows the same shortcuts and the same command as Slack would. */
const Manifest = z.object({
  display_information: z.object({ name: z.string(), description: z.string() }),
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string(), usage_hint: z.string().default('') })),
    shortcuts: z.array(z.object({ name: z.string(), type: z.enum(['global', 'message']), callback_id: z.string() })),
  }),
});

/** Serves the page of a world on 127.0.0.1; rejects where the port is taken. */
export async function openPage(world: SandboxWorld, { port, socket }: PageOptions): Promise<Page> {
  const text = await readFile(new URL('../../../manifest.yml', import.meta.url), 'utf8');
  const manifest = Manifest.parse(parse(text));
  const run = randomUUID();
  const marks = createMarks();
  const timeline = createTimeline(world);
  const lines: WireLine[] = [];
  let serial = 0;

  const feed = createFeed({
    shared: {
      hello: () => ({
        run,
        app: { ...manifest.display_information, user: world.slack.botUserId },
        command: manifest.features.slash_commands[0]?.command ?? '',
        hint: manifest.features.slash_commands[0]?.usage_hint ?? '',
        shortcuts: manifest.features.shortcuts,
        channels: world.slack.channels().map(({ id, name }) => ({ id, name })),
        usergroups: world.slack.usergroups().map(({ id, handle }) => ({ id, handle })),
        socket,
      }),
      people: () => peopleOf(world, marks),
      directories: () => directoriesOf(world),
      clock: () => ({ now: world.clock.now(), offset: world.clock.offset() }),
      bot: () => keeper.state(),
      weather: () => ({
        apps: weather.apps,
        dialects: weather.dialects,
        choices: weather.choices,
        active: weather.active(),
        rateLimits: weather.rateLimits,
      }),
      wire: () => lines,
    },
    screen: (user) => screenOf(world, marks, timeline, user),
  });
  const keeper = keepBot(world, () => feed.changed('bot'));
  const weather = createWeather(world, () => feed.changed('weather'));

  function record(line: WireLine): void {
    lines.push(line);
    if (lines.length > LINES) lines.shift();
    feed.say('line', line);
  }
  function see(user: string | undefined): void {
    feed.changed('people');
    feed.changed('screen', user);
  }
  const stops = [
    world.slack.on('change', see),
    world.slack.on('call', (call) => {
      serial += 1;
      record(slackLine(call, serial, timeline));
    }),
    ...[...world.apps].flatMap(([app, scim]) => [
      scim.on('change', () => feed.changed('directories')),
      scim.on('call', (call) => {
        serial += 1;
        record(scimLine(call, serial, app, scim));
      }),
    ]),
  ];
  // What was said before the page opened is old news.
  for (const person of world.slack.people()) {
    const screen = world.slack.state(person.id);
    for (const conversation of screen.conversations) marks.read(screen, conversation);
  }
  const isPerson = (id: string) => world.slack.people().some((person) => person.id === id && person.kind !== 'bot');

  const server = await servePage(port, {
    feed,
    isPerson,
    stage: {
      world,
      weather,
      keeper,
      read(user, channel) {
        const screen = world.slack.state(user);
        const conversation = conversationsOf(screen).find((each) => each.id === channel);
        if (conversation === undefined) return;
        marks.read(screen, conversation);
        see(user);
      },
      clockMoved() {
        // What happens from now on happens at the new time.
        timeline.toStory(Date.now());
        feed.changed('clock');
        // What an app had accepted may be visible by now.
        feed.changed('directories');
      },
    },
  });
  return {
    url: server.url,
    close() {
      for (const stop of stops) stop();
      return server.close();
    },
  };
}
