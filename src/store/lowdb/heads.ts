/**
 * Heads made durable before they are published: `heads/<seq>-<hash>`. What a head names must be in the journal.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Head } from '../../access/ports.ts';
import { makeFolder, writeDurably } from './durable.ts';
import { errnoOf } from './errors.ts';

const NAME = /^(\d{16})-([0-9a-f]{64})$/;
const folderOf = (dir: string): string => join(dir, 'heads');

/** Makes a head durable. @throws the system's error */
export async function keepHead(dir: string, { seq, hash }: Head): Promise<void> {
  await makeFolder(folderOf(dir));
  await writeDurably(join(folderOf(dir), `${String(seq).padStart(16, '0')}-${hash}`), [`${seq}:${hash}\n`]);
}

/** The heads that were kept, oldest first. */
export async function keptHeads(dir: string): Promise<Head[]> {
  let names: string[];
  try {
    names = await readdir(folderOf(dir));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return names.sort().flatMap((name) => {
    const [, seq, hash] = NAME.exec(name) ?? [];
    return seq === undefined || hash === undefined ? [] : [{ seq: Number(seq), hash }];
  });
}
