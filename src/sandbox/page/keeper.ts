// Keeps an eye on the bot: runs, starts, has stopped and how; kills it and starts it again when a visitor asks.
// Refuses to start it unasked: a bot that dies by itself is worth seeing.

import type { Bot } from '../bot.ts';
import type { SandboxWorld } from '../world.ts';

export type BotState =
  | { readonly phase: 'running'; readonly pid: number }
  | { readonly phase: 'starting' }
  /** `how`: exit status or signal; `words`: the last things it wrote; `asked`: a visitor wanted it. */
  | { readonly phase: 'stopped'; readonly how: string; readonly words: string; readonly asked: boolean };

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
      become({ phase: 'stopped', how: String(how), words: lastWords(bot), asked });
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
        become({ phase: 'stopped', how: 'before it was ready', words: words.slice(-LAST_WORDS), asked: false });
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
