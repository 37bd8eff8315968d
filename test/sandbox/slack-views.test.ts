// Modals and Home tabs as the real client and a person meet them: triggers, stacks, hashes, response actions, what stands in the fields.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject, SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import { alice, bob, client, outsider, refusal, workspace } from './slack-world.ts';

const plain = (text: string): JsonObject => ({ type: 'plain_text', text });
const field = (blockId: string, element: JsonObject, change: JsonObject = {}): JsonObject => ({
  type: 'input',
  block_id: blockId,
  label: plain(blockId),
  element: { action_id: 'value', ...element },
  ...change,
});
const text = (blockId: string, change: JsonObject = {}) => field(blockId, { type: 'plain_text_input', ...change });
const push: JsonObject = {
  type: 'actions',
  block_id: 'more',
  elements: [{ type: 'button', action_id: 'go', text: plain('Go') }],
};
const modal = (blocks: JsonObject[], change: JsonObject = {}): JsonObject => ({
  type: 'modal',
  title: plain('T'),
  submit: plain('S'),
  callback_id: 'form',
  blocks,
  ...change,
});

/** The app as one HTTP handler: it keeps what it got and acknowledges with what the test says. */
type Bot = { got: JsonObject[]; answer: (payload: JsonObject) => Json; close: () => Promise<void>; url: string };

