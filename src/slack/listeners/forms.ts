/**
 * Openings of modals: what can be shown at once from memory, and what completes it once somebody was looked up.
 * Decides nothing; a draft is what was typed.
 */
import type { ModalView } from '@slack/types';
import type { Finding } from '../../access/drift-record.ts';
import type { SubjectRef } from '../../access/people.ts';
import type { AccessRequest, Action } from '../../access/request.ts';
import { takesUpdates } from '../cards/card.ts';
import type { Draft, Problem } from '../command.ts';
import type { Opening } from '../intake.ts';
import {
  askModal,
  detailsView,
  loadingView,
  nextStep,
  type OpenArgs,
  refusedView,
  type Whose,
} from '../modals/index.ts';
import type { Arrival } from '../wire.ts';
import type { Counter } from './listener.ts';

/** The form of an action, filled in as far as understood; names of people follow. */
export function askForm(
  counter: Counter,
  arrival: Arrival,
  { action, draft, problem }: { action: Action; draft?: Draft; problem?: Problem | undefined },
): Opening {
  if (action === 'update' && draft?.subject !== undefined && problem === undefined) {
    const app = draft.app ?? onlyUpdatable(counter);
    if (app !== undefined) return detailsForm(counter, arrival, { ...draft, app, subject: draft.subject });
  }
  const args: OpenArgs = {
    offers: counter.offers(),
    ...(draft === undefined ? {} : { draft }),
    ...(problem === undefined ? {} : { problem }),
  };
  return {
    view: askModal(action, args, counter.context()),
    complete: async () => {
      const known = await subjectOf(counter, arrival, action, draft);
      return known === undefined ? undefined : askModal(action, { ...args, ...known }, counter.context());
    },
  };
}

function onlyUpdatable({ offers, context }: Counter): string | undefined {
  const [only, ...others] = offers().filter((offer) => takesUpdates(context(), offer.key));
  return others.length === 0 ? only?.key : undefined;
}

/** What an update starts from is read from the app, which may take its time. */
export const detailsForm = (counter: Counter, { from }: Arrival, { app, subject, reason }: Whose): Opening => ({
  view: takesUpdates(counter.context(), app)
    ? loadingView(counter.context())
    : refusedView({ code: 'no_updates', app }, counter.context()),
  complete: async () =>
    takesUpdates(counter.context(), app)
      ? detailsView(await counter.desk().profile(from, app, subject), reason, counter.context())
      : undefined,
});

/** The form a next-step button of a stored request asks for. */
export function nextForm(
  counter: Counter,
  arrival: Arrival,
  step: Parameters<typeof nextStep>[0],
  id: string,
): Opening {
  return requestForm(counter, arrival, id, async (request) => {
    const form = nextStep(step, request);
    if (form === undefined) return undefined;
    const known = await subjectOf(counter, arrival, form.action, form.draft);
    return askModal(form.action, { offers: counter.offers(), draft: form.draft, ...known }, counter.context());
  });
}

/** A form that stands on a finding of drift: who may see it is looked up first. */
export const findingForm = (
  counter: Counter,
  { from }: Arrival,
  finding: string,
  make: (finding: Finding) => ModalView | undefined,
): Opening => ({
  view: loadingView(counter.context()),
  complete: async () =>
    make(await counter.desk().finding(from, finding)) ?? refusedView({ code: 'drift_settled' }, counter.context()),
});

/** A form that stands on a stored request: it opens empty, because reading the request may take a look-up. */
export function requestForm(
  counter: Counter,
  arrival: Arrival,
  request: string,
  make: (request: AccessRequest) => ModalView | undefined | Promise<ModalView | undefined>,
): Opening {
  return {
    view: loadingView(counter.context()),
    complete: async () =>
      (await make(await counter.desk().request(arrival.from, request))) ??
      refusedView({ code: 'no_such_request', request }, counter.context()),
  };
}

/** A convenience, not needed to fill in the form: whoever cannot be looked up stays as typed. */
async function subjectOf(
  counter: Counter,
  arrival: Arrival,
  action: Action,
  draft: Draft | undefined,
): Promise<Pick<OpenArgs, 'subjectName' | 'person'> | undefined> {
  try {
    return await lookUp(counter, arrival, action, draft?.subject);
  } catch {
    return undefined;
  }
}

async function lookUp(
  counter: Counter,
  { from }: Arrival,
  action: Action,
  subject: SubjectRef | undefined,
): Promise<Pick<OpenArgs, 'subjectName' | 'person'> | undefined> {
  if (subject?.kind === 'slack' || (subject?.kind === 'me' && action === 'provision')) {
    const person = await counter.people.person(subject.kind === 'me' ? from : subject.slack);
    return person === undefined ? undefined : { subjectName: person.name, person };
  }
  if (subject?.kind === 'account') {
    const found = await counter.desk().lookup(from, subject);
    const name = found.kind === 'found' ? found.accounts[0]?.account.name : undefined;
    return name === undefined ? undefined : { subjectName: name };
  }
  return undefined;
}
