// The page's files and the two packages it is made of, by the address they are served at. There is no other way to a file.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ServedFile = { readonly type: string; readonly body: Buffer };

const PUBLIC = fileURLToPath(new URL('./public/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** The page's import map names the addresses of the packages. Reads everything once: a folder of a few dozen kilobytes needs no streaming. */
export function readFiles(): { readonly index: string; readonly files: ReadonlyMap<string, ServedFile> } {
  const files = new Map<string, ServedFile>();
  for (const name of readdirSync(PUBLIC)) {
    const type = TYPES[name.slice(name.lastIndexOf('.'))];
    if (type !== undefined) files.set(`/${name}`, { type, body: readFileSync(join(PUBLIC, name)) });
  }
  const require = createRequire(import.meta.url);
  const script = (path: string): ServedFile => ({ type: TYPES['.js'] ?? '', body: readFileSync(path) });
  files.set('/packages/preact.js', script(fileURLToPath(import.meta.resolve('preact'))));
  files.set('/packages/hooks.js', script(fileURLToPath(import.meta.resolve('preact/hooks'))));
  files.set('/packages/htm.js', script(join(require.resolve('htm'), '../htm.module.js')));
  return { index: readFileSync(join(PUBLIC, 'index.html'), 'utf8'), files };
}