async function bot(): Promise<Bot> {
  const self: Bot = { got: [], answer: () => null, url: '', close: async () => undefined };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const payload = JSON.parse(form.get('payload') ?? JSON.stringify(Object.fromEntries(form))) as JsonObject;
      self.got.push(payload);
      const answer = self.answer(payload);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(answer === null ? '' : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  self.close = () => new Promise((resolve) => server.close(() => resolve()));
  return self;
}

describe('views', () => {
  let clock: number;
  let app: Bot;
  let slack: SlackWorkspace;
  beforeEach(async () => {
    clock = 1_790_000_000_000;
    app = await bot();
    slack = await workspace({ requestUrl: app.url, rateLimits: false, now: () => clock });
  });
  afterEach(async () => {
    await slack.close();
    await app.close();
  });
  const call = (method: string, args: Record<string, unknown>) =>
    client(slack).apiCall(method, args) as Promise<{ view?: { id: string; hash: string } }>;
  async function open(view: JsonObject, user = alice): Promise<string> {
    const { triggerId } = await slack.command(user, '/any', user === outsider ? 'C0SHARED' : undefined);
    return (await call('views.open', { trigger_id: triggerId, view })).view?.id ?? '';
  }
  const stack = (user = alice) => slack.state(user).views;
  const top = (user = alice) => stack(user).at(-1);
  const last = () => app.got.at(-1) ?? {};

  it('lets a trigger live three seconds, not a millisecond more', async () => {
    const early = (await slack.command(alice, '/any')).triggerId;
    const late = (await slack.command(alice, '/any')).triggerId;
    clock += 3_000;
    expect(await refusal(call('views.open', { trigger_id: early, view: modal([]) }))).toMatchObject({ error: 'none' });
    clock += 1;
    expect(await refusal(call('views.open', { trigger_id: late, view: modal([]) }))).toMatchObject({
      error: 'expired_trigger_id',
    });
  });

  it('does not spend a trigger on a view it refuses', async () => {
    const { triggerId } = await slack.command(alice, '/any');
    expect(await refusal(call('views.open', { trigger_id: triggerId, view: { type: 'modal' } }))).toMatchObject({
      error: 'invalid_arguments',
    });
    expect(await refusal(call('views.open', { trigger_id: triggerId, view: modal([]) }))).toMatchObject({
      error: 'none',
    });
  });

  it('lets a submission’s trigger push onto the view', async () => {
    const viewId = await open(modal([]));
    app.answer = () => ({ response_action: 'update', view: modal([push]) });
    const { triggerId } = await slack.submit(alice, viewId);
    await call('views.push', { trigger_id: triggerId, view: modal([]) });
    expect(stack()).toHaveLength(2);
  });

  it('closes the visible view on an empty acknowledgement and shows the one below', async () => {
    const root = await open(modal([push]));
    const { triggerId } = await slack.click(alice, { viewId: root, actionId: 'go' });
    const second = (await call('views.push', { trigger_id: triggerId, view: modal([]) })).view?.id ?? '';
    expect(await slack.submit(alice, root)).toMatchObject({ error: 'not_on_screen' });
    await slack.submit(alice, second);
    expect(stack().map((view) => view.id)).toEqual([root]);
  });

  it('carries out update, push and clear from the acknowledgement', async () => {
    const root = await open(modal([]));
    app.answer = () => ({ response_action: 'push', view: modal([], { callback_id: 'second' }) });
    await slack.submit(alice, root);
    expect(stack().map((view) => view.callbackId)).toEqual(['form', 'second']);
    const second = top()?.id ?? '';
    app.answer = () => ({ response_action: 'update', view: modal([], { callback_id: 'third' }) });
    await slack.submit(alice, second);
    expect(top()).toMatchObject({ id: second, callbackId: 'third' });
    app.answer = () => ({ response_action: 'push', view: modal([]) });
    await slack.submit(alice, second);
    expect(await slack.submit(alice, top()?.id ?? '')).toMatchObject({
      error: 'invalid_response',
      notice: 'push_limit_reached',
    });
    app.answer = () => ({ response_action: 'clear' });
    await slack.submit(alice, top()?.id ?? '');
    expect(stack()).toEqual([]);
  });

  it('shows errors under input blocks and refuses them anywhere else', async () => {
    const section = { type: 'section', block_id: 'words', text: plain('x') };
    const viewId = await open(modal([text('reason'), section]));
    app.answer = () => ({ response_action: 'errors', errors: { reason: 'Too short.' } });
    expect(await slack.submit(alice, viewId, { reason: 'x' })).toMatchObject({
      status: 200,
      errors: { reason: 'Too short.' },
    });
    expect(top()?.errors).toEqual({ reason: 'Too short.' });
    app.answer = () => ({ response_action: 'errors', errors: { words: 'No.' } });
    expect(await slack.submit(alice, viewId)).toMatchObject({ error: 'invalid_response' });
    expect(stack()).toHaveLength(1);
  });

  it('refuses a view in an acknowledgement as it would in a call', async () => {
    const viewId = await open(modal([]));
    app.answer = () => ({ response_action: 'update', view: modal([], { title: plain('x'.repeat(25)) }) });
    const outcome = await slack.submit(alice, viewId);
    expect(outcome).toMatchObject({ error: 'invalid_response' });
    expect(outcome.notice).toContain('/view/title/text');
  });

  it('keeps what was typed where block and action stay the same, and only there', async () => {
    const viewId = await open(modal([text('kept'), text('renamed', { initial_value: 'old' })]));
    slack.type(alice, viewId, { kept: 'typed', renamed: 'typed too' });
    await call('views.update', {
      view_id: viewId,
      view: modal([
        text('kept', { initial_value: 'ignored' }),
        text('renamed', { action_id: 'other', initial_value: 'new' }),
      ]),
    });
    expect(top()?.values).toEqual({
      kept: { value: { type: 'plain_text_input', value: 'typed' } },
      renamed: { other: { type: 'plain_text_input', value: 'new' } },
    });
  });

  it('sends the values of every kind of field as Slack does', async () => {
    const options = ['a', 'b'].map((value) => ({ text: plain(value.toUpperCase()), value }));
    const [first = {}, second = {}] = options;
    const viewId = await open(
      modal([
        text('words'),
        field('one', { type: 'static_select', options, initial_option: second }),
        field('many', { type: 'multi_static_select', options }),
        field('boxes', { type: 'checkboxes', options }),
        field('who', { type: 'users_select' }),
        field('when', { type: 'datepicker', initial_date: '2026-11-22' }),
        field('number', { type: 'number_input', is_decimal_allowed: false }, { optional: true }),
      ]),
    );
    const values = { words: 'why', many: ['a', 'b'], boxes: ['a'], who: bob };
    await slack.submit(alice, viewId, values);
    expect((last().view as JsonObject).state).toEqual({
      values: {
        words: { value: { type: 'plain_text_input', value: 'why' } },
        one: { value: { type: 'static_select', selected_option: second } },
        many: { value: { type: 'multi_static_select', selected_options: [first, second] } },
        boxes: { value: { type: 'checkboxes', selected_options: [first] } },
        who: { value: { type: 'users_select', selected_user: bob } },
        when: { value: { type: 'datepicker', selected_date: '2026-11-22' } },
        number: { value: { type: 'number_input', value: null } },
      },
    });
  });

  it('stops what the client would stop: required, too long, not offered, no number, no e-mail', async () => {
    const options = [{ text: plain('A'), value: 'a' }];
    const viewId = await open(
      modal([
        text('required'),
        text('long', { max_length: 3 }),
        field('choice', { type: 'static_select', options }),
        field('several', { type: 'multi_static_select', options }),
        field('number', { type: 'number_input', is_decimal_allowed: false, max_value: '9' }),
        field('mail', { type: 'email_text_input' }),
      ]),
    );
    const before = app.got.length;
    const outcome = await slack.submit(alice, viewId, {
      long: 'four',
      choice: 'zzz',
      several: ['a', 'zzz'],
      number: '10',
      mail: 'nobody',
    });
    expect(outcome).toMatchObject({ status: 0, error: 'invalid_input' });
    expect(Object.keys(outcome.errors ?? {}).sort()).toEqual([
      'choice',
      'long',
      'mail',
      'number',
      'required',
      'several',
    ]);
    expect(outcome.errors?.several).toBe('This element offers no such choice.');
    expect(app.got).toHaveLength(before);
  });

  it('offers what the app suggests and takes nothing else', async () => {
    const viewId = await open(modal([field('person', { type: 'external_select', min_query_length: 2 })]));
    app.answer = () => ({ options: [{ text: plain('Bob Example'), value: 'acc-1' }] });
    expect(await slack.suggest(alice, { viewId }, 'value', 'b')).toMatchObject({ error: 'invalid_input', options: [] });
    const { options } = await slack.suggest(alice, { viewId }, 'value', 'bo');
    expect(last()).toMatchObject({
      type: 'block_suggestion',
      action_id: 'value',
      block_id: 'person',
      value: 'bo',
      view: { id: viewId },
    });
    expect(options.map((option) => option.value)).toEqual(['acc-1']);
    app.answer = () => null;
    expect(await slack.submit(alice, viewId, { person: 'acc-2' })).toMatchObject({ error: 'invalid_input' });
    expect(await slack.submit(alice, viewId, { person: 'acc-1' })).not.toHaveProperty('error');
  });

  it('shows no options when the app offers more than a hundred', async () => {
    const viewId = await open(modal([field('person', { type: 'external_select', min_query_length: 0 })]));
    app.answer = () => ({
      options: Array.from({ length: 101 }, (_, index) => ({ text: plain('x'), value: String(index) })),
    });
    expect(await slack.suggest(alice, { viewId }, 'value', '')).toMatchObject({
      error: 'invalid_response',
      options: [],
    });
  });

  it('tells the app of a closed view only when it asked to hear', async () => {
    const silent = await open(modal([]));
    const before = app.got.length;
    await slack.closeView(alice, silent);
    expect(app.got).toHaveLength(before);
    const root = await open(modal([push], { notify_on_close: true }));
    const { triggerId } = await slack.click(alice, { viewId: root, actionId: 'go' });
    const second =
      (await call('views.push', { trigger_id: triggerId, view: modal([], { notify_on_close: true }) })).view?.id ?? '';
    await slack.closeView(alice, second);
    expect(last()).toMatchObject({ type: 'view_closed', is_cleared: false, view: { id: second } });
    const again = await slack.click(alice, { viewId: root, actionId: 'go' });
    await call('views.push', { trigger_id: again.triggerId, view: modal([]) });
    await slack.closeView(alice, top()?.id ?? '', 'all');
    expect(last()).toMatchObject({ type: 'view_closed', is_cleared: true, view: { id: root } });
    expect(stack()).toEqual([]);
  });

  it('leaves the stack alone when the person closed the view while the answer was under way', async () => {
    const viewId = await open(modal([]));
    const arrived = new Promise<void>((resolve) => {
      app.answer = () => {
        void slack.closeView(alice, viewId);
        resolve();
        return { response_action: 'push', view: modal([]) };
      };
    });
    const submitted = slack.submit(alice, viewId);
    await arrived;
    expect(await submitted).not.toHaveProperty('error');
    expect(stack()).toEqual([]);
  });

  it('forgets a closed view: updates say not_found', async () => {
    const viewId = await open(modal([]));
    await slack.closeView(alice, viewId);
    expect(await refusal(call('views.update', { view_id: viewId, view: modal([]) }))).toMatchObject({
      error: 'not_found',
    });
  });

  it('keeps external ids unique', async () => {
    await open(modal([], { external_id: 'x' }));
    const { triggerId } = await slack.command(bob, '/any');
    expect(
      await refusal(call('views.open', { trigger_id: triggerId, view: modal([], { external_id: 'x' }) })),
    ).toMatchObject({ error: 'duplicate_external_id' });
  });

  it('gives an outsider’s submission their own team and the app’s in the view', async () => {
    await client(slack).chat.postMessage({ channel: 'C0SHARED', text: 'card', blocks: [push] as never });
    const ts = slack.state(outsider).conversations[0]?.messages[0]?.ts ?? '';
    const { triggerId } = await slack.click(outsider, { channel: 'C0SHARED', ts, actionId: 'go' });
    expect(last()).toMatchObject({ team: { id: 'T0HOME' }, user: { id: outsider, team_id: 'T0OTHER' } });
    const viewId = (await call('views.open', { trigger_id: triggerId, view: modal([]) })).view?.id ?? '';
    await slack.submit(outsider, viewId);
    expect(last()).toMatchObject({
      team: { id: 'T0OTHER' },
      user: { team_id: 'T0OTHER' },
      view: { app_installed_team_id: 'T0HOME' },
    });
  });

  it('publishes a Home tab that the person can click', async () => {
    await call('views.publish', { user_id: bob, view: { type: 'home', blocks: [push] } });
    const home = slack.state(bob).home;
    expect(await slack.click(bob, { viewId: home?.id ?? '', actionId: 'go' })).toMatchObject({ status: 200 });
    expect(last()).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: home?.id },
      view: { type: 'home' },
    });
    expect(last()).not.toHaveProperty('response_url');
  });

  it('says nothing to the app about a field of an input block until it is submitted', async () => {
    const options = [{ text: plain('A'), value: 'a' }];
    const quiet = field('quiet', { type: 'static_select', action_id: 'quiet', options });
    const loud = field('loud', { type: 'static_select', action_id: 'loud', options }, { dispatch_action: true });
    const viewId = await open(modal([quiet, loud]));
    const before = app.got.length;
    await slack.click(alice, { viewId, actionId: 'quiet', value: 'a' });
    expect(app.got).toHaveLength(before);
    await slack.click(alice, { viewId, actionId: 'loud', value: 'a' });
    expect(last()).toMatchObject({
      type: 'block_actions',
      actions: [{ action_id: 'loud', selected_option: { value: 'a' } }],
    });
    expect((last().view as JsonObject).state).toMatchObject({
      values: { quiet: { quiet: { selected_option: { value: 'a' } } } },
    });
  });
});
