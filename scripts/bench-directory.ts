/**
 * How fast people are found and how much the mirror costs, for a small and a large company, and how long a sync takes
 * over a real connection. People are made up from a fixed seed, so that two runs ask the same questions.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Account } from '../src/access/ports.ts';
import { createDirectory } from '../src/directory/index.ts';
import { createMirror, type Mirror } from '../src/directory/mirror.ts';
import { createScimService } from '../src/sandbox/scim/index.ts';
import { createScimClient, profileOf } from '../src/scim/index.ts';
import { benchSync, holdAll, servePages } from './bench-sync.ts';
import { type Figure, figure, type Goal, printFigures } from './figure.ts';

const SIZES = [5_000, 100_000] as const;
const ROUNDS = 2;
const QUERIES = 250;
const CHUNK = 250;
const TOKEN = 'bench';

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const HEADS = 'b br c ch d dr f fl g gr h j k kl l m n p pr r s sch st t tr v w z'.split(' ');
const VOWELS = 'a e i o u ä ö ü é ei ie au a e i o'.split(' ');
const TAILS = ['', '', ...'n r l s t m nd rt ck ng x'.split(' ')];

function pick<T>(from: readonly T[], random: number): T {
  const found = from[Math.floor(random * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function madeUpNames(random: () => number, count: number, syllables: number): string[] {
  const names = new Set<string>();
  while (names.size < count) {
    let name = '';
    const length = 1 + Math.floor(random() * syllables) + (syllables > 2 ? 1 : 0);
    for (let at = 0; at < length; at++) name += pick(HEADS, random()) + pick(VOWELS, random()) + pick(TAILS, random());
    if (name.length > 2) names.add(name.charAt(0).toUpperCase() + name.slice(1));
  }
  return [...names];
}

const plain = (name: string): string =>
  name.toLowerCase().replace(/[äöüé]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? 'e');

/** Frequent and rare names, addresses of three kinds, a third of them numbered. */
function company(size: number): Account[] {
  const random = dice(42);
  const given = madeUpNames(random, 3_000, 2);
  const family = madeUpNames(random, Math.min(40_000, size), 3);
  const skewed = (): number => random() ** 2.2;
  return Array.from({ length: size }, (_, at) => {
    const first = pick(given, skewed());
    const last = pick(family, skewed());
    const kind = random();
    const local =
      kind < 0.7
        ? `${plain(first)}.${plain(last)}`
        : kind < 0.9
          ? `${plain(first).charAt(0)}${plain(last)}`
          : `${plain(first)}${at}`;
    const email = `${local}${random() < 0.3 ? Math.floor(random() * 99) : ''}@example.com`;
    const id = `${at}-${Math.floor(random() * 1e9).toString(36)}`;
    return { id, userName: email, email, emails: [email], name: `${first} ${last}`, active: true };
  });
}

const mistype = (word: string, random: number): string => {
  const at = 1 + Math.floor(random * (word.length - 1));
  return `${word.slice(0, at)}x${word.slice(at + 1)}`;
};

const QUESTIONS: readonly [string, (person: Account, random: () => number) => string][] = [
  ['full name', (person) => person.name],
  [
    'mistyped',
    (person, random) =>
      person.name
        .split(' ')
        .map((word) => mistype(word, random()))
        .join(' '),
  ],
  ['3 letters', (person) => person.name.slice(0, 3)],
  ['1 letter', (person) => person.name.slice(0, 1)],
  [
    'two beginnings',
    (person) =>
      person.name
        .split(' ')
        .map((word) => word.slice(0, 2))
        .join(' '),
  ],
  ['turned round', (person) => person.name.split(' ').toReversed().join(' ')],
  ['e-mail', (person) => person.email],
  ['domain', () => 'example.com'],
];

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The best of five, ms: what it costs, without what else happens on the machine. */
function quickest(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < 5; tried++) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const atMost = (most: number | undefined): Goal | undefined => (most === undefined ? undefined : { atMost: most });

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/**
 * How much this thread worked during `work`, and in the longest turn of its event loop, ms: what would be a stall if
 * nothing else ran on the machine. Linux counts this in steps of 4 ms.
 */
