/**
 * The single-app form: environment variables put into the shape of a policy file, so that both forms obey one schema.
 * Judges nothing; knows which variable stands for which key.
 */
import { isPublished } from './profile-schema.ts';
import type { Variable } from './variables.ts';
import type { Path } from './yaml-file.ts';

const NAMES: Readonly<Record<string, string>> = {
  perplexity: 'Perplexity Enterprise',
  perdoo: 'Perdoo',
  pearset: 'Pearset',
};

const list = (text: string | undefined): string[] | undefined => text?.split(',').map((entry) => entry.trim());

/** The policy the variables describe, as it would stand in a file. Absent variables leave absent keys. */
export function oneApp(get: (name: Variable) => string | undefined): Readonly<Record<string, unknown>> {
  const profile = get('SCIM_PROFILE') ?? 'perplexity';
  const key = isPublished(profile) ? profile : 'app';
  const admin = get('ADMIN_GROUP');
  const member = get('MEMBER_GROUP');
  // The groups of Perplexity's two roles are both needed; other apps may have only one.
  const both = profile === 'perplexity' || (admin === undefined && member === undefined);
  const seats = get('SEATS');
  const app: Record<string, unknown> = {
    name: NAMES[profile] ?? 'App',
    profile,
    scim: { url: get('SCIM_URL'), token: get('SCIM_TOKEN') },
    owners: list(get('APP_OWNERS')),
    domains: list(get('APP_DOMAINS')),
    seats: seats !== undefined && /^\d{1,9}$/.test(seats) ? Number(seats) : seats,
    loginUrl: get('LOGIN_URL'),
    roles: {
      ...(admin !== undefined || both ? { admin: { group: admin, sensitive: true } } : {}),
      ...(member !== undefined || both ? { member: { group: member, base: true } } : {}),
    },
  };
  return { version: 1, timezone: 'UTC', apps: { [key]: app } };
}

/** The variable behind a key of {@link oneApp}. */
export function variableOf(path: Path): Variable {
  const [, , key, inner] = path;
  switch (key) {
    case 'scim':
      return inner === 'token' ? 'SCIM_TOKEN' : 'SCIM_URL';
    case 'owners':
      return 'APP_OWNERS';
    case 'domains':
      return 'APP_DOMAINS';
    case 'seats':
      return 'SEATS';
    case 'loginUrl':
      return 'LOGIN_URL';
    case 'roles':
      return inner === 'member' ? 'MEMBER_GROUP' : 'ADMIN_GROUP';
    default:
      return 'SCIM_PROFILE';
  }
}
