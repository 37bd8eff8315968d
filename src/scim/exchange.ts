/**
 * One HTTP exchange over undici: a total deadline, a size limit, and the one fact everything else rests on — whether a
 * byte of the request left. Knows nothing of SCIM, of retries or of what an answer means.
 */
import { type Dispatcher, Pool } from 'undici';

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Read as UTF-8, whatever it says of itself; a byte order mark is left out. */
  readonly text: string;
  readonly bytes: number;
  /** Why the body ends too soon. */
  readonly cut?: 'timeout' | 'network' | 'too-large';
  /** When the request was written. */
  readonly sentAt: number;
}

export interface HttpSilence {
  readonly kind: 'silence';
  readonly fault: 'network' | 'tls' | 'timeout' | 'closed';
  readonly code: string;
  /** Absent: no byte left. */
  readonly sentAt?: number;
}

export interface Wire {
  exchange(request: HttpRequest): Promise<HttpAnswer | HttpSilence>;
  close(): Promise<void>;
}

export interface WireOptions {
  readonly origin: string;
  readonly now: () => number;
  readonly deadlineMs: number;
  readonly maxBytes: number;
}

/** Four parallel reads and the one write. */
const CONNECTIONS = 5;
/** Whole texts only, so it can be everybody's. */
const decoder = new TextDecoder();
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|INVALID_CA|EPROTO)/;

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const { code, cause, errors }: { code?: unknown; cause?: unknown; errors?: unknown } = at;
    if (typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
    at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return 'UNKNOWN';
}

/** Opens a pool to one origin. undici's own timeouts are off: its body timeout never fires on a slow drip. */
export function createWire({ origin, now, deadlineMs, maxBytes }: WireOptions): Wire {
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMs },
  });
  let closed = false;

  function exchange(request: HttpRequest): Promise<HttpAnswer | HttpSilence> {
    if (closed) return Promise.resolve({ kind: 'silence', fault: 'closed', code: 'CLOSED' });
    return new Promise((resolve) => {
      let sentAt: number | undefined;
      let control: Dispatcher.DispatchController | undefined;
      let answer: Pick<HttpAnswer, 'status' | 'headers'> | undefined;
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      let over = false;

      function finish(cut: HttpAnswer['cut'], silent: () => HttpSilence): void {
        if (over) return;
        over = true;
        if (answer === undefined || sentAt === undefined) {
          resolve(silent());
          return;
        }
        const whole = {
          kind: 'answer' as const,
          ...answer,
          text: decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)),
          bytes,
          sentAt,
        };
        resolve(cut === undefined ? whole : { ...whole, cut });
      }
      const silence = (fault: HttpSilence['fault'], code: string) => (): HttpSilence =>
        sentAt === undefined ? { kind: 'silence', fault, code } : { kind: 'silence', fault, code, sentAt };
      function give(cut: NonNullable<HttpAnswer['cut']>, silent: () => HttpSilence): void {
        finish(cut, silent);
        control?.abort(new Error(cut));
      }

      const deadline = AbortSignal.timeout(deadlineMs);
      const expire = () => give('timeout', silence('timeout', 'DEADLINE'));
      deadline.addEventListener('abort', expire, { once: true });
      const rest = () => deadline.removeEventListener('abort', expire);

      pool.dispatch(
        { method: request.method, path: request.path, headers: request.headers, body: request.body ?? null },
        {
          onRequestStart(controller) {
            // Given up while it waited for a connection: it must not leave any more.
            if (over) return controller.abort(new Error('given up'));
            control = controller;
            sentAt = now();
          },
          onResponseStart(_controller, status, headers) {
            if (status >= 200) answer = { status, headers };
          },
          onResponseData(_controller, chunk) {
            bytes += chunk.length;
            if (bytes > maxBytes) give('too-large', silence('network', 'TOO_LARGE'));
            else chunks.push(chunk);
          },
          onResponseEnd() {
            rest();
            finish(undefined, silence('network', 'NO_STATUS'));
          },
          onResponseError(_controller, error) {
            rest();
            const code = codeOf(error);
            if (closed) finish('network', silence('closed', 'CLOSED'));
            else if (sentAt === undefined && TLS_CODE.test(code)) finish('network', silence('tls', code));
            else if (code === 'UND_ERR_CONNECT_TIMEOUT') finish('timeout', silence('timeout', code));
            else finish('network', silence('network', code));
          },
        },
      );
    });
  }

  return {
    exchange,
    close() {
      closed = true;
      return pool.destroy();
    },
  };
}
