/**
 * What the next-step buttons start from: a stored request, never the button. Pure.
 */
import type { SubjectRef } from '../../access/people.ts';
import type { AccessRequest, Action } from '../../access/request.ts';
import { refusalOf } from '../cards/refusal.ts';
import type { Draft } from '../command.ts';

/** Whose access a request is about, as precisely as is known. */
function subjectRef(request: AccessRequest): SubjectRef {
  const app = request.app ?? request.ask.app;
  const { subject } = request;
  if (subject?.account !== undefined && app !== undefined) return { kind: 'account', app, account: subject.account };
  if (request.ask.subject.kind === 'me') return { kind: 'slack', slack: request.requester.slack };
  return request.ask.subject;
}

/** Which modal a next-step button opens, and with what. `undefined`: the request gives no reason for it. */
export function nextStep(
  step: 'askAccount' | 'askEnable' | 'revokeGrant',
  request: AccessRequest,
): { readonly action: Action; readonly draft: Draft } | undefined {
  const { ask } = request;
  const app = request.app ?? ask.app;
  const inApp = app === undefined ? {} : { app };
  const why = ask.reason === undefined ? {} : { reason: ask.reason };
  const refusal = refusalOf(request);
  switch (step) {
    case 'askAccount': {
      if (refusal?.code !== 'no_account') return undefined;
      // The role that was asked for is asked for with the account: two linked requests.
      const role = ask.action === 'grant' && ask.role !== undefined ? { role: ask.role } : {};
      const duration = ask.duration === undefined ? {} : { duration: ask.duration };
      const email = refusal.email;
      const subject: SubjectRef =
        ask.subject.kind === 'account' && email !== undefined ? { kind: 'email', email } : ask.subject;
      return { action: 'provision', draft: { app: refusal.app, ...role, ...duration, ...why, subject } };
    }
    case 'askEnable': {
      if (refusal?.code === 'account_inactive') {
        return { action: 'enable', draft: { app: refusal.app, subject: subjectRef(request), ...why } };
      }
      if (refusal?.code !== 'account_exists') return undefined;
      const subject: SubjectRef = { kind: 'account', app: refusal.app, account: refusal.id };
      return { action: 'enable', draft: { app: refusal.app, subject, ...why, instead: request.id } };
    }
    case 'revokeGrant': {
      const role = request.role ?? ask.role;
      if (ask.action !== 'grant' || role === undefined) return undefined;
      return { action: 'revoke', draft: { ...inApp, role, subject: subjectRef(request) } };
    }
  }
}
