/**
 * The card of a history: audit events as lines, newest first. Shows what the view holds and no more.
 */
import type { AuditEvent } from '../../access/audit.ts';
import type { HistoryView } from '../../access/service/desk.ts';
import { actions, button, context, message, section } from '../blocks.ts';
import { personWords } from '../text/names.ts';
import { join, NOTHING, say, type Words } from '../text/words.ts';
import { ACTIONS, type CardContext, type Message, type Pen, penFor } from './card.ts';

const PER_BLOCK = 5;
/** So many a message holds; a page has fewer, unless single commits say very much. */
const SHOWN = 100;

export function historyCard(view: HistoryView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { t } = pen;
  const title = t.history.title(personWords(view.whose));
  const all = view.entries.flatMap((entry) => entry.events.map((event) => eventLine(entry.at, event, pen)));
  const rows = all.slice(0, SHOWN);
  const blocks = Array.from({ length: Math.ceil(rows.length / PER_BLOCK) }, (_, index) =>
    section(join(rows.slice(index * PER_BLOCK, (index + 1) * PER_BLOCK), '\n')),
  );
  return message(title, [
    section(title),
    ...(blocks.length === 0 ? [section(t.history.empty)] : blocks),
    ...(all.length > rows.length ? [context(t.views.moreRows(all.length - rows.length))] : []),
    ...(view.older === undefined
      ? []
      : [actions([button(t.labels.buttons.older, ACTIONS.older, { value: JSON.stringify(view.older) })])]),
  ]);
}

function eventLine(at: number, event: AuditEvent, { t, n }: Pen): Words {
  const name = event.note?.by ?? (event.actor.kind === 'person' ? event.note?.requester : undefined);
  const reason = event.note?.reason === undefined ? NOTHING : t.history.because(event.note.reason);
  return t.history.line(n.at(at), t.history.actor(event.actor, name), say`${t.history.happened(event, n)}${reason}`);
}
