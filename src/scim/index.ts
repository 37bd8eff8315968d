/**
 * A SCIM 2.0 client (RFC 7643, 7644, 9865) that trusts no server: the entry of the package. Knows no application.
 */
export { hasValue, NEVER_REMOVED } from './attributes.ts';
export { momentOf } from './changes.ts';
export { createScimClient } from './client.ts';
export type * from './contract.ts';
export { splitName } from './create.ts';
export { redact, ScimError, type ScimFault, type ScimOutcome } from './error.ts';
export { foldCase } from './filter.ts';
export { type Learned, parseLearned } from './learned.ts';
export {
  type FieldDoc,
  type FieldForm,
  type FieldRisk,
  isAttributePath,
  PROFILE_FIELDS,
  type ProfileField,
} from './profile-fields.ts';
export {
  PROFILES,
  type Profile,
  type ProfileName,
  profileOf,
  USER_ATTRIBUTES,
  type UserAttribute,
} from './profiles.ts';
export type { Rest } from './rest.ts';
export type { Member, ScimEmail, ScimGroup, ScimUser } from './schema.ts';
