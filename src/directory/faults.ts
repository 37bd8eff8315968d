/**
 * What went wrong in SCIM, as the heart knows it. Refuses to put anything into words a person reads beyond a bounded
 * detail, which holds no token, no query and no id.
 */
import { DirectoryError, type DirectoryFault } from '../access/errors.ts';
import { ScimError } from '../scim/index.ts';

const MAX_DETAIL = 300;

/**
 * A write made people leave a group whom nobody had named (a server that empties the group, or somebody else at work
 * at the same moment). The write itself may well have had its effect. `lost` can be added again.
 */
export class MembersLost extends DirectoryError {
  readonly group: string;
  /** Account ids. */
  readonly lost: readonly string[];
  constructor(group: string, lost: readonly string[], sentAt: number) {
    const detail = `${lost.length} other member(s) left the group during this change`;
    super('unavailable', detail, { mayHaveApplied: true, sentAt });
    this.name = 'MembersLost';
    this.group = group;
    this.lost = lost;
  }
}

function faultOf(error: ScimError): DirectoryFault {
  if (error.status === 401) return 'unauthorized';
  if (error.retryable) return 'unavailable';
  if (error.status === 403) return 'forbidden';
  if (error.fault === 'input') return 'rejected';
  if (error.fault !== 'http' || error.status === undefined) return 'unavailable';
  return error.status < 500 || error.status === 501 || error.status === 505 ? 'rejected' : 'unavailable';
}

/**
 * @param sent for a write: brings the time it left onto the business clock. Left out for a read, which changes nothing
 * @returns a DirectoryError for a ScimError; anything else is a fault of ours and comes back as it is
 */
export function toDirectoryError(error: unknown, sent?: (at: number | undefined) => number | undefined): unknown {
  if (!(error instanceof ScimError)) return error;
  const mayHaveApplied = sent !== undefined && error.outcome === 'unknown';
  const sentAt = mayHaveApplied ? sent(error.sentAt) : undefined;
  const detail = [error.message, error.scimType, error.detail].filter((part) => part !== undefined).join(': ');
  return new DirectoryError(faultOf(error), detail.slice(0, MAX_DETAIL), {
    mayHaveApplied,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
    cause: error,
  });
}

/** A read: @throws DirectoryError */
export async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDirectoryError(error);
  }
}
