/**
 * One process per data folder: a bound socket that dies with its owner. Binding, and clearing away what a dead owner
 * left, happen under a file that only one process can create. Refuses to know what is in the folder.
 */
import { link, open, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UNFINISHED } from './durable.ts';
import { errnoOf, StoreOpenError } from './errors.ts';

/** What fits into a Unix socket address, without the closing zero. */
const MAX_PATH_BYTES = 107;

export const socketOf = (dir: string): string => join(dir, 'rolecall.sock');

/** Takes the folder. Resolves to what gives it back. @throws StoreOpenError */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = socketOf(dir);
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    throw new StoreOpenError(
      'path_too_long',
      `the lock socket ${path} would have a path of ${bytes} bytes; a socket's may have ${MAX_PATH_BYTES}: set DATA_DIR to a shorter path`,
      { bytes, limit: MAX_PATH_BYTES },
    );
  }
  const release = await enter(join(dir, 'rolecall.takeover'));
  try {
    if (await isAnswered(path)) {
      throw new StoreOpenError(
        'locked',
        `another Rolecall is running on ${dir}: stop it first. For several replicas set DATABASE_URL (PostgreSQL).`,
      );
    }
    await rm(path, { force: true });
    const server = await listen(path);
    return () => new Promise((resolve) => server.close(() => resolve()));
  } finally {
    await release();
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Being accepted is all that a caller wants to know.
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Whether a process has the folder: somebody accepts connections. @throws the system's error */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => {
      const code = errnoOf(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(false);
      // EAGAIN: somebody listens, with a full queue.
      else if (code === 'EAGAIN' || code === 'ECONNRESET') resolve(true);
      else reject(error);
    });
  });
}

interface Owner {
  readonly pid: number;
  readonly start: string;
  readonly host: string;
}

/** When a process of this host started, in a form that differs after a reboot; `undefined`: there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name (second field) may itself have blanks and brackets.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return `${boot}/${fields[19]}`;
  } catch {
    try {
      process.kill(pid, 0);
      return 'running';
    } catch (error) {
      return errnoOf(error) === 'EPERM' ? 'running' : undefined;
    }
  }
}

/** Attempts of this process, so that two of them do not share a file. */
let attempts = 0;

/** Creates the takeover file; resolves to what removes it. @throws StoreOpenError when somebody else has it */
async function enter(path: string): Promise<() => Promise<void>> {
  const own: Owner = { pid: process.pid, start: (await startOf(process.pid)) ?? '', host: hostname() };
  let claim: string | undefined;
  for (;;) {
    if (await createWhole(path, JSON.stringify(own))) break;
    if (claim !== undefined) throw busy(path);
    claim = await claimStale(path);
  }
  return async () => {
    await rm(path, { force: true });
    if (claim !== undefined) await rm(claim, { force: true });
  };
}

/** Creates a file that has its contents from the first moment; false when there is one already. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const unfinished = `${path}-${process.pid}-${attempts++}${UNFINISHED}`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(unfinished, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

const busy = (path: string): StoreOpenError =>
  new StoreOpenError('locked', `another Rolecall is just starting here (${path}): only one can`);

/**
 * Removes the takeover file of a process that is gone. Of several that find it only one does: the one that creates a
 * second name for it.
 */
async function claimStale(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw busy(path);
    throw error;
  }
  let owner: Partial<Owner> = {};
  try {
    owner = JSON.parse(text) as Partial<Owner>;
  } catch {
    // Below.
  }
  const { pid, start, host } = owner;
  if (pid === undefined || start === undefined || host === undefined) {
    throw new StoreOpenError('locked', `${path} does not say whose it is: delete it if no Rolecall runs here`);
  }
  if (host !== hostname()) {
    throw new StoreOpenError(
      'foreign_host',
      `Rolecall on host ${host} was starting on this folder and did not finish: if it does not run, delete ${path}`,
      { host, pid },
    );
  }
  if ((await startOf(pid)) === start) throw busy(path);
  const claim = `${path}-${pid}-${start.replaceAll(/[^0-9a-z]/gi, '_')}`;
  try {
    await link(path, claim);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') throw busy(path);
    throw error;
  }
  await rm(path, { force: true });
  return claim;
}
