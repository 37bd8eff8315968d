import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

/** The room of a file: its first folder, or its own name at the top. */
const roomOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';

/** Specifiers of every static and dynamic import and re-export. */
function importsOf(text: string): string[] {
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found.filter((specifier) => specifier !== '');
}

/** Rooms a file imports from, and packages. */
function reach({ file, text }: { file: string; text: string }): { rooms: string[]; packages: string[] } {
  const rooms: string[] = [];
  const packages: string[] = [];
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) rooms.push(roomOf(relative(SRC, resolve(SRC, dirname(file), specifier))));
    else if (!specifier.startsWith('node:'))
      packages.push(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
  return { rooms, packages };
}

/** Which rooms each room may import besides itself. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  access: [],
  scim: [],
  sandbox: [],
  slack: ['access'],
  directory: ['access', 'scim'],
  store: ['access'],
  jobs: ['access'],
  operations: ['access'],
  config: ['access', 'scim'],
};

/** Packages a room is bound to: nothing else belongs there. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  access: ['zod', 'luxon'],
  scim: ['zod', 'undici'],
};

describe('the one dependency rule', () => {
  it('finds the rooms it is about', () => {
    const rooms = new Set(files.map(({ file }) => roomOf(file)));
    for (const room of [...Object.keys(MAY), 'main', 'bot', 'cli']) expect(rooms).toContain(room);
  });

  it.each(files.filter(({ file }) => !['main', 'bot', 'cli'].includes(roomOf(file))))(
    'arrows of $file go inwards',
    (entry) => {
      const room = roomOf(entry.file);
      const allowed = MAY[room];
      expect(allowed, `src/${room} is a room nobody drew`).toBeDefined();
      const strays = reach(entry).rooms.filter((other) => other !== room && allowed?.includes(other) !== true);
      expect(strays).toEqual([]);
      const bound = PACKAGES[room];
      if (bound !== undefined) expect(reach(entry).packages.filter((name) => !bound.includes(name))).toEqual([]);
    },
  );

  it('only config reads the environment (the entry hands it on)', () => {
    const readers = files.filter(
      ({ file, text }) => /\bprocess\.env\b/.test(text) && !['config', 'sandbox', 'main'].includes(roomOf(file)),
    );
    expect(readers.map(({ file }) => file)).toEqual([]);
  });

  it('only the composition root and the command line read the real clock', () => {
    const clock = /\bDate\.now\b|\bnew Date\(\)|\bDateTime\.(?:now|local|utc)\(\)|\bperformance\.now\b/;
    const readers = files.filter(
      ({ file, text }) => clock.test(code(text)) && !['main', 'bot', 'cli', 'sandbox'].includes(roomOf(file)),
    );
    expect(readers.map(({ file }) => file)).toEqual([]);
  });

  it('no room is called after nothing in particular', () => {
    const vague = files.filter(({ file }) => /(^|\/)(utils?|helpers?|core|common|misc|lib|shared)(\/|\.|$)/.test(file));
    expect(vague.map(({ file }) => file)).toEqual([]);
  });

  it('every file says first what it is', () => {
    const silent = files.filter(({ text }) => !/^(?:#!.*\n)?(\/\*\*|\/\/)/.test(text));
    expect(silent.map(({ file }) => file)).toEqual([]);
  });
});

/** The text without its comments, so that a comment may name what the code must not use. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
