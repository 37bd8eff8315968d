/**
 * Creating an account (RFC 7644 §3.3). POST is not idempotent, so it is sent once: before it we look, and whatever is
 * unclear after it is looked up. Refuses to know passwords.
 */
import type { CreateResult, NewUser } from './contract.ts';
import { ScimError } from './error.ts';
import { isUsableId } from './fields.ts';
import { foldCase } from './filter.ts';
import type { ScimAnswer } from './http.ts';
import type { Profile } from './profiles.ts';
import { backOff } from './retry.ts';
import { parseUser, type ScimUser } from './schema.ts';
import type { Session } from './session.ts';
import { findUsers, getUser } from './users.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const LOOKS_AFTER_LOSS = 2;

function said(value: string | undefined): string | undefined {
  const trimmed = value?.normalize('NFC').trim();
  return trimmed === '' ? undefined : trimmed;
}

/**
 * First word given name, the rest family name: only a proposal for people to correct. Of one word no family name is made.
 */
export function splitName(name: string): { readonly givenName: string; readonly familyName?: string } {
  const [givenName = '', ...rest] = name.normalize('NFC').trim().split(/\s+/);
  return rest.length === 0 ? { givenName } : { givenName, familyName: rest.join(' ') };
}

/** The body: every name servers are known to insist on, one primary address, no null, no empty string. */
export function userBody(user: NewUser, profile: Profile) {
  const userName = said(user.userName);
  const givenName = said(user.givenName);
  if (userName === undefined || givenName === undefined) {
    throw new ScimError({
      fault: 'input',
      outcome: 'not-sent',
      message: 'An account needs a userName and a given name.',
    });
  }
  const familyName = said(user.familyName) ?? profile.familyNameFiller;
  const formatted = [givenName, said(user.familyName)].filter((part) => part !== undefined).join(' ');
  const email = said(user.email) ?? (userName.includes('@') ? userName : undefined);
  const extension = {
    department: said(user.department),
    manager: user.managerId === undefined ? undefined : { value: user.managerId },
  };
  const extended = extension.department !== undefined || extension.manager !== undefined;
  // JSON leaves out what is undefined.
  return {
    schemas: extended ? [CORE, ENTERPRISE] : [CORE],
    userName,
    externalId: said(user.externalId),
    name: { givenName, familyName, formatted },
    displayName: said(user.displayName) ?? formatted,
    emails: email === undefined ? undefined : [{ value: email, type: 'work', primary: true }],
    title: said(user.title),
    active: true,
    ...(extended ? { [ENTERPRISE]: extension } : {}),
  };
}
type Body = ReturnType<typeof userBody>;

type By = 'userName' | 'externalId' | 'email';
type Found = { readonly users: readonly ScimUser[]; readonly by: By };

/** Who is in the way: by userName, then externalId, then (cheaply) by e-mail. */
async function lookUp(session: Session, body: Body, thorough: boolean): Promise<Found | undefined> {
  const byName = await findUsers(session, { userName: body.userName });
  if (byName.length > 0) return { users: byName, by: 'userName' };
  if (!thorough) return undefined;
  if (body.externalId !== undefined) {
    const byExternal = await findUsers(session, { externalId: body.externalId });
    if (byExternal.length > 0) return { users: byExternal, by: 'externalId' };
  }
  const email = body.emails?.[0]?.value;
  const byEmail = email === undefined ? [] : await findUsers(session, { email, thorough: false });
  return byEmail.length > 0 ? { users: byEmail, by: 'email' } : undefined;
}

function existing({ users, by }: Found): CreateResult {
  const [user, ...others] = users;
  if (user === undefined || others.length > 0) return { kind: 'ambiguous', users };
  return { kind: user.active === true ? 'exists-active' : 'exists-inactive', user, by };
}

