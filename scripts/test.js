// The whole gate: format, lint, types, then every test. What this machine lacks is named NOT RUN, and fails with CI=true.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const folder = mkdtempSync(join(tmpdir(), 'rolecall-test-'));
const report = join(folder, 'report.json');
const ci = process.env.CI === 'true';

/** Runs a tool of node_modules/.bin (npm puts it on the PATH); returns whether it was content. */
function step(name, command, args) {
  process.stdout.write(`\n— ${name}\n`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) process.stdout.write(`${name}: ${error.message}\n`);
  return status === 0;
}

const notRun = [];
const exclude = [];
if (!CHROMIUM.some((path) => existsSync(path)) && !process.env.CHROMIUM) {
  notRun.push('browser (apt-get install chromium)');
  exclude.push('--exclude', 'test/browser/**');
}

const checks = [
  { name: 'format and lint', command: 'biome', args: ['check', '.'] },
  { name: 'promises', command: 'oxlint', args: ['--type-aware', 'src', 'test', 'scripts'] },
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  { name: 'types with a browser', command: 'tsc', args: ['--noEmit', '-p', 'tsconfig.browser.json'] },
];
const broken = checks.filter(({ name, command, args }) => !step(name, command, args)).map(({ name }) => name);
const tested = step('tests', 'vitest', [
  'run',
  '--reporter=dot',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...exclude,
]);

const counts = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
rmSync(folder, { recursive: true, force: true });

const passed = counts.numPassedTests + checks.length - broken.length;
const missing = ci ? notRun.length : 0;
let failed = counts.numFailedTests + broken.length + missing;
if (!tested && counts.numFailedTests === 0) failed += 1; // a file that did not load, or an error outside a test
for (const name of broken) process.stdout.write(`\nFAILED: ${name}\n`);
process.stdout.write('\n');
for (const what of notRun) process.stdout.write(`NOT RUN: ${what}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
