/** What `rolecall doctor` says about the data folder, beside a running bot and after it was killed; it mends nothing. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { examineStore } from '../../src/store/lowdb/doctor.ts';
import { HOUR, MINUTE, type Story } from '../scenarios/story.ts';
import { hands, openIn, temporaryFolder } from '../store/lowdb/hands.ts';
import { event, putRequest } from '../store/records.ts';
import { type Clinic, type CopiedClinic, createClinic, openClinic } from './clinic.ts';
import type { Diagnosis } from './command-line.ts';

// A bot starts in a test: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

let house: Clinic;
beforeAll(async () => {
  house = await createClinic();
});
afterAll(() => house.close());

/** The story of the house goes on only once somebody asks for what comes next. */
function once<T>(happens: () => Promise<T>): () => Promise<T> {
  let happened: Promise<T> | undefined;
  return () => (happened ??= happens());
}

/** A bot that has given Ada Admin for four hours runs … */
const running = once(async () => {
  const story = await house.start();
  await granted(story);
  return story;
});
/** … and is killed. */
const killed = once(async () => {
  await running();
  await house.stop('SIGKILL');
});
/** A copy of what it left, opened once more and closed in order. */
async function closed(): Promise<CopiedClinic> {
  await killed();
  const clinic = await house.copy();
  await (await openIn(clinic.dataDir)).store.close();
  return clinic;
}

const states = (findings: ReturnType<Diagnosis['of']>) => findings.map(({ state }) => state);

/** Every file of the folder with what is in it. */
async function photograph(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const isFile = (await stat(path)).isFile();
    const digest = isFile
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : '-';
    files.push(`${name} ${digest}`);
  }
  return files;
}

/** The doctor's word on a folder at rest, which it must leave as it is. */
async function untouched(clinic: Pick<Clinic, 'dataDir' | 'diagnose'>): Promise<Diagnosis> {
  const before = await photograph(clinic.dataDir);
  const diagnosis = await clinic.diagnose();
  expect(await photograph(clinic.dataDir)).toEqual(before);
  return diagnosis;
}

/** Ada is Admin for four hours. */
async function granted({ ada, ben }: Story): Promise<void> {
  await ada.types('/access request admin for 4h because INC-7');
  await ben.presses(/^Approve Admin/);
  await ada.sees(/in the Admin group[\s\S]*confirmed/);
}

/** The last file of the journal. */
async function segment({ dataDir }: Pick<Clinic, 'dataDir'>): Promise<string> {
  const folder = join(dataDir, 'journal');
  const names = (await readdir(folder)).filter((each) => each.endsWith('.log'));
  return join(folder, names.sort().at(-1) ?? '');
}

describe('the data folder', () => {
  it('that cannot be one is a fault: a file in its place, a full disk', async () => {
    const file = await openClinic();
    await file.write('data', '');
    expect((await file.diagnose()).about('store', 'data folder')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/is not a folder$/) },
    ]);
    const full = await openClinic();
    await mkdir(full.dataDir);
    const { about, status } = await full.diagnose('ulimit -f 0;');
    expect(about('store', 'data folder')).toMatchObject([
      {
        state: 'fault',
        what: expect.stringMatching(/cannot be written \(EFBIG\)/),
        fix: expect.stringMatching(/room/),
      },
    ]);
    expect(status).toBe(1);
    expect(await readdir(full.dataDir)).toEqual([]);
  });
});

describe('a store that is written to all the while', () => {
  it('is never called damaged, across new segments and checkpoints', async () => {
    const { dir, remove } = await temporaryFolder();
    const { store } = await openIn(dir, hands(), { segmentBytes: 200_000, checkpointEvery: 150 });
    let going = true;
    let written = 0;
    const writing = (async () => {
      while (going) {
        const id = `R-${written++ % 50}`;
        await store.commit([`request:${id}`], () => ({
          put: [putRequest(id)],
          events: [event(id)],
          result: undefined,
        }));
      }
    })();
    try {
      const journal = new Set<string>();
      for (let reading = 0; reading < 40 || written < 600; reading++) {
        const { findings } = await examineStore({ dir, now: 0, apps: [] });
        for (const { subject, state } of findings) if (subject === 'journal') journal.add(state);
        expect(findings.filter(({ state }) => state === 'fault' || state === 'warning')).toEqual([]);
      }
      expect(journal).toContain('ok');
    } finally {
      going = false;
      await writing;
      await store.close();
      await remove();
    }
  });
});

