/**
 * The App Home of one person: waiting for you, your access, your requests, apps, owner tools. Pure.
 */
import type { KnownBlock, HomeView as SlackHomeView } from '@slack/types';
import type { Refusal } from '../access/errors.ts';
import type { HomeView } from '../access/service/desk.ts';
import { asManyAsFit, header, section, VIEW_BLOCKS } from './blocks.ts';
import { type CardContext, penFor } from './cards/card.ts';
import { part, sections } from './cards/hub.ts';
import { refusalWords } from './cards/refusal.ts';
import { moreRow, offerRow, ownerRow } from './cards/rows.ts';

/** Blocks each part may take beside its heading; together with the headings below 100. */
const SHARE = { waiting: 24, access: 18, requests: 18, apps: 20, owner: 10 };

/** For whoever may not use the bot: why, and what they can do. */
export function refusedHome(refusal: Refusal, ctx: CardContext): SlackHomeView {
  return { type: 'home', blocks: [section(refusalWords(refusal, penFor(ctx)))] };
}

/** ≤ 100 blocks; what does not fit is counted ("and 12 more"). */
export function homeView(view: HomeView, ctx: CardContext): SlackHomeView {
  const pen = penFor(ctx);
  const { t } = pen;
  const offers = view.apps.map((offer) => offerRow(offer, ctx));
  const owned = view.apps.filter((offer) => offer.ownerOf).map((offer) => ownerRow(offer, pen));
  const blocks: KnownBlock[] = [
    ...sections.waiting(view, SHARE.waiting, ctx, pen),
    ...sections.access(view, SHARE.access, ctx, pen),
    ...sections.requests(view, SHARE.requests, ctx, pen),
    ...part(t.labels.headings.apps, offers, SHARE.apps, t.views.noApps, pen),
    ...(owned.length === 0 ? [] : [header(t.labels.headings.owner), ...asManyAsFit(owned, SHARE.owner, moreRow(pen))]),
  ];
  return { type: 'home', blocks: blocks.slice(0, VIEW_BLOCKS) };
}
