// Block Kit's limits as the real client meets them: at the limit Slack takes a message or view, one above it refuses and points at the place.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import { alice, client, refusal, workspace } from './slack-world.ts';

const letters = (count: number) => 'ä'.repeat(count);
const plain = (text: string): JsonObject => ({ type: 'plain_text', text });
const mrkdwn = (text: string): JsonObject => ({ type: 'mrkdwn', text });
const times = (count: number, make: (index: number) => JsonObject): JsonObject[] =>
  Array.from({ length: count }, (_, index) => make(index));
const button = (change: JsonObject = {}): JsonObject => ({ type: 'button', text: plain('Go'), ...change });
const section = (change: JsonObject): JsonObject => ({ type: 'section', text: mrkdwn('x'), ...change });
const actions = (...elements: JsonObject[]): JsonObject => ({ type: 'actions', elements });
const option = (index: number, change: JsonObject = {}): JsonObject => ({
  text: plain('o'),
  value: String(index),
  ...change,
});
const select = (change: JsonObject): JsonObject => ({ type: 'static_select', ...change });
const confirm = (change: JsonObject): JsonObject =>
  button({ confirm: { title: plain('t'), text: plain('x'), confirm: plain('y'), deny: plain('n'), ...change } });
const input = (element: JsonObject, change: JsonObject = {}): JsonObject => ({
  type: 'input',
  label: plain('l'),
  element,
  ...change,
});

type Limit = { what: string; most: number; at: string; blocks: (size: number) => JsonObject[] };

/** Each limit of a message, with blocks that are exactly `size` large. */
const messageLimits: Limit[] = [
  { what: 'blocks of a message', most: 50, at: '/blocks', blocks: (size) => times(size, () => ({ type: 'divider' })) },
  {
    what: 'section text',
    most: 3_000,
    at: '/blocks/0/text/text',
    blocks: (size) => [section({ text: mrkdwn(letters(size)) })],
  },
  {
    what: 'section fields',
    most: 10,
    at: '/blocks/0/fields',
    blocks: (size) => [section({ fields: times(size, () => mrkdwn('f')) })],
  },
  {
    what: 'section field text',
    most: 2_000,
    at: '/blocks/0/fields/0/text',
    blocks: (size) => [section({ fields: [mrkdwn(letters(size))] })],
  },
  {
    what: 'header text',
    most: 150,
    at: '/blocks/0/text/text',
    blocks: (size) => [{ type: 'header', text: plain(letters(size)) }],
  },
  {
    what: 'context elements',
    most: 10,
    at: '/blocks/0/elements',
    blocks: (size) => [{ type: 'context', elements: times(size, () => mrkdwn('c')) }],
  },
  {
    what: 'actions elements',
    most: 25,
    at: '/blocks/0/elements',
    blocks: (size) => [actions(...times(size, () => button()))],
  },
  {
    what: 'button text',
    most: 75,
    at: '/blocks/0/elements/0/text/text',
    blocks: (size) => [actions(button({ text: plain(letters(size)) }))],
  },
  {
    what: 'button value',
    most: 2_000,
    at: '/blocks/0/elements/0/value',
    blocks: (size) => [actions(button({ value: letters(size) }))],
  },
  {
    what: 'accessibility label',
    most: 75,
    at: '/blocks/0/elements/0/accessibility_label',
    blocks: (size) => [actions(button({ accessibility_label: letters(size) }))],
  },
  {
    what: 'action_id',
    most: 255,
    at: '/blocks/0/elements/0/action_id',
    blocks: (size) => [actions(button({ action_id: letters(size) }))],
  },
  {
    what: 'block_id',
    most: 255,
    at: '/blocks/0/block_id',
    blocks: (size) => [{ type: 'divider', block_id: letters(size) }],
  },
  {
    what: 'confirm title',
    most: 100,
    at: '/blocks/0/elements/0/confirm/title/text',
    blocks: (size) => [actions(confirm({ title: plain(letters(size)) }))],
  },
  {
    what: 'confirm text',
    most: 300,
    at: '/blocks/0/elements/0/confirm/text/text',
    blocks: (size) => [actions(confirm({ text: plain(letters(size)) }))],
  },
  {
    what: 'confirm button',
    most: 30,
    at: '/blocks/0/elements/0/confirm/confirm/text',
    blocks: (size) => [actions(confirm({ confirm: plain(letters(size)) }))],
  },
  {
    what: 'overflow options',
    most: 5,
    at: '/blocks/0/elements/0/options',
    blocks: (size) => [actions({ type: 'overflow', options: times(size, option) })],
  },
  {
    what: 'select options',
    most: 100,
    at: '/blocks/0/elements/0/options',
    blocks: (size) => [actions(select({ options: times(size, option) }))],
  },
  {
    what: 'option text',
    most: 75,
    at: '/blocks/0/elements/0/options/0/text/text',
    blocks: (size) => [actions(select({ options: [option(1, { text: plain(letters(size)) })] }))],
  },
  {
    what: 'option value',
    most: 75,
    at: '/blocks/0/elements/0/options/0/value',
    blocks: (size) => [actions(select({ options: [option(1, { value: letters(size) })] }))],
  },
  {
    what: 'option description',
    most: 75,
    at: '/blocks/0/elements/0/options/0/description/text',
    blocks: (size) => [actions(select({ options: [option(1, { description: plain(letters(size)) })] }))],
  },
  {
    what: 'placeholder',
    most: 150,
    at: '/blocks/0/elements/0/placeholder/text',
    blocks: (size) => [actions(select({ options: times(1, option), placeholder: plain(letters(size)) }))],
  },
  {
    what: 'radio options',
    most: 10,
    at: '/blocks/0/elements/0/options',
    blocks: (size) => [actions({ type: 'radio_buttons', options: times(size, option) })],
  },
  {
    what: 'image alt text',
    most: 2_000,
    at: '/blocks/0/alt_text',
    blocks: (size) => [{ type: 'image', image_url: 'https://example.com/i.png', alt_text: letters(size) }],
  },
  {
    what: 'markdown',
    most: 12_000,
    at: '/blocks/0/text',
    blocks: (size) => [{ type: 'markdown', text: letters(size) }],
  },
  {
    what: 'table rows',
    most: 100,
    at: '/blocks/0/rows',
    blocks: (size) => [{ type: 'table', rows: Array.from({ length: size }, () => [{ type: 'raw_text', text: 'c' }]) }],
  },
  {
    what: 'card body',
    most: 200,
    at: '/blocks/0/body/text',
    blocks: (size) => [{ type: 'card', body: mrkdwn(letters(size)) }],
  },
];

