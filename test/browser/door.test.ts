import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.ts';

type Answer = { status: number; body: string; headers: Record<string, string | string[] | undefined> };

function ask(url: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
  return new Promise((done, failed) => {
    const sent = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

describe('the door of the page', () => {
  let sandbox: Sandbox;
  let token: string;
  let origin: string;
  beforeAll(async () => {
    sandbox = await openSandbox({ port: 0, socket: false });
    origin = new URL(sandbox.url).origin;
    token = /name="sandbox-token" content="([^"]+)"/.exec((await ask(sandbox.url)).body)?.[1] ?? '';
  });
  afterAll(() => sandbox.close());

  const hour = JSON.stringify({ ms: 3_600_000 });
  const post = (headers: Record<string, string>, body = hour, path = 'api/clock') =>
    ask(`${sandbox.url}${path}`, { method: 'POST', headers }, body);
  const good = () => ({ origin, 'x-sandbox-token': token, 'content-type': 'application/json' });

  it('opens to the page itself', async () => {
    const before = sandbox.world.clock.offset();
    expect((await post(good())).status).toBe(200);
    expect(sandbox.world.clock.offset()).toBe(before + 3_600_000);
  });

  it.each([
    { who: 'another origin', change: { origin: 'http://evil.example' }, status: 403 },
    { who: 'no origin', change: { origin: '' }, status: 403 },
    { who: 'another token', change: { 'x-sandbox-token': 'x'.repeat(32) }, status: 403 },
    { who: 'a form', change: { 'content-type': 'text/plain' }, status: 415 },
    { who: 'another name of this machine', change: { host: 'evil.example' }, status: 421 },
  ])('stays closed to $who, and nothing happens', async ({ change, status }) => {
    const before = sandbox.world.clock.offset();
    expect((await post({ ...good(), ...change })).status).toBe(status);
    expect(sandbox.world.clock.offset()).toBe(before);
  });

  it('shows nothing under another name, nor to a page of another site', async () => {
    expect((await ask(sandbox.url, { headers: { host: 'rebound.example' } })).status).toBe(421);
    const stream = `${sandbox.url}api/events?as=U0ADA`;
    expect((await ask(stream, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await ask(stream.replace('U0ADA', 'U0NOBODY'))).status).toBe(404);
  });

  it('gives no file but its own', async () => {
    for (const path of ['../index.ts', '..%2findex.ts', 'server.ts', 'packages/../../index.ts', 'index.html'])
      expect((await ask(`${origin}/${path}`)).status, path).toBe(404);
    expect((await ask(`${origin}/main.js`)).status).toBe(200);
  });

  it('allows scripts, styles and connections of its own only', async () => {
    const { headers } = await ask(sandbox.url);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+'(;|$)/);
    expect(policy).not.toContain('unsafe');
  });

  it.each([
    { what: 'no JSON', body: '{' },
    { what: 'a time that goes back', body: JSON.stringify({ ms: -1 }) },
    { what: 'a year', body: JSON.stringify({ ms: 365 * 86_400_000 }) },
    { what: 'more than was asked for', body: JSON.stringify({ ms: 1, also: true }) },
  ])('refuses $what', async ({ body }) => {
    expect((await post(good(), body)).status).toBe(400);
  });

  it('refuses bodies no form could have, and acts there are not', async () => {
    expect((await post(good(), JSON.stringify({ ms: 1, x: 'x'.repeat(300_000) }))).status).toBe(413);
    expect((await post(good(), '{}', 'api/toString')).status).toBe(404);
    expect((await post(good(), '{}', 'api/__proto__')).status).toBe(404);
  });

  it('answers what a real client could not have done with words', async () => {
    const gone = await post(good(), JSON.stringify({ user: 'U0ADA', viewId: 'V0GONE', values: {} }), 'api/type');
    expect(gone.status).toBe(200);
    expect(JSON.parse(gone.body)).toMatchObject({ error: 'refused' });
    const nobody = await post(good(), JSON.stringify({ user: 'U0NOBODY' }), 'api/home');
    expect(JSON.parse(nobody.body)).toMatchObject({ error: 'refused' });
  });
});

describe('the command', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is stopped by %s and leaves no process and no file', async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-door-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const launcher = resolve(import.meta.dirname, '../../scripts/rolecall.js');
    const child = spawn(process.execPath, [launcher, 'sandbox'], {
      env: { PATH: process.env.PATH ?? '', TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    let printed = '';
    child.stdout.setEncoding('utf8');
    const url = await new Promise<string>((done) => {
      child.stdout.on('data', (chunk: string) => {
        printed += chunk;
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed)?.[0];
        if (found !== undefined && printed.includes('Ctrl-C')) done(found);
      });
    });
    expect(printed.trim().split('\n')).toHaveLength(2);
    const bot = await botOf(url);
    expect(isAlive(bot)).toBe(true);
    child.kill(signal);
    expect(await exited).toBe(0);
    expect(isAlive(bot)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });
});

/** The process id of the bot, as the page is told. */
async function botOf(url: string): Promise<number> {
  const response = await fetch(`${url}api/events?as=U0ADA`);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const found = /event: bot\ndata: .*"pid":(\d+)/.exec(text)?.[1];
    if (found !== undefined) return Number(found);
  }
  throw new Error(`no bot in ${text}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
