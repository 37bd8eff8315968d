/**
 * Reads one small text file: bounded, UTF-8 or refused.
 * Knows nothing of what the files mean.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export type TextFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** `why` completes "the file …". */
  | { readonly kind: 'unusable'; readonly why: string };

/** Largest configuration file, bytes. */
export const FILE_MAX = 1024 * 1024;

/** Reads the whole file; never waits on a pipe or device. */
export function readTextFile(path: string): TextFile {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'unusable', why: 'cannot be read by this user' };
  }
  try {
    const status = fstatSync(handle);
    const { size } = status;
    if (!status.isFile()) return { kind: 'unusable', why: 'is not a regular file' };
    if (size > FILE_MAX) return { kind: 'unusable', why: 'is larger than 1 MiB' };
    const bytes = Buffer.alloc(size);
    const length = readSync(handle, bytes, 0, size, 0);
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch {
    return { kind: 'unusable', why: 'is not UTF-8 text' };
  } finally {
    closeSync(handle);
  }
}
