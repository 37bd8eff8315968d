// The contract of the sandbox's Slack: what is seeded, what a person can do, what a person sees, what can be made to fail.
// Types only; it knows neither the wire nor the state behind them.

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
/** A JSON object; a missing key reads as `undefined`. */
export type JsonObject = { [key: string]: Json };

/** How a person belongs to the workspace. `external` people are members of another workspace who share a channel with this one. */
export type PersonKind = 'member' | 'guest' | 'single-channel-guest' | 'bot' | 'deactivated' | 'external';

export type Person = {
  /** `U…` or `W…`. */
  id: string;
  /** The handle without `@`; what a typed mention resolves by. */
  name: string;
  realName: string;
  email: string;
  emailConfirmed: boolean;
  /** IANA zone. */
  tz: string;
  kind: PersonKind;
  /** Their own workspace; only for `external`. */
  teamId?: string;
  title?: string;
  admin?: boolean;
};

export type Channel = {
  /** `C…`. */
  id: string;
  /** Without `#`. */
  name: string;
  /** Ids of people; the app's own user id when the app is a member. */
  members: string[];
  private?: boolean;
  /** Slack Connect: shared with another organisation, or waiting for its acceptance. */
  shared?: 'external' | 'pending';
  archived?: boolean;
};

export type Usergroup = {
  /** `S…`. */ id: string;
  handle: string;
  name: string;
  members: string[];
  disabled?: boolean;
};

/** Slack's own numbers, in milliseconds; shortened only where a test would otherwise wait for them. */
export type Timing = {
  /** Deadline of the acknowledgement of commands, interactions and events. */
  ack: number;
  trigger: number;
  responseUrl: number;
  /** Delays before the first, second and third retry of an event. */
  eventRetries: readonly number[];
  /** Between the `warning` and the close of a socket being refreshed. */
  socketGrace: number;
  socketPing: number;
};

export type WorkspaceOptions = {
  host: '127.0.0.1';
  /** 0 or absent: any free port. */
  port?: number;
  signingSecret: string;
  botToken: string;
  appToken: string;
  /** Bot scopes granted at installation. */
  scopes: readonly string[];
  teamId: string;
  teamName?: string;
  teamDomain?: string;
  /** Ids and name of the installed app; defaults `A0SANDBOX`, `U0SANDBOX`, `B0SANDBOX`, `rolecall`. */
  app?: { appId?: string; userId?: string; botId?: string; name?: string };
  people: readonly Person[];
  channels?: readonly Channel[];
  usergroups?: readonly Usergroup[];
  /** The machine's time in epoch milliseconds: signatures, triggers, `ts`, rate windows. */
  now: () => number;
  /** Where the app's HTTP endpoint is. Absent: Socket Mode. */
  requestUrl?: string;
  /** The parsed app manifest. Absent: every command, shortcut and event is taken as declared. */
  manifest?: unknown;
  /** Rate limits in force from the start; default true. */
  rateLimits?: boolean;
  timing?: Partial<Timing>;
};

/** What the Slack client of the acting person gets back. */
export type Outcome = {
  /** HTTP status of the app's answer (200 for a socket acknowledgement); 0 when nothing was sent or nothing came back. */
  status: number;
  /** The acknowledgement's body: parsed JSON, or text, or null. */
  body: Json;
  ms: number;
  /**
   * Absent when Slack shows the person no error. Answers: `operation_timeout`, `dispatch_failed` (unreachable or not 2xx), `invalid_response`
   * (an acknowledgement Slack refuses). Not sent at all: `not_a_command`, `account_inactive`, `not_on_screen` (no such element in the newest
   * state this person sees), `confirm_required`, `invalid_input` (stopped by the client, see `errors`), `not_enabled` (not in the manifest), `not_in_channel`.
   */
  error?: string;
  /** The sentence the client shows with `error`. */
  notice?: string;
  /** The confirmation dialog to accept with `confirmed: true`; only with `confirm_required`. */
  confirm?: JsonObject;
  /** Sentence per `block_id`: from `response_action: errors`, or from the client's own checks. */
  errors?: Record<string, string>;
  /** The trigger id sent with the payload, if it had one. */
  triggerId?: string;
  /** Key of the delivery, for {@link SlackWorkspace.replay}. */
  deliveryId?: string;
};

/** What a person types or picks: text, option value, id, `YYYY-MM-DD`; several for multi-selects and checkboxes; null empties the field. */
export type InputValue = string | readonly string[] | null;

export type ClickTarget = {
  actionId: string;
  blockId?: string;
  /** The option's value, the id, the date, the text …; unused for buttons. */
  value?: InputValue;
  /** The person has accepted the confirmation dialog. */
  confirmed?: boolean;
} & ({ channel: string; ts: string } | { viewId: string });

export type SuggestTarget = { viewId: string } | { channel: string; ts: string };

/** A delivery made by hand: anything, signed or not. */
export type RawDelivery =
  | {
      via: 'http';
      body: string;
      contentType?: string;
      /** Unix seconds; default now. */
      timestamp?: number;
      /** Default: the right one for body and timestamp; null sends none. */
      signature?: string | null;
      headers?: Record<string, string>;
    }
  | {
      via: 'socket';
      type: string;
      payload: JsonObject;
      envelopeId?: string;
      acceptsResponse?: boolean;
      retryAttempt?: number;
      retryReason?: string;
    };

