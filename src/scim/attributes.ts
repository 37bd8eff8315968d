/**
 * Pushing changed attributes of an account (RFC 7644 §3.5.2): one PATCH with an operation for each, then attribute by
 * attribute and form by form for those that were refused or had no effect. Refuses to know who wanted the change.
 */
import { lacksPatch, lacksPut, putsUsers, putUser } from './active.ts';
import type { AttributeOutcome, UpdateResult, UserChanges } from './contract.ts';
import { ScimError } from './error.ts';
import { foldCase } from './filter.ts';
import type { Operation } from './patch.ts';
import { USER_ATTRIBUTES, type UserAttribute } from './profiles.ts';
import { parseUser, type ScimUser } from './schema.ts';
import { patch, type Session, type Settled, settle, wantsAnotherForm } from './session.ts';
import { getUser } from './users.ts';

type Change = { readonly attribute: UserAttribute; readonly path: string; readonly value: string | null };

/** Attributes that can be changed but not taken away. */
export const NEVER_REMOVED: readonly UserAttribute[] = ['userName', 'givenName', 'displayName', 'email'];

function checked(
  session: Session,
  changes: UserChanges,
): { readonly wanted: Change[]; readonly unsupported: UserAttribute[] } {
  const wanted: Change[] = [];
  const unsupported: UserAttribute[] = [];
  for (const attribute of USER_ATTRIBUTES) {
    const value = changes[attribute];
    if (value === undefined) continue;
    const path = session.profile.attributes[attribute];
    if (value === null ? NEVER_REMOVED.includes(attribute) : value.trim() === '' || !value.isWellFormed()) {
      throw new ScimError({
        fault: 'input',
        outcome: 'not-sent',
        message: `The new ${attribute} is empty or malformed.`,
      });
    }
    if (path === undefined) unsupported.push(attribute);
    else wanted.push({ attribute, path, value });
  }
  return { wanted, unsupported };
}

/** Whether the account has this value (`null`: none). E-mails and userName are compared folded: servers lower-case them. */
export function hasValue(user: ScimUser, attribute: UserAttribute, value: string | null): boolean {
  const now = user[attribute];
  if (value === null) return now === undefined;
  if (now === undefined) return false;
  const folded = attribute === 'email' || attribute === 'userName';
  return folded ? foldCase(now) === foldCase(value) : now.normalize('NFC') === value.normalize('NFC');
}

const shows = (user: ScimUser, { attribute, value }: Change): boolean => hasValue(user, attribute, value);

function wire({ attribute, value }: Change): unknown {
  return attribute === 'managerId' && value !== null ? { value } : value;
}

function pathOperation(change: Change): Operation {
  const { attribute, path, value } = change;
  if (value === null) return { op: 'remove', path };
  // An extension may not be there yet at all, so what is in it is added; a single value is replaced by that, too.
  const op = attribute === 'department' ? 'add' : 'replace';
  return { op, path, value: wire(change) };
}

/** `a.b` and `urn:…:User:a` as nested objects; `undefined` for paths that are no plain ones. */
function nest(path: string, value: unknown): Record<string, unknown> | undefined {
  if (path.includes('[')) return undefined;
  const urn = /^(urn:.+):([^:.]+)$/i.exec(path);
  if (urn?.[1] !== undefined && urn[2] !== undefined) return { [urn[1]]: { [urn[2]]: value } };
  const [first = '', second] = path.split('.');
  return { [first]: second === undefined ? value : { [second]: value } };
}

/** The address list with the work (or main) address changed and the others kept. */
function emailsWith(user: Pick<ScimUser, 'emails'> | undefined, value: string): unknown[] {
  const emails = user?.emails ?? [];
  const main = emails.find((email) => email.type?.toLowerCase() === 'work') ?? emails.find((email) => email.primary);
  const others = emails.filter((email) => email !== main && foldCase(email.value) !== foldCase(value));
  return [{ value, type: 'work', primary: true }, ...others.map((email) => ({ ...email, primary: false }))];
}

/** Further forms of one change, in order. Both parts of a name go together: some servers replace `name` by a fragment. */
function otherForms(
  change: Change,
  user: ScimUser | undefined,
  changes: readonly Change[],
  error: ScimError | undefined,
  learned: boolean,
): Operation[] {
  const { attribute, path, value } = change;
  // Both lists and names are sent whole, so what stands there must be known.
  if (value === null || user === undefined) return [];
  if (attribute === 'email') {
    const emails = emailsWith(user, value);
    const replace: Operation = { op: 'replace', path: 'emails', value: emails };
    return error?.scimType === 'noTarget' ? [{ op: 'add', path: 'emails', value: emails }, replace] : [replace];
  }
  if (path === 'name.givenName' || path === 'name.familyName') {
    const part = (name: 'givenName' | 'familyName') => {
      const changed = changes.find((one) => one.attribute === name);
      // What is to be taken away is left out, not put back.
      return changed === undefined ? user[name] : (changed.value ?? undefined);
    };
    return [{ op: 'replace', value: { name: { givenName: part('givenName'), familyName: part('familyName') } } }];
  }
  const nested = nest(path, wire(change));
  // The form that was not the first one.
  if (learned) return [pathOperation(change)];
  return nested === undefined ? [] : [{ op: 'replace', value: nested }];
}

function outcomeOf(change: Change, { seen, error }: Settled<ScimUser | null>): AttributeOutcome {
  if (seen && shows(seen, change)) return { kind: 'applied' };
  if (error === undefined) return { kind: 'accepted' };
  return error.outcome === 'unknown' ? { kind: 'unknown', error } : { kind: 'refused', error };
}

