/**
 * Clicks: a button names what is wanted and, at most, a request or an address. Who may is never read from it.
 * Every click is answered, also on a button of an older version.
 */
import type { ModalView } from '@slack/types';
import type { z } from 'zod';
import { AccessError } from '../../access/errors.ts';
import type { SubjectRef } from '../../access/people.ts';
import type { AccessRequest, Action } from '../../access/request.ts';
import type { DriftHow } from '../../access/service/drift/decide.ts';
import { ACTIONS, type Address, addressOf, type CardContext, helpMessage, replyMessage } from '../cards/index.ts';
import type { Ack } from '../intake.ts';
import { adoptModal, denyModal, handOverModal, ignoreModal, revokeAllModal } from '../modals/index.ts';
import { ActionBody, type Arrival, arrivalOf } from '../wire.ts';
import { HistoryPage } from '../work.ts';
import { askForm, findingForm, nextForm, requestForm } from './forms.ts';
import { type Counter, listener } from './listener.ts';

interface Click {
  readonly arrival: Arrival;
  readonly ack: Ack;
  readonly seen: 'card' | 'private' | 'home';
  readonly copy?: { readonly channel: string; readonly ts: string };
}
type OnRequest = (counter: Counter, click: Click, request: string) => Promise<void>;
type OnApp = (counter: Counter, click: Click, app: string | undefined) => Promise<void>;
type OnAccount = (counter: Counter, click: Click, account: Extract<Address, { kind: 'account' }>) => Promise<void>;

const act =
  (what: 'cancel' | 'finish' | 'keep' | 'again'): OnRequest =>
  ({ intake }, { arrival, ack, ...rest }, request) =>
    intake.accept(arrival, ack, { do: what, request, ...rest });

const next =
  (step: Parameters<typeof nextForm>[2]): OnRequest =>
  (counter, { arrival, ack }, id) =>
    counter.intake.open(arrival, ack, nextForm(counter, arrival, step, id));

const about =
  (build: (request: AccessRequest, ctx: CardContext) => ModalView): OnRequest =>
  (counter, { arrival, ack }, id) =>
    counter.intake.open(
      arrival,
      ack,
      requestForm(counter, arrival, id, (request) => build(request, counter.context())),
    );

const drift =
  (how: DriftHow): OnRequest =>
  ({ intake }, { arrival, ack }, finding) =>
    intake.accept(arrival, ack, { do: 'drift', how, finding });

/** `value` is the id of a finding. */
const ON_FINDING: Readonly<Record<string, OnRequest>> = {
  [ACTIONS.driftPutRight]: drift('put_right'),
  [ACTIONS.driftEnd]: drift('end_grants'),
  [ACTIONS.driftAccept]: drift('accept'),
  [ACTIONS.driftReview]: drift('review'),
  [ACTIONS.driftAdopt]: (counter, { arrival, ack }, id) =>
    counter.intake.open(
      arrival,
      ack,
      findingForm(counter, arrival, id, (finding) => adoptModal(finding, counter.offers(), counter.context())),
    ),
  [ACTIONS.driftIgnore]: (counter, { arrival, ack }, id) =>
    counter.intake.open(
      arrival,
      ack,
      findingForm(counter, arrival, id, (finding) => ignoreModal(finding, counter.context())),
    ),
};

/** `value` is the id of a request. */
const ON_REQUEST: Readonly<Record<string, OnRequest>> = {
  [ACTIONS.approve]: ({ intake }, { arrival, ack, ...rest }, request) =>
    intake.accept(arrival, ack, { do: 'decide', verdict: 'approve', request, ...rest }),
  [ACTIONS.deny]: about(denyModal),
  [ACTIONS.cancel]: act('cancel'),
  [ACTIONS.finish]: act('finish'),
  [ACTIONS.keep]: act('keep'),
  [ACTIONS.again]: act('again'),
  [ACTIONS.show]: ({ intake }, { arrival, ack }, request) => intake.accept(arrival, ack, { do: 'show', request }),
  [ACTIONS.revokeGrant]: next('revokeGrant'),
  [ACTIONS.askAccount]: next('askAccount'),
  [ACTIONS.askEnable]: next('askEnable'),
  [ACTIONS.handOver]: about(handOverModal),
  [ACTIONS.revokeAll]: about(revokeAllModal),
};

const open =
  (action: Action): OnApp =>
  (counter, { arrival, ack }, app) =>
    counter.intake.open(arrival, ack, askForm(counter, arrival, { action, draft: app === undefined ? {} : { app } }));

const onApp =
  (what: 'sync' | 'pause' | 'resume'): OnApp =>
  (counter, { arrival, ack }, app) =>
    app === undefined ? stale(counter, arrival, ack) : counter.intake.accept(arrival, ack, { do: what, app });

