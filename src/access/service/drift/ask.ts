/**
 * Requests that settle a finding of drift: an adoption, or a removal at an owner's click. Whether one may be asked, and
 * that it is the only one; what it does is the business of the request itself.
 */
import { differenceKey } from '../../drift.ts';
import type { DriftRecord, Finding } from '../../drift-record.ts';
import { changed } from '../../drift-record.ts';
import { AccessError, type Refusal, refuse } from '../../errors.ts';
import type { AccessRequest } from '../../request.ts';
import { isOwner, samePersonAs } from '../approvers.ts';
import { personParty } from '../binding.ts';
import type { Draft } from '../draft.ts';
import type { Matter } from '../planning.ts';
import type { World } from '../world.ts';
import { isFinding, putDrift, recordDrift } from './book.ts';

/** Why nothing can be decided about it any more. */
export function settledBy(record: DriftRecord | undefined): Refusal {
  const by = record !== undefined && 'decision' in record ? record.decision?.by.name : undefined;
  return { code: 'drift_settled', ...(by === undefined ? {} : { by }) };
}

/** Whether this request may settle the finding: it waits for an owner, or for this very request. */
function takes(record: DriftRecord | undefined, request: AccessRequest): record is Finding {
  if (!isFinding(record)) return false;
  return record.state === 'open' || (record.state === 'settling' && record.decision?.request === request.id);
}

/**
 * An owner who is not the subject, and a finding of just this membership. That it still waits is judged with the claim.
 * @throws AccessError `drift_settled`, `drift_own`, `not_entitled`; DirectoryError
 */
export async function mustSettle(world: World, { app, request, actor, known }: Matter): Promise<void> {
  const { ask } = request;
  const record = ask.drift === undefined ? undefined : await world.store.read('drift', ask.drift);
  if (!isFinding(record)) return refuse(settledBy(record));
  const { account } = known;
  const meant =
    account !== undefined && ask.role !== undefined
      ? differenceKey({ kind: 'stray', account: account.id, role: ask.role })
      : undefined;
  if (record.app !== app.key || differenceKey(record.difference) !== meant) return refuse({ code: 'drift_settled' });
  if (!(await isOwner(world, app, actor))) return refuse({ code: 'not_entitled', need: 'owner' });
  if (samePersonAs(world, personParty(actor), known.party)) return refuse({ code: 'drift_own' });
}

/** From here on the finding is decided, by this request and no other. @throws AccessError `drift_settled` */
export function claimFinding(draft: Draft, request: AccessRequest): void {
  const id = request.ask.drift;
  if (id === undefined) return;
  const record = draft.get('drift', id);
  if (!takes(record, request)) throw new AccessError(settledBy(record));
  if (record.state === 'settling') return;
  const { requester, ask } = request;
  const { undone: _undone, ...rest } = record;
  putDrift(
    draft,
    changed<Finding>(rest, {
      state: 'settling',
      decision: {
        how: 'adopt',
        by: requester,
        at: draft.now,
        request: request.id,
        ...(ask.reason === undefined ? {} : { reason: ask.reason }),
      },
    }),
  );
  recordDrift(
    draft,
    record,
    'drift.decided',
    { kind: 'person', slack: requester.slack },
    {
      how: 'adopt',
      note: { by: requester.name, ...(ask.reason === undefined ? {} : { reason: ask.reason }) },
    },
  );
}
