/**
 * The first look at an app: what had been there before anybody could ask Rolecall for it. One card for all of it, decided
 * once, written down finding by finding. Reads the directory; changes nothing in it.
 */
import { type Difference, type DifferenceKind, differenceKey, differences, verdictOn } from '../drift.ts';
import { type Baseline, changed, type DriftRecord, type Finding } from '../drift-record.ts';
import { unknownApp } from '../groups.ts';
import type { Party } from '../people.ts';
import type { Account, Key } from '../ports.ts';
import { samePersonAs } from './approvers.ts';
import { draftOn, system } from './draft.ts';
import { isFinding, putDrift, recordDrift } from './drift-book.ts';
import { partyOf, type Seen } from './drift-seen.ts';
import { compareNow } from './drift-when.ts';
import { directoryOf, type JobResult, type World } from './world.ts';

/** What can have been there before. The rest comes of our own grants, or is an alarm: it has its own card at once. */
const EARLIER: ReadonlySet<DifferenceKind> = new Set(['stray', 'both', 'none']);
/** People the card names. */
const NAMED = 10;
/** Findings written down in one commit. */
const CHUNK = 100;

/** @returns whether the app was asked anything. @throws DirectoryError */
export async function firstLook(world: World, seen: Seen, noted: readonly Finding[]): Promise<boolean> {
  const { app, sight, books } = seen;
  const found = differences(app, sight, books).filter(({ kind }) => EARLIER.has(kind));
  const confirmed = found.length === 0 ? [] : await confirm(world, seen, found);
  // A first look that a crash cut short is taken up where it was.
  const known = new Set(noted.map((finding) => differenceKey(finding.difference)));
  for (const some of chunks(confirmed.filter((each) => !known.has(differenceKey(each))))) await note(world, seen, some);
  const named = await Promise.all(
    confirmed.slice(0, NAMED).map(async (difference) => ({
      difference,
      subject: await partyOf(world, app, mirroredAs(world, app.key, difference)),
    })),
  );
  const id = world.newId();
  await world.store.commit([`app:${app.key}`, `drift:${id}`], (view) => {
    const draft = draftOn(view);
    const record = draft.get('app', app.key) ?? unknownApp(app.key);
    if (record.comparedSince !== undefined) return draft.change(undefined);
    draft.put('app', app.key, { ...record, comparedSince: draft.now });
    const count = confirmed.length;
    draft.event({
      type: 'drift.compared',
      actor: system('directory'),
      about: [],
      app: app.key,
      count,
      how: 'first',
    });
    const counts = countsOf(confirmed);
    const shown = { id, app: app.key, rev: 1, foundAt: draft.now, cards: [] };
    if (count > 0) putDrift(draft, { what: 'baseline', ...shown, state: 'open', counts, named });
    return draft.change(undefined);
  });
  return found.length > 0;
}

/** One live listing a group for all of them: there may be thousands. */
async function confirm(world: World, { app, groups, sight, books }: Seen, found: readonly Difference[]) {
  const everyRole = found.some(({ kind }) => kind !== 'stray');
  const members: Record<string, ReadonlySet<string>> = {};
  for (const [role, group] of Object.entries(groups)) {
    if (!everyRole && !found.some((each) => 'role' in each && each.role === role)) continue;
    const listed = await directoryOf(world, app.key).members(group);
    if (listed !== 'unknown') members[role] = new Set(listed);
  }
  const live = { accounts: sight.accounts, members };
  return found.filter((each) => verdictOn(each, app, live, books) === 'so');
}

function countsOf(all: readonly Difference[]): Baseline['counts'] {
  const counts: Partial<Record<DifferenceKind, number>> = {};
  for (const { kind } of all) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}

function mirroredAs(world: World, app: string, difference: Difference): Pick<Account, 'id' | 'email' | 'name'> {
  const id = 'account' in difference ? difference.account : '';
  return directoryOf(world, app).known(id) ?? { id, email: '', name: id };
}