describe('beside a running bot', () => {
  it('finds everything well, with a grant held, and leaves nothing behind', async () => {
    const story = await running();
    const before = (await readdir(house.dataDir)).sort();
    const { bad, about, status } = await house.diagnose();
    expect(bad).toEqual([]);
    expect(status).toBe(0);
    expect(about('store', 'bot')[0]?.what).toBe('runs on this folder');
    expect(about('store', 'journal')[0]?.what).toMatch(/^holds to line \d+/);
    expect(about('store', 'ends')).toMatchObject([{ state: 'ok', what: 'none overdue; 1 grant held' }]);
    expect(about('app:perplexity', 'admin now')[0]?.what).toMatch(/^3 active: ada@example\.com/);
    expect((await readdir(house.dataDir)).sort()).toEqual(before);
    // The bot goes on as if nothing had been.
    await story.ada.types('/access mine');
    await story.ada.sees(/Admin[\s\S]*until/);
  });
});

describe('after the bot was killed', () => {
  it('reads what it left, and counts the ends that nobody carries out', async () => {
    await killed();
    const early = await untouched(house);
    expect(early.about('store', 'bot')[0]?.what).toBe('does not run on this folder');
    expect(early.about('store', 'ends')).toMatchObject([
      {
        state: 'warning',
        what: 'none overdue, but 1 grant will have to end',
        fix: expect.stringMatching(/^start the bot/),
      },
    ]);
    const clinic = await house.copy();
    clinic.clock.advance(4 * HOUR + 30 * MINUTE);
    const late = await untouched(clinic);
    expect(late.about('store', 'ends')).toMatchObject([
      {
        state: 'fault',
        what: expect.stringMatching(/^1 overdue: .* \d+ min late/),
        fix: expect.stringMatching(/^start the bot/),
      },
    ]);
    // Its app is taken out of the policy: now nothing can end it.
    await clinic.policy(POLICY.replace('  perplexity:', '  renamed:'));
    expect((await clinic.diagnose()).about('store', 'ends')[0]).toMatchObject({
      state: 'fault',
      what: expect.stringMatching(/^1 grant in perplexity, which the policy does not name: R-/),
    });
  });

  it('tells a write that was cut short from damage, and mends neither', async () => {
    await killed();
    const clinic = await house.copy();
    const path = await segment(clinic);
    const bytes = await readFile(path);
    // The bot left room behind its lines.
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);

    await writeFile(path, Buffer.concat([whole, Buffer.from('0123456789abcdef')]));
    const torn = await untouched(clinic);
    expect(torn.about('store', 'journal')).toMatchObject([
      { state: 'ok' },
      { state: 'warning', what: 'its last 16 bytes are a write that was cut short' },
    ]);

    const damaged = Buffer.from(whole);
    damaged[Math.floor(whole.length / 2)] = (damaged[Math.floor(whole.length / 2)] ?? 0) ^ 1;
    await writeFile(path, damaged);
    const broken = await untouched(clinic);
    expect(broken.about('store', 'journal')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/^it is damaged: journal\/.*, bytes \d+ to \d+/) },
    ]);
    expect(broken.status).toBe(1);
  });
});

