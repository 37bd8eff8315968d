#!/usr/bin/env node
// Starts Rolecall on Node 24 or newer: this one, or the one the lockfile brought. Plain JavaScript, so that an old Node
// can read it and say what to do. Refuses to know what the command means.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= WANTED) {
  const { runCli } = await import(cli);
  process.exitCode = await runCli(process.argv.slice(2));
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} else {
  process.stderr.write(
    `Rolecall needs Node ${WANTED} or newer; this is ${process.version}.\n` +
      '→ Run `npm ci` (it brings Node 24 on Linux), or install Node 24 from https://nodejs.org.\n',
  );
  process.exit(78);
}
