/**
 * Cards of drift: a finding, the first look, what has no card yet. Pure projections; owners are their only readers.
 */
import type { Button, KnownBlock } from '@slack/types';
import { accountIn, type Difference, roleIn } from '../../access/drift.ts';
import type { Baseline, DriftRecord, Finding, Overflow } from '../../access/drift-record.ts';
import { baseRole } from '../../access/policy.ts';
import { actionsIfAny, button, confirm, context, message, oneSentence, section } from '../blocks.ts';
import type { About } from '../text/en/drift.ts';
import { personLabel, personWords } from '../text/index.ts';
import { isNothing, join, NOTHING, piece, say, type Words } from '../text/words.ts';
import { ACTIONS, appPolicy, type CardContext, isObserved, type Message, type Pen, penFor } from './card.ts';
import { refusalWords } from './refusal.ts';

/** @param reader `subject`: it is about whoever reads it, who has no say in it; of the first look, some of it is */
export function driftCard(record: DriftRecord, reader: 'owner' | 'subject', ctx: CardContext): Message {
  switch (record.what) {
    case 'finding':
      return findingCard(record, reader, ctx);
    case 'baseline':
      return baselineCard(record, reader, ctx);
    case 'overflow':
      return overflowCard(record, ctx);
  }
}

/** What the sentences about a finding name. */
function aboutOf({ difference, subject, app }: Pick<Finding, 'difference' | 'subject' | 'app'>, pen: Pen): About {
  const { n, ctx } = pen;
  const policy = appPolicy(ctx, app);
  const base = policy === undefined ? undefined : baseRole(policy)?.key;
  const role = roleIn(difference);
  return {
    kind: difference.kind,
    who: subject === undefined ? NOTHING : personWords(subject),
    app: n.app(app),
    role: role === undefined ? '' : n.role(role),
    base: base === undefined ? '' : n.role(base),
    grantWith: `${n.command} grant @person ${app} ${role ?? ''} because …`,
  };
}

/** What differs, in one sentence. */
export function findingWords(finding: Pick<Finding, 'difference' | 'subject' | 'app'>, ctx: CardContext): Words {
  const pen = penFor(ctx);
  return pen.t.drift.differs(aboutOf(finding, pen));
}

// ------------------------------------------------------------------------------------------------ a finding

function findingCard(finding: Finding, reader: 'owner' | 'subject', ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { t, n } = pen;
  const about = aboutOf(finding, pen);
  const head = t.drift.headline(about.app, t.drift.differs(about));
  const open = finding.state === 'open';
  const lines = [
    ...(finding.cameBack === undefined || !open ? [] : [t.drift.cameBack(n.at(finding.cameBack))]),
    ...stateLines(finding, pen),
    ...(open && reader === 'owner' ? [t.drift.waysOut(about)] : []),
    ...(open && byIdp(finding, ctx) ? [t.drift.alsoInIdp] : []),
    ...(open && reader === 'subject' ? [t.drift.aboutYou] : []),
  ].filter((line) => !isNothing(line));
  const blocks: KnownBlock[] = [
    section(head),
    ...lines.map((line) => section(line)),
    ...actionsIfAny(open && reader === 'owner' ? findingButtons(finding, about, pen) : []),
    context(
      ...(isObserved(ctx, finding.app) ? [t.facts.OBSERVE] : []),
      t.drift.found(n.at(finding.foundAt)),
      t.drift.findingId(finding.id),
    ),
  ];
  return message(open ? head : say`${head} ${lines[0] ?? NOTHING}`, blocks);
}

function stateLines({ state, decision, settled, undone, app }: Finding, pen: Pen): Words[] {
  const { t, n } = pen;
  const by = decision === undefined ? undefined : personWords(decision.by);
  if (settled !== undefined)
    return [t.drift.settled(settled.how, settled.how === 'gone' ? undefined : by, n.at(settled.at))];
  if (decision !== undefined && by !== undefined && state !== 'open') {
    const line = t.drift.deciding(decision.how, by, n.at(decision.at), decision.request);
    return decision.reason === undefined ? [line] : [say`${line}\n${t.drift.because(decision.reason)}`];
  }
  if (undone === undefined) return [];
  switch (undone.why) {
    case 'request': {
      const no = undone.refusal === undefined ? NOTHING : say` ${refusalWords(undone.refusal, pen)}`;
      return [t.drift.undone.request(undone.request, undone.state, no)];
    }
    case 'observed':
      return [t.drift.undone.observed];
    case 'rejected':
      return [t.drift.undone.rejected(n.app(app), undone.detail)];
    case 'too_late':
      return [t.drift.undone.tooLate];
  }
}

