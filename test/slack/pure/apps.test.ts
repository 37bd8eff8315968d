/** Apps as their owners see them: the verbs, the status, what waits on the cards of requests, buttons that address a group. */
import { describe, expect, it } from 'vitest';
import type { AccessRequest, Waiting } from '../../../src/access/request.ts';
import type { AppStatus } from '../../../src/access/service/desk.ts';
import { addressFor } from '../../../src/slack/cards/card.ts';
import {
  ACTIONS,
  addressOf,
  hubCard,
  noticeCard,
  pausedMessage,
  requestCard,
  statusCard,
  syncedMessage,
} from '../../../src/slack/cards/index.ts';
import { type CommandContext, parseCommand } from '../../../src/slack/command.ts';
import { homeView } from '../../../src/slack/home.ts';
import {
  actionsOf,
  appPolicy,
  buttonsOf,
  context,
  NOW,
  OWNER,
  offer,
  readerOf,
  request,
  slack,
  TEAM,
  textOf,
} from './sample.ts';

const ONE: CommandContext = { team: TEAM, apps: [{ key: 'perplexity', name: 'Perplexity Enterprise', roles: [] }] };
const TWO: CommandContext = { team: TEAM, apps: [...ONE.apps, { key: 'perdoo', name: 'Perdoo', roles: [] }] };
const ctx = context();
const olga = { slack: slack(OWNER), name: 'Olga Owner', email: 'olga@example.com' };

describe('status, sync, pause and resume', () => {
  it('take the app by key or name, the only one if there is one', () => {
    for (const kind of ['status', 'sync', 'pause', 'resume'] as const) {
      expect(parseCommand(kind, ONE)).toEqual({ kind, app: 'perplexity' });
      for (const text of ['perplexity', 'Perplexity  enterprise', '“PERPLEXITY”']) {
        expect(parseCommand(`${kind} ${text}`, TWO), text).toEqual({ kind, app: 'perplexity' });
      }
      expect(parseCommand(`${kind} perdo`, TWO)).toMatchObject({
        kind: 'refused',
        problem: { code: 'mistyped', as: 'app', given: 'perdo', nearest: 'perdoo' },
      });
      expect(parseCommand(`${kind} perdoo now`, TWO)).toMatchObject({ kind: 'refused', problem: { code: 'usage' } });
    }
    expect(parseCommand('status', TWO)).toEqual({ kind: 'status' });
    for (const kind of ['sync', 'pause', 'resume']) {
      expect(parseCommand(kind, TWO)).toMatchObject({ kind: 'refused', problem: { code: 'app_needed' } });
    }
  });
});

const status = (change: Partial<AppStatus> = {}): AppStatus => ({
  app: 'perplexity',
  owner: true,
  mirror: { syncedAt: NOW, complete: true, active: 400, inactive: 12 },
  roles: [{ role: 'admin', group: { id: 'g-1', name: 'PPLX_Admin' }, members: 2 }, { role: 'member' }],
  overdue: 0,
  alarms: 0,
  open: 3,
  waiting: 0,
  ...change,
});

