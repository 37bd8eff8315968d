/** What `rolecall audit verify` says, and with which status it ends, of a history that holds, breaks, or is elsewhere. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Head } from '../../src/access/ports.ts';
import { edit, flip, lineAt, newestFile, openIn, temporaryFolder } from '../store/lowdb/hands.ts';
import { event, putOnce } from '../store/records.ts';
import { commandLine } from './command-line.ts';

let dir: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ dir, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** The data folder of a bot that has written so many lines, the first of which is a snapshot; its head. */
async function written(lines: number): Promise<{ data: string; head: Head }> {
  const data = join(dir, 'data');
  const { store } = await openIn(data);
  for (let n = 1; n < lines; n++) {
    await store.commit([`once:${n}`], () => ({
      put: [putOnce(`${n}`, n)],
      events: [event(`r${n}`)],
      result: undefined,
    }));
  }
  const head = await store.head();
  await store.close();
  return { data, head };
}

const verify = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  commandLine(dir, env).call(['audit', 'verify', ...args]);

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1, -'.log'.length);

it('says how far a history that holds reaches', async () => {
  const { data, head } = await written(3);
  const shown = `${head.seq}:${head.hash}`;
  expect(await verify({ DATA_DIR: data }, '--head', shown)).toEqual({
    status: 0,
    out: `The history holds: 3 lines in 1 segment, head ${shown}.\nIt contains the head ${shown}.\n`,
    err: '',
  });
});

it('counts one line as one', async () => {
  const { data } = await written(1);
  expect((await verify({ DATA_DIR: data })).out).toMatch(/^The history holds: 1 line in 1 segment, head 1:/);
});

it('names the folder in which there is no journal, and what to do', async () => {
  const fix = 'Set DATA_DIR to the data folder of the bot, or to a copy of it.';
  const nothing = (folder: string) => ({
    status: 1,
    out: `There is no journal in ${folder}: nothing was verified.\n${fix}\n`,
    err: '',
  });
  // An empty value counts as not set: then it is the folder `data` here.
  expect(await verify({ DATA_DIR: '' })).toEqual(nothing(join(dir, 'data')));
  expect(await verify({ DATA_DIR: 'nowhere' }, '--head', `1:${'0'.repeat(64)}`)).toEqual(nothing(join(dir, 'nowhere')));
  await mkdir(join(dir, 'empty', 'journal'), { recursive: true });
  expect(await verify({ DATA_DIR: 'empty' })).toEqual(nothing(join(dir, 'empty')));
  await writeFile(join(dir, 'file'), '');
  expect(await verify({ DATA_DIR: 'file' })).toEqual({
    status: 1,
    out: '',
    err: `rolecall: the journal in ${join(dir, 'file')} cannot be read (ENOTDIR). ${fix}\n`,
  });
});

it('does not take a journal that was lost for another folder', async () => {
  const { data, head } = await written(2);
  await mkdir(join(data, 'heads'), { recursive: true });
  await writeFile(join(data, 'heads', `${String(head.seq).padStart(16, '0')}-${head.hash}`), '');
  await rm(join(data, 'journal'), { recursive: true });
  expect(await verify({ DATA_DIR: data })).toMatchObject({
    status: 1,
    out: `The history does not hold: it does not contain the head 2:${head.hash}, because there is no journal.\nLooked at ${data}.\n`,
  });
});

it('names the place of a broken line', async () => {
  const { data } = await written(4);
  const path = await newestFile(data);
  let offset = 0;
  await edit(path, (bytes) => {
    offset = lineAt(bytes, 2);
    return flip(offset + 200)(bytes);
  });
  const { status, out } = await verify({ DATA_DIR: data });
  expect(status).toBe(1);
  expect(out).toMatch(/^The history does not hold: \S.*\S \(line 3, /);
  expect(out).toContain(` (line 3, ${nameOf(path)} at byte ${offset}).\nLooked at ${data}.\n`);
});

it('names the place of a line with another hash than the head, and none of a line that is not there', async () => {
  const { data, head } = await written(3);
  const other = 'a'.repeat(64);
  const segment = nameOf(await newestFile(data));
  const says = async (asked: string) => {
    const { status, out } = await verify({ DATA_DIR: data }, '--head', asked);
    expect(status).toBe(1);
    return out;
  };
  expect(await says(`3:${other}`)).toMatch(
    new RegExp(
      `^The history does not hold: it does not contain the head 3:${other}, because line 3 has the hash ${head.hash} \\(line 3, ${segment} at byte [1-9]\\d*\\)\\.\n`,
    ),
  );
  expect(await says(`9:${other}`)).toBe(
    `The history does not hold: it does not contain the head 9:${other}, because the journal ends with line 3.\nLooked at ${data}.\n`,
  );
});
