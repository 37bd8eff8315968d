/**
 * The door of the configuration room: what others may use.
 * Nothing behind it is meant to be imported from outside.
 */
export type { Config, Fault, LogLevel, ScimAccess, SlackAccess, Warning } from './config.ts';
export { ConfigError, LOG_LEVELS } from './config.ts';
export { findDataDir } from './data-dir.ts';
export type { CheckResult, ConfigSources } from './load.ts';
export { checkConfig, loadConfig } from './load.ts';
export { redactor } from './secrets.ts';
export { showCheck, showFaults, showWarnings } from './show.ts';
export type { TextFile } from './text-file.ts';