const modalLimits: (Omit<Limit, 'blocks'> & { view: (size: number) => JsonObject })[] = [
  {
    what: 'blocks of a modal',
    most: 100,
    at: '/view/blocks',
    view: (size) => ({ blocks: times(size, () => ({ type: 'divider' })) }),
  },
  { what: 'modal title', most: 24, at: '/view/title/text', view: (size) => ({ title: plain(letters(size)) }) },
  { what: 'submit', most: 24, at: '/view/submit/text', view: (size) => ({ submit: plain(letters(size)) }) },
  { what: 'close', most: 24, at: '/view/close/text', view: (size) => ({ close: plain(letters(size)) }) },
  {
    what: 'private_metadata',
    most: 3_000,
    at: '/view/private_metadata',
    view: (size) => ({ private_metadata: letters(size) }),
  },
  { what: 'callback_id', most: 255, at: '/view/callback_id', view: (size) => ({ callback_id: letters(size) }) },
  {
    what: 'input label',
    most: 2_000,
    at: '/view/blocks/0/label/text',
    view: (size) => ({ blocks: [input({ type: 'plain_text_input' }, { label: plain(letters(size)) })] }),
  },
  {
    what: 'input hint',
    most: 2_000,
    at: '/view/blocks/0/hint/text',
    view: (size) => ({ blocks: [input({ type: 'plain_text_input' }, { hint: plain(letters(size)) })] }),
  },
  {
    what: 'alert text',
    most: 200,
    at: '/view/blocks/0/text/text',
    view: (size) => ({ blocks: [{ type: 'alert', text: plain(letters(size)) }] }),
  },
];

