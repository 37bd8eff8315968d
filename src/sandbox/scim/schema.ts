// The attributes of Users and Groups as data (RFC 7643 §4, §8.7). Refuses to know any resource that carries them.

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export type AttributeType = 'string' | 'boolean' | 'integer' | 'dateTime' | 'reference' | 'binary' | 'complex';

/** One attribute, with the characteristics of RFC 7643 §2.2 that this service acts on. */
export type Attribute = {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly returned: 'default' | 'always' | 'never';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes: ReadonlyMap<string, Attribute>;
};

/** The attributes of one schema URN, by lower-cased name: names are case-insensitive (RFC 7643 §2.1). */
export type Schema = {
  readonly id: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
};

/** A kind of resource: its core schema, its extensions, and where it lives. */
export type ResourceKind = {
  readonly name: 'User' | 'Group';
  readonly endpoint: 'Users' | 'Groups';
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
};

type Traits = Partial<Omit<Attribute, 'name' | 'type' | 'subAttributes'>>;

function attribute(name: string, type: AttributeType, traits: Traits = {}, parts: Attribute[] = []): Attribute {
  return {
    name,
    type,
    multiValued: false,
    required: false,
    caseExact: type === 'reference' || type === 'binary',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...traits,
    subAttributes: byName(parts),
  };
}

function byName(attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> {
  return new Map(attributes.map((each) => [each.name.toLowerCase(), each]));
}

function strings(...names: string[]): Attribute[] {
  return names.map((name) => attribute(name, 'string'));
}

/** The usual shape of a multi-valued attribute (RFC 7643 §2.4). */
function values(name: string, valueType: AttributeType = 'string', extra: Attribute[] = []): Attribute {
  return attribute(name, 'complex', { multiValued: true }, [
    attribute('value', valueType),
    ...strings('display', 'type'),
    attribute('primary', 'boolean'),
    ...extra,
  ]);
}

const ID = attribute('id', 'string', {
  caseExact: true,
  mutability: 'readOnly',
  returned: 'always',
  uniqueness: 'server',
});
const EXTERNAL_ID = attribute('externalId', 'string', { caseExact: true });
const META = attribute('meta', 'complex', { mutability: 'readOnly' }, [
  attribute('resourceType', 'string', { caseExact: true, mutability: 'readOnly' }),
  attribute('created', 'dateTime', { mutability: 'readOnly' }),
  attribute('lastModified', 'dateTime', { mutability: 'readOnly' }),
  attribute('location', 'reference', { mutability: 'readOnly' }),
  attribute('version', 'string', { caseExact: true, mutability: 'readOnly' }),
]);
/** Attributes of every resource (RFC 7643 §3.1); they belong to no schema's own list. */
export const SHARED_ATTRIBUTES = byName([
  attribute('schemas', 'reference', { multiValued: true, returned: 'always' }),
  ID,
  EXTERNAL_ID,
  META,
]);

const USER: Schema = {
  id: USER_SCHEMA,
  name: 'User',
  attributes: byName([
    attribute('userName', 'string', { required: true, uniqueness: 'server' }),
    attribute(
      'name',
      'complex',
      {},
      strings('formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'),
    ),
    ...strings('displayName', 'nickName'),
    attribute('profileUrl', 'reference'),
    ...strings('title', 'userType', 'preferredLanguage', 'locale', 'timezone'),
    attribute('active', 'boolean'),
    attribute('password', 'string', { mutability: 'writeOnly', returned: 'never', caseExact: true }),
    values('emails'),
    values('phoneNumbers'),
    values('ims'),
    values('photos', 'reference'),
    values('addresses', 'string', [
      ...strings('formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'),
    ]),
    attribute('groups', 'complex', { multiValued: true, mutability: 'readOnly' }, [
      attribute('value', 'string', { mutability: 'readOnly', caseExact: true }),
      attribute('$ref', 'reference', { mutability: 'readOnly' }),
      attribute('display', 'string', { mutability: 'readOnly' }),
      attribute('type', 'string', { mutability: 'readOnly' }),
    ]),
    values('entitlements'),
    values('roles'),
    values('x509Certificates', 'binary'),
  ]),
};

const ENTERPRISE: Schema = {
  id: ENTERPRISE_SCHEMA,
  name: 'EnterpriseUser',
  attributes: byName([
    ...strings('employeeNumber', 'costCenter', 'organization', 'division', 'department'),
    attribute('manager', 'complex', {}, [
      attribute('value', 'string', { caseExact: true }),
      attribute('$ref', 'reference'),
      attribute('displayName', 'string', { mutability: 'readOnly' }),
    ]),
  ]),
};

const GROUP: Schema = {
  id: GROUP_SCHEMA,
  name: 'Group',
  attributes: byName([
    attribute('displayName', 'string', { required: true }),
    attribute('members', 'complex', { multiValued: true }, [
      attribute('value', 'string', { mutability: 'immutable', caseExact: true }),
      attribute('$ref', 'reference', { mutability: 'immutable' }),
      attribute('display', 'string', { mutability: 'immutable' }),
      attribute('type', 'string', { mutability: 'immutable' }),
    ]),
  ]),
};

export const USERS: ResourceKind = { name: 'User', endpoint: 'Users', schema: USER, extensions: [ENTERPRISE] };
/** The same where a server compares `userName` letter by letter. */
export const USERS_CASE_EXACT: ResourceKind = {
  ...USERS,
  schema: {
    ...USER,
    attributes: new Map(
      [...USER.attributes].map(([key, each]) => [key, key === 'username' ? { ...each, caseExact: true } : each]),
    ),
  },
};
export const GROUPS: ResourceKind = { name: 'Group', endpoint: 'Groups', schema: GROUP, extensions: [] };

/** The schemas this service publishes at /Schemas. */
export const SCHEMAS: readonly Schema[] = [USER, GROUP, ENTERPRISE];

/** A core or shared attribute of `kind`, or undefined; `name` in any case. */
export function coreAttribute(kind: ResourceKind, name: string): Attribute | undefined {
  const folded = name.toLowerCase();
  return kind.schema.attributes.get(folded) ?? SHARED_ATTRIBUTES.get(folded);
}

/** The extension of `kind` with this URN, in any case. */
export function extensionOf(kind: ResourceKind, urn: string): Schema | undefined {
  const folded = urn.toLowerCase();
  return kind.extensions.find((each) => each.id.toLowerCase() === folded);
}
