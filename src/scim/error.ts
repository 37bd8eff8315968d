/**
 * The one error this package throws, and what may be said in it. Refuses to know who reads it: no token, no query
 * string, no id, no unredacted text of a server is ever inside.
 */

/**
 * `not-sent`: no byte of a write left · `refused`: the server said no, nothing was changed · `unknown`: a write may have
 * taken effect. A read that failed is never `unknown`, so what a write needed to read first does not look like the write.
 */
export type ScimOutcome = 'not-sent' | 'refused' | 'unknown';

export type ScimFault =
  /** An HTTP answer of 4xx or 5xx; see `status` and `scimType`. */
  | 'http'
  /** DNS, refused, reset, closed half-way. */
  | 'network'
  | 'tls'
  | 'timeout'
  /** Elsewhere, too often, or one that would change a write's method. */
  | 'redirect'
  | 'too-large'
  /** Not JSON, not what SCIM says, or truncated. */
  | 'unreadable'
  /** A listing ended early, so "absent" cannot be said. */
  | 'incomplete'
  /** What the caller passed cannot be sent. */
  | 'input'
  | 'closed';

export interface ScimErrorFields {
  readonly fault: ScimFault;
  readonly outcome: ScimOutcome;
  readonly message: string;
  readonly status?: number | undefined;
  readonly scimType?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly sentAt?: number | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
}

export class ScimError extends Error {
  readonly fault: ScimFault;
  /** Whether a write may have taken effect. */
  readonly outcome: ScimOutcome;
  /** HTTP status; the one thing of an error answer that can be trusted. */
  readonly status: number | undefined;
  /** RFC 7644 §3.12, or a server's own word; letters only. */
  readonly scimType: string | undefined;
  /** The same call may succeed later. */
  readonly retryable: boolean;
  /** Ask again after so many ms, if the server said. */
  readonly retryAfter: number | undefined;
  /** When the first attempt that was not definitely refused was sent, ms; only when `outcome` is `unknown`. */
  readonly sentAt: number | undefined;
  /** What the server said, redacted and short; for owners and logs, never for control flow. */
  readonly detail: string | undefined;
  /** System or TLS error code, e.g. `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(fields: ScimErrorFields) {
    super(fields.message);
    this.name = 'ScimError';
    this.fault = fields.fault;
    this.outcome = fields.outcome;
    this.status = fields.status;
    this.scimType = fields.scimType;
    this.retryable = fields.retryable ?? false;
    this.retryAfter = fields.retryAfter;
    this.sentAt = fields.sentAt;
    this.detail = fields.detail;
    this.code = fields.code;
  }
}

/** The same error with what is known only further up: an earlier attempt that may have had an effect. */
export function withSent(error: ScimError, sentAt: number | undefined): ScimError {
  if (sentAt === undefined || (error.outcome === 'unknown' && error.sentAt === sentAt)) return error;
  const { fault, message, status, scimType, retryable, retryAfter, detail, code } = error;
  return new ScimError({
    fault,
    message,
    status,
    scimType,
    retryable,
    retryAfter,
    detail,
    code,
    outcome: 'unknown',
    sentAt,
  });
}

const MAX_DETAIL = 200;

/**
 * Makes a server's text fit to be shown: the token, anything that looks like a secret, query strings and addresses are
 * replaced, control and direction characters dropped, at most 200 characters kept.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let safe = text.slice(0, 4096);
  for (const secret of secrets) if (secret.length > 0) safe = safe.replaceAll(secret, '[token]');
  safe = safe
    .replace(/\p{Cf}|\p{Cc}|\p{Cs}/gu, ' ')
    .replace(/\b(bearer|basic)\s+\S+/gi, '[token]')
    .replace(/\?\S*/g, '?[query]')
    .replace(/[^\s"'<>()]+@[^\s"'<>()]+/g, '[address]')
    .replace(/[A-Za-z0-9_\-+/=.~]{32,}/g, '[long word]')
    .replace(/\s+/g, ' ')
    .trim();
  return safe.length > MAX_DETAIL ? `${safe.slice(0, MAX_DETAIL - 1)}…` : safe;
}
