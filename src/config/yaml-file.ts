/**
 * YAML text → plain data, the line of every part, and `${NAME}` replaced from the environment.
 * Knows no key of the policy but the one place where a secret belongs (a parameter).
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { looksLikeToken, looksRandom, showKey } from './secrets.ts';

export type Path = readonly PropertyKey[];

/** A fault that knows its line, or its place in the data, but not the file's name. */
export interface TextFault {
  readonly line: number;
  /** Where the value would stand; checks of this place are pointless after this fault. */
  readonly path?: Path;
  readonly what: string;
  readonly fix: string;
}

export interface YamlFile {
  readonly data: unknown;
  readonly faults: readonly TextFault[];
  /** Line of the nearest part that is written: of the key, the list entry, or what contains it. */
  readonly lineOf: (path: Path) => number;
  /** Values that came from the environment into a secret place. */
  readonly secrets: readonly string[];
  /** Every variable the file names. */
  readonly variables: ReadonlySet<string>;
}

const SENTENCES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  DUPLICATE_KEY: ['has a key twice in one block', 'keep one of them'],
  MULTIPLE_DOCS: ['holds more than one document', 'take out the --- line and join the parts'],
  TAB_AS_INDENT: ['is indented with a tab', 'indent with spaces'],
  BAD_INDENT: ['is not indented like its neighbours', 'line the block up'],
  TAG_RESOLVE_FAILED: ['uses a tag (!…)', 'write a plain value'],
  MISSING_CHAR: ['lacks a closing quote or bracket, or a colon', 'complete it; put text with : or # in quotes'],
};

const LINES_MAX = 20_000;

/**
 * Reads a policy text. Never throws for what the text holds; anchors, aliases, tags and `<<` are refused (a policy that
 * must be audited says everything where it stands).
 * @param isSecretPlace whether a `${NAME}` alone belongs at a path; anything else there is refused unseen
 */
export function readYaml(
  text: string,
  env: (name: string) => string | undefined,
  isSecretPlace: (path: Path) => boolean,
  isSecretName: (name: string) => boolean,
): YamlFile {
  const counter = new LineCounter();
  const faults: TextFault[] = [];
  const lineAt = new Map<string, number>();
  const variables = new Set<string>();
  const inSecretPlace = new Set<string>();
  const elsewhere: { readonly name: string; readonly path: Path; readonly line: number }[] = [];
  const line = (offset: number | undefined): number => Math.max(1, counter.linePos(offset ?? 0).line);

  function expand(value: string, path: Path, at: number): unknown {
    const secret = isSecretPlace(path);
    const whole = /^\$\{([A-Za-z_]\w*)\}$/.exec(value)?.[1];
    if (secret && whole === undefined) {
      faults.push({
        line: at,
        path,
        what: `should be "\${NAME}"`,
        fix: 'keep the token in the environment, and replace it if this file was shared',
      });
      return undefined;
    }
    const used: string[] = [];
    const result = value.replaceAll(/\$\{([^}]*)(\}?)/g, (_, name: string, end: string) => {
      if (end === '' || !/^[A-Za-z_]\w*$/.test(name)) {
        faults.push({
          line: at,
          path,
          what: `has a \${ that names no variable`,
          fix: `write \${NAME} with letters, digits and _`,
        });
        return '';
      }
      used.push(name);
      variables.add(name);
      const found = env(name);
      if (found === undefined || found === '') {
        faults.push({
          line: at,
          path,
          what: `needs the variable ${showKey(name)}, which is not set`,
          fix: `set ${showKey(name)} in the environment or in .env`,
        });
        return '';
      }
      return found;
    });
    for (const name of used) {
      if (secret) inSecretPlace.add(name);
      else elsewhere.push({ name, path, line: at });
    }
    return result;
  }

  function plain(node: unknown, path: Path): unknown {
    if (isAlias(node)) {
      faults.push({ line: line(node.range?.[0]), path, what: 'uses an alias (*…)', fix: 'write the value out' });
      return undefined;
    }
    if (isMap(node)) {
      const entries: [string, unknown][] = [];
      for (const pair of node.items) {
        const key = pair.key;
        const at = line(isScalar(key) || isMap(key) || isSeq(key) || isAlias(key) ? key.range?.[0] : node.range?.[0]);
        if (!isScalar(key) || typeof key.value !== 'string') {
          faults.push({
            line: at,
            what: 'has a key that is not a word',
            fix: 'write a word, or put the key in quotes',
          });
          continue;
        }
        const inner = [...path, key.value];
        lineAt.set(JSON.stringify(inner), at);
        if (key.value === '__proto__') {
          // Too many places would quietly skip it.
          faults.push({ line: at, path: inner, what: 'is an unknown key', fix: 'take it out' });
          continue;
        }
        entries.push([key.value, plain(pair.value, inner)]);
      }
      return Object.fromEntries(entries);
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const inner = [...path, index];
        if (isScalar(item) || isMap(item) || isSeq(item)) lineAt.set(JSON.stringify(inner), line(item.range?.[0]));
        return plain(item, inner);
      });
    }
    if (!isScalar(node)) return null;
    return typeof node.value === 'string' ? expand(node.value, path, line(node.range?.[0])) : node.value;
  }

  // Comments count: a token that is only commented out has been shared all the same.
  const rows = text.split('\n');
  for (const [index, row] of rows.entries()) {
    const shown = row.replaceAll(/\$\{\w*\}/g, '');
    if (looksLikeToken(shown) || shown.split(/[\s"',:=[\]{}]+/).some(looksRandom)) {
      faults.push({
        line: index + 1,
        what: 'holds something that looks like a secret',
        fix: `move it into the environment, write "\${NAME}" here, and replace it if this file was shared`,
      });
    }
  }
  let data: unknown;
  try {
    if (rows.length > LINES_MAX) throw new RangeError('too many lines');
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      version: '1.2',
      schema: 'core',
      merge: false,
    });
    for (const problem of [...document.errors, ...document.warnings]) {
      const [what, fix] = SENTENCES[problem.code] ?? [
        'is not valid YAML here',
        'check quotes, brackets, colons and indentation',
      ];
      faults.push({ line: line(problem.pos[0]), what, fix });
    }
    data = document.errors.length > 0 ? undefined : plain(document.contents, []);
  } catch {
    faults.push({
      line: 1,
      what: 'is nested too deeply or too long',
      fix: 'write it as a plain list of apps and rules',
    });
  }
  for (const { name, path, line: at } of elsewhere) {
    if (inSecretPlace.has(name) || isSecretName(name) || looksLikeToken(env(name) ?? '')) {
      faults.push({
        line: at,
        path,
        what: `would show the secret ${showKey(name)}`,
        fix: 'a secret may only stand in token:',
      });
    }
  }
  return {
    data,
    faults,
    secrets: [...inSecretPlace].flatMap((name) => env(name) ?? []),
    variables,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const found = lineAt.get(JSON.stringify(path.slice(0, length)));
        if (found !== undefined) return found;
      }
      return 1;
    },
  };
}
