// Bad weather on the wires, by its ready-made titles: which faults there are, which are in force, when one has struck.
// Refuses to know how a fault is carried out.

import { APPS, type AppName } from '../cast.ts';
import { DIALECTS, type DialectName, FAULTS, type Fault, type FaultKind, type FaultName } from '../scim/index.ts';
import type { SandboxWorld } from '../world.ts';

export type Weather = {
  /** What can be chosen. */
  readonly choices: readonly { readonly name: string; readonly title: string; readonly on: string }[];
  active(): readonly {
    readonly id: number;
    readonly app: string;
    readonly title: string;
    readonly on: string;
    readonly once: boolean;
  }[];
  /** Each app with the way it speaks SCIM at present, and the ways there are. */
  readonly apps: readonly { readonly key: AppName; readonly title: string; readonly dialect: string }[];
  readonly dialects: readonly { readonly name: string; readonly title: string }[];
  readonly rateLimits: boolean;
  add(app: AppName, name: FaultName, how: 'once' | 'always'): void;
  clear(): void;
  speak(app: AppName, dialect: DialectName): void;
  setRateLimits(on: boolean): void;
};

/** More than these at a time teach nobody anything. */
const MOST_ACTIVE = 12;

type Entry = { id: number; app: AppName; name: FaultName; once: boolean; stop: () => void };

export const dialectNames = Object.keys(DIALECTS) as [DialectName, ...DialectName[]];
export const faultNames = Object.keys(FAULTS) as [FaultName, ...FaultName[]];

/** What a fault should strike to be seen: some mean something only for reads of groups, some only for writes. */
function aim(name: FaultName): { readonly on: string; readonly match: Fault['match'] } {
  const kind: FaultKind = FAULTS[name].kind;
  const reads = { on: 'when groups are read', match: { method: 'GET', path: /^\/Groups/ } };
  const writes = { on: 'when something is changed', match: { method: 'PATCH' } };
  if (name === 'lostCreate') return { on: 'when an account is made', match: { method: 'POST', path: /^\/Users/ } };
  if (kind.type === 'no-effect') return writes;
  if (kind.type === 'reset' && kind.when === 'after') return writes;
  if (kind.type === 'quirks') return kind.quirks.membersInReads === undefined ? writes : reads;
  return { on: 'at any request', match: {} };
}

/** @param changed told whenever something is added, has struck or is cleared */
export function createWeather(world: SandboxWorld, changed: () => void): Weather {
  let entries: Entry[] = [];
  let serial = 0;
  let rateLimits = true;
  for (const [app, scim] of world.apps) {
    scim.on('call', (call) => {
      const spent = entries
        .filter((entry) => entry.app === app && entry.once && call.faults.includes(FAULTS[entry.name].kind.type))
        .slice(0, 1);
      if (spent.length === 0) return;
      entries = entries.filter((entry) => !spent.includes(entry));
      changed();
    });
  }
  return {
    choices: faultNames.map((name) => ({ name, title: FAULTS[name].title, on: aim(name).on })),
    active: () =>
      entries.map(({ id, app, name, once }) => ({
        id,
        once,
        app: APPS[app].title,
        title: FAULTS[name].title,
        on: aim(name).on,
      })),
    get apps() {
      return [...world.apps].map(([key, scim]) => ({ key, title: APPS[key].title, dialect: scim.dialect.name }));
    },
    dialects: Object.values(DIALECTS).map(({ name, title }) => ({ name, title })),
    speak(app, dialect) {
      world.apps.get(app)?.setDialect(dialect);
      changed();
    },
    get rateLimits() {
      return rateLimits;
    },
    add(app, name, how) {
      const scim = world.apps.get(app);
      if (scim === undefined || entries.length >= MOST_ACTIVE) return;
      const { kind } = FAULTS[name];
      const once = how === 'once';
      const stop = scim.fault({ match: aim(name).match, times: once ? 1 : Number.POSITIVE_INFINITY, kind });
      serial += 1;
      entries = [...entries, { id: serial, app, name, once, stop }];
      changed();
    },
    clear() {
      for (const entry of entries) entry.stop();
      entries = [];
      changed();
    },
    setRateLimits(on) {
      rateLimits = on;
      world.slack.setRateLimits(on);
      changed();
    },
  };
}