export type Fault = { /** Web API method, `response_url`, or `*`. */ method: string; times: number } & (
  | { kind: 'error'; error: string }
  | { kind: 'rate_limited' /** Seconds, default 1. */; retryAfter?: number }
  | { kind: 'hang' }
  | { kind: 'reset' /** The call took effect before the connection was cut. */; applied?: boolean }
  | { kind: 'http'; status: number }
);

/** One line of traffic. Tokens and secrets are masked. */
export type Call = {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  /** `in`: the app called Slack. `out`: Slack called the app. */
  direction: 'in' | 'out';
  /** Web API method, `response_url`, or the payload's type with its command, action or callback id. */
  name: string;
  ms: number;
  status: number;
  ok: boolean;
  error?: string;
  /** Shortened request and answer, for reading. */
  request: string;
  response: string;
  retry?: { num: number; reason: string };
};

export type MessageSeen = {
  channel: string;
  ts: string;
  /** User id of the author. */
  user: string;
  text: string;
  blocks: JsonObject[];
  edited: boolean;
  ephemeral: boolean;
  threadTs?: string;
};

export type ViewSeen = {
  id: string;
  type: 'modal' | 'home';
  hash: string;
  callbackId: string;
  externalId: string;
  title: string;
  submit: string | null;
  close: string | null;
  blocks: JsonObject[];
  /** What stands in the fields: `state.values` as Slack sends it. */
  values: JsonObject;
  /** Sentences under fields, by `block_id`. */
  errors: Record<string, string>;
  /** Never shown by Slack; here for tests. */
  privateMetadata: string;
};

export type ConversationSeen = {
  id: string;
  kind: 'im' | 'channel' | 'private';
  name: string;
  members: string[];
  messages: MessageSeen[];
};

/** Everything one person sees in the Slack client. */
export type Screen = {
  person: Person;
  /** The direct messages with the app first, then the channels this person is in. */
  conversations: ConversationSeen[];
  ephemerals: MessageSeen[];
  /** Open modals, the visible one last. */
  views: ViewSeen[];
  home: ViewSeen | null;
  /** Errors the client has shown, oldest first. */
  notices: string[];
};

export type SlackWorkspace = {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** `…/api/`, for `SLACK_API_URL`. */
  apiUrl: string;
  teamId: string;
  appId: string;
  botUserId: string;
  botId: string;
  people: () => Person[];
  channels: () => Channel[];
  usergroups: () => Usergroup[];
  /** Back to the seed: no messages, views, triggers, faults, calls. Sockets and request URL stay. */
  reset: () => void;
  /** Ends every connection, timer and delivery. */
  close: () => Promise<void>;
  /** HTTP at this address from now on; undefined: Socket Mode. */
  setRequestUrl: (requestUrl: string | undefined) => void;

  /** Types a line such as `/access mine`; in the direct messages with the app unless a channel is given. `@name` becomes a mention. */
  command: (user: string, line: string, channel?: string) => Promise<Outcome>;
  click: (user: string, target: ClickTarget) => Promise<Outcome>;
  /** Types into a view without sending it; keyed by `block_id` of input blocks. */
  type: (user: string, viewId: string, values: Record<string, InputValue>) => void;
  /** Fills the fields named (keyed by `block_id`) and presses submit. */
  submit: (user: string, viewId: string, values?: Record<string, InputValue>) => Promise<Outcome>;
  /** Cancel closes the visible view; the ✕ (`all`) closes the stack. */
  closeView: (user: string, viewId: string, how?: 'cancel' | 'all') => Promise<Outcome>;
  /** Types into an external select; the offered options (groups flattened) or none on failure. */
  suggest: (
    user: string,
    target: SuggestTarget,
    actionId: string,
    query: string,
  ) => Promise<Outcome & { options: JsonObject[] }>;
  /** Opens the app's Home tab; resolves when the first delivery of `app_home_opened` is answered. */
  openHome: (user: string, tab?: 'home' | 'messages') => Promise<Outcome>;
  shortcut: (user: string, callbackId: string) => Promise<Outcome>;
  messageShortcut: (user: string, callbackId: string, message: { channel: string; ts: string }) => Promise<Outcome>;
  /** Posts as a person, e.g. for message shortcuts; no event is sent. */
  say: (user: string, channel: string, text: string) => MessageSeen;
  raw: (delivery: RawDelivery) => Promise<Outcome>;
  /** Sends an earlier delivery again, byte for byte, with its old headers or envelope id. */
  replay: (deliveryId: string) => Promise<Outcome>;

  state: (user: string) => Screen;
  /** Changes a person, a channel or a user group while the app runs: somebody leaves, becomes a guest, a channel is shared. */
  updatePerson: (id: string, change: Partial<Omit<Person, 'id'>>) => void;
  addPerson: (person: Person) => void;
  updateChannel: (id: string, change: Partial<Omit<Channel, 'id'>>) => void;
  updateUsergroup: (id: string, change: Partial<Omit<Usergroup, 'id'>>) => void;

  /** The newest 500 calls, oldest first. */
  calls: () => Call[];
  /** `change`: something a person sees has changed (whose screen, or undefined: perhaps everybody's). Returns the unsubscribe function. */
  on: {
    (event: 'change', listener: (user: string | undefined) => void): () => void;
    (event: 'call', listener: (call: Call) => void): () => void;
  };
  fault: (fault: Fault) => void;
  clearFaults: () => void;
  setRateLimits: (on: boolean) => void;
  socket: {
    /** Open connections. */
    connections: () => number;
    /** Slack's refresh of its connections: a `disconnect` warning, then the close. */
    refresh: () => void;
    /** Cuts every connection without a word. */
    drop: () => void;
  };
};