/** Puts the change into a whole resource, under whatever spelling of the names it already has. */
function applyTo(resource: Record<string, unknown>, change: Change, user: ScimUser | undefined): void {
  const into = (target: Record<string, unknown>, name: string, value: unknown) => {
    const key = Object.keys(target).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
    if (value === null) delete target[key];
    else target[key] = value;
  };
  if (change.attribute === 'email' && change.value !== null) {
    into(resource, 'emails', emailsWith(user, change.value));
    return;
  }
  for (const [name, value] of Object.entries(nest(change.path, wire(change)) ?? {})) {
    if (name === change.path) {
      into(resource, name, value);
      continue;
    }
    const key = Object.keys(resource).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
    const inner: Record<string, unknown> = { ...(resource[key] as object | undefined) };
    for (const [part, partValue] of Object.entries(value as object)) into(inner, part, partValue);
    resource[key] = inner;
  }
}

/**
 * Pushes changes and reads them back, each with its own outcome.
 *
 * @throws ScimError when nothing was sent, or 401, 403, 429 on the first request
 */
export async function updateUser(session: Session, id: string, changes: UserChanges): Promise<UpdateResult> {
  const { memory } = session;
  const { wanted, unsupported } = checked(session, changes);
  const attributes: Partial<Record<UserAttribute, AttributeOutcome>> = {};
  for (const attribute of unsupported) attributes[attribute] = { kind: 'unsupported' };
  let sentAt: number | undefined;
  let user: ScimUser | undefined;

  /** Sends operations for some changes, reads back, and notes how each of them fared. */
  async function carry(some: readonly Change[], send: Parameters<typeof settle>[1]['write']) {
    const result = await settle(session, {
      write: send,
      look: async () => (await getUser(session, id)) ?? null,
      reached: (seen) => seen !== null && some.every((change) => shows(seen, change)),
    });
    sentAt ??= result.sentAt;
    user = result.seen ?? user;
    for (const change of some) attributes[change.attribute] = outcomeOf(change, result);
    return result;
  }
  const put = (some: readonly Change[]) =>
    carry(some, () =>
      putUser(session, id, (resource) => {
        for (const change of some) applyTo(resource, change, parseUser(resource));
      }),
    );
  const send = (some: readonly Change[], operations: readonly Operation[]) =>
    carry(some, () => patch(session, '/Users', id, operations));

  const isObjectForm = ({ attribute }: Change) => memory.get().objectForm?.includes(attribute) === true;

  function firstForm(change: Change): Operation {
    // The object form of a name needs the other part, which is only known after a look.
    const nested =
      isObjectForm(change) && change.value !== null && !change.path.startsWith('name.')
        ? nest(change.path, wire(change))
        : undefined;
    return nested === undefined ? pathOperation(change) : { op: 'replace', value: nested };
  }

  /** The same change in other forms, until one shows. */
  async function insist(change: Change, refusal: ScimError | undefined): Promise<void> {
    for (const operation of otherForms(change, user, wanted, refusal, isObjectForm(change))) {
      const before = attributes[change.attribute];
      const { error } = await send([change], [operation]);
      const now = attributes[change.attribute];
      if (now?.kind === 'applied') {
        const others = (memory.get().objectForm ?? []).filter((attribute) => attribute !== change.attribute);
        const nested = operation.path === undefined;
        if (!change.path.startsWith('name.') && change.attribute !== 'email')
          memory.learn({ objectForm: nested ? [...others, change.attribute] : others });
        return;
      }
      // What was taken without showing stays "accepted", though another form was refused.
      if (before?.kind === 'accepted' && now?.kind === 'refused') attributes[change.attribute] = before;
      if (error !== undefined && !wantsAnotherForm(error)) return;
    }
  }

  const done = (): UpdateResult => ({
    attributes,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(user === undefined ? {} : { user }),
  });
  if (wanted.length === 0) return done();
  if (putsUsers(session)) {
    const { error } = await put(wanted);
    // What was learned is not so any more: it may be PATCH again.
    if (session.profile.usePut || !lacksPut(error)) return done();
    memory.forget('patchUsers');
  }
  const whole = await send(wanted, wanted.map(firstForm));
  if (whole.error !== undefined && lacksPatch(whole.error, Boolean(whole.seen))) {
    const { error } = await put(wanted);
    if (error === undefined) memory.learn({ patchUsers: 'no' });
    return done();
  }
  const { error } = whole;
  const worthTrying =
    error === undefined || wantsAnotherForm(error) || (wanted.length > 1 && [400, 409].includes(error.status ?? 0));
  if (!worthTrying || error?.outcome === 'unknown') return done();
  for (const change of wanted) {
    let refusal = error;
    try {
      // PATCH is atomic: one bad operation loses all, so after a refusal each goes by itself.
      if (error !== undefined && wanted.length > 1) refusal = (await send([change], [firstForm(change)])).error;
      if (refusal !== undefined && !wantsAnotherForm(refusal)) continue;
      if (attributes[change.attribute]?.kind !== 'applied') await insist(change, refusal);
    } catch (thrown) {
      if (!(thrown instanceof ScimError)) throw thrown;
      if (attributes[change.attribute]?.kind !== 'accepted')
        attributes[change.attribute] = { kind: 'refused', error: thrown };
    }
  }
  return done();
}
