// Sends payloads to the app as Slack does, signed over HTTP or in socket envelopes, under the acknowledgement deadline; keeps what was
// sent so that it can be replayed byte for byte. Knows nothing of what the payloads mean.
import { createHmac } from 'node:crypto';
import type { Json, JsonObject, RawDelivery } from './contract.ts';
import type { Installation, Mint } from './identity.ts';
import { parseJson, stringOf } from './json.ts';
import type { SocketHub } from './socket.ts';
import type { Traffic } from './traffic.ts';

/** The names are those of Socket Mode envelopes. */
export type PayloadKind = 'slash_commands' | 'interactive' | 'events_api';
export type Retry = { num: number; reason: string };
export type Delivery = {
  kind: PayloadKind;
  name: string;
  payload: JsonObject;
  acceptsResponse: boolean;
  retry?: Retry;
};

export type Answer = {
  status: number;
  body: Json;
  ms: number;
  deliveryId: string;
  error?: 'operation_timeout' | 'dispatch_failed';
  /** Slack's word for the failure in `x-slack-retry-reason`. */
  reason?: string;
  /** The app has asked not to be sent this again. */
  noRetry?: boolean;
};

type HttpMessage = { body: string; headers: Record<string, string> };
type Sent = { name: string; via: 'http'; message: HttpMessage } | { name: string; via: 'socket'; envelope: JsonObject };

export type Deliveries = {
  send: (delivery: Delivery) => Promise<Answer>;
  raw: (delivery: RawDelivery) => Promise<Answer>;
  replay: (deliveryId: string) => Promise<Answer>;
  setRequestUrl: (url: string | undefined) => void;
  clear: () => void;
  close: () => void;
};

const formType = 'application/x-www-form-urlencoded';
const largestAnswer = 1_000_000;
const keptDeliveries = 500;

