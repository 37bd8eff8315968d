// What Slack's libraries say goes through one sieve: no token, no query, nothing of a payload.
import { describe, expect, it } from 'vitest';
import { boltLogger, errorFields, redact } from '../../../src/slack/log.ts';
import { keepingLog } from './workspace.ts';

describe('the log of the Slack edge', () => {
  it.each([
    ['xoxb-123-456-abcDEF failed', '<token> failed'],
    ['token=xapp-1-A0-abc_def', 'token=<token>'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer <token>'],
    ['connect wss://wss.slack.com/link/?ticket=secret&app_id=1', 'connect wss://wss.slack.com/…'],
    ['POST "https://hooks.slack.com/commands/T0/1/abc"', 'POST "https://hooks.slack.com/…"'],
    ['http://127.0.0.1:8080/api/?token=1', 'http://127.0.0.1:8080/…'],
  ])('masks %s', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it('bounds what it takes', () => {
    expect(redact('x'.repeat(100_000)).length).toBeLessThanOrEqual(2000);
  });

  it('masks errors, stack included', () => {
    const fields = errorFields(new Error('refused xoxb-1-2 at https://slack.com/api/auth.test?token=xoxb-1-2'));
    expect(JSON.stringify(fields)).not.toMatch(/xoxb-1|auth\.test/);
    expect(fields.error).toMatch(/^Error: refused <token>/);
    expect(errorFields('a string xapp-9')).toEqual({ error: 'a string <token>' });
  });

  it('drops the debug lines of the libraries, which hold payloads, and masks the others', () => {
    const log = keepingLog();
    const logger = boltLogger(log);
    logger.debug('Received a message on the WebSocket: {"payload":{}}');
    logger.warn('http request failed', new Error('xoxb-1-2'), { body: 'payload' });
    expect(log.lines).toEqual([
      { level: 'warn', fields: { from: 'bolt' }, message: 'http request failed Error: <token> [object Object]' },
    ]);
  });
});
