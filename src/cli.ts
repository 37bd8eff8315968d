/**
 * `rolecall <command>`: reads arguments, calls what the bot calls, prints, exits with a status. Decides no access.
 */
import { parseArgs } from 'node:util';
import { checkConfig, showCheck } from './config/index.ts';
import { becomeBot } from './main.ts';
import { EXIT } from './operations/exit.ts';

const USAGE = `rolecall <command>

  start                       run the bot
  sandbox [--socket] [--port N]
                              try it: a Slack workspace in a web page, the SCIM services of three apps, and the real bot
  check [--json]              is the configuration sound? every fault at once, with its fix
  doctor [--json]             does it all work? Slack, every app, the data folder, the people: what is wrong, with its fix
  link <app> [<role>=<group> …] [--create] [--json]
                              which group carries each role; or: this one does from now on (by name or id; stop the bot first)
  import <app> [--out file.json|file.csv] [--force] [--json]
                              every account, group and membership of an app, into a file of its own
  audit verify [--head <seq>:<hash>] [--json]
                              does the history hold, from the first line to the last (and does it contain that head)?
  help                        this text
`;

/** Runs one command. @returns the exit status: 0 done, 1 refused or found something, 2 usage, 69 unreachable, 78 configuration */
export async function runCli(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'start':
      return rest.length === 0 ? becomeBot() : usage(`start takes no arguments: ${rest.join(' ')}`);
    case 'sandbox':
      return sandbox(rest);
    case 'check':
      return check(rest);
    case 'doctor':
      return examine(rest);
    case 'link':
      return link(rest);
    case 'import':
      return bring(rest);
    case 'audit':
      return audit(rest);
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return EXIT.done;
    case undefined:
      return usage('which command?');
    default:
      return usage(`there is no command "${command}"`);
  }
}

function usage(problem: string): number {
  process.stderr.write(`rolecall: ${problem}\n\n${USAGE}`);
  return EXIT.usage;
}

type Options = Record<string, { type: 'boolean' | 'string' }>;
type Values = Record<string, string | boolean | undefined>;

/** Parses strictly; `undefined` after having said what is wrong. */
function parse(args: readonly string[], options: Options): { values: Values; words: string[] } | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    return { values, words: positionals };
  } catch (error) {
    usage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** For a command that takes flags only. */
function flags(args: readonly string[], options: Options): Values | undefined {
  const parsed = parse(args, options);
  if (parsed === undefined || parsed.words.length === 0) return parsed?.values;
  usage(`unexpected: ${parsed.words.join(' ')}`);
  return undefined;
}

async function sandbox(args: readonly string[]): Promise<number> {
  const given = flags(args, { socket: { type: 'boolean' }, port: { type: 'string' } });
  if (given === undefined) return EXIT.usage;
  const port = given.port === undefined ? 0 : Number(given.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return usage(`--port ${String(given.port)} is not a port`);
  const { runSandbox } = await import('./sandbox/index.ts');
  return runSandbox({ socket: given.socket === true, port });
}

function check(args: readonly string[]): number {
  const given = flags(args, { json: { type: 'boolean' } });
  if (given === undefined) return EXIT.usage;
  const result = checkConfig();
  const text = `${showCheck(result, given.json === true ? 'json' : 'text')}\n`;
  (result.ok || given.json === true ? process.stdout : process.stderr).write(text);
  return result.ok ? EXIT.done : EXIT.configuration;
}

async function examine(args: readonly string[]): Promise<number> {
  const given = flags(args, { json: { type: 'boolean' } });
  if (given === undefined) return EXIT.usage;
  const { doctor } = await import('./cli/doctor.ts');
  return doctor(given.json === true ? 'json' : 'text');
}

async function link(args: readonly string[]): Promise<number> {
  const given = parse(args, { create: { type: 'boolean' }, json: { type: 'boolean' } });
  if (given === undefined) return EXIT.usage;
  const [app, ...links] = given.words;
  if (app === undefined) return usage('link which app? (link <app>)');
  if (given.values.create === true && links.length === 0) return usage('--create makes the group of a <role>=<group>');
  const { linkApp } = await import('./cli/link.ts');
  return linkApp({ app, links, create: given.values.create === true, json: given.values.json === true });
}

async function bring(args: readonly string[]): Promise<number> {
  const given = parse(args, { out: { type: 'string' }, force: { type: 'boolean' }, json: { type: 'boolean' } });
  if (given === undefined) return EXIT.usage;
  const [app, ...others] = given.words;
  if (app === undefined || others.length > 0) return usage('import which app? (import <app>)');
  const { out, force, json } = given.values;
  const { importApp } = await import('./cli/import.ts');
  return importApp({ app, ...(typeof out === 'string' ? { out } : {}), force: force === true, json: json === true });
}

async function audit(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  if (what !== 'verify') return usage(what === undefined ? 'audit what? (verify)' : `there is no "audit ${what}"`);
  const given = flags(rest, { head: { type: 'string' }, json: { type: 'boolean' } });
  if (given === undefined) return EXIT.usage;
  const head = typeof given.head === 'string' ? parseHead(given.head) : undefined;
  if (given.head !== undefined && head === undefined)
    return usage('--head wants <seq>:<64 hex digits>, as posted to the owners');
  const { verifyAudit } = await import('./cli/audit.ts');
  return verifyAudit({ ...(head === undefined ? {} : { head }), json: given.json === true });
}

function parseHead(text: string): { seq: number; hash: string } | undefined {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim());
  return match?.[1] === undefined || match[2] === undefined ? undefined : { seq: Number(match[1]), hash: match[2] };
}
