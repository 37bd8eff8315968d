import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage } from '../../src/sandbox/page/index.ts';
import { startWorld } from '../../src/sandbox/world.ts';
import { useBrowser } from './visitor.ts';

describe('behind the scenes', () => {
  const visit = useBrowser();

  it('shows both wires with bodies in which no secret stands', async () => {
    const visitor = await visit();
    await visitor.types('/access request admin for 1h because INC-2');
    await visitor.sees(/Waiting for/);
    const wires = visitor.page.getByRole('region', { name: 'Wires' });
    await visitor.click(wires.getByRole('button', { name: 'SCIM' }));
    const reads = wires.locator('.line').filter({ hasText: '/Groups/PPLX_Admin' });
    await reads.first().waitFor();
    await openAll(reads);
    await reads
      .getByText(/"displayName": ?"PPLX_Admin"/)
      .first()
      .waitFor();
    await visitor.click(wires.getByRole('button', { name: 'Slack' }));
    // Ada's card and Ben's, in no promised order.
    const posts = wires.locator('.line').filter({ hasText: 'chat.postMessage' });
    await posts.nth(1).waitFor();
    await openAll(posts);
    await posts.getByText('asks for').first().waitFor();
    expect(await wires.locator('.way.scim').count()).toBe(0);

    // Everything the page was told, not only what it draws.
    const told = await streamOf(visitor.sandbox.url);
    expect(told).toContain('chat.postMessage');
    expect(told).toContain('/Users?');
    for (const scim of visitor.sandbox.world.apps.values()) expect(told).not.toContain(scim.url.split('/').at(-1));
    expect(told).not.toMatch(/xoxb-|xapp-|Bearer|private_metadata":"[^"]/);
  });

  it('lets a fault strike once, shows that it struck, and is calm again', async () => {
    const visitor = await visit();
    const weather = visitor.page.locator('details.weather');
    await visitor.click(weather.locator('> summary'));
    await weather.getByLabel('App').selectOption({ label: 'Perdoo' });
    await weather.getByLabel('What goes wrong').selectOption({ label: '503' });
    await visitor.click(weather.getByRole('button', { name: 'Once' }));
    await weather.getByText('1 in force').waitFor();
    await visitor.types('/access lookup carla@example.com');
    // The first app was asked before, and the third was not asked in vain.
    const struck = visitor.page.locator('.line.bad').filter({ hasText: '503' });
    await struck.filter({ hasText: 'Perdoo' }).waitFor();
    expect(await struck.count()).toBe(1);
    await weather.getByText('calm', { exact: true }).waitFor();

    await visitor.click(weather.getByRole('button', { name: 'Until cleared' }));
    await weather.getByText('1 in force').waitFor();
    await visitor.click(weather.getByRole('button', { name: 'Clear all' }));
    await weather.getByText('calm', { exact: true }).waitFor();
    await weather.getByLabel('How it speaks SCIM').selectOption('cursor-only');
    await expect.poll(() => visitor.sandbox.world.apps.get('perdoo')?.dialect.name).toBe('cursor-only');
    expect(visitor.sandbox.world.scim.dialect.name).toBe('perplexity');
    await visitor.click(weather.getByLabel('Slack’s rate limits'));
    await weather.getByText('calm, Slack without rate limits').waitFor();
  });

  it('shows what each app holds, and lets a visitor change it by hand', async () => {
    const visitor = await visit();
    const directory = visitor.page.getByRole('region', { name: 'Directory' });
    const tab = (name: string) => directory.getByRole('tab', { name });
    await visitor.click(tab('Perdoo'));
    await directory.getByText('8 active of 9').waitFor();
    await visitor.holds('Zoe Mueller', /^\s*Care\s*$/);
    await visitor.click(visitor.account('Zoe Mueller').locator('summary'));
    await visitor.account('Zoe Mueller').getByLabel('Growth').check();
    await visitor.holds('Zoe Mueller', /^\s*Growth\s*Care\s*$/);
    await visitor.account('Zoe Mueller').getByLabel('Care').uncheck();
    await visitor.holds('Zoe Mueller', /^\s*Growth\s*$/);
    await visitor.click(visitor.account('Zoe Mueller').getByRole('button', { name: 'Deactivate' }));
    await visitor.holds('Zoe Mueller', /inactive\s*Growth/);
    await visitor.click(visitor.account('Zoe Mueller').getByRole('button', { name: 'Activate' }));
    await visitor.holds('Zoe Mueller', /^\s*Growth\s*$/);

    const group = (name: string) => directory.getByRole('list', { name: 'Groups' }).locator('li', { hasText: name });
    await group('Growth').getByText('4 members').waitFor();
    await visitor.click(group('Care').locator('summary'));
    await visitor.fill(directory.getByLabel('Name', { exact: true }), 'Customer success');
    await visitor.press('Enter');
    await visitor.click(group('Customer success').getByRole('button', { name: 'Delete the group' }));
    await group('Customer success').waitFor({ state: 'detached' });
    await visitor.click(directory.getByText('New group…'));
    await visitor.fill(directory.getByLabel('Name of the new group'), 'Care');
    await visitor.press('Enter');
    await group('Care').getByText('0 members').waitFor();

    // Another app changes meanwhile; the keyboard leads there.
    const { scim } = visitor.sandbox.world;
    scim.setActive(scim.userId('eve@example.com') ?? '', false);
    await tab('Perplexity').getByRole('img', { name: 'changed' }).waitFor();
    await tab('Perdoo').focus();
    await visitor.press('ArrowLeft');
    await directory.getByText('8 active of 10').waitFor();
    await visitor.holds('Eve Lindqvist', /inactive/);
    expect(await tab('Perplexity').getAttribute('aria-selected')).toBe('true');
    expect(await directory.getByRole('img', { name: 'changed' }).count()).toBe(0);
  });

  it('kills the bot, says what a person then sees, and starts it again with everything it knew', async () => {
    const visitor = await visit();
    await visitor.types('/access request admin for 1h because INC-8');
    await visitor.sees(/Waiting for/);
    const weather = visitor.page.locator('details.weather');
    await visitor.click(weather.locator('> summary'));
    await visitor.click(weather.getByRole('button', { name: 'kill -9', exact: true }));
    await visitor.page.getByText('The bot was killed').waitFor();
    await visitor.types('/access mine');
    await visitor.page
      .getByRole('alert')
      .filter({ hasText: '/access failed with the error "dispatch_failed"' })
      .waitFor();
    expect(await visitor.composer().inputValue()).toBe('/access mine');
    await visitor.click(visitor.button('Start again'));
    await weather.getByText(/Running as process/).waitFor();
    await visitor.be('Ben');
    await visitor.click(visitor.button(/^Approve Admin for Ada/));
    await visitor.click(visitor.dialog('Approve this?').getByRole('button', { name: 'Approve' }));
    await visitor.holds('Ada Okafor', /Admin/);

    const before = visitor.sandbox.world.bot().pid;
    await visitor.click(weather.getByRole('button', { name: 'kill -9, start again' }));
    await visitor.page
      .getByText(/Running as process/)
      .filter({ hasNotText: String(before) })
      .waitFor();
    expect(visitor.sandbox.world.bot().pid).not.toBe(before);
  });

  it('says how the bot has died, and offers to start it again', async () => {
    const visitor = await visit();
    const { world } = visitor.sandbox;
    world.bot().kill('SIGSEGV');
    const notice = visitor.page.getByRole('alert').filter({ hasText: 'The bot was stopped (SIGSEGV).' });
    await notice.waitFor();
    await visitor.click(notice.getByRole('button', { name: 'Start again' }));
    // Stopped, starting, running: in this order, for between the first two there is nothing to tell them apart.
    await notice.waitFor({ state: 'detached' });
    await visitor.page.getByText('The bot is starting…').waitFor({ state: 'detached' });
    await visitor.types('/access mine');
    await visitor.sees(/Your access/);

    world.bot().kill('SIGTERM');
    await visitor.page.getByText('The bot has stopped by itself (exit 0).').waitFor();
    await writeFile(join(world.setting.cwd, 'access.yml'), 'version: nonsense\n');
    await visitor.click(visitor.button('Start again'));
    await visitor.page.getByText(/The bot has stopped by itself \(exit [1-9]\d*\) before it was ready\./).waitFor();
  });

  it('finds the sandbox again by itself when it was away', async () => {
    const world = await startWorld();
    const options = { port: 0, socket: false };
    let served = await openPage(world, options);
    const close = async (): Promise<void> => {
      await served.close();
      await world.close();
    };
    const visitor = await visit({ sandbox: { url: served.url, world, close } });
    visitor.forgive(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/);
    const progress = (count: number) => visitor.page.getByRole('img', { name: `${count} of 9 done` }).waitFor();
    await visitor.types('/access request admin for 1h because INC-4');
    await progress(1);
    await visitor.be('Ben');
    await progress(2);
    await visitor.be('Ada');
    await served.close();
    const lost = visitor.page.getByRole('alert').filter({ hasText: 'lost the sandbox' });
    await lost.waitFor();
    served = await openPage(world, { ...options, port: Number(new URL(served.url).port) });
    await lost.waitFor({ state: 'detached' });
    // Acts need the new token: the page has begun again.
    await visitor.click(visitor.button('One hour later'));
    await visitor.page.getByText('1 h ahead').waitFor();
    // So has the tour: of what was done before, it knows what can still be seen.
    await progress(1);
  });

  it('leads a stranger through the tour, and ticks off what was done', async () => {
    const visitor = await visit();
    const guide = visitor.page.getByRole('region', { name: 'Try this' });
    const at = (count: number) => guide.getByRole('img', { name: `${count} of 9 done` }).waitFor();
    await visitor.click(guide.getByRole('button', { name: 'Write it for me' }));
    expect(await visitor.composer().inputValue()).toMatch(/^\/access request admin/);
    await visitor.press('Enter');
    await at(1);
    await visitor.click(guide.getByRole('button', { name: 'Be Ben' }));
    await at(2);
    await visitor.click(visitor.button(/^Approve Admin for Ada/));
    await visitor.click(visitor.dialog('Approve this?').getByRole('button', { name: 'Approve' }));
    await at(3);
    await visitor.click(guide.getByRole('button', { name: 'Move the clock' }));
    await at(4);
  });

  it('keeps the tour over a reload, and does not take a role that was given back for a day that passed', async () => {
    const visitor = await visit();
    const guide = visitor.page.getByRole('region', { name: 'Try this' });
    const at = (count: number) => guide.getByRole('img', { name: `${count} of 9 done` }).waitFor();
    await visitor.types('/access request admin for 4h because INC-7');
    await at(1);
    await visitor.be('Ben');
    await visitor.click(visitor.button(/^Approve Admin for Ada/));
    await visitor.click(visitor.dialog('Approve this?').getByRole('button', { name: 'Approve' }));
    await at(3);
    await visitor.be('Ada');
    await visitor.types('/access revoke admin');
    await visitor.holds('Ada Okafor', /^\s*Member\s*$/);
    await at(3);
    await visitor.page.reload();
    await visitor.holds('Ada Okafor', /^\s*Member\s*$/);
    await at(3);
    await visitor.click(guide.getByRole('button', { name: 'Move the clock' }));
    await at(4);
  });

  it('leads on to another app, to what is done behind its back, and to an app that takes its time', async () => {
    const visitor = await visit();
    const guide = visitor.page.getByRole('region', { name: 'Try this' });
    const step = (title: string) => guide.locator('li', { hasText: title });
    const done = (title: string) => guide.locator('li.done', { hasText: title }).waitFor();
    const take = async (title: string, line: RegExp) => {
      await visitor.click(step(title).getByRole('button'));
      // The line is laid out for somebody else, whose screen has to come first.
      await expect.poll(() => visitor.composer().inputValue()).toMatch(line);
      await visitor.composer().press('Enter');
    };
    await visitor.click(guide.getByRole('button', { name: 'All' }));

    await take('Put a name right', /^\/access update/);
    const form = visitor.dialog('Update an account');
    await visitor.fill(form.getByLabel('Display name'), 'Zoë Müller');
    await visitor.send(form, 'Send request');
    await visitor.be('Dmitri');
    await visitor.click(visitor.button(/^Approve/));
    await visitor.holds('Zoë Müller', /^\s*Care\s*$/);
    await done('Put a name right');

    // Cards of the first look say that something drifted, too.
    const first = await visitor.sees(/My first look at Perplexity/);
    await visitor.click(first.getByRole('button', { name: 'Review one by one' }));
    await visitor.sees(/Drift in Perplexity/);
    expect(await guide.locator('li.done', { hasText: 'Go behind' }).count()).toBe(0);

    await take('Go behind', /^\/access sync/);
    await visitor.holds('Eve Lindqvist', /^\s*Admin\s*Member\s*$/);
    const card = await visitor.sees(/Eve Lindqvist[\s\S]*holds Admin[\s\S]*nobody asked me for it/);
    await done('Go behind');
    await visitor.click(card.getByRole('button', { name: /^Take Admin/ }));
    await visitor.click(visitor.dialog('Put this right?').getByRole('button', { name: 'Put it right' }));
    await visitor.holds('Eve Lindqvist', /^\s*Member\s*$/);

    await take('Wait for Pearset', /^\/access request editor/);
    await visitor.sees(/Waiting for/);
    await visitor.be('Ben');
    await visitor.click(visitor.button(/^Approve Editor/));
    await visitor.page.getByText(/1 change to be seen at/).waitFor();
    await visitor.holds('Ada Okafor', /^\s*User\s*$/);
    await visitor.click(visitor.button('One hour later'));
    await visitor.holds('Ada Okafor', /^\s*User\s*Editor\s*$/);
    await done('Wait for Pearset');
  });
});

/** Opens these lines in one go: a newer line would move the others down between two clicks. */
async function openAll(lines: Locator): Promise<void> {
  await lines.locator('summary').evaluateAll((summaries) => {
    for (const summary of summaries) summary.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

/** The first answer of the stream, as far as the screen, which comes last. */
async function streamOf(url: string): Promise<string> {
  const response = await fetch(`${url}api/events?as=U0ADA`);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (/event: screen\ndata: .*\n\n/.test(text)) break;
  }
  return text;
}
