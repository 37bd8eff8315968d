/**
 * Intake: what an edge accepts is stored, with its job and its replay guard, before it is acknowledged.
 * Touches nothing but the store and memory.
 */
import { refuse } from '../errors.ts';
import { type Party, type SlackId, sameSlack } from '../people.ts';
import { MINUTE } from '../policy.ts';
import type { Job, OnceRecord } from '../ports.ts';
import type { AccessRequest, Ask } from '../request.ts';
import { actorOf } from './actor.ts';
import { unfitValue } from './changes.ts';
import type { Click } from './desk.ts';
import { type Draft, draftOn, noteOf, record } from './draft.ts';
import { textRefusal } from './terms.ts';
import type { JobResult, World } from './world.ts';

/** How long the same click or command is recognised as a repetition. */
const REMEMBER = 10 * MINUTE;
const WORK_MAX = 16_384;
const SWEEP_EVERY = MINUTE;
const SWEEP_AT_MOST = 500;

/** @throws AccessError `repeated`, `looks_like_secret`, `reason_too_long`, `value_too_long`, `value_malformed` */
export async function submit(
  world: World,
  from: SlackId,
  name: string,
  ask: Ask,
  once: { readonly id: string; readonly channel?: string },
): Promise<AccessRequest> {
  const bad = textRefusal(ask.reason) ?? textRefusal(ask.handOverFrom?.reason) ?? unfitValue(ask.changes ?? {});
  if (bad !== undefined) refuse(bad);
  const id = world.newId();
  const picked = pickedAccount(world, ask);
  return world.store.commit([`once:${once.id}`, `request:${id}`], (view) => {
    const draft = draftOn(view);
    guardOnce(draft, { id: once.id, expires: draft.now + REMEMBER });
    const request: AccessRequest = {
      id,
      rev: 1,
      state: 'received',
      ask,
      requester: { slack: from, name },
      receivedAt: draft.now,
      ...(once.channel === undefined ? {} : { channel: once.channel }),
      ...(ask.app === undefined ? {} : { app: ask.app }),
      ...(picked === undefined ? {} : { picked }),
      steps: [],
      decisions: [],
      cards: [],
    };
    draft.put('request', id, request);
    record(draft, request, 'request.received', { kind: 'person', slack: from }, { note: noteOf(request) });
    draft.schedule({ key: `resolve:${id}`, kind: 'resolve', target: id, due: draft.now });
    return draft.change(request);
  });
}

/**
 * How the account is called that was picked, from memory. Whoever can name its id was shown this with it: in a list of
 * active accounts, on a look-up card, in a refusal.
 */
function pickedAccount({ directories }: World, { subject }: Ask): Party | undefined {
  const known = subject.kind === 'account' ? directories[subject.app]?.known(subject.account) : undefined;
  return known === undefined ? undefined : { account: known.id, email: known.email, name: known.name };
}

function guardOnce(draft: Draft, value: OnceRecord): void {
  if (draft.get('once', value.id) !== undefined) refuse({ code: 'repeated' });
  draft.put('once', value.id, value);
}

/** @throws AccessError `repeated` */
export async function receive(world: World, once: string, work: unknown, delayMs = 0): Promise<void> {
  if (JSON.stringify(work).length > WORK_MAX) throw new Error('work is too large to be stored');
  await world.store.commit([`once:${once}`], (view) => {
    const draft = draftOn(view);
    guardOnce(draft, { id: once, expires: draft.now + REMEMBER, work });
    draft.schedule({ key: `answer:${once}`, kind: 'answer', target: once, due: draft.now + delayMs });
    return draft.change(undefined);
  });
}

export async function answered(world: World, once: string): Promise<void> {
  await world.store.commit([], () => ({ jobs: [{ cancel: `answer:${once}` }], result: undefined }));
}

/** The same ask once more. @throws AccessError `not_entitled`, `no_such_request`, `repeated` */
export async function askAgain(
  world: World,
  click: Click,
  once: { readonly id: string; readonly channel?: string },
): Promise<AccessRequest> {
  const actor = await actorOf(world, click.by);
  const past = (await world.store.read('request', click.request)) ?? (await world.store.closedRequest(click.request));
  if (past === undefined) return refuse({ code: 'no_such_request', request: click.request });
  if (!sameSlack(past.requester.slack, actor.slack)) refuse({ code: 'not_entitled', need: 'requester' });
  // What it settled then is settled: asked again it is an ask like any other.
  const { drift: _drift, ...ask } = past.ask;
  return submit(world, actor.slack, actor.name, ask, once);
}

/** Job `sweep`: forgets replay guards that have served their time, but none whose work is still owed to somebody. */
export async function sweep(world: World, _job: Job): Promise<JobResult> {
  const now = world.clock.now();
  const gone = await world.store.expiredOnce(now, SWEEP_AT_MOST);
  if (gone.length > 0) {
    const owed = new Set<string>();
    for (const id of gone) if ((await world.store.job(`answer:${id}`)) !== undefined) owed.add(id);
    await world.store.commit(
      gone.map((id) => `once:${id}` as const),
      (view) => {
        const draft = draftOn(view);
        for (const id of gone) {
          const record = view.get('once', id);
          if (record === undefined) continue;
          if (owed.has(id)) draft.put('once', id, { ...record, expires: draft.now + REMEMBER });
          else draft.remove('once', id);
        }
        return draft.change(undefined);
      },
    );
  }
  return { kind: 'again', due: gone.length === SWEEP_AT_MOST ? now : now + SWEEP_EVERY };
}
