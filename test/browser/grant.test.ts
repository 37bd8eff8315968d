import { describe, expect, it } from 'vitest';
import { useBrowser, type Visitor } from './visitor.ts';

const ONLY_MEMBER = /^\s*Member\s*$/;
const ADMIN_AND_MEMBER = /^\s*Admin\s*Member\s*$/;

/** Ben says yes, and Ada reads that it was done. */
async function approvedAndRead(visitor: Visitor): Promise<void> {
  await visitor.be('Ben');
  await visitor.click(visitor.button(/^Approve Admin for Ada/));
  await visitor.click(visitor.dialog('Approve this?').getByRole('button', { name: 'Approve' }));
  await visitor.be('Ada');
  await visitor.sees(/You are in the Admin group of Perplexity Enterprise until .*, confirmed/);
}

describe('the first grant', () => {
  const visit = useBrowser();

  it.each([
    { mode: 'signed HTTP', socket: false },
    { mode: 'Socket Mode', socket: true },
  ])('takes a stranger at most eight actions over $mode', async ({ socket }) => {
    const visitor = await visit({ socket });
    await visitor.holds('Ada Okafor', ONLY_MEMBER);
    await visitor.click(visitor.button(/^Ask to be Admin for four hours/));
    await visitor.press('Enter');
    await visitor.sees(/Waiting for @Ben Castillo/);
    await approvedAndRead(visitor);
    await visitor.holds('Ada Okafor', ADMIN_AND_MEMBER);
    expect(visitor.actions.length, visitor.actions.join('\n')).toBeLessThanOrEqual(8);
    expect(visitor.actions).toHaveLength(6);
  });

  it('takes at most eight actions through the shortcut and its modal, too, with one app to ask for', async () => {
    const visitor = await visit({ world: { apps: ['perplexity'] } });
    await visitor.click(visitor.button(/Request access/));
    await visitor.fill(visitor.dialog('Request a role').getByLabel('Why'), 'INC-9, the billing address changes');
    await visitor.send(visitor.dialog('Request a role'), 'Send request');
    await visitor.sees(/Waiting for @Ben Castillo/);
    await approvedAndRead(visitor);
    await visitor.holds('Ada Okafor', ADMIN_AND_MEMBER);
    expect(visitor.actions.length, visitor.actions.join('\n')).toBeLessThanOrEqual(8);
  });

  it('ends by itself when a day has passed, and says so', async () => {
    const visitor = await visit();
    await visitor.types('/access request admin for 4h because INC-7');
    await visitor.sees(/Waiting for/);
    await approvedAndRead(visitor);
    await visitor.click(visitor.button('One hour later'));
    await visitor.page.getByText('1 h ahead').waitFor();
    await visitor.holds('Ada Okafor', ADMIN_AND_MEMBER);
    await visitor.click(visitor.button('One day later'));
    await visitor.page.getByText('1 d 1 h ahead').waitFor();
    await visitor.holds('Ada Okafor', ONLY_MEMBER);
    await visitor.sees(/no longer in the Admin group of Perplexity Enterprise, confirmed/);
    await visitor.button('Ask again').waitFor();
  });

  it('is denied with a reason that the form insists on', async () => {
    const visitor = await visit();
    await visitor.types('/access request admin because I am curious');
    await visitor.sees(/Waiting for/);
    await visitor.be('Ben');
    await visitor.click(visitor.button('Deny…'));
    const form = visitor.dialog('Deny the request');
    await visitor.click(form.getByRole('button', { name: 'Deny' }));
    await form.getByRole('alert').filter({ hasText: 'required' }).waitFor();
    expect(await form.getByLabel('Why not').getAttribute('aria-invalid')).toBe('true');
    await visitor.fill(form.getByLabel('Why not'), 'Curiosity is no ticket.');
    await visitor.click(form.getByRole('button', { name: 'Deny' }));
    await form.waitFor({ state: 'detached' });
    await visitor.be('Ada');
    await visitor.sees(/Curiosity is no ticket\./);
    await visitor.holds('Ada Okafor', ONLY_MEMBER);
  });

  it('shows a hostile reason as nothing but text', async () => {
    const visitor = await visit();
    const title = await visitor.page.title();
    const hostile =
      '<img src=x onerror="document.title=1"><script>document.title=2</script> <!channel> <https://evil.example/|click> &lt;b&gt;';
    await visitor.click(visitor.button(/Request access/));
    await visitor.dialog().getByLabel('App and role').selectOption('perplexity/admin');
    await visitor.fill(visitor.dialog().getByLabel('Why'), hostile);
    await visitor.send(visitor.dialog(), 'Send request');
    await visitor.sees(/Waiting for/);
    await visitor.be('Ben');
    const card = await visitor.sees(/asks for/);
    expect(await card.locator('blockquote').textContent()).toBe(hostile);
    expect(await card.locator('blockquote').locator('*').count()).toBe(0);
    expect(await visitor.page.title()).toBe(title);
  });
});
