/**
 * A directory against a real SCIM service on loopback, with a clock that moves only when somebody sleeps. Knows no test.
 */
import { onTestFinished } from 'vitest';
import { DirectoryError } from '../../src/access/errors.ts';
import { createDirectory, type DirectoryEvent, type MirroredDirectory } from '../../src/directory/index.ts';
import { createScimService, type Quirks, type ScimService, type Seed } from '../../src/sandbox/scim/index.ts';
import { createScimClient, type Profile, profileOf, type ScimClient } from '../../src/scim/index.ts';

export const TOKEN = 'scim-token-that-nobody-may-read-4711';
export const ADMIN = 'group-admin';
export const MEMBER = 'group-member';
const START = Date.UTC(2026, 2, 2, 9, 0, 0);

export const SEED: Seed = {
  users: [
    { id: 'ada', userName: 'ada@example.com', givenName: 'Ada', familyName: 'Lovelace', manager: 'grace@example.com' },
    { id: 'grace', userName: 'grace@example.com', givenName: 'Grace', familyName: 'Hopper' },
    { id: 'linus', userName: 'linus@example.com', givenName: 'Linus', familyName: 'Öberg', active: false },
  ],
  groups: [
    { id: ADMIN, displayName: 'PPLX_Admin', members: ['grace@example.com'] },
    { id: MEMBER, displayName: 'PPLX_Members', members: ['ada@example.com', 'grace@example.com'] },
  ],
};

export interface DirectoryWorld {
  readonly service: ScimService;
  readonly client: ScimClient;
  readonly directory: MirroredDirectory;
  readonly events: DirectoryEvent[];
  /** Waits the directory asked for, ms, in order. */
  readonly waits: number[];
  readonly clock: { readonly now: () => number; readonly advance: (ms: number) => void };
  /** Writes that reached the service. */
  readonly writes: () => string[];
  readonly requests: () => string[];
  readonly members: (group: string) => readonly string[];
}

export async function world(
  options: {
    dialect?: 'perplexity' | 'generic' | 'pearset' | 'perdoo' | 'cursor-only';
    quirks?: Partial<Quirks>;
    profile?: Partial<Profile>;
    mode?: 'live' | 'observe';
    seed?: Seed;
    patienceMs?: number;
    deadlineMs?: number;
    groups?: () => Iterable<string> | Promise<Iterable<string>>;
    sleep?: (ms: number) => Promise<void>;
    learned?: unknown;
    /** Where the story begins, ms. */
    start?: number;
  } = {},
): Promise<DirectoryWorld> {
  let now = options.start ?? START;
  const waits: number[] = [];
  const events: DirectoryEvent[] = [];
  const clock = {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  const dialect = options.dialect ?? 'perplexity';
  const service = await createScimService({
    host: '127.0.0.1',
    token: TOKEN,
    dialect,
    ...(options.quirks === undefined ? {} : { quirks: options.quirks }),
    seed: options.seed ?? SEED,
    now: clock.now,
  });
  const client = createScimClient({
    url: service.url,
    token: TOKEN,
    profile: profileOf(dialect === 'cursor-only' ? 'generic' : dialect, options.profile),
    now: clock.now,
    sleep: async (ms) => clock.advance(ms),
    random: () => 0.5,
    learned: options.learned,
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
  const directory = createDirectory({
    app: { key: 'perplexity', mode: options.mode ?? 'live' },
    client,
    clock,
    sleep:
      options.sleep ??
      (async (ms) => {
        waits.push(ms);
        clock.advance(ms);
      }),
    random: () => 0.5,
    log: (event) => events.push(event),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
  });
  onTestFinished(async () => {
    await directory.stop();
    await client.close();
    await service.close();
  });
  return {
    service,
    client,
    directory,
    events,
    waits,
    clock,
    requests: () => service.calls.map((call) => `${call.method} ${call.path.split('?')[0]}`),
    writes: () => service.calls.filter((call) => call.method !== 'GET').map((call) => `${call.method} ${call.path}`),
    members: (group) => service.state().groups.find((each) => each.id === group)?.members ?? [],
  };
}

/** The DirectoryError that something ends in; fails when it does not. */
export async function failure(work: Promise<unknown>): Promise<DirectoryError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof DirectoryError) return outcome.error;
  throw new Error(`expected a DirectoryError, got ${JSON.stringify(outcome)}`);
}
