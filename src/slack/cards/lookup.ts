/**
 * The card of a look-up: one person's accounts, hits to pick from, or nothing. Shows what the view holds and no more.
 */
import type { Button, KnownBlock } from '@slack/types';
import type { AccountView, LookupView } from '../../access/service/desk.ts';
import { actions, asManyAsFit, button, context, divider, message, section } from '../blocks.ts';
import { personLabel, personWords } from '../text/names.ts';
import { join, listed, mention, piece, say, type Words } from '../text/words.ts';
import { ACTIONS, addressFor, type CardContext, isObserved, type Message, type Pen, penFor } from './card.ts';
import { drawOf } from './draw.ts';
import { requestLine } from './request.ts';
import { line, moreRow } from './rows.ts';

const REQUESTS_SHOWN = 3;

export function lookupCard(view: LookupView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  switch (view.kind) {
    case 'found':
      return view.accounts.length === 0 ? none({ kind: 'none', text: '' }, pen) : found(view, pen);
    case 'pick':
      return pick(view, pen);
    case 'none':
      return none(view, pen);
  }
}

function found({ accounts, silent = [] }: Extract<LookupView, { kind: 'found' }>, pen: Pen): Message {
  const [first] = accounts;
  const title = first === undefined ? pen.t.views.none(pen.t.views.typed('')) : who(first);
  const shown = asManyAsFit(
    accounts.map((one, at) => [...(at === 0 ? [] : [divider]), ...accountBlocks(one, pen)]),
    48,
    moreRow(pen),
  );
  const missing = pen.t.small.names(silent.map((app) => pen.n.app(app)));
  return message(title, silent.length === 0 ? shown : [...shown, context(pen.t.views.silent(missing))]);
}

const who = ({ account, slack }: AccountView): Words =>
  personWords({ name: account.name, email: account.email, ...(slack === undefined ? {} : { slack }) });

function accountBlocks(view: AccountView, pen: Pen): KnownBlock[] {
  const { t, n, ctx } = pen;
  const held = (view.roles ?? []).map((role) => t.views.held(role, n));
  const facts = [
    t.views.state(view.account.active),
    ...(view.roles === undefined
      ? []
      : [held.length === 0 ? t.views.noRole : t.views.roles(listed(held, 10, t.small.more))]),
    ...(view.manager === undefined ? [] : [t.views.manager(view.manager)]),
    ...(view.disabled === undefined ? [] : [t.views.disabled(n.at(view.disabled.at, 'day'), view.disabled.by)]),
  ];
  const because = view.disabled?.reason;
  const address = addressFor({ kind: 'account', app: view.app, account: view.account.id });
  const buttons = address === undefined ? [] : accountButtons(view, pen);
  return [
    section(join([t.views.accountTitle(who(view), n.app(view.app)), ...facts], '\n')),
    ...(because === undefined ? [] : [context(say`${t.labels.facts.reason}: ${piece(because, 500)}`)]),
    ...openRequests(view, pen),
    ...(buttons.length === 0 ? [] : [actions(buttons, address)]),
    context(...(isObserved(ctx, view.app) ? [t.facts.OBSERVE] : []), freshness(view, pen)),
  ];
}

function openRequests({ open = [] }: AccountView, { t, ctx }: Pen): KnownBlock[] {
  const nobody = { team: '', user: '' };
  return open
    .slice(0, REQUESTS_SHOWN)
    .map((request) =>
      line(
        say`${t.views.openHere} ${requestLine(drawOf(request, { reader: 'owner', slack: nobody }, ctx))}`,
        button(t.labels.buttons.show, ACTIONS.show, { request: request.id }),
      ),
    );
}

/** What the desk says the viewer may start here. */
function accountButtons({ can, account }: AccountView, { t }: Pen): Button[] {
  const { buttonFor } = t.labels;
  const name = personLabel(account);
  const offered: Record<AccountView['can'][number], Button> = {
    request: button(buttonFor.accountRequest, ACTIONS.accountRequest),
    grant: button(buttonFor.accountGrant(name), ACTIONS.accountGrant),
    revoke: button(buttonFor.accountRevoke(name), ACTIONS.accountRevoke),
    disable: button(buttonFor.accountDisable(name), ACTIONS.accountDisable, { style: 'danger' }),
    enable: button(buttonFor.accountEnable(name), ACTIONS.accountEnable),
    update: button(buttonFor.accountUpdate(name), ACTIONS.accountUpdate),
  };
  return [...new Set(can)].map((what) => offered[what]);
}

function freshness({ live, syncedAt }: { live?: boolean; syncedAt?: number }, { t, n }: Pen): Words {
  if (live === true) return t.views.live;
  return syncedAt === undefined ? t.views.neverSynced : t.views.asOf(n.at(syncedAt));
}

function pick(view: Extract<LookupView, { kind: 'pick' }>, pen: Pen): Message {
  const { t, n } = pen;
  const title = t.views.pick(view.text, view.hits.length);
  const rows = view.hits.map(({ app, account }) => {
    const address = addressFor({ kind: 'account', app, account: account.id });
    const label = t.labels.buttonFor.accountShow(account.name === '' ? account.email : account.name);
    const words = say`${personWords(account)}, ${n.app(app)}, ${t.views.accountState(account.active)}`;
    return [
      section(words, {
        max: 1200,
        ...(address === undefined ? {} : { blockId: address, accessory: button(label, ACTIONS.accountShow) }),
      }),
    ];
  });
  return message(title, [section(title), ...asManyAsFit(rows, 40, moreRow(pen)), context(freshness(view, pen))]);
}

function none(view: Extract<LookupView, { kind: 'none' }>, pen: Pen): Message {
  const { t, n } = pen;
  const whom = view.slack === undefined ? t.views.typed(view.text) : mention(view.slack.user, view.text);
  const said = say`${t.views.none(whom)} ${t.views.noneNext(n)}`;
  return message(said, [
    section(said),
    actions([button(t.labels.buttons.provision, ACTIONS.openProvision)]),
    context(freshness(view, pen)),
  ]);
}
