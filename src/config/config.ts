/**
 * What the rest of the program is told: one frozen Config, or every fault at once.
 * Types only; knows neither where a value came from nor how it was written.
 */
import type { Policy } from '../access/policy.ts';
import type { Profile } from '../scim/index.ts';

/** One thing that must be put right. No field ever carries a value from the configuration, only names. */
export interface Fault {
  /** The variable, or the file and line: `SLACK_BOT_TOKEN`, `access.yml:12`. */
  readonly where: string;
  /** What is wrong, as the rest of a sentence that begins with `where`. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Something that works, but will surprise somebody later. */
export type Warning = Fault;

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** How one app is reached. `url` may carry a query string: neither it nor `token` may be shown. */
export interface ScimAccess {
  readonly url: string;
  readonly token: string;
  /** As published, or with fields of the operator's own. */
  readonly profile: Profile;
  /** SHA-256 (hex) of the address without its query string and of the profile: what was learned of a service is true of this one only. */
  readonly service: string;
}

export interface SlackAccess {
  readonly botToken: string;
  /** Given: Socket Mode. Absent: HTTP, and `signingSecret` is there. */
  readonly appToken?: string;
  readonly signingSecret?: string;
  readonly host: string;
  readonly port: number;
  /** Ends with a slash. */
  readonly apiUrl: string;
  /** With its slash: `/access`. */
  readonly command: string;
}

/** Everything the program may know about its surroundings; deeply frozen. Paths are absolute. */
export interface Config {
  readonly slack: SlackAccess;
  readonly policy: Policy;
  /** By app key; the same keys as `policy.apps`. */
  readonly scim: Readonly<Record<string, ScimAccess>>;
  readonly dataDir: string;
  readonly ops: { readonly host: string; readonly port: number };
  /** A file that holds an offset in ms; never in production. */
  readonly clockFile?: string;
  readonly log: { readonly level: LogLevel; readonly pretty: boolean };
  readonly production: boolean;
  readonly source: 'file' | 'environment';
  /** Keys of apps whose `priority` nobody wrote: it is a guess, and only the app's console knows better. */
  readonly priorityAssumed: readonly string[];
  /** SHA-256 (hex) of the policy and of where each app is; changes exactly when these do. No secret goes in. */
  readonly digest: string;
  readonly warnings: readonly Warning[];
}

/** The configuration cannot be used. Carries every fault found; the caller exits with status 78. */
export class ConfigError extends Error {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Warning[];
  constructor(faults: readonly Fault[], warnings: readonly Warning[] = []) {
    super(`${faults.length} configuration fault${faults.length === 1 ? '' : 's'}`);
    this.name = 'ConfigError';
    this.faults = faults;
    this.warnings = warnings;
  }
}
