/**
 * Where a request stands, as lines: the same truth for every reader. Knows no buttons and no layout.
 */
import { sameSlack } from '../../access/people.ts';
import { currentStep, type Decision } from '../../access/request.ts';
import { isNothing, NOTHING, piece, say, type Words } from '../text/words.ts';
import { appPolicy } from './card.ts';
import type { Draw } from './draw.ts';
import { refusalWords } from './refusal.ts';

/** Above this a time alone no longer says which day. */
const SAME_DAY = 12 * 3_600_000;

/** "Approved by …": every agreement so far, and the denial. Reasons of a denial are not the subject's business. */
function decisionLines(draw: Draw): Words[] {
  const { request, t, n, reader } = draw;
  const who = (decision: Decision) =>
    sameSlack(decision.by.slack, reader.slack) ? draw.you : draw.person(decision.by);
  return request.decisions.map((decision) =>
    decision.verdict === 'approve'
      ? t.requests.approvedBy(who(decision), n.at(decision.at))
      : t.requests.deniedBy(
          who(decision),
          n.at(decision.at),
          reader.reader === 'subject' ? undefined : decision.reason,
        ),
  );
}

/** The people a pending request waits for: who has agreed already counts once. */
export function waitingPeople(draw: Draw): Words[] {
  const { decisions } = draw.request;
  const step = currentStep(draw.request)?.step;
  return (step?.approvers ?? [])
    .filter((approver) => !decisions.some((decision) => sameSlack(decision.by.slack, approver.slack)))
    .map((approver) => draw.person(approver));
}

/** Nobody should have to guess what the policy's own length is. */
const lengthLine = ({ request, t, n }: Draw): Words[] =>
  request.ask.action === 'grant'
    ? [say`${t.labels.facts.howLong}: ${t.facts.howLong(request.length, request.ask.duration, n)}.`]
    : [];

const entitledLine = ({ request, t, deal }: Draw): Words[] =>
  request.entitlement === undefined ? [] : [t.requests.noApprovalNeeded(request.entitlement, deal)];

/** The lines of a state. Nothing is called done that was not read back. */
export function statusLines(draw: Draw): Words[] {
  const { request, t, deal } = draw;
  const decided = [...decisionLines(draw), ...entitledLine(draw)];
  switch (request.state) {
    case 'received':
      // The first drawing is after the first look-up has failed; before it there is no card.
      return [request.rev > 1 ? t.requests.stillLooking : t.requests.lookingUp];
    case 'refused':
      return [
        request.refusal === undefined
          ? piece(t.small.STATES.refused)
          : refusalWords(request.refusal, draw, t.requests.whom(deal)),
      ];
    case 'pending':
      return [...decided, ...lengthLine(draw), t.requests.waitingFor(waitingPeople(draw)), ...waitsLine(draw)];
    case 'approved':
      // A linked grant waits for its account first, and for the app only then.
      if (request.after !== undefined && request.applyFrom === undefined)
        return [...decided, t.requests.waitsForAccount];
      return [...decided, ...(request.waits === undefined ? [t.requests.nextUp] : waitsLine(draw))];
    case 'applying':
      return [
        ...decided,
        ...(request.waits === undefined ? [t.requests.applying(deal)] : waitsLine(draw)),
        ...notYet(draw),
      ];
    case 'active':
      return [...decided, ...activeLines(draw)];
    case 'ending':
      return [...closingLine(draw), endingLine(draw)];
    case 'ended':
      return [...closingLine(draw), ...endedLines(draw)];
    case 'done':
      return [...decided, proof(draw, t.requests.done(deal)), ...invitation(draw)];
    case 'denied':
      return decided;
    case 'cancelled':
    case 'lapsed':
      return closingLine(draw);
    case 'not_applied':
      return [...closingLine(draw), ...notYet(draw), t.requests.whatNext.nothing];
    case 'failed':
      return [
        ...closingLine(draw),
        ...notYet(draw),
        draw.reader.reader === 'owner' ? t.requests.whatNext.failedForOwner : t.requests.whatNext.failed,
      ];
  }
}

