/**
 * Builds PATCH bodies (RFC 7644 §3.5.2): always `value` arrays of objects for members, a path for groups, real booleans,
 * never null. Refuses to know which form a server wants: that is the profile's.
 */
import { ScimError } from './error.ts';
import { eq, where } from './filter.ts';
import type { Profile } from './profiles.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

type OpName = 'add' | 'replace' | 'remove';
export interface Operation {
  readonly op: OpName;
  readonly path?: string;
  readonly value?: unknown;
}

/** One PATCH message. `capital` is for the servers that only know `Add`, `Replace`, `Remove` (quirk 1). */
export function patchOf(operations: readonly Operation[], opCase: Profile['opCase']) {
  const spelled = operations.map((one) =>
    opCase === 'lower' ? one : { ...one, op: one.op.charAt(0).toUpperCase() + one.op.slice(1) },
  );
  return { schemas: [PATCH_OP], Operations: spelled };
}

/** The two forms of `active`; both are RFC 7644 §3.5.2.3. */
export function activeOperation(form: Profile['activeForm'], active: boolean): Operation {
  return form === 'path' ? { op: 'replace', path: 'active', value: active } : { op: 'replace', value: { active } };
}

export function addMembersOperations(ids: readonly string[], memberType: boolean): readonly Operation[] {
  const value = ids.map((id) => (memberType ? { value: id, type: 'User' } : { value: id }));
  return [{ op: 'add', path: 'members', value }];
}

/**
 * Removes exactly these members. `remove members` without a value does not exist here: it means everybody.
 *
 * @throws ScimError `input` when there is nobody to remove
 */
export function removeMembersOperations(ids: readonly string[], form: Profile['removeForm']): readonly Operation[] {
  if (ids.length === 0) {
    throw new ScimError({ fault: 'input', outcome: 'not-sent', message: 'A removal names nobody.' });
  }
  return form === 'valuePath'
    ? ids.map((id) => ({ op: 'remove', path: where('members', eq('value', id)) }))
    : [{ op: 'remove', path: 'members', value: ids.map((id) => ({ value: id })) }];
}
