/**
 * Requests as SCIM wants them: address, token, media types, redirects, the retry table, ScimError (RFC 7644 §3.1, §3.12).
 * Knows no User and no Group.
 */
import { parseBase, parseToken, pathId, queryString } from './address.ts';
import type { ScimLogEvent } from './contract.ts';
import { redact, ScimError, type ScimErrorFields } from './error.ts';
import { createWire, type HttpAnswer, type HttpSilence } from './exchange.ts';
import type { Memory } from './learned.ts';
import { parseErrorBody } from './messages.ts';
import type { Profile } from './profiles.ts';
import {
  backOff,
  type Intent,
  type Judgement,
  judgeSilence,
  judgeStatus,
  MAX_TRIES,
  parseRetryAfter,
} from './retry.ts';

export interface ScimRequest<T = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Below the base address; `:id` stands for `id`. */
  readonly route: string;
  readonly id?: string;
  /** `null` sends the bare name, as `?cursor` wants it. */
  readonly query?: readonly (readonly [name: string, value: string | null])[];
  readonly body?: unknown;
  /**
   * What is made of the answer's body. Done at once, so that the body itself is nothing anybody waits for: what is the
   * outcome of a promise lives long enough to become old, and a large page of old objects is dear to collect.
   */
  readonly as?: (body: unknown) => T;
  readonly intent: Intent;
  readonly ifMatch?: string | undefined;
  /** Statuses the caller has an answer to: thrown at once, never repeated. */
  readonly settle?: readonly number[];
  /** One try only. */
  readonly once?: boolean;
}

export interface ScimAnswer<T = unknown> {
  readonly status: number;
  /** What `as` made of the JSON, or that itself; `undefined` when empty, or unusable in the answer to a write that was taken. */
  readonly body: T | undefined;
  readonly etag?: string;
  readonly location?: string;
  /** The server's clock, ms. */
  readonly date?: number;
  /** When the first attempt that was not definitely refused was written, ms. */
  readonly sentAt: number;
}

export interface Http {
  /** @throws ScimError for everything that is not 2xx, and for a read whose body is unusable. */
  send<T = unknown>(request: ScimRequest<T>): Promise<ScimAnswer<T>>;
  close(): Promise<void>;
}

export interface HttpOptions {
  readonly url: string;
  readonly token: string;
  readonly profile: Profile;
  readonly memory: Memory;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log?: ((event: ScimLogEvent) => void) | undefined;
  readonly deadlineMs: number;
  readonly maxBytes: number;
  readonly patienceMs: number;
}

const MAX_REDIRECTS = 3;
const RICH = 'application/scim+json';
const PLAIN = 'application/json';

