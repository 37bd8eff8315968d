import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import { type Character, HOUR, MINUTE, type Story, tell, textOf } from './story.ts';
import { journal, openLogBook, readiness, verifyAudit } from './witness.ts';

const NOT_SAVED = /cannot save anything just now, so nothing was changed/;
/** Owners are not shown every grant: Slack's patience is for those whom the story is about. */
const policy = POLICY.replace(', sensitive: true', '');
const AT_FIRST = ['break-glass@example.com', 'carla@example.com'];

const mountSmall = (folder: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'rolecall-test', folder], { stdio: 'ignore' });
};
const unmount = (folder: string): void => {
  execFileSync('umount', ['-l', folder]);
};

/** Mounting takes root. Where the whole gate runs it must be there; elsewhere the file-size limit below tells the story. */
const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-mount-'));
  try {
    mountSmall(folder);
    unmount(folder);
    return true;
  } catch {
    return process.env.CI === 'true';
  } finally {
    rmdirSync(folder);
  }
})();

/** Writes until no more than so many bytes fit. */
async function fill(path: string, left = 0): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (let size = 64 * 1024; size >= 1; ) {
      try {
        await handle.appendFile(Buffer.alloc(size));
      } catch {
        size = Math.floor(size / 2);
      }
    }
    await handle.truncate((await handle.stat()).size - left);
  } finally {
    await handle.close();
  }
}

/** Asks until it is refused for want of room: what still fits is stored, and answered. */
async function askUntilRefused(who: Character): Promise<number> {
  for (let taken = 0; taken < 300; taken += 1) {
    expect((await who.types('/access lookup dmitri@example.com')).status).toBe(200);
    if (who.seesNow(NOT_SAVED) !== undefined) return taken;
  }
  throw new Error('there was room for everything');
}

const answersIn = (who: Character): number =>
  who.messages().filter((message) => /dmitri@example\.com/.test(textOf(message))).length;

async function historyHolds({ world }: Story): Promise<void> {
  const { status, says } = await verifyAudit(world);
  expect(says).toMatch(/The history holds/);
  expect(status).toBe(0);
}

describe.runIf(canMount)('a disk that is full', () => {
  it('changes nothing, says so, and goes on by itself when there is room, with nothing lost', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-full-'));
    mountSmall(dataDir);
    onTestFinished(async () => {
      unmount(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    });
    // Little is left from the beginning: the journal would keep more free for its next lines.
    const ballast = ['first', 'second'].map((name) => join(dataDir, name));
    await fill(ballast[0] ?? '', 128 * 1024);
    const log = openLogBook();
    const story = await tell({ policy, dataDir, onLine: log.onLine, rateLimits: false });
    const { world, ada, ben, carla, eve, finn, members, until } = story;
    await ada.types('/access request admin for 1h because INC-1');
    await ben.presses(/^Approve Admin/);
    await ada.sees(/INC-1[\s\S]*in the Admin group[\s\S]*confirmed/);
    await eve.types('/access request admin for 1h because INC-2');
    const approve = await carla.button(/^Approve Admin/, /INC-2/);

    await fill(ballast[1] ?? '');
    const taken = await askUntilRefused(finn);
    expect(await readiness(world)).toMatchObject({ status: 503 });
    // A click is answered, too, and decides nothing.
    expect((await world.slack.click(carla.id, approve)).status).toBe(200);
    await carla.sees(NOT_SAVED);
    // And the end that is due now cannot be marked, so it is not begun.
    world.clock.advance(HOUR + MINUTE);
    expect(members('PPLX_Admin')).toContain('ada@example.com');

    for (const path of ballast) await rm(path);
    await log.says(/the journal can be written again/);
    expect(await readiness(world)).toMatchObject({ status: 200 });
    await ada.sees(/INC-1[\s\S]*no longer in the Admin group/);
    // Whoever was answered when that could not be noted any more may be answered twice, but nobody never.
    await until('all that was acknowledged is answered', () => answersIn(finn) >= taken);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    const approved = (await journal(world)).filter(({ type }) => type === 'request.approved');
    expect(approved).toHaveLength(1);
    expect((await world.slack.click(carla.id, approve)).status).toBe(200);
    await eve.sees(/INC-2[\s\S]*in the Admin group[\s\S]*confirmed/);
    await historyHolds(story);
  });
});

describe('a journal that may not grow', () => {
  it('changes nothing, says so, and all that was acknowledged is there after a start with more room', async () => {
    const story = await tell({ policy, shell: 'ulimit -f 64;', rateLimits: false });
    const { world, ada, ben, finn, members, until } = story;
    await ada.types('/access request admin for 1h because INC-1');
    await ben.presses(/^Approve Admin/);
    await ada.sees(/INC-1[\s\S]*in the Admin group[\s\S]*confirmed/);
    const taken = await askUntilRefused(finn);
    expect(taken).toBeGreaterThan(0);
    expect(await readiness(world)).toMatchObject({ status: 503 });
    await ada.presses(/^I'm done/);
    await ada.sees(NOT_SAVED);
    expect(members('PPLX_Admin')).toContain('ada@example.com');
    await until('what was acknowledged was answered', () => answersIn(finn) === taken);

    await world.stopBot();
    await world.startBot({ shell: '' });
    expect(await readiness(world)).toMatchObject({ status: 200 });
    await ada.presses(/^I'm done/);
    await ada.sees(/no longer in the Admin group/);
    expect(members('PPLX_Admin').sort()).toEqual(AT_FIRST);
    await historyHolds(story);
  });
});
