/**
 * `rolecall link <app> [<role>=<group> …]`: shows which group carries each role, or says which one does from now on. That is
 * written into the record with the name of who did it, so the bot must be stopped; the app itself is changed by --create
 * alone.
 */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { Actor } from '../access/audit.ts';
import { counted } from '../access/finding.ts';
import { carries } from '../access/groups.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { AppRecord, Clock, Group, Store } from '../access/ports.ts';
import { linkGroup } from '../access/service/index.ts';
import { openClock } from '../bot.ts';
import type { Config } from '../config/index.ts';
import { EXIT } from '../operations/exit.ts';
import { onScreen } from '../operations/screen.ts';
import type { ScimClient } from '../scim/index.ts';
import { examineStore } from '../store/lowdb/doctor.ts';
import { openStore, StoreOpenError } from '../store/lowdb/open.ts';
import { openClient, unanswered, unusable } from './client.ts';
import { configured, findApp, redactorOf } from './config.ts';
import { findMeant, makeGroup, mayNotMake } from './link-find.ts';
import { lookAtGroups, wellSaid } from './link-look.ts';

export interface LinkWish {
  readonly app: string;
  /** `<role>=<group>` each. */
  readonly links: readonly string[];
  readonly create: boolean;
  readonly json: boolean;
}

interface Link {
  readonly role: string;
  readonly group: string;
}

/** Ends the command: what is wrong, what to do, and the exit status. */
class Stop extends Error {
  readonly fix: string;
  readonly status: number;
  constructor(what: string, fix: string, status: number = EXIT.refused) {
    super(what);
    this.fix = fix;
    this.status = status;
  }
}

/** @returns the exit status: 0 done, 1 refused or something is wrong with a group, 2 usage, 69 not reached, 78 configuration */
export async function linkApp(wish: LinkWish): Promise<number> {
  const config = configured();
  if (config === undefined) return EXIT.configuration;
  const found = findApp(config, wish.app);
  if (found === undefined) return EXIT.usage;
  const { app, access } = found;
  const redact = redactorOf(config);
  const say = (text: string): string => onScreen(redact(text));
  const document = (status: number, more: object): number => {
    if (wish.json) {
      const text = JSON.stringify({ ok: status === EXIT.done, status, app: app.key, ...more });
      process.stdout.write(`${redact(text)}\n`);
    }
    return status;
  };
  const client = openClient(access);
  try {
    const links = wish.links.map((text) => parse(app, text));
    const why = await unusable(client, app, access);
    if (why !== undefined) throw new Stop(why.what, why.fix, why.status);
    if (links.length === 0) return await show(config, app, client, wish.json ? undefined : say, document);
    const done = await carryOut(config, app, client, links, wish.create);
    if (!wish.json) {
      for (const { role, group, how } of done) {
        const before = how === 'already' ? 'is carried already by' : 'is carried from now on by';
        const made = how === 'made' ? ', which was made just now' : '';
        process.stdout.write(`${role} ${before} ${say(group.name)} (${say(group.id)})${made}.\n`);
      }
    }
    return document(EXIT.done, { links: done });
  } catch (error) {
    const stop = error instanceof Stop ? error : stopOf(error);
    process.stderr.write(`${app.key}: ${say(stop.message)}\n  → ${say(stop.fix)}\n`);
    return document(stop.status, { why: say(stop.message), fix: say(stop.fix) });
  } finally {
    await client.close();
  }
}

function stopOf(error: unknown): Stop {
  if (error instanceof StoreOpenError) {
    const misplaced = error.code === 'path_too_long' || error.code === 'not_writable';
    const fix =
      error.code === 'locked'
        ? 'stop the bot, link, start it again; without <role>=<group> this command shows what is linked, beside a running bot'
        : 'rolecall doctor says more about the data folder';
    return new Stop(error.message, fix, misplaced ? EXIT.configuration : EXIT.refused);
  }
  const { what, fix, status } = unanswered(error);
  return new Stop(what, fix, status);
}

/** The first `=` divides: roles have none in their keys, groups may have some in their names. */
function parse(app: AppPolicy, text: string): Link {
  const at = text.indexOf('=');
  const [role, group] = [text.slice(0, at), text.slice(at + 1).trim()];
  const known = Object.keys(app.roles).join(', ');
  if (at < 1 || group === '') throw new Stop(`${text} is not <role>=<group>`, `a role is one of: ${known}`, EXIT.usage);
  if (!Object.hasOwn(app.roles, role)) throw new Stop(`there is no role ${role}`, `there is: ${known}`, EXIT.usage);
  return { role, group };
}

