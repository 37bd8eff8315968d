/**
 * Job `drift`: compares one app's directory with the ledger, in the app's lane, and reads only. What is new is confirmed
 * live and told to the owners once, what is no longer so is closed. Puts nothing right: that takes an owner's click.
 */
import { booksOf, type Difference, differenceKey, differences, inOrder, isGrave, verdictOn } from '../../drift.ts';
import { changed, type DriftRecord, type Finding, type Overflow } from '../../drift-record.ts';
import { holdingKey } from '../../grant.ts';
import type { AppPolicy } from '../../policy.ts';
import type { Job, Key, View } from '../../ports.ts';
import { draftOn, system } from '../draft.ts';
import { DONE, directoryOf, type JobResult, type World } from '../world.ts';
import { firstLook, recount, rolesUnseen } from './baseline.ts';
import { cardsJob, isFinding, putDrift, recordDrift } from './book.ts';
import { cameBackAfter, endOf, type LookedAt, lookAt, partyOf, type Seen, seeAll } from './seen.ts';
import { compareNow } from './when.ts';

/** New cards of one look. */
const AT_ONCE = 20;
/** Findings that wait for an owner at a time; of sensitive roles twice as many, so that the others cannot hide them. */
const MOST_OPEN = 20;
/** Differences looked at live in one look, new ones and gone ones each. */
const LOOK_LIVE = 100;
/** Nothing was asked of the app. */
const IDLE: JobResult = { kind: 'done', idle: true };

/** @throws DirectoryError to be run again later */
export async function compare(world: World, job: Job): Promise<JobResult> {
  const app = world.policy.apps[job.target];
  // What was not read to its end says nothing of what is not in it.
  if (app === undefined || !directoryOf(world, app.key).freshness().complete) return IDLE;
  const seen = await seeAll(world, app);
  const known = await world.store.drifts(app.key);
  const unseen = rolesUnseen(seen, await world.store.read('app', app.key));
  if (unseen.size > 0) {
    const asked = await firstLook(world, seen, unseen, known);
    await compareNow(world, app.key);
    return asked ? DONE : IDLE;
  }
  await showAgain(world, known);
  const gone = await closeGone(world, seen, known.filter(isFinding));
  if (gone.asked) await recount(world, known);
  const { asked, untold } = await tellNew(world, seen, (await world.store.drifts(app.key)).filter(isFinding));
  await countUntold(world, app.key, known, untold);
  if (gone.left) return { kind: 'again', due: world.clock.now() };
  return gone.asked || asked ? DONE : IDLE;
}

// ---------------------------------------------------------------------------------------------- no longer so

/** What the mirror no longer shows is looked at live, and closed. `left`: there is more, and it went well so far. */
async function closeGone(
  world: World,
  seen: Seen,
  findings: readonly Finding[],
): Promise<{ readonly asked: boolean; readonly left: boolean }> {
  const { app, sight, books } = seen;
  const gone = findings.filter((finding) => isOver(finding, verdictOn(finding.difference, app, sight, books)));
  let closed = 0;
  for (const finding of gone.slice(0, LOOK_LIVE)) {
    const at = await lookAt(world, seen, finding.difference);
    if (!isOver(finding, at.verdict)) continue;
    await closeFinding(world, app, finding.id, at);
    closed += 1;
  }
  return { asked: gone.length > 0, left: closed === LOOK_LIVE && gone.length > LOOK_LIVE };
}

/** What was accepted stays accepted while a grant covers it: it is over when the directory no longer shows it. */
function isOver(finding: Finding, verdict: LookedAt['verdict']): boolean {
  if (finding.state === 'closed') return false;
  return verdict === 'not_so' || (verdict === 'explained' && finding.state !== 'silent' && finding.state !== 'noted');
}

/** No longer so. What nobody has a card of is forgotten; the card of the others says how it ended. */
async function closeFinding(world: World, app: AppPolicy, id: string, at: LookedAt): Promise<void> {
  await world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    const finding = view.get('drift', id);
    if (!isFinding(finding) || finding.state === 'closed') return draft.change(undefined);
    const how = endOf(app, finding, at);
    const told = finding.state === 'open' || finding.state === 'settling';
    if (told) putDrift(draft, changed<Finding>(finding, { state: 'closed', settled: { how, at: draft.now } }));
    else draft.remove('drift', id);
    draft.cancel(`settle:${id}`);
    recordDrift(draft, finding, 'drift.settled', system('directory'), { how });
    return draft.change(undefined);
  });
}

