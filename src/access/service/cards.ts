/**
 * Job `cards`: brings every copy of a request's card to its newest state, and posts the copies that are missing.
 * Decides who reads what; knows no words and no blocks.
 */
import { personKey, type SlackId, sameSlack } from '../people.ts';
import { DAY } from '../policy.ts';
import type { Job } from '../ports.ts';
import { type AccessRequest, currentStep, isClosed } from '../request.ts';
import { ownersOf } from './approvers.ts';
import { type Copy, retire, showCopies } from './copies.ts';
import { appOf, DONE, type JobResult, type World } from './world.ts';

/** After this long the copies stay as they are; the state stands. */
const GIVE_UP = DAY;

/** @throws what the notifier threw, to be run again later */
export async function cards(world: World, job: Job): Promise<JobResult> {
  const request = await world.store.read('request', job.target);
  if (request === undefined) return DONE;
  if (world.clock.now() - job.since >= GIVE_UP) {
    world.log.warn({ request: request.id }, 'gave up bringing the cards up to date');
    return retire(world, 'request', request.id, isOver);
  }
  const wanted = await readersOf(world, request);
  const failure = await showCopies(world, 'request', request, wanted, (copy, ref) =>
    world.notifier.show(request, copy, ref),
  );
  for (const slack of concerned(request, wanted)) {
    const person = await world.store.read('person', personKey(slack));
    if (person?.home === true) {
      await world.notifier.home(slack).catch((error: unknown) => {
        world.log.warn({ error: String(error) }, 'the App Home could not be published');
      });
    }
  }
  if (failure !== undefined) throw failure;
  return retire(world, 'request', request.id, isOver, request.rev);
}

const isOver = (request: AccessRequest): boolean => isClosed(request.state);

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
