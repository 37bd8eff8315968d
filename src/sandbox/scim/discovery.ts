// What the app says about itself: /ServiceProviderConfig, /ResourceTypes, /Schemas (RFC 7643 §5–§7, RFC 9865 §4).
// Refuses to know any user or group.

import type { JsonObject } from './json.ts';
import { LIST_SCHEMA } from './list.ts';
import type { Context } from './operation.ts';
import type { Quirks } from './quirks.ts';
import { Refusal } from './refusal.ts';
import { type Attribute, GROUPS, type ResourceKind, SCHEMAS, type Schema, USERS } from './schema.ts';

const CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** GET /ServiceProviderConfig, as right or wrong as the quirks say. */
export function serviceProviderConfig({ quirks, base }: Context): JsonObject {
  if (quirks.serviceProviderConfig === 'missing') throw new Refusal(404, undefined, 'Not found');
  if (quirks.serviceProviderConfig === 'partial') return { schemas: [CONFIG_SCHEMA], bulk: { supported: false } };
  const right = quirks.serviceProviderConfig === 'right';
  return {
    schemas: [CONFIG_SCHEMA],
    patch: { supported: right },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: right && quirks.filters !== 'none', maxResults: quirks.largestPage },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: quirks.versions !== 'none' },
    pagination: pagination(quirks),
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A token from the console of the app',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

function pagination(quirks: Quirks): JsonObject {
  const cursor = quirks.paging === 'cursor' || quirks.paging === 'both';
  return {
    cursor,
    index: quirks.paging === 'index' || quirks.paging === 'both',
    defaultPaginationMethod: quirks.paging === 'cursor' ? 'cursor' : 'index',
    defaultPageSize: quirks.defaultPage,
    maxPageSize: quirks.largestPage,
    ...(cursor ? { cursorTimeout: quirks.cursorSeconds } : {}),
  };
}

/** GET /ResourceTypes and /ResourceTypes/{name} */
export function resourceTypes({ base }: Context, name: string | undefined): JsonObject {
  const types = [USERS, GROUPS].map((kind) => resourceType(base, kind));
  return chosen(types, name, (type) => type.name === name);
}

function resourceType(base: string, kind: ResourceKind): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: kind.name,
    name: kind.name,
    endpoint: `/${kind.endpoint}`,
    schema: kind.schema.id,
    schemaExtensions: kind.extensions.map((each) => ({ schema: each.id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${kind.name}` },
  };
}

/** GET /Schemas and /Schemas/{urn} */
export function schemas({ base }: Context, id: string | undefined): JsonObject {
  return chosen(
    SCHEMAS.map((schema) => describe(base, schema)),
    id,
    (schema) => schema.id === id,
  );
}

function describe(base: string, schema: Schema): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    attributes: [...schema.attributes.values()].map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  };
}

function describeAttribute(attribute: Attribute): JsonObject {
  const parts = [...attribute.subAttributes.values()].map(describeAttribute);
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    required: attribute.required,
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(parts.length > 0 ? { subAttributes: parts } : {}),
  };
}

function chosen(all: JsonObject[], name: string | undefined, is: (each: JsonObject) => boolean): JsonObject {
  if (name === undefined) {
    return {
      schemas: [LIST_SCHEMA],
      totalResults: all.length,
      startIndex: 1,
      itemsPerPage: all.length,
      Resources: all,
    };
  }
  const found = all.find(is);
  if (found === undefined) throw new Refusal(404, undefined, `No ${name}`);
  return found;
}
