/**
 * Builds Bolt and everything around it: the door Slack comes through, the listeners behind it, the ways back.
 * The one place where a failure of a listener becomes a reply. Knows the heart only as Desk and ports.
 */
import { App } from '@slack/bolt';
import { z } from 'zod';
import { DirectoryError } from '../access/errors.ts';
import type { Policy } from '../access/policy.ts';
import type { Clock, Notifier, People } from '../access/ports.ts';
import type { Desk } from '../access/service/desk.ts';
import { createAnswers } from './answers.ts';
import { slackApi } from './api.ts';
import type { CardContext } from './cards/index.ts';
import { directMessages } from './dm.ts';
import { type Door, httpDoor } from './http.ts';
import { type Ack, createIntake } from './intake.ts';
import { buttonListener, outsiderRefusal } from './listeners/buttons.ts';
import { commandListener } from './listeners/command.ts';
import type { AnyListener, Counter } from './listeners/listener.ts';
import { modalListener } from './listeners/modals.ts';
import { optionsListener } from './listeners/options.ts';
import { shortcutListener } from './listeners/shortcuts.ts';
import { boltLogger, errorFields, type Log } from './log.ts';
import { createNotifier } from './notifier.ts';
import { createPeople } from './people.ts';
import { createQueue } from './queue.ts';
import { createReplies } from './replies.ts';
import { socketDoor } from './socket.ts';
import { HomeOpened, type Workspace } from './wire.ts';
import { createWords } from './words.ts';

export interface SlackConfig {
  readonly botToken: string;
  /** Given: Socket Mode. Otherwise HTTP on `host`:`port` with `signingSecret`. */
  readonly appToken?: string;
  readonly signingSecret?: string;
  readonly host: string;
  readonly port: number;
  /** Ends with a slash, e.g. `https://slack.com/api/`. */
  readonly apiUrl: string;
  /** With its slash, e.g. `/access`. */
  readonly command: string;
}