describe('a journal that was closed in order', () => {
  it('sees lines that are missing, and a bot that would not start', async () => {
    const clinic = await closed();
    expect(states((await untouched(clinic)).about('store', 'journal'))).toEqual(['ok']);
    const path = await segment(clinic);
    const lines = (await readFile(path, 'utf8')).split('\n');
    await truncate(path, Buffer.byteLength(`${lines.slice(0, -3).join('\n')}\n`));
    const cut = await untouched(clinic);
    expect(cut.about('store', 'journal')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/^lines are missing/), fix: expect.stringMatching(/back-up/) },
    ]);
    await rm(join(clinic.dataDir, 'journal'), { recursive: true });
    expect(states((await untouched(clinic)).about('store', 'journal'))).toEqual(['fault']);
    // What is on record of the app cannot be read: the seats are counted without it.
    expect(cut.about('app:perplexity', 'seats')[0]?.what).toMatch(/approved ones not counted/);
  });

  it('sees safe mode, and a checkpoint that is of no use', async () => {
    const clinic = await closed();
    await writeFile(join(clinic.dataDir, 'state.json'), '{"version":1,');
    await writeFile(join(clinic.dataDir, 'SAFE_MODE'), 'since yesterday\n');
    const { about } = await untouched(clinic);
    expect(about('store', 'safe mode')).toMatchObject([{ state: 'fault' }]);
    expect(about('store', 'checkpoint')).toMatchObject([{ state: 'warning', fix: expect.stringMatching(/rebuilds/) }]);
    expect(about('store', 'ends')).toMatchObject([{ what: expect.stringMatching(/1 grant/) }]);
  });
});

describe('beside a bot in trouble', () => {
  it('sees an end that does not succeed, and a change that does not', async () => {
    const clinic = await openClinic();
    const story = await clinic.start();
    await granted(story);
    const refuse = { type: 'error', status: 403 } as const;
    clinic.scim.fault({ match: { method: 'PATCH' }, times: Number.POSITIVE_INFINITY, kind: refuse });
    await story.carla.types('/access revoke @ada admin because done');
    await story.carla.sees(/Not applied yet/);
    const failing = await clinic.diagnose();
    expect(failing.about('store', 'ends')).toMatchObject([{ state: 'ok' }]);
    expect(failing.about('store', 'changes')).toMatchObject([
      {
        state: 'warning',
        what: expect.stringMatching(/^1 change not carried through: R-\w+ \(revoke: write failing\)$/),
      },
    ]);

    clinic.clock.advance(5 * HOUR);
    await story.carla.sees(/Not taken away yet/);
    const overdue = await clinic.diagnose();
    expect(overdue.about('store', 'ends')).toMatchObject([
      {
        state: 'fault',
        what: expect.stringMatching(/^1 overdue: R-\w+ \(admin in perplexity, \d+ min late\)$/),
        fix: expect.stringMatching(/by hand/),
      },
    ]);
    expect(overdue.status).toBe(1);
  });

  it('sees an end that is held because it would take the last Admin', async () => {
    const clinic = await openClinic();
    const story = await clinic.start();
    await granted(story);
    const group = clinic.scim.groupId('PPLX_Admin') ?? '';
    for (const name of ['carla@example.com', 'break-glass@example.com']) {
      clinic.scim.setMember(group, clinic.scim.userId(name) ?? '', false);
    }
    clinic.clock.advance(5 * HOUR);
    await story.carla.sees(/Overdue/);
    const { about } = await clinic.diagnose();
    expect(about('store', 'ends')[0]?.what).toMatch(/the last one: name a successor/);
    expect(about('store', 'changes')).toEqual([]);
    expect(about('app:perplexity', 'keep')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/is not admin$/) },
    ]);
  });
});

describe('the groups', () => {
  // Changes for good what the house's app holds: nothing of the house comes after it.
  it('holds groups to the ids they were linked by', async () => {
    const clinic = await closed();
    const { scim } = house;
    const linked = scim.groupId('PPLX_Admin') ?? '';
    expect((await clinic.diagnose()).about('app:perplexity', 'group of admin')[0]?.what).toMatch(/once, and linked$/);

    scim.renameGroup(linked, 'Renamed');
    expect((await clinic.diagnose()).about('app:perplexity', 'group of admin')).toMatchObject([
      { state: 'warning', what: 'the group linked as PPLX_Admin is called Renamed now' },
    ]);
    scim.addGroup({ displayName: 'PPLX_Admin' });
    const two = await clinic.diagnose();
    expect(two.about('app:perplexity', 'group of admin')).toMatchObject([
      { state: 'warning', what: expect.stringMatching(/another group has this name/) },
    ]);
    expect(two.about('app:perplexity', 'admin now')[0]?.what).toMatch(/^3 active/);
    scim.removeGroup(linked);
    expect((await clinic.diagnose()).about('app:perplexity', 'group of admin')).toMatchObject([
      { state: 'fault', what: expect.stringMatching(/is gone; another one has its name now$/) },
    ]);
  });
});
