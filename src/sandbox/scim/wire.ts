// The HTTP side: reads requests with limits, checks the token, and sends answers, also broken ones.
// Refuses to know what a user or a group is.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultKind, RetryAfter } from './faults.ts';
import type { Json } from './json.ts';
import type { Reply } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { errorBody, Refusal } from './refusal.ts';

/** Largest request body that is read, bytes. */
export const MAX_BODY = 1_048_576;

/**
 * Reads the body as text. What is too long is read on and thrown away for a while, so that the client hears why.
 * @throws Refusal 413 where it is longer than {@link MAX_BODY}.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
    if (size > MAX_BODY * 32) break;
  }
  if (size > MAX_BODY) throw new Refusal(413, undefined, `The body must not exceed ${MAX_BODY} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Parses a body by its media type.
 * @throws Refusal 415 for a type that is not read, 400 `invalidSyntax` for what is not JSON.
 */
export function parseBody(text: string, contentType: string | undefined, quirks: Quirks): Json | undefined {
  if (text === '') return undefined;
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  const scim = type === 'application/scim+json' && quirks.accepts !== 'json-only';
  const plain = type === 'application/json' && quirks.accepts !== 'scim-only';
  if (!scim && !plain) throw new Refusal(415, undefined, 'The media type of the body is not supported');
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    throw new Refusal(400, 'invalidSyntax', 'The body is not JSON');
  }
}

/**
 * Refuses what some apps refuse about the Accept header (RFC 7644 §3.8 wants both types accepted).
 * @throws Refusal 406.
 */
export function checkAccept(accept: string | undefined, quirks: Quirks): void {
  const scim = (accept ?? '').toLowerCase().includes('application/scim+json');
  if ((quirks.answers === 'json-only' && scim) || (quirks.answers === 'scim-only' && !scim)) {
    throw new Refusal(406, undefined, 'The media type asked for is not available');
  }
}

/** The answer to a refusal, with `status` written as this app writes it. */
export function replyTo(refusal: Refusal, quirks: Quirks): Reply {
  const body = errorBody(refusal.status, refusal.scimType, refusal.message);
  const { status: _status, ...withoutStatus } = body;
  const written = {
    string: body,
    number: { ...body, status: refusal.status },
    absent: withoutStatus,
  };
  return { status: refusal.status, headers: refusal.headers, body: written[quirks.errorStatus] };
}

/** Waits for real time to pass, or for the service to close: then it answers false. */
export type Wait = (ms: number) => Promise<boolean>;

/** What went out: for the list of calls. */
export type Sent = { readonly status: number; readonly text: string };

/** Sends a reply as it should be. */
export function send(response: ServerResponse, reply: Reply, quirks: Quirks): Sent {
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, headersOf(reply, quirks, Buffer.byteLength(text)));
  response.end(text);
  return { status: reply.status, text };
}

function headersOf(reply: Reply, quirks: Quirks, length: number | undefined): Record<string, string> {
  return {
    ...(reply.body === undefined ? {} : { 'Content-Type': quirks.contentType }),
    ...(length === undefined || reply.status === 204 || reply.status === 304
      ? {}
      : { 'Content-Length': String(length) }),
    'Cache-Control': 'no-store',
    ...reply.headers,
  };
}

/** Cuts the connection. */
export function cut(response: ServerResponse): Sent {
  response.socket?.resetAndDestroy();
  return { status: 0, text: '' };
}

/** The answer of a fault that stands in for the operation, or undefined where the operation goes on. */
export function instead(kind: FaultKind, now: () => number): { reply: Reply; html?: string } | undefined {
  switch (kind.type) {
    case 'busy': {
      const headers = retryAfterHeader(kind.retryAfter, now);
      return { reply: { status: kind.status, headers, body: errorBody(kind.status, undefined, 'Try again later') } };
    }
    case 'error':
      return {
        reply: {
          status: kind.status,
          headers: {},
          body: errorBody(kind.status, kind.scimType, kind.detail ?? 'Refused'),
        },
      };
    case 'redirect':
      return { reply: { status: kind.status, headers: { Location: kind.to }, body: undefined } };
    case 'html':
      return { reply: { status: kind.status, headers: {}, body: undefined }, html: PAGE };
    default:
      return undefined;
  }
}

