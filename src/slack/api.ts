/**
 * The Web API methods Rolecall calls, each answering with a value or a `SlackFailure` of three kinds.
 * Knows no cards and no people; does not retry (the queue does, where repeating is safe).
 */
import type { View } from '@slack/types';
import {
  type Logger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Message } from './cards/index.ts';

/** What kept Slack from doing what was asked. */
export type SlackFault =
  /** HTTP 429 or `ratelimited`: nothing was done. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** `ok: false`: nothing was done. `pointers`: what Slack says about the blocks. */
  | { readonly kind: 'refused'; readonly code: string; readonly pointers: readonly string[] }
  /** Network, deadline, 5xx or an unreadable answer: it may have been done. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** A Web API call that failed. The message holds no token, no address and nothing a person wrote. */
export class SlackFailure extends Error {
  readonly method: string;
  readonly fault: SlackFault;
  constructor(method: string, fault: SlackFault) {
    super(
      `${method}: ${fault.kind === 'refused' ? [fault.code, ...fault.pointers].join(' ') : fault.kind === 'unavailable' ? fault.detail : fault.kind}`,
    );
    this.name = 'SlackFailure';
    this.method = method;
    this.fault = fault;
  }
}

/** Whether an error is Slack saying exactly one of these codes. */
export const saysSlack = (error: unknown, ...codes: string[]): boolean =>
  error instanceof SlackFailure && error.fault.kind === 'refused' && codes.includes(error.fault.code);

/** Raw answers: whoever asks reads them with a schema. */
export interface SlackApi {
  authTest(): Promise<unknown>;
  /** `apps.connections.open`, for an app-level token: whether Slack would let a socket in. Opens none. */
  askForSocket(): Promise<void>;
  userInfo(user: string): Promise<unknown>;
  userByEmail(email: string): Promise<unknown>;
  usergroupUsers(id: string): Promise<unknown>;
  /** `conversations.open` with `return_im`: the DM with one person. */
  openDm(user: string): Promise<unknown>;
  /** @returns `ts` of the message. */
  post(channel: string, message: Message): Promise<string>;
  postEphemeral(channel: string, user: string, message: Message): Promise<void>;
  /** Always with blocks: an update without them keeps the old buttons alive. */
  update(channel: string, ts: string, message: Message): Promise<void>;
  /** @returns the view's id. A `trigger_id` works once and for 3 s. */
  openView(trigger: string, view: View): Promise<string>;
  updateView(viewId: string, view: View): Promise<void>;
  publishHome(user: string, view: View): Promise<void>;
}

/** However long an answer asks us to wait, it is asked again after this. */
const LONGEST_WAIT_MS = 5 * 60_000;
const MAX_ANSWER = 4 * 1024 * 1024;
/** Codes with which Slack says that it is in trouble itself. */
const TROUBLE = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

const CODE = /^[\w.:-]{1,100}$/;

export interface ApiOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/**
 * A Web API client with a deadline and no retry of its own.
 * @throws SlackFailure on every method.
 */
export function slackApi({ token, apiUrl, timeoutMs, log }: ApiOptions): SlackApi {
  const web = new WebClient(token, {
    slackApiUrl: apiUrl,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: log,
    fetch: boundedFetch,
  });
  const call = async <T>(method: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      throw new SlackFailure(method, faultOf(error));
    }
  };
  const plain = (message: Message) => ({
    text: message.text,
    blocks: message.blocks,
    unfurl_links: false,
    unfurl_media: false,
  });
  const given = (method: string, value: string | undefined): string => {
    if (value === undefined) throw new SlackFailure(method, { kind: 'unavailable', detail: 'answer without an id' });
    return value;
  };
  return {
    authTest: () => call('auth.test', () => web.auth.test()),
    askForSocket: async () => {
      await call('apps.connections.open', () => web.apps.connections.open({}));
    },
    userInfo: (user) => call('users.info', () => web.users.info({ user })),
    userByEmail: (email) => call('users.lookupByEmail', () => web.users.lookupByEmail({ email })),
    usergroupUsers: (usergroup) => call('usergroups.users.list', () => web.usergroups.users.list({ usergroup })),
    openDm: (user) => call('conversations.open', () => web.conversations.open({ users: user, return_im: true })),
    post: async (channel, message) => {
      const answer = await call('chat.postMessage', () => web.chat.postMessage({ channel, ...plain(message) }));
      return given('chat.postMessage', answer.ts);
    },
    postEphemeral: async (channel, user, message) => {
      await call('chat.postEphemeral', () =>
        web.chat.postEphemeral({ channel, user, text: message.text, blocks: message.blocks }),
      );
    },
    update: async (channel, ts, message) => {
      await call('chat.update', () => web.chat.update({ channel, ts, text: message.text, blocks: message.blocks }));
    },
    openView: async (trigger_id, view) => {
      const answer = await call('views.open', () => web.views.open({ trigger_id, view }));
      return given('views.open', answer.view?.id);
    },
    updateView: async (view_id, view) => {
      await call('views.update', () => web.views.update({ view_id, view }));
    },
    publishHome: async (user_id, view) => {
      await call('views.publish', () => web.views.publish({ user_id, view }));
    },
  };
}

function faultOf(error: unknown): SlackFault {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'rate_limited', retryAfterMs: Math.min(error.retryAfter * 1000, LONGEST_WAIT_MS) };
  }
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (code === 'ratelimited' || code === 'rate_limited') return { kind: 'rate_limited', retryAfterMs: 5000 };
    if (TROUBLE.has(code)) return { kind: 'unavailable', detail: code };
    // Where the answer is no JSON the library takes the whole page for the code: whoever wrote it, it was not Slack.
    if (!CODE.test(code)) return { kind: 'unavailable', detail: 'the answer is not of the Web API' };
    const said = error.data.response_metadata?.messages ?? [];
    return { kind: 'refused', code, pointers: said.slice(0, 10).map((line) => line.slice(0, 300)) };
  }
  if (error instanceof WebAPIHTTPError) return { kind: 'unavailable', detail: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: 'unavailable', detail: reasonOf(error.original) };
  return { kind: 'unavailable', detail: error instanceof Error ? error.name : 'unknown' };
}

/** The system's code (`ECONNREFUSED`) where `fetch` hides one behind its own words, else the error's name. */
function reasonOf(error: Error): string {
  const code: unknown = error.cause instanceof Error && 'code' in error.cause ? error.cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : error.name;
}

/** `fetch` that refuses an answer longer than any Slack gives; the deadline is the caller's signal. */
async function boundedFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (answer.body === null) return answer;
  let read = 0;
  const bounded = answer.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.byteLength;
        if (read > MAX_ANSWER) controller.error(new Error('answer too long'));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(bounded, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
}
