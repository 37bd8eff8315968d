/**
 * The first look at an app, or at a role it has anew: what had been there before anybody could ask Rolecall for it. One
 * card for all of it, decided once, written down finding by finding. Reads the directory; changes nothing in it.
 */
import { type Difference, type DifferenceKind, differenceKey, differences, verdictOn } from '../../drift.ts';
import { type Baseline, changed, type DriftRecord, type Finding } from '../../drift-record.ts';
import { unknownApp } from '../../groups.ts';
import type { Party } from '../../people.ts';
import { baseRole } from '../../policy.ts';
import type { Account, AppRecord, Key } from '../../ports.ts';
import { samePersonAs } from '../approvers.ts';
import { draftOn, system } from '../draft.ts';
import { directoryOf, type JobResult, type World } from '../world.ts';
import { isFinding, putDrift, recordDrift } from './book.ts';
import { partyOf, type Seen } from './seen.ts';
import { compareNow } from './when.ts';

/** People the card names. */
const NAMED = 10;
/** Findings written down in one commit. */
const CHUNK = 100;

/** Roles whose members were never compared before, and can be now. */
export function rolesUnseen({ app, sight }: Seen, record: AppRecord | undefined): Set<string> {
  const known = Object.keys(app.roles).filter((role) => (sight.members[role] ?? 'unknown') !== 'unknown');
  return new Set(known.filter((role) => record?.compared?.[role] === undefined));
}

/** What can have been there before. The rest comes of our own grants, or is an alarm: it has its own card at once. */
function isEarlier(difference: Difference, unseen: ReadonlySet<string>, base: string | undefined): boolean {
  if (difference.kind === 'stray') return unseen.has(difference.role);
  return (difference.kind === 'both' || difference.kind === 'none') && base !== undefined && unseen.has(base);
}

/** @returns whether the app was asked anything. @throws DirectoryError */
export async function firstLook(
  world: World,
  seen: Seen,
  unseen: ReadonlySet<string>,
  known: readonly DriftRecord[],
): Promise<boolean> {
  const { app, sight, books } = seen;
  const base = baseRole(app)?.key;
  const decided = new Set(
    known
      .filter(isFinding)
      .filter(isSettled)
      .map(({ difference }) => differenceKey(difference)),
  );
  const found = differences(app, sight, books).filter(
    (each) => isEarlier(each, unseen, base) && !decided.has(differenceKey(each)),
  );
  const confirmed = found.length === 0 ? [] : await confirm(world, seen, found);
  // A first look that a crash cut short is taken up where it was.
  const begun = known.filter(isFinding).filter((each) => each.state === 'noted' && !hasCard(known, each));
  const id = begun[0]?.baseline ?? world.newId();
  const noted = new Set(begun.map(({ difference }) => differenceKey(difference)));
  for (const some of chunks(confirmed.filter((each) => !noted.has(differenceKey(each))))) {
    await note(world, seen, id, some);
  }
  const named = await Promise.all(
    confirmed.slice(0, NAMED).map(async (difference) => ({
      difference,
      subject: await partyOf(world, app, mirroredAs(world, app.key, difference)),
    })),
  );
  await world.store.commit([`app:${app.key}`, `drift:${id}`], (view) => {
    const draft = draftOn(view);
    const record = draft.get('app', app.key) ?? unknownApp(app.key);
    const now = Object.fromEntries([...unseen].map((role) => [role, draft.now]));
    draft.put('app', app.key, { ...record, compared: { ...now, ...record.compared } });
    const count = confirmed.length;
    const event = { type: 'drift.compared', actor: system('directory'), about: [] } as const;
    draft.event({ ...event, app: app.key, count, how: 'first' });
    const shown = { id, app: app.key, rev: 1, foundAt: draft.now, cards: [] };
    if (count > 0) putDrift(draft, { what: 'baseline', ...shown, state: 'open', counts: countsOf(confirmed), named });
    return draft.change(undefined);
  });
  return found.length > 0;
}

/** Told, or accepted, before its role was looked at anew. */
const isSettled = ({ state }: Finding): boolean => state !== 'noted' && state !== 'closed';

const hasCard = (known: readonly DriftRecord[], { baseline }: Finding): boolean =>
  known.some((each) => each.what === 'baseline' && each.id === baseline);

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

async function note(world: World, { app }: Seen, baseline: string, some: readonly Difference[]): Promise<void> {
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
        const finding: Finding = { what: 'finding', ...each, ...shown, state: 'noted', baseline };
        draft.put('drift', finding.id, finding);
        recordDrift(draft, finding, 'drift.found', system('directory'), {});
      }
      return draft.change(undefined);
    },
  );
}

/** The cards count what is still so; nothing left is nothing to decide. */
export async function recount(world: World, known: readonly DriftRecord[]): Promise<void> {
  for (const each of known) if (each.what === 'baseline' && each.state === 'open') await recountOne(world, each);
}

async function recountOne(world: World, baseline: Baseline): Promise<void> {
  const left = await notedFor(world, baseline);
  const counts = countsOf(left.map((finding) => finding.difference));
  const still = new Set(left.map((finding) => differenceKey(finding.difference)));
  await world.store.commit([`drift:${baseline.id}`], (view) => {
    const draft = draftOn(view);
    const now = view.get('drift', baseline.id);
    if (now?.what !== 'baseline' || now.state !== 'open') return draft.change(undefined);
    if (EARLIER.every((kind) => counts[kind] === now.counts[kind])) return draft.change(undefined);
    const named = now.named.filter(({ difference }) => still.has(differenceKey(difference)));
    putDrift(draft, changed<Baseline>(now, { counts, named, state: left.length === 0 ? 'closed' : 'open' }));
    return draft.change(undefined);
  });
}

const EARLIER: readonly DifferenceKind[] = ['stray', 'both', 'none'];

/** What its card speaks for still. */
export const notedFor = async (world: World, { app, id }: Baseline): Promise<Finding[]> =>
  (await world.store.drifts(app)).filter(isFinding).filter((each) => each.state === 'noted' && each.baseline === id);

/** What of it is about somebody, who has no say in that. */
export const notedAbout = async (world: World, baseline: Baseline, who: Party): Promise<Finding[]> =>
  (await notedFor(world, baseline)).filter(({ subject }) => subject !== undefined && samePersonAs(world, who, subject));

/** Writes down what was decided about the first look. Safe to run twice. */
export async function settleBaseline(world: World, baseline: Baseline): Promise<JobResult> {
  for (const some of chunks(await notedFor(world, baseline))) await settleNoted(world, baseline, some);
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