interface MediaTypes {
  readonly contentType: Profile['contentType'];
  readonly accept: Profile['contentType'];
  readonly turned: readonly ('contentType' | 'accept')[];
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** JSON whatever the content type says; `undefined` for an empty body. @throws SyntaxError */
function parseBody(text: string): unknown {
  return text.trim() === '' ? undefined : JSON.parse(text);
}

type Reply<T> =
  | { readonly kind: 'taken'; readonly answer: ScimAnswer<T> }
  | {
      readonly kind: 'failed';
      readonly verdict: Judgement;
      readonly fields: Omit<ScimErrorFields, 'outcome'>;
      readonly sentAt?: number | undefined;
      readonly spentMs: number;
    };

export function createHttp(options: HttpOptions): Http {
  const { profile, memory, now, sleep, random, log, deadlineMs, patienceMs } = options;
  const base = parseBase(options.url);
  const token = parseToken(options.token);
  const wire = createWire({ origin: base.origin, now, deadlineMs, maxBytes: options.maxBytes });
  /** When the latest writes left, for `writesPerMinute`. */
  const writes: number[] = [];

  async function pace(): Promise<void> {
    const limit = profile.writesPerMinute;
    if (limit === undefined) return;
    const oldest = writes.length < limit ? undefined : writes.shift();
    if (oldest !== undefined) {
      const wait = 60_000 - (now() - oldest);
      if (wait > 0) await sleep(Math.min(wait, 60_000));
    }
    writes.push(now());
  }

  function headersOf(request: ScimRequest, types: MediaTypes, hasBody: boolean): Record<string, string> {
    const headers: Record<string, string> = {
      authorization: profile.authPrefix === 'none' ? token : `Bearer ${token}`,
      accept: types.accept === PLAIN ? PLAIN : `${RICH}, ${PLAIN};q=0.9`,
      'accept-encoding': 'identity',
      'user-agent': 'rolecall-scim',
    };
    if (hasBody) headers['content-type'] = types.contentType;
    if (request.ifMatch !== undefined) headers['if-match'] = request.ifMatch;
    return headers;
  }

  /** Where to send the same request again; `undefined`: not allowed. */
  function redirected(request: ScimRequest, answer: HttpAnswer, from: string): string | undefined {
    const location = single(answer.headers.location);
    const same = answer.status === 307 || answer.status === 308;
    if (!location || !(same || (request.method === 'GET' && [301, 302, 303].includes(answer.status)))) {
      return undefined;
    }
    const target = URL.parse(location, base.origin + from);
    return target !== null && target.origin === base.origin ? target.pathname + target.search : undefined;
  }

  /** What to try after 415 or 406, once each: the other media type than the one just refused. */
  function otherTypes(status: number, types: MediaTypes): MediaTypes | undefined {
    const name = status === 415 ? 'contentType' : status === 406 ? 'accept' : undefined;
    if (name === undefined || profile.contentType === PLAIN || types.turned.includes(name)) return undefined;
    return { ...types, [name]: types[name] === PLAIN ? RICH : PLAIN, turned: [...types.turned, name] };
  }

  /** The other one was not refused: it is the one to begin with from now on. */
  function learnTypes(types: MediaTypes): void {
    for (const name of types.turned) {
      if (types[name] === PLAIN) memory.learn({ [name]: PLAIN });
      else memory.forget(name);
    }
  }

  function failed(request: ScimRequest, got: HttpAnswer | HttpSilence): Reply<never> {
    const what = `SCIM ${request.method} ${request.route}`;
    const { intent } = request;
    if (got.kind === 'silence') {
      const hopeless = got.fault === 'tls' || got.fault === 'closed';
      return {
        kind: 'failed',
        verdict: judgeSilence(intent, got.sentAt !== undefined, hopeless),
        fields: { fault: got.fault, code: got.code, message: `${what} got no answer (${got.fault}, ${got.code})` },
        sentAt: got.sentAt,
        spentMs: got.fault === 'timeout' ? deadlineMs : 0,
      };
    }
    const { status, sentAt } = got;
    const spentMs = got.cut === 'timeout' ? deadlineMs : 0;
    if (status < 300) {
      const fault = got.cut === 'too-large' ? 'too-large' : (got.cut ?? 'unreadable');
      const repeat = got.cut === 'timeout' || got.cut === 'network';
      const verdict: Judgement = { outcome: 'not-sent', retryable: fault !== 'too-large', repeat };
      const message = `${what} answered ${status} with a body that is ${got.cut === undefined ? 'not JSON' : `cut short (${got.cut})`}`;
      return { kind: 'failed', verdict, fields: { fault, status, message }, sentAt, spentMs };
    }
    const date = single(got.headers.date);
    const retryAfter = parseRetryAfter(single(got.headers['retry-after']), date, now());
    const verdict = judgeStatus(intent, status, retryAfter !== undefined);
    if (status < 400) {
      const message = `${what} was redirected (${status}) where it must not follow`;
      return { kind: 'failed', verdict, fields: { fault: 'redirect', status, message }, sentAt, spentMs };
    }
    let body: unknown;
    let fault: 'http' | 'unreadable' = 'http';
    try {
      body = parseBody(got.text);
    } catch {
      // Plain words are usual in error answers; a web page instead of one means that something else answered.
      if (/^\s*</.test(got.text.slice(0, 256))) fault = 'unreadable';
      else body = { detail: got.text.slice(0, 1024) };
    }
    const { scimType, detail } = parseErrorBody(body);
    const fields = {
      fault,
      status,
      scimType,
      retryAfter,
      detail: detail === undefined ? undefined : redact(detail, [token]),
      message: `${what} answered ${status}${scimType === undefined ? '' : ` ${scimType}`}`,
    };
    return { kind: 'failed', verdict, fields, sentAt, spentMs };
  }

  /** One try: follows what may be followed, learns media types, judges the answer. */
  async function attempt<T>(request: ScimRequest<T>, tried: number): Promise<Reply<T>> {
    const id = request.id === undefined ? '' : pathId(request.id);
    let path = base.path + request.route.replace(':id', id) + queryString(base.search, request.query);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const { contentType = profile.contentType, accept = profile.contentType } = memory.get();
    let types: MediaTypes = { contentType, accept, turned: [] };
    for (let hops = 0; ; ) {
      if (request.intent !== 'read') await pace();
      const started = now();
      const headers = headersOf(request, types, body !== undefined);
      const got = await wire.exchange(
        body === undefined
          ? { method: request.method, path, headers }
          : { method: request.method, path, headers, body },
      );
      const event = { method: request.method, path: request.route, attempt: tried, ms: now() - started };
      if (got.kind === 'silence') {
        log?.({ ...event, fault: got.fault, bytes: 0 });
        return failed(request, got);
      }
      log?.({
        ...event,
        status: got.status,
        bytes: got.bytes,
        ...(got.cut === undefined ? {} : { fault: got.cut }),
      });
      if (got.status >= 300 && got.status < 400 && hops < MAX_REDIRECTS) {
        const next = redirected(request, got, path);
        if (next === undefined) return failed(request, got);
        path = next;
        hops += 1;
        continue;
      }
      const other = otherTypes(got.status, types);
      if (other !== undefined) {
        types = other;
        continue;
      }
      if (got.status !== 415 && got.status !== 406) learnTypes(types);
      if (got.status < 200 || got.status >= 300) return failed(request, got);
      let parsed: unknown;
      try {
        parsed = got.cut === undefined ? parseBody(got.text) : undefined;
      } catch {
        if (request.intent === 'read') return failed(request, got);
      }
      // A write that was taken stays taken, whatever became of the words that came with it.
      if (got.cut !== undefined && request.intent === 'read') return failed(request, got);
      const etag = single(got.headers.etag);
      const location = single(got.headers.location);
      const date = Date.parse(single(got.headers.date) ?? '');
      return {
        kind: 'taken',
        answer: {
          status: got.status,
          body: request.as === undefined ? (parsed as T | undefined) : request.as(parsed),
          sentAt: got.sentAt,
          ...(etag === undefined ? {} : { etag }),
          ...(location === undefined ? {} : { location }),
          ...(Number.isNaN(date) ? {} : { date }),
        },
      };
    }
  }

  async function send<T>(request: ScimRequest<T>): Promise<ScimAnswer<T>> {
    let spent = 0;
    let first: number | undefined;
    for (let tried = 1; ; tried += 1) {
      const reply = await attempt(request, tried);
      if (reply.kind === 'taken') {
        return first === undefined ? reply.answer : { ...reply.answer, sentAt: first };
      }
      const { verdict, fields, sentAt } = reply;
      if (verdict.outcome === 'unknown') first ??= sentAt;
      spent += reply.spentMs;
      const wait = fields.retryAfter ?? backOff(tried, random);
      const settled = fields.status !== undefined && request.settle?.includes(fields.status) === true;
      const patient = tried < MAX_TRIES && spent + wait <= patienceMs;
      if (!verdict.repeat || settled || request.once === true || !patient) {
        const { retryable } = verdict;
        const outcome = first === undefined ? verdict.outcome : 'unknown';
        throw new ScimError({ ...fields, outcome, retryable, sentAt: outcome === 'unknown' ? first : undefined });
      }
      await sleep(wait);
      spent += wait;
    }
  }

  return { send, close: () => wire.close() };
}