/** What a request of a halted app waits for. */
export function waitsLine({ request, t, n, deal }: Draw): Words[] {
  const { waits, state } = request;
  return waits === undefined ? [] : [t.apps.waits(waits, deal.app, state === 'approved' || state === 'applying', n)];
}

function endingLine({ request, t, n, deal }: Draw): Words {
  const { unseenSince } = request;
  return unseenSince === undefined ? t.requests.ending(deal) : t.requests.endingUnseen(n.at(unseenSince), deal);
}

/** What the directory said where no confirmation can stand. */
function notYet(draw: Draw): Words[] {
  const { request, t, n, deal } = draw;
  const { outcome } = request;
  if (outcome === undefined || outcome.kind === 'confirmed') return [];
  const said = t.requests.unconfirmed(outcome, deal, n);
  const traits = appPolicy(draw.ctx, draw.app)?.traits;
  return outcome.kind === 'accepted' && traits !== undefined
    ? [say`${said} ${t.apps.settlesSlowly(traits.settlesWithin)}`]
    : [said];
}

/** A sentence that is only said when it was read back; else what is known instead. */
function proof(draw: Draw, sentence: Words): Words {
  const { request, t, n } = draw;
  if (request.outcome?.kind === 'confirmed') return say`${sentence}${t.requests.confirmed(n.at(request.outcome.at))}`;
  return notYet(draw)[0] ?? say`${sentence}.`;
}

function activeLines(draw: Draw): Words[] {
  const { request, t, n, deal, ctx } = draw;
  const soon = request.until !== undefined && Math.abs(request.until - ctx.now) < SAME_DAY;
  const end = endWords(draw, soon);
  if (request.outcome?.kind === 'confirmed') {
    const at = n.at(request.outcome.at, soon ? 'time' : 'moment');
    return [say`${t.requests.active(deal, end)}${t.requests.confirmed(at)}`, ...mayNeed(draw)];
  }
  return [...notYet(draw), ...(request.until === undefined ? [] : [t.requests.planned(n.at(request.until))])];
}

/** An app that mails new people itself: nobody waits for a welcome of ours. */
function invitation({ request, t, deal, ctx, app }: Draw): Words[] {
  const invites = request.ask.action === 'provision' && appPolicy(ctx, app)?.traits.invites === true;
  return invites && request.outcome?.kind === 'confirmed' ? [t.apps.invitesItself(deal.app)] : [];
}

/** What is confirmed is the directory; the app itself shows it when it has caught up. */
function mayNeed({ t, deal, ctx, app }: Draw): Words[] {
  const traits = appPolicy(ctx, app)?.traits;
  return traits === undefined ? [] : [t.apps.mayNeed(deal.app, traits.settlesWithin)];
}

function endWords({ request, t, n }: Draw, soon: boolean): Words {
  if (request.until !== undefined) return t.requests.until(n.at(request.until, soon ? 'time' : 'moment'));
  if (request.length?.kind !== 'review') return NOTHING;
  if (request.appliedAt === undefined) return NOTHING;
  return t.requests.noEnd(n.at(request.appliedAt + request.length.ms, 'day'));
}

/** After the end: gone and read back, or kept because something else holds it. */
function endedLines({ request, t, n, deal }: Draw): Words[] {
  const { outcome, closedAt } = request;
  if (outcome?.kind === 'observed') return [t.requests.unconfirmed(outcome, deal, n)];
  if (outcome?.kind !== 'confirmed') return [];
  // The confirmation of the removal is as old as the end; an older one is that of the grant.
  if (closedAt !== undefined && outcome.at < closedAt) return [t.requests.kept(deal)];
  return [say`${t.requests.gone(deal)}${t.requests.confirmed(n.at(outcome.at))}`];
}

function closingLine(draw: Draw): Words[] {
  const { request, t } = draw;
  if (request.closing === undefined) return [];
  const why = request.closing;
  const line =
    why.why === 'refused_at_apply'
      ? say`${t.requests.closing(why)} ${refusalWords(why.refusal, draw, t.requests.whom(draw.deal))}`
      : t.requests.closing(why);
  return isNothing(line) ? [] : [line];
}
