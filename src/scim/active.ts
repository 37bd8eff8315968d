/**
 * Deactivating and reactivating an account, and the PUT that stands in where a server has no PATCH (RFC 7644 §3.5).
 * Never sends DELETE; refuses to know who is being disabled and why.
 */
import type { ActiveState, ActiveWrite } from './contract.ts';
import { ScimError } from './error.ts';
import { present, tagOf, truthOf } from './fields.ts';
import type { ScimAnswer } from './http.ts';
import { activeOperation } from './patch.ts';
import type { ScimUser } from './schema.ts';
import { patch, read, type Session, type Settled, settle, wantsAnotherForm } from './session.ts';
import { getUser } from './users.ts';

interface Seen {
  readonly state: ActiveState;
  readonly user?: ScimUser;
}

async function look(session: Session, id: string): Promise<Seen> {
  const user = await getUser(session, id);
  if (user === undefined) return { state: 'gone' };
  return { state: user.active === undefined ? 'unknown' : user.active ? 'active' : 'inactive', user };
}

/** Whether an error says that this server has no PATCH for users: 405, 501, or 404 for one who is there. */
export function lacksPatch(error: ScimError, exists: boolean): boolean {
  return error.status === 405 || error.status === 501 || (error.status === 404 && exists);
}

/** Whether PUT, too, is not to be had: 405 or 501. */
export const lacksPut = (error: ScimError | undefined): boolean => error?.status === 405 || error?.status === 501;

export const putsUsers = (session: Session): boolean =>
  session.profile.usePut || session.memory.get().patchUsers === 'no';

function unsafe(message: string): ScimError {
  return new ScimError({ fault: 'unreadable', outcome: 'refused', message });
}

/**
 * Replaces a user by itself with something changed. What is not named in a PUT may be cleared, so everything read is sent
 * back, unknown and extension attributes too, without what only the server writes; `active` is always said.
 *
 * @throws ScimError when the user cannot be read whole enough to be sent back
 */
export async function putUser(
  session: Session,
  id: string,
  change: (resource: Record<string, unknown>) => void,
): Promise<ScimAnswer> {
  for (let tried = 1; ; tried += 1) {
    const current = await read(session, '/Users', id);
    if (current === undefined || typeof current.body !== 'object' || current.body === null) {
      throw unsafe('SCIM PUT /Users/:id was not sent: the user could not be read');
    }
    const resource: Record<string, unknown> = {};
    let version: unknown;
    for (const [key, value] of Object.entries(current.body)) {
      const name = key.toLowerCase();
      if (name === 'meta' && typeof value === 'object' && value !== null) version = Reflect.get(value, 'version');
      if (!['meta', 'groups', 'password'].includes(name) && value !== null)
        resource[name === 'active' ? 'active' : key] = value;
    }
    resource.active = truthOf(resource.active);
    change(resource);
    if (resource.active === undefined) {
      throw unsafe('SCIM PUT /Users/:id was not sent: whether the user is active is not told');
    }
    const ifMatch = tagOf(current.etag) ?? tagOf(version);
    try {
      return await session.http.send({
        method: 'PUT',
        route: '/Users/:id',
        id,
        body: resource,
        intent: 'set',
        ifMatch,
      });
    } catch (error) {
      const conflict =
        error instanceof ScimError &&
        (error.status === 412 || (error.status === 409 && error.scimType !== 'uniqueness'));
      if (!conflict || tried > 1) throw error;
    }
  }
}

/** Sets `active` and reads it back: path form, then the path-less object, then PUT where there is no PATCH. */
export async function setActive(session: Session, id: string, active: boolean): Promise<ActiveWrite> {
  const { memory, profile } = session;
  const goal: ActiveState = active ? 'active' : 'inactive';
  const reached = ({ state }: Seen) => state === goal || (!active && state === 'gone');
  /** Sends one form. What an earlier one was taken for stays true, whatever becomes of the next. */
  async function carry(write: () => Promise<ScimAnswer>, earlier: Settled<Seen> | undefined): Promise<Settled<Seen>> {
    const taken = earlier !== undefined && earlier.error === undefined ? earlier : undefined;
    try {
      const now = await settle(session, { write, look: () => look(session, id), reached });
      const seen = now.seen ?? taken?.seen;
      const error = taken === undefined ? now.error : undefined;
      return present({ seen, sentAt: taken?.sentAt ?? now.sentAt, error });
    } catch (error) {
      if (taken !== undefined && error instanceof ScimError) return taken;
      throw error;
    }
  }
  const put = () =>
    putUser(session, id, (resource) => {
      resource.active = active;
    });

  const first = memory.get().activeForm ?? profile.activeForm;
  const patches = [first, first === 'path' ? ('object' as const) : ('path' as const)];
  const forms = putsUsers(session) ? ['put' as const, ...patches] : patches;
  let result: Settled<Seen> | undefined;
  for (const form of forms) {
    const now = await carry(
      form === 'put' ? put : () => patch(session, '/Users', id, [activeOperation(form, active)]),
      result,
    );
    result = now;
    const { seen, error } = now;
    if (seen !== undefined && reached(seen)) {
      if (form !== 'put' && form !== first && now.sentAt !== undefined) memory.learn({ activeForm: form });
      break;
    }
    if (form !== 'put' && error !== undefined && lacksPatch(error, seen?.user !== undefined)) {
      result = await carry(put, result);
      if (result.error === undefined) memory.learn({ patchUsers: 'no' });
      break;
    }
    if (form === 'put') {
      // What was learned is not so any more: it may be PATCH again.
      if (profile.usePut || !lacksPut(error)) break;
      memory.forget('patchUsers');
      continue;
    }
    const ignored = error === undefined && (seen?.state === 'active' || seen?.state === 'inactive');
    if (!ignored && (error === undefined || !wantsAnotherForm(error))) break;
  }
  const seen = result?.seen ?? { state: 'unknown' as const };
  if (result?.error !== undefined && seen.state !== 'gone') throw result.error;
  return present({ seen: seen.state, sentAt: result?.sentAt, user: seen.user });
}
