// The cards and forms of drift over real wires: what an owner presses and fills in reaches the desk, and "no" is answered.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../../src/access/errors.ts';
import type { InputValue, ViewSeen } from '../../../src/sandbox/slack/index.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import { fieldOf } from '../../../src/slack/modals/view.ts';
import { type Edge, ephemerals, finding, messages, said, slackId, startEdge, topView } from './harness.ts';
import { USERS } from './workspace.ts';

let edge: Edge;
let card: { channel: string; ts: string };
beforeAll(async () => {
  edge = await startEdge('http');
});
afterAll(() => edge.stop());
beforeEach(async () => {
  edge.desk.asked.length = 0;
  card = await edge.slack.notifier.showDrift(finding(), { reader: 'owner', slack: slackId(USERS.alice) });
});

const press = (actionId: string) =>
  edge.workspace.click(USERS.alice, { channel: card.channel, ts: card.ts, actionId, confirmed: true });

async function form(actionId: string, callbackId: string): Promise<ViewSeen> {
  await press(actionId);
  return edge.until(() => {
    const view = topView(edge, USERS.alice);
    return view?.callbackId === callbackId && edge.desk.owed.size === 0 && view;
  });
}

function fields(view: ViewSeen, values: Record<string, InputValue>): Record<string, InputValue> {
  const ids = view.blocks.flatMap((block) => (typeof block.block_id === 'string' ? [block.block_id] : []));
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [ids.find((id) => fieldOf(id) === field) ?? field, value]),
  );
}

describe('the card of a finding', () => {
  it('is redrawn where it is, and posted anew where that is gone', async () => {
    const reader = { reader: 'owner' as const, slack: slackId(USERS.alice) };
    const decision = { how: 'ignore' as const, by: { name: 'Olivia' }, at: 0, reason: 'known' };
    const changed = finding({ rev: 2, state: 'silent', decision });
    const ref = await edge.slack.notifier.showDrift(changed, reader, { ...reader, ...card, rev: 1 });
    expect(ref).toMatchObject({ ...card, rev: 2 });
    const seen = messages(edge, USERS.alice);
    expect(seen.filter((message) => said(message).includes('Ignored by Olivia'))).toHaveLength(1);
    const lost = await edge.slack.notifier.showDrift(changed, reader, { ...reader, ...card, ts: '1.000001', rev: 1 });
    expect(lost.ts).not.toBe(card.ts);
    expect(messages(edge, USERS.alice)).toHaveLength(seen.length + 1);
  });

  it('adopts for a time: the form asks how long and why, of just what was found', async () => {
    const view = await form(ACTIONS.driftAdopt, 'modal.drift_adopt');
    const asked = edge.workspace.submit(USERS.alice, view.id, fields(view, { reason: 'INC-9' }));
    expect((await asked).errors).toBeUndefined();
    expect(await edge.asked('submit')).toMatchObject([
      slackId(USERS.alice),
      'alice',
      {
        action: 'grant',
        app: 'perplexity',
        role: 'admin',
        subject: { kind: 'account', app: 'perplexity', account: 'a2' },
        duration: { kind: 'for' },
        reason: 'INC-9',
        drift: 'find-1',
      },
      {},
    ]);
  });

  it('is ignored with a reason: missing or secret ones stay on their field', async () => {
    const view = await form(ACTIONS.driftIgnore, 'modal.drift_ignore');
    for (const reason of ['', 'xoxb-123456789012-abcdefghijkl']) {
      const { errors } = await edge.workspace.submit(USERS.alice, view.id, fields(view, { reason }));
      expect(Object.keys(errors ?? {})).toEqual(Object.keys(fields(view, { reason: '' })));
    }
    expect(edge.verbs()).not.toContain('settleDrift');
    await edge.workspace.submit(USERS.alice, view.id, fields(view, { reason: 'the vendor' }));
    expect(await edge.asked('settleDrift')).toEqual([
      { finding: 'find-1', by: slackId(USERS.alice), how: 'ignore', reason: 'the vendor' },
    ]);
    await edge.until(() => edge.desk.owed.size === 0);
  });

  it('answers whoever comes too late, is no owner, or is whom it is about: pressed or opened', async () => {
    for (const refusal of [
      { code: 'drift_settled', by: 'Olivia' },
      { code: 'drift_own' },
      { code: 'not_entitled', need: 'owner' },
    ] as const) {
      const no = async () => {
        throw new AccessError(refusal);
      };
      edge.desk.teach({ settleDrift: no, finding: no });
      await press(ACTIONS.driftPutRight);
      const words = { drift_settled: 'Olivia has decided', drift_own: 'about you', not_entitled: 'Only an owner' };
      await edge.until(() => ephemerals(edge, USERS.alice).some((seen) => said(seen).includes(words[refusal.code])));
      for (const opens of [ACTIONS.driftAdopt, ACTIONS.driftIgnore]) {
        const view = await form(opens, 'modal.note');
        await edge.until(() => JSON.stringify(topView(edge, USERS.alice)?.blocks).includes(words[refusal.code]));
        await edge.workspace.closeView(USERS.alice, view.id, 'all');
      }
      await edge.until(() => edge.desk.owed.size === 0);
    }
  });
});
