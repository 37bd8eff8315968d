/**
 * The client: one app, one connection, one lane for writes. Puts the verbs together and refuses to know more.
 */
import { setActive } from './active.ts';
import { updateUser } from './attributes.ts';
import { changedUsers } from './changes.ts';
import type { ScimClient, ScimClientOptions } from './contract.ts';
import { createUser } from './create.ts';
import { createDiscovery, ping } from './discovery.ts';
import { createGroup, findGroups, getGroup, isMember, listGroups, members } from './groups.ts';
import { createHttp } from './http.ts';
import { createMemory } from './learned.ts';
import { addMember, addMembers, removeMember, removeMembers } from './members.ts';
import { createLane, type Session } from './session.ts';
import { findUsers, getUser, listUsers, listUsersAs } from './users.ts';

const DEADLINE_MS = 15_000;
const MAX_BYTES = 16 * 1024 * 1024;
const PATIENCE_MS = 30_000;

/**
 * Opens a client for one SCIM service provider. Nothing is sent before the first call; one write runs at a time, with its
 * look-ups and its read-back; reads run beside it.
 *
 * @throws ScimError `input` for an address or a token that cannot be used
 */
export function createScimClient(options: ScimClientOptions): ScimClient {
  const { profile, now, sleep, random } = options;
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  const memory = createMemory(options.learned, options.onLearn);
  const http = createHttp({
    url: options.url,
    token: options.token,
    profile,
    memory,
    now,
    sleep,
    random,
    log: options.log,
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    patienceMs,
  });
  const discovery = createDiscovery(http, now);
  const session: Session = { http, profile, memory, sleep, random, patienceMs, capabilities: discovery.recent };
  const alone = createLane();

  return {
    profile,
    learned: () => memory.get(),
    discover: () => discovery.discover(),
    ping: () => ping(http),
    getUser: (id) => getUser(session, id),
    findUsers: (by) => findUsers(session, by),
    listUsers: (wish) => listUsers(session, wish?.rest === true),
    listUsersAs: (as) => listUsersAs(session, as),
    changedUsers: (wish) => changedUsers(session, wish),
    distrustChanges: () => memory.learn({ modifiedFilter: 'no' }),
    getGroup: (id, wish) => getGroup(session, id, wish?.members === true),
    findGroups: (displayName) => findGroups(session, displayName),
    listGroups: (wish) => listGroups(session, wish?.members === true),
    members: (groupId) => members(session, groupId),
    isMember: (groupId, userId) => isMember(session, groupId, userId),
    createUser: (user, wish) => alone(() => createUser(session, user, wish?.looked === true)),
    setActive: (id, active) => alone(() => setActive(session, id, active)),
    updateUser: (id, changes) => alone(() => updateUser(session, id, changes)),
    addMember: (groupId, userId, wish) => alone(() => addMember(session, groupId, userId, wish?.before)),
    removeMember: (groupId, userId, wish) => alone(() => removeMember(session, groupId, userId, wish?.before)),
    addMembers: (groupId, userIds) => alone(() => addMembers(session, groupId, userIds)),
    removeMembers: (groupId, userIds) => alone(() => removeMembers(session, groupId, userIds)),
    createGroup: (displayName, wish) => alone(() => createGroup(session, displayName, wish?.externalId)),
    close: () => http.close(),
  };
}
