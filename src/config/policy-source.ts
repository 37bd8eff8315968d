/**
 * Finds the policy — a file, or the single-app variables, and the people file beside either — and knows, for every
 * place in it, the line or variable a person must look at. Judges no value.
 */
import { relative, resolve } from 'node:path';
import type { Config, Fault } from './config.ts';
import type { Environment } from './environment.ts';
import { oneApp, variableOf } from './one-app.ts';
import { readPeople } from './people-file.ts';
import { isBlock, showPath } from './policy.ts';
import { showKey } from './secrets.ts';
import type { TextFile } from './text-file.ts';
import { ONE_APP_VARIABLES, SECRET_VARIABLES } from './variables.ts';
import type { Path } from './yaml-file.ts';
import { readYaml } from './yaml-file.ts';

/** A fault and the line it is sorted by (0: it stands in no policy file). */
export interface Placed {
  readonly fault: Fault;
  readonly line: number;
}

/** Something to say about a place of the policy. */
interface Saying {
  readonly path: Path;
  readonly what: string;
  readonly fix: string;
}

export interface PolicySource {
  readonly source: Config['source'];
  /** Name of the policy file as a fault shows it. */
  readonly name: string;
  /** In the shape of the file; absent when it could not be read at all. */
  readonly raw?: { readonly data: unknown };
  /** What was wrong with the texts themselves. */
  readonly faults: readonly Placed[];
  /** Whether a place has been refused already, so that nothing more need be said about it. */
  readonly refused: (path: Path) => boolean;
  readonly place: (saying: Saying) => Placed;
  /** Variables the file names. */
  readonly variables: ReadonlySet<string>;
  /** Values that stand where secrets belong. */
  readonly secrets: readonly string[];
}

type ReadFile = (path: string) => TextFile;
const isToken = (path: Path): boolean =>
  path.length === 4 && path[0] === 'apps' && path[2] === 'scim' && path[3] === 'token';

/** The rows of `PEOPLE_FILE`, with the name and the lines they came from. */
function peopleFile(env: Environment, cwd: string, readFile: ReadFile) {
  const asked = env.get('PEOPLE_FILE');
  if (asked === undefined) return { name: '', rows: [] };
  const absolute = resolve(cwd, asked);
  const name = showKey(relative(cwd, absolute));
  const file = readFile(absolute);
  if (file.kind === 'absent') {
    env.fault('PEOPLE_FILE', 'names a file that is not there', 'correct the path, or take the variable out');
  }
  if (file.kind === 'unusable') env.fault('PEOPLE_FILE', `names a file that ${file.why}`, 'mend the file');
  if (file.kind !== 'text') return { name, rows: [] };
  const { rows, faults } = readPeople(file.text);
  for (const { line, what, fix } of faults) env.fault(`${name}:${line}`, what, fix);
  return { name, rows };
}

/** The policy file or, without one, the single-app variables. Faults of a missing or unusable file go to the environment. */
function policyFile(
  env: Environment,
  cwd: string,
  readFile: ReadFile,
): Omit<PolicySource, 'place'> & {
  readonly at: (path: Path) => { where: string; name: string; line: number };
} {
  const asked = env.get('ROLECALL_CONFIG');
  const absolute = resolve(cwd, asked ?? 'access.yml');
  const name = showKey(relative(cwd, absolute));
  const file = readFile(absolute);
  const none = { name, faults: [], refused: () => false, variables: new Set<string>(), secrets: [] };
  if (file.kind === 'absent' && asked === undefined && ONE_APP_VARIABLES.every((each) => env.get(each) === undefined)) {
    const fix =
      'copy access.example.yml to access.yml, or set SCIM_URL, SCIM_TOKEN, ADMIN_GROUP, MEMBER_GROUP and APP_OWNERS';
    env.fault(name, 'is not there, and no variable describes an app', fix);
    return { ...none, source: 'environment', at: () => ({ where: name, name: '', line: 0 }) };
  }
  if (file.kind === 'absent' && asked === undefined) {
    const at = (path: Path) => {
      const last = path.at(-1);
      return { where: variableOf(path), name: typeof last === 'number' ? `entry ${last + 1}` : '', line: 0 };
    };
    return { ...none, source: 'environment', raw: { data: oneApp(env.get) }, at };
  }
  if (file.kind !== 'text') {
    if (file.kind === 'unusable') env.fault(name, file.why, 'mend the file');
    else env.fault('ROLECALL_CONFIG', 'names a file that is not there', 'correct the path, or take the variable out');
    return { ...none, source: 'file', at: () => ({ where: name, name: '', line: 0 }) };
  }
  const yaml = readYaml(file.text, env.get, isToken, (variable) => SECRET_VARIABLES.some((each) => each === variable));
  const refused = new Set(yaml.faults.flatMap(({ path }) => (path === undefined ? [] : JSON.stringify(path))));
  return {
    source: 'file',
    name,
    ...(yaml.data === undefined ? {} : { raw: { data: yaml.data } }),
    faults: yaml.faults.map(({ line, path, what, fix }) => {
      const fault = { where: `${name}:${line}`, what: `${showPath(path ?? [])} ${what}`.trim(), fix };
      return { fault, line };
    }),
    refused: (path) => refused.has(JSON.stringify(path)),
    variables: yaml.variables,
    secrets: yaml.secrets,
    at: (path) => {
      const line = yaml.lineOf(path);
      return { where: `${name}:${line}`, name: showPath(path), line };
    },
  };
}

/** Reads the policy's texts. Relative names start from `cwd`. */
export function findPolicy(env: Environment, cwd: string, readFile: ReadFile): PolicySource {
  const { at, raw, ...policy } = policyFile(env, cwd, readFile);
  const people = peopleFile(env, cwd, readFile);
  const data = raw?.data;
  const written = isBlock(data) ? data.people : undefined;
  const list: readonly unknown[] | undefined =
    written === undefined ? [] : Array.isArray(written) ? written : undefined;
  // Where `people:` is no list it stays as it is, to be refused.
  const joined = isBlock(data) && list !== undefined && people.rows.length > 0;
  const whole = joined ? { ...data, people: [...list, ...people.rows.map((row) => row.person)] } : data;
  return {
    ...policy,
    ...(raw === undefined ? {} : { raw: { data: whole } }),
    place: ({ path, what, fix }) => {
      const index = path[0] === 'people' && typeof path[1] === 'number' ? path[1] - (list?.length ?? 0) : -1;
      const row = people.rows[index];
      if (row !== undefined) {
        return {
          fault: { where: `${people.name}:${row.line}`, what: `${showPath(path.slice(2))} ${what}`.trim(), fix },
          line: 0,
        };
      }
      const { where, name, line } = at(path);
      return { fault: { where, what: `${name} ${what}`.trim(), fix }, line };
    },
  };
}
