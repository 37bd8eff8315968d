/**
 * Job `drift_cards`: brings every copy of a finding's card to its newest state. Owners read it, nobody else. And what a
 * status says of drift.
 */
import type { Baseline, DriftRecord, Finding } from '../../drift-record.ts';
import type { Party } from '../../people.ts';
import { DAY } from '../../policy.ts';
import type { Job } from '../../ports.ts';
import { ownersOf, samePersonAs } from '../approvers.ts';
import { personParty } from '../binding.ts';
import { type Copy, retire, showCopies } from '../copies.ts';
import { DONE, type JobResult, type World } from '../world.ts';
import { notedFor } from './baseline.ts';
import { isFinding } from './book.ts';

/** After this long the copies stay as they are; the finding stands. */
const GIVE_UP = DAY;

/** @throws what the notifier threw, to be run again later */
export async function driftCards(world: World, job: Job): Promise<JobResult> {
  const record = await world.store.read('drift', job.target);
  if (record === undefined) return DONE;
  if (world.clock.now() - job.since >= GIVE_UP) {
    world.log.warn({ finding: record.id }, 'gave up bringing the cards of a finding up to date');
    return retire(world, 'drift', record.id, isOver);
  }
  const failure = await showCopies(world, 'drift', record, await readersOf(world, record), (copy, ref) =>
    world.notifier.showDrift(
      record,
      { reader: copy.reader === 'subject' ? 'subject' : 'owner', slack: copy.slack },
      ref,
    ),
  );
  if (failure !== undefined) throw failure;
  return retire(world, 'drift', record.id, isOver, record.rev);
}

const isOver = (record: DriftRecord): boolean => record.state === 'closed';

/**
 * Every owner while it waits for one; then only who has a copy. Who a finding is about reads it without buttons; on the
 * first look's card they are told what their click leaves to the others.
 */
async function readersOf(world: World, record: DriftRecord): Promise<Copy[]> {
  const app = world.policy.apps[record.app];
  if (app === undefined || (record.state !== 'open' && record.state !== 'settling')) return [];
  const about = await subjectsOf(world, record);
  return (await ownersOf(world, app)).map((owner) => ({
    reader: about.some((subject) => samePersonAs(world, personParty(owner), subject)) ? 'subject' : 'owner',
    slack: owner.slack,
  }));
}

async function subjectsOf(world: World, record: DriftRecord): Promise<Party[]> {
  const told = isFinding(record) ? [record] : record.what === 'baseline' ? await notedFor(world, record) : [];
  return told.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
}

/** What differs in an app now, as far as it is known. */
export interface OpenDrift {
  /** Since when it is compared; absent: not compared yet. */
  readonly since?: number;
  /** Each has a card that waits for an owner, or is being put right. */
  readonly findings: readonly Finding[];
  /** The first look's card, while nobody has decided about it. */
  readonly baseline?: Baseline;
  /** How many more differ and have no card yet, those of the first look included. */
  readonly more: number;
  /** Accepted or ignored, and still so. */
  readonly silent: number;
}

/** For status and Home: from memory. Whether the viewer may know is the caller's to ask. */
export async function openFindings(world: World, app: string): Promise<OpenDrift> {
  const known = await world.store.drifts(app);
  const compared = Object.values((await world.store.read('app', app))?.compared ?? {});
  const baseline = known.find((each): each is Baseline => each.what === 'baseline' && each.state === 'open');
  const findings = known.filter(isFinding);
  const count = (...states: Finding['state'][]): number =>
    findings.filter(({ state }) => states.includes(state)).length;
  const untold = known.reduce((sum, each) => (each.what === 'overflow' && each.state === 'open' ? each.count : sum), 0);
  return {
    ...(compared.length === 0 ? {} : { since: Math.min(...compared) }),
    findings: findings.filter(({ state }) => state === 'open' || state === 'settling'),
    ...(baseline === undefined ? {} : { baseline }),
    // What waits for its turn is among the untold.
    more: untold + count('noted'),
    silent: count('silent'),
  };
}
