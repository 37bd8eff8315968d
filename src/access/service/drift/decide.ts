/**
 * An owner decides about a finding, or about the first look: by right of who they are at the moment of the click, never
 * about themselves, and once. The decision is stored before any effect; effects are requests and jobs.
 */
import { accountIn } from '../../drift.ts';
import { type Baseline, changed, type DriftRecord, type Finding, type Remedy } from '../../drift-record.ts';
import { AccessError, refuse } from '../../errors.ts';
import { holdingKey, setGrant } from '../../grant.ts';
import { type Party, type Person, personKey, type SlackId } from '../../people.ts';
import type { Key, NewJob } from '../../ports.ts';
import { type AccessRequest, move } from '../../request.ts';
import { actorOf } from '../actor.ts';
import { isOwner, samePersonAs } from '../approvers.ts';
import { accountOfViewer, personParty } from '../binding.ts';
import { type Draft, draftOn, getHolding, noteOf, putHolding, record as recordRequest, showCards } from '../draft.ts';
import { textRefusal } from '../terms.ts';
import { appOf, commitPlanned, laneOf, RANK, type World } from '../world.ts';
import { settledBy } from './ask.ts';
import { notedAbout } from './baseline.ts';
import { isFinding, putDrift, recordDrift } from './book.ts';

/** What a button on the card of a finding, or of the first look, asks for. Adopting is an ask of its own. */
export type DriftHow = Exclude<Remedy, 'adopt'> | 'accept' | 'review';

export interface DriftClick {
  readonly finding: string;
  readonly by: SlackId;
  readonly how: DriftHow;
  /** Ignoring only. */
  readonly reason?: string;
}

type Clicker = Party & { readonly slack: SlackId };

/**
 * @throws AccessError `not_entitled`, `drift_own`, `drift_settled`, `reason_required` …: nothing is changed;
 * DirectoryError: a look-up failed, so nobody's right could be established
 */
export async function decideDrift(world: World, click: DriftClick): Promise<DriftRecord> {
  try {
    const actor = await actorOf(world, click.by);
    const record = await world.store.read('drift', click.finding);
    if (record === undefined) return refuse(settledBy(record));
    const clicker = await entitled(world, record, actor);
    if (isFinding(record)) return await decideFinding(world, record, clicker, click);
    return record.what === 'baseline' ? await decideBaseline(world, record, clicker, click) : refuse(settledBy(record));
  } catch (error) {
    if (error instanceof AccessError && UNENTITLED.includes(error.refusal.code)) await noteRefusal(world, click, error);
    throw error;
  }
}

/** A finding that waits for an owner, for one who may decide about it. @throws AccessError as `decideDrift` */
export async function openFinding(world: World, viewer: SlackId, id: string): Promise<Finding> {
  const actor = await actorOf(world, viewer);
  const record = await world.store.read('drift', id);
  if (!isFinding(record)) return refuse(settledBy(record));
  await entitled(world, record, actor);
  return record.state === 'open' ? record : refuse(settledBy(record));
}

const UNENTITLED: readonly string[] = ['outsider', 'not_entitled', 'drift_own'];

/** Who tries to decide without the right to it is on record. */
async function noteRefusal(world: World, { finding, by }: DriftClick, { refusal }: AccessError): Promise<void> {
  await world.store.commit([], () => ({
    events: [
      {
        type: 'click.refused',
        actor: { kind: 'person', slack: by },
        about: [`person:${personKey(by)}`],
        request: finding,
        code: refusal.code,
      },
    ],
    result: undefined,
  }));
}

/** An owner now, and not whom it is about. @throws AccessError, DirectoryError */
async function entitled(world: World, record: DriftRecord, actor: Person): Promise<Clicker> {
  const app = appOf(world, record.app);
  if (!(await isOwner(world, app, actor))) return refuse({ code: 'not_entitled', need: 'owner' });
  const clicker = { ...personParty(actor, await accountOfViewer(world, app.key, actor)), slack: actor.slack };
  const about = isFinding(record) ? record.subject : undefined;
  if (about !== undefined && samePersonAs(world, clicker, about)) return refuse({ code: 'drift_own' });
  return clicker;
}

