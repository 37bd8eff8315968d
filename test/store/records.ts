/** Records, events and jobs for the store's tests: small, valid, and told apart by an id. */
import type { AuditEvent } from '../../src/access/audit.ts';
import type { Holding } from '../../src/access/grant.ts';
import type { SlackId } from '../../src/access/people.ts';
import type { NewJob, Put } from '../../src/access/ports.ts';
import type { AccessRequest } from '../../src/access/request.ts';

export const slack = (user: string): SlackId => ({ team: 'T1', user });

export function request(id: string, more: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id,
    rev: 1,
    state: 'pending',
    ask: { action: 'grant', app: 'perplexity', role: 'admin', subject: { kind: 'me' }, reason: 'INC-7' },
    requester: { slack: slack('U1'), name: 'Robin', email: 'robin@example.com' },
    receivedAt: 1,
    app: 'perplexity',
    role: 'admin',
    subject: { name: 'Robin', account: 'a1', slack: slack('U1') },
    steps: [],
    decisions: [],
    cards: [],
    ...more,
  };
}

export const putRequest = (id: string, more: Partial<AccessRequest> = {}): Put => ({
  kind: 'request',
  id,
  value: request(id, more),
});

export const putOnce = (id: string, expires: number, work?: unknown): Put => ({
  kind: 'once',
  id,
  value: work === undefined ? { id, expires } : { id, expires, work },
});

export const holding = (app: string, account: string, role: string): Holding => ({
  app,
  account,
  role,
  grants: [],
  open: {},
});

export const event = (id: string, reason = 'INC-7', about: string[] = []): AuditEvent => ({
  type: 'request.received',
  request: id,
  action: 'grant',
  actor: { kind: 'person', slack: slack('U1') },
  about: [`request:${id}`, 'person:T1/U1', ...about],
  note: { reason, requester: 'Robin' },
});

export const job = (key: string, due: number, more: Partial<NewJob> = {}): NewJob => ({
  key,
  kind: 'apply',
  target: key.slice(key.indexOf(':') + 1),
  due,
  ...more,
});