/** Slack's v0 signature ({@link https://docs.slack.dev/authentication/verifying-requests-from-slack}). @param timestamp Unix seconds */
export function sign(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function bodyOf({ kind, payload }: Delivery): { body: string; contentType: string } {
  if (kind === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  if (kind === 'interactive')
    return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), contentType: formType };
  const fields = Object.entries(payload).map(([key, value]): [string, string] => [key, stringOf(value)]);
  return { body: new URLSearchParams(fields).toString(), contentType: formType };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw new Error('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function createDeliveries(options: {
  app: Installation;
  mint: Mint;
  now: () => number;
  ackMs: number;
  requestUrl: string | undefined;
  hub: SocketHub;
  traffic: Traffic;
}): Deliveries {
  const { app, mint, now, ackMs, hub, traffic } = options;
  let requestUrl = options.requestUrl;
  let closing = new AbortController();
  const sent = new Map<string, Sent>();

  function keep(message: Sent): string {
    const id = mint.id('d');
    sent.set(id, message);
    const oldest = sent.keys().next().value;
    if (sent.size > keptDeliveries && oldest !== undefined) sent.delete(oldest);
    return id;
  }

  function signed(body: string, contentType: string, headers: Record<string, string>): HttpMessage {
    const timestamp = Math.floor(now() / 1_000);
    return {
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': sign(app.signingSecret, timestamp, body),
        ...headers,
      },
    };
  }

  async function post(message: HttpMessage): Promise<Omit<Answer, 'ms' | 'deliveryId'>> {
    if (requestUrl === undefined)
      return { status: 0, body: null, error: 'dispatch_failed', reason: 'connection_failed' };
    const deadline = AbortSignal.timeout(ackMs);
    try {
      const signal = AbortSignal.any([deadline, closing.signal]);
      const response = await fetch(requestUrl, {
        method: 'POST',
        headers: message.headers,
        body: message.body,
        redirect: 'manual',
        signal,
      });
      const text = await readBounded(response);
      const body = text === '' ? null : (parseJson(text) ?? text);
      if (response.ok) return { status: response.status, body };
      const noRetry = response.headers.get('x-slack-no-retry') === '1';
      return { status: response.status, body, error: 'dispatch_failed', reason: 'http_error', noRetry };
    } catch {
      if (deadline.aborted) return { status: 0, body: null, error: 'operation_timeout', reason: 'http_timeout' };
      return { status: 0, body: null, error: 'dispatch_failed', reason: 'connection_failed' };
    }
  }

  async function overSocket(envelope: JsonObject): Promise<Omit<Answer, 'ms' | 'deliveryId'>> {
    const answer = await hub.send(envelope, ackMs);
    if (answer.ok) return { status: 200, body: answer.body };
    return {
      status: 0,
      body: null,
      error: answer.error,
      reason: answer.error === 'operation_timeout' ? 'timeout' : 'connection_failed',
    };
  }

  async function perform(message: Sent, deliveryId: string, retry?: Retry): Promise<Answer> {
    const started = performance.now();
    const at = now();
    const result = message.via === 'http' ? await post(message.message) : await overSocket(message.envelope);
    const ms = performance.now() - started;
    traffic.record({
      id: deliveryId,
      at,
      direction: 'out',
      name: message.name,
      ms,
      status: result.status,
      ok: result.error === undefined,
      ...(result.error === undefined ? {} : { error: result.error }),
      request: message.via === 'http' ? readable(message.message.body) : JSON.stringify(message.envelope),
      response: typeof result.body === 'string' ? result.body : JSON.stringify(result.body),
      ...(retry === undefined ? {} : { retry }),
    });
    return { ...result, ms, deliveryId };
  }

  function fresh(message: Sent, retry?: Retry): Promise<Answer> {
    return perform(message, keep(message), retry);
  }

  return {
    send(delivery) {
      const { name, retry } = delivery;
      if (requestUrl === undefined) {
        const envelope = {
          envelope_id: crypto.randomUUID(),
          type: delivery.kind,
          payload: delivery.payload,
          accepts_response_payload: delivery.acceptsResponse,
          ...(delivery.kind === 'events_api'
            ? { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' }
            : {}),
        };
        return fresh({ name, via: 'socket', envelope }, retry);
      }
      const { body, contentType } = bodyOf(delivery);
      const headers: Record<string, string> = {};
      if (retry !== undefined) {
        headers['x-slack-retry-num'] = String(retry.num);
        headers['x-slack-retry-reason'] = retry.reason;
      }
      return fresh({ name, via: 'http', message: signed(body, contentType, headers) }, retry);
    },
    raw(delivery) {
      if (delivery.via === 'socket') {
        const envelope = {
          envelope_id: delivery.envelopeId ?? crypto.randomUUID(),
          type: delivery.type,
          payload: delivery.payload,
          accepts_response_payload: delivery.acceptsResponse ?? false,
          ...(delivery.retryAttempt === undefined
            ? {}
            : { retry_attempt: delivery.retryAttempt, retry_reason: delivery.retryReason ?? '' }),
        };
        return fresh({ name: `raw ${delivery.type}`, via: 'socket', envelope });
      }
      const message = signed(delivery.body, delivery.contentType ?? formType, {});
      const timestamp = delivery.timestamp ?? Number(message.headers['x-slack-request-timestamp']);
      const signature =
        delivery.signature === undefined ? sign(app.signingSecret, timestamp, delivery.body) : delivery.signature;
      message.headers['x-slack-request-timestamp'] = String(timestamp);
      if (signature === null) delete message.headers['x-slack-signature'];
      else message.headers['x-slack-signature'] = signature;
      return fresh({
        name: 'raw',
        via: 'http',
        message: { body: message.body, headers: { ...message.headers, ...delivery.headers } },
      });
    },
    replay(deliveryId) {
      const message = sent.get(deliveryId);
      if (message === undefined) throw new Error(`no delivery ${deliveryId} is kept`);
      return fresh({ ...message, name: `replay ${message.name.replace(/^replay /, '')}` });
    },
    setRequestUrl(url) {
      requestUrl = url;
    },
    clear() {
      sent.clear();
      closing.abort();
      closing = new AbortController();
    },
    close() {
      closing.abort();
    },
  };
}

/** The form's payload decoded, for the record of calls. */
function readable(body: string): string {
  if (!body.includes('=') || body.startsWith('{')) return body;
  const form = new URLSearchParams(body);
  return form.get('payload') ?? JSON.stringify(Object.fromEntries([...form].filter(([key]) => key !== 'token')));
}
