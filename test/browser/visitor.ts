// How a visitor tells a story in the sandbox's page: a real Chromium, counted actions, and eyes on everything that must not happen.
// Knows what can be seen and pressed, nothing of what is behind it.

import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import type { WorldOptions } from '../../src/sandbox/world.ts';

/** How long a story waits for what never comes before it says so, ms. */
const WAIT = 25_000;

export type Visitor = {
  readonly page: Page;
  readonly sandbox: Sandbox;
  /** Troubles that the story brings about itself. */
  forgive(pattern: RegExp): void;
  /** Everything done so far: a click, a choice, a filled field, a pressed key each. */
  readonly actions: readonly string[];
  click(what: Locator): Promise<void>;
  fill(what: Locator, text: string): Promise<void>;
  press(key: string): Promise<void>;
  /** Becomes somebody in the chooser. */
  be(name: string): Promise<void>;
  button(name: string | RegExp): Locator;
  dialog(title?: string | RegExp): Locator;
  composer(): Locator;
  /** Presses a form's submit button, and closes what the app puts in its place. */
  send(form: Locator, label: string): Promise<void>;
  /** Types a line into the composer and sends it. */
  types(line: string): Promise<void>;
  /** Waits until a message with these words stands in the conversation. */
  sees(words: string | RegExp): Promise<Locator>;
  /** The row of an account in the directory panel. */
  account(name: string): Locator;
  /** Waits until the account's row says so; a pattern that must match the whole of its badges. */
  holds(name: string, badges: RegExp): Promise<void>;
};

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

export type VisitOptions = {
  readonly socket?: boolean;
  readonly world?: WorldOptions;
  /** One that is open already; it is closed with the visit all the same. */
  readonly sandbox?: Sandbox;
  readonly viewport?: { readonly width: number; readonly height: number };
};

/** One browser for the file; returns how to visit a sandbox of one's own with it. */
export function useBrowser(): (options?: VisitOptions) => Promise<Visitor> {
  let browser: Browser | undefined;
  let open: { visitor: Visitor; troubles: readonly string[]; close: () => Promise<void> }[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...QUIET] });
  });
  afterAll(() => browser?.close());
  afterEach(async ({ task }) => {
    const finished = open;
    open = [];
    if (task.result?.state === 'fail') for (const { visitor } of finished) await tellWhatIsSeen(visitor);
    for (const { close } of finished) await close();
    expect(finished.flatMap(({ troubles }) => troubles)).toEqual([]);
  });

  return async (options = {}) => {
    if (browser === undefined) throw new Error('the browser is opened before the tests, not before that');
    const sandbox =
      options.sandbox ?? (await openSandbox({ port: 0, socket: options.socket === true, world: options.world ?? {} }));
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    context.setDefaultTimeout(WAIT);
    const page = await context.newPage();
    const troubles: string[] = [];
    const forgiven: RegExp[] = [];
    const note = (trouble: string): void => {
      if (!forgiven.some((pattern) => pattern.test(trouble))) troubles.push(trouble);
    };
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) note(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => note(`exception: ${error.message}`));
    page.on('dialog', (dialog) => {
      note(`a dialog of the browser: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(sandbox.url).origin) note(`left: ${request.url()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) note(`${response.status()} ${response.url()}`);
    });
    const visitor = visitorOf(page, sandbox, (pattern) => void forgiven.push(pattern));
    const close = async () => {
      await context.close();
      await sandbox.close();
    };
    open.push({ visitor, troubles, close });
    await page.goto(sandbox.url);
    await visitor.composer().waitFor();
    return visitor;
  };
}

/** What a person would have seen when the story went wrong, and what the bot complained of. */
async function tellWhatIsSeen({ page, sandbox }: Visitor): Promise<void> {
  const words = await page.locator('main').innerText();
  const dialogs = await page.getByRole('dialog').allInnerTexts();
  const complaints = sandbox.world
    .bot()
    .log.filter((line) => (line.level ?? 0) >= 40)
    .slice(-10)
    .map((line) => JSON.stringify(line).slice(0, 500));
  console.error([`Seen: ${words}`, ...dialogs.map((each) => `Dialog: ${each}`), ...complaints].join('\n--\n'));
}

function visitorOf(page: Page, sandbox: Sandbox, forgive: Visitor['forgive']): Visitor {
  const actions: string[] = [];
  const click = async (what: Locator): Promise<void> => {
    actions.push(`click ${what.toString()}`);
    await what.click();
  };
  const fill = async (what: Locator, text: string): Promise<void> => {
    actions.push(`fill ${what.toString()}`);
    await what.fill(text);
  };
  const press = async (key: string): Promise<void> => {
    actions.push(`press ${key}`);
    await page.keyboard.press(key);
  };
  const composer = () => page.getByRole('combobox', { name: /^Message to/ });
  const account = (name: string) => page.getByRole('region', { name: 'Directory' }).locator('li', { hasText: name });
  return {
    page,
    sandbox,
    forgive,
    actions,
    click,
    fill,
    press,
    composer,
    account,
    be: (name) =>
      click(page.getByRole('list', { name: 'You are' }).getByRole('button', { name: new RegExp(`^${name}`) })),
    button: (name) => page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name }),
    dialog: (title) => page.getByRole('dialog', title === undefined ? {} : { name: title }),
    async send(form, label) {
      await click(form.getByRole('button', { name: label, exact: true }));
      const sent = page.getByRole('dialog', { name: 'Sent' });
      await click(sent.getByRole('button', { name: 'Close', exact: true }));
      await sent.waitFor({ state: 'detached' });
    },
    async types(line) {
      await fill(composer(), line);
      await press('Enter');
    },
    async sees(words) {
      const message = page.getByRole('log').getByRole('article').filter({ hasText: words }).last();
      await message.waitFor();
      return message;
    },
    async holds(name, badges) {
      await account(name).locator('.roles').filter({ hasText: badges }).waitFor();
    },
  };
}
