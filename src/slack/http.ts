/**
 * The HTTP door: a server of our own around Bolt's HTTPReceiver, which checks signatures but accepts stamps of the future.
 * Knows no payloads; lets Bolt see only POSTs to /slack/events that are not ahead of time.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HTTPReceiver, type Logger, type Receiver } from '@slack/bolt';
import { errorFields, type Log } from './log.ts';

/** How Slack reaches the bot. */
export interface Door {
  readonly receiver: Receiver;
  open(): Promise<void>;
  /** Takes nothing new; what was taken may still be answered. */
  refuse(): void;
  close(): Promise<void>;
  port(): number | undefined;
  /** Whether Slack can reach us now, as far as we can tell. */
  reachable(): boolean;
}

const PATH = '/slack/events';
const FORM = 'application/x-www-form-urlencoded';
/** Clocks differ; a stamp further ahead would widen Slack's five minutes of replay. */
const AHEAD_SECONDS = 60;
const BODY_LIMIT = 1024 * 1024;

export function httpDoor(options: {
  signingSecret: string;
  host: string;
  port: number;
  /** Machine time, ms: signatures are wire time. */
  wireNow: () => number;
  logger: Logger;
  log: Log;
}): Door {
  const { log } = options;
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    endpoints: PATH,
    bodyLimit: BODY_LIMIT,
    logger: options.logger,
  });
  let server: Server | undefined;
  let refusing = false;

  /** The status with which a request is turned away before Bolt sees it. */
  function refusal(request: IncomingMessage): number | undefined {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== PATH) return 404;
    if (request.method !== 'POST') return 405;
    // Slack tries events again elsewhere or later; a person sees an error and clicks again.
    if (refusing) return 503;
    // Refused before it is read; what declares no length meets the receiver's own limit.
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return 413;
    const stamp = Number(request.headers['x-slack-request-timestamp'] ?? Number.NaN);
    const ahead = stamp - options.wireNow() / 1000;
    // Not a number: Bolt refuses it (but for ssl_check, which carries no stamp).
    if (!(ahead > AHEAD_SECONDS)) return undefined;
    log.warn({ ahead: Math.round(ahead) }, 'refused a request stamped in the future');
    return 401;
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    const status = refusal(request);
    if (status !== undefined) {
      end(response, status);
      return;
    }
    // Bolt compares the content type with an exact string and answers 400 to a charset.
    if (request.headers['content-type']?.toLowerCase().startsWith(`${FORM};`)) request.headers['content-type'] = FORM;
    try {
      receiver.requestListener(request, response);
    } catch (error) {
      log.error(errorFields(error), 'a request could not be read');
      end(response, 400);
    }
  }

  return {
    receiver,
    async open() {
      const opened = createServer({ requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 5000 }, take);
      opened.maxHeadersCount = 100;
      await new Promise<void>((resolve, reject) => {
        opened.once('error', reject);
        opened.listen(options.port, options.host, () => {
          opened.off('error', reject);
          resolve();
        });
      });
      opened.on('error', (error) => log.error(errorFields(error), 'HTTP server error'));
      server = opened;
    },
    refuse() {
      refusing = true;
    },
    async close() {
      const open = server;
      server = undefined;
      if (open === undefined) return;
      await new Promise<void>((resolve) => {
        open.close(() => resolve());
        open.closeAllConnections();
      });
    },
    port() {
      const address = server?.address();
      return typeof address === 'object' && address !== null ? address.port : undefined;
    },
    reachable: () => server !== undefined && !refusing,
  };
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' });
  response.end();
}
