import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser, type Visitor } from './visitor.ts';

const SHORT = '/access failed with the error';
const LONG = 'The bot is not running, so App Home cannot be filled in. Press “Start again”';

describe('what the page says when the bot is not there', () => {
  const visit = useBrowser();
  const toasts = (visitor: Visitor, words = ''): Locator =>
    visitor.page.locator('.toast').and(visitor.page.getByRole('alert')).filter({ hasText: words });
  const killed = async (visitor: Visitor): Promise<void> => {
    await visitor.sandbox.world.stopBot('SIGKILL');
    await visitor.button('Start again').waitFor();
  };

  it('says in App Home what has happened and what to do, and fills it in when the bot is back', async () => {
    const visitor = await visit();
    await killed(visitor);
    await visitor.click(visitor.button('App Home'));
    const told = toasts(visitor, LONG);
    await told.waitFor();
    expect(await toasts(visitor).count()).toBe(1);
    await visitor.page.getByText('Nothing was shown here yet').waitFor();
    // Under the pointer it would stay for ever; it goes because it is not true any more.
    await told.hover();
    await visitor.button('Start again').dispatchEvent('click');
    await told.waitFor({ state: 'detached' });
    await visitor.page.getByText('Nothing waits for you.').waitFor();
  });

  it('goes away by itself, the longer the text the later, but not under a pointer or with the focus', async () => {
    const visitor = await visit();
    const { clock } = visitor.page;
    await killed(visitor);
    await clock.install();
    await visitor.types('/access mine');
    await toasts(visitor, SHORT).waitFor();
    await visitor.click(visitor.button('App Home'));
    const told = toasts(visitor, LONG);
    await told.waitFor();
    await clock.fastForward(9_000);
    await toasts(visitor, SHORT).waitFor({ state: 'detached' });
    expect(await told.count()).toBe(1);

    await told.hover();
    await clock.fastForward(60_000);
    await frame(visitor);
    expect(await told.count()).toBe(1);
    await told.getByRole('button', { name: 'Dismiss' }).focus();
    await visitor.page.mouse.move(0, 0);
    await clock.fastForward(60_000);
    await frame(visitor);
    expect(await told.count()).toBe(1);
    await visitor.button('App Home').focus();
    await clock.fastForward(60_000);
    await told.waitFor({ state: 'detached' });
  });

  it.each([
    { room: 'a wide window', viewport: { width: 1280, height: 800 } },
    { room: 'a small one', viewport: { width: 760, height: 620 } },
  ])('leaves suggestions, buttons and the way out uncovered in $room', async ({ viewport }) => {
    const visitor = await visit({ viewport });
    await visitor.types('/access request admin for 4h because INC-7');
    await visitor.sees(/Waiting for/);
    await visitor.be('Ben');
    const approve = visitor.button(/^Approve Admin for Ada/);
    await approve.waitFor();
    await killed(visitor);
    await visitor.click(visitor.button('App Home'));
    await toasts(visitor, LONG).waitFor();
    await visitor.click(visitor.button('Rolecall'));
    await visitor.types('/access mine');
    await toasts(visitor, SHORT).waitFor();
    expect(await toasts(visitor).count()).toBe(2);
    await visitor.fill(visitor.composer(), '/');
    await uncovered(visitor.page.getByRole('listbox', { name: 'Suggestions' }));
    await visitor.press('Escape');
    await uncovered(approve);
    await uncovered(visitor.button('Start again'));
  });
});

/** The page has drawn what it knows. */
const frame = (visitor: Visitor): Promise<unknown> =>
  visitor.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));

/** Wherever one points in it, it is what one points at. */
async function uncovered(what: Locator): Promise<void> {
  const covered = await what.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const parts = [0.05, 0.25, 0.5, 0.75, 0.95];
    const points = parts.flatMap((across) => parts.map((down) => [x + width * across, y + height * down] as const));
    const tops = points.map(([left, top]) => document.elementFromPoint(left, top));
    return tops.filter((top) => !element.contains(top)).map((top) => `under ${top?.className}: ${top?.textContent}`);
  });
  expect(covered).toEqual([]);
}
