/**
 * Openings of modals: what can be shown at once from memory, and what completes it once somebody was looked up.
 * Decides nothing; a draft is what was typed.
 */
import type { ModalView } from '@slack/types';
import type { AccessRequest, Action } from '../../access/request.ts';
import type { Draft, Problem } from '../command.ts';
import type { Opening } from '../intake.ts';
import { askModal, loadingView, type OpenArgs, refusedView } from '../modals/index.ts';
import type { Arrival } from '../wire.ts';
import type { Counter } from './listener.ts';

/** The form of an action, filled in as far as understood; names of people follow. */
export function askForm(
  counter: Counter,
  arrival: Arrival,
  { action, draft, problem }: { action: Action; draft?: Draft; problem?: Problem | undefined },
): Opening {
  const args: OpenArgs = {
    offers: counter.offers(),
    ...(draft === undefined ? {} : { draft }),
    ...(problem === undefined ? {} : { problem }),
  };
  return {
    view: askModal(action, args, counter.context()),
    complete: async () => {
      const known = await subjectOf(counter, arrival, action, draft).catch(() => undefined);
      return known === undefined ? undefined : askModal(action, { ...args, ...known }, counter.context());
    },
  };
}

/** A form that stands on a stored request: it opens empty, because reading the request may take a look-up. */
export function requestForm(
  counter: Counter,
  arrival: Arrival,
  request: string,
  make: (request: AccessRequest) => ModalView | undefined,
): Opening {
  return {
    view: loadingView(counter.context()),
    complete: async () =>
      make(await counter.desk().request(arrival.from, request)) ??
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
  const subject = draft?.subject;
  if (subject?.kind === 'slack' || (subject?.kind === 'me' && action === 'provision')) {
    const person = await counter.people.person(subject.kind === 'me' ? arrival.from : subject.slack);
    return person === undefined ? undefined : { subjectName: person.name, person };
  }
  if (subject?.kind === 'account') {
    const found = await counter.desk().lookup(arrival.from, subject);
    const name = found.kind === 'found' ? found.accounts[0]?.account.name : undefined;
    return name === undefined ? undefined : { subjectName: name };
  }
  return undefined;
}
