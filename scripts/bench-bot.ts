// Measures the whole bot as a child process: acknowledgement while SCIM hangs, start, memory, approve → confirmed.
// Prints beside them what the same machine needs for the bare work in the same run.
import { createHmac } from 'node:crypto';
import { closeSync, fdatasync, mkdtempSync, openSync, readFileSync, rmSync, write } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type SandboxWorld, startWorld } from '../src/sandbox/world.ts';
import { type Figure, figure, printFigures } from './figure.ts';

const COMMANDS = 300;
const ROUNDS = 3;
/** How long nothing happens before memory is read, ms. */
const IDLE = 15_000;
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

/** Resolves when `look` holds; looked at whenever somebody's screen changes. Says what the bot said when it never does. */
function until(world: SandboxWorld, look: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = world.slack.on('change', () => {
      if (!look()) return;
      stop();
      clearTimeout(end);
      resolve();
    });
    const end = setTimeout(() => {
      stop();
      reject(
        new Error(
          `waited in vain; the bot said:\n${world
            .bot()
            .log.slice(-10)
            .map((line) => JSON.stringify(line))
            .join('\n')}`,
        ),
      );
    }, 30_000);
  });
}

/** Milliseconds until each command is acknowledged, one after another, while no SCIM call is answered within 10 s. */
async function acknowledgements(): Promise<number[]> {
  const world = await startWorld({ rateLimits: false });
  world.scim.fault({ match: {}, times: Number.POSITIVE_INFINITY, kind: { type: 'hang', ms: 10_000, when: 'before' } });
  const people = ['U0ADA', 'U0BEN', 'U0CARLA', 'U0DMITRI', 'U0EVE'];
  const took: number[] = [];
  for (let at = 0; at < COMMANDS; at += 1) {
    const who = people[at % people.length] ?? 'U0ADA';
    const outcome = await world.slack.command(who, `/access request admin for 4h because INC-${at}`);
    if (outcome.status !== 200) throw new Error(`command ${at} was answered ${outcome.status} ${outcome.error ?? ''}`);
    took.push(outcome.ms);
  }
  await world.stopBot('SIGKILL');
  await world.close();
  return took;
}

/** The least that an acknowledgement needs: a signed request checked, a line appended and on the disk, an answer. */
async function bareAcknowledgements(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-'));
  const file = openSync(join(folder, 'log'), 'a');
  const append = promisify(write) as (fd: number, data: Buffer) => Promise<unknown>;
  const sync = promisify(fdatasync);
  const line = Buffer.alloc(1_200, 120);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      createHmac('sha256', 'secret').update(Buffer.concat(chunks)).digest('hex');
      void append(file, line)
        .then(() => sync(file))
        .then(() => response.end('{}'));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  const took: number[] = [];
  for (let at = 0; at < COMMANDS; at += 1) {
    const from = performance.now();
    await (await fetch(url, { method: 'POST', body: 'x'.repeat(600) })).text();
    took.push(performance.now() - from);
  }
  server.close();
  server.closeAllConnections();
  closeSync(file);
  rmSync(folder, { recursive: true });
  return took;
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

/** Start with an empty store until ready; memory when idle; from Approve to the confirmation on the requester's screen. */
async function days(): Promise<{ start: number[]; memory: number[]; confirm: number[] }> {
  const start: number[] = [];
  const memory: number[] = [];
  const confirm: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const world = await startWorld({ rateLimits: false });
    await world.stopBot();
    const from = performance.now();
    await world.startBot();
    start.push(performance.now() - from);
    await world.slack.command('U0ADA', '/access request admin for 4h because INC-7');
    const card = () =>
      world.slack
        .state('U0BEN')
        .conversations.flatMap((each) => each.messages)
        .find((each) => JSON.stringify(each.blocks).includes('request.approve'));
    if (card() === undefined) await until(world, () => card() !== undefined);
    const shown = card();
    const actions = shown?.blocks.find((block) => block.type === 'actions');
    if (shown === undefined || actions === undefined) throw new Error('no card');
    const clicked = performance.now();
    const confirmed = () =>
      world.slack
        .state('U0ADA')
        .conversations.some((each) =>
          each.messages.some((message) => /in the Admin group[\s\S]*confirmed/.test(JSON.stringify(message.blocks))),
        );
    const seen = until(world, confirmed);
    await world.slack.click('U0BEN', {
      channel: shown.channel,
      ts: shown.ts,
      actionId: 'request.approve',
      blockId: typeof actions.block_id === 'string' ? actions.block_id : '',
      confirmed: true,
    });
    await seen;
    confirm.push(performance.now() - clicked);
    await delay(IDLE);
    memory.push(residentMb(world.bot().pid));
    await world.close();
  }
  return { start, memory, confirm };
}

export async function benchBot(): Promise<Figure[]> {
  const bare = await bareAcknowledgements();
  const ours = await acknowledgements();
  const { start, memory, confirm } = await days();
  const p99 = quantile(ours, 0.99);
  const limit = quantile(bare, 0.99);
  return [
    figure('acknowledged while every SCIM call hangs, p50', 'ms', [quantile(ours, 0.5)]),
    figure('acknowledged while every SCIM call hangs, p99', 'ms', [p99], { atMost: 50 }),
    figure('bare signed request and fdatasync, p99', 'ms', [limit]),
    figure('acknowledged / bare, p99', '×', [p99 / limit]),
    figure('start to ready, empty store', 'ms', start, { atMost: 1_000 }),
    figure('memory when idle (RSS)', 'MB', memory, { atMost: 130 }),
    figure('Approve → confirmed on the card', 'ms', confirm, { atMost: 1_000 }),
  ];
}

if (import.meta.main) printFigures('The bot', await benchBot());
