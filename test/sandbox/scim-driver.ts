// Starts a SCIM service for one test and speaks to it over real HTTP with plain fetch.
// Refuses to know the service's insides: it uses what its entry file exports.

import { afterEach } from 'vitest';
import {
  createScimService,
  type ScimService,
  type ScimServiceOptions,
  type Seed,
} from '../../src/sandbox/scim/index.ts';

export const TOKEN = 'sandbox-token';
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

export type Answer = { status: number; headers: Headers; text: string; body: unknown };
export type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
export type Bench = {
  service: ScimService;
  send: Send;
  patch: (path: string, ...operations: object[]) => Promise<Answer>;
  clock: { now: number };
  /** Id of a seeded person or group; fails the test where there is none. */
  user: (userName: string) => string;
  group: (displayName: string) => string;
  members: (displayName: string) => string[];
};

/** Four people and two groups: enough for most stories. */
export const SEED: Seed = {
  users: [
    { userName: 'ada@example.com', givenName: 'Ada', familyName: 'Byron', externalId: 'U02ADA' },
    { userName: 'grace@example.com', givenName: 'Grace', familyName: 'Hopper', manager: 'ada@example.com' },
    { userName: 'linus@example.com', givenName: 'Linus', familyName: 'T', active: false },
    { userName: 'mary@example.com', givenName: 'Mary', familyName: 'Jackson' },
  ],
  groups: [
    { displayName: 'Admins', members: ['ada@example.com'] },
    { displayName: 'Members', members: ['ada@example.com', 'grace@example.com', 'mary@example.com'] },
  ],
};

const running: ScimService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.close()));
});

export async function start(options: Partial<ScimServiceOptions> = {}): Promise<Bench> {
  const clock = { now: Date.parse('2026-03-02T09:00:00Z') };
  const service = await createScimService({
    host: '127.0.0.1',
    token: TOKEN,
    dialect: 'generic',
    seed: SEED,
    now: () => clock.now,
    ...options,
  });
  running.push(service);
  const send = sender(service.url);
  const found = (id: string | undefined): string => {
    if (id === undefined) throw new Error('not seeded');
    return id;
  };
  const group = (displayName: string): string => found(service.groupId(displayName));
  return {
    service,
    send,
    patch: (path, ...operations) => send('PATCH', path, patchOp(...operations)),
    clock,
    user: (userName) => found(service.userId(userName)),
    group,
    members: (displayName) => [
      ...(service.state().groups.find((each) => each.id === group(displayName))?.members ?? []),
    ],
  };
}

export function sender(url: string): Send {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function patchOp(...operations: object[]): object {
  return { schemas: [PATCH_OP], Operations: operations };
}

export function newUser(userName: string, more: object = {}): object {
  return { schemas: [USER], userName, ...more };
}

export function filter(text: string): string {
  return `filter=${encodeURIComponent(text)}`;
}

/** The member of a JSON object at a path like `Resources.0.id`. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, key) => {
    if (typeof found !== 'object' || found === null) return undefined;
    return Object.entries(found).find(([name]) => name === key)?.[1];
  }, value);
}

/** One attribute of every resource of a list answer. */
export function listed(answer: Answer, attribute: string): unknown[] {
  const resources = at(answer.body, 'Resources');
  return Array.isArray(resources) ? resources.map((each) => at(each, attribute)) : [];
}
