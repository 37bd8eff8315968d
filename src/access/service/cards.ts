/**
 * Job `cards`: brings every copy of a request's card to its newest state, and posts the copies that are missing.
 * Decides who reads what; knows no words and no blocks.
 */
import { personKey, type SlackId, sameSlack } from '../people.ts';
import { DAY } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type AccessRequest, type CardRef, currentStep, isClosed, type Reader } from '../request.ts';
import { ownersOf } from './approvers.ts';
import { appOf, DONE, type JobResult, type World } from './world.ts';

/** After this long the copies stay as they are; the state stands. */
const GIVE_UP = DAY;

interface Copy {
  readonly reader: Reader;
  readonly slack: SlackId;
  /** The telling of the alarm that asks for a message of its own, not a silent edit of yesterday's. */
  readonly told?: number;
}

/** @throws what the notifier threw, to be run again later */
export async function cards(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request === undefined) return DONE;
  if (world.clock.now() - job.since >= GIVE_UP) {
    world.log.warn({ request: request.id }, 'gave up bringing the cards up to date');
    return retire(world, request.id);
  }
  const wanted = await readersOf(world, request);
  const old = request.cards.filter((ref) => ref.rev < request.rev);
  const missing = wanted.filter((copy) => !request.cards.some((ref) => isCopy(ref, copy)));
  // Side by side: whoever must hear of something new does not wait until every old copy has been redrawn.
  const failures = await Promise.all([
    ...old.map((ref) => show(world, request, ref, ref)),
    ...missing.map((copy) => show(world, request, copy)),
  ]);
  const failure = failures.find((each) => each !== undefined);
  for (const slack of concerned(request, wanted)) {
    const person = await world.store.read('person', personKey(slack));
    if (person?.home === true) {
      await world.notifier.home(slack).catch((error: unknown) => {
        world.log.warn({ error: String(error) }, 'the App Home could not be published');
      });
    }
  }
  if (failure !== undefined) throw failure;
  return retire(world, request.id, request.rev);
}

/** Shows one copy and stores its reference. One that fails does not keep the others from being shown. */
async function show(world: World, request: AccessRequest, copy: Copy, ref?: CardRef): Promise<unknown> {
  try {
    const told = copy.told === undefined ? {} : { told: copy.told };
    const shown = { ...(await world.notifier.show(request, copy, ref)), ...told };
    await world.store.commit([`request:${request.id}`], (view) => {
      const now = view.get('request', request.id);
      if (now === undefined) return { result: undefined };
      const others = now.cards.filter(
        (each) => each !== ref && !(each.channel === shown.channel && each.ts === shown.ts) && !sameCopy(each, ref),
      );
      return {
        put: [{ kind: 'request', id: now.id, value: { ...now, cards: [...others, shown] } }],
        result: undefined,
      };
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

const sameCopy = (a: CardRef, b: CardRef | undefined): boolean =>
  b !== undefined && a.channel === b.channel && a.ts === b.ts;

const isCopy = (ref: CardRef, copy: Copy): boolean =>
  ref.reader === copy.reader && sameSlack(ref.slack, copy.slack) && (copy.told === undefined || ref.told === copy.told);

/** A closed request whose copies all show its end leaves live state; history keeps it. */
async function retire(world: World, id: string, shown?: number): Promise<JobResult> {
  return world.store.commit<JobResult>([`request:${id}`], (view) => {
    const request = view.get('request', id);
    if (request === undefined || !isClosed(request.state)) return { result: DONE };
    // Changed while its cards were being shown: another `cards` job is due for the newer revision.
    if (shown !== undefined && request.rev !== shown) return { result: DONE };
    return { remove: [`request:${id}`], result: DONE };
  });
}

/** Who must have a copy now. */
async function readersOf(world: World, request: AccessRequest): Promise<Copy[]> {
  const copies: Copy[] = [{ reader: 'requester', slack: request.requester.slack }];
  for (const each of currentStep(request)?.step.approvers ?? []) copies.push({ reader: 'approver', slack: each.slack });
  const { subject } = request;
  if (subject?.slack !== undefined && !sameSlack(subject.slack, request.requester.slack) && subjectIsTold(request)) {
    copies.push({ reader: 'subject', slack: subject.slack });
  }
  if (
    request.app !== undefined &&
    (request.alarm !== undefined || request.state === 'failed' || isSensitiveGrant(world, request))
  ) {
    for (const owner of await ownersOf(world, appOf(world, request.app))) {
      const already = copies.some((copy) => sameSlack(copy.slack, owner.slack) && copy.reader !== 'requester');
      const decided = request.cards.some((ref) => sameSlack(ref.slack, owner.slack) && ref.reader === 'approver');
      if (!already && !(decided && request.alarm === undefined && request.state !== 'failed'))
        copies.push({
          reader: 'owner',
          slack: owner.slack,
          ...(request.alarm === undefined ? {} : { told: request.alarm.toldAt }),
        });
    }
  }
  return copies;
}

/** Of every grant given, and of a role taken by somebody else. Never of a disable. */
function subjectIsTold(request: AccessRequest): boolean {
  switch (request.ask.action) {
    case 'grant':
      return request.state === 'active' || request.state === 'ending' || request.state === 'ended';
    case 'revoke':
    case 'enable':
    case 'update':
      return request.state === 'done';
    case 'provision':
    case 'disable':
      return false;
  }
}

function isSensitiveGrant(world: World, request: AccessRequest): boolean {
  if (request.ask.action !== 'grant' || request.app === undefined || request.role === undefined) return false;
  return request.state === 'active' && world.policy.apps[request.app]?.roles[request.role]?.sensitive === true;
}

function concerned(request: AccessRequest, copies: readonly Copy[]): SlackId[] {
  const all = [...copies.map((copy) => copy.slack), ...request.cards.map((ref) => ref.slack)];
  if (request.subject?.slack !== undefined && request.ask.action !== 'disable') all.push(request.subject.slack);
  return [...new Map(all.map((slack) => [personKey(slack), slack])).values()];
}
