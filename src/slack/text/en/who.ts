/**
 * English for "you may not": who somebody is, and what they would have to be.
 */
import type { Refusal } from '../../../access/errors.ts';
import { say, type Words } from '../words.ts';
import type { No } from './refusals.ts';

export function outsider(standing: Extract<Refusal, { code: 'outsider' }>['standing']): No {
  switch (standing) {
    case 'guest':
      // Not "have a member ask": a guest's address is seldom one that may have an account.
      return {
        what: say`Guests of this workspace cannot do this.`,
        next: say`Ask an owner of the app: they decide whether guests get access.`,
      };
    case 'bot':
      return { what: say`Only people can do this, not apps.`, next: say`Ask from your own Slack account.` };
    case 'deactivated':
      return { what: say`This Slack account is deactivated.`, next: say`Ask a workspace admin to reactivate it.` };
    case 'outside':
      return {
        what: say`You belong to another organisation, so I cannot act for you here.`,
        next: say`Ask an owner of the app: they decide whether people from outside get access.`,
      };
  }
}

export function notEntitled(
  need: Extract<Refusal, { code: 'not_entitled' }>['need'],
  cmd: (rest: string) => Words,
): No {
  switch (need) {
    case 'approver':
      return { what: say`Only the people who were asked can decide this.`, next: say`Leave it to one of them.` };
    case 'owner':
      return {
        what: say`Only an owner of the app can do this.`,
        next: say`Ask one of the owners; ${cmd('')} names them.`,
      };
    case 'manager_or_owner':
      return {
        what: say`Only the person's manager or an owner of the app can do this.`,
        next: say`Ask one of them to do it.`,
      };
    case 'requester':
      return { what: say`Only whoever asked can do this.`, next: say`Leave it to them, or ask for it yourself.` };
    case 'holder':
      return {
        what: say`Only the person who holds the role can hand it back here.`,
        next: say`Use ${cmd('revoke')} to take it away.`,
      };
    case 'auditor':
      return { what: say`Only owners and auditors can see this.`, next: say`Ask one of the owners.` };
  }
}
