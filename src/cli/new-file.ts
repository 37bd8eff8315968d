/**
 * A file that is there whole or not at all: written beside its place, readable by its owner only, and put there when it is
 * done. Overwrites nothing unless told to; knows no content.
 */
import { rmSync } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { errnoOf } from '../store/lowdb/errors.ts';

export interface NewFile {
  write(text: string): Promise<void>;
  /** Puts it in its place. @returns false when something is there already and may not be overwritten */
  keep(): Promise<boolean>;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What file systems without hard links answer. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Begins a file; an interrupt takes what was written so far along. @throws the system's error */
export async function newFile(path: string, overwrite: boolean): Promise<NewFile> {
  const unfinished = `${path}.unfinished-${process.pid}`;
  const handle = await open(unfinished, 'wx', 0o600);
  const onSignal = (signal: NodeJS.Signals): void => {
    rmSync(unfinished, { force: true });
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  async function place(): Promise<boolean> {
    if (overwrite) {
      await rename(unfinished, path);
      return true;
    }
    try {
      await link(unfinished, path);
    } catch (error) {
      const code = errnoOf(error) ?? '';
      if (code === 'EEXIST' || !NO_LINKS.includes(code) || (await isThere(path))) {
        await rm(unfinished, { force: true });
        if (code === 'EEXIST' || NO_LINKS.includes(code)) return false;
        throw error;
      }
      await rename(unfinished, path);
      return true;
    }
    await rm(unfinished, { force: true });
    return true;
  }

  return {
    write: async (text) => {
      await handle.writeFile(text);
    },
    async keep() {
      await handle.datasync();
      await handle.close();
      forget();
      return place();
    },
    async drop() {
      await handle.close().catch(() => undefined);
      forget();
      await rm(unfinished, { force: true });
    },
  };
}