/** What is, for people (`say`) or machines. */
async function show(
  config: Config,
  app: AppPolicy,
  client: ScimClient,
  say: ((text: string) => string) | undefined,
  document: (status: number, more: object) => number,
): Promise<number> {
  const now = timeOf(config);
  const store = await examineStore({ dir: config.dataDir, now, apps: Object.keys(config.policy.apps) });
  const record = store.appRecord(app.key);
  if (record === 'unknown') throw new Stop('what is linked cannot be read', 'rolecall doctor says why');
  const { roles, groups, complete } = await lookAtGroups(client, app, record);
  const status = roles.some(({ wrong }) => wrong !== undefined) ? EXIT.refused : EXIT.done;
  if (say !== undefined) {
    const width = Math.max(0, ...roles.map(({ role }) => role.length));
    for (const look of roles) {
      const mark = look.wrong === undefined ? '' : 'WRONG: ';
      process.stdout.write(`${look.role.padEnd(width)}  ${mark}${say(look.wrong ?? wellSaid(look))}\n`);
    }
    const names = groups.map(({ id, name }) => `  ${say(name)} (${say(id)})\n`).join('');
    process.stdout.write(
      `\n${counted(groups.length, 'group')} there${complete ? '' : ', and more that could not be read'}:\n${names}`,
    );
  }
  return document(status, { roles, groups, complete });
}

function timeOf(config: Config): number {
  const clock = openClock(config.clockFile);
  clock.close();
  return clock.now();
}

/** `made`: it was not there before. `already`: nothing had to be changed. */
type Done = { readonly role: string; readonly group: Group; readonly how: 'linked' | 'made' | 'already' };

/** All of them or none: everything is looked at before anything is written or made. */
async function carryOut(
  config: Config,
  app: AppPolicy,
  client: ScimClient,
  links: readonly Link[],
  create: boolean,
): Promise<Done[]> {
  const clock = openClock(config.clockFile);
  const store = await openForWriting(config, clock);
  try {
    const record = (await store.read('app', app.key)) ?? { app: app.key, groups: {}, claims: [] };
    const meant: { readonly role: string; readonly text: string; readonly group?: Group }[] = [];
    for (const { role, group: text } of links) {
      const found = await findMeant(client, text);
      const why =
        found.kind === 'absent' ? mayNotMake(app, text, create) : found.kind === 'refused' ? found : undefined;
      if (why !== undefined) throw new Stop(`${role}: ${why.what}`, why.fix);
      const group = found.kind === 'found' ? found.group : undefined;
      const id = group?.id ?? text;
      const twice = meant.find((each) => each.role === role || (each.group?.id ?? each.text) === id);
      if (twice !== undefined) {
        const what = twice.role === role ? `${role} is named twice` : `${role} and ${twice.role} would share ${text}`;
        throw new Stop(what, 'give every role one group of its own', EXIT.usage);
      }
      await mayMove(store, client, app, role, group, record);
      meant.push({ role, text, ...(group === undefined ? {} : { group }) });
    }
    const done: Done[] = [];
    for (const { role, text, group: there } of meant) {
      const made = there === undefined ? await makeGroup(client, app, text) : undefined;
      if (made?.kind === 'refused') throw new Stop(`${role}: ${made.what}`, made.fix);
      const group = there ?? made?.group;
      if (group === undefined) continue;
      const linked = await linkGroup(store, app, role, group, operator());
      if (linked.kind === 'taken') throw taken(role, group, linked.role);
      done.push({ role, group, how: linked.kind === 'already' ? 'already' : made === undefined ? 'linked' : 'made' });
    }
    return done;
  } finally {
    await store.close();
    clock.close();
  }
}

const taken = (role: string, group: Group, other: string): Stop =>
  new Stop(`${role}: ${group.name} carries the role ${other}`, `link ${other} to its own group first`);

/** Whoever holds the role in the group it had would keep it there for ever: an end looks for them in the new one. */
async function mayMove(
  store: Store,
  client: ScimClient,
  app: AppPolicy,
  role: string,
  /** Absent: one that is to be made. */
  group: Group | undefined,
  record: AppRecord,
): Promise<void> {
  const other = group === undefined ? undefined : carries(record, app, group.id, role);
  if (group !== undefined && other !== undefined) throw taken(role, group, other);
  const before = record.groups[role];
  if (before === undefined || before.id === group?.id) return;
  const held = (await store.holdings({ app: app.key, role })).filter(
    ({ grants, removing }) => grants.length > 0 || removing === true,
  );
  if (held.length === 0 || (await client.getGroup(before.id)) === undefined) return;
  const what = `${role}: ${counted(held.length, 'person has a grant', 'people have a grant')} of it in ${before.name}, which is still there: it would never be taken away there`;
  throw new Stop(what, 'have them revoked, or wait until they have ended');
}

const openForWriting = async (config: Config, clock: Clock): Promise<Store> => {
  const opened = await openStore({
    dir: config.dataDir,
    clock,
    random: (bytes) => randomBytes(bytes),
    timer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    stopwatch: () => performance.now(),
    log: { info() {}, warn: complain, error: complain },
    onFatal: (error) => complain({}, `the disk cannot be trusted: ${String(error)}`),
  });
  return opened.store;
};

const complain = (_fields: object, message: string): void => void process.stderr.write(`${onScreen(message)}\n`);

/** Who sits at this machine. */
function operator(): Actor {
  let user: string;
  try {
    user = userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    user = `uid ${process.getuid?.() ?? 'unknown'}`;
  }
  return { kind: 'operator', name: `${user}@${hostname()}` };
}
