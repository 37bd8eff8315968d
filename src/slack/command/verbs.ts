/**
 * The verbs of the slash command as data: usage, example, who may use them. Help text, parser and tests read this table.
 */

/** Who a verb is for; what the person may do with it is decided by the desk. */
export type Audience = 'anyone' | 'managers_owners' | 'owners' | 'owners_auditors' | 'overseers';

export interface VerbInfo {
  /** What follows the slash command; `<…>` is needed, `[…]` may be left out. */
  readonly usage: string;
  /** A text that parses. */
  readonly example: string;
  readonly who: Audience;
}

export const VERBS = {
  request: {
    usage: 'request [app] <role> [for 4h | until 17:00] [because …]',
    example: 'request admin for 4h because INC-7 needs a billing change',
    who: 'anyone',
  },
  grant: {
    usage: 'grant <person> [app] <role> [for 4h] [because …]',
    example: 'grant bob@example.com admin for 2h because INC-7',
    who: 'anyone',
  },
  revoke: {
    usage: 'revoke [person] [app] [role] [because …]',
    example: 'revoke bob@example.com admin because he changed teams',
    who: 'anyone',
  },
  provision: { usage: 'provision [person | e-mail] [app]', example: 'provision carol@example.com', who: 'anyone' },
  disable: {
    usage: 'disable <person> [app] [because …]',
    example: 'disable bob@example.com because he left',
    who: 'managers_owners',
  },
  enable: { usage: 'enable <person> [app]', example: 'enable bob@example.com', who: 'managers_owners' },
  update: { usage: 'update <person> [app]', example: 'update bob@example.com', who: 'managers_owners' },
  lookup: { usage: 'lookup <person | part of a name>', example: 'lookup bob', who: 'anyone' },
  list: {
    usage: 'list [app] [admins | members | inactive | pending | expiring]',
    example: 'list admins',
    who: 'owners_auditors',
  },
  mine: { usage: 'mine', example: 'mine', who: 'anyone' },
  pending: { usage: 'pending', example: 'pending', who: 'anyone' },
  history: { usage: 'history [person]', example: 'history bob@example.com', who: 'anyone' },
  link: { usage: 'link <person> <e-mail>', example: 'link <@U0123456> bob@example.com', who: 'owners' },
  status: { usage: 'status [app]', example: 'status', who: 'overseers' },
  sync: { usage: 'sync [app]', example: 'sync', who: 'owners' },
  pause: { usage: 'pause [app]', example: 'pause', who: 'owners' },
  resume: { usage: 'resume [app]', example: 'resume', who: 'owners' },
  help: { usage: 'help [topic]', example: 'help request', who: 'anyone' },
} as const satisfies Record<string, VerbInfo>;

export type Verb = keyof typeof VERBS;

/** Promised words that this release does not have yet. Kept out of the help. */
export const LATER = ['extend', 'explain', 'delegate', 'everywhere', 'urgent'] as const;

export type LaterVerb = (typeof LATER)[number];