/** What a wrong address answers, and what a proxy sends when the app is away. */
export const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>';

/** Sends a page of HTML. */
export function sendHtml(response: ServerResponse, status: number, html: string): Sent {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(html)),
  });
  response.end(html);
  return { status, text: html };
}

// The date is by the machine's clock: Retry-After is about the wire, not about the story.
function retryAfterHeader(retryAfter: RetryAfter, machineNow: () => number): Record<string, string> {
  if (retryAfter === 'none') return {};
  if (retryAfter === 'garbage') return { 'Retry-After': 'soon' };
  if ('seconds' in retryAfter) return { 'Retry-After': String(retryAfter.seconds) };
  return { 'Retry-After': new Date(machineNow() + retryAfter.dateIn * 1000).toUTCString() };
}

/** Sends a reply in the broken way that one of the faults asks for; as it should be where none does. */
export async function sendBroken(
  response: ServerResponse,
  reply: Reply,
  quirks: Quirks,
  faults: readonly FaultKind[],
  wait: Wait,
): Promise<Sent> {
  for (const kind of faults) {
    if (kind.type === 'reset') return cut(response);
    if (kind.type === 'truncated') return sendTruncated(response, reply, quirks, kind.cut);
    if (kind.type === 'slow-drip') return await drip(response, reply, quirks, kind, wait);
    if (kind.type === 'oversize') return await sendOversize(response, reply, quirks, kind.bytes);
  }
  return send(response, reply, quirks);
}

function sendTruncated(response: ServerResponse, reply: Reply, quirks: Quirks, where: 'json' | 'connection'): Sent {
  const whole = Buffer.from(JSON.stringify(reply.body ?? {}));
  const half = whole.subarray(0, Math.max(1, Math.floor(whole.length / 2)));
  const status = reply.status === 204 ? 200 : reply.status;
  response.writeHead(status, headersOf({ ...reply, status }, quirks, where === 'json' ? half.length : whole.length));
  if (where === 'json') response.end(half);
  else response.write(half, () => response.socket?.destroy());
  return { status, text: half.toString('utf8') };
}

async function drip(
  response: ServerResponse,
  reply: Reply,
  quirks: Quirks,
  { bytes, everyMs }: { readonly bytes: number; readonly everyMs: number },
  wait: Wait,
): Promise<Sent> {
  const whole = Buffer.from(JSON.stringify(reply.body ?? {}));
  const status = reply.status === 204 ? 200 : reply.status;
  response.writeHead(status, headersOf({ ...reply, status }, quirks, whole.length));
  response.flushHeaders();
  for (let at = 0; at < whole.length && !response.destroyed; at += bytes) {
    response.write(whole.subarray(at, at + bytes));
    if (!(await wait(everyMs))) break;
  }
  response.end();
  return { status, text: whole.toString('utf8') };
}

async function sendOversize(response: ServerResponse, reply: Reply, quirks: Quirks, bytes: number): Promise<Sent> {
  const text = JSON.stringify(reply.body ?? {});
  const status = reply.status === 204 ? 200 : reply.status;
  // Still JSON, so that only a limit on size refuses it: a long name in front of the real members.
  response.writeHead(status, headersOf({ ...reply, status }, quirks, undefined));
  response.write('{"padding":"');
  const chunk = 'x'.repeat(65_536);
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    const flowing = response.write(chunk);
    if (!flowing && !response.destroyed) await drained(response);
  }
  response.end(`",${text.slice(1)}`);
  return { status, text };
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
