/**
 * Shortcuts: ask for access from anywhere, look up the author of a message.
 */
import { refusalMessage, replyMessage } from '../cards/index.ts';
import { arrivalOf, ShortcutBody } from '../wire.ts';
import { askForm } from './forms.ts';
import { type Counter, listener } from './listener.ts';

/** Callback ids, as the app's manifest declares them. */
export const SHORTCUTS = { request: 'request_access', author: 'lookup_author' } as const;

export const shortcutListener = (counter: Counter) =>
  listener({
    body: ShortcutBody,
    arrival: (body) => arrivalOf(body, counter.workspace()),
    async act(body, arrival, ack) {
      const { intake, context, workspace } = counter;
      if (body.callback_id === SHORTCUTS.request) {
        return intake.open(arrival, ack, askForm(counter, arrival, { action: 'grant' }));
      }
      const author = body.message?.user;
      if (body.callback_id === SHORTCUTS.author && typeof author === 'string') {
        const slack = { team: workspace().team, user: author };
        return intake.accept(arrival, ack, { do: 'lookup', what: { kind: 'slack', slack } });
      }
      await ack();
      const answer =
        body.callback_id === SHORTCUTS.author
          ? refusalMessage({ code: 'unknown_person', given: 'the author' }, context())
          : replyMessage({ kind: 'stale_button' }, context());
      await intake.tell(arrival, answer);
    },
  });
