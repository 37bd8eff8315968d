/**
 * Slack's libraries speak through this logger into pino, and only above debug: their debug lines hold payloads.
 * Refuses to let a token, a trigger or an address with a query through.
 */
import { type Logger, LogLevel } from '@slack/bolt';

/** The part of a pino logger the Slack edge uses. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const SECRETS: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app)-[\w-]+/gi, '<token>'],
  [/\bBearer\s+\S+/gi, 'Bearer <token>'],
  [/\b(https?|wss?):\/\/([^\s/?#"']+)[^\s"']*/gi, '$1://$2/…'],
];

/** Masks what must not be logged and bounds the rest. */
export function redact(text: string): string {
  let masked = text.slice(0, 2000);
  for (const [pattern, replacement] of SECRETS) masked = masked.replace(pattern, replacement);
  return masked;
}

/** What may be logged of a caught error: name and masked message. */
export function errorFields(error: unknown): { error: string; stack?: string } {
  if (!(error instanceof Error)) return { error: redact(String(error)) };
  const stack = error.stack === undefined ? {} : { stack: redact(error.stack) };
  return { error: `${error.name}: ${redact(error.message)}`, ...stack };
}

/** Bolt's `Logger` on top of ours. */
export function boltLogger(log: Log): Logger {
  const line = (parts: unknown[]) =>
    redact(parts.map((part) => (part instanceof Error ? `${part.name}: ${part.message}` : String(part))).join(' '));
  return {
    debug: () => undefined,
    info: (...parts) => log.info({ from: 'bolt' }, line(parts)),
    warn: (...parts) => log.warn({ from: 'bolt' }, line(parts)),
    error: (...parts) => log.error({ from: 'bolt' }, line(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