/** Another writer drives the membership: what is changed here may be changed back. */
function byIdp({ app, difference }: Finding, ctx: CardContext): boolean {
  const roles = appPolicy(ctx, app)?.roles ?? {};
  const role = roleIn(difference);
  if (role === undefined) return Object.values(roles).some((each) => each.managedBy === 'idp');
  return Object.hasOwn(roles, role) && roles[role]?.managedBy === 'idp';
}

/** Nothing for a role that nobody holds: who should is for people to say. */
function findingButtons({ id, difference, subject }: Finding, about: About, { t }: Pen): Button[] {
  const its = { request: id };
  const { labels, dialogs, putRightLabel } = t.drift;
  const no = t.labels.buttons.keep;
  if (difference.kind === 'no_admin') return [];
  const label = putRightLabel(
    difference.kind,
    subject === undefined ? '' : personLabel(subject),
    about.role,
    about.base,
  );
  const putRight = button(label, ACTIONS.driftPutRight, {
    ...its,
    style: difference.kind === 'lost' || difference.kind === 'none' ? 'primary' : 'danger',
    confirm: confirm({ ...dialogs.putRight, text: `${label}.`, no }),
  });
  return [
    ...(difference.kind === 'stray' ? [button(labels.adopt, ACTIONS.driftAdopt, its)] : []),
    putRight,
    ...(difference.kind === 'lost'
      ? [button(labels.endGrant, ACTIONS.driftEnd, { ...its, confirm: confirm({ ...dialogs.endGrant, no }) })]
      : []),
    button(labels.ignore, ACTIONS.driftIgnore, its),
  ];
}

// -------------------------------------------------------------------------------------------- the first look

function baselineCard(baseline: Baseline, reader: 'owner' | 'subject', ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { t, n } = pen;
  const { id, app, counts, named, state, decision } = baseline;
  const policy = appPolicy(ctx, app);
  const base = policy === undefined ? undefined : baseRole(policy)?.key;
  const people = named.map((one) => namedWords(one.difference, personWords(one.subject), pen));
  const head =
    Object.keys(counts).length === 0
      ? t.drift.headline(n.app(app), t.drift.baselineGone)
      : t.drift.baseline(n.app(app), counts, people, base === undefined ? '' : n.role(base));
  if (state !== 'open') {
    const by =
      decision === undefined ? NOTHING : t.drift.baselineDecided(decision, personWords(decision.by), n.at(decision.at));
    const said = join([head, by], '\n');
    return message(said, [section(said), footer(baseline, pen)]);
  }
  const { labels, dialogs } = t.drift;
  return message(head, [
    section(head),
    section(t.drift.baselineWays(reader === 'subject')),
    ...actionsIfAny([
      button(labels.accept, ACTIONS.driftAccept, {
        request: id,
        confirm: confirm({ ...dialogs.accept(reader === 'subject'), no: t.labels.buttons.keep }),
      }),
      button(labels.review, ACTIONS.driftReview, { request: id }),
    ]),
    footer(baseline, pen),
  ]);
}

const namedWords = (difference: Difference, who: Words, { t, n }: Pen): Words => {
  const role = roleIn(difference);
  if (accountIn(difference) === undefined) return piece(n.role(role));
  return t.drift.named(who, role === undefined ? '' : n.role(role));
};

const footer = ({ id, app, foundAt }: DriftRecord, { t, n, ctx }: Pen): KnownBlock =>
  context(...(isObserved(ctx, app) ? [t.facts.OBSERVE] : []), t.drift.found(n.at(foundAt)), t.drift.findingId(id));

function overflowCard({ app, count, state }: Overflow, ctx: CardContext): Message {
  const { t, n } = penFor(ctx);
  return oneSentence(
    state === 'open' ? t.drift.overflow(n.app(app), count, n.command) : t.drift.overflowOver(n.app(app)),
  );
}
