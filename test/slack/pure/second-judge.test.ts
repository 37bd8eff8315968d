import { describe, expect, it } from 'vitest';
import { checkMessageBlocks, checkView } from '../../../src/sandbox/slack/blocks/check.ts';
import { requestCard } from '../../../src/slack/cards/index.ts';
import { askModal, denyModal } from '../../../src/slack/modals/index.ts';
import { ACTIONS_ASKED, context, fullRequest, HARMLESS, HOSTILE, offer, READERS, readerOf, STATES } from './sample.ts';

const ctx = context();
const wire = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('the sandbox’s Slack, which checks by its own table,', () => {
  it('takes every card', () => {
    for (const text of [HARMLESS.reason, ...HOSTILE.slice(0, 12)]) {
      const texts = { name: text, email: text, reason: text, detail: text };
      for (const state of STATES) {
        for (const action of ACTIONS_ASKED) {
          for (const reader of READERS) {
            const { blocks } = requestCard(fullRequest(action, state, texts), readerOf(reader), ctx);
            expect(checkMessageBlocks(wire(blocks)), `${action} ${state} ${reader}`).toEqual([]);
          }
        }
      }
    }
  });

  it('takes every modal', () => {
    for (const text of [HARMLESS.reason, ...HOSTILE]) {
      const draft = {
        app: 'perplexity',
        role: 'admin',
        reason: text,
        subject: { kind: 'email', email: text.slice(0, 254) },
      } as const;
      const two = [offer({ name: text }), offer({ key: 'perdoo', name: text })];
      for (const offers of [[offer()], two]) {
        for (const action of ACTIONS_ASKED) {
          expect(checkView(wire(askModal(action, { offers, draft }, ctx)), 'modal'), action).toEqual([]);
        }
      }
      expect(checkView(wire(denyModal(fullRequest('grant', 'pending'), ctx)), 'modal')).toEqual([]);
    }
  });
});
