/**
 * Files that are wholly there or not at all: temporary file, fsync, rename, fsync of the folder.
 * Refuses to know what is in them.
 */
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Ending of a file that was never finished; deleted at the next start. */
export const UNFINISHED = '.unfinished';

/** Makes a folder's entries durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder, and those above it that are missing, durable. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  let folder = resolve(path);
  do {
    folder = dirname(folder);
    await syncFolder(folder);
  } while (folder !== top);
}

/** Writes all of `bytes` at `position`, however many calls the system needs. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Puts a file in place that is durable when the promise resolves. What was there before stays until then.
 * @returns its length in bytes
 * @throws the system's error; nothing is left behind
 */
export async function writeDurably(path: string, chunks: Iterable<string | Uint8Array>): Promise<number> {
  const unfinished = path + UNFINISHED;
  let length = 0;
  try {
    const handle = await open(unfinished, 'w', 0o600);
    try {
      for (const chunk of chunks) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        await writeFully(handle, bytes, length);
        length += bytes.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  return length;
}
