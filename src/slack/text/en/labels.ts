/**
 * English for buttons, fields and headings: plain text, verb + object. Knows no layout.
 */
import type { AccountAttribute } from '../../../access/policy.ts';
import type { Action } from '../../../access/request.ts';

export const words = { you: 'you' };

export const buttons = {
  deny: 'Deny…',
  cancel: 'Cancel request',
  finish: "I'm done",
  again: 'Ask again',
  show: 'Show request',
  older: 'Show older',
  askAccount: 'Ask for an account…',
  askEnable: 'Ask to enable…',
  handOver: 'Hand over…',
  revokeAll: 'Remove all…',
  request: 'Request a role…',
  provision: 'Ask for an account…',
  revoke: 'Take a role away…',
  disable: 'Disable an account…',
  enable: 'Enable an account…',
  update: 'Update an account…',
  mine: 'Show my access',
  pending: 'Show what is open',
  help: 'Show help',
  status: 'Show status',
  useGroup: 'Use this group',
  cannotGetIn: "I can't get in",
  keep: 'Go back',
};

/** Verb + object for buttons about one thing. Callers clip. */
export const buttonFor = {
  list: (app: string) => `List ${app}`,
  visit: (app: string) => `Open ${app}`,
  pause: (app: string) => `Pause ${app}`,
  resume: (app: string) => `Resume ${app}`,
  sync: (app: string) => `Sync ${app} now`,
  keep: (role: string, who: string) => `Keep ${role} for ${who}`,
  revokeGrant: (role: string, who: string) => `Revoke ${role} from ${who}`,
  accountShow: (who: string) => `Show ${who}`,
  accountRequest: 'Request a role…',
  accountGrant: (who: string) => `Give ${who} a role…`,
  accountRevoke: (who: string) => `Take a role from ${who}…`,
  accountDisable: (who: string) => `Disable ${who}…`,
  accountEnable: (who: string) => `Enable ${who}…`,
  accountUpdate: (who: string) => `Update ${who}…`,
};

export const dialogs = {
  approve: { title: 'Approve this?', yes: 'Approve' },
  pause: {
    title: 'Pause it?',
    yes: 'Pause',
    text: 'Nothing is given there until an owner resumes it. Requests are taken and decided; ends and removals go on.',
  },
  useGroup: {
    title: 'Use this group?',
    yes: 'Use it',
    text: 'It carries the role from now on. Do this only if you know that it is meant to.',
  },
  finish: { title: 'Give it back now?', yes: 'Give it back', text: 'The role ends now. You can ask again later.' },
};

/** Modal titles and submit buttons: at most 24 characters (Block Kit). */
export const modals: Readonly<
  Record<Action | 'updateWhose' | 'deny' | 'handover' | 'revokeAll', { title: string; submit: string }>
> = {
  grant: { title: 'Request a role', submit: 'Send request' },
  revoke: { title: 'Take a role away', submit: 'Take away' },
  provision: { title: 'Ask for an account', submit: 'Send request' },
  disable: { title: 'Disable an account', submit: 'Send request' },
  enable: { title: 'Enable an account', submit: 'Send request' },
  updateWhose: { title: 'Update an account', submit: 'Show its details' },
  update: { title: 'Update an account', submit: 'Send request' },
  deny: { title: 'Deny the request', submit: 'Deny' },
  handover: { title: 'Hand the role over', submit: 'Send request' },
  revokeAll: { title: 'Remove every role', submit: 'Remove all' },
};

export const views = {
  close: 'Close',
  cancel: 'Cancel',
  loading: 'One moment',
  refused: 'Not possible',
  done: 'Sent',
};

export const fields = {
  what: 'App and role',
  role: 'Role',
  app: 'App',
  everyRole: 'Every role above the base role',
  person: 'For whom',
  personHint: 'Type a part of the name or the e-mail. Leave it as it is for yourself.',
  whose: 'Whose account',
  whoseHint: 'Type a part of the name or the e-mail.',
  successor: 'Who takes over',
  managerHint: 'Somebody with an account in this app. Empty: nobody.',
  me: 'Me',
  typed: 'As typed',
  find: 'Find a person',
  choose: 'Choose',
  duration: 'For how long',
  until: 'Or until',
  untilHint: 'When filled in, this counts and the length above does not.',
  reason: 'Why',
  reasonHint: 'Those who decide read this, and it is kept. No passwords or tokens.',
  denyReason: 'Why not',
  denyHint: 'The person who asked reads this.',
  email: 'E-mail',
  emailHint: 'The account is made for exactly this address.',
  givenName: 'First name',
  familyName: 'Family name',
  welcome: 'Welcome message',
  welcomeYes: 'Tell the person where to log in',
  extraRole: 'Role to ask for with it',
  extraRoleHint: 'Decided on its own card; it starts when the account is visible.',
};

/** What an update may change, as a field and in sentences. */
export const attributes: Readonly<Record<AccountAttribute, string>> = {
  givenName: 'First name',
  familyName: 'Family name',
  displayName: 'Display name',
  title: 'Title',
  department: 'Department',
  email: 'E-mail',
  userName: 'User name',
  manager: 'Manager',
};

export const headings = {
  waiting: 'Waiting for you',
  access: 'Your access',
  requests: 'Your requests',
  apps: 'Apps you may ask for',
  owner: 'For owners',
  help: 'What you can ask me',
};

/** Short facts of cards. */
export const facts = {
  change: 'Change',
  howLong: 'How long',
  why: 'Why you',
  holds: 'Holds now',
  reason: 'Reason',
  ticket: 'Ticket',
};
