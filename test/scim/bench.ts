/**
 * What each test of the client starts from: one misbehaving service, one client, a clock that stands still until somebody
 * sleeps, and a record of all sleeps. Closes both after each test.
 */
import { afterEach } from 'vitest';
import {
  createScimClient,
  type Profile,
  profileOf,
  type ScimClientOptions,
  type ScimLogEvent,
} from '../../src/scim/index.ts';
import { type Quirks, startServer } from './server.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Registers something to be closed when the test is over. */
export function later(close: () => Promise<unknown>): void {
  open.push(close);
}

export const TOKEN = 'sekret-token-0123456789abcdef';
export const START = 1_000_000;

export interface Setup extends Partial<Omit<ScimClientOptions, 'profile'>> {
  readonly profile?: Partial<Profile>;
}

/** A client on any address. */
export function clientOn(url: string, options: Setup = {}) {
  const time = { now: START };
  const sleeps: number[] = [];
  const logged: ScimLogEvent[] = [];
  const { profile, ...rest } = options;
  const client = createScimClient({
    url,
    token: TOKEN,
    profile: profileOf('generic', profile),
    now: () => time.now,
    sleep: async (ms) => {
      sleeps.push(ms);
      time.now += ms;
    },
    random: () => 0.5,
    log: (event) => logged.push(event),
    ...rest,
  });
  later(() => client.close());
  return { client, sleeps, logged, time };
}

export async function bench(quirks: Quirks = {}, options: Setup = {}) {
  const server = await startServer(quirks);
  later(() => server.close());
  return { server, ...clientOn(server.url, options) };
}
