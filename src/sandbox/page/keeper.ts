// Keeps an eye on the bot: runs, starts, has stopped and how; kills it and starts it again when a visitor asks.
// Refuses to start it unasked: a bot that dies by itself is worth seeing.

import type { Bot } from '../bot.ts';
import type { SandboxWorld } from '../world.ts';

export type BotState =
  | { readonly phase: 'running'; readonly pid: number }
  | { readonly phase: 'starting' }
  | {
      readonly phase: 'stopped';
      /** Exit status, or the signal that ended it. */
      readonly how: number | NodeJS.Signals;
      /** It had been ready before. */
      readonly ready: boolean;
      /** The last things it wrote. */
      readonly words: string;
      /** A visitor wanted it. */
      readonly asked: boolean;
    };

export type Keeper = {
  state(): BotState;
  /** Starts the bot unless it runs or starts; resolves when it is ready or has failed, which the state tells. */
  start(): Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
};

/** Most characters of the bot's last words that are shown. */
const LAST_WORDS = 2_000;

/** @param changed told whenever the state is another */
export function keepBot(world: SandboxWorld, changed: () => void): Keeper {
  let asked = false;
  let state: BotState = watch(world.bot());

  function become(next: BotState): void {
    state = next;
    changed();
  }

  function watch(bot: Bot): BotState {
    void bot.exited.then((how) => {
      if (world.bot() !== bot || state.phase === 'starting') return;
      become({ phase: 'stopped', how, ready: true, words: lastWords(bot), asked });
    });
    return { phase: 'running', pid: bot.pid };
  }

  return {
    state: () => state,
    async start() {
      if (state.phase !== 'stopped') return;
      asked = false;
      become({ phase: 'starting' });
      try {
        become(watch(await world.startBot()));
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        const how = await world.bot().exited;
        become({ phase: 'stopped', how, ready: false, words: words.slice(-LAST_WORDS), asked: false });
      }
    },
    async kill() {
      if (state.phase !== 'running') return;
      asked = true;
      await world.stopBot('SIGKILL');
    },
  };
}

function lastWords(bot: Bot): string {
  const logged = bot.log.slice(-3).map((line) => JSON.stringify(line));
  return [...logged, bot.output()].join('\n').trim().slice(-LAST_WORDS);
}
