// The real command line in a folder and an environment, as a process of its own or within this one. Knows no service and
// no finding.
import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { runCli } from '../../src/cli.ts';

const LAUNCHER = fileURLToPath(new URL('../../scripts/rolecall.js', import.meta.url));
/** Compiled sources of the last run: each of the many starts here takes half the time. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/rolecall', import.meta.url));

export interface Told {
  readonly state: 'ok' | 'warning' | 'fault' | 'unreachable' | 'unchecked';
  readonly subject: string;
  readonly what: string;
  readonly fix?: string;
}

export interface Diagnosis {
  readonly status: number | null;
  readonly ok: boolean;
  readonly counts: Readonly<Record<Told['state'], number>>;
  /** Findings by section key. */
  readonly of: (section: string) => readonly Told[];
  /** Those of one subject. */
  readonly about: (section: string, subject: string) => readonly Told[];
  /** Everything that is not well, `section/subject: what`. */
  readonly bad: readonly string[];
  readonly raw: string;
}

export interface CommandLine {
  /** In a process of its own, for what only that shows: how it ends, what goes to which stream, what a shell takes away. */
  run(args: readonly string[], shell?: string): Promise<{ status: number | null; out: string; err: string }>;
  /** The same command line in this process, with the same environment and folder; one at a time. */
  call(args: readonly string[]): Promise<{ status: number; out: string; err: string }>;
  /** `rolecall doctor --json`; in a process of its own where a shell prepares it. */
  diagnose(shell?: string): Promise<Diagnosis>;
}

/** @param env all that the commands find in their environment beside PATH; what is changed in it holds from then on */
export function commandLine(folder: string, env: Readonly<Record<string, string>>): CommandLine {
  async function run(args: readonly string[], shell?: string) {
    const command = [process.execPath, LAUNCHER, ...args];
    const [file = '', ...rest] =
      shell === undefined ? command : ['bash', '-c', `${shell} exec "$@"`, 'bash', ...command];
    const child = spawn(file, rest, {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...said };
  }

  async function call(args: readonly string[]) {
    const said = { out: '', err: '' };
    const hears = (where: 'out' | 'err') => (text: string | Uint8Array) => {
      said[where] += String(text);
      return true;
    };
    // As in `run`: of this process's environment it gets PATH alone.
    for (const name of Object.keys(process.env)) if (name !== 'PATH') vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const spies = [
      vi.spyOn(process, 'cwd').mockReturnValue(folder),
      vi.spyOn(process.stdout, 'write').mockImplementation(hears('out')),
      vi.spyOn(process.stderr, 'write').mockImplementation(hears('err')),
    ];
    vi.stubGlobal('console', new Console(process.stdout, process.stderr));
    try {
      return { status: await runCli(args), ...said };
    } finally {
      for (const spy of spies) spy.mockRestore();
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
    }
  }

  return {
    run,
    call,
    async diagnose(shell) {
      const args = ['doctor', '--json'];
      const { status, out, err } = shell === undefined ? await call(args) : await run(args, shell);
      if (err !== '') throw new Error(`doctor wrote to stderr: ${err}`);
      const document: {
        ok: boolean;
        status: number;
        counts: Diagnosis['counts'];
        sections: { key: string; findings: Told[] }[];
      } = JSON.parse(out);
      if (document.status !== status) throw new Error(`it says ${document.status} and exits with ${status}`);
      const findings = (section: string) => document.sections.find(({ key }) => key === section)?.findings ?? [];
      return {
        status,
        ok: document.ok,
        counts: document.counts,
        of: findings,
        about: (section, subject) => findings(section).filter((each) => each.subject === subject),
        bad: document.sections.flatMap(({ key, findings: all }) =>
          all
            .filter(({ state }) => state !== 'ok')
            .map(({ subject, state, what }) => `${key}/${subject} ${state}: ${what}`),
        ),
        raw: out,
      };
    },
  };
}
