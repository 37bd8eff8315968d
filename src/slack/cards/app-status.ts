/**
 * How an app is doing, for its owners and for auditors, with what an owner can do about it; and the short answers to
 * *pause*, *resume*, *sync* and *use this group*. Pure; decides nothing.
 */
import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { baseRole } from '../../access/policy.ts';
import type { Group, GroupTrouble } from '../../access/ports.ts';
import type { AppStatus, PauseView, SyncView } from '../../access/service/desk.ts';
import { actions, actionsIfAny, asManyAsFit, button, confirm, message, oneSentence, section } from '../blocks.ts';
import { personWords } from '../text/index.ts';
import { isNothing, join, NOTHING, piece, type Words } from '../text/words.ts';
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
import { moreRow } from './rows.ts';

/** Block Kit allows 50 blocks; the last says how many apps are left out. */
const MOST = 48;

/** What of the client's memory means something to people. In its own shape: what cannot be read is left out. */
const Learned = z.object({
  patchUsers: z.literal('no').optional().catch(undefined),
  membersListed: z.literal('yes').optional().catch(undefined),
  search: z.enum(['yes', 'no']).optional().catch(undefined),
  batchSize: z.literal(1).optional().catch(undefined),
  ifMatch: z.literal('yes').optional().catch(undefined),
  refusedFilters: z.array(z.string().max(40)).max(10).optional().catch(undefined),
});

export function statusCard(apps: readonly AppStatus[], ctx: CardContext): Message {
  const pen = penFor(ctx);
  const rows = apps.map((view) => appRow(view, pen));
  const fallback = pen.t.apps.statusFallback(apps.map((view) => pen.n.app(view.app)));
  return message(fallback, asManyAsFit(rows, MOST, moreRow(pen)));
}

/** Only where somebody can hold the base role and another: teams beside each other have no order. */
function priority({ app }: AppStatus, { t, n, ctx }: Pen): Words[] {
  const policy = appPolicy(ctx, app);
  if (policy === undefined || policy.exclusive || policy.priority.length < 2 || baseRole(policy) === undefined)
    return [];
  return [t.apps.priority(policy.priority.map((role) => piece(n.role(role))))];
}

function appRow(view: AppStatus, pen: Pen): KnownBlock[] {
  const { t, n, ctx } = pen;
  const traits = appPolicy(ctx, view.app)?.traits;
  const learned = Learned.safeParse(view.learned);
  const lines: Words[] = [
    t.apps.statusTitle(n.app(view.app)),
    isObserved(ctx, view.app) ? t.facts.OBSERVE : NOTHING,
    view.paused === undefined ? NOTHING : t.apps.pausedSince(personWords(view.paused.by), n.at(view.paused.at)),
    view.unauthorizedSince === undefined ? t.apps.tokenWorks : t.apps.unauthorized(n.at(view.unauthorizedSince)),
    t.apps.mirror(view.mirror, n),
    view.seats === undefined ? NOTHING : t.apps.seats(view.seats.used, view.seats.seats),
    ...view.roles.map((role) => t.apps.roleGroup(role, n)),
    ...priority(view, pen),
    t.apps.work(view),
    traits === undefined ? NOTHING : t.apps.traits(traits),
    learned.success ? t.apps.learned(learned.data) : NOTHING,
  ];
  const troubles = [
    ...new Map(view.roles.flatMap(({ trouble }) => trouble ?? []).map((one) => [keyOf(one), one])).values(),
  ];
  return [
    section(
      join(
        lines.filter((words) => !isNothing(words)),
        '\n',
      ),
    ),
    ...troubles.flatMap((trouble) => [
      section(t.apps.trouble(trouble, n, view.app)),
      ...(view.owner ? useButton(view.app, trouble, pen) : []),
    ]),
    ...(view.owner ? ownerButtons(view, pen) : []),
  ];
}

/** One trouble may be that of two roles: it is told once. */
const keyOf = (trouble: GroupTrouble): string => JSON.stringify(trouble);

function ownerButtons({ app, paused }: AppStatus, pen: Pen): KnownBlock[] {
  const { buttonFor, buttons, dialogs } = pen.t.labels;
  const address = addressFor({ kind: 'app', app }, 'status');
  if (address === undefined) return [];
  const name = pen.n.app(app);
  const dialog = confirm({ ...dialogs.pause, no: buttons.keep });
  const halt =
    paused === undefined
      ? button(buttonFor.pause(name), ACTIONS.appPause, { confirm: dialog })
      : button(buttonFor.resume(name), ACTIONS.appResume, { style: 'primary' });
  return [actions([halt, button(buttonFor.sync(name), ACTIONS.appSync)], address)];
}

/** The one thing that can be pressed about a group: taking the one that has the old name now. */
function useButton(app: string, trouble: GroupTrouble, { t }: Pen): KnownBlock[] {
  if (trouble.kind !== 'gone' || trouble.found === undefined) return [];
  const address = addressFor({ kind: 'group', app, role: trouble.role, group: trouble.found.id }, 'use');
  const dialog = confirm({ ...t.labels.dialogs.useGroup, no: t.labels.buttons.keep });
  return address === undefined
    ? []
    : [actions([button(t.labels.buttons.useGroup, ACTIONS.useGroup, { confirm: dialog })], address)];
}

/** Below a notice about a group: what to press, and where everything about the app is to be seen. */
export function troubleButtons(app: string, trouble: GroupTrouble, pen: Pen): KnownBlock[] {
  const address = addressFor({ kind: 'app', app }, 'trouble');
  const status = button(pen.t.labels.buttons.status, ACTIONS.appStatus);
  return [...useButton(app, trouble, pen), ...actionsIfAny(address === undefined ? [] : [status], address)];
}

export function pausedMessage(view: PauseView, ctx: CardContext): Message {
  const pen = penFor(ctx);
  const { buttonFor, buttons } = pen.t.labels;
  const address = addressFor({ kind: 'app', app: view.app });
  const name = pen.n.app(view.app);
  const next =
    view.state === 'paused'
      ? button(buttonFor.resume(name), ACTIONS.appResume)
      : button(buttons.status, ACTIONS.appStatus);
  return oneSentence(pen.t.apps.pauseAnswer(view, pen.n), actionsIfAny(address === undefined ? [] : [next], address));
}

export function syncedMessage(view: SyncView, ctx: CardContext): Message {
  const { t, n } = penFor(ctx);
  return oneSentence(t.apps.synced(view, n.app(view.app)));
}

export function usedMessage(app: string, role: string, group: Group, ctx: CardContext): Message {
  const { t, n } = penFor(ctx);
  return oneSentence(t.apps.used(n.app(app), n.role(role), group.name));
}