/** Whether a user found after a lost answer is the one we sent: same externalId, or without one the same names. */
function isOurs(user: ScimUser, body: Body): boolean {
  if (foldCase(user.userName ?? '') !== foldCase(body.userName)) return false;
  if (body.externalId !== undefined && user.externalId !== undefined) return user.externalId === body.externalId;
  const same = (a: string | undefined, b: string | undefined) =>
    (a ?? '').normalize('NFC') === (b ?? '').normalize('NFC');
  return (
    same(user.givenName, body.name.givenName) && same(user.familyName, body.name.familyName) && user.active !== false
  );
}

/** The id an answer names: in its body, else at the end of `Location`, which is never followed (it can name any host). */
function idIn(answer: ScimAnswer): string | undefined {
  const user = parseUser(answer.body);
  if (user !== undefined) return user.id;
  const last = /\/Users\/([^/?#]+)\/?(?:[?#].*)?$/.exec(answer.location ?? '')?.[1];
  try {
    const id = last === undefined ? undefined : decodeURIComponent(last);
    return id !== undefined && isUsableId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

async function attempted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/** 201 or 200: read back what came of it. The account exists whatever the read-back shows. */
async function taken(session: Session, body: Body, answer: ScimAnswer): Promise<CreateResult> {
  const how = answer.status === 200 ? ('merged' as const) : ('answered' as const);
  const id = idIn(answer);
  const user =
    id === undefined
      ? await attempted(async () => (await findUsers(session, { userName: body.userName })).at(0))
      : await attempted(() => getUser(session, id));
  const named = id ?? user?.id;
  return {
    kind: 'created',
    sentAt: answer.sentAt,
    how,
    ...(named === undefined ? {} : { id: named }),
    ...(user === undefined ? {} : { user }),
  };
}

/** The answer was lost: look, wait, look once more. Never post again. */
async function afterLoss(session: Session, body: Body, error: ScimError, sentAt: number): Promise<CreateResult> {
  for (let looked = 1; ; looked += 1) {
    const found = await attempted(() => lookUp(session, body, true));
    const [user] = found?.users ?? [];
    if (found !== undefined && user !== undefined) {
      const ours = found.users.length === 1 && isOurs(user, body);
      return ours ? { kind: 'created', id: user.id, user, sentAt, how: 'found' } : existing(found);
    }
    if (looked >= LOOKS_AFTER_LOSS) return { kind: 'unknown', sentAt, error };
    await session.sleep(Math.min(error.retryAfter ?? backOff(looked, session.random), session.patienceMs));
  }
}

/**
 * Creates one account.
 *
 * @param looked the caller has just looked for this userName and found nobody: spares one request
 * @throws ScimError when nothing was sent or nothing was said of the account: no connection, 401, 429 beyond patience
 */
export async function createUser(session: Session, user: NewUser, looked = false): Promise<CreateResult> {
  const body = userBody(user, session.profile);
  const before = looked ? undefined : await lookUp(session, body, false);
  if (before !== undefined) return existing(before);
  let answer: ScimAnswer;
  try {
    answer = await session.http.send({ method: 'POST', route: '/Users', body, intent: 'create' });
  } catch (thrown) {
    if (!(thrown instanceof ScimError)) throw thrown;
    if (thrown.outcome === 'unknown' && thrown.sentAt !== undefined) {
      return afterLoss(session, body, thrown, thrown.sentAt);
    }
    if (thrown.outcome === 'not-sent' || thrown.retryable || thrown.status === 401) throw thrown;
    if (thrown.status !== 409 && thrown.status !== 400) return { kind: 'refused', error: thrown };
    // Some servers answer 400 to a duplicate: who is found decides, not the number.
    const found = await attempted(() => lookUp(session, body, true));
    if (found !== undefined) return existing(found);
    const taken = thrown.status === 409 || thrown.scimType === 'uniqueness';
    return taken ? { kind: 'exists-elsewhere', error: thrown } : { kind: 'refused', error: thrown };
  }
  return taken(session, body, answer);
}