// ------------------------------------------------------------------------------------------- the first look

async function decideBaseline(
  world: World,
  baseline: Baseline,
  by: Clicker,
  { how }: DriftClick,
): Promise<DriftRecord> {
  const { id } = baseline;
  if (how !== 'accept' && how !== 'review') return refuse({ code: 'drift_settled' });
  const plan = async (): Promise<Key[]> => {
    const own = how === 'accept' ? await notedAbout(world, baseline, by) : [];
    return [`drift:${id}`, ...own.map((finding) => `drift:${finding.id}` as const)];
  };
  return commitPlanned(world.store, plan, (view, named) => {
    const draft = draftOn(view, named);
    const now = view.get('drift', id);
    if (now?.what !== 'baseline' || now.state !== 'open') return refuse(settledBy(now));
    const left = [...named].some((key) => {
      const finding = view.get('drift', key.slice('drift:'.length));
      return isFinding(finding) && finding.state === 'noted';
    });
    const decision = { how, by, at: draft.now, ...(left ? { butOwn: true as const } : {}) };
    const next = changed<Baseline>(now, { state: 'settling', decision });
    putDrift(draft, next);
    draft.event({
      type: 'drift.compared',
      actor: { kind: 'person', slack: by.slack },
      about: [`person:${personKey(by.slack)}`],
      app: now.app,
      count: Object.values(now.counts).reduce((sum, count) => sum + count, 0),
      how,
      note: { by: by.name },
    });
    draft.schedule(settleJob(now.id, draft.now, { lane: laneOf(now.app), rank: RANK.give }));
    return draft.change<DriftRecord>(next);
  });
}

const settleJob = (id: string, due: number, more: Pick<NewJob, 'lane' | 'rank'> = {}): NewJob => ({
  key: `settle:${id}`,
  kind: 'settle',
  target: id,
  due,
  ...more,
});

// ------------------------------------------------------------------------------------------------ a finding

async function decideFinding(
  world: World,
  record: Finding,
  by: Clicker,
  { how, reason }: DriftClick,
): Promise<DriftRecord> {
  const { difference } = record;
  if (how === 'ignore') return ignore(world, record, by, reason);
  if (how === 'end_grants' && difference.kind === 'lost') return endGrants(world, record, by, how, [difference.role]);
  if (how !== 'put_right') return refuse(settledBy(record));
  switch (difference.kind) {
    case 'stray':
      return revoke(world, record, by, difference);
    case 'disabled_with_grants':
      return endGrants(world, record, by, how, Object.keys(appOf(world, record.app).roles));
    case 'lost':
    case 'none':
      if (world.store.health().safeMode) refuse({ code: 'safe_mode' });
      return carryOut(world, record, by, RANK.give);
    case 'both':
      return carryOut(world, record, by, RANK.take);
    case 'no_admin':
      return refuse(settledBy(record));
  }
}

/** One decision: whoever comes second is told of the first. @throws AccessError `drift_settled` */
function decided(
  draft: Draft,
  id: string,
  by: Clicker,
  decision: Pick<NonNullable<Finding['decision']>, 'how' | 'reason' | 'request'>,
): Finding {
  const now = draft.get('drift', id);
  if (!isFinding(now) || now.state !== 'open') throw new AccessError(settledBy(now));
  const { undone: _undone, ...rest } = now;
  const state = decision.how === 'ignore' ? ('silent' as const) : ('settling' as const);
  const next = changed<Finding>(rest, { state, decision: { ...decision, by, at: draft.now } });
  putDrift(draft, next);
  recordDrift(
    draft,
    next,
    'drift.decided',
    { kind: 'person', slack: by.slack },
    {
      how: decision.how,
      note: { by: by.name, ...(decision.reason === undefined ? {} : { reason: decision.reason }) },
    },
  );
  return next;
}