/** `block_id` may address an app. */
const ON_APP: Readonly<Record<string, OnApp>> = {
  [ACTIONS.openRequest]: open('grant'),
  [ACTIONS.openProvision]: open('provision'),
  [ACTIONS.openRevoke]: open('revoke'),
  [ACTIONS.openDisable]: open('disable'),
  [ACTIONS.openEnable]: open('enable'),
  [ACTIONS.openUpdate]: open('update'),
  [ACTIONS.showMine]: ({ intake }, { arrival, ack }) => intake.accept(arrival, ack, { do: 'mine' }),
  [ACTIONS.showPending]: ({ intake }, { arrival, ack }) => intake.accept(arrival, ack, { do: 'pending' }),
  [ACTIONS.listApp]: (counter, { arrival, ack }, app) =>
    app === undefined
      ? stale(counter, arrival, ack)
      : counter.intake.accept(arrival, ack, { do: 'list', app, which: 'admins' }),
  [ACTIONS.appStatus]: ({ intake }, { arrival, ack }, app) =>
    intake.accept(arrival, ack, { do: 'status', ...(app === undefined ? {} : { app }) }),
  [ACTIONS.appSync]: onApp('sync'),
  [ACTIONS.appPause]: onApp('pause'),
  [ACTIONS.appResume]: onApp('resume'),
  [ACTIONS.help]: async ({ intake, context }, { arrival, ack }) => {
    await ack();
    await intake.tell(arrival, helpMessage({ kind: 'help' }, context()));
  },
  [ACTIONS.cannotGetIn]: (counter, { arrival, ack }, app) =>
    app === undefined
      ? stale(counter, arrival, ack)
      : counter.intake.accept(arrival, ack, { do: 'cannot_get_in', app }),
};

const forAccount =
  (action: Action, whose: 'me' | 'account' = 'account'): OnAccount =>
  (counter, { arrival, ack }, { app, account }) => {
    const subject: SubjectRef = whose === 'me' ? { kind: 'me' } : { kind: 'account', app, account };
    return counter.intake.open(arrival, ack, askForm(counter, arrival, { action, draft: { app, subject } }));
  };

/** `block_id` addresses an account. */
const ON_ACCOUNT: Readonly<Record<string, OnAccount>> = {
  [ACTIONS.accountShow]: ({ intake }, { arrival, ack }, account) =>
    intake.accept(arrival, ack, { do: 'lookup', what: account }),
  [ACTIONS.accountRequest]: forAccount('grant', 'me'),
  [ACTIONS.accountGrant]: forAccount('grant'),
  [ACTIONS.accountRevoke]: forAccount('revoke'),
  [ACTIONS.accountDisable]: forAccount('disable'),
  [ACTIONS.accountEnable]: forAccount('enable'),
  [ACTIONS.accountUpdate]: forAccount('update'),
};

export const buttonListener = (counter: Counter) =>
  listener({
    body: ActionBody,
    arrival(body) {
      const [action] = body.actions;
      const place = [body.container.view_id, body.container.channel_id, body.container.message_ts];
      const made = arrivalOf(body, counter.workspace(), [...place, action?.action_id, action?.action_ts]);
      const channel = made.channel ?? body.container.channel_id ?? undefined;
      return channel === undefined ? made : { ...made, channel };
    },
    async act(body, arrival, ack) {
      const [action] = body.actions;
      // A choice inside a form is read when the form is sent; a link opens by itself.
      if (action === undefined || action.type !== 'button' || action.action_id === ACTIONS.visit) return ack();
      const click: Click = { arrival, ack, ...seenAt(body) };
      const address = addressOf(action.block_id ?? undefined);
      const onRequest = ON_REQUEST[action.action_id] ?? ON_FINDING[action.action_id];
      const onApp = ON_APP[action.action_id];
      const onAccount = ON_ACCOUNT[action.action_id];
      const request = action.value ?? '';
      if (onRequest !== undefined && request !== '' && request.length <= 64) return onRequest(counter, click, request);
      if (onApp !== undefined) return onApp(counter, click, address?.app);
      if (onAccount !== undefined && address?.kind === 'account') return onAccount(counter, click, address);
      if (action.action_id === ACTIONS.useGroup && address?.kind === 'group') {
        const { app, role, group } = address;
        return counter.intake.accept(arrival, ack, { do: 'use_group', app, role, group });
      }
      const page = action.action_id === ACTIONS.older ? pageIn(request) : undefined;
      if (page !== undefined) return counter.intake.accept(arrival, ack, { do: 'history', ...page });
      return stale(counter, arrival, ack);
    },
  });

function pageIn(value: string): z.output<typeof HistoryPage> | undefined {
  try {
    return HistoryPage.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}

async function stale({ intake, context }: Counter, arrival: Arrival, ack: Ack): Promise<void> {
  await ack();
  await intake.tell(arrival, replyMessage({ kind: 'stale_button' }, context()));
}

/** A card on record, a message only this person sees, or the App Home. */
function seenAt({ container }: (typeof ActionBody)['_output']): Pick<Click, 'seen' | 'copy'> {
  if (container.type === 'view') return { seen: 'home' };
  const { channel_id: channel, message_ts: ts } = container;
  if (container.is_ephemeral === true || typeof channel !== 'string' || typeof ts !== 'string')
    return { seen: 'private' };
  return { seen: 'card', copy: { channel, ts } };
}

/** The clicker is of another organisation: known from the payload alone, before anything is looked up. */
export function outsiderRefusal(arrival: Arrival, team: string): AccessError | undefined {
  return arrival.from.team === team ? undefined : new AccessError({ code: 'outsider', standing: 'outside' });
}
