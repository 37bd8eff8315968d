/**
 * The values of an update, judged without a look at the directory: what an app takes, what an account cannot be without,
 * what no attribute may hold. Pure; the same answers in the form, at submit and later.
 */
import type { Refusal } from '../errors.ts';
import { foldEmail } from '../people.ts';
import { ACCOUNT_ATTRIBUTES, type AccountAttribute, type AppPolicy, NEVER_EMPTY, VALUE_MAX } from '../policy.ts';
import type { AccountChanges } from '../ports.ts';
import { looksLikeSecret } from '../secrets.ts';

const EMAIL = /^[^\s@<>"',;]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** Control characters, line ends, halves of characters, and what turns the direction of writing. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The attributes of a set of changes, in the order everybody is shown them in. */
export const changed = (changes: Partial<Record<AccountAttribute, unknown>>): AccountAttribute[] =>
  ACCOUNT_ATTRIBUTES.filter((attribute) => changes[attribute] !== undefined);

/** Whether the account has the value already. Addresses are compared folded: servers lower-case them. */
export function isSo(attribute: AccountAttribute, now: string | undefined, wanted: string): boolean {
  const folded = attribute === 'email' || attribute === 'userName';
  const same = folded ? foldEmail : (text: string) => text.normalize('NFC');
  return same(now ?? '') === same(wanted);
}

/** What must not even be stored, whatever the app. */
export const unfitValue = (changes: AccountChanges): Refusal | undefined =>
  changed(changes)
    .map((each) => valueRefusal(each, changes[each] ?? ''))
    .find((refusal) => refusal !== undefined);

function valueRefusal(attribute: AccountAttribute, value: string): Refusal | undefined {
  if (Array.from(value).length > VALUE_MAX) return { code: 'value_too_long', attribute, max: VALUE_MAX };
  if (UNFIT.test(value)) return { code: 'value_malformed', attribute };
  // An account id looks like a token, and is none.
  return attribute !== 'manager' && looksLikeSecret(value) ? { code: 'looks_like_secret' } : undefined;
}

/** What is wrong with the changes of an update, attribute by attribute. */
export function changeRefusals(
  app: AppPolicy,
  changes: AccountChanges,
): { readonly attribute: AccountAttribute; readonly refusal: Refusal }[] {
  return changed(changes).flatMap((attribute) => {
    const refusal = changeRefusal(app, attribute, changes[attribute] ?? '');
    return refusal === undefined ? [] : [{ attribute, refusal }];
  });
}

function changeRefusal(app: AppPolicy, attribute: AccountAttribute, value: string): Refusal | undefined {
  if (!app.traits.updates.includes(attribute)) {
    return { code: 'attribute_not_taken', app: app.key, attributes: [attribute] };
  }
  const unfit = valueRefusal(attribute, value);
  if (unfit !== undefined) return unfit;
  if (value.trim() === '') return NEVER_EMPTY.includes(attribute) ? { code: 'value_needed', attribute } : undefined;
  if (attribute === 'email' && !EMAIL.test(value)) return { code: 'value_malformed', attribute };
  // A userName need not be an address; one that is follows the same rule.
  const address = attribute === 'email' || (attribute === 'userName' && value.includes('@'));
  const domain = foldEmail(value).slice(value.lastIndexOf('@') + 1);
  return address && !app.domains.includes(domain)
    ? { code: 'domain', email: value, domains: [...app.domains] }
    : undefined;
}
