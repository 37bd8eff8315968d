/**
 * What reading a large company costs beside what no client can do without: undici and JSON.parse over the very same pages.
 * The service is a process of its own that only hands out pages made beforehand, so its work is not counted.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Account } from '../src/access/ports.ts';
import { toAccount } from '../src/directory/account.ts';
import { createDirectory } from '../src/directory/index.ts';
import { FLAGS, MALLOC } from '../src/main.ts';
import { createScimClient, profileOf, type ScimClient } from '../src/scim/index.ts';
import { type Figure, figure } from './figure.ts';

const PAGE = 1_000;
const PARALLEL = 4;
const TOKEN = 'bench';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A user as apps send them: every field of RFC 7643 §4.1 a directory keeps, and some it does not. */
function row({ id, userName, email, name }: Account, at: number): object {
  const [givenName = '', familyName = ''] = name.split(' ');
  const day = new Date(Date.UTC(2024, 0, 1) + at * 61_000).toISOString();
  return {
    schemas: [CORE, ENTERPRISE],
    id,
    externalId: `ext-${at}`,
    userName,
    name: { givenName, familyName, formatted: name },
    displayName: name,
    emails: [{ value: email, type: 'work', primary: true }],
    active: at % 50 !== 0,
    title: 'Engineer',
    locale: 'en-GB',
    [ENTERPRISE]: {
      department: `Department ${at % 40}`,
      employeeNumber: String(at),
      manager: { value: `manager-${at % 900}` },
    },
    meta: {
      resourceType: 'User',
      created: day,
      lastModified: day,
      location: `https://scim.example.com/v2/Users/${id}`,
      version: `W/"${at}"`,
    },
  };
}

