// A SCIM 2.0 app on loopback that behaves like a real one, also when real ones misbehave.
// Refuses to know the client: it is driven over HTTP only, and looked at through state() and calls.

import { randomBytes } from 'node:crypto';
import { type Call, createCallLog } from './calls.ts';
import { chooseDialect, type Dialect, type DialectName } from './dialects.ts';
import { createEditor, type Editor } from './edit.ts';
import { createFaultBook, type Fault } from './faults.ts';
import type { Exchange } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { route } from './routes.ts';
import { plant, type Seed } from './seed.ts';
import { type Arrival, startServer } from './server.ts';
import { type ScimState, snapshot } from './state.ts';
import { createWorld, type World } from './world.ts';

export type { Call } from './calls.ts';
export { DIALECTS, type Dialect, type DialectName } from './dialects.ts';
export type { Editor } from './edit.ts';
export { FAULTS, type Fault, type FaultKind, type FaultName, type RetryAfter } from './faults.ts';
export { type Closed, type Quirks, STRICT } from './quirks.ts';
export type { Seed, SeedGroup, SeedUser } from './seed.ts';
export type { Arrival } from './server.ts';
export type { ScimState, StateGroup, StateUser } from './state.ts';

export type ScimServiceOptions = {
  readonly host: '127.0.0.1';
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** The opaque last segment of the base URL; a new one at each start where left out. */
  readonly tenant?: string;
  /** The bearer token that requests must carry. */
  readonly token: string;
  readonly dialect: DialectName | Dialect;
  /** Single switches that differ from the dialect's. */
  readonly quirks?: Partial<Quirks>;
  readonly seed: Seed;
  /** The story's clock, ms since 1970. */
  readonly now: () => number;
  /** How many calls are remembered; 500 where left out. */
  readonly remember?: number;
};

/** What can be listened to. */
export type ScimEvents = {
  /** Something in the app changed: look at state(). */
  readonly change: () => void;
  /** A request has come in whole and is about to be worked on, hung or held. */
  readonly arrive: (request: Arrival) => void;
  /** A request was answered, or its connection was cut. */
  readonly call: (call: Call) => void;
};

export type ScimService = Editor & {
  /** The base URL to configure a client with, without a slash at its end. */
  readonly url: string;
  /** Back to the seed, the first dialect and the first token; faults, latency and calls are forgotten. */
  reset(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
  /** What the app shows at this moment of its clock, and what it holds back still. */
  state(): ScimState;
  /** The last requests, oldest first. */
  readonly calls: readonly Call[];
  readonly dialect: Dialect;
  /** Changes the way of speaking; everything held back becomes visible. */
  setDialect(dialect: DialectName | Dialect, quirks?: Partial<Quirks>): void;
  setToken(token: string): void;
  /** Real milliseconds that pass before each request is worked on. */
  latency(ms: number): void;
  /** Scripts a fault; the returned function takes it out again. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  /** Listens; the returned function stops that. */
  on<E extends keyof ScimEvents>(event: E, listener: ScimEvents[E]): () => void;
};

/** Starts the service on `host`; rejects where the port is taken. */
export async function createScimService(options: ScimServiceOptions): Promise<ScimService> {
  const { now, seed } = options;
  const book = createFaultBook();
  const log = createCallLog(options.remember ?? 500);
  const listeners: { readonly [E in keyof ScimEvents]: Set<ScimEvents[E]> } = {
    change: new Set(),
    arrive: new Set(),
    call: new Set(),
  };
  const changed = (): void => {
    for (const listener of listeners.change) listener();
  };

  let token = options.token;
  let dialect = chooseDialect(options.dialect, options.quirks);
  let latencyMs = 0;
  let turns = 0;
  let dice = 1;
  let world: World = populate();

  function populate(): World {
    const fresh = createWorld(now, changed);
    plant(fresh, seed, now());
    return fresh;
  }
  // The same delays for the same story: a generator of its own (Lehmer), started anew by reset.
  const delay = (): number => {
    const { min, max } = dialect.quirks.visibleAfter;
    dice = (dice * 48_271) % 2_147_483_647;
    return min + Math.floor(((max - min) * dice) / 2_147_483_647);
  };
  const turn = (): number => {
    turns += 1;
    return turns;
  };
  const announced = (exchange: Exchange): Exchange => ({
    ...exchange,
    commit() {
      exchange.commit();
      changed();
    },
  });

  const basePath = `/scim/v2.0/${options.tenant ?? randomBytes(12).toString('base64url')}`;
  const server = await startServer(options.host, options.port ?? 0, basePath, {
    token: () => token,
    quirks: () => dialect.quirks,
    latency: () => latencyMs,
    strike: (method, path) => book.strike(method, path),
    route(request, quirks) {
      const exchange = route({ world, quirks, base: server.url, now, delay, turn }, request);
      return request.method === 'GET' ? exchange : announced(exchange);
    },
    arrived(request) {
      for (const listener of listeners.arrive) listener(request);
    },
    called(answered) {
      const call = log.add({ at: now(), ...answered });
      for (const listener of listeners.call) listener(call);
    },
  });

  return {
    ...createEditor(() => ({ world, now, changed })),
    url: server.url,
    close: () => server.close(),
    get calls() {
      return log.list();
    },
    get dialect() {
      return dialect;
    },
    reset() {
      dialect = chooseDialect(options.dialect, options.quirks);
      token = options.token;
      latencyMs = 0;
      turns = 0;
      dice = 1;
      book.clear();
      log.clear();
      world = populate();
      changed();
    },
    state: () => snapshot(world, dialect),
    setDialect(next, quirks) {
      world.flush();
      dialect = chooseDialect(next, quirks);
      changed();
    },
    setToken(next) {
      token = next;
    },
    latency(ms) {
      latencyMs = ms;
    },
    fault: (fault) => book.add(fault),
    clearFaults: () => book.clear(),
    on(event, listener) {
      const told = listeners[event];
      told.add(listener);
      return () => told.delete(listener);
    },
  };
}
