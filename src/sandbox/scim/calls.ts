// Remembers the last requests for people to look at. Refuses to keep tokens, headers and long bodies.

/** One request as it was answered. */
export type Call = {
  /** ms since 1970 by the service's clock. */
  readonly at: number;
  readonly method: string;
  /** Path and query below the service's base, as sent. */
  readonly path: string;
  /** The status sent; 0 where the connection was cut instead. */
  readonly status: number;
  /** How long it took, real milliseconds. */
  readonly ms: number;
  /** The beginnings of both bodies. */
  readonly request: string;
  readonly response: string;
  /** The types of the faults that struck it. */
  readonly faults: readonly string[];
};

/** Most characters of a body or a path that are kept. */
const LONGEST = 2_000;

export type CallLog = { add(call: Call): Call; list(): readonly Call[]; clear(): void };

/** Keeps the newest `limit` calls, oldest first. */
export function createCallLog(limit: number): CallLog {
  let calls: Call[] = [];
  return {
    add(call) {
      const kept = {
        ...call,
        path: call.path.slice(0, LONGEST),
        request: call.request.slice(0, LONGEST),
        response: call.response.slice(0, LONGEST),
      };
      calls.push(kept);
      if (calls.length >= limit * 2) calls = calls.slice(-limit);
      return kept;
    },
    list: () => calls.slice(-limit),
    clear() {
      calls = [];
    },
  };
}