/** What waits for an owner and reached none, because Slack was silent or nobody was there, is shown again. */
async function showAgain(world: World, known: readonly DriftRecord[]): Promise<void> {
  const unshown = known.filter(({ state, cards }) => state === 'open' && cards.length === 0);
  if (unshown.length === 0) return;
  const now = world.clock.now();
  await world.store.commit([], () => ({
    jobs: unshown.map(({ id }) => ({ schedule: cardsJob(id, now) })),
    result: undefined,
  }));
}

// ------------------------------------------------------------------------------------------------------- new

/** Tells what has no card, the gravest first, as far as there is room. */
async function tellNew(
  world: World,
  seen: Seen,
  findings: readonly Finding[],
): Promise<{ readonly asked: boolean; readonly untold: number }> {
  const alive = findings.filter(({ state }) => state !== 'closed');
  const known = new Map(alive.map((finding) => [differenceKey(finding.difference), finding]));
  const fresh = differences(seen.app, seen.sight, seen.books).filter((each) => {
    const state = known.get(differenceKey(each))?.state;
    return state === undefined || state === 'waiting';
  });
  let open = findings.filter(({ state }) => state === 'open' || state === 'settling').length;
  let told = 0;
  let looked = 0;
  let untold = 0;
  for (const difference of inOrder(seen.app, fresh)) {
    const room = open < (isGrave(seen.app, difference) ? 2 * MOST_OPEN : MOST_OPEN);
    if (!room || told >= AT_ONCE || looked >= LOOK_LIVE) {
      untold += 1;
      continue;
    }
    looked += 1;
    const at = await lookAt(world, seen, difference);
    if (at.verdict !== 'so') continue;
    if (!(await tell(world, seen, difference, at, known.get(differenceKey(difference))?.id))) continue;
    told += 1;
    open += 1;
  }
  return { asked: looked > 0, untold };
}

/** One commit: the finding with its event and its cards, if the ledger still says so. */
async function tell(
  world: World,
  { app, busy }: Seen,
  difference: Difference,
  at: LookedAt,
  waiting: string | undefined,
): Promise<boolean> {
  const id = waiting ?? world.newId();
  const account = 'account' in difference ? difference.account : undefined;
  const named = at.account ?? (account === undefined ? undefined : directoryOf(world, app.key).known(account));
  const subject =
    account === undefined ? undefined : await partyOf(world, app, named ?? { id: account, email: '', name: account });
  const cameBack = await cameBackAfter(world, app, difference);
  const roles = account === undefined ? [] : Object.keys(app.roles);
  const keys: Key[] = [
    `drift:${id}`,
    ...roles.map((role) => `holding:${holdingKey(app.key, account ?? '', role)}` as const),
  ];
  return world.store.commit(keys, (view) => {
    const draft = draftOn(view);
    const before = draft.get('drift', id);
    const books = booksOf(holdingsIn(view, app.key, account, roles), busy, at.books.kept);
    if (verdictOn(difference, app, at.sight, books) !== 'so') return draft.change(false);
    const finding: Finding = {
      what: 'finding',
      id,
      app: app.key,
      difference,
      rev: 1,
      state: 'open',
      foundAt: before?.foundAt ?? draft.now,
      cards: [],
      ...(subject === undefined ? {} : { subject }),
      ...(cameBack === undefined ? {} : { cameBack }),
    };
    putDrift(draft, finding);
    if (before === undefined) {
      recordDrift(draft, finding, 'drift.found', system('directory'), cameBack === undefined ? {} : { cameBack: true });
    }
    return draft.change(true);
  });
}

const holdingsIn = (view: View, app: string, account: string | undefined, roles: readonly string[]) =>
  roles.flatMap((role) => view.get('holding', holdingKey(app, account ?? '', role)) ?? []);

/** One card for all that has none: it says how many, and is redrawn when that changes. */
async function countUntold(world: World, app: string, known: readonly DriftRecord[], count: number): Promise<void> {
  const before = known.find((each): each is Overflow => each.what === 'overflow' && each.state === 'open');
  if ((before?.count ?? 0) === count) return;
  const id = before?.id ?? world.newId();
  await world.store.commit([`drift:${id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', id);
    const state = count === 0 ? ('closed' as const) : ('open' as const);
    if (now?.what === 'overflow') putDrift(draft, changed<Overflow>(now, { count, state }));
    else putDrift(draft, { what: 'overflow', id, app, rev: 1, foundAt: draft.now, cards: [], state, count });
    return draft.change(undefined);
  });
}
