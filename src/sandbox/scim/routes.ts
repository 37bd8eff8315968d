// Finds the operation for a method and a path. Refuses to know what operations do and how requests arrive.

import { resourceTypes, schemas, serviceProviderConfig } from './discovery.ts';
import { createGroup, deleteGroup, patchGroup, readGroup, replaceGroup } from './groups.ts';
import { list, queryOf, queryOfSearch } from './list.ts';
import { answer, type Context, type Exchange, type ScimRequest } from './operation.ts';
import type { Closed } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { GROUPS, USERS } from './schema.ts';
import { createUser, deleteUser, patchUser, readUser, replaceUser } from './users.ts';

type Handler = (context: Context, request: ScimRequest, id: string) => Exchange;
type Place = { readonly on: Closed['on']; readonly methods: Readonly<Record<string, Handler>> };

const PLACES: Readonly<Record<'Users' | 'User' | 'UserSearch' | 'Groups' | 'Group' | 'GroupSearch', Place>> = {
  Users: {
    on: 'Users',
    methods: { GET: (context, request) => list(context, USERS, queryOf(request.query)), POST: createUser },
  },
  User: {
    on: 'User',
    methods: {
      GET: (context, request, id) => readUser(context, id, request),
      PUT: (context, request, id) => replaceUser(context, id, request),
      PATCH: (context, request, id) => patchUser(context, id, request),
      DELETE: (context, request, id) => deleteUser(context, id, request),
    },
  },
  UserSearch: {
    on: '.search',
    methods: { POST: (context, request) => list(context, USERS, queryOfSearch(request.body)) },
  },
  Groups: {
    on: 'Groups',
    methods: { GET: (context, request) => list(context, GROUPS, queryOf(request.query)), POST: createGroup },
  },
  Group: {
    on: 'Group',
    methods: {
      GET: (context, request, id) => readGroup(context, id, request),
      PUT: (context, request, id) => replaceGroup(context, id, request),
      PATCH: (context, request, id) => patchGroup(context, id, request),
      DELETE: (context, request, id) => deleteGroup(context, id, request),
    },
  },
  GroupSearch: {
    on: '.search',
    methods: { POST: (context, request) => list(context, GROUPS, queryOfSearch(request.body)) },
  },
};

/**
 * Prepares the answer to a request; nothing changes until its `commit`.
 * @throws Refusal for everything that is answered with a SCIM error.
 */
export function route(context: Context, request: ScimRequest): Exchange {
  const [first = '', second, ...more] = request.segments;
  if (more.length > 0) throw notFound();
  if (first === 'ServiceProviderConfig' && second === undefined) {
    return readOnly(request, () => answer(200, serviceProviderConfig(context)));
  }
  if (first === 'ResourceTypes') return readOnly(request, () => answer(200, resourceTypes(context, second)));
  if (first === 'Schemas') return readOnly(request, () => answer(200, schemas(context, second)));
  const place = placeOf(first, second);
  if (place === undefined) throw notFound();
  const shut = context.quirks.closed.find((each) => each.method === request.method && each.on === place.on);
  const allowed = Object.keys(place.methods).join(', ');
  if (shut !== undefined) throw new Refusal(shut.status, undefined, shut.detail);
  const handler = Object.hasOwn(place.methods, request.method) ? place.methods[request.method] : undefined;
  if (handler === undefined)
    throw new Refusal(405, undefined, `${request.method} is not possible here`, { Allow: allowed });
  return handler(context, request, second ?? '');
}

// Endpoints are case-sensitive: /users is not /Users.
function placeOf(first: string, second: string | undefined): Place | undefined {
  if (first === 'Users') {
    if (second === undefined) return PLACES.Users;
    return second === '.search' ? PLACES.UserSearch : PLACES.User;
  }
  if (first === 'Groups') {
    if (second === undefined) return PLACES.Groups;
    return second === '.search' ? PLACES.GroupSearch : PLACES.Group;
  }
  return undefined;
}

function readOnly(request: ScimRequest, exchange: () => Exchange): Exchange {
  if (request.method !== 'GET') throw new Refusal(405, undefined, 'Only GET is possible here', { Allow: 'GET' });
  return exchange();
}

function notFound(): Refusal {
  return new Refusal(404, undefined, 'No such endpoint');
}