describe('the status of an app', () => {
  it('says in words what is known, and what is not', () => {
    const text = textOf(statusCard([status()], ctx).blocks);
    for (const said of [
      '400 active accounts, 12 switched off, read completely',
      '*Admin*: “PPLX_Admin” (`g-1`), 2 members',
      '*Member*: not linked to a group',
      'My token works.',
      '3 open requests.',
      'A change may take up to 1 hour',
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toMatch(/aused|overdue|alarm|drift|Learned|Seats/);
    const never = status({
      mirror: { complete: false, active: 3, inactive: 1 },
      roles: [{ role: 'admin', group: { id: 'g', name: 'A' } }],
    });
    expect(textOf(statusCard([never], ctx).blocks)).toMatch(
      /Not read completely yet; 4 accounts seen so far[\s\S]*members not listed/,
    );
  });

  it('shows what is wrong, what was learned, and how the app differs', () => {
    const slow = context({
      traits: { ...appPolicy().traits, invites: true, settlesWithin: 40 * 60_000, assignedOnly: true },
    });
    const text = textOf(
      statusCard(
        [
          status({
            seats: { used: 110, seats: 120 },
            paused: { at: NOW, by: olga },
            unauthorizedSince: NOW,
            overdue: 1,
            alarms: 2,
            waiting: 3,
            drift: 0,
            learned: { refusedFilters: ['email'], membersListed: 'yes', batchSize: 1, tomorrow: { new: true } },
          }),
        ],
        slow,
      ).blocks,
    );
    for (const said of [
      '*Paused* by <@U0OWNER>',
      '*It refuses my token*',
      'Seats: 110 of 120 taken.',
      '3 open requests · 3 waiting for the app · *1 end overdue* · *2 alarms* · no drift.',
      'up to 40 minutes',
      'It mails new people itself.',
      'Only accounts in a linked group',
      'Learned of it: it lists the members of groups; it cannot filter by email; it takes one member at a time.',
    ]) {
      expect(text).toContain(said);
    }
  });

  it('offers an owner what works now, and an auditor nothing', () => {
    expect(actionsOf(statusCard([status()], ctx))).toEqual([ACTIONS.appPause, ACTIONS.appSync]);
    expect(buttonsOf(statusCard([status()], ctx))[0]?.confirm).toBe(true);
    const paused = status({ paused: { at: NOW, by: olga } });
    expect(actionsOf(statusCard([paused], ctx))).toEqual([ACTIONS.appResume, ACTIONS.appSync]);
    expect(actionsOf(statusCard([{ ...paused, owner: false }], ctx))).toEqual([]);
  });

  it('tells one trouble of two roles once, and offers the group that has the old name', () => {
    const shared = {
      kind: 'shared',
      roles: ['admin', 'member'],
      group: { id: 'g-1', name: 'All' },
      since: NOW,
    } as const;
    const one = statusCard([status({ roles: shared.roles.map((role) => ({ role, trouble: shared })) })], ctx);
    expect(textOf(one.blocks).match(/one group would carry two roles/g)).toHaveLength(1);
    const gone = {
      kind: 'gone',
      role: 'admin',
      group: { id: 'g-1', name: 'All' },
      found: { id: 'g-2', name: 'All' },
      since: NOW,
    } as const;
    const offered = status({ roles: [{ role: 'admin', group: gone.group, trouble: gone }] });
    expect(actionsOf(statusCard([offered], ctx))).toEqual([ACTIONS.useGroup, ACTIONS.appPause, ACTIONS.appSync]);
    expect(actionsOf(statusCard([{ ...offered, owner: false }], ctx))).toEqual([]);
    const { found: _found, ...without } = gone;
    const told = noticeCard({ kind: 'group_trouble', app: 'perplexity', trouble: without }, ctx);
    expect(actionsOf(told)).toEqual([ACTIONS.appStatus]);
    expect(textOf(told.blocks)).toContain(
      '`rolecall link perplexity admin=<id>`'.replace(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;')),
    );
  });
});

describe('a group on a button', () => {
  it('is read back as it was addressed, whatever its id, or there is no button', () => {
    for (const group of ['g-1', 'a/b/c', 'x'.repeat(200), 'ünïcode id', '#:']) {
      const address = { kind: 'group', app: 'perplexity', role: 'admin', group } as const;
      expect(addressOf(addressFor(address, 'use'))).toEqual(address);
    }
    expect(addressFor({ kind: 'group', app: 'perplexity', role: 'admin', group: 'x'.repeat(240) })).toBeUndefined();
    for (const broken of [
      'group:',
      'group:perplexity',
      'group:perplexity/admin',
      'group:perplexity//x',
      'group:/admin/x',
    ]) {
      expect(addressOf(broken), broken).toBeUndefined();
    }
  });
});

describe('a request that waits for its app', () => {
  const paused: Waiting = { kind: 'paused', at: NOW, by: olga };
  const card = (made: AccessRequest, reader: Parameters<typeof readerOf>[0] = 'requester') =>
    textOf(requestCard(made, readerOf(reader), ctx).blocks);

  it('says so to whoever asked and to whoever decides, with who paused it and when', () => {
    const pending = { ...request('grant', 'pending'), waits: paused };
    for (const reader of ['requester', 'approver'] as const) {
      expect(card(pending, reader)).toMatch(
        /is paused \(by <@U0OWNER> \(olga@example\.com\) <!date[\s\S]*once approved, it waits/,
      );
    }
    const approved = { ...request('grant', 'approved'), waits: paused };
    expect(card(approved)).toMatch(/Approved; waits until Perplexity Enterprise is resumed \(paused by <@U0OWNER>/);
    expect(card(approved)).not.toMatch(/next to be applied/);
    expect(card({ ...approved, waits: { kind: 'trouble' } })).toMatch(/waits until an owner has settled which groups/);
    expect(card(request('grant', 'approved'))).toMatch(/next to be applied/);
    expect(card({ ...request('grant', 'applying'), waits: paused })).not.toMatch(/now/);
  });

  it('says nothing of it any more when it has come to an end', () => {
    for (const state of ['active', 'done', 'cancelled', 'ended'] as const) {
      expect(card({ ...request('grant', state), waits: paused })).not.toMatch(/paused/);
    }
  });
});

describe('a slow app', () => {
  const slow = context({ traits: { ...appPolicy().traits, invites: true, settlesWithin: 40 * 60_000 } });
  const card = (made: AccessRequest) => textOf(requestCard(made, readerOf('requester'), slow).blocks);

  it('has its time said where something was accepted, and where it is confirmed', () => {
    const accepted = { kind: 'accepted', since: NOW } as const;
    for (const state of ['active', 'applying'] as const) {
      expect(card({ ...request('grant', state), outcome: accepted })).toMatch(
        /accepted the change[\s\S]*I keep looking\. There a change may take up to 40 minutes\./,
      );
    }
    expect(card(request('grant', 'active'))).toContain('itself may need up to 40 minutes to show it');
  });

  it('that mails new people itself says so on the account that was made', () => {
    expect(card(request('provision', 'done'))).toContain('mails the invitation itself, so I send no welcome of my own');
    expect(card(request('enable', 'done'))).not.toContain('invitation');
    expect(textOf(requestCard(request('provision', 'done'), readerOf('requester'), ctx).blocks)).not.toContain(
      'invitation',
    );
  });
});

describe('short answers', () => {
  it('say what was so before, what waits, and what is still wrong', () => {
    const said = (view: Parameters<typeof pausedMessage>[0]) => textOf(pausedMessage(view, ctx).blocks);
    const app = 'perplexity';
    expect(said({ app, state: 'paused', before: true, at: NOW, by: olga, waiting: 1 })).toMatch(
      /paused already, by <@U0OWNER>[\s\S]*1 request waits now/,
    );
    expect(said({ app, state: 'running', before: true, waiting: 0, stopped: false })).toMatch(/is not paused/);
    expect(said({ app, state: 'running', before: false, waiting: 1, stopped: false })).toMatch(
      /goes on: 1 request that waited is applied now/,
    );
    expect(said({ app, state: 'running', before: false, waiting: 1, stopped: true })).toMatch(/still gives nothing/);
    const read = { app, at: NOW, complete: false, why: 'unauthorized', accounts: 1, gone: 0, groups: 1 };
    expect(textOf(syncedMessage(read, ctx).blocks)).toMatch(
      /Read 1 account from [\s\S]*not complete\*: it refuses my token\. Nobody was taken for gone/,
    );
  });

  it('stand on the hub and the Home: what is halted, and the way to the status for owners', () => {
    const home = {
      viewer: { ...olga, emailConfirmed: true, zone: 'UTC', standing: 'member' as const },
      waiting: [],
      access: [],
      requests: [],
    };
    const view = {
      ...home,
      apps: [offer({ halted: 'paused' }), offer({ key: 'perdoo', name: 'Perdoo', ownerOf: false })],
    };
    expect(textOf(hubCard(view, ctx).blocks)).toContain('Paused by an owner: requests are taken, and wait.');
    const shown = homeView(view, ctx);
    expect(textOf(shown)).toContain('Paused by an owner');
    expect(actionsOf(shown).filter((action) => action === ACTIONS.appStatus)).toHaveLength(1);
  });
});