export interface SlackOptions {
  readonly config: SlackConfig;
  /** May be built after Slack: it is asked for at each use. */
  readonly desk: () => Desk;
  readonly policy: Policy;
  /** Business time. */
  readonly clock: Clock;
  /** Machine time, ms: signatures, deadlines, rate limits. */
  readonly wireNow: () => number;
  readonly log: Log;
  /** Its timer must not keep the process alive (`{ ref: false }`). */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface SlackHealth {
  readonly mode: 'socket' | 'http';
  /** Slack can reach the bot: the socket is connected, or the port is open. */
  readonly reachable: boolean;
  /** Messages waiting for Slack's rate limits. */
  readonly queued: number;
  /** Payloads being handled. */
  readonly handling: number;
}

export interface Slack {
  readonly people: People;
  readonly notifier: Notifier;
  /** Asks Slack who the bot is, then opens the door. @throws SlackFailure, or what kept the door shut. */
  start(): Promise<void>;
  /** Takes nothing new, finishes what was taken, closes. */
  stop(): Promise<void>;
  /** Carries out stored work of a process that died (job `answer`). @throws when the person could not be told. */
  answer(onceId: string, work: unknown): Promise<void>;
  /** HTTP only, once open. */
  port(): number | undefined;
  health(): SlackHealth;
}

const INTERACTIVE_MS = 2000;
const BACKGROUND_MS = 10_000;
const DRAIN_MS = 8000;

const Identity = z.object({
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  user_id: z.string(),
  bot_id: z.string().nullish(),
});

export function createSlack(options: SlackOptions): Slack {
  const { config, desk, log, sleep, wireNow, random } = options;
  const logger = boltLogger(log);
  const interactive = slackApi({
    token: config.botToken,
    apiUrl: config.apiUrl,
    timeoutMs: INTERACTIVE_MS,
    log: logger,
  });
  const background = slackApi({ token: config.botToken, apiUrl: config.apiUrl, timeoutMs: BACKGROUND_MS, log: logger });
  let identity: z.infer<typeof Identity> | undefined;
  let stopping = false;
  const handling = new Set<Promise<void>>();

  const context = (): CardContext => ({ policy: options.policy, command: config.command, now: options.clock.now() });
  const workspace = (): Workspace => {
    if (identity === undefined)
      throw new DirectoryError('unavailable', 'Slack has not said yet which workspace this is');
    const { team_id: team, enterprise_id: enterprise } = identity;
    return typeof enterprise === 'string' ? { team, enterprise } : { team };
  };

  const queue = createQueue({ wireNow, sleep, random });
  const people = createPeople({ api: interactive, home: workspace, wireNow });
  const dm = directMessages(background, queue, () => workspace().team);
  const notifier = createNotifier({ api: background, dm, queue, desk, context, log });
  const words = createWords({ context, random, log });
  const replies = createReplies({ api: interactive, dm, apiUrl: config.apiUrl, wireNow, log });
  const answers = createAnswers({ desk, notifier, context });
  const intake = createIntake({ desk, api: interactive, answers, replies, words, log });
  const door = openDoor(options, logger);
  const counter: Counter = {
    desk,
    people,
    intake,
    context,
    workspace,
    offers: () => desk().offers(),
    isInternal: (slack) => people.isInternal(slack),
  };

  /** Follows a payload to its end, so that stopping can wait for it. */
  function track(work: Promise<void>): Promise<void> {
    handling.add(work);
    return work.finally(() => handling.delete(work));
  }

  async function handle(to: AnyListener, raw: unknown, boltAck: (answer?: never) => Promise<void>): Promise<void> {
    let acknowledged = false;
    const ack: Ack = async (answer) => {
      if (acknowledged) return;
      acknowledged = true;
      // A socket may close between payload and acknowledgement: what was accepted is done all the same.
      await boltAck(answer as never).catch((error: unknown) =>
        log.warn(errorFields(error), 'an acknowledgement was lost'),
      );
    };
    const body = to.body.safeParse(raw);
    if (!body.success) {
      log.warn(
        { issues: body.error.issues.slice(0, 3).map((issue) => issue.path.join('.')) },
        'a payload could not be read',
      );
      return ack();
    }
    const arrival = to.arrival(body.data);
    try {
      const outsider = outsiderRefusal(arrival, workspace().team);
      if (outsider !== undefined) throw outsider;
      await to.act(body.data, arrival, ack);
    } catch (error) {
      if (acknowledged) {
        // What was stored is tried again by its job.
        log.error({ once: arrival.once, ...errorFields(error) }, 'acknowledged, but not answered yet');
        return;
      }
      if (to.sorry !== undefined) return ack(to.sorry(error, () => words.of(error, { once: arrival.once })));
      await ack();
      await intake.excuse(arrival, error);
    }
  }

  const app = new App({
    receiver: door.receiver,
    convoStore: false,
    logger,
    clientOptions: { slackApiUrl: config.apiUrl },
    authorize: async () => ({
      botToken: config.botToken,
      ...(identity === undefined ? {} : { botUserId: identity.user_id, botId: identity.bot_id ?? '' }),
    }),
  });
  listen();

  /**
   * Bolt runs every listener that matches, side by side: there is no "registered last". So one listener for each kind of
   * payload takes all of them, and what it does not know is answered there.
   */
  function listen(): void {
    const all = /[\s\S]*/;
    const on = (to: AnyListener) => (args: { body: unknown; ack: (answer?: never) => Promise<void> }) =>
      track(handle(to, args.body, args.ack));
    app.use(async ({ next }) => {
      // Not acknowledged on purpose: Slack brings it to the process that follows.
      if (!stopping) await next();
    });
    app.command(all, on(commandListener(counter)));
    app.action(all, on(buttonListener(counter)));
    app.view({ callback_id: all, type: 'view_submission' }, on(modalListener(counter, words)));
    app.view({ callback_id: all, type: 'view_closed' }, ({ ack }) => ack());
    app.options(all, on(optionsListener(counter)));
    app.shortcut(all, on(shortcutListener(counter)));
    app.event('app_home_opened', ({ event }) => track(homeOpened(event)));
    app.error(async (error) => log.error(errorFields(error), 'a payload was not handled'));
  }

  async function homeOpened(event: unknown): Promise<void> {
    const opened = HomeOpened.safeParse(event);
    if (!opened.success || opened.data.tab === 'messages') return;
    const to = { team: workspace().team, user: opened.data.user };
    await notifier
      .home(to)
      .catch((error: unknown) => log.warn({ user: to.user, ...errorFields(error) }, 'no App Home'));
  }

  return {
    people,
    notifier,
    async start() {
      identity = Identity.parse(await background.authTest());
      await door.open();
    },
    async stop() {
      stopping = true;
      door.refuse();
      // Answers are part of what is handled; cards that still wait belong to jobs, which outlive this process.
      await Promise.race([Promise.allSettled(handling), sleep(DRAIN_MS)]);
      queue.stop();
      await door.close();
    },
    answer: (onceId, work) => intake.answer(onceId, work),
    port: () => door.port(),
    health: () => ({
      mode: config.appToken === undefined ? 'http' : 'socket',
      reachable: door.reachable(),
      queued: queue.size(),
      handling: handling.size,
    }),
  };
}

function openDoor({ config, wireNow, sleep, random, log }: SlackOptions, logger: ReturnType<typeof boltLogger>): Door {
  if (config.appToken !== undefined) {
    return socketDoor({ appToken: config.appToken, apiUrl: config.apiUrl, wireNow, sleep, random, logger, log });
  }
  if (config.signingSecret === undefined) throw new Error('neither an app token nor a signing secret');
  const { signingSecret, host, port } = config;
  return httpDoor({ signingSecret, host, port, wireNow, logger, log });
}
