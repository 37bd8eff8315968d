/**
 * Where accounts live, as the heart asks for it: the entry of this room. Refuses to know Slack, the store and any policy.
 */
export { createDirectory, type DirectoryEvent, type DirectoryOptions, type MirroredDirectory } from './directory.ts';
export { MembersLost } from './faults.ts';
