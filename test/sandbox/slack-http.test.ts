// One story over HTTP with a real Bolt app: command, card, click, modal, submission; and the delivery rules around it.
import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackWorkspace } from '../../src/sandbox/slack/index.ts';
import { alice, bob, httpApp, until, workspace } from './slack-world.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });

function listeners(app: App): void {
  app.command('/access', async ({ command, ack, client }) => {
    await ack();
    await client.chat.postMessage({
      channel: bob,
      text: `${command.user_name} asks: ${command.text}`,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: command.text } },
        {
          type: 'actions',
          block_id: 'decision',
          elements: [{ type: 'button', action_id: 'deny', value: 'R1', text: plain('Deny…') }],
        },
      ],
    });
  });
  app.action('deny', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || body.container.type !== 'message') return;
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'deny',
        private_metadata: `${body.container.channel_id} ${body.container.message_ts}`,
        title: plain('Deny'),
        submit: plain('Deny'),
        blocks: [
          {
            type: 'input',
            block_id: 'reason',
            label: plain('Reason'),
            element: { type: 'plain_text_input', action_id: 'text' },
          },
        ],
      },
    });
  });
  app.view('deny', async ({ ack, view, client }) => {
    const reason = view.state.values.reason?.text?.value ?? '';
    if (reason === 'no') return ack({ response_action: 'errors', errors: { reason: 'Say why.' } });
    await ack();
    const [channel = '', ts = ''] = view.private_metadata.split(' ');
    await client.chat.update({ channel, ts, text: `Denied: ${reason}`, blocks: [] });
  });
}

describe('a Bolt app over HTTP', () => {
  let slack: SlackWorkspace;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    slack = await workspace();
    stop = await httpApp(slack, listeners);
  });
  afterEach(async () => {
    await stop();
    await slack.close();
  });
  const card = () => slack.state(bob).conversations[0]?.messages[0];

  it('takes a command through card, click and modal to the decision', async () => {
    expect(await slack.command(alice, '/access request admin for @bob')).toMatchObject({ status: 200, body: null });
    await until(slack, () => card() !== undefined);
    expect(card()?.text).toBe(`alice asks: request admin for <@${bob}|bob>`);
    const { channel = '', ts = '' } = card() ?? {};
    expect(await slack.click(bob, { channel, ts, actionId: 'deny' })).toMatchObject({ status: 200 });
    await until(slack, () => slack.state(bob).views.length === 1);
    const viewId = slack.state(bob).views[0]?.id ?? '';
    expect(await slack.submit(bob, viewId, { reason: 'no' })).toMatchObject({ errors: { reason: 'Say why.' } });
    expect(slack.state(bob).views).toHaveLength(1);
    expect(await slack.submit(bob, viewId, { reason: 'Not needed' })).not.toHaveProperty('error');
    expect(slack.state(bob).views).toEqual([]);
    await until(slack, () => card()?.text === 'Denied: Not needed');
    expect(card()?.blocks).toEqual([]);
    expect(await slack.click(bob, { channel, ts, actionId: 'deny' })).toMatchObject({
      status: 0,
      error: 'not_on_screen',
    });
  });
});
