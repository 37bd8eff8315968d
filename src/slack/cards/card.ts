/**
 * What every card is made of and made from: the message, the context, the action ids. Knows no single card.
 */
import type { KnownBlock } from '@slack/types';
import type { AppPolicy, Policy } from '../../access/policy.ts';
import { type Names, namesOf, type Texts, textsFor } from '../text/index.ts';

export interface Message {
  /** The fallback: what notifications and screen readers say. Already safe mrkdwn. */
  text: string;
  blocks: KnownBlock[];
}

/** What a card needs to know beside what it shows: names, the command's name, the time of drawing. */
export interface CardContext {
  readonly policy: Policy;
  /** With its slash, e.g. `/access`. */
  readonly command: string;
  /** Business time of drawing, ms. */
  readonly now: number;
  /** Language of the sentences; default English. */
  readonly language?: string;
}

/**
 * Every button there is. A button's `value` is the id of a request or absent, unless said otherwise; what else a click is about (an app, an
 * account) is the address in its `block_id`, read with `addressOf`. None of it is authority.
 */
export const ACTIONS = {
  // on cards of a request; value = request id
  approve: 'request.approve',
  /** Opens the deny modal. */
  deny: 'request.deny',
  cancel: 'request.cancel',
  finish: 'request.finish',
  /** An owner keeps a grant without an end, when its review is due. */
  keep: 'request.keep',
  again: 'request.again',
  /** An owner takes a sensitive grant back: opens the revoke modal filled in from the request. */
  revokeGrant: 'request.revoke',
  /** Shows the request of `value` to whoever clicked, if they may see it. */
  show: 'request.show',
  // next steps after a refusal; value = the refused request's id
  askAccount: 'next.provision',
  askEnable: 'next.enable',
  handOver: 'next.handover',
  revokeAll: 'next.revoke_all',
  // open an empty modal; block_id may address an app
  openRequest: 'open.request',
  openProvision: 'open.provision',
  openRevoke: 'open.revoke',
  openDisable: 'open.disable',
  openEnable: 'open.enable',
  openUpdate: 'open.update',
  // block_id addresses an account
  accountShow: 'account.show',
  accountRequest: 'account.request',
  accountGrant: 'account.grant',
  accountRevoke: 'account.revoke',
  accountDisable: 'account.disable',
  accountEnable: 'account.enable',
  accountUpdate: 'account.update',
  // views; no value
  showMine: 'show.mine',
  showPending: 'show.pending',
  /** block_id addresses an app. */
  listApp: 'show.list',
  help: 'show.help',
  /** The lines of a history before those shown; value = a `HistoryPage` as JSON. */
  older: 'show.older',
  // for owners; block_id addresses an app
  appStatus: 'app.status',
  appSync: 'app.sync',
  appPause: 'app.pause',
  appResume: 'app.resume',
  /** block_id addresses a role and the group that is offered for it. */
  useGroup: 'app.use_group',
  // on cards of drift; value = id of the finding
  /** Opens the adopt modal. */
  driftAdopt: 'drift.adopt',
  driftPutRight: 'drift.put_right',
  driftEnd: 'drift.end_grants',
  /** Opens the ignore modal. */
  driftIgnore: 'drift.ignore',
  driftAccept: 'drift.accept',
  driftReview: 'drift.review',
  // on a welcome; block_id addresses the app
  cannotGetIn: 'welcome.cannot_get_in',
  /** A link button: nothing to do but acknowledge. */
  visit: 'visit',
} as const;

export type ActionId = (typeof ACTIONS)[keyof typeof ACTIONS];

/** What a block's buttons are about. */
export type Address =
  | { readonly kind: 'app'; readonly app: string }
  | { readonly kind: 'account'; readonly app: string; readonly account: string }
  | { readonly kind: 'group'; readonly app: string; readonly role: string; readonly group: string };

/** How far an id is taken: longer ones belong to no account of ours. */
const ADDRESS = /^(app|account|group)(?:#[a-z]+)?:(.{1,240})$/su;

/** `undefined` when the id would not fit into a `block_id` (255 characters): then the block offers no button. */
export function addressFor(address: Address, tag?: string): string | undefined {
  const { app } = address;
  const what =
    address.kind === 'app'
      ? app
      : address.kind === 'account'
        ? `${app}/${address.account}`
        : `${app}/${address.role}/${address.group}`;
  return what.length > 240 ? undefined : `${address.kind}${tag === undefined ? '' : `#${tag}`}:${what}`;
}

/** Reads a `block_id` back. `undefined`: it addresses nothing. Not authority: only who or what is meant. */
export function addressOf(blockId: string | undefined): Address | undefined {
  const [, kind, what] = ADDRESS.exec(blockId ?? '') ?? [];
  if (kind === undefined || what === undefined) return undefined;
  if (kind === 'app') return { kind, app: what };
  const slash = what.indexOf('/');
  if (slash < 1 || slash === what.length - 1) return undefined;
  const [app, rest] = [what.slice(0, slash), what.slice(slash + 1)];
  if (kind === 'account') return { kind, app, account: rest };
  const next = rest.indexOf('/');
  return next < 1 || next === rest.length - 1
    ? undefined
    : { kind: 'group', app, role: rest.slice(0, next), group: rest.slice(next + 1) };
}

/** The sentences and names a card is drawn with. */
export interface Pen {
  readonly t: Texts;
  readonly n: Names;
  readonly ctx: CardContext;
}

export const penFor = (ctx: CardContext): Pen => ({
  t: textsFor(ctx.language),
  n: namesOf(ctx.policy, ctx.command),
  ctx,
});

/** The policy of an app, if it is still in the policy. */
export const appPolicy = (ctx: CardContext, app: string | undefined): AppPolicy | undefined =>
  app !== undefined && Object.hasOwn(ctx.policy.apps, app) ? ctx.policy.apps[app] : undefined;

/** Whether the app takes changes of an account's details. */
export const takesUpdates = (ctx: CardContext, app: string | undefined): boolean =>
  (appPolicy(ctx, app)?.traits.updates.length ?? 0) > 0;

/** Writes go nowhere: every card about this app says so. */
export const isObserved = (ctx: CardContext, app: string | undefined): boolean =>
  appPolicy(ctx, app)?.mode === 'observe';