async function worked(work: () => Promise<void>): Promise<{ ms: number; longestTurn: number }> {
  const began = cpu();
  let last = began;
  let longestTurn = 0;
  const turn = (): void => {
    const now = cpu();
    longestTurn = Math.max(longestTurn, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  await work();
  turn();
  clearInterval(timer);
  return { ms: last - began, longestTurn };
}

async function build(people: readonly Account[]): Promise<{ mirror: Mirror; ms: number; longestTurn: number }> {
  const mirror = createMirror();
  const work = await worked(async () => {
    for (let at = 0; at < people.length; at += CHUNK) {
      for (const person of people.slice(at, at + CHUNK)) mirror.saw(person);
      await breathe();
    }
  });
  return { mirror, ...work };
}

async function benchSize(size: number): Promise<Figure[]> {
  const people = company(size);
  const before = heldBytes();
  const first = await build(people);
  const { mirror } = first;
  const bytes = heldBytes() - before;
  const built = [first, await build(people)];
  const label = `${size / 1000}k accounts`;
  const large = size === 100_000;
  const rows = [
    figure(
      `${label}: mirror built, CPU`,
      'ms',
      built.map((each) => each.ms),
      atMost(large ? 2_000 : undefined),
    ),
    figure(
      `${label}: longest turn while built, CPU`,
      'ms',
      built.map((each) => each.longestTurn),
      atMost(50),
    ),
    figure(`${label}: mirror beside the accounts`, 'MB', [bytes / 1e6], atMost(large ? 200 : undefined)),
  ];
  const random = dice(7);
  for (const [name, question] of QUESTIONS) {
    const p99: number[] = [];
    const p50: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const times: number[] = [];
      for (let asked = 0; asked < QUERIES; asked++) {
        const query = question(pick(people, random()), random);
        times.push(quickest(() => mirror.search(query, 20)));
        if (asked % 50 === 0) await breathe();
      }
      times.sort((a, b) => a - b);
      p50.push(quantile(times, 0.5));
      p99.push(quantile(times, 0.99));
    }
    rows.push(
      figure(`${label}: search, ${name}, p50`, 'ms', p50),
      figure(`${label}: search, ${name}, p99`, 'ms', p99, atMost(5)),
    );
  }
  return rows;
}

/** A whole sync of a large company, the service in a process of its own. */
async function benchStall(size: number): Promise<Figure[]> {
  const service = fork(fileURLToPath(import.meta.url), ['serve', String(size)]);
  try {
    const [url]: unknown[] = await once(service, 'message');
    const clock = { now: () => Date.now() };
    const parts = { sleep: (ms: number) => delay(ms), random: Math.random };
    const profile = profileOf('generic', { pageSize: 1000 });
    const client = createScimClient({ url: String(url), token: TOKEN, profile, now: clock.now, ...parts });
    const directory = createDirectory({ app: { key: 'bench', mode: 'observe' }, client, clock, ...parts });
    const times: number[] = [];
    const turns: number[] = [];
    for (let round = 0; round < 2; round++) {
      const began = performance.now();
      const { longestTurn } = await worked(async () => {
        const report = await directory.sync();
        if (!report.complete || report.accounts !== size) throw new Error(`sync: ${JSON.stringify(report)}`);
      });
      times.push(performance.now() - began);
      turns.push(longestTurn);
    }
    await client.close();
    const [first = Number.NaN, again = Number.NaN] = times;
    return [
      figure(`${size / 1000}k accounts: first sync`, 'ms', [first]),
      figure(`${size / 1000}k accounts: next sync`, 'ms', [again]),
      figure(`${size / 1000}k accounts: longest turn in a sync, CPU`, 'ms', [Math.max(...turns)], atMost(50)),
    ];
  } finally {
    service.kill();
  }
}

async function serve(size: number): Promise<void> {
  const users = company(size).map(({ id, userName, name }) => ({ id, userName, displayName: name }));
  const seed = { users, groups: [] };
  const service = await createScimService({
    host: '127.0.0.1',
    token: TOKEN,
    dialect: 'generic',
    seed,
    now: () => Date.now(),
    remember: 1,
  });
  process.send?.(service.url);
}

/** Runs everything; two minutes on two cores. */
export async function benchDirectory(): Promise<Figure[]> {
  const rows: Figure[] = [];
  for (const size of SIZES) rows.push(...(await benchSize(size)));
  rows.push(...(await benchStall(100_000)), ...(await benchSync(fileURLToPath(import.meta.url), 100_000)));
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'serve') await serve(Number(process.argv[3]));
  else if (process.argv[2] === 'pages') await servePages(company(Number(process.argv[3])), Number(process.argv[4]));
  else if (process.argv[2] === 'hold') await holdAll(String(process.argv[3]));
  else if (process.argv[2] === 'sync')
    printFigures('The sync', await benchSync(fileURLToPath(import.meta.url), 100_000));
  else {
    printFigures('The directory', await benchDirectory());
  }
}
