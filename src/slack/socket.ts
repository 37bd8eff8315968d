/**
 * The Socket Mode door: Bolt's receiver with its connection kept alive by us.
 * The library's own reconnect waits seconds at each refresh of Slack's and can end the process when it gives up, so it is
 * switched off: a closed socket is opened again at once, then with growing pauses, for ever.
 */
import { type Logger, SocketModeReceiver } from '@slack/bolt';
import type { Door } from './http.ts';
import { errorFields, type Log } from './log.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const CLOSE_MS = 1000;
const STABLE_MS = 2000;

export function socketDoor(options: {
  appToken: string;
  apiUrl: string;
  /** Machine time, ms. */
  wireNow: () => number;
  sleep: (ms: number) => Promise<unknown>;
  random: () => number;
  logger: Logger;
  log: Log;
}): Door {
  const { log, sleep, wireNow } = options;
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: options.logger,
    autoReconnectEnabled: false,
    clientPingTimeout: 1500,
    // A receiver built by hand does not inherit the app's client options.
    installerOptions: {
      clientOptions: {
        slackApiUrl: options.apiUrl,
        timeout: 5000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    },
  });
  let open = false;
  let connected = false;
  let connecting = false;
  let connectedAt = 0;
  let failures = 0;

  receiver.client.on('connected', () => {
    connected = true;
    connectedAt = wireNow();
  });
  receiver.client.on('disconnected', () => {
    // A connection Slack ends as soon as it stands (Socket Mode switched off, too many sockets) is a failure, too.
    if (connected) failures = wireNow() - connectedAt < STABLE_MS ? failures + 1 : 0;
    connected = false;
    if (open && !connecting) void keep();
  });

  /** Connects until it holds. */
  async function keep(): Promise<void> {
    connecting = true;
    while (open && !connected) {
      if (failures > 0) {
        const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
        await sleep(pause * (0.5 + options.random() / 2));
        if (!open) break;
      }
      try {
        await receiver.client.start();
      } catch (error) {
        failures += 1;
        log.warn({ ...errorFields(error), failures }, 'no Socket Mode connection yet');
      }
    }
    connecting = false;
  }

  return {
    receiver,
    async open() {
      open = true;
      connecting = true;
      // The first connection tells whether the app token is any good: that fault is the operator's, not the network's.
      try {
        await receiver.client.start();
      } catch (error) {
        open = false;
        throw error;
      } finally {
        connecting = false;
      }
      // It may have been closed again between the two lines above.
      if (!connected) void keep();
    },
    // Envelopes that still arrive are left unacknowledged: Slack delivers them to the next connection.
    refuse() {
      open = false;
    },
    async close() {
      open = false;
      const closed = receiver.client.disconnect();
      await Promise.race([closed, sleep(CLOSE_MS)]);
      // A peer that does not answer the close frame would hold the process for half a minute: the second call cuts.
      if (connected) await receiver.client.disconnect();
    },
    port: () => undefined,
    reachable: () => connected,
  };
}
