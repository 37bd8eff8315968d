// What owners do with an app: typed or pressed, stored, carried out as whoever did it, answered in private.
import { afterEach, describe, expect, it } from 'vitest';
import { refuse } from '../../../src/access/errors.ts';
import type { Notice } from '../../../src/access/ports.ts';
import { ACTIONS } from '../../../src/slack/cards/index.ts';
import { buttons, type Edge, ephemerals, messages, NOW, said, slackId, startEdge } from './harness.ts';
import { USERS } from './workspace.ts';

let edge: Edge;
afterEach(() => edge.stop());

const type = (line: string) => edge.workspace.command(USERS.bob, line, 'C0GENERAL');
const answers = () => ephemerals(edge, USERS.bob);
const answer = async (count: number) => said(await edge.until(() => answers()[count - 1]));
const asked = (verb: string) => edge.desk.asked.filter((each) => each.verb === verb).map((each) => each.args);

describe('an app', () => {
  it('is paused, resumed, synced and looked at by typing it', async () => {
    edge = await startEdge('http');
    await type('/access pause');
    expect(await answer(1)).toMatch(/Perplexity Enterprise\* is paused[\s\S]*2 requests wait now/);
    await type('/access resume perplexity');
    expect(await answer(2)).toMatch(/goes on: 2 requests that waited are applied now/);
    await type('/access sync');
    expect(await answer(3)).toMatch(
      /Read 412 accounts and 2 groups from \*Perplexity Enterprise\*; 3 are gone\. Complete\./,
    );
    await type('/access status');
    expect(await answer(4)).toMatch(/400 active accounts, 12 switched off/);
    const bob = slackId(USERS.bob);
    for (const verb of ['pause', 'resume', 'sync', 'status']) expect(asked(verb)).toEqual([[bob, 'perplexity']]);
    await edge.until(() => edge.desk.owed.size === 0);
  });

  it('is paused and resumed by pressing it on the status, and a refusal is told', async () => {
    edge = await startEdge('http');
    await type('/access status');
    const status = await edge.until(() => answers()[0]);
    expect(buttons(status.blocks).map((button) => button.actionId)).toEqual([ACTIONS.appPause, ACTIONS.appSync]);
    const press = async (message: typeof status, actionId: string) => {
      const { channel, ts } = message;
      return edge.workspace.click(USERS.bob, { channel, ts, actionId, confirmed: true });
    };
    await press(status, ACTIONS.appPause);
    const paused = await edge.until(() => answers()[1]);
    await press(paused, ACTIONS.appResume);
    expect(await answer(3)).toMatch(/goes on/);
    expect([asked('pause'), asked('resume')]).toEqual([
      [[slackId(USERS.bob), 'perplexity']],
      [[slackId(USERS.bob), 'perplexity']],
    ]);
    edge.desk.teach({ sync: async () => refuse({ code: 'not_entitled', need: 'owner' }) });
    await press(status, ACTIONS.appSync);
    expect(await answer(4)).toMatch(/Only an owner of the app can do this/);
  });

  it('gets the group that its notice offers, and no other', async () => {
    edge = await startEdge('http');
    const trouble = {
      kind: 'gone',
      role: 'admin',
      group: { id: 'g/1', name: 'PPLX_Admin' },
      found: { id: 'g/2', name: 'PPLX_Admin' },
      since: NOW,
    } as const;
    const notice: Notice = { kind: 'group_trouble', app: 'perplexity', trouble };
    await edge.slack.notifier.tell(slackId(USERS.bob), notice);
    const [told] = messages(edge, USERS.bob);
    if (told === undefined) throw new Error('nobody was told');
    expect(buttons(told.blocks).map((button) => button.actionId)).toEqual([ACTIONS.useGroup, ACTIONS.appStatus]);
    const { channel, ts } = told;
    await edge.workspace.click(USERS.bob, { channel, ts, actionId: ACTIONS.useGroup, confirmed: true });
    expect(await edge.asked('useGroup')).toEqual([slackId(USERS.bob), 'perplexity', 'admin', 'g/2']);
    expect(await answer(1)).toMatch(/carried by “PPLX_Admin”/);
  });
});
