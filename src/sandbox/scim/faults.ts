// Which requests go wrong, and how: a book of scripted faults. Refuses to know how a fault is carried out on a socket.

import type { Quirks } from './quirks.ts';

/** What the Retry-After header says: seconds, a date that many seconds ahead, something unreadable, or nothing. */
export type RetryAfter = { readonly seconds: number } | { readonly dateIn: number } | 'garbage' | 'none';

export type FaultKind =
  /** 429 or 503; the request is not applied. */
  | { readonly type: 'busy'; readonly status: 429 | 503; readonly retryAfter: RetryAfter }
  /** Any other refusal, not applied. */
  | { readonly type: 'error'; readonly status: number; readonly scimType?: string; readonly detail?: string }
  /** The connection is cut: before the request is applied, or after, so that only the answer is lost. */
  | { readonly type: 'reset'; readonly when: 'before' | 'after' }
  /** Nothing happens for `ms`, then all goes on as usual; `before`: a write is applied late, also when nobody waits any more. */
  | { readonly type: 'hang'; readonly ms: number; readonly when: 'before' | 'after' }
  /** The same until a promise settles: for tests that decide when to go on. */
  | { readonly type: 'hold'; readonly until: Promise<unknown>; readonly when: 'before' | 'after' }
  /** Applied; the answer comes `bytes` at a time, every `everyMs`. */
  | { readonly type: 'slow-drip'; readonly bytes: number; readonly everyMs: number }
  /** Applied; the answer ends in the middle of its JSON, or in the middle of its announced length. */
  | { readonly type: 'truncated'; readonly cut: 'json' | 'connection' }
  /** Applied; the answer is at least `bytes` long. */
  | { readonly type: 'oversize'; readonly bytes: number }
  /** A page of HTML instead; not applied. */
  | { readonly type: 'html'; readonly status: number }
  /** Sent elsewhere; not applied. */
  | { readonly type: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly to: string }
  /** Answered as if applied; not applied. */
  | { readonly type: 'no-effect' }
  /** Applied by other switches than the app's own. */
  | { readonly type: 'quirks'; readonly quirks: Partial<Quirks> };

/** A fault: which requests, how often, and what happens to them. */
export type Fault = {
  readonly match: {
    readonly method?: string;
    /** Tested on the decoded path and query below the base, for example `/Groups/9f2c` or `/Users?filter=…`. */
    readonly path?: RegExp;
    /** The first matching request to fail, counted from 1. */
    readonly nth?: number;
  };
  /** How many matching requests fail, from the nth on. Infinity: until it is cleared. */
  readonly times: number;
  readonly kind: FaultKind;
};

/** Ready-made faults, each with the words a person would choose it by. */
export const FAULTS = {
  rateLimited: { title: '429, try again in a second', kind: { type: 'busy', status: 429, retryAfter: { seconds: 1 } } },
  rateLimitedUntil: { title: '429 until a date', kind: { type: 'busy', status: 429, retryAfter: { dateIn: 2 } } },
  rateLimitedSilently: { title: '429 without Retry-After', kind: { type: 'busy', status: 429, retryAfter: 'none' } },
  unavailable: { title: '503', kind: { type: 'busy', status: 503, retryAfter: 'none' } },
  serverError: { title: '500', kind: { type: 'error', status: 500 } },
  unauthorised: { title: '401: the token stopped working', kind: { type: 'error', status: 401 } },
  forbidden: { title: '403', kind: { type: 'error', status: 403 } },
  resetBefore: { title: 'Connection cut before the request is applied', kind: { type: 'reset', when: 'before' } },
  lostAnswer: { title: 'Applied, but the answer is lost', kind: { type: 'reset', when: 'after' } },
  lostCreate: { title: 'An account is made, but the answer is lost', kind: { type: 'reset', when: 'after' } },
  slowDrip: { title: 'The answer drips', kind: { type: 'slow-drip', bytes: 1, everyMs: 200 } },
  truncated: { title: 'The answer is cut off', kind: { type: 'truncated', cut: 'json' } },
  oversize: { title: 'The answer is 64 MB', kind: { type: 'oversize', bytes: 64 * 1024 * 1024 } },
  html: { title: 'A web page instead of an answer', kind: { type: 'html', status: 200 } },
  redirected: {
    title: 'Redirected to another address',
    kind: { type: 'redirect', status: 307, to: 'https://elsewhere.invalid/scim' },
  },
  noEffect: { title: 'Says yes, does nothing', kind: { type: 'no-effect' } },
  groupWipe: {
    title: 'Removing one member empties the group',
    kind: { type: 'quirks', quirks: { removeMembersWithValue: 'wipe', removeMembersByFilter: 'wipe' } },
  },
  additiveReplace: {
    title: 'Replacing members only adds',
    kind: { type: 'quirks', quirks: { replaceMembers: 'add' } },
  },
  ghostMembers: { title: 'Unknown members are accepted', kind: { type: 'quirks', quirks: { unknownMember: 'store' } } },
  membersNeverListed: {
    title: 'Members are never listed',
    kind: { type: 'quirks', quirks: { membersInReads: 'absent' } },
  },
  membersEmpty: {
    title: 'Members are always an empty list',
    kind: { type: 'quirks', quirks: { membersInReads: 'empty' } },
  },
} as const satisfies Record<string, { readonly title: string; readonly kind: FaultKind }>;

export type FaultName = keyof typeof FAULTS;

export type FaultBook = {
  /** Adds a fault; the returned function takes it out again. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The faults that strike this request, which is thereby counted. */
  strike(method: string, path: string): readonly FaultKind[];
};

/** Creates an empty book. */
export function createFaultBook(): FaultBook {
  let entries: { fault: Fault; seen: number }[] = [];
  return {
    add(fault) {
      const entry = { fault, seen: 0 };
      entries.push(entry);
      return () => {
        entries = entries.filter((each) => each !== entry);
      };
    },
    clear() {
      entries = [];
    },
    strike(method, path) {
      return entries.flatMap((entry) => {
        const { match, times, kind } = entry.fault;
        if (match.method !== undefined && match.method.toUpperCase() !== method) return [];
        if (match.path !== undefined && path.search(match.path) < 0) return [];
        entry.seen += 1;
        const first = match.nth ?? 1;
        return entry.seen >= first && entry.seen < first + times ? [kind] : [];
      });
    },
  };
}