async function note(world: World, { app }: Seen, some: readonly Difference[]): Promise<void> {
  const made = some.map((difference) => {
    const { id: account, email, name } = mirroredAs(world, app.key, difference);
    const subject: Party = { account, email, name: name === '' ? email : name };
    return { id: world.newId(), difference, subject };
  });
  await world.store.commit(
    made.map(({ id }) => `drift:${id}` as const),
    (view) => {
      const draft = draftOn(view);
      for (const each of made) {
        const shown = { app: app.key, rev: 1, foundAt: draft.now, cards: [] };
        const finding: Finding = { what: 'finding', ...each, ...shown, state: 'noted' };
        draft.put('drift', finding.id, finding);
        recordDrift(draft, finding, 'drift.found', system('directory'), {});
      }
      return draft.change(undefined);
    },
  );
}

/** The card counts what is still so; nothing left is nothing to decide. */
export async function recount(world: World, known: readonly DriftRecord[]): Promise<void> {
  const baseline = known.find((each): each is Baseline => each.what === 'baseline' && each.state === 'open');
  if (baseline === undefined) return;
  const left = await notedIn(world, baseline.app);
  const counts = countsOf(left.map((finding) => finding.difference));
  const still = new Set(left.map((finding) => differenceKey(finding.difference)));
  await world.store.commit([`drift:${baseline.id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', baseline.id);
    if (now?.what !== 'baseline' || now.state !== 'open') return draft.change(undefined);
    if ([...EARLIER].every((kind) => counts[kind] === now.counts[kind])) return draft.change(undefined);
    const named = now.named.filter(({ difference }) => still.has(differenceKey(difference)));
    putDrift(draft, changed<Baseline>(now, { counts, named, state: left.length === 0 ? 'closed' : 'open' }));
    return draft.change(undefined);
  });
}

const notedIn = async (world: World, app: string): Promise<Finding[]> =>
  (await world.store.drifts(app)).filter(isFinding).filter(({ state }) => state === 'noted');

/** Writes down what was decided about the first look. Safe to run twice. */
export async function settleBaseline(world: World, baseline: Baseline): Promise<JobResult> {
  for (const some of chunks(await notedIn(world, baseline.app))) await settleNoted(world, baseline, some);
  await world.store.commit([`drift:${baseline.id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', baseline.id);
    if (now?.what === 'baseline' && now.state === 'settling')
      putDrift(draft, changed<Baseline>(now, { state: 'closed' }));
    return draft.change(undefined);
  });
  // What is to be reviewed one by one has its turn now.
  await compareNow(world, baseline.app);
  return { kind: 'done', idle: true };
}

/** Accepted, but for what concerns whoever accepted: that is for the other owners. */
async function settleNoted(world: World, baseline: Baseline, some: readonly Finding[]): Promise<void> {
  const { decision } = baseline;
  if (decision === undefined) return;
  const keys: Key[] = some.map(({ id }) => `drift:${id}` as const);
  await world.store.commit(keys, (view) => {
    const draft = draftOn(view);
    for (const { id } of some) {
      const finding = view.get('drift', id);
      if (!isFinding(finding) || finding.state !== 'noted') continue;
      const own = finding.subject !== undefined && samePersonAs(world, decision.by, finding.subject);
      if (decision.how === 'review') draft.put('drift', id, { ...finding, state: 'waiting' });
      else if (own) putDrift(draft, changed<Finding>(finding, { state: 'open' }));
      else {
        const { by, at } = decision;
        draft.put('drift', id, { ...finding, state: 'silent', decision: { how: 'accept', by, at } });
        if (by.slack !== undefined) {
          const actor = { kind: 'person' as const, slack: by.slack };
          recordDrift(draft, finding, 'drift.decided', actor, { how: 'accept', note: { by: by.name } });
        }
      }
    }
    return draft.change(undefined);
  });
}