describe('Block Kit limits', () => {
  let slack: SlackWorkspace;
  beforeAll(async () => {
    slack = await workspace({ rateLimits: false });
  });
  afterAll(() => slack.close());
  const post = (blocks: JsonObject[]) =>
    refusal(client(slack).apiCall('chat.postMessage', { channel: alice, text: 'x', blocks }));
  async function open(change: JsonObject) {
    const triggerId = (await slack.command(alice, '/any')).triggerId ?? '';
    const view = { type: 'modal', title: plain('t'), submit: plain('s'), blocks: [], ...change };
    return refusal(client(slack).apiCall('views.open', { trigger_id: triggerId, view }));
  }

  for (const { what, most, at, blocks } of messageLimits) {
    it(`takes ${most} and no more: ${what}`, async () => {
      expect((await post(blocks(most))).error).toBe('none');
      const refused = await post(blocks(most + 1));
      expect(refused).toMatchObject({
        error: 'invalid_blocks',
        messages: [expect.stringMatching(/^\[ERROR] (must be less than|no more than) \d+ .*/)],
      });
      expect(refused.messages[0]).toContain(`[json-pointer:${at}]`);
    });
  }
  for (const { what, most, at, view } of modalLimits) {
    it(`takes ${most} and no more: ${what}`, async () => {
      expect(await open(view(most))).toMatchObject({ error: 'none' });
      const refused = await open(view(most + 1));
      expect(refused.error).toBe('invalid_arguments');
      expect(refused.messages).toEqual([expect.stringContaining(`[json-pointer:${at}]`)]);
    });
  }

  const wrong: [string, JsonObject[], string][] = [
    ['a block of no known type', [{ type: 'nonsense' }], 'unsupported block: nonsense [json-pointer:/blocks/0]'],
    [
      'a section without text or fields',
      [{ type: 'section' }],
      'must define either `text` or `fields` [json-pointer:/blocks/0]',
    ],
    [
      'an empty text',
      [section({ text: mrkdwn('') })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'mrkdwn where plain text belongs',
      [{ type: 'header', text: mrkdwn('x') }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a property nobody knows',
      [section({ colour: 'red' })],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'two blocks of one name',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
      'duplicate block_id: b [json-pointer:/blocks/1/block_id]',
    ],
    [
      'two actions of one name in a block',
      [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
      'duplicate action_id [json-pointer:/blocks/0]',
    ],
    [
      'an alert outside a modal',
      [{ type: 'alert', text: plain('x') }],
      'block of type alert is not supported in a message [json-pointer:/blocks/0]',
    ],
    [
      'a text field among actions',
      [actions({ type: 'plain_text_input' })],
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'an initial option that is not offered',
      [actions(select({ options: [option(1)], initial_option: option(2) }))],
      'initial option must be one of the options [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'an unknown button style',
      [actions(button({ style: 'loud' }))],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'two tables in a message',
      times(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'c' }]] })),
      'only one table is allowed [json-pointer:/blocks]',
    ],
    [
      'markdown of 12,001 characters in two blocks',
      [
        { type: 'markdown', text: letters(6_000) },
        { type: 'markdown', text: letters(6_001) },
      ],
      'markdown blocks must be less than 12001 characters in total [json-pointer:/blocks]',
    ],
  ];
  for (const [what, blocks, message] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await post(blocks)).toMatchObject({ error: 'invalid_blocks', messages: [`[ERROR] ${message}`] });
    });
  }

  it('refuses blocks that are no list at all', async () => {
    const call = client(slack).apiCall('chat.postMessage', { channel: alice, text: 'x', blocks: '{"blocks":[]}' });
    expect((await refusal(call)).error).toBe('invalid_blocks_format');
  });
  it('refuses a message whose blocks are too long together', async () => {
    expect((await post(times(5, () => section({ text: mrkdwn(letters(3_000)) })))).error).toBe('msg_blocks_too_long');
  });
  it('wants a submit button where there is an input, and only there', async () => {
    const { submit: _none, ...view } = {
      type: 'modal',
      title: plain('t'),
      submit: plain('s'),
      blocks: [input({ type: 'plain_text_input' })],
    };
    const triggerId = (await slack.command(alice, '/any')).triggerId ?? '';
    const web = client(slack);
    expect(await refusal(web.apiCall('views.open', { trigger_id: triggerId, view }))).toMatchObject({
      error: 'invalid_arguments',
      messages: ['[ERROR] missing required field: submit [json-pointer:/view]'],
    });
    expect(
      await refusal(
        web.apiCall('views.open', { trigger_id: triggerId, view: { ...view, blocks: [{ type: 'divider' }] } }),
      ),
    ).toMatchObject({ error: 'none' });
  });
  it('refuses a view of more than 250 kB', async () => {
    const blocks = times(90, () => section({ text: mrkdwn(letters(3_000)) }));
    expect((await open({ blocks })).error).toBe('view_too_large');
  });
  it('refuses a title on a Home tab and an alert in it', async () => {
    const view = { type: 'home', title: plain('t'), blocks: [{ type: 'alert', text: plain('x') }] };
    expect((await refusal(client(slack).apiCall('views.publish', { user_id: alice, view }))).messages).toEqual([
      '[ERROR] invalid additional property: title [json-pointer:/view]',
      '[ERROR] block of type alert is not supported in a home [json-pointer:/view/blocks/0]',
    ]);
  });
  it('counts code points, as Slack does, not UTF-16 units', async () => {
    expect((await post([{ type: 'header', text: plain('👩'.repeat(150)) }])).error).toBe('none');
  });
  it('names the blocks and actions that the app left unnamed, each differently, in cards too', async () => {
    const blocks = [actions(button(), button()), { type: 'card', actions: [button()] }, { type: 'divider' }] as never;
    const { message } = await client(slack).chat.postMessage({ channel: alice, text: 'x', blocks });
    const named = (message?.blocks ?? []) as unknown as {
      block_id: string;
      elements?: JsonObject[];
      actions?: JsonObject[];
    }[];
    const ids = named.flatMap((block) => [
      block.block_id,
      ...[...(block.elements ?? []), ...(block.actions ?? [])].map((element) => element.action_id),
    ]);
    expect(ids.filter((id) => typeof id === 'string' && id !== '')).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });
});
