/**
 * English for every no: what is the matter, and the next step. The types make sure that no code lacks either.
 */
import type { Refusal } from '../../../access/errors.ts';
import { VERBS } from '../../command/verbs.ts';
import type { Problem } from '../../command.ts';
import type { Names } from '../names.ts';
import { code, mention, piece, say, type Words } from '../words.ts';
import { updateRefusal } from './update.ts';
import { notEntitled, outsider } from './who.ts';
import { duration, few, STATES, short } from './words.ts';

/** Two halves of one answer: read aloud one after the other. */
export interface No {
  readonly what: Words;
  readonly next: Words;
}

const oneOf = (verb: 'Use' | 'Name', known: readonly string[]): Words =>
  known.length === 0 ? say`Ask an owner what there is.` : say`${verb} one of these: ${few(known)}.`;

const neither = (given: string): Words => say`“${short(given)}” is neither an app nor a role I know.`;

/**
 * Why not, and what now. Together at most 300 characters as read.
 * @param whom whom it is about, as the reader sees them
 */
export function refusal(no: Problem, n: Names, whom: Words = say`this person`): No {
  const cmd = (rest: string) => code(`${n.command} ${rest}`, 120);
  switch (no.code) {
    // ------------------------------------------------------------------------------------------------ who
    case 'outsider':
      return outsider(no.standing);
    case 'people_unavailable':
      return {
        what: say`Slack could not tell me who you are, so I changed nothing.`,
        next: say`Try again in a minute.`,
      };
    case 'not_entitled':
      return notEntitled(no.need, cmd);
    case 'self_approval':
      return {
        what: say`You asked for this or it is about you, so you cannot decide it.`,
        next: say`Leave it to another approver.`,
      };
    case 'already_approved_by_you':
      return {
        what: say`You have already approved this, and one person counts once.`,
        next: say`Wait for the next approver; you will see the result here.`,
      };
    case 'email_unconfirmed':
      return {
        what: say`The e-mail in Slack is not confirmed, so I cannot match it to an account.`,
        next: say`Confirm it in the Slack profile, or ask an owner to type ${cmd('link @person e-mail')}.`,
      };
    case 'binding_conflict':
      return {
        what: {
          email_changed: say`The e-mail in Slack has changed since it was matched to an account.`,
          two_people: say`Two Slack people match the same account.`,
          two_accounts: say`Two accounts match the same e-mail.`,
        }[no.reason],
        next: say`Ask an owner to say which belongs to whom with ${cmd('link @person e-mail')}.`,
      };
    // ----------------------------------------------------------------------------------------------- what
    case 'unknown_app':
      return {
        what: say`I know no app called “${short(no.given)}”.`,
        next: oneOf('Use', no.known.map(n.role)),
      };
    case 'app_needed':
      return { what: say`I cannot tell which app you mean.`, next: oneOf('Name', no.known.map(n.app)) };
    case 'unknown_role':
      return {
        what: say`There is no role “${short(no.given)}” there.`,
        next: oneOf('Use', no.known.map(n.role)),
      };
    case 'role_needed':
      return { what: say`I cannot tell which role you mean.`, next: oneOf('Name', no.known.map(n.role)) };
    case 'nobody_to_ask_for':
      return { what: say`I cannot tell who this is for.`, next: say`Mention the person or give their e-mail.` };
    case 'unknown_person':
      return {
        what: say`I cannot find ${no.slack === undefined ? say`“${short(no.given)}”` : say`a person behind ${mention(no.slack, no.given)}`}.`,
        next: say`Mention the person or check the e-mail; ${cmd('lookup name')} finds names with typos, too.`,
      };
    case 'no_account':
      return {
        what: say`${n.app(no.app)} shows no account for ${no.email === undefined ? whom : short(no.email)}.`,
        next: say`Ask for an account first; the role can be asked for with it.`,
      };
    case 'account_inactive':
      return {
        what: say`The account in ${n.app(no.app)} is switched off, and I never switch one on unasked.`,
        next: say`Ask to enable it, then ask for this again.`,
      };
    case 'account_active':
      return {
        what: say`The account in ${n.app(no.app)} is active already.`,
        next: say`Use ${cmd('lookup')} to see what it holds.`,
      };
    case 'account_exists':
      return {
        what: say`${n.app(no.app)} already has ${no.active ? 'an active' : 'a switched-off'} account for this address: ${short(no.name)}, id ${short(no.id)}${no.since === undefined ? '' : say`, changed ${piece(no.since, 30)}`}.`,
        next: no.active ? say`Ask for a role instead.` : say`If it is the same person, ask to enable it.`,
      };
    case 'already_disabled':
      return {
        what: say`The account in ${n.app(no.app)} is switched off already.`,
        next: say`Use ${cmd('lookup')} to see who did it and when.`,
      };
    case 'exists_elsewhere':
      return {
        what: say`${n.app(no.app)} says ${short(no.email)} is taken, but shows no such account: it exists outside SCIM or in another organisation.`,
        next: say`Ask an owner to look in the app's own console.`,
      };
    case 'email_needed':
      return { what: say`An account needs an e-mail address.`, next: say`Enter the work address.` };
    case 'name_needed':
      return { what: say`An account needs a name.`, next: say`Enter at least the first name.` };
    case 'ambiguous_account':
      return {
        what: say`Several accounts in ${n.app(no.app)} fit: ${few(no.emails, 2)}.`,
        next: say`Use the exact e-mail, or ask an owner to type ${cmd('link @person e-mail')}.`,
      };
    case 'base_role_asked':
      return {
        what: say`Everybody with an account in ${n.app(no.app)} holds this role.`,
        next: say`Ask for an account with ${cmd('provision')}.`,
      };
    case 'only_base_held':
      return {
        what: say`Only the base role is held in ${n.app(no.app)}, so no role can be taken away.`,
        next: say`Use ${cmd('disable')} to switch the account off.`,
      };
    case 'already_standing':
      return {
        what: say`${n.role(no.role)} in ${n.app(no.app)} is held already, with no end.`,
        next: say`Use it; nothing needs to be asked.`,
      };
    case 'not_held':
      return {
        what:
          no.role === undefined
            ? say`No role in ${n.app(no.app)} is held here, so there is nothing to take away.`
            : say`${n.role(no.role)} in ${n.app(no.app)} is not held here, so there is nothing to take away.`,
        next: say`Use ${cmd('lookup')} to see what is held.`,
      };
    case 'several_roles':
      return {
        what: say`Several roles are held in ${n.app(no.app)}: ${few(no.roles.map(n.role))}.`,
        next: say`Name the one to remove, or remove all.`,
      };
    case 'kept_account':
      return {
        what: say`${short(no.email)} is an account the policy keeps: it is never removed, disabled or renamed.`,
        next: say`Ask those who keep the policy to change ${code('keep')} first.`,
      };
    case 'last_admin':
      return lastAdmin(no, n);
    case 'group_missing':
      return {
        what: say`The group ${short(no.group)} is gone from ${n.app(no.app)}, so I no longer write there.`,
        next: say`Ask an owner to restore it; ${code('rolecall doctor')} shows the details.`,
      };
    case 'app_stopped':
      return {
        what: stopped(no, n),
        next: say`Wait until an owner has settled it, then ask again; the owners have been told.`,
      };
    case 'offer_gone':
      return {
        what: say`That is no longer the group to take for ${n.role(no.role)} in ${n.app(no.app)}, so I changed nothing.`,
        next: say`See what is there now with ${cmd('status')}.`,
      };
    case 'seats':
      return {
        what: say`All seats of ${n.app(no.app)} are taken: ${no.used} of ${no.seats}.`,
        next: say`Ask an owner to free a seat or raise the limit.`,
      };
    case 'domain':
      return {
        what: say`${short(no.email)} is not an address of ${no.domains.length === 0 ? 'an allowed domain' : few(no.domains, 3)}.`,
        next: say`Use the work address, or ask those who keep the policy to add the domain to ${code('domains')}.`,
      };
    case 'not_assigned':
    case 'no_updates':
    case 'attribute_not_taken':
    case 'nothing_to_change':
    case 'value_needed':
    case 'value_too_long':
    case 'value_malformed':
    case 'address_taken':
    case 'manager_unfit':
    case 'sensitive_held':
    case 'two_owners_needed':
      return updateRefusal(no, n);
    case 'not_allowed_to_ask':
      return { what: say`The policy does not let you ask for this.`, next: say`Ask an owner of the app to do it.` };
    case 'reason_required':
      return { what: say`A reason is needed, so that others can decide.`, next: say`Add why, in a sentence.` };
    case 'reason_mismatch':
      return {
        what: say`The reason must name something of the form ${code(no.pattern, 60)}.`,
        next: say`Add it, for example a ticket number.`,
      };
    case 'reason_too_long':
      return { what: say`The reason is too long.`, next: say`Shorten it to ${no.max} characters.` };
    case 'looks_like_secret':
      return {
        what: say`This looks like a password or a token, so I did not keep it.`,
        next: say`Take it out and send the rest. If it is real, replace it now.`,
      };
    case 'too_short':
      return { what: say`That is too short.`, next: say`Choose at least ${duration(no.min)}.` };
    case 'too_long':
      return { what: say`That is longer than the policy allows.`, next: say`Choose at most ${duration(no.max)}.` };
    case 'in_the_past':
      return { what: say`That time has passed.`, next: say`Choose a later one.` };
    case 'no_approver':
      return {
        what: say`Nobody is left who could decide: whoever asks or receives never counts.`,
        next: say`Ask those who keep the policy to name one more owner.`,
      };
    case 'limit_open':
      return {
        what: say`You already have ${no.max} open requests, and that is the limit.`,
        next: say`Wait for one, or cancel one: ${cmd('pending')} lists them.`,
      };
    case 'limit_day':
      return {
        what: say`You have made ${no.max} requests today, and that is the limit.`,
        next: say`Ask again tomorrow.`,
      };
    // ---------------------------------------------------------------------------------------- where it stands
    case 'open_already':
      return no.request === undefined
        ? {
            what: say`Somebody else has asked for the same, and it is still open.`,
            next: say`Wait until it is decided.`,
          }
        : {
            what: say`The same is already asked for and open.`,
            next: say`See where it stands with ${cmd('pending')}.`,
          };
    case 'opposite_open':
      return {
        what: say`Another request about the same access is open.`,
        next: say`Wait until it is settled, then ask again.`,
      };
    case 'closed':
      return {
        what: say`This request is closed already: ${stateWord(no.state)}. Nothing was changed.`,
        next: say`Ask again if it is still needed.`,
      };
    case 'no_such_request':
      return {
        what: say`I no longer know this request.`,
        next: say`Use ${cmd('pending')} to see those that are open.`,
      };
    case 'drift_settled':
      return {
        what:
          no.by === undefined
            ? say`This is decided already, or no longer so. Nothing was changed.`
            : say`${short(no.by)} has decided this already. Nothing was changed.`,
        next: say`See the card for how it stands.`,
      };
    case 'drift_own':
      return { what: say`This is about you, so you have no say in it.`, next: say`Leave it to another owner.` };
    case 'repeated':
      return { what: say`I have this one already.`, next: say`Wait for its card; nothing needs to be sent twice.` };
    case 'safe_mode':
      return {
        what: say`My records were damaged: until that is settled I only take access away and give none.`,
        next: say`Ask an owner when it will be back, or try again later.`,
      };
    case 'gave_up_looking':
      return { what: say`I looked for an hour and got no answer. Nothing was changed.`, next: say`Ask again.` };
    case 'store_unavailable':
      return { what: say`I cannot save anything just now, so nothing was changed.`, next: say`Try again in a minute.` };
    // ----------------------------------------------------------------------------------------- typed text only
    case 'bare_mention':
      return {
        what: say`“${short(no.given)}” is only text to me, so I cannot be sure who it is.`,
        next: say`Type @ and pick the person from Slack's list, or give the e-mail.`,
      };
    case 'text_too_long':
      return { what: say`That is too long for me.`, next: say`Keep it under ${no.max} characters.` };
    case 'bad_duration':
      return {
        what: say`“${short(no.given)}” is not a length of time I know.`,
        next: say`Write it like ${code('for 4h')}, ${code('for 30m')} or ${code('for 2 days')}.`,
      };
    case 'bad_until':
      return {
        what: say`“${short(no.given)}” is not a time I know.`,
        next: say`Write it like ${code('until 17:00')}, ${code('until friday')} or ${code('until 2026-12-24')}.`,
      };
    case 'bare_time':
      return {
        what: say`“${short(no.given)}” needs a word before it.`,
        next: say`Write ${code(`${no.say} ${no.given}`, 60)}, and the reason after ${code('because')}; check it here before you send.`,
      };
    case 'mistyped': {
      const what = {
        app: say`I know no app called “${short(no.given)}”.`,
        role: say`There is no role “${short(no.given)}” there.`,
        either: neither(no.given),
      }[no.as];
      return {
        what: say`${what} Did you mean ${code(no.nearest, 60)}?`,
        next: say`Use it if so; nothing was changed.`,
      };
    }
    case 'unknown_name':
      return {
        what: neither(no.given),
        next: say`Name a role (${few(no.roles.map(n.role), 3, 24)}) or an app (${few(no.apps, 3, 24)}).`,
      };
    case 'not_understood':
      return { what: say`I did not understand “${short(no.given)}”.`, next: say`Check it here before you send.` };
    case 'usage':
      return {
        what: say`Something is missing or too much.`,
        next: say`Type it like this: ${cmd(VERBS[no.verb].usage)}.`,
      };
  }
}

