/**
 * The card of a list: many accounts of one app, a line each.
 */
import { baseRole } from '../../access/policy.ts';
import type { ListRow, ListView } from '../../access/service/desk.ts';
import { context, message, section } from '../blocks.ts';
import { personWords } from '../text/names.ts';
import { join, listed, NOTHING, say, type Words } from '../text/words.ts';
import { appPolicy, type CardContext, isObserved, type Message, type Pen, penFor } from './card.ts';
import { drawOf } from './draw.ts';
import { requestLine } from './request.ts';

/** Rows that share one block, and how many rows are shown: a list is for the eye, an export for the rest. */
const PER_BLOCK = 5;
const SHOWN = 100;

export function listCard(view: ListView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { t, n } = pen;
  const policy = appPolicy(ctx, view.app);
  const base = policy === undefined ? undefined : baseRole(policy)?.key;
  const title = t.views.listTitle(n.app(view.app), view.which, view.total, n.role(base), view.partial);
  const rows = view.rows.slice(0, SHOWN).map((row) => rowWords(row, pen));
  const chunks = Array.from({ length: Math.ceil(rows.length / PER_BLOCK) }, (_, index) =>
    rows.slice(index * PER_BLOCK, (index + 1) * PER_BLOCK),
  );
  const left = view.total - rows.length;
  return message(title, [
    section(title),
    ...(rows.length === 0 ? [section(t.views.emptyList)] : chunks.map((chunk) => section(join(chunk, '\n')))),
    ...(left > 0 ? [context(t.views.moreRows(left))] : []),
    context(
      ...(view.partial ? [t.views.onlyYours(view.which)] : []),
      ...(isObserved(ctx, view.app) ? [t.facts.OBSERVE] : []),
      view.syncedAt === undefined ? t.views.neverSynced : t.views.asOf(n.at(view.syncedAt)),
      ...(view.syncedAt !== undefined && !view.complete ? [t.views.incomplete] : []),
    ),
  ]);
}

function rowWords(row: ListRow, { t, n, ctx }: Pen): Words {
  if (row.request !== undefined) {
    return say`• ${requestLine(drawOf(row.request, { reader: 'owner', slack: { team: '', user: '' } }, ctx))}`;
  }
  const roles = row.roles.map((role) => t.views.held(role, n));
  const state = row.active === true ? NOTHING : say` · ${t.views.accountState(row.active)}`;
  return say`• ${personWords(row)} · ${roles.length === 0 ? t.views.noRole : listed(roles, 4, t.small.more)}${state}`;
}
