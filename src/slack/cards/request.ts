/**
 * The card of a request: a pure projection for approver, requester, subject and owner. Offers only what works now.
 */
import type { Button, KnownBlock } from '@slack/types';
import { type SlackId, sameSlack } from '../../access/people.ts';
import { IDENTITY } from '../../access/policy.ts';
import { type AccessRequest, isClosed, type Reader } from '../../access/request.ts';
import { actionsIfAny, button, confirm, context, factSheet, message, oneSentence, section } from '../blocks.ts';
import { bold, join, link, piece, quote, say, toMrkdwn, type Words } from '../text/words.ts';
import { ACTIONS, appPolicy, type CardContext, isObserved, type Message } from './card.ts';
import { type Draw, drawOf, mayDecide } from './draw.ts';
import { refusalButtons, refusalOf } from './refusal.ts';
import { statusLines, waitsLine } from './status.ts';
import { ticketOf } from './ticket.ts';

/** So long may all changes be to share one block; each alone fits into one. */
const TOGETHER = 2500;

/**
 * @param reader as whom, and who: decides what is shown and which buttons are there, never what may be done
 */
export function requestCard(
  request: AccessRequest,
  reader: { readonly reader: Reader; readonly slack: SlackId },
  ctx: CardContext,
): Message {
  const draw = drawOf(request, reader, ctx);
  const secret = hiddenFromSubject(draw);
  if (secret !== undefined) return oneSentence(secret);
  const decide = mayDecide(draw);
  const refusal = isClosed(request.state) ? refusalOf(request) : undefined;
  const blocks = [
    section(draw.t.requests.asks(draw.deal)),
    ...(decide ? factBlocks(draw) : reasonBlocks(draw)),
    ...(decide ? [] : [section(join(statusLines(draw), '\n')), ...changeBlocks(draw)]),
    ...alarmBlocks(draw),
    ...actionsIfAny(decide ? decisionButtons(draw) : readerButtons(draw)),
    ...(refusal === undefined || reader.reader !== 'requester' ? [] : refusalButtons(refusal, draw, request.id)),
    context(...footer(draw)),
  ];
  return message(fallback(draw, decide), blocks);
}

/** A disable is not the subject's to see before it is done, and then only as a bare fact. */
function hiddenFromSubject({ request, reader, deal, t }: Draw): Words | undefined {
  if (request.ask.action !== 'disable' || reader.reader !== 'subject') return undefined;
  return request.state === 'done' && request.outcome?.kind === 'confirmed'
    ? t.requests.switchedOff(deal)
    : t.requests.nothingToShow;
}

/** What a notification says. */
function fallback({ t, deal, request }: Draw, decide: boolean): Words {
  return decide ? t.requests.asks(deal) : say`${t.requests.thing(deal)}: ${t.small.STATES[request.state]}.`;
}

// ------------------------------------------------------------------------------------------------- to decide

/** Everything needed to decide, in one place. */
function factBlocks(draw: Draw): KnownBlock[] {
  const { request, t, n, deal } = draw;
  const { facts } = t.labels;
  const why = request.steps
    .flatMap((step) => step.approvers)
    .find((approver) => sameSlack(approver.slack, draw.reader.slack));
  const fact = (label: string, value: Words): Words => say`${bold(label)}\n${value}`;
  const lasts = request.ask.action === 'grant';
  return [
    factSheet([
      fact(facts.change, t.facts.change(deal, request.held, draw, n)),
      ...(lasts ? [fact(facts.howLong, t.facts.howLong(request.length, request.ask.duration, n))] : []),
      fact(facts.holds, t.facts.holds(request.held, n)),
      ...(why === undefined ? [] : [fact(facts.why, t.facts.whyYou(why.why, deal))]),
    ]),
    ...changeBlocks(draw),
    ...reasonBlocks(draw),
    ...noteLines(draw).map((line) => section(line)),
  ];
}

/** Update: every change whole, and what became of it. */
function changeBlocks({ t, deal, request }: Draw): KnownBlock[] {
  const tried = request.state === 'applying' || isClosed(request.state);
  const lines = deal.changes.map((one) =>
    tried ? t.requests.attributeOutcome(one, deal) : t.facts.attributeChange(one),
  );
  const long = toMrkdwn(join(lines, '\n'), Number.POSITIVE_INFINITY).length > TOGETHER;
  return long ? lines.map((line) => section(line)) : lines.length === 0 ? [] : [section(join(lines, '\n'))];
}

/** What else an approver should know: warnings first. */
function noteLines(draw: Draw): Words[] {
  const { request, t, n, deal, sensitive } = draw;
  const { ask, deniedBefore, disabledBefore } = request;
  return [
    ...waitsLine(draw),
    ...(request.standing === undefined ? [] : [t.facts.standing[request.standing](deal)]),
    ...(sensitive && ask.action === 'grant' ? [t.facts.sensitive(deal)] : []),
    ...(ask.action === 'disable' ? [t.facts.disableEffect(deal)] : []),
    ...(deal.changes.some((one) => IDENTITY.includes(one.attribute)) ? [t.facts.identityChange(deal)] : []),
    ...(deniedBefore === undefined ? [] : [t.facts.deniedBefore(n.at(deniedBefore.at, 'day'), deniedBefore.reason)]),
    ...(disabledBefore === undefined
      ? []
      : [t.facts.disabledBefore(n.at(disabledBefore.at, 'day'), disabledBefore.by, disabledBefore.reason)]),
    ...(ask.action === 'provision' && appPolicy(draw.ctx, draw.app)?.traits.lockedInConsole === true
      ? [t.apps.onlyHere(deal.app)]
      : []),
    ...(request.otherName === undefined ? [] : [t.facts.otherName(request.otherName.was, request.otherName.asked)]),
    ...(request.seatsLeft === undefined ? [] : [t.facts.seatsLeft(request.seatsLeft)]),
    ...(ask.drift === undefined || ask.action !== 'grant' ? [] : [t.facts.adopts]),
    ...(ask.handOverFrom === undefined ? [] : [t.facts.handOver(ask.handOverFrom.action)]),
  ];
}

