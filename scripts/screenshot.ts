// Makes docs/sandbox.png from the running sandbox: Ben's view with Ada's request to decide, the directory at the right.
// Needs Chromium (CHROMIUM, else /usr/bin/chromium); refuses to draw anything that is not on the page.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { openSandbox } from '../src/sandbox/index.ts';

const TARGET = fileURLToPath(new URL('../docs/sandbox.png', import.meta.url));

const sandbox = await openSandbox({ port: 0, socket: false });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  await page.goto(sandbox.url);
  const message = page.getByRole('combobox', { name: /^Message to/ });
  await message.fill('/access request admin for 4h because INC-7 needs a billing change');
  await message.press('Enter');
  await page.getByText(/^Waiting for/).waitFor();
  await page.getByRole('button', { name: /^Ben Castillo/ }).click();
  await page.getByRole('button', { name: 'Approve Admin for Ada Okafor' }).waitFor();
  // The counter beside Ben must be gone: he has seen it now.
  await page.getByRole('button', { name: /^Ben Castillo.*unread/ }).waitFor({ state: 'detached' });
  // What the owners hear of the first look at each app has come.
  for (const owner of ['Carla Novak', 'Dmitri Sokolov'])
    await page.getByRole('button', { name: new RegExp(`^${owner}.*3 unread`) }).waitFor();
  await mkdir(fileURLToPath(new URL('../docs', import.meta.url)), { recursive: true });
  await page.screenshot({ path: TARGET, animations: 'disabled' });
  process.stdout.write(`${TARGET}\n`);
} finally {
  await browser.close();
  await sandbox.close();
}