/** The service: pages of a thousand by `startIndex`, after `latency` ms. */
export async function servePages(people: readonly Account[], latency: number): Promise<void> {
  const pages: Buffer[] = [];
  for (let from = 0; from <= people.length; from += PAGE) {
    const rows = people.slice(from, from + PAGE).map((person, at) => row(person, from + at));
    const page = { totalResults: people.length, startIndex: from + 1, itemsPerPage: rows.length, Resources: rows };
    pages.push(Buffer.from(JSON.stringify(page)));
  }
  const config = Buffer.from(JSON.stringify({ filter: { supported: true, maxResults: PAGE } }));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
    const from = Number(searchParams.get('startIndex') ?? 1) - 1;
    const body =
      pathname === '/ServiceProviderConfig' ? config : pathname === '/Users' ? pages[from / PAGE] : undefined;
    const answer = (): void => {
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': 'application/scim+json',
        'content-length': body?.length ?? 0,
      });
      response.end(body);
    };
    if (latency === 0) answer();
    else setTimeout(answer, latency);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(`http://127.0.0.1:${address.port}`);
}

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** How long this thread could have run and had no core, ms so far; 0 where the system does not say. */
function kept(): number {
  try {
    const [, waited = '0'] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

interface Cost {
  /** By the clock. */
  readonly ms: number;
  /** By the clock, less the time for which the machine was busy with something else. */
  readonly own: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<number>, size: number): Promise<Cost> {
  const [began, worked, waited] = [performance.now(), cpu(), kept()];
  const seen = await work();
  if (seen !== size) throw new Error(`${seen} of ${size} read`);
  const ms = performance.now() - began;
  return { ms, own: ms - (kept() - waited), cpu: cpu() - worked };
}

/** Nothing but the pages: as many at a time as the client asks for, parsed and thrown away. */
async function bare(pool: Pool, size: number): Promise<number> {
  let rows = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const from = next * PAGE;
      next += 1;
      if (from >= size) return;
      const { body } = await pool.request({
        method: 'GET',
        path: `/Users?startIndex=${from + 1}&count=${PAGE}`,
        headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/scim+json' },
      });
      const page = JSON.parse(await body.text()) as { Resources: unknown[] };
      rows += page.Resources.length;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return rows;
}

async function listed(client: ScimClient): Promise<number> {
  let rows = 0;
  const listing = client.listUsers();
  for await (const { items } of listing) rows += items.length;
  if (!listing.verdict().complete) throw new Error(JSON.stringify(listing.verdict()));
  return rows;
}

/** In a process of its own, started as the bot is: by how much it grows when it holds everybody as accounts, bytes. */
export async function holdAll(url: string): Promise<void> {
  const client = open(url);
  await client.discover();
  const before = process.memoryUsage().rss;
  const held: Account[] = [];
  for await (const { items } of client.listUsersAs(toAccount)) held.push(...items);
  process.send?.({ grown: process.memoryUsage().rss - before, accounts: held.length });
  await client.close();
}

async function grownBy(script: string, url: string, size: number): Promise<number> {
  const env = { ...process.env, ...MALLOC };
  const child = fork(script, ['hold', url], { execArgv: FLAGS, env });
  const [told]: { grown: number; accounts: number }[] = await once(child, 'message');
  if (told?.accounts !== size) throw new Error('not everybody was held');
  return told.grown;
}

const clock = { now: () => Date.now() };
const parts = { sleep: (ms: number) => delay(ms), random: Math.random };
const open = (url: string): ScimClient =>
  createScimClient({ url, token: TOKEN, profile: profileOf('generic', { pageSize: PAGE }), now: clock.now, ...parts });

/** Round by round, one after the other. */
const ratio = (bottom: readonly Cost[], top: readonly Cost[]): number[] =>
  bottom.map((cost, round) => cost.cpu / (top[round]?.cpu ?? Number.NaN));

/** The best round of each: what it costs, without what else happens on the machine. */
function bestRatio(bottom: readonly Cost[], top: readonly Cost[]): number {
  const best = (costs: readonly Cost[]) => Math.min(...costs.map((cost) => cost.cpu));
  return best(bottom) / best(top);
}

export async function benchSync(script: string, size: number, rounds = 9): Promise<Figure[]> {
  const label = `${size / 1000}k accounts`;
  const start = async (latency: number) => {
    const service = fork(script, ['pages', String(size), String(latency)]);
    const [url]: unknown[] = await once(service, 'message');
    return { url: String(url), kill: () => service.kill() };
  };
  const fast = await start(0);
  const far = await start(50);
  const pool = new Pool(fast.url, { connections: PARALLEL });
  const client = open(fast.url);
  try {
    const bares: Cost[] = [];
    const lists: Cost[] = [];
    const syncs: Cost[] = [];
    const firsts: Cost[] = [];
    const fars: Cost[] = [];
    const agains: Cost[] = [];
    const lasting = createDirectory({ app: { key: 'bench', mode: 'observe' }, client, clock, ...parts });
    const sync = async () => (await lasting.sync()).accounts;
    firsts.push(await costOf(sync, size));
    await sync();
    for (let round = 0; round < rounds; round += 1) {
      bares.push(await costOf(() => bare(pool, size), size));
      lists.push(await costOf(() => listed(client), size));
      syncs.push(await costOf(sync, size));
    }
    for (let round = 0; round < 3; round += 1) {
      const away = open(far.url);
      const distant = createDirectory({ app: { key: 'bench', mode: 'observe' }, client: away, clock, ...parts });
      const syncFar = async () => (await distant.sync()).accounts;
      fars.push(await costOf(syncFar, size));
      agains.push(await costOf(syncFar, size));
      await away.close();
    }
    const grown: number[] = [];
    for (let round = 0; round < 5; round += 1) grown.push((await grownBy(script, fast.url, size)) / 1e6);
    const ms = (costs: readonly Cost[]) => costs.map((cost) => cost.ms);
    const own = (costs: readonly Cost[]) => costs.map((cost) => cost.own);
    const work = (costs: readonly Cost[]) => costs.map((cost) => cost.cpu);
    return [
      figure(`${label}: undici and JSON.parse alone, CPU`, 'ms', work(bares)),
      figure(`${label}: listed, CPU`, 'ms', work(lists)),
      figure(`${label}: listed beside that, each at its best`, 'of 1', [bestRatio(bares, lists)], { atLeast: 0.7 }),
      figure(`${label}: listed beside that, round by round`, 'of 1', ratio(bares, lists)),
      figure(`${label}: synced again, CPU`, 'ms', work(syncs)),
      figure(`${label}: synced again beside that, each at its best`, 'of 1', [bestRatio(bares, syncs)], {
        atLeast: 0.7,
      }),
      figure(`${label}: synced again beside that, round by round`, 'of 1', ratio(bares, syncs)),
      figure(`${label}: first sync with its index, CPU`, 'ms', work(firsts)),
      figure(`${label}: first sync, 50 ms away, by the clock`, 'ms', ms(fars)),
      figure(`${label}: first sync, 50 ms away, on a core of its own`, 'ms', own(fars), { atMost: 4_000 }),
      figure(`${label}: synced again, 50 ms away, by the clock`, 'ms', ms(agains)),
      figure(`${label}: synced again, 50 ms away, on a core of its own`, 'ms', own(agains), { atMost: 4_000 }),
      figure(`${label}: RSS grown by listing and holding everybody`, 'MB', grown, { atMost: 200 }),
    ];
  } finally {
    await client.close();
    await pool.destroy();
    fast.kill();
    far.kill();
  }
}
