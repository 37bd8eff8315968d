/**
 * What is at hand while one request is drawn for one reader. Knows no layout.
 */
import type { Party, SlackId } from '../../access/people.ts';
import { sameSlack } from '../../access/people.ts';
import { baseRole, type Rule, ruleFor } from '../../access/policy.ts';
import { type AccessRequest, currentStep, type Reader } from '../../access/request.ts';
import { type Deal, dealOf } from '../text/deal.ts';
import { personWords } from '../text/index.ts';
import { say, type Words } from '../text/words.ts';
import { appPolicy, type CardContext, type Pen, penFor } from './card.ts';

export interface Draw extends Pen {
  readonly request: AccessRequest;
  readonly reader: { readonly reader: Reader; readonly slack: SlackId };
  readonly deal: Deal;
  readonly you: Words;
  /** Key of the app, as resolved or else as asked. */
  readonly app: string | undefined;
  readonly rule: Rule | undefined;
  /** A role of this request is guarded. */
  readonly sensitive: boolean;
  /** Label of the base role, if the app has one. */
  readonly base: string | undefined;
  /** The app wants one role at a time. */
  readonly exclusive: boolean;
  person(party: Pick<Party, 'slack' | 'email' | 'name'>): Words;
}

export function drawOf(
  request: AccessRequest,
  reader: { readonly reader: Reader; readonly slack: SlackId },
  ctx: CardContext,
): Draw {
  const pen = penFor(ctx);
  const app = request.app ?? request.ask.app;
  const policy = appPolicy(ctx, app);
  const role = request.role ?? request.ask.role;
  const roles = request.roles ?? (role === undefined ? [] : [role]);
  const base = policy === undefined ? undefined : baseRole(policy)?.key;
  return {
    ...pen,
    request,
    reader,
    deal: dealOf(request, reader, pen.n),
    you: say`${pen.t.labels.words.you}`,
    app,
    rule: policy === undefined ? undefined : ruleFor(policy, request.ask.action, role),
    sensitive: roles.some(
      (key) => policy !== undefined && Object.hasOwn(policy.roles, key) && policy.roles[key]?.sensitive === true,
    ),
    base: base === undefined ? undefined : pen.n.role(base),
    exclusive: policy?.exclusive === true,
    person: personWords,
  };
}

/** Whether this reader is among those whose decision the request waits for, and has not given one. */
export function mayDecide({ request, reader }: Draw): boolean {
  if (reader.reader !== 'approver') return false;
  const step = currentStep(request)?.step;
  if (step === undefined || !step.approvers.some((approver) => sameSlack(approver.slack, reader.slack))) return false;
  return !request.decisions.some((decision) => sameSlack(decision.by.slack, reader.slack));
}

/** As which reader somebody sees a request they open by themselves. Whether they may is the desk's to say. */
export function readerFor(request: AccessRequest, slack: SlackId): { reader: Reader; slack: SlackId } {
  if (sameSlack(request.requester.slack, slack)) return { reader: 'requester', slack };
  if (request.subject?.slack !== undefined && sameSlack(request.subject.slack, slack))
    return { reader: 'subject', slack };
  const asked = request.steps.some((step) => step.approvers.some((approver) => sameSlack(approver.slack, slack)));
  return { reader: asked ? 'approver' : 'owner', slack };
}
