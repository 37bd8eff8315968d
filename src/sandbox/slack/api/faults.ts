// Answers that are no answers: scripted faults of the Web API and of response URLs, and how each looks on the wire. Knows no method.
import type { Fault } from '../contract.ts';
import { type Reply, refuse } from './method.ts';

export type ApiAnswer =
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'hang' }
  | { kind: 'reset' };

export type Faults = {
  add: (fault: Fault) => void;
  /** The fault for this call, counted down. */
  take: (method: string) => Fault | undefined;
  clear: () => void;
};

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => void faults.push({ ...fault }),
    take(method) {
      const fault = faults.find((each) => each.times > 0 && (each.method === method || each.method === '*'));
      if (fault !== undefined) fault.times -= 1;
      faults = faults.filter((each) => each.times > 0);
      return fault;
    },
    clear() {
      faults = [];
    },
  };
}

export function json(body: Reply, status = 200, headers: Record<string, string> = {}): ApiAnswer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

export function rateLimited(seconds: number): ApiAnswer {
  return json(refuse('ratelimited'), 429, { 'retry-after': String(seconds) });
}

/** @returns the answer instead of the method's own, and whether the method runs all the same. */
export function answerTo(fault: Fault): { answer: ApiAnswer; applied: boolean } {
  switch (fault.kind) {
    case 'error':
      return { answer: json(refuse(fault.error)), applied: false };
    case 'rate_limited':
      return { answer: rateLimited(fault.retryAfter ?? 1), applied: false };
    case 'http':
      return {
        answer: {
          kind: 'answer',
          status: fault.status,
          headers: { 'content-type': 'text/html' },
          body: '<html></html>',
        },
        applied: false,
      };
    case 'reset':
      return { answer: { kind: 'reset' }, applied: fault.applied === true };
    default:
      return { answer: { kind: 'hang' }, applied: false };
  }
}
