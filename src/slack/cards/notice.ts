/**
 * Messages that belong to no request: for owners what is wrong, for a new person the welcome.
 */
import type { KnownBlock } from '@slack/types';
import type { Notice } from '../../access/ports.ts';
import { actions, button, context, linkButton, message, oneSentence, section } from '../blocks.ts';
import { personWords } from '../text/index.ts';
import { join, link, mention, NOTHING, piece, say, type Words } from '../text/words.ts';
import { troubleButtons } from './app-status.ts';
import {
  ACTIONS,
  addressFor,
  appPolicy,
  type CardContext,
  isObserved,
  type Message,
  type Pen,
  penFor,
} from './card.ts';

export function noticeCard(notice: Notice, ctx: CardContext): Message {
  const pen = penFor(ctx);
  if (notice.kind === 'welcome') return welcome(notice, pen);
  const words = noticeWords(notice, pen);
  const app = 'app' in notice ? notice.app : undefined;
  const more: KnownBlock[] = [
    ...(notice.kind === 'head' ? [context(pen.t.notices.verifyWith(notice.seq, notice.hash))] : []),
    ...(notice.kind === 'group_trouble' ? troubleButtons(notice.app, notice.trouble, pen) : []),
    ...(isObserved(ctx, app) ? [context(pen.t.facts.OBSERVE)] : []),
  ];
  return oneSentence(words, more);
}

function noticeWords(notice: Exclude<Notice, { kind: 'welcome' }>, { t, n }: Pen): Words {
  switch (notice.kind) {
    case 'head':
      return t.notices.head(notice.seq, notice.hash);
    case 'safe_mode':
      return t.notices.safeMode(notice.detail);
    case 'chain_broken':
      return t.notices.chainBroken(notice.seq, notice.detail);
    case 'unauthorized':
      return t.notices.unauthorized(n.app(notice.app));
    case 'members_lost':
      return t.notices.membersLost(n.app(notice.app), n.role(notice.role), notice.people, notice.count);
    case 'seats_low':
      return t.notices.seatsLow(n.app(notice.app), notice.used, notice.seats);
    case 'cannot_get_in':
      return t.notices.cannotGetIn(mention(notice.by.user, ''), n.app(notice.app));
    case 'app_paused':
      return t.apps.pausedNotice(n.app(notice.app), notice.app, personWords(notice.by), n.at(notice.at), n.command);
    case 'app_resumed':
      return t.apps.resumedNotice(n.app(notice.app), personWords(notice.by), n.at(notice.at));
    case 'group_renamed':
      return t.apps.renamed(n.app(notice.app), n.role(notice.role), notice.from, notice.to);
    case 'group_trouble':
      return t.apps.trouble(notice.trouble, n, notice.app);
    case 'group_settled': {
      const by = notice.by === undefined ? undefined : personWords(notice.by);
      return t.apps.settled(n.app(notice.app), n.role(notice.role), notice.group.name, by);
    }
  }
}

/** To the new person; or, when they are not in Slack, to whoever asked, as text to pass on. */
function welcome(notice: Extract<Notice, { kind: 'welcome' }>, { t, n, ctx }: Pen): Message {
  const policy = appPolicy(ctx, notice.app);
  const app = n.app(notice.app);
  const hello = t.notices.welcome(app);
  const url = policy?.loginUrl;
  const own = policy?.welcome;
  const body = join(
    [
      hello,
      own === undefined ? NOTHING : piece(own, 1000),
      t.notices.welcomeLogin(notice.email),
      url === undefined ? NOTHING : t.notices.welcomeWhere(link(url, url)),
    ],
    '\n',
  );
  if (notice.forward) {
    const intro = t.notices.forward(notice.name, notice.email);
    return message(intro, [section(intro), section(body), ...observed(notice.app, ctx, t.facts.OBSERVE)]);
  }
  const address = addressFor({ kind: 'app', app: notice.app });
  const visit = linkButton(t.labels.buttonFor.visit(app), ACTIONS.visit, url);
  return message(hello, [
    section(body),
    section(
      notice.requester === undefined
        ? t.notices.welcomeStuck
        : say`${t.notices.welcomeAsk(mention(notice.requester.user, ''))} ${t.notices.welcomeStuck}`,
    ),
    actions(
      [...(visit === undefined ? [] : [visit]), button(t.labels.buttons.cannotGetIn, ACTIONS.cannotGetIn)],
      address,
    ),
    ...observed(notice.app, ctx, t.facts.OBSERVE),
  ]);
}

const observed = (app: string, ctx: CardContext, words: Words): KnownBlock[] =>
  isObserved(ctx, app) ? [context(words)] : [];
