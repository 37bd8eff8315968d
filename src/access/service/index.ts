/**
 * The heart, assembled: the front desk for the edges, and one verb per kind of job. Wires; decides nothing itself.
 */
import type { Job, JobKind } from '../ports.ts';
import { actorOf } from './actor.ts';
import { apply } from './apply.ts';
import { cards } from './cards.ts';
import { check } from './check.ts';
import { cancel, decide } from './decide.ts';
import type { Desk } from './desk.ts';
import { driftCards } from './drift/cards.ts';
import { decideDrift, openFinding } from './drift/decide.ts';
import { compare } from './drift/look.ts';
import { settle } from './drift/settle.ts';
import { refreshMirror } from './drift/when.ts';
import { end, finish } from './end.ts';
import { groups, useGroup } from './groups.ts';
import { wake } from './halt.ts';
import { answered, askAgain, receive, submit, sweep } from './intake.ts';
import { cannotGetIn, link } from './link.ts';
import { choices, chosen, home, keepsHome, list, offers } from './list.ts';
import { history, lookup, oneRequest } from './lookup.ts';
import { tellNotice } from './notices.ts';
import { pause, resume } from './pause.ts';
import { profile } from './profile.ts';
import { resolve } from './resolve.ts';
import { keep, review } from './review.ts';
import { status, sync } from './status.ts';
import { verify } from './verify.ts';
import { escalate, lapse } from './waiting.ts';
import { publishHead, verifyChain } from './watch.ts';
import type { JobResult, World } from './world.ts';

export { ownersOf } from './approvers.ts';
export type { Desk } from './desk.ts';
export { checkJob, type Linked, linkGroup } from './groups.ts';
export { keepLearned, recallLearned } from './learned.ts';
export { everyOwner, keepWatch, membersLost, send, synced, tokenState } from './watch.ts';
export type { JobResult, Log, World } from './world.ts';

/** A job's verb. @throws DirectoryError (or whatever an edge threw) to be run again later */
export type Verb = (job: Job) => Promise<JobResult>;

/** `answer` belongs to the edge that received the work. */
export type Verbs = Readonly<Record<Exclude<JobKind, 'answer'>, Verb>>;

export function createDesk(world: World): Desk {
  return {
    submit: (from, name, ask, once) => submit(world, from, name, ask, once),
    receive: (once, work, delayMs) => receive(world, once, work, delayMs),
    answered: (once) => answered(world, once),
    check: (from, ask) => check(world, from, ask),
    actor: (slack) => actorOf(world, slack),
    decide: (click) => decide(world, click),
    cancel: (click) => cancel(world, click),
    finish: (click) => finish(world, click),
    keep: (click) => keep(world, click),
    askAgain: (click, once) => askAgain(world, click, once),
    cannotGetIn: (by, app) => cannotGetIn(world, by, app),
    home: async (viewer) => {
      const view = await home(world, viewer);
      await keepsHome(world, viewer);
      return view;
    },
    lookup: (viewer, what) => lookup(world, viewer, what),
    list: (viewer, app, which) => list(world, viewer, app, which),
    history: (viewer, whose, before) => history(world, viewer, whose, before),
    link: (owner, person, email) => link(world, owner, person, email),
    profile: (viewer, app, whose) => profile(world, viewer, app, whose),
    pause: (owner, app) => pause(world, owner, app),
    resume: (owner, app) => resume(world, owner, app),
    sync: (owner, app) => sync(world, owner, app),
    status: (viewer, app) => status(world, viewer, app),
    useGroup: (owner, app, role, group) => useGroup(world, owner, app, role, group),
    settleDrift: (click) => decideDrift(world, click),
    finding: (viewer, id) => openFinding(world, viewer, id),
    request: (viewer, id) => oneRequest(world, viewer, id),
    offers: () => offers(world),
    choices: (text, app, limit) => choices(world, text, app, limit),
    chosen,
  };
}

export function createVerbs(world: World): Verbs {
  return {
    resolve: (job) => resolve(world, job),
    apply: (job) => apply(world, job),
    verify: (job) => verify(world, job),
    end: (job) => end(world, job),
    cards: (job) => cards(world, job),
    escalate: (job) => escalate(world, job),
    lapse: (job) => lapse(world, job),
    review: (job) => review(world, job),
    notice: (job) => tellNotice(world, job),
    sweep: (job) => sweep(world, job),
    mirror: (job) => refreshMirror(world, job),
    drift: (job) => compare(world, job),
    settle: (job) => settle(world, job),
    drift_cards: (job) => driftCards(world, job),
    groups: (job) => groups(world, job),
    wake: (job) => wake(world, job),
    head: (job) => publishHead(world, job),
    chain: (job) => verifyChain(world, job),
  };
}