function lastAdmin(no: Extract<Refusal, { code: 'last_admin' }>, n: Names): No {
  const what = no.unreadable
    ? say`I cannot read who else holds ${n.role(no.role)} in ${n.app(no.app)}, and never remove what may be the last one.`
    : say`That would leave ${n.app(no.app)} without a lasting ${n.role(no.role)}. (Those made in its own console are invisible to me.)`;
  if (no.handOver) return { what, next: say`Hand the role over to somebody first.` };
  return {
    what,
    next: no.unreadable ? say`Try again later, or ask an owner.` : say`Give somebody else the role first.`,
  };
}

function stopped({ app, role, why }: Extract<Refusal, { code: 'app_stopped' }>, n: Names): Words {
  const tail = say`so nothing is given in ${n.app(app)} for now.`;
  switch (why) {
    case 'gone':
      return say`The group that carries ${n.role(role)} is gone, ${tail}`;
    case 'missing':
      return say`No group carries ${n.role(role)}, ${tail}`;
    case 'doubled':
      return say`Several groups could carry ${n.role(role)}, ${tail}`;
    case 'shared':
      return say`One group would carry ${n.role(role)} and another role, ${tail}`;
  }
}

const WORDS: Readonly<Record<string, string>> = STATES;
const stateWord = (state: string): string => (Object.hasOwn(WORDS, state) ? WORDS[state] : undefined) ?? 'closed';