export function decisionButtons(draw: Draw): Button[] {
  const { request, t, deal } = draw;
  const label = t.requests.approveLabel(deal);
  const guarded = request.ask.action === 'disable' || (request.ask.action === 'grant' && draw.sensitive);
  const dialog = confirm({
    title: t.labels.dialogs.approve.title,
    text: t.requests.approveConfirm(deal),
    yes: t.labels.dialogs.approve.yes,
    no: t.labels.buttons.keep,
    danger: request.ask.action === 'disable',
  });
  return [
    button(label, ACTIONS.approve, { request: request.id, style: 'primary', ...(guarded ? { confirm: dialog } : {}) }),
    button(t.labels.buttons.deny, ACTIONS.deny, { request: request.id, style: 'danger' }),
  ];
}

// --------------------------------------------------------------------------------------------- for everybody

/** The reason in the words of whoever asked, and the ticket it names. The subject is not shown it. */
function reasonBlocks({ request, reader, rule, t }: Draw): KnownBlock[] {
  const { reason } = request.ask;
  if (reason === undefined || reason === '' || reader.reader === 'subject') return [];
  const ticket = ticketOf(rule, reason);
  return [
    section(say`${bold(t.labels.facts.reason)}\n${quote(reason)}`),
    ...(ticket === undefined ? [] : [context(say`${t.labels.facts.ticket}: ${link(ticket.url, ticket.label)}`)]),
  ];
}

/** Alarms stay until they are right; what the server said is for owners. */
function alarmBlocks({ request, reader, t, n, deal }: Draw): KnownBlock[] {
  if (request.alarm === undefined || isClosed(request.state)) return [];
  return [section(t.requests.alarm(request.alarm, deal, reader.reader === 'owner', n))];
}

/** What this reader can do about it now. */
function readerButtons(draw: Draw): Button[] {
  const { request, reader, t, n, deal, sensitive } = draw;
  const { buttons, dialogs } = t.labels;
  const its = { request: request.id };
  const { state, ask } = request;
  const offered: Button[] = [];
  if (reader.reader === 'requester' && (state === 'received' || state === 'pending')) {
    offered.push(button(buttons.cancel, ACTIONS.cancel, its));
  }
  if ((reader.reader === 'requester' || reader.reader === 'subject') && deal.aboutYou && state === 'active') {
    const { title, text, yes } = dialogs.finish;
    offered.push(
      button(buttons.finish, ACTIONS.finish, { ...its, confirm: confirm({ title, text, yes, no: buttons.keep }) }),
    );
  }
  if (reader.reader === 'requester' && (state === 'ended' || state === 'lapsed' || state === 'not_applied')) {
    offered.push(button(buttons.again, ACTIONS.again, its));
  }
  if (isOwner(draw) && request.alarm?.kind === 'review_due') {
    offered.push(button(t.labels.buttonFor.keep(n.role(request.role), deal.subjectLabel), ACTIONS.keep, its));
  }
  if (isOwner(draw) && ask.action === 'grant' && state === 'active' && sensitive) {
    const label = t.labels.buttonFor.revokeGrant(n.role(request.role), deal.subjectLabel);
    offered.push(button(label, ACTIONS.revokeGrant, { ...its, style: 'danger' }));
  }
  return offered;
}

/** Owners, and those who decided as one: whoever has a card as approver gets no second one. */
function isOwner({ request, reader }: Draw): boolean {
  if (reader.reader !== 'approver') return reader.reader === 'owner';
  const asOwner = request.steps.flatMap((step) => step.approvers).filter((one) => one.why.startsWith('owner'));
  return asOwner.some((one) => sameSlack(one.slack, reader.slack));
}

function footer({ request, app, t, n, ctx }: Draw): Words[] {
  const hasAccount = request.subject?.account !== undefined;
  return [
    ...(isObserved(ctx, app) ? [t.facts.OBSERVE] : []),
    ...(request.state === 'pending' && request.lapseAt !== undefined ? [t.facts.lapses(n.at(request.lapseAt))] : []),
    ...(request.after === undefined || hasAccount || isClosed(request.state)
      ? []
      : [t.facts.linkedFirst(request.after)]),
    ...(request.followedBy === undefined || isClosed(request.state) ? [] : [t.facts.linkedThen(request.followedBy)]),
    t.facts.requestId(request.id),
  ];
}

/** One line for lists and the Home: the thing, its state, why. */
export function requestLine(draw: Draw): Words {
  const { request, t, deal } = draw;
  const secret = hiddenFromSubject(draw);
  if (secret !== undefined) return secret;
  return say`${t.requests.thing(deal)}: ${piece(t.small.STATES[request.state])}`;
}
