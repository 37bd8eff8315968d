/**
 * English for why the details of an account may not be changed so. Knows no block.
 */
import type { Refusal } from '../../../access/errors.ts';
import type { Names } from '../names.ts';
import { say } from '../words.ts';
import { attributes } from './labels.ts';
import type { No } from './refusals.ts';
import { few, short } from './words.ts';

type OfUpdate = Extract<
  Refusal,
  {
    code:
      | 'not_assigned'
      | 'no_updates'
      | 'attribute_not_taken'
      | 'nothing_to_change'
      | 'value_needed'
      | 'value_too_long'
      | 'value_malformed'
      | 'address_taken'
      | 'manager_unfit'
      | 'sensitive_held'
      | 'two_owners_needed';
  }
>;

export function updateRefusal(no: OfUpdate, n: Names): No {
  switch (no.code) {
    case 'not_assigned':
      return {
        what: say`${n.app(no.app)} lets me touch only accounts that were assigned to it, and this one is in none of its groups.`,
        next: say`Ask an owner to assign the person there first, then ask again.`,
      };
    case 'no_updates':
      return {
        what: say`${n.app(no.app)} does not take profile changes over SCIM.`,
        next: say`Change it at the source: in the HR system or the identity provider.`,
      };
    case 'attribute_not_taken':
      return {
        what: say`${n.app(no.app)} does not take changes of this over SCIM: ${few(no.attributes.map((one) => attributes[one]))}.`,
        next: say`Leave it as it is here, and change it at the source.`,
      };
    case 'nothing_to_change':
      return {
        what: say`${n.app(no.app)} shows all of this already, so there is nothing to change.`,
        next: say`Change at least one field, or close the form.`,
      };
    case 'value_needed':
      return {
        what: say`An account cannot be without this: ${attributes[no.attribute]}.`,
        next: say`Enter a value, or leave it as it was.`,
      };
    case 'value_too_long':
      return {
        what: say`This is too long: ${attributes[no.attribute]}.`,
        next: say`Shorten it to ${no.max} characters.`,
      };
    case 'value_malformed':
      return {
        what: say`I cannot write this as it stands: ${attributes[no.attribute]}.`,
        next: say`Check the spelling, and type it again without invisible characters.`,
      };
    case 'address_taken':
      return {
        what: say`Another account in ${n.app(no.app)} has ${short(no.email)} already.`,
        next: say`Use another address, or have that account changed first.`,
      };
    case 'manager_unfit':
      return {
        what: say`A manager needs an active account of their own in ${n.app(no.app)}.`,
        next: say`Choose somebody else.`,
      };
    case 'sensitive_held':
      return {
        what: no.unreadable
          ? say`I cannot read whether ${n.role(no.role)} in ${n.app(no.app)} is held, and never change addresses or manager of its holders.`
          : say`${n.role(no.role)} in ${n.app(no.app)} is held: as long as it is, addresses and manager stay as they are.`,
        next: no.unreadable ? say`Try again later, or ask an owner.` : say`Take the role away first, then ask again.`,
      };
    case 'two_owners_needed':
      return {
        what: say`This needs two owners of ${n.app(no.app)} to agree, and ${no.reachable === 0 ? 'none' : 'only one'} can decide it: whoever asks or is concerned never counts.`,
        next:
          no.identity === true
            ? say`Ask again without e-mail, user name and manager: the rest needs only one. For those, ask whoever keeps the policy to name one more owner.`
            : say`Ask whoever keeps the policy to name one more owner.`,
      };
  }
}
