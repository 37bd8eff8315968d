import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { useBrowser } from './visitor.ts';

describe('the workspace in the page', () => {
  const visit = useBrowser();
  let open: Sandbox;
  beforeAll(async () => {
    open = await openSandbox({ port: 0, socket: false });
  });
  afterAll(() => open.close());
  /** A visit that changes nothing for the next one: to a sandbox they share. */
  const look = () => visit({ sandbox: { ...open, close: async () => {} } });

  it('makes an account from a modal whose errors stand on their fields', async () => {
    const visitor = await visit();
    await visitor.be('Ben');
    await visitor.types('/access provision @finn perplexity');
    const form = visitor.dialog('Ask for an account');
    await form.getByLabel('First name').waitFor();
    await expect.poll(() => form.getByLabel('E-mail').inputValue()).toBe('finn@example.com');
    await visitor.fill(form.getByLabel('E-mail'), 'finn@elsewhere.example');
    await visitor.fill(form.getByLabel('First name'), '');
    await visitor.click(form.getByRole('button', { name: 'Send request' }));
    await form.getByRole('alert').filter({ hasText: 'required' }).waitFor();
    expect(await form.getByLabel('First name').getAttribute('aria-invalid')).toBe('true');
    await visitor.fill(form.getByLabel('First name'), 'Finn');
    await visitor.click(form.getByRole('button', { name: 'Send request' }));
    await form.getByRole('alert').filter({ hasText: 'example.com' }).waitFor();
    expect(await form.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
    expect(await form.getByLabel('First name').getAttribute('aria-invalid')).toBeNull();
    await visitor.fill(form.getByLabel('E-mail'), 'finn@example.com');
    await visitor.send(form, 'Send request');
    await visitor.sees(/Waiting for/);
    expect(await visitor.account('Finn').count()).toBe(0);

    await visitor.be('Carla');
    await visitor.click(visitor.button(/^Approve/));
    await visitor.holds('Finn Moreau', /^\s*Member\s*$/);
  });

  it('finds people as one types, by keyboard alone, and asks for whoever was picked', async () => {
    const visitor = await visit();
    await visitor.click(visitor.button(/Request access/));
    const form = visitor.dialog('Request a role');
    const person = form.getByRole('combobox', { name: 'For whom' });
    await person.focus();
    await visitor.page.keyboard.type('muler');
    await form.getByRole('option', { name: /Zoë Müller/ }).waitFor();
    await visitor.press('Enter');
    expect(await person.inputValue()).toMatch(/Zoë Müller/);
    await form.getByLabel('App and role').selectOption('perplexity/admin');
    await visitor.fill(form.getByLabel('Why'), 'INC-3');
    await visitor.send(form, 'Send request');
    const dmitri = visitor.page.getByRole('button', { name: /^Dmitri Sokolov.*unread/ });
    await visitor.click(dmitri);
    const card = await visitor.sees(/asks for Admin in Perplexity Enterprise/);
    expect(await card.textContent()).toContain('zoe.mueller@example.com');
    await dmitri.waitFor({ state: 'detached' });
  });

  it('closes an open list of people, and only then the modal, with Escape', async () => {
    const visitor = await look();
    await visitor.click(visitor.button(/Request access/));
    const form = visitor.dialog('Request a role');
    await visitor.click(form.getByRole('combobox', { name: 'For whom' }));
    await form.getByRole('listbox').waitFor();
    await visitor.press('Escape');
    await form.getByRole('listbox').waitFor({ state: 'detached' });
    // A form that is being closed would be offered nobody any more.
    await form.getByRole('combobox', { name: 'For whom' }).pressSequentially('muller');
    await form.getByRole('option', { name: /Zoë Müller/ }).waitFor();
    await visitor.press('Escape');
    await visitor.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  it('shows the App Home of whoever looks, and keeps it up to date', async () => {
    const visitor = await visit();
    await visitor.types('/access request admin for 2h because INC-5');
    await visitor.sees(/Waiting for/);
    await visitor.click(visitor.button('App Home'));
    const home = visitor.page.getByRole('region', { name: 'Home', exact: true });
    await home.getByText('Nothing waits for you.').waitFor();
    await home.getByRole('button', { name: 'Show request' }).waitFor();
    await visitor.be('Ben');
    await home
      .getByText(/asks for|for @Ada Okafor/)
      .first()
      .waitFor();
    expect(await home.getByText('Nothing waits for you.').count()).toBe(0);
  });

  it('looks up the author of a message, and answers whom it may', async () => {
    const visitor = await look();
    await visitor.be('Ben');
    await visitor.click(visitor.button('general'));
    const message = await visitor.sees(/glad to be here/);
    await message.hover();
    await visitor.click(message.getByRole('button', { name: 'Look up author' }));
    const answer = await visitor.sees(/Only visible to you/);
    expect(await answer.textContent()).toMatch(/finn@example\.com|Finn Moreau/);
  });

  it('keeps person and place over a reload, and lets in only whom Slack lets in', async () => {
    const visitor = await look();
    await visitor.be('Ben');
    await visitor.click(visitor.button('general'));
    await visitor.sees(/Morning!/);
    await visitor.page.reload();
    await visitor.sees(/Morning!/);
    expect(await visitor.page.locator('.person[aria-current]').textContent()).toContain('Ben Castillo');

    await visitor.be('Hugo');
    await visitor.types('/access request admin');
    await visitor.page.getByRole('alert').filter({ hasText: '/access is not a valid command.' }).waitFor();
    expect(await visitor.button('App Home').count()).toBe(0);

    await visitor.be('Ivy');
    await visitor.page.getByRole('heading', { name: 'Ivy Schultz cannot open Slack' }).waitFor();
    expect(await visitor.composer().count()).toBe(0);
  });

  it('offers the command as one types and fills it in', async () => {
    const visitor = await look();
    await visitor.fill(visitor.composer(), '/access lo');
    const hints = visitor.page.getByRole('listbox', { name: 'Suggestions' });
    await hints.getByRole('option', { name: /lookup muller/ }).waitFor();
    expect(await hints.getByRole('option').count()).toBe(1);
    await visitor.press('ArrowDown');
    await visitor.press('Enter');
    expect(await visitor.composer().inputValue()).toBe('/access lookup muller');
    await visitor.press('Enter');
    await visitor.sees(/Müller/);
    await visitor.fill(visitor.composer(), '/access grant @dm');
    await hints.getByRole('option', { name: /Dmitri/ }).click();
    expect(await visitor.composer().inputValue()).toBe('/access grant @dmitri ');
  });

  it('lets people talk in channels, where their words are words', async () => {
    const visitor = await visit();
    await visitor.click(visitor.button('general'));
    await visitor.types('Is <b>this</b> & *that* fine?');
    const message = await visitor.sees(/fine\?/);
    expect(await message.locator('.said').textContent()).toBe('Is <b>this</b> & that fine?');
    expect(await message.locator('.said b').count()).toBe(0);
    expect(await message.locator('.said strong').textContent()).toBe('that');
    await visitor.page.getByRole('button', { name: /^Ben Castillo.*1 unread/ }).waitFor();
  });

  it('asks which app is meant, and switches off the account there and nowhere else', async () => {
    const visitor = await visit();
    await visitor.be('Ben');
    await visitor.types('/access disable ivy@example.com because she has left');
    const form = visitor.dialog('Disable an account');
    expect(await form.getByLabel('Why').inputValue()).toBe('she has left');
    await form.getByLabel('App').selectOption({ label: 'Perdoo' });
    await visitor.send(form, 'Send request');
    await visitor.sees(/Waiting for/);
    await visitor.be('Carla');
    await visitor.click(visitor.button(/^Approve/));
    await visitor.click(visitor.dialog().getByRole('button', { name: 'Approve' }));
    await visitor.sees(/is switched off, confirmed/);
    await visitor.holds('Ivy Schultz', /^\s*Member\s*$/);
    await visitor.click(visitor.page.getByRole('tab', { name: 'Perdoo' }));
    await visitor.holds('Ivy Schultz', /inactive/);
  });

  it('gives every control a name', async () => {
    const visitor = await look();
    const nameless = () =>
      visitor.page.evaluate<
        string[]
      >(`[...document.querySelectorAll('button, a, input, select, textarea, summary, dialog')]
        .filter((each) => !(each.ariaLabel || each.labels?.length || each.textContent.trim()
          || document.getElementById(each.getAttribute('aria-labelledby') ?? '')))
        .map((each) => each.outerHTML)`);
    await visitor.click(visitor.page.locator('details.weather > summary'));
    expect(await nameless()).toEqual([]);
    await visitor.click(visitor.button(/Request access/));
    await visitor.dialog('Request a role').waitFor();
    expect(await nameless()).toEqual([]);
  });

  it('fits a narrow screen, one part at a time', async () => {
    const visitor = await visit({ viewport: { width: 390, height: 780 } });
    const directory = visitor.page.getByRole('region', { name: 'Directory' });
    expect(await directory.isVisible()).toBe(false);
    await visitor.types('/access mine');
    await visitor.sees(/Your access/);
    await visitor.click(visitor.button('Behind the scenes'));
    await directory.waitFor();
    expect(await visitor.composer().isVisible()).toBe(false);
    await visitor.click(visitor.button('People'));
    await visitor.be('Carla');
    await visitor.composer().waitFor();
    const overflow = await visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