async function ignore(world: World, { id }: Finding, by: Clicker, given: string | undefined): Promise<DriftRecord> {
  const reason = given?.trim() ?? '';
  const bad = textRefusal(reason);
  if (bad !== undefined) refuse(bad);
  if (reason === '') refuse({ code: 'reason_required' });
  return world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    return draft.change<DriftRecord>(decided(draft, id, by, { how: 'ignore', reason }));
  });
}

/** The job in the app's lane does it: what it finds there then counts. */
async function carryOut(world: World, { id, app }: Finding, by: Clicker, rank: number): Promise<DriftRecord> {
  return world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    const next = decided(draft, id, by, { how: 'put_right' });
    draft.schedule(settleJob(id, draft.now, { lane: laneOf(app), rank }));
    return draft.change<DriftRecord>(next);
  });
}

/** A removal asked for by this owner, as any other: their right, the last Admin and the write are judged there. */
async function revoke(
  world: World,
  { id, app }: Finding,
  by: Clicker,
  { account, role }: { readonly account: string; readonly role: string },
): Promise<DriftRecord> {
  const request = world.newId();
  return world.store.commit([`drift:${id}`, `request:${request}`], (view) => {
    const draft = draftOn(view);
    const next = decided(draft, id, by, { how: 'put_right', request });
    const asked: AccessRequest = {
      id: request,
      rev: 1,
      state: 'received',
      ask: { action: 'revoke', app, role, subject: { kind: 'account', app, account }, drift: id },
      requester: by,
      receivedAt: draft.now,
      app,
      steps: [],
      decisions: [],
      cards: [],
    };
    draft.put('request', request, asked);
    recordRequest(draft, asked, 'request.received', { kind: 'person', slack: by.slack }, { note: noteOf(asked) });
    draft.schedule({ key: `resolve:${request}`, kind: 'resolve', target: request, due: draft.now });
    return draft.change<DriftRecord>(next);
  });
}

/** Ends the grants of these roles now: what the ledger says goes, and with it what of the membership is left. */
async function endGrants(
  world: World,
  { id, app, difference }: Finding,
  by: Clicker,
  how: 'put_right' | 'end_grants',
  roles: readonly string[],
): Promise<DriftRecord> {
  const account = accountIn(difference) ?? '';
  const plan = async (): Promise<Key[]> => {
    const held = (await world.store.holdings({ app, account })).flatMap((holding) => holding.grants);
    const holdings = roles.map((role) => `holding:${holdingKey(app, account, role)}` as const);
    return [`drift:${id}`, ...holdings, ...held.map((grant) => `request:${grant.request}` as const)];
  };
  return commitPlanned(world.store, plan, (view, named) => {
    const draft = draftOn(view, named);
    const next = decided(draft, id, by, { how });
    for (const role of roles) {
      for (const grant of getHolding(draft, app, account, role).grants) {
        if (grant.state === 'active') endNow(draft, grant.request, { app, account, role }, by);
      }
    }
    draft.schedule(settleJob(id, draft.now));
    return draft.change<DriftRecord>(next);
  });
}

function endNow(
  draft: Draft,
  id: string,
  { app, account, role }: { readonly app: string; readonly account: string; readonly role: string },
  by: Clicker,
): void {
  const request = draft.get('request', id);
  if (request?.state !== 'active') return;
  // Whatever was there before the grants goes with them.
  const { standing: _standing, ...holding } = getHolding(draft, app, account, role);
  putHolding(draft, setGrant(holding, id, { state: 'ending', until: draft.now }));
  draft.put('request', id, move(request, 'ending', { until: draft.now, closing: { why: 'drift', by } }));
  draft.schedule({ key: `end:${id}`, kind: 'end', target: id, due: draft.now, lane: laneOf(app), rank: RANK.end });
  const actor = { kind: 'person' as const, slack: by.slack };
  recordRequest(draft, request, 'access.ending', actor, { why: 'drift', note: { by: by.name } });
  showCards(draft, id);
}
