/**
 * Examines the data folder, beside a running bot or without one: writable, journal whole, ends on time. Changes nothing
 * there; refuses to mend. The whole chain is for `audit verify`.
 */
import { access, constants, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { counted, type Finding, fault, ok, some, unchecked, warning } from '../../access/finding.ts';
import type { AppRecord } from '../../access/ports.ts';
import { type Checkpoint, openCheckpoints } from './checkpoint.ts';
import { UNFINISHED } from './durable.ts';
import { errnoOf, type OpenFault, StoreOpenError } from './errors.ts';
import { keptHeads } from './heads.ts';
import { isAnswered, socketOf } from './lock.ts';
import { type Found, recover } from './recover.ts';
import { journalFolder } from './segment.ts';
import { SAFE_MODE } from './start.ts';
import { createState, type State } from './state.ts';

export interface StoreExam {
  /** The data folder. */
  readonly dir: string;
  /** Business time, ms. */
  readonly now: number;
  /** Keys of the apps the policy knows. */
  readonly apps: readonly string[];
}

export interface StoreExamined {
  readonly findings: Finding[];
  /** What is on record of an app; `unknown` where the records could not be read. */
  readonly appRecord: (app: string) => AppRecord | 'unknown';
  /** Requests of an app that wait for it to go on, and differences that wait for an owner. */
  readonly underWay: (app: string) => { readonly waiting: number; readonly differing: number };
}

/** So late may an end be before it is worth a line: a removal that is under way, or waits for a 429. */
const LATE_MS = 2 * 60_000;
/** Readings beside a bot that writes on, before it is said that none was whole. */
const READINGS = 5;
const FOLDER = 'data folder';

export async function examineStore({ dir, now, apps }: StoreExam): Promise<StoreExamined> {
  const unread: StoreExamined['appRecord'] = () => 'unknown';
  const fresh: StoreExamined['appRecord'] = (app) => ({ app, groups: {}, claims: [] });
  const nothing: StoreExamined['underWay'] = () => ({ waiting: 0, differing: 0 });
  const folder = await examineFolder(dir);
  if (folder.kind !== 'there') {
    return { findings: folder.findings, appRecord: folder.kind === 'new' ? fresh : unread, underWay: nothing };
  }
  const findings = [...folder.findings];
  const running = await isRunning(dir);
  findings.push(ok('bot', running ? 'runs on this folder' : 'does not run on this folder'));
  const safe = await safeMode(dir);
  if (safe !== undefined) findings.push(safe);
  const reading = await read(dir, running);
  findings.push(...reading.findings);
  const { state } = reading;
  if (state === undefined) return { findings, appRecord: unread, underWay: nothing };
  const late = lateGrants(state, now, apps);
  findings.push(...ends(state, late, running, apps), ...alarms(state, late));
  return {
    findings,
    appRecord: (app) => state.get('app', app) ?? { app, groups: {}, claims: [] },
    underWay: (app) => ({
      waiting: state.openRequests({ app }).filter(({ waits }) => waits !== undefined).length,
      differing: state
        .all('drift')
        .filter((each) => each.app === app && each.what === 'finding' && each.state === 'open').length,
    }),
  };
}

type Folder =
  /** `new`: the first start makes it. */
  { readonly kind: 'there' | 'new' | 'unusable'; readonly findings: Finding[] };

async function examineFolder(dir: string): Promise<Folder> {
  try {
    if (!(await stat(dir)).isDirectory()) {
      return { kind: 'unusable', findings: [fault(FOLDER, `${dir} is not a folder`, 'correct DATA_DIR')] };
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return notYet(dir);
    return { kind: 'unusable', findings: [cannot(dir, 'read', error)] };
  }
  const probe = join(dir, `doctor-${process.pid}${UNFINISHED}`);
  try {
    const handle = await open(probe, 'wx', 0o600);
    try {
      await handle.writeFile('.');
      await handle.datasync();
    } finally {
      await handle.close();
      await rm(probe, { force: true });
    }
  } catch (error) {
    return { kind: 'there', findings: [cannot(dir, 'written', error)] };
  }
  return { kind: 'there', findings: [ok(FOLDER, `${dir} can be written`)] };
}

async function notYet(dir: string): Promise<Folder> {
  let above = dirname(dir);
  for (;;) {
    try {
      await access(above, constants.W_OK | constants.X_OK);
      return { kind: 'new', findings: [ok(FOLDER, `${dir} is not there yet; the first start makes it`)] };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || dirname(above) === above) {
        return { kind: 'unusable', findings: [cannot(above, 'written', error)] };
      }
      above = dirname(above);
    }
  }
}

function cannot(path: string, how: 'read' | 'written', error: unknown): Finding {
  const code = errnoOf(error) ?? 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  const fix = full ? 'make room on the disk, or raise the quota' : `let the user the bot runs as write to ${path}`;
  return fault(FOLDER, `${path} cannot be ${how} (${code})`, fix);
}

async function isRunning(dir: string): Promise<boolean> {
  try {
    return await isAnswered(socketOf(dir));
  } catch {
    // A lock of another user's process: somebody has it.
    return true;
  }
}

async function safeMode(dir: string): Promise<Finding | undefined> {
  try {
    await readFile(join(dir, SAFE_MODE));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
  }
  const fix = `read ${join(dir, SAFE_MODE)}; compare each app's groups with what people should hold, delete that file, start again`;
  return fault('safe mode', 'the journal was damaged: access is taken away on time, nothing is granted', fix);
}

interface Reading {
  readonly findings: Finding[];
  readonly state?: State;
}

/**
 * Live state as a start would find it. Beside a running bot lines are added while others are read, so whatever looks
 * wrong is believed only if it looks the same twice.
 */
async function read(dir: string, running: boolean): Promise<Reading> {
  let before: string | undefined;
  for (let reading = 1; ; reading += 1) {
    const { mark, result } = await readOnce(dir, running);
    if (mark === undefined || !running || mark === before) return result;
    if (reading >= READINGS) {
      return { findings: [unchecked('journal', 'the running bot writes faster than it can be read: try again')] };
    }
    before = mark;
  }
}

/** `mark`: what was wrong, and where. */
async function readOnce(dir: string, running: boolean): Promise<{ mark?: string; result: Reading }> {
  let found: Found;
  let saved: Checkpoint | undefined;
  let unreadable: string | undefined;
  try {
    try {
      saved = await openCheckpoints(dir).load();
    } catch (error) {
      if (error instanceof StoreOpenError || errnoOf(error) !== undefined) throw error;
      unreadable = 'it cannot be read';
    }
    const heads = await keptHeads(dir);
    if (!(await isThere(journalFolder(dir)))) {
      const lost = saved !== undefined || heads.length > 0;
      return lost
        ? { mark: 'lost', result: { findings: [fault('journal', WORDS.lost_lines, RESTORE)] } }
        : { result: empty() };
    }
    found = await recover(dir, saved, heads);
  } catch (error) {
    if (error instanceof StoreOpenError) {
      return { mark: error.code, result: { findings: [fault('journal', WORDS[error.code], error.message)] } };
    }
    const code = errnoOf(error);
    const finding = code === undefined ? unchecked('journal', 'it could not be read') : cannot(dir, 'read', error);
    return { mark: code ?? 'unread', result: { findings: [finding] } };
  }
  const { verdict } = found;
  const why = unreadable ?? found.unusable;
  const rebuilt =
    why === undefined
      ? []
      : [warning('checkpoint', `state.json is of no use: ${why}`, 'nothing: the next start rebuilds it')];
  switch (verdict.kind) {
    case 'fresh':
      return { result: empty() };
    case 'whole': {
      const { walk, torn } = verdict;
      const { last, replayed } = walk;
      const what = `holds to line ${last.head.seq}${saved === undefined || why !== undefined ? '' : `, ${counted(replayed, 'line')} after the checkpoint`}; the whole chain: rolecall audit verify`;
      const findings = [ok('journal', what), ...rebuilt];
      // Beside a running bot the end of the file is a line that is just being written.
      if (torn > 0 && !running) {
        const fix = 'nothing: the next start puts them aside as torn-<time>; nobody was told that it was done';
        findings.push(warning('journal', `its last ${counted(torn, 'byte')} are a write that was cut short`, fix));
      }
      return { result: { findings, state: last.state } };
    }
    case 'damaged': {
      const places = verdict.damage.map(({ segment, from, to }) => `journal/${segment}.log, bytes ${from} to ${to}`);
      const fix = 'restore the folder from a back-up; else a start goes into safe mode: docs/operations.md, "Recovery"';
      const finding = fault('journal', `it is damaged: ${some(places, 3)}`, fix);
      return { mark: places.join(), result: { findings: [finding, ...rebuilt], state: verdict.standing.state } };
    }
  }
}

const empty = (): Reading => ({ findings: [ok('journal', 'nothing is recorded yet')], state: createState() });
const RESTORE = 'restore the folder "journal" from a back-up: docs/operations.md, "Recovery"';

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

const WORDS: Readonly<Record<OpenFault, string>> = {
  lost_lines: 'lines are missing that were once durable; the bot will not start',
  newer_format: 'it was written by a later version; this one will not start',
  locked: 'another process has it',
  foreign_host: 'another host has it',
  path_too_long: 'its path is too long',
  not_writable: 'it cannot be written',
};

interface Late {
  readonly request: string;
  readonly app: string;
  readonly role: string;
  /** ms */
  readonly by: number;
}

const grantsOf = (state: State) =>
  state.holdings({}).flatMap(({ app, role, grants }) => grants.map((grant) => ({ app, role, ...grant })));

const lateGrants = (state: State, now: number, apps: readonly string[]): Late[] =>
  grantsOf(state).flatMap(({ request, app, role, until }) =>
    until !== null && until + LATE_MS < now && apps.includes(app) ? [{ request, app, role, by: now - until }] : [],
  );

/** Grants whose end has passed, and those whose app the policy does not know any more: their end cannot be carried out. */
function ends(state: State, late: readonly Late[], running: boolean, apps: readonly string[]): Finding[] {
  const grants = grantsOf(state);
  const found: Finding[] = [];
  const strays = grants.filter(({ app }) => !apps.includes(app));
  if (strays.length > 0) {
    const names = [...new Set(strays.map(({ app }) => app))].join(', ');
    const what = `${counted(strays.length, 'grant')} in ${names}, which the policy does not name: ${some(strays.map((each) => each.request))}`;
    found.push(fault('ends', what, 'put the app back into the policy until they have ended: as it is they never do'));
  }
  if (late.length > 0) {
    const list = late.map(({ request, app, role, by }) => {
      const held = state.get('request', request)?.alarm?.kind === 'last_admin_held';
      return `${request} (${role} in ${app}, ${howLong(by)} late${held ? ', the last one: name a successor' : ''})`;
    });
    const fix = running
      ? 'its card tells the owners why, every day; until that is mended take the role away in the app by hand'
      : 'start the bot: it ends them first';
    found.push(fault('ends', `${late.length} overdue: ${some(list)}`, fix));
  } else if (grants.length > 0 && !running) {
    const fix = 'start the bot: without it nothing ends';
    found.push(warning('ends', `none overdue, but ${counted(grants.length, 'grant')} will have to end`, fix));
  } else {
    found.push(ok('ends', `none overdue; ${counted(grants.length, 'grant')} held`));
  }
  return found;
}

function howLong(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} days`;
}

/** What else the owners keep hearing about. */
function alarms(state: State, late: readonly Late[]): Finding[] {
  const told = new Set(late.map(({ request }) => request));
  const failing = state.openRequests({}).filter(({ id, alarm }) => alarm !== undefined && !told.has(id));
  if (failing.length === 0) return [];
  const list = failing.map(({ id, ask, alarm }) => `${id} (${ask.action}: ${alarm?.kind.replaceAll('_', ' ') ?? ''})`);
  const fix = 'look at the card of the request in Slack: it says what the service answered';
  return [warning('changes', `${counted(failing.length, 'change')} not carried through: ${some(list)}`, fix)];
}
